#include "app/screens.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/cookie.h"
#include "codec/json_writer.h"
#include "core/map.h"
#include "io/log.h"
#include "io/password.h"
#include "shiftwall/buf.h"

#define SEEN_KEPT_MS INT64_C(3600000) /* how often signs of life are written down */
#define BODY_BYTES_MAX 4096

/* without what looks alike */
static const char code_letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

struct entry {
    UT_hash_handle hh;
    char id[SW_SCREEN_ID_SIZE];
    char *name, *board, *paired_by, *token, *next, *address;
    int64_t paired_ms, seen_ms, kept_ms; /* KEPT: the sign of life that is in the store */
    bool has_report;
    struct sw_screen_report report;
};

struct offer {
    struct offer *next;
    struct sw_pair_offer told;
    char secret_hash[SW_SECRET_HASH_SIZE], address[64];
    char screen[SW_SCREEN_ID_SIZE]; /* "": not approved yet */
    char token[SW_SECRET_SIZE];
    bool approving;
};

struct sw_screens {
    struct sw_recorder *recorder;
    struct entry *entries; /* by id */
    struct offer *offers;
    size_t offer_count, running;
    bool closing;
    void *ctx;
    void (*changed)(void *ctx);
    struct sw_screens_counters counters;
};

static int64_t wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- entries ---- */

static void free_entry(struct entry *e) {
    char *const texts[] = {e->name, e->board, e->paired_by, e->token, e->next, e->address};
    for (size_t i = 0; i < 6; i++) free(texts[i]);
    free(e);
}

static void free_entries(struct entry *all) {
    struct entry *entry, *next;
    HASH_ITER(hh, all, entry, next) {
        HASH_DEL(all, entry);
        free_entry(entry);
    }
}

static void add_row(void *ctx, const struct sw_screen_row *row) {
    struct entry **all = ctx, *e;
    if (strlen(row->id) >= SW_SCREEN_ID_SIZE) return;
    e = sw_xcalloc(1, sizeof *e);
    (void)snprintf(e->id, sizeof e->id, "%s", row->id);
    e->name = sw_xstrdup(row->name);
    e->board = sw_xstrdup(row->board);
    e->paired_by = sw_xstrdup(row->paired_by);
    e->token = sw_xstrdup(row->token);
    e->next = sw_xstrdup(row->next);
    e->paired_ms = row->paired_ms;
    e->seen_ms = e->kept_ms = row->seen_ms;
    HASH_ADD_STR(*all, id, e);
}

static struct entry *entry_of(const struct sw_screens *s, const char *id) {
    struct entry *e;
    HASH_FIND_STR(s->entries, id, e);
    return e;
}

static struct sw_screen_row row_of(const struct entry *e) {
    return (struct sw_screen_row){.id = e->id, .name = e->name, .board = e->board, .token = e->token, .next = e->next,
                                  .paired_by = e->paired_by, .paired_ms = e->paired_ms, .seen_ms = e->seen_ms};
}

static void show(const struct entry *e, struct sw_screen *out) {
    *out = (struct sw_screen){.id = e->id, .name = e->name, .board = e->board, .paired_by = e->paired_by,
                              .paired_ms = e->paired_ms, .seen_ms = e->seen_ms, .address = e->address,
                              .report = e->has_report ? &e->report : NULL};
}

bool sw_screens_get(const struct sw_screens *s, const char *id, struct sw_screen *out) {
    const struct entry *e = entry_of(s, id);
    if (e) show(e, out);
    return e != NULL;
}

static int by_name(struct entry *a, struct entry *b) {
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->id, b->id);
}

void sw_screens_each(struct sw_screens *s, void *ctx, void (*fn)(void *ctx, const struct sw_screen *screen)) {
    HASH_SORT(s->entries, by_name);
    for (const struct entry *e = s->entries; e; e = e->hh.next) {
        struct sw_screen shown;
        show(e, &shown);
        fn(ctx, &shown);
    }
}

