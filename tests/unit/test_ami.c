/* Asterisk's manager interface: the stream, the events of app_queue, each trap of it, snapshots. */
#include "pbx_fixture.h"

#include <malloc.h>

#include "codec/ami.h"
#include "codec/ami_floor.h"
#include "io/files.h"

#define CAPTURES "../shared/data/ami/"

struct ami_test {
    struct pbx_fixture f;
    struct sw_ami *ami;
    struct sw_ami_floor *floor;
    struct sw_buf told;
    bool rows; /* messages are rows of a snapshot */
};

static void on_banner(void *ctx, const char *text) {
    (void)ctx, (void)text;
}

static void on_message(void *ctx, const struct sw_ami_message *message) {
    struct ami_test *t = ctx;
    if (t->rows)
        sw_ami_floor_row(t->floor, message, t->f.now_ms);
    else
        sw_ami_floor_event(t->floor, message, t->f.now_ms);
}

static void on_told(void *ctx, const char *text) {
    sw_buf_printf(&((struct ami_test *)ctx)->told, "%s\n", text);
}

static bool no_internal(void *ctx, const char *queue) {
    (void)ctx;
    return strcmp(queue, "internal") != 0;
}

static const char *const trunks[] = {"PJSIP/provider", NULL};

static void start(struct ami_test *t, bool fresh) {
    const struct sw_ami_floor_options options = {
        .pbx = t->f.pbx, .wants_queue = no_internal, .trunks = trunks, .message = on_told, .ctx = t};
    if (!fresh) sw_ami_floor_free(t->floor);
    t->floor = sw_ami_floor_new(&options);
}

static void feed(struct ami_test *t, const char *text) {
    sw_ami_feed(t->ami, text, strlen(text));
}

/* At T0 + MS comes a message, "Name: value|Name: value". */
static void say(struct ami_test *t, int64_t ms, const char *format, ...) {
    char text[4096], *at;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text - 4, format, args);
    va_end(args);
    for (at = text; (at = strchr(at, '|'));) *at = '\n';
    strncat(text, "\n\n", 4);
    pbx_at(&t->f, ms);
    sw_ami_floor_advance(t->floor, t->f.now_ms);
    feed(t, text);
}

static void begin_snapshot(struct ami_test *t, int64_t ms) {
    pbx_at(&t->f, ms);
    sw_ami_floor_advance(t->floor, t->f.now_ms);
    sw_ami_floor_begin(t->floor);
    t->rows = true;
}

static size_t end_snapshot(struct ami_test *t, enum sw_pbx_snapshot how) {
    t->rows = false;
    return sw_ami_floor_end(t->floor, how, true, true, t->f.now_ms);
}

/* Settled, with the members "AGENT QUEUE AGENT QUEUE ..." whose interface is PJSIP/AGENT. */
static void begin(struct ami_test *t, const char *members) {
    char agent[32], queue[32];
    int used;
    memset(t, 0, sizeof *t);
    pbx_begin_test(&t->f, 0, 1000);
    sw_buf_init(&t->told, 1u << 16);
    t->ami = sw_ami_new(on_banner, on_message, t);
    feed(t, "Asterisk Call Manager/9.0.0\r\n");
    start(t, true);
    begin_snapshot(t, 0);
    for (; sscanf(members, "%31s %31s%n", agent, queue, &used) == 2; members += used)
        say(t, 0,
            "Event: QueueMember|Queue: %s|Name: %s|Location: PJSIP/%s|StateInterface: PJSIP/%s|Membership: "
            "dynamic|"
            "Status: 1|Paused: 0",
            queue, agent, agent, agent);
    end_snapshot(t, SW_PBX_SNAPSHOT_MERGE);
    sw_buf_clear(&t->f.events);
}

#define expect(t, text) pbx_expect(&(t)->f, text)

static void end(struct ami_test *t) {
    pbx_end_test(&t->f);
    sw_ami_floor_free(t->floor);
    sw_ami_free(t->ami);
    sw_buf_deinit(&t->told);
}

/* ---- events as Asterisk words them ---- */

#define CALLER(id) "Channel: PJSIP/trunk-000000" id "|Uniqueid: " id "|Linkedid: " id
#define LEG(agent, id, link)                                                                                 \
    "DestChannel: PJSIP/" agent "-0000" id "|DestUniqueid: " id "|DestLinkedid: " link "|MemberName: " agent \
    "|Interface: PJSIP/" agent

static void join(struct ami_test *t, int64_t ms, const char *queue) {
    say(t, ms, "Event: Newchannel|" CALLER("c1"));
    say(t, ms, "Event: QueueCallerJoin|" CALLER("c1") "|Priority: 1|Queue: %s|Position: 1|Count: 1", queue);
}
static void leave(struct ami_test *t, int64_t ms, const char *queue) {
    say(t, ms, "Event: QueueCallerLeave|" CALLER("c1") "|Queue: %s|Position: 1|Count: 0", queue);
}
static void abandon(struct ami_test *t, int64_t ms, const char *queue, int hold_s) {
    say(t, ms,
        "Event: QueueCallerAbandon|" CALLER("c1") "|Queue: %s|Position: 1|OriginalPosition: 1|HoldTime: %d",
        queue, hold_s);
}
static void called(struct ami_test *t, int64_t ms) {
    say(t, ms, "Event: Newchannel|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
    say(t, ms, "Event: AgentCalled|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1"));
}
static void connect_alice(struct ami_test *t, int64_t ms, int hold_s) {
    leave(t, ms, "q1");
    say(t, ms,
        "Event: AgentConnect|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1",
                                                              "c1") "|HoldTime: %d|RingTime: 2",
        hold_s);
}
static void complete(struct ami_test *t, int64_t ms, int talk_s, const char *reason) {
    say(t, ms,
        "Event: AgentComplete|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1",
                                                               "c1") "|HoldTime: 3|TalkTime: %d|Reason: %s",
        talk_s, reason);
}
static void hangup_request(struct ami_test *t, int64_t ms) {
    say(t, ms, "Event: HangupRequest|" CALLER("c1"));
}
static void hangup(struct ami_test *t, int64_t ms) {
    say(t, ms, "Event: Hangup|" CALLER("c1") "|Cause: 16");
}
static void member(struct ami_test *t, int64_t ms, const char *event, const char *queue, const char *more) {
    say(t, ms,
        "Event: QueueMember%s|Queue: %s|MemberName: alice|Interface: PJSIP/alice|StateInterface: PJSIP/alice|"
        "Membership: dynamic|Ringinuse: 0|%s",
        event, queue, more);
}

static void answered_call(struct ami_test *t) {
    join(t, 1000, "q1");
    called(t, 2000);
    connect_alice(t, 4300, 3);
    sw_buf_clear(&t->f.events);
}

/* ---- the stream ---- */

struct stream {
    struct sw_buf out;
    struct sw_ami *ami;
    bool reset;
};

static void stream_banner(void *ctx, const char *text) {
    sw_buf_printf(&((struct stream *)ctx)->out, "<%s>", text);
}

static void stream_message(void *ctx, const struct sw_ami_message *m) {
    struct stream *s = ctx;
    for (size_t i = 0; i < m->count; i++)
        sw_buf_printf(&s->out, "%s=%s;", m->headers[i].name, m->headers[i].value);
    sw_buf_puts(&s->out, "/");
    if (s->reset) sw_ami_reset(s->ami);
}

static void test_stream(void **state) {
    (void)state;
    static const char text[] =
        "Asterisk Call Manager/5.0.2\r\nResponse: Success\r\nMessage: a: b\r\n\r\n\r\nEvent:X\nNo colon\n"
        "Empty:\r\nVariable: one\r\nVariable: two\r\n\r\nEvent: half\r\n";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct stream s = {0};
        sw_buf_init(&s.out, 4096);
        s.ami = sw_ami_new(stream_banner, stream_message, &s);
        for (size_t at = 0; at < sizeof text - 1; at += piece)
            sw_ami_feed(s.ami, text + at, at + piece < sizeof text - 1 ? piece : sizeof text - 1 - at);
        assert_string_equal(sw_buf_text(&s.out),
                            "<Asterisk Call Manager/5.0.2>Response=Success;Message=a: b;/"
                            "Event=X;=No colon;Empty=;Variable=one;Variable=two;/");
        assert_int_equal(sw_ami_counters(s.ami)->messages, 2);
        assert_int_equal(sw_ami_counters(s.ami)->malformed, 0);
        sw_ami_free(s.ami);
        sw_buf_deinit(&s.out);
    }
}

