/* Paths and headers of HTTP requests. An input is three lines: a path, Accept-Encoding, If-None-Match. */
#include "fuzz.h"
#include "io/http_internal.h"

static char *text[3];
static size_t given;

static void on_line(const char *line, size_t len) {
    (void)sw__http_text_is_clean(line, len);
    if (given == 3 || memchr(line, '\0', len)) return;
    text[given] = malloc(len + 1);
    SW_ASSERT(text[given] != NULL);
    memcpy(text[given], line, len);
    text[given++][len] = '\0';
}

static void walk(const char *path) {
    char part[32];
    const char *rest = path, *before = path;
    while (memset(part, 'x', sizeof part), sw_http_segment(&rest, part, sizeof part) == 0) {
        SW_ASSERT(rest > before && memchr(part, '\0', sizeof part));
        before = rest;
    }
    SW_ASSERT(rest == before);
    const char *all = path;
    int r = sw_http_remainder(&all, part, sizeof part);
    SW_ASSERT(r == 0 ? *all == '\0' : all == path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    given = 0;
    fuzz_lines(data, size, on_line);
    if (given > 0) walk(text[0]);
    if (given > 1) (void)(sw__http_accepts(text[1], "gzip") + sw__http_accepts(text[1], "br"));
    if (given > 2) {
        struct sw_http_request request = {.if_none_match = text[2]};
        (void)sw_http_etag_matches(&request, "\"0123456789abcdef\"");
    }
    for (size_t i = 0; i < given; i++) free(text[i]);
    return 0;
}
