/* A file of events as the floor it makes, with the policy, the roster and the grants it is looked at by: what the commands
 * that reckon a day from a file have in common. */
#ifndef TOOLS_DAY_FILE_H
#define TOOLS_DAY_FILE_H

#include "codec/config.h"
#include "core/zone.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"
#include "tools/tools.h"

struct sw_day_file {
    const char *command; /* for messages: "replay" */
    struct sw_config config;
    struct sw_policy policy;
    struct sw_zone *zone;
    struct sw_shifts *shifts; /* NULL without a roster, grants or a policy */
    struct sw_floor *floor;
    int64_t until_ms;         /* later events are left out; INT64_MAX: none are */
    int64_t latest_ms;
};

/* The options --config, --zone, --policy, --roster and --grants, in the style of struct sw_tool_option. */
#define SW_DAY_FILE_OPTIONS {"--config", false}, {"--zone", false}, {"--policy", false}, {"--roster", false}, {"--grants", false}

/* Reads what the options of ARGS name; ALWAYS: there are shifts without a roster, too. What is wrong is printed. Returns
 * the exit status of the command; sw_day_file_close() is needed in any case. */
int sw_day_file_open(struct sw_day_file *day, const char *command, const struct sw_tool_args *args, bool always);
/* Applies the events of the file PATH ("-": standard input) up to until_ms. Returns the exit status. */
int sw_day_file_play(struct sw_day_file *day, const char *path);
/* A time of the command line; what is wrong is printed. */
int sw_day_file_time(const struct sw_day_file *day, const char *option, const char *text, int64_t *out);
void sw_day_file_close(struct sw_day_file *day);

#endif
