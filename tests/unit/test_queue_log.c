/* Asterisk's queue_log to events: verbs, traps, the golden logs, and a real day of a bank. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/event_json.h"
#include "codec/figures.h"
#include "codec/queue_log.h"
#include "codec/report_json.h"
#include "core/zone.h"
#include "io/files.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"

#define BANK "../shared/data/bank/1999-01-02"

/* Events in short: what a person would write down to check them. */
struct notes {
    struct sw_buf events, messages, learnt, raw;
};

static void note_event(void *ctx, const struct sw_event *e, enum sw_reject reject, const char *text, size_t len) {
    struct sw_buf *out = ctx;
    (void)len;
    if (!e) {
        fail_msg("%s: %s", sw_reject_name(reject), text);
        return;
    }
    sw_buf_printf(out, "%lld %s", (long long)e->ts_ms / 1000, sw_event_type_name(e->type));
    if (e->agent) sw_buf_printf(out, " %s", e->agent);
    if (e->call && e->type != SW_EV_AGENT_STATE) sw_buf_printf(out, " %s", e->call);
    if (e->queue) sw_buf_printf(out, " %s", e->queue);
    if (e->type == SW_EV_AGENT_STATE) sw_buf_printf(out, " %s", sw_agent_state_name(e->state));
    if (e->reason) sw_buf_printf(out, " (%s)", e->reason);
    if (e->type == SW_EV_CALL_EXITED) sw_buf_printf(out, " %s", sw_exit_reason_name(e->exit_reason));
    if (e->to) sw_buf_printf(out, " to=%s", e->to);
    if (e->wait_ms >= 0) sw_buf_printf(out, " wait=%lld", (long long)e->wait_ms / 1000);
    if (e->talk_ms >= 0) sw_buf_printf(out, " talk=%lld", (long long)e->talk_ms / 1000);
    if (e->type == SW_EV_CALL_ENDED) sw_buf_printf(out, " by=%d", (int)e->by);
    for (uint32_t i = 0; i < e->queue_count; i++) sw_buf_printf(out, "%s%s", i ? "," : " in ", e->queues[i]);
    sw_buf_putc(out, '\n');
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct notes *n = ctx;
    sw_event_read(json, len, note_event, &n->events);
    sw_buf_add(&n->raw, json, len);
    sw_buf_putc(&n->raw, '\n');
}

static void on_message(void *ctx, uint64_t line, const char *text) {
    sw_buf_printf(&((struct notes *)ctx)->messages, "%llu: %s\n", (unsigned long long)line, text);
}

static void on_learnt(void *ctx, uint64_t line, const char *interface, const char *name) {
    sw_buf_printf(&((struct notes *)ctx)->learnt, "%llu: %s=%s\n", (unsigned long long)line, interface, name);
}

static int64_t utc_plus_8(void *ctx, int year, int month, int day, int64_t ms_of_day) {
    (void)ctx;
    return sw_days_from_date(year, month, day) * SW_DAY_MS + ms_of_day - 8 * 3600000;
}

static struct sw_queue_log *begin(struct notes *n, int64_t wrapup_ms) {
    sw_buf_init(&n->events, 1u << 22);
    sw_buf_init(&n->messages, 1u << 20);
    sw_buf_init(&n->learnt, 1u << 16);
    sw_buf_init(&n->raw, 1u << 22);
    const struct sw_queue_log_options options = {.local_to_utc = utc_plus_8,
                                                 .event = on_event,
                                                 .message = on_message,
                                                 .learnt = on_learnt,
                                                 .ctx = n,
                                                 .wrapup_ms = wrapup_ms};
    return sw_queue_log_new(&options);
}

static void read_text(struct sw_queue_log *log, const char *text) {
    uint64_t line = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");
        sw_queue_log_read(log, ++line, text, len);
        text += len + (text[len] == '\n');
    }
    sw_queue_log_end(log);
}

static void end(struct notes *n, struct sw_queue_log *log) {
    sw_queue_log_free(log);
    sw_buf_deinit(&n->events);
    sw_buf_deinit(&n->messages);
    sw_buf_deinit(&n->learnt);
    sw_buf_deinit(&n->raw);
}

static void expect(const char *text, const char *events, const char *messages) {
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, text);
    assert_string_equal(sw_buf_text(&n.events), events);
    assert_string_equal(sw_buf_text(&n.messages), messages);
    end(&n, log);
}

