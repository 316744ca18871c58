/* The command line of shiftwalld. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

struct sw_config;

enum sw_action { SW_ACTION_RUN, SW_ACTION_CHECK, SW_ACTION_HELP, SW_ACTION_VERSION };

/* Texts are borrowed from argv; NULL = not given. */
struct sw_options {
    enum sw_action action;
    bool demo;
    double speed; /* of the demo's clock; 1 unless given */
    const char *config, *listen, *redis, *data, *site, *web;
    bool clock_given; /* --clock: a virtual clock */
    int64_t clock_start_ms;
    double clock_speed;
};

/* Reads argv as main() gets it: `--flag value` and `--flag=value`. 0; or -SW_EINVAL, with one line (no newline) in
 * FAULT saying what is wrong, and OPTIONS untouched. --help and --version win over everything else. */
int sw_options_parse(struct sw_options *options, int argc, char *const *argv, struct sw_buf *fault) SW_NODISCARD;
/* Puts what the flags say over what the file said. */
void sw_options_override(const struct sw_options *options, struct sw_config *config);
/* The text of --help. */
const char *sw_options_help(void);

#endif
