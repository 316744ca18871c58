/* shiftwall source: the command around the kinds of switches. */
#include "tools/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/json_strict.h"
#include "io/files.h"
#include "io/log.h"
#include "io/service_manager.h"
#include "shiftwall/buf.h"
#include "shiftwall/event.h"
#include "tools/pairs.h"

#define COUNTERS_MS (10 * 60 * 1000)
#define LAST_ANSWERS_MS 5000
#define SECRET_BYTES_MAX 4096
#define QUEUE_BYTES_MAX (4 * SW_ID_CHARS_MAX + 1)

/* One line a kind. */
static const struct sw_source_kind *const kinds[] = {
    &sw_source_ami,
    &sw_source_esl,
    &sw_source_queue_log,
    NULL,
};

static const char common_help[] =
    "\n"
    "Where the events go, and what is common to all kinds:\n"
    "  --redis URL     redis://[user[:password]@]host[:port][/db] or unix:///path/to/socket\n"
    "  --redis-password-file FILE\n"
    "                  the password of Redis, where it is not in the URL; nobody but the owner and group may read the file\n"
    "  --site NAME     the site's id\n"
    "  --src NAME      the producer's name in the events, at most 64 characters (the kind's name); two switches of one site\n"
    "                  need two\n"
    "  --queues LIST   only these queues, names separated by commas (all)\n"
    "  --reasons FILE  what a pause means: lines REASON=STATE, STATE one of break, meal, busy, meeting, wrapup. Common\n"
    "                  English and Chinese words are known, any other is busy and told once.\n"
    "  --wrapup SECONDS  wrap-up time after each call, where the switch does not tell it\n"
    "  --dry-run       the events on standard output, one JSON object a line; no Redis\n"
    "  --log-level L   error, warn, info or debug (info)\n"
    "  --help          this text\n"
    "\n"
    "What happens is told on standard error, a line for each change. SIGUSR1 has the counters told, SIGTERM and SIGINT end it\n"
    "after what is under way was acknowledged.\n"
    "\n"
    "Exit status: 0 it was told to end, 1 it could not go on (the last line says why), 2 wrong usage, 3 a file could not be read\n"
    "or written.\n";

static const struct sw_tool_option common[] = {{"--redis", false},  {"--redis-password-file", false}, {"--site", false},
                                               {"--src", false},    {"--queues", false},              {"--reasons", false},
                                               {"--wrapup", false}, {"--dry-run", true},              {"--log-level", false},
                                               {NULL, false}};

struct sw__source_run {
    struct sw_source source;
    uv_loop_t loop;
    uv_timer_t counters, last_answers;
    uv_signal_t interrupt, terminate, tell;
    struct sw_outbox *outbox; /* NULL with --dry-run */
    struct sw_service_manager *manager;
    void *self;
    uint64_t dry_seq;
    int status;
    bool ready_told, told_down, quiescing, closing;
    char queues[SW_SOURCE_QUEUES_MAX][QUEUE_BYTES_MAX];
    size_t queue_count;
};

/* ---- the end ---- */

static void close_all(struct sw__source_run *run) {
    if (run->closing) return;
    run->closing = true;
    const struct sw_source_kind *kind = run->source.kind;
    if (kind->log_counters) kind->log_counters(run->self);
    if (run->outbox && sw_outbox_pending(run->outbox))
        sw_log(SW_LOG_WARN, "source.unacknowledged", "src=%s events=%zu", run->source.src, sw_outbox_pending(run->outbox));
    kind->close(run->self);
    uv_close((uv_handle_t *)&run->counters, NULL);
    uv_close((uv_handle_t *)&run->last_answers, NULL);
    uv_close((uv_handle_t *)&run->interrupt, NULL);
    uv_close((uv_handle_t *)&run->terminate, NULL);
    uv_close((uv_handle_t *)&run->tell, NULL);
    if (run->outbox) sw_outbox_close(run->outbox, NULL, NULL);
    sw_service_manager_close(run->manager);
}

static void on_last_answers(uv_timer_t *timer) { close_all(timer->data); }

static void settle(struct sw__source_run *run) {
    if (run->quiescing && (!run->outbox || !sw_outbox_pending(run->outbox) || !sw_outbox_is_up(run->outbox))) close_all(run);
}

