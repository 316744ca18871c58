/* The state mix: who does what now, and what the signed-in time since the day began went to. */
#include "report/draw_layout.h"

#define BAR_HEIGHT 40.0
#define COLUMNS 5
#define CELL_HEIGHT 40.0

/* No two neighbours look alike in black and white. */
static const struct {
    uint32_t fill, stroke;
    enum sw_hatch hatch;
} looks[SW_ST_COUNT] = {
    [SW_ST_READY] = {0xCDEBD9, SW_GREEN, SW_HATCH_NONE},     [SW_ST_RINGING] = {0xD6E6F7, SW_BLUE, SW_HATCH_UPRIGHT},
    [SW_ST_DIALING] = {0xD6E6F7, SW_BLUE, SW_HATCH_LEVEL},   [SW_ST_TALKING] = {0x6E9FD3, SW_BLUE, SW_HATCH_NONE},
    [SW_ST_HOLD] = {0xD6E6F7, SW_BLUE, SW_HATCH_CROSS},      [SW_ST_WRAPUP] = {0xB7D2EE, SW_BLUE, SW_HATCH_RISING},
    [SW_ST_BREAK] = {0xFBE3C4, SW_ORANGE, SW_HATCH_FALLING}, [SW_ST_MEAL] = {0xFFF4E3, SW_ORANGE, SW_HATCH_NONE},
    [SW_ST_BUSY] = {0xE7A35C, SW_ORANGE, SW_HATCH_CROSS},    [SW_ST_MEETING] = {0xE3E6EB, SW_INK_SOFT, SW_HATCH_LEVEL}};

static int64_t sum_of(const int64_t *values) {
    int64_t sum = 0;
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) sum += values[s];
    return sum;
}

static void put_look(struct sw_layout *layout, int state, double x, double y, double w, double h) {
    sw_draw_rect(layout->page, x, y, w, h, looks[state].fill);
    sw_draw_hatch(layout->page, x, y, w, h, looks[state].hatch, 8, looks[state].stroke, 1.5);
    sw_draw_frame(layout->page, x, y, w, h, looks[state].stroke, 1.5);
}

/* A bar of all states; wide parts bear their names. */
static void put_bar(struct sw_layout *layout, const char *title, const int64_t *values) {
    const struct sw_style plain = {23, false, SW_INK}, label = {21, true, SW_INK};
    int64_t sum = sum_of(values);
    sw__put_whole(layout, SW_MARGIN, layout->y + 28, 390, SW_LEFT, plain, title);
    double x = SW_MARGIN + 400, width = SW_DRAW_WIDTH - SW_MARGIN - x;
    if (sum <= 0) {
        sw_draw_rect(layout->page, x, layout->y, width, BAR_HEIGHT, SW_SHADE);
        sw__put(layout, x + 14, layout->y + 28, width - 28, SW_LEFT, plain, sw__say(layout, SW_SAY_NOBODY));
        layout->y += BAR_HEIGHT + 14;
        return;
    }
    int64_t before = 0;
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) {
        double from = x + width * (double)before / (double)sum;
        before += values[s];
        double w = x + width * (double)before / (double)sum - from;
        if (values[s] <= 0) continue;
        put_look(layout, s, from, layout->y, w, BAR_HEIGHT);
        const char *name = sw__say(layout, sw_say_state((enum sw_agent_state)s));
        double room = sw_text_width(name, label.size, label.bold) + 12;
        if (w < room + 8) continue;
        if (looks[s].hatch != SW_HATCH_NONE)
            sw_draw_rect(layout->page, from + (w - room) / 2, layout->y + 6, room, BAR_HEIGHT - 12, SW_PAPER);
        sw__put(layout, from, layout->y + 28, w, SW_CENTRE, label, name);
    }
    layout->y += BAR_HEIGHT + 14;
}

void sw__draw_states(struct sw_layout *layout) {
    const struct sw_chart *chart = layout->chart;
    const struct sw_style name = {22, true, SW_INK}, plain = {21, false, SW_INK};
    int64_t now = sum_of(chart->states), day_ms = sum_of(chart->state_ms);
    sw__section(layout, sw__say(layout, SW_SAY_STATES), sw__say(layout, SW_SAY_STATES_KEY));
    put_bar(
        layout,
        sw__fill(layout, SW_SAY_STATES_NOW, sw__clock(layout, chart->at_ms, false), sw__count(layout, now), NULL, NULL),
        chart->states);
    put_bar(layout, sw__fill(layout, SW_SAY_STATES_DAY, sw__hours(layout, day_ms), NULL, NULL, NULL), chart->state_ms);
    layout->y += 8;
    double width = SW_INNER / COLUMNS;
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++) {
        int cell = s - SW_ST_READY, row = cell / COLUMNS;
        double x = SW_MARGIN + width * (cell % COLUMNS), y = layout->y + CELL_HEIGHT * row;
        put_look(layout, s, x, y + 4, 36, 24);
        double taken =
            sw__put(layout, x + 46, y + 24, 96, SW_LEFT, name, sw__say(layout, sw_say_state((enum sw_agent_state)s)));
        const char *share = sw__percent(layout, (struct sw_goal){chart->state_ms[s], day_ms, 0});
        sw__put_whole(layout, x + 46 + taken + 10, y + 24, width - taken - 66, SW_LEFT, plain,
                      sw__fill(layout, SW_SAY_STATE_LINE, sw__count(layout, chart->states[s]), share, NULL, NULL));
    }
    layout->y += CELL_HEIGHT * 2 + 10;
}
