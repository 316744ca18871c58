/* mod_callcenter to the events of the contract: each mapping, each trap, its lists, and what contradicts
 * them. */
#include "pbx_fixture.h"

#include <cjson/cJSON.h>

#include "codec/esl_floor.h"
#include "io/files.h"

#define DATA "../shared/data/freeswitch/events"
#define AGENT_COLUMNS                                                                                        \
    "name|instance_id|uuid|type|contact|status|state|max_no_answer|wrap_up_time|last_bridge_end|last_"       \
    "offered_call|last_status_change\n"
#define MEMBER_COLUMNS                                                                                       \
    "queue|instance_id|uuid|session_uuid|cid_number|cid_name|joined_epoch|rejoined_epoch|bridge_epoch|"      \
    "abandoned_epoch|serving_agent|state\n"
#define S0 1767225600 /* T0 in seconds */

/* A switch, as far as its lists go. */
struct fixture {
    struct pbx_fixture pbx;
    struct sw_esl_floor *floor;
    const char *agents, *tiers, *queues, *members,
        *members2;       /* rows, without the names; members2: of the second queue */
    const char *gone;    /* words: channels that do not exist */
    struct sw_buf asked; /* commands, a line each, not answered yet */
    struct sw_buf problems;
    int complete;
    const char *only; /* the one queue that is wanted */
};

static void on_ask(void *ctx, const char *command) {
    struct fixture *f = ctx;
    sw_buf_puts(&f->asked, command);
    sw_buf_putc(&f->asked, '\n');
}

static void on_snapshot(void *ctx, bool is_complete, const char *problem) {
    struct fixture *f = ctx;
    f->complete += is_complete;
    if (!is_complete) sw_buf_printf(&f->problems, "%s\n", problem);
}

static void on_told(void *ctx, const char *text) {
    sw_buf_printf(&((struct fixture *)ctx)->pbx.messages, "%s\n", text);
}

static bool wants(void *ctx, const char *queue) {
    return !strcmp(queue, ((struct fixture *)ctx)->only);
}

static void make_floor(struct fixture *f, const char *domain) {
    const struct sw_esl_floor_options options = {.pbx = f->pbx.pbx,
                                                 .wants_queue = f->only ? wants : NULL,
                                                 .domain = domain,
                                                 .ask = on_ask,
                                                 .snapshot = on_snapshot,
                                                 .message = on_told,
                                                 .ctx = f};
    f->floor = sw_esl_floor_new(&options);
}

static void begin(struct fixture *f, const char *only, const char *domain) {
    *f = (struct fixture){
        .agents = "", .tiers = "", .queues = "", .members = "", .members2 = "", .gone = "", .only = only};
    pbx_begin_test(&f->pbx, 0, 1000);
    assert_int_equal(sw_pbx_reasons_add_pair(f->pbx.reasons, "On Break=break"), 0);
    assert_int_equal(sw_pbx_reasons_add_pair(f->pbx.reasons, "Idle=wrapup"), 0);
    sw_buf_init(&f->asked, 1u << 24);
    sw_buf_init(&f->problems, 1u << 20);
    make_floor(f, domain);
}

static void end(struct fixture *f) {
    sw_esl_floor_free(f->floor);
    sw_buf_deinit(&f->asked);
    sw_buf_deinit(&f->problems);
    pbx_end_test(&f->pbx);
}

static void answer(struct fixture *f, const char *text) {
    char *line = f->asked.data, *next = strchr(line, '\n');
    assert_non_null(next);
    memmove(line, next + 1, f->asked.len - (size_t)(next + 1 - line) + 1);
    f->asked.len -= (size_t)(next + 1 - line);
    sw_esl_floor_answer(f->floor, text, strlen(text), f->pbx.now_ms);
}

/* Answers the oldest question as the switch would. */
static void answer_one(struct fixture *f) {
    char text[65536], command[512];
    (void)snprintf(command, sizeof command, "%.*s", (int)strcspn(f->asked.data, "\n"), f->asked.data);
    const char *names = "", *rows = "";
    if (!strcmp(command, "callcenter_config agent list"))
        names = AGENT_COLUMNS, rows = f->agents;
    else if (!strcmp(command, "callcenter_config tier list"))
        names = "queue|agent|state|level|position\n", rows = f->tiers;
    else if (!strcmp(command, "callcenter_config queue list"))
        names = "name|strategy|moh_sound|time_base_score\n", rows = f->queues;
    else if (!strncmp(command, "callcenter_config queue list members ", 37))
        names = MEMBER_COLUMNS, rows = strstr(command, "sales") ? f->members2 : f->members;
    else if (!strncmp(command, "uuid_exists ", 12)) {
        answer(f, strstr(f->gone, command + 12) ? "false" : "true");
        return;
    } else {
        assert_string_equal(command, "status");
    }
    (void)snprintf(text, sizeof text, "%s%s+OK\n", *rows ? names : "", rows);
    answer(f, text);
}

static void answer_all(struct fixture *f) {
    while (f->asked.len) answer_one(f);
}

/* A whole snapshot, from T0 + MS on. */
static void snapshot(struct fixture *f, enum sw_pbx_snapshot how, int64_t ms) {
    sw_esl_floor_snapshot(f->floor, how, pbx_at(&f->pbx, ms));
    answer_all(f);
    sw_esl_floor_advance(f->floor, pbx_at(&f->pbx, ms + SW_ESL_SETTLE_MS));
}

/* The events since the last look; a call's queue stands only where it is queued. */
static void expect_(struct fixture *f, const char *expected, const char *file, int line) {
    struct sw_buf *events = &f->pbx.events;
    for (char *at = events->data, *next; at && (next = strchr(at, '\n')); at = next + 1) {
        char *queue = strstr(at, " @");
        if (!strstr(at, " call.") || strstr(at, " call.") > next || !queue || queue > next ||
            strstr(at, "call.queued") == strstr(at, "call."))
            continue;
        size_t len = 1 + strcspn(queue + 1, " \n");
        memmove(queue, queue + len, strlen(queue + len) + 1);
        events->len -= len;
        next -= len;
    }
    pbx_expect_(&f->pbx, expected, file, line);
}
#define expect(f, expected) expect_(f, expected, __FILE__, __LINE__)

/* An event of mod_callcenter at T0 + MS. */
static void say(struct fixture *f, int64_t ms, const char *headers) {
    char event[4096];
    int len = snprintf(
        event, sizeof event,
        "Event-Name: CUSTOM\nEvent-Subclass: callcenter%%3A%%3Ainfo\nEvent-Date-Timestamp: %lld\n%s\n",
        (long long)(T0 + ms) * 1000, headers);
    assert_true(len > 0 && (size_t)len < sizeof event);
    sw_esl_floor_event(f->floor, event, (size_t)len, pbx_at(&f->pbx, ms));
}

#define CALLER(call)                                                                                         \
    "CC-Member-UUID: m-" call "\nCC-Member-Session-UUID: " call "\nCC-Member-CID-Name: Wang\n"
#define AT(action, queue, call) "CC-Action: " action "\nCC-Queue: " queue "\n" CALLER(call)
#define WITH(action, queue, call, agent) AT(action, queue, call) "CC-Agent: " agent "\n"
#define JOINS(call) AT("member-queue-start", "support", call) "Channel-State: CS_EXECUTE\n"
#define STATUS(agent, status)                                                                                \
    "CC-Action: agent-status-change\nCC-Agent: " agent "\nCC-Agent-Status: " status "\n"
#define STATE(agent, state) "CC-Action: agent-state-change\nCC-Agent: " agent "\nCC-Agent-State: " state "\n"
#define CANCEL(call, why)                                                                                    \
    AT("member-queue-end", "support", call) "CC-Cause: Cancel\nCC-Cancel-Reason: " why "\n"
