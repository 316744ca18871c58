/* FreeSWITCH's event socket: however its bytes are cut, the same messages come out, and what is in them is
 * text. */
#include <stdbool.h>
#include <stdio.h>

#include "codec/esl.h"
#include "fuzz.h"

struct told {
    uint64_t messages, rows, hash;
    struct sw_esl *esl;
    bool is_dropped_at_disconnect;
};

static void hash(struct told *told, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        told->hash = (told->hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    told->hash = (told->hash ^ len) * UINT64_C(1099511628211);
}

static void check_text(const char *text) {
    struct sw_buf buf;
    sw_buf_init(&buf, SW_ESL_ROW_BYTES_MAX);
    sw_buf_puts(&buf, text);
    fuzz_text(&buf);
    sw_buf_deinit(&buf);
}

static void on_row(void *ctx, const char *const *values) {
    struct told *told = ctx;
    told->rows++;
    for (size_t i = 0; i < 3; i++) {
        check_text(values[i]);
        hash(told, values[i], strlen(values[i]));
    }
}

static void on_message(void *ctx, const struct sw_esl_message *m) {
    static const char *const names[] = {"CC-Action", "CC-Agent", "Event-Date-Timestamp", "x"};
    static const char *const columns[] = {"name", "contact", "state"};
    struct told *told = ctx;
    char value[64];
    told->messages++;
    told->hash += (uint64_t)m->kind;
    SW_ASSERT(m->body[m->len] == '\0');
    check_text(m->text);
    hash(told, m->text, strlen(m->text));
    hash(told, m->body, m->len);
    char *body = fuzz_copy((const uint8_t *)m->body, m->len);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int len = sw_esl_value(body, m->len, names[i], value, i == 3 ? 4 : sizeof value);
        SW_ASSERT(len < (int)(i == 3 ? 4 : sizeof value));
        if (len >= 0) {
            SW_ASSERT(strlen(value) == (size_t)len);
            check_text(value);
            hash(told, value, (size_t)len);
        }
        int64_t number = sw_esl_integer(body, m->len, names[i], 1000);
        SW_ASSERT(number >= -1 && number <= 1000);
        told->hash += (uint64_t)number;
    }
    const struct sw_esl_list list = {
        .columns = columns, .count = 3, .loose = "contact", .row = on_row, .ctx = told};
    uint64_t skipped = 0;
    told->hash += (uint64_t)sw_esl_list_read(&list, body, m->len, &skipped) + skipped;
    free(body);
    if (told->is_dropped_at_disconnect && m->kind == SW_ESL_DISCONNECT) sw_esl_reset(told->esl);
}

static struct told run(const uint8_t *data, size_t size, size_t step) {
    struct told told = {.is_dropped_at_disconnect = size % 2};
    struct sw_esl *esl = told.esl = sw_esl_new(on_message, &told);
    int error = 0;
    for (size_t at = 0; at < size; at += step) {
        size_t len = size - at < step ? size - at : step;
        char *piece = fuzz_copy(data + at, len);
        uint64_t before = told.messages;
        int now = sw_esl_feed(esl, piece, len);
        free(piece);
        SW_ASSERT(!error || (now == error && told.messages == before));
        error = now;
        SW_ASSERT(!error == !*sw_esl_fault(esl));
        /* memory comes with the bytes, not with what was promised: a growing buffer is at most twice what is
         * in it */
        SW_ASSERT(sw_esl_held(esl) <= 4 * size + 4096);
    }
    told.hash += (uint64_t)-error;
    sw_esl_reset(esl);
    SW_ASSERT(!*sw_esl_fault(esl));
    sw_esl_free(esl);
    told.esl = NULL;
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct told whole = run(data, size, size ? size : 1);
    /* what was in flight when the reader was reset is dropped, and how much that is depends on the pieces */
    if (whole.is_dropped_at_disconnect) return 0;
    struct told bytes = run(data, size, 1), pieces = run(data, size, 7);
    SW_ASSERT(whole.hash == bytes.hash && whole.messages == bytes.messages && whole.rows == bytes.rows);
    SW_ASSERT(whole.hash == pieces.hash && whole.messages == pieces.messages && whole.rows == pieces.rows);
    return 0;
}
