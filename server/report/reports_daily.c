/* The daily report: the day by interval, queue and team, the floor walks, and what was decided about breaches. */
#include "report/draw_list.h"
#include "report/reports.h"
#include "report/table_parts.h"

/* ---- calls ---- */

static void add_call_columns(struct sw_table *table) {
    static const struct sw__column columns[] = {
        {SW_WORD_OFFERED, SW_CELL_COUNT},       {SW_WORD_ANSWERED, SW_CELL_COUNT},
        {SW_WORD_IN_TARGET, SW_CELL_COUNT},     {SW_WORD_ABANDONED, SW_CELL_COUNT},
        {SW_WORD_SHORT_ABANDONED, SW_CELL_COUNT}, {SW_WORD_EXITED, SW_CELL_COUNT},
        {SW_WORD_SERVICE_LEVEL, SW_CELL_RATIO}, {SW_WORD_ANSWER_RATE, SW_CELL_RATIO},
        {SW_WORD_ABANDON_RATE, SW_CELL_RATIO},  {SW_WORD_ASA_MS, SW_CELL_DURATION},
        {SW_WORD_AHT_MS, SW_CELL_DURATION},     {SW_WORD_LONGEST_WAIT_MS, SW_CELL_DURATION}};
    SW__ADD_COLUMNS(table, columns);
}

static void put_ratio(struct sw_table *table, struct sw_ratio ratio, int64_t goal_ppm) {
    sw_table_put_ratio_with_goal(table, ratio.num, ratio.den, goal_ppm);
}

/* A mean in ms. */
static void put_mean(struct sw_table *table, struct sw_ratio mean) {
    sw_table_put_duration(table, sw_ratio_defined(mean) ? mean.num / mean.den : -1);
}

static void put_calls(struct sw_table *table, const struct sw_queue_counts *calls, int64_t service_level_goal_ppm,
                      int64_t answer_rate_goal_ppm) {
    static const enum sw_queue_counter counts[] = {SW_QC_OFFERED,   SW_QC_ANSWERED,        SW_QC_ANSWERED_IN_TARGET,
                                                   SW_QC_ABANDONED, SW_QC_SHORT_ABANDONED, SW_QC_EXITED};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) sw_table_put_count(table, calls->v[counts[i]]);
    put_ratio(table, sw_kpi_service_level(calls, 0), service_level_goal_ppm);
    put_ratio(table, sw_kpi_answer_rate(calls), answer_rate_goal_ppm);
    put_ratio(table, sw_kpi_abandon_rate(calls), 0);
    put_mean(table, sw_kpi_asa(calls));
    put_mean(table, sw_kpi_aht(calls));
    bool waited = calls->v[SW_QC_ANSWERED] + calls->v[SW_QC_ABANDONED] + calls->v[SW_QC_EXITED] > 0;
    sw_table_put_duration(table, waited ? calls->v[SW_QC_LONGEST_WAIT_MS] : -1);
}

static void put_unknown(struct sw_table *table, size_t count) {
    while (count--) sw_table_put_unknown(table);
}

/* ---- tables ---- */

static void add_work_columns(struct sw_table *table) {
    static const struct sw__column columns[] = {{SW_WORD_HANDLED, SW_CELL_COUNT},
                                                {SW_WORD_OCCUPANCY, SW_CELL_RATIO},
                                                {SW_WORD_NON_SERVICE, SW_CELL_RATIO}};
    SW__ADD_COLUMNS(table, columns);
}

static void put_work(struct sw_table *table, const struct sw_agent_counts *counts) {
    sw_table_put_count(table, counts->v[SW_AC_HANDLED]);
    put_ratio(table, sw_kpi_occupancy(counts), 0);
    put_ratio(table, sw_kpi_non_service(counts), 0);
}

static void put_attendance(struct sw_table *table, const struct sw_daily *daily, const struct sw_chart_team *team) {
    sw__put_attendance(table, team, daily->about.attendance_goal_ppm, daily->about.adherence_goal_ppm);
}

