/* shiftwall source ami: Asterisk's queues by its manager interface. */
#include <inttypes.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/ami.h"
#include "codec/ami_floor.h"
#include "io/log.h"
#include "shiftwall/buf.h"
#include "tools/source.h"
#include "tools/source_switch.h"

#define SECRET_BYTES_MAX 256
#define USER_BYTES_MAX 128
#define TRUNKS_MAX 64
#define PORT 5038
#define TLS_PORT 5039
#define BOOT_MS 1000   /* FullyBooted is waited for: only accounts that may read `system` get it */
#define LISTS_MS 30000 /* the lists must be complete within this */
#define AGAIN_MS 2000  /* lists that could not be had are asked for again */

static const char help[] =
    "usage: shiftwall source ami --ami HOST[:PORT] --user NAME --secret-file FILE --redis URL --site NAME [options]\n"
    "\n"
    "Follows the queues and agents of Asterisk (FreePBX, Issabel, VitalPBX, Wazo too) by its manager interface, and puts what\n"
    "happens into the journal of a site. The account of manager.conf needs read = agent,call and write = reporting.\n"
    "\n"
    "  --ami HOST[:PORT]     where the manager interface listens (port 5038, with --tls 5039)\n"
    "  --user NAME           the account's name\n"
    "  --secret-file FILE    its secret, on the first line; nobody but the owner and group may read the file\n"
    "  --tls                 speak TLS; the certificate must be for HOST, by an authority that this machine trusts\n"
    "  --ca FILE             with --tls: trust the authorities of this PEM file instead\n"
    "  --pin FILE            with --tls: the one certificate (PEM) that Asterisk must show, whatever its name and dates\n"
    "  --tls-name NAME       with --tls: the name of the certificate, where it is not HOST\n"
    "  --trunks LIST         channels that lead outside, by the beginning of their names, separated by commas\n"
    "                        (PJSIP/provider): calls of agents by them count as outbound; without it none do\n" SW_SWITCH_HELP;

enum stage { AWAY, GREETING, CHALLENGE, LOGIN, BOOT, LIVE };

struct ami_source {
    struct sw_source *source;
    struct sw_switch *sw;
    struct sw_ami *ami;
    struct sw_pbx *pbx; /* the switch's */
    struct sw_ami_floor *floor;
    enum stage stage;
    const char *user;
    char secret[SECRET_BYTES_MAX];
    char *trunk_list;
    const char *trunks[TRUNKS_MAX + 1];
    bool tls, plain_told, rights_told;
    int64_t boot_until_ms, again_ms;
    /* the lists that are being read */
    bool reading;
    enum sw_pbx_snapshot how;
    unsigned number; /* of the lists: their ActionIDs are "q-N", "c-N" and "p-N" */
    int64_t lists_until_ms;
    uint64_t queue_rows, channel_rows;
    bool queues_done, channels_done;
    char problem[128];
    uint64_t lists, failed_lists;
};

/* ---- what is said to Asterisk ---- */

static void say(struct ami_source *s, const char *text) {
    sw_switch_send(s->sw, text, strlen(text));
}

static void ask_lists(struct ami_source *s, enum sw_pbx_snapshot how) {
    char text[256];
    if (s->reading) return;
    unsigned n = ++s->number;
    s->reading = true;
    s->how = how;
    s->again_ms = 0;
    s->lists_until_ms = sw_switch_now_ms(s->sw) + LISTS_MS;
    s->queue_rows = s->channel_rows = 0;
    s->queues_done = s->channels_done = false;
    s->problem[0] = '\0';
    sw_ami_floor_begin(s->floor);
    /* the answer to Ping is behind all events that were on their way while the lists were made */
    (void)snprintf(text, sizeof text,
                   "Action: QueueStatus\r\nActionID: q-%u\r\n\r\n"
                   "Action: CoreShowChannels\r\nActionID: c-%u\r\n\r\n"
                   "Action: Ping\r\nActionID: p-%u\r\n\r\n",
                   n, n, n);
    say(s, text);
}

