/* Answers of HTTP servers, as the tools read them, and addresses of such servers. An input is an address, a newline and an
 * answer. The functions are http_get.c's own. */
#include "tools/http_get.c"

#include "fuzz.h"

#define BODY_BYTES_MAX ((size_t)1 << 20)

static void check_url(const char *base) {
    struct url url;
    if (!parse(base, &url)) return;
    SW_ASSERT(*url.host && *url.port && memchr(url.host, '\0', sizeof url.host) && memchr(url.port, '\0', sizeof url.port));
    SW_ASSERT(strstr(base, url.host) && !strpbrk(url.host, "/?#"));
    SW_ASSERT(!*url.prefix || (*url.prefix == '/' && url.prefix[strlen(url.prefix) - 1] != '/'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *newline = memchr(data, '\n', size);
    if (!newline) return 0;
    char *base = fuzz_string(data, (size_t)(newline - data));
    if (base) check_url(base);
    free(base);
    struct sw_buf answer, body;
    size_t len = size - (size_t)(newline + 1 - data);
    sw_buf_init(&answer, BODY_BYTES_MAX);
    sw_buf_init(&body, BODY_BYTES_MAX);
    sw_buf_add(&answer, newline + 1, len);
    int status = read_answer(&answer, &body);
    SW_ASSERT(status == -SW_EPARSE || (status >= 100 && status <= 599));
    SW_ASSERT(body.len <= len && !body.failed);
    sw_buf_deinit(&answer);
    sw_buf_deinit(&body);
    return 0;
}
