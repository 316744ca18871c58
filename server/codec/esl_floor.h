/* FreeSWITCH's mod_callcenter: its events (CUSTOM callcenter::info) and its lists (callcenter_config) to
 * facts for the floor of a telephone system (pbx_floor.h).
 *
 * What its events mean:
 *  - A call is the caller's channel (CC-Member-Session-UUID); CC-Member-UUID is its entry into a queue. A
 * caller who comes back and gets the old place (member-queue-resume) is a new call with a new entry: the
 * abandon before it stands.
 *  - A conversation counts once it stands: bridge-agent-start is sent before the two are bridged, so it is
 * told when the agent's state is "In a queue call", as of bridge-agent-start. CC-Agent-Bridged: false takes
 * it back.
 *  - BREAK_OUT is a hang-up where the caller's channel is over, and an exit (overflow) where it lives on
 * (uuid_break, a transfer). TIMEOUT, NO_AGENT_TIMEOUT and EXIT_WITH_KEY are exits.
 *  - A call that lives on after its conversation was transferred if its channel shows a transfer that it did
 * not show when it joined; otherwise the agent hung up and the caller goes on in the dialplan.
 *  - An agent is signed out (Logged Out), paused (On Break) or available. Idle, which follows the calls of
 * who is Available (On Demand), is a pause of that name; so is a status that mod_callcenter does not have.
 * What pauses mean says the table of reasons. There are no reasons of breaks. Wrap-up has no event: it is the
 * end of the last conversation + wrap_up_time of the agent.
 *  - Times are the events' own (microseconds); the lists and CC-*-Time know seconds. Counters of the switch
 *    (calls_answered, talk_time) are cleared when an agent signs in: they are not used, nor is members-count
 * but as a hint.
 *
 * Snapshots ask for agents, tiers, queues and the members of each queue, and whether the channel of each
 * member exists: entries that are left over in the switch's database (phantoms) are none of the floor's. An
 * agent whose state has no call to it in two snapshots in a row is unreachable (busy) until its state
 * changes.
 *
 * Pure: no clock, no sockets. Questions go out through `ask`, and answers are handed in, in their order. */
#ifndef CODEC_ESL_FLOOR_H
#define CODEC_ESL_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/pbx_floor.h"
#include "shiftwall/error.h"

#define SW_ESL_AGENTS_MAX SW_PBX_AGENTS_MAX
#define SW_ESL_CALLS_MAX 50000 /* open; events of further ones are refused */
#define SW_ESL_QUEUES_MAX SW_PBX_QUEUES_MAX
#define SW_ESL_WINDOW 32 /* questions asked and not answered */
#define SW_ESL_SETTLE_MS                                                                                     \
    1000 /* a snapshot is closed this long after its last answer: what just ended tells how itself */
#define SW_ESL_HINT_MS 10000 /* a count of members that differs this long brings a snapshot forward */
#define SW_ESL_COMMAND_BYTES_MAX 320

struct sw_esl_floor_options {
    struct sw_pbx *pbx; /* borrowed */
    /* Whether QUEUE, as the switch calls it, is one of ours. NULL: all are. Agents of no such queue are none
     * of ours either. */
    bool (*wants_queue)(void *ctx, const char *queue);
    /* Names that end in "@DOMAIN" are told without that, and queues that do not are not ours; NULL or "":
     * names as they are. */
    const char *domain;
    /* Sends "api COMMAND". The answer goes to sw_esl_floor_answer(). */
    void (*ask)(void *ctx, const char *command);
    /* A snapshot ended: COMPLETE, or what is wrong (in English, for a person; PROBLEM "" when it was
     * complete). */
    void (*snapshot)(void *ctx, bool is_complete, const char *problem);
    /* What a person should know, in English. */
    void (*message)(void *ctx, const char *text);
    void *ctx;
};

struct sw_esl_floor_counters {
    uint64_t events;    /* of callcenter::info */
    uint64_t unknown;   /* of actions or reasons never heard of */
    uint64_t malformed; /* events without what their action needs, rows that cannot be read */
    uint64_t foreign;   /* of queues that are not ours */
    uint64_t refused;   /* past a cap */
    uint64_t snapshots; /* completed */
    uint64_t phantoms;  /* members and agents that a check found to be left over */
    uint64_t hints;     /* snapshots brought forward because a count of members differed */
};

struct sw_esl_floor;

/* OPTIONS is copied. */
struct sw_esl_floor *sw_esl_floor_new(const struct sw_esl_floor_options *options);
void sw_esl_floor_free(struct sw_esl_floor *floor);
const struct sw_esl_floor_counters *sw_esl_floor_counters(const struct sw_esl_floor *floor);

/* One event (text/event-plain) of LEN bytes, seen at NOW_MS. */
void sw_esl_floor_event(struct sw_esl_floor *floor, const char *event, size_t len, int64_t now_ms);
/* The answer to the oldest question. */
void sw_esl_floor_answer(struct sw_esl_floor *floor, const char *text, size_t len, int64_t now_ms);
/* How many questions are not answered. */
size_t sw_esl_floor_asked(const struct sw_esl_floor *floor);
/* Asks whether the switch is there; the answer counts for nothing but being one. */
void sw_esl_floor_ping(struct sw_esl_floor *floor);
/* The connection is gone: what was asked will not be answered. */
void sw_esl_floor_lost(struct sw_esl_floor *floor);

/* Begins a snapshot. MERGE while a check is under way makes it a merge. */
void sw_esl_floor_snapshot(struct sw_esl_floor *floor, enum sw_pbx_snapshot how, int64_t now_ms);
/* It is NOW_MS: what waits for a time happens. */
void sw_esl_floor_advance(struct sw_esl_floor *floor, int64_t now_ms);
/* When that has something to do; INT64_MAX = nothing. */
int64_t sw_esl_floor_next_deadline(const struct sw_esl_floor *floor);

#endif
