#include "notify/channel.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notify/channel_internal.h"
#include "notify/message.h"

#define MINUTE_MS INT64_C(60000)
#define HALF_HOUR_MS INT64_C(1800000)
#define RUSH_BEFORE_MS 5000 /* what a request may take to get there */
#define RUSH_JITTER_MS 30000

struct sw_channel *sw_channel_new(const struct sw_channel_options *options) {
    struct sw_channel *c = sw_xcalloc(1, sizeof *c);
    c->options = *options;
    c->options.id = sw_xstrdup(options->id);
    c->options.address.url = sw_xstrdup(options->address.url);
    if (options->address.secret) c->options.address.secret = sw_xstrdup(options->address.secret);
    c->form = sw_form_of(options->service);
    c->per_minute = c->form->per_minute;
    if (options->per_minute && options->per_minute < c->per_minute) c->per_minute = options->per_minute;
    c->failing_since_ms = c->last_sent_ms = -1;
    c->last_answer_ms = c->last_alert_ms = c->not_before_ms = c->now_ms = INT64_MIN / 2;
    c->seed = options->random(options->random_ctx);
    return c;
}

static void wipe(const char *text) {
    if (!text) return;
    char *own = (char *)(uintptr_t)text;
    sodium_memzero(own, strlen(own));
    free(own);
}

void sw_channel_free(struct sw_channel *c) {
    if (!c) return;
    for (size_t i = 0; i < c->queue_count; i++) sw_message_free(c->queue[i].message);
    for (size_t i = 0; i < c->group_count; i++) sw_message_free(c->group[i].message);
    for (size_t i = 0; i < c->told_count; i++) free(c->told[i].about);
    for (size_t i = 0; i < c->dead_count; i++) {
        sw_message_free(c->dead[i].item.message);
        free(c->dead[i].reason);
    }
    wipe(c->options.address.url);
    wipe(c->options.address.secret);
    free((char *)(uintptr_t)c->options.id);
    free(c);
}

/* ---- taking in ---- */

static struct sw_item item_of(struct sw_channel *c, const struct sw_message *message, int64_t now_ms) {
    struct sw_item item = {.message = sw_message_copy(message), .since_ms = now_ms};
    if (c->png_bytes + item.message->png_bytes > SW_CHANNEL_PNG_BYTES_MAX) {
        sw_message_drop_png(item.message);
        c->counters.without_picture++;
    }
    return item;
}

static bool opens(const struct sw_item *item, const char *about) {
    const struct sw_message *m = item->message;
    return m->kind == SW_MESSAGE_ALERT_OPENED && about && m->about && !strcmp(m->about, about);
}

/* Whether an alert clears of which nobody here knows. */
static bool clears_nothing(const struct sw_channel *c, const struct sw_message *m) {
    if (m->kind != SW_MESSAGE_ALERT_CLEARED || sw__channel_told_ms(c, m->about) >= 0) return false;
    for (size_t i = 0; i < c->queue_count; i++)
        if (opens(&c->queue[i], m->about)) return false;
    for (size_t i = 0; i < c->group_count; i++)
        if (opens(&c->group[i], m->about)) return false;
    return true;
}

int sw_channel_push(struct sw_channel *c, const struct sw_message *message, int64_t now_ms) {
    const struct sw_notify_hooks *hooks = c->options.hooks;
    int failed = sw_message_check(message);
    if (failed) return failed;
    if (clears_nothing(c, message)) return 0;
    if (sw__channel_see(c, message->id)) return -SW_EBUSY;
    c->counters.taken_in++;
    struct sw_item item = item_of(c, message, now_ms);
    if (c->queue_count == SW_CHANNEL_QUEUE_MAX) {
        sw__channel_bury(c, item, "too many messages are waiting", now_ms, true);
        return -SW_ELIMIT;
    }
    c->queue[c->queue_count++] = item;
    c->png_bytes += item.message->png_bytes;
    if (hooks && hooks->queued) hooks->queued(hooks->ctx, c->options.id, item.message);
    return 0;
}