/* ---- verbs ---- */

static void test_one_call(void **state) {
    (void)state;
    expect("100|c1|q|NONE|ENTERQUEUE||555|3|x\r\n104|c1|q|Ann|CONNECT|4|c2|2\n164|c1|q|Ann|COMPLETEAGENT|4|60|3\n",
           "100 call.queued c1 q\n"
           "104 call.answered Ann c1 q wait=4\n"
           "104 agent.state Ann q talking in q\n"
           "164 call.ended Ann c1 q talk=60 by=0\n"
           "164 agent.state Ann ready\n",
           "");
}

static void test_ids_tell_time_and_line(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, "100|c1|q|NONE|ENTERQUEUE||555|3\n104|c1|q|Ann|CONNECT|4|c2|2\n");
    assert_non_null(strstr(sw_buf_text(&n.raw), "\"id\":\"ql:100:1:0\",\"src\":\"queue_log\""));
    assert_non_null(strstr(sw_buf_text(&n.raw), "\"id\":\"ql:104:2:1\""));
    assert_non_null(strstr(sw_buf_text(&n.raw), "\"position\":3"));
    assert_int_equal(sw_queue_log_counters(log)->events, 3);
    end(&n, log);
}

static void test_ways_out_of_a_queue(void **state) {
    (void)state;
    expect("100|a|q|NONE|ENTERQUEUE||1|1\n103|a|q|NONE|ABANDON|1|1|3\n"
           "110|b|q|NONE|ENTERQUEUE||1|1\n140|b|q|NONE|EXITWITHTIMEOUT|1|1|30\n"
           "150|c|q|NONE|ENTERQUEUE||1|1\n152|c|q|NONE|EXITWITHKEY|5|1|1|2\n"
           "160|d|q|NONE|ENTERQUEUE||1|1\n161|d|q|NONE|EXITEMPTY|1|1|1\n161|d|q|NONE|LEAVEEMPTY|\n"
           "170|e|q|NONE|ENTERQUEUE||1|1\n175|e|q|NONE|WITHDRAW|1|1|5|callback asked\n"
           "180|f|q|NONE|ENTERQUEUE||1|1\n186|f|q|NONE|WITHDRAW|1|1|6|\n"
           "190|g|q|NONE|FULL|\n191|h|q|NONE|JOINEMPTY|\n192|i|q|NONE|CLOSED|\n193|j|q|NONE|DIVERT_HOLDTIME|\n"
           "200|k|q|NONE|ENTERQUEUE||1|1\n201|k|q|Ann|SYSCOMPAT|\n",
           "100 call.queued a q\n103 call.abandoned a q wait=3\n"
           "110 call.queued b q\n140 call.exited b q timeout wait=30\n"
           "150 call.queued c q\n152 call.exited c q key wait=2\n"
           "160 call.queued d q\n161 call.exited d q unstaffed wait=1\n"
           "170 call.queued e q\n175 call.exited e q callback wait=5\n"
           "180 call.queued f q\n186 call.exited f q overflow wait=6\n"
           "190 call.queued g q\n190 call.exited g q full wait=0\n"
           "191 call.queued h q\n191 call.exited h q unstaffed wait=0\n"
           "192 call.queued i q\n192 call.exited i q unstaffed wait=0\n"
           "193 call.queued j q\n193 call.exited j q overflow wait=0\n"
           "200 call.queued k q\n201 call.exited k q overflow\n",
           "");
}

static void test_overflow_tells_where_to(void **state) {
    (void)state;
    /* within 5 s, though others happen between; after them not */
    expect("100|a|q|NONE|ENTERQUEUE||1|1\n130|a|q|NONE|EXITWITHTIMEOUT|1|1|30\n131|b|q|NONE|ENTERQUEUE||1|1\n"
           "132|a|r|NONE|ENTERQUEUE||1|1\n162|a|r|NONE|EXITWITHTIMEOUT|1|1|30\n168|b|q|NONE|ABANDON|1|1|37\n"
           "169|a|q|NONE|ENTERQUEUE||1|1\n",
           "100 call.queued a q\n130 call.exited a q timeout to=r wait=30\n131 call.queued b q\n132 call.queued a r\n"
           "162 call.exited a r timeout wait=30\n168 call.abandoned b q wait=37\n169 call.queued a q\n",
           "");
}

