#include "app/checkpoint_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shiftwall/buf.h"
#include "shiftwall/checkpoint.h"

#define MAGIC "shiftwall checkpoint 1\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define SUM_BYTES 32
#define PATH_BYTES 4096

void sw_checkpoint_deinit(struct sw_checkpoint *checkpoint) {
    free(checkpoint->had);
    checkpoint->had = NULL;
    checkpoint->had_count = 0;
}

/* ---- what shapes the figures ---- */

/* A length before each text: no two lists of texts are written alike. */
static void add_text(struct sw_buf *out, const char *text) {
    sw_buf_printf(out, "%zd:", text ? (ssize_t)strlen(text) : -1);
    if (text) sw_buf_puts(out, text);
}

static void add_list(struct sw_buf *out, const struct sw_config_list *list) {
    sw_buf_printf(out, "[%zu]", list->count);
    for (size_t i = 0; i < list->count; i++) add_text(out, list->items[i]);
}

static void add_config(struct sw_buf *out, const struct sw_config *c) {
    add_text(out, c->zone);
    const int64_t numbers[] = {c->day_starts_ms, c->interval_min, c->target_ms, c->short_ms, c->formula,
                               c->exclude_short_abandons, c->break_allowance_ms};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sw_buf_printf(out, "%lld,", (long long)numbers[i]);
    for (size_t i = 0; i < SW_ST_COUNT; i++) sw_buf_printf(out, "%lld,", (long long)c->limit_ms[i]);
    sw_buf_printf(out, "groups[%zu]", c->group_count);
    for (size_t i = 0; i < c->group_count; i++) add_text(out, c->groups[i].id);
    sw_buf_printf(out, "queues[%zu]", c->queue_count);
    for (size_t i = 0; i < c->queue_count; i++) {
        const struct sw_config_queue *q = &c->queues[i];
        add_text(out, q->id);
        sw_buf_printf(out, "%lld,%lld,%lld,", (long long)q->target_ms, (long long)q->short_ms, (long long)q->formula);
        add_list(out, &q->groups);
    }
    sw_buf_printf(out, "agents[%zu]", c->agent_count);
    for (size_t i = 0; i < c->agent_count; i++) {
        const struct sw_config_agent *a = &c->agents[i];
        const char *const texts[] = {a->id, a->name, a->team, a->seat};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) add_text(out, texts[k]);
        add_list(out, &a->queues);
    }
    sw_buf_printf(out, "reasons[%zu]", c->reason_count);
    for (size_t i = 0; i < c->reason_count; i++) {
        add_text(out, c->reasons[i].text);
        sw_buf_printf(out, "%d,", (int)c->reasons[i].state);
    }
}

static void add_numbers(struct sw_buf *out, const int64_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) sw_buf_printf(out, "%lld,", (long long)numbers[i]);
}

static void add_threshold(struct sw_buf *out, const struct sw_threshold *t) {
    sw_buf_printf(out, "%lld,%lld,", (long long)t->warning, (long long)t->critical);
}

/* The rules that open alerts and decide who was late. Reports and proposals are not kept in a checkpoint. */
static void add_rules(struct sw_buf *out, const struct sw_policy *p) {
    for (size_t i = 0; i < SW_RULE_COUNT; i++) sw_buf_printf(out, "%d,%d,", p->rule[i].on, (int)p->rule[i].severity);
    const struct sw_threshold *const thresholds[] = {&p->answer_rate, &p->service_level, &p->abandon, &p->longest_wait_ms,
                                                     &p->waiting, &p->wrapup_ms};
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++) add_threshold(out, thresholds[i]);
    const int64_t numbers[] = {p->absence_limit_ms, p->state_tolerance_ms, p->signin_early_ms, p->signout_late_ms,
                               p->signin_after_activity_ms, p->breaks_unlimited, p->breaks_together, p->busy_reason,
                               p->busy_limit_ms, p->away_report_ms, p->hold_each_ms, p->hold_count, p->hold_count_at,
                               p->ring_count, p->ring_cycle_ms, p->chat_first_reply_ms, p->online_reply_ms, p->dialed_min,
                               p->dialed_max, p->success_min, p->success_max, p->idle_ms, p->for_ms, p->clear_after_ms,
                               p->surge_factor_ppm};
    add_numbers(out, numbers, sizeof numbers / sizeof *numbers);
    sw_buf_printf(out, "allowances[%zu]", p->allowance_count);
    add_numbers(out, p->allowance_ms, p->allowance_count);
    sw_buf_printf(out, "late[%zu]", p->late_class_count);
    for (size_t i = 0; i < p->late_class_count; i++) sw_buf_printf(out, "%lld,", (long long)p->late_classes[i].up_to_ms);
}

