/* server/store: what was recorded is there, once, and stays; who was first is told; history and retention. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_fixture.h"

/* ---- the ledger ---- */

static void test_appends_and_reads(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    struct sw_record records[2] = {record("grant", "g1", false), record("note", "n1", false)};
    records[1].agent = records[1].by = records[1].role = NULL;
    records[1].at_ms = 2000;
    assert_int_equal(sw_store_append(store, "main", records, 2, NULL), 0);
    assert_true(records[0].id > 0 && records[1].id > records[0].id);
    sw_store_close(store);
    store = opened();
    struct seen one = read_all(store, (struct sw_record_query){.agent = "1001"});
    assert_int_equal(one.count, 1);
    assert_int_equal(one.last.id, records[0].id);
    assert_int_equal(one.last.at_ms, 1000);
    static const char *const expected[] = {"grant", "g1", "1001", "zhang", "duty", "{\"reason\":\"打印机\"}"};
    for (int i = 0; i < 6; i++) assert_string_equal(one.texts[i], expected[i]);
    struct seen other = read_all(store, (struct sw_record_query){.from_ms = 1500});
    assert_int_equal(other.count, 1);
    assert_int_equal(other.last.id, records[1].id);
    for (int i = 2; i < 5; i++) assert_string_equal(other.texts[i], "(null)");
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "gr*"}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "*"}).count, 2);
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "gr"}).count, 0);
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "grant"}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.after_id = records[0].id}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.to_ms = 1500, .key = "g1"}).count, 1);
    assert_int_equal(read_all(store, (struct sw_record_query){.to_ms = 1000}).count, 0); /* [from, to) */
    assert_int_equal(read_all(store, (struct sw_record_query){.newest_first = true, .limit = 1}).last.id, records[1].id);
    assert_int_equal(read_all(store, (struct sw_record_query){.limit = 1}).last.id, records[0].id);
    sw_store_close(store);
}

static void test_the_first_wins(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record first = record("ack", "a1", true), second = record("ack", "a1", true);
    first.body = "{\"by\":\"zhang\"}";
    assert_int_equal(sw_store_append(store, "main", &first, 1, NULL), 0);
    assert_true(read_all(store, (struct sw_record_query){0}).last.holds);
    struct sw_record both[2] = {record("note", "n", false), second};
    struct sw_buf holder;
    sw_buf_init(&holder, 4096);
    assert_int_equal(sw_store_append(store, "main", both, 2, &holder), -SW_EBUSY);
    assert_string_equal(sw_buf_text(&holder), "{\"by\":\"zhang\"}");
    sw_buf_deinit(&holder);
    assert_int_equal(count(store), 1); /* all or none */
    assert_int_equal(both[0].id, 0);   /* and no ids of what is not there */
    struct sw_record other_kind = record("seen", "a1", true), other_key = record("ack", "a2", true);
    assert_int_equal(sw_store_append(store, "main", &other_kind, 1, NULL), 0);
    assert_int_equal(sw_store_append(store, "main", &other_key, 1, NULL), 0);
    struct sw_record twice[2] = {record("ack", "a3", true), record("ack", "a3", true)};
    assert_int_equal(sw_store_append(store, "main", twice, 2, NULL), -SW_EBUSY); /* within one batch, too */
    assert_int_equal(count(store), 3);
    sw_store_close(store);
    store = opened();
    assert_int_equal(sw_store_append(store, "main", &second, 1, NULL), -SW_EBUSY);
    sw_store_close(store);
}

