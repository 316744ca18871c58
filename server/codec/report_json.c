#include "codec/report_json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_writer.h"
#include "codec/report_internal.h"

/* More intervals than this are not listed one by one: only those in which something happened. */
#define DENSE_INTERVALS_MAX 20000

struct window {
    struct sw_floor *floor;
    const struct sw_shifts *shifts; /* NULL: no roster */
    int64_t from_ms, to_ms, end_ms;
};

void report_int(cJSON *object, const char *name, int64_t value) {
    char digits[24];
    struct sw_buf buf;
    sw_buf_init(&buf, sizeof digits);
    sw_buf_int(&buf, value);
    cJSON_AddRawToObject(object, name, sw_buf_text(&buf));
    sw_buf_deinit(&buf);
}

void report_ratio(cJSON *object, const char *name, struct sw_ratio r) {
    char text[32] = "null";
    if (sw_ratio_defined(r)) sw_number_text(sw_ratio_value(r), text);
    cJSON_AddRawToObject(object, name, text);
}

static void put_mean(cJSON *object, const char *name, struct sw_ratio r) {
    if (sw_ratio_defined(r)) report_int(object, name, sw_ratio_rounded(r));
    else cJSON_AddNullToObject(object, name);
}

/* The counters of a queue, group or the site. CARRIED_IN is what was in the queue at the window's start. */
static void put_queue(cJSON *to, const struct sw_queue_counts *c, int64_t carried_in) {
    for (int i = 0; i < SW_QC_SL_NUM; i++) report_int(to, sw_queue_counter_name((enum sw_queue_counter)i), c->v[i]);
    cJSON *exits = cJSON_AddObjectToObject(to, "exits");
    for (int i = SW_QC_EXIT_TIMEOUT; i < SW_QC_COUNT; i++)
        if (c->v[i]) report_int(exits, sw_queue_counter_name((enum sw_queue_counter)i), c->v[i]);
    report_int(to, "carried_in", carried_in);
    report_int(to, "waiting", carried_in + c->v[SW_QC_OFFERED] - c->v[SW_QC_ANSWERED] - c->v[SW_QC_ABANDONED] -
                               c->v[SW_QC_EXITED]);
    report_ratio(to, "answer_rate", sw_kpi_answer_rate(c));
    report_ratio(to, "abandon_rate", sw_kpi_abandon_rate(c));
    report_ratio(to, "service_level", sw_kpi_service_level(c, 0));
    put_mean(to, "asa_ms", sw_kpi_asa(c));
    put_mean(to, "awt_abandoned_ms", sw_kpi_awt_abandoned(c));
    put_mean(to, "att_ms", sw_kpi_att(c));
    put_mean(to, "hold_avg_ms", sw_kpi_hold(c));
    put_mean(to, "acw_ms", sw_kpi_acw(c));
    put_mean(to, "aht_ms", sw_kpi_aht(c));
}

static void put_scope(cJSON *to, const struct window *w, const struct sw_scope *scope, int64_t from_ms,
                      int64_t to_ms) {
    struct sw_queue_counts c;
    sw_scope_between(w->floor, scope, from_ms, to_ms, &c);
    put_queue(to, &c, sw_scope_carried_in(scope, from_ms));
}

static void put_times(cJSON *to, const struct sw_agent_counts *c) {
    report_int(to, "staffed_ms", sw_kpi_staffed_ms(c));
    report_int(to, "handling_ms", sw_kpi_handling_ms(c));
    report_int(to, "non_service_ms", sw_kpi_non_service_ms(c));
    char name[32];
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) {
        const char *state = sw_agent_state_name((enum sw_agent_state)s);
        size_t len = strlen(state);
        memcpy(name, state, len);
        memcpy(name + len, "_ms", 4);
        report_int(to, name, c->v[SW_AC_STATE_MS + s]);
    }
    report_ratio(to, "occupancy", sw_kpi_occupancy(c));
    report_ratio(to, "utilisation", sw_kpi_utilisation(c));
    report_ratio(to, "calls_per_hour", sw_kpi_calls_per_hour(c));
}

static void put_agent_counts(cJSON *to, const struct sw_agent_counts *c) {
    put_times(to, c);
    for (int i = SW_AC_HANDLED; i < SW_AC_BREAKS; i++)
        report_int(to, sw_agent_counter_name((enum sw_agent_counter)i), c->v[i]);
    put_mean(to, "aht_ms", sw_kpi_agent_aht(c));
    cJSON *breaks = cJSON_AddObjectToObject(to, "breaks");
    for (int i = SW_AC_BREAKS; i < SW_AC_COUNT; i++)
        report_int(breaks, sw_agent_counter_name((enum sw_agent_counter)i), c->v[i]);
}

static void put_agent(cJSON *to, const struct window *w, const struct sw_agent *agent) {
    struct sw_agent_counts c;
    struct sw_agent_now now;
    sw_agent_now(w->floor, agent, &now);
    sw_agent_between(w->floor, agent, w->from_ms, w->to_ms, w->end_ms, &c);
    if (w->shifts) sw_shifts_count_breaks(w->shifts, now.id, w->from_ms, w->to_ms, w->end_ms, &c);
    put_agent_counts(to, &c);
    int64_t seen_ms = now.first_seen_ms > w->from_ms ? now.first_seen_ms : w->from_ms;
    int64_t elapsed_ms = w->end_ms > seen_ms ? w->end_ms - seen_ms : 0;
    report_int(to, "offline_ms", elapsed_ms - sw_kpi_staffed_ms(&c));
    cJSON_AddStringToObject(to, "team", now.team);
}