static void fill_summary(struct sw_table *table, const struct sw_daily *daily) {
    table->upright = true;
    sw_table_add_column(table, SW_WORD_DATE, SW_CELL_DATE);
    sw__add_about_columns(table);
    add_call_columns(table);
    sw__add_attendance_columns(table);
    sw__set_goals(table, daily->about.attendance_goal_ppm, daily->about.adherence_goal_ppm);
    add_work_columns(table);
    sw_table_add_column(table, SW_WORD_WALKS_DUE, SW_CELL_COUNT);
    sw_table_add_column(table, SW_WORD_WALKS_DONE, SW_CELL_COUNT);
    sw_table_add_column(table, SW_WORD_COMPLIANCE, SW_CELL_RATIO);
    sw_table_put_date(table, daily->date);
    sw__put_about(table, &daily->about);
    put_calls(table, &daily->calls, 0, 0);
    put_attendance(table, daily, &daily->site.attendance);
    put_work(table, &daily->site.counts);
    int64_t due = 0, done = 0; /* of the walks whose time is over or that are done */
    for (size_t i = 0; i < daily->walk_count; i++) {
        const struct sw_daily_walk *walk = &daily->walks[i];
        bool closed = walk->closed_ms != INT64_MIN && walk->closed_ms != INT64_MAX;
        due += walk->missed || closed;
        done += closed && !walk->missed;
    }
    sw_table_put_count(table, due);
    sw_table_put_count(table, done);
    sw_table_put_ratio(table, done, due);
}

static void fill_intervals(struct sw_table *table, const struct sw_daily *daily) {
    static const struct sw__column staff[] = {{SW_WORD_SCHEDULED, SW_CELL_COUNT},
                                              {SW_WORD_PRESENT, SW_CELL_COUNT},
                                              {SW_WORD_REQUIRED, SW_CELL_COUNT},
                                              {SW_WORD_UNCERTAIN, SW_CELL_TEXT}};
    sw_table_add_column(table, SW_WORD_START, SW_CELL_TIME);
    sw_table_add_column(table, SW_WORD_END, SW_CELL_TIME);
    sw_table_add_column(table, SW_WORD_FORECAST, SW_CELL_COUNT);
    size_t before = table->column_count;
    add_call_columns(table);
    size_t call_columns = table->column_count - before;
    SW__ADD_COLUMNS(table, staff);
    table->fixed_columns = 1;
    for (size_t i = 0; i < daily->interval_count; i++) {
        const struct sw_daily_interval *row = &daily->intervals[i];
        sw_table_put_time(table, row->start_ms);
        sw_table_put_time(table, row->end_ms);
        sw_table_put_count(table, row->forecast);
        if (row->passed) put_calls(table, &row->calls, 0, 0);
        else put_unknown(table, call_columns);
        sw_table_put_count(table, row->scheduled);
        sw_table_put_count(table, row->passed ? row->present : -1);
        sw_table_put_count(table, row->required);
        sw_table_put_flag(table, row->uncertain);
    }
    struct sw_table_plot *plot =
        sw_table_add_plot(table, SW_PLOT_LINES, sw_word_text(table->lang, SW_WORD_CALLS_AXIS), SW_WORD_START);
    sw_plot_add_series(table, plot, SW_WORD_OFFERED, SW_BLUE, false);
    sw_plot_add_series(table, plot, SW_WORD_ANSWERED, SW_GREEN, false);
    sw_plot_add_series(table, plot, SW_WORD_ABANDONED, SW_RED, false);
    sw_plot_add_series(table, plot, SW_WORD_FORECAST, SW_INK_SOFT, true);
    plot = sw_table_add_plot(table, SW_PLOT_LINES, sw_say_pattern(table->lang, SW_SAY_INTERVALS_PLAIN), SW_WORD_START);
    sw_plot_add_series(table, plot, SW_WORD_SCHEDULED, SW_INK_SOFT, true);
    sw_plot_add_series(table, plot, SW_WORD_PRESENT, SW_BLUE, false);
    sw_plot_add_series(table, plot, SW_WORD_REQUIRED, SW_ORANGE, false);
}

static void fill_queues(struct sw_table *table, const struct sw_daily *daily) {
    static const struct sw__column goals[] = {{SW_WORD_TARGET_MS, SW_CELL_DURATION},
                                              {SW_WORD_SERVICE_LEVEL_GOAL, SW_CELL_RATIO},
                                              {SW_WORD_ANSWER_RATE_GOAL, SW_CELL_RATIO}};
    sw_table_add_column(table, SW_WORD_QUEUE, SW_CELL_TEXT);
    sw_table_add_column(table, SW_WORD_QUEUE_NAME, SW_CELL_TEXT);
    add_call_columns(table);
    SW__ADD_COLUMNS(table, goals);
    table->fixed_columns = 2;
    for (size_t i = 0; i < daily->queue_count; i++) {
        const struct sw_daily_queue *queue = &daily->queues[i];
        sw_table_put_text(table, queue->id);
        sw_table_put_text(table, queue->name);
        put_calls(table, &queue->calls, queue->service_level_goal_ppm, queue->answer_rate_goal_ppm);
        sw_table_put_duration(table, queue->target_ms);
        sw__put_goal(table, queue->service_level_goal_ppm);
        sw__put_goal(table, queue->answer_rate_goal_ppm);
    }
}

