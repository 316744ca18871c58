/* The inside of queue_log, shared by its files. */
#ifndef CODEC_QUEUE_LOG_INTERNAL_H
#define CODEC_QUEUE_LOG_INTERNAL_H

#include "codec/json_writer.h"
#include "codec/pbx_reasons.h"
#include "codec/queue_log.h"
#include "core/map.h"
#include "shiftwall/buf.h"

#define QL_DATA_MAX 10
#define QL_LEARN_MS 1000 /* a PAUSE that belongs to a PAUSEALL follows within this */

/* A word that is kept once: queue names, verbs told. */
struct ql_word {
    UT_hash_handle hh;
    char text[];
};

struct ql_served {
    const char *queue;
    bool paused;
};

struct ql_member {
    UT_hash_handle hh;
    struct ql_member *is;   /* another name of this member */
    bool added, at_work;    /* named so by verbs that name interfaces; by those that name members */
    bool by_login, is_in;   /* AGENTLOGIN was used; logged in */
    bool paused_all;
    char *reason;           /* of the latest pause */
    struct ql_served served[SW_EVENT_QUEUES_MAX];
    size_t served_count;
    bool served_changed;    /* since the last event */
    uint32_t calls;
    const char *queue;      /* of the latest call */
    char *call;
    int64_t wrapup_until_ms; /* 0 = none */
    uint64_t wrapup_line;    /* the line that began it */
    bool told;
    enum sw_agent_state told_state;
    char *told_reason;
    char id[];
};

enum ql_phase { QL_WAITING, QL_TALKING, QL_OVER };

struct ql_held;

struct ql_call {
    UT_hash_handle hh;
    enum ql_phase phase;
    const char *queue;
    struct ql_member *member;
    int64_t queued_ms, answered_ms;
    struct ql_held *exit; /* its exit, while that may still learn where to */
    char id[];
};

/* An event that is not given out yet: one that waits for its `to`, or is behind such a one. */
struct ql_held {
    struct ql_held *next;
    struct ql_call *call; /* whose exit it is; NULL = nothing is waited for */
    int64_t until_ms;
    char *json; /* without the closing brace */
    size_t len;
};

struct ql_line {
    uint64_t number;
    int64_t ts_ms;
    const char *callid, *queue, *agent, *verb;
    const char *data[QL_DATA_MAX];
    size_t data_count;
    unsigned events;
    bool is_faulty; /* counted as malformed or skipped: once, by its first fault */
};

struct sw_queue_log {
    struct sw_queue_log_options options;
    struct sw_queue_log_counters counters;
    struct ql_line line;
    int64_t now_ms, previous_ms; /* the latest time of any line; the time of the line before */
    uint64_t sequence;           /* lines read, over all files */
    struct ql_word *queues, *told;
    struct sw_pbx_reasons *reasons;
    struct ql_member *members;
    struct ql_call *calls;
    struct ql_held *held_first, **held_last;
    size_t held_count;
    int64_t next_wrapup_ms; /* INT64_MAX = none */
    const struct ql_member *ending; /* whose wrap-up ends */
    bool in_snapshot;
    struct {
        struct ql_member *member;
        uint64_t sequence;
        int64_t ts_ms;
        bool paused, ambiguous;
        char *reason;
    } all; /* the last PAUSEALL or UNPAUSEALL */
    struct sw_buf out;
    struct sw_json json;
};

/* ---- queue_log.c ---- */
void ql_tell(struct sw_queue_log *log, uint64_t line, const char *format, ...) SW_PRINTF(3, 4);
/* The line contradicts what came before. */
void ql_skip(struct sw_queue_log *log, const char *why);
void ql_malformed(struct sw_queue_log *log, const char *why);
bool ql_is_identifier(const char *text);
/* The word of TEXT in SET, made when it is new and there are fewer than 100,000; else NULL. */
struct ql_word *ql_word(struct ql_word **set, const char *text);
/* Seconds in data field INDEX as ms, or -1. */
int64_t ql_seconds(const struct sw_queue_log *log, size_t index);
/* Data field INDEX, "" when it is not there. */
const char *ql_data(const struct sw_queue_log *log, size_t index);

/* ---- queue_log_out.c: events ---- */
/* Begins an event; its other fields are written to log->json. */
void ql_begin(struct sw_queue_log *log, const char *type, int64_t ts_ms);
void ql_emit(struct sw_queue_log *log);
/* The event is the exit of CALL and may be told where the call went. */
void ql_emit_exit(struct sw_queue_log *log, struct ql_call *call);
/* CALL entered QUEUE: its exit is told, if that still waits. */
void ql_resolve(struct sw_queue_log *log, struct ql_call *call, const char *queue);
/* Gives out what need not wait any longer at NOW_MS; INT64_MAX: everything. */
void ql_release(struct sw_queue_log *log, int64_t now_ms);

/* ---- queue_log_member.c ---- */
/* The member of that name, made when it is new; NULL at the cap. WORKS: the verb names members, not interfaces. */
struct ql_member *ql_member(struct sw_queue_log *log, const char *name, bool works);
void ql_member_serves(struct sw_queue_log *log, struct ql_member *member, const char *queue, bool paused);
/* Tells the member's state if it is another than the last one told. */
void ql_member_update(struct sw_queue_log *log, struct ql_member *member, int64_t ts_ms);
void ql_member_begins_call(struct sw_queue_log *log, struct ql_member *member, const struct ql_call *call,
                           int64_t ts_ms);
void ql_member_ends_call(struct sw_queue_log *log, struct ql_member *member, int64_t ts_ms);
/* Ends the wrap-ups that are over at the time of the line. */
void ql_wrapups_end(struct sw_queue_log *log, int64_t ts_ms);
/* The verbs; ARGUMENT is of the table's. */
void ql_addmember(struct sw_queue_log *log, int argument);
void ql_removemember(struct sw_queue_log *log, int argument);
void ql_pause(struct sw_queue_log *log, int paused);
void ql_pauseall(struct sw_queue_log *log, int paused);
void ql_login(struct sw_queue_log *log, int in);
/* Tells the state of everybody signed in once more. */
void ql_members_snapshot(struct sw_queue_log *log, int64_t ts_ms);
void ql_members_restart(struct sw_queue_log *log, int64_t ts_ms);
void ql_members_free(struct sw_queue_log *log);
/* Messages on names that look like two of one person. */
void ql_members_tell_doubts(struct sw_queue_log *log);

/* ---- queue_log_call.c: the verbs ---- */
void ql_enter(struct sw_queue_log *log, int argument);
void ql_connect(struct sw_queue_log *log, int argument);
void ql_complete(struct sw_queue_log *log, int by);
void ql_transfer(struct sw_queue_log *log, int attended);
void ql_abandon(struct sw_queue_log *log, int argument);
enum { QL_WAIT_AT = 16 }; /* an exit's argument: its reason + QL_WAIT_AT * (1 + index of the wait, or 0) */
void ql_exit(struct sw_queue_log *log, int argument);
void ql_withdraw(struct sw_queue_log *log, int argument);
void ql_refused(struct sw_queue_log *log, int reason);
void ql_ring(struct sw_queue_log *log, int dumped);
void ql_outcall(struct sw_queue_log *log, int argument);
void ql_restart(struct sw_queue_log *log, int argument);
void ql_calls_snapshot(struct sw_queue_log *log, int64_t since_ms);
void ql_calls_free(struct sw_queue_log *log);

#endif
