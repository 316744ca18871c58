/* The inside of ami_floor, shared by its files. */
#ifndef CODEC_AMI_FLOOR_INTERNAL_H
#define CODEC_AMI_FLOOR_INTERNAL_H

#include "codec/ami_floor.h"
#include "core/map.h"
#include "shiftwall/buf.h"

#define AMI_ID_BYTES (SW_ID_CHARS_MAX * 4 + 1)
#define AMI_TECHS_MAX 32

/* A telephone by one of its names: its interface, or the device whose state counts. */
struct ami_device {
    UT_hash_handle hh;
    struct ami_member *member;
    char name[];
};

struct ami_served {
    char *queue;
    bool dynamic, paused;
    uint64_t seen; /* the snapshot that has it, or during which it was told */
};

/* An interface that is a member of queues. */
struct ami_member {
    UT_hash_handle hh;
    struct ami_person *person;
    struct ami_member *next_of_person;
    struct ami_served *served;
    size_t served_count;
    enum sw_pbx_line line;
    char interface[];
};

/* An agent: nearly always one interface. */
struct ami_person {
    UT_hash_handle hh;
    struct ami_member *members;
    char id[];
};

struct ami_channel {
    UT_hash_handle hh;
    UT_hash_handle by_link; /* of callers only */
    char *name, *link;
    char *call;  /* the queue call of which it is an agent's leg; NULL */
    char *agent; /* of that leg */
    char
        *stands_for; /* the queue call whose caller it has become, as a local channel between is gone; NULL */
    bool is_caller;  /* it is in a queue, or was */
    bool hangup_asked;
    bool replaced;   /* a caller for whom another channel stands now */
    bool gave_up;    /* it left its queue by QueueCallerAbandon, and it is not known yet whether it hung up */
    bool was_busy;   /* a leg whose telephone refused */
    bool answered;   /* a leg that was answered and is not through to the caller yet */
    bool is_awaited; /* a caller who left the queue for such a leg: AgentConnect follows, however late */
    bool dials;      /* it is an outbound call of a member */
    uint64_t seen;   /* the snapshot that has it, or during which it was made */
    char id[];
};

/* A call that is over if AgentComplete does not say so first. */
struct ami_late {
    struct ami_late *next;
    int64_t at_ms, due_ms;
    bool transferred;
    enum sw_ended_by by;
    char *to;
    char call[];
};

/* A row of QueueStatus, kept until all names are known. */
struct ami_row {
    char *interface, *state_interface, *name, *queue, *reason;
    bool dynamic, paused;
    int64_t status, last_pause_ms, last_call_ms, wrapup_ms;
};

/* A row of CoreShowChannels. */
struct ami_leg {
    char *id, *link, *name, *bridge;
    char *queue; /* of a channel in the application Queue */
    int64_t since_ms;
};

struct sw_ami_floor {
    struct sw_ami_floor_options options;
    struct sw_pbx *pbx;
    struct sw_ami_floor_counters counters;
    struct ami_member *members;
    struct ami_person *persons;
    struct ami_device *devices;
    struct ami_channel *channels, *callers; /* by id; by link */
    struct ami_late *late_first, **late_last;
    char techs[AMI_TECHS_MAX][16]; /* technologies that were seen to send HangupRequest */
    size_t tech_count;
    size_t late_count;
    int64_t now_ms;
    /* by how much our clock is ahead, at least: in this minute, and in the one before; INT64_MAX = not known
     */
    int64_t apart_ms, apart_before_ms, apart_until_ms;
    bool apart_told;
    bool sees_calls, blind_told; /* events of the class `call` come */
    /* the present snapshot */
    uint64_t snapshots;
    bool in_snapshot;
    struct ami_row *rows;
    size_t row_count, row_size;
    struct ami_leg *legs;
    size_t leg_count, leg_size;
};

/* ---- ami_floor.c ---- */
/* Header NAME as an identifier, in OUT: UTF-8, without control characters, cut at its end to what an event
 * may carry. False when there is none. */
bool ami_text(const struct sw_ami_message *message, const char *name, char out[AMI_ID_BYTES]);
/* The same of a channel's unique id, cut at its beginning. */
bool ami_unique(const struct sw_ami_message *message, const char *name, char out[AMI_ID_BYTES]);
/* The queue of MESSAGE, if it is to be told. */
bool ami_queue(struct sw_ami_floor *floor, const struct sw_ami_message *message, char out[AMI_ID_BYTES]);
bool ami_is(const struct sw_ami_message *message, const char *name, const char *value);
/* Seconds of header NAME in ms, or -1. */
int64_t ami_seconds(const struct sw_ami_message *message, const char *name);
/* The time of header NAME, in epoch seconds, by our clock; INT64_MIN when there is none. */
int64_t ami_epoch(const struct sw_ami_floor *floor, const struct sw_ami_message *message, const char *name);
/* The message lacks what it needs. */
void ami_faulty(struct sw_ami_floor *floor);
void ami_replace(char **text, const char *value);

/* ---- ami_floor_member.c ---- */
/* Whose channel or device NAME is; NULL = nobody's. */
struct ami_member *ami_member_of_channel(const struct sw_ami_floor *floor, const char *name);
/* The agent of a message with MemberName and Interface, in OUT. */
bool ami_agent(struct sw_ami_floor *floor, const struct sw_ami_message *message, char out[AMI_ID_BYTES]);
void ami_member_event(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms,
                      bool gone);
void ami_device_event(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms);
/* Whether a member of QUEUE could take a call now. */
bool ami_is_staffed(const struct sw_ami_floor *floor, const char *queue);
void ami_member_row(struct sw_ami_floor *floor, const struct sw_ami_message *message);
/* Gives the rows to the floor, once all are there. COMPLETE: memberships without one are none. */
void ami_note_members(struct sw_ami_floor *floor, bool complete, bool merge);
void ami_drop_rows(struct sw_ami_floor *floor);
void ami_members_free(struct sw_ami_floor *floor);

/* ---- ami_floor_call.c ---- */
/* The channel of that id; made when MAKE and there is room, else NULL. */
struct ami_channel *ami_channel(struct sw_ami_floor *floor, const char *id, bool make);
void ami_channel_free(struct sw_ami_floor *floor, struct ami_channel *channel);
void ami_set_link(struct sw_ami_floor *floor, struct ami_channel *channel, const char *link, bool is_caller);
/* The call of a caller's channel. */
const char *ami_call_of(const struct ami_channel *caller);
/* Handles EVENT if it is one on calls or channels. */
bool ami_call_event(struct sw_ami_floor *floor, const char *event, const struct sw_ami_message *message,
                    int64_t at_ms);
void ami_calls_due(struct sw_ami_floor *floor);
void ami_calls_free(struct sw_ami_floor *floor);

/* ---- ami_floor_snapshot.c ---- */
void ami_drop_legs(struct sw_ami_floor *floor);

#endif