void sw_screens_counters(const struct sw_screens *s, struct sw_screens_counters *out) {
    int64_t now_ms = wall_ms();
    *out = s->counters;
    out->screens = HASH_COUNT(s->entries);
    out->offers = s->offer_count;
    out->online = 0;
    for (const struct entry *e = s->entries; e; e = e->hh.next) out->online += e->address && now_ms - e->seen_ms < SW_SCREEN_ONLINE_MS;
}

/* ---- writing, in the worker ---- */

struct job {
    struct sw_screens *screens;
    enum { LOOK, ADD, NAMES, TOKENS, SEEN, REMOVE } what; /* of ROW is written */
    struct entry *row;
    char *kind, *by, *role, *body; /* KIND NULL: not on record */
    int64_t now_ms;
    struct entry *rows;
    char error[512];
    char approved[SW_PAIR_CODE_SIZE];
    void *ctx;
    sw_screens_done done;
};

static void free_job(struct job *job) {
    char *const texts[] = {job->kind, job->by, job->role, job->body};
    for (size_t i = 0; i < 4; i++) free(texts[i]);
    if (job->row) free_entry(job->row);
    free_entries(job->rows);
    free(job);
}

static int forget_unused(struct job *job, struct sw_store *store) {
    struct entry *e, *next;
    int failed = 0;
    HASH_ITER(hh, job->rows, e, next) {
        int64_t seen_ms = e->seen_ms > e->paired_ms ? e->seen_ms : e->paired_ms;
        if (job->now_ms - seen_ms < SW_SCREEN_UNUSED_MS || failed) continue;
        failed = sw_store_drop_screen(store, e->id);
        HASH_DEL(job->rows, e);
        free_entry(e);
    }
    return failed;
}

/* Writes what is to be written over what the store has by now: another job may have changed the rest, or removed it. */
static int write_row(struct job *job, struct sw_store *store) {
    struct entry *there;
    HASH_FIND_STR(job->rows, job->row->id, there);
    if (job->what != ADD && !there) return -SW_ENOENT;
    if (job->what == REMOVE) return sw_store_drop_screen(store, job->row->id);
    struct sw_screen_row row = row_of(job->what == ADD ? job->row : there), fresh = row_of(job->row);
    if (job->what == NAMES) row.name = fresh.name, row.board = fresh.board;
    if (job->what == TOKENS) row.token = fresh.token, row.next = fresh.next;
    if (job->what == SEEN) row.seen_ms = fresh.seen_ms;
    return sw_store_put_screen(store, &row);
}

static int read_rows(struct job *job, struct sw_store *store) {
    free_entries(job->rows);
    job->rows = NULL;
    return sw_store_read_screens(store, &job->rows, add_row);
}

/* A change and its record, or neither. */
static int write_job(struct job *job, struct sw_store *store, const char *site) {
    int failed = sw_store_begin(store);
    if (failed) return failed;
    failed = write_row(job, store);
    if (!failed && job->kind) {
        struct sw_record record = {.at_ms = job->now_ms, .kind = job->kind, .key = job->row->id, .by = job->by,
                                   .role = job->role, .body = job->body};
        failed = sw_store_append(store, site, &record, 1, NULL);
    }
    return sw_store_end(store, failed);
}

static int work(void *ctx, struct sw_store *store, const char *site) {
    struct job *job = ctx;
    int failed = read_rows(job, store);
    if (!failed && job->what != LOOK) failed = write_job(job, store, site);
    if (!failed && job->what != LOOK) failed = read_rows(job, store);
    if (!failed) failed = forget_unused(job, store);
    if (failed) (void)snprintf(job->error, sizeof job->error, "%s", sw_store_error(store));
    return failed;
}

/* ---- on the loop ---- */

static void free_offer(struct offer *offer) {
    sodium_memzero(offer, sizeof *offer); /* it may hold a token */
    free(offer);
}

void sw_screens_free(struct sw_screens *s) {
    if (!s) return;
    SW_ASSERT(!s->running);
    free_entries(s->entries);
    while (s->offers) {
        struct offer *next = s->offers->next;
        free_offer(s->offers);
        s->offers = next;
    }
    free(s);
}

