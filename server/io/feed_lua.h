/* deploy/redis/shiftwall.lua, as it was when the program was built. */
#ifndef SW_IO_FEED_LUA_H
#define SW_IO_FEED_LUA_H

#include <stddef.h>

#define SW_FEED_LUA_VERSION 1 /* VERSION of the Lua file: raise both when sw_emit changes */

/* The source of the function library, of *LEN bytes, NUL-terminated; its first line is the library's "#!". */
const char *sw_feed_lua(size_t *len);

#endif
