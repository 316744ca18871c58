/* The second page: who was absent, late, early, away without leave or too long on a break, with times and grants. Short
 * lists have rows of the full width, long ones stand in two columns. A sheet of paper is followed by another; on a
 * screen a list is cut and says how many are missing and where they are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/draw_layout.h"

#define WIDE_ROWS_MAX 24 /* on a screen */
#define WIDE_ROWS_MAX_PAPER 44
#define SCREEN_ROWS 108     /* of all lists together */
#define SCREEN_ROWS_EACH 18 /* that every list may have */
#define COLUMN_GAP 36.0

enum column { AGENT, NAME, TEAM, SEAT, SHIFT, AT, VALUE, OVER, CLASS, GRANT, COLUMNS };

/* How a list stands on the page: which columns it has and how wide they are, as its texts ask for. */
struct form {
    double size, row, width;
    size_t abreast; /* columns of rows */
    double gap;     /* between cells */
    enum column columns[COLUMNS];
    size_t count;
    double widths[COLUMNS]; /* by enum column */
};

#define NAME_SHARE 0.45      /* of the room for words, at most */
#define WORD_WIDTH_MIN 150.0 /* where there is room */
#define ID_WIDTH_MAX 7.0     /* in ems; longer ones are cut */

struct list {
    enum sw_chart_list kind;
    const struct sw_chart_person *rows;
    size_t *order; /* of the rows */
    size_t count, shown;
};

static const char *class_text(struct sw_layout *layout, const char *name) {
    static const struct {
        const char *prefix;
        enum sw_say say;
    } known[] = {{"up_to_", SW_SAY_CLASS_UP_TO},
                 {"under_", SW_SAY_CLASS_UNDER},
                 {"over_", SW_SAY_CLASS_OVER},
                 {"from_", SW_SAY_CLASS_FROM}};
    if (!name) return SW_UNKNOWN_FIGURE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].prefix);
        if (strncmp(name, known[i].prefix, length) != 0) continue;
        size_t digits = strspn(name + length, "0123456789");
        if (!digits || digits > 6 || strcmp(name + length + digits, "_min") != 0) continue;
        char number[8] = "";
        memcpy(number, name + length, digits);
        return sw__fill(layout, known[i].say, number, NULL, NULL, NULL);
    }
    return name; /* a policy's own word */
}

static const char *grant_kind(struct sw_layout *layout, const char *kind) {
    static const struct {
        const char *name;
        enum sw_say say;
    } known[] = {{"problem", SW_SAY_GRANT_PROBLEM},
                 {"leave", SW_SAY_GRANT_LEAVE},
                 {"swap", SW_SAY_GRANT_SWAP},
                 {"late", SW_SAY_GRANT_LATE},
                 {"early_leave", SW_SAY_GRANT_EARLY_LEAVE},
                 {"busy", SW_SAY_GRANT_BUSY},
                 {"away", SW_SAY_GRANT_AWAY},
                 {"break", SW_SAY_GRANT_BREAK},
                 {"overtime", SW_SAY_GRANT_OVERTIME}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i].name) == 0) return sw__say(layout, known[i].say);
    return kind;
}

/* "Excused · Late arrival: the underground stood still (Chen Xiao)" */
static const char *grant_text(struct sw_layout *layout, const struct sw_chart_person *person) {
    if (!person->grant && !person->excused) return "";
    bool zh = layout->lang == SW_DRAW_ZH;
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    sw_buf_puts(&text, sw__say(layout, person->excused ? SW_SAY_EXCUSED : SW_SAY_NOT_COVERED));
    if (person->grant) {
        sw_buf_puts(&text, sw__say(layout, SW_SAY_DOT));
        sw_buf_puts(&text, grant_kind(layout, person->grant));
    }
    if (person->reason && *person->reason) {
        sw_buf_puts(&text, zh ? "：" : ": ");
        sw_buf_puts(&text, person->reason);
    }
    if (person->by && *person->by) {
        sw_buf_puts(&text, zh ? "（" : " (");
        sw_buf_puts(&text, person->by);
        sw_buf_puts(&text, zh ? "）" : ")");
    }
    const char *kept = sw_drawing_keep(layout->drawing, sw_xstrdup(sw_buf_text(&text)));
    sw_buf_deinit(&text);
    return kept;
}

