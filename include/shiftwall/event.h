/* One event of the event contract, version 1 (what producers send), decoded.
 *
 * Strings are NUL-terminated UTF-8, borrowed from the decoder until its next call; NULL where the field is
 * absent. Durations are milliseconds, -1 where absent. */
#ifndef SHIFTWALL_EVENT_H
#define SHIFTWALL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "shiftwall/error.h"

#define SW_ID_CHARS_MAX 64          /* identifiers, in code points */
#define SW_NAME_CHARS_MAX 128       /* an agent's name */
#define SW_REASON_CHARS_MAX 128     /* a state's reason */
#define SW_NOTICE_CHARS_MAX 280     /* a notice's or an alarm's text */
#define SW_EVENT_QUEUES_MAX 64      /* queues one agent serves */
#define SW_EVENT_BYTES_MAX 16384    /* one event */
#define SW_BATCH_BYTES_MAX 65536    /* one batch */
#define SW_BATCH_EVENTS_MAX 256     /* events of a batch */
#define SW_EVENT_DEPTH_MAX 8        /* nesting of one event */
#define SW_TS_MAX_MS INT64_C(253402300799999) /* the last millisecond of the year 9999 */
#define SW_DURATION_MAX_MS INT64_C(31622400000) /* 366 days: more is not a duration */

#define SW_EVENT_TYPE_MAP(XX)                                                                                 \
    XX(AGENT_STATE, "agent.state")                                                                            \
    XX(CALL_QUEUED, "call.queued")                                                                            \
    XX(CALL_RINGING, "call.ringing")                                                                          \
    XX(CALL_DECLINED, "call.declined")                                                                        \
    XX(CALL_ANSWERED, "call.answered")                                                                        \
    XX(CALL_ABANDONED, "call.abandoned")                                                                      \
    XX(CALL_EXITED, "call.exited")                                                                            \
    XX(CALL_HELD, "call.held")                                                                                \
    XX(CALL_RETRIEVED, "call.retrieved")                                                                      \
    XX(CALL_TRANSFERRED, "call.transferred")                                                                  \
    XX(CALL_ENDED, "call.ended")                                                                              \
    XX(CALL_DIALED, "call.dialed")                                                                            \
    XX(CALL_CONNECTED, "call.connected")                                                                      \
    XX(CALL_DISPOSITIONED, "call.dispositioned")                                                              \
    XX(NOTICE, "notice")                                                                                      \
    XX(ALARM, "alarm")

enum sw_event_type {
#define XX(name, text) SW_EV_##name,
    SW_EVENT_TYPE_MAP(XX)
#undef XX
        SW_EV_COUNT
};

/* Agent states in the order of the contract; the three groups of kpi.md are ranges of it. */
#define SW_STATE_MAP(XX)                                                                                      \
    XX(OFFLINE, "offline")                                                                                    \
    XX(READY, "ready")                                                                                        \
    XX(RINGING, "ringing")                                                                                    \
    XX(DIALING, "dialing")                                                                                    \
    XX(TALKING, "talking")                                                                                    \
    XX(HOLD, "hold")                                                                                          \
    XX(WRAPUP, "wrapup")                                                                                      \
    XX(BREAK, "break")                                                                                        \
    XX(MEAL, "meal")                                                                                          \
    XX(BUSY, "busy")                                                                                          \
    XX(MEETING, "meeting")

enum sw_agent_state {
#define XX(name, text) SW_ST_##name,
    SW_STATE_MAP(XX)
#undef XX
        SW_ST_COUNT
};

static inline bool sw_state_is_staffed(enum sw_agent_state s) { return s != SW_ST_OFFLINE; }
static inline bool sw_state_is_non_service(enum sw_agent_state s) { return s >= SW_ST_BREAK; }

enum sw_media { SW_MEDIA_VOICE, SW_MEDIA_CHAT, SW_MEDIA_EMAIL, SW_MEDIA_CALLBACK, SW_MEDIA_COUNT };