#define DEAD "Channel-State: CS_HANGUP\nChannel-Call-State: HANGUP\nAnswer-State: hangup\n"
#define ALIVE "Channel-State: CS_EXECUTE\nChannel-Call-State: ACTIVE\nAnswer-State: answered\n"

/* Alice (wrap-up 10 s) and Bob (none) serve support. */
#define STAFF                                                                                                \
    "alice|single_box||callback|user/1|Available|Waiting|3|10|0|0|0\n"                                       \
    "bob|single_box||callback|user/2|Available|Waiting|3|0|0|0|0\n"
#define TIERS "support|alice|Ready|1|1\nsupport|bob|Ready|1|1\n"

static void staffed(struct fixture *f) {
    f->agents = STAFF;
    f->tiers = TIERS;
    f->queues = "support|longest-idle-agent|local_stream|queue\n";
    snapshot(f, SW_PBX_SNAPSHOT_MERGE, 0);
    expect(f, "1000 agent.state alice ready in support\n1000 agent.state bob ready in support\n");
}

/* CALL is offered to AGENT, answered, and stands. */
static void answers(struct fixture *f, int64_t ms, const char *call, const char *agent) {
    char text[1024];
    (void)snprintf(text, sizeof text, STATE("%s", "Receiving"), agent);
    say(f, ms, text);
    (void)snprintf(text, sizeof text, WITH("agent-offering", "support", "%s", "%s"), call, call, agent);
    say(f, ms + 5, text);
    (void)snprintf(text, sizeof text,
                   WITH("bridge-agent-start", "support", "%s", "%s") "CC-Agent-UUID: leg-%s\n", call, call,
                   agent, agent);
    say(f, ms + 3000, text);
    (void)snprintf(text, sizeof text, STATE("%s", "In%%20a%%20queue%%20call"), agent);
    say(f, ms + 3050, text);
}

/* ---- calls ---- */

static void a_call_from_joining_to_wrapup(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 2001, "CC-Action: members-count\nCC-Queue: support\nCC-Count: 1\nCC-Selection: Single-Queue\n");
    answers(&f, 10000, "c1", "alice");
    expect(&f, "2000 call.queued c1 @support\n"
               "10005 call.ringing alice c1\n"
               "10005 agent.state alice c1 @support ringing\n"
               "13000 call.answered alice c1\n"
               "13000 agent.state alice c1 @support talking\n");
    say(&f, 73000,
        WITH("bridge-agent-end", "support", "c1",
             "alice") "CC-Agent-Bridged: true\nvariable_sip_hangup_disposition: send_bye\n");
    expect(&f, ""); /* the caller's own end says how it went */
    say(&f, 73020, WITH("member-queue-end", "support", "c1", "alice") "CC-Cause: Terminated\n" DEAD);
    expect(&f, "73000 call.ended c1 by=caller\n73000 agent.state alice wrapup\n");
    say(&f, 73030, STATE("alice", "Waiting"));
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 82999));
    expect(&f, "");
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 83000));
    expect(&f, "83000 agent.state alice ready\n");
    /* Bob's wrap-up is none */
    say(&f, 90000, JOINS("c2"));
    answers(&f, 90010, "c2", "bob");
    say(&f, 95000,
        WITH("bridge-agent-end", "support", "c2", "bob") "variable_sip_hangup_disposition: recv_bye\n");
    say(&f, 95001, WITH("member-queue-end", "support", "c2", "bob") "CC-Cause: Terminated\n" DEAD);
    expect(&f, "90000 call.queued c2 @support\n"
               "90015 call.ringing bob c2\n"
               "90015 agent.state bob c2 @support ringing\n"
               "93010 call.answered bob c2\n"
               "93010 agent.state bob c2 @support talking\n"
               "95000 call.ended c2 by=agent\n"
               "95000 agent.state bob ready\n");
    end(&f);
}

static void callers_who_leave(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    static const struct {
        const char *end, *want;
    } cases[] = {
        {CANCEL("x", "BREAK_OUT") DEAD, "abandoned x"},
        {CANCEL("x", "BREAK_OUT") "Channel-State: CS_REPORTING\n", "abandoned x"},
        {CANCEL("x", "BREAK_OUT"), "abandoned x"}, /* nothing is said of the channel */
        {CANCEL("x", "BREAK_OUT") ALIVE, "exited x overflow"},
        {CANCEL("x", "BREAK_OUT") "Channel-State: CS_ROUTING\n", "exited x overflow"},
        {CANCEL("x", "TIMEOUT") ALIVE, "exited x timeout"},
        {CANCEL("x", "NO_AGENT_TIMEOUT") ALIVE, "exited x unstaffed"},
        {CANCEL("x", "EXIT_WITH_KEY") ALIVE, "exited x key"},
        {CANCEL("x", "NONE") DEAD, "abandoned x"},
        {CANCEL("x", "SOMETHING_NEW") DEAD, "abandoned x"},
        {CANCEL("x", "SOMETHING_NEW") ALIVE, "exited x overflow"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 10000 + (int64_t)i * 60000;
        char want[256];
        say(&f, ms, JOINS("x"));
        say(&f, ms + 4000, cases[i].end);
        sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, ms + 4000 + SW_PBX_HOLD_MS));
        (void)snprintf(want, sizeof want, "%lld call.queued x @support\n%lld call.%s\n", (long long)ms,
                       (long long)ms + 4000, cases[i].want);
        expect(&f, want);
    }
    assert_non_null(strstr(sw_buf_text(&f.pbx.messages), "cancel reason \"SOMETHING_NEW\" is not known"));
    assert_null(
        strstr(strstr(sw_buf_text(&f.pbx.messages), "SOMETHING_NEW") + 1, "SOMETHING_NEW")); /* once */
    end(&f);
}

static void an_exit_into_another_queue(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 32000, CANCEL("c1", "TIMEOUT") ALIVE);
    say(&f, 32100, AT("member-queue-start", "sales", "c1") ALIVE);
    expect(
        &f,
        "2000 call.queued c1 @support\n32000 call.exited c1 timeout to=sales\n32100 call.queued c1 @sales\n");
    say(&f, 40000,
        AT("member-queue-end", "sales", "c1") "CC-Cause: Cancel\nCC-Cancel-Reason: BREAK_OUT\n" DEAD);
    expect(&f, "40000 call.abandoned c1\n");
    end(&f);
}

static void a_resumed_place_is_a_new_call(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, AT("member-queue-start", "support", "first"));
    say(&f, 12000, CANCEL("first", "BREAK_OUT") DEAD);
    /* the caller comes back within discard-abandoned-after: the same member, another channel */
    say(&f, 30000,
        "CC-Action: member-queue-resume\nCC-Queue: support\nCC-Member-UUID: m-first\nCC-Member-Session-UUID: "
        "second\n");
    answers(&f, 31000, "second", "bob");
    expect(&f, "2000 call.queued first @support\n"
               "12000 call.abandoned first\n"
               "30000 call.queued second @support\n"
               "31005 call.ringing bob second\n"
               "31005 agent.state bob second @support ringing\n"
               "34000 call.answered bob second\n" /* waits 4 s, not since the first joining */
               "34000 agent.state bob second @support talking\n");
    end(&f);
}

