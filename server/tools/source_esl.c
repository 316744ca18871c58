/* shiftwall source esl: FreeSWITCH's mod_callcenter by its event socket. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/esl.h"
#include "codec/esl_floor.h"
#include "io/log.h"
#include "shiftwall/buf.h"
#include "tools/source.h"
#include "tools/source_switch.h"

#define PASSWORD_BYTES_MAX 256
#define PORT 8021

static const char help[] =
    "usage: shiftwall source esl --esl HOST[:PORT] --password-file FILE --redis URL --site NAME [options]\n"
    "\n"
    "Follows the queues and agents of FreeSWITCH's mod_callcenter (FusionPBX too) by the event socket, and "
    "puts what happens\n"
    "into the journal of a site.\n"
    "\n"
    "  --esl HOST[:PORT]     where mod_event_socket listens (port 8021)\n"
    "  --password-file FILE  its password, or the user's, on the first line; nobody but the owner and group "
    "may read the file\n"
    "  --user NAME@DOMAIN    log in as a user of the directory (esl-password) instead of with the socket's "
    "own password\n"
    "  --domain DOMAIN       only queues called NAME@DOMAIN, as NAME; agents called so too. One site for one "
    "tenant.\n" SW_SWITCH_HELP;

enum stage { AWAY, GREETING, LOGIN, EVENTS, LIVE };

struct esl_source {
    struct sw_source *source;
    struct sw_switch *sw;
    struct sw_esl *esl;
    struct sw_esl_floor *floor;
    enum stage stage;
    bool is_remote; /* on another machine */
    const char *user, *domain;
    char password[PASSWORD_BYTES_MAX];
};

/* ---- the conversation ---- */

static void send_line(struct esl_source *s, const char *verb, const char *argument) {
    char line[SW_ESL_COMMAND_BYTES_MAX + 512];
    int len = snprintf(line, sizeof line, "%s %s\n\n", verb, argument);
    if (len > 0 && (size_t)len < sizeof line)
        sw_switch_send(s->sw, line, (size_t)len);
    else
        sw_switch_restart(s->sw, "a command is too long", true);
    explicit_bzero(line, sizeof line); /* it may have been the password */
}

static void login(struct esl_source *s) {
    char argument[PASSWORD_BYTES_MAX + 256];
    (void)snprintf(argument, sizeof argument, "%s%s%s", s->user ? s->user : "", s->user ? ":" : "",
                   s->password);
    s->stage = LOGIN;
    send_line(s, s->user ? "userauth" : "auth", argument);
    explicit_bzero(argument, sizeof argument);
}

static void logged_in(struct esl_source *s, const char *reply) {
    if (strncmp(reply, "+OK", 3)) {
        sw_switch_restart(s->sw,
                          s->user ? "the switch refuses the user or the password (esl-password)"
                                  : "the switch refuses the password (event_socket.conf.xml)",
                          true);
        return;
    }
    s->stage = EVENTS;
    send_line(s, "event plain",
              "CHANNEL_HOLD CHANNEL_UNHOLD HEARTBEAT MODULE_LOAD MODULE_UNLOAD CUSTOM callcenter::info");
}

static void listening(struct esl_source *s, const char *reply) {
    if (strncmp(reply, "+OK", 3)) {
        sw_switch_restart(s->sw, "the switch refuses the events: see esl-allowed-events", true);
        return;
    }
    s->stage = LIVE;
    sw_switch_logged_in(s->sw);
    sw_esl_floor_snapshot(s->floor, SW_PBX_SNAPSHOT_MERGE, sw_switch_now_ms(s->sw));
}

static void on_reply(struct esl_source *s, const struct sw_esl_message *m) {
    switch (s->stage) {
    case LOGIN: logged_in(s, m->text); break;
    case EVENTS: listening(s, m->text); break;
    case LIVE: /* a command that the user may not use is refused in this way */
        sw_esl_floor_answer(s->floor, m->text, strlen(m->text), sw_switch_now_ms(s->sw));
        break;
    default: break;
    }
}

