#include "app/options.h"

#include <stdlib.h>
#include <string.h>

#include "codec/config.h"
#include "io/clock.h"

static const char help[] =
    "usage: shiftwalld [options]\n"
    "\n"
    "The live wall of a call centre floor: takes events from Redis, keeps every figure of the day, and\n"
    "shows them on wall screens in the browser. Without a configuration it serves one open site, \"main\",\n"
    "on this machine only.\n"
    "\n"
    "  --config FILE       the configuration (YAML); flags below win over it\n"
    "  --check             read the configuration and the boards, say what is wrong with them, and end\n"
    "  --listen ADDR:PORT  where to serve screens and the API (127.0.0.1:8080; port 0 takes a free one;\n"
    "                      IPv6 in brackets: [::1]:8080)\n"
    "  --redis URL         where events come from (redis://127.0.0.1:6379; "
    "redis://user:password@host:port/db,\n"
    "                      unix:///path/to/socket)\n"
    "  --data DIR          where the daemon keeps what must outlive it\n"
    "  --checkpoint N      keep the state of the figures there every N seconds, 1 to 3600 (60)\n"
    "  --site NAME         the site's id in channels, keys and URLs: [a-z0-9][a-z0-9-]{0,31} (main)\n"
    "  --web DIR           the built web application\n"
    "  --demo              show a simulated floor; starts a private Redis of its own and needs nothing else\n"
    "  --speed X           how fast the demo's day goes by, 0.01 to 10000: 60 is an hour a minute (1)\n"
    "  --seed N            another demo floor for each N from 0 to 999999999 (1)\n"
    "  --clock START,X     run on a virtual clock: from START (RFC 3339 or epoch ms), X times real time (1)\n"
    "  --version           print the version and end\n"
    "  --help              print this text and end\n"
    "\n"
    "When it serves, it prints one line on standard output: shiftwalld ready http://ADDR:PORT/\n"
    "SIGTERM and SIGINT end it in good order.\n"
    "\n"
    "Exit status: 0 ended as asked, 1 wrong configuration or no way to start or go on, 2 wrong usage.\n";

enum kind { FLAG_SWITCH, FLAG_TEXT, FLAG_SITE, FLAG_SPEED, FLAG_CLOCK, FLAG_SEED, FLAG_SECONDS };

static const struct flag {
    const char *name;
    enum kind kind;
    size_t at; /* of the text or the switch in struct sw_options */
} flags[] = {
    {"--config", FLAG_TEXT, offsetof(struct sw_options, config)},
    {"--check", FLAG_SWITCH, offsetof(struct sw_options, check)},
    {"--listen", FLAG_TEXT, offsetof(struct sw_options, listen)},
    {"--redis", FLAG_TEXT, offsetof(struct sw_options, redis)},
    {"--data", FLAG_TEXT, offsetof(struct sw_options, data)},
    {"--checkpoint", FLAG_SECONDS, 0},
    {"--site", FLAG_SITE, offsetof(struct sw_options, site)},
    {"--web", FLAG_TEXT, offsetof(struct sw_options, web)},
    {"--demo", FLAG_SWITCH, offsetof(struct sw_options, demo)},
    {"--speed", FLAG_SPEED, 0},
    {"--seed", FLAG_SEED, 0},
    {"--clock", FLAG_CLOCK, 0},
    {"--version", FLAG_SWITCH, offsetof(struct sw_options, version)},
    {"--help", FLAG_SWITCH, offsetof(struct sw_options, help)},
};

void sw_options_help(FILE *out) {
    fputs(help, out);
}

/* The flag that ARG names, before any `=`. */
static const struct flag *find_flag(const char *arg) {
    size_t len = strcspn(arg, "=");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strlen(flags[i].name) == len && !strncmp(flags[i].name, arg, len)) return &flags[i];
    return NULL;
}