/* What is past a cap is passed over up to the next empty line, and takes no memory. */
static void test_hostile_stream(void **state) {
    (void)state;
    struct stream s = {0};
    char block[4096];
    memset(block, 'x', sizeof block);
    sw_buf_init(&s.out, 4096);
    s.ami = sw_ami_new(stream_banner, stream_message, &s);
    struct mallinfo2 before = mallinfo2();
    for (int i = 0; i < 4096; i++) sw_ami_feed(s.ami, block, sizeof block); /* a banner without end: 16 MiB */
    sw_ami_feed(s.ami, "\r\n", 2);
    for (int i = 0; i < 4096; i++) sw_ami_feed(s.ami, block, sizeof block); /* a header without end */
    sw_ami_feed(s.ami, "\r\nA: b\r\n\r", 9);
    sw_ami_feed(s.ami, "\nOk: 1\r\n\r\n", 10);
    assert_string_equal(sw_buf_text(&s.out), "Ok=1;/");
    for (int i = 0; i < 100000; i++) sw_ami_feed(s.ami, "A: b\r\n", 6); /* headers without end */
    sw_ami_feed(s.ami, "\r\nOk: 2\r\n\r\n", 11);
    for (int i = 0; i < 30; i++) { /* few, but long */
        sw_ami_feed(s.ami, block, sizeof block);
        sw_ami_feed(s.ami, "\r\n", 2);
    }
    sw_ami_feed(s.ami, "\r\nOk: 3\r\n\r\n", 11);
    sw_ami_feed(s.ami, "N: a\0b\r\nC: d\r\n\r\nOk: 4\r\n\r\n", 25);
    assert_string_equal(sw_buf_text(&s.out), "Ok=1;/Ok=2;/Ok=3;/Ok=4;/");
    assert_int_equal(sw_ami_counters(s.ami)->malformed, 5);
    assert_true(mallinfo2().uordblks <= before.uordblks + 4096);
    sw_buf_clear(&s.out);
    s.reset = true;
    sw_ami_feed(s.ami, "Ok: 5\r\n\r\nOk: 6\r\n\r\n", 18);
    sw_ami_feed(s.ami, "Banner\r\nOk: 7\r\n\r\n", 17);
    assert_string_equal(sw_buf_text(&s.out), "Ok=5;/<Banner>Ok=7;/");
    sw_ami_free(s.ami);
    sw_buf_deinit(&s.out);
}

static void test_integers(void **state) {
    (void)state;
    const struct sw_ami_header headers[] = {
        {"A", "12"}, {"B", "-3"}, {"C", ""}, {"D", "1x"}, {"E", "9999999999999999"}, {"F", "-"}};
    const struct sw_ami_message m = {headers, 6};
    assert_int_equal(sw_ami_integer(&m, "a", 7), 12);
    assert_int_equal(sw_ami_integer(&m, "B", 7), -3);
    for (const char *name = "CDEFG"; *name; name++)
        assert_int_equal(sw_ami_integer(&m, (char[]){*name, '\0'}, 7), 7);
}

/* ---- a call ---- */

static void test_call(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    called(&t, 2000);
    member(&t, 2010, "Status", "q1", "Status: 6|Paused: 0");
    member(&t, 4200, "Status", "q1", "Status: 2|Paused: 0");
    connect_alice(&t, 4300, 3);
    member(&t, 4310, "Status", "q1", "Status: 2|InCall: 1|Paused: 0");
    hangup_request(&t, 9800);
    complete(&t, 9801, 5, "caller");
    hangup(&t, 9810);
    member(&t, 9820, "Status", "q1", "Status: 1|Paused: 0|LastCall: 1767225609");
    expect(&t, "1000 call.queued c1 @q1\n"
               "2000 call.ringing alice c1 @q1\n2000 agent.state alice c1 @q1 ringing\n"
               "4300 call.answered alice c1 @q1\n4300 agent.state alice c1 @q1 talking\n"
               "9801 call.ended c1 @q1 by=caller\n" /* the telephone is still off the hook */
               "9820 agent.state alice ready\n");
    end(&t);
}

/* Both hang up at once: the call ends once, by whom Asterisk says. */
static void test_both_hang_up(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    answered_call(&t);
    hangup_request(&t, 9800);
    say(&t, 9800, "Event: HangupRequest|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
    hangup(&t, 9801);
    say(&t, 9801, "Event: Hangup|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
    complete(&t, 9802, 5, "agent");
    complete(&t, 9803, 5, "caller");
    expect(&t, "9802 call.ended c1 @q1 by=agent\n9802 agent.state alice ready\n");
    pbx_at(&t.f, 20000);
    sw_ami_floor_advance(t.floor, t.f.now_ms);
    assert_int_equal(sw_ami_floor_next_deadline(t.floor), INT64_MAX);
    expect(&t, "");
    end(&t);
}

/* AgentComplete does not come: the caller's Hangup ends the call, when it happened. */
static void test_no_complete(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    answered_call(&t);
    hangup_request(&t, 9800);
    hangup(&t, 9801);
    assert_int_equal(sw_ami_floor_next_deadline(t.floor), T0 + 9801 + SW_AMI_PATIENCE_MS);
    pbx_at(&t.f, 13000);
    sw_ami_floor_advance(t.floor, t.f.now_ms);
    expect(&t, "9801 call.ended c1 @q1 by=caller\n9801 agent.state alice ready\n");
    end(&t);
}

/* Trap: seconds and milliseconds. */
static void test_units(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    called(&t, 2000);
    say(&t, 17000,
        "Event: AgentRingNoAnswer|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1") "|RingTime: 15000");
    called(&t, 18000);
    say(&t, 18400,
        "Event: AgentRingNoAnswer|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1") "|RingTime: 0");
    called(&t, 19000);
    say(&t, 23000,
        "Event: DialEnd|" CALLER(
            "c1") "|DestChannel: PJSIP/alice-0000a1|DestUniqueid: a1|DestLinkedid: c1|DialStatus: BUSY");
    say(&t, 23000,
        "Event: AgentRingNoAnswer|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1") "|RingTime: 4000");
    sw_buf_clear(&t.f.events);
    join(&t, 24000, "q1");
    connect_alice(&t, 30000, 90); /* 29 s by the clock: it must have waited elsewhere */
    complete(&t, 40000, 60, "agent");
    expect(&t, "30000 call.answered alice c1 @q1 wait=90000\n30000 agent.state alice c1 @q1 talking\n"
               "40000 call.ended c1 @q1 talk=60000 by=agent\n40000 agent.state alice ready\n");
    assert_int_equal(sw_floor_counters(t.f.floor)->contradictions, 0);
    end(&t);
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    called(&t, 2000);
    say(&t, 17000,
        "Event: AgentRingNoAnswer|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1") "|RingTime: 15000");
    called(&t, 18000);
    say(&t, 18400,
        "Event: AgentRingNoAnswer|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1") "|RingTime: 0");
    expect(&t,
           "1000 call.queued c1 @q1\n2000 call.ringing alice c1 @q1\n2000 agent.state alice c1 @q1 ringing\n"
           "17000 call.declined alice c1 @q1\n17000 agent.state alice ready\n"
           "18000 call.ringing alice c1 @q1\n18000 agent.state alice c1 @q1 ringing\n"
           "18400 call.declined alice c1 @q1 rejected\n18400 agent.state alice ready\n");
    end(&t);
}

/* ---- trap: abandon is also raised for timeout and for want of members ---- */

static void test_abandoned(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    hangup_request(&t, 8000);
    abandon(&t, 8001, "q1", 7);
    leave(&t, 8002, "q1");
    hangup(&t, 8003);
    expect(&t, "1000 call.queued c1 @q1\n8001 call.abandoned c1 @q1\n");
    end(&t);
}