static void test_undo_lets_go(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record first = record("ack", "a1", true), second = record("ack", "a1", true), undo = record("undo", "a1", false);
    assert_int_equal(sw_store_append(store, "main", &first, 1, NULL), 0);
    undo.releases = first.id;
    assert_int_equal(sw_store_append(store, "elsewhere", &undo, 1, NULL), -SW_ENOENT); /* sites are apart */
    assert_int_equal(sw_store_append(store, "elsewhere", &second, 1, NULL), 0);
    second = record("ack", "a1", true);
    assert_int_equal(sw_store_append(store, "main", &second, 1, NULL), -SW_EBUSY);
    assert_int_equal(sw_store_append(store, "main", &undo, 1, NULL), 0);
    assert_int_equal(sw_store_append(store, "main", &undo, 1, NULL), -SW_ENOENT); /* only once */
    assert_int_equal(sw_store_append(store, "main", &second, 1, NULL), 0);
    struct sw_record instead = record("ack", "a1", true); /* in one record: lets go of the second and takes its place */
    instead.releases = second.id;
    assert_int_equal(sw_store_append(store, "main", &instead, 1, NULL), 0);
    struct seen all = read_all(store, (struct sw_record_query){.kind = "ack"});
    assert_int_equal(all.count, 3);
    assert_int_equal(all.last.id, instead.id);
    assert_true(all.last.holds);
    /* an undo that is not possible takes its whole batch with it, and what it has let go of is held again */
    struct sw_record batch[2] = {record("undo", "a1", false), record("undo", "a1", false)};
    batch[0].releases = instead.id;
    batch[1].releases = 12345;
    assert_int_equal(sw_store_append(store, "main", batch, 2, NULL), -SW_ENOENT);
    assert_int_equal(sw_store_append(store, "main", &second, 1, NULL), -SW_EBUSY);
    sw_store_close(store);
}

static void test_append_only(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record one = record("grant", "g", false);
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    static char before[DUMP_BYTES], after[DUMP_BYTES];
    dump(before, true);
    static const char *const attempts[] = {
        "UPDATE ledger SET by = 'me'", "UPDATE OR REPLACE ledger SET id = 2", "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger(id, at_ms, site, kind, key, body) VALUES(1, 1, 'main', 'x', 'x', '{}')"};
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        if (raw(attempts[i]) == SQLITE_OK) fail_msg("done: %s", attempts[i]);
        assert_string_equal(error, "the ledger is append-only");
    }
    dump(after, true);
    assert_string_equal(before, after);
    sw_store_close(store);
}

static void test_bad_records(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record bad = record("grant", "h", false);
    bad.body = "no JSON";
    assert_int_equal(sw_store_append(store, "main", &bad, 1, NULL), -SW_EINVAL);
    assert_non_null(strstr(sw_store_error(store), "json_valid"));
    assert_non_null(strstr(sw_store_error(store), path));
    bad = record("grant", NULL, false);
    assert_int_equal(sw_store_append(store, "main", &bad, 1, NULL), -SW_EINVAL);
    char *body = malloc(SW_RECORD_BODY_MAX + 2);
    assert_non_null(body);
    memset(body, ' ', SW_RECORD_BODY_MAX + 1);
    memcpy(body, "[]", 2);
    body[SW_RECORD_BODY_MAX + 1] = '\0';
    bad = record("grant", "h", false);
    bad.body = body;
    assert_int_equal(sw_store_append(store, "main", &bad, 1, NULL), -SW_ELIMIT);
    assert_int_equal(count(store), 0);
    body[SW_RECORD_BODY_MAX] = '\0';
    assert_int_equal(sw_store_append(store, "main", &bad, 1, NULL), 0);
    const struct sw_history_row rows[2] = {{SW_HISTORY_TEAM, "A", 0, 900000, "{}"}, {SW_HISTORY_TEAM, "B", 0, 900000, "{"}};
    assert_int_equal(sw_store_put_history(store, "main", rows, 2), -SW_EINVAL);
    static char text[DUMP_BYTES];
    tell("SELECT count(*) FROM history", text);
    assert_string_equal(text, "0\n");
    free(body);
    sw_store_close(store);
}

/* A child that appends is killed while it does: what it has confirmed is there. */
static void test_killed(void **state) {
    (void)state;
    for (int round = 0; round < 5; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (!child) {
            struct sw_store *store;
            if (sw_store_open(path, &store, error, sizeof error)) _exit(1);
            for (;;) {
                struct sw_record one = record("grant", "g", false);
                if (sw_store_append(store, "main", &one, 1, NULL) || write(ends[1], &one.id, sizeof one.id) < 0) _exit(1);
            }
        }
        close(ends[1]);
        int64_t id = 0, got;
        for (int i = 0; i < 20 + round * 7; i++) {
            assert_int_equal(read(ends[0], &got, sizeof got), sizeof got);
            id = got;
        }
        kill(child, SIGKILL);
        while (read(ends[0], &got, sizeof got) == sizeof got) id = got;
        close(ends[0]);
        waitpid(child, NULL, 0);
        struct sw_store *store = opened();
        struct seen all = read_all(store, (struct sw_record_query){0});
        assert_true(all.last.id >= id);
        assert_int_equal(all.count, all.last.id); /* none is missing between */
        assert_int_equal(sw_store_check(store), 0);
        sw_store_close(store);
    }
}

