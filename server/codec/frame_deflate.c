#include "codec/frame_deflate.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#define ZLIB_CONST
#include <zlib.h>

#include "shiftwall/buf.h"

#define WINDOW_BITS 15
#define MEMORY_LEVEL 8
#define LEVEL 6
/* A document of many thousand agents is sent once to each newcomer, with the loop waiting: quickly rather than well. */
#define LARGE_BYTES 65536u
#define LARGE_LEVEL 1
#define SMALL_BYTES 128u /* not worth it */

static const unsigned char tail[] = {0x00, 0x00, 0xff, 0xff}; /* of every flush; not sent */

struct sw_deflate {
    z_stream out, in;
    bool out_ready, in_ready;
};

struct sw_deflate *sw_deflate_new(void) { return sw_xcalloc(1, sizeof(struct sw_deflate)); }

void sw_deflate_free(struct sw_deflate *z) {
    if (!z) return;
    if (z->out_ready) deflateEnd(&z->out);
    if (z->in_ready) inflateEnd(&z->in);
    free(z);
}

/* ---- the offer ---- */

/* Takes what stands up to one of ENDS off *AT, without blanks around it. */
static size_t take(const char **at, const char *ends, char out[40]) {
    const char *start = *at + strspn(*at, " \t");
    size_t len = strcspn(start, ends);
    *at = start + len;
    while (len && (start[len - 1] == ' ' || start[len - 1] == '\t')) len--;
    if (len > 39) len = 39; /* longer than all we know: no name of ours begins so */
    memcpy(out, start, len);
    out[len] = '\0';
    return len;
}

/* A window of 8 to 15 bits, perhaps in quotes; 0: it is not. */
static int window_bits(const char *value) {
    char text[40];
    size_t len = strlen(value);
    memcpy(text, value, len + 1);
    if (len > 2 && text[0] == '"' && text[len - 1] == '"') {
        memmove(text, text + 1, len - 2);
        text[len -= 2] = '\0';
    }
    if (len == 1 && (text[0] == '8' || text[0] == '9')) return text[0] - '0';
    if (len == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') return 10 + text[1] - '0';
    return 0;
}

enum { SERVER_TAKEOVER, CLIENT_TAKEOVER, SERVER_WINDOW, CLIENT_WINDOW, PARAMETERS };

/* One parameter; SEEN has those before it. VALUE NULL: it has none. */
static bool parameter_is_good(const char *name, const char *value, bool seen[PARAMETERS]) {
    static const char *const names[] = {"server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
                                        "client_max_window_bits"};
    int which = 0;
    while (which < PARAMETERS && strcasecmp(name, names[which]) != 0) which++;
    if (which == PARAMETERS || seen[which]) return false;
    seen[which] = true;
    if (which == SERVER_WINDOW) return value && window_bits(value) == WINDOW_BITS;
    if (which == CLIENT_WINDOW) return !value || window_bits(value);
    return !value;
}

/* Reads one offer at *AT up to its comma: whether it is of our extension; *GOOD: and can be accepted; *BARE: it has no parameters. */
static bool read_offer(const char **at, bool *good, bool *bare) {
    char name[40], value[40];
    bool seen[PARAMETERS] = {false};
    bool ours = take(at, ",;", name) && !strcasecmp(name, SW_DEFLATE_NAME);
    *good = true;
    *bare = **at != ';';
    while (**at == ';') {
        ++*at;
        (void)take(at, ",;=", name);
        bool has_value = **at == '=';
        if (has_value) ++*at, (void)take(at, ",;", value);
        *good = *good && parameter_is_good(name, has_value ? value : NULL, seen);
    }
    if (**at == ',') ++*at;
    return ours;
}

bool sw_deflate_accepts(const char *offers) {
    bool good = false, bare = false, found = false;
    while (*offers && !found) found = read_offer(&offers, &good, &bare);
    bool again = false, unused;
    while (*offers && !again) again = read_offer(&offers, &unused, &unused);
    return found && good && !(bare && again);
}

/* ---- compressing ---- */

static bool start_out(struct sw_deflate *z, int level) {
    if (!z->out_ready) z->out_ready = deflateInit2(&z->out, LEVEL, Z_DEFLATED, -WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
    return z->out_ready && deflateReset(&z->out) == Z_OK && deflateParams(&z->out, level, Z_DEFAULT_STRATEGY) == Z_OK;
}

/* The compressed twin, NULL when it would not be smaller or cannot be made. */
static struct sw_frame *compress_frame(struct sw_deflate *z, const struct sw_frame *frame) {
    if (frame->len < SMALL_BYTES || frame->len > UINT_MAX || !start_out(z, frame->len > LARGE_BYTES ? LARGE_LEVEL : LEVEL)) return NULL;
    char *out = sw_xmalloc(frame->len);
    z->out.next_in = (const unsigned char *)frame->data;
    z->out.avail_in = (uInt)frame->len;
    z->out.next_out = (unsigned char *)out;
    z->out.avail_out = (uInt)frame->len;
    bool done = deflate(&z->out, Z_SYNC_FLUSH) == Z_OK && !z->out.avail_in && z->out.avail_out;
    size_t len = frame->len - z->out.avail_out;
    struct sw_frame *twin = NULL;
    if (done && len > sizeof tail && !memcmp(out + len - sizeof tail, tail, sizeof tail)) {
        twin = sw_frame_new(out, len - sizeof tail);
        twin->compressed = true;
    }
    free(out);
    return twin;
}

struct sw_frame *sw_deflate_frame(struct sw_deflate *z, struct sw_frame *frame) {
    if (!frame->twin && !frame->no_twin) {
        frame->twin = compress_frame(z, frame);
        frame->no_twin = !frame->twin;
    }
    return frame->twin ? frame->twin : frame;
}

/* ---- inflating ---- */

int sw_deflate_inflate(struct sw_deflate *z, const char *data, size_t len, char *out, size_t size) {
    if (!z->in_ready) z->in_ready = inflateInit2(&z->in, -WINDOW_BITS) == Z_OK;
    if (!z->in_ready || inflateReset(&z->in) != Z_OK || len > INT_MAX || size > INT_MAX) return -SW_ELIMIT;
    char more; /* one byte that must not be needed */
    z->in.next_out = (unsigned char *)out;
    z->in.avail_out = (uInt)size;
    int r = Z_OK;
    for (int part = 0; part < 2 && r == Z_OK; part++) {
        z->in.next_in = part ? tail : (const unsigned char *)data;
        z->in.avail_in = part ? (uInt)sizeof tail : (uInt)len;
        while (r == Z_OK && (z->in.avail_in || !z->in.avail_out)) { /* all may be read, and not all written */
            if (!z->in.avail_out) z->in.next_out = (unsigned char *)&more, z->in.avail_out = 1;
            r = inflate(&z->in, Z_SYNC_FLUSH);
            if (z->in.total_out > size) return -SW_ELIMIT;
        }
        if (r == Z_BUF_ERROR) r = Z_OK; /* nothing more came of it */
    }
    return r == Z_OK || r == Z_STREAM_END ? (int)z->in.total_out : -SW_EPARSE;
}
