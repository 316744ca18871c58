#include "codec/desk_json.h"

#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/json_writer.h"
#include "core/zone.h"

#define DEPTH_MAX 4
#define EXACT_INTEGER_MAX (INT64_C(1) << 53)

enum type { TEXT, TIME, NUMBER, FLAG, JSON };

struct member {
    const char *name;
    enum type type;
    size_t at;
    size_t most; /* characters of a text */
};

#define AT(member) offsetof(struct sw_desk_entry, member)
#define ID 64
#define WORDS 2000

static const struct member members[] = {
    {"id", TEXT, AT(id), ID}, {"agent", TEXT, AT(agent), ID}, {"kind", TEXT, AT(kind), ID},
    {"reason", TEXT, AT(reason), 500}, {"by", TEXT, AT(by), ID}, {"role", TEXT, AT(role), ID},
    {"name", TEXT, AT(name), ID}, {"pin", TEXT, AT(pin), 128}, {"outcome", TEXT, AT(outcome), ID},
    {"step", TEXT, AT(step), ID}, {"text", TEXT, AT(text), WORDS}, {"action", TEXT, AT(action), ID},
    {"item", TEXT, AT(item), 256}, {"tick", TEXT, AT(tick), ID}, {"note", TEXT, AT(note), WORDS},
    {"walk", TEXT, AT(walk), ID}, {"person", TEXT, AT(person), ID}, {"rule", TEXT, AT(rule), ID},
    {"subject", TEXT, AT(subject), 256}, {"csv", TEXT, AT(csv), SW_DESK_BYTES_MAX}, {"a", TEXT, AT(a), 288}, {"b", TEXT, AT(b), 288},
    {"from", TIME, AT(from_ms), 0}, {"to", TIME, AT(to_ms), 0}, {"at", TIME, AT(at_ms), 0},
    {"until", TIME, AT(until_ms), 0}, {"opened", TIME, AT(opened_ms), 0}, {"closed", TIME, AT(closed_ms), 0},
    {"due", TIME, AT(due_ms), 0}, {"value", NUMBER, AT(value), 0}, {"limit", NUMBER, AT(limit), 0},
    {"n", NUMBER, AT(n), 0}, {"points", NUMBER, AT(points), 0}, {"money_fen", NUMBER, AT(money_fen), 0},
    {"items", JSON, AT(items), 0}, {"excused", FLAG, AT(excused), 0}, {"over", FLAG, AT(over), 0},
};

#define MEMBERS (sizeof members / sizeof *members)
#define TEXT_OF(entry, member) (*(char **)(void *)((char *)(entry) + (member)->at))
#define NUMBER_OF(entry, member) (*(int64_t *)(void *)((char *)(entry) + (member)->at))
#define FLAG_OF(entry, member) (*(bool *)(void *)((char *)(entry) + (member)->at))

void sw_desk_set(char **at, const char *text) {
    char *copy = text ? sw_xstrdup(text) : NULL;
    free(*at);
    *at = copy;
}

void sw_desk_init(struct sw_desk_entry *entry) {
    *entry = (struct sw_desk_entry){0};
    for (size_t i = 0; i < MEMBERS; i++)
        if (members[i].type == TIME || members[i].type == NUMBER) NUMBER_OF(entry, &members[i]) = SW_DESK_NONE;
}

void sw_desk_deinit(struct sw_desk_entry *entry) {
    for (size_t i = 0; i < MEMBERS; i++)
        if (members[i].type == TEXT || members[i].type == JSON) free(TEXT_OF(entry, &members[i]));
    *entry = (struct sw_desk_entry){0};
}

/* Control characters other than line breaks and tabs have no business in what people write. */
static bool is_clean(const char *text) {
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && !strchr("\n\r\t", *text)) || *text == 0x7f) return false;
    return true;
}

static bool read_text(char **at, const struct member *m, const cJSON *item, struct sw_buf *fault) {
    bool good = cJSON_IsString(item) && sw_utf8_count(item->valuestring) <= m->most && is_clean(item->valuestring) &&
                (m->most > ID || !sw_utf8_has_control(item->valuestring));
    if (good && *item->valuestring) sw_desk_set(at, item->valuestring);
    if (!good) sw_buf_printf(fault, "%s: must be a text of at most %zu characters", m->name, m->most);
    return good;
}

static bool read_number(int64_t *at, const struct member *m, const cJSON *item, struct sw_buf *fault) {
    if (sw_json_integer(item, -EXACT_INTEGER_MAX, EXACT_INTEGER_MAX, at)) return true;
    if (m->type == TIME && cJSON_IsString(item) && sw_parse_rfc3339(item->valuestring, at) == 0) return true;
    sw_buf_printf(fault, "%s: must be %s", m->name, m->type == TIME ? "RFC 3339 or epoch ms" : "a whole number");
    return false;
}

static bool read_member(struct sw_desk_entry *entry, const struct member *m, const cJSON *item, struct sw_buf *fault) {
    if (cJSON_IsNull(item)) {
        if (!strcmp(m->name, "tick")) entry->tick_gone = true;
        return true;
    }
    if (m->type == JSON) {
        char *text = cJSON_PrintUnformatted(item);
        if (!text) {
            sw_buf_printf(fault, "%s: there is no memory for it", m->name);
            return false;
        }
        sw_desk_set(&TEXT_OF(entry, m), text);
        cJSON_free(text);
        return true;
    }
    if (m->type == TEXT) return read_text(&TEXT_OF(entry, m), m, item, fault);
    if (m->type != FLAG) return read_number(&NUMBER_OF(entry, m), m, item, fault);
    if (!cJSON_IsBool(item)) sw_buf_printf(fault, "%s: must be true or false", m->name);
    FLAG_OF(entry, m) = cJSON_IsTrue(item);
    return cJSON_IsBool(item);
}

int sw_desk_read(struct sw_desk_entry *entry, const char *json, size_t len, struct sw_buf *fault) {
    cJSON *root = NULL;
    sw_desk_init(entry);
    sw_buf_clear(fault);
    if (len > SW_DESK_BYTES_MAX || sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK || !cJSON_IsObject(root)) {
        sw_buf_puts(fault, "not a JSON object");
        cJSON_Delete(root);
        return -SW_EPARSE;
    }
    bool good = true;
    for (size_t i = 0; i < MEMBERS && good; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, members[i].name);
        if (item) good = read_member(entry, &members[i], item, fault);
    }
    cJSON_Delete(root);
    return good ? 0 : -SW_EPARSE;
}

void sw_desk_write(const struct sw_desk_entry *entry, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct member *m = &members[i];
        if (m->at == AT(pin)) continue;
        if (m->type == TEXT) sw_json_text(&j, m->name, *(char *const *)(const void *)((const char *)entry + m->at));
        else if (m->type == JSON) {
            const char *json = *(char *const *)(const void *)((const char *)entry + m->at);
            if (json) sw_json_raw(&j, m->name, json);
        } else if (m->type == FLAG) {
            if (*(const bool *)((const char *)entry + m->at)) sw_json_bool(&j, m->name, true);
        } else {
            int64_t value = *(const int64_t *)(const void *)((const char *)entry + m->at);
            if (value != SW_DESK_NONE) sw_json_int(&j, m->name, value);
        }
    }
    if (entry->tick_gone) sw_json_raw(&j, "tick", "null");
    sw_json_close(&j, '}');
}
