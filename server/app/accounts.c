#include "app/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/json_writer.h"
#include "core/map.h"
#include "io/log.h"

#define LOOK_MS 2000 /* how often what others wrote is looked for */
#define TEAMS_BYTES_MAX 65536

struct entry {
    UT_hash_handle hh;
    struct sw_account account; /* first: an account is found in its entry */
};

struct sw_accounts {
    uv_timer_t timer;
    struct sw_recorder *recorder;
    struct entry *configured, *stored; /* by id */
    int64_t version; /* of the file, as it was read */
    size_t running;
    bool lost; /* there were some, but they cannot be read */
    bool closing, looking;
    void *ctx;
    void (*changed)(void *ctx);
};

/* ---- entries ---- */

static void take_teams(struct sw_config_list *out, const char *json) {
    cJSON *root, *item;
    if (sw_json_parse(json, strlen(json), 2, &root) != SW_JSON_OK) return;
    out->items = sw_xmalloc(((size_t)cJSON_GetArraySize(root) + 1) * sizeof *out->items);
    cJSON_ArrayForEach(item, root) if (cJSON_IsString(item)) out->items[out->count++] = sw_xstrdup(item->valuestring);
    cJSON_Delete(root);
}

static void free_entries(struct entry *all) {
    struct entry *entry, *next;
    HASH_ITER(hh, all, entry, next) {
        HASH_DEL(all, entry);
        struct sw_config_person *p = &entry->account.person;
        for (size_t i = 0; i < p->teams.count; i++) free(p->teams.items[i]);
        free(p->teams.items);
        char *const texts[] = {p->id, p->name, p->role, p->pin};
        for (size_t i = 0; i < 4; i++) free(texts[i]);
        free(entry);
    }
}

static void add_row(void *ctx, const struct sw_account_row *row) {
    struct entry **all = ctx, *entry = sw_xcalloc(1, sizeof *entry);
    struct sw_account *a = &entry->account;
    *a = (struct sw_account){.person = {.id = sw_xstrdup(row->id), .name = sw_xstrdup(row->name), .role = sw_xstrdup(row->role),
                                        .pin = sw_xstrdup(row->hash)},
                             .disabled = row->disabled, .must_change = row->must_change, .created_ms = row->created_ms,
                             .changed_ms = row->changed_ms, .signed_in_ms = row->signed_in_ms};
    take_teams(&a->person.teams, row->teams);
    HASH_ADD_KEYPTR(hh, *all, a->person.id, strlen(a->person.id), entry);
}

static void add_person(struct entry **all, const struct sw_config_person *p) {
    struct entry *entry = sw_xcalloc(1, sizeof *entry);
    struct sw_config_person *to = &entry->account.person;
    *to = (struct sw_config_person){.id = sw_xstrdup(p->id), .name = sw_xstrdup(p->name ? p->name : p->id),
                                    .role = sw_xstrdup(p->role), .pin = sw_xstrdup(p->pin)};
    to->teams.items = sw_xmalloc((p->teams.count + 1) * sizeof *to->teams.items);
    for (; to->teams.count < p->teams.count; to->teams.count++)
        to->teams.items[to->teams.count] = sw_xstrdup(p->teams.items[to->teams.count]);
    HASH_ADD_KEYPTR(hh, *all, to->id, strlen(to->id), entry);
}

static struct entry *in_force(const struct sw_accounts *a) { return sw_accounts_exist(a) ? a->stored : a->configured; }

bool sw_accounts_exist(const struct sw_accounts *a) { return a->stored || a->lost; }
bool sw_accounts_lost(const struct sw_accounts *a) { return a->lost; }
bool sw_accounts_any(const struct sw_accounts *a) { return in_force(a) != NULL; }

const struct sw_account *sw_accounts_find(const struct sw_accounts *a, const char *id) {
    struct entry *all = in_force(a), *entry;
    HASH_FIND(hh, all, id, strlen(id), entry);
    return entry ? &entry->account : NULL;
}

const struct sw_account *sw_accounts_next(const struct sw_accounts *a, const struct sw_account *account) {
    const struct entry *entry = NULL;
    if (!account) {
        entry = in_force(a);
    } else {
        struct entry *all = in_force(a), *at;
        HASH_FIND(hh, all, account->person.id, strlen(account->person.id), at);
        entry = at ? at->hh.next : NULL;
    }
    return entry ? &entry->account : NULL;
}

static void write_teams(struct sw_json *j, const char *key, const struct sw_config_list *teams) {
    sw_json_open(j, key, '[');
    for (size_t i = 0; i < teams->count; i++) sw_json_text(j, NULL, teams->items[i]);
    sw_json_close(j, ']');
}

