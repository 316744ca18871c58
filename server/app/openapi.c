#include "app/openapi.h"

/* The assembler reads the file itself; the path is relative to the folder the build runs in. */
__asm__(".section .rodata\n"
        ".global sw_openapi_text\n"
        ".type sw_openapi_text, @object\n"
        "sw_openapi_text:\n"
        ".incbin \"server/app/openapi.json\"\n"
        ".byte 0\n"
        ".size sw_openapi_text, . - sw_openapi_text\n"
        ".previous\n");
