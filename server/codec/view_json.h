/* Parts of the views as compact JSON: what protocol.md shows on the wire, without clock, floor or sockets of
 * its own. Times that run are never sent: a part carries `since`, and the screen counts. */
#ifndef CODEC_VIEW_JSON_H
#define CODEC_VIEW_JSON_H

#include <stdbool.h>

#include "shiftwall/buf.h"
#include "shiftwall/outlook.h"

/* What the site says about its figures. Shares are 0..1. */
struct sw_view_options {
    const char *name; /* of the site */
    const char *zone;
    bool names; /* whether agents' names may leave the daemon */
    bool live_service_level;
    double answer_rate_goal, answer_rate_critical;
    double service_level_goal, service_level_critical;
    int64_t waiting_warning, waiting_critical;
    int64_t wait_warning_ms, wait_critical_ms;
    double little_idle, much_idle, much_non_service;
};

/* A part of the `site` view: appends one JSON value. */
void sw_view_write_window(const struct sw_floor *floor, const struct sw_scope *scope, enum sw_window window,
                          bool live_service_level, struct sw_buf *out);
void sw_view_write_site_now(const struct sw_floor *floor, struct sw_buf *out);
void sw_view_write_service_level(const struct sw_floor *floor, const struct sw_view_options *options,
                                 struct sw_buf *out);
void sw_view_write_indicators(const struct sw_floor *floor, const struct sw_view_options *options,
                              struct sw_buf *out);
/* NOW, who is needed, is for "short of people: n"; NULL: that is not known. */
void sw_view_write_diagnosis(const struct sw_floor *floor, const struct sw_view_options *options,
                             const struct sw_outlook_now *now, struct sw_buf *out);
void sw_view_write_notices(const struct sw_floor *floor, struct sw_buf *out);
void sw_view_write_alarms(const struct sw_floor *floor, struct sw_buf *out);
/* "Answer the next n in time" of the site today; -1 or 0 when there is nothing to say. */
int64_t sw_view_next_n(const struct sw_floor *floor, const struct sw_scope *scope,
                       const struct sw_view_options *options);

/* A queue of the `queues` view, or a group of it. */
void sw_view_write_scope(const struct sw_floor *floor, const struct sw_scope *scope,
                         const struct sw_view_options *options, struct sw_buf *out);
/* A team of the `teams` view. */
void sw_view_write_team(const struct sw_floor *floor, const struct sw_team *team, struct sw_buf *out);
/* An agent of an `agents` view. */
void sw_view_write_agent(const struct sw_floor *floor, const struct sw_agent *agent,
                         const struct sw_view_options *options, struct sw_buf *out);
/* An interval of the `intervals` view: the whole site over SPAN. */
void sw_view_write_interval(const struct sw_floor *floor, struct sw_span span, struct sw_buf *out);

/* Counters as one object: of a queue, group or site over [from, to) (history), and of agents. */
void sw_view_write_queue_counts(const struct sw_queue_counts *c, int64_t overdue, int64_t carried_in,
                                struct sw_buf *out);
void sw_view_write_agent_counts(const struct sw_agent_counts *c, bool breaks, struct sw_buf *out);

#endif
