/* Reading the stream: pages from the last confirmed ID, the links between entries, and what they tell of
 * losses. */
#include "io/feed_internal.h"

#include <stdio.h>
#include <string.h>

#define PAGE_FIRST 64u /* before the size of entries is known */
#define PAGE_MIN 16u
#define PAGE_BYTES (4u << 20) /* what a page should hold at most, by the size of those before */

static void send_page(struct sw_feed *feed);
static bool ask_page(struct sw_feed *feed, struct sw_feed_id after);

/* The read cannot go on: for REFUSAL (""= the connection is lost). The tick or the connection's return tries
 * again. */
static void stop_read(struct sw_feed *feed, const char *refusal) {
    feed->mode = FEED_WAIT;
    feed->astray = false;
    feed->status.progress_permille = -1;
    (void)snprintf(feed->refusal, sizeof feed->refusal, "%s", refusal);
    sw__feed_update(feed, false);
}

/* The journal is not the one we read: all we know of it is void. */
static void replace_journal(struct sw_feed *feed) {
    struct sw_feed_id known = feed->confirmed;
    if (sw__feed_id_is_zero(known) && feed->ring_count) known = feed->ring[feed->ring_head];
    int64_t since_ms = (int64_t)known.ms;
    feed->status.resets++;
    feed->read_from_ms = 0;
    feed->rebuilding = true;
    feed->resuming = false;
    feed->last = feed->confirmed = (struct sw_feed_id){0};
    feed->ring_head = feed->ring_count = 0;
    sw__feed_incomplete(feed, since_ms, sw__feed_now_ms(feed));
    if (!feed->closing && feed->handler.reset) feed->handler.reset(feed->ctx, since_ms);
}

/* A checkpoint whose journal does not go on from it: trimmed past it, say. What the whole journal tells is then as good as
 * it gets; whether that is a loss is seen at its beginning. */
static void begin_anew(struct sw_feed *feed) {
    feed->resuming = false;
    feed->rebuilding = true;
    feed->read_from_ms = 0;
    feed->status.resets++;
    int64_t since_ms = (int64_t)feed->last.ms;
    feed->last = feed->confirmed = (struct sw_feed_id){0};
    feed->ring_head = feed->ring_count = 0;
    if (feed->handler.reset) feed->handler.reset(feed->ctx, since_ms);
}

static void finish_read(struct sw_feed *feed) {
    feed->status.progress_permille = -1;
    if (feed->resuming && sw__feed_id_compare(feed->confirmed, feed->top) < 0) {
        begin_anew(feed);
        if (!feed->closing) send_page(feed);
        return;
    }
    feed->resuming = false;
    /* What we took from the channel and the stream does not have was never in the journal. */
    for (; feed->ring_count; feed->ring_count--) sw__feed_bad_message(feed, NULL, 0);
    if (sw__feed_id_compare(feed->confirmed, feed->top) < 0) {
        /* The last entries were deleted before we read them. */
        bool cold = sw__feed_id_is_zero(feed->confirmed);
        int64_t since_ms = cold ? feed->options.from_ms : (int64_t)feed->confirmed.ms;
        if (!cold || (since_ms && (int64_t)feed->top.ms > since_ms)) {
            feed->status.losses++;
            sw__feed_incomplete(feed, since_ms, (int64_t)feed->top.ms);
        }
        feed->confirmed = feed->top;
    }
    feed->last = feed->confirmed;
    feed->rebuilding = false;
    if (feed->closing) return;
    if (feed->read_again) {
        feed->mode = FEED_WAIT;
        sw__feed_read(feed);
    } else if (!feed->subscribed) {
        feed->mode = FEED_WAIT;
    } else {
        sw__feed_drain(feed);
    }
}

/* Whether we took entries of a journal that began with them, and the stream's first is another (ID; 0-0: it
 * has none). It is a replaced journal then, or someone forged the first message of an empty one; a rebuild is
 * right for both. */