static bool read_seed(const char *text, int64_t *seed) {
    size_t len = strlen(text);
    if (!len || len > 9 || strspn(text, "0123456789") != len) return false;
    *seed = strtoll(text, NULL, 10);
    return true;
}

static bool read_seconds(const char *text, int64_t *seconds) {
    size_t len = strlen(text);
    if (!len || len > 4 || strspn(text, "0123456789") != len) return false;
    *seconds = strtoll(text, NULL, 10);
    return *seconds >= 1 && *seconds <= 3600;
}

/* What is wrong with VALUE, or NULL once it is in OPTIONS. */
static const char *take_value(struct sw_options *options, const struct flag *flag, const char *value) {
    if (!*value) return "needs a value";
    switch (flag->kind) {
    case FLAG_SPEED:
        return sw_clock_parse_speed(value, &options->speed) ? "must be a number from 0.01 to 10000" : NULL;
    case FLAG_SEED:
        return read_seed(value, &options->seed) ? NULL : "must be a whole number from 0 to 999999999";
    case FLAG_SECONDS:
        return read_seconds(value, &options->checkpoint_s) ? NULL : "must be a whole number from 1 to 3600";
    case FLAG_CLOCK:
        if (sw_clock_parse(value, &options->clock_start_ms, &options->speed))
            return "must be START,SPEED: RFC 3339 or epoch ms, and 0.01 to 10000";
        options->has_clock = true;
        return NULL;
    case FLAG_SITE:
        if (!sw_config_is_site_id(value)) return "must match [a-z0-9][a-z0-9-]{0,31}";
        break;
    default: break;
    }
    *(const char **)(void *)((char *)options + flag->at) = value;
    return NULL;
}

static bool asks_for(int argc, char *const *argv, const char *flag) {
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], flag)) return true;
    return false;
}

/* Reads the flag at argv[*i] and moves *i to the last word it took. What is wrong with it, or NULL. */
static const char *take_flag(struct sw_options *options, int argc, char *const *argv, int *i) {
    const char *arg = argv[*i], *value = strchr(arg, '=');
    const struct flag *flag = find_flag(arg);
    if (!flag) return arg[0] == '-' ? "no such option" : "operands are not taken";
    if (flag->kind == FLAG_SWITCH) {
        *(bool *)(void *)((char *)options + flag->at) = true;
        return value ? "takes no value" : NULL;
    }
    if (!value && *i + 1 == argc) return "needs a value";
    return take_value(options, flag, value ? value + 1 : argv[++*i]);
}

/* What one flag alone cannot tell: the flag at fault, and why. */
static const char *check_together(struct sw_options *o, const char **flag) {
    *flag = o->seed >= 0 ? "--seed" : "--speed";
    if (!o->demo && (o->seed >= 0 || (o->speed > 0 && !o->has_clock))) return "goes with --demo only";
    *flag = "--redis";
    if (o->demo && o->redis) return "not with --demo, which starts a Redis of its own";
    if (o->seed < 0) o->seed = 1;
    if (!o->checkpoint_s) o->checkpoint_s = 60;
    if (!(o->speed > 0)) o->speed = 1.0;
    return NULL;
}

int sw_options_parse(int argc, char *const *argv, struct sw_options *options, char *error, size_t size) {
    struct sw_options read = {.seed = -1}; /* seed and speed: not given yet */
    read.help = asks_for(argc, argv, "--help");
    read.version = !read.help && asks_for(argc, argv, "--version");
    const char *wrong = NULL, *flag = NULL;
    for (int i = 1; i < argc && !read.help && !read.version && !wrong; i++) {
        flag = argv[i];
        wrong = take_flag(&read, argc, argv, &i);
    }
    if (!wrong) wrong = check_together(&read, &flag);
    if (wrong) {
        snprintf(error, size, "%.*s: %s (see --help)", (int)strcspn(flag, "=\n\r"), flag, wrong);
        return -SW_EINVAL;
    }
    *options = read;
    return 0;
}