void sw_source_stop(struct sw_source *source, int status) {
    struct sw__source_run *run = source->run;
    if (run->quiescing) return;
    run->quiescing = true;
    run->status = status;
    if (source->kind->quiesce) source->kind->quiesce(run->self);
    /* on the loop's next turn at the earliest: the caller may be in the middle of something */
    bool waits = run->outbox && sw_outbox_pending(run->outbox) && sw_outbox_is_up(run->outbox);
    uv_timer_start(&run->last_answers, on_last_answers, waits ? LAST_ANSWERS_MS : 0, 0);
}

static void on_end_signal(uv_signal_t *handle, int number) {
    struct sw__source_run *run = handle->data;
    sw_log(SW_LOG_INFO, "source.stop", "src=%s signal=%s", run->source.src, number == SIGINT ? "INT" : "TERM");
    if (run->quiescing) close_all(run);
    else sw_source_stop(&run->source, run->status);
}

/* ---- what kinds call ---- */

int sw_source_add(struct sw_source *source, const char *json, size_t len, uint64_t *seq) {
    struct sw__source_run *run = source->run;
    if (run->outbox) return sw_outbox_add(run->outbox, json, len, 0, seq);
    if (fwrite(json, 1, len, stdout) != len || putchar('\n') == EOF || fflush(stdout)) {
        if (!run->quiescing) sw_log(SW_LOG_ERROR, "source.output", "text=%s", strerror(errno));
        sw_source_stop(source, SW_TOOL_INPUT);
        return -SW_ELIMIT;
    }
    run->dry_seq++;
    if (seq) *seq = run->dry_seq;
    if (source->kind->acknowledged) source->kind->acknowledged(run->self, run->dry_seq, "");
    return 0;
}

struct sw_redis_conn *sw_source_redis(struct sw_source *source) {
    return source->run->outbox ? sw_outbox_redis(source->run->outbox) : NULL;
}

struct sw_outbox *sw_source_outbox(struct sw_source *source) { return source->run->outbox; }

bool sw_source_wants_queue(const struct sw_source *source, const char *queue) {
    const struct sw__source_run *run = source->run;
    for (size_t i = 0; i < run->queue_count; i++)
        if (!strcmp(run->queues[i], queue)) return true;
    return run->queue_count == 0;
}

void sw_source_ready(struct sw_source *source, const char *status) {
    struct sw__source_run *run = source->run;
    if (!run->ready_told) sw_service_manager_say(run->manager, "READY=1");
    run->ready_told = true;
    sw_service_manager_status(run->manager, status);
}

int sw_source_secret(const char *option, const char *path, char *out, size_t size) {
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), status = SW_TOOL_INPUT;
    const char *wrong = NULL;
    if (fd < 0 || fstat(fd, &info)) wrong = strerror(errno);
    else if (info.st_mode & S_IROTH) wrong = "everybody may read it: chmod o-r";
    char text[SECRET_BYTES_MAX];
    ssize_t got = wrong ? 0 : read(fd, text, sizeof text - 1);
    if (got < 0) wrong = strerror(errno);
    text[got > 0 ? got : 0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (!wrong && !*text) wrong = "empty";
    if (!wrong && (size_t)snprintf(out, size, "%s", text) >= size) wrong = "too long";
    explicit_bzero(text, sizeof text);
    if (fd >= 0) close(fd);
    if (wrong) fprintf(stderr, "shiftwall source: %s %s: %s\n", option, path, wrong);
    else status = SW_TOOL_OK;
    return status;
}

int sw_source_reasons(struct sw_source *source, bool (*take)(void *ctx, char *reason, char *state), void *ctx) {
    return sw_pairs_read("source", sw_tool_option(source->args, "--reasons"), take, ctx);
}

/* ---- the outbox ---- */

static void on_outbox_state(void *ctx, bool up, const char *reason) {
    struct sw__source_run *run = ctx;
    const struct sw_source_kind *kind = run->source.kind;
    if (up) {
        run->told_down = false;
        sw_log(SW_LOG_INFO, "source.redis", "src=%s state=up", run->source.src);
        if (!run->closing && kind->redis_up) kind->redis_up(run->self);
        return;
    }
    if (!run->told_down) sw_log(SW_LOG_WARN, "source.redis", "src=%s state=down reason=%s", run->source.src, reason);
    run->told_down = true;
    if (kind->redis_down) kind->redis_down(run->self, reason);
    settle(run);
}

