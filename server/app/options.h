/* The command line of shiftwalld. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shiftwall/error.h"

/* Texts are borrowed from argv; NULL = not given. */
struct sw_options {
    bool help, version, check, demo;
    const char *config, *listen, *redis, *data, *site, *web;
    bool has_clock; /* --clock: a virtual clock from ... */
    int64_t clock_start_ms;
    double speed; /* of the virtual clock; 1 unless given */
    int64_t seed; /* of the demo's floor; 1 unless given */
    int64_t checkpoint_s; /* 60 unless given */
};

/* Reads argv as main() gets it, as `--flag value` or `--flag=value`. 0; or -SW_EINVAL, with one line (no
 * newline) in ERROR saying what is wrong, and OPTIONS untouched. --help and --version win over everything,
 * also over mistakes. */
int sw_options_parse(int argc, char *const *argv, struct sw_options *options, char *error,
                     size_t size) SW_NODISCARD;
/* Prints the text of --help. */
void sw_options_help(FILE *out);

#endif
