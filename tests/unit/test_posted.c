/* codec/posted: what of a body becomes a batch of the producer's; app/bucket: how much may pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bucket.h"
#include "codec/event_json.h"
#include "codec/posted.h"

#define E "{\"type\":\"call.queued\",\"ts\":5,\"call\":\"c\",\"queue\":\"q\"}"
#define E_OF(src) "{\"src\":\"" src "\",\"type\":\"call.queued\",\"ts\":5,\"call\":\"c\",\"queue\":\"q\"}"

static struct sw_posted posted;
static const char *why;
static char told[4096]; /* "INDEX why;" of each that was rejected */

static int read_as(const char *body, size_t len, enum sw_posted_form form, const char *src) {
    const struct sw_posted_rules rules = {.src = src, .from_ms = 0, .latest_ms = 1000};
    int failed = sw_posted_read(body, len, form, &rules, &posted, &why);
    told[0] = '\0';
    for (uint32_t i = 0; i < posted.rejected; i++) {
        size_t at = strlen(told);
        (void)snprintf(told + at, sizeof told - at, "%u %s;", posted.rejects[i].index, posted.rejects[i].why);
    }
    return failed;
}

static void expect(const char *body, enum sw_posted_form form, const char *src, const char *batch, const char *rejected) {
    assert_int_equal(read_as(body, strlen(body), form, src), 0);
    assert_string_equal(sw_buf_text(&posted.batch), batch);
    assert_string_equal(told, rejected);
    sw_posted_deinit(&posted);
}

static void expect_whole(const char *body, enum sw_posted_form form, const char *wanted) {
    assert_int_equal(read_as(body, strlen(body), form, "desk"), -SW_EPARSE);
    assert_string_equal(why, wanted);
    sw_posted_deinit(&posted);
}

static void test_bodies(void **state) {
    (void)state;
    expect(E, SW_POSTED_JSON, "desk", "[" E_OF("desk") "]", "");
    expect(" \n[ " E " ,\t" E "]\r\n", SW_POSTED_JSON, "desk", "[" E_OF("desk") "," E_OF("desk") "]", "");
    expect("  { \"type\":\"notice\" ,\"ts\":1,\"text\":\"\\u4f60\"}\n", SW_POSTED_JSON, "客服", "[{\"src\":\"客服\", \"type\":\"notice\" ,\"ts\":1,\"text\":\"\\u4f60\"}\n]", "");
    expect(E "\n\r\n \t" E "\r\n", SW_POSTED_LINES, "desk", "[" E_OF("desk") "," E_OF("desk") "\r]", "");
    expect(E, SW_POSTED_LINES, "desk", "[" E_OF("desk") "]", "");
}

static void test_members(void **state) {
    (void)state;
    expect("[1," E ",{},\"x\",null," E "]", SW_POSTED_JSON, "desk", "[" E_OF("desk") "," E_OF("desk") "]", "0 not_object;2 missing;3 not_object;4 not_object;");
    expect("[" E_OF("desk") "," E_OF("other") "," E_OF("") ",{\"src\":1," "\"type\":\"notice\",\"ts\":1,\"text\":\"\"}]", SW_POSTED_JSON, "desk",
           "[" E_OF("desk") "]", "1 foreign_src;2 foreign_src;3 wrong_type;");
    expect("{\"src\":\"\\u0064esk\",\"type\":\"notice\",\"ts\":1,\"text\":\"\"}", SW_POSTED_JSON, "desk", "[{\"src\":\"\\u0064esk\",\"type\":\"notice\",\"ts\":1,\"text\":\"\"}]", "");
    expect("[{\"type\":\"notice\",\"ts\":1001,\"text\":\"\"},{\"type\":\"notice\",\"ts\":1000,\"text\":\"\"}]", SW_POSTED_JSON, NULL, "[{\"type\":\"notice\",\"ts\":1000,\"text\":\"\"}]", "0 future;");
    expect("nonsense", SW_POSTED_JSON, "desk", "", "0 bad_json;");
    expect("", SW_POSTED_JSON, "desk", "", "0 bad_json;");
    expect(E "\n[" E "]\n{\"a\n" E, SW_POSTED_LINES, NULL, "[" E "," E "]", "1 bad_batch;2 bad_json;");
    /* a producer cannot speak for another by a name that stands twice, or in a text that only looks like a member */
    expect("{\"src\":\"desk\",\"src\":\"pbx\",\"type\":\"notice\",\"ts\":1,\"text\":\"\"}", SW_POSTED_JSON, "desk", "", "0 duplicate_key;");
    expect("{\"text\":\"\\\"src\\\":\\\"pbx\\\"\",\"type\":\"notice\",\"ts\":1}", SW_POSTED_JSON, "desk", "[{\"src\":\"desk\",\"text\":\"\\\"src\\\":\\\"pbx\\\"\",\"type\":\"notice\",\"ts\":1}]", "");
    const struct sw_posted_rules late = {.src = "desk", .from_ms = 6, .latest_ms = 1000};
    assert_int_equal(sw_posted_read(E, strlen(E), SW_POSTED_JSON, &late, &posted, &why), 0);
    assert_string_equal(posted.rejects[0].why, "too_old");
    sw_posted_deinit(&posted);
}

