/* shiftwall notify: the chat groups of a configuration, tried out; and messages of one's own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/notify_uv.h"
#include "codec/message_json.h"
#include "io/files.h"
#include "io/zone_load.h"
#include "tools/tools.h"

#define FILE_BYTES_MAX ((size_t)256 << 20)
#define AHEAD 400 /* messages in a queue */
#define LOOK_MS 100

static const char help[] =
    "usage: shiftwall notify --config FILE [--test ID | --send FILE [--to ID]] [--wait SECONDS]\n"
    "\n"
    "Checks the destinations of a configuration (its `notify` section), their files and addresses, and lists them.\n"
    "\n"
    "  --config FILE   the configuration\n"
    "  --test ID       send a test message to the destination ID\n"
    "  --send FILE     send messages (- for standard input), one JSON object a line: id, title, text, link, and, where\n"
    "                  wanted, kind (chart, alert_opened, alert_cleared, walk_due, walk_missed, test), severity (info,\n"
    "                  warning, critical), about, rows, columns, png (base64), zh and en with a title, a text and columns\n"
    "                  in that language; each goes to the destinations that want its kind\n"
    "  --to ID         all of them to the destination ID instead\n"
    "  --wait SECONDS  give up when nothing goes through for so long (30)\n"
    "  --help          this text\n"
    "\n"
    "Waits for answers: each message is told as sent or refused. Secrets are never shown.\n"
    "\n"
    "Exit status: 0 good, 1 something was refused, 2 wrong usage, 3 the configuration or a file could not be read, 4 a\n"
    "destination could not be reached.\n";

struct run {
    uv_loop_t loop;
    uv_timer_t look;
    struct sw_notify_uv *uv;
    struct sw_notify *notify;
    struct sw_buf lines;
    const char *path, *next; /* the line that comes next; NULL = none */
    uint64_t line, refused;
    int to; /* -1 = whoever wants it */
    uint64_t wait_ms, progress_ms; /* of the loop's clock */
    char told[SW_DESTINATIONS_MAX][SW_REASON_BYTES];
    int status;
};

/* ---- what comes of them ---- */

static void on_sent(void *ctx, const char *destination, const struct sw_message *message, int64_t at_ms) {
    (void)at_ms;
    struct run *r = ctx;
    r->progress_ms = uv_now(&r->loop);
    printf("%s: sent %s\n", destination, message->id);
}

static void on_dead(void *ctx, const char *destination, const struct sw_message *message, const char *reason,
                    int64_t at_ms) {
    (void)at_ms;
    struct run *r = ctx;
    r->progress_ms = uv_now(&r->loop);
    r->refused++;
    fprintf(stderr, "shiftwall notify: %s: refused %s: %s\n", destination, message->id, reason);
}

static void tell_trouble(struct run *r) {
    for (size_t i = 0; i < sw_notify_count(r->notify); i++) {
        struct sw_destination_status status;
        sw_notify_status(r->notify, i, &status);
        if (!*status.channel.reason || !strcmp(status.channel.reason, r->told[i])) continue;
        (void)snprintf(r->told[i], sizeof r->told[i], "%s", status.channel.reason);
        fprintf(stderr, "shiftwall notify: %s: %s; trying again\n", status.id, status.channel.reason);
    }
}

/* ---- lines to messages ---- */

static size_t most_queued(const struct run *r) {
    size_t most = 0;
    for (size_t i = 0; i < sw_notify_count(r->notify); i++) {
        struct sw_destination_status status;
        sw_notify_status(r->notify, i, &status);
        if (status.channel.queued > most) most = status.channel.queued;
    }
    return most;
}

static void post(void *ctx, const struct sw_message *read) {
    struct run *r = ctx;
    struct sw_message message = *read;
    uv_timeval64_t now;
    if (!message.made_ms && !uv_gettimeofday(&now)) message.made_ms = now.tv_sec * 1000 + now.tv_usec / 1000;
    int done = r->to >= 0 ? sw_notify_post_to(r->notify, (size_t)r->to, &message) : sw_notify_post(r->notify, &message);
    if (!done && r->to < 0) fprintf(stderr, "shiftwall notify: %s:%" PRIu64 ": nobody wants it\n", r->path, r->line);
    if (done != -SW_EBUSY) return;
    fprintf(stderr, "shiftwall notify: %s:%" PRIu64 ": the id %s stood before\n", r->path, r->line, message.id);
    r->refused++;
}

static void feed(struct run *r) {
    while (r->next && *r->next && most_queued(r) < AHEAD) {
        size_t len = strcspn(r->next, "\n");
        r->line++;
        int failed = strspn(r->next, " \t\r") >= len ? 0 : sw_message_read(r->next, len, r, post);
        if (failed) {
            fprintf(stderr, "shiftwall notify: %s:%" PRIu64 ": %s\n", r->path, r->line,
                    failed == -SW_EINVAL ? "no id, or no title" : sw_error_text(failed));
            r->refused++;
        }
        r->next += len + (r->next[len] == '\n');
    }
}

static void finish(struct run *r) {
    if (r->refused && r->status == SW_TOOL_OK) r->status = SW_TOOL_DIFFERS;
    sw_notify_uv_close(r->uv, NULL, NULL);
    uv_close((uv_handle_t *)&r->look, NULL);
}

static void on_look(uv_timer_t *timer) {
    struct run *r = timer->data;
    tell_trouble(r);
    feed(r);
    if ((!r->next || !*r->next) && sw_notify_is_idle(r->notify)) {
        finish(r);
    } else if (uv_now(&r->loop) - r->progress_ms > r->wait_ms) {
        fprintf(stderr, "shiftwall notify: given up, %zu messages are not sent\n", most_queued(r));
        r->status = SW_TOOL_CONNECT;
        finish(r);
    }
}

