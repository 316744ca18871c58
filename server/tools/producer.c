/* shiftwall producer: who may send events over HTTP, on the command line. Tokens are told here and nowhere else. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "codec/doors_json.h"
#include "io/password.h"
#include "tools/doors.h"

#define PRODUCERS_MAX 64 /* of a site; the daemon takes no more */

static const char help[] =
    "usage: shiftwall producer list   --data DIR\n"
    "       shiftwall producer add    --data DIR [--token-stdin] NAME\n"
    "       shiftwall producer rotate --data DIR [--token-stdin] NAME\n"
    "       shiftwall producer revoke --data DIR NAME\n"
    "\n"
    "Producers send events over HTTP (POST /api/v1/sites/SITE/events) with a token of their own. NAME becomes the `src` of a\n"
    "producer's events. add and rotate print the token, once: only its hash is kept. After rotate the old one is good no more.\n"
    "The daemon may go on running: it sees a change within seconds.\n"
    "\n"
    "  --data DIR     the daemon's data folder (data_dir of the configuration)\n"
    "  --config FILE  the configuration, instead of --data; also names the site\n"
    "  --site SITE    the site that the token is for, and whose audit log it is written down in (main)\n"
    "  --token-stdin  reads the token, 64 hexadecimal digits, from standard input instead of making one: so both daemons of a\n"
    "                 site, each with a store of its own, can take the same\n"
    "  --help         this text\n"
    "\n"
    "Exit status: 0 done, 1 not done (there is such a producer, or there is none), 2 wrong usage, 3 the store could not be read\n"
    "or written.\n";

/* What is looked for, and what was found. */
struct wanted {
    const char *site, *name;
    char hash[SW_SECRET_HASH_SIZE]; /* of the token it is to have; "": none */
    bool is_there, is_taken;        /* TAKEN: somebody has that token */
    size_t count; /* of that site */
    char made_by[257];
    int64_t made_ms;
};

static void look_at(void *ctx, const struct sw_producer_row *row) {
    struct wanted *w = ctx;
    w->is_taken = w->is_taken || !strcmp(row->token, w->hash);
    if (strcmp(row->site, w->site) != 0) return;
    w->count++;
    if (strcmp(row->name, w->name) != 0) return;
    w->is_there = true;
    (void)snprintf(w->made_by, sizeof w->made_by, "%s", row->made_by);
    w->made_ms = row->made_ms;
}

static void print_row(void *ctx, const struct sw_producer_row *row) {
    char made[SW__DOORS_TIME_SIZE], used[SW__DOORS_TIME_SIZE];
    if (strcmp(row->site, ctx) != 0) return;
    sw__doors_time(row->token_ms, made);
    sw__doors_time(row->used_ms, used);
    printf("%-24s  token of %s by %s  last used %s\n", row->name, made, row->made_by, used);
}

/* A token from standard input, or a new one; false when what was read is none. */
static bool get_token(bool reads, char token[SW_SECRET_SIZE]) {
    char line[SW_SECRET_SIZE + 2] = "";
    if (!reads) {
        sw_secret_make(token);
        return true;
    }
    bool good = sw__doors_read_line("Token: ", line, sizeof line) && strlen(line) == SW_SECRET_SIZE - 1 &&
                strspn(line, "0123456789abcdef") == SW_SECRET_SIZE - 1;
    if (good) memcpy(token, line, SW_SECRET_SIZE);
    sodium_memzero(line, sizeof line);
    return good;
}

/* Writes the producer with TOKEN, and tells the token when it was made here. */
static int give_token(const struct sw__doors *doors, const struct wanted *w, bool made, const char *token) {
    int64_t now_ms = sw__doors_now_ms();
    const struct sw_producer_row row = {.site = doors->site, .name = w->name, .token = w->hash,
                                        .made_by = w->is_there ? w->made_by : sw__doors_user(),
                                        .made_ms = w->is_there ? w->made_ms : now_ms, .token_ms = now_ms};
    int failed = sw_store_put_producer(doors->store, &row);
    if (!failed) failed = sw__doors_record(doors, w->is_there ? "producer.rotate" : "producer.add", w->name, "{}");
    if (!failed && made) {
        puts(token);
        fprintf(stderr, "%s: this is its token, told this once\n", w->name);
    }
    return failed;
}

static int take_away(const struct sw__doors *doors, const char *name) {
    int failed = sw_store_drop_producer(doors->store, doors->site, name);
    return failed ? failed : sw__doors_record(doors, "producer.revoke", name, "{}");
}

static int act(const struct sw__doors *doors, const char *verb, const char *name, bool reads) {
    struct wanted w = {.site = doors->site, .name = name};
    char token[SW_SECRET_SIZE] = "";
    bool adds = !strcmp(verb, "add"), revokes = !strcmp(verb, "revoke");
    bool good = revokes || (sodium_init() >= 0 && get_token(reads, token));
    if (good && !revokes) sw_secret_hash(token, w.hash);
    bool failed = sw_store_read_producers(doors->store, &w, look_at) != 0;
    const char *fault = NULL;
    if (!sw_door_is_id(name)) fault = "a producer's name is 1 to 64 characters, without blanks and without / , ; ? # % \" \\";
    else if (adds && w.is_there) fault = "there is such a producer";
    else if (!adds && !w.is_there) fault = "there is no such producer";
    else if (adds && w.count >= PRODUCERS_MAX) fault = "a site has 64 producers at most";
    else if (!good) fault = "a token is 64 hexadecimal digits in small letters";
    else if (w.is_taken) fault = "another producer has that token";
    if (!failed && !fault) failed = (revokes ? take_away(doors, name) : give_token(doors, &w, !reads, token)) != 0;
    sodium_memzero(token, sizeof token);
    if (failed || !fault) {
        if (failed) fprintf(stderr, "shiftwall producer: %s\n", sw_store_error(doors->store));
        return failed ? SW_TOOL_INPUT : SW_TOOL_OK;
    }
    fprintf(stderr, "shiftwall producer: %s: %s\n", name, fault);
    return SW_TOOL_DIFFERS;
}

int sw_tool_producer(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--data", false}, {"--config", false}, {"--site", false}, {"--token-stdin", true}, {NULL, false}};
    static const char *const verbs[] = {"list", "add", "rotate", "revoke"};
    struct sw_tool_args args;
    struct sw__doors doors;
    if (sw_tool_parse("producer", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    const char *verb = args.operand_count ? args.operands[0] : "";
    size_t i = 0, count = sizeof verbs / sizeof *verbs;
    while (i < count && strcmp(verbs[i], verb) != 0) i++;
    if (i == count || args.operand_count != (i ? 2u : 1u)) {
        fputs(help, stderr);
        return SW_TOOL_USAGE;
    }
    int failed = sw__doors_open("producer", &args, &doors);
    if (failed) return failed;
    if (i) failed = act(&doors, verb, args.operands[1], sw_tool_option(&args, "--token-stdin") != NULL);
    else if (sw_store_read_producers(doors.store, doors.site, print_row)) failed = SW_TOOL_INPUT;
    sw__doors_close(&doors);
    return failed;
}
