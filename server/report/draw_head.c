/* Heads and feet of the pages, and the four figures that must be read on a telephone. */
#include "report/draw_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAND_HEIGHT 52.0
#define CARD_HEIGHT 278.0
#define CARD_GAP 22.0
#define CARD_WIDTH ((SW_INNER - 3 * CARD_GAP) / 4)
#define CARD_PAD 22.0

static const char *why_incomplete(struct sw_layout *layout) {
    static const struct {
        const char *name;
        enum sw_say say;
    } known[] = {{"gap", SW_SAY_WHY_GAP},
                 {"skew", SW_SAY_WHY_SKEW},
                 {"down", SW_SAY_WHY_DOWN},
                 {"stale", SW_SAY_WHY_STALE},
                 {"epoch", SW_SAY_WHY_EPOCH}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(layout->chart->incomplete, known[i].name) == 0) return sw__say(layout, known[i].say);
    return layout->chart->incomplete;
}

static const char *policy_line(struct sw_layout *layout) {
    const struct sw_chart *chart = layout->chart;
    if (!chart->policy) return sw__say(layout, SW_SAY_POLICY_NONE);
    enum sw_say say = chart->policy_version ? SW_SAY_POLICY_VERSION : SW_SAY_POLICY;
    const char *named = sw__fill(layout, say, chart->policy, chart->policy_version, NULL, NULL);
    if (!chart->policy_cite) return named;
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    sw_buf_puts(&text, named);
    sw_buf_puts(&text, sw__say(layout, SW_SAY_DOT));
    sw_buf_puts(&text, chart->policy_cite);
    const char *kept = sw_drawing_keep(layout->drawing, sw_xstrdup(sw_buf_text(&text)));
    sw_buf_deinit(&text);
    return kept;
}

/* A line in a frame with a hatched end: what a reader must know before believing the figures. */
static void band(struct sw_layout *layout, const char *text) {
    struct sw_draw_page *page = layout->page;
    sw_draw_rect(page, SW_MARGIN, layout->y, SW_INNER, BAND_HEIGHT - 8, SW_RED_PALE);
    sw_draw_frame(page, SW_MARGIN, layout->y, SW_INNER, BAND_HEIGHT - 8, SW_RED, 3);
    sw_draw_hatch(page, SW_MARGIN, layout->y, 36, BAND_HEIGHT - 8, SW_HATCH_RISING, 9, SW_RED, 3);
    const struct sw_style style = {26, true, SW_RED};
    sw__put(layout, SW_MARGIN + 52, layout->y + 31, SW_INNER - 70, SW_LEFT, style, text);
    layout->y += BAND_HEIGHT;
}

static void put_date(struct sw_layout *layout, double y, struct sw_style style) {
    char date[SW_FIGURE_SIZE];
    sw_figure_date(date, sizeof date, layout->lang, layout->chart->date);
    sw__put(layout, SW_DRAW_WIDTH - SW_MARGIN - 420, y, 420, SW_RIGHT, style, date);
}

static const char *site_of(const struct sw_chart *chart) {
    return chart->site_name && *chart->site_name ? chart->site_name : chart->site ? chart->site : SW_UNKNOWN_FIGURE;
}

static const char *incomplete_line(struct sw_layout *layout) {
    const char *since = sw__clock(layout, layout->chart->incomplete_since_ms, false);
    return sw__fill(layout, SW_SAY_INCOMPLETE, since, why_incomplete(layout), NULL, NULL);
}

/* The site and what this is. A long name is set smaller, then cut: never the rest of the title. */
static void put_title(struct sw_layout *layout, int part, double y, double size) {
    const char *rest = sw__say(layout, part == 1 ? SW_SAY_CHART_TITLE : SW_SAY_LISTS_TITLE);
    const char *site = site_of(layout->chart);
    double room = SW_INNER - 440, least = size * 0.7;
    while (size > least && sw_text_width(site, size, true) + sw_text_width(rest, size, true) > room) size -= 1;
    char *fitted = sw_text_fit(site, size, true, room - sw_text_width(rest, size, true));
    struct sw_buf title;
    sw_buf_init(&title, SIZE_MAX);
    sw_buf_puts(&title, fitted);
    sw_buf_puts(&title, rest);
    sw__put(layout, SW_MARGIN, y, room + 1, SW_LEFT, (struct sw_style){size, true, SW_INK}, sw_buf_text(&title));
    sw_buf_deinit(&title);
    free(fitted);
}

