#include "io/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shiftwall/buf.h"

#define LINE_BYTES_MAX 16384

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static const int level_priorities[] = {3, 4, 6, 7}; /* of syslog(3) */

/* How many lines of one event were written in the second that began at since_ms. */
struct rate {
    const char *event;
    enum sw_log_level level;
    int64_t since_ms;
    unsigned lines;
    unsigned long suppressed;
};

static struct {
    enum sw_log_level level;
    enum { PREFIX_UNKNOWN, PREFIX_ON, PREFIX_OFF } prefix;
    void (*write)(void *ctx, const char *line, size_t len);
    void *ctx;
    int64_t (*now_ms)(void);
    struct rate rates[SW_LOG_EVENTS_MAX];
    size_t rate_count;
} state = {.level = SW_LOG_INFO};

static int64_t monotonic_ms(void) {
    struct timespec now;
    SW_ASSERT(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sw_log_set_level(enum sw_log_level level) {
    state.level = level;
}

int sw_log_level_from_name(const char *name) {
    for (int i = SW_LOG_ERROR; i <= SW_LOG_DEBUG; i++)
        if (!strcmp(name, level_names[i])) return i;
    return -1;
}

const char *sw_log_level_name(enum sw_log_level level) {
    return level_names[level];
}

void sw_log_set_writer(void (*write)(void *ctx, const char *line, size_t len), void *ctx) {
    state.write = write;
    state.ctx = ctx;
}

void sw_log_set_prefix(bool on) {
    state.prefix = on ? PREFIX_ON : PREFIX_OFF;
}

void sw_log_set_clock(int64_t (*now_ms)(void)) {
    state.now_ms = now_ms;
}

bool sw_log_wants(enum sw_log_level level) {
    return level <= state.level;
}

/* JOURNAL_STREAM is DEVICE:INODE of the journal's socket; a child's redirected output is not it
 * (systemd.exec(5)). */
static bool is_journal(int fd) {
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char own[48];
    if (!stream || fstat(fd, &status)) return false;
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino);
    return !strcmp(own, stream);
}

static void begin(struct sw_buf *line, enum sw_log_level level, const char *event) {
    sw_buf_init(line, LINE_BYTES_MAX);
    if (state.prefix == PREFIX_UNKNOWN) sw_log_set_prefix(is_journal(STDERR_FILENO));
    if (state.prefix == PREFIX_ON) sw_buf_printf(line, "<%d>", level_priorities[level]);
    sw_buf_printf(line, "%s %s", level_names[level], event);
}

static void end(struct sw_buf *line) {
    sw_buf_putc(line, '\n');
    if (line->failed) {
        sw_buf_clear(line);
        sw_buf_puts(line, "warn log.overlong\n");
    }
    if (state.write)
        state.write(state.ctx, line->data, line->len);
    else if (write(STDERR_FILENO, line->data, line->len) < 0)
        (void)0; /* there is nowhere left to tell */
    sw_buf_deinit(line);
}

/* ---- values ---- */

static bool is_plain(const char *text) {
    if (!*text || !strcmp(text, "-")) return false; /* a bare - is a NULL */
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c <= ' ' || *c == 0x7F || *c == '"' || *c == '=' || *c == '\\' ||
            (*c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0))
            return false;
    return true;
}

static void add_escaped(struct sw_buf *out, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i], next = i + 1 < len ? (unsigned char)text[i + 1] : 0;
        if (c == '"' || c == '\\')
            sw_buf_printf(out, "\\%c", c);
        else if (c == '\n')
            sw_buf_puts(out, "\\n");
        else if (c == '\r')
            sw_buf_puts(out, "\\r");
        else if (c == '\t')
            sw_buf_puts(out, "\\t");
        else if (c < 0x20 || c == 0x7F)
            sw_buf_printf(out, "\\u%04x", c);
        else if (c == 0xC2 && next >= 0x80 && next < 0xA0)
            sw_buf_printf(out, "\\u%04x", text[++i] & 0xFF); /* C1 */
        else
            sw_buf_putc(out, (char)c);
    }
}

static void add_text(struct sw_buf *out, const char *text) {
    size_t len = text ? strlen(text) : 0, shown = len;
    if (len > SW_LOG_VALUE_BYTES_MAX) {
        shown = SW_LOG_VALUE_BYTES_MAX;
        while (shown && ((unsigned char)text[shown] & 0xC0) == 0x80) shown--; /* not through a character */
    }
    if (!text) {
        sw_buf_putc(out, '-');
    } else if (shown == len && is_plain(text)) {
        sw_buf_add(out, text, len);
    } else {
        sw_buf_putc(out, '"');
        add_escaped(out, text, shown);
        sw_buf_puts(out, shown < len ? "...\"" : "\"");
    }
}

