#include "app/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codec/json_writer.h"
#include "io/log.h"

#define PURGE_ROWS 1000 /* at a time */
#define ANSWER_BYTES_MAX ((size_t)12 << 20)
#define PATH_BYTES 4096
#define KEPT_RECORDS_MAX 50000 /* that wait until the disk has room again */
#define RETRY_MS 2000

enum job_kind { APPEND, READ, SUM, ROW, HISTORY, PURGE, PUT_LETTER, DROP_LETTER, FORGET_LETTERS, RUN };

struct job {
    struct job *next;
    enum job_kind kind;
    enum sw_history of; /* of a ROW */
    struct sw_record *records; /* owned, with their texts */
    struct sw_history_row *rows;
    size_t count;
    struct sw_record_query query;
    struct sw_kept_letter letter; /* its texts are owned */
    int64_t before_ms, deleted;
    int (*fn)(void *ctx, struct sw_store *store, const char *site);
    void *ctx;
    sw_recorder_done done;
    int status;
    bool refused, probes; /* REFUSED: not by the store; PROBES: whether it can be written again */
    struct sw_buf text;
};

struct sw_recorder {
    uv_work_t work;
    uv_loop_t *loop;
    char *site;
    struct sw_store *store; /* the worker's while it works */
    char problem[512];
    bool lost_accounts;
    struct job *first, **last;
    struct job *kept, **kept_last; /* what the store could not write, and what came after it */
    size_t kept_records;
    uv_timer_t retry;
    bool has_retry, probing;
    bool working, closing;
    void *ended_ctx;
    void (*ended)(void *ctx);
    void *gate_ctx;
    enum sw_gate (*gate)(void *ctx); /* NULL: open */
    struct sw_recorder_counters counters;
};

const char *sw_recorder_problem(const struct sw_recorder *r) { return r->store ? NULL : r->problem; }
bool sw_recorder_lost_accounts(const struct sw_recorder *r) { return r->lost_accounts; }
const struct sw_recorder_counters *sw_recorder_counters(const struct sw_recorder *r) { return &r->counters; }

static void open_store(struct sw_recorder *r, const char *dir) {
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/shiftwall.db", dir) >= (int)sizeof path) {
        (void)snprintf(r->problem, sizeof r->problem, "the data folder's name is too long");
    } else if (mkdir(dir, 0700) && errno != EEXIST) {
        (void)snprintf(r->problem, sizeof r->problem, "%s: %s", dir, strerror(errno));
    } else if (!sw_store_open(path, &r->store, r->problem, sizeof r->problem)) {
        return;
    }
    r->lost_accounts = sw_store_had_accounts(path);
    sw_log(SW_LOG_ERROR, "store", "text=%s", r->problem);
}

struct sw_recorder *sw_recorder_new(uv_loop_t *loop, const char *dir, const char *site) {
    struct sw_recorder *r = sw_xcalloc(1, sizeof *r);
    r->loop = loop;
    r->site = sw_xstrdup(site);
    r->last = &r->first;
    r->kept_last = &r->kept;
    r->work.data = r;
    if (dir) open_store(r, dir);
    else (void)snprintf(r->problem, sizeof r->problem, "no data folder is configured (data_dir, or --data)");
    return r;
}

static void free_records(struct sw_record *records, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *const texts[] = {records[i].kind, records[i].key,  records[i].agent,
                                     records[i].by,   records[i].role, records[i].body};
        for (size_t t = 0; t < 6; t++) free((char *)(uintptr_t)texts[t]);
    }
    free(records);
}

static void free_job(struct job *job) {
    if (job->records) free_records(job->records, job->count);
    for (size_t i = 0; job->rows && i < job->count; i++) {
        free((char *)(uintptr_t)job->rows[i].id);
        free((char *)(uintptr_t)job->rows[i].counts);
    }
    free(job->rows);
    const char *const texts[] = {job->query.kind, job->query.agent, job->query.key, job->query.by};
    for (size_t t = 0; t < 4; t++) free((char *)(uintptr_t)texts[t]);
    const char *const letter[] = {job->letter.destination, job->letter.id, job->letter.reason, job->letter.body};
    for (size_t t = 0; t < 4; t++) free((char *)(uintptr_t)letter[t]);
    sw_buf_deinit(&job->text);
    free(job);
}

