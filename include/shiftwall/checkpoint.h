/* Checkpoints: all that events have made of a floor, and of the trails of its shifts, as bytes and back.
 *
 * A floor that is loaded and then fed the rest of the events gives the same figures, to the last counter, as one that was
 * fed all of them. What the configuration, the policy, the roster and the store say is not in the bytes: they are loaded
 * into a floor that was made of these. Little endian, of one version, the same on every machine; lengths are checked
 * before they are believed. The bytes bear no checksum: whoever keeps them adds one. */
#ifndef SHIFTWALL_CHECKPOINT_H
#define SHIFTWALL_CHECKPOINT_H

#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

#define SW_CHECKPOINT_VERSION 1 /* of these bytes: to be raised with every change of them or of what they mean */

/* Appends the state of FLOOR and (SHIFTS not NULL) what its agents did. OUT has failed when it did not fit. */
void sw_floor_save(const struct sw_floor *floor, const struct sw_shifts *shifts, struct sw_buf *out);
/* Reads that back into a FLOOR that has had no event yet and was made as the saved one was. Everything on it counts as
 * changed. 0; -SW_EPARSE when the bytes are not those of such a floor: FLOOR may then only be freed, and SHIFTS know of
 * nothing that was done. */
int sw_floor_load(struct sw_floor *floor, struct sw_shifts *shifts, const void *data, size_t len) SW_NODISCARD;

/* Saving in small steps, so that other things may be done between them. A floor that changes meanwhile is first saved to
 * the end, as it was. */
struct sw_floor_saver;
/* Begins; all three are borrowed until the end. One at a time for a floor. SHIFTS may be changed, other than through the
 * floor, only after the end. */
struct sw_floor_saver *sw_floor_saver_new(struct sw_floor *floor, const struct sw_shifts *shifts, struct sw_buf *out);
/* Saves about COUNT more things (agents, calls, ...). True when all is saved. */
bool sw_floor_saver_step(struct sw_floor_saver *saver, size_t count);
/* Whether all is saved. */
bool sw_floor_saver_is_over(const struct sw_floor_saver *saver);
/* Ends it, finished or not. */
void sw_floor_saver_free(struct sw_floor_saver *saver);

#endif
