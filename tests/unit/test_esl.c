/* FreeSWITCH's event socket: the stream, what is inside events and lists, and peers that mean no good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/esl.h"
#include "shiftwall/buf.h"

struct notes {
    struct sw_buf text;
    struct sw_esl *esl;
    bool resets;
};

static void note_message(void *ctx, const struct sw_esl_message *m) {
    static const char *const kinds[] = {"auth",       "reply",     "answer", "event",
                                        "disconnect", "rejection", "other"};
    struct notes *n = ctx;
    sw_buf_printf(&n->text, "%s[%s]%zu:%s;", kinds[m->kind], m->text, m->len, m->body);
    if (n->resets) sw_esl_reset(n->esl);
}

/* What comes out of TEXT, fed STEP bytes at a time. */
static const char *fed(struct notes *n, const char *text, size_t len, size_t step) {
    sw_buf_clear(&n->text);
    sw_esl_reset(n->esl);
    for (size_t at = 0; at < len; at += step)
        if (sw_esl_feed(n->esl, text + at, len - at < step ? len - at : step)) break;
    if (*sw_esl_fault(n->esl)) sw_buf_printf(&n->text, "fault: %s", sw_esl_fault(n->esl));
    return sw_buf_text(&n->text);
}

static void set_up(struct notes *n) {
    *n = (struct notes){0};
    sw_buf_init(&n->text, 1 << 20);
    n->esl = sw_esl_new(note_message, n);
}

static void tear_down(struct notes *n) {
    sw_esl_free(n->esl);
    sw_buf_deinit(&n->text);
}

#define CONVERSATION                                                                                         \
    "Content-Type: auth/request\n\n"                                                                         \
    "Content-Type: command/reply\nReply-Text: +OK accepted\n\n"                                              \
    "Content-Length: 4\nContent-Type: api/response\n\na\n\nb"                                                \
    "\n\r\n"                                                                                                 \
    "content-type:   text/event-plain\r\nContent-Length: 3\r\n\r\nx:\n"                                      \
    "Content-Type: text/disconnect-notice\nContent-Length: 4\n\nbye\n"                                       \
    "Content-Type: text/rude-rejection\nContent-Length: 2\n\nno"                                             \
    "Content-Type: log/data\nContent-Length: 1\n\nl"

static void messages_come_out_however_the_bytes_are_cut(void **state) {
    (void)state;
    struct notes n;
    set_up(&n);
    const char *want = "auth[]0:;reply[+OK accepted]0:;answer[]4:a\n\nb;event[]3:x:\n;disconnect[]4:bye\n;"
                       "rejection[]2:no;other[]1:l;";
    for (size_t step = 1; step < sizeof CONVERSATION; step += step < 9 ? 1 : 40)
        assert_string_equal(fed(&n, CONVERSATION, sizeof CONVERSATION - 1, step), want);
    tear_down(&n);
}

static void a_reset_inside_a_message_drops_the_rest(void **state) {
    (void)state;
    struct notes n;
    set_up(&n);
    n.resets = true;
    assert_string_equal(fed(&n, CONVERSATION, sizeof CONVERSATION - 1, 1000), "auth[]0:;");
    tear_down(&n);
}

static void hostile_peers(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", "fault: a header line without a colon: this is not an event socket"},
        {"SSH-2.0-OpenSSH\r\n", "fault: a header line without a colon: this is not an event socket"},
        {"Content-Length: 3\n\nabc", "fault: a message without a Content-Type: this is not an event socket"},
        {"Content-Type: api/response\nContent-Length: -5\n\nabc",
         "fault: a Content-Length that is no number"},
        {"Content-Type: api/response\nContent-Length: 5x\n\nabc",
         "fault: a Content-Length that is no number"},
        {"Content-Type: api/response\nContent-Length:\n\nabc", "fault: a Content-Length that is no number"},
        {"Content-Type: api/response\nContent-Length: 8388609\n\n",
         "fault: a message that promises too long a body"},
        {"Content-Type: api/response\nContent-Length: 99999999999999999999999\n\n",
         "fault: a message that promises too long a body"},
        {"Content-Type: text/event-plain\nContent-Length: 262145\n\n",
         "fault: a message that promises too long a body"},
        /* a length that is too short: the rest of the body is read as lines, and found out */
        {"Content-Type: api/response\nContent-Length: 2\n\nUP 0 years\n\nContent-Type: auth/request\n\n",
         "answer[]2:UP;fault: a header line without a colon: this is not an event socket"},
    };
    struct notes n;
    set_up(&n);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(fed(&n, cases[i].text, strlen(cases[i].text), 3), cases[i].want);
        assert_int_not_equal(sw_esl_feed(n.esl, "Content-Type: auth/request\n\n", 28),
                             0); /* until the reset */
    }
    static const char nul[] = "Content-Type: \0\n\n";
    assert_string_equal(fed(&n, nul, sizeof nul - 1, 100),
                        "fault: a NUL in a header line: this is not an event socket");
    tear_down(&n);
}

