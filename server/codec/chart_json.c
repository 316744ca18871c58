#include "codec/chart_json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/json_writer.h"
#include "shiftwall/event.h"
#include "shiftwall/shift.h"

#define DEPTH_MAX 5
#define EXACT_MAX (INT64_C(1) << 53)

enum kind { INT, BOOL, TEXT };

/* A member of a struct. An INT that is NONE is left out. */
struct member {
    const char *name;
    enum kind kind;
    size_t at;
    int64_t none;
};

#define OF(type, kind_, name_, field, none_) {name_, kind_, offsetof(struct type, field), none_}
#define ANY INT64_MAX /* no value is left out */

static const struct member chart_members[] = {
    OF(sw_chart, TEXT, "site", site, 0),
    OF(sw_chart, TEXT, "site_name", site_name, 0),
    OF(sw_chart, TEXT, "zone", zone, 0),
    OF(sw_chart, TEXT, "date", date, 0),
    OF(sw_chart, INT, "number", number, ANY),
    OF(sw_chart, INT, "at", at_ms, ANY),
    OF(sw_chart, INT, "made", made_ms, ANY),
    OF(sw_chart, BOOL, "late", late, 0),
    OF(sw_chart, TEXT, "incomplete", incomplete, 0),
    OF(sw_chart, INT, "incomplete_since", incomplete_since_ms, 0),
    OF(sw_chart, TEXT, "policy", policy, 0),
    OF(sw_chart, TEXT, "policy_version", policy_version, 0),
    OF(sw_chart, TEXT, "policy_cite", policy_cite, 0),
    OF(sw_chart, INT, "attendance_goal_ppm", attendance_goal_ppm, ANY),
    OF(sw_chart, INT, "adherence_goal_ppm", adherence_goal_ppm, ANY),
    OF(sw_chart, TEXT, "staffing", staffing, 0),
    OF(sw_chart, BOOL, "staffing_warning", staffing_warning, 0),
};

static const struct member interval_members[] = {
    OF(sw_chart_interval, INT, "start", start_ms, ANY),     OF(sw_chart_interval, INT, "end", end_ms, ANY),
    OF(sw_chart_interval, INT, "scheduled", scheduled, -1), OF(sw_chart_interval, INT, "present", present, -1),
    OF(sw_chart_interval, INT, "signed_in", signed_in, -1), OF(sw_chart_interval, INT, "required", required, -1),
    OF(sw_chart_interval, INT, "offered", offered, -1),     OF(sw_chart_interval, INT, "forecast", forecast, -1),
    OF(sw_chart_interval, BOOL, "below_goal", below_goal, 0), OF(sw_chart_interval, BOOL, "uncertain", uncertain, 0),
};

static const struct member team_members[] = {
    OF(sw_chart_team, TEXT, "id", id, 0),
    OF(sw_chart_team, TEXT, "name", name, 0),
    OF(sw_chart_team, INT, "due", due, ANY),
    OF(sw_chart_team, INT, "attended", attended, ANY),
    OF(sw_chart_team, INT, "pending", pending, ANY),
    OF(sw_chart_team, INT, "absent", absent, ANY),
    OF(sw_chart_team, INT, "leave", leave, ANY),
    OF(sw_chart_team, INT, "late", late, ANY),
    OF(sw_chart_team, INT, "early_leave", early_leave, ANY),
    OF(sw_chart_team, INT, "signed_in_ms", signed_in_ms, ANY),
    OF(sw_chart_team, INT, "expected_ms", expected_ms, ANY),
    OF(sw_chart_team, INT, "breaks", breaks, ANY),
    OF(sw_chart_team, INT, "overruns", overruns, ANY),
    OF(sw_chart_team, INT, "overrun_ms", overrun_ms, ANY),
};