static void test_timeout(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    /* HangupRequest is known of this technology */
    say(&t, 500, "Event: HangupRequest|Channel: PJSIP/trunk-00000001|Uniqueid: other|Linkedid: other");
    join(&t, 1000, "q1");
    abandon(&t, 31000, "q1", 30);
    leave(&t, 31001, "q1");
    expect(&t, "1000 call.queued c1 @q1\n");
    hangup(&t, 31100); /* the dialplan hung up */
    expect(&t, "31000 call.exited c1 @q1 timeout\n");
    /* or went on to voice mail, where the caller hung up */
    join(&t, 40000, "q1");
    abandon(&t, 70000, "q1", 30);
    leave(&t, 70001, "q1");
    hangup_request(&t, 72000);
    hangup(&t, 72001);
    expect(&t, "40000 call.queued c1 @q1\n70000 call.exited c1 @q1 timeout\n");
    end(&t);
}

static void test_leave_empty(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    member(&t, 2000, "Pause", "q1", "Status: 1|Paused: 1|PausedReason: lunch");
    abandon(&t, 2001, "q1", 1);
    leave(&t, 2002, "q1");
    pbx_at(&t.f, 8000);
    expect(
        &t,
        "1000 call.queued c1 @q1\n2000 agent.state alice meal (lunch)\n2001 call.exited c1 @q1 unstaffed\n");
    end(&t);
}

/* A technology that never says HangupRequest: a Hangup right behind is the caller's. */
static void test_abandoned_without_request(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    say(&t, 500, "Event: HangupRequest|Channel: PJSIP/trunk-00000001|Uniqueid: other|Linkedid: other");
    say(&t, 1000,
        "Event: QueueCallerJoin|Channel: DAHDI/i1/99-1|Uniqueid: d1|Linkedid: d1|Queue: q1|Position: 1");
    say(&t, 8001,
        "Event: QueueCallerAbandon|Channel: DAHDI/i1/99-1|Uniqueid: d1|Linkedid: d1|Queue: q1|HoldTime: 7");
    say(&t, 8002, "Event: QueueCallerLeave|Channel: DAHDI/i1/99-1|Uniqueid: d1|Linkedid: d1|Queue: q1");
    say(&t, 8003, "Event: Hangup|Channel: DAHDI/i1/99-1|Uniqueid: d1|Linkedid: d1");
    expect(&t, "1000 call.queued d1 @q1\n8001 call.abandoned d1 @q1\n");
    end(&t);
}

/* An account that may not read calls: nobody can know, and that is said. */
static void test_blind_account(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    say(&t, 1000, "Event: QueueCallerJoin|" CALLER("c1") "|Queue: q1|Position: 1");
    abandon(&t, 31000, "q1", 30);
    leave(&t, 31001, "q1");
    say(&t, 32000, "Event: QueueCallerJoin|" CALLER("c1") "|Queue: q1|Position: 1");
    abandon(&t, 33000, "q1", 1);
    expect(&t, "1000 call.queued c1 @q1\n31000 call.abandoned c1 @q1\n32000 call.queued c1 @q1\n33000 "
               "call.abandoned c1 @q1\n");
    assert_string_equal(
        sw_buf_text(&t.told),
        "the account does not read calls (read = agent,call in manager.conf): callers who hang up "
        "and timeouts cannot be told apart, all count as abandoned\n");
    end(&t);
}

static void test_key(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    leave(&t, 5000, "q1");
    pbx_at(&t.f, 20000);
    expect(&t, "1000 call.queued c1 @q1\n5000 call.exited c1 @q1 key\n");
    end(&t);
}

/* Trap: a call that leaves one queue for another. */
static void test_overflow(void **state) {
    (void)state;
    struct ami_test t;
    struct sw_floor_options options;
    begin(&t, "alice q1 alice q2");
    /* a floor on which both queues are a group */
    sw_floor_free(t.f.floor);
    sw_floor_options_init(&options);
    t.f.floor = sw_floor_new(&options);
    assert_int_equal(sw_floor_add_group(t.f.floor, "both", NULL), 0);
    const char *const group = "both";
    for (int i = 1; i <= 2; i++) {
        char id[4] = {'q', (char)('0' + i), '\0'};
        const struct sw_queue_options queue = {
            .id = id, .target_ms = -1, .short_ms = -1, .formula = -1, .groups = &group, .group_count = 1};
        assert_int_equal(sw_floor_add_queue(t.f.floor, &queue), 0);
    }
    join(&t, 1000, "q1");
    abandon(&t, 31000, "q1", 30);
    leave(&t, 31001, "q1");
    say(&t, 31500, "Event: QueueCallerJoin|" CALLER("c1") "|Queue: q2|Position: 1|Count: 1");
    hangup_request(&t, 40000);
    abandon(&t, 40001, "q2", 8);
    leave(&t, 40001, "q2");
    expect(&t, "1000 call.queued c1 @q1\n31000 call.exited c1 @q1 timeout to=q2\n31500 call.queued c1 "
               "@q2\n40001 call.abandoned c1 @q2\n");
    struct sw_queue_counts c;
    sw_scope_between(t.f.floor, sw_floor_group(t.f.floor, 0), T0, T0 + 900000, &c);
    assert_int_equal(c.v[SW_QC_OFFERED], 1);
    assert_int_equal(c.v[SW_QC_EXITED], 0);
    assert_int_equal(c.v[SW_QC_ABANDONED], 1);
    end(&t);
}

/* ---- transfers, holds, local channels ---- */

static void test_transfers(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    answered_call(&t);
    say(&t, 9000,
        "Event: BlindTransfer|Result: Success|TransfererChannel: PJSIP/alice-0000a1|TransfererUniqueid: "
        "a1|TransfererLinkedid: c1|"
        "TransfereeChannel: PJSIP/trunk-1|TransfereeUniqueid: c1|TransfereeLinkedid: c1|IsExternal: "
        "Yes|Context: default|Extension: 2001");
    complete(&t, 9001, 5, "transfer");
    expect(&t, "9001 call.transferred alice c1 @q1 to=2001\n9001 agent.state alice ready\n");
    /* into a queue of ours, before AgentComplete is told */
    join(&t, 10000, "q1");
    called(&t, 10000);
    connect_alice(&t, 11000, 1);
    sw_buf_clear(&t.f.events);
    say(&t, 15000,
        "Event: AttendedTransfer|Result: Success|OrigTransfererUniqueid: a1|OrigTransfererLinkedid: "
        "c1|SecondTransfererUniqueid: a2|"
        "SecondTransfererConnectedLineNum: 3001|TransfereeUniqueid: c1|DestType: App|DestApp: Queue");
    join(&t, 15100, "q2");
    complete(&t, 15200, 4, "transfer");
    expect(&t, "15000 call.transferred alice c1 @q1 to=3001\n15000 agent.state alice ready\n15100 "
               "call.queued c1 @q2\n");
    /* one that fails, and one that the caller does */
    end(&t);
    begin(&t, "alice q1");
    answered_call(&t);
    say(&t, 9000,
        "Event: BlindTransfer|Result: Fail|TransfererUniqueid: a1|TransfererLinkedid: c1|TransfereeUniqueid: "
        "c1|Extension: 2001");
    say(&t, 9050,
        "Event: AttendedTransfer|Result: Success|OrigTransfererUniqueid: a1|OrigTransfererLinkedid: c1|"
        "TransfereeUniqueid: c1|DestType: Threeway");
    say(&t, 9100,
        "Event: BlindTransfer|Result: Success|TransfererUniqueid: c1|TransfererLinkedid: "
        "c1|TransfereeUniqueid: a1|Extension: 2001");
    pbx_at(&t.f, 20000);
    sw_ami_floor_advance(t.floor, t.f.now_ms);
    expect(&t, "");
    end(&t);
}