static void test_wholes(void **state) {
    (void)state;
    expect_whole("[]", SW_POSTED_JSON, "bad_batch");
    expect_whole("[" E "", SW_POSTED_JSON, "bad_json");
    expect_whole("[" E "]x", SW_POSTED_JSON, "bad_json");
    expect_whole("[[" E "]]", SW_POSTED_JSON, "bad_batch");
    expect_whole(" \n\r\n", SW_POSTED_LINES, "bad_batch");
    expect_whole("", SW_POSTED_LINES, "bad_batch");
    struct sw_buf body;
    for (int count = SW_BATCH_EVENTS_MAX; count <= SW_BATCH_EVENTS_MAX + 1; count++) {
        for (int form = SW_POSTED_JSON; form <= SW_POSTED_LINES; form++) {
            sw_buf_init(&body, SW_BATCH_BYTES_MAX);
            for (int i = 0; i < count; i++) sw_buf_puts(&body, form == SW_POSTED_LINES ? "1\n" : i ? ",1" : "[1");
            if (form == SW_POSTED_JSON) sw_buf_putc(&body, ']');
            assert_int_equal(read_as(sw_buf_text(&body), body.len, (enum sw_posted_form)form, "desk"), count > SW_BATCH_EVENTS_MAX ? -SW_EPARSE : 0);
            if (count == SW_BATCH_EVENTS_MAX) assert_int_equal(posted.rejected, SW_BATCH_EVENTS_MAX);
            sw_posted_deinit(&posted);
            sw_buf_deinit(&body);
        }
    }
}

/* An event of LEN bytes. */
static void put_sized(struct sw_buf *body, size_t len) {
    static const char begin[] = "{\"type\":\"notice\",\"ts\":1,\"text\":\"\",\"pad\":\"", end[] = "\"}";
    sw_buf_puts(body, begin);
    for (size_t i = sizeof begin + sizeof end - 2; i < len; i++) sw_buf_putc(body, 'x');
    sw_buf_puts(body, end);
}

static void test_sizes(void **state) {
    (void)state;
    static const size_t added = sizeof "\"src\":\"desk\"," - 1;
    struct sw_buf body;
    sw_buf_init(&body, SW_BATCH_BYTES_MAX);
    for (size_t over = 0; over < 2; over++) {
        sw_buf_clear(&body);
        put_sized(&body, SW_EVENT_BYTES_MAX - added + over);
        assert_int_equal(read_as(sw_buf_text(&body), body.len, SW_POSTED_JSON, "desk"), 0);
        assert_int_equal(posted.accepted, !over);
        assert_string_equal(told, over ? "0 too_long;" : "");
        sw_posted_deinit(&posted);
        assert_int_equal(read_as(sw_buf_text(&body), body.len, SW_POSTED_JSON, NULL), 0);
        assert_int_equal(posted.accepted, 1);
        sw_posted_deinit(&posted);
        /* four of the longest, with their brackets and commas, are 5 bytes too many */
        sw_buf_clear(&body);
        for (int i = 0; i < 4; i++) {
            sw_buf_putc(&body, i ? ',' : '[');
            put_sized(&body, SW_EVENT_BYTES_MAX - added - (i ? 0 : 5 - over));
        }
        sw_buf_putc(&body, ']');
        assert_int_equal(read_as(sw_buf_text(&body), body.len, SW_POSTED_JSON, "desk"), over ? -SW_ELIMIT : 0);
        if (!over) assert_int_equal(posted.batch.len, SW_BATCH_BYTES_MAX);
        sw_posted_deinit(&posted);
    }
    sw_buf_deinit(&body);
}

static void test_bucket(void **state) {
    (void)state;
    struct sw_bucket b = {0};
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, 1000), 0);
    sw_bucket_take(&b, 50);
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, 1000), 1); /* empty */
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, 1001), 0);
    sw_bucket_take(&b, 256); /* more than there is, once */
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, 1001), 25600);
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, 1001 + 25599), 1);
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, 1001 + 25600), 0);
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, UINT64_MAX / 2), 0);
    sw_bucket_take(&b, 49); /* not more than the burst was saved up */
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, UINT64_MAX / 2), 0);
    sw_bucket_take(&b, 1);
    assert_int_equal(sw_bucket_wait_ms(&b, 10, 50, UINT64_MAX / 2), 1);
    b = (struct sw_bucket){0};
    assert_int_equal(sw_bucket_wait_ms(&b, 1000000, 10000000, 0), 0);
    sw_bucket_take(&b, 10000256);
    assert_int_equal(sw_bucket_wait_ms(&b, 1000000, 10000000, 0), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bodies), cmocka_unit_test(test_members), cmocka_unit_test(test_wholes),
                                       cmocka_unit_test(test_sizes), cmocka_unit_test(test_bucket)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
