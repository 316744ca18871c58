/* The leaders' desk: what people record (grants, acknowledgements, decisions, disputes, rosters, duty, walks), folded
 * over the core's figures, and the views of it.
 *
 * A write is durable before it is confirmed and before anybody sees it: request -> ledger -> fold -> views -> answer.
 * At start the ledger is folded again, in order. */
#ifndef APP_DESK_H
#define APP_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "app/chat_words.h"
#include "app/recorder.h"
#include "codec/config.h"
#include "codec/desk_json.h"
#include "codec/view_store.h"
#include "shiftwall/duty.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

struct sw_desk;

struct sw_desk_options {
    const char *site, *epoch;
    uint64_t first_version; /* see sw_view_set_first */
    bool names;                       /* agents' names may be shown to leaders */
    bool wall_names;                  /* and on public walls */
    const struct sw_policy *policy;   /* borrowed, as all below */
    const struct sw_zone *zone;
    struct sw_opening opening;
    struct sw_shifts *shifts;
    struct sw_recorder *recorder;
    /* The name of a person who may be on duty; NULL = not known. May be NULL. */
    const char *(*name_of)(void *ctx, const char *person);
    void *ctx;
    int64_t (*now_ms)(void *ctx);
    /* A roster is in force. Returns 0, or an error that refuses it. */
    int (*roster)(void *ctx, const struct sw_roster *roster);
    /* Other alerts that are open, MAX at most; how many. SURGE: the floor has one of that rule. */
    size_t (*alerts)(void *ctx, bool surge, struct sw_alert *out, size_t max);
    /* An alert opened or cleared, and was not told of before. May be NULL. */
    void (*told)(void *ctx, const struct sw_chat_alert *told);
    /* Something was recorded that the views have to show soon. */
    void (*soon)(void *ctx);
    /* VIEW has a new version. */
    void (*changed)(void *ctx, struct sw_view *view);
};

/* Folds what the ledger holds. OPTIONS is copied; never NULL. */
struct sw_desk *sw_desk_new(struct sw_floor *floor, const struct sw_desk_options *options);
void sw_desk_free(struct sw_desk *desk);
/* Goes on with another floor under another epoch. */
void sw_desk_restart(struct sw_desk *desk, struct sw_floor *floor, const char *epoch);
/* The policy was exchanged (the same struct has new content). */
void sw_desk_review(struct sw_desk *desk);
/* alerts, shifts, breaches, grants, walk, policy, and strip, which is for public walls; NULL else. */
struct sw_view *sw_desk_view(struct sw_desk *desk, const char *name);
/* Writes what changed, records what opened and closed, commits. Only while the feed is live. */
void sw_desk_flush(struct sw_desk *desk);
/* Somebody is on duty in [from, to), without a record of it: for a floor that is only played. */
void sw_desk_stand_in(struct sw_desk *desk, const char *person, int64_t from_ms, int64_t to_ms);
/* The core keeps what happened from KEPT_FROM_MS on: the ladder counts what is on record from before. */
void sw_desk_count_past(struct sw_desk *desk, int64_t kept_from_ms);
/* When flush has something to do because time passes, or INT64_MAX. */
int64_t sw_desk_next_deadline(const struct sw_desk *desk);

/* ---- writing ---- */

/* Who writes. Borrowed. */
struct sw_desk_actor {
    const char *by, *role;
};

/* The answer to a write: an HTTP status and, when it is 2xx, a JSON body; else a text that says what is wrong, and for
 * 409 the record that was first. */
struct sw_desk_reply {
    void *ctx;
    void (*fn)(void *ctx, int status, const char *json, const char *text);
};

/* ENTRY is read only. Each answers once, later or at once. CHECK: nothing is recorded, the answer is what would be. */
void sw_desk_grant(struct sw_desk *desk, const struct sw_desk_entry *entry, bool check, const struct sw_desk_actor *actor,
                   struct sw_desk_reply reply);
