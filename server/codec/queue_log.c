#include "codec/queue_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/queue_log_internal.h"

#define WORDS_MAX 100000
#define TS_MAX_S (SW_TS_MAX_MS / 1000)

static void nothing(struct sw_queue_log *log, int argument) { (void)log, (void)argument; }

#define EXIT(reason, wait_index) (SW_EXIT_##reason + QL_WAIT_AT * (1 + (wait_index)))

static const struct {
    const char *name;
    void (*run)(struct sw_queue_log *log, int argument);
    int argument;
} verbs[] = {
    {"ENTERQUEUE", ql_enter, 0},
    {"CONNECT", ql_connect, 0},
    {"COMPLETEAGENT", ql_complete, 0},
    {"COMPLETECALLER", ql_complete, 1},
    {"ABANDON", ql_abandon, 0},
    {"RINGNOANSWER", ql_ring, false},
    {"AGENTDUMP", ql_ring, true},
    {"BLINDTRANSFER", ql_transfer, false},
    {"TRANSFER", ql_transfer, false}, /* Asterisk 1.4 to 11 */
    {"ATTENDEDTRANSFER", ql_transfer, true},
    {"EXITWITHTIMEOUT", ql_exit, EXIT(TIMEOUT, 2)},
    {"EXITEMPTY", ql_exit, EXIT(UNSTAFFED, 2)},
    {"EXITWITHKEY", ql_exit, EXIT(KEY, 3)},
    {"SYSCOMPAT", ql_exit, EXIT(OVERFLOW, QL_DATA_MAX)}, /* the channels did not go together: the system gave up */
    {"LEAVEEMPTY", ql_exit, SW_EXIT_UNSTAFFED},
    {"WITHDRAW", ql_withdraw, 0},
    {"FULL", ql_refused, SW_EXIT_FULL},
    {"CLOSED", ql_refused, SW_EXIT_UNSTAFFED},
    {"JOINEMPTY", ql_refused, SW_EXIT_UNSTAFFED},
    {"DIVERT_CA_RATIO", ql_refused, SW_EXIT_OVERFLOW},
    {"DIVERT_HOLDTIME", ql_refused, SW_EXIT_OVERFLOW},
    {"DIVERT_WAITTIME", ql_refused, SW_EXIT_OVERFLOW},
    {"ADDMEMBER", ql_addmember, 0},
    {"REMOVEMEMBER", ql_removemember, 0},
    {"PAUSE", ql_pause, true},
    {"UNPAUSE", ql_pause, false},
    {"PAUSEALL", ql_pauseall, true},
    {"UNPAUSEALL", ql_pauseall, false},
    {"AGENTLOGIN", ql_login, true},
    {"AGENTLOGOFF", ql_login, false},
    {"AGENTCALLBACKLOGIN", ql_login, true},
    {"AGENTCALLBACKLOGOFF", ql_login, false},
    {"OUTCALL", ql_outcall, 0},
    {"QUEUESTART", ql_restart, 0},
    {"CONFIGRELOAD", nothing, 0},
    {"PENALTY", nothing, 0},
    {"RINGINUSE", nothing, 0},
    {"RINGCANCELED", nothing, 0}, /* the caller left or another agent was quicker */
    {"DID", nothing, 0},
    {"INFO", nothing, 0},
};

/* ---- what the verbs share ---- */

void ql_tell(struct sw_queue_log *log, uint64_t line, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (log->options.message) log->options.message(log->options.ctx, line, text);
}

void ql_skip(struct sw_queue_log *log, const char *why) {
    if (!log->line.is_faulty) log->counters.skipped++;
    log->line.is_faulty = true;
    ql_tell(log, log->line.number, "%s skipped: %s", log->line.verb, why);
}

void ql_malformed(struct sw_queue_log *log, const char *why) {
    if (!log->line.is_faulty) log->counters.malformed++;
    log->line.is_faulty = true;
    ql_tell(log, log->line.number, "malformed: %s", why);
}

bool ql_is_identifier(const char *text) {
    return *text && sw_utf8_count(text) <= SW_ID_CHARS_MAX && !sw_utf8_has_control(text);
}

