/* Finding and reading a policy: a file, or one of the presets that are shipped. */
#ifndef IO_POLICY_FILE_H
#define IO_POLICY_FILE_H

#include "shiftwall/buf.h"
#include "shiftwall/error.h"
#include "shiftwall/policy.h"

#define SW_POLICY_FAULTS_BYTES_MAX 65536

/* Fills POLICY with the defaults and reads NAME over them: a path (it holds a slash or a dot), or a preset of
 * deploy/policies or the installed ones. NULL: the defaults alone. Returns 0; -SW_EIO, -SW_ELIMIT, -SW_ENOENT or
 * -SW_EPARSE, and then FAULTS has a line for each fault. POLICY is to be deinitialised either way. Blocks. */
int sw_policy_load(struct sw_policy *policy, const char *name, struct sw_buf *faults) SW_NODISCARD;

#endif