static const char *or_unknown(const char *text) {
    return text && *text ? text : SW_UNKNOWN_FIGURE;
}

static const char *value_text(struct sw_layout *layout, enum sw_chart_list kind, const struct sw_chart_person *person) {
    const char *value = sw__duration(layout, person->value_ms);
    if (kind == SW_CHART_OVERRUN) return sw__slash(layout, value, sw__duration(layout, person->limit_ms));
    return value;
}

static const char *cell_text(struct sw_layout *layout, enum sw_chart_list kind, enum column column,
                             const struct sw_chart_person *person) {
    switch (column) {
    case AGENT: return or_unknown(person->agent);
    case NAME: return or_unknown(person->name);
    case TEAM: return or_unknown(person->team);
    case SEAT: return or_unknown(person->seat);
    case SHIFT: return sw__range(layout, person->shift_start_ms, person->shift_end_ms);
    case AT: return sw__clock(layout, person->at_ms, true);
    case VALUE: return value_text(layout, kind, person);
    case OVER: return sw__duration(layout, person->value_ms - person->limit_ms);
    case CLASS: return class_text(layout, person->late_class);
    case GRANT: return grant_text(layout, person);
    case COLUMNS: break;
    }
    return "";
}

static const char *column_title(struct sw_layout *layout, enum sw_chart_list kind, enum column column) {
    static const enum sw_say plain[] = {
        [AGENT] = SW_SAY_COL_AGENT, [NAME] = SW_SAY_COL_NAME,   [TEAM] = SW_SAY_COL_TEAM,  [SEAT] = SW_SAY_COL_SEAT,
        [SHIFT] = SW_SAY_COL_SHIFT, [AT] = SW_SAY_COL_SIGN_OUT, [VALUE] = SW_SAY_COL_AWAY, [OVER] = SW_SAY_COL_OVER,
        [CLASS] = SW_SAY_COL_CLASS, [GRANT] = SW_SAY_COL_GRANT};
    enum sw_say say = plain[column];
    if (column == AT && kind == SW_CHART_LATE) say = SW_SAY_COL_SIGN_IN;
    if (column == AT && kind == SW_CHART_OVERRUN) say = SW_SAY_COL_START;
    if (column == VALUE && kind == SW_CHART_LATE) say = SW_SAY_COL_LATE;
    if (column == VALUE && kind == SW_CHART_EARLY) say = SW_SAY_COL_EARLY;
    if (column == VALUE && kind == SW_CHART_OVERRUN) say = SW_SAY_COL_BREAK;
    return sw__say(layout, say);
}

/* One line of cells: of PERSON, or the titles when that is NULL. */
static void put_line(struct sw_layout *layout, const struct form *form, enum sw_chart_list kind, double x, double y,
                     const struct sw_chart_person *person) {
    double base = y + form->row * 0.5 + form->size * 0.36;
    bool soft = !person || person->excused;
    for (size_t i = 0; i < form->count; i++) {
        enum column column = form->columns[i];
        struct sw_style style = {person ? form->size : form->size - 1, person && column == NAME,
                                 soft ? SW_INK_SOFT : SW_INK};
        const char *text = person ? cell_text(layout, kind, column, person) : column_title(layout, kind, column);
        sw__put(layout, x, base, form->widths[column], SW_LEFT, style, text);
        x += form->widths[column] + form->gap;
    }
}

/* Lets the columns of words share ROOM. A name has what it asks for, within its share; of a grant at least the first
 * word is read; team and grant divide the rest. */
static void share_width(struct sw_layout *layout, const struct list *list, struct form *form, double room) {
    double *widths = form->widths, word = 0;
    if (widths[NAME] > room * NAME_SHARE) widths[NAME] = room * NAME_SHARE;
    room -= widths[NAME];
    for (size_t i = 0; i < list->shown; i++) {
        const struct sw_chart_person *person = &list->rows[list->order[i]];
        if (!person->grant && !person->excused) continue;
        const char *text = sw__say(layout, person->excused ? SW_SAY_EXCUSED : SW_SAY_NOT_COVERED);
        double width = sw_text_width(text, form->size, false) + form->size; /* and the ellipsis */
        if (width > word) word = width;
    }
    double grant = room - widths[TEAM], least = fmax(room / 2, word);
    if (grant < least) grant = fmin(least, widths[GRANT]);
    widths[GRANT] = grant;
    if (widths[TEAM] > room - grant) widths[TEAM] = room - grant;
}