static void several_rung_at_once(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 2100, WITH("agent-offering", "support", "c1", "alice"));
    say(&f, 2110, WITH("agent-offering", "support", "c1", "bob"));
    say(&f, 5000, WITH("bridge-agent-start", "support", "c1", "bob") "CC-Agent-UUID: leg\n");
    say(&f, 5010, WITH("bridge-agent-fail", "support", "c1", "alice") "CC-Hangup-Cause: LOSE_RACE\n");
    say(&f, 5020, STATE("alice", "Waiting"));
    say(&f, 5030, STATE("bob", "In%20a%20queue%20call"));
    expect(&f, "2000 call.queued c1 @support\n"
               "2100 call.ringing alice c1\n"
               "2100 agent.state alice c1 @support ringing\n"
               "2110 call.ringing bob c1\n"
               "2110 agent.state bob c1 @support ringing\n"
               "5010 agent.state alice ready\n" /* who was too late has not declined */
               "5000 call.answered bob c1\n"
               "5000 agent.state bob c1 @support talking\n");
    end(&f);
}

static void agents_who_do_not_answer(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    static const struct {
        const char *cause, *want;
    } cases[] = {
        {"NO_ANSWER", "timeout"},        {"ALLOTTED_TIMEOUT", "timeout"},
        {"NO_USER_RESPONSE", "timeout"}, {"CALL_REJECTED", "rejected"},
        {"USER_BUSY", "rejected"},       {"ORIGINATOR_CANCEL", NULL},
        {"USER_NOT_REGISTERED", NULL},   {"LOSE_RACE", NULL},
    };
    say(&f, 2000, JOINS("c1"));
    expect(&f, "2000 call.queued c1 @support\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long long ms = 10000 + (long long)i * 60000;
        char text[512], want[512];
        say(&f, ms, WITH("agent-offering", "support", "c1", "bob"));
        (void)snprintf(text, sizeof text,
                       WITH("bridge-agent-fail", "support", "c1", "bob") "CC-Hangup-Cause: %s\n",
                       cases[i].cause);
        say(&f, ms + 20000, text);
        say(&f, ms + 20010, STATE("bob", "Waiting"));
        (void)snprintf(want, sizeof want,
                       "%lld call.ringing bob c1\n%lld agent.state bob c1 @support ringing\n", ms, ms);
        if (cases[i].want)
            (void)snprintf(want + strlen(want), sizeof want - strlen(want), "%lld call.declined bob c1%s\n",
                           ms + 20000, strcmp(cases[i].want, "rejected") ? "" : " rejected");
        (void)snprintf(want + strlen(want), sizeof want - strlen(want), "%lld agent.state bob ready\n",
                       ms + 20000);
        expect(&f, want);
    }
    /* too often: mod_callcenter sends the agent away */
    say(&f, 600000,
        "CC-Action: agent-max-no-answer\nCC-Agent: bob\nCC-Agent-No-Answer-Count: "
        "3\nCC-Agent-No-Answer-Status: On%20Break\n" CALLER("c1"));
    say(&f, 600001, STATUS("bob", "On%20Break"));
    expect(&f, "600000 agent.state bob break (On Break)\n");
    end(&f);
}

static void the_caller_leaves_while_it_rings(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 3000, WITH("agent-offering", "support", "c1", "alice"));
    say(&f, 9000, CANCEL("c1", "BREAK_OUT") DEAD);
    say(&f, 9010, WITH("bridge-agent-fail", "support", "c1", "alice") "CC-Hangup-Cause: ORIGINATOR_CANCEL\n");
    say(&f, 9020, STATE("alice", "Waiting"));
    expect(&f, "2000 call.queued c1 @support\n"
               "3000 call.ringing alice c1\n"
               "3000 agent.state alice c1 @support ringing\n"
               "9000 call.abandoned c1\n"
               "9000 agent.state alice ready\n"); /* no wrap-up: there was no conversation */
    end(&f);
}

static void a_bridge_that_never_stood_answers_nothing(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    /* the caller hangs up as the agent picks up */
    say(&f, 2000, JOINS("c1"));
    say(&f, 3000, WITH("agent-offering", "support", "c1", "alice"));
    say(&f, 5000, WITH("bridge-agent-start", "support", "c1", "alice") "CC-Agent-UUID: leg\n");
    say(&f, 5010, CANCEL("c1", "NONE") DEAD);
    say(&f, 8000, WITH("bridge-agent-end", "support", "c1", "alice") "CC-Agent-Bridged: false\n");
    say(&f, 8010, STATE("alice", "Waiting"));
    expect(&f, "2000 call.queued c1 @support\n"
               "3000 call.ringing alice c1\n"
               "3000 agent.state alice c1 @support ringing\n"
               "5010 call.abandoned c1\n"
               "5010 agent.state alice ready\n");
    /* the agent's telephone is gone: the caller waits on */
    say(&f, 20000, JOINS("c2"));
    say(&f, 21000, WITH("agent-offering", "support", "c2", "alice"));
    say(&f, 23000, WITH("bridge-agent-start", "support", "c2", "alice") "CC-Agent-UUID: leg\n");
    say(&f, 26000, WITH("bridge-agent-end", "support", "c2", "alice") "CC-Agent-Bridged: false\n");
    say(&f, 26010, STATE("alice", "Waiting"));
    answers(&f, 27000, "c2", "bob");
    expect(&f, "20000 call.queued c2 @support\n"
               "21000 call.ringing alice c2\n"
               "21000 agent.state alice c2 @support ringing\n"
               "26000 agent.state alice ready\n"
               "27005 call.ringing bob c2\n"
               "27005 agent.state bob c2 @support ringing\n"
               "30000 call.answered bob c2\n"
               "30000 agent.state bob c2 @support talking\n");
    end(&f);
}