static void test_transfers(void **state) {
    (void)state;
    expect("100|a|q|Ann|CONNECT|4|x|2\n130|a|q|Ann|BLINDTRANSFER|8001|internal|4|30|1\n131|a|r|NONE|ENTERQUEUE||1|1\n"
           "133|a|r|Bob|CONNECT|2|y|2\n143|a|r|Bob|ATTENDEDTRANSFER|BRIDGE|some-bridge|2|10|1\n",
           "100 call.answered Ann a q wait=4\n100 agent.state Ann q talking in q\n"
           "130 call.transferred Ann a q to=8001\n130 agent.state Ann ready\n131 call.queued a r\n"
           "133 call.answered Bob a r wait=2\n133 agent.state Bob r talking in r\n143 call.transferred Bob a r\n"
           "143 agent.state Bob ready\n",
           "");
}

static void test_rings(void **state) {
    (void)state;
    expect("100|a|q|NONE|ENTERQUEUE||1|1\n110|a|q|Ann|RINGNOANSWER|10000\n110|a|q|Bob|RINGNOANSWER|0\n"
           "112|a|q|Cy|RINGCANCELED|1500\n115|a|q|Dee|AGENTDUMP|\n",
           "100 call.queued a q\n110 call.declined Ann a q\n110 call.declined Bob a q\n115 call.declined Dee a q\n", "");
}

static void test_outbound(void **state) {
    (void)state;
    expect("100|a|NONE|Ann|OUTCALL|ANSWER|40\n110|b|NONE|Ann|OUTCALL|NOANSWER|0\n",
           "60 call.dialed Ann a\n60 call.connected a\n100 call.ended Ann a talk=40 by=2\n"
           "110 call.dialed Ann b\n110 call.ended Ann b by=2\n",
           "");
}

static void test_what_no_line_told(void **state) {
    (void)state;
    /* a call of before the log; one whose CONNECT is missing; one that entered another queue without an exit */
    expect("100|a|q|Ann|COMPLETECALLER|7|60|1\n"
           "110|b|q|NONE|ENTERQUEUE||1|1\n150|b|q|Ann|COMPLETEAGENT|5|30|1\n"
           "160|c|q|NONE|ENTERQUEUE||1|1\n170|c|r|NONE|ENTERQUEUE||1|1\n180|c|r|NONE|ENTERQUEUE||1|1\n"
           "180|c|r|NONE|ENTERQUEUE||1|1\n",
           "100 call.ended Ann a q wait=7 talk=60 by=1\n"
           "110 call.queued b q\n120 call.answered Ann b q wait=5\n120 agent.state Ann q talking in q\n"
           "150 call.ended Ann b q talk=30 by=0\n150 agent.state Ann ready\n"
           "160 call.queued c q\n170 call.exited c q overflow to=r\n170 call.queued c r\n"
           "180 call.exited c r overflow to=r\n180 call.queued c r\n",
           "7: ENTERQUEUE skipped: the call is in the queue already\n");
}

static void test_what_cannot_be(void **state) {
    (void)state;
    expect("100|a|q|NONE|ENTERQUEUE||1|1\n101|a|q|NONE|ABANDON|1|1|1\n102|a|q|NONE|ABANDON|1|1|1\n"
           "103|a|q|Ann|COMPLETECALLER|1|1|1\n",
           "100 call.queued a q\n101 call.abandoned a q wait=1\n",
           "3: ABANDON skipped: the call is over already\n4: COMPLETECALLER skipped: the call is over already\n");
}

static void test_restart(void **state) {
    (void)state;
    expect("100|MANAGER|q|Ann|ADDMEMBER|\n100|a|q|NONE|ENTERQUEUE||1|1\n101|a|q|Ann|CONNECT|1|x|1\n"
           "102|b|q|NONE|ENTERQUEUE||1|1\n900|NONE|NONE|NONE|QUEUESTART|\n910|b|q|NONE|ENTERQUEUE||1|1\n",
           "100 agent.state Ann ready in q\n100 call.queued a q\n101 call.answered Ann a q wait=1\n"
           "101 agent.state Ann q talking\n102 call.queued b q\n102 call.ended Ann a q by=2\n102 agent.state Ann ready\n"
           "102 call.exited b q overflow\n910 call.queued b q\n",
           "");
}