static void add_policy(struct sw_buf *out, const struct sw_policy *policy) {
    add_rules(out, policy);
    sw_buf_printf(out, "overrides[%zu]", policy->override_count);
    for (size_t i = 0; i < policy->override_count; i++) {
        sw_buf_printf(out, "%d,", (int)policy->overrides[i].part);
        add_text(out, policy->overrides[i].name);
        add_rules(out, policy->overrides[i].policy);
    }
}

void sw_checkpoint_shape(const struct sw_config *config, const struct sw_policy *policy,
                         unsigned char out[SW_CHECKPOINT_SHAPE_BYTES]) {
    struct sw_buf text;
    sw_buf_init(&text, SW_CHECKPOINT_BYTES_MAX);
    add_config(&text, config);
    sw_buf_puts(&text, "policy");
    add_policy(&text, policy);
    SW_ASSERT(!text.failed);
    crypto_generichash(out, SW_CHECKPOINT_SHAPE_BYTES, (const unsigned char *)text.data, text.len, NULL, 0);
    sw_buf_deinit(&text);
}

/* ---- the head: numbers of eight bytes, the least significant first ---- */

static void add_number(struct sw_buf *out, uint64_t value) {
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(value >> 8 * i);
    sw_buf_add(out, bytes, sizeof bytes);
}

struct reader {
    const unsigned char *at, *end;
    bool failed;
};

static uint64_t read_number(struct reader *r) {
    uint64_t value = 0;
    if (r->end - r->at < 8) {
        r->failed = true;
        return 0;
    }
    for (size_t i = 0; i < 8; i++) value |= (uint64_t)r->at[i] << 8 * i;
    r->at += 8;
    return value;
}

static void read_bytes(struct reader *r, void *out, size_t len) {
    if ((size_t)(r->end - r->at) < len) {
        r->failed = true;
        return;
    }
    memcpy(out, r->at, len);
    r->at += len;
}

void sw_checkpoint_begin(const struct sw_checkpoint *c, struct sw_buf *out) {
    sw_buf_add(out, MAGIC, MAGIC_BYTES);
    sw_buf_add(out, c->site, sizeof c->site);
    sw_buf_add(out, c->shape, sizeof c->shape);
    sw_buf_add(out, c->epoch, sizeof c->epoch);
    const uint64_t numbers[] = {SW_CHECKPOINT_VERSION, c->number, (uint64_t)c->taken_ms, (uint64_t)c->day_ms,
                                c->first_version,
                                (uint64_t)c->incomplete_since_ms, (uint64_t)c->incomplete_until_ms,
                                (uint64_t)c->plain_lost_day_ms, c->confirmed.ms, c->confirmed.seq, c->had_count};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) add_number(out, numbers[i]);
    for (size_t i = 0; i < c->had_count; i++) {
        add_number(out, c->had[i].ms);
        add_number(out, c->had[i].seq);
    }
}

static bool follows(struct sw_feed_id id, struct sw_feed_id before) {
    return id.ms > before.ms || (id.ms == before.ms && id.seq > before.seq);
}