static void transfers(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    static const struct {
        const char *before, *after, *want;
    } cases[] = {
        {"", ALIVE "variable_transfer_history: 1:a:bl_xfer\n", "call.transferred bob c"},
        /* the operator had transferred the caller here: that is no transfer by the agent */
        {"variable_transfer_history: 1:a:bl_xfer\n", ALIVE "variable_transfer_history: 1:a:bl_xfer\n",
         "call.ended c by=agent"},
        {"variable_transfer_history: 1:a:bl_xfer\n",
         ALIVE "variable_transfer_history: ARRAY::1:a:bl_xfer|:2:b:bl_xfer\n", "call.transferred bob c"},
        /* the caller goes on in the dialplan, to be asked how it was */
        {"", ALIVE, "call.ended c by=agent"},
        {"", DEAD "variable_transfer_history: 1:a:bl_xfer\n", "call.ended c by=system"},
        {"", DEAD "variable_sip_hangup_disposition: recv_bye\n", "call.ended c by=caller"},
        {"", DEAD "variable_sip_hangup_disposition: send_bye\n", "call.ended c by=agent"},
        {"", "", "call.ended c by=system"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long long ms = 10000 + (long long)i * 60000;
        char text[1024], want[512];
        (void)snprintf(text, sizeof text, "%s%s", AT("member-queue-start", "support", "c"), cases[i].before);
        say(&f, ms, text);
        answers(&f, ms + 100, "c", "bob");
        sw_buf_clear(&f.pbx.events);
        say(&f, ms + 20000, WITH("bridge-agent-end", "support", "c", "bob"));
        (void)snprintf(text, sizeof text, "%sCC-Cause: Terminated\n%s",
                       WITH("member-queue-end", "support", "c", "bob"), cases[i].after);
        say(&f, ms + 20001, text);
        say(&f, ms + 20002, STATE("bob", "Waiting"));
        (void)snprintf(want, sizeof want, "%lld %s\n%lld agent.state bob ready\n", ms + 20000, cases[i].want,
                       ms + 20000);
        expect(&f, want);
    }
    /* to another queue: told with it, also when the caller's end is not seen */
    say(&f, 900000, JOINS("d"));
    answers(&f, 900100, "d", "bob");
    sw_buf_clear(&f.pbx.events);
    say(&f, 920000, WITH("bridge-agent-end", "support", "d", "bob"));
    say(&f, 920100, AT("member-queue-start", "sales", "d") ALIVE);
    expect(&f, "920000 call.transferred bob d to=sales\n920000 agent.state bob ready\n920100 call.queued d "
               "@sales\n");
    /* both hang up at once: whose end came first on the caller's own channel */
    say(&f, 1000000, JOINS("e"));
    answers(&f, 1000100, "e", "bob");
    sw_buf_clear(&f.pbx.events);
    say(&f, 1020000,
        WITH("bridge-agent-end", "support", "e", "bob") "variable_sip_hangup_disposition: recv_bye\n");
    say(&f, 1020001,
        WITH("member-queue-end", "support", "e", "bob") "CC-Cause: Terminated\n" DEAD
                                                        "variable_sip_hangup_disposition: recv_bye\n");
    expect(&f, "1020000 call.ended e by=caller\n1020000 agent.state bob ready\n");
    end(&f);
}

static void a_conversation_whose_end_is_not_told_ends_with_what_comes_next(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    answers(&f, 2100, "c1", "bob");
    say(&f, 20000, WITH("bridge-agent-end", "support", "c1", "bob"));
    say(&f, 21000, JOINS("c2"));
    sw_buf_clear(&f.pbx.events);
    say(&f, 22000, WITH("agent-offering", "support", "c2", "bob"));
    expect(&f, "20000 call.ended c1 by=system\n20000 agent.state bob ready\n"
               "22000 call.ringing bob c2\n22000 agent.state bob c2 @support ringing\n");
    say(&f, 22500, WITH("member-queue-end", "support", "c1", "bob") "CC-Cause: Terminated\n" DEAD); /* late */
    expect(&f, "");
    end(&f);
}

static void an_agent_who_is_bridged_twice(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 2001, JOINS("c2"));
    say(&f, 3000, WITH("bridge-agent-start", "support", "c1", "bob") "CC-Agent-UUID: leg\n");
    say(&f, 4000, WITH("bridge-agent-start", "support", "c2", "bob") "CC-Agent-UUID: leg\n");
    say(&f, 4010, STATE("bob", "In%20a%20queue%20call"));
    say(&f, 5000, CANCEL("c1", "BREAK_OUT") DEAD); /* the first never stood */
    expect(&f,
           "2000 call.queued c1 @support\n2001 call.queued c2 @support\n"
           "4000 call.answered bob c2\n4000 agent.state bob c2 @support talking\n5000 call.abandoned c1\n");
    /* bob is deleted in the switch with his call, which then ends */
    say(&f, 6000, JOINS("c3"));
    say(&f, 7000, WITH("bridge-agent-start", "support", "c3", "bob") "CC-Agent-UUID: leg\n");
    say(&f, 7001, CANCEL("c3", "BREAK_OUT") DEAD);
    f.agents = "alice|single_box||callback|user/1|Available|Waiting|3|10|0|0|0\n";
    f.tiers = "support|alice|Ready|1|1\n";
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 10000);
    sw_buf_clear(&f.pbx.events);
    say(&f, 20000, WITH("bridge-agent-end", "support", "c2", "bob"));
    expect(&f, "");
    end(&f);
}

static void holding(void **state) {
    (void)state;
    struct fixture f;
    static const char hold[] = "Event-Name: CHANNEL_HOLD\nUnique-ID: leg-bob\n\n",
                      other[] = "Event-Name: CHANNEL_HOLD\nUnique-ID: c1\n\n";
    static const char unhold[] = "Event-Name: CHANNEL_UNHOLD\nUnique-ID: leg-bob\n\n";
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    answers(&f, 2100, "c1", "bob");
    sw_buf_clear(&f.pbx.events);
    sw_esl_floor_event(f.floor, hold, sizeof hold - 1, pbx_at(&f.pbx, 10000));
    sw_esl_floor_event(f.floor, other, sizeof other - 1,
                       pbx_at(&f.pbx, 11000)); /* the caller's own telephone */
    sw_esl_floor_event(f.floor, unhold, sizeof unhold - 1, pbx_at(&f.pbx, 15000));
    expect(&f, "10000 call.held c1\n10000 agent.state bob c1 @support hold\n"
               "15000 call.retrieved c1\n15000 agent.state bob c1 @support talking\n");
    say(&f, 20000, WITH("bridge-agent-end", "support", "c1", "bob"));
    say(&f, 20001, WITH("member-queue-end", "support", "c1", "bob") "CC-Cause: Terminated\n" DEAD);
    sw_buf_clear(&f.pbx.events);
    sw_esl_floor_event(f.floor, hold, sizeof hold - 1, pbx_at(&f.pbx, 21000)); /* a call of no queue */
    expect(&f, "");
    end(&f);
}

static void standby_agents_keep_their_channel(void **state) {
    (void)state;
    struct fixture f;
    static const char hold[] = "Event-Name: CHANNEL_HOLD\nUnique-ID: leg-bob\n\n";
    begin(&f, NULL, NULL);
    f.agents = "bob|single_box|leg-bob|uuid-standby||Available|Waiting|0|0|0|0|0\n";
    f.tiers = "support|bob|Ready|1|1\n";
    f.queues = "support|x|y|z\n";
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 0);
    for (int i = 0; i < 2; i++) {
        char call[] = {'c', (char)('1' + i), '\0'}, text[512], want[512];
        long long ms = 10000 + i * 60000;
        (void)snprintf(text, sizeof text, AT("member-queue-start", "support", "%s"), call, call);
        say(&f, ms, text);
        answers(&f, ms + 10, call, "bob");
        sw_buf_clear(&f.pbx.events);
        sw_esl_floor_event(f.floor, hold, sizeof hold - 1, pbx_at(&f.pbx, ms + 10000));
        (void)snprintf(text, sizeof text, WITH("bridge-agent-end", "support", "%s", "bob"), call, call);
        say(&f, ms + 20000, text);
        (void)snprintf(text, sizeof text,
                       WITH("member-queue-end", "support", "%s", "bob") "CC-Cause: Terminated\n" DEAD, call,
                       call);
        say(&f, ms + 20001, text);
        say(&f, ms + 20002, STATE("bob", "Waiting"));
        (void)snprintf(want, sizeof want,
                       "%lld call.held %s\n%lld agent.state bob %s @support hold\n%lld call.ended %s "
                       "by=system\n%lld agent.state bob ready\n",
                       ms + 10000, call, ms + 10000, call, ms + 20000, call, ms + 20000);
        expect(&f, want);
    }
    /* its channel is lost: the module signs it out */
    say(&f, 200000, STATUS("bob", "Logged%20Out"));
    expect(&f, "200000 agent.state bob offline\n");
    end(&f);
}

/* ---- agents ---- */

static void statuses_and_states(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, STATUS("bob", "On%20Break"));
    say(&f, 3000, STATE("bob", "Idle")); /* the status says more */
    say(&f, 4000, STATUS("bob", "Available"));
    say(&f, 5000, STATE("bob", "Waiting"));
    say(&f, 6000, STATE("bob", "Reserved")); /* about to be rung */
    say(&f, 7000, STATE("bob", "Receiving"));
    say(&f, 8000, STATE("bob", "Waiting"));
    say(&f, 9000, STATUS("bob", "Available%20(On%20Demand)"));
    say(&f, 10000, STATUS("bob", "Logged%20Out"));
    say(&f, 11000, STATUS("bob", "Logged%20Out"));
    say(&f, 12000, STATUS("bob", "LoggedOn")); /* of a fork: counts as a pause that nobody mapped */
    say(&f, 13000, STATE("bob", "Dancing"));
    expect(&f, "2000 agent.state bob break (On Break)\n"
               "4000 agent.state bob wrapup (Idle)\n"
               "5000 agent.state bob ready\n"
               "10000 agent.state bob offline\n"
               "12000 agent.state bob busy (LoggedOn)\n");
    assert_non_null(strstr(sw_buf_text(&f.pbx.messages), "agent state \"Dancing\" is not known"));
    assert_non_null(strstr(sw_buf_text(&f.pbx.messages), "\"LoggedOn\" count as busy"));
    assert_int_equal(sw_esl_floor_counters(f.floor)->unknown, 1);
    end(&f);
}