/* ---- members ---- */

static void test_pause_of_all_queues_is_one(void **state) {
    (void)state;
    expect("100|MANAGER|q|Ann|ADDMEMBER|\n100|MANAGER|r|Ann|ADDMEMBER|\n"
           "110|NONE|NONE|Ann|PAUSEALL|Lunch\n110|NONE|q|Ann|PAUSE|Lunch\n110|NONE|r|Ann|PAUSE|Lunch\n"
           "120|NONE|q|Ann|PAUSE|training\n120|NONE|r|Ann|PAUSE|training\n"
           "130|NONE|NONE|Ann|UNPAUSEALL|\n130|NONE|q|Ann|UNPAUSE|\n130|NONE|r|Ann|UNPAUSE|\n",
           "100 agent.state Ann ready in q\n100 agent.state Ann ready in q,r\n110 agent.state Ann meal (Lunch)\n"
           "120 agent.state Ann meeting (training)\n130 agent.state Ann ready\n",
           "");
}

static void test_pause_of_one_queue_is_none(void **state) {
    (void)state;
    expect("100|MANAGER|q|Ann|ADDMEMBER|\n100|MANAGER|r|Ann|ADDMEMBER|\n110|NONE|q|Ann|PAUSE|break\n"
           "120|NONE|r|Ann|PAUSE|break\n125|NONE|q|Ann|UNPAUSE|Auto-Unpause\n125|NONE|q|Ann|PAUSE|Paperwork\n"
           "126|NONE|r|Ann|PAUSE|Paperwork\n130|NONE|q|Ann|UNPAUSE|\n",
           "100 agent.state Ann ready in q\n100 agent.state Ann ready in q,r\n120 agent.state Ann break (break)\n"
           "125 agent.state Ann busy (Paperwork)\n130 agent.state Ann ready\n",
           "6: pauses for \"Paperwork\" count as busy\n");
}

static void test_signing_in_and_out(void **state) {
    (void)state;
    expect("100|REALTIME|q|Ann|ADDMEMBER|PAUSED\n110|CLI|r|Ann|ADDMEMBER|\n120|CLI|r|Ann|REMOVEMEMBER|\n"
           "130|CLI|q|Ann|REMOVEMEMBER|\n140|x|NONE|Agent/7|AGENTLOGIN|SIP/7\n150|x|NONE|Agent/7|AGENTLOGOFF|SIP/7|10\n",
           "100 agent.state Ann busy in q\n110 agent.state Ann ready in q,r\n120 agent.state Ann busy in q\n"
           "130 agent.state Ann offline\n140 agent.state Agent/7 ready\n150 agent.state Agent/7 offline\n",
           "");
}

static void test_talking_prevails(void **state) {
    (void)state;
    /* removed and paused while talking; what was asked for happens when the call is over */
    expect("100|MANAGER|q|Ann|ADDMEMBER|\n101|a|q|Ann|CONNECT|1|x|1\n105|NONE|q|Ann|PAUSE|break\n"
           "110|a|q|Ann|COMPLETEAGENT|1|9|1\n120|b|q|Ann|CONNECT|1|x|1\n125|MANAGER|q|Ann|REMOVEMEMBER|\n"
           "130|b|q|Ann|COMPLETEAGENT|1|10|1\n",
           "100 agent.state Ann ready in q\n101 call.answered Ann a q wait=1\n101 agent.state Ann q talking\n"
           "110 call.ended Ann a q talk=9 by=0\n110 agent.state Ann break (break)\n120 call.answered Ann b q wait=1\n"
           "120 agent.state Ann q talking\n125 agent.state Ann q talking\n130 call.ended Ann b q talk=10 by=0\n"
           "130 agent.state Ann offline\n",
           "");
}

static void test_wrapup(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 10000);
    read_text(log, "100|a|q|Ann|CONNECT|1|x|1\n110|a|q|Ann|COMPLETEAGENT|1|10|1\n115|b|q|Bob|CONNECT|1|x|1\n"
                   "121|b|q|Bob|COMPLETEAGENT|1|6|1\n125|c|q|Bob|CONNECT|1|x|1\n");
    assert_string_equal(sw_buf_text(&n.events),
                        "100 call.answered Ann a q wait=1\n100 agent.state Ann q talking in q\n"
                        "110 call.ended Ann a q talk=10 by=0\n110 agent.state Ann wrapup\n"
                        "115 call.answered Bob b q wait=1\n115 agent.state Bob q talking in q\n120 agent.state Ann ready\n"
                        "121 call.ended Bob b q talk=6 by=0\n121 agent.state Bob wrapup\n125 call.answered Bob c q wait=1\n"
                        "125 agent.state Bob q talking\n");
    end(&n, log);
}