struct sw_account_row sw_account_row(const struct sw_account *a, struct sw_buf *teams) {
    sw_buf_clear(teams);
    struct sw_json j = sw_json_on(teams);
    write_teams(&j, NULL, &a->person.teams);
    return (struct sw_account_row){.id = a->person.id, .name = a->person.name, .role = a->person.role,
                                   .teams = sw_buf_text(teams), .hash = a->person.pin, .disabled = a->disabled,
                                   .must_change = a->must_change, .created_ms = a->created_ms, .changed_ms = a->changed_ms,
                                   .signed_in_ms = a->signed_in_ms};
}

void sw_account_write(const struct sw_account *a, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "id", a->person.id);
    sw_json_text(&j, "name", a->person.name);
    sw_json_text(&j, "role", a->person.role);
    write_teams(&j, "teams", &a->person.teams);
    sw_json_bool(&j, "disabled", a->disabled);
    sw_json_bool(&j, "must_change", a->must_change);
    sw_json_int(&j, "created", a->created_ms);
    sw_json_int(&j, "changed", a->changed_ms);
    if (a->signed_in_ms) sw_json_int(&j, "signed_in", a->signed_in_ms);
    sw_json_close(&j, '}');
}

/* ---- in the worker ---- */

struct job {
    struct sw_accounts *accounts;
    unsigned fields; /* to write; 0: only looks */
    bool recorded, found; /* FOUND: rows were read */
    bool lost;            /* none, but there were some */
    char *id, *name, *role, *teams, *hash;
    struct sw_account_row row;
    char *kind, *by, *by_role, *body;
    int64_t at_ms, version;
    struct entry *rows;
    char error[512];
    void *ctx;
    sw_accounts_done done;
};

static bool is_chief(const struct sw_account_row *row) { return !strcmp(row->role, "admin") && !row->disabled; }

struct found {
    const char *id;
    size_t chiefs; /* others who may manage accounts */
    struct entry *own;
};

static void look_at(void *ctx, const struct sw_account_row *row) {
    struct found *found = ctx;
    if (!strcmp(row->id, found->id)) add_row(&found->own, row);
    else found->chiefs += is_chief(row);
}

/* Puts what is to be written over what the store has by now. */
static int write_over(struct job *job, struct sw_store *store, const struct found *found) {
    struct sw_account_row row = job->row, *r = &job->row;
    struct sw_buf teams;
    sw_buf_init(&teams, TEAMS_BYTES_MAX);
    if (job->fields != SW_ACCOUNT_ALL) row = sw_account_row(&found->own->account, &teams);
    if (job->fields & SW_ACCOUNT_WHO) {
        row.name = r->name, row.role = r->role, row.teams = r->teams, row.disabled = r->disabled;
        row.changed_ms = r->changed_ms;
    }
    if (job->fields & SW_ACCOUNT_PASSWORD) row.hash = r->hash, row.must_change = r->must_change, row.changed_ms = r->changed_ms;
    if (job->fields & SW_ACCOUNT_SIGN_IN) row.signed_in_ms = r->signed_in_ms;
    bool last = found->own && is_chief(&(struct sw_account_row){.role = found->own->account.person.role,
                                                                .disabled = found->own->account.disabled}) && !found->chiefs;
    int failed = last && !is_chief(&row) ? -SW_EBUSY : sw_store_put_account(store, &row);
    sw_buf_deinit(&teams);
    return failed;
}

static int write_row(struct job *job, struct sw_store *store) {
    struct found found = {.id = job->row.id};
    int failed = sw_store_read_accounts(store, &found, look_at);
    if (!failed && (job->fields == SW_ACCOUNT_ALL) == (found.own != NULL)) failed = found.own ? -SW_EAGAIN : -SW_ENOENT;
    bool removes = job->fields == SW_ACCOUNT_REMOVE;
    if (!failed && removes && !found.chiefs && !found.own->account.disabled && !strcmp(found.own->account.person.role, "admin"))
        failed = -SW_EBUSY;
    if (!failed) failed = removes ? sw_store_drop_account(store, job->row.id) : write_over(job, store, &found);
    free_entries(found.own);
    return failed;
}

/* A change and its record, or neither. */
static int write_job(struct job *job, struct sw_store *store, const char *site) {
    int failed = sw_store_begin(store);
    if (failed) return failed;
    failed = write_row(job, store);
    struct sw_record record = {.at_ms = job->at_ms, .kind = job->kind, .key = job->id, .by = job->by, .role = job->by_role,
                               .body = job->body};
    if (!failed && job->recorded) failed = sw_store_append(store, site, &record, 1, NULL);
    return sw_store_end(store, failed);
}

static int work(void *ctx, struct sw_store *store, const char *site) {
    struct job *job = ctx;
    int failed = job->fields ? write_job(job, store, site) : 0;
    int64_t version;
    if (!failed) failed = sw_store_data_version(store, &version);
    if (!failed && (job->fields || version != job->version)) {
        job->version = version;
        job->found = true;
        failed = sw_store_read_accounts(store, &job->rows, add_row);
        job->lost = !job->rows && sw_store_had_accounts(sw_store_path(store));
    }
    if (failed) (void)snprintf(job->error, sizeof job->error, "%s", sw_store_error(store));
    return failed;
}

