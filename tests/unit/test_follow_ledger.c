/* Which lines are done with: lines whose events wait, in any order of sending and acknowledging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tools/follow_ledger.h"

static struct sw_ledger_place at(uint64_t line) { return (struct sw_ledger_place){.line = line, .offset = line * 10}; }

static void begin(struct sw_ledger *l, enum sw_ledger_kind kind, uint64_t first, uint64_t line) {
    struct sw_ledger_place place = at(line);
    sw_ledger_begin(l, kind, first, &place);
}

static void assert_oldest(struct sw_ledger *l, uint64_t done, uint64_t made, uint64_t line, uint64_t events) {
    uint64_t got = 99;
    const struct sw_ledger_entry *entry = sw_ledger_oldest(l, done, made, &got);
    if (!line) {
        assert_null(entry);
        return;
    }
    assert_non_null(entry);
    assert_int_equal(entry->place.line, line);
    assert_int_equal(got, events);
}

static void test_lines(void **state) {
    (void)state;
    struct sw_ledger l = {0};
    assert_oldest(&l, 0, 0, 0, 0);
    begin(&l, SW_LEDGER_LINE, 1, 10); /* events 1, 2 */
    begin(&l, SW_LEDGER_LINE, 3, 12); /* 3, which is held back */
    for (uint64_t n = 1; n <= 2; n++) sw_ledger_sent(&l, n, n);
    assert_oldest(&l, 2, 3, 10, 0);
    sw_ledger_acknowledged(&l, 1);
    assert_oldest(&l, 2, 3, 10, 1);
    sw_ledger_acknowledged(&l, 2);
    assert_oldest(&l, 2, 3, 12, 0); /* made and not given out */
    sw_ledger_sent(&l, 3, 3);
    assert_oldest(&l, 3, 3, 12, 0);
    sw_ledger_acknowledged(&l, 3);
    assert_oldest(&l, 3, 3, 0, 0);
    sw_ledger_free(&l);
}

/* Events of the clock come of lines after a restart: they are not counted, and not taken for their line's. */
static void test_clock_and_snapshot(void **state) {
    (void)state;
    struct sw_ledger l = {0};
    begin(&l, SW_LEDGER_SNAPSHOT, 1, 5); /* 1, 2, 3 */
    begin(&l, SW_LEDGER_CLOCK, 4, 6);    /* 4, 5 */
    begin(&l, SW_LEDGER_LINE, 6, 6);     /* 6 */
    for (uint64_t n = 1; n <= 6; n++) sw_ledger_sent(&l, n, n);
    sw_ledger_acknowledged(&l, 2);
    uint64_t events;
    assert_int_equal(sw_ledger_oldest(&l, 6, 6, &events)->kind, SW_LEDGER_SNAPSHOT);
    assert_int_equal(events, 2);
    sw_ledger_acknowledged(&l, 4);
    assert_int_equal(sw_ledger_oldest(&l, 6, 6, &events)->kind, SW_LEDGER_CLOCK);
    assert_int_equal(events, 0);
    sw_ledger_acknowledged(&l, 5);
    assert_oldest(&l, 6, 6, 6, 0);
    sw_ledger_free(&l);
}

/* Many, with acknowledgements far behind: against a list that is looked through. */
static void test_against_a_list(void **state) {
    (void)state;
    enum { LINES = 3000 };
    static uint64_t first[LINES + 1], last[LINES + 1];
    struct sw_ledger l = {0};
    uint64_t made = 0, acknowledged = 0;
    srand(7);
    for (uint64_t line = 1; line <= LINES; line++) {
        uint64_t count = (uint64_t)(rand() % 4);
        first[line] = made + 1;
        last[line] = made + count;
        if (count) begin(&l, SW_LEDGER_LINE, made + 1, line);
        for (uint64_t i = 0; i < count; i++) {
            made++;
            sw_ledger_sent(&l, made, made);
        }
        if (rand() % 3 == 0) sw_ledger_acknowledged(&l, acknowledged += (uint64_t)rand() % (made - acknowledged + 1));
        uint64_t want = 0;
        for (uint64_t at_ = 1; at_ <= line && !want; at_++)
            if (last[at_] >= first[at_] && last[at_] > acknowledged) want = at_;
        assert_oldest(&l, made, made, want, want && acknowledged >= first[want] ? acknowledged - first[want] + 1 : 0);
    }
    sw_ledger_free(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_clock_and_snapshot), cmocka_unit_test(test_against_a_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