int sw_channel_restore(struct sw_channel *c, const struct sw_message *message, const char *reason, int64_t at_ms) {
    int failed = sw_message_check(message);
    if (failed) return failed;
    if (!reason && c->queue_count == SW_CHANNEL_QUEUE_MAX) return -SW_ELIMIT;
    if (sw__channel_see(c, message->id)) return -SW_EBUSY;
    struct sw_item item = item_of(c, message, at_ms);
    if (reason) {
        sw__channel_bury(c, item, reason, at_ms, false);
        return 0;
    }
    c->queue[c->queue_count++] = item;
    c->png_bytes += item.message->png_bytes;
    return 0;
}

/* ---- when ---- */

/* Moves what is remembered along with a clock that was set back. */
static void follow_clock(struct sw_channel *c, int64_t now_ms) {
    int64_t back_ms = c->now_ms > now_ms ? c->now_ms - now_ms : 0;
    c->now_ms = now_ms;
    if (!back_ms) return;
    c->not_before_ms -= back_ms;
    c->last_answer_ms -= back_ms;
    c->last_alert_ms -= back_ms;
    if (c->failing_since_ms >= 0) c->failing_since_ms -= back_ms;
    for (size_t i = 0; i < SW_RATE_MAX; i++) c->answered_ms[i] -= back_ms;
}

static int64_t later(int64_t a_ms, int64_t b_ms) { return a_ms > b_ms ? a_ms : b_ms; }

/* The end of the quiet hours that T_MS is in; T_MS when it is in none. */
static int64_t quiet_end_ms(const struct sw_channel *c, int64_t t_ms) {
    int64_t from_ms = c->options.quiet_from_ms, to_ms = c->options.quiet_to_ms;
    int64_t day_ms = (t_ms + sw_zone_offset_ms(c->options.zone, t_ms)) % SW_DAY_MS;
    bool over_midnight = from_ms > to_ms, after = day_ms >= from_ms, before = day_ms < to_ms;
    bool quiet = from_ms != to_ms && (over_midnight ? after || before : after && before);
    return quiet ? t_ms + (to_ms - day_ms + SW_DAY_MS) % SW_DAY_MS : t_ms;
}

/* The end of the rush of :00 and :30 that T_MS is in, each channel its own moment behind it; T_MS when it is in none. */
static int64_t rush_end_ms(const struct sw_channel *c, int64_t t_ms) {
    if (!c->form->shuns_half_hours) return t_ms;
    int64_t half = (t_ms + RUSH_BEFORE_MS) / HALF_HOUR_MS;
    uint32_t jitter = (uint32_t)(((uint64_t)c->seed + (uint64_t)half * UINT64_C(0x9E3779B97F4A7C15)) >> 16) % RUSH_JITTER_MS;
    return later(t_ms, half * HALF_HOUR_MS + SW_CHANNEL_RUSH_MS + jitter);
}

/* The service's limits: so many answers in a minute, so far apart. Counted from answers, so that they hold at the other
 * end whatever a request took to get there. */
static int64_t rate_ready_ms(const struct sw_channel *c) {
    int64_t ready_ms = c->last_answer_ms + c->form->gap_ms;
    uint64_t n = (uint64_t)c->per_minute;
    if (c->answered_count < n) return ready_ms;
    return later(ready_ms, c->answered_ms[(c->answered_count - n) % SW_RATE_MAX] + MINUTE_MS + 1);
}

static bool passes_quiet(const struct sw_channel *c, const struct sw_message *m) {
    return m->kind == SW_MESSAGE_TEST || (c->options.critical_passes && m->severity == SW_SEVERITY_CRITICAL);
}

/* When M may go, as far as it is up to M. */
static int64_t message_ready_ms(const struct sw_channel *c, const struct sw_message *m, int64_t now_ms) {
    int64_t ready_ms = passes_quiet(c, m) ? now_ms : quiet_end_ms(c, now_ms);
    if (sw__is_alert(m)) ready_ms = later(ready_ms, c->last_alert_ms + SW_CHANNEL_STORM_MS);
    if (m->severity != SW_SEVERITY_CRITICAL && m->kind != SW_MESSAGE_TEST)
        ready_ms = later(ready_ms, rush_end_ms(c, now_ms));
    return ready_ms;
}