struct ql_word *ql_word(struct ql_word **set, const char *text) {
    struct ql_word *word;
    size_t len = strlen(text);
    HASH_FIND(hh, *set, text, len, word);
    if (word || HASH_COUNT(*set) >= WORDS_MAX) return word;
    word = sw_xcalloc(1, sizeof *word + len + 1);
    memcpy(word->text, text, len);
    HASH_ADD_KEYPTR(hh, *set, word->text, len, word);
    return word;
}

static void free_words(struct ql_word **set) {
    struct ql_word *word, *next;
    HASH_ITER(hh, *set, word, next) {
        HASH_DEL(*set, word);
        free(word);
    }
}

const char *ql_data(const struct sw_queue_log *log, size_t index) {
    return index < log->line.data_count ? log->line.data[index] : "";
}

int64_t ql_seconds(const struct sw_queue_log *log, size_t index) {
    const char *text = ql_data(log, index);
    int64_t value = 0;
    if (!*text) return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return -1;
        value = value * 10 + (*text - '0');
        if (value > SW_DURATION_MAX_MS / 1000) return -1;
    }
    return value * 1000;
}

/* ---- reading a line ---- */

/* COUNT digits at *TEXT, or -1. */
static int number(const char **text, int count) {
    int value = 0;
    for (; count; count--, (*text)++) {
        if (**text < '0' || **text > '9') return -1;
        value = value * 10 + (**text - '0');
    }
    return value;
}

static bool take(const char **text, char c) {
    if (**text != c) return false;
    (*text)++;
    return true;
}

/* The milliseconds of an optional fraction that ends the text, or -1. */
static int64_t fraction(const char *text) {
    int64_t ms = 0;
    if (!*text) return 0;
    if (*text++ != '.' || !*text) return -1;
    for (int64_t weight = 100; *text; text++, weight /= 10) {
        if (*text < '0' || *text > '9') return -1;
        ms += (*text - '0') * weight;
    }
    return ms;
}

static int days_of(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* "YYYY-MM-DD HH:MM:SS[.ffffff]", local. */
static bool read_local(const struct sw_queue_log *log, const char *text, int64_t *ts_ms) {
    int year = number(&text, 4);
    if (year < 1970 || !take(&text, '-')) return false;
    int month = number(&text, 2);
    if (month < 1 || month > 12 || !take(&text, '-')) return false;
    int day = number(&text, 2);
    if (day < 1 || day > days_of(year, month) || (!take(&text, ' ') && !take(&text, 'T'))) return false;
    int hour = number(&text, 2);
    if (hour < 0 || hour > 23 || !take(&text, ':')) return false;
    int minute = number(&text, 2);
    if (minute < 0 || minute > 59 || !take(&text, ':')) return false;
    int second = number(&text, 2);
    int64_t ms = fraction(text);
    if (second < 0 || second > 60 || ms < 0 || !log->options.local_to_utc) return false;
    int64_t ms_of_day = ((hour * 60 + minute) * INT64_C(60) + (second > 59 ? 59 : second)) * 1000 + ms;
    *ts_ms = log->options.local_to_utc(log->options.ctx, year, month, day, ms_of_day);
    return *ts_ms >= 0 && *ts_ms <= SW_TS_MAX_MS;
}

static bool read_time(const struct sw_queue_log *log, const char *text, int64_t *ts_ms) {
    if (strchr(text, '-')) return read_local(log, text, ts_ms);
    int64_t seconds = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        seconds = seconds * 10 + (*at - '0');
        if (seconds > TS_MAX_S) return false;
    }
    int64_t ms = fraction(at);
    if (at == text || ms < 0) return false;
    *ts_ms = seconds * 1000 + ms;
    return *ts_ms <= SW_TS_MAX_MS;
}

