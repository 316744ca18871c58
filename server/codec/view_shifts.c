#include "codec/view_shifts.h"

#include "codec/json_writer.h"

static const char *level_of(bool defined, bool good) { return !defined ? NULL : good ? "ok" : "critical"; }

bool sw_view_write_attendance(const struct sw_shifts *shifts, const char *team, int64_t from_ms, int64_t to_ms,
                              int64_t t_ms, struct sw_buf *out) {
    const struct sw_policy *policy = sw_shifts_policy(shifts);
    struct sw_attendance a;
    sw_shifts_attendance(shifts, team, from_ms, to_ms, t_ms, &a);
    if (!a.begun) return false;
    struct sw_ratio adherence = {a.signed_in_ms, a.expected_ms};
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "scheduled", a.scheduled);
    sw_json_int(&j, "present", a.present);
    sw_json_ratio(&j, "presence_rate", (struct sw_ratio){a.present, a.scheduled});
    sw_json_int(&j, "due", a.due);
    sw_json_int(&j, "attended", a.attended);
    sw_json_int(&j, "pending", a.pending);
    sw_json_int(&j, "absent", a.absent);
    sw_json_int(&j, "leave", a.leave);
    sw_json_int(&j, "late", a.late);
    sw_json_int(&j, "early_leave", a.early_leave);
    sw_json_int(&j, "slots_left", sw_attendance_slots_left(&a, policy->attendance_goal_ppm));
    sw_json_ratio(&j, "attendance_rate", sw_attendance_rate(&a));
    sw_json_number(&j, "attendance_goal", (double)policy->attendance_goal_ppm / 1e6);
    /* who may still come has not failed yet: judged as if the pending had come */
    struct sw_attendance hoped = a;
    hoped.attended += a.pending;
    sw_json_text(&j, "attendance_level", level_of(a.due > 0, sw_attendance_meets(&hoped, policy->attendance_goal_ppm)));
    sw_json_ratio(&j, "adherence", adherence);
    sw_json_int(&j, "signed_in_ms", a.signed_in_ms);
    sw_json_int(&j, "expected_ms", a.expected_ms);
    sw_json_number(&j, "adherence_goal", (double)policy->adherence_goal_ppm / 1e6);
    sw_json_text(&j, "adherence_level",
                 level_of(sw_ratio_defined(adherence),
                          a.signed_in_ms / 1000 * 1000000 >= policy->adherence_goal_ppm * (a.expected_ms / 1000)));
    sw_json_close(&j, '}');
    return true;
}
