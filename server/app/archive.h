/* The history that outlives the journal: every interval that is over, of every queue, team and agent, and every shift,
 * into the store; and what is too old out of it. */
#ifndef APP_ARCHIVE_H
#define APP_ARCHIVE_H

#include "app/recorder.h"
#include "codec/config.h"
#include "shiftwall/floor.h"
#include "shiftwall/outlook.h"

struct sw_archive {
    int64_t done_ms; /* intervals that end by then are in the store; 0 = not known yet */
    int64_t shifts_ms; /* the interval in which the shifts were written last */
    int64_t day_ms;  /* the business day of the last purge */
};

/* Writes what is over and not written yet: late events change an interval after it, so the one before is written again,
 * and the whole day once it is over. Shifts are
 * written with every interval, the running ones as they are by then. SHIFTS NULL: there are none. OUTLOOK (of today, or NULL): what it has of
 * intervals that are over is written, too. Call it every now and then. CONFIG says after how many days what is forgotten. */
void sw_archive_run(struct sw_archive *archive, struct sw_recorder *recorder, const struct sw_floor *floor,
                    const struct sw_shifts *shifts, const struct sw_outlook *outlook, const struct sw_config *config);

#endif
