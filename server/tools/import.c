/* shiftwall import: the log of a PBX to events. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/queue_log.h"
#include "core/zone.h"
#include "io/zone_load.h"
#include "tools/queue_log_lists.h"
#include "tools/tools.h"

#define MESSAGES_MAX 50
#define PROGRESS_EVERY 500000
#define WRAPUP_MAX_S 3600

static const char help[] =
    "usage: shiftwall import queue_log [options] FILE...\n"
    "\n"
    "Turns Asterisk's queue_log (- for standard input) into events, one JSON object a line, on standard output. Several\n"
    "files, oldest first, are read as one log, as after rotation. What could not be read, and what had to be guessed, is\n"
    "told on standard error; it ends nothing.\n"
    "\n"
    "  --zone ZONE      IANA time zone of local timestamps, as in a realtime table (2026-11-23 10:42:07.123456);\n"
    "                   epoch seconds, as in the log file, need none\n"
    "  --alias FILE     which interface is which member: lines INTERFACE=NAME (PJSIP/101=Alice). ADDMEMBER, REMOVEMEMBER\n"
    "                   and PAUSEALL name the interface, other lines the member's name. What a PAUSEALL and the PAUSE\n"
    "                   behind it give away is learnt, from files before the first event is written.\n"
    "  --reasons FILE   what a pause means: lines REASON=STATE, STATE one of break, meal, busy, meeting, wrapup. Common\n"
    "                   English and Chinese words are known, any other is busy and told once.\n"
    "  --wrapup SECONDS wrap-up time after each call, as `wrapuptime` in queues.conf; the log does not tell it (0)\n"
    "  --help           this text\n"
    "\n"
    "Ids tell time and line, so that importing a file again gives the same events.\n"
    "\n"
    "Exit status: 0 all files were read, 2 wrong usage, 3 a file could not be read or the output not written.\n";

struct import {
    const struct sw_tool_args *args;
    struct sw_zone *zone;
    struct sw_queue_log *log;
    const char *path;
    size_t messages;
    bool quiet; /* the first reading, which only learns */
    bool unwritten;
    bool flush; /* somebody waits for each line */
};

static int64_t local_to_utc(void *ctx, int year, int month, int day, int64_t ms_of_day) {
    return sw_zone_local_to_utc(((struct import *)ctx)->zone, year, month, day, ms_of_day);
}

static void on_event(void *ctx, const char *json, size_t len) {
    struct import *im = ctx;
    if (im->quiet) return;
    im->unwritten |= fwrite(json, 1, len, stdout) != len || putchar('\n') == EOF;
}

static void on_message(void *ctx, uint64_t line, const char *text) {
    struct import *im = ctx;
    if (im->quiet || ++im->messages > MESSAGES_MAX) return;
    if (line) fprintf(stderr, "%s:%llu: %s\n", im->path, (unsigned long long)line, text);
    else fprintf(stderr, "shiftwall import: %s\n", text);
}

static void on_learnt(void *ctx, uint64_t line, const char *interface, const char *name) {
    struct import *im = ctx;
    fprintf(stderr, "%s:%llu: %s is taken for the interface of %s, by its pause of all queues\n", im->path,
            (unsigned long long)line, interface, name);
}

static int new_log(struct import *im, long wrapup_s) {
    const struct sw_queue_log_options options = {.local_to_utc = im->zone ? local_to_utc : NULL,
                                                 .event = on_event,
                                                 .message = on_message,
                                                 .learnt = on_learnt,
                                                 .ctx = im,
                                                 .wrapup_ms = wrapup_s * 1000};
    im->log = sw_queue_log_new(&options);
    return sw_queue_log_lists("import", im->log, sw_tool_option(im->args, "--alias"), sw_tool_option(im->args, "--reasons"));
}