static void on_closed(uv_handle_t *handle) { free(handle->data); }

static void release(struct sw_recorder *r) {
    sw_store_close(r->store);
    free(r->site);
    if (r->ended) r->ended(r->ended_ctx);
    if (r->has_retry) uv_close((uv_handle_t *)&r->retry, on_closed);
    else free(r);
}

/* ---- in the worker ---- */

static void write_record(void *ctx, const struct sw_record *record) {
    struct sw_buf *out = ctx;
    struct sw_json j = sw_json_on(out);
    j.comma = out->len > 1;
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "record", record->id);
    sw_json_int(&j, "at", record->at_ms);
    sw_json_text(&j, "kind", record->kind);
    sw_json_text(&j, "key", record->key);
    sw_json_text(&j, "agent", record->agent);
    sw_json_text(&j, "by", record->by);
    sw_json_text(&j, "role", record->role);
    sw_json_raw(&j, "body", record->body);
    sw_json_close(&j, '}');
}

static void take_row(void *ctx, const struct sw_history_row *row) {
    struct job *job = ctx;
    sw_buf_clear(&job->text);
    sw_buf_puts(&job->text, row->counts);
}

static void work(uv_work_t *req) {
    struct sw_recorder *r = req->data;
    struct job *job = r->first;
    switch (job->kind) {
    case APPEND: job->status = sw_store_append(r->store, r->site, job->records, job->count, &job->text); break;
    case READ:
        sw_buf_puts(&job->text, "[");
        job->status = sw_store_read(r->store, r->site, &job->query, &job->text, write_record);
        sw_buf_puts(&job->text, "]");
        if (!job->status && job->text.failed) job->status = -SW_ELIMIT;
        break;
    case SUM:
        job->status = sw_store_sum_shifts(r->store, r->site, job->query.kind, job->query.key, job->query.agent,
                                          job->query.from_ms, job->query.to_ms, &job->text);
        break;
    case ROW:
        job->status = sw_store_read_history(r->store, r->site, job->of, job->query.key, job->query.from_ms,
                                            job->query.to_ms, job, take_row);
        if (!job->status && !job->text.len) job->status = -SW_ENOENT;
        break;
    case HISTORY: job->status = sw_store_put_history(r->store, r->site, job->rows, job->count); break;
    case PURGE: job->status = sw_store_purge(r->store, r->site, job->before_ms, PURGE_ROWS, &job->deleted); break;
    case PUT_LETTER: job->status = sw_store_put_letter(r->store, r->site, &job->letter); break;
    case DROP_LETTER: job->status = sw_store_drop_letter(r->store, r->site, job->letter.destination, job->letter.id); break;
    case FORGET_LETTERS: job->status = sw_store_forget_letters(r->store, r->site, job->before_ms); break;
    case RUN: job->status = job->fn(job->ctx, r->store, r->site); break;
    default: break;
    }
    if (job->status != -SW_EIO) return;
    sw_buf_clear(&job->text);
    sw_buf_puts(&job->text, sw_store_error(r->store));
}

/* ---- on the loop ---- */

static void work_on(struct sw_recorder *r);
static void queue(struct sw_recorder *r, struct job *job);

/* ---- what nobody waits for: it must not get lost because the disk is full for a while ---- */

static bool may_be_kept(const struct sw_recorder *r, const struct job *job) {
    return job->kind == APPEND && !job->done && r->store && !r->closing;
}

/* Moves all of them to the queue, in order; the first PROBES, or all. */
static void try_kept(struct sw_recorder *r, bool only_first) {
    struct job *job;
    r->probing = only_first && r->kept;
    while ((job = r->kept)) {
        r->kept = job->next;
        if (!r->kept) r->kept_last = &r->kept;
        job->next = NULL;
        r->kept_records -= job->count;
        job->probes = only_first;
        queue(r, job);
        if (only_first) return;
    }
}

