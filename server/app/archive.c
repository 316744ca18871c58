#include "app/archive.h"

#include <stdlib.h>

#include "codec/counts_json.h"
#include "codec/view_shifts.h"
#include "codec/view_staffing.h"
#include "core/zone.h"

#define COUNTS_BYTES_MAX 65536

struct batch {
    struct sw_history_row *rows;
    size_t count, size;
};

/* Adds a row; COUNTS is copied. */
static void add(struct batch *b, enum sw_history of, const char *id, struct sw_span span, const struct sw_buf *counts) {
    if (b->count == b->size) {
        b->size = b->size ? b->size * 2 : 64;
        b->rows = sw_xrealloc(b->rows, b->size * sizeof *b->rows);
    }
    b->rows[b->count++] = (struct sw_history_row){.of = of, .id = id, .start_ms = span.start_ms, .end_ms = span.end_ms,
                                                  .counts = sw_xstrdup(sw_buf_text(counts))};
}

static void add_scope(struct batch *b, const struct sw_floor *floor, const struct sw_scope *scope, struct sw_span span) {
    if (!sw_scope_has_interval(scope, span.start_ms)) return;
    struct sw_buf counts;
    struct sw_queue_counts c;
    sw_buf_init(&counts, COUNTS_BYTES_MAX);
    sw_scope_between(floor, scope, span.start_ms, span.end_ms, &c);
    sw_queue_counts_write(&c, sw_scope_carried_in(scope, span.start_ms), &counts);
    add(b, SW_HISTORY_QUEUE, sw_scope_id(scope), span, &counts);
    sw_buf_deinit(&counts);
}

static void add_counts(struct batch *b, enum sw_history of, const char *id, struct sw_span span,
                       const struct sw_agent_counts *c) {
    bool any = false;
    for (size_t i = 0; i < SW_AC_COUNT && !any; i++) any = c->v[i] != 0;
    if (!any) return;
    struct sw_buf counts;
    sw_buf_init(&counts, COUNTS_BYTES_MAX);
    sw_agent_counts_write(c, &counts);
    add(b, of, id, span, &counts);
    sw_buf_deinit(&counts);
}

static void add_interval(struct batch *b, const struct sw_floor *floor, struct sw_span span) {
    add_scope(b, floor, sw_floor_site(floor), span);
    for (size_t i = 0; i < sw_floor_queue_count(floor); i++) add_scope(b, floor, sw_floor_queue(floor, i), span);
    struct sw_agent_counts c;
    for (size_t i = 0; i < sw_floor_team_count(floor); i++) {
        const struct sw_team *team = sw_floor_team(floor, i);
        sw_team_between(floor, team, span.start_ms, span.end_ms, span.end_ms, &c);
        add_counts(b, SW_HISTORY_TEAM, sw_team_id(team), span, &c);
    }
    for (size_t i = 0; i < sw_floor_agent_count(floor); i++) {
        struct sw_agent_now now;
        const struct sw_agent *agent = sw_floor_agent(floor, i);
        sw_agent_now(floor, agent, &now);
        sw_agent_between(floor, agent, span.start_ms, span.end_ms, span.end_ms, &c);
        add_counts(b, SW_HISTORY_AGENT, now.id, span, &c);
    }
}

static void add_outlook(struct batch *b, const struct sw_outlook *outlook, struct sw_span span) {
    for (size_t i = 0; outlook && i < outlook->count; i++) {
        const struct sw_outlook_interval *one = &outlook->intervals[i];
        if (one->point.start_ms != span.start_ms || one->point.end_ms > span.end_ms || one->point.signed_in == SW_UNKNOWN) continue;
        struct sw_buf counts;
        sw_buf_init(&counts, COUNTS_BYTES_MAX);
        sw_staffing_interval_write(one, &counts);
        add(b, SW_HISTORY_STAFFING, "", span, &counts);
        sw_buf_deinit(&counts);
    }
}

static void put(struct sw_recorder *recorder, struct batch *b) {
    sw_recorder_put_history(recorder, b->rows, b->count);
    for (size_t i = 0; i < b->count; i++) free((char *)(uintptr_t)b->rows[i].counts);
    free(b->rows);
}

/* All of them: a grant or late events change those of yesterday, too. */
static void write_shifts(struct sw_recorder *recorder, const struct sw_shifts *shifts, int64_t now_ms) {
    struct batch b = {0};
    for (size_t i = 0; i < sw_shifts_count(shifts); i++) {
        const struct sw_shift *shift = sw_shifts_get(shifts, i);
        const struct sw_roster_row *row = sw_shift_row(shift);
        if (row->start_ms > now_ms) break; /* in order of start */
        struct sw_buf counts;
        sw_buf_init(&counts, COUNTS_BYTES_MAX);
        sw_shift_counts_write(shifts, shift, now_ms, &counts);
        add(&b, SW_HISTORY_SHIFT, row->agent, (struct sw_span){row->start_ms, row->end_ms}, &counts);
        sw_buf_deinit(&counts);
    }
    put(recorder, &b);
}

static void write_intervals(struct sw_recorder *recorder, const struct sw_floor *floor, const struct sw_outlook *outlook,
                            int64_t from_ms, int64_t to_ms) {
    struct batch b = {0};
    for (struct sw_span span = sw_floor_interval(floor, from_ms); span.end_ms <= to_ms;
         span = sw_floor_interval(floor, span.end_ms)) {
        add_interval(&b, floor, span);
        add_outlook(&b, outlook, span);
    }
    put(recorder, &b);
}

/* Each class of records after its own time. */
static void forget(struct sw_recorder *recorder, const struct sw_config *config, int64_t today_ms) {
    const int64_t days[SW_CLASS_COUNT] = {[SW_CLASS_LOG] = config->log_days, [SW_CLASS_SLIPS] = config->slips_days,
                                          [SW_CLASS_AUDIT] = config->audit_days, [SW_CLASS_HISTORY] = config->history_days};
    int64_t before_ms[SW_CLASS_COUNT];
    for (int i = 0; i < SW_CLASS_COUNT; i++) {
        int64_t kept = days[i] < 0 ? config->retention_days : days[i];
        before_ms[i] = kept ? today_ms - kept * SW_DAY_MS : INT64_MIN;
    }
    sw_recorder_purge(recorder, before_ms);
}

void sw_archive_run(struct sw_archive *a, struct sw_recorder *recorder, const struct sw_floor *floor,
                    const struct sw_shifts *shifts, const struct sw_outlook *outlook, const struct sw_config *config) {
    int64_t now_ms = sw_floor_now(floor);
    if (now_ms == INT64_MIN || sw_recorder_problem(recorder)) return;
    struct sw_span day = sw_floor_day(floor, now_ms, NULL), span = sw_floor_interval(floor, now_ms);
    if (a->day_ms != day.start_ms) { /* also at start: the day before may have changed while nobody wrote */
        write_intervals(recorder, floor, NULL, sw_floor_day(floor, day.start_ms - 1, NULL).start_ms, day.start_ms);
        forget(recorder, config, day.start_ms);
        a->day_ms = day.start_ms;
        a->done_ms = day.start_ms;
    }
    if (shifts && a->shifts_ms != span.start_ms) {
        write_shifts(recorder, shifts, now_ms);
        a->shifts_ms = span.start_ms;
    }
    if (span.start_ms <= a->done_ms) return;
    int64_t from_ms = a->done_ms > day.start_ms ? sw_floor_interval(floor, a->done_ms - 1).start_ms : day.start_ms;
    write_intervals(recorder, floor, outlook, from_ms, span.start_ms);
    a->done_ms = span.start_ms;
}
