#include "tools/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sw_tool_option *find(const struct sw_tool_option *known, const char *text, size_t len) {
    for (; known->name; known++)
        if (strlen(known->name) == len && !strncmp(known->name, text, len)) return known;
    return NULL;
}

static int usage(const char *tool, const char *what, const char *text) {
    fprintf(stderr, "shiftwall %s: %s %s (see --help)\n", tool, what, text);
    return SW_TOOL_USAGE;
}

int sw_tool_parse(const char *tool, int argc, char **argv, const struct sw_tool_option *known,
                  struct sw_tool_args *args) {
    *args = (struct sw_tool_args){0};
    bool only_operands = false;
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        if (only_operands || text[0] != '-' || !text[1]) {
            if (args->operand_count == SW_TOOL_OPERANDS_MAX) return usage(tool, "too many operands:", text);
            args->operands[args->operand_count++] = text;
            continue;
        }
        if (!strcmp(text, "--")) {
            only_operands = true;
            continue;
        }
        if (!strcmp(text, "--help") || !strcmp(text, "-h")) {
            args->help = true;
            return 0;
        }
        const char *equals = strchr(text, '=');
        const struct sw_tool_option *option = find(known, text, equals ? (size_t)(equals - text) : strlen(text));
        if (!option) return usage(tool, "unknown option", text);
        const char *value = "";
        if (option->flag && equals) return usage(tool, "takes no value:", option->name);
        if (!option->flag) value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (!value) return usage(tool, "a value is missing for", option->name);
        if (args->option_count == SW_TOOL_OPTIONS_MAX) return usage(tool, "too many options:", text);
        args->options[args->option_count].name = option->name;
        args->options[args->option_count++].value = value;
    }
    return 0;
}

const char *sw_tool_option(const struct sw_tool_args *args, const char *name) {
    for (size_t i = args->option_count; i-- > 0;) /* the last one given wins */
        if (!strcmp(args->options[i].name, name)) return args->options[i].value;
    return NULL;
}

bool sw_tool_integer(const char *tool, const struct sw_tool_args *args, const char *name, long min, long max,
                     long *value) {
    const char *text = sw_tool_option(args, name);
    if (!text) return true;
    char *end;
    long read = strtol(text, &end, 10);
    if (!*text || *end || read < min || read > max) {
        fprintf(stderr, "shiftwall %s: %s %s: must be a whole number from %ld to %ld\n", tool, name, text, min, max);
        return false;
    }
    *value = read;
    return true;
}
