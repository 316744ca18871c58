/* A roster: a good one has shifts in their ranges that do not overlap and makes figures, a bad one has its faults told. */
#include "codec/json_strict.h"
#include "codec/roster_csv.h"
#include "codec/view_shifts.h"
#include "fuzz.h"
#include "shiftwall/shift.h"

#define MESSAGE_BYTES_MAX ((size_t)1 << 20)
#define HOUR INT64_C(3600000)
#define NEAR_MS (2 * HOUR)

static struct sw_zone *berlin;
static struct sw_policy policy;
static struct sw_buf json;

static void check_parts(const struct sw_roster_row *row) {
    int64_t after_ms = INT64_MIN;
    SW_ASSERT(row->activity_count <= SW_ROSTER_PARTS_MAX && row->leave_count <= SW_ROSTER_PARTS_MAX);
    for (size_t i = 0; i < row->activity_count; i++) {
        const struct sw_roster_activity *a = &row->activities[i];
        SW_ASSERT(a->kind > SW_ACTIVITY_WORK && a->kind < SW_ACTIVITY_COUNT && a->start_ms < a->end_ms);
        SW_ASSERT(a->start_ms >= after_ms && a->end_ms >= row->start_ms - NEAR_MS && a->start_ms <= row->end_ms + NEAR_MS);
        after_ms = a->end_ms;
    }
    after_ms = row->start_ms;
    for (size_t i = 0; i < row->leave_count; i++) {
        const struct sw_roster_leave *l = &row->leaves[i];
        SW_ASSERT(*l->kind && sw_utf8_count(l->kind) <= SW_ID_CHARS_MAX * 4 && !sw_utf8_has_control(l->kind));
        SW_ASSERT(l->start_ms >= after_ms && l->start_ms < l->end_ms && l->end_ms <= row->end_ms);
        after_ms = l->end_ms;
    }
}

static void check_rows(const struct sw_roster *roster) {
    SW_ASSERT(roster->count <= SW_ROSTER_ROWS_MAX);
    for (size_t i = 0; i < roster->count; i++) {
        const struct sw_roster_row *row = &roster->rows[i];
        const char *const texts[] = {row->agent, row->name, row->team, row->seat};
        int year, month, day;
        SW_ASSERT(sw_zone_parse_date(row->date, &year, &month, &day) == 0);
        SW_ASSERT(row->start_ms < row->end_ms && row->end_ms - row->start_ms <= 25 * HOUR && row->agent);
        for (size_t k = 0; k < 4; k++)
            SW_ASSERT(!texts[k] || (*texts[k] && sw_utf8_count(texts[k]) <= SW_ID_CHARS_MAX && !sw_utf8_has_control(texts[k])));
        check_parts(row);
        for (size_t k = 0; k < i; k++)
            SW_ASSERT(strcmp(roster->rows[k].agent, row->agent) != 0 || roster->rows[k].end_ms <= row->start_ms ||
                      roster->rows[k].start_ms >= row->end_ms);
    }
}

static void check_figures(const struct sw_shifts *shifts, const struct sw_shift *shift, int64_t t_ms) {
    struct sw_shift_figures f;
    cJSON *tree = NULL;
    sw_shift_figures(shifts, shift, t_ms, &f);
    SW_ASSERT(f.scheduled_ms >= 0 && f.excused_ms >= 0 && f.service_ms >= 0 && f.overtime_ms >= 0);
    SW_ASSERT(f.signed_in_ms >= 0 && f.signed_in_ms <= f.scheduled_ms && f.excused_ms <= f.scheduled_ms);
    sw_view_write_shift(shifts, shift, true, t_ms, &json);
    SW_ASSERT(!json.failed && sw_json_parse(json.data, json.len, 8, &tree) == SW_JSON_OK);
    cJSON_Delete(tree);
    sw_buf_clear(&json);
}

static void check_shifts(const struct sw_roster *roster) {
    struct sw_shifts *shifts = sw_shifts_new(&policy, berlin);
    struct sw_breach *breaches = NULL;
    SW_ASSERT(sw_shifts_set_roster(shifts, roster) == 0 && sw_shifts_count(shifts) == roster->count);
    for (size_t i = 0; i < sw_shifts_count(shifts) && i < 8; i++) {
        const struct sw_shift *shift = sw_shifts_get(shifts, i);
        const struct sw_roster_row *row = sw_shift_row(shift);
        SW_ASSERT(sw_shifts_find(shifts, row->agent, row->start_ms) == shift);
        SW_ASSERT(sw_shifts_is_planned(shifts, row->agent, row->start_ms) && sw_shifts_is_planned(shifts, row->agent, row->end_ms - 1));
        if (i % 2) {
            sw_shifts_agent_state(shifts, row->agent, SW_ST_READY, false, row->start_ms + (int64_t)i * 60000);
            sw_shifts_agent_state(shifts, row->agent, SW_ST_BREAK, false, row->start_ms + (int64_t)i * 120000);
        }
        const int64_t times[] = {row->start_ms - 1, row->start_ms, row->end_ms, row->end_ms + 24 * HOUR};
        for (size_t t = 0; t < 4; t++) check_figures(shifts, shift, times[t]);
    }
    size_t count = sw_shifts_breaches(shifts, NULL, 0, INT64_C(253402300799000), &breaches);
    for (size_t i = 1; i < count; i++) SW_ASSERT(breaches[i - 1].at_ms <= breaches[i].at_ms);
    free(breaches);
    SW_ASSERT(sw_shifts_set_roster(shifts, roster) == 0 && sw_shifts_count(shifts) == roster->count); /* replaces itself */
    sw_shifts_forget(shifts, INT64_MAX);
    SW_ASSERT(sw_shifts_count(shifts) == 0);
    sw_shifts_free(shifts);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const struct sw_transition changes[] = {{INT64_C(1774746000000), 2 * HOUR}, {INT64_C(1792890000000), HOUR}};
    berlin = sw_zone_new("Europe/Berlin", HOUR, changes, 2);
    sw_policy_init(&policy);
    sw_buf_init(&json, MESSAGE_BYTES_MAX);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_roster roster;
    struct sw_buf faults, remarks;
    sw_roster_init(&roster);
    sw_buf_init(&faults, MESSAGE_BYTES_MAX);
    sw_buf_init(&remarks, MESSAGE_BYTES_MAX);
    char *text = fuzz_copy(data, size);
    int r = sw_roster_read(&roster, berlin, "r.csv", text, size, &faults, &remarks);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    SW_ASSERT(!faults.failed && !remarks.failed && (r == 0) == (faults.len == 0));
    SW_ASSERT(r == 0 || (roster.count == 0 && !roster.rows));
    fuzz_text(&faults);
    fuzz_text(&remarks);
    free(text);
    if (r == 0) {
        check_rows(&roster);
        check_shifts(&roster);
    }
    sw_roster_deinit(&roster);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
    return 0;
}