static void on_demand_agents_are_idle_after_a_call(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 1500, STATUS("alice", "Available%20(On%20Demand)"));
    say(&f, 2000, JOINS("c1"));
    answers(&f, 2100, "c1", "alice");
    sw_buf_clear(&f.pbx.events);
    say(&f, 20000, WITH("bridge-agent-end", "support", "c1", "alice"));
    say(&f, 20001, WITH("member-queue-end", "support", "c1", "alice") "CC-Cause: Terminated\n" DEAD);
    say(&f, 20002, STATE("alice", "Idle"));
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 60000));
    say(&f, 100000, STATE("alice", "Waiting"));
    expect(&f, "20000 call.ended c1 by=system\n"
               "20000 agent.state alice wrapup\n"
               "20002 agent.state alice wrapup (Idle)\n"
               "100000 agent.state alice ready\n");
    end(&f);
}

static void a_status_during_a_call_counts_after_it(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    answers(&f, 2100, "c1", "alice");
    sw_buf_clear(&f.pbx.events);
    say(&f, 8000, STATUS("alice", "On%20Break"));
    expect(&f, "");
    say(&f, 20000, WITH("bridge-agent-end", "support", "c1", "alice"));
    say(&f, 20001, WITH("member-queue-end", "support", "c1", "alice") "CC-Cause: Terminated\n" DEAD);
    say(&f, 20002, STATE("alice", "Waiting"));
    expect(&f, "20000 call.ended c1 by=system\n20000 agent.state alice break (On Break)\n");
    end(&f);
}

/* ---- times ---- */

static void times_of_all_kinds(void **state) {
    (void)state;
    struct fixture f;
    char text[1024];
    begin(&f, NULL, NULL);
    staffed(&f);
    /* no Event-Date-Timestamp: seconds of the event's own, or now */
    pbx_at(&f.pbx, 100000);
    (void)snprintf(text, sizeof text,
                   "Event-Name: CUSTOM\nEvent-Subclass: callcenter::info\n" AT("member-queue-start",
                                                                               "support", "c1") "\n");
    sw_esl_floor_event(f.floor, text, strlen(text), f.pbx.now_ms);
    (void)snprintf(text, sizeof text,
                   "Event-Name: CUSTOM\nEvent-Subclass: callcenter::info\n" CANCEL("c1", "BREAK_OUT") DEAD
                   "CC-Member-Leaving-Time: %d\n\n",
                   S0 + 109);
    sw_esl_floor_event(f.floor, text, strlen(text), pbx_at(&f.pbx, 110000));
    expect(&f, "100000 call.queued c1 @support\n109000 call.abandoned c1\n");
    /* a call whose joining was not seen: how long it waited is told in seconds */
    (void)snprintf(text, sizeof text,
                   WITH("bridge-agent-start", "support", "c2",
                        "bob") "CC-Agent-UUID: l\nCC-Member-Joined-Time: %d\nCC-Agent-Answered-Time: %d\n",
                   S0 + 170, S0 + 200);
    say(&f, 200400, text);
    say(&f, 200450, STATE("bob", "In%20a%20queue%20call"));
    expect(&f, "170400 call.queued c2 @support\n200400 call.answered bob c2\n200400 agent.state bob c2 "
               "@support talking\n");
    /* one whose conversation was not seen at all */
    say(&f, 201000, STATE("bob", "Waiting"));
    (void)snprintf(text, sizeof text,
                   WITH("bridge-agent-end", "support", "c3",
                        "alice") "CC-Agent-UUID: l3\nCC-Member-Joined-Time: %d\nCC-Agent-Answered-Time: %d\n"
                                 "CC-Bridge-Terminated-Time: %d\n",
                   S0 + 210, S0 + 220, S0 + 250);
    say(&f, 250300, text);
    say(&f, 250310, WITH("member-queue-end", "support", "c3", "alice") "CC-Cause: Terminated\n" DEAD);
    expect(&f, "210300 call.queued c3 @support\n"
               "220300 call.answered alice c3\n"
               "220300 agent.state alice c3 @support talking\n"
               "250300 call.ended c3 by=system\n"
               "250300 agent.state alice wrapup\n");
    end(&f);
}

static void a_switch_whose_clock_is_ahead(void **state) {
    (void)state;
    struct fixture f;
    char text[512];
    begin(&f, NULL, NULL);
    staffed(&f);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(text, sizeof text,
                       "Event-Name: CUSTOM\nEvent-Subclass: callcenter::info\nEvent-Date-Timestamp: %lld\n" AT(
                           "member-queue-start", "support", "c%d") "\n",
                       (long long)(T0 + 70000 + i * 1000) * 1000, i, i);
        sw_esl_floor_event(f.floor, text, strlen(text), pbx_at(&f.pbx, 10000 + i * 1000));
    }
    expect(&f, "10000 call.queued c0 @support\n11000 call.queued c1 @support\n");
    assert_string_equal(
        sw_buf_text(&f.pbx.messages),
        "the switch's clock is 60 s ahead of this machine's: its times are taken as of now (NTP?)\n");
    end(&f);
}

static void events_that_cannot_be_read(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    static const char *const cases[] = {
        "CC-Queue: support\n",
        "CC-Action: member-queue-start\nCC-Member-UUID: m\n",
        "CC-Action: member-queue-start\nCC-Queue: support\n",
        "CC-Action: member-queue-start\nCC-Queue: %00\nCC-Member-UUID: m\n",
        "CC-Action: agent-status-change\nCC-Agent: bob\n",
        "CC-Action: agent-status-change\nCC-Agent-Status: Available\n",
        "CC-Action: agent-state-change\nCC-Agent: bob\nCC-Agent-State: \n",
        "CC-Action: agent-offering\nCC-Queue: support\nCC-Member-UUID: m\n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        say(&f, 2000 + (int64_t)i, cases[i]);
        assert_int_equal(sw_esl_floor_counters(f.floor)->malformed, i + 1);
    }
    sw_esl_floor_event(f.floor, "nonsense", 8, f.pbx.now_ms);
    sw_esl_floor_event(f.floor, "Event-Name: HEARTBEAT\n\n", 23, f.pbx.now_ms);
    sw_esl_floor_event(f.floor, "Event-Name: CUSTOM\nEvent-Subclass: sofia%3A%3Aregister\n\n", 55,
                       f.pbx.now_ms);
    say(&f, 3000, "CC-Action: agent-dance\nCC-Agent: bob\n");
    say(&f, 3001, "CC-Action: agent-dance\nCC-Agent: bob\n");
    assert_int_equal(sw_esl_floor_counters(f.floor)->unknown, 2);
    assert_string_equal(sw_buf_text(&f.pbx.messages),
                        "mod_callcenter's action \"agent-dance\" is not known\n");
    expect(&f, "");
    end(&f);
}

/* ---- lists ---- */