static void full_head(struct sw_layout *layout, int part) {
    const struct sw_chart *chart = layout->chart;
    const struct sw_style moment = {84, true, SW_INK}, plain = {26, false, SW_INK_SOFT};
    put_title(layout, part, 100, 52);
    const char *time = sw__clock(layout, chart->at_ms, false);
    double width = sw__put_whole(layout, SW_DRAW_WIDTH - SW_MARGIN - 320, 110, 320, SW_RIGHT, moment, time);
    sw__put(layout, SW_DRAW_WIDTH - SW_MARGIN - 420, 110, 420 - width - 14, SW_RIGHT, plain,
            sw__say(layout, SW_SAY_AS_OF));
    put_date(layout, 154, (struct sw_style){30, false, SW_INK});
    char number[SW_FIGURE_SIZE];
    sw_figure_count(number, sizeof number, chart->number);
    struct sw_buf line;
    sw_buf_init(&line, SIZE_MAX);
    sw_buf_puts(&line, chart->number > 0 ? sw__fill(layout, SW_SAY_NUMBER, number, NULL, NULL, NULL)
                                         : sw__say(layout, SW_SAY_BY_HAND));
    if (!chart->incomplete) {
        sw_buf_puts(&line, sw__say(layout, SW_SAY_DOT));
        sw_buf_puts(&line, sw__say(layout, SW_SAY_COMPLETE));
    }
    sw_buf_puts(&line, sw__say(layout, SW_SAY_DOT));
    sw_buf_puts(&line, policy_line(layout));
    sw__put(layout, SW_MARGIN, 152, SW_INNER - 300, SW_LEFT, plain, sw_buf_text(&line));
    sw_buf_deinit(&line);
    sw_draw_rect(layout->page, SW_MARGIN, 182, SW_INNER, 4, SW_INK);
    layout->y = 206;
    if (chart->incomplete) band(layout, incomplete_line(layout));
    if (chart->late)
        band(layout, sw__fill(layout, SW_SAY_LATE, time, sw__clock(layout, chart->made_ms, false), NULL, NULL));
    layout->y += 8;
}

/* Of the pages that go on: site, moment, completeness and policy on two lines. */
static void small_head(struct sw_layout *layout, int part) {
    const struct sw_chart *chart = layout->chart;
    const struct sw_style plain = {22, false, SW_INK_SOFT};
    put_title(layout, part, 78, 32);
    sw__put(layout, SW_DRAW_WIDTH - SW_MARGIN - 420, 78, 420, SW_RIGHT, (struct sw_style){40, true, SW_INK},
            sw__clock(layout, chart->at_ms, false));
    put_date(layout, 112, plain);
    struct sw_buf line;
    sw_buf_init(&line, SIZE_MAX);
    const char *data = sw__say(layout, SW_SAY_COMPLETE);
    if (chart->incomplete)
        data = sw__fill(layout, SW_SAY_INCOMPLETE_SHORT, sw__clock(layout, chart->incomplete_since_ms, false), NULL,
                        NULL, NULL);
    sw_buf_puts(&line, data);
    sw_buf_puts(&line, sw__say(layout, SW_SAY_DOT));
    if (chart->late) {
        sw_buf_puts(&line, sw__say(layout, SW_SAY_LATE_SHORT));
        sw_buf_puts(&line, sw__say(layout, SW_SAY_DOT));
    }
    sw_buf_puts(&line, policy_line(layout));
    sw__put(layout, SW_MARGIN, 112, SW_INNER - 460, SW_LEFT, plain, sw_buf_text(&line));
    sw_buf_deinit(&line);
    sw_draw_rect(layout->page, SW_MARGIN, 130, SW_INNER, 3, SW_INK);
    layout->y = 156;
}

void sw__page_begin(struct sw_layout *layout, int part) {
    const struct sw_drawing *drawing = layout->drawing;
    bool first = drawing->page_count == 0 || drawing->pages[drawing->page_count - 1].part != part;
    layout->page = sw_drawing_page(layout->drawing, part);
    if (first) full_head(layout, part);
    else small_head(layout, part);
}