static const char two_names[] =
    "100|MANAGER|q|PJSIP/1|ADDMEMBER|\n110|NONE|NONE|PJSIP/1|PAUSEALL|break\n110|NONE|q|Ann|PAUSE|break\n"
    "120|MANAGER|q|PJSIP/1|REMOVEMEMBER|\n";

static void test_names_are_learnt(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, two_names);
    assert_string_equal(sw_buf_text(&n.learnt), "3: PJSIP/1=Ann\n");
    assert_string_equal(sw_buf_text(&n.events),
                        "100 agent.state PJSIP/1 ready in q\n110 agent.state PJSIP/1 break (break)\n"
                        "110 agent.state PJSIP/1 offline\n110 agent.state Ann break (break) in q\n"
                        "120 agent.state Ann offline\n");
    end(&n, log);
}

static void test_names_are_not_guessed(void **state) {
    (void)state;
    /* two at once: which PAUSE is whose cannot be told */
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, "100|MANAGER|q|SIP/1|ADDMEMBER|\n100|MANAGER|q|SIP/2|ADDMEMBER|\n110|NONE|NONE|SIP/1|PAUSEALL|break\n"
                   "110|NONE|NONE|SIP/2|PAUSEALL|break\n110|NONE|q|Ann|PAUSE|break\n110|NONE|q|Bob|PAUSE|break\n");
    assert_string_equal(sw_buf_text(&n.learnt), "");
    assert_non_null(strstr(sw_buf_text(&n.messages), "0: SIP/1, SIP/2 joined queues but never worked by that name, and Ann, "
                                                     "Bob worked but never joined"));
    end(&n, log);
}

static void test_aliases(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    assert_int_equal(sw_queue_log_alias(log, "PJSIP/1", "Ann"), 0);
    assert_int_equal(sw_queue_log_alias(log, "PJSIP/1", "Ann"), 0);
    assert_int_equal(sw_queue_log_alias(log, "PJSIP/1", "Bob"), -SW_EINVAL);
    assert_int_equal(sw_queue_log_alias(log, "Ann", "PJSIP/1"), -SW_EINVAL);
    assert_int_equal(sw_queue_log_alias(log, "", "Ann"), -SW_EINVAL);
    assert_int_equal(sw_queue_log_reason(log, "Break", SW_ST_MEAL), 0);
    assert_int_equal(sw_queue_log_reason(log, "x", SW_ST_READY), -SW_EINVAL);
    read_text(log, two_names);
    assert_string_equal(sw_buf_text(&n.events),
                        "100 agent.state Ann ready in q\n110 agent.state Ann meal (break)\n120 agent.state Ann offline\n");
    assert_string_equal(sw_buf_text(&n.messages), "");
    end(&n, log);
}

/* ---- lines ---- */

static void test_malformed_lines(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, "\n1|2|3|4\nx|c|q|NONE|ENTERQUEUE|\n100||q|NONE|ENTERQUEUE|\n100|NONE|q|NONE|ENTERQUEUE|\n"
                   "100|c|NONE|NONE|ENTERQUEUE|\n100|c|q|NONE|CONNECT|1\n100|c|q|Ann|\n100|c|q|\xff|CONNECT|1\n"
                   "100|c|q|NONE|NEWVERB|\n100|c|q|NONE|NEWVERB|\n9999999999999|c|q|NONE|ENTERQUEUE|\n");
    char line[SW_QUEUE_LOG_LINE_BYTES_MAX + 2];
    memset(line, 'a', sizeof line);
    sw_queue_log_read(log, 20, line, sizeof line);
    sw_queue_log_read(log, 21, "100|c\0|q|NONE|ENTERQUEUE|", 25);
    const struct sw_queue_log_counters *c = sw_queue_log_counters(log);
    assert_int_equal(c->malformed, 11);
    assert_int_equal(c->unknown, 2);
    assert_int_equal(c->events, 0);
    assert_int_equal(c->lines, 13);
    assert_non_null(strstr(sw_buf_text(&n.messages), "2: malformed: fewer than five fields\n3: malformed: no time\n"));
    assert_non_null(strstr(sw_buf_text(&n.messages), "10: NEWVERB is not known and left out\n12: "));
    end(&n, log);
}