static int read_file(struct import *im, const char *path) {
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : fdopen(dup(STDIN_FILENO), "rb");
    struct stat info;
    /* a folder opens, and only then fails to be read */
    if (!file || fstat(fileno(file), &info) || (S_ISDIR(info.st_mode) && (errno = EISDIR))) {
        fprintf(stderr, "shiftwall import: %s: %s\n", path, strerror(errno));
        if (file) fclose(file);
        return SW_TOOL_INPUT;
    }
    im->path = path;
    im->flush = !S_ISREG(info.st_mode);
    char *line = NULL;
    size_t size = 0;
    ssize_t got;
    uint64_t number = 0;
    bool tty = isatty(STDERR_FILENO);
    while (!im->unwritten && (got = getline(&line, &size, file)) >= 0) {
        sw_queue_log_read(im->log, ++number, line, (size_t)got);
        if (im->flush) im->unwritten |= fflush(stdout) != 0;
        if (tty && number % PROGRESS_EVERY == 0) fprintf(stderr, "%llu lines read\r", (unsigned long long)number);
    }
    free(line);
    int status = ferror(file) ? SW_TOOL_INPUT : SW_TOOL_OK;
    if (status) fprintf(stderr, "shiftwall import: %s: %s\n", path, strerror(errno));
    fclose(file);
    return status;
}

static int read_files(struct import *im) {
    int status = SW_TOOL_OK;
    for (size_t i = 1; i < im->args->operand_count && status == SW_TOOL_OK; i++)
        status = read_file(im, im->args->operands[i]);
    if (status == SW_TOOL_OK) sw_queue_log_end(im->log);
    return status;
}

static void carry_over(void *ctx, const char *interface, const char *name) {
    int refused = sw_queue_log_alias(ctx, interface, name);
    (void)refused; /* given already */
}

/* Files can be read twice: then names are known to belong together from the first line on. */
static int learn_first(struct import *im, long wrapup_s) {
    for (size_t i = 1; i < im->args->operand_count; i++) {
        struct stat info;
        const char *path = im->args->operands[i];
        if (!strcmp(path, "-") || stat(path, &info) || !S_ISREG(info.st_mode)) return SW_TOOL_OK;
    }
    im->quiet = true;
    int status = read_files(im);
    im->quiet = false;
    if (status) return status;
    struct sw_queue_log *learnt = im->log;
    status = new_log(im, wrapup_s);
    sw_queue_log_each_alias(learnt, carry_over, im->log);
    sw_queue_log_free(learnt);
    return status;
}

static void print_summary(const struct import *im) {
    const struct sw_queue_log_counters *c = sw_queue_log_counters(im->log);
    if (im->messages > MESSAGES_MAX) fprintf(stderr, "... and %zu more messages\n", im->messages - MESSAGES_MAX);
    fprintf(stderr, "import: %llu lines, %llu events; %llu malformed, %llu of unknown kinds, %llu contradictory\n",
            (unsigned long long)c->lines, (unsigned long long)c->events, (unsigned long long)c->malformed,
            (unsigned long long)c->unknown, (unsigned long long)c->skipped);
}

static int run(struct import *im, long wrapup_s) {
    int status = new_log(im, wrapup_s);
    if (status == SW_TOOL_OK) status = learn_first(im, wrapup_s);
    if (status == SW_TOOL_OK) status = read_files(im);
    if (im->unwritten || fflush(stdout)) {
        fprintf(stderr, "shiftwall import: standard output: %s\n", strerror(errno));
        status = SW_TOOL_INPUT;
    }
    if (status == SW_TOOL_OK) print_summary(im);
    sw_queue_log_free(im->log);
    return status;
}

int sw_tool_import(int argc, char **argv) {
    static const struct sw_tool_option known[] = {
        {"--zone", false}, {"--alias", false}, {"--reasons", false}, {"--wrapup", false}, {NULL, false}};
    struct sw_tool_args args;
    long wrapup_s = 0;
    if (sw_tool_parse("import", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    if (!sw_tool_integer("import", &args, "--wrapup", 0, WRAPUP_MAX_S, &wrapup_s)) return SW_TOOL_USAGE;
    if (args.operand_count < 2 || strcmp(args.operands[0], "queue_log") != 0) {
        fputs("shiftwall import: the kind of log (queue_log) and a file are needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    struct import im = {.args = &args};
    const char *zone = sw_tool_option(&args, "--zone");
    if (zone && !(im.zone = sw_zone_load(zone))) {
        fprintf(stderr, "shiftwall import: --zone %s: no such time zone\n", zone);
        return SW_TOOL_USAGE;
    }
    int status = run(&im, wrapup_s);
    sw_zone_free(im.zone);
    return status;
}
