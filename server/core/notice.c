/* Announcements for the floor, and the alarms of outside systems. */
#include "core/floor_state.h"

static void drop(struct sw_notice_entry *list, size_t *count, size_t at) {
    free(list[at].text);
    free(list[at].source);
    memmove(list + at, list + at + 1, (*count - at - 1) * sizeof *list);
    (*count)--;
}

static void append(struct sw_notice_entry *list, size_t *count, size_t max, struct sw_notice_entry entry) {
    if (*count == max) drop(list, count, 0);
    list[(*count)++] = entry;
}

static void touch(struct sw_floor *floor) { floor->changed = floor->site_dirty = true; }

void sw_floor_announce(struct sw_floor *floor, const char *text, int64_t since_ms, int64_t until_ms) {
    sw__before_change(floor);
    /* one that says no end is taken down with the business day */
    if (until_ms == INT64_MAX) until_ms = sw__calendar_day(floor, since_ms)->end_ms;
    if (until_ms <= floor->now_ms) return;
    for (size_t i = 0; i < floor->notice_count; i++)
        if (!strcmp(floor->notices[i].text, text)) { /* told again: only its end may change */
            floor->notices[i].until_ms = until_ms;
            touch(floor);
            return;
        }
    append(floor->notices, &floor->notice_count, SW_NOTICES_MAX,
           (struct sw_notice_entry){.text = sw_xstrdup(text), .since_ms = since_ms, .until_ms = until_ms});
    touch(floor);
}

enum sw_outcome sw__notice_event(struct sw_floor *floor, const struct sw_event *event) {
    sw_floor_announce(floor, event->text, event->ts_ms, event->until_ms >= 0 ? event->until_ms : INT64_MAX);
    return SW_OUTCOME_APPLIED;
}

enum sw_outcome sw__alarm_event(struct sw_floor *floor, const struct sw_event *event) {
    int64_t since_ms = event->ts_ms;
    for (size_t i = 0; i < floor->alarm_count; i++)
        if (!strcmp(floor->alarms[i].source, event->source)) {
            since_ms = floor->alarms[i].since_ms;
            drop(floor->alarms, &floor->alarm_count, i);
            break;
        }
    if (event->alarm_raised)
        append(floor->alarms, &floor->alarm_count, SW_ALARMS_MAX,
               (struct sw_notice_entry){.text = sw_xstrdup(event->text),
                                        .source = sw_xstrdup(event->source),
                                        .since_ms = since_ms,
                                        .until_ms = INT64_MAX,
                                        .severity = event->severity});
    sw__watch_alarm(floor, event->source, event->severity, event->alarm_raised, event->ts_ms);
    touch(floor);
    return SW_OUTCOME_APPLIED;
}

void sw__notices_due(struct sw_floor *floor, int64_t now_ms) {
    for (size_t i = floor->notice_count; i-- > 0;)
        if (floor->notices[i].until_ms <= now_ms) {
            drop(floor->notices, &floor->notice_count, i);
            touch(floor);
        }
}

int64_t sw__notices_next(const struct sw_floor *floor) {
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < floor->notice_count; i++) next = sw__min(next, floor->notices[i].until_ms);
    return next;
}

void sw__notices_free(struct sw_floor *floor) {
    while (floor->notice_count) drop(floor->notices, &floor->notice_count, 0);
    while (floor->alarm_count) drop(floor->alarms, &floor->alarm_count, 0);
}

size_t sw_floor_notices(const struct sw_floor *floor, struct sw_notice *out, size_t max) {
    size_t count = floor->notice_count < max ? floor->notice_count : max;
    for (size_t i = 0; i < count; i++) {
        const struct sw_notice_entry *n = &floor->notices[i];
        out[i] = (struct sw_notice){n->text, n->since_ms, n->until_ms};
    }
    return count;
}

size_t sw_floor_alarms(const struct sw_floor *floor, struct sw_alarm *out, size_t max) {
    size_t count = floor->alarm_count < max ? floor->alarm_count : max;
    for (size_t i = 0; i < count; i++) {
        const struct sw_notice_entry *a = &floor->alarms[i];
        out[i] = (struct sw_alarm){a->source, a->text, a->severity, a->since_ms};
    }
    return count;
}
