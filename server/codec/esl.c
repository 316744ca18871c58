/* FreeSWITCH's event socket: see esl.h. */
#include "codec/esl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/json_strict.h"
#include "shiftwall/buf.h"

#define KEEP_BYTES 65536 /* a buffer that grew past this is given back after its message */

struct sw_esl {
    void (*message)(void *ctx, const struct sw_esl_message *message);
    void *ctx;
    struct sw_buf block; /* the lines so far, line ends as \n */
    struct sw_buf body;
    size_t line_start;   /* where the line under way begins in `block` */
    size_t wanted;       /* bytes of the body; 0 = the lines are not over */
    uint64_t generation; /* of resets, to see one inside a message */
    int error;
    char fault[96];
};

struct sw_esl *sw_esl_new(void (*message)(void *ctx, const struct sw_esl_message *message), void *ctx) {
    struct sw_esl *esl = sw_xcalloc(1, sizeof *esl);
    esl->message = message;
    esl->ctx = ctx;
    sw_buf_init(&esl->block, SW_ESL_BLOCK_BYTES_MAX);
    sw_buf_init(&esl->body, SW_ESL_BODY_BYTES_MAX);
    return esl;
}

void sw_esl_free(struct sw_esl *esl) {
    if (!esl) return;
    sw_buf_deinit(&esl->block);
    sw_buf_deinit(&esl->body);
    free(esl);
}

static void next_message(struct sw_esl *esl) {
    sw_buf_clear(&esl->block);
    if (esl->body.size > KEEP_BYTES)
        sw_buf_deinit(&esl->body);
    else
        sw_buf_clear(&esl->body);
    esl->line_start = esl->wanted = 0;
}

void sw_esl_reset(struct sw_esl *esl) {
    next_message(esl);
    esl->generation++;
    esl->error = 0;
    esl->fault[0] = '\0';
}

const char *sw_esl_fault(const struct sw_esl *esl) {
    return esl->fault;
}

size_t sw_esl_held(const struct sw_esl *esl) {
    return esl->block.size + esl->body.size;
}

static int fail(struct sw_esl *esl, int error, const char *fault) {
    esl->error = error;
    (void)snprintf(esl->fault, sizeof esl->fault, "%s", fault);
    sw_buf_deinit(&esl->block);
    sw_buf_deinit(&esl->body);
    return error;
}

/* ---- header lines ---- */

/* The value of header NAME in the lines of TEXT; NULL when it is not there. */
static const char *find(const char *text, size_t len, const char *name, size_t *value_len) {
    size_t name_len = strlen(name);
    const char *at = text, *end = text + len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        if (stop == at) return NULL; /* the empty line: what follows is the event's own body */
        if ((size_t)(stop - at) > name_len && at[name_len] == ':' && !strncasecmp(at, name, name_len)) {
            const char *value = at + name_len + 1;
            while (value < stop && (*value == ' ' || *value == '\t')) value++;
            while (stop > value && (stop[-1] == '\r' || stop[-1] == ' ')) stop--;
            *value_len = (size_t)(stop - value);
            return value;
        }
        if (!newline) return NULL;
        at = newline + 1;
    }
    return NULL;
}

/* A whole number of digits only, or -1. */
static int64_t integer(const char *text, size_t len, int64_t max) {
    int64_t value = 0;
    if (!len) return -1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || value > (max - (text[i] - '0')) / 10) return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* ---- the stream ---- */

static enum sw_esl_kind kind_of(const struct sw_esl *esl) {
    static const struct {
        const char *type;
        enum sw_esl_kind kind;
    } kinds[] = {
        {"auth/request", SW_ESL_AUTH},
        {"command/reply", SW_ESL_REPLY},
        {"api/response", SW_ESL_ANSWER},
        {"text/event-plain", SW_ESL_EVENT},
        {"text/disconnect-notice", SW_ESL_DISCONNECT},
        {"text/rude-rejection", SW_ESL_REJECTION},
    };
    size_t len = 0;
    const char *type = find(esl->block.data, esl->block.len, "Content-Type", &len);
    for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].type) == len && !strncasecmp(type, kinds[i].type, len)) return kinds[i].kind;
    return SW_ESL_OTHER;
}

