/* shiftwall screen: the fleet of paired screens, on the command line. */
#include <stdio.h>
#include <string.h>

#include "tools/doors.h"

static const char help[] =
    "usage: shiftwall screen list   --data DIR\n"
    "       shiftwall screen revoke --data DIR ID\n"
    "\n"
    "Screens that were paired in the console. A screen that is revoked has to be paired again; the daemon may go on running\n"
    "and sees it within seconds.\n"
    "\n"
    "  --data DIR     the daemon's data folder (data_dir of the configuration)\n"
    "  --config FILE  the configuration, instead of --data; also names the site for the audit log\n"
    "  --site SITE    the site in whose audit log it is written down (main)\n"
    "  --help         this text\n"
    "\n"
    "Exit status: 0 done, 1 there is no such screen, 2 wrong usage, 3 the store could not be read or written.\n";

static void print_row(void *ctx, const struct sw_screen_row *row) {
    char seen[SW__DOORS_TIME_SIZE];
    (void)ctx;
    sw__doors_time(row->seen_ms, seen);
    printf("%-12s  %-20s  %-20s  %s\n", row->id, row->board, seen, row->name);
}

struct wanted {
    const char *id;
    bool is_there;
};

static void look_at(void *ctx, const struct sw_screen_row *row) {
    struct wanted *wanted = ctx;
    wanted->is_there = wanted->is_there || !strcmp(row->id, wanted->id);
}

static int revoke(const struct sw__doors *doors, const char *id) {
    struct wanted wanted = {.id = id};
    int failed = sw_store_begin(doors->store);
    if (!failed) {
        failed = sw_store_read_screens(doors->store, &wanted, look_at);
        if (!failed && wanted.is_there) failed = sw_store_drop_screen(doors->store, id);
        if (!failed && wanted.is_there) failed = sw__doors_record(doors, "screen.revoke", id, "{}");
        failed = sw_store_end(doors->store, failed);
    }
    if (failed) fprintf(stderr, "shiftwall screen: %s\n", sw_store_error(doors->store));
    else if (!wanted.is_there) fprintf(stderr, "shiftwall screen: %s: there is no such screen\n", id);
    return failed ? SW_TOOL_INPUT : wanted.is_there ? SW_TOOL_OK : SW_TOOL_DIFFERS;
}

int sw_tool_screen(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--data", false}, {"--config", false}, {"--site", false}, {NULL, false}};
    struct sw_tool_args args;
    struct sw__doors doors;
    if (sw_tool_parse("screen", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    const char *verb = args.operand_count ? args.operands[0] : "";
    bool lists = !strcmp(verb, "list") && args.operand_count == 1, revokes = !strcmp(verb, "revoke") && args.operand_count == 2;
    if (!lists && !revokes) {
        fputs(help, stderr);
        return SW_TOOL_USAGE;
    }
    int failed = sw__doors_open("screen", &args, &doors);
    if (failed) return failed;
    if (revokes) failed = revoke(&doors, args.operands[1]);
    else if (sw_store_read_screens(doors.store, NULL, print_row)) failed = SW_TOOL_INPUT;
    sw__doors_close(&doors);
    return failed;
}
