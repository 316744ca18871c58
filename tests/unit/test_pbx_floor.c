/* The floor that adapters of telephone systems share: facts to events, snapshots, wrap-up, restarts, caps. */
#include "pbx_fixture.h"

#define NONE INT64_MIN

/* An agent who serves QUEUES, settled; its first event is looked away. */
static void settle(struct pbx_fixture *f) {
    sw_pbx_snapshot_begin(f->pbx);
    sw_pbx_snapshot_end(f->pbx, SW_PBX_SNAPSHOT_MERGE, 0);
}

static void staff(struct pbx_fixture *f, const char *agent, const char *queue) {
    sw_pbx_member(f->pbx, agent, queue, false, NULL, f->now_ms);
    sw_buf_clear(&f->events);
}

static void test_one_call(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 5000, 1000);
    settle(&f);
    sw_pbx_agent(f.pbx, "alice", "Alice A.", "blue");
    sw_pbx_member(f.pbx, "alice", "sales", false, NULL, T0);
    pbx_expect(&f, "0 agent.state alice ready name=Alice A. team=blue in sales\n");
    sw_pbx_queued(f.pbx, "c1", "sales", 1, 7, pbx_at(&f, 1000));
    sw_pbx_ringing(f.pbx, "c1", "alice", "sales", pbx_at(&f, 3000));
    sw_pbx_answered(f.pbx, "c1", "alice", "sales", 9000, pbx_at(&f, 10500));
    sw_pbx_held(f.pbx, "c1", pbx_at(&f, 20000));
    sw_pbx_retrieved(f.pbx, "c1", pbx_at(&f, 25000));
    sw_pbx_ended(f.pbx, "c1", SW_BY_CALLER, 25000, 5000, pbx_at(&f, 35500));
    assert_int_equal(sw_pbx_next_deadline(f.pbx), T0 + 40500);
    pbx_at(&f, 41000);
    pbx_expect(&f, "1000 call.queued c1 @sales\n"
                   "3000 call.ringing alice c1 @sales\n"
                   "3000 agent.state alice c1 @sales ringing\n"
                   "10500 call.answered alice c1 @sales\n" /* 9 s of the switch are 9.5 s of the clock */
                   "10500 agent.state alice c1 @sales talking\n"
                   "20000 call.held c1 @sales\n"
                   "20000 agent.state alice c1 @sales hold\n"
                   "25000 call.retrieved c1 @sales\n"
                   "25000 agent.state alice c1 @sales talking\n"
                   "35500 call.ended c1 @sales by=caller\n"
                   "35500 agent.state alice wrapup\n"
                   "40500 agent.state alice ready\n");
    assert_int_equal(sw_pbx_next_deadline(f.pbx), INT64_MAX);
    assert_int_equal(sw_pbx_open_calls(f.pbx), 0);
    assert_int_equal(sw_pbx_staffed_agents(f.pbx), 1);
    pbx_end_test(&f);
}

/* The same fact twice tells once; durations that differ from the clock's prevail. */
static void test_repeats(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 1000);
    settle(&f);
    staff(&f, "alice", "sales");
    for (int i = 0; i < 2; i++) sw_pbx_member(f.pbx, "alice", "sales", false, NULL, T0);
    for (int i = 0; i < 2; i++) sw_pbx_queued(f.pbx, "c1", "sales", NONE, NONE, pbx_at(&f, 1000 + i));
    for (int i = 0; i < 2; i++) sw_pbx_ringing(f.pbx, "c1", "alice", NULL, pbx_at(&f, 2000 + i));
    for (int i = 0; i < 2; i++) sw_pbx_answered(f.pbx, "c1", "alice", "sales", 8000, pbx_at(&f, 4000 + i));
    for (int i = 0; i < 2; i++) sw_pbx_held(f.pbx, "c1", pbx_at(&f, 5000 + i));
    for (int i = 0; i < 2; i++) sw_pbx_retrieved(f.pbx, "c1", pbx_at(&f, 6000 + i));
    for (int i = 0; i < 2; i++) sw_pbx_ended(f.pbx, "c1", SW_BY_AGENT, 9000, -1, pbx_at(&f, 7000 + i));
    sw_pbx_abandoned(f.pbx, "c1", -1, pbx_at(&f, 8000));
    pbx_expect(&f, "1000 call.queued c1 @sales\n"
                   "2000 call.ringing alice c1 @sales\n"
                   "2000 agent.state alice c1 @sales ringing\n"
                   "4000 call.answered alice c1 @sales wait=8000\n"
                   "4000 agent.state alice c1 @sales talking\n"
                   "5000 call.held c1 @sales\n"
                   "5000 agent.state alice c1 @sales hold\n"
                   "6000 call.retrieved c1 @sales\n"
                   "6000 agent.state alice c1 @sales talking\n"
                   "7000 call.ended c1 @sales talk=8000 by=agent\n"
                   "7000 agent.state alice ready\n");
    assert_int_equal(sw_pbx_counters(f.pbx)->repeats, 7);
    assert_int_equal(sw_pbx_counters(f.pbx)->late, 2);
    pbx_end_test(&f);
}