static const struct member person_members[] = {
    OF(sw_chart_person, TEXT, "agent", agent, 0),
    OF(sw_chart_person, TEXT, "name", name, 0),
    OF(sw_chart_person, TEXT, "seat", seat, 0),
    OF(sw_chart_person, TEXT, "team", team, 0),
    OF(sw_chart_person, INT, "shift_start", shift_start_ms, ANY),
    OF(sw_chart_person, INT, "shift_end", shift_end_ms, ANY),
    OF(sw_chart_person, INT, "at", at_ms, INT64_MIN),
    OF(sw_chart_person, INT, "value_ms", value_ms, ANY),
    OF(sw_chart_person, INT, "limit_ms", limit_ms, ANY),
    OF(sw_chart_person, TEXT, "late_class", late_class, 0),
    OF(sw_chart_person, BOOL, "excused", excused, 0),
    OF(sw_chart_person, TEXT, "grant", grant, 0),
    OF(sw_chart_person, TEXT, "reason", reason, 0),
    OF(sw_chart_person, TEXT, "by", by, 0),
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- writing ---- */

static void put(struct sw_json *j, const char *key, const void *object, const struct member *members, size_t count) {
    if (key) sw_json_open(j, *key ? key : NULL, '{');
    for (size_t i = 0; i < count; i++) {
        const struct member *m = &members[i];
        const char *at = (const char *)object + m->at;
        if (m->kind == TEXT) sw_json_text(j, m->name, *(const char *const *)(const void *)at);
        else if (m->kind == BOOL) sw_json_bool(j, m->name, *(const bool *)(const void *)at);
        else if (*(const int64_t *)(const void *)at != m->none) sw_json_int(j, m->name, *(const int64_t *)(const void *)at);
    }
    if (key) sw_json_close(j, '}');
}

static void put_states(struct sw_json *j, const char *key, const int64_t *states) {
    sw_json_open(j, key, '{');
    for (int s = 0; s < SW_ST_COUNT; s++) sw_json_int(j, sw_agent_state_name((enum sw_agent_state)s), states[s]);
    sw_json_close(j, '}');
}

void sw_chart_write(const struct sw_chart *chart, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    put(&j, NULL, chart, chart_members, COUNT(chart_members));
    put(&j, "total", &chart->total, team_members, COUNT(team_members));
    sw_json_open(&j, "teams", '[');
    for (size_t i = 0; i < chart->team_count; i++) put(&j, "", &chart->teams[i], team_members, COUNT(team_members));
    sw_json_close(&j, ']');
    sw_json_open(&j, "intervals", '[');
    for (size_t i = 0; i < chart->interval_count; i++)
        put(&j, "", &chart->intervals[i], interval_members, COUNT(interval_members));
    sw_json_close(&j, ']');
    put_states(&j, "states", chart->states);
    put_states(&j, "state_ms", chart->state_ms);
    sw_json_open(&j, "lists", '{');
    for (int list = 0; list < SW_CHART_LISTS; list++) {
        sw_json_open(&j, sw_chart_list_name((enum sw_chart_list)list), '[');
        for (size_t i = 0; i < chart->list_counts[list]; i++)
            put(&j, "", &chart->lists[list][i], person_members, COUNT(person_members));
        sw_json_close(&j, ']');
    }
    sw_json_close(&j, '}');
    sw_json_close(&j, '}');
}

/* ---- reading ---- */

static bool get_member(struct sw_chart *chart, const cJSON *item, char *at, const struct member *m) {
    if (m->kind == TEXT) {
        if (item && !cJSON_IsString(item)) return false;
        *(const char **)(void *)at = item ? sw_chart_text(chart, item->valuestring) : NULL;
    } else if (m->kind == BOOL) {
        if (!cJSON_IsBool(item)) return false;
        *(bool *)(void *)at = cJSON_IsTrue(item);
    } else if (item) {
        return sw_json_integer(item, -EXACT_MAX, EXACT_MAX, (int64_t *)(void *)at);
    } else {
        *(int64_t *)(void *)at = m->none;
        return m->none != ANY;
    }
    return true;
}

static bool get(struct sw_chart *chart, const cJSON *json, void *object, const struct member *members, size_t count) {
    bool good = cJSON_IsObject(json);
    for (size_t i = 0; i < count && good; i++)
        good = get_member(chart, cJSON_GetObjectItemCaseSensitive(json, members[i].name), (char *)object + members[i].at,
                          &members[i]);
    return good;
}

/* An array of objects of SIZE bytes; *GOOD becomes false when it is none. The list is the chart's in any case. */
static void *get_list(struct sw_chart *chart, const cJSON *json, size_t *list_count, size_t size,
                      const struct member *members, size_t count, bool *good) {
    if (!*good || !cJSON_IsArray(json)) {
        *good = false;
        return NULL;
    }
    char *list = sw_xcalloc((size_t)cJSON_GetArraySize(json) + 1, size);
    const cJSON *item;
    cJSON_ArrayForEach(item, json) {
        *good = *good && get(chart, item, list + *list_count * size, members, count);
        if (*good) ++*list_count;
    }
    return list;
}

static bool get_states(const cJSON *json, int64_t *states) {
    bool good = cJSON_IsObject(json);
    for (int s = 0; s < SW_ST_COUNT && good; s++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, sw_agent_state_name((enum sw_agent_state)s));
        good = item && sw_json_integer(item, 0, EXACT_MAX, &states[s]);
    }
    return good;
}