/* A line with two faults, here an agent that is none and an end without an answer, counts once. */
static void test_two_faults_of_a_line(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, "1795401725|c|q|NONE|ENTERQUEUE||x|1\n1795401727|c|q|bad\001name|COMPLETECALLER|1|2|1\n");
    const struct sw_queue_log_counters *c = sw_queue_log_counters(log);
    assert_int_equal(c->malformed, 1);
    assert_int_equal(c->skipped, 0);
    end(&n, log);
}

static void test_times(void **state) {
    (void)state;
    expect("2026-11-23 10:42:07.123456|a|q|NONE|ENTERQUEUE||1|1\n2026-02-29 10:42:07|b|q|NONE|ENTERQUEUE||1|1\n"
           "2026-11-23 24:00:00|b|q|NONE|ENTERQUEUE||1|1\n1795401727.5|c|q|NONE|ENTERQUEUE||1|1\n",
           "1795401727 call.queued a q\n1795401727 call.queued c q\n", "2: malformed: no time\n3: malformed: no time\n");
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    read_text(log, "2026-11-23 10:42:07.123456|a|q|NONE|ENTERQUEUE||1|1\n1795401727.5|c|q|NONE|ENTERQUEUE||1|1\n");
    assert_non_null(strstr(sw_buf_text(&n.raw), "\"ts\":1795401727123,"));
    assert_non_null(strstr(sw_buf_text(&n.raw), "\"ts\":1795401727500,"));
    end(&n, log);
}

static void test_bounds(void **state) {
    (void)state;
    struct notes n;
    struct sw_queue_log *log = begin(&n, 0);
    char line[128];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(line, sizeof line, "%d|c%d|q|NONE|ENTERQUEUE||1|1", 100 + i, i);
        sw_queue_log_read(log, 1, line, strlen(line));
    }
    /* an exit that waits for where to cannot hold back more than so many events, even when time stands still */
    sw_queue_log_read(log, 2, "120|c0|q|NONE|EXITWITHTIMEOUT|1|1|20", 36);
    for (int i = 0; i < SW_QUEUE_LOG_HELD_MAX; i++) {
        (void)snprintf(line, sizeof line, "120|d%d|q|NONE|ENTERQUEUE||1|1", i);
        sw_queue_log_read(log, 3, line, strlen(line));
    }
    assert_true(sw_queue_log_counters(log)->events >= SW_QUEUE_LOG_HELD_MAX);
    end(&n, log);
}

/* ---- figures ---- */

struct applying {
    struct sw_floor *floor;
    int64_t first_ms, latest_ms;
};

static void apply(void *ctx, const struct sw_event *e, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    struct applying *a = ctx;
    assert_non_null(e);
    if (e->ts_ms < a->first_ms) a->first_ms = e->ts_ms;
    if (e->ts_ms > a->latest_ms) a->latest_ms = e->ts_ms;
    (void)sw_floor_apply(a->floor, e, a->latest_ms, INT64_MAX, NULL);
}

static void apply_text(void *ctx, const char *json, size_t len) { sw_event_read(json, len, apply, ctx); }

static bool read_file(const char *path, struct sw_buf *out) {
    sw_buf_init(out, 1u << 24);
    return sw_file_read(path, out) == 0;
}

/* The report of a log, over all of it. */
static struct sw_figures *report_of(const char *text, const char *alias, const char *name, struct sw_floor **floor) {
    struct sw_floor_options floor_options;
    sw_floor_options_init(&floor_options);
    floor_options.keep_all = true;
    struct applying a = {sw_floor_new(&floor_options), INT64_MAX, INT64_MIN};
    const struct sw_queue_log_options options = {.event = apply_text, .ctx = &a};
    struct sw_queue_log *log = sw_queue_log_new(&options);
    if (alias) assert_int_equal(sw_queue_log_alias(log, alias, name), 0);
    read_text(log, text);
    assert_int_equal(sw_queue_log_counters(log)->malformed, 0);
    sw_queue_log_free(log);
    struct sw_buf json;
    sw_buf_init(&json, 1u << 24);
    sw_floor_advance(a.floor, a.latest_ms);
    sw_report_write(a.floor, NULL, sw_floor_interval(a.floor, a.first_ms).start_ms, INT64_MAX, a.latest_ms, &json);
    struct sw_figures *figures = sw_figures_read(json.data, json.len);
    assert_non_null(figures);
    sw_buf_deinit(&json);
    if (floor) *floor = a.floor;
    else sw_floor_free(a.floor);
    return figures;
}