static void test_several_queues(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    settle(&f);
    sw_pbx_member(f.pbx, "alice", "sales", false, NULL, T0);
    sw_pbx_member(f.pbx, "alice", "service", false, NULL, T0);
    pbx_expect(&f, "0 agent.state alice ready in sales\n0 agent.state alice ready in sales,service\n");
    assert_int_equal(sw_pbx_staffed_agents(f.pbx), 1);
    /* paused in one: ready, for the other */
    sw_pbx_member(f.pbx, "alice", "sales", true, "Lunch", pbx_at(&f, 1000));
    pbx_expect(&f, "1000 agent.state alice ready in service\n");
    /* in both: paused, once */
    sw_pbx_member(f.pbx, "alice", "service", true, "Lunch", pbx_at(&f, 1001));
    pbx_expect(&f, "1001 agent.state alice meal (Lunch) in sales,service\n");
    /* another reason is told; the same again is not */
    sw_pbx_member(f.pbx, "alice", "sales", true, "Team meeting", pbx_at(&f, 2000));
    sw_pbx_member(f.pbx, "alice", "service", true, "Team meeting", pbx_at(&f, 2001));
    pbx_expect(&f, "2000 agent.state alice meeting (Team meeting)\n");
    sw_pbx_member(f.pbx, "alice", "sales", false, NULL, pbx_at(&f, 3000));
    sw_pbx_member(f.pbx, "alice", "service", false, NULL, pbx_at(&f, 3001));
    pbx_expect(&f, "3000 agent.state alice ready in sales\n3001 agent.state alice ready in sales,service\n");
    sw_pbx_member_gone(f.pbx, "alice", "sales", pbx_at(&f, 4000));
    pbx_expect(&f, "4000 agent.state alice ready in service\n");
    sw_pbx_member_gone(f.pbx, "alice", "service", pbx_at(&f, 5000));
    sw_pbx_member_gone(f.pbx, "alice", "service", pbx_at(&f, 5000));
    pbx_expect(&f, "5000 agent.state alice offline\n");
    assert_int_equal(sw_pbx_staffed_agents(f.pbx), 0);
    pbx_end_test(&f);
}

static void test_reasons(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    settle(&f);
    staff(&f, "alice", "sales");
    assert_int_equal(sw_pbx_reasons_add(f.reasons, "Stretch", SW_ST_BREAK), 0);
    const char *const reasons[] = {"stretch", "午餐", "培训", "paperwork", "", "paperwork"};
    for (int i = 0; i < 6; i++) {
        sw_pbx_member(f.pbx, "alice", "sales", true, reasons[i], pbx_at(&f, 1000 * (2 * i + 1)));
        sw_pbx_member(f.pbx, "alice", "sales", false, NULL, pbx_at(&f, 1000 * (2 * i + 2)));
    }
    pbx_expect(&f, "1000 agent.state alice break (stretch)\n2000 agent.state alice ready\n"
                   "3000 agent.state alice meal (午餐)\n4000 agent.state alice ready\n"
                   "5000 agent.state alice meeting (培训)\n6000 agent.state alice ready\n"
                   "7000 agent.state alice busy (paperwork)\n8000 agent.state alice ready\n"
                   "9000 agent.state alice busy\n10000 agent.state alice ready\n"
                   "11000 agent.state alice busy (paperwork)\n12000 agent.state alice ready\n");
    assert_string_equal(sw_buf_text(&f.messages),
                        "pauses for \"paperwork\" count as busy: nobody said what they are\n");
    char longest[400];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    sw_pbx_member(f.pbx, "alice", "sales", true, longest, pbx_at(&f, 13000));
    sw_pbx_member(f.pbx, "alice", "sales", true, longest, pbx_at(&f, 14000));
    assert_int_equal(sw_pbx_counters(f.pbx)->repeats, 1);
    pbx_end_test(&f);
}

