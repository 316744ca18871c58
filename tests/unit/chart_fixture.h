/* Sign-in charts to draw: a small day, a great one with long Chinese names, an empty one, one half lost, one made late.
 * All figures follow from a fixed seed. */
#ifndef TESTS_CHART_FIXTURE_H
#define TESTS_CHART_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "core/zone.h"
#include "shiftwall/buf.h"
#include "shiftwall/chart.h"

#define CHART_MINUTE INT64_C(60000)
#define CHART_HOUR INT64_C(3600000)
#define CHART_QUARTER (15 * CHART_MINUTE)
/* 2026-11-23 00:00 in Asia/Shanghai, which has been at +08:00 since 1991. */
#define CHART_DAY INT64_C(1795363200000)

static inline struct sw_zone *chart_zone(void) {
    return sw_zone_new("Asia/Shanghai", 8 * CHART_HOUR, NULL, 0);
}

static inline uint32_t chart_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static inline const char *chart_text(struct sw_chart *chart, const char *format, int64_t n) {
    char text[160];
    const char *at = strstr(format, "%d");
    if (!at) return sw_chart_text(chart, format);
    snprintf(text, sizeof text, "%.*s%lld%s", (int)(at - format), format, (long long)n, at + 2);
    return sw_chart_text(chart, text);
}

static inline struct sw_chart *chart_base(const char *site_name, int64_t at_ms) {
    struct sw_chart *chart = sw_chart_new();
    chart->site = sw_chart_text(chart, "default");
    chart->site_name = sw_chart_text(chart, site_name);
    chart->zone = sw_chart_text(chart, "Asia/Shanghai");
    chart->date = sw_chart_text(chart, "2026-11-23");
    chart->number = 2;
    chart->at_ms = at_ms;
    chart->made_ms = at_ms + 4000;
    chart->policy = sw_chart_text(chart, "floor");
    chart->policy_version = sw_chart_text(chart, "3");
    chart->policy_cite = sw_chart_text(chart, "002-d 「出勤率95%以上」");
    chart->attendance_goal_ppm = 950000;
    chart->adherence_goal_ppm = 920000;
    chart->staffing = sw_chart_text(chart, "erlang_c");
    chart->total.id = "";
    chart->total.name = chart->site_name;
    return chart;
}

/* The day's 96 intervals: PEOPLE rise from 7:00, fall after 20:00; some are missing at DIPS (bits of hours). */
static inline void chart_intervals(struct sw_chart *chart, int64_t people, uint32_t dips, bool required) {
    chart->interval_count = 96;
    chart->intervals = sw_xcalloc(96, sizeof *chart->intervals);
    for (int i = 0; i < 96; i++) {
        struct sw_chart_interval *row = &chart->intervals[i];
        int hour = i / 4;
        static const int shape[24] = {0,  0,  0,  0,   0,   0,  0,  40, 90, 100, 100, 96,
                                      82, 84, 98, 100, 100, 92, 70, 62, 60, 30,  0,   0};
        row->start_ms = CHART_DAY + i * CHART_QUARTER;
        row->end_ms = row->start_ms + CHART_QUARTER;
        row->scheduled = (people * shape[hour] + 99) / 100;
        row->required = required ? (people * (shape[hour] ? shape[hour] - 7 + (i * 7) % 15 : 0) + 50) / 100 : -1;
        row->forecast = -1;
        row->present = row->signed_in = row->offered = -1;
        if (row->end_ms > chart->at_ms) continue;
        int64_t missing = (dips >> hour & 1) ? (row->scheduled + 9) / 10 + i % 2 : row->scheduled / 40;
        row->present = row->scheduled > missing ? row->scheduled - missing : 0;
        row->signed_in = row->scheduled ? row->present + people / 30 + i % 2 : 0;
        row->offered = row->scheduled * 3;
        row->below_goal = row->present * 1000000 < chart->attendance_goal_ppm * row->scheduled;
    }
}