/* What the switch says last, as a reason: one line of it. */
static void goodbye(struct esl_source *s, const char *what, const struct sw_esl_message *m, bool refused) {
    char text[128], reason[200];
    size_t len = 0;
    while (len < m->len && len < sizeof text - 1 && (unsigned char)m->body[len] >= 0x20 &&
           (unsigned char)m->body[len] < 0x7F)
        len++;
    (void)snprintf(text, sizeof text, "%.*s", (int)len, m->body);
    (void)snprintf(reason, sizeof reason, "%s%s%s%s", what, len ? " (\"" : "", text, len ? "\")" : "");
    sw_switch_restart(s->sw, reason, refused);
}

static void on_message(void *ctx, const struct sw_esl_message *m) {
    struct esl_source *s = ctx;
    int64_t now_ms = sw_switch_now_ms(s->sw);
    switch (m->kind) {
    case SW_ESL_AUTH:
        if (s->stage == GREETING) login(s);
        break;
    case SW_ESL_REPLY: on_reply(s, m); break;
    case SW_ESL_ANSWER:
        if (s->stage == LIVE) sw_esl_floor_answer(s->floor, m->body, m->len, now_ms);
        break;
    case SW_ESL_EVENT:
        if (s->stage == LIVE) sw_esl_floor_event(s->floor, m->body, m->len, now_ms);
        break;
    case SW_ESL_DISCONNECT: goodbye(s, "the switch ended the connection", m, false); break;
    case SW_ESL_REJECTION:
        goodbye(s,
                "the switch's access list does not let this machine in: see apply-inbound-acl in "
                "event_socket.conf.xml",
                m, true);
        break;
    case SW_ESL_OTHER: break;
    }
}

/* ---- mod_callcenter ---- */

static void on_ask(void *ctx, const char *command) {
    send_line(ctx, "api", command);
}

static void on_snapshot(void *ctx, bool is_complete, const char *problem) {
    struct esl_source *s = ctx;
    if (is_complete)
        sw_switch_seen(s->sw);
    else
        sw_switch_not_seen(s->sw, problem);
}

static void on_told(void *ctx, const char *text) {
    sw_switch_message(((struct esl_source *)ctx)->sw, text);
}

/* --queues may name a queue as the switch does, or as it is told. */
static bool wants_queue(void *ctx, const char *queue) {
    const struct esl_source *s = ctx;
    char name[260];
    if (sw_source_wants_queue(s->source, queue)) return true;
    (void)snprintf(name, sizeof name, "%s", queue);
    char *at = strrchr(name, '@');
    if (!at) return false;
    *at = '\0';
    return sw_source_wants_queue(s->source, name);
}

static void on_begin(void *ctx, struct sw_pbx *pbx) {
    struct esl_source *s = ctx;
    const struct sw_esl_floor_options options = {
        .pbx = pbx,
        .wants_queue = sw_tool_option(s->source->args, "--queues") ? wants_queue : NULL,
        .domain = s->domain,
        .ask = on_ask,
        .snapshot = on_snapshot,
        .message = on_told,
        .ctx = s};
    s->floor = sw_esl_floor_new(&options);
}

/* ---- the switch ---- */

static void on_up(void *ctx) {
    struct esl_source *s = ctx;
    sw_esl_reset(s->esl);
    s->stage = GREETING;
}

static void on_down(void *ctx) {
    struct esl_source *s = ctx;
    s->stage = AWAY;
    sw_esl_reset(s->esl); /* also from inside a message */
    sw_esl_floor_lost(s->floor);
}

static void on_bytes(void *ctx, const char *data, size_t len) {
    struct esl_source *s = ctx;
    if (sw_esl_feed(s->esl, data, len)) sw_switch_restart(s->sw, sw_esl_fault(s->esl), true);
}

static void on_ping(void *ctx) {
    sw_esl_floor_ping(((struct esl_source *)ctx)->floor);
}

static void on_check(void *ctx, int64_t now_ms) {
    sw_esl_floor_snapshot(((struct esl_source *)ctx)->floor, SW_PBX_SNAPSHOT_CHECK, now_ms);
}

static void on_advance(void *ctx, int64_t now_ms) {
    sw_esl_floor_advance(((struct esl_source *)ctx)->floor, now_ms);
}

static int64_t deadline(void *ctx) {
    return sw_esl_floor_next_deadline(((struct esl_source *)ctx)->floor);
}

/* ---- the kind ---- */

