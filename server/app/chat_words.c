#include "app/chat_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/draw_text.h"
#include "report/rule_words.h"
#include "shiftwall/buf.h"

#define FIGURE_BYTES 64
#define COLUMNS 6
#define MILLION 1000000

static const enum sw_draw_lang lang_of[SW_LANGUAGE_COUNT] = {[SW_LANGUAGE_ZH] = SW_DRAW_ZH, [SW_LANGUAGE_EN] = SW_DRAW_EN};

static void use(struct sw_chat_text *out) {
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++)
        out->message.words[l] = (struct sw_words){.title = out->title[l], .text = *out->text[l] ? out->text[l] : NULL};
    if (*out->about) out->message.about = out->about;
    if (*out->link) out->message.link = out->link;
}

static void link_to(struct sw_chat_text *out, const char *public_url, const char *place) {
    if (public_url) (void)snprintf(out->link, sizeof out->link, "%s/console#%s", public_url, place);
}

/* ---- alerts ---- */

static void figure(const struct sw_alert *a, int64_t value, char out[FIGURE_BYTES]) {
    if (a->unit == SW_UNIT_MS) sw_figure_duration(out, FIGURE_BYTES, value);
    else if (a->unit == SW_UNIT_PPM) sw_figure_percent(out, FIGURE_BYTES, value, MILLION, a->limit);
    else sw_figure_count(out, FIGURE_BYTES, value);
}

static void alert_text(const struct sw_chat_alert *told, const struct sw_zone *zone, int l, struct sw_chat_text *out) {
    const struct sw_alert *a = told->alert;
    const char *label = told->label ? told->label : a->subject, *rule = sw_rule_words(a->rule, lang_of[l]);
    char since[FIGURE_BYTES], limit[FIGURE_BYTES] = "", value[FIGURE_BYTES] = "";
    bool zh = l == SW_LANGUAGE_ZH, has_team = told->team && *told->team;
    (void)snprintf(out->title[l], sizeof out->title[l], "%s%s%s%s%s%s", rule, *label ? zh ? "：" : ": " : "", label,
                   has_team ? zh ? "（" : " (team " : "", has_team ? told->team : "", has_team ? zh ? "）" : ")" : "");
    sw_figure_clock(since, sizeof since, zone, a->since_ms, true);
    if (a->unit != SW_UNIT_MS) figure(a, a->value, value);
    if (a->limit) figure(a, a->limit, limit);
    (void)snprintf(out->text[l], sizeof out->text[l], zh ? "自 %s%s%s%s%s" : "since %s%s%s%s%s", since,
                   *value ? zh ? "，当时 " : ", then " : "", value, *limit ? zh ? "，限 " : ", limit " : "", limit);
}

static void walk_text(const struct sw_chat_alert *told, int l, struct sw_chat_text *out) {
    const struct sw_alert *a = told->alert;
    bool zh = l == SW_LANGUAGE_ZH, missed = a->severity == SW_SEVERITY_CRITICAL, late = a->severity == SW_SEVERITY_WARNING;
    const char *time = strchr(a->subject, 'T') ? strchr(a->subject, 'T') + 1 : a->subject;
    const char *zh_end = missed ? "的巡场未完成" : late ? "的巡场尚未开始" : "巡场";
    const char *en_end = missed ? "was missed" : late ? "has not started" : "is due";
    (void)snprintf(out->title[l], sizeof out->title[l], zh ? "%.5s %s" : "Floor walk of %.5s %s", time, zh ? zh_end : en_end);
    if (told->person) (void)snprintf(out->text[l], sizeof out->text[l], zh ? "值班：%s" : "On duty: %s", told->person);
}

bool sw_chat_alert_text(const struct sw_chat_alert *told, const struct sw_zone *zone, const char *site,
                        const char *public_url, int64_t made_ms, struct sw_chat_text *out) {
    const struct sw_alert *a = told->alert;
    bool walk = a->kind == SW_SUBJECT_WALK && strchr(a->subject, 'T');
    *out->about = *out->link = '\0';
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) *out->title[l] = *out->text[l] = '\0';
    if (walk && told->cleared) return false;
    (void)snprintf(out->id, sizeof out->id, "%s-%s", told->id, told->cleared ? "cleared" : "opened");
    enum sw_message_kind kind = told->cleared ? SW_MESSAGE_ALERT_CLEARED : SW_MESSAGE_ALERT_OPENED;
    if (walk) kind = a->severity == SW_SEVERITY_CRITICAL ? SW_MESSAGE_WALK_MISSED : SW_MESSAGE_WALK_DUE;
    else (void)snprintf(out->about, sizeof out->about, "%s", told->id);
    out->message = sw_message_of(kind, out->id, made_ms);
    out->message.severity = a->severity;
    out->message.site = site;
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) {
        if (walk) walk_text(told, l, out);
        else alert_text(told, zone, l, out);
    }
    link_to(out, public_url, walk ? "walk" : "alerts");
    use(out);
    return true;
}

void sw_chat_report_text(const char *month, const char *site, const char *public_url, int64_t made_ms, struct sw_chat_text *out) {
    *out->about = *out->link = '\0';
    (void)snprintf(out->id, sizeof out->id, "report-%s", month);
    out->message = sw_message_of(SW_MESSAGE_CHART, out->id, made_ms);
    out->message.site = site;
    (void)snprintf(out->title[SW_LANGUAGE_ZH], sizeof *out->title, "%s 考勤月报今日上报", month);
    (void)snprintf(out->title[SW_LANGUAGE_EN], sizeof *out->title, "The attendance report of %s is due today", month);
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) *out->text[l] = '\0';
    link_to(out, public_url, "reports");
    use(out);
}