static void test_hold(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    answered_call(&t);
    say(&t, 5000,
        "Event: Hold|" CALLER(
            "c1") "|MusicClass: default"); /* the caller holds the agent: nobody's business */
    say(&t, 6000, "Event: Hold|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
    say(&t, 9000, "Event: Unhold|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
    complete(&t, 12000, 7, "agent");
    expect(&t, "6000 call.held c1 @q1\n6000 agent.state alice c1 @q1 hold\n9000 call.retrieved c1 @q1\n9000 "
               "agent.state alice c1 @q1 talking\n"
               "12000 call.ended c1 @q1 by=agent\n12000 agent.state alice ready\n");
    /* TalkTime has the hold in it, ours has not */
    struct sw_agent_counts counts;
    sw_agent_between(t.f.floor, sw_floor_find_agent(t.f.floor, "alice"), T0, T0 + 900000, T0 + 12000,
                     &counts);
    assert_int_equal(counts.v[SW_AC_TALK_MS], 4700);
    assert_int_equal(counts.v[SW_AC_HOLD_MS], 3000);
    end(&t);
}

/* Trap: FreePBX rings members by Local/101@from-queue/n; the telephone has a channel of its own. */
static void test_local_channels(void **state) {
    (void)state;
    struct ami_test t;
#define BOB "MemberName: Bob|Interface: Local/101@from-queue/n|StateInterface: hint:101@ext-local"
#define BOBS_LEG BOB "|DestChannel: Local/101@from-queue-00000007;1|DestUniqueid: l1|DestLinkedid: c1"
    begin(&t, "");
    say(&t, 0, "Event: QueueMemberAdded|Queue: q1|" BOB "|Membership: dynamic|Status: 1|Paused: 0");
    join(&t, 1000, "q1");
    say(&t, 2000, "Event: Newchannel|Channel: Local/101@from-queue-00000007;1|Uniqueid: l1|Linkedid: c1");
    say(&t, 2000, "Event: Newchannel|Channel: Local/101@from-queue-00000007;2|Uniqueid: l2|Linkedid: c1");
    say(&t, 2000, "Event: AgentCalled|" CALLER("c1") "|Queue: q1|" BOBS_LEG);
    say(&t, 2100, "Event: Newchannel|Channel: PJSIP/101-00000008|Uniqueid: p1|Linkedid: c1");
    say(&t, 2100,
        "Event: DialBegin|Channel: Local/101@from-queue-00000007;2|Uniqueid: l2|Linkedid: c1|DestChannel: "
        "PJSIP/101-00000008|DestUniqueid: p1|DestLinkedid: c1");
    leave(&t, 4000, "q1");
    say(&t, 4000, "Event: AgentConnect|" CALLER("c1") "|Queue: q1|" BOBS_LEG "|HoldTime: 3|RingTime: 2");
    /* the local channels are optimized away, and the conversation goes on */
    say(&t, 4500, "Event: Hangup|Channel: Local/101@from-queue-00000007;1|Uniqueid: l1|Linkedid: c1");
    say(&t, 4500, "Event: Hangup|Channel: Local/101@from-queue-00000007;2|Uniqueid: l2|Linkedid: c1");
    say(&t, 6000, "Event: Hold|Channel: PJSIP/101-00000008|Uniqueid: p1|Linkedid: c1");
    say(&t, 7000, "Event: Unhold|Channel: PJSIP/101-00000008|Uniqueid: p1|Linkedid: c1");
    pbx_at(&t.f, 20000);
    sw_ami_floor_advance(t.floor, t.f.now_ms);
    say(&t, 20000,
        "Event: AgentComplete|" CALLER("c1") "|Queue: q1|" BOBS_LEG
                                             "|HoldTime: 3|TalkTime: 16|Reason: caller");
    expect(&t, "0 agent.state Bob ready in q1\n1000 call.queued c1 @q1\n"
               "2000 call.ringing Bob c1 @q1\n2000 agent.state Bob c1 @q1 ringing\n"
               "4000 call.answered Bob c1 @q1\n4000 agent.state Bob c1 @q1 talking\n"
               "6000 call.held c1 @q1\n6000 agent.state Bob c1 @q1 hold\n7000 call.retrieved c1 @q1\n7000 "
               "agent.state Bob c1 @q1 talking\n"
               "20000 call.ended c1 @q1 by=caller\n20000 agent.state Bob ready\n");
    /* his telephone calls outside: by its own channel */
    say(&t, 30000,
        "Event: DialBegin|Channel: PJSIP/101-00000009|Uniqueid: p2|Linkedid: p2|DestChannel: "
        "PJSIP/provider-0000000a|DestUniqueid: p3|DestLinkedid: p2");
    expect(&t, "30000 call.dialed Bob p2\n30000 agent.state Bob p2 dialing\n");
    end(&t);
}

static void test_ring_all(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1 bob q1");
    join(&t, 1000, "q1");
    called(&t, 2000);
    say(&t, 2000, "Event: AgentCalled|" CALLER("c1") "|Queue: q1|" LEG("bob", "b1", "c1"));
    sw_buf_clear(&t.f.events);
    connect_alice(&t, 4000, 3);
    say(&t, 4001, "Event: Hangup|Channel: PJSIP/bob-0000b1|Uniqueid: b1|Linkedid: c1");
    expect(&t, "4000 call.answered alice c1 @q1\n4000 agent.state alice c1 @q1 talking\n4000 agent.state bob "
               "ready\n");
    end(&t);
    /* the caller hangs up while it rings */
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    called(&t, 2000);
    hangup_request(&t, 3000);
    abandon(&t, 3001, "q1", 2);
    leave(&t, 3001, "q1");
    say(&t, 3002, "Event: Hangup|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
    hangup(&t, 3003);
    expect(&t,
           "1000 call.queued c1 @q1\n2000 call.ringing alice c1 @q1\n2000 agent.state alice c1 @q1 ringing\n"
           "3001 call.abandoned c1 @q1\n3001 agent.state alice ready\n");
    end(&t);
    /* the agent hangs up in the announcement: the caller goes on waiting */
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    called(&t, 2000);
    say(&t, 3000, "Event: AgentDump|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1", "c1"));
    expect(&t,
           "1000 call.queued c1 @q1\n2000 call.ringing alice c1 @q1\n2000 agent.state alice c1 @q1 ringing\n"
           "3000 call.declined alice c1 @q1 rejected\n3000 agent.state alice ready\n");
    end(&t);
}

/* Trap: a caller who came by a local channel is another channel once that was optimized away. */
static void test_caller_by_local_channel(void **state) {
    (void)state;
    struct ami_test t;
#define LOCALS                                                                                               \
    "LocalOneChannel: Local/q@in-0001;1|LocalOneUniqueid: x1|LocalTwoChannel: "                              \
    "Local/q@in-0001;2|LocalTwoUniqueid: c1"
    for (int succeeds = 0; succeeds < 2; succeeds++) {
        begin(&t, "alice q1");
        say(&t, 500, "Event: HangupRequest|Channel: PJSIP/trunk-00000001|Uniqueid: other|Linkedid: other");
        answered_call(&t);
        say(&t, 5000,
            "Event: LocalOptimizationBegin|" LOCALS
            "|SourceChannel: PJSIP/trunk-0009|SourceUniqueid: s1|DestUniqueId: a1|Id: 1");
        say(&t, 5001, "Event: LocalOptimizationEnd|" LOCALS "|Success: %s|Id: 1", succeeds ? "Yes" : "No");
        if (!succeeds) {
            hangup(&t, 5002);
            pbx_at(&t.f, 20000);
            sw_ami_floor_advance(t.floor, t.f.now_ms);
            expect(&t, "5002 call.ended c1 @q1 by=system\n5002 agent.state alice ready\n");
            end(&t);
            continue;
        }
        hangup(&t, 5002); /* of the local channel, which is not the caller any more */
        say(&t, 6000, "Event: Hold|Channel: PJSIP/trunk-0009|Uniqueid: s1|Linkedid: c1"); /* the caller's */
        for (int minute = 1; minute <= 3; minute++) {
            begin_snapshot(&t, minute * 60000);
            say(&t, minute * 60000,
                "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
                "1|Paused: 0");
            say(&t, minute * 60000,
                "Event: CoreShowChannel|Channel: PJSIP/trunk-0009|Uniqueid: s1|Linkedid: c1|Application: "
                "Dial|BridgeId: b1");
            assert_int_equal(end_snapshot(&t, SW_PBX_SNAPSHOT_CHECK), 0);
        }
        say(&t, 200000, "Event: HangupRequest|Channel: PJSIP/trunk-0009|Uniqueid: s1|Linkedid: c1");
        say(&t, 200001,
            "Event: AgentComplete|Channel: PJSIP/trunk-0009|Uniqueid: s1|Linkedid: c1|Queue: q1|" LEG(
                "alice", "a1", "c1") "|HoldTime: 3|TalkTime: 196|Reason: caller");
        say(&t, 200002, "Event: Hangup|Channel: PJSIP/trunk-0009|Uniqueid: s1|Linkedid: c1");
        expect(&t, "200001 call.ended c1 @q1 by=caller\n200001 agent.state alice ready\n");
        end(&t);
    }
}

/* Trap: QueueCallerLeave comes before AgentConnect, and a macro or gosub for the agent may lie between them.
 */
static void test_slow_connect(void **state) {
    (void)state;
    struct ami_test t;
    for (int agent_hangs_up = 0; agent_hangs_up < 2; agent_hangs_up++) {
        begin(&t, "alice q1");
        join(&t, 1000, "q1");
        called(&t, 2000);
        say(&t, 4000,
            "Event: DialEnd|" CALLER("c1") "|DestChannel: PJSIP/alice-0000a1|DestUniqueid: a1|DestLinkedid: "
                                           "c1|DialStatus: ANSWER");
        leave(&t, 4001, "q1");
        pbx_at(&t.f, 30000);
        sw_ami_floor_advance(t.floor, t.f.now_ms);
        sw_buf_clear(&t.f.events);
        if (!agent_hangs_up) {
            say(&t, 31000,
                "Event: AgentConnect|" CALLER("c1") "|Queue: q1|" LEG("alice", "a1",
                                                                      "c1") "|HoldTime: 30|RingTime: 2");
            expect(&t, "31000 call.answered alice c1 @q1\n31000 agent.state alice c1 @q1 talking\n");
        } else {
            say(&t, 31000, "Event: Hangup|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1");
            hangup(&t, 31001);
            expect(&t, "31000 agent.state alice ready\n31000 call.exited c1 @q1 overflow\n");
        }
        end(&t);
    }
}

static void test_outbound(void **state) {
    (void)state;
    struct ami_test t;
#define OUT                                                                                                  \
    "Channel: PJSIP/alice-0000000b|Uniqueid: o1|Linkedid: o1|DestChannel: "                                  \
    "PJSIP/provider-0000000c|DestUniqueid: o2|DestLinkedid: o1"
    begin(&t, "alice q1");
    say(&t, 1000, "Event: Newchannel|Channel: PJSIP/alice-0000000b|Uniqueid: o1|Linkedid: o1");
    say(&t, 1000, "Event: DeviceStateChange|Device: PJSIP/alice|State: INUSE");
    say(&t, 1500, "Event: DialBegin|" OUT "|DialString: 555");
    say(&t, 3000, "Event: DialEnd|" OUT "|DialStatus: ANSWER");
    say(&t, 3500, "Event: Hold|Channel: PJSIP/alice-0000000b|Uniqueid: o1|Linkedid: o1");
    say(&t, 4000, "Event: Unhold|Channel: PJSIP/alice-0000000b|Uniqueid: o1|Linkedid: o1");
    say(&t, 5000, "Event: HangupRequest|Channel: PJSIP/alice-0000000b|Uniqueid: o1|Linkedid: o1");
    say(&t, 5001, "Event: Hangup|Channel: PJSIP/alice-0000000b|Uniqueid: o1|Linkedid: o1");
    say(&t, 5100, "Event: DeviceStateChange|Device: PJSIP/alice|State: NOT_INUSE");
    expect(&t, "1000 agent.state alice talking\n" /* the telephone is engaged, nobody knows yet with what */
               "1500 call.dialed alice o1\n1500 agent.state alice o1 dialing\n3000 call.connected o1\n3000 "
               "agent.state alice o1 talking\n"
               "3500 call.held o1\n3500 agent.state alice o1 hold\n4000 call.retrieved o1\n4000 agent.state "
               "alice o1 talking\n"
               "5001 call.ended o1 by=agent\n5100 agent.state alice ready\n");
    /* a colleague is not outside */
    say(&t, 6000,
        "Event: DialBegin|Channel: PJSIP/alice-0000000d|Uniqueid: i1|Linkedid: i1|DestChannel: "
        "PJSIP/bob-0000000e|DestUniqueid: i2|DestLinkedid: i1");
    expect(&t, "");
    end(&t);
}

/* ---- members ---- */

/* Trap: one member in several queues counts once; its pause of all queues is one; paused in some only;
 * removed from one. */
static void test_several_queues(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "");
    member(&t, 1000, "Added", "q1", "Status: 1|Paused: 0");
    member(&t, 1001, "Added", "q2", "Status: 1|Paused: 0");
    expect(&t, "1000 agent.state alice ready in q1\n1001 agent.state alice ready in q1,q2\n");
    assert_int_equal(sw_pbx_staffed_agents(t.f.pbx), 1);
    member(&t, 2000, "Pause", "q1", "Status: 1|Paused: 1|PausedReason: lunch"); /* PAUSEALL */
    member(&t, 2000, "Pause", "q2", "Status: 1|Paused: 1|PausedReason: lunch");
    expect(&t, "2000 agent.state alice ready in q2\n2000 agent.state alice meal (lunch) in q1,q2\n");
    member(&t, 3000, "Pause", "q1", "Status: 1|Paused: 0");
    member(&t, 3000, "Pause", "q2", "Status: 1|Paused: 0");
    sw_buf_clear(&t.f.events);
    member(&t, 4000, "Pause", "q2", "Status: 1|Paused: 1|PausedReason: training");
    expect(&t, "4000 agent.state alice ready in q1\n");
    member(&t, 5000, "Removed", "q1", "Status: 1|Paused: 0");
    expect(&t, "5000 agent.state alice meeting (training) in q2\n");
    member(&t, 6000, "Removed", "q2", "Status: 1|Paused: 0");
    expect(&t, "6000 agent.state alice offline\n");
    member(&t, 7000, "Added", "internal", "Status: 1|Paused: 0"); /* not a queue of ours */
    expect(&t, "");
    struct sw_agent_counts counts;
    sw_agent_between(t.f.floor, sw_floor_find_agent(t.f.floor, "alice"), T0, T0 + 900000, T0 + 7000, &counts);
    assert_int_equal(counts.v[SW_AC_STATE_MS + SW_ST_MEAL], 1000);
    end(&t);
}

/* Trap: a member's interface against its name. */
static void test_names(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "");
    begin_snapshot(&t, 1000);
    say(&t, 1000,
        "Event: QueueMember|Queue: q1|Name: PJSIP/7|Location: PJSIP/7|Membership: dynamic|Status: 1|Paused: "
        "0");
    say(&t, 1000,
        "Event: QueueMember|Queue: q2|Name: Grace Hopper|Location: PJSIP/7|Membership: dynamic|Status: "
        "1|Paused: 0");
    say(&t, 1000,
        "Event: QueueMember|Queue: q1|Name: PJSIP/8|Location: PJSIP/8|Membership: dynamic|Status: 1|Paused: "
        "0");
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    assert_int_equal(sw_pbx_staffed_agents(t.f.pbx), 2);
    assert_int_equal(sw_pbx_agent_state(t.f.pbx, "PJSIP/7"), SW_ST_COUNT);
    sw_buf_clear(&t.f.events);
    /* events of the queue that does not know the name */
    say(&t, 2000, "Event: QueueCallerJoin|" CALLER("c1") "|Queue: q1|Position: 1");
    say(&t, 2000,
        "Event: AgentConnect|" CALLER("c1") "|Queue: q1|MemberName: PJSIP/7|Interface: PJSIP/7|HoldTime: 0");
    expect(&t, "2000 call.queued c1 @q1\n2000 call.answered Grace Hopper c1 @q1\n2000 agent.state Grace "
               "Hopper c1 @q1 talking\n");
    /* the name comes later */
    say(&t, 3000,
        "Event: QueueMemberAdded|Queue: q2|MemberName: Ada|Interface: PJSIP/8|Membership: dynamic|Status: "
        "1|Paused: 0");
    expect(&t, "3000 agent.state PJSIP/8 offline\n3000 agent.state Ada ready in q1\n3000 agent.state Ada "
               "ready in q1,q2\n");
    assert_int_equal(sw_pbx_staffed_agents(t.f.pbx), 2);
    /* names that are no identifiers are made some */
    say(&t, 4000,
        "Event: QueueMemberAdded|Queue: q1|MemberName: Jos\xE9 \x01X|Interface: PJSIP/9|Membership: "
        "dynamic|Status: 1|Paused: 0");
    expect(&t, "4000 agent.state Jos X ready in q1\n");
    end(&t);
}