/* Why a call left its queue unanswered; ORPHAN is Shiftwall's own (no event for 6 hours). */
#define SW_EXIT_MAP(XX)                                                                                       \
    XX(TIMEOUT, "timeout")                                                                                    \
    XX(OVERFLOW, "overflow")                                                                                  \
    XX(KEY, "key")                                                                                            \
    XX(FULL, "full")                                                                                          \
    XX(UNSTAFFED, "unstaffed")                                                                                \
    XX(CALLBACK, "callback")                                                                                  \
    XX(ORPHAN, "orphan")

enum sw_exit_reason {
#define XX(name, text) SW_EXIT_##name,
    SW_EXIT_MAP(XX)
#undef XX
        SW_EXIT_COUNT
};

enum sw_ended_by { SW_BY_AGENT, SW_BY_CALLER, SW_BY_SYSTEM };
enum sw_result { SW_RESULT_SUCCESS, SW_RESULT_REFUSED, SW_RESULT_UNREACHABLE, SW_RESULT_OTHER };
enum sw_severity { SW_SEVERITY_INFO, SW_SEVERITY_WARNING, SW_SEVERITY_CRITICAL };

struct sw_event {
    enum sw_event_type type;
    int64_t ts_ms; /* when it happened at the producer, epoch */
    const char *id;
    const char *src; /* the producer; the duplicate key is (src, id) */
    const char *agent;
    const char *call;
    const char *queue;
    const char *team;
    const char *campaign;
    const char *name;
    const char *reason; /* agent.state: free text */
    const char *to;     /* call.exited, call.transferred */
    const char *source; /* alarm */
    const char *text;   /* notice, alarm */
    enum sw_media media;
    enum sw_agent_state state;
    enum sw_exit_reason exit_reason;
    enum sw_ended_by by;
    enum sw_result result;
    enum sw_severity severity;
    bool alarm_raised;
    bool has_queues; /* `queues` was given, perhaps empty */
    uint32_t queue_count;
    const char *queues[SW_EVENT_QUEUES_MAX];
    int64_t wait_ms;
    int64_t talk_ms;
    int64_t hold_ms;
    int64_t until_ms;
    int64_t position;
    int64_t priority;
};

/* Why an event is refused: the label of shiftwall_events_rejected_total and `why` of the rejects stream. */
#define SW_REJECT_MAP(XX)                                                                                     \
    XX(BAD_JSON, "bad_json")           /* not one JSON text in valid UTF-8, or a NUL in it */                 \
    XX(TOO_LONG, "too_long")           /* more bytes than an event or a batch may have */                     \
    XX(TOO_DEEP, "too_deep")           /* nested deeper than SW_EVENT_DEPTH_MAX */                            \
    XX(DUPLICATE_KEY, "duplicate_key") /* a name stands twice in an object */                                 \
    XX(NOT_OBJECT, "not_object")       /* valid JSON, but not an object */                                    \
    XX(BAD_BATCH, "bad_batch")         /* an empty, nested or oversized array */                              \
    XX(VERSION, "version")             /* `v` is not 1 */                                                     \
    XX(UNKNOWN_TYPE, "unknown_type")   /* `type` names nothing of the contract */                             \
    XX(MISSING, "missing")             /* a required field is absent */                                       \
    XX(WRONG_TYPE, "wrong_type")       /* a field of the wrong JSON type */                                   \
    XX(OUT_OF_RANGE, "out_of_range")   /* a value or a length outside its range */                            \
    XX(TOO_OLD, "too_old")             /* before the start of the previous business day */                    \
    XX(FUTURE, "future")               /* more than 5 minutes ahead of its arrival */                         \
    XX(LIMIT, "limit")                 /* no room for another agent, queue, team or call */                   \
    XX(BAD_MESSAGE, "bad_message")     /* a message of the journal's channel without `ID PREV` */

enum sw_reject {
    SW_REJECT_NONE = 0,
#define XX(name, text) SW_REJECT_##name,
    SW_REJECT_MAP(XX)
#undef XX
        SW_REJECT_COUNT
};

const char *sw_event_type_name(enum sw_event_type type);
const char *sw_agent_state_name(enum sw_agent_state state);
const char *sw_exit_reason_name(enum sw_exit_reason reason);
const char *sw_severity_name(enum sw_severity severity);
const char *sw_reject_name(enum sw_reject reject);
/* The state of that name, or -1. */
int sw_agent_state_from_name(const char *name);

#endif