/* What the store has now, with what is known beside it of those that stayed. */
static void take(struct sw_screens *s, struct job *job) {
    for (struct entry *e = job->rows; e; e = e->hh.next) {
        struct entry *was = entry_of(s, e->id);
        if (!was) continue;
        e->address = was->address;
        was->address = NULL;
        e->has_report = was->has_report;
        e->report = was->report;
        if (was->seen_ms > e->seen_ms) e->seen_ms = was->seen_ms;
    }
    free_entries(s->entries);
    s->entries = job->rows;
    job->rows = NULL;
    if (!s->closing) s->changed(s->ctx);
}

static struct offer *offer_of(struct sw_screens *s, const char *code) {
    struct offer *o = s->offers;
    while (o && strcmp(o->told.code, code) != 0) o = o->next;
    return o;
}

static void on_worked(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct job *job = ctx;
    struct sw_screens *s = job->screens;
    struct sw_screen shown;
    (void)records, (void)count;
    s->running--;
    struct offer *offer = *job->approved ? offer_of(s, job->approved) : NULL;
    if (offer) offer->approving = false;
    if (offer && !status) memcpy(offer->screen, job->row->id, sizeof offer->screen);
    if (!status) take(s, job);
    if (job->done) {
        bool there = !status && job->what != REMOVE && sw_screens_get(s, job->row->id, &shown);
        if (!status && job->what != REMOVE && !there) status = -SW_ENOENT;
        job->done(job->ctx, status, there ? &shown : NULL, *job->error ? job->error : text);
    }
    free_job(job);
}

static struct job *new_job(struct sw_screens *s, void *ctx, sw_screens_done done) {
    struct job *job = sw_xcalloc(1, sizeof *job);
    *job = (struct job){.screens = s, .now_ms = wall_ms(), .ctx = ctx, .done = done};
    s->running++;
    return job;
}

static void start(struct job *job) { sw_recorder_run(job->screens->recorder, job, work, on_worked); }

void sw_screens_reload(struct sw_screens *s) {
    if (!s->closing && !sw_recorder_problem(s->recorder)) start(new_job(s, NULL, NULL));
}

static struct entry *copy_of(const struct entry *e) {
    struct entry *copy = NULL;
    struct sw_screen_row row = row_of(e);
    add_row(&copy, &row);
    struct entry *one = copy;
    HASH_DEL(copy, one);
    return one;
}

static void set_record(struct job *job, const char *kind, const struct sw_screen_actor *actor) {
    struct sw_buf body;
    sw_buf_init(&body, BODY_BYTES_MAX);
    struct sw_json j = sw_json_on(&body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "name", job->row->name);
    sw_json_text(&j, "board", job->row->board);
    sw_json_close(&j, '}');
    job->kind = sw_xstrdup(kind);
    job->by = sw_xstrdup(actor->by);
    job->role = sw_xstrdup(actor->role);
    job->body = sw_buf_detach(&body, NULL);
}

static int load(void *ctx, struct sw_store *store, const char *site) {
    struct sw_screens *s = ctx;
    (void)site;
    return sw_store_read_screens(store, &s->entries, add_row);
}

struct sw_screens *sw_screens_new(struct sw_recorder *recorder, void *ctx, void (*changed)(void *ctx)) {
    struct sw_screens *s = sw_xcalloc(1, sizeof *s);
    *s = (struct sw_screens){.recorder = recorder, .ctx = ctx, .changed = changed};
    if (sw_recorder_load_run(recorder, s, load)) sw_log(SW_LOG_ERROR, "screens", "text=%s", "cannot be read");
    return s;
}

void sw_screens_close(struct sw_screens *s) {
    if (!s) return;
    s->closing = true;
}

/* ---- pairing ---- */

static void drop_offer(struct sw_screens *s, struct offer **at) {
    struct offer *offer = *at;
    *at = offer->next;
    s->offer_count--;
    free_offer(offer);
}

static void drop_expired(struct sw_screens *s) {
    int64_t now_ms = wall_ms();
    for (struct offer **at = &s->offers; *at;) {
        if (now_ms >= (*at)->told.expires_ms && !(*at)->approving) drop_offer(s, at);
        else at = &(*at)->next;
    }
}

