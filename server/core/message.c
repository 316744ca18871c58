#include "shiftwall/message.h"

#include <string.h>

static const char *const kinds[] = {
#define XX(name, text) text,
    SW_MESSAGE_KIND_MAP(XX)
#undef XX
};
static const char *const languages[] = {
#define XX(name, text) text,
    SW_LANGUAGE_MAP(XX)
#undef XX
};

static int find(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (!strcmp(names[i], name)) return i;
    return -1;
}

const char *sw_message_kind_name(enum sw_message_kind kind) { return kinds[kind]; }
int sw_message_kind_from_name(const char *name) { return find(kinds, SW_MESSAGE_KIND_COUNT, name); }
const char *sw_language_name(enum sw_language language) { return languages[language]; }
int sw_language_from_name(const char *name) { return find(languages, SW_LANGUAGE_COUNT, name); }

struct sw_message sw_message_of(enum sw_message_kind kind, const char *id, int64_t made_ms) {
    return (struct sw_message){.kind = kind, .id = id, .made_ms = made_ms, .expires_ms = INT64_MAX};
}

const struct sw_words *sw_message_words(const struct sw_message *message, enum sw_language language) {
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++) {
        const struct sw_words *words = &message->words[((int)language + i) % SW_LANGUAGE_COUNT];
        if (words->title) return words;
    }
    return &message->words[language];
}

static int check_length(const char *text, size_t max) { return text && strlen(text) > max ? -SW_ELIMIT : 0; }

int sw_message_check(const struct sw_message *m) {
    if (!m->id || !*m->id || !sw_message_words(m, SW_LANGUAGE_EN)->title) return -SW_EINVAL;
    if ((m->row_count && (!m->column_count || !m->cells)) || (m->png_bytes && !m->png)) return -SW_EINVAL;
    if (m->column_count > SW_MESSAGE_CELLS_MAX || m->row_count > SW_MESSAGE_CELLS_MAX ||
        m->row_count * m->column_count > SW_MESSAGE_CELLS_MAX || m->png_bytes > SW_MESSAGE_PNG_BYTES_MAX)
        return -SW_ELIMIT;
    int failed = check_length(m->id, SW_MESSAGE_ID_BYTES_MAX);
    if (!failed) failed = check_length(m->about, SW_MESSAGE_ID_BYTES_MAX);
    if (!failed) failed = check_length(m->site, SW_MESSAGE_TITLE_BYTES_MAX);
    if (!failed) failed = check_length(m->link, SW_MESSAGE_LINK_BYTES_MAX);
    for (int i = 0; i < SW_LANGUAGE_COUNT && !failed; i++) {
        failed = check_length(m->words[i].title, SW_MESSAGE_TITLE_BYTES_MAX);
        if (!failed) failed = check_length(m->words[i].text, SW_MESSAGE_TEXT_BYTES_MAX);
    }
    return failed;
}
