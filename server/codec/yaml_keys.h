/* Reading YAML strictly into structs: tables of keys over libyaml's document tree, whose nodes know their
 * lines.
 *
 * Every fault is a line "PATH:LINE: key: text"; reading goes on behind it, so that all are told at once. What
 * was there before is kept where the file says nothing (`key:` with nothing behind it says nothing where a
 * mapping or a list is expected). */
#ifndef CODEC_YAML_KEYS_H
#define CODEC_YAML_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "shiftwall/buf.h"

#define SW_YAML_TEXT_CHARS_MAX 512

/* A file being read. */
struct sw_yaml;

enum sw_yaml_kind {
    SW_YAML_TEXT,     /* char *, malloc'ed: what `judge` lets pass, or one line of text */
    SW_YAML_BOOL,     /* bool */
    SW_YAML_INT,      /* int64_t in [min, max] */
    SW_YAML_SECONDS,  /* int64_t ms, written in seconds, fractions allowed, in [min, max] seconds */
    SW_YAML_DURATION, /* int64_t ms, written like 90s, 5m or 1h30m, in [min, max] seconds */
    SW_YAML_SHARE,    /* double in 0..1 */
    SW_YAML_PPM,      /* int64_t in millionths, written 0.95 or 95 %, in [min, max] wholes; max 0 is 1 */
    SW_YAML_MONEY,    /* int64_t hundredths, written 2 or 2.00, in [min, max] wholes */
    SW_YAML_OF_DAY,   /* int64_t ms, written "HH:MM" */
    SW_YAML_MAPPING,  /* `keys` into the same struct */
    SW_YAML_ENTRIES,  /* an array's pointer and, behind it, its count: `keys` for each element of `size` bytes
                       */
    SW_YAML_CUSTOM    /* `read` does it */
};

struct sw_yaml_key {
    const char *name; /* NULL ends a table, which has 64 keys at most */
    enum sw_yaml_kind kind;
    size_t at; /* offset in the struct being filled */
    int min, max;
    int64_t never; /* not 0: the word "never" is this value */
    const struct sw_yaml_key *keys;
    size_t size;
    void (*prepare)(void *entry);           /* defaults of an entry, which is zeroed otherwise */
    const char *(*judge)(const char *text); /* what is wrong with the text, or NULL */
    void (*read)(struct sw_yaml *yaml, const yaml_node_t *node, const struct sw_yaml_key *key, void *at);
};

/* Reads one document of LEN bytes with the table KEYS into INTO. PATH is only named in messages; CHECK (or
 * NULL) then tells what one key alone cannot. Returns 0, or -SW_EPARSE and then FAULTS has FAULTS_MAX lines
 * at most, one for each fault, and one that says how many more there are; INTO may be half read. */
int sw_yaml_read(const char *path, const char *text, size_t len, const struct sw_yaml_key *keys, void *into,
                 void (*check)(struct sw_yaml *yaml, const yaml_node_t *root, const void *into),
                 size_t faults_max, struct sw_buf *faults) SW_NODISCARD;

/* Tells a fault at the line of NODE. */
void sw_yaml_fault(struct sw_yaml *yaml, const yaml_node_t *node, const char *key, const char *format, ...)
    SW_PRINTF(4, 5);
/* How many faults there are so far. */
size_t sw_yaml_fault_count(const struct sw_yaml *yaml);

/* The text of a scalar; NULL when it is no scalar or has a NUL inside. Owned by the document. */
const char *sw_yaml_scalar(const yaml_node_t *node);
/* Whether TEXT is one line of 1 to MAX_CHARS characters. */
bool sw_yaml_is_text(const char *text, size_t max_chars);
/* Reads NODE as KEY says, into the member of INTO. */
void sw_yaml_value(struct sw_yaml *yaml, const yaml_node_t *node, const struct sw_yaml_key *key, void *into);

/* Whether NODE is a mapping; NAME is told where it is not. COUNT gets its pairs. Nothing at all is false and
 * no fault. */
bool sw_yaml_is_mapping(struct sw_yaml *yaml, const yaml_node_t *node, const char *name, const char *wrong,
                        size_t *count);
/* The I-th pair of a mapping. */
void sw_yaml_pair(struct sw_yaml *yaml, const yaml_node_t *node, size_t i, const yaml_node_t **key,
                  const yaml_node_t **value);
/* The value of KEY in a mapping, or NULL; NODE may be NULL or none. */
const yaml_node_t *sw_yaml_child(struct sw_yaml *yaml, const yaml_node_t *node, const char *key);
/* Reads a mapping with a table. */
void sw_yaml_mapping(struct sw_yaml *yaml, const yaml_node_t *node, const char *name,
                     const struct sw_yaml_key *keys, void *into);

/* Whether NODE is a list of key->max at most; WRONG is told where it is none. COUNT gets its items. Nothing
 * at all is false and no fault. */
bool sw_yaml_is_list(struct sw_yaml *yaml, const yaml_node_t *node, const struct sw_yaml_key *key,
                     const char *wrong, size_t *count);
/* How many items there are; 0 for NULL or what is no list. */
size_t sw_yaml_item_count(const yaml_node_t *node);
/* The I-th item of a list. */
const yaml_node_t *sw_yaml_item(struct sw_yaml *yaml, const yaml_node_t *node, size_t i);

/* Sets of texts, to find what stands twice or nowhere. The empty one is NULL. */
struct sw_yaml_word;
bool sw_yaml_has_word(const struct sw_yaml_word *set, const char *text);
/* False when it was there already. TEXT is copied. */
bool sw_yaml_add_word(struct sw_yaml_word **set, const char *text);
size_t sw_yaml_word_count(const struct sw_yaml_word *set);
void sw_yaml_free_words(struct sw_yaml_word *set);

#endif
