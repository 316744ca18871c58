/* The floor of one telephone system, and what Shiftwall was told of it.
 *
 * An adapter hands in facts in the order in which its switch tells them ("A serves queue Q and is paused
 * there", "call C joined queue Q at T"). Out come events of the contract, each with `src` and an id of its
 * own, and only what was not told already: a fact that repeats what is known gives nothing, whether it comes
 * by an event, by a snapshot or from before a restart. Whatever facts come in whatever order, the events
 * never contradict each other.
 *
 *  - An agent of several queues is one agent. Its one state follows from all that is known of it, in this
 * order: on a call (talking; on hold when all its calls are), dialing, ringing, signed out, engaged by what
 * its telephone says, wrap-up, paused, telephone unreachable (busy, reason "unavailable"), ready.
 *  - It is signed in while its duty says so or, where the switch knows no duty (SW_PBX_DUTY_BY_QUEUES), while
 * it serves a queue; then it is paused when it is paused in all of its queues. The events' `queues` are those
 * it takes calls from: where it is paused in some of them only, the others.
 *  - Wrap-up has no event in most switches. It begins when the agent's last queue call ends while it is not
 * paused, and ends when its time is over (sw_pbx_advance), with the next call, or with a pause.
 *  - An exit waits up to SW_PBX_HOLD_MS for the call's next queue, so that it can say `to`, and may until
 * then turn out to be an abandonment or an answer. Nothing else waits for it.
 *  - What is told of a call never heard of is told with what must have come before (`queued` before
 * `answered`).
 *  - Calls without news for SW_ORPHAN_MS are forgotten, as the core closes them by itself.
 *
 * Times are milliseconds since 1970. A fact later than now is taken as of now, one older than SW_PBX_OLD_MS
 * as of then, and for one subject time never runs backwards.
 *
 * Pure: no clock, no input or output. Texts are NUL-terminated; identifiers (agents, calls, queues, teams)
 * are valid UTF-8 of 1 to 64 characters without control characters: a fact with another one is left out and
 * counted (`refused`). All texts are copied. */
#ifndef CODEC_PBX_FLOOR_H
#define CODEC_PBX_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/pbx_reasons.h"
#include "shiftwall/event.h"

#define SW_PBX_HOLD_MS 5000             /* how long an exit waits for the call's next queue */
#define SW_PBX_OLD_MS INT64_C(18000000) /* 5 h: nothing is told as older than this */
#define SW_PBX_AHEAD_MS 2000            /* two machines' clocks may be apart by this */
#define SW_PBX_AGENTS_MAX 20000         /* facts on further ones are refused */
#define SW_PBX_QUEUES_MAX 2000
#define SW_PBX_CALLS_MAX 100000 /* open and lately over; the oldest that is over gives way, else refused */
#define SW_PBX_OFFERS_MAX 512   /* agents whom one call rings at once */
#define SW_PBX_RUN_BYTES_MAX 24

struct sw_pbx_options {
    const char *src; /* the producer's name, an identifier */
    const char *run; /* begins the ids of this run: letters, digits, "-"; never that of an earlier run of the
                        same src */
    int64_t wrapup_ms;     /* of agents for whom no other time is known; 0 = none */
    int64_t resolution_ms; /* of the durations that the switch tells: one that agrees with the times of the
                              facts as well as it can is not told, since those are finer; 0 = the switch's
                              always prevail */
    struct sw_pbx_reasons *reasons; /* borrowed: what a pause's reason means */
    /* One event as JSON, LEN bytes, no newline. */
    void (*event)(void *ctx, const char *json, size_t len);
    /* What a person should know, in English: corrections, reasons that nobody mapped. May be NULL. */
    void (*message)(void *ctx, const char *text);
    void *ctx;
};

struct sw_pbx_counters {
    uint64_t events;    /* told */
    uint64_t repeats;   /* facts that told nothing new */
    uint64_t refused;   /* facts left out: not an identifier, or past a cap */
    uint64_t late;      /* facts on calls that are over or are not where the fact presupposes */
    uint64_t moved;     /* times that were taken as another, as above */
    uint64_t corrected; /* differences from the switch's snapshot that were put right */
    uint64_t orphans;   /* calls without news for SW_ORPHAN_MS */
};

struct sw_pbx;

/* OPTIONS and its texts are copied. The first states of agents are told by the first sw_pbx_snapshot_end. */
struct sw_pbx *sw_pbx_new(const struct sw_pbx_options *options);
void sw_pbx_free(struct sw_pbx *pbx);
const struct sw_pbx_counters *sw_pbx_counters(const struct sw_pbx *pbx);

/* ---- time ---- */

/* It is NOW_MS (never less than before): deadlines up to then happen. To be called before the facts of each
 * moment. */
void sw_pbx_advance(struct sw_pbx *pbx, int64_t now_ms);
/* When sw_pbx_advance next has something to do; INT64_MAX = nothing is waited for. */
int64_t sw_pbx_next_deadline(const struct sw_pbx *pbx);

