#include "tools/queue_log_lists.h"

#include "tools/pairs.h"
#include "tools/tools.h"

static bool take_alias(void *ctx, char *key, char *value) { return !sw_queue_log_alias(ctx, key, value); }

static bool take_reason(void *ctx, char *key, char *value) {
    int state = sw_agent_state_from_name(value);
    return state >= 0 && !sw_queue_log_reason(ctx, key, (enum sw_agent_state)state);
}

int sw_queue_log_lists(const char *tool, struct sw_queue_log *log, const char *alias, const char *reasons) {
    int status = sw_pairs_read(tool, alias, take_alias, log);
    return status == SW_TOOL_OK ? sw_pairs_read(tool, reasons, take_reason, log) : status;
}