static void deliver(struct sw_esl *esl) {
    char text[SW_ESL_TEXT_BYTES_MAX];
    size_t len = 0;
    const char *reply = find(esl->block.data, esl->block.len, "Reply-Text", &len);
    (void)snprintf(text, sizeof text, "%.*s", reply ? (int)(len < sizeof text ? len : sizeof text - 1) : 0,
                   reply ? reply : "");
    sw_utf8_mend(text);
    const struct sw_esl_message message = {
        .kind = kind_of(esl), .text = text, .body = sw_buf_text(&esl->body), .len = esl->body.len};
    uint64_t generation = esl->generation;
    esl->message(esl->ctx, &message);
    if (generation == esl->generation) next_message(esl);
}

/* The lines are over: what is the body's length? */
static int end_of_block(struct sw_esl *esl) {
    size_t len = 0, type_len = 0;
    if (!find(esl->block.data, esl->block.len, "Content-Type", &type_len))
        return fail(esl, -SW_EPARSE, "a message without a Content-Type: this is not an event socket");
    const char *text = find(esl->block.data, esl->block.len, "Content-Length", &len);
    int64_t wanted = text ? integer(text, len, SW_ESL_BODY_BYTES_MAX + 1) : 0;
    if (wanted < 0 && text && len && strspn(text, "0123456789") >= len)
        return fail(esl, -SW_ELIMIT, "a message that promises too long a body");
    if (wanted < 0) return fail(esl, -SW_EPARSE, "a Content-Length that is no number");
    if (wanted > (kind_of(esl) == SW_ESL_EVENT ? SW_ESL_EVENT_BYTES_MAX : SW_ESL_BODY_BYTES_MAX))
        return fail(esl, -SW_ELIMIT, "a message that promises too long a body");
    esl->wanted = (size_t)wanted;
    if (!wanted) deliver(esl);
    return 0;
}

/* One whole line is at the end of the block, without its line end. */
static int end_of_line(struct sw_esl *esl) {
    size_t start = esl->line_start;
    if (esl->block.len > start && esl->block.data[esl->block.len - 1] == '\r')
        esl->block.data[--esl->block.len] = '\0';
    if (esl->block.len > start) {
        if (!memchr(esl->block.data + start, ':', esl->block.len - start))
            return fail(esl, -SW_EPARSE, "a header line without a colon: this is not an event socket");
        sw_buf_putc(&esl->block, '\n');
        if (esl->block.failed) return fail(esl, -SW_ELIMIT, "header lines that are too long");
        esl->line_start = esl->block.len;
        return 0;
    }
    return start ? end_of_block(esl) : 0; /* empty lines between messages are nothing */
}

/* Takes what belongs to the lines of a message; how many bytes those were. */
static size_t feed_lines(struct sw_esl *esl, const char *data, size_t len) {
    const char *newline = memchr(data, '\n', len);
    size_t take = newline ? (size_t)(newline - data) : len;
    if (memchr(data, '\0', take)) {
        (void)fail(esl, -SW_EPARSE, "a NUL in a header line: this is not an event socket");
        return len;
    }
    sw_buf_add(&esl->block, data, take);
    if (esl->block.failed) {
        (void)fail(esl, -SW_ELIMIT, "header lines that are too long");
        return len;
    }
    if (newline) (void)end_of_line(esl); /* its fault is in esl->error */
    return take + (newline != NULL);
}

static size_t feed_body(struct sw_esl *esl, const char *data, size_t len) {
    size_t missing = esl->wanted - esl->body.len;
    size_t take = len < missing ? len : missing;
    sw_buf_add(&esl->body, data, take);
    if (esl->body.failed)
        (void)fail(esl, -SW_ELIMIT, "no memory for a message");
    else if (esl->body.len == esl->wanted)
        deliver(esl);
    return take;
}

int sw_esl_feed(struct sw_esl *esl, const char *data, size_t len) {
    uint64_t generation = esl->generation;
    while (len && !esl->error) {
        size_t taken = esl->wanted ? feed_body(esl, data, len) : feed_lines(esl, data, len);
        data += taken;
        len -= taken;
        if (generation != esl->generation) return 0; /* the connection was dropped; the rest is nobody's */
    }
    return esl->error;
}

/* ---- events ---- */

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_text(const char *text, size_t len) {
    char copy[SW_ESL_ROW_BYTES_MAX];
    if (strlen(text) != len || len >= sizeof copy) return false;
    memcpy(copy, text, len + 1);
    sw_utf8_mend(copy); /* takes out whatever is no character */
    return strlen(copy) == len && !sw_utf8_has_control(copy);
}

