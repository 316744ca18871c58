/* The inside of pbx_floor, shared by its files. */
#ifndef CODEC_PBX_FLOOR_INTERNAL_H
#define CODEC_PBX_FLOOR_INTERNAL_H

#include "codec/json_writer.h"
#include "codec/pbx_floor.h"
#include "core/heap.h"
#include "core/map.h"
#include "shiftwall/buf.h"

#define PBX_NEVER INT64_MIN
#define PBX_REASON_BYTES (SW_REASON_CHARS_MAX * 4 + 1)
#define PBX_ORPHAN_MS INT64_C(21600000) /* SW_ORPHAN_MS of the core */

struct pbx_queue {
    UT_hash_handle hh;
    char id[];
};

/* A queue that an agent serves, and what the present snapshot says of it. */
struct pbx_member {
    struct pbx_queue *queue;
    bool is; /* else it was taken away, or is only noted */
    bool paused;
    char *reason;     /* of the pause */
    uint64_t touched; /* the fact that was the last one on it */
    uint64_t noted;   /* the snapshot that has it */
    uint64_t doubted; /* the snapshot that last had it otherwise */
    bool noted_paused;
    char *noted_reason;
    int64_t noted_since_ms;
};

struct pbx_agent;
struct pbx_call;

/* A call rings at an agent. */
struct pbx_offer {
    struct pbx_offer *next_of_call, *next_of_agent;
    struct pbx_call *call;
    struct pbx_agent *agent;
};

struct pbx_agent {
    UT_hash_handle hh;
    char *name, *team;
    enum sw_pbx_duty duty;
    char *duty_reason;
    enum sw_pbx_line line;
    struct pbx_member *members;
    size_t member_count, member_size;
    int64_t paused_since_ms;  /* what the switch says of the pause that is on; PBX_NEVER = nothing */
    struct pbx_offer *offers; /* the latest first */
    struct pbx_call *calls;   /* talking and dialing, the latest first */
    int64_t wrapup_ms;        /* -1 = the options' */
    int64_t wrapup_until_ms;  /* of the wrap-up that is on; 0 = none */
    struct sw_heap_node wrapup_node;
    /* what was told */
    bool told, introduced; /* a state; its name and team */
    enum sw_agent_state told_state;
    char *told_reason, *told_call;
    struct pbx_queue **told_queues;
    size_t told_queue_count;
    int64_t latest_ms, told_since_ms;
    /* the present snapshot */
    uint64_t touched, noted, noted_line, line_doubted, duty_doubted, line_touched;
    enum sw_pbx_duty noted_duty;
    char *noted_reason;
    int64_t noted_since_ms;
    enum sw_pbx_line noted_line_is;
    bool changed; /* while a snapshot ends: it is to be told after it */
    char id[];
};

struct pbx_call {
    UT_hash_handle hh;
    enum sw_pbx_phase phase;
    bool outbound, held;
    struct pbx_queue *queue;
    struct pbx_agent *agent;
    struct pbx_call *next_of_agent;
    struct pbx_offer *offers;
    size_t offer_count;
    int64_t queued_ms, answered_ms, held_ms, hold_since_ms, latest_ms;
    struct sw_heap_node silence_node; /* while it is open */
    /* it left its queue, which is not told yet */
    bool leaving;
    enum sw_exit_reason exit_reason;
    int64_t exit_ms, exit_wait_ms;
    struct sw_heap_node exit_node;
    /* calls that are over, the oldest first */
    struct pbx_call *next_over, **prev_over;
    /* the present snapshot */
    uint64_t touched, noted, doubted;
    bool noted_waiting;
    struct pbx_queue *noted_queue;
    struct pbx_agent *noted_agent;
    int64_t noted_position, noted_priority, noted_since_ms;
    char id[];
};

