#include "shiftwall/error.h"

#include <stdio.h>
#include <stdlib.h>

const char *sw_error_text(int code) {
    switch (code < 0 ? -code : code) {
    case SW_OK: return "ok";
#define XX(name, text)                                                                                        \
    case SW_##name: return text;
        SW_ERROR_MAP(XX)
#undef XX
    default: return "unknown error";
    }
}

void sw__assert_failed(const char *cond, const char *file, int line) {
    fprintf(stderr, "shiftwall: broken invariant: %s (%s:%d)\n", cond, file, line);
    abort();
}