static void fill_teams(struct sw_table *table, const struct sw_daily *daily) {
    sw_table_add_column(table, SW_WORD_TEAM, SW_CELL_TEXT);
    sw_table_add_column(table, SW_WORD_TEAM_NAME, SW_CELL_TEXT);
    sw__add_attendance_columns(table);
    sw__set_goals(table, daily->about.attendance_goal_ppm, daily->about.adherence_goal_ppm);
    add_work_columns(table);
    table->fixed_columns = 2;
    for (size_t i = 0; i < daily->team_count; i++) {
        const struct sw_daily_team *team = &daily->teams[i];
        sw_table_put_text(table, team->attendance.id);
        sw_table_put_text(table, team->attendance.name);
        put_attendance(table, daily, &team->attendance);
        put_work(table, &team->counts);
    }
    sw__add_attendance_plots(table, SW_WORD_TEAM_NAME);
}

static void fill_walks(struct sw_table *table, const struct sw_daily *daily) {
    static const struct sw__column columns[] = {
        {SW_WORD_WALK_DUE, SW_CELL_TIME}, {SW_WORD_PERSON, SW_CELL_TEXT},  {SW_WORD_OUTCOME, SW_CELL_TEXT},
        {SW_WORD_STARTED, SW_CELL_TIME},  {SW_WORD_CLOSED, SW_CELL_TIME},  {SW_WORD_ITEMS, SW_CELL_COUNT},
        {SW_WORD_TICKED, SW_CELL_COUNT},  {SW_WORD_NOTES, SW_CELL_TEXT}};
    SW__ADD_COLUMNS(table, columns);
    table->fixed_columns = 1;
    for (size_t i = 0; i < daily->walk_count; i++) {
        const struct sw_daily_walk *walk = &daily->walks[i];
        bool closed = walk->closed_ms != INT64_MIN && walk->closed_ms != INT64_MAX;
        sw_table_put_time(table, walk->due_ms);
        sw_table_put_text(table, walk->person);
        sw_table_put_word(table, walk->missed ? SW_WORD_WALK_MISSED : closed ? SW_WORD_WALK_DONE : SW_WORD_WALK_OPEN);
        sw_table_put_time(table, walk->started_ms);
        sw_table_put_time(table, walk->closed_ms);
        sw_table_put_count(table, walk->items);
        sw_table_put_count(table, walk->ticked);
        sw_table_put_text(table, walk->notes);
    }
}

/* ---- breaches ---- */

/* What a rule is about, in the words of the web application. NULL where an agent cannot break it. */
static const char *rule_text(enum sw_draw_lang lang, enum sw_rule rule) {
    static const char *const texts[SW_RULE_COUNT][2] = {
        [SW_RULE_SIGNIN_EARLY] = {"未提前签入", "Not signed in early"},
        [SW_RULE_SIGNOUT_LATE] = {"未延后签出", "Signed out early"},
        [SW_RULE_SIGNIN_AFTER_ACTIVITY] = {"会后、餐后未按时签入", "Not back in time"},
        [SW_RULE_SIGNOUT_INSIDE_SHIFT] = {"班中签出", "Signed out in the shift"},
        [SW_RULE_LATE] = {"迟到", "Late"},
        [SW_RULE_EARLY_LEAVE] = {"早退", "Left early"},
        [SW_RULE_ABSENT] = {"缺勤", "Absent"},
        [SW_RULE_BREAK_ALLOWANCES] = {"小休超时", "Break overrun"},
        [SW_RULE_BREAK_TOGETHER] = {"同时小休过多", "Too many on a break"},
        [SW_RULE_BREAK_MONTH] = {"本月小休违规过多", "Too many break breaches"},
        [SW_RULE_BUSY] = {"示忙", "Not ready"},
        [SW_RULE_AWAY_REPORT] = {"离席过久", "Away for long"},
        [SW_RULE_HOLD_EACH] = {"保持过久", "Long hold"},
        [SW_RULE_HOLD_COUNT] = {"保持次数过多", "Too many holds"},
        [SW_RULE_RING_ANSWER] = {"振铃未接", "Ringing unanswered"},
        [SW_RULE_CHAT_FIRST_REPLY] = {"在线首次回复超时", "First reply is late"},
        [SW_RULE_ONLINE_REPLY] = {"留言回复超时", "Reply is late"},
        [SW_RULE_OUTBOUND_DIALED] = {"外呼拨打量超出区间", "Calls dialled out of band"},
        [SW_RULE_OUTBOUND_SUCCESS] = {"外呼成功量超出区间", "Successes out of band"},
        [SW_RULE_WRAPUP] = {"话后过久", "Long wrap-up"},
        [SW_RULE_IDLE] = {"有排队而空闲", "Idle while callers wait"},
        [SW_RULE_WALK] = {"巡场", "Floor walk"},
        [SW_RULE_CHARTS] = {"签入图表", "Sign-in chart"}};
    return (int)rule >= 0 && rule < SW_RULE_COUNT ? texts[rule][lang == SW_DRAW_EN] : NULL;
}

