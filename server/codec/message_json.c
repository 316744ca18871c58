#include "codec/message_json.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/json_writer.h"

#define DEPTH_MAX 4
#define ANSWER_DEPTH_MAX 16

size_t sw_utf8_cut(const char *text, size_t max) {
    size_t len = strnlen(text, max + 1);
    if (len <= max) return len;
    while (max && ((unsigned char)text[max] & 0xC0) == 0x80) max--;
    return max;
}

/* ---- writing ---- */

static void write_strings(struct sw_json *j, const char *key, const char *const *texts, size_t count) {
    sw_json_open(j, key, '[');
    for (size_t i = 0; i < count; i++) sw_json_text(j, NULL, texts[i]);
    sw_json_close(j, ']');
}

static void write_words(struct sw_json *j, const char *key, const struct sw_words *words, size_t column_count) {
    if (!words->title) return;
    sw_json_open(j, key, '{');
    sw_json_text(j, "title", words->title);
    sw_json_text(j, "text", words->text);
    if (words->columns) write_strings(j, "columns", words->columns, column_count);
    sw_json_close(j, '}');
}

static void write_png(struct sw_json *j, const struct sw_message *m) {
    size_t size = sodium_base64_encoded_len(m->png_bytes, sodium_base64_VARIANT_ORIGINAL);
    char *text = sw_xmalloc(size);
    sw_json_text(j, "png", sodium_bin2base64(text, size, m->png, m->png_bytes, sodium_base64_VARIANT_ORIGINAL));
    free(text);
}

void sw_message_write(const struct sw_message *m, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "kind", sw_message_kind_name(m->kind));
    sw_json_text(&j, "severity", sw_severity_name(m->severity));
    sw_json_text(&j, "id", m->id);
    sw_json_text(&j, "about", m->about);
    sw_json_text(&j, "site", m->site);
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++)
        write_words(&j, sw_language_name((enum sw_language)i), &m->words[i], m->column_count);
    if (m->row_count) {
        sw_json_open(&j, "rows", '[');
        for (size_t r = 0; r < m->row_count; r++) write_strings(&j, NULL, m->cells + r * m->column_count, m->column_count);
        sw_json_close(&j, ']');
    }
    sw_json_text(&j, "link", m->link);
    sw_json_int(&j, "made", m->made_ms);
    if (m->expires_ms != INT64_MAX) sw_json_int(&j, "expires", m->expires_ms);
    if (m->png_bytes) write_png(&j, m);
    sw_json_close(&j, '}');
}

/* ---- reading ---- */

/* A message being read, and what it borrows that is not in the tree. */
struct reading {
    struct sw_message message;
    const char **cells, **columns[SW_LANGUAGE_COUNT];
    unsigned char *png;
};

static const char *text_of(const cJSON *object, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* Puts COUNT strings of an array into OUT; false when it does not hold just that many. */
static bool read_strings(const cJSON *array, const char **out, size_t count) {
    if (!cJSON_IsArray(array) || (size_t)cJSON_GetArraySize(array) != count) return false;
    const cJSON *item;
    cJSON_ArrayForEach(item, array) {
        if (!cJSON_IsString(item)) return false;
        *out++ = item->valuestring;
    }
    return true;
}

static bool read_table(struct reading *r, const cJSON *root) {
    struct sw_message *m = &r->message;
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(root, "rows"), *row;
    size_t count = cJSON_IsArray(rows) ? (size_t)cJSON_GetArraySize(rows) : 0, done = 0;
    if (!count) return !rows || cJSON_IsArray(rows);
    size_t columns = (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(rows, 0));
    if (!columns || count > SW_MESSAGE_CELLS_MAX / columns) return false;
    r->cells = sw_xcalloc(count * columns, sizeof *r->cells);
    cJSON_ArrayForEach(row, rows)
        if (!read_strings(row, r->cells + done++ * columns, columns)) return false;
    m->cells = r->cells;
    m->row_count = count;
    m->column_count = columns;
    return true;
}

static bool read_words(struct reading *r, const cJSON *object, enum sw_language language) {
    struct sw_words *words = &r->message.words[language];
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(object, "columns");
    words->title = text_of(object, "title");
    words->text = text_of(object, "text");
    if (!columns || !r->message.column_count) return true;
    free(r->columns[language]); /* given beside the object, too */
    words->columns = r->columns[language] = sw_xcalloc(r->message.column_count, sizeof *words->columns);
    return read_strings(columns, r->columns[language], r->message.column_count);
}

static bool read_png(struct reading *r, const char *text) {
    size_t len = strlen(text);
    if (len > (SW_MESSAGE_PNG_BYTES_MAX / 3 + 1) * 4) return false;
    r->png = sw_xmalloc(len);
    r->message.png = r->png;
    return !sodium_base642bin(r->png, len, text, len, NULL, &r->message.png_bytes, NULL, sodium_base64_VARIANT_ORIGINAL);
}

static bool read_time(const cJSON *root, const char *key, int64_t *ms) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    return !item || sw_json_integer(item, 0, SW_TS_MAX_MS, ms);
}