/* Two processes want the same 40 keys: each is had once, and both together have all. */
static void test_two_processes(void **state) {
    (void)state;
    sw_store_close(opened());
    pid_t children[2];
    for (int c = 0; c < 2; c++) {
        children[c] = fork();
        assert_true(children[c] >= 0);
        if (children[c]) continue;
        struct sw_store *store;
        if (sw_store_open(path, &store, error, sizeof error)) _exit(1);
        for (int i = 0; i < 40; i++) {
            char key[8];
            snprintf(key, sizeof key, "%d", i);
            struct sw_record one = record("ack", key, true);
            int failed = sw_store_append(store, "main", &one, 1, NULL);
            if (failed && failed != -SW_EBUSY) _exit(2);
        }
        sw_store_close(store);
        _exit(0);
    }
    for (int c = 0; c < 2; c++) {
        int status;
        waitpid(children[c], &status, 0);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    static char text[DUMP_BYTES];
    tell("SELECT count(*), count(DISTINCT key) FROM ledger; SELECT count(*) FROM holds", text);
    assert_string_equal(text, "40|40\n40\n");
}

/* ---- history and retention ---- */

static void see_row(void *ctx, const struct sw_history_row *row) {
    char *out = ctx;
    size_t len = strlen(out);
    snprintf(out + len, 512 - len, "%d %s %d-%d %s; ", (int)row->of, row->id, (int)row->start_ms, (int)row->end_ms,
             row->counts);
}

static const char *history(struct sw_store *store, enum sw_history of, const char *id, int64_t from_ms, int64_t to_ms) {
    static char out[512];
    *out = '\0';
    assert_int_equal(sw_store_read_history(store, "main", of, id, from_ms, to_ms, out, see_row), 0);
    return out;
}

static void test_history(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_history_row rows[5] = {{SW_HISTORY_QUEUE, "q", 1000, 2000, "{\"n\":1}"},
                                     {SW_HISTORY_QUEUE, "r", 2000, 3000, "{\"n\":2}"},
                                     {SW_HISTORY_QUEUE, "q", 2000, 3000, "{\"n\":3}"},
                                     {SW_HISTORY_TEAM, "q", 2000, 3000, "{\"n\":4}"},
                                     {SW_HISTORY_AGENT, "王芳", 2000, 3000, "{\"n\":5}"}};
    assert_int_equal(sw_store_put_history(store, "main", rows, 5), 0);
    assert_int_equal(sw_store_put_history(store, "other", rows, 1), 0);
    rows[0].counts = "{\"n\":6}";
    rows[0].end_ms = 1900;
    assert_int_equal(sw_store_put_history(store, "main", rows, 1), 0); /* replaced */
    sw_store_close(store);
    store = opened();
    assert_string_equal(history(store, SW_HISTORY_QUEUE, NULL, 0, 9000),
                        "0 q 1000-1900 {\"n\":6}; 0 q 2000-3000 {\"n\":3}; 0 r 2000-3000 {\"n\":2}; ");
    assert_string_equal(history(store, SW_HISTORY_QUEUE, "q", 1000, 2000), "0 q 1000-1900 {\"n\":6}; ");
    assert_string_equal(history(store, SW_HISTORY_QUEUE, "q", 1001, 2001), "0 q 2000-3000 {\"n\":3}; ");
    assert_string_equal(history(store, SW_HISTORY_TEAM, NULL, 0, 9000), "1 q 2000-3000 {\"n\":4}; ");
    assert_string_equal(history(store, SW_HISTORY_AGENT, "王芳", 0, 9000), "2 王芳 2000-3000 {\"n\":5}; ");
    assert_string_equal(history(store, SW_HISTORY_AGENT, "nobody", 0, 9000), "");
    sw_store_close(store);
}

/* ---- on a file of months ---- */

static int steps; /* of SQLite's virtual machine, by all statements */

static int add_steps(unsigned event, void *ctx, void *statement, void *ns) {
    (void)event, (void)ctx, (void)ns;
    steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    return 0;
}

static int count_steps(sqlite3 *db, const char **message, const struct sqlite3_api_routines *api) {
    (void)message, (void)api;
    return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, add_steps, NULL);
}