int sw_esl_value(const char *event, size_t len, const char *name, char *out, size_t size) {
    size_t value_len = 0, used = 0;
    const char *value = find(event, len, name, &value_len);
    if (!value) return -1;
    for (size_t i = 0; i < value_len; i++) {
        char c = value[i];
        if (c == '%' && i + 2 < value_len && hex(value[i + 1]) >= 0 && hex(value[i + 2]) >= 0) {
            c = (char)(hex(value[i + 1]) * 16 + hex(value[i + 2]));
            i += 2;
        }
        if (used + 1 >= size) return -1;
        out[used++] = c;
    }
    if (used >= size) return -1;
    out[used] = '\0';
    return is_text(out, used) ? (int)used : -1;
}

int64_t sw_esl_integer(const char *event, size_t len, const char *name, int64_t max) {
    size_t value_len = 0;
    const char *value = find(event, len, name, &value_len);
    return value ? integer(value, value_len, max) : -1;
}

/* ---- lists ---- */

struct reading {
    const struct sw_esl_list *list;
    size_t fields;                     /* of the row of names; 0 = it is still to come */
    size_t loose;                      /* index of the loose column, or SIZE_MAX */
    size_t source[SW_ESL_COLUMNS_MAX]; /* of each wanted column: its field, or SIZE_MAX */
    uint64_t skipped;
};

/* Cuts ROW at its bars. How many fields there are; those past the cap are counted only. */
static size_t cut(char *row, char **fields) {
    size_t count = 0;
    for (char *at = row; at; count++) {
        if (count < SW_ESL_COLUMNS_MAX) fields[count] = at;
        at = strchr(at, '|');
        if (at) *at++ = '\0';
    }
    return count;
}

static bool read_names(struct reading *r, char *row) {
    char *fields[SW_ESL_COLUMNS_MAX];
    r->fields = cut(row, fields);
    r->loose = SIZE_MAX;
    for (size_t i = 0; i < r->list->count; i++) r->source[i] = SIZE_MAX;
    if (r->fields > SW_ESL_COLUMNS_MAX) return false;
    for (size_t f = r->fields; f-- > 0;) { /* of two with one name it is the first */
        if (r->list->loose && !strcmp(fields[f], r->list->loose)) r->loose = f;
        for (size_t i = 0; i < r->list->count; i++)
            if (!strcmp(fields[f], r->list->columns[i])) r->source[i] = f;
    }
    return true;
}

static void read_row(struct reading *r, char *row) {
    char *fields[SW_ESL_COLUMNS_MAX], copy[SW_ESL_ROW_BYTES_MAX];
    const char *values[SW_ESL_COLUMNS_MAX];
    (void)snprintf(copy, sizeof copy, "%s", row);
    size_t count = cut(copy, fields), surplus = count - r->fields;
    if (count < r->fields || count > SW_ESL_COLUMNS_MAX || (surplus && r->loose == SIZE_MAX)) {
        r->skipped++;
        return;
    }
    if (surplus) { /* the bars between these fields are part of one value */
        for (size_t i = r->loose; i < r->loose + surplus; i++) fields[i][strlen(fields[i])] = '|';
        memmove(&fields[r->loose + 1], &fields[r->loose + 1 + surplus],
                (r->fields - r->loose - 1) * sizeof *fields);
    }
    for (size_t i = 0; i < r->list->count; i++) {
        const char *value = r->source[i] == SIZE_MAX ? "" : fields[r->source[i]];
        values[i] = strcmp(value, "(null)") ? value : "";
    }
    r->list->row(r->list->ctx, values);
}

static void read_line(struct reading *r, const char *line, size_t len) {
    char row[SW_ESL_ROW_BYTES_MAX];
    if (len && line[len - 1] == '\r') len--;
    if (!len) return;
    if (len >= sizeof row) {
        r->skipped++;
        return;
    }
    memcpy(row, line, len);
    row[len] = '\0';
    bool good = is_text(row, len);
    if (r->fields) {
        if (good)
            read_row(r, row);
        else
            r->skipped++;
    } else if (!good || !read_names(r, row)) {
        r->fields = SIZE_MAX; /* without names no row can be read */
        r->skipped++;
    }
}

enum sw_esl_result sw_esl_list_read(const struct sw_esl_list *list, const char *text, size_t len,
                                    uint64_t *skipped) {
    struct reading r = {.list = list};
    enum sw_esl_result result = SW_ESL_CUT;
    const char *at = text, *end = text + len;
    if (len && *text == '-') return SW_ESL_REFUSED;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        if (stop - at >= 3 && !strncmp(at, "+OK", 3) && stop - at <= 4) {
            result = SW_ESL_LIST;
            break;
        }
        read_line(&r, at, (size_t)(stop - at));
        if (!newline) break;
        at = newline + 1;
    }
    if (skipped) *skipped += r.skipped;
    return result;
}
