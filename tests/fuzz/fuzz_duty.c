/* A duty rota: a good one has rows in their ranges and one person on duty at a time, a bad one has its faults told. */
#include "codec/duty_csv.h"
#include "codec/json_strict.h"
#include "codec/view_walk.h"
#include "fuzz.h"

#define MESSAGE_BYTES_MAX ((size_t)1 << 20)
#define HOUR INT64_C(3600000)

static struct sw_zone *berlin;

static void check_rows(const struct sw_rota *rota) {
    SW_ASSERT(rota->count <= SW_ROTA_ROWS_MAX);
    for (size_t i = 0; i < rota->count; i++) {
        const struct sw_rota_row *row = &rota->rows[i];
        int year, month, day;
        SW_ASSERT(sw_zone_parse_date(row->date, &year, &month, &day) == 0);
        SW_ASSERT(sw_duty_role_from_name(sw_duty_role_name(row->role)) == (int)row->role);
        SW_ASSERT(*row->person && sw_utf8_count(row->person) <= 64 && !sw_utf8_has_control(row->person));
        SW_ASSERT(row->from_ms < row->to_ms && row->to_ms - row->from_ms <= 25 * HOUR);
    }
}

/* Whether somebody of the rows is on duty at T_MS, and PERSON is one of them. */
static bool is_by_rows(const struct sw_duty *duty, int64_t t_ms, const char *person, bool *anybody) {
    bool found = false;
    *anybody = false;
    for (size_t i = 0; i < sw_duty_row_count(duty); i++) {
        const struct sw_rota_row *row = sw_duty_row(duty, i);
        if (row->role != SW_DUTY_DUTY || t_ms < row->from_ms || t_ms >= row->to_ms) continue;
        *anybody = true;
        found |= person && !strcmp(person, row->person);
    }
    return found;
}

static void check_instant(const struct sw_duty *duty, int64_t t_ms) {
    struct sw_on_duty on;
    struct sw_span gap;
    bool anybody, nobody = sw_duty_at(duty, t_ms, &on) != 0;
    bool right = is_by_rows(duty, t_ms, nobody ? NULL : on.person, &anybody);
    SW_ASSERT(nobody ? !anybody : right);
    SW_ASSERT(nobody || (on.from_ms <= t_ms && t_ms < on.until_ms));
    SW_ASSERT(sw_duty_next_change(duty, t_ms) > t_ms);
    bool in_gap = sw_duty_gap_at(duty, SW_OPENING_ALWAYS, berlin, t_ms, &gap);
    SW_ASSERT(in_gap == nobody && (!in_gap || (gap.start_ms <= t_ms && t_ms < gap.end_ms)));
    if (sw_duty_next_gap(duty, SW_OPENING_ALWAYS, berlin, t_ms, t_ms + 48 * HOUR, &gap))
        SW_ASSERT(gap.start_ms >= t_ms && gap.start_ms < gap.end_ms && gap.end_ms <= t_ms + 48 * HOUR);
}

static void check_duty(const struct sw_rota *rota) {
    struct sw_duty *duty = sw_duty_new();
    struct sw_duty_overlap overlap;
    struct sw_buf json;
    cJSON *tree = NULL;
    SW_ASSERT(sw_duty_set_rota(duty, rota) == 0 && sw_duty_row_count(duty) == rota->count);
    for (size_t i = 0; i < rota->count && i < 16; i++) {
        const int64_t edges[] = {rota->rows[i].from_ms, rota->rows[i].to_ms};
        for (size_t e = 0; e < 2; e++) {
            check_instant(duty, edges[e] - 1);
            check_instant(duty, edges[e]);
        }
    }
    if (sw_duty_next_overlap(duty, INT64_MIN, INT64_MAX, &overlap))
        SW_ASSERT(overlap.span.start_ms < overlap.span.end_ms && strcmp(overlap.first->person, overlap.second->person) != 0);
    sw_buf_init(&json, MESSAGE_BYTES_MAX);
    sw_view_write_duty(duty, &json);
    SW_ASSERT(!json.failed && sw_json_parse(json.data, json.len, 4, &tree) == SW_JSON_OK);
    cJSON_Delete(tree);
    sw_buf_deinit(&json);
    SW_ASSERT(sw_duty_set_rota(duty, rota) == 0 && sw_duty_row_count(duty) == rota->count); /* replaces itself */
    sw_duty_forget(duty, INT64_MAX);
    SW_ASSERT(sw_duty_row_count(duty) == 0);
    sw_duty_free(duty);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const struct sw_transition changes[] = {{INT64_C(1774746000000), 2 * HOUR}, {INT64_C(1792890000000), HOUR}};
    berlin = sw_zone_new("Europe/Berlin", HOUR, changes, 2);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_rota rota;
    struct sw_buf faults, remarks;
    sw_rota_init(&rota);
    sw_buf_init(&faults, MESSAGE_BYTES_MAX);
    sw_buf_init(&remarks, MESSAGE_BYTES_MAX);
    char *text = malloc(size ? size : 1);
    SW_ASSERT(text != NULL);
    memcpy(text, data, size);
    int r = sw_rota_read(&rota, berlin, "d.csv", text, size, &faults, &remarks);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    fuzz_text(&faults);
    SW_ASSERT(!faults.failed && !remarks.failed && (r == 0) == (faults.len == 0));
    SW_ASSERT(r == 0 || (rota.count == 0 && !rota.rows));
    free(text);
    if (r == 0) {
        check_rows(&rota);
        check_duty(&rota);
    }
    sw_rota_deinit(&rota);
    sw_buf_deinit(&faults);
    sw_buf_deinit(&remarks);
    return 0;
}
