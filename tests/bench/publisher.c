/* Publishes the day of a floor to Redis as fast as it takes it, many messages on their way at once: PUBLISH, or sw_emit.
 *   publisher SOCKET plain|journal|past AGENTS QUEUES EVENTS BATCH FIRST-CALL
 * past: into the journal, as of the last eight hours, for a daemon that is not there yet.
 *   publisher - file AGENTS QUEUES EVENTS 1 FIRST-CALL      the same to standard output, one event a line
 * Prints "ready", and begins with the next line of its input. Then one JSON line: how long it took until the last message was
 * acknowledged, and its processor time. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PER_CALL 6
#define CALLS_MAX 2000000
#define IN_FLIGHT_MAX 1000 /* messages */
#define ROOM (64u * 1024u)
#define PAST_MS (8 * 3600000)

static struct {
    bool journal, past;
    long agents, queues, events, batch, first_call;
} args;

static char out[2 * ROOM];
static size_t out_len;

static void die(const char *what) {
    fprintf(stderr, "publisher: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ms(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Event N: of each call it enters a queue, is answered and ends; the agent's states go with it. */
static int event_of(long n, int64_t ts, char *text, size_t size) {
    long call = args.first_call + n / PER_CALL, agent = call * 7 % args.agents, queue = call % args.queues;
    static const char *const kinds[PER_CALL] = {"call.queued", "call.ringing", "agent.state", "call.answered", "call.ended", "agent.state"};
    int step = (int)(n % PER_CALL);
    const char *kind = kinds[step];
    if (!strcmp(kind, "agent.state"))
        return snprintf(text, size, "{\"v\":1,\"type\":\"agent.state\",\"ts\":%" PRId64 ",\"id\":\"p%ld.%d\",\"src\":\"bench\",\"agent\":\"%ld\",\"state\":\"%s\",\"team\":\"team-%ld\",\"queue\":\"queue-%ld\"}",
                        ts, call, step, 10000 + agent, step == 2 ? "talking" : "ready", agent % 100, queue);
    return snprintf(text, size, "{\"v\":1,\"type\":\"%s\",\"ts\":%" PRId64 ",\"id\":\"p%ld.%d\",\"src\":\"bench\",\"call\":\"%ld.pbx-1\",\"queue\":\"queue-%ld\",\"agent\":\"%ld\",\"media\":\"voice\"}",
                    kind, ts, call, step, call, queue, 10000 + agent);
}

static void put(const char *text, size_t len) {
    memcpy(out + out_len, text, len);
    out_len += len;
}

static void put_argument(const char *text, size_t len) {
    char head[32];
    put(head, (size_t)snprintf(head, sizeof head, "$%zu\r\n", len));
    put(text, len);
    put("\r\n", 2);
}

/* What sw_emit would have written at TS. */
static void put_past(const char *key, size_t key_len, const char *json, size_t len, int64_t ts) {
    static int64_t last_ms;
    static long seq;
    static char last[48] = "0-0";
    char id[48];
    seq = ts > last_ms ? 0 : seq + 1;
    last_ms = ts > last_ms ? ts : last_ms;
    int id_len = snprintf(id, sizeof id, "%" PRId64 "-%ld", last_ms, seq);
    put("*7\r\n$4\r\nXADD\r\n", 14);
    put_argument(key, key_len);
    put_argument(id, (size_t)id_len);
    put_argument("e", 1);
    put_argument(json, len);
    put_argument("p", 1);
    put_argument(last, strlen(last));
    memcpy(last, id, sizeof last);
}

/* One message of at most BATCH events from event N on; returns how many. */
static long put_message(long n, int64_t ts) {
    static char json[ROOM];
    size_t len = 0;
    long count = 0;
    if (args.batch > 1) json[len++] = '[';
    for (; count < args.batch && n + count < args.events; count++) {
        if (count) json[len++] = ',';
        len += (size_t)event_of(n + count, ts, json + len, sizeof json - len);
    }
    if (args.batch > 1) json[len++] = ']';
    static const char channel[] = "sw:{main}:events", journal[] = "sw:{main}:journal";
    if (args.past) {
        put_past(journal, sizeof journal - 1, json, len, ts);
        return count;
    }
    if (args.journal) {
        put("*6\r\n$5\r\nFCALL\r\n$7\r\nsw_emit\r\n$1\r\n1\r\n", 35);
        put_argument(journal, sizeof journal - 1);
    } else {
        put("*3\r\n$7\r\nPUBLISH\r\n", 17);
    }
    put_argument(channel, sizeof channel - 1);
    put_argument(json, len);
    return count;
}

static void flush(int fd) {
    for (size_t at = 0; at < out_len;) {
        ssize_t n = write(fd, out + at, out_len - at);
        if (n < 0) die("write");
        at += (size_t)n;
    }
    out_len = 0;
}

/* Reads until at least one answer is there: `:N` to a PUBLISH, `$LEN` and a line to a function. Returns how many. */
static long answers(int fd) {
    static char in[ROOM];
    static char first = '\n'; /* the byte before: a line begins after a newline */
    for (;;) {
        ssize_t n = read(fd, in, sizeof in);
        if (n <= 0) die("read");
        long count = 0;
        for (ssize_t i = 0; i < n; i++) {
            if (first == '\n' && in[i] == '-') {
                fprintf(stderr, "publisher: refused: %.*s\n", (int)(n - i > 200 ? 200 : n - i), in + i);
                exit(1);
            }
            if (first == '\n' && in[i] == (args.journal ? '$' : ':')) count++;
            first = in[i];
        }
        if (count) return count;
    }
}

/* A day that ends now, its events evenly spread over eight hours. */
static int write_file(void) {
    int64_t start = now_ms(CLOCK_REALTIME) - PAST_MS;
    for (long n = 0; n < args.events; n++) {
        char text[512];
        event_of(n, start + (int64_t)((double)PAST_MS * (double)n / (double)args.events), text, sizeof text);
        if (puts(text) == EOF) return 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 8 || strlen(argv[1]) >= sizeof address.sun_path) return fputs("usage: see the source\n", stderr), 2;
    memcpy(address.sun_path, argv[1], strlen(argv[1]));
    args.past = !strcmp(argv[2], "past");
    args.journal = args.past || !strcmp(argv[2], "journal");
    args.agents = atol(argv[3]), args.queues = atol(argv[4]), args.events = atol(argv[5]), args.batch = atol(argv[6]), args.first_call = atol(argv[7]);
    if (args.agents < 1 || args.queues < 1 || args.batch < 1 || args.batch > 256 || args.events > CALLS_MAX * PER_CALL) return 2;
    if (!strcmp(argv[2], "file")) return write_file();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) die(argv[1]);
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    int64_t began = now_ms(CLOCK_MONOTONIC), ts = now_ms(CLOCK_REALTIME), end = ts;
    long in_flight = 0, messages = 0;
    for (long n = 0; n < args.events; messages++) {
        if (args.past) ts = end - PAST_MS + (int64_t)((double)PAST_MS * (double)n / (double)args.events);
        else if (messages % 64 == 0) ts = now_ms(CLOCK_REALTIME);
        n += put_message(n, ts);
        in_flight++;
        if (out_len > ROOM || in_flight >= IN_FLIGHT_MAX) flush(fd);
        while (in_flight >= IN_FLIGHT_MAX) in_flight -= answers(fd);
    }
    flush(fd);
    while (in_flight > 0) in_flight -= answers(fd);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"events\":%ld,\"messages\":%ld,\"ms\":%" PRId64 ",\"cpu_ms\":%ld}\n", args.events, messages, now_ms(CLOCK_MONOTONIC) - began,
           (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
    return 0;
}
