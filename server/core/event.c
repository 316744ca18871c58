/* Names of the event contract's words. */
#include "shiftwall/event.h"

#include <string.h>

#define XX(name, text) text,
static const char *const type_names[] = {SW_EVENT_TYPE_MAP(XX)};
static const char *const state_names[] = {SW_STATE_MAP(XX)};
static const char *const exit_names[] = {SW_EXIT_MAP(XX)};
static const char *const reject_names[] = {"none", SW_REJECT_MAP(XX)};
#undef XX
static const char *const severity_names[] = {"info", "warning", "critical"};

const char *sw_event_type_name(enum sw_event_type type) { return type_names[type]; }
const char *sw_agent_state_name(enum sw_agent_state state) { return state_names[state]; }
const char *sw_exit_reason_name(enum sw_exit_reason reason) { return exit_names[reason]; }
const char *sw_severity_name(enum sw_severity severity) { return severity_names[severity]; }
const char *sw_reject_name(enum sw_reject reject) { return reject_names[reject]; }

int sw_agent_state_from_name(const char *name) {
    for (int i = 0; i < SW_ST_COUNT; i++)
        if (!strcmp(state_names[i], name)) return i;
    return -1;
}
