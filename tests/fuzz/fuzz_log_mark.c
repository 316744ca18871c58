/* The position of a followed log. What is read is written as it was read; a changed byte is never taken for another position. An
 * input is such a file, or one whose checksum is put right first. */
#include <stdio.h>

#include "codec/log_mark.h"
#include "fuzz.h"

#define CHECK_BYTES 23 /* "check " and 16 digits and the newline */

static void check(const char *text, size_t len) {
    struct sw_log_mark mark = {.line = 7}, again;
    int failed = sw_log_mark_read(text, len, &mark);
    SW_ASSERT(failed == 0 || failed == -SW_EPARSE || failed == -SW_EINVAL);
    if (failed) {
        SW_ASSERT(mark.line == 7);
        return;
    }
    struct sw_buf out;
    sw_buf_init(&out, SW_LOG_MARK_BYTES_MAX);
    sw_log_mark_write(&mark, &out);
    SW_ASSERT(!out.failed && sw_log_mark_read(out.data, out.len, &again) == 0);
    SW_ASSERT(again.offset == mark.offset && again.line == mark.line && again.events == mark.events && again.snapshot == mark.snapshot);
    SW_ASSERT(again.file.hash == mark.file.hash && again.file.len == mark.file.len && again.origin.inode == mark.origin.inode);
    SW_ASSERT(again.time_ms == mark.time_ms && !strcmp(again.entry, mark.entry) && mark.file.len <= SW_LOG_HEAD_BYTES);
    for (size_t i = 0; i < out.len; i += 1 + len % 7) {
        out.data[i] ^= 1;
        SW_ASSERT(sw_log_mark_read(out.data, out.len, &again) != 0);
        out.data[i] ^= 1;
    }
    SW_ASSERT(sw_log_mark_read(out.data, out.len - 1, &again) == -SW_EPARSE);
    sw_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_copy(data, size);
    check(text, size);
    if (size > CHECK_BYTES) {
        char sum[CHECK_BYTES + 1];
        size_t body = size - CHECK_BYTES;
        (void)snprintf(sum, sizeof sum, "check %016llx\n", (unsigned long long)sw_log_hash(SW_LOG_HASH, text, body));
        memcpy(text + body, sum, CHECK_BYTES);
        check(text, size);
    }
    free(text);
    return 0;
}