static void put_breach(struct sw_table *table, const struct sw_daily_breach *breach) {
    bool known = (int)breach->rule >= 0 && breach->rule < SW_RULE_COUNT;
    sw_table_put_time(table, breach->at_ms);
    sw_table_put_key(table, known ? sw_rule_name(breach->rule) : NULL, rule_text(table->lang, breach->rule));
    sw_table_put_text(table, breach->agent);
    sw_table_put_text(table, breach->name);
    sw_table_put_text(table, breach->team);
    sw_table_put_duration(table, breach->length_ms);
    sw_table_put_duration(table, breach->limit_ms);
    sw_table_put_count(table, breach->n);
    int step = sw_word_find(SW_WORD_REMIND, SW_WORD_REPORT, breach->step);
    sw_table_put_key(table, breach->step, step < 0 ? NULL : sw_word_text(table->lang, (enum sw_word)step));
    sw_table_put_word(table, breach->excused ? SW_WORD_DECIDED_EXCUSED : SW_WORD_CONFIRMED);
    sw_table_put_text(table, breach->reason);
    sw_table_put_text(table, breach->by);
    sw_table_put_time(table, breach->decided_ms);
}

static void fill_breaches(struct sw_table *table, const struct sw_daily *daily) {
    static const struct sw__column columns[] = {
        {SW_WORD_HAPPENED, SW_CELL_TIME},      {SW_WORD_RULE, SW_CELL_TEXT},         {SW_WORD_AGENT, SW_CELL_TEXT},
        {SW_WORD_NAME, SW_CELL_TEXT},          {SW_WORD_TEAM_NAME, SW_CELL_TEXT},    {SW_WORD_LENGTH_MS, SW_CELL_DURATION},
        {SW_WORD_LIMIT_MS, SW_CELL_DURATION},  {SW_WORD_NTH, SW_CELL_COUNT},         {SW_WORD_STEP, SW_CELL_TEXT},
        {SW_WORD_DECISION, SW_CELL_TEXT},      {SW_WORD_REASON, SW_CELL_TEXT},       {SW_WORD_BY, SW_CELL_TEXT},
        {SW_WORD_DECIDED, SW_CELL_TIME}};
    SW__ADD_COLUMNS(table, columns);
    table->fixed_columns = 1;
    for (size_t i = 0; i < daily->breach_count; i++) put_breach(table, &daily->breaches[i]);
}

size_t sw_daily_tables(const struct sw_daily *daily, enum sw_draw_lang lang, const struct sw_zone *zone,
                       struct sw_table *tables[SW_REPORT_TABLES_MAX]) {
    static const struct {
        enum sw_word word;
        void (*fill)(struct sw_table *, const struct sw_daily *);
    } parts[] = {{SW_WORD_SUMMARY, fill_summary}, {SW_WORD_BY_INTERVAL, fill_intervals}, {SW_WORD_BY_QUEUE, fill_queues},
                 {SW_WORD_BY_TEAM, fill_teams},   {SW_WORD_WALKS, fill_walks},           {SW_WORD_BREACHES, fill_breaches}};
    size_t count = sizeof parts / sizeof *parts;
    for (size_t i = 0; i < count; i++) {
        tables[i] = sw__report_table(parts[i].word, &daily->about, SW_WORD_DAILY_OF, daily->date, lang, zone);
        parts[i].fill(tables[i], daily);
    }
    return count;
}

int sw_daily_sheet(const struct sw_daily *daily, enum sw_draw_lang lang, const struct sw_zone *zone, struct sw_buf *out) {
    struct sw_table *tables[SW_REPORT_TABLES_MAX];
    size_t count = sw_daily_tables(daily, lang, zone, tables);
    return sw__report_sheet(tables, count, &daily->about, SW_WORD_DAILY_OF, lang, out);
}

int sw_daily_csv(const struct sw_daily *daily, const char *key, bool with_bom, const struct sw_zone *zone,
                 struct sw_buf *out) {
    struct sw_table *tables[SW_REPORT_TABLES_MAX];
    size_t count = sw_daily_tables(daily, SW_DRAW_EN, zone, tables);
    return sw__report_csv(tables, count, key, with_bom, out);
}