/* When the group, which is chosen, may be tried again. Quiet hours that began meanwhile do not hold it: it has begun. */
static int64_t group_ready_ms(const struct sw_channel *c, int64_t now_ms) {
    bool critical = false;
    for (size_t i = 0; i < c->group_count; i++) critical |= c->group[i].message->severity == SW_SEVERITY_CRITICAL;
    return critical || c->group[0].message->kind == SW_MESSAGE_TEST ? now_ms : rush_end_ms(c, now_ms);
}

int64_t sw_channel_next_ms(const struct sw_channel *c, int64_t now_ms) {
    if (c->in_flight) return INT64_MAX;
    int64_t channel_ms = later(c->not_before_ms, rate_ready_ms(c)), first_ms = INT64_MAX;
    if (c->group_count) return later(channel_ms, group_ready_ms(c, now_ms));
    for (size_t i = 0; i < c->queue_count; i++) {
        const struct sw_message *m = c->queue[i].message;
        int64_t ms = later(channel_ms, message_ready_ms(c, m, now_ms));
        if (m->expires_ms < ms) ms = m->expires_ms;
        if (ms < first_ms) first_ms = ms;
    }
    return first_ms;
}

/* ---- choosing ---- */

static struct sw_item take_out(struct sw_channel *c, size_t i) {
    struct sw_item item = c->queue[i];
    c->png_bytes -= item.message->png_bytes;
    memmove(&c->queue[i], &c->queue[i + 1], (--c->queue_count - i) * sizeof *c->queue);
    return item;
}

static void bury_expired(struct sw_channel *c, int64_t now_ms) {
    for (size_t i = 0; i < c->queue_count;)
        if (c->queue[i].message->expires_ms <= now_ms) sw__channel_bury(c, take_out(c, i), "it came too late", now_ms, true);
        else i++;
}

/* The first message that may go, and with an alert all others that may. */
static void choose(struct sw_channel *c, int64_t now_ms) {
    size_t i = 0;
    while (i < c->queue_count && message_ready_ms(c, c->queue[i].message, now_ms) > now_ms) i++;
    if (i == c->queue_count) return;
    bool alert = sw__is_alert(c->queue[i].message);
    c->group[c->group_count++] = take_out(c, i);
    while (alert && i < c->queue_count && c->group_count < SW_CHANNEL_GROUP_MAX)
        if (sw__is_alert(c->queue[i].message) && message_ready_ms(c, c->queue[i].message, now_ms) <= now_ms)
            c->group[c->group_count++] = take_out(c, i);
        else
            i++;
    c->tries = 0;
    c->maybe_again = false;
    c->request = c->group[0].request;
}

/* The group is over: REASON NULL = it was sent. */
static void finish(struct sw_channel *c, const char *reason, int64_t now_ms) {
    const struct sw_notify_hooks *hooks = c->options.hooks;
    size_t count = c->group_count;
    c->group_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct sw_item item = c->group[i];
        if (sw__is_alert(item.message)) c->last_alert_ms = now_ms; /* also when it was refused: a storm stays one a minute */
        if (reason) {
            item.request = c->request;
            sw__channel_bury(c, item, reason, now_ms, true);
            continue;
        }
        c->counters.sent++;
        c->last_sent_ms = now_ms;
        sw__channel_tell(c, item.message, now_ms);
        if (hooks && hooks->sent) hooks->sent(hooks->ctx, c->options.id, item.message, now_ms);
        sw_message_free(item.message);
    }
}

static bool write_request(struct sw_channel *c, int64_t now_ms, struct sw_post *post) {
    struct sw_letter_part *parts = sw_xcalloc(c->group_count, sizeof *parts);
    for (size_t i = 0; i < c->group_count; i++) {
        const struct sw_message *m = c->group[i].message;
        parts[i] = (struct sw_letter_part){m, m->kind == SW_MESSAGE_ALERT_CLEARED ? sw__channel_told_ms(c, m->about) : -1};
    }
    struct sw_letter letter;
    sw_letter_init(&letter, parts, c->group_count, c->options.language, c->options.zone, c->maybe_again);
    c->request_count = sw_form_request_count(c->options.service, &letter);
    bool written = sw_form_write(c->options.service, &letter, c->request, &c->options.address, now_ms, post);
    sw_letter_deinit(&letter);
    free(parts);
    return written;
}

