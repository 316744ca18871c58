/* The inside of esl_floor, shared by its files. */
#ifndef CODEC_ESL_FLOOR_INTERNAL_H
#define CODEC_ESL_FLOOR_INTERNAL_H

#include "codec/esl.h"
#include "codec/esl_floor.h"
#include "core/map.h"
#include "shiftwall/buf.h"

#define EF_ID_BYTES 260 /* an identifier (64 characters) with the NUL */
#define EF_UUID_BYTES 64
#define EF_AHEAD_MS 5000
#define EF_TOLD_MAX 10000 /* different things that are told once */

enum ef_state { EF_WAITING, EF_RECEIVING, EF_IN_CALL, EF_IDLE, EF_RESERVED, EF_STATE_UNKNOWN };

struct ef_call;

struct ef_agent {
    UT_hash_handle hh;
    struct ef_call *call; /* that it is being bridged to, or talks on */
    char status[64];      /* as the switch says; "" = not known */
    enum ef_state state;
    char uuid[EF_UUID_BYTES];                                     /* of its channel; "" = none */
    int64_t wrapup_ms;                                            /* -1 = not known */
    int64_t last_bridge_end_ms, last_offered_ms, status_since_ms; /* of the last list; 0 = never */
    uint64_t pass;                                                /* the snapshot that listed it last */
    uint64_t tier_pass; /* the snapshot that found it in one of our queues */
    unsigned odd_count; /* snapshots in a row in which its state had no call to it */
    bool is_odd_told;
    char id[];
};

enum ef_phase { EF_CALL_WAITING, EF_CALL_BRIDGING, EF_CALL_TALKING, EF_CALL_ENDING };

struct ef_queue {
    UT_hash_handle hh;
    int64_t waiting;          /* calls of ours that wait in it */
    int64_t differs_since_ms; /* the switch counts another number; 0 = it does not */
    char id[];                /* as told */
};

struct ef_call {
    UT_hash_handle hh;      /* by its channel */
    UT_hash_handle by_leg;  /* by the agent's channel, while LEG is not "" */
    struct ef_queue *queue; /* NULL = not known */
    struct ef_agent *agent;
    enum ef_phase phase;
    char leg[EF_UUID_BYTES];
    int64_t bridge_ms, end_ms;
    int64_t wait_ms; /* before the conversation, where its joining was not seen; -1 = by the times */
    enum sw_ended_by by;
    bool is_by_known;
    bool has_history; /* `history` is of when it joined */
    uint64_t history; /* hash of the transfers that its channel went through */
    uint64_t touched; /* the snapshot under way, or the last one, when an event spoke of it */
    char id[];
};

enum ef_ask {
    EF_ASK_PING,
    EF_ASK_AGENTS,
    EF_ASK_TIERS,
    EF_ASK_QUEUES,
    EF_ASK_MEMBERS,
    EF_ASK_MEMBER_EXISTS,
    EF_ASK_AGENT_EXISTS
};

/* A question asked; SUBJECT is an index into the snapshot's queues, members or odd agents. */
struct ef_question {
    enum ef_ask what;
    bool is_void; /* of a snapshot that was dropped */
    size_t subject;
};

struct ef_member {
    char call[EF_UUID_BYTES], agent[EF_ID_BYTES];
    size_t queue; /* index into the snapshot's queues */
    bool is_talking, exists;
    int64_t since_ms;
};

struct ef_odd {
    char agent[EF_ID_BYTES], uuid[EF_UUID_BYTES];
    bool exists;
};

/* What a snapshot has gathered so far. Arrays grow, up to the caps of what they hold. */
struct ef_snapshot {
    bool is_running;
    enum sw_pbx_snapshot how;
    enum ef_ask stage;
    size_t next;                 /* of the stage: the next queue, member or odd agent to ask for */
    size_t open;                 /* its questions that are not answered */
    int64_t settle_ms;           /* when it may be closed; 0 = not yet */
    char (*queues)[EF_ID_BYTES]; /* as the switch calls them */
    size_t queue_count, queue_size;
    struct ef_member *members;
    size_t member_count, member_size;
    struct ef_odd *odd;
    size_t odd_count, odd_size;
};