static struct form form_of(struct sw_layout *layout, const struct list *list) {
    bool wide = list->shown <= (layout->paper ? WIDE_ROWS_MAX_PAPER : WIDE_ROWS_MAX);
    bool classes = list->kind == SW_CHART_LATE || list->kind == SW_CHART_EARLY;
    bool came = list->kind != SW_CHART_ABSENT && list->kind != SW_CHART_PENDING;
    struct form form = {.size = wide ? 22 : 19, .row = wide ? 34 : 29, .abreast = wide ? 1 : 2, .gap = wide ? 26 : 12};
    form.width = wide ? SW_INNER : (SW_INNER - COLUMN_GAP) / 2;
    for (enum column c = AGENT; c <= GRANT; c++) {
        bool has = true;
        if (c == SHIFT) has = wide || !came;
        if (c == SEAT) has = wide || !classes;
        if (c == AT || c == VALUE) has = came;
        if (c == OVER) has = list->kind == SW_CHART_OVERRUN;
        if (c == CLASS) has = classes;
        if (has) form.columns[form.count++] = c;
    }
    double room = form.width - (double)(form.count - 1) * form.gap;
    for (size_t i = 0; i < form.count; i++) {
        enum column c = form.columns[i];
        double most = sw_text_width(column_title(layout, list->kind, c), form.size - 1, false);
        for (size_t r = 0; r < list->shown; r++) {
            const char *text = cell_text(layout, list->kind, c, &list->rows[list->order[r]]);
            double width = sw_text_width(text, form.size, c == NAME);
            if (width > most) most = width;
        }
        bool id = c == AGENT || c == SEAT || c == CLASS;
        if (id && most > form.size * ID_WIDTH_MAX) most = form.size * ID_WIDTH_MAX;
        if (wide && (c == NAME || c == TEAM) && most < WORD_WIDTH_MIN) most = WORD_WIDTH_MIN;
        form.widths[c] = most + 1;
        if (c != NAME && c != TEAM && c != GRANT) room -= form.widths[c];
    }
    share_width(layout, list, &form, room);
    return form;
}

/* Ranks of classes: by the shortest time among those in it. No class comes last. */
static int64_t class_rank(const struct list *list, const char *name) {
    if (!name) return INT64_MAX;
    int64_t rank = INT64_MAX - 1;
    for (size_t i = 0; i < list->count; i++) {
        const struct sw_chart_person *row = &list->rows[i];
        if (row->late_class && strcmp(row->late_class, name) == 0 && row->value_ms < rank) rank = row->value_ms;
    }
    return rank;
}

#define CLASSES_MAX 16 /* more than a policy may have */

struct classes {
    const char *names[CLASSES_MAX];
    int64_t ranks[CLASSES_MAX];
    size_t counts[CLASSES_MAX], count;
};

static void insert_class(struct classes *classes, const struct list *list, const char *name) {
    if (classes->count == CLASSES_MAX) return;
    int64_t rank = class_rank(list, name);
    size_t at = classes->count++;
    for (; at > 0 && classes->ranks[at - 1] > rank; at--) {
        classes->names[at] = classes->names[at - 1];
        classes->ranks[at] = classes->ranks[at - 1];
        classes->counts[at] = classes->counts[at - 1];
    }
    classes->names[at] = name;
    classes->ranks[at] = rank;
    classes->counts[at] = 0;
}

static bool same_class(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The classes that occur, the shortest first, with how many each has. */
static struct classes classes_of(const struct list *list) {
    struct classes classes = {.count = 0};
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->rows[i].late_class;
        size_t c = 0;
        while (c < classes.count && !same_class(classes.names[c], name)) c++;
        if (c == classes.count) insert_class(&classes, list, name);
        for (c = 0; c < classes.count; c++) classes.counts[c] += same_class(classes.names[c], name);
    }
    return classes;
}

