#include "app/producers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/map.h"
#include "io/log.h"
#include "io/password.h"

#define USED_KEPT_MS INT64_C(60000) /* how often the use of a token is written down */

struct entry {
    UT_hash_handle hh;
    struct sw_producer producer; /* first of what others see */
    char token[SW_SECRET_HASH_SIZE];
    char *site, *name, *made_by;
    int64_t kept_ms; /* the use that is in the store */
};

struct sw_producers {
    struct sw_recorder *recorder;
    char *site;
    struct entry *entries; /* by the token's hash */
    size_t here, running;
    bool closing;
};

static int64_t wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- entries ---- */

static void free_entry(struct entry *e) {
    free(e->site);
    free(e->name);
    free(e->made_by);
    free(e);
}

static void free_entries(struct entry *all) {
    struct entry *entry, *next;
    HASH_ITER(hh, all, entry, next) {
        HASH_DEL(all, entry);
        free_entry(entry);
    }
}

/* What is read: the rows, and how many of them are this site's. */
struct rows {
    struct entry *entries;
    const char *site;
    size_t here;
};

static void add_row(void *ctx, const struct sw_producer_row *row) {
    struct rows *rows = ctx;
    bool is_here = !strcmp(row->site, rows->site);
    if (strlen(row->token) != SW_SECRET_HASH_SIZE - 1 || (is_here && rows->here == SW_PRODUCERS_MAX)) return;
    struct entry *e, *there;
    HASH_FIND_STR(rows->entries, row->token, there);
    if (there) return;
    e = sw_xcalloc(1, sizeof *e);
    memcpy(e->token, row->token, sizeof e->token);
    e->site = sw_xstrdup(row->site);
    e->name = sw_xstrdup(row->name);
    e->made_by = sw_xstrdup(row->made_by);
    e->kept_ms = row->used_ms;
    e->producer = (struct sw_producer){.name = e->name, .made_by = e->made_by, .made_ms = row->made_ms, .token_ms = row->token_ms,
                                       .used_ms = row->used_ms, .is_here = is_here};
    rows->here += is_here;
    HASH_ADD_STR(rows->entries, token, e);
}

static struct entry *entry_named(struct entry *all, const char *site, const char *name) {
    for (struct entry *e = all; e; e = e->hh.next)
        if (!strcmp(e->name, name) && !strcmp(e->site, site)) return e;
    return NULL;
}

size_t sw_producers_count(const struct sw_producers *p) { return p->here; }

struct sw_producer *sw_producers_of_token(struct sw_producers *p, const char *token) {
    char hash[SW_SECRET_HASH_SIZE];
    struct entry *e;
    if (strlen(token) != SW_SECRET_SIZE - 1) return NULL;
    sw_secret_hash(token, hash);
    HASH_FIND_STR(p->entries, hash, e);
    return e ? &e->producer : NULL;
}

struct sw_producer *sw_producers_named(struct sw_producers *p, const char *name) {
    struct entry *e = entry_named(p->entries, p->site, name);
    return e ? &e->producer : NULL;
}

static int by_name(struct entry *a, struct entry *b) { return strcmp(a->name, b->name); }

void sw_producers_each(struct sw_producers *p, void *ctx, void (*fn)(void *ctx, const struct sw_producer *producer)) {
    HASH_SORT(p->entries, by_name);
    for (const struct entry *e = p->entries; e; e = e->hh.next)
        if (e->producer.is_here) fn(ctx, &e->producer);
}

/* ---- in the worker ---- */

struct job {
    struct sw_producers *producers;
    enum { LOOK, USE, REVOKE } what;
    char token[SW_SECRET_HASH_SIZE]; /* of a USE */
    char *name, *by, *role;          /* of a REVOKE */
    int64_t now_ms;
    struct rows rows;
    char error[512];
    void *ctx;
    sw_producers_done done;
};

static int read_rows(struct job *job, struct sw_store *store) {
    free_entries(job->rows.entries);
    job->rows = (struct rows){.site = job->producers->site};
    return sw_store_read_producers(store, &job->rows, add_row);
}