static void on_retry(uv_timer_t *timer) {
    struct sw_recorder *r = timer->data;
    if (!r->probing && !r->closing) try_kept(r, true);
    work_on(r);
}

static void give_up(struct sw_recorder *r, struct job *job) {
    r->counters.dropped += job->count;
    sw_log(SW_LOG_ERROR, "store.dropped", "records=%zu text=%s", job->count,
           r->closing ? "the store cannot be written, and this is the end" : "too many wait for the store");
    free_job(job);
}

/* Behind the others; past the cap the oldest are given up. */
static void keep(struct sw_recorder *r, struct job *job) {
    while (r->kept && r->kept_records + job->count > KEPT_RECORDS_MAX) {
        struct job *oldest = r->kept;
        r->kept = oldest->next;
        if (!r->kept) r->kept_last = &r->kept;
        r->kept_records -= oldest->count;
        r->counters.queued--;
        give_up(r, oldest);
    }
    r->kept_records += job->count;
    job->next = NULL;
    *r->kept_last = job;
    r->kept_last = &job->next;
}

/* JOB could not be written: it comes first, then those that were kept already, then those of the queue. */
static void hold_back(struct sw_recorder *r, struct job *job) {
    struct job *older = r->kept, *next;
    r->kept = NULL;
    r->kept_last = &r->kept;
    r->kept_records = 0;
    job->status = 0;
    sw_buf_clear(&job->text);
    keep(r, job);
    for (; older; older = next) {
        next = older->next;
        keep(r, older);
    }
    for (struct job **at = &r->first; *at;) {
        if (!may_be_kept(r, *at)) {
            at = &(*at)->next;
            continue;
        }
        struct job *one = *at;
        *at = one->next;
        keep(r, one);
    }
    r->last = &r->first;
    while (*r->last) r->last = &(*r->last)->next;
    if (!r->has_retry) {
        uv_timer_init(r->loop, &r->retry);
        r->retry.data = r;
        r->has_retry = true;
    }
    uv_timer_start(&r->retry, on_retry, RETRY_MS, 0);
}

/* At the end there is no later: what else would wait is given up, and not tried one by one. */
static void give_up_rest(struct sw_recorder *r) {
    for (struct job **at = &r->first; *at;) {
        struct job *job = *at;
        if (job->kind != APPEND || job->done) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        r->counters.queued--;
        give_up(r, job);
    }
    r->last = &r->first;
    while (*r->last) r->last = &(*r->last)->next;
}

static void count(struct sw_recorder *r, const struct job *job) {
    r->counters.queued--;
    if (job->status == -SW_EBUSY) r->counters.conflicts++;
    else if (job->status) r->counters.failed++;
    else if (job->kind == APPEND) r->counters.records += job->count;
    else if (job->kind == HISTORY) r->counters.history_rows += job->count;
    if (job->status == -SW_EIO) sw_log(SW_LOG_ERROR, "store.write", "text=%s", sw_buf_text(&job->text));
}

static void finish(struct sw_recorder *r, struct job *job) {
    bool probed = job->probes;
    count(r, job);
    if (probed) r->probing = job->probes = false;
    if (job->status == -SW_EIO && !job->refused && may_be_kept(r, job)) {
        r->counters.queued++; /* it still waits */
        hold_back(r, job);
        return;
    }
    if (probed) try_kept(r, false);
    if (r->closing && job->status == -SW_EIO && job->kind == APPEND && !job->done) give_up_rest(r);
    if (job->done) job->done(job->ctx, job->status, job->records, job->count, sw_buf_text(&job->text));
    bool more = job->kind == PURGE && !job->status && job->deleted >= PURGE_ROWS && !r->closing;
    int64_t before_ms = job->before_ms;
    free_job(job);
    if (more) sw_recorder_purge(r, before_ms);
}