/* Those late and early by class, within it as the chart has them. */
static void order_rows(struct list *list) {
    bool by_class = list->kind == SW_CHART_LATE || list->kind == SW_CHART_EARLY;
    struct classes classes = {.count = 0};
    if (by_class) classes = classes_of(list);
    bool *placed = sw_xcalloc(list->count, sizeof *placed);
    size_t put = 0;
    for (size_t c = 0; c < classes.count; c++)
        for (size_t i = 0; i < list->count; i++)
            if (!placed[i] && same_class(classes.names[c], list->rows[i].late_class)) {
                placed[i] = true;
                list->order[put++] = i;
            }
    for (size_t i = 0; i < list->count; i++)
        if (!placed[i]) list->order[put++] = i;
    free(placed);
}

static void add_part(struct sw_layout *layout, struct sw_buf *text, const char *part) {
    if (text->len) sw_buf_puts(text, sw__say(layout, SW_SAY_DOT));
    sw_buf_puts(text, part);
}

/* What is said beside the title: how many, how many of them excused, and by class. */
static const char *note_of(struct sw_layout *layout, const struct list *list) {
    const struct sw_chart_team *total = &layout->chart->total;
    bool times = list->kind == SW_CHART_UNAUTHORISED || list->kind == SW_CHART_OVERRUN;
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    int64_t excused = 0;
    for (size_t i = 0; i < list->count; i++) excused += list->rows[i].excused;
    if (!list->count) add_part(layout, &text, sw__say(layout, SW_SAY_NONE));
    else
        add_part(layout, &text,
                 sw__fill(layout, times ? SW_SAY_TIMES : SW_SAY_PEOPLE, sw__count(layout, (int64_t)list->count), NULL,
                          NULL, NULL));
    if (excused)
        add_part(layout, &text,
                 sw__fill(layout, SW_SAY_OF_THESE_EXCUSED, sw__count(layout, excused), NULL, NULL, NULL));
    if (list->count && (list->kind == SW_CHART_LATE || list->kind == SW_CHART_EARLY)) {
        struct classes classes = classes_of(list);
        for (size_t c = 0; c < classes.count; c++) {
            const char *name =
                classes.names[c] ? class_text(layout, classes.names[c]) : sw__say(layout, SW_SAY_CLASS_NONE);
            add_part(layout, &text, name);
            sw_buf_puts(&text, layout->lang == SW_DRAW_ZH ? "：" : ": ");
            sw_buf_int(&text, (int64_t)classes.counts[c]);
        }
    }
    if (list->kind == SW_CHART_OVERRUN)
        add_part(layout, &text,
                 sw__fill(layout, SW_SAY_OVERRUN_SUM, sw__count(layout, total->breaks),
                          sw__count(layout, total->overruns), sw__duration(layout, total->overrun_ms), NULL));
    const char *kept = sw_drawing_keep(layout->drawing, sw_xstrdup(sw_buf_text(&text)));
    sw_buf_deinit(&text);
    return kept;
}

static const char *title_of(struct sw_layout *layout, enum sw_chart_list kind, bool continued) {
    static const enum sw_say says[SW_CHART_LISTS] = {[SW_CHART_ABSENT] = SW_SAY_LIST_ABSENT,
                                                     [SW_CHART_PENDING] = SW_SAY_LIST_PENDING,
                                                     [SW_CHART_LATE] = SW_SAY_LIST_LATE,
                                                     [SW_CHART_EARLY] = SW_SAY_LIST_EARLY,
                                                     [SW_CHART_UNAUTHORISED] = SW_SAY_LIST_UNAUTHORISED,
                                                     [SW_CHART_OVERRUN] = SW_SAY_LIST_OVERRUN};
    const char *title = sw__say(layout, says[kind]);
    if (!continued) return title;
    struct sw_buf text;
    sw_buf_init(&text, SIZE_MAX);
    sw_buf_puts(&text, title);
    sw_buf_puts(&text, sw__say(layout, SW_SAY_CONTINUED));
    const char *kept = sw_drawing_keep(layout->drawing, sw_xstrdup(sw_buf_text(&text)));
    sw_buf_deinit(&text);
    return kept;
}