static void ignore_row(void *ctx, const struct sw_history_row *row) {
    (void)row;
    ++*(int *)ctx;
}

/* 20000 rows and 5000 records: what concerns 50 of them, or none, is found without reading through the others. */
static void test_nothing_reads_through_all(void **state) {
    (void)state;
    sw_store_close(opened());
    assert_int_equal(raw("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) INSERT INTO history "
                         "SELECT 'main', 2, 1000 + i / 400, 'a' || (i % 400), 2000, '{}' FROM n;"
                         "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) INSERT INTO ledger("
                         "at_ms, site, kind, key, agent, body) SELECT 1000 + i, 'main', 'k' || (i % 100), i, 'a' || (i % 100), "
                         "'{}' FROM n"), SQLITE_OK);
    assert_int_equal(sqlite3_auto_extension((void (*)(void))count_steps), SQLITE_OK);
    struct sw_store *store = opened();
    sqlite3_cancel_auto_extension((void (*)(void))count_steps);
    assert_true(steps > 20000); /* opening does, to look for damage: so counting works */
    int rows = 0;
    steps = 0;
    assert_int_equal(sw_store_read_history(store, "main", SW_HISTORY_AGENT, "a7", 0, 9000, &rows, ignore_row), 0);
    assert_int_equal(rows, 50);
    assert_in_range(steps, 50, 1500);
    steps = 0;
    int64_t deleted;
    assert_int_equal(sw_store_purge(store, "main", 1000, 1000, &deleted), 0); /* nothing is so old */
    assert_int_equal(deleted, 0);
    assert_in_range(steps, 1, 1000);
    steps = 0;
    assert_int_equal(read_all(store, (struct sw_record_query){.agent = "a7"}).count, 50);
    assert_in_range(steps, 50, 3000);
    steps = 0;
    assert_int_equal(read_all(store, (struct sw_record_query){.kind = "k7"}).count, 50);
    assert_in_range(steps, 50, 3000);
    steps = 0;
    assert_int_equal(read_all(store, (struct sw_record_query){.after_id = 4990}).count, 10);
    assert_in_range(steps, 10, 1000);
    steps = 0;
    assert_int_equal(read_all(store, (struct sw_record_query){.newest_first = true, .limit = 10}).count, 10);
    assert_in_range(steps, 10, 1000);
    steps = 0;
    assert_int_equal(read_all(store, (struct sw_record_query){.from_ms = 5000, .to_ms = 5010}).count, 10);
    assert_in_range(steps, 10, 1000);
    struct sw_record one = record("ack", "a", true);
    steps = 0;
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    assert_in_range(steps, 1, 500);
    sw_store_close(store);
}

