/* Counts wrong attempts by a key (an account, an address) and says when the next may be made. */
#ifndef APP_GUARD_H
#define APP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sw_guard;

/* At most MAX keys; the one that was touched longest ago gives way. Never NULL. */
struct sw_guard *sw_guard_new(size_t max);
void sw_guard_free(struct sw_guard *guard);

/* How many ms KEY has to wait at NOW_MS (any clock that runs); 0: it may try. */
int64_t sw_guard_wait_ms(struct sw_guard *guard, const char *key, int64_t now_ms);
/* An attempt of KEY begins; it counts as wrong until sw_guard_right. After FREE wrong ones each further one costs a minute,
 * then twice as long each time, up to a quarter of an hour. An hour without one forgives all. */
void sw_guard_try(struct sw_guard *guard, const char *key, unsigned free, int64_t now_ms);
/* The attempt was right: that one does not count (ALL: nor do those before). */
void sw_guard_right(struct sw_guard *guard, const char *key, bool all);

#endif
