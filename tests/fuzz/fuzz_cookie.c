/* Cookies: the value of the first of a name, or none; and what stands around it changes nothing. An input is two lines: a
 * Cookie header and a name. */
#include "codec/cookie.h"
#include "fuzz.h"

#define OUT_BYTES 48

static void with_neighbours(const char *header, const char *name, bool found, const char *value) {
    char out[OUT_BYTES];
    struct sw_buf longer;
    sw_buf_init(&longer, 1u << 20);
    /* a cookie of another name before it */
    sw_buf_printf(&longer, "%sx=1; %s", name, header);
    SW_ASSERT(sw_cookie_find(sw_buf_text(&longer), name, out, sizeof out) == found && !strcmp(out, value));
    /* and one of the same name behind it, which is not the first */
    sw_buf_clear(&longer);
    sw_buf_printf(&longer, "%s; %s=later", header, name);
    bool again = sw_cookie_find(sw_buf_text(&longer), name, out, sizeof out);
    SW_ASSERT(found ? again && !strcmp(out, value) : !again || !strcmp(out, "later"));
    sw_buf_deinit(&longer);
}

static void check(const char *header, const char *name) {
    char out[OUT_BYTES], one[1] = {'x'};
    memset(out, 'x', sizeof out);
    bool found = sw_cookie_find(header, name, out, sizeof out);
    const char *nul = memchr(out, '\0', sizeof out);
    SW_ASSERT(nul && (found || !*out) && !strchr(out, ';'));
    if (*out) SW_ASSERT(out[0] != ';' && nul[-1] != ' ' && nul[-1] != '\t' && strstr(header, out));
    if (sw_cookie_find(header, name, one, sizeof one)) SW_ASSERT(found && !*out);
    SW_ASSERT(!*one);
    with_neighbours(header, name, found, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *newline = memchr(data, '\n', size);
    if (!newline) return 0;
    char *header = fuzz_string(data, (size_t)(newline - data));
    char *name = fuzz_string(newline + 1, size - (size_t)(newline + 1 - data));
    /* names are ours: tokens of RFC 9110 */
    if (header && name && *name && !strpbrk(name, "=; \t%\n")) check(header, name);
    free(header);
    free(name);
    return 0;
}
