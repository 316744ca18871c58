#include "io/feed_lua.h"

/* The path is seen from where the compiler runs: the root of the tree. */
#ifndef SW_FEED_LUA_PATH
#define SW_FEED_LUA_PATH "deploy/redis/shiftwall.lua"
#endif

/* The assembler reads the file into the program, so the file in deploy/ is the only copy of the source. */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        ".globl sw__feed_lua_begin\n"
        "sw__feed_lua_begin:\n"
        ".incbin \"" SW_FEED_LUA_PATH "\"\n"
        ".globl sw__feed_lua_end\n"
        "sw__feed_lua_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const char sw__feed_lua_begin[];
extern const char sw__feed_lua_end[];

const char *sw_feed_lua(size_t *len) {
    *len = (size_t)(sw__feed_lua_end - sw__feed_lua_begin);
    return sw__feed_lua_begin;
}