/* The key of a challenge: MD5 of it and the secret, in hexadecimal digits. */
static bool make_key(const char *challenge, const char *secret, char out[2 * EVP_MAX_MD_SIZE + 1]) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md && EVP_DigestInit_ex(md, EVP_md5(), NULL) && EVP_DigestUpdate(md, challenge, strlen(challenge)) &&
              EVP_DigestUpdate(md, secret, strlen(secret)) && EVP_DigestFinal_ex(md, sum, &len);
    EVP_MD_CTX_free(md);
    for (unsigned i = 0; ok && i < len; i++) (void)snprintf(out + 2 * i, 3, "%02x", sum[i]);
    return ok;
}

/* CHALLENGE NULL: the secret goes as it is. */
static void login(struct ami_source *s, const char *challenge) {
    char key[2 * EVP_MAX_MD_SIZE + 1], text[1024];
    bool keyed = challenge && make_key(challenge, s->secret, key);
    if (!keyed && !s->tls && !s->plain_told) {
        sw_log(SW_LOG_WARN, "source.secret", "src=%s text=%s", s->source->src,
               "Asterisk offers no challenge: its secret goes over the network as it is");
        s->plain_told = true;
    }
    /* the mask is narrower than "on": what an account with more rights would be sent besides is of no use */
    int len = snprintf(text, sizeof text,
                       "Action: Login\r\nActionID: login\r\nUsername: %s\r\n%s%s\r\nEvents: system,agent,call\r\n\r\n",
                       s->user, keyed ? "AuthType: MD5\r\nKey: " : "Secret: ", keyed ? key : s->secret);
    s->stage = LOGIN;
    sw_switch_send(s->sw, text, (size_t)len);
    explicit_bzero(text, sizeof text);
    explicit_bzero(key, sizeof key);
}

/* ---- the lists ---- */

static void end_lists(struct ami_source *s) {
    s->reading = false;
    int64_t now_ms = sw_switch_now_ms(s->sw);
    if (s->queues_done) {
        s->lists++;
        sw_ami_floor_end(s->floor, s->how, true, s->channels_done, now_ms);
        sw_switch_seen(s->sw);
        return;
    }
    s->failed_lists++;
    s->again_ms = now_ms + AGAIN_MS;
    sw_pbx_snapshot_drop(s->pbx);
    sw_switch_not_seen(s->sw, *s->problem ? s->problem : "the list of queues is not complete");
}

/* Whether the end of a list tells as many rows as came. */
static bool is_whole(struct ami_source *s, const struct sw_ami_message *m, uint64_t rows, const char *what) {
    int64_t told = sw_ami_integer(m, "ListItems", -1);
    if (told < 0 || (uint64_t)told <= rows) return true;
    (void)snprintf(s->problem, sizeof s->problem, "the list of %s has %" PRIu64 " of %" PRId64 " rows", what, rows, told);
    return false;
}

static void list_refused(struct ami_source *s, bool queues, const char *text) {
    if (queues) {
        (void)snprintf(s->problem, sizeof s->problem, "QueueStatus: %.100s", text);
    } else if (!s->rights_told) {
        sw_log(SW_LOG_WARN, "source.rights", "src=%s text=%s", s->source->src,
               "the account may not list channels (write = reporting in manager.conf): calls that end unseen are found late");
        s->rights_told = true;
    }
}

