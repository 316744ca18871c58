#include "app/options.h"

#include <stddef.h>
#include <string.h>

#include "codec/config.h"
#include "io/clock.h"

static const char help[] =
    "usage: shiftwalld [options]\n"
    "\n"
    "The live wall of a call centre floor: takes events from Redis, keeps every figure of the day, and shows them on\n"
    "wall screens in the browser. Without a configuration it serves one open site, \"main\", on this machine only.\n"
    "\n"
    "  --config FILE       the configuration (YAML); flags below win over it\n"
    "  --check             read the configuration and the boards, say what is wrong with them, and end\n"
    "  --listen ADDR:PORT  where to serve screens and the API (127.0.0.1:8080; port 0 takes a free one;\n"
    "                      IPv6 in brackets: [::1]:8080)\n"
    "  --redis URL         where events come from (redis://127.0.0.1:6379; redis://user:password@host:port/db,\n"
    "                      unix:///path/to/socket)\n"
    "  --data DIR          where the daemon keeps what must outlive it\n"
    "  --site NAME         the site's id in channels, keys and URLs: [a-z0-9][a-z0-9-]{0,31} (main)\n"
    "  --web DIR           the built web application\n"
    "  --demo              show a simulated floor; starts a private Redis of its own and needs nothing else\n"
    "  --speed X           how fast the demo's day goes by: 60 is an hour a minute (1)\n"
    "  --clock START,X     run on a virtual clock: from START (RFC 3339 or epoch ms), X times real time (1)\n"
    "  --version           print the version and end\n"
    "  --help              print this text and end\n"
    "\n"
    "When it serves, it prints one line on standard output: shiftwalld ready http://ADDR:PORT/\n"
    "SIGTERM and SIGINT end it in good order.\n"
    "\n"
    "Exit status: 0 ended as asked, 1 could not start or go on, 2 wrong usage or configuration.\n";

enum kind { FLAG_ACTION, FLAG_SWITCH, FLAG_TEXT, FLAG_SITE, FLAG_SPEED, FLAG_CLOCK };

static const struct flag {
    const char *name;
    enum kind kind;
    size_t at; /* of the text or switch in struct sw_options; the action itself */
} flags[] = {
    {"--config", FLAG_TEXT, offsetof(struct sw_options, config)},
    {"--check", FLAG_ACTION, SW_ACTION_CHECK},
    {"--listen", FLAG_TEXT, offsetof(struct sw_options, listen)},
    {"--redis", FLAG_TEXT, offsetof(struct sw_options, redis)},
    {"--data", FLAG_TEXT, offsetof(struct sw_options, data)},
    {"--site", FLAG_SITE, offsetof(struct sw_options, site)},
    {"--web", FLAG_TEXT, offsetof(struct sw_options, web)},
    {"--demo", FLAG_SWITCH, offsetof(struct sw_options, demo)},
    {"--speed", FLAG_SPEED, 0},
    {"--clock", FLAG_CLOCK, 0},
    {"--version", FLAG_ACTION, SW_ACTION_VERSION},
    {"--help", FLAG_ACTION, SW_ACTION_HELP},
};

const char *sw_options_help(void) { return help; }

/* The flag that ARG names, before any `=`. */
static const struct flag *find_flag(const char *arg) {
    size_t len = strcspn(arg, "=");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strlen(flags[i].name) == len && !strncmp(flags[i].name, arg, len)) return &flags[i];
    return NULL;
}

/* What is wrong with VALUE, or NULL once it is in OPTIONS. */
static const char *take_value(struct sw_options *options, const struct flag *flag, const char *value) {
    if (!*value) return "needs a value";
    switch (flag->kind) {
    case FLAG_SPEED:
        if (sw_clock_parse_speed(value, &options->speed)) return "must be a number from 0.01 to 10000";
        return NULL;
    case FLAG_CLOCK:
        if (sw_clock_parse(value, &options->clock_start_ms, &options->clock_speed))
            return "must be START,SPEED: RFC 3339 or epoch ms, and 0.01 to 10000";
        options->clock_given = true;
        return NULL;
    case FLAG_SITE:
        if (!sw_config_is_site_id(value)) return "must match [a-z0-9][a-z0-9-]{0,31}";
        break;
    default: break;
    }
    *(const char **)(void *)((char *)options + flag->at) = value;
    return NULL;
}

/* --help, also beside what is wrong; anything else only when all is right. */
static bool asks_for(int argc, char *const *argv, const char *flag) {
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], flag)) return true;
    return false;
}

static int complain(struct sw_buf *fault, const char *what, const char *text) {
    sw_buf_printf(fault, "%.200s: %s (see --help)", what, text);
    return -SW_EINVAL;
}

int sw_options_parse(struct sw_options *options, int argc, char *const *argv, struct sw_buf *fault) {
    struct sw_options read = {.action = SW_ACTION_RUN, .speed = 1.0, .clock_speed = 1.0};
    bool help_asked = asks_for(argc, argv, "--help"), version_asked = asks_for(argc, argv, "--version");
    if (help_asked || version_asked) {
        read.action = help_asked ? SW_ACTION_HELP : SW_ACTION_VERSION;
        *options = read;
        return 0;
    }
    bool speed_given = false;
    for (int i = 1; i < argc; i++) {
        const struct flag *flag = find_flag(argv[i]);
        const char *value = strchr(argv[i], '=');
        if (!flag) return complain(fault, argv[i], argv[i][0] == '-' ? "no such option" : "takes no operands");
        if (flag->kind == FLAG_ACTION || flag->kind == FLAG_SWITCH) {
            if (value) return complain(fault, flag->name, "takes no value");
            if (flag->kind == FLAG_SWITCH) *((bool *)(void *)((char *)&read + flag->at)) = true;
            else read.action = (enum sw_action)flag->at;
            continue;
        }
        if (value) value++;
        else if (i + 1 < argc) value = argv[++i];
        if (!value) return complain(fault, flag->name, "needs a value");
        if (flag->kind == FLAG_SPEED) speed_given = true;
        const char *wrong = take_value(&read, flag, value);
        if (wrong) return complain(fault, flag->name, wrong);
    }
    if (speed_given && !read.demo) return complain(fault, "--speed", "goes with --demo only");
    if (read.demo && read.redis) return complain(fault, "--redis", "not with --demo, which starts a Redis of its own");
    *options = read;
    return 0;
}

void sw_options_override(const struct sw_options *options, struct sw_config *config) {
    if (options->listen) sw_config_set(&config->listen, options->listen);
    if (options->redis) sw_config_set(&config->redis, options->redis);
    if (options->site) sw_config_set(&config->site_id, options->site);
    if (options->web) sw_config_set(&config->web_dir, options->web);
    if (options->data) sw_config_set(&config->data_dir, options->data);
}
