#include "notify/message.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

/* MESSAGE first, so that one is the other. */
struct copy {
    struct sw_message message;
    char **texts;
    size_t text_count;
    const char **cells, **columns[SW_LANGUAGE_COUNT];
    void *png;
};

static const char *keep(struct copy *copy, const char *text) {
    if (!text) return NULL;
    char *own = sw_xstrdup(text);
    for (char *c = own; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\n') || *c == 0x7f) *c = ' ';
    copy->texts[copy->text_count++] = own;
    return own;
}

static const char **keep_all(struct copy *copy, const char *const *texts, size_t count) {
    const char **own = sw_xcalloc(count, sizeof *own);
    for (size_t i = 0; i < count; i++) own[i] = keep(copy, texts[i] ? texts[i] : "");
    return own;
}

struct sw_message *sw_message_copy(const struct sw_message *m) {
    struct copy *copy = sw_xcalloc(1, sizeof *copy);
    size_t cells = m->row_count * m->column_count;
    copy->texts = sw_xcalloc(4 + cells + SW_LANGUAGE_COUNT * (2 + m->column_count), sizeof *copy->texts);
    struct sw_message *own = &copy->message;
    *own = *m;
    own->id = keep(copy, m->id);
    own->about = keep(copy, m->about);
    own->site = keep(copy, m->site);
    own->link = keep(copy, m->link);
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++) {
        own->words[i].title = keep(copy, m->words[i].title);
        own->words[i].text = keep(copy, m->words[i].text);
        if (m->words[i].columns) copy->columns[i] = keep_all(copy, m->words[i].columns, m->column_count);
        own->words[i].columns = copy->columns[i];
    }
    copy->cells = keep_all(copy, m->cells, cells);
    own->cells = copy->cells;
    if (m->png_bytes) copy->png = memcpy(sw_xmalloc(m->png_bytes), m->png, m->png_bytes);
    own->png = copy->png;
    return own;
}

void sw_message_drop_png(struct sw_message *message) {
    struct copy *copy = (struct copy *)(void *)message;
    free(copy->png);
    copy->png = NULL;
    message->png = NULL;
    message->png_bytes = 0;
}

void sw_message_free(struct sw_message *message) {
    if (!message) return;
    struct copy *copy = (struct copy *)(void *)message;
    for (size_t i = 0; i < copy->text_count; i++) free(copy->texts[i]);
    for (int i = 0; i < SW_LANGUAGE_COUNT; i++) free(copy->columns[i]);
    free(copy->texts);
    free(copy->cells);
    free(copy->png);
    free(copy);
}
