/* What the kinds of `shiftwall source` that speak with a switch over a connection share: the connection with its watchdog, what
 * was told before this run, the floor of facts (pbx_floor.h) on its way into the journal, the check of each minute, and the alarm
 * on the walls while the switch cannot be seen.
 *
 * The switch is called once Redis was reached and the journal's own events were read, and is held up (its connection is not
 * read) while the journal takes no more. What a protocol must do is in the handler. */
#ifndef TOOLS_SOURCE_SWITCH_H
#define TOOLS_SOURCE_SWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/pbx_floor.h"
#include "io/peer_conn.h"
#include "tools/source.h"

#define SW_SWITCH_LOGIN_MS 10000  /* a connection that is not logged in by then is given up */
#define SW_SWITCH_SILENCE_MS 15000 /* then it is asked for a sign of life ... */
#define SW_SWITCH_ANSWER_MS 10000 /* ... which must come within this */
#define SW_SWITCH_ALARM_MS 10000  /* the walls say that the switch is not seen, after this */
#define SW_SWITCH_CHECK_MS 60000
#define SW_SWITCH_BACKLOG_BYTES_MAX (64 * 1024 * 1024) /* events that the outbox has no room for */

struct sw_switch;

struct sw_switch_handler {
    /* PBX knows what was told before; it lives until sw_switch_free(). The connection begins after this. */
    void (*begin)(void *ctx, struct sw_pbx *pbx);
    /* The connection is up: the protocol begins. */
    void (*up)(void *ctx);
    void (*down)(void *ctx);
    void (*bytes)(void *ctx, const char *data, size_t len);
    /* Asks the switch for anything at all. Only when logged in. */
    void (*ping)(void *ctx);
    /* A minute is over: compare the switch's own lists with the floor. Only when logged in. */
    void (*check)(void *ctx, int64_t now_ms);
    /* It is NOW_MS; when there is something to do next (INT64_MAX: nothing). The floor's own deadlines are looked after. */
    void (*advance)(void *ctx, int64_t now_ms);
    int64_t (*deadline)(void *ctx);
};

/* The options that these kinds share, for their tables. */
#define SW_SWITCH_OPTIONS {"--retry", false}, {"--clock", false}
#define SW_SWITCH_HELP                                                                                             \
    "  --retry MS            how long it waits at the most before it calls the switch again (30000)\n"             \
    "  --clock START[,SPEED] a clock of its own, as the daemon's: for tests\n"

/* Reads --reasons, --retry and --clock, and makes the floor and the connection to PEER. NAME is the switch's name in texts ("FreeSWITCH").
 * REASONS are pairs REASON=STATE known before --reasons, ending in NULL; may be NULL. NULL when a message was printed, and *STATUS
 * is the exit status. */
struct sw_switch *sw_switch_open(struct sw_source *source, const char *name, const struct sw_peer_options *peer,
                                 const char *const *reasons, const struct sw_switch_handler *handler, void *ctx,
                                 int *status) SW_NODISCARD;

int64_t sw_switch_now_ms(const struct sw_switch *sw);
/* Sends TEXT; a switch that does not take it is given up. */
void sw_switch_send(struct sw_switch *sw, const char *text, size_t len);
/* Gives the connection up for REASON, as sw_peer_conn_restart. */
void sw_switch_restart(struct sw_switch *sw, const char *reason, bool refused);
/* The switch let us in. */
void sw_switch_logged_in(struct sw_switch *sw);
/* The floor is as the switch says: no alarm, and the service is ready. */
void sw_switch_seen(struct sw_switch *sw);
/* The switch answers, but its lists cannot be had, for REASON. */
void sw_switch_not_seen(struct sw_switch *sw, const char *reason);
/* After facts came or were asked for: deadlines may be others. */
void sw_switch_changed(struct sw_switch *sw);
void sw_switch_message(struct sw_switch *sw, const char *text);

/* The callbacks of a kind, to be called from its own. */
void sw_switch_redis_up(struct sw_switch *sw);
void sw_switch_room(struct sw_switch *sw);
void sw_switch_quiesce(struct sw_switch *sw);
void sw_switch_close(struct sw_switch *sw);
void sw_switch_free(struct sw_switch *sw);
/* The line of counters; a kind's own stand in a line of its own. */
void sw_switch_log_counters(struct sw_switch *sw);

#endif
