/* Shifts, breaches, alerts and the policy as parts of the views. */
#ifndef CODEC_VIEW_SHIFTS_H
#define CODEC_VIEW_SHIFTS_H

#include <stdbool.h>

#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

#define SW_SHIFT_KEY_SIZE 288

/* The attendance and adherence of TEAM (NULL: the site) over the shifts that start in [from, to), at T_MS, as one JSON
 * object. False, and nothing is appended, when no shift of it has begun. */
bool sw_view_write_attendance(const struct sw_shifts *shifts, const char *team, int64_t from_ms, int64_t to_ms, int64_t t_ms,
                              struct sw_buf *out);

/* What a shift came to by T_MS, as counters that may be summed over shifts: one JSON object, as the history keeps it. */
void sw_shift_counts_write(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms, struct sw_buf *out);

/* "AGENT@START": what a shift is called on the wire. */
void sw_view_shift_key(const struct sw_shift *shift, char out[SW_SHIFT_KEY_SIZE]);
/* A shift as sign-in monitoring shows it at T_MS: what it is, what comes next and when, and its breaks. */
void sw_view_write_shift(const struct sw_shifts *shifts, const struct sw_shift *shift, bool names, int64_t t_ms,
                         struct sw_buf *out);

/* Who an alert or a breach is about; NULL where there is none. */
struct sw_view_who {
    const char *name, *seat, *team;
};
struct sw_json;
/* The members of a breach, into an object that is open. */
void sw_view_breach_members(struct sw_json *j, const struct sw_policy *policy, const struct sw_breach *breach,
                            const struct sw_view_who *who);
/* The members of an alert, into an object that is open. */
void sw_view_alert_members(struct sw_json *j, const struct sw_policy *policy, const struct sw_alert *alert,
                           const struct sw_view_who *who);

/* The whole policy, as settings show it: one JSON object. */
void sw_view_write_policy(const struct sw_policy *policy, struct sw_buf *out);

#endif
