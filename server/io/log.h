/* The log: `level event key=value ...` lines on standard error, one for each change of state.
 *
 * One loop writes it, so it needs no locks; start it before the loop. A flood of one event is cut to a few
 * lines a second, and the next line of that event says how many were left out. */
#ifndef IO_LOG_H
#define IO_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

enum sw_log_level { SW_LOG_ERROR, SW_LOG_WARN, SW_LOG_INFO, SW_LOG_DEBUG };

#define SW_LOG_LINES_A_SECOND 10 /* of one event */
#define SW_LOG_VALUE_BYTES_MAX 512
#define SW_LOG_EVENTS_MAX 64 /* whose rate is kept at a time; the longest silent gives way */

/* Logs LEVEL and what is graver; info until it is called. */
void sw_log_set_level(enum sw_log_level level);
/* The level called error, warn, info or debug, or -1. */
int sw_log_level_from_name(const char *name);
/* The other way round. */
const char *sw_log_level_name(enum sw_log_level level);
/* Sends lines elsewhere (each with its newline); WRITE NULL = standard error. */
void sw_log_set_writer(void (*write)(void *ctx, const char *line, size_t len), void *ctx);
/* Whether lines begin with `<N>` (sd-daemon(3)); unless told, they do when systemd's journal reads standard
 * error. */
void sw_log_set_prefix(bool on);
/* The clock of the rate limit, in ms; NULL = the monotonic clock. */
void sw_log_set_clock(int64_t (*now_ms)(void));

/* Writes one line. EVENT is a constant word with dots ("redis.lost"). FORMAT is words `key=%...` separated by
 * spaces, with %s %d %u %ld %lu %lld %llu %zu %g %.Nf; NULL is written as `-`. A value with spaces, quotes,
 * `=`, control characters or nothing in it is quoted and escaped as in JSON; a long one ends in "...". */
#define sw_log(level, event, ...) (sw_log_wants(level) ? sw__log((level), (event), __VA_ARGS__) : (void)0)
/* The same without fields. */
void sw_log_bare(enum sw_log_level level, const char *event);
bool sw_log_wants(enum sw_log_level level);
void sw__log(enum sw_log_level level, const char *event, const char *format, ...) SW_PRINTF(3, 4);
/* Says what the rate limit left out so far: at the end of the program, or now and then. */
void sw_log_flush(void);

#endif