/* A message that answers one of the three questions, by its ActionID. */
static void on_list(struct ami_source *s, const struct sw_ami_message *m, char which, unsigned number) {
    const char *event = sw_ami_get(m, "Event"), *text = sw_ami_get(m, "Message");
    bool queues = which == 'q';
    if (!s->reading || number != s->number) return;
    if (which == 'p') {
        end_lists(s);
    } else if (!event) {
        const char *response = sw_ami_get(m, "Response");
        if (response && !strcasecmp(response, "Error")) list_refused(s, queues, text ? text : "");
    } else if (!strcasecmp(event, queues ? "QueueStatusComplete" : "CoreShowChannelsComplete")) {
        if (queues) s->queues_done = is_whole(s, m, s->queue_rows, "queues");
        else s->channels_done = is_whole(s, m, s->channel_rows, "channels");
    } else {
        *(queues ? &s->queue_rows : &s->channel_rows) += 1;
        sw_ami_floor_row(s->floor, m, sw_switch_now_ms(s->sw));
    }
}

/* ---- the conversation ---- */

static void on_banner(void *ctx, const char *text) {
    struct ami_source *s = ctx;
    if (strncmp(text, "Asterisk Call Manager", 21) != 0) {
        sw_switch_restart(s->sw, "this is not Asterisk's manager interface: it begins otherwise", false);
        return;
    }
    sw_log(SW_LOG_DEBUG, "source.banner", "src=%s text=%s", s->source->src, text);
    s->stage = CHALLENGE;
    say(s, "Action: Challenge\r\nActionID: challenge\r\nAuthType: MD5\r\n\r\n");
}

static void on_login(struct ami_source *s, bool success, const char *text) {
    char reason[200];
    if (!success) {
        (void)snprintf(reason, sizeof reason, "Asterisk refuses the login (\"%.80s\"): user, secret, permit of manager.conf?", text);
        sw_switch_restart(s->sw, reason, true);
        return;
    }
    sw_switch_logged_in(s->sw);
    s->stage = BOOT;
    s->boot_until_ms = sw_switch_now_ms(s->sw) + BOOT_MS;
}

static void on_response(struct ami_source *s, const struct sw_ami_message *m, const char *response) {
    const char *text = sw_ami_get(m, "Message"), *challenge = sw_ami_get(m, "Challenge");
    bool success = !strcasecmp(response, "Success");
    if (s->stage == CHALLENGE) login(s, success && challenge && *challenge ? challenge : NULL);
    else if (s->stage == LOGIN) on_login(s, success, text ? text : response);
    /* answers to a watchdog's Ping are a sign of life, no more */
}

static void begin_live(struct ami_source *s) {
    s->stage = LIVE;
    ask_lists(s, SW_PBX_SNAPSHOT_MERGE);
}

static void on_event(struct ami_source *s, const struct sw_ami_message *m, const char *event) {
    if (!strcasecmp(event, "FullyBooted")) {
        if (s->stage == BOOT) begin_live(s);
        return;
    }
    if (!strcasecmp(event, "Shutdown")) { /* the connection ends by itself */
        sw_log(SW_LOG_INFO, "source.shutdown", "src=%s", s->source->src);
        return;
    }
    if (s->stage == LIVE || s->stage == BOOT) sw_ami_floor_event(s->floor, m, sw_switch_now_ms(s->sw));
}

/* "q-12": of which list, and the how many-th; false for other ids. */
static bool read_list_id(const char *id, char *which, unsigned *number) {
    char *end;
    if (!id || !*id || !strchr("qcp", *id) || id[1] != '-' || id[2] < '0' || id[2] > '9') return false;
    unsigned long value = strtoul(id + 2, &end, 10);
    if (*end || value > UINT_MAX) return false;
    *which = *id;
    *number = (unsigned)value;
    return true;
}

static void on_message(void *ctx, const struct sw_ami_message *m) {
    struct ami_source *s = ctx;
    const char *id = sw_ami_get(m, "ActionID"), *event = sw_ami_get(m, "Event"), *response = sw_ami_get(m, "Response");
    char which;
    unsigned number;
    sw_pbx_advance(s->pbx, sw_switch_now_ms(s->sw));
    if (read_list_id(id, &which, &number)) on_list(s, m, which, number);
    else if (response) on_response(s, m, response);
    else if (event) on_event(s, m, event);
}