static inline void chart_add_team(struct sw_chart *chart, const char *id, const char *name, struct sw_chart_team team) {
    chart->teams = sw_xrealloc(chart->teams, (chart->team_count + 1) * sizeof *chart->teams);
    team.id = sw_chart_text(chart, id);
    team.name = sw_chart_text(chart, name);
    chart->teams[chart->team_count++] = team;
    struct sw_chart_team *total = &chart->total;
    total->due += team.due;
    total->attended += team.attended;
    total->pending += team.pending;
    total->absent += team.absent;
    total->leave += team.leave;
    total->late += team.late;
    total->early_leave += team.early_leave;
    total->signed_in_ms += team.signed_in_ms;
    total->expected_ms += team.expected_ms;
    total->breaks += team.breaks;
    total->overruns += team.overruns;
    total->overrun_ms += team.overrun_ms;
}

static inline struct sw_chart_person *chart_add_person(struct sw_chart *chart, enum sw_chart_list list,
                                                       struct sw_chart_person person) {
    size_t count = chart->list_counts[list]++;
    chart->lists[list] = sw_xrealloc(chart->lists[list], (count + 1) * sizeof *chart->lists[list]);
    person.agent = sw_chart_text(chart, person.agent);
    person.name = sw_chart_text(chart, person.name);
    person.seat = sw_chart_text(chart, person.seat);
    person.team = sw_chart_text(chart, person.team);
    person.late_class = sw_chart_text(chart, person.late_class);
    person.grant = sw_chart_text(chart, person.grant);
    person.reason = sw_chart_text(chart, person.reason);
    person.by = sw_chart_text(chart, person.by);
    chart->lists[list][count] = person;
    return &chart->lists[list][count];
}

static inline void chart_states(struct sw_chart *chart, const int64_t now[SW_ST_COUNT], int64_t hour_ms) {
    static const int64_t shares[SW_ST_COUNT] = {0, 22, 1, 1, 38, 4, 11, 6, 9, 3, 5};
    for (int s = 0; s < SW_ST_COUNT; s++) {
        chart->states[s] = now[s];
        chart->state_ms[s] = s == SW_ST_OFFLINE ? 0 : shares[s] * hour_ms / 100;
    }
}

#define CHART_AT(h, m, s) (CHART_DAY + (h)*CHART_HOUR + (m)*CHART_MINUTE + (s)*INT64_C(1000))

/* Three teams, five agents, one of everything. */
static inline struct sw_chart *chart_small(void) {
    struct sw_chart *chart = chart_base("总部呼叫中心", CHART_AT(15, 0, 0));
    chart_intervals(chart, 5, 1u << 9 | 1u << 13, true);
    chart_add_team(chart, "A", "A组",
                   (struct sw_chart_team){.due = 2,
                                          .attended = 2,
                                          .late = 1,
                                          .signed_in_ms = 45360000,
                                          .expected_ms = 46800000,
                                          .breaks = 5,
                                          .overruns = 1,
                                          .overrun_ms = 320000});
    chart_add_team(chart, "B", "B组",
                   (struct sw_chart_team){.due = 2,
                                          .attended = 1,
                                          .absent = 1,
                                          .early_leave = 1,
                                          .signed_in_ms = 21000000,
                                          .expected_ms = 23400000,
                                          .breaks = 2});
    chart_add_team(chart, "N", "夜班", (struct sw_chart_team){.leave = 1});
    static const int64_t now[SW_ST_COUNT] = {2, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0};
    chart_states(chart, now, 18 * CHART_HOUR);
    int64_t start = CHART_AT(8, 30, 0), end = CHART_AT(17, 30, 0);
    chart_add_person(chart, SW_CHART_ABSENT,
                     (struct sw_chart_person){"2002", "孙丽", "15", "B组", start, end, INT64_MIN, 0, 0, NULL, false,
                                              NULL, NULL, NULL});
    chart_add_person(chart, SW_CHART_PENDING,
                     (struct sw_chart_person){"2003", "周 & <杰>", NULL, "B组", CHART_AT(14, 45, 0), CHART_AT(23, 0, 0),
                                              INT64_MIN, 0, 0, NULL, false, NULL, NULL, NULL});
    chart_add_person(chart, SW_CHART_LATE,
                     (struct sw_chart_person){"1001", "王芳", "07", "A组", start, end, CHART_AT(8, 37, 12), 432000, 0,
                                              "up_to_10_min", false, NULL, NULL, NULL});
    chart_add_person(chart, SW_CHART_LATE,
                     (struct sw_chart_person){"1002", "李强", "08", "A组", start, end, CHART_AT(8, 51, 40), 1300000, 0,
                                              "up_to_30_min", true, "late", "地铁故障停运", "陈晓"});
    chart_add_person(chart, SW_CHART_EARLY,
                     (struct sw_chart_person){"2001", "赵敏", "12", "B组", CHART_AT(6, 0, 0), CHART_AT(14, 0, 0),
                                              CHART_AT(13, 42, 5), 1075000, 0, "up_to_30_min", false, NULL, NULL,
                                              NULL});
    chart_add_person(chart, SW_CHART_UNAUTHORISED,
                     (struct sw_chart_person){"1001", "王芳", "07", "A组", start, end, CHART_AT(10, 12, 30), 754000, 0,
                                              NULL, false, "away", "复印资料", "陈晓"});
    chart_add_person(chart, SW_CHART_OVERRUN,
                     (struct sw_chart_person){"1002", "李强", "08", "A组", start, end, CHART_AT(11, 5, 0), 920000,
                                              600000, NULL, false, NULL, NULL, NULL});
    return chart;
}

