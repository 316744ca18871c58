/* Cookies of a request. Pure; the input is hostile. */
#ifndef CODEC_COOKIE_H
#define CODEC_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

/* The value of the first cookie NAME in a Cookie header ("a=b; c=d"; quotes around a value are part of it) into OUT (SIZE
 * bytes with the NUL). False, and OUT is "", when there is none or it does not fit. */
bool sw_cookie_find(const char *header, const char *name, char *out, size_t size);

#endif