static void on_worked(uv_work_t *req, int status) {
    struct sw_recorder *r = req->data;
    struct job *job = r->first;
    (void)status; /* jobs are never cancelled */
    r->first = job->next;
    if (!r->first) r->last = &r->first;
    r->working = false;
    finish(r, job);
    work_on(r);
    if (r->closing && !r->working) release(r);
}

/* A store that is not there answers from the loop's next turn, too: the worker has nothing to do then. */
static void refuse(uv_work_t *req) {
    struct sw_recorder *r = req->data;
    r->first->status = -SW_EIO;
    r->first->refused = true;
    sw_buf_puts(&r->first->text, r->store ? "another daemon serves this site" : r->problem);
}

static enum sw_gate gate_of(const struct sw_recorder *r) {
    enum sw_gate gate = r->gate ? r->gate(r->gate_ctx) : SW_GATE_OPEN;
    return gate == SW_GATE_WAIT && r->closing ? SW_GATE_SHUT : gate;
}

static void work_on(struct sw_recorder *r) {
    if (r->working || !r->first) return;
    enum sw_gate gate = gate_of(r);
    if (gate != SW_GATE_WAIT)
        r->working = !uv_queue_work(r->loop, &r->work, r->store && gate == SW_GATE_OPEN ? work : refuse, on_worked);
}

static void queue(struct sw_recorder *r, struct job *job) {
    *r->last = job;
    r->last = &job->next;
}

static void add(struct sw_recorder *r, struct job *job) {
    r->counters.queued++;
    if ((r->kept || r->probing) && may_be_kept(r, job)) keep(r, job);
    else queue(r, job);
    work_on(r);
}

void sw_recorder_set_gate(struct sw_recorder *r, void *ctx, enum sw_gate (*gate)(void *ctx)) {
    r->gate_ctx = ctx;
    r->gate = gate;
}

void sw_recorder_resume(struct sw_recorder *r) { work_on(r); }

static struct job *new_job(enum job_kind kind, void *ctx, sw_recorder_done done) {
    struct job *job = sw_xcalloc(1, sizeof *job);
    *job = (struct job){.kind = kind, .ctx = ctx, .done = done};
    sw_buf_init(&job->text, ANSWER_BYTES_MAX);
    return job;
}

void sw_recorder_close(struct sw_recorder *r, void *ctx, void (*ended)(void *ctx)) {
    if (!r) {
        if (ended) ended(ctx);
        return;
    }
    r->closing = true;
    r->ended_ctx = ctx;
    r->ended = ended;
    try_kept(r, false);
    work_on(r);
    if (!r->working) release(r);
}

int sw_recorder_load(struct sw_recorder *r, const struct sw_record_query *query, void *ctx,
                     void (*fn)(void *ctx, const struct sw_record *record)) {
    SW_ASSERT(!r->working);
    return r->store ? sw_store_read(r->store, r->site, query, ctx, fn) : 0;
}

int sw_recorder_load_history(struct sw_recorder *r, enum sw_history of, const char *id, int64_t from_ms, int64_t to_ms,
                             void *ctx, void (*fn)(void *ctx, const struct sw_history_row *row)) {
    SW_ASSERT(!r->working);
    return r->store ? sw_store_read_history(r->store, r->site, of, id, from_ms, to_ms, ctx, fn) : 0;
}

int sw_recorder_load_run(struct sw_recorder *r, void *ctx, int (*fn)(void *ctx, struct sw_store *store, const char *site)) {
    SW_ASSERT(!r->working);
    return r->store ? fn(ctx, r->store, r->site) : 0;
}

static const char *copied(const char *text) { return text ? sw_xstrdup(text) : NULL; }