static void on_acknowledged(void *ctx, uint64_t seq, const char *entry) {
    struct sw__source_run *run = ctx;
    if (run->source.kind->acknowledged) run->source.kind->acknowledged(run->self, seq, entry);
    settle(run);
}

static void on_room(void *ctx) {
    struct sw__source_run *run = ctx;
    if (!run->quiescing && run->source.kind->room) run->source.kind->room(run->self);
}

static void on_refused(void *ctx, bool is_function, const char *text) {
    struct sw__source_run *run = ctx;
    sw_log(SW_LOG_WARN, "source.refused", "src=%s what=%s text=%s", run->source.src, is_function ? "function" : "events", text);
}

/* ---- the rest ---- */

static void on_counters(uv_timer_t *timer) {
    struct sw__source_run *run = timer->data;
    if (run->source.kind->log_counters) run->source.kind->log_counters(run->self);
}

static void on_tell(uv_signal_t *handle, int number) {
    struct sw__source_run *run = handle->data;
    (void)number;
    if (run->source.kind->log_counters) run->source.kind->log_counters(run->self);
}

static void init_handles(struct sw__source_run *run) {
    uv_timer_init(&run->loop, &run->counters);
    uv_timer_init(&run->loop, &run->last_answers);
    uv_signal_init(&run->loop, &run->interrupt);
    uv_signal_init(&run->loop, &run->terminate);
    uv_signal_init(&run->loop, &run->tell);
    run->counters.data = run->last_answers.data = run->interrupt.data = run->terminate.data = run->tell.data = run;
    uv_timer_start(&run->counters, on_counters, COUNTERS_MS, COUNTERS_MS);
    uv_signal_start(&run->interrupt, on_end_signal, SIGINT);
    uv_signal_start(&run->terminate, on_end_signal, SIGTERM);
    uv_signal_start(&run->tell, on_tell, SIGUSR1);
}

static bool read_queues(struct sw__source_run *run) {
    const char *list = sw_tool_option(run->source.args, "--queues");
    while (list && *list) {
        size_t len = strcspn(list, ",");
        char *queue = run->queue_count < SW_SOURCE_QUEUES_MAX ? run->queues[run->queue_count] : NULL;
        if (queue && len && len < QUEUE_BYTES_MAX) {
            memcpy(queue, list, len);
            queue[len] = '\0';
            run->queue_count++;
        } else if (len || !queue) {
            fprintf(stderr, "shiftwall source: --queues: at most %d names of 64 characters\n", SW_SOURCE_QUEUES_MAX);
            return false;
        }
        list += len + (list[len] == ',');
    }
    return true;
}

