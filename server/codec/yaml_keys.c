#include "codec/yaml_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "core/map.h"

struct sw_yaml {
    yaml_document_t document;
    const char *path;
    struct sw_buf *faults;
    size_t fault_count, faults_max;
};

void sw_yaml_fault(struct sw_yaml *y, const yaml_node_t *node, const char *key, const char *format, ...) {
    if (++y->fault_count > y->faults_max) return;
    char text[256], name[129];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(name, sizeof name, "%s", key);
    sw_utf8_mend(text);
    sw_utf8_mend(name);
    sw_buf_printf(y->faults, "%s:%zu: %s: %s\n", y->path, node->start_mark.line + 1, name, text);
}

size_t sw_yaml_fault_count(const struct sw_yaml *y) {
    return y->fault_count;
}

static const yaml_node_t *node_of(struct sw_yaml *y, int id) {
    const yaml_node_t *node = yaml_document_get_node(&y->document, id);
    SW_ASSERT(node != NULL);
    return node;
}

/* ---- scalars ---- */

const char *sw_yaml_scalar(const yaml_node_t *node) {
    if (node->type != YAML_SCALAR_NODE) return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL; /* no NUL inside */
}

/* `key:` with nothing behind it. */
static bool is_nothing(const yaml_node_t *node) {
    return node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool sw_yaml_is_text(const char *text, size_t max_chars) {
    return *text && sw_utf8_count(text) <= max_chars && !sw_utf8_has_control(text);
}

static bool read_number(const char *text, double *out) {
    char *end;
    if (!*text || strspn(text, "0123456789.-") != strlen(text)) return false; /* no inf, nan or hex */
    errno = 0;
    *out = strtod(text, &end);
    return !errno && !*end;
}

static const char *read_bool(const char *text, bool *out) {
    bool yes = !strcmp(text, "true") || !strcmp(text, "yes"),
         no = !strcmp(text, "false") || !strcmp(text, "no");
    if (!yes && !no) return "must be true or false";
    *out = yes;
    return NULL;
}

static const char *read_of_day(const char *text, int64_t *out) {
    const char *wrong = "must be a time of day, \"HH:MM\"";
    if (strlen(text) != 5 || text[2] != ':' || strspn(text, "0123456789") != 2 ||
        strspn(text + 3, "0123456789") != 2)
        return wrong;
    int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (hours > 23 || minutes > 59) return wrong;
    *out = (hours * 60 + minutes) * INT64_C(60000);
    return NULL;
}

static void read_numeric(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         const char *text, void *at) {
    double value;
    int max = key->kind == SW_YAML_SHARE ? 1 : key->max;
    if (!read_number(text, &value))
        sw_yaml_fault(y, node, key->name, "must be a number");
    else if (!(value >= key->min && value <= max))
        sw_yaml_fault(y, node, key->name, "must be between %d and %d", key->min, max);
    else if (key->kind == SW_YAML_SHARE)
        *(double *)at = value;
    else if (key->kind == SW_YAML_SECONDS)
        *(int64_t *)at = (int64_t)(value * 1000 + 0.5);
    else if (value != (double)(int64_t)value)
        sw_yaml_fault(y, node, key->name, "must be a whole number");
    else
        *(int64_t *)at = (int64_t)value;
}

/* Digits, 9 at most, from *TEXT on, which is moved behind them. */
static bool read_digits(const char **text, int64_t *out) {
    size_t digits = strspn(*text, "0123456789");
    if (!digits || digits > 9) return false;
    *out = 0;
    for (const char *end = *text + digits; *text < end; ++*text) *out = *out * 10 + (**text - '0');
    return true;
}

/* "1h30m": each unit once at most, the longer first. Only 0 may go without. */
static bool read_duration(const char *text, int64_t *out) {
    static const struct {
        char unit;
        int ms;
    } units[] = {{'h', 3600000}, {'m', 60000}, {'s', 1000}};
    int64_t sum = 0, n;
    size_t from = 0, size = sizeof units / sizeof *units;
    *out = 0;
    if (!strcmp(text, "0")) return true;
    do {
        if (!read_digits(&text, &n)) return false;
        while (from < size && units[from].unit != *text) from++;
        if (from == size) return false;
        sum += n * units[from++].ms;
    } while (*++text);
    *out = sum;
    return true;
}

/* Digits with PLACES decimals at most, as an integer of the last place; *TEXT is moved behind them. */
static bool read_fixed(const char **text, int places, int64_t *out) {
    if (!read_digits(text, out)) return false;
    bool point = **text == '.';
    if (point && strspn(++*text, "0123456789") == 0) return false;
    for (; places; places--) {
        bool digit = point && **text >= '0' && **text <= '9';
        *out = *out * 10 + (digit ? *(*text)++ - '0' : 0);
    }
    return **text < '0' || **text > '9';
}

static bool read_ppm(const char *text, int64_t *out) {
    const char *percent = strchr(text, '%');
    if (!read_fixed(&text, percent ? 4 : 6, out)) return false;
    if (percent) {
        while (*text == ' ') text++;
        if (text++ != percent) return false;
    }
    return !*text;
}

static bool read_money(const char *text, int64_t *out) {
    return read_fixed(&text, 2, out) && !*text;
}

/* Seconds, as a duration is written. */
static const char *put_duration(int seconds, char *out, size_t size) {
    if (seconds && seconds % 3600 == 0)
        snprintf(out, size, "%dh", seconds / 3600);
    else if (seconds && seconds % 60 == 0)
        snprintf(out, size, "%dm", seconds / 60);
    else
        snprintf(out, size, "%ds", seconds);
    return out;
}

/* Durations, shares and money: exact, in the unit of their kind. */
static void read_exact(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                       const char *text, int64_t *at) {
    int64_t value, unit = key->kind == SW_YAML_PPM ? 1000000 : key->kind == SW_YAML_MONEY ? 100 : 1000;
    int max = key->kind == SW_YAML_PPM && !key->max ? 1 : key->max;
    const char *wrong = NULL;
    if (key->kind == SW_YAML_DURATION && !read_duration(text, &value))
        wrong = "must be a duration like 90s, 5m or 1h30m";
    else if (key->kind == SW_YAML_PPM && !read_ppm(text, &value))
        wrong = "must be a share like 0.95 or 95 %";
    else if (key->kind == SW_YAML_MONEY && !read_money(text, &value))
        wrong = "must be an amount like 2 or 2.50";
    if (wrong) {
        sw_yaml_fault(y, node, key->name, "%s%s", wrong, key->never ? ", or never" : "");
        return;
    }
    char low[16], high[16];
    if (value >= key->min * unit && value <= max * unit)
        *at = value;
    else if (key->kind == SW_YAML_DURATION)
        sw_yaml_fault(y, node, key->name, "must be between %s and %s",
                      put_duration(key->min, low, sizeof low), put_duration(max, high, sizeof high));
    else
        sw_yaml_fault(y, node, key->name, "must be between %d and %d", key->min, max);
}

static const char *read_text(const struct sw_yaml_key *key, const char *text, char **at) {
    const char *wrong = key->judge                                      ? key->judge(text)
                        : sw_yaml_is_text(text, SW_YAML_TEXT_CHARS_MAX) ? NULL
                                                                        : "must be one line of text";
    if (wrong) return wrong;
    free(*at);
    *at = sw_xstrdup(text);
    return NULL;
}

static void read_scalar(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    const char *text = sw_yaml_scalar(node), *wrong;
    if (!text) {
        sw_yaml_fault(y, node, key->name, "must be a single value");
        return;
    }
    if (key->never && !strcmp(text, "never")) {
        *(int64_t *)at = key->never;
        return;
    }
    switch (key->kind) {
    case SW_YAML_INT:
    case SW_YAML_SECONDS:
    case SW_YAML_SHARE: read_numeric(y, node, key, text, at); return;
    case SW_YAML_DURATION:
    case SW_YAML_PPM:
    case SW_YAML_MONEY: read_exact(y, node, key, text, at); return;
    case SW_YAML_BOOL: wrong = read_bool(text, at); break;
    case SW_YAML_OF_DAY: wrong = read_of_day(text, at); break;
    default: wrong = read_text(key, text, at); break;
    }
    if (wrong) sw_yaml_fault(y, node, key->name, "%s", wrong);
}

/* ---- sets of texts ---- */

struct sw_yaml_word {
    UT_hash_handle hh;
    char text[];
};

bool sw_yaml_has_word(const struct sw_yaml_word *set, const char *text) {
    struct sw_yaml_word *found;
    HASH_FIND(hh, set, text, strlen(text), found);
    return found != NULL;
}

bool sw_yaml_add_word(struct sw_yaml_word **set, const char *text) {
    if (sw_yaml_has_word(*set, text)) return false;
    size_t len = strlen(text);
    struct sw_yaml_word *word = sw_xcalloc(1, sizeof *word + len + 1);
    memcpy(word->text, text, len);
    HASH_ADD_KEYPTR(hh, *set, word->text, len, word);
    return true;
}

size_t sw_yaml_word_count(const struct sw_yaml_word *set) {
    return HASH_COUNT(set);
}

void sw_yaml_free_words(struct sw_yaml_word *set) {
    struct sw_yaml_word *word, *next;
    HASH_ITER(hh, set, word, next) {
        HASH_DEL(set, word);
        free(word);
    }
}

/* ---- lists and mappings ---- */

size_t sw_yaml_item_count(const yaml_node_t *node) {
    if (!node || node->type != YAML_SEQUENCE_NODE) return 0;
    return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

const yaml_node_t *sw_yaml_item(struct sw_yaml *y, const yaml_node_t *node, size_t i) {
    return node_of(y, node->data.sequence.items.start[i]);
}

bool sw_yaml_is_list(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                     const char *wrong, size_t *count) {
    if (is_nothing(node)) return false;
    *count = sw_yaml_item_count(node);
    if (node->type != YAML_SEQUENCE_NODE)
        sw_yaml_fault(y, node, key->name, "%s", wrong);
    else if (*count > (size_t)key->max)
        sw_yaml_fault(y, node, key->name, "must hold %d at most", key->max);
    else
        return true;
    return false;
}

static size_t pair_count(const yaml_node_t *node) {
    if (!node || node->type != YAML_MAPPING_NODE) return 0;
    return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

bool sw_yaml_is_mapping(struct sw_yaml *y, const yaml_node_t *node, const char *name, const char *wrong,
                        size_t *count) {
    if (is_nothing(node)) return false;
    *count = pair_count(node);
    if (node->type == YAML_MAPPING_NODE) return true;
    sw_yaml_fault(y, node, name, "%s", wrong);
    return false;
}

void sw_yaml_pair(struct sw_yaml *y, const yaml_node_t *node, size_t i, const yaml_node_t **key,
                  const yaml_node_t **value) {
    const yaml_node_pair_t *pair = &node->data.mapping.pairs.start[i];
    *key = node_of(y, pair->key);
    *value = node_of(y, pair->value);
}

const yaml_node_t *sw_yaml_child(struct sw_yaml *y, const yaml_node_t *node, const char *key) {
    for (size_t i = 0, count = pair_count(node); i < count; i++) {
        const yaml_node_t *key_node, *value;
        sw_yaml_pair(y, node, i, &key_node, &value);
        const char *text = sw_yaml_scalar(key_node);
        if (text && !strcmp(text, key)) return value;
    }
    return NULL;
}

void sw_yaml_mapping(struct sw_yaml *y, const yaml_node_t *node, const char *name,
                     const struct sw_yaml_key *keys, void *into) {
    size_t count;
    if (!sw_yaml_is_mapping(y, node, name, "must be a mapping", &count)) return;
    uint64_t seen = 0;
    for (size_t p = 0; p < count; p++) {
        const yaml_node_t *key_node, *value;
        sw_yaml_pair(y, node, p, &key_node, &value);
        const char *text = sw_yaml_scalar(key_node);
        size_t i = 0;
        while (text && keys[i].name && strcmp(keys[i].name, text) != 0) i++;
        if (!text || !keys[i].name) {
            sw_yaml_fault(y, key_node, text ? text : name, "unknown key");
        } else if (seen & (UINT64_C(1) << i)) {
            sw_yaml_fault(y, key_node, text, "stands twice");
        } else {
            seen |= UINT64_C(1) << i;
            sw_yaml_value(y, value, &keys[i], into);
        }
    }
}

/* An array of structs whose first member is their id. */
static void read_entries(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         void *array) {
    size_t size;
    if (!sw_yaml_is_list(y, node, key, "must be a list of mappings", &size)) return;
    void **items = array;
    size_t *count = (size_t *)(void *)(items + 1);
    struct sw_yaml_word *ids = NULL;
    *items = sw_xcalloc(size, key->size);
    for (size_t i = 0; i < size; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        void *entry = (char *)*items + (*count)++ * key->size;
        if (key->prepare) key->prepare(entry);
        size_t before = y->fault_count;
        sw_yaml_mapping(y, item, key->name, key->keys, entry);
        const char *id = *(char **)entry;
        if (!id && y->fault_count == before) sw_yaml_fault(y, item, key->name, "id is missing");
        if (id && !sw_yaml_add_word(&ids, id)) sw_yaml_fault(y, item, id, "stands twice");
    }
    sw_yaml_free_words(ids);
}

void sw_yaml_value(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *into) {
    void *at = (char *)into + key->at;
    switch (key->kind) {
    case SW_YAML_MAPPING: sw_yaml_mapping(y, node, key->name, key->keys, into); break;
    case SW_YAML_ENTRIES: read_entries(y, node, key, at); break;
    case SW_YAML_CUSTOM: key->read(y, node, key, at); break;
    default: read_scalar(y, node, key, at); break;
    }
}

/* ---- the document ---- */

static bool load(struct sw_yaml *y, yaml_parser_t *parser) {
    if (yaml_parser_load(parser, &y->document)) return true;
    size_t line = parser->problem_mark.line, offset = parser->problem_offset;
    if (parser->error == YAML_READER_ERROR) /* knows no line: not UTF-8, or a character YAML does not have */
        sw_buf_printf(y->faults, "%s: byte %zu: %s\n", y->path, offset, parser->problem);
    else
        sw_buf_printf(y->faults, "%s:%zu: %s\n", y->path, line + 1,
                      parser->problem ? parser->problem : "not YAML");
    y->fault_count++;
    return false;
}

int sw_yaml_read(const char *path, const char *text, size_t len, const struct sw_yaml_key *keys, void *into,
                 void (*check)(struct sw_yaml *yaml, const yaml_node_t *root, const void *into),
                 size_t faults_max, struct sw_buf *faults) {
    struct sw_yaml y = {.path = path, .faults = faults, .faults_max = faults_max};
    yaml_parser_t parser;
    SW_ASSERT(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    bool more = false;
    if (load(&y, &parser)) {
        const yaml_node_t *root = yaml_document_get_root_node(&y.document);
        more = root != NULL;
        if (root) sw_yaml_mapping(&y, root, "the file", keys, into);
        if (root && check) check(&y, root, into);
        yaml_document_delete(&y.document);
    }
    if (more && load(&y, &parser)) {
        const yaml_node_t *root = yaml_document_get_root_node(&y.document);
        if (root) sw_yaml_fault(&y, root, "the file", "must hold one document");
        yaml_document_delete(&y.document);
    }
    if (y.fault_count > faults_max)
        sw_buf_printf(faults, "%s: and %zu more faults\n", path, y.fault_count - faults_max);
    yaml_parser_delete(&parser);
    return y.fault_count ? -SW_EPARSE : 0;
}