/* Trap: wrap-up has no event. */
static void test_wrapup(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    member(&t, 500, "Status", "q1", "Status: 1|Paused: 0|Wrapuptime: 10");
    answered_call(&t);
    complete(&t, 9300, 5, "agent");
    member(&t, 9310, "Status", "q1", "Status: 1|Paused: 0|Wrapuptime: 10|LastCall: 1767225609");
    pbx_at(&t.f, 30000);
    expect(&t,
           "9300 call.ended c1 @q1 by=agent\n9300 agent.state alice wrapup\n19300 agent.state alice ready\n");
    end(&t);
    /* found in it */
    begin(&t, "");
    begin_snapshot(&t, 20000);
    say(&t, 20000,
        "Event: QueueMember|Queue: q1|Name: bob|Location: PJSIP/bob|Membership: dynamic|Status: 1|Paused: "
        "0|Wrapuptime: 10|LastCall: %lld",
        (long long)T0 / 1000 + 14);
    say(&t, 20000,
        "Event: QueueMember|Queue: q1|Name: carol|Location: PJSIP/carol|Membership: dynamic|Status: "
        "1|Paused: 1|LastPause: %lld|PausedReason: tea|Wrapuptime: 10|LastCall: %lld",
        (long long)T0 / 1000 + 16, (long long)T0 / 1000 + 14);
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    pbx_at(&t.f, 30000);
    expect(&t, "20000 agent.state bob wrapup in q1\n16000 agent.state carol break (tea) in q1\n24000 "
               "agent.state bob ready\n");
    end(&t);
}

