/* shiftwall: the command line beside the daemon. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "shiftwall/version.h"
#include "tools/tools.h"

static const struct {
    const char *name, *what;
    int (*run)(int argc, char **argv);
} tools[] = {{"publish", "send events from a file to Redis", sw_tool_publish},
             {"source", "keep the events of a PBX flowing into Redis", sw_tool_source},
             {"import", "turn the log of a PBX into events", sw_tool_import},
             {"replay", "run events through the core and print the report", sw_tool_replay},
             {"audit", "recount the journal and compare with the running daemon", sw_tool_audit},
             {"chart", "draw a sign-in chart from a file of events", sw_tool_chart},
             {"backup", "copy what people recorded, while the daemon runs", sw_tool_backup},
             {"notify", "try out the chat groups of a configuration, or send messages to them", sw_tool_notify},
             {"user", "accounts of people; the first one is made here", sw_tool_user},
             {"screen", "the screens that were paired", sw_tool_screen},
             {"producer", "who may send events over HTTP, and their tokens", sw_tool_producer},
             {"pin", "make the hash of a person's PIN for the configuration", sw_tool_pin}};

static void print_help(FILE *to) {
    fputs("usage: shiftwall COMMAND [options]\n\n", to);
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) fprintf(to, "  %-8s  %s\n", tools[i].name, tools[i].what);
    fputs("\n`shiftwall COMMAND --help` tells more. `shiftwall --version` prints the version.\n", to);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
        print_help(stdout);
        return SW_TOOL_OK;
    }
    if (!strcmp(name, "--version")) {
        puts("shiftwall " SW_VERSION);
        return SW_TOOL_OK;
    }
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (!strcmp(tools[i].name, name)) return tools[i].run(argc - 2, argv + 2);
    if (*name) fprintf(stderr, "shiftwall: unknown command %s\n", name);
    print_help(stderr);
    return SW_TOOL_USAGE;
}
