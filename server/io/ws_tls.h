/* The certificate that walls see. */
#ifndef IO_WS_TLS_H
#define IO_WS_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

struct sw_certificate;

/* Reads a certificate chain and its key, PEM files, and checks that they belong together and are in force at NOW_MS (epoch
 * ms). Blocks: at start, or in a worker. 0; or -SW_EIO, -SW_EINVAL and ERROR says in one line why. */
int sw_certificate_load(const char *chain_path, const char *key_path, int64_t now_ms, struct sw_certificate **out, char *error,
                        size_t size) SW_NODISCARD;
/* NULL is allowed. */
void sw_certificate_free(struct sw_certificate *certificate);
/* Until when it is good, epoch ms. */
int64_t sw_certificate_until_ms(const struct sw_certificate *certificate);

#endif