static bool began_otherwise(const struct sw_feed *feed, struct sw_feed_id id) {
    return sw__feed_id_is_zero(feed->confirmed) && feed->ring_count &&
           sw__feed_id_compare(feed->ring[feed->ring_head], id) != 0;
}

/* What an entry's link to the one before says. Returns false when the journal has to be read from its beginning. */
static bool check_link(struct sw_feed *feed, struct sw_feed_id id, struct sw_feed_id prev) {
    if (sw__feed_id_is_zero(feed->confirmed)) {
        if (began_otherwise(feed, id)) {
            feed->resuming = false;
            return false;
        }
        if (sw__feed_id_is_zero(prev)) return true;
        feed->status.trimmed_before_ms = (int64_t)id.ms;
        if (feed->options.from_ms && (int64_t)id.ms > feed->options.from_ms) {
            feed->status.losses++;
            sw__feed_incomplete(feed, feed->options.from_ms, (int64_t)id.ms);
        }
        return true;
    }
    int order = sw__feed_id_compare(prev, feed->confirmed);
    bool resuming = feed->resuming;
    if (order <= 0) feed->resuming = false;
    if (order == 0) return true;
    if (order > 0 && resuming) return false;
    /* A journal that was just read from its beginning and still links backwards was tampered with; to begin
     * again would not end. */
    if (order < 0 && !feed->rebuilding) return false;
    feed->status.losses++;
    sw__feed_incomplete(feed, (int64_t)feed->confirmed.ms, (int64_t)id.ms);
    return true;
}

/* Whether the entry was delivered live. Those before it in the ring are not in the stream. */
static bool take_from_ring(struct sw_feed *feed, struct sw_feed_id id) {
    while (feed->ring_count) {
        int order = sw__feed_id_compare(feed->ring[feed->ring_head], id);
        if (order > 0) return false;
        feed->ring_head = (feed->ring_head + 1) % FEED_RING;
        feed->ring_count--;
        if (order == 0) return true;
        sw__feed_bad_message(feed, NULL, 0);
    }
    return false;
}

/* One entry of a page: [ID, [field, value, ...]]. Returns false when the journal was replaced. */
static bool read_entry(struct sw_feed *feed, const struct sw_reply *entry, size_t *bytes) {
    if (sw_reply_count(entry) != 2) return true;
    const struct sw_reply *fields = sw_reply_at(entry, 1);
    size_t len = 0, json_len = 0;
    const char *text = sw_reply_text(sw_reply_at(entry, 0), &len), *json = NULL;
    struct sw_feed_id id, prev;
    bool linked = false;
    if (!sw__feed_id_parse(text, len, &id)) return true;
    for (size_t i = 0; i + 1 < sw_reply_count(fields); i += 2) {
        const char *name = sw_reply_text(sw_reply_at(fields, i), NULL);
        const char *value = sw_reply_text(sw_reply_at(fields, i + 1), &len);
        *bytes += len;
        if (strcmp(name, "e") == 0) {
            json = value;
            json_len = len;
        } else if (strcmp(name, "p") == 0) {
            linked = sw__feed_id_parse(value, len, &prev) == len;
        }
    }
    /* An entry without a link was not made by sw_emit; it is in the journal all the same. */
    if (linked && !check_link(feed, id, prev)) return false;
    if (!feed->read_from_ms) feed->read_from_ms = (int64_t)id.ms;
    bool had = take_from_ring(feed, id);
    feed->confirmed = id;
    if (had) return true;
    feed->last = id;
    if (!json) {
        sw__feed_bad_message(feed, NULL, 0);
        return true;
    }
    if (feed->ever_live) feed->status.gap_entries++;
    sw__feed_deliver(feed, id, json, json_len);
    return true;
}

