#include "report/chart_words.h"

#include <string.h>

#include "shiftwall/buf.h"

const char *sw_word(enum sw_draw_lang lang, enum sw_word word) {
    static const char *const texts[SW_WORD_COUNT][2] = {
#define XX(name, zh, en) {zh, en},
        SW_WORD_MAP(XX)
#undef XX
    };
    return texts[word][lang == SW_DRAW_EN];
}

char *sw_word_fill(enum sw_draw_lang lang, enum sw_word word, const char *a) {
    const char *pattern = sw_word(lang, word), *mark = strstr(pattern, "{0}");
    struct sw_buf out;
    sw_buf_init(&out, SIZE_MAX);
    sw_buf_add(&out, pattern, mark ? (size_t)(mark - pattern) : strlen(pattern));
    if (mark) sw_buf_puts(&out, a);
    if (mark) sw_buf_puts(&out, mark + 3);
    return sw_buf_detach(&out, NULL);
}

struct known {
    const char *name;
    enum sw_say say;
};

static const char *find(enum sw_draw_lang lang, const struct known *known, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (!strcmp(known[i].name, name)) return sw_say_pattern(lang, known[i].say);
    return name;
}

const char *sw_word_list(enum sw_draw_lang lang, enum sw_chart_list list) {
    static const enum sw_say says[SW_CHART_LISTS] = {
        [SW_CHART_ABSENT] = SW_SAY_LIST_ABSENT, [SW_CHART_PENDING] = SW_SAY_LIST_PENDING,
        [SW_CHART_LATE] = SW_SAY_LIST_LATE,     [SW_CHART_EARLY] = SW_SAY_LIST_EARLY,
        [SW_CHART_UNAUTHORISED] = SW_SAY_LIST_UNAUTHORISED, [SW_CHART_OVERRUN] = SW_SAY_LIST_OVERRUN};
    return sw_say_pattern(lang, says[list]);
}

const char *sw_word_grant(enum sw_draw_lang lang, const char *kind) {
    static const struct known known[] = {
        {"problem", SW_SAY_GRANT_PROBLEM}, {"leave", SW_SAY_GRANT_LEAVE}, {"swap", SW_SAY_GRANT_SWAP},
        {"late", SW_SAY_GRANT_LATE}, {"early_leave", SW_SAY_GRANT_EARLY_LEAVE}, {"busy", SW_SAY_GRANT_BUSY},
        {"away", SW_SAY_GRANT_AWAY}, {"break", SW_SAY_GRANT_BREAK}, {"overtime", SW_SAY_GRANT_OVERTIME}};
    return find(lang, known, sizeof known / sizeof *known, kind);
}

const char *sw_word_incomplete(enum sw_draw_lang lang, const char *why) {
    static const struct known known[] = {{"gap", SW_SAY_WHY_GAP},
                                         {"skew", SW_SAY_WHY_SKEW},
                                         {"down", SW_SAY_WHY_DOWN},
                                         {"stale", SW_SAY_WHY_STALE},
                                         {"epoch", SW_SAY_WHY_EPOCH}};
    return find(lang, known, sizeof known / sizeof *known, why);
}

const char *sw_word_staffing(enum sw_draw_lang lang, const char *staffing) {
    static const struct known known[] = {{"erlang_c", SW_SAY_STAFFING_ERLANG_C},
                                         {"erlang_a", SW_SAY_STAFFING_ERLANG_A},
                                         {"table", SW_SAY_STAFFING_TABLE}};
    return find(lang, known, sizeof known / sizeof *known, staffing);
}

char *sw_word_class(enum sw_draw_lang lang, const char *name) {
    static const struct known known[] = {{"up_to_", SW_SAY_CLASS_UP_TO},
                                         {"under_", SW_SAY_CLASS_UNDER},
                                         {"over_", SW_SAY_CLASS_OVER},
                                         {"from_", SW_SAY_CLASS_FROM}};
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].name), digits;
        if (strncmp(name, known[i].name, length) != 0) continue;
        digits = strspn(name + length, "0123456789");
        if (!digits || digits > 6 || strcmp(name + length + digits, "_min") != 0) continue;
        char number[8] = "";
        memcpy(number, name + length, digits);
        return sw_say_fill(lang, known[i].say, number, NULL, NULL, NULL);
    }
    return name ? sw_xstrdup(name) : NULL;
}