static int take_away(struct job *job, struct sw_store *store, const char *site) {
    if (!entry_named(job->rows.entries, site, job->name)) return -SW_ENOENT;
    int failed = sw_store_drop_producer(store, site, job->name);
    struct sw_record record = {.at_ms = job->now_ms, .kind = "producer.revoke", .key = job->name, .by = job->by, .role = job->role,
                               .body = "{}"};
    if (!failed) failed = sw_store_append(store, site, &record, 1, NULL);
    return failed ? failed : read_rows(job, store);
}

static int work(void *ctx, struct sw_store *store, const char *site) {
    struct job *job = ctx;
    int failed = job->what == USE ? sw_store_use_producer(store, job->token, job->now_ms) : read_rows(job, store);
    if (!failed && job->what == REVOKE) failed = take_away(job, store, site);
    if (failed) (void)snprintf(job->error, sizeof job->error, "%s", sw_store_error(store));
    return failed;
}

/* ---- on the loop ---- */

/* What the store has now, with what is known beside it of those that stayed. */
static void take(struct sw_producers *p, struct job *job) {
    for (struct entry *e = job->rows.entries; e; e = e->hh.next) {
        struct entry *was = entry_named(p->entries, e->site, e->name);
        if (!was) continue;
        struct sw_producer *to = &e->producer;
        const struct sw_producer *from = &was->producer;
        to->accepted = from->accepted;
        to->rejected = from->rejected;
        to->in_flight = from->in_flight;
        to->limited = from->limited;
        to->bucket = from->bucket;
        if (!strcmp(was->token, e->token) && from->used_ms > to->used_ms) to->used_ms = from->used_ms;
    }
    free_entries(p->entries);
    p->entries = job->rows.entries;
    p->here = job->rows.here;
    job->rows.entries = NULL;
}

static void on_worked(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct job *job = ctx;
    struct sw_producers *p = job->producers;
    (void)records, (void)count;
    p->running--;
    if (!status && job->what != USE) take(p, job);
    if (job->done) job->done(job->ctx, status, *job->error ? job->error : text);
    free_entries(job->rows.entries);
    free(job->name);
    free(job->by);
    free(job->role);
    free(job);
}

static void start(struct sw_producers *p, const struct job *what) {
    struct job *job = sw_xmalloc(sizeof *job);
    *job = *what;
    job->producers = p;
    job->now_ms = wall_ms();
    p->running++;
    sw_recorder_run(p->recorder, job, work, on_worked);
}

void sw_producers_reload(struct sw_producers *p) {
    if (!p->closing && !sw_recorder_problem(p->recorder)) start(p, &(struct job){.what = LOOK});
}

void sw_producers_used(struct sw_producers *p, struct sw_producer *producer) {
    struct entry *e = entry_named(p->entries, p->site, producer->name);
    producer->used_ms = wall_ms();
    if (!e || p->closing || producer->used_ms - e->kept_ms < USED_KEPT_MS) return;
    struct job job = {.what = USE};
    e->kept_ms = producer->used_ms;
    memcpy(job.token, e->token, sizeof job.token);
    start(p, &job);
}

void sw_producers_revoke(struct sw_producers *p, const char *name, const char *by, const char *role, void *ctx,
                         sw_producers_done done) {
    start(p, &(struct job){.what = REVOKE, .name = sw_xstrdup(name), .by = sw_xstrdup(by), .role = sw_xstrdup(role), .ctx = ctx,
                           .done = done});
}

static int load(void *ctx, struct sw_store *store, const char *site) {
    (void)site;
    return sw_store_read_producers(store, ctx, add_row);
}

struct sw_producers *sw_producers_new(struct sw_recorder *recorder, const char *site) {
    struct sw_producers *p = sw_xcalloc(1, sizeof *p);
    *p = (struct sw_producers){.recorder = recorder, .site = sw_xstrdup(site)};
    struct rows rows = {.site = p->site};
    if (sw_recorder_load_run(recorder, &rows, load)) sw_log(SW_LOG_ERROR, "producers", "text=%s", "cannot be read");
    p->entries = rows.entries;
    p->here = rows.here;
    return p;
}

void sw_producers_close(struct sw_producers *p) {
    if (p) p->closing = true;
}

void sw_producers_free(struct sw_producers *p) {
    if (!p) return;
    SW_ASSERT(!p->running);
    free_entries(p->entries);
    free(p->site);
    free(p);
}
