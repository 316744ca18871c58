/* What the subcommands of `shiftwall` share: options, exit statuses. */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#define SW_TOOL_OPTIONS_MAX 40
#define SW_TOOL_OPERANDS_MAX 64

enum sw_tool_status {
    SW_TOOL_OK = 0,
    SW_TOOL_DIFFERS = 1, /* audit found differences; or the work failed */
    SW_TOOL_USAGE = 2,
    SW_TOOL_INPUT = 3,  /* a file could not be read or written */
    SW_TOOL_CONNECT = 4 /* Redis, the daemon or a chat group could not be reached, or was lost */
};

/* An option a tool knows; the list ends with a NULL name. */
struct sw_tool_option {
    const char *name; /* "--site" */
    bool flag;        /* takes no value */
};

struct sw_tool_args {
    struct {
        const char *name, *value; /* value "" for flags */
    } options[SW_TOOL_OPTIONS_MAX];
    size_t option_count;
    const char *operands[SW_TOOL_OPERANDS_MAX];
    size_t operand_count;
    bool help;
};

/* Reads ARGV (after the subcommand's name) of TOOL. Returns 0, or SW_TOOL_USAGE when a message was printed. */
int sw_tool_parse(const char *tool, int argc, char **argv, const struct sw_tool_option *known,
                  struct sw_tool_args *args);
/* The value of an option, or NULL when it was not given. */
const char *sw_tool_option(const struct sw_tool_args *args, const char *name);
/* Reads a whole number in [MIN, MAX] from an option that may be absent. False when a message was printed. */
bool sw_tool_integer(const char *tool, const struct sw_tool_args *args, const char *name, long min, long max,
                     long *value);

int sw_tool_publish(int argc, char **argv);
int sw_tool_import(int argc, char **argv);
int sw_tool_replay(int argc, char **argv);
int sw_tool_audit(int argc, char **argv);
int sw_tool_pin(int argc, char **argv);
int sw_tool_backup(int argc, char **argv);
int sw_tool_chart(int argc, char **argv);
int sw_tool_notify(int argc, char **argv);
int sw_tool_user(int argc, char **argv);
int sw_tool_screen(int argc, char **argv);
int sw_tool_producer(int argc, char **argv);
int sw_tool_source(int argc, char **argv);

#endif