/* The rows from FIRST on that the page has room for; gives how many. */
static size_t put_rows(struct sw_layout *layout, const struct form *form, const struct list *list, size_t first) {
    size_t rows = (list->shown - first + form->abreast - 1) / form->abreast;
    double left = sw__left(layout) - form->row;
    if (left < (double)rows * form->row) rows = (size_t)(left / form->row);
    size_t count = rows * form->abreast;
    if (count > list->shown - first) count = list->shown - first;
    size_t columns = (count + rows - 1) / rows;
    for (size_t c = 0; c < columns; c++) {
        double x = SW_MARGIN + (double)c * (form->width + COLUMN_GAP);
        put_line(layout, form, list->kind, x, layout->y - 4, NULL);
        sw_draw_line(layout->page, x, layout->y + form->row - 4, x + form->width, layout->y + form->row - 4, SW_RULE, 2,
                     SW_DASH_NONE);
    }
    layout->y += form->row;
    for (size_t i = 0; i < count; i++) {
        size_t column = i / rows;
        double x = SW_MARGIN + (double)column * (form->width + COLUMN_GAP);
        double y = layout->y + (double)(i % rows) * form->row;
        if (i % rows % 2) sw_draw_rect(layout->page, x - 8, y, form->width + 16, form->row, SW_SHADE);
        put_line(layout, form, list->kind, x, y, &list->rows[list->order[first + i]]);
    }
    layout->y += (double)rows * form->row;
    return count;
}

static void put_list(struct sw_layout *layout, const struct list *list) {
    const struct form chosen = form_of(layout, list), *form = &chosen;
    bool times = list->kind == SW_CHART_UNAUTHORISED || list->kind == SW_CHART_OVERRUN;
    sw__room(layout, list->count ? 56 + 4 * form->row : 56);
    sw__section(layout, title_of(layout, list->kind, false), note_of(layout, list));
    for (size_t first = 0; first < list->shown;) {
        if (first && sw__room(layout, 56 + 4 * form->row))
            sw__section(layout, title_of(layout, list->kind, true), NULL);
        first += put_rows(layout, form, list, first);
    }
    if (list->shown < list->count) {
        const char *more = sw__count(layout, (int64_t)(list->count - list->shown));
        sw__put(layout, SW_MARGIN, layout->y + 34, SW_INNER, SW_LEFT, (struct sw_style){24, true, SW_INK},
                sw__fill(layout, times ? SW_SAY_MORE_TIMES : SW_SAY_MORE_PEOPLE, more, NULL, NULL, NULL));
        layout->y += 42;
    }
    layout->y += list->count ? layout->gap * 0.75 : 0;
}

/* On a screen: every list its share, and what the short ones leave to the long ones, in their order. */
static void share_rows(const struct sw_layout *layout, struct list lists[SW_CHART_LISTS]) {
    size_t left = SCREEN_ROWS;
    for (int i = 0; i < SW_CHART_LISTS; i++) {
        bool all = layout->paper || lists[i].count <= SCREEN_ROWS_EACH;
        lists[i].shown = all ? lists[i].count : SCREEN_ROWS_EACH;
        left -= layout->paper ? 0 : lists[i].shown;
    }
    for (int i = 0; i < SW_CHART_LISTS; i++) {
        size_t more = lists[i].count - lists[i].shown;
        if (more > left) more = left;
        lists[i].shown += more;
        left -= more;
    }
}

void sw__draw_lists(struct sw_layout *layout) {
    struct list lists[SW_CHART_LISTS];
    for (int i = 0; i < SW_CHART_LISTS; i++) {
        lists[i] = (struct list){
            .kind = (enum sw_chart_list)i, .rows = layout->chart->lists[i], .count = layout->chart->list_counts[i]};
        lists[i].order = sw_xcalloc(lists[i].count, sizeof *lists[i].order);
        order_rows(&lists[i]);
    }
    share_rows(layout, lists);
    for (int i = 0; i < SW_CHART_LISTS; i++) put_list(layout, &lists[i]);
    for (int i = 0; i < SW_CHART_LISTS; i++) free(lists[i].order);
}
