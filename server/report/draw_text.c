#include "report/draw_text.h"

#include <stdio.h>
#include <string.h>

#include "shiftwall/buf.h"

const char *sw_say_pattern(enum sw_draw_lang lang, enum sw_say say) {
    static const char *const texts[SW_SAY_COUNT][2] = {
#define XX(name, zh, en) {zh, en},
        SW_SAY_MAP(XX)
#undef XX
    };
    return texts[say][lang == SW_DRAW_EN];
}

char *sw_say_fill(enum sw_draw_lang lang, enum sw_say say, const char *a, const char *b, const char *c, const char *d) {
    const char *const values[4] = {a, b, c, d};
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    for (const char *p = sw_say_pattern(lang, say); *p; p++) {
        if (*p == '{' && p[1] >= '0' && p[1] <= '3' && p[2] == '}') {
            const char *value = values[p[1] - '0'];
            if (value) sw_buf_puts(&out, value);
            p += 2;
        } else {
            sw_buf_putc(&out, *p);
        }
    }
    char *text = sw_xstrdup(sw_buf_text(&out));
    sw_buf_deinit(&out);
    return text;
}

enum sw_say sw_say_state(enum sw_agent_state state) {
    static const enum sw_say says[SW_ST_COUNT] = {
#define XX(name, text) SW_SAY_STATE_##name,
        SW_STATE_MAP(XX)
#undef XX
    };
    return says[state];
}

void sw_figure_count(char *out, size_t size, int64_t value) {
    if (value < 0) snprintf(out, size, "%s", SW_UNKNOWN_FIGURE);
    else snprintf(out, size, "%lld", (long long)value);
}

bool sw_figure_below(int64_t num, int64_t den, int64_t goal_ppm) {
    return den > 0 && num >= 0 && num * 1000000 < goal_ppm * den;
}

void sw_figure_percent(char *out, size_t size, int64_t num, int64_t den, int64_t goal_ppm) {
    if (den <= 0 || num < 0) {
        snprintf(out, size, "%s", SW_UNKNOWN_FIGURE);
        return;
    }
    int64_t tenths = (num * 2000 + den) / (2 * den);
    bool seems_met = tenths * 1000 >= goal_ppm && sw_figure_below(num, den, goal_ppm);
    bool seems_whole = tenths >= 1000 && num < den;
    if (seems_met || seems_whole) tenths = num * 1000 / den;
    snprintf(out, size, "%lld.%lld%%", (long long)(tenths / 10), (long long)(tenths % 10));
}

void sw_figure_goal(char *out, size_t size, int64_t goal_ppm) {
    char decimals[8];
    snprintf(decimals, sizeof decimals, "%04d", (int)(goal_ppm % 10000));
    size_t length = 4;
    while (length && decimals[length - 1] == '0') decimals[--length] = '\0';
    snprintf(out, size, "%lld%s%s%%", (long long)(goal_ppm / 10000), length ? "." : "", decimals);
}

void sw_figure_duration(char *out, size_t size, int64_t ms) {
    long long seconds = ms < 0 ? 0 : ms / 1000;
    long long h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
    if (h) snprintf(out, size, "%lld:%02lld:%02lld", h, m, s);
    else snprintf(out, size, "%lld:%02lld", m, s);
}

void sw_figure_span(char *out, size_t size, int64_t ms) {
    long long minutes = ms < 0 ? 0 : ms / 60000;
    snprintf(out, size, "%lld:%02lld", minutes / 60, minutes % 60);
}

void sw_figure_hours(char *out, size_t size, int64_t ms) {
    long long tenths = ms < 0 ? 0 : ms / 360000;
    snprintf(out, size, "%lld.%lld", tenths / 10, tenths % 10);
}

void sw_figure_clock(char *out, size_t size, const struct sw_zone *zone, int64_t t_ms, bool seconds) {
    int64_t local_ms = t_ms + (zone ? sw_zone_offset_ms(zone, t_ms) : 0);
    int of_day = (int)(((local_ms % SW_DAY_MS + SW_DAY_MS) % SW_DAY_MS) / 1000);
    int length = snprintf(out, size, "%02d:%02d", of_day / 3600, of_day / 60 % 60);
    if (seconds && length > 0 && (size_t)length < size)
        snprintf(out + length, size - (size_t)length, ":%02d", of_day % 60);
}

void sw_figure_date(char *out, size_t size, enum sw_draw_lang lang, const char *date) {
    static const char *const zh[7] = {"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
    static const char *const en[7] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int year, month, day;
    if (!date || sw_zone_parse_date(date, &year, &month, &day) != 0) {
        snprintf(out, size, "%s", date ? date : SW_UNKNOWN_FIGURE);
        return;
    }
    int weekday = (int)((sw_days_from_date(year, month, day) + 4) % 7); /* 1970-01-01 was a Thursday */
    if (lang == SW_DRAW_EN) snprintf(out, size, "%s %s", en[weekday], date);
    else snprintf(out, size, "%s %s", date, zh[weekday]);
}
