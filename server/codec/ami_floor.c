/* What the parts of ami_floor share: headers, time, and which event is whose. */
#include "codec/ami_floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/ami_floor_internal.h"
#include "codec/json_strict.h"

#define APART_WINDOW_MS 60000

/* ---- headers ---- */

static bool fits(const char *text) {
    return sw_utf8_is_valid(text) && sw_utf8_count(text) <= SW_ID_CHARS_MAX && !sw_utf8_has_control(text);
}

/* VALUE made an identifier, in OUT: what is no character, or one of control, is left out; KEEP_END: too long,
 * its end stays. */
static bool make_identifier(const char *value, bool keep_end, char out[AMI_ID_BYTES]) {
    char whole[SW_AMI_LINE_BYTES_MAX + 1];
    size_t size = 0, chars = 0, len = 0;
    (void)snprintf(whole, sizeof whole, "%s", value);
    sw_utf8_mend(whole);
    for (const char *c = whole; *c; c++) {
        unsigned char u = (unsigned char)*c;
        bool c1 = u == 0xC2 && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] <= 0x9F;
        if (c1)
            c++;
        else if (u >= 0x20 && u != 0x7F)
            whole[size++] = *c;
    }
    whole[size] = '\0';
    const char *from = whole;
    size_t all = sw_utf8_count(whole), skip = keep_end && all > SW_ID_CHARS_MAX ? all - SW_ID_CHARS_MAX : 0;
    for (; skip; skip--) do
            from++;
        while (((unsigned char)*from & 0xC0) == 0x80);
    for (; from[len]; len++) {
        chars += ((unsigned char)from[len] & 0xC0) != 0x80;
        if (chars > SW_ID_CHARS_MAX) break;
        out[len] = from[len];
    }
    out[len] = '\0';
    return len > 0;
}

static bool identifier(const struct sw_ami_message *message, const char *name, bool keep_end,
                       char out[AMI_ID_BYTES]) {
    const char *value = sw_ami_get(message, name);
    size_t len = value ? strlen(value) : 0;
    out[0] = '\0';
    if (!len) return false;
    if (len >= AMI_ID_BYTES || !fits(value)) return make_identifier(value, keep_end, out);
    memcpy(out, value, len + 1);
    return true;
}

bool ami_text(const struct sw_ami_message *message, const char *name, char out[AMI_ID_BYTES]) {
    return identifier(message, name, false, out);
}

bool ami_unique(const struct sw_ami_message *message, const char *name, char out[AMI_ID_BYTES]) {
    return identifier(message, name, true, out);
}

bool ami_queue(struct sw_ami_floor *floor, const struct sw_ami_message *message, char out[AMI_ID_BYTES]) {
    if (!ami_text(message, "Queue", out)) {
        ami_faulty(floor);
        return false;
    }
    return !floor->options.wants_queue || floor->options.wants_queue(floor->options.ctx, out);
}

bool ami_is(const struct sw_ami_message *message, const char *name, const char *value) {
    const char *text = sw_ami_get(message, name);
    return text && !strcasecmp(text, value);
}

int64_t ami_seconds(const struct sw_ami_message *message, const char *name) {
    int64_t seconds = sw_ami_integer(message, name, -1);
    return seconds < 0 || seconds > SW_DURATION_MAX_MS / 1000 ? -1 : seconds * 1000;
}

void ami_faulty(struct sw_ami_floor *floor) {
    floor->counters.faulty++;
}

void ami_replace(char **text, const char *value) {
    char *copy = value && *value ? sw_xstrdup(value) : NULL;
    free(*text);
    *text = copy;
}

/* ---- time ---- */

/* Epoch seconds with a fraction in ms, or -1. */
static int64_t read_timestamp(const char *text) {
    int64_t ms = 0;
    size_t digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < 12; text++, digits++) ms = ms * 10 + (*text - '0');
    if (!digits || (*text && *text != '.')) return -1;
    ms *= 1000;
    if (*text++ == '.')
        for (int64_t weight = 100; *text >= '0' && *text <= '9' && weight; text++, weight /= 10)
            ms += (*text - '0') * weight;
    return ms <= SW_TS_MAX_MS ? ms : -1;
}

/* How far our clock is ahead of the switch's, as far as it matters. */
static int64_t apart(const struct sw_ami_floor *floor) {
    int64_t ms = floor->apart_ms < floor->apart_before_ms ? floor->apart_ms : floor->apart_before_ms;
    return ms == INT64_MAX || (ms >= -SW_AMI_APART_MS && ms <= SW_AMI_APART_MS) ? 0 : ms;
}