static int read_redis(struct sw__source_run *run, struct sw_redis_address *address) {
    const char *url = sw_tool_option(run->source.args, "--redis"), *file = sw_tool_option(run->source.args, "--redis-password-file");
    char password[SW_REDIS_TEXT_MAX] = "";
    if (run->source.dry_run) return SW_TOOL_OK;
    if (!url || !*run->source.site) {
        fputs("shiftwall source: --redis and --site are needed, or --dry-run (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    int status = file ? sw_source_secret("--redis-password-file", file, password, sizeof password) : SW_TOOL_OK;
    if (status == SW_TOOL_OK && sw_redis_url_parse_with(url, password, address)) {
        fputs("shiftwall source: --redis: not a Redis URL (see --help)\n", stderr); /* it may hold a password */
        status = SW_TOOL_USAGE;
    }
    explicit_bzero(password, sizeof password);
    return status;
}

static int read_common(struct sw__source_run *run, struct sw_redis_address *address) {
    struct sw_source *s = &run->source;
    const char *site = sw_tool_option(s->args, "--site"), *src = sw_tool_option(s->args, "--src");
    const char *level = sw_tool_option(s->args, "--log-level");
    long wrapup_s = -1;
    s->site = site ? site : "";
    s->src = src ? src : s->kind->name;
    s->dry_run = sw_tool_option(s->args, "--dry-run") != NULL;
    if (!sw_tool_integer("source", s->args, "--wrapup", 0, SW_SOURCE_WRAPUP_MAX_S, &wrapup_s)) return SW_TOOL_USAGE;
    s->wrapup_ms = wrapup_s < 0 ? -1 : (int64_t)wrapup_s * 1000;
    if (site && !sw_site_name_is_valid(site)) {
        fprintf(stderr, "shiftwall source: --site %s: must match [a-z0-9][a-z0-9-]{0,31}\n", site);
        return SW_TOOL_USAGE;
    }
    size_t chars = sw_utf8_count(s->src);
    if (!chars || chars > SW_ID_CHARS_MAX || sw_utf8_has_control(s->src)) {
        fputs("shiftwall source: --src: must be 1 to 64 characters\n", stderr);
        return SW_TOOL_USAGE;
    }
    int wanted = level ? sw_log_level_from_name(level) : SW_LOG_INFO;
    if (wanted < 0) {
        fprintf(stderr, "shiftwall source: --log-level %s: must be error, warn, info or debug\n", level);
        return SW_TOOL_USAGE;
    }
    sw_log_set_level((enum sw_log_level)wanted);
    return read_queues(run) ? read_redis(run, address) : SW_TOOL_USAGE;
}

static void run_loop(struct sw__source_run *run, const struct sw_redis_address *address) {
    const struct sw_source_kind *kind = run->source.kind;
    if (!run->source.dry_run) {
        const struct sw_outbox_options options = {.redis = {.address = *address}, .site = run->source.site};
        const struct sw_outbox_handler handler = {
            .state = on_outbox_state, .acknowledged = on_acknowledged, .room = on_room, .refused = on_refused};
        run->outbox = sw_outbox_new(&run->loop, &options, &handler, run);
    }
    init_handles(run);
    run->manager = sw_service_manager_new(&run->loop);
    sw_log(SW_LOG_INFO, "source.start", "src=%s kind=%s site=%s", run->source.src, kind->name, run->source.site);
    kind->start(run->self);
    if (!run->outbox && kind->redis_up) kind->redis_up(run->self);
    if (run->outbox) sw_outbox_start(run->outbox);
    uv_run(&run->loop, UV_RUN_DEFAULT);
}

static int run_kind(const struct sw_source_kind *kind, const struct sw_tool_args *args) {
    static struct sw__source_run run; /* one a process */
    struct sw_redis_address address = {0};
    run.source = (struct sw_source){.loop = &run.loop, .kind = kind, .args = args, .run = &run};
    if (args->operand_count != 1) {
        fprintf(stderr, "shiftwall source %s: takes no operand %s (see --help)\n", kind->name, args->operands[1]);
        return SW_TOOL_USAGE;
    }
    int status = read_common(&run, &address);
    if (status) return status;
    if (uv_loop_init(&run.loop)) return SW_TOOL_DIFFERS;
    status = kind->open(&run.source, &run.self);
    if (status == SW_TOOL_OK) {
        run_loop(&run, &address);
        status = run.status;
        kind->free(run.self);
        sw_log_flush();
    }
    explicit_bzero(&address, sizeof address);
    SW_ASSERT(uv_loop_close(&run.loop) == 0);
    return status;
}

static void print_help(FILE *to) {
    fputs("usage: shiftwall source KIND [options]\n"
          "\n"
          "Runs until it is told to end, and keeps the events of a PBX flowing into the journal of a site.\n"
          "\n",
          to);
    for (size_t i = 0; kinds[i]; i++) fprintf(to, "  %-10s %s\n", kinds[i]->name, kinds[i]->what);
    fputs("\n`shiftwall source KIND --help` tells more.\n", to);
}

int sw_tool_source(int argc, char **argv) {
    const struct sw_source_kind *kind = NULL;
    for (size_t i = 0; argc > 0 && kinds[i]; i++)
        if (!strcmp(kinds[i]->name, argv[0])) kind = kinds[i];
    bool help = argc > 0 && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"));
    if (!kind) {
        if (argc > 0 && !help) fprintf(stderr, "shiftwall source: unknown kind or option %s\n", argv[0]);
        print_help(help ? stdout : stderr);
        return help ? SW_TOOL_OK : SW_TOOL_USAGE;
    }
    struct sw_tool_option known[2 * SW_TOOL_OPTIONS_MAX] = {{NULL, false}};
    size_t count = 0;
    for (const struct sw_tool_option *o = common; o->name; o++) known[count++] = *o;
    for (const struct sw_tool_option *o = kind->options; o->name && count < 2 * SW_TOOL_OPTIONS_MAX - 1; o++) known[count++] = *o;
    static struct sw_tool_args args;
    if (sw_tool_parse("source", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(kind->help, stdout) < 0 || fputs(common_help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    return run_kind(kind, &args);
}
