/* core/condition and core/watch: when alerts open and close, and that live and replay agree about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/condition.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

#define S INT64_C(1000)
#define M (60 * S)
#define T0 INT64_C(1795392000000) /* a midnight, UTC */

/* ---- one condition ---- */

struct bench {
    struct sw_alert_book book;
    struct sw_condition c;
};

static void setup(struct bench *b, int64_t for_ms, int64_t clear_ms) {
    memset(b, 0, sizeof *b);
    sw_condition_init(&b->c, SW_RULE_WAITING, SW_SUBJECT_QUEUE, "q");
    b->c.for_ms = for_ms;
    b->c.clear_ms = clear_ms;
    b->c.severity[0] = SW_SEVERITY_WARNING;
    b->c.severity[1] = SW_SEVERITY_CRITICAL;
}

static void tell(struct bench *b, int64_t t_ms, int64_t since1_ms, int64_t since2_ms) {
    sw_condition_tell(&b->book, &b->c, t_ms, since1_ms, since2_ms);
}

static void assert_alert(const struct bench *b, size_t index, int64_t opened_ms, int64_t closed_ms) {
    const struct sw_alert_entry *entry = b->book.first;
    while (index-- && entry) entry = entry->next;
    assert_non_null(entry);
    assert_int_equal(entry->alert.opened_ms, opened_ms);
    assert_int_equal(entry->alert.closed_ms, closed_ms);
}

#define NEVER INT64_MAX

static void test_for_and_clear(void **state) {
    (void)state;
    struct bench b;
    setup(&b, 10 * S, 10 * S);
    tell(&b, 0, 0, NEVER);
    sw_alert_book_advance(&b.book, 9999);
    assert_int_equal(b.book.count, 0);
    sw_alert_book_advance(&b.book, 10 * S);
    assert_alert(&b, 0, 10 * S, NEVER);
    tell(&b, 12 * S, NEVER, NEVER);
    sw_alert_book_advance(&b.book, 15 * S);
    tell(&b, 15 * S, 15 * S, NEVER); /* back within the time to clear */
    sw_alert_book_advance(&b.book, 40 * S);
    assert_alert(&b, 0, 10 * S, NEVER);
    tell(&b, 50 * S, NEVER, NEVER);
    sw_alert_book_advance(&b.book, 100 * S);
    assert_alert(&b, 0, 10 * S, 60 * S);
    assert_int_equal(b.book.count, 1);
    tell(&b, 200 * S, 200 * S, NEVER);
    tell(&b, 205 * S, NEVER, NEVER); /* too short */
    sw_alert_book_advance(&b.book, 300 * S);
    assert_int_equal(b.book.count, 1);
    sw_alert_book_deinit(&b.book);
}

static void test_becomes_critical(void **state) {
    (void)state;
    struct bench b;
    setup(&b, 10 * S, 10 * S);
    tell(&b, 0, 30 * S, 60 * S); /* a wait from 0 on */
    sw_alert_book_advance(&b.book, 69 * S);
    assert_alert(&b, 0, 40 * S, NEVER);
    assert_int_equal(b.book.first->alert.severity, SW_SEVERITY_WARNING);
    sw_alert_book_advance(&b.book, 70 * S);
    assert_int_equal(b.book.first->alert.severity, SW_SEVERITY_CRITICAL);
    tell(&b, 65 * S, 75 * S, 105 * S); /* told late: answered at 65 s, the next in line is there since 45 s */
    assert_int_equal(b.book.first->alert.severity, SW_SEVERITY_WARNING);
    sw_alert_book_advance(&b.book, 80 * S); /* gone at 65, holds again at 75: never gone for more than 10 */
    assert_alert(&b, 0, 40 * S, NEVER);
    sw_alert_book_deinit(&b.book);
}

static void test_taken_back(void **state) {
    (void)state;
    struct bench b;
    setup(&b, 10 * S, 10 * S);
    tell(&b, 0, 0, NEVER);
    sw_alert_book_advance(&b.book, 11 * S);
    assert_int_equal(b.book.count, 1);
    tell(&b, 9 * S, NEVER, NEVER); /* it was gone before it opened */
    assert_int_equal(b.book.count, 0);
    sw_alert_book_advance(&b.book, 30 * S);
    assert_int_equal(b.book.count, 0);
    tell(&b, 40 * S, 40 * S, NEVER);
    tell(&b, 60 * S, NEVER, NEVER);
    sw_alert_book_advance(&b.book, 71 * S);
    assert_alert(&b, 0, 50 * S, 70 * S);
    tell(&b, 69 * S, 69 * S, NEVER); /* it was back before it closed */
    assert_alert(&b, 0, 50 * S, NEVER);
    assert_int_equal(b.book.closed_count, 0);
    sw_alert_book_deinit(&b.book);
}