void sw_recorder_append(struct sw_recorder *r, const struct sw_record *records, size_t count_, void *ctx,
                        sw_recorder_done done) {
    struct job *job = new_job(APPEND, ctx, done);
    job->records = sw_xmalloc(count_ * sizeof *records);
    job->count = count_;
    for (size_t i = 0; i < count_; i++) {
        struct sw_record *to = &job->records[i];
        *to = records[i];
        to->kind = copied(to->kind);
        to->key = copied(to->key);
        to->agent = copied(to->agent);
        to->by = copied(to->by);
        to->role = copied(to->role);
        to->body = copied(to->body);
    }
    add(r, job);
}

void sw_recorder_read(struct sw_recorder *r, const struct sw_record_query *query, void *ctx, sw_recorder_done done) {
    struct job *job = new_job(READ, ctx, done);
    job->query = *query;
    job->query.kind = copied(query->kind);
    job->query.agent = copied(query->agent);
    job->query.key = copied(query->key);
    job->query.by = copied(query->by);
    add(r, job);
}

void sw_recorder_sum_shifts(struct sw_recorder *r, const char *by, const char *team, const char *agent, int64_t from_ms,
                            int64_t to_ms, void *ctx, sw_recorder_done done) {
    struct job *job = new_job(SUM, ctx, done);
    job->query = (struct sw_record_query){.kind = copied(by), .key = copied(team), .agent = copied(agent), .from_ms = from_ms,
                                          .to_ms = to_ms};
    add(r, job);
}

void sw_recorder_read_history(struct sw_recorder *r, enum sw_history of, const char *id, int64_t from_ms, int64_t to_ms,
                              void *ctx, sw_recorder_done done) {
    struct job *job = new_job(ROW, ctx, done);
    job->of = of;
    job->query = (struct sw_record_query){.key = copied(id), .from_ms = from_ms, .to_ms = to_ms};
    add(r, job);
}

void sw_recorder_run(struct sw_recorder *r, void *ctx, int (*fn)(void *ctx, struct sw_store *store, const char *site),
                     sw_recorder_done done) {
    struct job *job = new_job(RUN, ctx, done);
    job->fn = fn;
    add(r, job);
}

void sw_recorder_put_history(struct sw_recorder *r, const struct sw_history_row *rows, size_t count_) {
    if (!r->store || !count_) return;
    struct job *job = new_job(HISTORY, NULL, NULL);
    job->rows = sw_xmalloc(count_ * sizeof *rows);
    job->count = count_;
    for (size_t i = 0; i < count_; i++) {
        job->rows[i] = rows[i];
        job->rows[i].id = copied(rows[i].id);
        job->rows[i].counts = copied(rows[i].counts);
    }
    add(r, job);
}

int sw_recorder_load_letters(struct sw_recorder *r, void *ctx, void (*fn)(void *ctx, const struct sw_kept_letter *letter)) {
    SW_ASSERT(!r->working);
    return r->store ? sw_store_read_letters(r->store, r->site, ctx, fn) : 0;
}

void sw_recorder_put_letter(struct sw_recorder *r, const struct sw_kept_letter *letter) {
    if (!r->store) return;
    struct job *job = new_job(PUT_LETTER, NULL, NULL);
    job->letter = *letter;
    job->letter.destination = copied(letter->destination);
    job->letter.id = copied(letter->id);
    job->letter.reason = copied(letter->reason);
    job->letter.body = copied(letter->body);
    add(r, job);
}

void sw_recorder_drop_letter(struct sw_recorder *r, const char *destination, const char *id) {
    if (!r->store) return;
    struct job *job = new_job(DROP_LETTER, NULL, NULL);
    job->letter = (struct sw_kept_letter){.destination = copied(destination), .id = copied(id)};
    add(r, job);
}

void sw_recorder_forget_letters(struct sw_recorder *r, int64_t t_ms) {
    if (!r->store) return;
    struct job *job = new_job(FORGET_LETTERS, NULL, NULL);
    job->before_ms = t_ms;
    add(r, job);
}

void sw_recorder_purge(struct sw_recorder *r, int64_t t_ms) {
    if (!r->store) return;
    struct job *job = new_job(PURGE, NULL, NULL);
    job->before_ms = t_ms;
    add(r, job);
}