static void test_duty_and_line(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    settle(&f);
    sw_pbx_member(f.pbx, "alice", "sales", false, NULL, T0);
    sw_pbx_duty(f.pbx, "alice", SW_PBX_DUTY_OUT, NULL, pbx_at(&f, 1000));
    sw_pbx_line(f.pbx, "alice", SW_PBX_LINE_ENGAGED,
                pbx_at(&f, 1500)); /* a private call is nobody's business */
    sw_pbx_duty(f.pbx, "alice", SW_PBX_DUTY_IN, NULL, pbx_at(&f, 2000));
    sw_pbx_line(f.pbx, "alice", SW_PBX_LINE_HELD, pbx_at(&f, 2500));
    sw_pbx_line(f.pbx, "alice", SW_PBX_LINE_FREE, pbx_at(&f, 3000));
    sw_pbx_duty(f.pbx, "alice", SW_PBX_DUTY_PAUSED, "coffee", pbx_at(&f, 4000));
    sw_pbx_line(f.pbx, "alice", SW_PBX_LINE_UNREACHABLE, pbx_at(&f, 5000));
    sw_pbx_duty(f.pbx, "alice", SW_PBX_DUTY_BY_QUEUES, NULL, pbx_at(&f, 6000));
    sw_pbx_line(f.pbx, "alice", SW_PBX_LINE_RINGING, pbx_at(&f, 7000));
    pbx_expect(&f, "0 agent.state alice ready in sales\n"
                   "1000 agent.state alice offline\n"
                   "2000 agent.state alice talking\n"
                   "2500 agent.state alice hold\n"
                   "3000 agent.state alice ready\n"
                   "4000 agent.state alice break (coffee)\n"
                   "6000 agent.state alice busy (unavailable)\n"
                   "7000 agent.state alice ringing\n");
    pbx_end_test(&f);
}

/* A call rings at several; one answers, one declines. */
static void test_ring_all(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    settle(&f);
    staff(&f, "a", "q");
    staff(&f, "b", "q");
    staff(&f, "c", "q");
    sw_pbx_ringing(f.pbx, "c1", "a", "q", pbx_at(&f, 1000)); /* its joining was missed */
    sw_pbx_ringing(f.pbx, "c1", "b", "q", pbx_at(&f, 1000));
    sw_pbx_ringing(f.pbx, "c1", "c", "q", pbx_at(&f, 1000));
    sw_buf_clear(&f.events);
    sw_pbx_ring_ended(f.pbx, "c1", "b", SW_PBX_RING_REJECTED, pbx_at(&f, 2000));
    sw_pbx_ring_ended(f.pbx, "c1", "c", SW_PBX_RING_STOPPED, pbx_at(&f, 2500));
    sw_pbx_ringing(f.pbx, "c1", "c", "q", pbx_at(&f, 2600));
    sw_pbx_answered(f.pbx, "c1", "c", "q", -1, pbx_at(&f, 3000));
    pbx_expect(&f,
               "2000 call.declined b c1 @q rejected\n2000 agent.state b ready\n"
               "2500 agent.state c ready\n"
               "2600 call.ringing c c1 @q\n2600 agent.state c c1 @q ringing\n"
               "3000 call.answered c c1 @q\n3000 agent.state c c1 @q talking\n3000 agent.state a ready\n");
    sw_pbx_ring_ended(f.pbx, "c1", "a", SW_PBX_RING_TIMEOUT, pbx_at(&f, 3500)); /* late: it is answered */
    sw_pbx_hung_up(f.pbx, "c1", SW_BY_CALLER, pbx_at(&f, 4000));
    pbx_expect(&f, "4000 call.ended c1 @q by=caller\n4000 agent.state c ready\n");
    pbx_end_test(&f);
}

static void test_exits(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 1000);
    settle(&f);
    /* into another queue */
    sw_pbx_queued(f.pbx, "c1", "q1", NONE, NONE, pbx_at(&f, 0));
    sw_pbx_exited(f.pbx, "c1", SW_EXIT_TIMEOUT, -1, pbx_at(&f, 1000));
    assert_int_equal(sw_pbx_call_phase(f.pbx, "c1"), SW_PBX_OVER);
    sw_pbx_queued(f.pbx, "c1", "q2", NONE, NONE, pbx_at(&f, 3000));
    pbx_expect(&f, "0 call.queued c1 @q1\n1000 call.exited c1 @q1 timeout to=q2\n3000 call.queued c1 @q2\n");
    /* nowhere: told when the hold is over, with its own time */
    sw_pbx_exited(f.pbx, "c1", SW_EXIT_KEY, -1, pbx_at(&f, 4000));
    assert_int_equal(sw_pbx_next_deadline(f.pbx), T0 + 4000 + SW_PBX_HOLD_MS);
    pbx_at(&f, 8999);
    pbx_expect(&f, "");
    pbx_at(&f, 9000);
    pbx_expect(&f, "4000 call.exited c1 @q2 key\n");
    /* hung up: told at once */
    sw_pbx_queued(f.pbx, "c2", "q1", NONE, NONE, pbx_at(&f, 10000));
    sw_pbx_exited(f.pbx, "c2", SW_EXIT_UNSTAFFED, -1, pbx_at(&f, 11000));
    sw_pbx_hung_up(f.pbx, "c2", SW_BY_SYSTEM, pbx_at(&f, 11500));
    pbx_expect(&f, "10000 call.queued c2 @q1\n11000 call.exited c2 @q1 unstaffed\n");
    /* it was no exit */
    sw_pbx_queued(f.pbx, "c3", "q1", NONE, NONE, pbx_at(&f, 12000));
    sw_pbx_exited(f.pbx, "c3", SW_EXIT_KEY, -1, pbx_at(&f, 13000));
    sw_pbx_answered(f.pbx, "c3", "a", "q1", -1, pbx_at(&f, 13001));
    sw_pbx_queued(f.pbx, "c4", "q1", NONE, NONE, pbx_at(&f, 14000));
    sw_pbx_exited(f.pbx, "c4", SW_EXIT_TIMEOUT, -1, pbx_at(&f, 15000));
    sw_pbx_abandoned(f.pbx, "c4", -1, pbx_at(&f, 15002));
    pbx_expect(&f,
               "12000 call.queued c3 @q1\n13001 call.answered a c3 @q1\n13001 agent.state a c3 @q1 talking\n"
               "14000 call.queued c4 @q1\n15000 call.abandoned c4 @q1\n");
    /* straight into another queue */
    sw_pbx_queued(f.pbx, "c5", "q1", NONE, NONE, pbx_at(&f, 16000));
    sw_pbx_queued(f.pbx, "c5", "q2", NONE, NONE, pbx_at(&f, 17000));
    sw_pbx_hung_up(f.pbx, "c5", SW_BY_CALLER, pbx_at(&f, 18000));
    pbx_expect(&f,
               "16000 call.queued c5 @q1\n17000 call.exited c5 @q1 overflow to=q2\n17000 call.queued c5 @q2\n"
               "18000 call.abandoned c5 @q2\n");
    assert_int_equal(sw_pbx_counters(f.pbx)->late, 0);
    pbx_end_test(&f);
}