static void test_forgotten(void **state) {
    (void)state;
    struct bench b;
    setup(&b, 0, 0);
    tell(&b, 0, 0, NEVER);
    sw_alert_book_advance(&b.book, 0);
    tell(&b, 5 * S, NEVER, NEVER);
    sw_alert_book_advance(&b.book, 5 * S);
    sw_alert_book_forget(&b.book, 6 * S);
    assert_int_equal(b.book.count, 0);
    assert_null(b.c.closed);
    tell(&b, 7 * S, 7 * S, NEVER);
    sw_alert_book_advance(&b.book, 7 * S);
    sw_condition_end(&b.book, &b.c, 9 * S);
    assert_alert(&b, 0, 7 * S, 9 * S);
    sw_alert_book_deinit(&b.book);
}

/* ---- the floor ---- */

struct world {
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_floor *floor;
};

static void open_world(struct world *w) {
    sw_policy_init(&w->policy);
    w->shifts = sw_shifts_new(&w->policy, NULL);
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    options.policy = &w->policy;
    options.shifts = w->shifts;
    w->floor = sw_floor_new(&options);
}

static void close_world(struct world *w) {
    sw_floor_free(w->floor);
    sw_shifts_free(w->shifts);
    sw_policy_deinit(&w->policy);
}

static struct sw_event base(enum sw_event_type type, int64_t ts_ms) {
    return (struct sw_event){.type = type, .ts_ms = ts_ms, .wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .priority = INT64_MIN};
}

static void agent_state(struct world *w, int64_t ts_ms, const char *agent, enum sw_agent_state state, const char *reason) {
    struct sw_event e = base(SW_EV_AGENT_STATE, ts_ms);
    e.agent = agent;
    e.state = state;
    e.reason = reason;
    e.team = "A";
    e.has_queues = true;
    e.queues[0] = "q";
    e.queue_count = 1;
    assert_int_equal(sw_floor_apply(w->floor, &e, ts_ms, INT64_MAX, NULL), SW_OUTCOME_APPLIED);
}

static void call(struct world *w, int64_t ts_ms, enum sw_event_type type, const char *id, const char *agent) {
    struct sw_event e = base(type, ts_ms);
    e.call = id;
    e.agent = agent;
    e.queue = type == SW_EV_CALL_QUEUED ? "q" : NULL;
    assert_int_equal(sw_floor_apply(w->floor, &e, ts_ms, INT64_MAX, NULL), SW_OUTCOME_APPLIED);
}

/* One alert of RULE, and its times from T0 on. */
static void assert_only(struct world *w, enum sw_rule rule, int64_t opened_ms, int64_t closed_ms) {
    struct sw_alert *list;
    size_t count = sw_floor_alerts(w->floor, false, &list), found = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].rule != rule) continue;
        found++;
        assert_int_equal(list[i].opened_ms - T0, opened_ms);
        if (closed_ms == NEVER) assert_true(list[i].closed_ms == NEVER);
        else assert_int_equal(list[i].closed_ms - T0, closed_ms);
    }
    free(list);
    assert_int_equal(found, 1);
}

static size_t count_of(struct world *w, enum sw_rule rule) {
    struct sw_alert *list;
    size_t count = sw_floor_alerts(w->floor, false, &list), found = 0;
    for (size_t i = 0; i < count; i++) found += list[i].rule == rule;
    free(list);
    return found;
}

static void test_agents(void **state) {
    (void)state;
    struct world w;
    open_world(&w);
    agent_state(&w, T0, "1", SW_ST_BUSY, "printer");
    agent_state(&w, T0 + 20 * M, "1", SW_ST_RINGING, NULL);
    agent_state(&w, T0 + 20 * M + 16 * S, "1", SW_ST_HOLD, NULL);
    agent_state(&w, T0 + 22 * M + 17 * S, "1", SW_ST_WRAPUP, NULL);
    agent_state(&w, T0 + 24 * M, "1", SW_ST_READY, NULL);
    sw_floor_advance(w.floor, T0 + 30 * M);
    assert_only(&w, SW_RULE_BUSY, 5 * M, 20 * M);
    assert_only(&w, SW_RULE_AWAY_REPORT, 15 * M, 20 * M);
    assert_only(&w, SW_RULE_RING_ANSWER, 20 * M + 15 * S, 20 * M + 16 * S);
    assert_only(&w, SW_RULE_HOLD_EACH, 22 * M + 16 * S, 22 * M + 17 * S);
    assert_only(&w, SW_RULE_WRAPUP, 23 * M + 27 * S, 24 * M + 10 * S); /* for 10 s, gone for 10 s */
    agent_state(&w, T0 + 31 * M, "1", SW_ST_BUSY, NULL); /* no reason: at once */
    assert_int_equal(count_of(&w, SW_RULE_BUSY), 2);
    close_world(&w);
}

