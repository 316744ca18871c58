#include "shiftwall/alert.h"

#include <stdio.h>
#include <string.h>

static const char *const subjects[] = {"site", "team", "queue", "agent", "walk", "alarm"};
static const char *const units[] = {"ms", "count", "ppm"};

const char *sw_subject_name(enum sw_subject subject) { return subjects[subject]; }
const char *sw_unit_name(enum sw_unit unit) { return units[unit]; }

int sw_alert_order(const void *a, const void *b) {
    const struct sw_alert *x = a, *y = b;
    if (x->opened_ms != y->opened_ms) return x->opened_ms < y->opened_ms ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return strcmp(x->subject, y->subject);
}

/* FNV-1a, 64 bits. */
uint64_t sw_id_hash(uint64_t hash, const char *text) {
    if (!hash) hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3); /* no text ends in the next one's beginning */
}

void sw_alert_id(const struct sw_alert *alert, char out[SW_ALERT_ID_SIZE]) {
    char opened[24];
    (void)snprintf(opened, sizeof opened, "%lld", (long long)alert->opened_ms);
    uint64_t hash = sw_id_hash(0, sw_rule_name(alert->rule));
    hash = sw_id_hash(sw_id_hash(sw_id_hash(hash, sw_subject_name(alert->kind)), alert->subject), opened);
    (void)snprintf(out, SW_ALERT_ID_SIZE, "%016llx", (unsigned long long)hash);
}