static void test_transfer_and_requeue(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 3000, 1000);
    settle(&f);
    staff(&f, "a", "q1");
    sw_pbx_answered(f.pbx, "c1", "a", "q1", 4000, pbx_at(&f, 10000)); /* its joining was missed */
    sw_pbx_transferred(f.pbx, "c1", "2001", pbx_at(&f, 20000));
    sw_pbx_queued(f.pbx, "c1", "q2", NONE, NONE, pbx_at(&f, 21000));
    pbx_expect(
        &f,
        "6000 call.queued c1 @q1\n10000 call.answered a c1 @q1\n10000 agent.state a c1 @q1 talking\n"
        "20000 call.transferred a c1 @q1 to=2001\n20000 agent.state a wrapup\n21000 call.queued c1 @q2\n");
    /* answered there, and once more in a queue without its end having been told */
    sw_pbx_answered(f.pbx, "c1", "a", NULL, -1, pbx_at(&f, 22000));
    sw_pbx_queued(f.pbx, "c1", "q1", NONE, NONE, pbx_at(&f, 25000));
    pbx_expect(&f,
               "22000 call.answered a c1 @q2\n22000 agent.state a c1 @q2 talking\n"
               "25000 call.ended c1 @q2 by=system\n25000 agent.state a wrapup\n25000 call.queued c1 @q1\n");
    pbx_end_test(&f);
}

static void test_outbound(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 3000, 1000);
    settle(&f);
    staff(&f, "a", "q1");
    sw_pbx_dialed(f.pbx, "o1", "a", "spring", pbx_at(&f, 1000));
    sw_pbx_connected(f.pbx, "o1", pbx_at(&f, 2000));
    sw_pbx_held(f.pbx, "o1", pbx_at(&f, 3000));
    sw_pbx_retrieved(f.pbx, "o1", pbx_at(&f, 4000));
    sw_pbx_ended(f.pbx, "o1", SW_BY_AGENT, -1, -1, pbx_at(&f, 5000));
    sw_pbx_dialed(f.pbx, "o2", "a", NULL, pbx_at(&f, 6000));
    sw_pbx_hung_up(f.pbx, "o2", SW_BY_SYSTEM, pbx_at(&f, 7000));
    pbx_expect(&f, "1000 call.dialed a o1\n1000 agent.state a o1 dialing\n"
                   "2000 call.connected o1\n2000 agent.state a o1 talking\n"
                   "3000 call.held o1\n3000 agent.state a o1 hold\n"
                   "4000 call.retrieved o1\n4000 agent.state a o1 talking\n"
                   "5000 call.ended o1 by=agent\n5000 agent.state a ready\n"
                   "6000 call.dialed a o2\n6000 agent.state a o2 dialing\n"
                   "7000 call.ended o2 by=system\n7000 agent.state a ready\n");
    pbx_end_test(&f);
}