/* ---- charts ---- */

static void put_row(struct sw_chat_table *table, const char *name, const struct sw_chart_team *team) {
    const char **cells = table->cells + table->rows++ * COLUMNS;
    char text[COLUMNS][FIGURE_BYTES];
    int64_t base = team->due - team->leave;
    sw_figure_percent(text[1], FIGURE_BYTES, team->attended, base, 0);
    sw_figure_percent(text[2], FIGURE_BYTES, team->signed_in_ms, team->expected_ms, 0);
    sw_figure_count(text[3], FIGURE_BYTES, team->late);
    sw_figure_count(text[4], FIGURE_BYTES, team->absent);
    sw_figure_count(text[5], FIGURE_BYTES, team->overruns);
    cells[0] = sw_xstrdup(name);
    for (size_t c = 1; c < COLUMNS; c++) cells[c] = sw_xstrdup(text[c]);
}

static void put_table(const struct sw_chart *chart, struct sw_chat_table *table) {
    static const char *const columns[SW_LANGUAGE_COUNT][COLUMNS] = {
        [SW_LANGUAGE_ZH] = {"班组", "出勤率", "登录吻合度", "迟到", "缺勤", "小休超时"},
        [SW_LANGUAGE_EN] = {"Team", "attendance", "adherence", "late", "absent", "breaks over"}};
    memcpy(table->columns, columns, sizeof columns);
    size_t teams = chart->team_count < SW_CHAT_TEAMS_MAX ? chart->team_count : SW_CHAT_TEAMS_MAX;
    table->cells = sw_xcalloc((teams + 1) * COLUMNS, sizeof *table->cells);
    put_row(table, chart->site_name, &chart->total);
    for (size_t i = 0; i < teams; i++) put_row(table, chart->teams[i].name, &chart->teams[i]);
}

/* The last interval that has begun: who is here and who is needed. */
static const struct sw_chart_interval *latest(const struct sw_chart *chart) {
    const struct sw_chart_interval *found = NULL;
    for (size_t i = 0; i < chart->interval_count; i++)
        if (chart->intervals[i].signed_in >= 0) found = &chart->intervals[i];
    return found;
}

static void chart_words(const struct sw_chart *chart, const struct sw_zone *zone, bool again, int l, struct sw_chat_text *out) {
    const struct sw_chart_interval *now = latest(chart);
    char at[FIGURE_BYTES], made[FIGURE_BYTES], signed_in[FIGURE_BYTES], required[FIGURE_BYTES];
    bool zh = l == SW_LANGUAGE_ZH;
    sw_figure_clock(at, sizeof at, zone, chart->at_ms, false);
    sw_figure_clock(made, sizeof made, zone, chart->made_ms, false);
    (void)snprintf(out->title[l], sizeof out->title[l], zh ? "签入情况 %s%s" : "Sign-in chart of %s%s", at,
                   again ? zh ? "（再次发布）" : " (published again)" : "");
    struct sw_buf text;
    sw_buf_init(&text, sizeof out->text[l]);
    sw_buf_printf(&text, "%s", chart->date);
    if (now) {
        sw_figure_count(signed_in, sizeof signed_in, now->signed_in);
        sw_figure_count(required, sizeof required, now->required);
        sw_buf_printf(&text, zh ? "，签入 %s，需要 %s" : ", %s signed in, %s required", signed_in, now->required < 0 ? SW_UNKNOWN_FIGURE : required);
    }
    if (chart->late) sw_buf_printf(&text, zh ? "\n补绘：于 %s 由日志补绘" : "\nDrawn late, at %s, from the journal", made);
    if (chart->incomplete) sw_buf_puts(&text, zh ? "\n数据不完整" : "\nData incomplete");
    (void)snprintf(out->text[l], sizeof out->text[l], "%s", sw_buf_text(&text));
    sw_buf_deinit(&text);
}

void sw_chat_chart_text(const struct sw_chart *chart, const char *key, int64_t again_ms, const struct sw_zone *zone,
                        const char *public_url, int64_t made_ms, struct sw_chat_text *out, struct sw_chat_table *table) {
    *table = (struct sw_chat_table){.rows = 0};
    *out->about = *out->link = '\0';
    if (again_ms) (void)snprintf(out->id, sizeof out->id, "chart-%s-again-%lld", key, (long long)again_ms);
    else (void)snprintf(out->id, sizeof out->id, "chart-%s", key);
    out->message = sw_message_of(SW_MESSAGE_CHART, out->id, made_ms);
    out->message.site = chart->site_name;
    put_table(chart, table);
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) chart_words(chart, zone, again_ms != 0, l, out);
    link_to(out, public_url, "charts");
    use(out);
    for (int l = 0; l < SW_LANGUAGE_COUNT; l++) out->message.words[l].columns = table->columns[l];
    out->message.cells = table->cells;
    out->message.column_count = COLUMNS;
    out->message.row_count = table->rows;
}

void sw_chat_table_deinit(struct sw_chat_table *table) {
    for (size_t i = 0; i < table->rows * COLUMNS; i++) free((char *)(uintptr_t)table->cells[i]);
    free(table->cells);
    *table = (struct sw_chat_table){.rows = 0};
}