static void a_snapshot_tells_what_is_there(void **state) {
    (void)state;
    struct fixture f;
    char agents[2048], members[2048];
    begin(&f, NULL, NULL);
    f.tiers = "support|alice|Ready|1|1\nsupport|bob|Ready|1|1\nsales|bob|Ready|1|1\nsupport|carl|Ready|1|"
              "1\nsupport|ghost|Ready|1|1\n"
              "support|dora|Ready|1|1\n";
    f.queues = "support|x|y|z\nsales|x|y|z\n";
    (void)snprintf(
        agents, sizeof agents,
        "alice|single_box|leg-a|callback|user/1|user/11|Available|In a queue call|3|10|0|%d|%d\n" /* a dial
                                                                                                     string
                                                                                                     with a
                                                                                                     bar */
        "bob|single_box||callback|user/2|On Break|Waiting|3|0|0|0|%d\n"
        "carl|single_box||callback|user/3|Available|Waiting|3|30|%d|0|%d\n" /* 12 s after a call */
        "dora|single_box||callback|user/4|Available|Receiving|3|30|0|%d|0\n"
        "eve|single_box||callback|user/5|Logged Out|Waiting|3|30|0|0|0\n",
        S0 + 40, S0 - 3600, S0 + 30, S0 + 88, S0 - 600, S0 + 95);
    (void)snprintf(
        members, sizeof members,
        "support|single_box|m1|c1|1|a|b|%d|0|0|0||Waiting\n" /* a caller's name with a bar */
        "support|single_box|m2|c2|1|n|%d|%d|0|%d||Trying\n"  /* came back and got its place: waits since then
                                                              */
        "support|single_box|m3|c3|1|n|%d|0|%d|0|alice|Answered\n"
        "support|single_box|m4||1|n|%d|0|0|%d||Abandoned\n"
        "support|single_box|m5|c5|1|n|%d|0|%d|0|eve|Answered\n" /* hours ago: its channel is gone */
        "support|single_box|m6|c6|1|n|%d|0|0|0||Waiting\n",     /* and this one's */
        S0 + 50, S0 + 10, S0 + 60, S0 + 30, S0 + 20, S0 + 45, S0 + 1, S0 + 5, S0 - 7200, S0 - 7000, S0 - 300);
    f.agents = agents;
    f.members = members;
    f.gone = "c5 c6";
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 99000);
    assert_int_equal(f.complete, 1);
    expect(&f, "50000 call.queued c1 @support\n"
               "60000 call.queued c2 @support\n"
               "45000 call.queued c3 @support\n"
               "45000 call.answered alice c3\n"
               "45000 agent.state alice c3 @support talking in support\n"
               "30000 agent.state bob break (On Break) in support,sales\n"
               "100000 agent.state carl wrapup in support\n"
               "100000 agent.state dora ringing in support\n");
    assert_int_equal(sw_esl_floor_counters(f.floor)->phantoms, 0); /* they may have hung up just now */
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 118000)); /* 30 s after its call */
    expect(&f, "118000 agent.state carl ready\n");
    /* a second one, and events that the first was ahead of, say nothing new */
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 120000);
    say(&f, 45000, JOINS("c3"));
    say(&f, 50000, JOINS("c1"));
    expect(&f, "");
    assert_int_equal(sw_esl_floor_counters(f.floor)->phantoms, 2);
    /* holding works on calls of a snapshot too; and the end */
    static const char hold[] = "Event-Name: CHANNEL_HOLD\nUnique-ID: leg-a\n\n";
    sw_esl_floor_event(f.floor, hold, sizeof hold - 1, pbx_at(&f.pbx, 130000));
    say(&f, 140000, WITH("bridge-agent-end", "support", "c3", "alice"));
    say(&f, 140001, WITH("member-queue-end", "support", "c3", "alice") "CC-Cause: Terminated\n" DEAD);
    expect(&f, "130000 call.held c3\n130000 agent.state alice c3 @support hold\n"
               "140000 call.ended c3 by=system\n140000 agent.state alice wrapup\n");
    end(&f);
}

static void events_prevail_over_the_snapshot_under_way(void **state) {
    (void)state;
    struct fixture f;
    char members[512];
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 2500, JOINS("c2"));
    (void)snprintf(
        members, sizeof members,
        "support|single_box|m|c1|1|n|%d|0|0|0||Waiting\nsupport|single_box|m|c2|1|n|%d|0|0|0||Waiting\n",
        S0 + 2, S0 + 2);
    f.members = members;
    sw_esl_floor_snapshot(f.floor, SW_PBX_SNAPSHOT_MERGE, pbx_at(&f.pbx, 10000));
    for (int i = 0; i < 4; i++) answer_one(&f); /* the members are known, not yet whether they exist */
    say(&f, 10010, JOINS("c3"));                /* joined after that */
    say(&f, 10020, CANCEL("c1", "BREAK_OUT") DEAD);
    answers(&f, 10030, "c2", "bob");
    say(&f, 13100, STATUS("alice", "On%20Break"));
    sw_buf_clear(&f.pbx.events);
    answer_all(&f);
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 20000));
    assert_int_equal(f.complete, 2);
    expect(&f, ""); /* c1 is over, c2 is talked to, c3 waits, alice has her break */
    assert_int_equal(sw_pbx_call_phase(f.pbx.pbx, "c1"), SW_PBX_OVER);
    assert_int_equal(sw_pbx_call_phase(f.pbx.pbx, "c2"), SW_PBX_TALKING);
    assert_int_equal(sw_pbx_call_phase(f.pbx.pbx, "c3"), SW_PBX_WAITING);
    end(&f);
}

static void drift_is_corrected_when_it_stays(void **state) {
    (void)state;
    struct fixture f;
    char members[512];
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("lost"));
    sw_buf_clear(&f.pbx.events);
    /* the switch knows another caller, and not this one; bob has left the queue, and there was no event for
     * it */
    (void)snprintf(members, sizeof members, "support|single_box|m|other|1|n|%d|0|0|0||Waiting\n", S0 + 30);
    f.members = members;
    f.agents = "alice|single_box||callback|user/1|On "
               "Break|Waiting|3|10|0|0|0\nbob|single_box||callback|user/2|Available|Waiting|3|0|0|0|0\n";
    f.tiers = "support|alice|Ready|1|1\n";
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 60000);
    expect(&f, "");
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 120000);
    expect(&f, "121000 call.exited lost overflow\n"
               "30000 call.queued other @support\n"
               "121000 agent.state alice break (On Break)\n"
               "121000 agent.state bob ready in none\n");
    assert_int_equal(sw_pbx_counters(f.pbx.pbx)->corrected, 4);
    assert_non_null(strstr(sw_buf_text(&f.pbx.messages), "corrected: call lost is gone"));
    end(&f);
}

static void a_count_of_members_is_a_hint(void **state) {
    (void)state;
    struct fixture f;
    static const char two[] =
        "CC-Action: members-count\nCC-Queue: support\nCC-Count: 2\nCC-Selection: Single-Queue\n";
    static const char one[] =
        "CC-Action: members-count\nCC-Queue: support\nCC-Count: 1\nCC-Selection: Single-Queue\n";
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 2001, two);
    say(&f, 3000, one); /* agrees again */
    say(&f, 4000, two);
    say(&f, 13999, two);
    assert_int_equal(sw_esl_floor_asked(f.floor), 0);
    say(&f, 14000, two); /* for ten seconds */
    assert_int_equal(sw_esl_floor_asked(f.floor), 1);
    assert_int_equal(sw_esl_floor_counters(f.floor)->hints, 1);
    expect(&f, "2000 call.queued c1 @support\n"); /* the count itself changes nothing */
    answer_all(&f);
    end(&f);
}