struct comparing {
    const struct sw_figures *report, *expected;
    const char *part, *name;
    int compared;
};

static void compare_figure(void *ctx, const char *figure) {
    struct comparing *c = ctx;
    const char *with_name[] = {c->part, c->name, figure, NULL}, *without[] = {c->part, figure, NULL};
    const char *const *path = c->name ? with_name : without;
    int64_t expected = sw_figures_int(c->expected, -1, path), got = sw_figures_int(c->report, -2, path);
    if (got != expected)
        fail_msg("%s %s %s: %lld, not %lld", c->part, c->name ? c->name : "", figure, (long long)got, (long long)expected);
    c->compared++;
}

static void compare_member(void *ctx, const char *name) {
    struct comparing *c = ctx;
    c->name = name;
    sw_figures_names(c->expected, SW_PATH(c->part, name), compare_figure, c);
}

static void check_golden(const char *base, const char *alias, const char *name) {
    char path[128];
    struct sw_buf text, expected;
    (void)snprintf(path, sizeof path, "tests/golden/queue_log/%s.queue_log", base);
    assert_true(read_file(path, &text));
    (void)snprintf(path, sizeof path, "tests/golden/queue_log/%s.expected.json", base);
    assert_true(read_file(path, &expected));
    struct sw_figures *report = report_of(sw_buf_text(&text), alias, name, NULL);
    struct sw_figures *wanted = sw_figures_read(expected.data, expected.len);
    assert_non_null(wanted);
    struct comparing c = {.report = report, .expected = wanted, .part = "queues"};
    sw_figures_names(wanted, SW_PATH("queues"), compare_member, &c);
    c.part = "agents";
    sw_figures_names(wanted, SW_PATH("agents"), compare_member, &c);
    c.name = NULL;
    c.part = "site";
    sw_figures_names(wanted, SW_PATH("site"), compare_figure, &c);
    c.part = "counters";
    sw_figures_names(wanted, SW_PATH("counters"), compare_figure, &c);
    assert_true(c.compared > 10);
    sw_figures_free(report);
    sw_figures_free(wanted);
    sw_buf_deinit(&text);
    sw_buf_deinit(&expected);
}

static void test_golden_overflow(void **state) {
    (void)state;
    check_golden("overflow", NULL, NULL);
}

static void test_golden_two_names(void **state) {
    (void)state;
    check_golden("two_names", "PJSIP/101", "Alice");
}

/* ---- a real day ---- */

struct bank {
    const struct sw_figures *report, *expected;
    struct sw_floor *floor;
};

static const char *const bank_figures[][3] = {{"offered", "offered", ""},
                                              {"answered", "answered", ""},
                                              {"abandoned", "abandoned", ""},
                                              {"answered_in_target", "answered_within_20s", ""},
                                              {"abandoned_in_target", "abandoned_within_20s", ""},
                                              {"wait_answered_ms", "wait_sum_answered", "s"},
                                              {"wait_abandoned_ms", "wait_sum_abandoned", "s"},
                                              {"longest_wait_ms", "longest_wait", "s"},
                                              {"talk_ms", "talk_sum", "s"}};
#define BANK_FIGURES (sizeof bank_figures / sizeof *bank_figures)

static void check_bank_queue(void *ctx, const char *queue) {
    const struct bank *b = ctx;
    for (size_t i = 0; i < BANK_FIGURES; i++) {
        int64_t unit = *bank_figures[i][2] ? 1000 : 1;
        assert_int_equal(sw_figures_int(b->report, -1, SW_PATH("queues", queue, bank_figures[i][0])),
                         unit * sw_figures_int(b->expected, -2, SW_PATH("by_queue", queue, bank_figures[i][1])));
    }
}