/* Trap: a telephone that cannot be reached. */
static void test_unavailable(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    member(&t, 1000, "Status", "q1", "Status: 5|Paused: 0");
    member(&t, 2000, "Status", "q1", "Status: 1|Paused: 0");
    expect(&t, "1000 agent.state alice busy (unavailable)\n2000 agent.state alice ready\n");
#define DESK "Queue: q1|MemberName: desk|Interface: SIP/desk|Membership: static|Paused: 0|"
    say(&t, 3000, "Event: QueueMemberAdded|" DESK "Status: 5");
    say(&t, 4000, "Event: QueueMemberStatus|" DESK "Status: 1");
    say(&t, 5000, "Event: DeviceStateChange|Device: SIP/desk|State: UNAVAILABLE");
    expect(&t, "4000 agent.state desk ready in q1\n5000 agent.state desk offline\n");
    end(&t);
}

/* Trap: spellings of Asterisk 13 to 22. */
static void test_spellings(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "");
    say(&t, 1000,
        "Event: QueueMemberAdded|Queue: q1|MemberName: a|Interface: SIP/a|Membership: dynamic|Status: "
        "1|Paused: 0");
    say(&t, 2000,
        "Event: QueueMemberPause|Queue: q1|MemberName: a|Interface: SIP/a|Membership: dynamic|Status: "
        "1|Paused: 1|Reason: tea");
    say(&t, 3000,
        "Event: QueueMemberPaused|Queue: q1|MemberName: a|Location: SIP/a|Membership: dynamic|Status: "
        "1|Paused: 0");
    say(&t, 4000,
        "event: queuememberringinuse|queue: q1|membername: a|interface: SIP/a|membership: dynamic|status: "
        "5|paused: 0|ringinuse: 1");
    say(&t, 5000,
        "Event: QueueMemberPenalty|Queue: q1|MemberName: a|Interface: SIP/a|Membership: realtime|Status: "
        "1|Paused: yes|PausedReason: |Penalty: 3");
    expect(&t, "1000 agent.state a ready in q1\n2000 agent.state a break (tea)\n3000 agent.state a ready\n"
               "4000 agent.state a busy (unavailable)\n5000 agent.state a busy\n");
    end(&t);
}

/* ---- time ---- */

static void test_timestamps(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "");
    say(&t, 1000,
        "Event: QueueCallerJoin|Timestamp: 1767225600.900000|" CALLER("c1") "|Queue: q1|Position: 1");
    say(&t, 2500,
        "Event: QueueCallerJoin|Timestamp: 1767225601.4|Channel: x/y-1|Uniqueid: c2|Linkedid: c2|Queue: "
        "q1|Position: 2");
    say(&t, 2600,
        "Event: QueueCallerJoin|Timestamp: nonsense|Channel: x/y-2|Uniqueid: c3|Linkedid: c3|Queue: "
        "q1|Position: 3");
    expect(&t, "900 call.queued c1 @q1\n1400 call.queued c2 @q1\n2600 call.queued c3 @q1\n");
    assert_int_equal(sw_ami_floor_counters(t.floor)->clock_apart_ms, 0);
    /* an hour behind: moved, and told once */
    sw_ami_floor_lost(t.floor);
    say(&t, 10000,
        "Event: QueueCallerJoin|Timestamp: 1767222010.000000|Channel: x/y-3|Uniqueid: c4|Linkedid: c4|Queue: "
        "q1|Position: 4");
    say(&t, 12000,
        "Event: QueueCallerJoin|Timestamp: 1767222011.500000|Channel: x/y-4|Uniqueid: c5|Linkedid: c5|Queue: "
        "q1|Position: 5");
    expect(&t, "10000 call.queued c4 @q1\n11500 call.queued c5 @q1\n");
    assert_string_equal(sw_buf_text(&t.told),
                        "the clock of Asterisk is 3600 s behind ours: its times are moved by that\n");
    /* ahead */
    sw_ami_floor_lost(t.floor);
    say(&t, 20000,
        "Event: QueueCallerJoin|Timestamp: 1767225680.000000|Channel: x/y-5|Uniqueid: c6|Linkedid: c6|Queue: "
        "q1|Position: 6");
    expect(&t, "20000 call.queued c6 @q1\n");
    end(&t);
}

/* ---- snapshots ---- */

#define ENTRY(id, queue, wait)                                                                               \
    "Event: QueueEntry|Queue: " queue "|Position: 1|Channel: PJSIP/trunk-000000" id "|Uniqueid: " id         \
    "|Wait: " wait "|Priority: 5"

