#include "codec/grants_json.h"

#include <string.h>

#include "codec/json_strict.h"
#include "core/zone.h"

#define DEPTH_MAX 2
#define REASON_CHARS_MAX 500
#define EXACT_INTEGER_MAX (INT64_C(1) << 53)

/* A text of 1 to MAX characters; NULL and a fault when ITEM is none. */
static const char *text_of(const cJSON *root, const char *key, size_t max, bool required, struct sw_buf *fault) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    if ((!item || cJSON_IsNull(item)) && !required) return NULL;
    bool good = cJSON_IsString(item) && *item->valuestring && sw_utf8_count(item->valuestring) <= max &&
                !sw_utf8_has_control(item->valuestring);
    if (good) return item->valuestring;
    if (item) sw_buf_printf(fault, "%s: must be a text of 1 to %zu characters", key, max);
    else sw_buf_printf(fault, "%s: missing", key);
    return NULL;
}

/* RFC 3339, or epoch milliseconds as a number. */
static bool time_of(const cJSON *root, const char *key, bool required, int64_t *out, struct sw_buf *fault) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    if (!item && !required) return true;
    if (item && sw_json_integer(item, 0, EXACT_INTEGER_MAX, out)) return true;
    if (cJSON_IsString(item) && sw_parse_rfc3339(item->valuestring, out) == 0) return true;
    sw_buf_printf(fault, item ? "%s: must be RFC 3339 or epoch ms" : "%s: missing", key);
    return false;
}

static int read_object(const cJSON *root, struct sw_grant *grant, struct sw_buf *fault) {
    grant->agent = text_of(root, "agent", SW_ID_CHARS_MAX, true, fault);
    const char *kind = grant->agent ? text_of(root, "kind", SW_ID_CHARS_MAX, true, fault) : NULL;
    if (!kind) return -SW_EPARSE;
    int known = sw_grant_kind_from_name(kind);
    if (known < 0) {
        sw_buf_puts(fault, "kind: must be one of");
        for (int i = 0; i < SW_GRANT_COUNT; i++)
            sw_buf_printf(fault, "%s %s", i ? "," : "", sw_grant_kind_name((enum sw_grant_kind)i));
        return -SW_EPARSE;
    }
    grant->kind = (enum sw_grant_kind)known;
    if (!time_of(root, "from", true, &grant->from_ms, fault) || !time_of(root, "to", true, &grant->to_ms, fault) ||
        !time_of(root, "at", false, &grant->at_ms, fault))
        return -SW_EPARSE;
    grant->reason = text_of(root, "reason", REASON_CHARS_MAX, false, fault);
    grant->by = text_of(root, "by", SW_ID_CHARS_MAX, false, fault);
    return fault->len ? -SW_EPARSE : 0;
}

int sw_grant_read(struct sw_shifts *shifts, const char *json, size_t len, struct sw_buf *fault) {
    cJSON *root = NULL;
    struct sw_grant grant = {0};
    int status = -SW_EPARSE;
    sw_buf_clear(fault);
    if (len > SW_GRANT_BYTES_MAX) sw_buf_printf(fault, "longer than %d bytes", SW_GRANT_BYTES_MAX);
    else if (sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK || !cJSON_IsObject(root))
        sw_buf_puts(fault, "not a JSON object");
    else status = read_object(root, &grant, fault);
    if (status == 0) status = sw_shifts_add_grant(shifts, &grant);
    if (status == -SW_EINVAL) sw_buf_puts(fault, "to: must be after from");
    if (status == -SW_ELIMIT) sw_buf_puts(fault, "too many agents or grants");
    cJSON_Delete(root);
    return status;
}

int sw_grants_read(struct sw_shifts *shifts, const char *path, const char *text, size_t len, struct sw_buf *faults) {
    struct sw_buf fault;
    sw_buf_init(&fault, SW_GRANT_BYTES_MAX);
    int first = 0;
    size_t line = 0, told = 0;
    for (const char *at = text, *end = text + len; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t got = (size_t)((newline ? newline : end) - at);
        line++;
        size_t blank = 0;
        while (blank < got && memchr(" \t\r", at[blank], 3)) blank++;
        int failed = blank == got ? 0 : sw_grant_read(shifts, at, got, &fault);
        if (failed && ++told <= SW_GRANT_FAULTS_MAX) sw_buf_printf(faults, "%s:%zu: %s\n", path, line, sw_buf_text(&fault));
        if (!first) first = failed;
        at += got + (newline != NULL);
    }
    sw_buf_deinit(&fault);
    return first;
}