/* Forty teams, 800 agents, names as long as they get. ABSENT of them in the list of the absent. */
static inline struct sw_chart *chart_great(size_t absent) {
    struct sw_chart *chart =
        chart_base("华东区第二客户服务中心（南京江宁综合业务支撑与投诉处理基地）", CHART_AT(20, 0, 0));
    static const char *const names[] = {"王芳", "欧阳娜娜",       "阿卜杜热合曼·买买提江",
                                        "李强", "司马相如",       "Christopher Montgomery-Smith",
                                        "赵敏", "尼格买提·热合曼"};
    static const char *const teams[] = {"国际漫游与跨境业务投诉处理专席组%d", "宽带报障%d组",
                                        "VIP 客户尊享服务保障团队%d", "投诉%d组"};
    static const char *const classes[] = {"up_to_5_min", "up_to_10_min", "up_to_30_min", "over_30_min"};
    uint32_t seed = 7;
    chart->number = 3;
    chart_intervals(chart, 800, 1u << 8 | 1u << 13 | 1u << 18, true);
    for (int i = 0; i < 40; i++) {
        int64_t missing = i % 7 == 3 ? 2 + i % 3 : i % 3 == 0;
        struct sw_chart_team team = {.due = 20,
                                     .attended = 20 - missing,
                                     .absent = missing,
                                     .late = i % 4,
                                     .leave = i % 5 == 0,
                                     .expected_ms = 20 * 8 * CHART_HOUR,
                                     .breaks = 60 + i,
                                     .overruns = i % 6,
                                     .overrun_ms = i * 61000};
        team.signed_in_ms = team.expected_ms / 1000 * (890 + (int64_t)(chart_random(&seed) % 100));
        char id[8];
        snprintf(id, sizeof id, "T%02d", i + 1);
        chart_add_team(chart, id, chart_text(chart, teams[i % 4], i + 1), team);
    }
    static const int64_t now[SW_ST_COUNT] = {310, 122, 6, 4, 231, 21, 48, 26, 12, 9, 11};
    chart_states(chart, now, 5200 * CHART_HOUR);
    for (size_t i = 0; i < absent; i++) {
        int64_t start = CHART_AT(7, 0, 0) + (int64_t)(i % 12) * CHART_HOUR;
        struct sw_chart_person person = {chart_text(chart, "%d", 10001 + (int64_t)i),
                                         names[i % 8],
                                         chart_text(chart, "%d", 100 + (int64_t)i % 300),
                                         chart->teams[i % 40].name,
                                         start,
                                         start + 9 * CHART_HOUR,
                                         INT64_MIN,
                                         0,
                                         0,
                                         NULL,
                                         i % 9 == 4,
                                         i % 9 == 4 ? "leave" : NULL,
                                         i % 9 == 4 ? "家中老人突发疾病需要陪护就医" : NULL,
                                         i % 9 == 4 ? "值班长陈晓" : NULL};
        chart_add_person(chart, SW_CHART_ABSENT, person);
    }
    for (size_t i = 0; i < 57; i++) {
        int64_t value = 1000 * (20 + (int64_t)(chart_random(&seed) % 2400));
        int64_t start = CHART_AT(8, 0, 0);
        struct sw_chart_person person = {chart_text(chart, "%d", 20001 + (int64_t)i),
                                         names[(i + 3) % 8],
                                         chart_text(chart, "%d", (int64_t)i),
                                         chart->teams[i % 40].name,
                                         start,
                                         start + 9 * CHART_HOUR,
                                         start + value,
                                         value,
                                         0,
                                         classes[value > 1800000  ? 3
                                                 : value > 600000 ? 2
                                                                  : value > 300000],
                                         i % 10 == 0,
                                         i % 10 == 0 ? "late" : NULL,
                                         i % 10 == 0 ? "暴雪封路" : NULL,
                                         i % 10 == 0 ? "陈晓" : NULL};
        chart_add_person(chart, SW_CHART_LATE, person);
    }
    for (size_t i = 0; i < 30; i++) {
        int64_t start = CHART_AT(12, 0, 0), value = 601000 + 17000 * (int64_t)i;
        struct sw_chart_person person = {chart_text(chart, "%d", 30001 + (int64_t)i),
                                         names[i % 8],
                                         chart_text(chart, "%d", 40 + (int64_t)i),
                                         chart->teams[i % 40].name,
                                         start,
                                         start + 14 * CHART_HOUR,
                                         start + (int64_t)i * 20 * CHART_MINUTE,
                                         value,
                                         600000,
                                         NULL,
                                         false,
                                         NULL,
                                         NULL,
                                         NULL};
        chart_add_person(chart, SW_CHART_OVERRUN, person);
        if (i % 3 == 0) chart_add_person(chart, SW_CHART_UNAUTHORISED, person);
    }
    chart->staffing_warning = true;
    return chart;
}