int sw_screens_offer(struct sw_screens *s, const char *address, struct sw_pair_offer *out) {
    size_t here = 0;
    drop_expired(s);
    for (const struct offer *o = s->offers; o; o = o->next) here += !strcmp(o->address, address);
    if (s->offer_count >= SW_PAIR_OFFERS_MAX || here >= SW_PAIR_OFFERS_PER_ADDRESS_MAX) return -SW_ELIMIT;
    struct offer *o = sw_xcalloc(1, sizeof *o);
    do sw_random_text(code_letters, sizeof o->told.code - 1, o->told.code);
    while (offer_of(s, o->told.code));
    sw_secret_make(o->told.secret);
    sw_secret_hash(o->told.secret, o->secret_hash);
    o->told.expires_ms = wall_ms() + SW_PAIR_MS;
    (void)snprintf(o->address, sizeof o->address, "%s", address);
    *out = o->told;
    memset(o->told.secret, 0, sizeof o->told.secret);
    o->next = s->offers;
    s->offers = o;
    s->offer_count++;
    return 0;
}

int sw_screens_poll(struct sw_screens *s, const char *secret, int64_t *expires_ms, struct sw_screen *out, char *token) {
    char hash[SW_SECRET_HASH_SIZE];
    sw_secret_hash(secret, hash);
    drop_expired(s);
    for (struct offer **at = &s->offers; *at; at = &(*at)->next) {
        struct offer *o = *at;
        if (strcmp(o->secret_hash, hash) != 0) continue;
        *expires_ms = o->told.expires_ms;
        if (!*o->screen) return 0;
        bool there = sw_screens_get(s, o->screen, out);
        memcpy(token, o->token, sizeof o->token);
        drop_offer(s, at);
        return there ? 1 : -SW_ENOENT;
    }
    return -SW_ENOENT;
}

/* As people type it: small letters, blanks and dashes. */
static void tidy_code(const char *typed, char out[SW_PAIR_CODE_SIZE]) {
    size_t len = 0;
    for (; *typed; typed++) {
        if (*typed == ' ' || *typed == '-') continue;
        if (len == SW_PAIR_CODE_SIZE - 1) {
            len = 0; /* too long: none */
            break;
        }
        out[len++] = (char)(*typed >= 'a' && *typed <= 'z' ? *typed - 'a' + 'A' : *typed);
    }
    out[len] = '\0';
}

/* Tells that it cannot be, from the loop's next turn. */
struct refusal {
    void *ctx;
    sw_screens_done done;
    int status;
};

static int nothing(void *ctx, struct sw_store *store, const char *site) {
    (void)ctx, (void)store, (void)site;
    return 0;
}

static void on_refused(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct refusal *refusal = ctx;
    (void)records, (void)count, (void)status;
    refusal->done(refusal->ctx, refusal->status, NULL, text);
    free(refusal);
}

static void refuse(struct sw_screens *s, int status, void *ctx, sw_screens_done done) {
    struct refusal *refusal = sw_xmalloc(sizeof *refusal);
    *refusal = (struct refusal){ctx, done, status};
    sw_recorder_run(s->recorder, refusal, nothing, on_refused);
}

void sw_screens_approve(struct sw_screens *s, const char *code, const char *name, const char *board,
                        const struct sw_screen_actor *actor, void *ctx, sw_screens_done done) {
    char tidy[SW_PAIR_CODE_SIZE];
    tidy_code(code, tidy);
    drop_expired(s);
    struct offer *offer = *tidy ? offer_of(s, tidy) : NULL;
    if (!offer || *offer->screen || offer->approving) {
        s->counters.refused_codes++;
        refuse(s, -SW_ENOENT, ctx, done);
        return;
    }
    if (HASH_COUNT(s->entries) >= SW_SCREENS_MAX) {
        refuse(s, -SW_ELIMIT, ctx, done);
        return;
    }
    struct job *job = new_job(s, ctx, done);
    struct entry *e = job->row = sw_xcalloc(1, sizeof *e);
    sw_random_text("0123456789abcdef", sizeof e->id - 1, e->id);
    sw_secret_make(offer->token);
    char hash[SW_SECRET_HASH_SIZE];
    sw_secret_hash(offer->token, hash);
    e->name = sw_xstrdup(name);
    e->board = sw_xstrdup(board);
    e->paired_by = sw_xstrdup(actor->by);
    e->token = sw_xstrdup(hash);
    e->next = sw_xstrdup("");
    e->paired_ms = job->now_ms;
    job->what = ADD;
    offer->approving = true;
    memcpy(job->approved, tidy, sizeof tidy);
    set_record(job, "screen.pair", actor);
    start(job);
}

