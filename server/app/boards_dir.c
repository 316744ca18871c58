#include "app/boards_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/board_json.h"
#include "codec/json_writer.h"
#include "io/files.h"

struct board {
    char *name, *json;
};

struct sw_boards {
    struct board list[SW_BOARDS_MAX];
    size_t count;
    struct sw_buf *faults;
};

static void load_one(void *ctx, const char *path, const char *file) {
    struct sw_boards *boards = ctx;
    if (boards->count == SW_BOARDS_MAX) {
        sw_buf_printf(boards->faults, "%s: more than %d boards\n", path, SW_BOARDS_MAX);
        return;
    }
    struct sw_buf text;
    sw_buf_init(&text, SW_BOARD_BYTES_MAX);
    char *name = sw_xstrdup(file), *json = NULL;
    name[strlen(name) - strlen(".json")] = '\0';
    int failed = sw_file_read(path, &text);
    if (failed) sw_buf_printf(boards->faults, "%s: %s\n", path, failed == -SW_ELIMIT ? "too large" : strerror(errno));
    else json = sw_board_read(path, name, sw_buf_text(&text), text.len, boards->faults);
    if (json && sw_boards_find(boards, name)) {
        free(json);
        free(name);
    } else if (json) boards->list[boards->count++] = (struct board){name, json};
    else free(name);
    sw_buf_deinit(&text);
}

struct sw_boards *sw_boards_load(const char *built_in, const char *own, struct sw_buf *faults) {
    struct sw_boards *boards = sw_xcalloc(1, sizeof *boards);
    boards->faults = faults;
    size_t before = faults->len;
    const char *const dirs[] = {own, built_in}; /* the first of a name wins */
    for (size_t i = 0; i < 2; i++)
        if (dirs[i] && sw_files_each(dirs[i], ".json", load_one, boards))
            sw_buf_printf(faults, "%s: %s\n", dirs[i], strerror(errno));
    if (faults->len == before) return boards;
    sw_boards_free(boards);
    return NULL;
}

void sw_boards_free(struct sw_boards *boards) {
    if (!boards) return;
    for (size_t i = 0; i < boards->count; i++) {
        free(boards->list[i].name);
        free(boards->list[i].json);
    }
    free(boards);
}

const char *sw_boards_find(const struct sw_boards *boards, const char *name) {
    for (size_t i = 0; i < boards->count; i++)
        if (!strcmp(boards->list[i].name, name)) return boards->list[i].json;
    return NULL;
}

void sw_boards_names(const struct sw_boards *boards, struct sw_buf *out) {
    sw_buf_putc(out, '[');
    for (size_t i = 0; i < boards->count; i++) {
        if (i) sw_buf_putc(out, ',');
        sw_json_quote(out, boards->list[i].name);
    }
    sw_buf_putc(out, ']');
}