static void test_wrapup(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    settle(&f);
    staff(&f, "a", "q");
    sw_pbx_wrapup_time(f.pbx, "a", 10000);
    for (int i = 0; i < 4; i++) {
        char call[8];
        (void)snprintf(call, sizeof call, "c%d", i);
        sw_pbx_answered(f.pbx, call, "a", "q", 0, pbx_at(&f, i * 20000));
        if (i == 3)
            sw_pbx_member(f.pbx, "a", "q", true, "tea",
                          pbx_at(&f, i * 20000 + 500)); /* paused while talking */
        sw_buf_clear(&f.events);
        sw_pbx_ended(f.pbx, call, SW_BY_CALLER, -1, -1, pbx_at(&f, i * 20000 + 1000));
        if (i == 0) sw_pbx_answered(f.pbx, "d", "a", "q", 0, pbx_at(&f, 5000)); /* the next call ends it */
        if (i == 0) sw_pbx_ended(f.pbx, "d", SW_BY_CALLER, -1, -1, pbx_at(&f, 6000));
        if (i == 1) sw_pbx_member(f.pbx, "a", "q", true, "tea", pbx_at(&f, 25000)); /* a pause ends it */
        if (i == 1) sw_pbx_member(f.pbx, "a", "q", false, NULL, pbx_at(&f, 26000));
        if (i == 2) sw_pbx_wrapup_over(f.pbx, "a", pbx_at(&f, 45000));
        pbx_at(&f, i * 20000 + 19000);
        const char *const expected[] = {
            "1000 call.ended c0 @q by=caller\n1000 agent.state a wrapup\n5000 call.queued d @q\n5000 "
            "call.answered a d @q wait=0\n"
            "5000 agent.state a d @q talking\n6000 call.ended d @q by=caller\n6000 agent.state a "
            "wrapup\n16000 agent.state a ready\n",
            "21000 call.ended c1 @q by=caller\n21000 agent.state a wrapup\n25000 agent.state a break "
            "(tea)\n26000 agent.state a ready\n",
            "41000 call.ended c2 @q by=caller\n41000 agent.state a wrapup\n45000 agent.state a ready\n",
            "61000 call.ended c3 @q by=caller\n61000 agent.state a break (tea)\n"};
        pbx_expect(&f, expected[i]);
    }
    sw_pbx_member(f.pbx, "a", "q", false, NULL, pbx_at(&f, 100000));
    sw_pbx_wrapup_since(f.pbx, "a", T0 + 80000); /* long over */
    sw_pbx_wrapup_since(f.pbx, "a", T0 + 95000);
    pbx_at(&f, 105000);
    pbx_expect(&f, "100000 agent.state a ready\n100000 agent.state a wrapup\n105000 agent.state a ready\n");
    pbx_end_test(&f);
}

/* Killed and started again: the snapshot tells what changed meanwhile, and nothing twice. */
static void test_restart(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 10000, 1000);
    settle(&f);
    staff(&f, "a", "q");
    staff(&f, "b", "q");
    staff(&f, "c", "q");
    sw_pbx_agent(f.pbx, "d", "Dora", NULL);
    sw_pbx_member(f.pbx, "d", "q", true, "lunch", f.now_ms);
    sw_pbx_queued(f.pbx, "waits", "q", NONE, NONE, pbx_at(&f, 1000));
    sw_pbx_queued(f.pbx, "answered", "q", NONE, NONE, pbx_at(&f, 1000));
    sw_pbx_queued(f.pbx, "gone", "q", NONE, NONE, pbx_at(&f, 1000));
    sw_pbx_answered(f.pbx, "talks", "a", "q", 0, pbx_at(&f, 2000));
    sw_pbx_answered(f.pbx, "ends", "b", "q", 0, pbx_at(&f, 2000));
    sw_buf_clear(&f.events);
    f.now_ms = T0 + 60000;
    pbx_restart(&f, 10000, 1000);
    assert_int_equal(sw_pbx_open_calls(f.pbx), 5);
    assert_int_equal(sw_pbx_staffed_agents(f.pbx), 4);
    sw_pbx_snapshot_begin(f.pbx);
    sw_pbx_agent(f.pbx, "d", "Dora", NULL);
    sw_pbx_note_member(f.pbx, "a", "q", false, NULL, NONE);
    sw_pbx_note_member(f.pbx, "b", "q", true, "tea", T0 + 50000);
    sw_pbx_note_member(f.pbx, "d", "q", true, "lunch", T0);
    sw_pbx_note_member(f.pbx, "e", "q", false, NULL, NONE);
    sw_pbx_note_waiting(f.pbx, "waits", "q", 1, 0, T0 + 1000);
    sw_pbx_note_talking(f.pbx, "talks", "q", "a", T0 + 2000);
    sw_pbx_note_talking(f.pbx, "answered", "q", "e", T0 + 40000);
    sw_pbx_note_waiting(f.pbx, "new", "q", 2, 0, T0 + 55000);
    pbx_expect(&f, "");
    assert_int_equal(sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_MERGE, SW_PBX_COVERS_ALL), 8);
    pbx_expect(&f, "40000 call.answered e answered @q\n"
                   "2000 call.exited gone @q overflow\n"
                   "2000 call.ended ends @q by=system\n"
                   "55000 call.queued new @q\n"
                   "50000 agent.state b break (tea)\n"
                   "2000 agent.state c offline\n"
                   "40000 agent.state e answered @q talking in q\n");
    pbx_end_test(&f);
}