/* The kinds of grants and the ways of staffing are texts of their own; what is needed to draw must be there. */
static bool is_whole(const struct sw_chart *chart) {
    bool good = chart->site && chart->zone && chart->date && chart->total.id;
    for (size_t i = 0; i < chart->team_count; i++) good = good && chart->teams[i].id && chart->teams[i].name;
    for (size_t i = 0; i < chart->interval_count; i++) good = good && chart->intervals[i].start_ms < chart->intervals[i].end_ms;
    for (int list = 0; list < SW_CHART_LISTS; list++)
        for (size_t i = 0; i < chart->list_counts[list]; i++) good = good && chart->lists[list][i].agent;
    return good;
}

static bool read_chart(struct sw_chart *chart, const cJSON *root) {
    const cJSON *lists = cJSON_GetObjectItemCaseSensitive(root, "lists");
    bool good = get(chart, root, chart, chart_members, COUNT(chart_members)) &&
                get(chart, cJSON_GetObjectItemCaseSensitive(root, "total"), &chart->total, team_members, COUNT(team_members)) &&
                get_states(cJSON_GetObjectItemCaseSensitive(root, "states"), chart->states) &&
                get_states(cJSON_GetObjectItemCaseSensitive(root, "state_ms"), chart->state_ms);
    chart->teams = get_list(chart, cJSON_GetObjectItemCaseSensitive(root, "teams"), &chart->team_count, sizeof *chart->teams,
                            team_members, COUNT(team_members), &good);
    chart->intervals = get_list(chart, cJSON_GetObjectItemCaseSensitive(root, "intervals"), &chart->interval_count,
                                sizeof *chart->intervals, interval_members, COUNT(interval_members), &good);
    for (int list = 0; list < SW_CHART_LISTS; list++)
        chart->lists[list] = get_list(chart, cJSON_GetObjectItemCaseSensitive(lists, sw_chart_list_name((enum sw_chart_list)list)),
                                      &chart->list_counts[list], sizeof *chart->lists[list], person_members,
                                      COUNT(person_members), &good);
    return good && is_whole(chart);
}

int sw_chart_read(const char *json, size_t len, struct sw_chart **out) {
    cJSON *root = NULL;
    if (len > SW_CHART_BYTES_MAX) return -SW_ELIMIT;
    if (sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK) return -SW_EPARSE;
    struct sw_chart *chart = sw_chart_new();
    int status = read_chart(chart, root) ? 0 : -SW_EPARSE;
    cJSON_Delete(root);
    if (status) sw_chart_free(chart);
    else *out = chart;
    return status;
}