static void endless_lines_and_promises_hold_no_memory(void **state) {
    (void)state;
    struct notes n;
    char block[4096];
    set_up(&n);
    /* a megabyte in one line; header lines without an end */
    for (int which = 0; which < 2; which++) {
        int error = 0;
        sw_esl_reset(n.esl);
        memset(block, 'a', sizeof block);
        if (which)
            for (size_t i = 0; i + 4 <= sizeof block; i += 4) memcpy(block + i, "a:b\n", 4);
        for (int i = 0; i < 256 && !error; i++) error = sw_esl_feed(n.esl, block, sizeof block);
        assert_int_equal(error, -SW_ELIMIT);
        assert_string_equal(sw_esl_fault(n.esl), "header lines that are too long");
        assert_int_equal(sw_esl_held(n.esl), 0);
    }
    /* eight megabytes promised, ten bytes sent */
    sw_esl_reset(n.esl);
    assert_int_equal(
        sw_esl_feed(n.esl, "Content-Type: api/response\nContent-Length: 8388608\n\n0123456789", 62), 0);
    assert_true(sw_esl_held(n.esl) < 8192);
    /* a long answer is given back once it was read */
    memset(block, 'x', sizeof block);
    sw_esl_reset(n.esl);
    assert_int_equal(sw_esl_feed(n.esl, "Content-Type: api/response\nContent-Length: 409600\n\n", 51), 0);
    for (int i = 0; i < 100; i++) assert_int_equal(sw_esl_feed(n.esl, block, sizeof block), 0);
    assert_true(sw_esl_held(n.esl) < 65536);
    tear_down(&n);
}

static void values_of_events(void **state) {
    (void)state;
    static const char event[] = "Event-Name: CUSTOM\n"
                                "CC-Agent: %E7%8E%8B%20a\r\n"
                                "CC-Action:agent-offering\n"
                                "CC-AGENT: second\n"
                                "Empty: \n"
                                "Percent: 100%\nHalf: %4\nNul: a%00b\nControl: a%0Ab\nBroken: %E7%8E\n"
                                "Time: 1442208541956724\nNegative: -1\nWord: 12a\n"
                                "Content-Length: 12\n"
                                "\n"
                                "Hidden: yes\n";
    static const struct {
        const char *name, *want;
    } cases[] = {
        {"Event-Name", "CUSTOM"},
        {"cc-agent", "王 a"},
        {"CC-Action", "agent-offering"},
        {"Empty", ""},
        {"Percent", "100%"},
        {"Half", "%4"},
        {"Nul", NULL},
        {"Control", NULL},
        {"Broken", NULL},
        {"Hidden", NULL},
        {"Event", NULL},
        {"CC-Agent-Status", NULL},
    };
    char out[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int len = sw_esl_value(event, sizeof event - 1, cases[i].name, out, sizeof out);
        if (!cases[i].want) {
            assert_int_equal(len, -1);
            continue;
        }
        assert_string_equal(out, cases[i].want);
        assert_int_equal(len, (int)strlen(cases[i].want));
    }
    assert_int_equal(sw_esl_value(event, sizeof event - 1, "Event-Name", out, 6),
                     -1); /* no room for the NUL */
    assert_int_equal(sw_esl_value(event, sizeof event - 1, "Event-Name", out, 7), 6);
    assert_int_equal(sw_esl_integer(event, sizeof event - 1, "Time", INT64_MAX), INT64_C(1442208541956724));
    assert_int_equal(sw_esl_integer(event, sizeof event - 1, "Time", 1000), -1);
    assert_int_equal(sw_esl_integer(event, sizeof event - 1, "Negative", 1000), -1);
    assert_int_equal(sw_esl_integer(event, sizeof event - 1, "Word", 1000), -1);
    assert_int_equal(sw_esl_integer(event, sizeof event - 1, "None", 1000), -1);
}

