/* Asterisk's queues by its manager interface: messages to facts of pbx_floor. For Asterisk 13 to 22, by the
 * events of app_queue, channels and devices (SPEC: field.md 5.1; app_queue.c).
 *
 *  - An agent is a member's name. A member without a name of its own (its name is its interface) is the agent
 * whom another queue names for that interface, else the interface.
 *  - A call is the caller's channel (Uniqueid). Agents' legs, also by local channels, belong to it by
 * Linkedid.
 *    Where a caller's own local channel is optimized away, the call goes on under its id, with the channel
 * that took its place.
 *  - QueueCallerLeave says that a call left, not why: with AgentConnect it was answered; with
 * QueueCallerAbandon before it, see below; else the caller pressed a key (exit `key`).
 *  - QueueCallerAbandon is raised for callers who hung up and for those whom the queue gave up (timeout, no
 * members left). A caller hung up when the channel was asked to (HangupRequest) before. Else the queue gave
 * up: for want of members if none of the queue's can take calls now (exit `unstaffed`), else by its
 * `timeout`. Channels whose technology never sends HangupRequest are taken to have hung up when their Hangup
 * comes before anything else becomes of the call.
 *  - HoldTime, TalkTime and AgentConnect's RingTime are seconds, AgentRingNoAnswer's RingTime is
 * milliseconds; a ringing of 0 ms, or one that a busy telephone ended, is `rejected`.
 *  - AgentComplete ends a conversation, with Reason `transfer` it is a transfer. Where it does not come, the
 * caller's Hangup or the transfer's own event does, SW_AMI_PATIENCE_MS later.
 *  - A telephone that cannot be reached (device invalid or unavailable): an agent added by hand is signed in
 * and `busy`
 *    ("unavailable"); one whose memberships are all static was never signed in by anybody but its telephone,
 * and is signed out.
 *  - Calls that members make count as outbound only where the options tell which channels lead outside; else
 * their telephone is engaged, no more.
 *  - Asterisk's own counters (Completed, CallsTaken ...) are never used: a restart or reload does not reset
 * ours.
 *  - Times are the events' Timestamp where there is one (timestampevents=yes), moved by the difference of the
 * clocks when that is more than SW_AMI_APART_MS; else arrival.
 *
 * Pure: no clock, no input or output. */
#ifndef CODEC_AMI_FLOOR_H
#define CODEC_AMI_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/ami.h"
#include "codec/pbx_floor.h"

#define SW_AMI_CHANNELS_MAX 50000 /* remembered; further ones are not, and counted */
#define SW_AMI_ROWS_MAX 200000    /* of members in a snapshot; further ones are not, and counted */
#define SW_AMI_PATIENCE_MS 3000   /* how long AgentComplete is waited for */
#define SW_AMI_APART_MS 2000      /* clocks further apart are not one */

struct sw_ami_floor_options {
    struct sw_pbx *pbx; /* borrowed */
    /* Whether QUEUE is to be told; NULL: all are. */
    bool (*wants_queue)(void *ctx, const char *queue);
    /* Channels that lead outside, by the beginning of their names ("PJSIP/provider"), ending in NULL; NULL:
     * none is known. Borrowed. */
    const char *const *trunks;
    /* What a person should know, in English. May be NULL. */
    void (*message)(void *ctx, const char *text);
    void *ctx;
};

struct sw_ami_floor_counters {
    uint64_t events;  /* of use; others are passed over */
    uint64_t faulty;  /* of use, but without what they need */
    uint64_t refused; /* channels and rows past the caps */
    int64_t
        clock_apart_ms; /* how far Asterisk's clock is behind ours; 0 within SW_AMI_APART_MS, or not known */
};

struct sw_ami_floor;

/* OPTIONS is copied. */
struct sw_ami_floor *sw_ami_floor_new(const struct sw_ami_floor_options *options);
void sw_ami_floor_free(struct sw_ami_floor *floor);
const struct sw_ami_floor_counters *sw_ami_floor_counters(const struct sw_ami_floor *floor);

/* A live event, come at NOW_MS; sw_pbx_advance() was called with it. */
void sw_ami_floor_event(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t now_ms);
/* Deadlines up to NOW_MS happen; when there is something to do next, INT64_MAX = nothing. */
void sw_ami_floor_advance(struct sw_ami_floor *floor, int64_t now_ms);
int64_t sw_ami_floor_next_deadline(const struct sw_ami_floor *floor);
/* The connection was lost. */
void sw_ami_floor_lost(struct sw_ami_floor *floor);

/* A snapshot begins: from then on the rows of QueueStatus and CoreShowChannels are given by
 * sw_ami_floor_row(), and live events go on as ever. At its end QUEUES and CHANNELS tell which of the two
 * lists are complete; the number of differences that were put right is returned. A snapshot that is not ended
 * is dropped by the next one. */
void sw_ami_floor_begin(struct sw_ami_floor *floor);
void sw_ami_floor_row(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t now_ms);
size_t sw_ami_floor_end(struct sw_ami_floor *floor, enum sw_pbx_snapshot how, bool queues, bool channels,
                        int64_t now_ms);

#endif