static void test_granted_busy(void **state) {
    (void)state;
    struct world w;
    open_world(&w);
    struct sw_grant grant = {.agent = "1", .kind = SW_GRANT_BUSY, .from_ms = T0, .to_ms = T0 + 30 * M};
    agent_state(&w, T0, "1", SW_ST_BUSY, "file");
    sw_floor_advance(w.floor, T0 + 6 * M);
    assert_only(&w, SW_RULE_BUSY, 5 * M, NEVER);
    assert_int_equal(sw_shifts_add_grant(w.shifts, &grant), 0);
    sw_floor_review(w.floor);
    sw_floor_advance(w.floor, T0 + 29 * M);
    assert_only(&w, SW_RULE_BUSY, 5 * M, 6 * M); /* closed when it was permitted */
    sw_floor_advance(w.floor, T0 + 31 * M);
    assert_int_equal(count_of(&w, SW_RULE_BUSY), 2); /* and again when that was over */
    close_world(&w);
}

static void test_queue(void **state) {
    (void)state;
    struct world w;
    open_world(&w);
    agent_state(&w, T0, "1", SW_ST_READY, NULL);
    agent_state(&w, T0, "2", SW_ST_TALKING, NULL);
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof id, "c%d", i);
        call(&w, T0 + i * S, SW_EV_CALL_QUEUED, id, NULL);
    }
    agent_state(&w, T0 + 50 * S, "2", SW_ST_READY, NULL);
    sw_floor_advance(w.floor, T0 + 3 * M);
    assert_only(&w, SW_RULE_WAITING, 14 * S, NEVER);       /* the fifth came at 4 s */
    assert_only(&w, SW_RULE_LONGEST_WAIT, 40 * S, NEVER);
    assert_only(&w, SW_RULE_SURGE, 61 * S, NEVER);         /* two wait for one who is ready from 1 s on */
    assert_int_equal(count_of(&w, SW_RULE_IDLE), 2);       /* 1 from 60 s, 2 from 110 s, and 10 s each */
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof id, "c%d", i);
        call(&w, T0 + 3 * M + i * S, SW_EV_CALL_ABANDONED, id, NULL);
    }
    sw_floor_advance(w.floor, T0 + 10 * M);
    assert_only(&w, SW_RULE_WAITING, 14 * S, 3 * M + 11 * S); /* under five from 3:01 on */
    assert_only(&w, SW_RULE_LONGEST_WAIT, 40 * S, 3 * M + 15 * S);
    assert_int_equal(count_of(&w, SW_RULE_ANSWER_RATE), 2); /* of the queue and of the site */
    assert_int_equal(count_of(&w, SW_RULE_ABANDON), 2);
    close_world(&w);
}

static void test_team_holds_chat(void **state) {
    (void)state;
    struct world w;
    open_world(&w);
    agent_state(&w, T0, "1", SW_ST_BREAK, NULL);
    agent_state(&w, T0 + 1 * S, "2", SW_ST_BREAK, NULL);
    agent_state(&w, T0 + 2 * S, "3", SW_ST_BREAK, NULL);
    agent_state(&w, T0 + 9 * S, "1", SW_ST_READY, NULL);
    assert_only(&w, SW_RULE_BREAK_TOGETHER, 2 * S, 9 * S);
    call(&w, T0 + M, SW_EV_CALL_QUEUED, "c", NULL);
    call(&w, T0 + M, SW_EV_CALL_ANSWERED, "c", "1");
    for (int i = 0; i < 3; i++) {
        call(&w, T0 + (2 + i) * M, SW_EV_CALL_HELD, "c", NULL);
        call(&w, T0 + (2 + i) * M + S, SW_EV_CALL_RETRIEVED, "c", NULL);
    }
    call(&w, T0 + 5 * M, SW_EV_CALL_ENDED, "c", NULL);
    assert_only(&w, SW_RULE_HOLD_COUNT, 4 * M, 5 * M);
    struct sw_event chat = base(SW_EV_CALL_QUEUED, T0 + 6 * M);
    chat.call = "chat";
    chat.queue = "web";
    chat.media = SW_MEDIA_CHAT;
    sw_floor_apply(w.floor, &chat, chat.ts_ms, INT64_MAX, NULL);
    sw_floor_advance(w.floor, T0 + 8 * M);
    assert_only(&w, SW_RULE_CHAT_FIRST_REPLY, 7 * M, NEVER);
    close_world(&w);
}