static void agents_whose_state_has_no_call(void **state) {
    (void)state;
    struct fixture f;
    char agents[1024];
    begin(&f, NULL, NULL);
    f.tiers = "support|a|Ready|1|1\nsupport|b|Ready|1|1\nsupport|c|Ready|1|1\nsupport|d|Ready|1|1\n";
    f.queues = "support|x|y|z\n";
    (void)snprintf(agents, sizeof agents,
                   "a|single_box||callback|u|Available|Reserved|3|0|0|0|0\n"
                   "b|single_box||callback|u|Available|Receiving|3|0|0|%d|0\n" /* rings since five minutes */
                   "c|single_box|leg-c|callback|u|Available|In a queue call|3|0|0|%d|0\n"
                   "d|single_box|leg-d|callback|u|Available|In a queue call|3|0|0|%d|0\n",
                   S0 - 300, S0 - 300, S0 - 300);
    f.agents = agents;
    f.gone = "leg-d";
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 0);
    expect(&f, "1000 agent.state a ready in support\n1000 agent.state b ringing in support\n"
               "1000 agent.state c ready in support\n1000 agent.state d ready in support\n");
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 60000);
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 120000);
    expect(&f, "121000 agent.state a busy (unavailable)\n121000 agent.state b busy (unavailable)\n"
               "121000 agent.state c talking\n" /* on a call of no queue: its channel exists */
               "121000 agent.state d busy (unavailable)\n");
    assert_int_equal(sw_esl_floor_counters(f.floor)->phantoms, 3);
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 180000);
    assert_int_equal(sw_esl_floor_counters(f.floor)->phantoms, 3); /* told once */
    say(&f, 190000, STATE("a", "Waiting"));
    say(&f, 190001, STATE("c", "Waiting"));
    expect(&f, "190000 agent.state a ready\n190001 agent.state c ready\n");
    end(&f);
}

static void answers_that_are_none(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"-ERR callcenter_config Command not found!\n",
         "mod_callcenter is not loaded in FreeSWITCH (-ERR callcenter_config Command not found!)\n"},
        {"-ERR permission denied",
         "the user may not use callcenter_config: see esl-allowed-api (-ERR permission denied)\n"},
        {"-ERR no reply\n", "callcenter_config answered \"-ERR no reply\"\n"},
        {AGENT_COLUMNS "alice|single_box|", "a list of callcenter_config came without its end\n"},
        {"", "a list of callcenter_config came without its end\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sw_buf_clear(&f.problems);
        sw_esl_floor_snapshot(f.floor, SW_PBX_SNAPSHOT_MERGE, pbx_at(&f.pbx, 10000 + (int64_t)i * 60000));
        answer(&f, cases[i].text);
        assert_string_equal(sw_buf_text(&f.problems), cases[i].want);
        assert_int_equal(sw_esl_floor_asked(f.floor), 0);
        sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 20000 + (int64_t)i * 60000));
    }
    assert_int_equal(f.complete, 1);
    /* an answer to nothing; a connection that is lost; then all is as ever */
    sw_esl_floor_answer(f.floor, "+OK\n", 4, f.pbx.now_ms);
    sw_esl_floor_snapshot(f.floor, SW_PBX_SNAPSHOT_MERGE, pbx_at(&f.pbx, 600000));
    sw_esl_floor_lost(f.floor);
    sw_buf_clear(&f.asked);
    assert_int_equal(sw_esl_floor_asked(f.floor), 0);
    sw_esl_floor_ping(f.floor);
    sw_esl_floor_ping(f.floor); /* one is enough */
    assert_string_equal(sw_buf_text(&f.asked), "status\n");
    answer_all(&f);
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 700000);
    assert_int_equal(f.complete, 2);
    expect(&f, "");
    end(&f);
}

static void the_module_is_loaded_anew(void **state) {
    (void)state;
    struct fixture f;
    static const char unload[] = "Event-Name: MODULE_UNLOAD\ntype: application\nname: callcenter\n\n";
    static const char load[] =
        "Event-Name: MODULE_LOAD\ntype: application\nname: callcenter\nkey: mod_callcenter\n\n";
    static const char api[] = "Event-Name: MODULE_LOAD\ntype: api\nname: callcenter_config\n\n";
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    say(&f, 2500, JOINS("c2"));
    answers(&f, 3000, "c2", "bob");
    sw_buf_clear(&f.pbx.events);
    sw_esl_floor_event(f.floor, unload, sizeof unload - 1, pbx_at(&f.pbx, 10000));
    assert_int_equal(sw_esl_floor_asked(f.floor), 0);
    sw_esl_floor_event(f.floor, load, sizeof load - 1, pbx_at(&f.pbx, 11000));
    sw_esl_floor_event(f.floor, api, sizeof api - 1, pbx_at(&f.pbx, 11001));
    assert_int_equal(sw_esl_floor_asked(f.floor), 1);
    answer_all(&f); /* it has no members any more, and all agents wait */
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 13000));
    expect(&f, "13000 call.exited c1 overflow\n13000 call.ended c2 by=system\n13000 agent.state bob ready\n");
    end(&f);
}

static void some_queues_only(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, "support@a.example", "a.example");
    f.agents = "alice@a.example|single_box||callback|user/1|Available|Waiting|3|0|0|0|0\n"
               "bob|single_box||callback|user/2|Available|Waiting|3|0|0|0|0\n"
               "zoe@b.example|single_box||callback|user/2|Available|Waiting|3|0|0|0|0\n";
    f.tiers = "support@a.example|alice@a.example|Ready|1|1\nsupport@b.example|zoe@b.example|Ready|1|1\nsales@"
              "a.example|bob|Ready|1|1\n";
    f.queues =
        "support@a.example|x|y|z\nsales@a.example|x|y|z\nsupport@b.example|x|y|z\nbad name@a.example|x|y|z\n";
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 0);
    expect(&f, "1000 agent.state alice ready in support\n");
    say(&f, 2000, AT("member-queue-start", "support%40a.example", "c1"));
    say(&f, 2001, AT("member-queue-start", "support%40b.example", "c2"));
    say(&f, 2002, AT("member-queue-start", "sales%40a.example", "c3"));
    say(&f, 2003, STATUS("bob", "On%20Break"));
    say(&f, 2004, STATUS("zoe%40b.example", "On%20Break"));
    say(&f, 2005, STATUS("nobody", "On%20Break"));
    say(&f, 2006, STATUS("alice%40a.example", "On%20Break"));
    expect(&f, "2000 call.queued c1 @support\n2006 agent.state alice break (On Break)\n");
    assert_int_equal(sw_esl_floor_counters(f.floor)->foreign, 5);
    /* bob joins our queue: found by the check */
    f.tiers = "support@a.example|alice@a.example|Ready|1|1\nsupport@a.example|bob|Ready|1|1\n";
    f.members = "support@a.example|single_box|m|c1|1|n|1767225602|0|0|0||Waiting\n";
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 60000);
    snapshot(&f, SW_PBX_SNAPSHOT_CHECK, 120000);
    assert_non_null(strstr(sw_buf_text(&f.pbx.events), "agent.state bob"));
    sw_buf_clear(&f.pbx.events);
    end(&f);
}

static void an_agent_never_heard_of(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, NULL, NULL);
    staffed(&f);
    f.agents = STAFF "carl|single_box||callback|user/3|On Break|Waiting|3|20|0|0|0\n";
    f.tiers = TIERS "support|carl|Ready|1|1\n";
    say(&f, 20000, "CC-Action: agent-add\nCC-Agent: carl\nCC-Agent-Type: callback\n");
    say(&f, 20500, STATUS("carl", "On%20Break"));
    assert_int_equal(sw_esl_floor_asked(f.floor), 0);
    assert_true(sw_esl_floor_next_deadline(f.floor) <= T0 + 21500);
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 21500)); /* the lists are asked for its queues */
    answer_all(&f);
    sw_esl_floor_advance(f.floor, pbx_at(&f.pbx, 23000));
    expect(&f,
           "20500 agent.state carl break (On Break)\n20500 agent.state carl break (On Break) in support\n");
    end(&f);
}