struct sw_pbx {
    struct sw_pbx_options options;
    char src[SW_ID_CHARS_MAX * 4 + 1], run[SW_PBX_RUN_BYTES_MAX + 1];
    struct sw_pbx_counters counters;
    int64_t now_ms;
    uint64_t ids, facts, snapshots;
    uint64_t snapshot_fact; /* facts when the present snapshot began */
    bool in_snapshot;
    int64_t unseen_ms; /* since when the switch is not seen; PBX_NEVER = it is */
    bool settled;      /* states of agents are told */
    struct pbx_queue *queues;
    struct pbx_agent *agents;
    struct pbx_call *calls;
    struct pbx_call *over_first, **over_last;
    size_t open_calls, staffed;
    struct sw_heap wrapups, exits, silences;
    bool alarm_told, alarm_raised;
    struct sw_buf out;
    struct sw_json json;
};

/* ---- pbx_floor.c ---- */
/* Whether TEXT is an identifier; else the fact is counted as refused. */
bool pbx_check(struct sw_pbx *pbx, const char *text);
/* The entry of that id, made when it is new; NULL, and counted, when it is none or there is no room. */
struct pbx_queue *pbx_queue(struct sw_pbx *pbx, const char *id);
struct pbx_agent *pbx_agent(struct sw_pbx *pbx, const char *id);
struct pbx_agent *pbx_find_agent(const struct sw_pbx *pbx, const char *id);
/* AT_MS as the time of a fact. */
int64_t pbx_time(struct sw_pbx *pbx, int64_t at_ms);
void pbx_replace(char **text, const char *value);
bool pbx_same(const char *a, const char *b);
void pbx_tell(struct sw_pbx *pbx, const char *format, ...) SW_PRINTF(2, 3);
/* Begins an event; its other fields are written to pbx->json. */
void pbx_begin(struct sw_pbx *pbx, const char *type, int64_t ts_ms);
void pbx_emit(struct sw_pbx *pbx);

/* ---- pbx_floor_agent.c ---- */
/* Tells the agent's state if it is another than the last one told. */
void pbx_agent_update(struct sw_pbx *pbx, struct pbx_agent *agent, int64_t ts_ms);
/* REASON (may be NULL) cut to what an event may carry, in OUT. */
const char *pbx_cut_reason(const char *reason, char out[PBX_REASON_BYTES]);
bool pbx_agent_is_staffed(const struct pbx_agent *agent);
bool pbx_agent_is_paused(const struct pbx_agent *agent);
struct pbx_member *pbx_member(struct sw_pbx *pbx, struct pbx_agent *agent, struct pbx_queue *queue,
                              bool make);
void pbx_set_member(struct sw_pbx *pbx, struct pbx_agent *agent, struct pbx_member *member, bool is,
                    bool paused, const char *reason, int64_t since_ms);
void pbx_set_duty(struct pbx_agent *agent, enum sw_pbx_duty duty, const char *reason, int64_t since_ms);
void pbx_begin_wrapup(struct sw_pbx *pbx, struct pbx_agent *agent, int64_t ended_ms);
void pbx_end_wrapup(struct sw_pbx *pbx, struct pbx_agent *agent);
void pbx_agent_free(struct pbx_agent *agent);

/* ---- pbx_floor_call.c ---- */
struct pbx_call *pbx_find_call(const struct sw_pbx *pbx, const char *id);
/* The call of that id, made (phase unknown) when it is new; NULL, and counted, when it is none or there is no
 * room. */
struct pbx_call *pbx_call(struct sw_pbx *pbx, const char *id);
void pbx_call_free(struct sw_pbx *pbx, struct pbx_call *call);
bool pbx_is_open(const struct pbx_call *call);
/* Moves a call between phases, with all that hangs on it; tells nothing. */
void pbx_set_phase(struct sw_pbx *pbx, struct pbx_call *call, enum sw_pbx_phase phase,
                   struct pbx_agent *agent);
/* It is over without the switch having said how. */
void pbx_cut(struct sw_pbx *pbx, struct pbx_call *call, struct pbx_queue *to, int64_t ts_ms);
void pbx_make_wait(struct sw_pbx *pbx, struct pbx_call *call, struct pbx_queue *queue, int64_t position,
                   int64_t priority, int64_t ts_ms);
void pbx_make_talk(struct sw_pbx *pbx, struct pbx_call *call, struct pbx_agent *agent,
                   struct pbx_queue *queue, int64_t wait_ms, int64_t ts_ms);
void pbx_calls_due(struct sw_pbx *pbx);

#endif