static void test_purge(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_history_row rows[4] = {{SW_HISTORY_QUEUE, "q", 1000, 2000, "{}"},
                                     {SW_HISTORY_QUEUE, "q", 2000, 3000, "{}"},
                                     {SW_HISTORY_AGENT, "a", 2000, 3000, "{}"},
                                     {SW_HISTORY_QUEUE, "q", 3000, 4000, "{}"}};
    assert_int_equal(sw_store_put_history(store, "main", rows, 4), 0);
    assert_int_equal(sw_store_put_history(store, "other", rows, 1), 0);
    struct sw_record old = record("ack", "a", true), recent = record("ack", "b", true);
    recent.at_ms = 3000;
    assert_int_equal(sw_store_append(store, "main", &recent, 1, NULL), 0); /* ids need not follow the clock */
    assert_int_equal(sw_store_append(store, "main", &old, 1, NULL), 0);
    assert_int_equal(sw_store_append(store, "other", &old, 1, NULL), 0);
    static const int64_t expected[] = {2, 2, 0}; /* the record and one row; the other two; nothing is left */
    for (int i = 0; i < 3; i++) {
        int64_t deleted = -1;
        assert_int_equal(sw_store_purge(store, "main", 3000, 2, &deleted), 0);
        assert_int_equal(deleted, expected[i]);
    }
    assert_int_equal(count(store), 1);
    assert_string_equal(history(store, SW_HISTORY_QUEUE, NULL, 0, 9000), "0 q 3000-4000 {}; ");
    assert_string_equal(history(store, SW_HISTORY_AGENT, NULL, 0, 9000), "");
    int64_t last = old.id;
    assert_int_equal(sw_store_append(store, "main", &old, 1, NULL), 0); /* its hold went with it */
    assert_true(old.id > last);                                        /* but its id is not given again */
    assert_int_equal(sw_store_append(store, "main", &recent, 1, NULL), -SW_EBUSY);
    assert_int_equal(raw("DELETE FROM ledger"), SQLITE_CONSTRAINT); /* the door is shut again */
    static char text[DUMP_BYTES];
    tell("SELECT count(*) FROM ledger WHERE site = 'other'; SELECT count(*) FROM history WHERE site = 'other'; "
         "SELECT count(*) FROM meta; PRAGMA foreign_key_check", text);
    assert_string_equal(text, "1\n1\n0\n");
    assert_int_equal(sw_store_check(store), 0);
    sw_store_close(store);
}

/* What was purged about a person is not to be found in the file any more. */
static void test_purged_is_gone(void **state) {
    (void)state;
    struct sw_store *store = opened();
    struct sw_record one = record("grant", "g", false);
    one.body = "{\"reason\":\"SECRETWORD\"}";
    assert_int_equal(sw_store_append(store, "main", &one, 1, NULL), 0);
    sw_store_close(store); /* into the file itself */
    static char bytes[1 << 20];
    for (int purged = 0; purged < 2; purged++) {
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        size_t len = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        assert_int_equal(memmem(bytes, len, "SECRETWORD", 10) == NULL, purged);
        store = opened();
        int64_t deleted;
        assert_int_equal(sw_store_purge(store, "main", 3000, 10, &deleted), 0);
        sw_store_close(store);
    }
}

/* ---- messages to chat groups ---- */

struct letters {
    size_t count;
    char text[512];
};

static void take_letter(void *ctx, const struct sw_kept_letter *l) {
    struct letters *all = ctx;
    size_t len = strlen(all->text);
    (void)snprintf(all->text + len, sizeof all->text - len, "%s/%s %d %lld %s %s;", l->destination, l->id, (int)l->state,
                   (long long)l->at_ms, l->reason ? l->reason : "-", l->body ? l->body : "-");
    all->count++;
}

static void assert_letters(struct sw_store *store, const char *expected) {
    struct letters all = {0};
    assert_int_equal(sw_store_read_letters(store, "main", &all, take_letter), 0);
    assert_string_equal(all.text, expected);
}

static void put_letter(struct sw_store *store, const char *site, struct sw_kept_letter letter) {
    assert_int_equal(sw_store_put_letter(store, site, &letter), 0);
}

static void test_letters(void **state) {
    (void)state;
    struct sw_store *store = opened();
    put_letter(store, "main", (struct sw_kept_letter){"room", "b", SW_LETTER_QUEUED, 1, NULL, "{}"});
    put_letter(store, "main", (struct sw_kept_letter){"room", "a", SW_LETTER_QUEUED, 2, NULL, "{}"});
    put_letter(store, "main", (struct sw_kept_letter){"office", "b", SW_LETTER_QUEUED, 3, NULL, "{}"});
    put_letter(store, "other", (struct sw_kept_letter){"room", "x", SW_LETTER_QUEUED, 4, NULL, "{}"});
    put_letter(store, "main", (struct sw_kept_letter){"room", "b", SW_LETTER_SENT, 5, NULL, "about"});
    put_letter(store, "main", (struct sw_kept_letter){"room", "a", SW_LETTER_DEAD, 6, "HTTP 403", "{}"});
    sw_store_close(store);
    store = opened();
    assert_letters(store, "room/b 1 5 - about;room/a 2 6 HTTP 403 {};office/b 0 3 - {};"); /* in the order they came */
    assert_int_equal(sw_store_forget_letters(store, "main", 5), 0);
    assert_int_equal(sw_store_drop_letter(store, "main", "office", "b"), 0);
    assert_int_equal(sw_store_drop_letter(store, "main", "office", "none"), 0);
    assert_letters(store, "room/b 1 5 - about;room/a 2 6 HTTP 403 {};");
    assert_int_equal(sw_store_forget_letters(store, "main", 6), 0); /* only what was sent, and before */
    assert_letters(store, "room/a 2 6 HTTP 403 {};");
    sw_store_close(store);
}