/* Killed during a wrap-up: it ends when it would have. */
static void test_restart_in_wrapup(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 10000, 1000);
    settle(&f);
    staff(&f, "a", "q");
    sw_pbx_answered(f.pbx, "c", "a", "q", 0, pbx_at(&f, 1000));
    sw_pbx_ended(f.pbx, "c", SW_BY_CALLER, -1, -1, pbx_at(&f, 2000));
    sw_buf_clear(&f.events);
    f.now_ms = T0 + 5000;
    pbx_restart(&f, 10000, 1000);
    sw_pbx_snapshot_begin(f.pbx);
    sw_pbx_note_member(f.pbx, "a", "q", false, NULL, NONE);
    sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_MERGE, SW_PBX_COVERS_ALL);
    pbx_at(&f, 13000);
    pbx_expect(&f, "12000 agent.state a ready\n");
    pbx_end_test(&f);
}

/* The connection was away for a while: what went meanwhile went when the switch was last seen. */
static void test_unseen(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 1000);
    settle(&f);
    staff(&f, "a", "q");
    staff(&f, "b", "q");
    sw_pbx_answered(f.pbx, "c1", "a", "q", 0, pbx_at(&f, 1000));
    sw_pbx_answered(f.pbx, "c2", "b", "q", 0, pbx_at(&f, 1000));
    sw_buf_clear(&f.events);
    sw_pbx_unseen(f.pbx, pbx_at(&f, 5000));
    sw_pbx_unseen(f.pbx, pbx_at(&f, 60000)); /* still */
    pbx_at(&f, 90000);
    sw_pbx_snapshot_begin(f.pbx);
    sw_pbx_note_member(f.pbx, "a", "q", false, NULL, NONE);
    sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_MERGE, SW_PBX_COVERS_ALL);
    pbx_expect(&f, "5000 call.ended c1 @q by=system\n5000 call.ended c2 @q by=system\n"
                   "5000 agent.state a ready\n5000 agent.state b offline\n");
    pbx_end_test(&f);
}

static void note_q(struct pbx_fixture *f, const char *const *agents, const char *waiting) {
    sw_pbx_snapshot_begin(f->pbx);
    for (; *agents; agents++) sw_pbx_note_member(f->pbx, *agents, "q", false, NULL, NONE);
    if (waiting) sw_pbx_note_waiting(f->pbx, waiting, "q", NONE, NONE, T0 + 500);
}

/* A difference is put right when it stays, and is told; one that goes away by itself is not. */
static void test_drift(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 1000);
    settle(&f);
    staff(&f, "a", "q");
    staff(&f, "b", "q");
    sw_pbx_queued(f.pbx, "lost", "q", NONE, NONE, pbx_at(&f, 0));
    sw_buf_clear(&f.events);
    pbx_at(&f, 60000);
    note_q(&f, (const char *const[]){"a", "c", NULL}, "missed");
    assert_int_equal(sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_CHECK, SW_PBX_COVERS_ALL), 0);
    pbx_expect(&f, "");
    pbx_at(&f, 120000);
    note_q(&f, (const char *const[]){"a", "c", "d", NULL}, "missed");
    assert_int_equal(sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_CHECK, SW_PBX_COVERS_ALL), 4);
    pbx_expect(&f, "120000 call.exited lost @q overflow\n500 call.queued missed @q\n"
                   "120000 agent.state b offline\n120000 agent.state c ready in q\n");
    assert_string_equal(
        sw_buf_text(&f.messages),
        "corrected: b does not serve q any more\ncorrected: c serves q and is not paused there\n"
        "corrected: call lost is gone\ncorrected: call missed waits in q\n");
    assert_int_equal(sw_pbx_counters(f.pbx)->corrected, 4);
    /* d was seen once only */
    pbx_at(&f, 180000);
    note_q(&f, (const char *const[]){"a", "c", NULL}, "missed");
    assert_int_equal(sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_CHECK, SW_PBX_COVERS_ALL), 0);
    pbx_at(&f, 240000);
    note_q(&f, (const char *const[]){"a", "c", "d", NULL}, "missed");
    assert_int_equal(sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_CHECK, SW_PBX_COVERS_ALL), 0);
    pbx_expect(&f, "");
    assert_false(sw_pbx_agent_state(f.pbx, "d") != SW_ST_COUNT);
    pbx_end_test(&f);
}

/* What the switch tells while it tells the snapshot prevails over the snapshot. */
static void test_news_in_snapshot(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 1000);
    settle(&f);
    staff(&f, "a", "q");
    sw_pbx_queued(f.pbx, "c1", "q", NONE, NONE, pbx_at(&f, 1000));
    sw_buf_clear(&f.events);
    pbx_at(&f, 2000);
    note_q(&f, (const char *const[]){"a", NULL},
           "c2"); /* c1 has been answered, says the snapshot, and a is not paused */
    sw_pbx_answered(f.pbx, "c1", "a", "q", -1, f.now_ms);
    sw_pbx_member(f.pbx, "a", "q", true, "tea", f.now_ms);
    sw_pbx_member(f.pbx, "b", "q", false, NULL, f.now_ms);
    sw_pbx_queued(f.pbx, "c2", "q", NONE, NONE, f.now_ms);
    sw_pbx_abandoned(f.pbx, "c2", -1, f.now_ms);
    sw_pbx_snapshot_end(f.pbx, SW_PBX_SNAPSHOT_MERGE, SW_PBX_COVERS_ALL);
    pbx_expect(&f,
               "2000 call.answered a c1 @q\n2000 agent.state a c1 @q talking\n2000 agent.state b ready in q\n"
               "2000 call.queued c2 @q\n2000 call.abandoned c2 @q\n");
    pbx_end_test(&f);
}