static bool happened(const struct window *w, int64_t start_ms) {
    for (size_t i = 0; i < sw_floor_queue_count(w->floor); i++)
        if (sw_scope_has_interval(sw_floor_queue(w->floor, i), start_ms)) return true;
    return false;
}

static cJSON *intervals_of(const struct window *w) {
    cJSON *list = cJSON_CreateArray();
    if (w->end_ms < w->from_ms) return list;
    struct sw_span span = sw_floor_interval(w->floor, w->from_ms);
    bool dense = (w->end_ms - w->from_ms) / (span.end_ms - span.start_ms) <= DENSE_INTERVALS_MAX;
    /* the interval of the last event counts, one that starts when the window ends does not */
    while (span.start_ms < w->to_ms && (span.start_ms < w->end_ms || span.start_ms <= w->from_ms || happened(w, span.start_ms))) {
        if (dense || happened(w, span.start_ms)) {
            cJSON *one = cJSON_CreateObject();
            report_int(one, "start", span.start_ms);
            cJSON *queues = cJSON_AddObjectToObject(one, "queues");
            for (size_t i = 0; i < sw_floor_queue_count(w->floor); i++) {
                const struct sw_scope *queue = sw_floor_queue(w->floor, i);
                put_scope(cJSON_AddObjectToObject(queues, sw_scope_id(queue)), w, queue, span.start_ms, span.end_ms);
            }
            cJSON_AddItemToArray(list, one);
        }
        span = sw_floor_interval(w->floor, span.end_ms);
    }
    return list;
}

static int by_name(const void *a, const void *b) {
    return strcmp((*(cJSON *const *)a)->string, (*(cJSON *const *)b)->string);
}

/* Sorts the names of every object. */
static void sort(cJSON *item) {
    size_t count = 0;
    for (cJSON *child = item->child; child; child = child->next, count++) sort(child);
    if (!cJSON_IsObject(item) || count < 2) return;
    cJSON **list = sw_xmalloc(count * sizeof *list);
    count = 0;
    for (cJSON *child = item->child; child; child = child->next) list[count++] = child;
    qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++) {
        list[i]->prev = list[i ? i - 1 : count - 1]; /* cJSON: the first one's prev is the last */
        list[i]->next = i + 1 < count ? list[i + 1] : NULL;
    }
    item->child = list[0];
    free(list);
}

static cJSON *counters_of(const struct sw_floor *floor) {
    const struct sw_floor_counters *c = sw_floor_counters(floor);
    cJSON *out = cJSON_CreateObject();
    report_int(out, "events", c->events);
    report_int(out, "rejected", c->rejected);
    report_int(out, "implied", c->implied);
    report_int(out, "contradictions", c->contradictions);
    report_int(out, "clock_skew", c->clock_skew);
    report_int(out, "duplicates", c->duplicates);
    report_int(out, "orphans", c->orphans);
    return out;
}

void sw_report_write(struct sw_floor *floor, const struct sw_shifts *shifts, int64_t from_ms, int64_t to_ms,
                     int64_t end_ms, struct sw_buf *out) {
    struct window w = {floor, shifts, from_ms, to_ms, end_ms};
    sw_floor_settle(floor, end_ms);
    cJSON *report = cJSON_CreateObject();
    cJSON *site = cJSON_AddObjectToObject(report, "site");
    put_scope(site, &w, sw_floor_site(floor), from_ms, to_ms);
    struct sw_agent_counts everyone;
    sw_team_between(floor, sw_floor_everyone(floor), from_ms, to_ms, INT64_MIN, &everyone);
    put_times(cJSON_AddObjectToObject(site, "times"), &everyone); /* hold and wrap-up are also queue counters */
    cJSON *queues = cJSON_AddObjectToObject(report, "queues");
    for (size_t i = 0; i < sw_floor_queue_count(floor); i++) {
        const struct sw_scope *queue = sw_floor_queue(floor, i);
        put_scope(cJSON_AddObjectToObject(queues, sw_scope_id(queue)), &w, queue, from_ms, to_ms);
    }
    if (sw_floor_group_count(floor)) {
        cJSON *groups = cJSON_AddObjectToObject(report, "groups");
        for (size_t i = 0; i < sw_floor_group_count(floor); i++) {
            const struct sw_scope *group = sw_floor_group(floor, i);
            put_scope(cJSON_AddObjectToObject(groups, sw_scope_id(group)), &w, group, from_ms, to_ms);
        }
    }
    cJSON *agents = cJSON_AddObjectToObject(report, "agents");
    for (size_t i = 0; i < sw_floor_agent_count(floor); i++) {
        struct sw_agent_now now;
        sw_agent_now(floor, sw_floor_agent(floor, i), &now);
        put_agent(cJSON_AddObjectToObject(agents, now.id), &w, sw_floor_agent(floor, i));
    }
    cJSON *teams = cJSON_AddObjectToObject(report, "teams");
    for (size_t i = 0; i < sw_floor_team_count(floor); i++) {
        struct sw_agent_counts c;
        sw_team_between(floor, sw_floor_team(floor, i), from_ms, to_ms, INT64_MIN, &c);
        put_agent_counts(cJSON_AddObjectToObject(teams, sw_team_id(sw_floor_team(floor, i))), &c);
    }
    cJSON_AddItemToObject(report, "intervals", intervals_of(&w));
    cJSON_AddItemToObject(report, "counters", counters_of(floor));
    if (shifts) report_shifts(report, floor, shifts, from_ms, to_ms, end_ms);
    sort(report);
    char *text = cJSON_PrintUnformatted(report);
    cJSON_Delete(report);
    SW_ASSERT(text != NULL);
    sw_buf_puts(out, text);
    free(text);
}