/* An event of TS_MS came now: it took some time to come, so the least of these differences is the clocks'. */
static void compare_clocks(struct sw_ami_floor *floor, int64_t ts_ms) {
    if (floor->now_ms >= floor->apart_until_ms) {
        floor->apart_before_ms = floor->apart_ms;
        floor->apart_ms = INT64_MAX;
        floor->apart_until_ms = floor->now_ms + APART_WINDOW_MS;
    }
    if (floor->now_ms - ts_ms < floor->apart_ms) floor->apart_ms = floor->now_ms - ts_ms;
    floor->counters.clock_apart_ms = apart(floor);
    if (!floor->counters.clock_apart_ms || floor->apart_told) return;
    char text[160];
    (void)snprintf(text, sizeof text, "the clock of Asterisk is %lld s %s ours: its times are moved by that",
                   llabs((long long)floor->counters.clock_apart_ms) / 1000,
                   floor->counters.clock_apart_ms > 0 ? "behind" : "ahead of");
    floor->apart_told = true;
    if (floor->options.message) floor->options.message(floor->options.ctx, text);
}

static int64_t time_of(struct sw_ami_floor *floor, const struct sw_ami_message *message) {
    const char *text = sw_ami_get(message, "Timestamp");
    int64_t ts_ms = text ? read_timestamp(text) : -1;
    if (ts_ms < 0) return floor->now_ms;
    compare_clocks(floor, ts_ms);
    return ts_ms + apart(floor);
}

int64_t ami_epoch(const struct sw_ami_floor *floor, const struct sw_ami_message *message, const char *name) {
    int64_t seconds = sw_ami_integer(message, name, 0);
    return seconds <= 0 || seconds > SW_TS_MAX_MS / 1000 ? INT64_MIN : seconds * 1000 + apart(floor);
}

/* ---- events ---- */

void sw_ami_floor_event(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t now_ms) {
    /* Asterisk 13 says QueueMemberPause where 11 said QueueMemberPaused */
    static const char *const members[] = {"QueueMemberStatus",  "QueueMemberAdded",  "QueueMemberPause",
                                          "QueueMemberPenalty", "QueueMemberPaused", "QueueMemberRinginuse"};
    const char *event = sw_ami_get(message, "Event");
    floor->now_ms = now_ms;
    if (!event) return;
    int64_t at_ms = time_of(floor, message);
    const char *class = floor->sees_calls ? NULL : sw_ami_get(message, "Privilege");
    floor->sees_calls |= class && !strncasecmp(class, "call,", 5);
    floor->counters.events++;
    if (ami_call_event(floor, event, message, at_ms)) return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!strcasecmp(event, members[i])) {
            ami_member_event(floor, message, at_ms, false);
            return;
        }
    if (!strcasecmp(event, "QueueMemberRemoved"))
        ami_member_event(floor, message, at_ms, true);
    else if (!strcasecmp(event, "DeviceStateChange"))
        ami_device_event(floor, message, at_ms);
    else
        floor->counters.events--;
}

void sw_ami_floor_advance(struct sw_ami_floor *floor, int64_t now_ms) {
    floor->now_ms = now_ms;
    ami_calls_due(floor);
}

int64_t sw_ami_floor_next_deadline(const struct sw_ami_floor *floor) {
    return floor->late_first ? floor->late_first->due_ms : INT64_MAX;
}

void sw_ami_floor_lost(struct sw_ami_floor *floor) {
    floor->in_snapshot = false;
    floor->apart_ms = floor->apart_before_ms = INT64_MAX;
    sw_pbx_snapshot_drop(floor->pbx);
    ami_drop_rows(floor);
    ami_drop_legs(floor);
}

/* ---- life ---- */

struct sw_ami_floor *sw_ami_floor_new(const struct sw_ami_floor_options *options) {
    struct sw_ami_floor *floor = sw_xcalloc(1, sizeof *floor);
    floor->options = *options;
    floor->pbx = options->pbx;
    floor->late_last = &floor->late_first;
    floor->apart_ms = floor->apart_before_ms = INT64_MAX;
    return floor;
}

void sw_ami_floor_free(struct sw_ami_floor *floor) {
    if (!floor) return;
    ami_drop_rows(floor);
    ami_drop_legs(floor);
    ami_calls_free(floor);
    ami_members_free(floor);
    free(floor);
}

const struct sw_ami_floor_counters *sw_ami_floor_counters(const struct sw_ami_floor *floor) {
    return &floor->counters;
}
