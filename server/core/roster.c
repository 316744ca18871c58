#include "shiftwall/roster.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define XX(name, text) text,
    SW_ACTIVITY_MAP(XX)
#undef XX
};

const char *sw_activity_name(enum sw_activity activity) { return names[activity]; }

int sw_activity_from_name(const char *name) {
    for (int i = 0; i < SW_ACTIVITY_COUNT; i++)
        if (!strcmp(names[i], name)) return i;
    return -1;
}

void sw_roster_init(struct sw_roster *roster) { *roster = (struct sw_roster){0}; }

void sw_roster_deinit(struct sw_roster *roster) {
    for (size_t i = 0; i < roster->count; i++) {
        struct sw_roster_row *row = &roster->rows[i];
        free(row->agent);
        free(row->name);
        free(row->team);
        free(row->seat);
        free(row->activities);
        for (size_t l = 0; l < row->leave_count; l++) free(row->leaves[l].kind);
        free(row->leaves);
    }
    free(roster->rows);
    *roster = (struct sw_roster){0};
}
