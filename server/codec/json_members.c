#include "codec/json_members.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_writer.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53 */

/* The end of the text that begins with the quote at AT. */
static const char *text_end(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) at += *at == '\\';
    return at < end ? at + 1 : end;
}

/* The end of the value that begins at AT: before the comma or the bracket that is not its own. */
static const char *value_end(const char *at, const char *end) {
    size_t depth = 0;
    while (at < end && (depth || !strchr(",}]", *at))) {
        if (*at == '"') {
            at = text_end(at, end);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    }
    return at;
}

/* Without a tree: a view must not lose its parts because there was no memory for one. */
void sw_json_members(const char *json, size_t len, void *ctx,
                     void (*fn)(void *ctx, const char *key, const char *text, size_t len)) {
    char key[SW_JSON_KEY_SIZE];
    const char *at = json, *end = json + len;
    SW_ASSERT(len >= 2 && *at == '{' && end[-1] == '}');
    for (at++; *at == '"';) {
        const char *name_end = text_end(at, end), *value = name_end + 1; /* behind the colon */
        size_t name_len = (size_t)(name_end - at) - 2;
        SW_ASSERT(name_len < sizeof key && *name_end == ':');
        memcpy(key, at + 1, name_len);
        key[name_len] = '\0';
        at = value_end(value, end);
        fn(ctx, key, value, (size_t)(at - value));
        at += *at == ',';
    }
}

void sw_walk_items_write(const struct sw_walk_item *items, size_t count, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        const struct sw_walk_item *item = &items[i];
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "kind", sw_walk_kind_name(item->kind));
        sw_json_text(&j, "subject", item->subject);
        sw_json_text(&j, "agent", item->agent);
        sw_json_text(&j, "name", item->name);
        sw_json_text(&j, "seat", item->seat);
        sw_json_text(&j, "team", item->team);
        sw_json_text(&j, "rule", item->rule);
        sw_json_text(&j, "severity", sw_severity_name(item->severity));
        sw_json_int(&j, "since", item->since_ms);
        sw_json_text(&j, "text", item->text);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
}

static const char *text_of(const cJSON *object, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* A whole number that a double holds; else 0, not known. */
static int64_t time_of(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return value > -EXACT_MAX && value < EXACT_MAX ? (int64_t)value : 0;
}

static enum sw_severity severity_of(const char *name) {
    for (int i = SW_SEVERITY_INFO; name && i <= SW_SEVERITY_CRITICAL; i++)
        if (!strcmp(sw_severity_name((enum sw_severity)i), name)) return (enum sw_severity)i;
    return SW_SEVERITY_INFO;
}

void sw_walk_items_read(const char *json, size_t len, void *ctx,
                        void (*fn)(void *ctx, const struct sw_walk_item *items, size_t count)) {
    cJSON *root = cJSON_ParseWithLength(json, len);
    size_t size = cJSON_IsArray(root) ? (size_t)cJSON_GetArraySize(root) : 0, count = 0;
    struct sw_walk_item *items = sw_xcalloc(size + 1, sizeof *items);
    const cJSON *object;
    if (size) cJSON_ArrayForEach(object, root) {
        const char *kind = text_of(object, "kind"), *subject = text_of(object, "subject");
        int known = kind ? sw_walk_kind_from_name(kind) : -1;
        if (known < 0 || !subject) continue;
        items[count++] = (struct sw_walk_item){.kind = (enum sw_walk_kind)known, .subject = subject,
                                               .agent = text_of(object, "agent"), .name = text_of(object, "name"),
                                               .seat = text_of(object, "seat"), .team = text_of(object, "team"),
                                               .rule = text_of(object, "rule"),
                                               .severity = severity_of(text_of(object, "severity")),
                                               .since_ms = time_of(object, "since"),
                                               .text = text_of(object, "text")};
    }
    fn(ctx, items, count);
    free(items);
    cJSON_Delete(root);
}