static void test_times(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 1000);
    settle(&f);
    pbx_at(&f, INT64_C(86400000));
    sw_pbx_queued(f.pbx, "future", "q", NONE, NONE, f.now_ms + 3600000);
    sw_pbx_queued(f.pbx, "old", "q", NONE, NONE, 5);
    sw_pbx_answered(f.pbx, "future", "a", "q", INT64_MAX, f.now_ms - 5000); /* before it joined */
    pbx_expect(
        &f,
        "86400000 call.queued future @q\n68400000 call.queued old @q\n86400000 call.answered a future @q\n"
        "86400000 agent.state a future @q talking\n");
    assert_int_equal(sw_pbx_counters(f.pbx)->moved, 2);
    /* silent for six hours: forgotten, as the core does */
    assert_int_equal(sw_pbx_next_deadline(f.pbx), T0 + 68400000 + SW_ORPHAN_MS);
    pbx_at(&f, INT64_C(86400000) + SW_ORPHAN_MS);
    assert_int_equal(sw_pbx_open_calls(f.pbx), 0);
    assert_int_equal(sw_pbx_counters(f.pbx)->orphans, 2);
    pbx_expect(&f, "108000000 agent.state a offline\n");
    sw_pbx_abandoned(f.pbx, "old", -1, f.now_ms);
    sw_pbx_queued(f.pbx, "old", "q", NONE, NONE, f.now_ms);
    pbx_expect(&f, "108000000 call.queued old @q\n");
    assert_int_equal(sw_floor_counters(f.floor)->orphans, 2);
    pbx_end_test(&f);
}

static void test_alarm(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    sw_pbx_alarm(f.pbx, false, "seen", pbx_at(&f, 1000));
    sw_pbx_alarm(f.pbx, true, "not seen", pbx_at(&f, 2000));
    sw_pbx_alarm(f.pbx, true, "not seen", pbx_at(&f, 3000));
    pbx_restart(&f, 0, 0);
    sw_pbx_alarm(f.pbx, true, "not seen", pbx_at(&f, 4000));
    sw_pbx_alarm(f.pbx, false, "seen", pbx_at(&f, 5000));
    pbx_expect(&f, "2000 alarm raised not seen\n5000 alarm cleared seen\n");
    pbx_end_test(&f);
}

static void test_refused(void **state) {
    (void)state;
    struct pbx_fixture f;
    pbx_begin_test(&f, 0, 0);
    settle(&f);
    char longest[80];
    memset(longest, 'x', sizeof longest);
    longest[65] = '\0';
    const char *const bad[] = {"", NULL, "a\nb", "\xC3", "\xED\xA0\x80", longest};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sw_pbx_member(f.pbx, bad[i], "q", false, NULL, T0);
        sw_pbx_member(f.pbx, "a", bad[i], false, NULL, T0);
        sw_pbx_queued(f.pbx, bad[i], "q", NONE, NONE, T0);
        sw_pbx_queued(f.pbx, "c", bad[i], NONE, NONE, T0);
        sw_pbx_ringing(f.pbx, bad[i], "a", NULL, T0);
        sw_pbx_dialed(f.pbx, "o", bad[i], NULL, T0);
    }
    pbx_expect(&f, "");
    assert_int_equal(sw_pbx_counters(f.pbx)->refused, 5 * 6);
    longest[64] = '\0';
    sw_pbx_agent(f.pbx, longest, "\xFF", "\x01");
    sw_pbx_member(f.pbx, longest, longest, false, NULL, T0);
    assert_non_null(strstr(sw_buf_text(&f.events), " ready in xxx"));
    pbx_end_test(&f);
}