void sw__feet(struct sw_layout *layout) {
    struct sw_drawing *drawing = layout->drawing;
    const struct sw_chart *chart = layout->chart;
    const struct sw_style plain = {20, false, SW_INK_SOFT};
    char number[24], of[24], made_clock[SW_FIGURE_SIZE];
    sw_figure_clock(made_clock, sizeof made_clock, layout->zone, chart->made_ms, true);
    const char *zone =
        layout->zone ? chart->zone ? chart->zone : sw_zone_name(layout->zone) : sw__say(layout, SW_SAY_ZONE_UTC);
    const char *made = sw__fill(layout, SW_SAY_FOOT, zone, made_clock, NULL, NULL);
    snprintf(of, sizeof of, "%zu", drawing->page_count);
    for (size_t i = 0; i < drawing->page_count; i++) {
        layout->page = &drawing->pages[i];
        double y = layout->page->height - 34;
        sw_draw_line(layout->page, SW_MARGIN, y - 30, SW_DRAW_WIDTH - SW_MARGIN, y - 30, SW_RULE, 2, SW_DASH_NONE);
        snprintf(number, sizeof number, "%zu", i + 1);
        sw__put(layout, SW_MARGIN, y, 860, SW_LEFT, plain, made);
        sw__put(layout, SW_MARGIN + 880, y, 320, SW_LEFT, plain, sw__say(layout, SW_SAY_FOOT_UNKNOWN));
        sw__put(layout, SW_DRAW_WIDTH - SW_MARGIN - 260, y, 260, SW_RIGHT, plain,
                sw__fill(layout, SW_SAY_PAGE, number, of, NULL, NULL));
    }
}

struct card {
    const char *label, *value, *verdict, *detail, *more;
    bool missed;
};

static void put_card(struct sw_layout *layout, int column, const struct card *card) {
    struct sw_draw_page *page = layout->page;
    double x = SW_MARGIN + column * (CARD_WIDTH + CARD_GAP), y = layout->y, inner = CARD_WIDTH - 2 * CARD_PAD;
    sw_draw_rect(page, x, y, CARD_WIDTH, CARD_HEIGHT, card->missed ? SW_RED_PALE : SW_SHADE);
    sw_draw_frame(page, x, y, CARD_WIDTH, CARD_HEIGHT, card->missed ? SW_RED : SW_RULE, card->missed ? 5 : 2);
    uint32_t ink = card->missed ? SW_RED : SW_INK;
    sw__put_whole(layout, x + CARD_PAD, y + 46, inner, SW_LEFT, (struct sw_style){34, true, SW_INK}, card->label);
    sw__put_whole(layout, x + CARD_PAD, y + 136, inner, SW_LEFT, (struct sw_style){88, true, ink}, card->value);
    double indent = 0;
    if (card->missed) {
        sw_draw_below_mark(page, x + CARD_PAD, y + 172, 22, SW_RED);
        indent = 30;
    }
    sw__put_whole(layout, x + CARD_PAD + indent, y + 193, inner - indent, SW_LEFT, (struct sw_style){26, true, ink},
                  card->verdict);
    const struct sw_style soft = {23, false, SW_INK_SOFT};
    sw__put_whole(layout, x + CARD_PAD, y + 228, inner, SW_LEFT, soft, card->detail);
    sw__put_whole(layout, x + CARD_PAD, y + 259, inner, SW_LEFT, soft, card->more);
}

static const char *verdict(struct sw_layout *layout, struct sw_goal goal) {
    enum sw_say say = goal.den <= 0 ? SW_SAY_GOAL_UNKNOWN : sw__goal_missed(goal) ? SW_SAY_NOT_MET : SW_SAY_MET;
    return sw__fill(layout, say, sw__goal(layout, goal.goal_ppm), NULL, NULL, NULL);
}

static void attendance_card(struct sw_layout *layout) {
    const struct sw_chart_team *total = &layout->chart->total;
    struct sw_goal goal = sw__attendance(layout->chart, total);
    struct card card = {.label = sw__say(layout, SW_SAY_ATTENDANCE),
                        .value = sw__percent(layout, goal),
                        .verdict = verdict(layout, goal),
                        .missed = sw__goal_missed(goal)};
    card.detail = sw__fill(layout, SW_SAY_ATTENDED_OF, sw__count(layout, total->attended),
                           sw__count(layout, total->due), NULL, NULL);
    card.more = sw__fill(layout, SW_SAY_ABSENT_PENDING, sw__count(layout, total->absent),
                         sw__count(layout, total->pending), sw__count(layout, total->leave), NULL);
    put_card(layout, 0, &card);
}