static void alarm_of(struct world *w, int64_t t_ms, int number, bool raised) {
    char source[24];
    (void)snprintf(source, sizeof source, "trunk-%d", number);
    struct sw_event e = base(SW_EV_ALARM, t_ms);
    e.source = source;
    e.text = "down";
    e.severity = SW_SEVERITY_WARNING;
    e.alarm_raised = raised;
    sw_floor_apply(w->floor, &e, t_ms, INT64_MAX, NULL);
}

/* However many have been over: one that is raised is an alert. */
static void test_alarms(void **state) {
    (void)state;
    struct world w;
    open_world(&w);
    for (int i = 0; i < 3 * SW_ALARMS_MAX; i++) {
        alarm_of(&w, T0 + i * S, i, true);
        if (i) alarm_of(&w, T0 + i * S, i - 1, false); /* the same instant: nobody looked at the clock between */
        sw_floor_advance(w.floor, T0 + i * S);
    }
    assert_int_equal(count_of(&w, SW_RULE_ALARM), 3 * SW_ALARMS_MAX);
    struct sw_alert *open;
    size_t count = sw_floor_alerts(w.floor, true, &open);
    assert_int_equal(count, 1);
    assert_string_equal(open[0].subject, "trunk-149");
    free(open);
    close_world(&w);
}

/* ---- live and replay ---- */

/* 1 and 2 call out; the band allows a seat two calls a day on average. */
static void test_outbound_band(void **state) {
    (void)state;
    struct world w;
    open_world(&w);
    w.policy.rule[SW_RULE_OUTBOUND_DIALED].on = w.policy.rule[SW_RULE_OUTBOUND_SUCCESS].on = true;
    w.policy.dialed_max = 2;
    w.policy.success_max = 1;
    char id[8];
    int64_t t_ms = T0;
    for (int i = 0; i < 4; i++) { /* 1 + 3 calls of two seats: just the band */
        (void)snprintf(id, sizeof id, "c%d", i);
        call(&w, t_ms += M, SW_EV_CALL_DIALED, id, i ? "2" : "1");
    }
    assert_int_equal(count_of(&w, SW_RULE_OUTBOUND_DIALED), 0);
    call(&w, t_ms += M, SW_EV_CALL_DIALED, "c4", "1");
    assert_only(&w, SW_RULE_OUTBOUND_DIALED, t_ms - T0, NEVER);
    int64_t above_ms = t_ms;
    call(&w, t_ms += M, SW_EV_CALL_DIALED, "c5", "3"); /* another seat */
    assert_only(&w, SW_RULE_OUTBOUND_DIALED, above_ms - T0, t_ms - T0);
    assert_int_equal(count_of(&w, SW_RULE_OUTBOUND_SUCCESS), 0);
    sw_floor_advance(w.floor, T0 + 24 * 60 * M + M);
    for (int i = 0; i < 2; i++) { /* the next day begins with nothing */
        (void)snprintf(id, sizeof id, "d%d", i);
        call(&w, T0 + 24 * 60 * M + 2 * M, SW_EV_CALL_DIALED, id, "1");
    }
    assert_int_equal(count_of(&w, SW_RULE_OUTBOUND_DIALED), 1);
    close_world(&w);
}

static uint64_t seed;
static int64_t below(int64_t n) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((seed >> 33) % (uint64_t)n);
}

#define EVENTS 400

struct story {
    struct sw_event events[EVENTS];
    char calls[EVENTS][8];
};

