/* What the reasons of pauses mean: the one table of the project, for the logs and the live feeds of telephone
 * systems.
 *
 * Words of English and Chinese for breaks, meals, meetings and wrap-up are known; a file or options may say
 * more, and prevail; any other reason is busy. Case and blanks around do not matter. */
#ifndef CODEC_PBX_REASONS_H
#define CODEC_PBX_REASONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"
#include "shiftwall/event.h"

#define SW_PBX_REASONS_MAX 10000    /* mapped, and unknown ones that were told */
#define SW_PBX_REASON_BYTES_MAX 512 /* longer ones are cut there */
#define SW_PBX_REASONS_FILE_MAX 1048576

struct sw_pbx_reasons;

struct sw_pbx_reasons *sw_pbx_reasons_new(void);
void sw_pbx_reasons_free(struct sw_pbx_reasons *reasons);

/* REASON is STATE: one of the non-service states or wrap-up. "" are pauses for which no reason was given. A
 * later word on the same reason prevails. 0; -SW_EINVAL (another state); -SW_ELIMIT. */
int sw_pbx_reasons_add(struct sw_pbx_reasons *reasons, const char *reason,
                       enum sw_agent_state state) SW_NODISCARD;
/* Reads "REASON=STATE" (the last "=" counts; STATE by the name of the contract). 0 or as above; -SW_EPARSE:
 * no such pair. */
int sw_pbx_reasons_add_pair(struct sw_pbx_reasons *reasons, const char *pair) SW_NODISCARD;
/* Reads a file's text, a pair a line; empty lines and lines that begin with # count for nothing. On an error
 * the line's number is in *LINE, and the lines before it stand. Errors: as above; -SW_ELIMIT also for a text
 * that is too long. */
int sw_pbx_reasons_read(struct sw_pbx_reasons *reasons, const char *text, size_t len,
                        size_t *line) SW_NODISCARD;

/* The state of a pause for REASON; NULL is "". *NEWS, which may be NULL: REASON is not "", nobody mapped it,
 * and this is the first time that it is asked for. */
enum sw_agent_state sw_pbx_reasons_state(struct sw_pbx_reasons *reasons, const char *reason, bool *news);

#endif