static void test_snapshot(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "");
    begin_snapshot(&t, 100000);
    say(&t, 100000, "Event: QueueParams|Queue: q1|Calls: 99|Completed: 700|Abandoned: 30");
    say(&t, 100000,
        "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
        "2|InCall: 1|Paused: 0|CallsTaken: 500");
    say(&t, 100000,
        "Event: QueueMember|Queue: q1|Name: bob|Location: PJSIP/bob|Membership: dynamic|Status: 1|Paused: 0");
    say(&t, 100000, ENTRY("c1", "q1", "12"));
    say(&t, 100000, ENTRY("c9", "internal", "12"));
    say(&t, 100000,
        "Event: CoreShowChannel|Channel: PJSIP/trunk-000000c2|Uniqueid: c2|Linkedid: c2|Application: "
        "Queue|ApplicationData: q1,tT,,,60|Duration: 00:01:10|BridgeId: b1");
    say(&t, 100000,
        "Event: CoreShowChannel|Channel: PJSIP/alice-00000031|Uniqueid: a2|Linkedid: c2|Application: "
        "AppQueue|ApplicationData: (Outgoing Line)|Duration: 00:00:40|BridgeId: b1");
    say(&t, 100000,
        "Event: CoreShowChannel|Channel: PJSIP/trunk-000000c1|Uniqueid: c1|Linkedid: c1|Application: "
        "Queue|ApplicationData: q1|Duration: 00:00:15|BridgeId: ");
    assert_int_equal(end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE), 5);
    expect(&t, "88000 call.queued c1 @q1\n60000 call.queued c2 @q1\n60000 call.answered alice c2 @q1\n"
               "60000 agent.state alice c2 @q1 talking in q1\n100000 agent.state bob ready in q1\n");
    /* the same by events and by a second snapshot: told once */
    say(&t, 100001, "Event: QueueCallerJoin|" CALLER("c1") "|Queue: q1|Position: 1");
    say(&t, 100001,
        "Event: AgentConnect|" CALLER(
            "c2") "|Queue: q1|MemberName: alice|Interface: PJSIP/alice|HoldTime: 30");
    begin_snapshot(&t, 110000);
    say(&t, 110000,
        "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
        "2|InCall: 1|Paused: 0");
    say(&t, 110000,
        "Event: QueueMember|Queue: q1|Name: bob|Location: PJSIP/bob|Membership: dynamic|Status: 1|Paused: 0");
    say(&t, 110000, ENTRY("c1", "q1", "22"));
    say(&t, 110000,
        "Event: CoreShowChannel|Channel: PJSIP/trunk-000000c2|Uniqueid: c2|Linkedid: c2|Application: "
        "Queue|ApplicationData: q1,tT,,,60|Duration: 00:01:20|BridgeId: b1");
    say(&t, 110000,
        "Event: CoreShowChannel|Channel: PJSIP/alice-00000031|Uniqueid: a2|Linkedid: c2|Application: "
        "AppQueue|Duration: 00:00:50|BridgeId: b1");
    say(&t, 110000,
        "Event: CoreShowChannel|Channel: PJSIP/trunk-000000c1|Uniqueid: c1|Linkedid: c1|Application: "
        "Queue|ApplicationData: q1|Duration: 00:00:25");
    assert_int_equal(end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE), 0);
    expect(&t, "");
    say(&t, 120000,
        "Event: AgentComplete|" CALLER("c2") "|Queue: q1|MemberName: alice|Interface: PJSIP/alice|HoldTime: "
                                             "30|TalkTime: 60|Reason: agent");
    member(&t, 120010, "Status", "q1", "Status: 1|Paused: 0");
    expect(&t, "120000 call.ended c2 @q1 by=agent\n120010 agent.state alice ready\n");
    end(&t);
}

/* Events come while the lists do: in order, and told once. */
static void test_events_in_snapshot(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1 bob q1");
    join(&t, 1000, "q1");
    sw_buf_clear(&t.f.events);
    begin_snapshot(&t, 2000);
    say(&t, 2000,
        "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
        "1|Paused: 0");
    say(&t, 2000, ENTRY("c2", "q1", "0"));
    t.rows = false; /* c1 was answered before the list was made, which is told only now; alice has just
                       paused; bob has left */
    say(&t, 2001, "Event: QueueCallerJoin|Channel: x/y-2|Uniqueid: c2|Linkedid: c2|Queue: q1|Position: 1");
    connect_alice(&t, 2002, 1);
    member(&t, 2003, "Pause", "q1", "Status: 2|Paused: 1|PausedReason: tea");
    say(&t, 2004,
        "Event: QueueMemberAdded|Queue: q2|MemberName: bob|Interface: PJSIP/bob|Membership: dynamic|Status: "
        "1|Paused: 0");
    say(&t, 2004,
        "Event: QueueMemberRemoved|Queue: q1|MemberName: bob|Interface: PJSIP/bob|Membership: "
        "dynamic|Status: 1|Paused: 0");
    t.rows = true;
    say(&t, 2005,
        "Event: CoreShowChannel|Channel: PJSIP/trunk-000000c1|Uniqueid: c1|Linkedid: c1|Application: "
        "Queue|ApplicationData: q1|Duration: 00:00:01|BridgeId: b1");
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    complete(&t, 5000, 3, "caller");
    member(&t, 5001, "Status", "q1", "Status: 1|Paused: 1|PausedReason: tea");
    expect(&t,
           "2001 call.queued c2 @q1\n2002 call.answered alice c1 @q1\n2002 agent.state alice c1 @q1 talking\n"
           "2004 agent.state bob ready in q1,q2\n2004 agent.state bob ready in q2\n"
           "5000 call.ended c1 @q1 by=caller\n5001 agent.state alice break (tea)\n");
    end(&t);
}

/* Trap: Asterisk was restarted: its counters are nothing, its calls are gone, ours go on. */
static void test_asterisk_restart(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    answered_call(&t);
    say(&t, 5000, "Event: QueueCallerJoin|Channel: x/y-2|Uniqueid: c2|Linkedid: c2|Queue: q1|Position: 1");
    sw_buf_clear(&t.f.events);
    pbx_at(&t.f, 30000);
    sw_ami_floor_lost(t.floor);
    sw_pbx_unseen(t.f.pbx, T0 + 30000);
    begin_snapshot(&t, 60000);
    say(&t, 60000, "Event: QueueParams|Queue: q1|Calls: 0|Completed: 0|Abandoned: 0");
    say(&t, 60000,
        "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
        "1|Paused: 0|CallsTaken: 0|LastCall: 0");
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    expect(&t, "30000 call.ended c1 @q1 by=system\n30000 call.exited c2 @q1 overflow\n"
               "30000 agent.state alice ready\n");
    struct sw_agent_counts counts;
    sw_agent_between(t.f.floor, sw_floor_find_agent(t.f.floor, "alice"), T0, T0 + 900000, T0 + 60000,
                     &counts);
    assert_int_equal(counts.v[SW_AC_HANDLED], 1);
    end(&t);
}

/* `module reload app_queue`: members are told again, QueueParams begin anew. */
static void test_module_reload(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1 bob q1");
    answered_call(&t);
    say(&t, 5000, "Event: Reload|Module: app_queue|Status: 0");
    member(&t, 5001, "Status", "q1", "Status: 2|Paused: 0|CallsTaken: 0|LastCall: 0");
    say(&t, 5002,
        "Event: QueueMemberAdded|Queue: q1|MemberName: bob|Interface: PJSIP/bob|Membership: static|Status: "
        "1|Paused: 0");
    expect(&t, "");
    complete(&t, 9000, 5, "agent");
    member(&t, 9001, "Status", "q1", "Status: 1|Paused: 0|CallsTaken: 1|LastCall: 1767225609");
    expect(&t, "9000 call.ended c1 @q1 by=agent\n9001 agent.state alice ready\n");
    end(&t);
}

/* The adapter was killed; what it told is in the journal. */
static void test_adapter_restart(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1 bob q1");
    member(&t, 500, "Pause", "q1", "Status: 1|Paused: 1|PausedReason: tea");
    member(&t, 600, "Pause", "q1", "Status: 1|Paused: 0");
    answered_call(&t);
    say(&t, 5000,
        "Event: DialBegin|Channel: PJSIP/bob-0000000b|Uniqueid: o1|Linkedid: o1|DestChannel: "
        "PJSIP/provider-0000000c|DestUniqueid: o2|DestLinkedid: o1");
    sw_buf_clear(&t.f.events);
    pbx_restart(&t.f, 0, 1000);
    start(&t, false);
    begin_snapshot(&t, 8000);
    say(&t, 8000,
        "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
        "2|Paused: 0");
    say(&t, 8000,
        "Event: QueueMember|Queue: q1|Name: bob|Location: PJSIP/bob|Membership: dynamic|Status: 2|Paused: 0");
    say(&t, 8000,
        "Event: CoreShowChannel|Channel: PJSIP/trunk-000000c1|Uniqueid: c1|Linkedid: c1|Application: "
        "Queue|ApplicationData: q1|Duration: 00:00:07|BridgeId: b1");
    say(&t, 8000,
        "Event: CoreShowChannel|Channel: PJSIP/alice-0000a1|Uniqueid: a1|Linkedid: c1|Application: "
        "AppQueue|Duration: 00:00:06|BridgeId: b1");
    say(&t, 8000,
        "Event: CoreShowChannel|Channel: PJSIP/bob-0000000b|Uniqueid: o1|Linkedid: o1|Application: "
        "Dial|Duration: 00:00:03");
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    complete(&t, 9300, 5, "agent");
    say(&t, 9400, "Event: Hangup|Channel: PJSIP/bob-0000000b|Uniqueid: o1|Linkedid: o1");
    member(&t, 9500, "Status", "q1", "Status: 1|Paused: 0");
    expect(&t, "9300 call.ended c1 @q1 by=agent\n9400 call.ended o1 by=system\n"
               "9400 agent.state bob talking\n9500 agent.state alice ready\n");
    end(&t);
}