/* ---- tokens ---- */

static void write_entry(struct sw_screens *s, const struct entry *e, bool tokens, void *ctx, sw_screens_done done) {
    if (s->closing) return;
    struct job *job = new_job(s, ctx, done);
    job->what = tokens ? TOKENS : SEEN;
    job->row = copy_of(e);
    start(job);
}

bool sw_screens_find(struct sw_screens *s, const char *cookie, struct sw_screen *out) {
    char token[SW_SECRET_SIZE], hash[SW_SECRET_HASH_SIZE];
    if (!sw_cookie_find(cookie, SW_SCREEN_COOKIE, token, sizeof token) || strlen(token) != sizeof token - 1) return false;
    sw_secret_hash(token, hash);
    for (struct entry *e = s->entries; e; e = e->hh.next) {
        bool next = *e->next && !strcmp(e->next, hash);
        if (!next && strcmp(e->token, hash) != 0) continue;
        if (next) { /* it got its new one: the old one is over */
            free(e->token);
            e->token = e->next;
            e->next = sw_xstrdup("");
            write_entry(s, e, true, NULL, NULL);
        }
        show(e, out);
        return true;
    }
    s->counters.refused_tokens++;
    return false;
}

void sw_screens_renew(struct sw_screens *s, const char *id, char *token, void *ctx, sw_screens_done done) {
    struct entry *e = entry_of(s, id);
    char hash[SW_SECRET_HASH_SIZE];
    if (!e) {
        refuse(s, -SW_ENOENT, ctx, done);
        return;
    }
    sw_secret_make(token);
    sw_secret_hash(token, hash);
    free(e->next);
    e->next = sw_xstrdup(hash);
    write_entry(s, e, true, ctx, done);
}

void sw_screens_seen(struct sw_screens *s, const char *id, const char *address, const struct sw_screen_report *report) {
    struct entry *e = entry_of(s, id);
    if (!e) return;
    e->seen_ms = wall_ms();
    if (!e->address || strcmp(e->address, address) != 0) {
        free(e->address);
        e->address = sw_xstrdup(address);
    }
    if (report) e->report = *report;
    e->has_report = e->has_report || report;
    if (e->seen_ms - e->kept_ms < SEEN_KEPT_MS) return;
    e->kept_ms = e->seen_ms;
    write_entry(s, e, false, NULL, NULL);
}

/* ---- changing ---- */

void sw_screens_change(struct sw_screens *s, const char *id, const char *name, const char *board,
                       const struct sw_screen_actor *actor, void *ctx, sw_screens_done done) {
    const struct entry *e = entry_of(s, id);
    if (!e) {
        refuse(s, -SW_ENOENT, ctx, done);
        return;
    }
    struct job *job = new_job(s, ctx, done);
    job->what = NAMES;
    job->row = copy_of(e);
    char **const at[] = {&job->row->name, &job->row->board};
    const char *const to[] = {name, board};
    for (int i = 0; i < 2; i++) {
        if (!to[i]) continue;
        free(*at[i]);
        *at[i] = sw_xstrdup(to[i]);
    }
    set_record(job, "screen.change", actor);
    start(job);
}

void sw_screens_revoke(struct sw_screens *s, const char *id, const struct sw_screen_actor *actor, void *ctx,
                       sw_screens_done done) {
    const struct entry *e = entry_of(s, id);
    if (!e) {
        refuse(s, -SW_ENOENT, ctx, done);
        return;
    }
    struct job *job = new_job(s, ctx, done);
    job->what = REMOVE;
    job->row = copy_of(e);
    set_record(job, "screen.revoke", actor);
    start(job);
}