/* ---- the switch ---- */

static void on_up(void *ctx) {
    struct ami_source *s = ctx;
    sw_ami_reset(s->ami);
    s->stage = GREETING;
}

static void on_down(void *ctx) {
    struct ami_source *s = ctx;
    s->stage = AWAY;
    s->reading = false;
    s->again_ms = 0;
    sw_ami_reset(s->ami); /* also from inside a message */
    sw_ami_floor_lost(s->floor);
}

static void on_bytes(void *ctx, const char *data, size_t len) {
    struct ami_source *s = ctx;
    sw_ami_feed(s->ami, data, len);
}

static void on_ping(void *ctx) {
    say(ctx, "Action: Ping\r\nActionID: ping\r\n\r\n");
}

static void on_check(void *ctx, int64_t now_ms) {
    struct ami_source *s = ctx;
    (void)now_ms;
    if (s->stage == LIVE && !s->reading && !s->again_ms) ask_lists(s, SW_PBX_SNAPSHOT_CHECK);
}

static void on_advance(void *ctx, int64_t now_ms) {
    struct ami_source *s = ctx;
    sw_ami_floor_advance(s->floor, now_ms);
    if (s->stage == BOOT && now_ms >= s->boot_until_ms) begin_live(s);
    if (s->reading && now_ms >= s->lists_until_ms) sw_switch_restart(s->sw, "the lists of queues and channels do not come", false);
    if (s->again_ms && now_ms >= s->again_ms) ask_lists(s, SW_PBX_SNAPSHOT_MERGE);
}

static int64_t deadline(void *ctx) {
    const struct ami_source *s = ctx;
    int64_t next_ms = sw_ami_floor_next_deadline(s->floor);
    if (s->stage == BOOT && s->boot_until_ms < next_ms) next_ms = s->boot_until_ms;
    if (s->reading && s->lists_until_ms < next_ms) next_ms = s->lists_until_ms;
    if (s->again_ms && s->again_ms < next_ms) next_ms = s->again_ms;
    return next_ms;
}

/* ---- the kind ---- */

static void on_told(void *ctx, const char *text) {
    sw_switch_message(((struct ami_source *)ctx)->sw, text);
}

static bool wants_queue(void *ctx, const char *queue) {
    return sw_source_wants_queue(((struct ami_source *)ctx)->source, queue);
}

static void on_begin(void *ctx, struct sw_pbx *pbx) {
    struct ami_source *s = ctx;
    const struct sw_ami_floor_options options = {.pbx = pbx,
                                                 .wants_queue = wants_queue,
                                                 .trunks = s->trunks,
                                                 .message = on_told,
                                                 .ctx = s};
    s->pbx = pbx;
    s->floor = sw_ami_floor_new(&options);
}

static int usage(const char *text) {
    fprintf(stderr, "shiftwall source ami: %s (see --help)\n", text);
    return SW_TOOL_USAGE;
}

static int read_trunks(struct ami_source *s) {
    const char *list = sw_tool_option(s->source->args, "--trunks");
    size_t count = 0;
    s->trunk_list = sw_xstrdup(list ? list : "");
    for (char *at = s->trunk_list, *comma; *at; at = comma) {
        comma = at + strcspn(at, ",");
        if (*comma) *comma++ = '\0';
        if (!*at) continue;
        if (count == TRUNKS_MAX) return usage("--trunks: at most 64");
        s->trunks[count++] = at;
    }
    return SW_TOOL_OK;
}