/* Agents and calls as they come, some told late. */
static void make_story(struct story *s) {
    static const char *const agents[] = {"1", "2", "3", "4"}, *const queues[] = {"q", "r"};
    static const enum sw_event_type types[] = {SW_EV_CALL_QUEUED,   SW_EV_CALL_QUEUED, SW_EV_CALL_ANSWERED, SW_EV_CALL_ABANDONED,
                                               SW_EV_CALL_HELD,     SW_EV_CALL_RETRIEVED, SW_EV_CALL_ENDED,  SW_EV_AGENT_STATE,
                                               SW_EV_AGENT_STATE};
    int64_t t_ms = T0 + 8 * 60 * M;
    for (int i = 0; i < EVENTS; i++) {
        t_ms += below(20) ? below(8 * S) : below(4 * M);
        struct sw_event *e = &s->events[i];
        *e = base(types[below(9)], below(4) ? t_ms : t_ms - below(25 * S));
        snprintf(s->calls[i], sizeof s->calls[i], "c%d", (int)below(12));
        if (e->type == SW_EV_AGENT_STATE) {
            e->agent = agents[below(4)];
            e->state = (enum sw_agent_state)below(SW_ST_COUNT);
            e->reason = below(3) ? "x" : NULL;
            e->team = "A";
            e->has_queues = true;
            for (int q = 0; q < 2; q++) e->queues[q] = queues[q];
            e->queue_count = (uint32_t)below(3);
            continue;
        }
        e->call = s->calls[i];
        e->queue = e->type == SW_EV_CALL_QUEUED ? queues[below(2)] : NULL;
        e->agent = e->type == SW_EV_CALL_ANSWERED ? agents[below(4)] : NULL;
        e->media = below(3) ? SW_MEDIA_VOICE : SW_MEDIA_CHAT;
    }
}

/* Tells the story; LAG: every event arrives that much late at most, and time passes between. */
static size_t run(const struct story *s, int64_t lag_ms, struct sw_alert **out, struct world *w) {
    open_world(w);
    int64_t latest_ms = INT64_MIN, now_ms = INT64_MIN;
    for (int i = 0; i < EVENTS; i++) {
        const struct sw_event *e = &s->events[i];
        if (e->ts_ms > latest_ms) latest_ms = e->ts_ms;
        int64_t arrival_ms = latest_ms + (lag_ms ? below(lag_ms) : 0);
        if (arrival_ms > now_ms) now_ms = arrival_ms;
        if (lag_ms && below(2)) sw_floor_advance(w->floor, now_ms);
        (void)sw_floor_apply(w->floor, e, lag_ms ? now_ms : latest_ms, INT64_MAX, NULL);
        struct sw_alert *open;
        size_t count = sw_floor_alerts(w->floor, true, &open);
        for (size_t a = 0; a < count; a++)
            for (size_t b = 0; b < a; b++)
                assert_false(open[a].rule == open[b].rule && open[a].kind == open[b].kind &&
                             !strcmp(open[a].subject, open[b].subject));
        free(open);
    }
    sw_floor_advance(w->floor, s->events[EVENTS - 1].ts_ms + 60 * M);
    return sw_floor_alerts(w->floor, false, out);
}

static void test_live_is_replay(void **state) {
    (void)state;
    static struct story story;
    for (uint64_t round = 1; round <= 1000; round++) {
        seed = round;
        make_story(&story);
        struct world a, b;
        struct sw_alert *live, *replayed;
        size_t replayed_count = run(&story, 0, &replayed, &a), live_count = run(&story, 15 * S, &live, &b);
        for (size_t i = 0; i < live_count && i < replayed_count; i++)
            if (sw_alert_order(&live[i], &replayed[i]) || live[i].closed_ms != replayed[i].closed_ms ||
                live[i].severity != replayed[i].severity || live[i].since_ms != replayed[i].since_ms)
                fail_msg("round %llu, alert %zu: %s %s opened %lld closed %lld live, %s %s %lld %lld replayed",
                         (unsigned long long)round, i, sw_rule_name(live[i].rule), live[i].subject,
                         (long long)(live[i].opened_ms - T0), (long long)(live[i].closed_ms - T0),
                         sw_rule_name(replayed[i].rule), replayed[i].subject, (long long)(replayed[i].opened_ms - T0),
                         (long long)(replayed[i].closed_ms - T0));
        assert_int_equal(live_count, replayed_count);
        assert_true(live_count > 5);
        free(live);
        free(replayed);
        close_world(&a);
        close_world(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_for_and_clear), cmocka_unit_test(test_becomes_critical), cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_forgotten),     cmocka_unit_test(test_agents),           cmocka_unit_test(test_granted_busy),
        cmocka_unit_test(test_queue),         cmocka_unit_test(test_outbound_band), cmocka_unit_test(test_team_holds_chat),
        cmocka_unit_test(test_alarms),  cmocka_unit_test(test_live_is_replay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
