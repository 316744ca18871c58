/* The desk's inside, shared by the files of the desk. */
#ifndef APP_DESK_STATE_H
#define APP_DESK_STATE_H

#include <stdlib.h>
#include <string.h>

#include "app/desk.h"
#include "codec/json_writer.h"
#include "core/map.h"
#include "core/zone.h"
#include "shiftwall/alert.h"
#include "shiftwall/walk.h"

/* What is on record for a thing: one a key and kind. */
enum sw_note_kind { SW_NOTE_GRANT, SW_NOTE_ACK, SW_NOTE_DECISION, SW_NOTE_DISPUTE, SW_NOTE_BREACH, SW_NOTE_ALERT, SW_NOTE_TOLD /* alerts that are on record, open or not */, SW_NOTE_NOTICE, SW_NOTE_SWAP, SW_NOTE_KINDS };

struct sw_note {
    UT_hash_handle hh;
    struct sw_desk_entry entry;
    int64_t record, at_ms;
    bool shown; /* in a view now */
    char key[];
};

enum { SW_DESK_ALERTS, SW_DESK_SHIFTS, SW_DESK_BREACHES, SW_DESK_GRANTS, SW_DESK_WALK, SW_DESK_POLICY, SW_DESK_STRIP, SW_DESK_VIEWS };

struct sw_id_list {
    char (*ids)[SW_ALERT_ID_SIZE];
    size_t count;
};

/* What the views show of an agent. */
struct sw_shown {
    UT_hash_handle hh;
    struct sw_alert *alerts; /* open, of its shifts; subjects are borrowed from the shifts */
    size_t alert_count;
    struct sw_id_list breaches;
    char **shift_keys;
    size_t shift_count;
    char id[];
};

struct sw_desk {
    struct sw_desk_options options;
    struct sw_floor *floor;
    struct sw_view *views[SW_DESK_VIEWS];
    struct sw_note *notes[SW_NOTE_KINDS];
    struct sw_shown *shown;
    struct sw_id_list open_alerts; /* in the view */
    struct sw_alert *listed;       /* the floor's, while the views are written; NULL: not asked for yet */
    size_t listed_count;
    uint64_t alerts_version, writes, refused;
    int64_t escalate_ms; /* when the next alert is to go to the next role */
    struct sw_alert *goals; /* of attendance and adherence, as of GOALS_VERSION of the shifts, whose texts they borrow */
    size_t goal_count;
    uint64_t goals_version;
    int64_t shown_minute; /* when the running shifts were shown last, whatever happened */
    struct sw_duty *duty;
    struct sw_walks *walks;
    uint64_t walks_version;
    int64_t began_ms; /* since when the site records; 0 = not yet */
    bool alerts_dirty, policy_dirty, walk_dirty;
    struct sw_buf part;
    struct {
        char **keys;
        size_t count;
    } strip_keys;          /* being written */
    uint32_t strip_breaks; /* shown */
    struct sw_record *outbox; /* what the daemon itself records with the next flush; texts are owned */
    size_t outbox_count;
};

struct sw_note *sw__note_find(const struct sw_desk *desk, enum sw_note_kind kind, const char *key);
/* The note of that key, made when new; its entry is replaced by ENTRY, which is taken over. */
struct sw_note *sw__note_set(struct sw_desk *desk, enum sw_note_kind kind, const char *key, struct sw_desk_entry *entry,
                             const struct sw_record *record);
void sw__note_drop(struct sw_desk *desk, enum sw_note_kind kind, const char *key);

/* Puts a record into the outbox; texts are copied. Nothing when nothing can be recorded. */
void sw__desk_post(struct sw_desk *desk, const char *kind, const char *key, const char *agent, const char *body);
/* The shift that is called KEY ("AGENT@START"), or NULL. */
const struct sw_shift *sw__desk_shift(const struct sw_desk *desk, const char *key);
/* Folds a record of the ledger. */
void sw__desk_fold(struct sw_desk *desk, const struct sw_record *record);
/* Sets a part of a view from desk->part. */
void sw__desk_set(struct sw_desk *desk, int view, const char *group, const char *key);

/* The alert is on record. */
void sw__desk_told(struct sw_desk *desk, const char *id, int64_t opened_ms);
/* Makes desk->goals what it is now, if it is not. */
void sw__desk_look_at_goals(struct sw_desk *desk);

/* walks: folding their records (false: another kind), their view, their alerts */
bool sw__desk_fold_walk(struct sw_desk *desk, const struct sw_record *record, struct sw_desk_entry *entry);
void sw__desk_show_walk(struct sw_desk *desk);
/* Their alerts into OUT, which has room for MAX; the texts live until the walks change. */
size_t sw__desk_walk_alerts(const struct sw_desk *desk, struct sw_alert *out, size_t max);
/* Sets every member of the object in desk->part as a part of VIEW, and removes the others. */
void sw__desk_set_members(struct sw_desk *desk, int view);

/* strip: for public walls */
void sw__desk_strip_alerts(struct sw_desk *desk, const struct sw_alert *alerts, size_t count);
void sw__desk_strip_breaks(struct sw_desk *desk);
void sw__desk_strip_walk(struct sw_desk *desk);

/* writing: what all writes share */
struct sw_desk_write;
struct sw_desk_write *sw__write_new(struct sw_desk *desk, struct sw_desk_reply reply);
/* Members of the answer beside the record's, each with a comma before it. */
struct sw_buf *sw__write_extra(struct sw_desk_write *write);
void sw__write_record(struct sw_desk_write *write, const char *kind, const char *key, const struct sw_desk_entry *entry,
                      const struct sw_desk_actor *actor, bool holds, int64_t releases);
/* Answers without recording. */
void sw__write_answer(struct sw_desk_write *write, int status, const char *key, const char *body);
void sw__write_refuse(struct sw_desk *desk, struct sw_desk_reply reply, int status, const char *text);
/* Refuses a CSV with its faults. */
void sw__write_faults(struct sw_desk *desk, struct sw_desk_reply reply, const struct sw_buf *faults, const char *text);
void sw__write_lines(const struct sw_buf *lines, struct sw_json *j, const char *key);
struct sw_desk_entry sw__write_signed(const struct sw_desk *desk, const struct sw_desk_actor *actor, const char *agent,
                                      const char *reason);
#define SW_DESK_ID_SIZE 17
void sw__write_id(char out[SW_DESK_ID_SIZE]);

/* views: a grant, a breach's decisions */
void sw__desk_show_grant(struct sw_desk *desk, const char *id);
void sw__desk_show_agent(struct sw_desk *desk, const char *agent);
struct sw_view_who;
void sw__desk_who(const struct sw_desk *desk, const char *agent, struct sw_view_who *who);

#endif
