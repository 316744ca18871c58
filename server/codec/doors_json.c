#include "codec/doors_json.h"

#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"

#define DEPTH_MAX 2
#define ID_CHARS 64

static const struct member {
    const char *name;
    size_t at, most; /* characters */
} members[] = {
    {"id", offsetof(struct sw_door_entry, id), ID_CHARS},
    {"name", offsetof(struct sw_door_entry, name), ID_CHARS},
    {"person", offsetof(struct sw_door_entry, person), ID_CHARS},
    {"password", offsetof(struct sw_door_entry, password), 256},
    {"pin", offsetof(struct sw_door_entry, password), 256},
    {"new_password", offsetof(struct sw_door_entry, new_password), 256},
    {"role", offsetof(struct sw_door_entry, role), 16},
    {"code", offsetof(struct sw_door_entry, code), 32},
    {"board", offsetof(struct sw_door_entry, board), 255},
    {"secret", offsetof(struct sw_door_entry, secret), 64},
};

#define MEMBERS (sizeof members / sizeof *members)

/* Whoever frees a secret leaves nothing of it behind. */
static void forget(char *text) {
    for (volatile char *at = text; at && *at; at++) *at = '\0';
    free(text);
}

void sw_door_deinit(struct sw_door_entry *e) {
    forget(e->password);
    forget(e->new_password);
    forget(e->secret);
    char *const texts[] = {e->id, e->name, e->person, e->role, e->code, e->board};
    for (size_t i = 0; i < 6; i++) free(texts[i]);
    for (size_t i = 0; i < e->team_count; i++) free(e->teams[i]);
    free(e->teams);
    *e = (struct sw_door_entry){0};
}

static bool is_text(const cJSON *item, size_t most) {
    return cJSON_IsString(item) && sw_utf8_count(item->valuestring) <= most && !sw_utf8_has_control(item->valuestring);
}

static bool read_text(struct sw_door_entry *e, const struct member *m, const cJSON *item, struct sw_buf *fault) {
    char **at = (char **)(void *)((char *)e + m->at);
    if (!is_text(item, m->most)) {
        sw_buf_printf(fault, "%s: must be a text of at most %zu characters", m->name, m->most);
        return false;
    }
    if (*item->valuestring && !*at) *at = sw_xstrdup(item->valuestring);
    return true;
}

static bool read_teams(struct sw_door_entry *e, const cJSON *item, struct sw_buf *fault) {
    const cJSON *team;
    bool good = cJSON_IsArray(item) && cJSON_GetArraySize(item) <= SW_DOOR_TEAMS_MAX;
    if (good) {
        e->has_teams = true;
        e->teams = sw_xmalloc((SW_DOOR_TEAMS_MAX + 1) * sizeof *e->teams);
        cJSON_ArrayForEach(team, item) {
            good = good && is_text(team, ID_CHARS) && *team->valuestring;
            if (good) e->teams[e->team_count++] = sw_xstrdup(team->valuestring);
        }
    }
    if (!good) sw_buf_printf(fault, "teams: must be a list of at most %d teams", SW_DOOR_TEAMS_MAX);
    return good;
}

static bool read_flag(const cJSON *item, bool *flag, struct sw_buf *fault) {
    if (!cJSON_IsBool(item)) sw_buf_printf(fault, "%s: must be true or false", item->string);
    *flag = cJSON_IsTrue(item);
    return cJSON_IsBool(item);
}

static bool read_member(struct sw_door_entry *e, const cJSON *item, struct sw_buf *fault) {
    for (size_t i = 0; i < MEMBERS; i++)
        if (!strcmp(members[i].name, item->string)) return read_text(e, &members[i], item, fault);
    if (!strcmp(item->string, "teams")) return read_teams(e, item, fault);
    if (!strcmp(item->string, "reset")) return read_flag(item, &e->reset, fault);
    if (strcmp(item->string, "disabled") != 0) return true;
    e->has_disabled = true;
    return read_flag(item, &e->disabled, fault);
}

int sw_door_read(struct sw_door_entry *entry, const char *json, size_t len, struct sw_buf *fault) {
    cJSON *root = NULL;
    *entry = (struct sw_door_entry){0};
    sw_buf_clear(fault);
    bool good = len <= SW_DOOR_BODY_MAX && sw_json_parse(json, len, DEPTH_MAX, &root) == SW_JSON_OK && cJSON_IsObject(root);
    if (!good) sw_buf_puts(fault, "the body must be one JSON object");
    for (const cJSON *item = good ? root->child : NULL; item && good; item = item->next) good = read_member(entry, item, fault);
    cJSON_Delete(root);
    return good ? 0 : -SW_EPARSE;
}

bool sw_door_is_id(const char *id) {
    size_t count = sw_utf8_count(id);
    return count >= 1 && count <= ID_CHARS && !sw_utf8_has_control(id) && !strpbrk(id, " \t/,;?#%\"\\");
}