static void read_had(struct reader *r, struct sw_checkpoint *out) {
    struct sw_feed_id before = out->confirmed;
    if (out->had_count > SW_FEED_UNCONFIRMED_MAX) r->failed = true;
    if (r->failed) return;
    out->had = sw_xmalloc((out->had_count + 1) * sizeof *out->had);
    for (size_t i = 0; i < out->had_count; i++) {
        out->had[i].ms = read_number(r);
        out->had[i].seq = read_number(r);
        if (!follows(out->had[i], before)) r->failed = true;
        before = out->had[i];
    }
}

static bool is_checked(const char *data, size_t len) {
    unsigned char sum[SUM_BYTES];
    crypto_generichash(sum, sizeof sum, (const unsigned char *)data, len - SUM_BYTES, NULL, 0);
    return !memcmp(sum, data + len - SUM_BYTES, sizeof sum);
}

int sw_checkpoint_read(const char *data, size_t len, struct sw_checkpoint *out, const char **state, size_t *state_len,
                       const char **why) {
    *out = (struct sw_checkpoint){0};
    *why = "it is damaged";
    if (len < MAGIC_BYTES + SUM_BYTES || !is_checked(data, len)) return -SW_EPARSE;
    *why = "it is of another release";
    if (memcmp(data, MAGIC, MAGIC_BYTES) != 0) return -SW_EPARSE;
    struct reader r = {(const unsigned char *)data + MAGIC_BYTES, (const unsigned char *)data + len - SUM_BYTES, false};
    read_bytes(&r, out->site, sizeof out->site);
    read_bytes(&r, out->shape, sizeof out->shape);
    read_bytes(&r, out->epoch, sizeof out->epoch);
    if (read_number(&r) != SW_CHECKPOINT_VERSION) return -SW_EPARSE;
    out->number = read_number(&r);
    out->taken_ms = (int64_t)read_number(&r);
    out->day_ms = (int64_t)read_number(&r);
    out->first_version = read_number(&r);
    out->incomplete_since_ms = (int64_t)read_number(&r);
    out->incomplete_until_ms = (int64_t)read_number(&r);
    out->plain_lost_day_ms = (int64_t)read_number(&r);
    out->confirmed.ms = read_number(&r);
    out->confirmed.seq = read_number(&r);
    out->had_count = (size_t)read_number(&r);
    read_had(&r, out);
    *why = "it is damaged";
    bool texts = memchr(out->site, '\0', sizeof out->site) && memchr(out->epoch, '\0', sizeof out->epoch) && *out->epoch;
    if (r.failed || !texts) {
        sw_checkpoint_deinit(out);
        return -SW_EPARSE;
    }
    *state = (const char *)r.at;
    *state_len = (size_t)(r.end - r.at);
    return 0;
}

/* ---- writing ---- */

static int write_all(int fd, const char *data, size_t len) {
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return -SW_EIO;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int write_file(const char *path, const struct sw_buf *out) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return -SW_EIO;
    int r = write_all(fd, out->data, out->len);
    if (!r && fsync(fd)) r = -SW_EIO;
    int error = errno;
    if (close(fd) && !r) {
        r = -SW_EIO;
        error = errno;
    }
    errno = error;
    return r;
}

/* Makes the new name durable. */
static int sync_folder(const char *path) {
    char dir[PATH_BYTES];
    (void)snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash) *slash = '\0';
    int fd = open(!slash ? "." : slash == dir ? "/" : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -SW_EIO;
    int r = fsync(fd) ? -SW_EIO : 0, error = errno;
    (void)close(fd);
    errno = error;
    return r;
}

int sw_checkpoint_write(const char *path, struct sw_buf *out) {
    char beside[PATH_BYTES];
    unsigned char sum[SUM_BYTES];
    if (out->failed || (size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside) return -SW_ELIMIT;
    crypto_generichash(sum, sizeof sum, (const unsigned char *)out->data, out->len, NULL, 0);
    sw_buf_add(out, sum, sizeof sum);
    if (out->failed) return -SW_ELIMIT;
    int r = write_file(beside, out);
    if (!r && rename(beside, path)) r = -SW_EIO;
    if (!r) return sync_folder(path);
    int error = errno;
    (void)unlink(beside);
    errno = error;
    return r;
}