static int severity_of(const char *name) {
    for (int i = SW_SEVERITY_INFO; i <= SW_SEVERITY_CRITICAL; i++)
        if (!strcmp(sw_severity_name((enum sw_severity)i), name)) return i;
    return -1;
}

static bool read_all(struct reading *r, const cJSON *root) {
    struct sw_message *m = &r->message;
    const char *kind = text_of(root, "kind"), *severity = text_of(root, "severity"), *png = text_of(root, "png");
    int known = kind ? sw_message_kind_from_name(kind) : SW_MESSAGE_CHART;
    int grave = severity ? severity_of(severity) : SW_SEVERITY_INFO;
    if (!cJSON_IsObject(root) || known < 0 || grave < 0) return false;
    *m = sw_message_of((enum sw_message_kind)known, text_of(root, "id"), 0);
    m->severity = (enum sw_severity)grave;
    m->about = text_of(root, "about");
    m->site = text_of(root, "site");
    m->link = text_of(root, "link");
    if (!read_table(r, root) || !read_words(r, root, SW_LANGUAGE_EN)) return false;
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++) {
        const cJSON *words = cJSON_GetObjectItemCaseSensitive(root, sw_language_name((enum sw_language)i));
        if (words && !m->words[i].title && !read_words(r, words, (enum sw_language)i)) return false;
    }
    return read_time(root, "made", &m->made_ms) && read_time(root, "expires", &m->expires_ms) && (!png || read_png(r, png));
}

int sw_message_read(const char *json, size_t len, void *ctx, void (*fn)(void *ctx, const struct sw_message *message)) {
    cJSON *root;
    if (sw_json_parse(json, len, DEPTH_MAX, &root) != SW_JSON_OK) return -SW_EPARSE;
    struct reading reading = {0};
    int failed = read_all(&reading, root) ? sw_message_check(&reading.message) : -SW_EPARSE;
    if (!failed) fn(ctx, &reading.message);
    free(reading.cells);
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++) free(reading.columns[i]);
    free(reading.png);
    cJSON_Delete(root);
    return failed;
}

bool sw_service_answer_read(const char *json, size_t len, const char *code_key, const char *text_key,
                            struct sw_service_answer *answer) {
    cJSON *root;
    if (sw_json_parse(json, len, ANSWER_DEPTH_MAX, &root) != SW_JSON_OK) return false;
    const char *text = text_of(root, text_key);
    int64_t code;
    bool read = sw_json_integer(cJSON_GetObjectItemCaseSensitive(root, code_key), INT32_MIN, INT32_MAX, &code);
    if (read) {
        answer->code = code;
        size_t cut = text ? sw_utf8_cut(text, sizeof answer->text - 1) : 0;
        memcpy(answer->text, text ? text : "", cut);
        answer->text[cut] = '\0';
    }
    cJSON_Delete(root);
    return read;
}