/* The check of each minute. */
static void test_drift(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    join(&t, 1000, "q1");
    sw_buf_clear(&t.f.events);
    for (int minute = 1; minute <= 3; minute++) {
        int64_t ms = minute * 60000;
        begin_snapshot(&t, ms);
        say(&t, ms,
            "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Membership: dynamic|Status: "
            "1|Paused: 1|PausedReason: tea|LastPause: %lld",
            (long long)T0 / 1000 + 30);
        say(&t, ms, ENTRY("c7", "q1", "%d"), minute * 60 - 10);
        assert_int_equal(end_snapshot(&t, SW_PBX_SNAPSHOT_CHECK), minute == 2 ? 3 : 0);
    }
    expect(&t, "120000 call.exited c1 @q1 overflow\n10000 call.queued c7 @q1\n30000 agent.state alice break "
               "(tea)\n");
    assert_int_equal(sw_pbx_counters(t.f.pbx)->corrected, 3);
    end(&t);
}

/* What is past a cap is counted, and nothing else comes of it. */
static void test_caps(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "alice q1");
    for (int i = 0; i <= SW_AMI_CHANNELS_MAX; i++)
        say(&t, 1000, "Event: Newchannel|Channel: x/%d-1|Uniqueid: n%d|Linkedid: n%d", i, i, i);
    assert_int_equal(sw_ami_floor_counters(t.floor)->refused, 1);
    join(&t, 2000, "q1"); /* a call of a channel that there is no room for is not told: better none than one
                             that never ends */
    expect(&t, "");
    begin_snapshot(&t, 3000);
    for (int i = 0; i <= SW_AMI_CHANNELS_MAX; i++)
        say(&t, 3000, "Event: CoreShowChannel|Channel: x/%d-1|Uniqueid: n%d|Linkedid: n%d", i, i, i);
    for (int i = 0; i <= SW_AMI_ROWS_MAX; i++)
        say(&t, 3000, "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Status: 1");
    assert_int_equal(sw_ami_floor_counters(t.floor)->refused, 5);
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    expect(&t, "");
    begin_snapshot(&t, 4000); /* their channels are gone: there is room again */
    say(&t, 4000, "Event: QueueMember|Queue: q1|Name: alice|Location: PJSIP/alice|Status: 1");
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    join(&t, 5000, "q1");
    expect(&t, "5000 call.queued c1 @q1\n");
    for (int i = 0; i <= SW_PBX_AGENTS_MAX; i++)
        say(&t, 6000,
            "Event: QueueMemberAdded|Queue: q1|MemberName: PJSIP/m%d|Interface: PJSIP/m%d|Status: 1", i, i);
    assert_int_equal(sw_ami_floor_counters(t.floor)->refused, 7); /* alice is one, and there is one more */
    assert_int_equal(sw_pbx_staffed_agents(t.f.pbx), SW_PBX_AGENTS_MAX);
    sw_buf_clear(&t.f.events);
    end(&t);
}

/* ---- captures ---- */

static bool read_capture(struct ami_test *t, const char *name, bool rows) {
    struct sw_buf text;
    sw_buf_init(&text, 1u << 20);
    if (sw_file_read(name, &text)) {
        sw_buf_deinit(&text);
        return false;
    }
    t->rows = rows;
    sw_ami_feed(t->ami, text.data, text.len);
    sw_ami_feed(t->ami, "\r\n\r\n", 4);
    t->rows = false;
    sw_buf_deinit(&text);
    return true;
}

static void test_captures(void **state) {
    (void)state;
    struct ami_test t;
    begin(&t, "");
    pbx_at(&t.f, 1000);
    if (!read_capture(&t, CAPTURES "callme_one_queue_call.ami", false)) {
        print_message("%s is not there: not tested\n", CAPTURES);
        end(&t);
        skip();
    }
    expect(&t, "1000 agent.state SIP/777 ready in Q1\n"
               "1000 call.queued 1514295827.372 @Q1\n"
               "1000 agent.state SIP/777 ringing\n"
               "1000 call.ringing SIP/777 1514295827.372 @Q1\n"
               "1000 agent.state SIP/777 1514295827.372 @Q1 ringing\n"
               "1000 call.answered SIP/777 1514295827.372 @Q1 wait=9000\n"
               "1000 agent.state SIP/777 1514295827.372 @Q1 talking\n"
               "1000 call.ended 1514295827.372 @Q1 talk=3000 by=caller\n"
               "1000 agent.state SIP/777 ready\n");
    assert_int_equal(sw_ami_counters(t.ami)->malformed, 0);
    assert_true(read_capture(&t, CAPTURES "goami2_Call.ami", false)); /* a call of no queue and no member */
    expect(&t, "");
    assert_true(read_capture(&t, CAPTURES "goami2_QueueMembers.ami", false));
    expect(&t, "1000 agent.state 9921@okon.ferry.sip.com ready in Books_12\n"
               "1000 agent.state 9921@okon.ferry.sip.com break (Break)\n");
    begin_snapshot(&t, 2000);
    assert_true(read_capture(&t, CAPTURES "goami2_Queues.ami", true));
    assert_true(read_capture(&t, CAPTURES "panoramisk_queue_status.ami", true));
    end_snapshot(&t, SW_PBX_SNAPSHOT_MERGE);
    expect(&t, "2000 agent.state SIP/777 offline\n"
               "2000 agent.state 9921@okon.ferry.sip.com ready\n"
               "2000 agent.state 9170@okon.ferry.sip.com ready in Shipping_12\n"
               "2000 agent.state 9922@okon.ferry.sip.com ready in Books_12\n"
               "2000 agent.state 8895@okon.ferry.sip.com ready in Financing_12\n"
               "2000 agent.state 9068@okon.ferry.sip.com ready in Financing_12\n"
               "2000 agent.state 7853@okon.ferry.sip.com busy in ISupport02_12\n"
               "2000 agent.state 1245@okon.ferry.sip.com busy in Bar_12\n"
               "2000 agent.state Agent/220 ready in xxxxxxxxxxxxxxxx-tous\n"
               "2000 agent.state Agent/213 ready in xxxxxxxxxxxxxxxx-tous\n"
               "2000 agent.state Agent/859 ready in xxxxxxxxxxxxxxxx-tous\n"
               "2000 agent.state Agent/214 ready in xxxxxxxxxxxxxxxx-tous\n"
               "2000 agent.state Agent/333 ready in xxxxxxxxxxxxxxxx-tous\n"
               "2000 agent.state Agent/999 busy in xxxxxxxxxxxxxxxx-tous\n");
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_hostile_stream),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_both_hang_up),
        cmocka_unit_test(test_no_complete),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_abandoned),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_leave_empty),
        cmocka_unit_test(test_abandoned_without_request),
        cmocka_unit_test(test_blind_account),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_transfers),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_local_channels),
        cmocka_unit_test(test_ring_all),
        cmocka_unit_test(test_caller_by_local_channel),
        cmocka_unit_test(test_slow_connect),
        cmocka_unit_test(test_outbound),
        cmocka_unit_test(test_several_queues),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_wrapup),
        cmocka_unit_test(test_unavailable),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_events_in_snapshot),
        cmocka_unit_test(test_asterisk_restart),
        cmocka_unit_test(test_module_reload),
        cmocka_unit_test(test_adapter_restart),
        cmocka_unit_test(test_drift),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_captures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
