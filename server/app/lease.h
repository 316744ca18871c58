/* Who serves a site: one daemon at a time, by a lease in Redis.
 *
 * The holder renews it every second; four seconds after the last renewal it is free, and who stands by takes it. Every new
 * holder gets a number one higher (the fence). Whoever does not know that it holds the lease does not record: a daemon that
 * was stopped for a while, and goes on, finds its time over before it does anything else. */
#ifndef APP_LEASE_H
#define APP_LEASE_H

#include <stdbool.h>

#include <uv.h>

#include "io/redis_conn.h"

#define SW_LEASE_MS 4000
#define SW_LEASE_RENEW_MS 1000
#define SW_LEASE_ID_SIZE 80

enum sw_lease_state {
    SW_LEASE_UNKNOWN, /* Redis did not say yet, or is away */
    SW_LEASE_HELD,
    SW_LEASE_OTHERS   /* somebody else serves the site */
};

struct sw_lease;

/* Who we are: the same again after a restart over the data folder DIR, so that nobody has to wait; another one while a process
 * over that folder still runs. Holds a lock on DIR/lock from now on. */
void sw_lease_id(const char *dir, char id[SW_LEASE_ID_SIZE]);

/* Asks for the lease of SITE as ID from now on. CHANGED is called on the loop when the state is another one, and
 * when it is ours again after its time was over; HOLDER is who has it ("" while that is not known). Never NULL. */
struct sw_lease *sw_lease_new(uv_loop_t *loop, const struct sw_redis_options *redis, const char *site, const char *id, void *ctx,
                              void (*changed)(void *ctx, enum sw_lease_state state, const char *holder));
/* Whether it is ours at this moment, by our own clock. */
bool sw_lease_is_ours(const struct sw_lease *lease);
/* Whether an answer of Redis is to be had: who is not sure waits for it. */
bool sw_lease_is_asking(const struct sw_lease *lease);
/* The number of our term, 0: none yet. */
int64_t sw_lease_fence(const struct sw_lease *lease);
/* Gives the lease back, and frees itself. NULL is allowed. */
void sw_lease_close(struct sw_lease *lease);

#endif
