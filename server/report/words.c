#include "report/words.h"

#include <string.h>

static const struct {
    const char *key, *texts[2];
} words[SW_WORD_COUNT] = {
#define XX(name, key, zh, en) {key, {zh, en}},
    SW_WORD_MAP(XX)
#undef XX
};

const char *sw_word_key(enum sw_word word) {
    return words[word].key;
}

const char *sw_word_text(enum sw_draw_lang lang, enum sw_word word) {
    return words[word].texts[lang == SW_DRAW_EN];
}

int sw_word_find(enum sw_word first, enum sw_word last, const char *key) {
    for (enum sw_word word = first; key && word <= last; word++)
        if (strcmp(words[word].key, key) == 0) return (int)word;
    return -1;
}