void sw_desk_grant_undo(struct sw_desk *desk, const char *id, const struct sw_desk_entry *entry,
                        const struct sw_desk_actor *actor, struct sw_desk_reply reply);
void sw_desk_acknowledge(struct sw_desk *desk, const char *alert, const struct sw_desk_actor *actor,
                         struct sw_desk_reply reply);
void sw_desk_decide(struct sw_desk *desk, const char *breach, const struct sw_desk_entry *entry,
                    const struct sw_desk_actor *actor, struct sw_desk_reply reply);
void sw_desk_decision_undo(struct sw_desk *desk, const char *breach, const struct sw_desk_entry *entry,
                           const struct sw_desk_actor *actor, struct sw_desk_reply reply);
void sw_desk_dispute(struct sw_desk *desk, const char *breach, const struct sw_desk_entry *entry,
                     const struct sw_desk_actor *actor, struct sw_desk_reply reply);
void sw_desk_roster(struct sw_desk *desk, const char *csv, size_t len, bool check, const struct sw_desk_actor *actor,
                    struct sw_desk_reply reply);
/* Replaces the dates of a duty rota (CSV). */
void sw_desk_rota(struct sw_desk *desk, const char *csv, size_t len, bool check, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply);
void sw_desk_duty_undo(struct sw_desk *desk, const char *id, const struct sw_desk_entry *entry,
                       const struct sw_desk_actor *actor, struct sw_desk_reply reply);
/* Hands duty over to entry->person for [from, to). */
void sw_desk_duty(struct sw_desk *desk, const struct sw_desk_entry *entry, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply);
/* entry->action on a floor walk: start, tick, note, close. */
void sw_desk_walk(struct sw_desk *desk, const char *walk, const struct sw_desk_entry *entry,
                  const struct sw_desk_actor *actor, struct sw_desk_reply reply);
/* Calls an agent back from a break: recorded. */
void sw_desk_recall(struct sw_desk *desk, const struct sw_desk_entry *entry, const struct sw_desk_actor *actor,
                    struct sw_desk_reply reply);

/* Shows entry->text on the walls, until entry->until_ms or the end of the day. */
void sw_desk_notice(struct sw_desk *desk, const struct sw_desk_entry *entry, const struct sw_desk_actor *actor,
                    struct sw_desk_reply reply);
/* The agents of the shifts entry->a and entry->b change places. */
void sw_desk_swap(struct sw_desk *desk, const struct sw_desk_entry *entry, const struct sw_desk_actor *actor,
                  struct sw_desk_reply reply);

/* The shifts of a date ("YYYY-MM-DD") as JSON, those of TEAMS (NULL: of all). */
void sw_desk_write_roster(struct sw_desk *desk, const char *date, const struct sw_config_list *teams, struct sw_buf *out);
/* The duty rota as JSON. */
void sw_desk_write_duty(struct sw_desk *desk, struct sw_buf *out);
/* The ledger's records that QUERY asks for, newest first. */
void sw_desk_records(struct sw_desk *desk, const struct sw_record_query *query, struct sw_desk_reply reply);
/* What shifts came to, as the history has it: summed by "day", "month", "team", "agent" or "" (all), see
 * sw_store_sum_shifts. */
void sw_desk_attendance(struct sw_desk *desk, const char *by, const char *team, const char *agent, int64_t from_ms,
                        int64_t to_ms, struct sw_desk_reply reply);

/* Whom a breach or a grant is about, and the team of an agent; NULL when it is not known. */
const char *sw_desk_breach_agent(const struct sw_desk *desk, const char *breach);
const char *sw_desk_grant_agent(const struct sw_desk *desk, const char *grant);
const char *sw_desk_agent_team(const struct sw_desk *desk, const char *agent);

struct sw_desk_counters {
    uint64_t alerts_open, grants, breaches, writes, refused;
};
void sw_desk_counters(const struct sw_desk *desk, struct sw_desk_counters *out);

#endif