static void test_caps(void **state) {
    (void)state;
    struct pbx_fixture f;
    char id[32];
    pbx_begin_test(&f, 0, 0);
    for (int i = 0; i < SW_EVENT_QUEUES_MAX + 1; i++) {
        (void)snprintf(id, sizeof id, "q%d", i);
        sw_pbx_member(f.pbx, "a", id, false, NULL, T0);
    }
    assert_int_equal(sw_pbx_counters(f.pbx)->refused, 1);
    for (int i = 1; i < SW_PBX_AGENTS_MAX + 1; i++) {
        (void)snprintf(id, sizeof id, "a%d", i);
        sw_pbx_agent(f.pbx, id, NULL, NULL);
    }
    assert_int_equal(sw_pbx_counters(f.pbx)->refused, 2);
    for (int i = SW_EVENT_QUEUES_MAX + 1; i < SW_PBX_QUEUES_MAX + 1; i++) {
        (void)snprintf(id, sizeof id, "q%d", i);
        sw_pbx_member(f.pbx, "a1", id, false, NULL, T0);
    }
    assert_int_equal(sw_pbx_counters(f.pbx)->refused,
                     2 + 1 + SW_PBX_QUEUES_MAX - 2 * SW_EVENT_QUEUES_MAX - 1);
    uint64_t before = sw_pbx_counters(f.pbx)->refused;
    f.events.cap = 1u << 26;
    f.raw.cap = 1u << 26;
    for (int i = 0; i < SW_PBX_CALLS_MAX + 1; i++) {
        (void)snprintf(id, sizeof id, "c%d", i);
        sw_pbx_queued(f.pbx, id, "q0", NONE, NONE, T0);
    }
    assert_int_equal(sw_pbx_counters(f.pbx)->refused, before + 1);
    assert_int_equal(sw_pbx_open_calls(f.pbx), SW_PBX_CALLS_MAX);
    /* one that is over gives way */
    sw_pbx_abandoned(f.pbx, "c0", -1, T0);
    sw_pbx_queued(f.pbx, "new", "q0", NONE, NONE, T0);
    assert_int_equal(sw_pbx_counters(f.pbx)->refused, before + 1);
    assert_int_equal(sw_pbx_call_phase(f.pbx, "c0"), SW_PBX_UNKNOWN);
    before = sw_pbx_counters(f.pbx)->refused;
    for (int i = 0; i < SW_PBX_OFFERS_MAX + 1; i++) {
        (void)snprintf(id, sizeof id, "a%d", i + 1);
        sw_pbx_ringing(f.pbx, "c1", id, NULL, T0);
    }
    assert_int_equal(sw_pbx_counters(f.pbx)->refused, before + 1);
    pbx_end_test(&f);
}

static void test_reasons_file(void **state) {
    (void)state;
    struct sw_pbx_reasons *r = sw_pbx_reasons_new();
    const char *text = "# what pauses mean\n\nstretch = break\r\nA=B=meeting\n=break\n";
    size_t line;
    assert_int_equal(sw_pbx_reasons_read(r, text, strlen(text), &line), 0);
    assert_int_equal(sw_pbx_reasons_state(r, " STRETCH ", NULL), SW_ST_BREAK);
    assert_int_equal(sw_pbx_reasons_state(r, "a=b", NULL), SW_ST_MEETING);
    assert_int_equal(sw_pbx_reasons_state(r, NULL, NULL), SW_ST_BREAK);
    const char *const bad[] = {"ok=meal\nnothing\n", "ok=meal\nx=ready\n", "ok=meal\nx=nonsense",
                               "ok=meal\nx="};
    for (size_t i = 0; i < 4; i++) {
        assert_int_not_equal(sw_pbx_reasons_read(r, bad[i], strlen(bad[i]), &line), 0);
        assert_int_equal(line, 2);
    }
    assert_int_equal(sw_pbx_reasons_read(r, "a\0=meal", 7, &line), -SW_EPARSE);
    bool news;
    assert_int_equal(sw_pbx_reasons_state(r, "else", &news), SW_ST_BUSY);
    assert_true(news);
    assert_int_equal(sw_pbx_reasons_state(r, "Else", &news), SW_ST_BUSY);
    assert_false(news);
    char word[16];
    int error = 0;
    for (int i = 0; i <= SW_PBX_REASONS_MAX && !error; i++) {
        (void)snprintf(word, sizeof word, "w%d", i);
        error = sw_pbx_reasons_add(r, word, SW_ST_MEAL);
    }
    assert_int_equal(error, -SW_ELIMIT);
    assert_int_equal(sw_pbx_reasons_state(r, "past the cap", &news), SW_ST_BUSY);
    assert_false(news);
    sw_pbx_reasons_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_call),
                                       cmocka_unit_test(test_repeats),
                                       cmocka_unit_test(test_several_queues),
                                       cmocka_unit_test(test_reasons),
                                       cmocka_unit_test(test_duty_and_line),
                                       cmocka_unit_test(test_ring_all),
                                       cmocka_unit_test(test_exits),
                                       cmocka_unit_test(test_transfer_and_requeue),
                                       cmocka_unit_test(test_outbound),
                                       cmocka_unit_test(test_wrapup),
                                       cmocka_unit_test(test_restart),
                                       cmocka_unit_test(test_restart_in_wrapup),
                                       cmocka_unit_test(test_unseen),
                                       cmocka_unit_test(test_drift),
                                       cmocka_unit_test(test_news_in_snapshot),
                                       cmocka_unit_test(test_times),
                                       cmocka_unit_test(test_alarm),
                                       cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_caps),
                                       cmocka_unit_test(test_reasons_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
