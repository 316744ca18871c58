/* A policy file: the site's rule book in YAML, read strictly. Every fault is told with file, line and key.
 * The shipped deploy/policies/default.yaml shows every key. */
#ifndef CODEC_POLICY_YAML_H
#define CODEC_POLICY_YAML_H

#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/policy.h"

#define SW_POLICY_BYTES_MAX (1u << 20)
#define SW_POLICY_FAULTS_MAX 20 /* told at once */

/* Reads LEN bytes of YAML over what POLICY holds (the defaults of sw_policy_init). A rule that the file names
 * is on unless it says `on: false`. PATH is only named in messages. Returns 0, or -SW_EPARSE and then FAULTS
 * has one line for each fault, "PATH:LINE: key: text", and POLICY may be half read; it is to be deinitialised
 * either way. */
int sw_policy_read(struct sw_policy *policy, const char *path, const char *yaml, size_t len,
                   struct sw_buf *faults) SW_NODISCARD;

#endif