struct ef_word {
    UT_hash_handle hh;
    char text[];
};

struct sw_esl_floor {
    struct sw_esl_floor_options options;
    char domain[EF_ID_BYTES];
    struct sw_esl_floor_counters counters;
    struct ef_agent *agents;
    struct ef_call *calls, *legs;
    struct ef_queue *queues;
    struct ef_word *told;
    struct ef_question questions[SW_ESL_WINDOW];
    size_t question_head, question_count;
    struct ef_snapshot snap;
    uint64_t pass; /* snapshots begun */
    int64_t now_ms;
    int64_t wanted_ms; /* a merge is wanted by then; INT64_MAX = none is */
    int64_t merged_ms; /* when one was begun last */
};

/* ---- esl_floor.c ---- */
void ef_tell(struct sw_esl_floor *f, const char *format, ...) SW_PRINTF(2, 3);
/* Whether WORD was not asked for before; never past EF_TOLD_MAX of them. */
bool ef_is_first(struct sw_esl_floor *f, const char *word);
/* The same as ef_tell, once for each WORD. */
void ef_tell_once(struct sw_esl_floor *f, const char *word, const char *format, ...) SW_PRINTF(3, 4);
/* NAME without the domain into OUT. False: a queue of another domain. */
bool ef_id(const struct sw_esl_floor *f, const char *name, char out[EF_ID_BYTES]);
bool ef_is_our_queue(const struct sw_esl_floor *f, const char *name);
/* Whether only some queues are ours. */
bool ef_is_choosy(const struct sw_esl_floor *f);
/* The agent of that id, made when it is new; NULL at the cap. */
struct ef_agent *ef_agent_of(struct sw_esl_floor *f, const char *id);
struct ef_agent *ef_agent_find(const struct sw_esl_floor *f, const char *id);
enum ef_state ef_state_of(const char *text);
/* What the agent's status and state mean for its duty. */
enum sw_pbx_duty ef_duty_of(const struct ef_agent *agent, const char **reason);
/* A merge is wanted soon: something turned up that the lists know more of. */
void ef_want_snapshot(struct sw_esl_floor *f);

/* ---- esl_floor_call.c ---- */
struct ef_call *ef_call_find(const struct sw_esl_floor *f, const char *id);
/* The call of that channel, made as waiting in QUEUE when it is new; NULL at the cap. */
struct ef_call *ef_call_of(struct sw_esl_floor *f, const char *id, const char *queue);
void ef_call_phase(struct ef_call *call, enum ef_phase phase);
void ef_call_agent(struct sw_esl_floor *f, struct ef_call *call, struct ef_agent *agent, const char *leg);
void ef_call_free(struct sw_esl_floor *f, struct ef_call *call);
/* The conversation of CALL stands: it is told, as of its bridge. */
void ef_call_answered(struct sw_esl_floor *f, struct ef_call *call);
/* An event of an agent and a caller, or of a caller and a queue. */
struct ef_event {
    const char *text;
    size_t len;
    int64_t ts_ms;
    char action[64], agent[EF_ID_BYTES], queue[EF_ID_BYTES], call[EF_UUID_BYTES];
};
void ef_joined(struct sw_esl_floor *f, const struct ef_event *e);
void ef_offered(struct sw_esl_floor *f, const struct ef_event *e);
void ef_bridged(struct sw_esl_floor *f, const struct ef_event *e);
void ef_bridge_over(struct sw_esl_floor *f, const struct ef_event *e);
void ef_bridge_failed(struct sw_esl_floor *f, const struct ef_event *e);
void ef_left(struct sw_esl_floor *f, const struct ef_event *e);
void ef_counted(struct sw_esl_floor *f, const struct ef_event *e);
void ef_hold(struct sw_esl_floor *f, const struct ef_event *e, bool is_held);

/* ---- esl_floor_snapshot.c ---- */
void ef_snapshot_free(struct sw_esl_floor *f);

#endif
