/* Sessions and the time: when they end by themselves, and what counts as a sign of life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "app/accounts.h"
#include "app/recorder.h"
#include "app/sessions.h"
#include "io/password.h"

#define HOUR_MS INT64_C(3600000)

/* The clock that only runs on, as these tests want it: AHEAD of the real one. */
static int64_t ahead_ms;

int clock_gettime(clockid_t id, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, id, now);
    if (!failed && id == CLOCK_MONOTONIC) now->tv_sec += ahead_ms / 1000;
    return failed;
}

struct fixture {
    uv_loop_t loop;
    struct sw_recorder *recorder;
    struct sw_accounts *accounts;
    struct sw_sessions *sessions;
};

static void on_accounts(void *ctx) { (void)ctx; }

static void set_up(struct fixture *f) {
    ahead_ms = 0;
    assert_int_equal(uv_loop_init(&f->loop), 0);
    f->recorder = sw_recorder_new(&f->loop, NULL, "main");
    f->accounts = sw_accounts_new(&f->loop, f->recorder, NULL, 0, f, on_accounts);
    f->sessions = sw_sessions_new(&f->loop, f->accounts);
}

static void tear_down(struct fixture *f) {
    sw_accounts_close(f->accounts);
    sw_recorder_close(f->recorder, NULL, NULL);
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
    sw_sessions_free(f->sessions);
    sw_accounts_free(f->accounts);
    assert_int_equal(uv_loop_close(&f->loop), 0);
}

/* Somebody comes in; COOKIE gets the header. */
static void admit(struct fixture *f, const char *name, char cookie[128]) {
    char token[SW_SECRET_SIZE];
    const struct sw_sign_in who = {.person = name, .password = "", .address = "127.0.0.1", .browser = "test"};
    sw_sessions_admit(f->sessions, &who, token);
    (void)snprintf(cookie, 128, SW_SESSION_COOKIE "=%s", token);
}

static bool is_in(struct fixture *f, const char *cookie, bool is_life) {
    return sw_sessions_find(f->sessions, cookie, is_life, NULL) != NULL;
}

static size_t open_sessions(const struct fixture *f) {
    struct sw_sessions_counters counters;
    sw_sessions_counters(f->sessions, &counters);
    return counters.open;
}

static void test_silence_ends_a_session(void **state) {
    struct fixture f;
    char asks[128], looks[128];
    (void)state;
    set_up(&f);
    admit(&f, "asks", asks);
    admit(&f, "looks", looks);
    ahead_ms = 11 * HOUR_MS;
    assert_true(is_in(&f, asks, true));
    assert_true(is_in(&f, looks, false)); /* an open socket that is looked at again is no sign of life */
    assert_false(sw_sessions_expire(f.sessions));
    ahead_ms = 13 * HOUR_MS;
    assert_true(sw_sessions_expire(f.sessions));
    assert_int_equal(open_sessions(&f), 1);
    assert_false(is_in(&f, looks, true));
    assert_true(is_in(&f, asks, true));
    tear_down(&f);
}

static void test_a_day_ends_it_whatever_is_done(void **state) {
    struct fixture f;
    char cookie[128];
    (void)state;
    set_up(&f);
    admit(&f, "works", cookie);
    for (int hour = 1; hour < 24; hour++) {
        ahead_ms = hour * HOUR_MS;
        assert_true(is_in(&f, cookie, true));
    }
    ahead_ms = 24 * HOUR_MS;
    assert_false(is_in(&f, cookie, true));
    assert_int_equal(open_sessions(&f), 0);
    assert_false(sw_sessions_expire(f.sessions));
    tear_down(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_ends_a_session),
        cmocka_unit_test(test_a_day_ends_it_whatever_is_done),
    };
    if (sodium_init() < 0) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
