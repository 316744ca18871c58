#include "codec/records_json.h"

#include <string.h>

#include "codec/json_strict.h"

#define DEPTH_MAX 8

bool sw_record_is_of_doors(const char *kind) {
    static const char *const kinds[] = {"account.", "session.", "screen.", "read"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strncmp(kind, kinds[i], strlen(kinds[i]))) return true;
    return false;
}

static const char *text_of(const cJSON *object, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* The array of records, in ROOT, which the caller deletes; NULL when JSON is no such text. */
static const cJSON *records_of(const char *json, cJSON **root) {
    *root = NULL;
    if (sw_json_parse(json, strlen(json), DEPTH_MAX, root) != SW_JSON_OK) return NULL;
    const cJSON *records = cJSON_GetObjectItemCaseSensitive(*root, "records");
    return cJSON_IsArray(records) ? records : NULL;
}

/* False without memory. */
static bool put_item(const cJSON *item, struct sw_buf *out) {
    char *text = cJSON_PrintUnformatted(item);
    if (text) sw_buf_puts(out, text);
    cJSON_free(text);
    return text != NULL;
}

bool sw_records_filter(const char *json, void *ctx, bool (*keep)(void *ctx, const char *kind, const char *agent),
                       struct sw_buf *out) {
    cJSON *root;
    const cJSON *records = records_of(json, &root), *record;
    bool first = true, good = records != NULL;
    sw_buf_puts(out, "{\"records\":[");
    cJSON_ArrayForEach(record, records) {
        const char *kind = text_of(record, "kind");
        if (!kind || !keep(ctx, kind, text_of(record, "agent"))) continue;
        if (!first) sw_buf_putc(out, ',');
        first = false;
        good = put_item(record, out) && good;
    }
    sw_buf_puts(out, "]}");
    cJSON_Delete(root);
    return good;
}

/* A cell: quoted when it must be, and kept from being read as a formula by a spreadsheet. */
static void put_cell(struct sw_buf *out, const char *text) {
    bool formula = *text && strchr("=+-@\t\r", *text);
    if (!formula && !strpbrk(text, ",\"\r\n")) {
        sw_buf_puts(out, text);
        return;
    }
    sw_buf_puts(out, formula ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"') sw_buf_putc(out, '"');
        sw_buf_putc(out, *text);
    }
    sw_buf_putc(out, '"');
}

#define EXACT_INTEGER_MAX (INT64_C(1) << 53)

bool sw_records_csv(const char *json, const struct sw_zone *zone, struct sw_buf *out) {
    static const char *const columns[] = {"kind", "key", "agent", "by", "role"};
    cJSON *root;
    const cJSON *records = records_of(json, &root), *record;
    sw_buf_puts(out, "record,at,kind,key,agent,by,role,body\r\n");
    cJSON_ArrayForEach(record, records) {
        int64_t id = 0, at_ms = 0;
        char at[SW_RFC3339_SIZE];
        (void)sw_json_integer(cJSON_GetObjectItemCaseSensitive(record, "record"), 0, EXACT_INTEGER_MAX, &id);
        (void)sw_json_integer(cJSON_GetObjectItemCaseSensitive(record, "at"), 0, EXACT_INTEGER_MAX, &at_ms);
        sw_zone_format_rfc3339(zone, at_ms, at);
        sw_buf_printf(out, "%lld,%s", (long long)id, at);
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            const char *text = text_of(record, columns[i]);
            sw_buf_putc(out, ',');
            put_cell(out, text ? text : "");
        }
        char *body = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(record, "body"));
        sw_buf_putc(out, ',');
        put_cell(out, body ? body : "");
        cJSON_free(body);
        sw_buf_puts(out, "\r\n");
    }
    cJSON_Delete(root);
    return records != NULL;
}