/* Asks for the page behind a full one before that is read, so that Redis and we work at the same time. */
static void ask_ahead(struct sw_feed *feed, const struct sw_reply *page, uint32_t asked) {
    size_t count = sw_reply_count(page), len = 0;
    struct sw_feed_id last;
    feed->ahead = false;
    if (!count || count < asked) return;
    const struct sw_reply *entry = sw_reply_at(page, count - 1);
    const char *text = sw_reply_count(entry) == 2 ? sw_reply_text(sw_reply_at(entry, 0), &len) : "";
    if (sw__feed_id_parse(text, len, &last)) feed->ahead = ask_page(feed, last);
    if (feed->ahead) sw_redis_conn_flush(feed->cmd);
}

/* The journal is read from its beginning: at once, or when the page that was asked for ahead has come. */
static void read_anew(struct sw_feed *feed) {
    if (feed->resuming) begin_anew(feed);
    else replace_journal(feed);
    feed->astray = feed->ahead;
    if (!feed->closing && !feed->astray) send_page(feed);
}

/* How far the read is, by the times of its entries; the owner hears of it now and then. */
static void tell_progress(struct sw_feed *feed) {
    int64_t all_ms = (int64_t)feed->top.ms - feed->read_from_ms, done_ms = (int64_t)feed->confirmed.ms - feed->read_from_ms;
    bool known = all_ms > 0 && done_ms >= 0;
    if (known) feed->status.progress_permille = done_ms >= all_ms ? 1000 : (int)((double)done_ms * 1000 / (double)all_ms);
    uint64_t now = uv_now(feed->loop);
    bool due = known && now - feed->told_progress >= (uint64_t)feed->options.progress_ms;
    if (due) feed->told_progress = now;
    sw__feed_update(feed, due);
}

static void on_page(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_feed *feed = ctx;
    if (feed->closing) return;
    if (error || sw_reply_type(reply) != SW_REPLY_ARRAY) {
        stop_read(feed, error ? "" : sw_reply_text(reply, NULL));
        return;
    }
    if (feed->astray) {
        feed->astray = false;
        send_page(feed);
        return;
    }
    uint32_t asked = feed->asked;
    size_t count = sw_reply_count(reply), bytes = 0;
    ask_ahead(feed, reply, asked);
    for (size_t i = 0; i < count && !feed->closing; i++) {
        if (read_entry(feed, sw_reply_at(reply, i), &bytes)) continue;
        read_anew(feed);
        return;
    }
    if (feed->closing) return;
    feed->pages_read++;
    if (count < asked) {
        finish_read(feed);
        return;
    }
    size_t fits = PAGE_BYTES / (bytes / count + 1);
    feed->page = fits > feed->options.page ? feed->options.page : fits < PAGE_MIN ? PAGE_MIN : (uint32_t)fits;
    tell_progress(feed);
    if (!feed->closing && !feed->ahead) send_page(feed);
}

static bool ask_page(struct sw_feed *feed, struct sw_feed_id after) {
    char from[49] = "(", count[16];
    sw__feed_id_print(after, from + 1);
    (void)snprintf(count, sizeof count, "%u", feed->page);
    const char *argv[] = {"XRANGE", feed->journal, from, "+", "COUNT", count};
    feed->asked = feed->page;
    return sw_redis_conn_send(feed->cmd, 6, argv, NULL, on_page, feed) == 0;
}

static void send_page(struct sw_feed *feed) {
    feed->ahead = false;
    if (!ask_page(feed, feed->confirmed)) stop_read(feed, "");
}

/* Finds `last-generated-id` in the answer to XINFO STREAM. 0-0 when there is no stream. Returns 0, or
 * -SW_EACCES when Redis refuses. */
static int parse_top(const struct sw_reply *reply, struct sw_feed_id *top) {
    *top = (struct sw_feed_id){0};
    if (sw_reply_type(reply) == SW_REPLY_ERROR) {
        return strstr(sw_reply_text(reply, NULL), "no such key") ? 0 : -SW_EACCES;
    }
    for (size_t i = 0; i + 1 < sw_reply_count(reply); i += 2) {
        if (strcmp(sw_reply_text(sw_reply_at(reply, i), NULL), "last-generated-id") != 0) continue;
        size_t len = 0;
        const char *text = sw_reply_text(sw_reply_at(reply, i + 1), &len);
        return sw__feed_id_parse(text, len, top) ? 0 : -SW_EACCES;
    }
    return -SW_EACCES;
}