/* Cuts TEXT at its bars into the line's fields. What is wrong with it, or NULL. */
static const char *split(struct sw_queue_log *log, char *text) {
    const char *fields[5 + QL_DATA_MAX];
    size_t count = 0;
    char *bar = NULL;
    do {
        if (bar) *bar = '\0';
        fields[count++] = text = bar ? bar + 1 : text;
        bar = strchr(text, '|');
    } while (bar && count < 5 + QL_DATA_MAX);
    if (bar) *bar = '\0'; /* what follows is of no use to any verb */
    if (count < 5) return "fewer than five fields";
    struct ql_line *line = &log->line;
    if (!read_time(log, fields[0], &line->ts_ms)) return "no time";
    line->callid = fields[1];
    line->queue = fields[2];
    line->agent = fields[3];
    line->verb = fields[4];
    line->data_count = count - 5;
    memcpy(line->data, fields + 5, line->data_count * sizeof *fields);
    return *line->verb ? NULL : "no event";
}

static void run(struct sw_queue_log *log) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].name, log->line.verb) != 0) continue;
        verbs[i].run(log, verbs[i].argument);
        return;
    }
    log->counters.unknown++;
    struct ql_word *told;
    HASH_FIND(hh, log->told, log->line.verb, strlen(log->line.verb), told);
    if (!told && ql_word(&log->told, log->line.verb))
        ql_tell(log, log->line.number, "%.64s is not known and left out", log->line.verb);
}

void sw_queue_log_read(struct sw_queue_log *log, uint64_t line, const char *text, size_t len) {
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r')) len--;
    if (!len) return;
    log->counters.lines++;
    log->sequence++;
    log->line = (struct ql_line){.number = line, .verb = ""};
    if (len > SW_QUEUE_LOG_LINE_BYTES_MAX || memchr(text, '\0', len)) {
        ql_malformed(log, memchr(text, '\0', len) ? "a NUL in it" : "too long");
        return;
    }
    char copy[SW_QUEUE_LOG_LINE_BYTES_MAX + 1];
    memcpy(copy, text, len);
    copy[len] = '\0';
    const char *wrong = sw_utf8_is_valid(copy) ? split(log, copy) : "not UTF-8";
    if (wrong) {
        ql_malformed(log, wrong);
        return;
    }
    if (log->line.ts_ms > log->now_ms) log->now_ms = log->line.ts_ms;
    ql_wrapups_end(log, log->now_ms);
    ql_release(log, log->now_ms);
    run(log);
    log->previous_ms = log->line.ts_ms;
}

void sw_queue_log_advance(struct sw_queue_log *log, int64_t now_ms) {
    ql_wrapups_end(log, now_ms);
    ql_release(log, now_ms);
}

int64_t sw_queue_log_now_ms(const struct sw_queue_log *log) { return log->now_ms; }
uint64_t sw_queue_log_begun(const struct sw_queue_log *log) { return log->counters.events + log->held_count; }

void sw_queue_log_snapshot(struct sw_queue_log *log) {
    log->in_snapshot = true;
    log->line.events = 0;
    ql_calls_snapshot(log, log->now_ms - SW_QUEUE_LOG_OPEN_MS);
    ql_members_snapshot(log, log->now_ms);
    log->in_snapshot = false;
}

void sw_queue_log_end(struct sw_queue_log *log) {
    ql_release(log, INT64_MAX);
    ql_members_tell_doubts(log);
}

/* ---- life ---- */

struct sw_queue_log *sw_queue_log_new(const struct sw_queue_log_options *options) {
    struct sw_queue_log *log = sw_xcalloc(1, sizeof *log);
    log->options = *options;
    log->reasons = sw_pbx_reasons_new();
    log->held_last = &log->held_first;
    log->next_wrapup_ms = INT64_MAX;
    log->line.verb = "";
    sw_buf_init(&log->out, SW_EVENT_BYTES_MAX * 4);
    return log;
}

void sw_queue_log_free(struct sw_queue_log *log) {
    if (!log) return;
    struct ql_held *held;
    while ((held = log->held_first)) {
        log->held_first = held->next;
        free(held->json);
        free(held);
    }
    ql_calls_free(log);
    ql_members_free(log);
    free_words(&log->queues);
    sw_pbx_reasons_free(log->reasons);
    free_words(&log->told);
    sw_buf_deinit(&log->out);
    free(log);
}

const struct sw_queue_log_counters *sw_queue_log_counters(const struct sw_queue_log *log) { return &log->counters; }