static void note_row(void *ctx, const char *const *values) {
    sw_buf_printf(ctx, "%s,%s,%s;", values[0], values[1], values[2]);
}

static const char *listed(struct sw_buf *out, const char *text, enum sw_esl_result want,
                          uint64_t want_skipped) {
    static const char *const columns[] = {"state", "name", "contact"};
    const struct sw_esl_list list = {
        .columns = columns, .count = 3, .loose = "contact", .row = note_row, .ctx = out};
    uint64_t skipped = 0;
    sw_buf_clear(out);
    assert_int_equal(sw_esl_list_read(&list, text, strlen(text), &skipped), want);
    assert_int_equal(skipped, want_skipped);
    return sw_buf_text(out);
}

static void lists(void **state) {
    (void)state;
    struct sw_buf out;
    sw_buf_init(&out, 1 << 20);
    assert_string_equal(
        listed(&out, "name|type|contact|state\n1|t|user/1|Waiting\r\n2||(null)|Idle\n+OK\n", SW_ESL_LIST, 0),
        "Waiting,1,user/1;Idle,2,;");
    /* a dial string may hold bars: they belong to the contact, not to a fifth column */
    assert_string_equal(
        listed(&out, "name|type|contact|state\n1|t|{a=1}user/1|user/2|user/3|Waiting\n+OK\n", SW_ESL_LIST, 0),
        "Waiting,1,{a=1}user/1|user/2|user/3;");
    /* columns that are not there, also in another order */
    assert_string_equal(listed(&out, "state|name\nWaiting|1\n+OK\n", SW_ESL_LIST, 0), "Waiting,1,;");
    /* rows that do not fit; bars where no column may hold them; a row that is no text */
    assert_string_equal(listed(&out, "name|state\n1\n2|Idle|x\n3|\x80\n4|Idle\n+OK\n", SW_ESL_LIST, 3),
                        "Idle,4,;");
    assert_string_equal(listed(&out, "+OK\n", SW_ESL_LIST, 0), "");
    assert_string_equal(listed(&out, "+OK", SW_ESL_LIST, 0), "");
    assert_string_equal(listed(&out, "name|state\n1|Idle\n2|Wait", SW_ESL_CUT, 0), "Idle,1,;Wait,2,;");
    assert_string_equal(listed(&out, "", SW_ESL_CUT, 0), "");
    assert_string_equal(listed(&out, "-ERR callcenter_config Command not found!\n", SW_ESL_REFUSED, 0), "");
    assert_string_equal(listed(&out, "-USAGE: \n", SW_ESL_REFUSED, 0), "");
    struct sw_buf wide; /* more columns, a longer row than any real one */
    sw_buf_init(&wide, 1 << 20);
    for (int i = 0; i < 100; i++) sw_buf_puts(&wide, "a|");
    sw_buf_puts(&wide, "name\n1\n+OK\n");
    assert_string_equal(listed(&out, sw_buf_text(&wide), SW_ESL_LIST, 2), "");
    sw_buf_clear(&wide);
    sw_buf_puts(&wide, "name|state\n1|Idle\n2|");
    for (int i = 0; i < SW_ESL_ROW_BYTES_MAX; i++) sw_buf_putc(&wide, 'x');
    sw_buf_puts(&wide, "\n+OK\n");
    assert_string_equal(listed(&out, sw_buf_text(&wide), SW_ESL_LIST, 1), "Idle,1,;");
    sw_buf_deinit(&wide);
    sw_buf_deinit(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_out_however_the_bytes_are_cut),
        cmocka_unit_test(a_reset_inside_a_message_drops_the_rest),
        cmocka_unit_test(hostile_peers),
        cmocka_unit_test(endless_lines_and_promises_hold_no_memory),
        cmocka_unit_test(values_of_events),
        cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
