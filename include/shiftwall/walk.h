/* Floor walks (巡场): one is due every so often of the opening hours, for whoever is on duty. The walk lists what to look
 * at now; the walker ticks each item, adds notes and closes it. Not started in time it is reminded of, not closed in time
 * it is missed, also when it is closed later.
 *
 * A fold over what people recorded, in the order in which they did: what a walk is at a moment follows from the policy,
 * the opening hours and the records up to then, so that live, replay and restart agree. Every record carries the time at
 * which it was made, and first advances the walks to it.
 *
 * Walks are kept for two local days, that of now and the one before. Source of the rules: rules.md, Floor walk. */
#ifndef SHIFTWALL_WALK_H
#define SHIFTWALL_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/duty.h"
#include "shiftwall/error.h"
#include "shiftwall/event.h"
#include "shiftwall/policy.h"

struct sw_walks;
struct sw_zone;

#define SW_WALKS_KEPT_MAX 640         /* two days of 25 hours with one every 5 minutes; the oldest gives way */
#define SW_WALK_ITEMS_MAX 200         /* of a walk; the last by rank are left out */
#define SW_WALK_NOTE_BYTES_MAX 2000   /* a longer note is refused */
#define SW_WALK_SUBJECT_BYTES_MAX 300 /* an item whose subject is longer, or empty, is left out */
#define SW_WALK_TEXT_BYTES_MAX 500    /* another text of an item that is longer is left out */
#define SW_WALK_ID_SIZE 32

/* What an item is there for, the strongest first (alerts by their severity: information comes last of all). */
#define SW_WALK_KIND_MAP(XX)                                                                                  \
    XX(ALERT, "alert")                                                                                        \
    XX(OVER_LIMIT, "over_limit")                                                                              \
    XX(IDLE, "idle") /* while callers wait */                                                                 \
    XX(TEAM, "team") /* under its goal */                                                                     \
    XX(OPEN, "open") /* the walk closed last left it unticked */

enum sw_walk_kind {
#define XX(name, text) SW_WALK_##name,
    SW_WALK_KIND_MAP(XX)
#undef XX
        SW_WALK_KIND_COUNT
};

const char *sw_walk_kind_name(enum sw_walk_kind kind);
/* The kind of that name, or -1. */
int sw_walk_kind_from_name(const char *name);

#define SW_TICK_MAP(XX)                                                                                       \
    XX(SEEN, "seen")                                                                                          \
    XX(HELPED, "helped")                                                                                      \
    XX(CONFIRMED, "confirmed")                                                                                \
    XX(EXCUSED, "excused")

enum sw_tick {
    SW_TICK_NONE,
#define XX(name, text) SW_TICK_##name,
    SW_TICK_MAP(XX)
#undef XX
        SW_TICK_COUNT
};

/* NULL for none. */
const char *sw_tick_name(enum sw_tick tick);
/* The tick of that name, or -1. */
int sw_tick_from_name(const char *name);

/* Something to look at. The subject ("agent:1001") is its id in the walk. Texts may be NULL, but not the subject. */
struct sw_walk_item {
    enum sw_walk_kind kind;
    const char *subject, *agent, *name, *seat, *team;
    const char *rule;          /* the rule's key */
    enum sw_severity severity; /* of an alert */
    int64_t since_ms;          /* since when; 0 = not known */
    const char *text;
};

/* An item of a walk that was started. */
struct sw_walk_entry {
    struct sw_walk_item item;
    enum sw_tick tick;
    const char *note; /* NULL = none */
    const char *by;   /* who ticked it or noted something last; NULL when there is neither */
    int64_t at_ms;    /* when */
};

/* POLICY, ZONE and DUTY are borrowed for its life; never NULL. Walks exist from the day before the first record or
 * advance() on. */
struct sw_walks *sw_walks_new(const struct sw_policy *policy, const struct sw_zone *zone, struct sw_opening opening,
                              const struct sw_duty *duty);
void sw_walks_free(struct sw_walks *walks);
/* No walk was due before SINCE_MS (when the site began, as its ledger has it): said before the first record, or nobody's
 * walks of the day before are missed. */
void sw_walks_begin(struct sw_walks *walks, int64_t since_ms);
/* The policy has changed: walks due from now on follow it. Those that were due stay, until a restart; what was recorded
 * stays then too (sw_walk_start.recorded). */
void sw_walks_review(struct sw_walks *walks);

/* ---- records ---- */

struct sw_walk_start {
    const char *walk, *by;
    int64_t at_ms;
    const struct sw_walk_item *items; /* sw_walks_list() ranks them; all is copied */
    size_t item_count;
    bool recorded; /* read from the ledger: holds also where the policy's walks are at other times by now */
};
/* All of these: 0; -SW_ENOENT when there is no such walk, or item; -SW_EBUSY in the wrong state; and on an error nothing
 * is changed.
 *
 * Start: -SW_EBUSY when it is not due yet, was started, or the next one is due. */
int sw_walks_start(struct sw_walks *walks, const struct sw_walk_start *start) SW_NODISCARD;
/* SW_TICK_NONE takes a tick back. -SW_EBUSY when the walk was not started, or is closed; so in what follows. */
int sw_walks_tick(struct sw_walks *walks, const char *walk, const char *item, enum sw_tick tick, const char *by,
                  int64_t at_ms) SW_NODISCARD;
