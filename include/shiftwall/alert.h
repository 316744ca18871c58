/* Alerts: what needs somebody now. One for a rule and a subject at a time; opened, acknowledged (by people, which is
 * the ledger's to know), closed.
 *
 * An alert's times are those of the events, not of their arrival: an event that comes late and says that a condition
 * was gone before its alert opened takes the alert back, so that live and replay agree. */
#ifndef SHIFTWALL_ALERT_H
#define SHIFTWALL_ALERT_H

#include <stdint.h>

#include "shiftwall/policy.h"

#define SW_ALERTS_KEPT_MAX 100000 /* closed ones; the oldest gives way */
#define SW_ALERT_ID_SIZE 17

enum sw_subject { SW_SUBJECT_SITE, SW_SUBJECT_TEAM, SW_SUBJECT_QUEUE, SW_SUBJECT_AGENT, SW_SUBJECT_WALK, SW_SUBJECT_ALARM };

/* "site", "team", ... */
const char *sw_subject_name(enum sw_subject subject);

enum sw_unit { SW_UNIT_MS, SW_UNIT_COUNT, SW_UNIT_PPM };

const char *sw_unit_name(enum sw_unit unit);

/* Texts are borrowed from whoever keeps the alert. */
struct sw_alert {
    enum sw_rule rule;
    enum sw_severity severity;
    enum sw_subject kind;
    const char *subject;            /* the id of the agent, queue, ...; "" for the site */
    int64_t since_ms;               /* since when the condition holds */
    int64_t opened_ms, closed_ms;   /* INT64_MAX: open */
    int64_t value, limit;           /* of counts and shares, when it opened; a duration runs from since_ms */
    enum sw_unit unit;
};

/* Order by opening, rule, subject; for qsort(). */
int sw_alert_order(const void *a, const void *b);
/* The same rule, subject and opening have the same id everywhere: 16 hex digits. */
void sw_alert_id(const struct sw_alert *alert, char out[SW_ALERT_ID_SIZE]);
/* 64 bits of TEXT, continuing HASH (0 to begin): for ids that have to be the same after a restart. */
uint64_t sw_id_hash(uint64_t hash, const char *text);

#endif