static void killed_and_started_again(void **state) {
    (void)state;
    struct fixture f;
    char members[512];
    begin(&f, NULL, NULL);
    staffed(&f);
    say(&f, 2000, JOINS("c1"));
    answers(&f, 3000, "c1", "alice");
    say(&f, 8000, JOINS("c2"));
    say(&f, 9000, JOINS("c3"));
    sw_buf_clear(&f.pbx.events);
    sw_esl_floor_free(f.floor);
    pbx_at(&f.pbx, 20000);
    pbx_restart(&f.pbx, 0, 1000);
    make_floor(&f, NULL);
    /* meanwhile c2 left, c4 came, bob answered c3 */
    f.agents = "alice|single_box|leg-alice|callback|user/1|Available|In a queue call|3|10|0|0|0\n"
               "bob|single_box|leg-bob|callback|user/2|Available|In a queue call|3|0|0|0|0\n";
    (void)snprintf(members, sizeof members,
                   "support|single_box|m|c1|1|n|%d|0|%d|0|alice|Answered\nsupport|single_box|m|c3|1|n|%d|0|%"
                   "d|0|bob|Answered\n"
                   "support|single_box|m|c4|1|n|%d|0|0|0||Waiting\n",
                   S0 + 2, S0 + 6, S0 + 9, S0 + 15, S0 + 18);
    f.members = members;
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 20000);
    expect(&f, "9000 call.exited c2 overflow\n" /* as of when the switch was last seen */
               "15000 call.answered bob c3\n"
               "18000 call.queued c4 @support\n"
               "15000 agent.state bob c3 @support talking\n");
    say(&f, 30000, WITH("bridge-agent-end", "support", "c1", "alice"));
    say(&f, 30001, WITH("member-queue-end", "support", "c1", "alice") "CC-Cause: Terminated\n" DEAD);
    expect(&f, "30000 call.ended c1 by=system\n30000 agent.state alice wrapup\n");
    end(&f);
}

static void caps(void **state) {
    (void)state;
    struct fixture f;
    char text[512];
    begin(&f, NULL, NULL);
    staffed(&f);
    for (int i = 0; i < SW_ESL_CALLS_MAX + 5; i++) {
        (void)snprintf(text, sizeof text,
                       "CC-Action: member-queue-start\nCC-Queue: support\nCC-Member-Session-UUID: c%d\n", i);
        say(&f, 2000, text);
        if (f.pbx.events.len > 1u << 20) sw_buf_clear(&f.pbx.events);
        if (f.pbx.raw.len > 1u << 20) sw_buf_clear(&f.pbx.raw);
    }
    assert_int_equal(sw_esl_floor_counters(f.floor)->refused, 5);
    assert_int_equal(sw_pbx_open_calls(f.pbx.pbx), SW_ESL_CALLS_MAX);
    for (int i = 0; i < SW_ESL_AGENTS_MAX + 5; i++) {
        (void)snprintf(text, sizeof text,
                       "CC-Action: agent-status-change\nCC-Agent: a%d\nCC-Agent-Status: Logged%%20Out\n", i);
        say(&f, 3000, text);
    }
    assert_int_equal(sw_esl_floor_counters(f.floor)->refused, 5 + 5 + 2); /* alice and bob were there */
    sw_buf_clear(&f.pbx.events);
    end(&f);
}

/* ---- the data from elsewhere ---- */

static void play(struct fixture *f, const cJSON *event) {
    struct sw_buf text;
    sw_buf_init(&text, 65536);
    const cJSON *header;
    cJSON_ArrayForEach(header, event) sw_buf_printf(&text, "%s: %s\n", header->string, header->valuestring);
    sw_buf_putc(&text, '\n');
    sw_esl_floor_event(f->floor, text.data, text.len, f->pbx.now_ms);
    sw_buf_deinit(&text);
}

static void captured_and_documented_events(void **state) {
    (void)state;
    struct sw_buf text;
    struct fixture f;
    sw_buf_init(&text, 1u << 20);
    if (sw_file_read(DATA ".json", &text)) {
        print_message("skipped: no " DATA ".json here\n");
        sw_buf_deinit(&text);
        skip();
    }
    cJSON *data = cJSON_ParseWithLength(text.data, text.len);
    const cJSON *event;
    assert_non_null(data);
    begin(&f, NULL, NULL);
    snapshot(&f, SW_PBX_SNAPSHOT_MERGE, 0);
    /* of a fork, with a status that mod_callcenter does not have; as of five hours ago at the most */
    cJSON_ArrayForEach(event, cJSON_GetObjectItem(data, "captured")) play(&f, event);
    expect(&f, "-17999000 agent.state 231010 busy (LoggedOn)\n");
    pbx_at(&f.pbx, 10000);
    for (int first = 1; first >= 0; first--) /* the documentation has the joining behind the conversation */
        cJSON_ArrayForEach(event, cJSON_GetObjectItem(data, "documentation_samples")) {
            const char *action = cJSON_GetStringValue(cJSON_GetObjectItem(event, "CC-Action"));
            if (!strcmp(action, "member-queue-start") == (first == 1)) play(&f, event);
        }
#define DOC_CALL "453324f8-3424-4322-4242362fd23d"
    expect(&f, "10000 call.queued " DOC_CALL " @support@default\n"
               "10000 agent.state 1000@default ready\n"
               "10000 call.ringing AgentNameHere " DOC_CALL "\n"
               "10000 agent.state AgentNameHere " DOC_CALL " @support@default ringing\n"
               "10000 call.answered AgentNameHere " DOC_CALL "\n"
               "10000 agent.state AgentNameHere " DOC_CALL " @support@default talking\n"
               "10000 call.ended " DOC_CALL " by=system\n"
               "10000 agent.state AgentNameHere offline\n"); /* its status was never told */
    assert_int_equal(sw_esl_floor_counters(f.floor)->unknown, 0);
    cJSON_Delete(data);
    sw_buf_deinit(&text);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_from_joining_to_wrapup),
        cmocka_unit_test(callers_who_leave),
        cmocka_unit_test(an_exit_into_another_queue),
        cmocka_unit_test(a_resumed_place_is_a_new_call),
        cmocka_unit_test(several_rung_at_once),
        cmocka_unit_test(agents_who_do_not_answer),
        cmocka_unit_test(the_caller_leaves_while_it_rings),
        cmocka_unit_test(a_bridge_that_never_stood_answers_nothing),
        cmocka_unit_test(transfers),
        cmocka_unit_test(a_conversation_whose_end_is_not_told_ends_with_what_comes_next),
        cmocka_unit_test(an_agent_who_is_bridged_twice),
        cmocka_unit_test(holding),
        cmocka_unit_test(standby_agents_keep_their_channel),
        cmocka_unit_test(statuses_and_states),
        cmocka_unit_test(on_demand_agents_are_idle_after_a_call),
        cmocka_unit_test(a_status_during_a_call_counts_after_it),
        cmocka_unit_test(times_of_all_kinds),
        cmocka_unit_test(a_switch_whose_clock_is_ahead),
        cmocka_unit_test(events_that_cannot_be_read),
        cmocka_unit_test(a_snapshot_tells_what_is_there),
        cmocka_unit_test(events_prevail_over_the_snapshot_under_way),
        cmocka_unit_test(drift_is_corrected_when_it_stays),
        cmocka_unit_test(a_count_of_members_is_a_hint),
        cmocka_unit_test(agents_whose_state_has_no_call),
        cmocka_unit_test(answers_that_are_none),
        cmocka_unit_test(the_module_is_loaded_anew),
        cmocka_unit_test(some_queues_only),
        cmocka_unit_test(an_agent_never_heard_of),
        cmocka_unit_test(killed_and_started_again),
        cmocka_unit_test(caps),
        cmocka_unit_test(captured_and_documented_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