static int read_options(struct esl_source *s, struct sw_peer_options *peer) {
    const struct sw_tool_args *args = s->source->args;
    const char *where = sw_tool_option(args, "--esl"), *file = sw_tool_option(args, "--password-file");
    s->user = sw_tool_option(args, "--user");
    s->domain = sw_tool_option(args, "--domain");
    if (!where || !file) {
        fputs("shiftwall source esl: --esl and --password-file are needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    if (sw_peer_address_parse(where, PORT, &peer->address)) {
        fprintf(stderr, "shiftwall source esl: --esl %s: must be HOST or HOST:PORT\n", where);
        return SW_TOOL_USAGE;
    }
    const char *host = peer->address.host;
    s->is_remote = strcmp(host, "localhost") && strcmp(host, "::1") && strncmp(host, "127.", 4);
    if (s->user && (!strchr(s->user, '@') || strlen(s->user) > 128 || strchr(s->user, '\n'))) {
        fprintf(stderr, "shiftwall source esl: --user %s: must be NAME@DOMAIN\n", s->user);
        return SW_TOOL_USAGE;
    }
    return sw_source_secret("--password-file", file, s->password, sizeof s->password);
}

static void free_source(void *self) {
    struct esl_source *s = self;
    sw_esl_floor_free(s->floor);
    sw_switch_free(s->sw);
    sw_esl_free(s->esl);
    explicit_bzero(s->password, sizeof s->password);
    free(s);
}

static int open_source(struct sw_source *source, void **self) {
    /* what mod_callcenter has instead of reasons; Idle follows the calls of who is Available (On Demand) */
    static const char *const reasons[] = {"On Break=break", "Idle=wrapup", NULL};
    static const struct sw_switch_handler handler = {.begin = on_begin,
                                                     .up = on_up,
                                                     .down = on_down,
                                                     .bytes = on_bytes,
                                                     .ping = on_ping,
                                                     .check = on_check,
                                                     .advance = on_advance,
                                                     .deadline = deadline};
    struct esl_source *s = sw_xcalloc(1, sizeof *s);
    struct sw_peer_options peer = {0};
    s->source = source;
    int status = read_options(s, &peer);
    if (!status) s->sw = sw_switch_open(source, "FreeSWITCH", &peer, reasons, &handler, s, &status);
    if (status) {
        free_source(s);
        return status;
    }
    s->esl = sw_esl_new(on_message, s);
    *self = s;
    return SW_TOOL_OK;
}

/* The connection begins with Redis. */
static void start(void *self) {
    const struct esl_source *s = self;
    if (!s->is_remote) return;
    sw_log(SW_LOG_WARN, "source.secret", "src=%s text=%s", s->source->src,
           "the event socket knows no encryption: the password and all that is said goes over the network as "
           "it is");
}
static void redis_up(void *self) {
    sw_switch_redis_up(((struct esl_source *)self)->sw);
}
static void room(void *self) {
    sw_switch_room(((struct esl_source *)self)->sw);
}
static void quiesce(void *self) {
    sw_switch_quiesce(((struct esl_source *)self)->sw);
}
static void close_source(void *self) {
    sw_switch_close(((struct esl_source *)self)->sw);
}

static void log_counters(void *self) {
    struct esl_source *s = self;
    if (!s->floor) return; /* Redis was never reached */
    const struct sw_esl_floor_counters *c = sw_esl_floor_counters(s->floor);
    sw_switch_log_counters(s->sw);
    sw_log(SW_LOG_INFO, "source.counters_esl",
           "src=%s events=%" PRIu64 " unknown=%" PRIu64 " malformed=%" PRIu64 " foreign=%" PRIu64
           " refused=%" PRIu64 " snapshots=%" PRIu64 " phantoms=%" PRIu64 " hints=%" PRIu64,
           s->source->src, c->events, c->unknown, c->malformed, c->foreign, c->refused, c->snapshots,
           c->phantoms, c->hints);
}

static const struct sw_tool_option options[] = {{"--esl", false},  {"--password-file", false},
                                                {"--user", false}, {"--domain", false},
                                                SW_SWITCH_OPTIONS, {NULL, false}};

const struct sw_source_kind sw_source_esl = {
    .name = "esl",
    .what = "FreeSWITCH and FusionPBX: mod_callcenter by the event socket",
    .help = help,
    .options = options,
    .open = open_source,
    .start = start,
    .redis_up = redis_up,
    .room = room,
    .log_counters = log_counters,
    .quiesce = quiesce,
    .close = close_source,
    .free = free_source};