/* ---- what was told before this run ---- */

/* Folds in one event of the journal, of our own src only, in the journal's order; before the first fact.
 * Tells nothing. */
void sw_pbx_past(struct sw_pbx *pbx, const struct sw_event *event);

/* ---- agents ---- */

enum sw_pbx_duty {
    SW_PBX_DUTY_BY_QUEUES, /* as its queues say; how every agent begins */
    SW_PBX_DUTY_OUT,       /* signed out, whatever queues it serves */
    SW_PBX_DUTY_IN,
    SW_PBX_DUTY_PAUSED
};

/* What the telephone itself says. Calls that are known of prevail. */
enum sw_pbx_line {
    SW_PBX_LINE_FREE, /* or not known; how every agent begins */
    SW_PBX_LINE_RINGING,
    SW_PBX_LINE_ENGAGED, /* a call of no queue: talking */
    SW_PBX_LINE_HELD,
    SW_PBX_LINE_UNREACHABLE
};

/* A name to show and a team; NULL = not known. Told with the agent's next state. */
void sw_pbx_agent(struct sw_pbx *pbx, const char *agent, const char *name, const char *team);
/* AGENT serves QUEUE; PAUSED there for REASON (NULL or "": none given; cut to what an event may carry). */
void sw_pbx_member(struct sw_pbx *pbx, const char *agent, const char *queue, bool paused, const char *reason,
                   int64_t at_ms);
void sw_pbx_member_gone(struct sw_pbx *pbx, const char *agent, const char *queue, int64_t at_ms);
/* REASON counts for SW_PBX_DUTY_PAUSED. */
void sw_pbx_duty(struct sw_pbx *pbx, const char *agent, enum sw_pbx_duty duty, const char *reason,
                 int64_t at_ms);
void sw_pbx_line(struct sw_pbx *pbx, const char *agent, enum sw_pbx_line line, int64_t at_ms);
/* How long this agent's wrap-ups are; -1 = as the options say. */
void sw_pbx_wrapup_time(struct sw_pbx *pbx, const char *agent, int64_t wrapup_ms);
/* The agent's last call ended at ENDED_MS (a switch's own note of it): if its wrap-up is not over it is in
 * it. */
void sw_pbx_wrapup_since(struct sw_pbx *pbx, const char *agent, int64_t ended_ms);
/* The wrap-up is over now. */
void sw_pbx_wrapup_over(struct sw_pbx *pbx, const char *agent, int64_t at_ms);

/* ---- calls: a call is told with its agent's state ---- */

/* CALL entered QUEUE. POSITION and PRIORITY: INT64_MIN = not known. One that waits in another queue left that
 * for this one (exit `overflow`); one that was being talked to is over there. */
void sw_pbx_queued(struct sw_pbx *pbx, const char *call, const char *queue, int64_t position,
                   int64_t priority, int64_t at_ms);
/* It rings at AGENT: several agents may be rung at once. QUEUE (may be NULL) is that of a call not heard of,
 * here and below. */
void sw_pbx_ringing(struct sw_pbx *pbx, const char *call, const char *agent, const char *queue,
                    int64_t at_ms);
/* It rings there no more: DECLINED = the agent did not answer (REJECTED: refused it), else for another
 * reason. */
enum sw_pbx_ring_end { SW_PBX_RING_STOPPED, SW_PBX_RING_TIMEOUT, SW_PBX_RING_REJECTED };
void sw_pbx_ring_ended(struct sw_pbx *pbx, const char *call, const char *agent, enum sw_pbx_ring_end how,
                       int64_t at_ms);
/* WAIT_MS, TALK_MS and HOLD_MS here and below: what the switch says; -1 = not known, from the times of the
 * facts. */
void sw_pbx_answered(struct sw_pbx *pbx, const char *call, const char *agent, const char *queue,
                     int64_t wait_ms, int64_t at_ms);
void sw_pbx_abandoned(struct sw_pbx *pbx, const char *call, int64_t wait_ms, int64_t at_ms);
/* It left its queue, and rings on where it rang. That is told when the call enters another, is hung up, or
 * SW_PBX_HOLD_MS later; sw_pbx_abandoned and sw_pbx_answered before then say that it was no exit. */
void sw_pbx_exited(struct sw_pbx *pbx, const char *call, enum sw_exit_reason reason, int64_t wait_ms,
                   int64_t at_ms);
/* The caller's channel is gone: an exit of it need not wait for another queue; a call still open is over
 * (abandoned, or ended by BY). */
void sw_pbx_hung_up(struct sw_pbx *pbx, const char *call, enum sw_ended_by by, int64_t at_ms);
void sw_pbx_held(struct sw_pbx *pbx, const char *call, int64_t at_ms);
void sw_pbx_retrieved(struct sw_pbx *pbx, const char *call, int64_t at_ms);
/* TO: a queue, an agent or a number, NULL = not known (or not an identifier). TALK_MS cannot be told of
 * transfers. */
