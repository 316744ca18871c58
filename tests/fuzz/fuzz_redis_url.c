/* Addresses of Redis: what is read is read the same from a URL written anew, and is shown without its secrets. */
#include <stdio.h>

#include "fuzz.h"
#include "io/redis_conn.h"

static void encode(struct sw_buf *out, const char *text, const char *plain) {
    for (; *text; text++) {
        if (strchr(plain, *text) || (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z')) sw_buf_putc(out, *text);
        else sw_buf_printf(out, "%%%02x", (unsigned)(unsigned char)*text);
    }
}

static void check_same(const struct sw_redis_address *a, const struct sw_redis_address *b) {
    SW_ASSERT(!strcmp(a->host, b->host) && a->port == b->port && !strcmp(a->path, b->path) && a->db == b->db);
    SW_ASSERT(!strcmp(a->user, b->user) && !strcmp(a->password, b->password));
}

static void write_again(const struct sw_redis_address *a) {
    struct sw_redis_address again;
    struct sw_buf url;
    sw_buf_init(&url, 8192);
    sw_buf_puts(&url, *a->path ? "redis+unix://" : "redis://");
    if (*a->password) {
        encode(&url, a->user, "");
        sw_buf_putc(&url, ':');
        encode(&url, a->password, "");
        sw_buf_putc(&url, '@');
    }
    if (*a->path) {
        encode(&url, a->path, "/");
        sw_buf_printf(&url, "?db=%d", a->db);
    } else {
        encode(&url, a->host, ".-");
        sw_buf_printf(&url, ":%u/%d", (unsigned)a->port, a->db);
    }
    SW_ASSERT(!url.failed && sw_redis_url_parse(sw_buf_text(&url), &again) == 0);
    check_same(a, &again);
    sw_buf_deinit(&url);
}

static void check(const struct sw_redis_address *a) {
    char whole[1024], cut[16];
    SW_ASSERT(memchr(a->host, '\0', sizeof a->host) && memchr(a->path, '\0', sizeof a->path));
    SW_ASSERT(memchr(a->user, '\0', sizeof a->user) && memchr(a->password, '\0', sizeof a->password));
    SW_ASSERT(a->db >= 0 && a->db <= 65535);
    SW_ASSERT(*a->path ? a->path[0] == '/' && !*a->host : *a->host && a->port > 0);
    SW_ASSERT(!*a->user || *a->password);
    SW_ASSERT(sw_redis_address_text(a, whole, sizeof whole) == whole && strlen(whole) < sizeof whole - 1);
    SW_ASSERT(sw_redis_address_text(a, cut, sizeof cut) == cut && !strncmp(cut, whole, sizeof cut - 1));
    struct sw_redis_address bare = *a;
    char without[1024];
    bare.user[0] = bare.password[0] = '\0';
    SW_ASSERT(!strcmp(whole, sw_redis_address_text(&bare, without, sizeof without)));
    write_again(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_redis_address address, untouched;
    char *url = fuzz_string(data, size);
    if (!url) return 0;
    memset(&address, 0xA5, sizeof address);
    memset(&untouched, 0xA5, sizeof untouched);
    int r = sw_redis_url_parse(url, &address);
    SW_ASSERT(r == 0 || r == -SW_EPARSE || r == -SW_ELIMIT);
    if (r) SW_ASSERT(memcmp(&address, &untouched, sizeof address) == 0);
    else check(&address);
    free(url);
    return 0;
}