static void adherence_card(struct sw_layout *layout) {
    const struct sw_chart_team *total = &layout->chart->total;
    struct sw_goal goal = sw__adherence(layout->chart, total);
    struct card card = {.label = sw__say(layout, SW_SAY_ADHERENCE),
                        .value = sw__percent(layout, goal),
                        .verdict = verdict(layout, goal),
                        .missed = sw__goal_missed(goal)};
    card.detail = sw__fill(layout, SW_SAY_HOURS_OF, sw__hours(layout, total->signed_in_ms),
                           sw__hours(layout, total->expected_ms), NULL, NULL);
    card.more = sw__fill(layout, SW_SAY_LATE_EARLY, sw__count(layout, total->late),
                         sw__count(layout, total->early_leave), NULL, NULL);
    put_card(layout, 1, &card);
}

static void present_card(struct sw_layout *layout, const struct sw_chart_interval *last) {
    struct card card = {.label = sw__say(layout, SW_SAY_PRESENT_DUE),
                        .value = sw__slash(layout, SW_UNKNOWN_FIGURE, SW_UNKNOWN_FIGURE),
                        .verdict = sw__say(layout, SW_SAY_NO_INTERVAL),
                        .detail = "",
                        .more = ""};
    if (last) {
        struct sw_goal goal = {last->present, last->scheduled, layout->chart->attendance_goal_ppm};
        card.value = sw__slash(layout, sw__count(layout, last->present), sw__count(layout, last->scheduled));
        card.missed = last->below_goal;
        card.verdict = sw__fill(layout, SW_SAY_PRESENCE, sw__percent(layout, goal), NULL, NULL, NULL);
        card.detail =
            sw__fill(layout, SW_SAY_AT_INTERVAL, sw__range(layout, last->start_ms, last->end_ms), NULL, NULL, NULL);
        if (last->uncertain) card.more = sw__say(layout, SW_SAY_UNCERTAIN);
    }
    put_card(layout, 2, &card);
}

static const char *staffing_line(struct sw_layout *layout) {
    const char *staffing = layout->chart->staffing;
    if (!staffing) return "";
    if (strcmp(staffing, "erlang_c") == 0) return sw__say(layout, SW_SAY_STAFFING_ERLANG_C);
    if (strcmp(staffing, "erlang_a") == 0) return sw__say(layout, SW_SAY_STAFFING_ERLANG_A);
    return sw__say(layout, SW_SAY_STAFFING_TABLE);
}

static void required_card(struct sw_layout *layout, const struct sw_chart_interval *last) {
    struct card card = {.label = sw__say(layout, SW_SAY_SIGNED_REQUIRED),
                        .value = sw__slash(layout, SW_UNKNOWN_FIGURE, SW_UNKNOWN_FIGURE),
                        .verdict = sw__say(layout, SW_SAY_NO_INTERVAL),
                        .detail = "",
                        .more = ""};
    if (last) {
        card.value = sw__slash(layout, sw__count(layout, last->signed_in), sw__count(layout, last->required));
        const char *range = sw__range(layout, last->start_ms, last->end_ms);
        card.detail = sw__fill(layout, SW_SAY_AT_INTERVAL, range, NULL, NULL, NULL);
        card.verdict = sw__say(layout, SW_SAY_REQUIRED_UNKNOWN);
        if (last->required >= 0) {
            int64_t spare = last->signed_in - last->required;
            card.missed = spare < 0;
            enum sw_say say = spare < 0 ? SW_SAY_SHORT_OF : spare > 0 ? SW_SAY_ENOUGH : SW_SAY_JUST;
            card.verdict = sw__fill(layout, say, sw__count(layout, spare < 0 ? -spare : spare), NULL, NULL, NULL);
            card.more = staffing_line(layout);
        }
    }
    put_card(layout, 3, &card);
}

void sw__draw_cards(struct sw_layout *layout) {
    const struct sw_chart_interval *last = sw__last_interval(layout->chart);
    attendance_card(layout);
    adherence_card(layout);
    present_card(layout, last);
    required_card(layout, last);
    layout->y += CARD_HEIGHT + layout->gap;
}
