/* Asterisk's queue_log to events of the contract: a line in, zero or more events out.
 *
 * Lines are `TIME|CALLID|QUEUE|AGENT|VERB|DATA...` (app_queue.c of Asterisk; Wazo's verbs too). What the log does not say
 * outright is kept as state: which queues a member is in, where it is paused, which calls are open.
 *
 *  - A member of several queues is one agent. It is signed in while it is in a queue (ADDMEMBER, or seen at work in it)
 *    or, where AGENTLOGIN is used, while logged in. It is paused when it is paused in all of its queues.
 *  - ADDMEMBER, REMOVEMEMBER and PAUSEALL name the interface, the other verbs the member's name: two names of one person,
 *    unless log_membername_as_agent is set. They are brought together by sw_queue_log_alias(), or learnt from a PAUSEALL
 *    with its PAUSE on the next line.
 *  - Durations in the log (hold time, call time) prevail over differences of its one-second timestamps.
 *  - An exit carries `to` when the same call enters another queue within SW_QUEUE_LOG_HOLD_MS; events wait that long for
 *    it, in order.
 *  - QUEUESTART means that Asterisk has started anew: calls still open have ended with the line before.
 *
 * Pure: no clock, no files. The same lines always give the same events, with the same ids. */
#ifndef CODEC_QUEUE_LOG_H
#define CODEC_QUEUE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"
#include "shiftwall/event.h"

#define SW_QUEUE_LOG_HOLD_MS 5000
#define SW_QUEUE_LOG_OPEN_MS (6 * INT64_C(3600000)) /* older calls that never ended are not in a snapshot */
#define SW_QUEUE_LOG_LINE_BYTES_MAX 8192
#define SW_QUEUE_LOG_CALLS_MAX 200000  /* remembered; the oldest is forgotten */
#define SW_QUEUE_LOG_MEMBERS_MAX 20000 /* lines of further ones are malformed */
#define SW_QUEUE_LOG_HELD_MAX 4096     /* events that wait for an overflow's other queue */

struct sw_queue_log_options {
    /* The instant of a local time "YYYY-MM-DD HH:MM:SS", for logs out of a realtime table; MONTH and DAY are from 1. NULL:
     * such lines are malformed. */
    int64_t (*local_to_utc)(void *ctx, int year, int month, int day, int64_t ms_of_day);
    /* One event as JSON, on one line without its newline. */
    void (*event)(void *ctx, const char *json, size_t len);
    /* What a person should know, in English; LINE of the log is 0 for what is no line's fault. */
    void (*message)(void *ctx, uint64_t line, const char *text);
    /* INTERFACE was found to be NAME, by LINE. May be NULL. */
    void (*learnt)(void *ctx, uint64_t line, const char *interface, const char *name);
    void *ctx;
    const char *src;   /* the events' `src`, at most SW_ID_CHARS_MAX characters, not copied; NULL = "queue_log" */
    int64_t wrapup_ms; /* Asterisk's `wrapuptime`, which the log does not tell; 0 = agents are ready after a call */
};

struct sw_queue_log_counters {
    uint64_t lines, events;
    uint64_t malformed; /* lines that could not be read, each told */
    uint64_t unknown;   /* lines of verbs never heard of, each verb told once */
    uint64_t skipped;   /* lines that contradict what came before, each told */
};

struct sw_queue_log;

/* OPTIONS is copied. */
struct sw_queue_log *sw_queue_log_new(const struct sw_queue_log_options *options);
void sw_queue_log_free(struct sw_queue_log *log);

/* INTERFACE ("PJSIP/101") is the member NAME ("Alice"), the id of its events. 0; -SW_EINVAL (not identifiers, or the
 * interface has another name); -SW_ELIMIT. */
int sw_queue_log_alias(struct sw_queue_log *log, const char *interface, const char *name) SW_NODISCARD;
/* A pause for REASON (case is ignored) is STATE, one of the non-service states or wrapup. Words of English and Chinese for
 * breaks, meals, meetings and wrap-up are known; any other is busy, and told once. 0 or -SW_EINVAL. */
int sw_queue_log_reason(struct sw_queue_log *log, const char *reason, enum sw_agent_state state) SW_NODISCARD;

/* The names brought together so far, given and learnt. */
void sw_queue_log_each_alias(const struct sw_queue_log *log,
                             void (*fn)(void *ctx, const char *interface, const char *name), void *ctx);

/* Reads one line, LEN bytes with or without its line end. LINE is its number, for messages and ids. */
void sw_queue_log_read(struct sw_queue_log *log, uint64_t line, const char *text, size_t len);
/* For a log that is followed while it is written: no line came, and it is NOW_MS by the log's own clock (the time of its latest line
 * and what has passed since). Gives out what has waited long enough and ends wrap-ups; ids stay those that the next line would have
 * given. */
void sw_queue_log_advance(struct sw_queue_log *log, int64_t now_ms);
/* The time of the latest line, in epoch ms; 0 before the first. */
int64_t sw_queue_log_now_ms(const struct sw_queue_log *log);
/* Events made so far, of which counters.events were given out and the rest waits. They are given out in the order they are made in. */
uint64_t sw_queue_log_begun(const struct sw_queue_log *log);
/* For a reader who was not told what came before: the state of every agent who is signed in, at the time of the latest line, and the
 * calls of the last SW_QUEUE_LOG_OPEN_MS that wait or are talked to, at theirs. The same log gives the same ids. */
void sw_queue_log_snapshot(struct sw_queue_log *log);
/* The log is over: gives out what waits, and tells of names that look like two of one person. */
void sw_queue_log_end(struct sw_queue_log *log);

const struct sw_queue_log_counters *sw_queue_log_counters(const struct sw_queue_log *log);

#endif