static void check_bank_agent(void *ctx, const char *agent) {
    const struct bank *b = ctx;
    assert_int_equal(sw_figures_int(b->report, -1, SW_PATH("agents", agent, "handled")),
                     sw_figures_int(b->expected, -2, SW_PATH("by_agent", agent, "calls")));
    assert_int_equal(sw_figures_int(b->report, -1, SW_PATH("agents", agent, "talk_ms")),
                     1000 * sw_figures_int(b->expected, -2, SW_PATH("by_agent", agent, "talk")));
}

static void check_bank_hour(void *ctx, const char *hour) {
    const struct bank *b = ctx;
    struct sw_queue_counts counts;
    int64_t from_ms = INT64_C(915235200000) + strtoll(hour, NULL, 10) * 3600000;
    sw_scope_between(b->floor, sw_floor_site(b->floor), from_ms, from_ms + 3600000, &counts);
    assert_int_equal(counts.v[SW_QC_OFFERED], sw_figures_int(b->expected, -1, SW_PATH("by_hour", hour, "offered")));
    assert_int_equal(counts.v[SW_QC_ANSWERED], sw_figures_int(b->expected, -1, SW_PATH("by_hour", hour, "answered")));
    assert_int_equal(counts.v[SW_QC_ABANDONED], sw_figures_int(b->expected, -1, SW_PATH("by_hour", hour, "abandoned")));
    assert_int_equal(counts.v[SW_QC_WAIT_ANSWERED_MS],
                     1000 * sw_figures_int(b->expected, -1, SW_PATH("by_hour", hour, "wait_sum_answered")));
}

static void test_bank_day(void **state) {
    (void)state;
    struct sw_buf text, expected;
    bool have = read_file(BANK ".queue_log", &text);
    if (!read_file(BANK ".expected.json", &expected) || !have) {
        print_message("skipped: the bank's day is not here (" BANK ".*)\n");
        sw_buf_deinit(&text);
        sw_buf_deinit(&expected);
        skip();
    }
    struct bank b = {.expected = sw_figures_read(expected.data, expected.len)};
    assert_non_null(b.expected);
    struct sw_figures *report = report_of(sw_buf_text(&text), NULL, NULL, &b.floor);
    b.report = report;
    sw_figures_names(b.expected, SW_PATH("by_queue"), check_bank_queue, &b);
    sw_figures_names(b.expected, SW_PATH("by_agent"), check_bank_agent, &b);
    sw_figures_names(b.expected, SW_PATH("by_hour"), check_bank_hour, &b);
    for (size_t i = 0; i < BANK_FIGURES; i++)
        assert_int_equal(sw_figures_int(report, -1, SW_PATH("site", bank_figures[i][0])),
                         (*bank_figures[i][2] ? 1000 : 1) *
                             sw_figures_int(b.expected, -2, SW_PATH("total", bank_figures[i][1])));
    assert_int_equal(sw_figures_int(report, -1, SW_PATH("counters", "implied")), 0);
    assert_int_equal(sw_figures_int(report, -1, SW_PATH("counters", "contradictions")), 0);
    sw_figures_free(report);
    sw_figures_free((struct sw_figures *)(uintptr_t)b.expected);
    sw_floor_free(b.floor);
    sw_buf_deinit(&text);
    sw_buf_deinit(&expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_call),
        cmocka_unit_test(test_ids_tell_time_and_line),
        cmocka_unit_test(test_ways_out_of_a_queue),
        cmocka_unit_test(test_overflow_tells_where_to),
        cmocka_unit_test(test_transfers),
        cmocka_unit_test(test_rings),
        cmocka_unit_test(test_outbound),
        cmocka_unit_test(test_what_no_line_told),
        cmocka_unit_test(test_what_cannot_be),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_pause_of_all_queues_is_one),
        cmocka_unit_test(test_pause_of_one_queue_is_none),
        cmocka_unit_test(test_signing_in_and_out),
        cmocka_unit_test(test_talking_prevails),
        cmocka_unit_test(test_wrapup),
        cmocka_unit_test(test_names_are_learnt),
        cmocka_unit_test(test_names_are_not_guessed),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_malformed_lines),
        cmocka_unit_test(test_two_faults_of_a_line),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_golden_overflow),
        cmocka_unit_test(test_golden_two_names),
        cmocka_unit_test(test_bank_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
