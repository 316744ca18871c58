/* What `shiftwall user` and `shiftwall screen` share: the daemon's store, also while the daemon runs. */
#ifndef TOOLS_DOORS_H
#define TOOLS_DOORS_H

#include <stdint.h>

#include "store/store.h"
#include "tools/tools.h"

#define SW__DOORS_TIME_SIZE 32

struct sw__doors {
    struct sw_store *store;
    char *site;
};

/* Opens the store that --data, or the data_dir of --config, names; as the folder's owner when root asks. Returns 0, or an exit
 * status when a message was printed. */
int sw__doors_open(const char *tool, const struct sw_tool_args *args, struct sw__doors *doors) SW_NODISCARD;
void sw__doors_close(struct sw__doors *doors);
/* Puts what was done on record. 0 or -SW_EIO. */
int sw__doors_record(const struct sw__doors *doors, const char *kind, const char *key, const char *body) SW_NODISCARD;
/* Who sits at the command line, for the record. */
const char *sw__doors_user(void);
int64_t sw__doors_now_ms(void);
/* Reads one line, without showing it on a terminal; false when there is none. */
bool sw__doors_read_line(const char *prompt, char *out, size_t size);
/* A time in UTC; "never" for 0. */
void sw__doors_time(int64_t t_ms, char out[SW__DOORS_TIME_SIZE]);

#endif