/* ---- the command ---- */

static void list(const struct run *r) {
    for (size_t i = 0; i < sw_notify_count(r->notify); i++) {
        struct sw_destination_status status;
        sw_notify_status(r->notify, i, &status);
        printf("%s: %s, %s\n", status.id, status.service, status.host);
    }
    if (!sw_notify_count(r->notify)) puts("the configuration has no destinations");
}

static bool find(const struct run *r, const char *id, int *index) {
    *index = id ? sw_notify_find(r->notify, id) : -1;
    if (!id || *index >= 0) return true;
    fprintf(stderr, "shiftwall notify: there is no destination %s\n", id);
    return false;
}

static bool read_lines(struct run *r, const char *path) {
    char chunk[65536];
    size_t got;
    bool own = strcmp(path, "-") != 0;
    FILE *file = own ? fopen(path, "rb") : stdin;
    sw_buf_init(&r->lines, FILE_BYTES_MAX);
    if (!file) {
        fprintf(stderr, "shiftwall notify: %s: %s\n", path, strerror(errno));
        return false;
    }
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) sw_buf_add(&r->lines, chunk, got);
    bool good = !ferror(file) && !r->lines.failed;
    if (!good) fprintf(stderr, "shiftwall notify: %s: %s\n", path, r->lines.failed ? "too large" : strerror(errno));
    if (own) fclose(file);
    r->path = path;
    r->next = sw_buf_text(&r->lines);
    return good;
}

/* Begins what the options ask for; false when there is nothing to wait for. */
static bool begin(struct run *r, const struct sw_tool_args *args, const struct sw_config *config) {
    const char *test = sw_tool_option(args, "--test"), *send = sw_tool_option(args, "--send");
    int at;
    if (!test && !send) {
        list(r);
        return false;
    }
    if (!find(r, test, &at) || !find(r, sw_tool_option(args, "--to"), &r->to)) {
        r->status = SW_TOOL_USAGE;
        return false;
    }
    if (send && !read_lines(r, send)) {
        r->status = SW_TOOL_INPUT;
        return false;
    }
    const char *site = config->site_name ? config->site_name : config->site_id;
    if (test && sw_notify_test(r->notify, (size_t)at, site, NULL)) r->refused++;
    return true;
}

static int run(const struct sw_tool_args *args, const struct sw_config *config, const struct sw_zone *zone, long wait_s) {
    struct run r = {.to = -1, .status = SW_TOOL_OK, .wait_ms = (uint64_t)wait_s * 1000};
    struct sw_notify_hooks hooks = {.ctx = &r, .sent = on_sent, .dead = on_dead};
    struct sw_buf faults;
    sw_buf_init(&faults, 65536);
    SW_ASSERT(!uv_loop_init(&r.loop));
    r.uv = sw_notify_uv_new(&r.loop, config, zone, &hooks, &faults);
    fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&faults);
    if (!r.uv) {
        r.status = SW_TOOL_INPUT;
    } else {
        r.notify = sw_notify_uv_notify(r.uv);
        SW_ASSERT(!uv_timer_init(&r.loop, &r.look));
        r.look.data = &r;
        r.progress_ms = uv_now(&r.loop);
        if (begin(&r, args, config)) SW_ASSERT(!uv_timer_start(&r.look, on_look, 0, LOOK_MS));
        else finish(&r);
    }
    SW_ASSERT(!uv_run(&r.loop, UV_RUN_DEFAULT));
    SW_ASSERT(!uv_loop_close(&r.loop));
    sw_buf_deinit(&r.lines);
    return r.status;
}

static int read_config(struct sw_config *config, const char *path) {
    struct sw_buf yaml, faults;
    sw_buf_init(&yaml, SW_CONFIG_BYTES_MAX);
    sw_buf_init(&faults, 1u << 20);
    int failed = sw_file_read(path, &yaml);
    if (failed) fprintf(stderr, "shiftwall notify: %s: %s\n", path, strerror(errno));
    else if ((failed = sw_config_read(config, path, sw_buf_text(&yaml), yaml.len, &faults)))
        fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&yaml);
    sw_buf_deinit(&faults);
    return failed;
}

int sw_tool_notify(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--config", false}, {"--test", false}, {"--send", false},
                                                  {"--to", false},     {"--wait", false}, {NULL, false}};
    struct sw_tool_args args;
    long wait_s = 30;
    if (sw_tool_parse("notify", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    const char *path = sw_tool_option(&args, "--config");
    if (!path || args.operand_count || (sw_tool_option(&args, "--test") && sw_tool_option(&args, "--send"))) {
        fputs("shiftwall notify: --config FILE is needed, and --test or --send (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    if (!sw_tool_integer("notify", &args, "--wait", 1, 86400 * 7, &wait_s)) return SW_TOOL_USAGE;
    struct sw_config config;
    sw_config_init(&config);
    int status = read_config(&config, path) ? SW_TOOL_INPUT : SW_TOOL_OK;
    struct sw_zone *zone = status == SW_TOOL_OK ? sw_zone_load(config.zone) : NULL;
    if (status == SW_TOOL_OK && !zone) {
        fprintf(stderr, "shiftwall notify: zone %s: no such time zone\n", config.zone);
        status = SW_TOOL_INPUT;
    }
    if (status == SW_TOOL_OK) status = run(&args, &config, zone, wait_s);
    sw_zone_free(zone);
    sw_config_deinit(&config);
    return status;
}