static int send_xinfo(struct sw_feed *feed, sw_redis_reply_fn reply) {
    const char *argv[] = {"XINFO", "STREAM", feed->journal};
    return sw_redis_conn_send(feed->cmd, 3, argv, NULL, reply, feed);
}

static void on_top(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_feed *feed = ctx;
    if (feed->closing) return;
    if (error || parse_top(reply, &feed->top) != 0) {
        stop_read(feed, error ? "" : sw_reply_text(reply, NULL));
        return;
    }
    feed->refusal[0] = '\0';
    bool emptied = sw__feed_id_is_zero(feed->top) && began_otherwise(feed, feed->top);
    if (emptied || sw__feed_id_compare(feed->top, feed->confirmed) < 0) replace_journal(feed);
    if (feed->closing) return;
    if (sw__feed_id_compare(feed->top, feed->confirmed) == 0)
        finish_read(feed);
    else
        send_page(feed);
}

void sw__feed_read(struct sw_feed *feed) {
    if (feed->mode == FEED_READ) {
        feed->read_again = true;
        return;
    }
    feed->mode = FEED_WAIT;
    if (!feed->subscribed || !feed->cmd_ready) return;
    if (send_xinfo(feed, on_top) != 0) return; /* the tick tries again */
    feed->mode = FEED_READ;
    feed->reads++;
    feed->read_again = false;
    feed->pages_read = 0;
    feed->read_from_ms = (int64_t)feed->confirmed.ms;
    feed->told_progress = uv_now(feed->loop);
    feed->page = feed->options.page < PAGE_FIRST ? feed->options.page : PAGE_FIRST;
    sw__feed_update(feed, false);
}

/* ---- comparing while live ---- */

/* The answer to a comparison with the whole stream, made when nothing came for a while. */
static void on_check_top(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_feed *feed = ctx;
    struct sw_feed_id top;
    feed->checking = false;
    if (feed->closing || error || feed->mode != FEED_LIVE) return;
    if (parse_top(reply, &top) == 0 && sw__feed_id_compare(top, feed->last) == 0) {
        feed->confirmed = feed->last;
        feed->ring_head = feed->ring_count = 0;
    } else {
        sw__feed_read(feed);
    }
}

/* The answer to a question for one entry, made while messages flow: with it, all that link up to it are
 * confirmed. */
static void on_check_entry(void *ctx, const struct sw_reply *reply, int error) {
    struct sw_feed *feed = ctx;
    struct sw_feed_id id;
    feed->checking = false;
    if (feed->closing || error || feed->mode != FEED_LIVE) return;
    size_t len = 0;
    const struct sw_reply *entry = sw_reply_count(reply) == 1 ? sw_reply_at(reply, 0) : NULL;
    const char *text = entry && sw_reply_count(entry) == 2 ? sw_reply_text(sw_reply_at(entry, 0), &len) : "";
    if (!sw__feed_id_parse(text, len, &id)) {
        sw__feed_read(feed);
        return;
    }
    while (feed->ring_count && sw__feed_id_compare(feed->ring[feed->ring_head], id) <= 0) {
        feed->confirmed = feed->ring[feed->ring_head];
        feed->ring_head = (feed->ring_head + 1) % FEED_RING;
        feed->ring_count--;
    }
}

void sw__feed_check(struct sw_feed *feed) {
    if (feed->checking || !feed->cmd_ready) return;
    int error = 0;
    if (feed->journal_heard && feed->ring_count) {
        char id[48];
        sw__feed_id_print(feed->last, id);
        const char *argv[] = {"XRANGE", feed->journal, id, id, "COUNT", "1"};
        error = sw_redis_conn_send(feed->cmd, 6, argv, NULL, on_check_entry, feed);
    } else {
        error = send_xinfo(feed, on_check_top);
    }
    feed->checking = error == 0;
}
