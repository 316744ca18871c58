/* The lists a queue_log is read with: which interface is which member, what a pause means. */
#ifndef TOOLS_QUEUE_LOG_LISTS_H
#define TOOLS_QUEUE_LOG_LISTS_H

#include "codec/queue_log.h"
#include "shiftwall/error.h"

/* Reads the files ALIAS (INTERFACE=NAME) and REASONS (REASON=STATE) into LOG; either may be NULL. An sw_tool_status; a message of TOOL is
 * printed. */
int sw_queue_log_lists(const char *tool, struct sw_queue_log *log, const char *alias, const char *reasons) SW_NODISCARD;

#endif