/* Sets the note of an item, or (ITEM NULL) of the walk; NULL or "" removes it. -SW_ELIMIT when TEXT is longer than
 * SW_WALK_NOTE_BYTES_MAX. */
int sw_walks_note(struct sw_walks *walks, const char *walk, const char *item, const char *text, const char *by,
                  int64_t at_ms) SW_NODISCARD;
int sw_walks_close(struct sw_walks *walks, const char *walk, const char *by, int64_t at_ms) SW_NODISCARD;

/* ---- as time passes ---- */

/* Does what was due by NOW_MS; an earlier one than before changes nothing. Nothing but a comparison before the next
 * deadline. */
void sw_walks_advance(struct sw_walks *walks, int64_t now_ms);
/* When advance() next has something to do: a walk due, its reminder, its being missed; a new day; the opening hours
 * begin or end, or the duty changes (a gap). INT64_MIN when that is now. */
int64_t sw_walks_next_deadline(const struct sw_walks *walks);
/* Changes with every record and deadline. */
uint64_t sw_walks_version(const struct sw_walks *walks);

/* ---- reading, as of the last advance() or record ---- */

/* The list of a walk that starts now, into OUT, which has room for SW_WALK_ITEMS_MAX: CANDIDATES and what the walk closed
 * last left unticked, one for each subject (the strongest; of two alike the older), ranked. Critical alerts, warnings,
 * agents over limits (longest first), idle ones, teams, left open, information; inside these by seat, so that the walker
 * goes along the rows. Listing a list again gives the same. Texts are borrowed. Returns how many. */
size_t sw_walks_list(const struct sw_walks *walks, const struct sw_walk_item *candidates, size_t count,
                     struct sw_walk_item *out);

enum sw_walk_state { SW_WALK_DUE, SW_WALK_STARTED, SW_WALK_CLOSED };

/* A walk. Texts and items are borrowed until the next change. Times are INT64_MAX where it has not happened. */
struct sw_walk {
    const char *id; /* "2026-11-23T10:00" in local time; seconds if any; its offset where clocks show that time twice */
    int64_t due_ms;
    const char *person; /* was on duty when it was due; NULL: nobody */
    enum sw_walk_state state;
    int64_t reminded_ms, missed_ms; /* the limits it passed unstarted and unclosed */
    const char *by;                 /* who started it */
    int64_t started_ms;
    const char *closed_by;
    int64_t closed_ms;
    const struct sw_walk_entry *entries; /* by rank */
    size_t entry_count, ticked;
    const char *notes; /* NULL = none */
};

size_t sw_walks_count(const struct sw_walks *walks);
/* In order of when they were due. */
void sw_walks_get(const struct sw_walks *walks, size_t index, struct sw_walk *out);
/* 0 or -SW_ENOENT. */
int sw_walks_find(const struct sw_walks *walks, const char *id, struct sw_walk *out) SW_NODISCARD;
/* The walk to be done: the last one that is being walked, else the last one due when it was not started. False when
 * there is none. */
bool sw_walks_current(const struct sw_walks *walks, struct sw_walk *out);
/* When the next one is due; INT64_MAX: never. */
int64_t sw_walks_next_due(const struct sw_walks *walks);

int64_t sw_walks_every_ms(const struct sw_walks *walks);
const struct sw_duty *sw_walks_duty(const struct sw_walks *walks);
/* The latest time it was told; INT64_MIN before the first. */
int64_t sw_walks_now(const struct sw_walks *walks);

/* Walks due in a span whose time is over or that are done: due = done + missed. Compliance is done / due. */
struct sw_walk_compliance {
    int64_t due, done, missed;
};
/* Of the walks that are kept. */
void sw_walks_compliance(const struct sw_walks *walks, int64_t from_ms, int64_t to_ms, struct sw_walk_compliance *out);
/* Of the local day (sw_opening_of_day()). */
void sw_walks_today(const struct sw_walks *walks, struct sw_walk_compliance *out);

/* What the alert engine is to tell. */
enum sw_walk_level {
    SW_WALK_LEVEL_DUE,      /* not started */
    SW_WALK_LEVEL_REMINDER, /* not started in time */
    SW_WALK_LEVEL_MISSED,   /* not closed in time, until it or a later one is: the next role is told */
    SW_WALK_LEVEL_GAP       /* nobody is on duty inside the opening hours; of no walk */
};
struct sw_walk_alert {
    enum sw_walk_level level;
    const char *walk, *person; /* "" and NULL for a gap; nobody may have been on duty */
    int64_t since_ms;          /* since when it is on this level */
};
/* One for a walk at most, in order of due, then the gap; none when the policy has no walks. Returns how many there are,
 * of which at most MAX are written; never more than SW_WALKS_KEPT_MAX + 1. */
size_t sw_walks_alerts(const struct sw_walks *walks, struct sw_walk_alert *out, size_t max);

/* Order of seats as people count them: 07 < 12 < A3 < A10. Runs of digits compare as numbers; ties are broken, so that
 * only equal texts are equal. */
int sw_natural_order(const char *a, const char *b);

#endif
