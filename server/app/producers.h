/* Producers that send events over HTTP: desktops, bots, scripts that cannot reach Redis. Each has a name, which is the `src` of
 * its events, and a token for one site; the store keeps the token's hash. They are made on the command line
 * (`shiftwall producer`), and what it does is seen within seconds. */
#ifndef APP_PRODUCERS_H
#define APP_PRODUCERS_H

#include "app/bucket.h"
#include "app/recorder.h"

#define SW_PRODUCERS_MAX 64 /* of a site; each is a label of metrics */

struct sw_producers;

struct sw_producer {
    const char *name, *made_by;
    int64_t made_ms, token_ms, used_ms; /* epoch ms; TOKEN: when its token was made; USED 0: never */
    bool is_here;                       /* the token is for this daemon's site */
    uint64_t accepted, rejected;        /* events, since the daemon started */
    uint32_t in_flight;                 /* its posts that Redis has not acknowledged yet */
    bool limited;                       /* its last post came too soon */
    struct sw_bucket bucket;
};

/* Reads what is there, at once. Never NULL. */
struct sw_producers *sw_producers_new(struct sw_recorder *recorder, const char *site);
/* Nothing is written any more: before the recorder is closed. NULL is allowed. */
void sw_producers_close(struct sw_producers *producers);
/* When the loop has ended. NULL is allowed. */
void sw_producers_free(struct sw_producers *producers);
/* Somebody else wrote to the store: reads it again. */
void sw_producers_reload(struct sw_producers *producers);

/* How many may send to this site. */
size_t sw_producers_count(const struct sw_producers *producers);
/* Whose token TOKEN is, of this or another site; NULL: nobody's. Valid until the loop turns, as all that follow. */
struct sw_producer *sw_producers_of_token(struct sw_producers *producers, const char *token);
/* This site's producer of that name, or NULL. */
struct sw_producer *sw_producers_named(struct sw_producers *producers, const char *name);
/* Calls FN for this site's producers, in order of name. */
void sw_producers_each(struct sw_producers *producers, void *ctx, void (*fn)(void *ctx, const struct sw_producer *producer));
/* The producer used its token just now: written down once a minute. */
void sw_producers_used(struct sw_producers *producers, struct sw_producer *producer);

/* What became of it: 0; -SW_ENOENT: no such producer; -SW_EIO: TEXT says why. */
typedef void (*sw_producers_done)(void *ctx, int status, const char *text);
/* Takes the token of this site's producer NAME away, on record as done BY somebody of ROLE. DONE is called on the loop, never
 * from within; texts are copied. */
void sw_producers_revoke(struct sw_producers *producers, const char *name, const char *by, const char *role, void *ctx,
                         sw_producers_done done);

#endif