bool sw_channel_take(struct sw_channel *c, int64_t now_ms, struct sw_post *post) {
    if (c->in_flight) return false;
    follow_clock(c, now_ms);
    bury_expired(c, now_ms);
    if (later(c->not_before_ms, rate_ready_ms(c)) > now_ms) return false;
    while (c->group_count || c->queue_count) {
        if (!c->group_count) choose(c, now_ms);
        if (!c->group_count || group_ready_ms(c, now_ms) > now_ms) return false;
        if (write_request(c, now_ms, post)) {
            c->in_flight = true;
            return true;
        }
        finish(c, "it does not fit the service's limits", now_ms);
    }
    return false;
}

/* ---- answers ---- */

static void succeed(struct sw_channel *c, int64_t now_ms) {
    c->failing_since_ms = -1;
    c->reason[0] = '\0';
    c->tries = 0;
    c->maybe_again = false;
    c->not_before_ms = now_ms;
    if (++c->request >= c->request_count) finish(c, NULL, now_ms);
}

/* Exponential back-off with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), not
 * below what the service asks for, and then with jitter on top: others were told the same. */
static int64_t wait_ms(struct sw_channel *c, int64_t asked_ms) {
    int64_t ceiling_ms = SW_CHANNEL_BACKOFF_MS;
    for (int i = 0; i < c->tries && ceiling_ms < SW_CHANNEL_BACKOFF_MAX_MS; i++) ceiling_ms *= 2;
    if (ceiling_ms > SW_CHANNEL_BACKOFF_MAX_MS) ceiling_ms = SW_CHANNEL_BACKOFF_MAX_MS;
    uint32_t random = c->options.random(c->options.random_ctx);
    if (asked_ms > SW_CHANNEL_WAIT_MAX_MS) asked_ms = SW_CHANNEL_WAIT_MAX_MS;
    if (asked_ms > 0) return asked_ms + random % (asked_ms / 10 + 1);
    return (int64_t)(random % (uint64_t)(ceiling_ms + 1));
}

static void fail_for_now(struct sw_channel *c, int64_t now_ms, const struct sw_judgement *judgement) {
    if (c->failing_since_ms < 0) c->failing_since_ms = now_ms;
    if (now_ms - later(c->failing_since_ms, c->group[0].since_ms) >= c->options.give_up_ms) {
        char reason[SW_REASON_BYTES + 32];
        (void)snprintf(reason, sizeof reason, "given up: %s", c->reason);
        finish(c, reason, now_ms);
    }
    c->counters.retries++;
    c->not_before_ms = now_ms + wait_ms(c, judgement->wait_ms);
    c->tries++;
}

void sw_channel_answer(struct sw_channel *c, int64_t now_ms, const struct sw_answer *answer) {
    SW_ASSERT(c->in_flight);
    c->in_flight = false;
    follow_clock(c, now_ms);
    c->counters.requests++;
    c->last_answer_ms = now_ms;
    c->answered_ms[c->answered_count++ % SW_RATE_MAX] = now_ms;
    struct sw_judgement judgement;
    sw_form_judge(c->options.service, answer, &judgement);
    sw__channel_redact(c, judgement.reason);
    if (judgement.verdict == SW_VERDICT_TAKEN) {
        succeed(c, now_ms);
        return;
    }
    memcpy(c->reason, judgement.reason, sizeof c->reason);
    if (answer->maybe_taken) c->maybe_again = true;
    if (judgement.verdict == SW_VERDICT_LATER) {
        fail_for_now(c, now_ms, &judgement);
        return;
    }
    if (c->failing_since_ms < 0) c->failing_since_ms = now_ms;
    finish(c, c->reason, now_ms);
}

void sw_channel_status(const struct sw_channel *c, struct sw_channel_status *out) {
    *out = (struct sw_channel_status){.queued = c->queue_count + c->group_count, .dead = c->dead_count,
                                      .under_way = c->in_flight, .failing_since_ms = c->failing_since_ms,
                                      .last_sent_ms = c->last_sent_ms, .reason = c->reason, .counters = c->counters};
}