static void tell_producer(void *ctx, const struct sw_producer_row *row) {
    char *out = ctx;
    size_t at = strlen(out);
    (void)snprintf(out + at, 1024 - at, "%s/%s %s %s %lld %lld %lld;", row->site, row->name, row->token, row->made_by, (long long)row->made_ms,
                   (long long)row->token_ms, (long long)row->used_ms);
}

static void assert_producers(struct sw_store *store, const char *expected) {
    char found[1024] = "";
    assert_int_equal(sw_store_read_producers(store, found, tell_producer), 0);
    assert_string_equal(found, expected);
}

static void test_producers(void **state) {
    (void)state;
    struct sw_store *store = opened();
    assert_int_equal(sw_store_put_producer(store, &(struct sw_producer_row){"main", "desk", "h1", "root", 1, 1, 0}), 0);
    assert_int_equal(sw_store_put_producer(store, &(struct sw_producer_row){"main", "客服", "h2", "root", 2, 2, 0}), 0);
    assert_int_equal(sw_store_put_producer(store, &(struct sw_producer_row){"alpha", "desk", "h3", "li", 3, 3, 0}), 0);
    assert_int_equal(sw_store_use_producer(store, "h1", 9), 0);
    assert_int_equal(sw_store_use_producer(store, "h1", 8), 0); /* the later one stays */
    assert_int_equal(sw_store_use_producer(store, "none", 8), 0);
    sw_store_close(store);
    store = opened();
    assert_producers(store, "alpha/desk h3 li 3 3 0;main/desk h1 root 1 1 9;main/客服 h2 root 2 2 0;");
    assert_int_equal(sw_store_put_producer(store, &(struct sw_producer_row){"main", "desk", "h4", "root", 1, 5, 0}), 0);
    assert_int_equal(sw_store_use_producer(store, "h1", 10), 0); /* a token of before is nobody's */
    assert_int_equal(sw_store_drop_producer(store, "main", "客服"), 0);
    assert_int_equal(sw_store_drop_producer(store, "alpha", "none"), 0);
    assert_producers(store, "alpha/desk h3 li 3 3 0;main/desk h4 root 1 5 0;");
    sw_store_close(store);
}

static void test_when_the_history_begins(void **state) {
    (void)state;
    struct sw_store *store = opened();
    int64_t t_ms = 0;
    assert_int_equal(sw_store_history_begin(store, "main", &t_ms), 0);
    assert_int_equal(t_ms, INT64_MAX);
    const struct sw_history_row rows[] = {{SW_HISTORY_QUEUE, "", 900, 1800, "{}"}, {SW_HISTORY_QUEUE, "q", 0, 900, "{}"},
                                          {SW_HISTORY_SHIFT, "1", -5, 5, "{}"}};
    assert_int_equal(sw_store_put_history(store, "main", rows, 3), 0);
    assert_int_equal(sw_store_history_begin(store, "main", &t_ms), 0);
    assert_int_equal(t_ms, 0);
    sw_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_appends_and_reads), TEST(test_the_first_wins), TEST(test_undo_lets_go), TEST(test_append_only),
        TEST(test_bad_records),       TEST(test_killed),         TEST(test_two_processes), TEST(test_history),
        TEST(test_nothing_reads_through_all),  TEST(test_purge),          TEST(test_letters), TEST(test_producers), TEST(test_when_the_history_begins), TEST(test_purged_is_gone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