/* ---- formats ---- */

/* One conversion, as far as the log knows them. */
struct conversion {
    char kind;    /* s d u f g */
    char size;    /* 0, l, L (ll), z */
    int decimals; /* of %.Nf, or -1 */
};

static const char *read_conversion(const char *at, struct conversion *out) {
    *out = (struct conversion){.decimals = -1};
    if (*at == '.') {
        SW_ASSERT(at[1] >= '0' && at[1] <= '9');
        out->decimals = at[1] - '0';
        at += 2;
    }
    if (*at == 'l') {
        out->size = *at++;
        if (*at == 'l') out->size = 'L', at++;
    } else if (*at == 'z') {
        out->size = *at++;
    }
    out->kind = *at == 'i' ? 'd' : *at;
    SW_ASSERT(out->kind && strchr("sdufg", out->kind));
    return at + 1;
}

static int64_t signed_arg(char size, va_list *args) {
    switch (size) {
    case 'l': return va_arg(*args, long);
    case 'L': return va_arg(*args, long long);
    case 'z': return (int64_t)va_arg(*args, size_t);
    default: return va_arg(*args, int);
    }
}

static uint64_t unsigned_arg(char size, va_list *args) {
    switch (size) {
    case 'l': return va_arg(*args, unsigned long);
    case 'L': return va_arg(*args, unsigned long long);
    case 'z': return va_arg(*args, size_t);
    default: return va_arg(*args, unsigned);
    }
}

static void add_fields(struct sw_buf *line, const char *at, va_list *args) {
    sw_buf_putc(line, ' ');
    while (*at) {
        if (*at != '%') {
            sw_buf_putc(line, *at++);
            continue;
        }
        struct conversion c;
        at = read_conversion(at + 1, &c);
        if (c.kind == 's')
            add_text(line, va_arg(*args, const char *));
        else if (c.kind == 'd')
            sw_buf_int(line, signed_arg(c.size, args));
        else if (c.kind == 'u')
            sw_buf_printf(line, "%llu", (unsigned long long)unsigned_arg(c.size, args));
        else if (c.kind == 'f')
            sw_buf_printf(line, "%.*f", c.decimals < 0 ? 6 : c.decimals, va_arg(*args, double));
        else
            sw_buf_printf(line, "%g", va_arg(*args, double));
    }
}

/* ---- rate ---- */

static void tell_suppressed(struct rate *rate) {
    if (!rate->suppressed) return;
    struct sw_buf line;
    begin(&line, rate->level, rate->event);
    sw_buf_printf(&line, " suppressed=%lu", rate->suppressed);
    rate->suppressed = 0;
    end(&line);
}

static struct rate *rate_of(const char *event, int64_t now_ms) {
    struct rate *oldest = &state.rates[0];
    for (size_t i = 0; i < state.rate_count; i++) {
        if (!strcmp(state.rates[i].event, event)) return &state.rates[i];
        if (state.rates[i].since_ms < oldest->since_ms) oldest = &state.rates[i];
    }
    if (state.rate_count < SW_LOG_EVENTS_MAX)
        oldest = &state.rates[state.rate_count++];
    else
        tell_suppressed(oldest);
    *oldest = (struct rate){.event = event, .since_ms = now_ms};
    return oldest;
}

/* Whether this line may be written. */
static bool pass(enum sw_log_level level, const char *event) {
    int64_t now_ms = state.now_ms ? state.now_ms() : monotonic_ms();
    struct rate *rate = rate_of(event, now_ms);
    if (now_ms - rate->since_ms >= 1000) {
        tell_suppressed(rate);
        rate->since_ms = now_ms;
        rate->lines = 0;
    }
    rate->level = level;
    if (rate->lines < SW_LOG_LINES_A_SECOND) {
        rate->lines++;
        return true;
    }
    rate->suppressed++;
    return false;
}

void sw_log_flush(void) {
    for (size_t i = 0; i < state.rate_count; i++) tell_suppressed(&state.rates[i]);
}

void sw__log(enum sw_log_level level, const char *event, const char *format, ...) {
    if (!pass(level, event)) return;
    struct sw_buf line;
    begin(&line, level, event);
    va_list args;
    va_start(args, format);
    add_fields(&line, format, &args);
    va_end(args);
    end(&line);
}

void sw_log_bare(enum sw_log_level level, const char *event) {
    if (!sw_log_wants(level) || !pass(level, event)) return;
    struct sw_buf line;
    begin(&line, level, event);
    end(&line);
}