/* Before the first shift of a day of which nothing is known yet. */
static inline struct sw_chart *chart_empty(void) {
    struct sw_chart *chart = chart_base("夜班中心", CHART_AT(10, 0, 0));
    chart->number = 0;
    chart->policy = chart->policy_version = chart->policy_cite = chart->staffing = NULL;
    chart_intervals(chart, 0, 0, false);
    return chart;
}

/* Events are missing since 10:05; nothing says how many agents are required. */
static inline struct sw_chart *chart_half(void) {
    struct sw_chart *chart = chart_base("总部呼叫中心", CHART_AT(15, 0, 0));
    chart->incomplete = sw_chart_text(chart, "gap");
    chart->incomplete_since_ms = CHART_AT(10, 5, 0);
    chart->staffing = NULL;
    chart_intervals(chart, 118, 1u << 10 | 1u << 11, false);
    for (size_t i = 40; i < 60; i++) chart->intervals[i].uncertain = true;
    static const char *const names[] = {"A组", "B组", "C组", "D组", "外呼组", "投诉组", "夜班组"};
    for (int i = 0; i < 7; i++) {
        struct sw_chart_team team = {.due = 17,
                                     .attended = 17 - i % 3,
                                     .absent = i % 3,
                                     .leave = i == 2,
                                     .late = i,
                                     .signed_in_ms = (900 + 14 * i) * 100000,
                                     .expected_ms = 100000000,
                                     .breaks = 20 + i,
                                     .overruns = i / 2,
                                     .overrun_ms = i * 90000};
        char id[2] = {(char)('A' + i), 0};
        chart_add_team(chart, id, names[i], team);
    }
    static const int64_t now[SW_ST_COUNT] = {9, 24, 2, 0, 51, 5, 12, 6, 9, 2, 0};
    chart_states(chart, now, 610 * CHART_HOUR);
    return chart;
}

/* The half day's chart, made an hour and a half after its time. */
static inline struct sw_chart *chart_late(void) {
    struct sw_chart *chart = chart_half();
    chart->late = true;
    chart->made_ms = CHART_AT(16, 42, 7);
    chart->incomplete = sw_chart_text(chart, "down");
    chart->total.attended = 1139 * chart->total.due / 1200; /* 94.9 and something: must not show as 95 */
    return chart;
}

#endif