/* ---- on the loop ---- */

void sw_accounts_free(struct sw_accounts *a) {
    if (!a) return;
    SW_ASSERT(!a->running);
    free_entries(a->stored);
    free_entries(a->configured);
    free(a);
}

static void free_job(struct job *job) {
    char *const texts[] = {job->id, job->name, job->role, job->teams, job->hash, job->kind, job->by, job->by_role, job->body};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
    free_entries(job->rows);
    free(job);
}

static void set_lost(struct sw_accounts *a, bool lost) {
    if (lost && !a->lost)
        sw_log(SW_LOG_ERROR, "accounts", "text=%s", "there were some, and they cannot be read: nobody is let in until a backup is "
               "restored, or an account is made anew (shiftwall user add)");
    a->lost = lost;
}

static void take(struct sw_accounts *a, struct job *job) {
    struct entry *old = a->stored;
    a->stored = job->rows;
    job->rows = old;
    a->version = job->version;
    set_lost(a, job->lost);
}

static void on_worked(void *ctx, int status, const struct sw_record *records, size_t count, const char *text) {
    struct job *job = ctx;
    struct sw_accounts *a = job->accounts;
    (void)records, (void)count;
    a->running--;
    if (!job->fields) a->looking = false;
    if (!status && job->found) take(a, job);
    if (job->done) job->done(job->ctx, status, *job->error ? job->error : text);
    if (!status && job->found && !a->closing) a->changed(a->ctx);
    free_job(job);
}

static char *copied(const char *text) { return text ? sw_xstrdup(text) : NULL; }

void sw_accounts_write(struct sw_accounts *a, const struct sw_account_row *row, unsigned fields,
                       const struct sw_account_record *record, void *ctx, sw_accounts_done done) {
    struct job *job = sw_xcalloc(1, sizeof *job);
    *job = (struct job){.accounts = a, .fields = fields, .recorded = record != NULL, .id = copied(row->id),
                        .name = copied(row->name), .role = copied(row->role), .teams = copied(row->teams),
                        .hash = copied(row->hash), .row = *row, .ctx = ctx, .done = done, .version = a->version};
    job->row.id = job->id;
    job->row.name = job->name;
    job->row.role = job->role;
    job->row.teams = job->teams;
    job->row.hash = job->hash;
    if (record) {
        job->kind = copied(record->kind);
        job->by = copied(record->by);
        job->by_role = copied(record->role);
        job->body = copied(record->body);
        job->at_ms = record->at_ms;
    }
    a->running++;
    sw_recorder_run(a->recorder, job, work, on_worked);
}

static void on_timer(uv_timer_t *timer) {
    struct sw_accounts *a = timer->data;
    if (a->looking || sw_recorder_problem(a->recorder)) return;
    struct job *job = sw_xcalloc(1, sizeof *job);
    *job = (struct job){.accounts = a, .version = a->version};
    a->looking = true;
    a->running++;
    sw_recorder_run(a->recorder, job, work, on_worked);
}

static int load(void *ctx, struct sw_store *store, const char *site) {
    struct sw_accounts *a = ctx;
    (void)site;
    int failed = sw_store_data_version(store, &a->version);
    if (!failed) failed = sw_store_read_accounts(store, &a->stored, add_row);
    return failed || a->stored || !sw_store_had_accounts(sw_store_path(store)) ? failed : -SW_ENOENT;
}

struct sw_accounts *sw_accounts_new(uv_loop_t *loop, struct sw_recorder *recorder, const struct sw_config_person *people,
                                    size_t count, void *ctx, void (*changed)(void *ctx)) {
    struct sw_accounts *a = sw_xcalloc(1, sizeof *a);
    *a = (struct sw_accounts){.recorder = recorder, .ctx = ctx, .changed = changed};
    for (size_t i = 0; i < count; i++) add_person(&a->configured, &people[i]);
    bool failed = sw_recorder_load_run(recorder, a, load);
    set_lost(a, !a->stored && (failed || sw_recorder_lost_accounts(recorder)));
    if (a->stored && count)
        sw_log(SW_LOG_WARN, "accounts", "text=%s", "there are accounts: the `people` of the configuration count no more");
    uv_timer_init(loop, &a->timer);
    a->timer.data = a;
    uv_timer_start(&a->timer, on_timer, LOOK_MS, LOOK_MS);
    return a;
}

void sw_accounts_close(struct sw_accounts *a) {
    if (!a) return;
    a->closing = true;
    uv_close((uv_handle_t *)&a->timer, NULL);
}