void sw_pbx_transferred(struct sw_pbx *pbx, const char *call, const char *to, int64_t at_ms);
/* TALK_MS is that of the whole conversation, with its holds. */
void sw_pbx_ended(struct sw_pbx *pbx, const char *call, enum sw_ended_by by, int64_t talk_ms, int64_t hold_ms,
                  int64_t at_ms);
/* AGENT calls somebody; CAMPAIGN may be NULL. Ends with sw_pbx_ended. */
void sw_pbx_dialed(struct sw_pbx *pbx, const char *call, const char *agent, const char *campaign,
                   int64_t at_ms);
void sw_pbx_connected(struct sw_pbx *pbx, const char *call, int64_t at_ms);

/* ---- what is known ---- */

enum sw_pbx_phase {
    SW_PBX_UNKNOWN, /* never heard of, or forgotten */
    SW_PBX_WAITING,
    SW_PBX_DIALING,
    SW_PBX_TALKING,
    SW_PBX_OVER
};
/* A call whose exit waits to be told is over. */
enum sw_pbx_phase sw_pbx_call_phase(const struct sw_pbx *pbx, const char *call);
/* The agent and the queue of a call, NULL where there is none. Borrowed until the next fact. */
const char *sw_pbx_call_agent(const struct sw_pbx *pbx, const char *call);
const char *sw_pbx_call_queue(const struct sw_pbx *pbx, const char *call);
bool sw_pbx_knows_agent(const struct sw_pbx *pbx, const char *agent);
/* The state last told of AGENT; SW_ST_COUNT = none was. */
enum sw_agent_state sw_pbx_agent_state(const struct sw_pbx *pbx, const char *agent);
/* Open calls, and agents who are signed in. */
size_t sw_pbx_open_calls(const struct sw_pbx *pbx);
size_t sw_pbx_staffed_agents(const struct sw_pbx *pbx);

/* ---- snapshots: what the switch says it has ---- */

/* A snapshot begins. Facts may go on coming as the switch tells them; what they touch from here on prevails
 * over what the snapshot says of the same call or membership. A snapshot that has begun already is dropped.
 */
void sw_pbx_snapshot_begin(struct sw_pbx *pbx);
/* As the facts of these names. SINCE_MS: since when it is so; INT64_MIN = not known (as of now, if it is
 * news). */
void sw_pbx_note_member(struct sw_pbx *pbx, const char *agent, const char *queue, bool paused,
                        const char *reason, int64_t since_ms);
void sw_pbx_note_duty(struct sw_pbx *pbx, const char *agent, enum sw_pbx_duty duty, const char *reason,
                      int64_t since_ms);
void sw_pbx_note_line(struct sw_pbx *pbx, const char *agent, enum sw_pbx_line line);
/* A call that waits in QUEUE, or that AGENT talks on, since SINCE_MS. QUEUE or AGENT NULL: only if it is open
 * already. */
void sw_pbx_note_waiting(struct sw_pbx *pbx, const char *call, const char *queue, int64_t position,
                         int64_t priority, int64_t since_ms);
void sw_pbx_note_talking(struct sw_pbx *pbx, const char *call, const char *queue, const char *agent,
                         int64_t since_ms);

#define SW_PBX_COVERS_MEMBERS 1u /* memberships and duties that were not noted are none */
#define SW_PBX_COVERS_WAITING 2u /* calls told as waiting that were not noted are gone */
#define SW_PBX_COVERS_TALKING 4u /* conversations of queue calls that were not noted are over */
#define SW_PBX_COVERS_ALL 7u

enum sw_pbx_snapshot {
    SW_PBX_SNAPSHOT_MERGE, /* after (re)connecting: differences are put right at once */
    SW_PBX_SNAPSHOT_CHECK  /* a difference is put right when the snapshot before had it too; it is counted and
                              told */
};
/* The snapshot is complete as of now; COVERS says what it tells all of. Calls that are gone left by
 * `overflow` or ended by `system`, and agents that are gone signed out, as of now; merging, as of when the
 * switch was last seen (sw_pbx_unseen, or the latest event from before this run). Returns how many
 * differences were put right. */
size_t sw_pbx_snapshot_end(struct sw_pbx *pbx, enum sw_pbx_snapshot how, unsigned covers);
/* It will not be completed. */
void sw_pbx_snapshot_drop(struct sw_pbx *pbx);
/* The switch is not seen from SINCE_MS on, up to the next merge; told again before that it changes nothing.
 */
void sw_pbx_unseen(struct sw_pbx *pbx, int64_t since_ms);

/* ---- doubt ---- */

/* The walls show an outside alarm while the switch cannot be seen (RAISED), and no longer when it can. TEXT:
 * at most 280 characters. Told once per change. */
void sw_pbx_alarm(struct sw_pbx *pbx, bool raised, const char *text, int64_t at_ms);

#endif
