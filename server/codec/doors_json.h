/* The bodies of requests about who may come in: sessions, accounts, screens. */
#ifndef CODEC_DOORS_JSON_H
#define CODEC_DOORS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "shiftwall/buf.h"
#include "shiftwall/error.h"

#define SW_DOOR_BODY_MAX 16384
#define SW_DOOR_TEAMS_MAX 200

/* Every member is optional; texts are owned, NULL where absent. */
struct sw_door_entry {
    char *id, *name, *person, *password, *new_password, *role, *code, *board, *secret;
    char **teams;
    size_t team_count;
    bool has_teams, has_disabled, disabled, reset;
};

/* Reads LEN bytes of a JSON object; unknown members are ignored, `pin` is another name of `password`. 0, or -SW_EPARSE and
 * FAULT has a line. ENTRY is to be deinitialised either way. */
int sw_door_read(struct sw_door_entry *entry, const char *json, size_t len, struct sw_buf *fault) SW_NODISCARD;
/* Frees the texts; secrets are overwritten first. */
void sw_door_deinit(struct sw_door_entry *entry);
/* Whether ID may be an account's: 1 to 64 characters, no white space or control characters, no `/`, `,` or `;`. */
bool sw_door_is_id(const char *id);

#endif
