/* The roster: who is to work when, as its CSV says it, in instants. */
#ifndef SHIFTWALL_ROSTER_H
#define SHIFTWALL_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SW_ROSTER_ROWS_MAX 200000 /* of one file */
#define SW_ROSTER_PARTS_MAX 32    /* activities, or leaves, of one shift */

#define SW_ACTIVITY_MAP(XX)                                                                                   \
    XX(WORK, "work") /* what is left of a shift; not written in a roster */                                   \
    XX(MEAL, "meal")                                                                                          \
    XX(MEETING, "meeting")                                                                                    \
    XX(BREAK, "break")                                                                                        \
    XX(TRAINING, "training")                                                                                  \
    XX(COACHING, "coaching")

enum sw_activity {
#define XX(name, text) SW_ACTIVITY_##name,
    SW_ACTIVITY_MAP(XX)
#undef XX
        SW_ACTIVITY_COUNT
};

const char *sw_activity_name(enum sw_activity activity);
/* The activity of that name, or -1. */
int sw_activity_from_name(const char *name);

/* [start, end) of a planned activity. It may lie before the shift (a morning meeting). */
struct sw_roster_activity {
    enum sw_activity kind;
    int64_t start_ms, end_ms;
};

/* [start, end) of an approved leave, inside the shift; KIND is the site's own word (annual, sick, ...). */
struct sw_roster_leave {
    char *kind;
    int64_t start_ms, end_ms;
};

/* One shift of one agent: [start, end). Activities and leaves are in order of their start and do not overlap. */
struct sw_roster_row {
    char *agent, *name, *team, *seat; /* NULL where the file says nothing; never AGENT */
    char date[11];                    /* "YYYY-MM-DD" of the row */
    int64_t start_ms, end_ms;
    struct sw_roster_activity *activities;
    size_t activity_count;
    struct sw_roster_leave *leaves;
    size_t leave_count;
};

struct sw_roster {
    struct sw_roster_row *rows; /* in the order of the file */
    size_t count;
};

/* An empty roster. */
void sw_roster_init(struct sw_roster *roster);
void sw_roster_deinit(struct sw_roster *roster);

#endif