static int read_options(struct ami_source *s, struct sw_peer_options *peer) {
    const struct sw_tool_args *args = s->source->args;
    const char *where = sw_tool_option(args, "--ami"), *file = sw_tool_option(args, "--secret-file");
    s->user = sw_tool_option(args, "--user");
    s->tls = peer->tls = sw_tool_option(args, "--tls") != NULL;
    peer->ca_file = sw_tool_option(args, "--ca");
    peer->pinned_file = sw_tool_option(args, "--pin");
    peer->server_name = sw_tool_option(args, "--tls-name");
    if (!where || !s->user || !file) return usage("--ami, --user and --secret-file are needed");
    if (!s->tls && (peer->ca_file || peer->pinned_file || peer->server_name))
        return usage("--ca, --pin and --tls-name are of use with --tls only");
    if (sw_peer_address_parse(where, s->tls ? TLS_PORT : PORT, &peer->address))
        return usage("--ami: must be HOST or HOST:PORT");
    if (!*s->user || strlen(s->user) > USER_BYTES_MAX || strpbrk(s->user, "\r\n")) return usage("--user: no name of an account");
    int status = read_trunks(s);
    return status ? status : sw_source_secret("--secret-file", file, s->secret, sizeof s->secret);
}

static void free_source(void *self) {
    struct ami_source *s = self;
    sw_ami_floor_free(s->floor);
    sw_switch_free(s->sw);
    sw_ami_free(s->ami);
    free(s->trunk_list);
    explicit_bzero(s->secret, sizeof s->secret);
    free(s);
}

static int open_source(struct sw_source *source, void **self) {
    static const struct sw_switch_handler handler = {.begin = on_begin,
                                                     .up = on_up,
                                                     .down = on_down,
                                                     .bytes = on_bytes,
                                                     .ping = on_ping,
                                                     .check = on_check,
                                                     .advance = on_advance,
                                                     .deadline = deadline};
    struct ami_source *s = sw_xcalloc(1, sizeof *s);
    struct sw_peer_options peer = {0};
    s->source = source;
    int status = read_options(s, &peer);
    if (!status) s->sw = sw_switch_open(source, "Asterisk", &peer, NULL, &handler, s, &status);
    if (status) {
        free_source(s);
        return status;
    }
    s->ami = sw_ami_new(on_banner, on_message, s);
    *self = s;
    return SW_TOOL_OK;
}

static void start(void *self) { /* it begins with Redis */
    (void)self;
}
static void redis_up(void *self) {
    sw_switch_redis_up(((struct ami_source *)self)->sw);
}
static void room(void *self) {
    sw_switch_room(((struct ami_source *)self)->sw);
}
static void quiesce(void *self) {
    sw_switch_quiesce(((struct ami_source *)self)->sw);
}
static void close_source(void *self) {
    sw_switch_close(((struct ami_source *)self)->sw);
}

static void log_counters(void *self) {
    struct ami_source *s = self;
    if (!s->floor) return; /* Redis was never reached */
    const struct sw_ami_floor_counters *c = sw_ami_floor_counters(s->floor);
    const struct sw_ami_counters *a = sw_ami_counters(s->ami);
    sw_switch_log_counters(s->sw);
    sw_log(SW_LOG_INFO, "source.counters_ami",
           "src=%s messages=%" PRIu64 " malformed=%" PRIu64 " of_use=%" PRIu64 " faulty=%" PRIu64 " refused=%" PRIu64
           " lists=%" PRIu64 " failed_lists=%" PRIu64 " clock_apart_ms=%" PRId64,
           s->source->src, a->messages, a->malformed, c->events, c->faulty, c->refused, s->lists, s->failed_lists,
           c->clock_apart_ms);
}

static const struct sw_tool_option options[] = {{"--ami", false},      {"--user", false}, {"--secret-file", false},
                                                {"--tls", true},       {"--ca", false},   {"--pin", false},
                                                {"--tls-name", false}, {"--trunks", false}, SW_SWITCH_OPTIONS,
                                                {NULL, false}};

const struct sw_source_kind sw_source_ami = {.name = "ami",
                                             .what = "Asterisk, FreePBX, Issabel, VitalPBX, Wazo: queues by the manager interface",
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
