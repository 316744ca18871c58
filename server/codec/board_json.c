#include "codec/board_json.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_strict.h"
#include "codec/json_writer.h"
#include "shiftwall/event.h"

#define DEPTH_MAX 8
#define GRID_MAX 48
#define GRID_DEFAULT 12
#define TITLE_CHARS_MAX 80
#define IDS_MAX 100
#define LIST_MAX 12
#define PATH_BYTES_MAX 256

/* ---- the rules ---- */

enum kind {
    NAME,
    TITLE, /* {"zh-CN": text, "en": text} */
    TEXT,
    BOOL,
    INT,  /* in [min, max] */
    WORD, /* one of `words` */
    ID,
    LIST, /* different ones of `words`, or without them different ids */
    PAGES,
    WIDGETS
};

struct key {
    const char *name;
    enum kind kind;
    bool required;
    int min, max;
    const char *words; /* separated by single spaces */
};

#define WINDOWS "today interval last15 last30 last60"
#define WIDGET_TYPES                                                                                         \
    "indicators service_level queue_table waiting agent_states agent_grid intraday teams skill_panels "      \
    "totals attendance staffing alerts breaks walk notices "                                                                                        \
    "clock feed"

static const struct key board_keys[] = {
    {"name", NAME, .required = true},      {"title", TITLE, .required = true}, {"header", .kind = BOOL},
    {"every", INT, .min = 5, .max = 3600}, {"pages", PAGES, .required = true}, {0}};
static const struct key page_keys[] = {{"title", .kind = TITLE},
                                       {"columns", INT, .min = 1, .max = GRID_MAX},
                                       {"rows", INT, .min = 1, .max = GRID_MAX},
                                       {"seconds", INT, .min = 5, .max = 3600},
                                       {"widgets", WIDGETS, .required = true},
                                       {0}};
static const struct key text_keys[] = {
    {"zh-CN", TEXT, .required = true}, {"en", TEXT, .required = true}, {0}};
/* of every widget, before the options of its type */
static const struct key place_keys[] = {{"type", WORD, .required = true, .words = WIDGET_TYPES},
                                        {"x", INT, .required = true, .min = 0, .max = GRID_MAX - 1},
                                        {"y", INT, .required = true, .min = 0, .max = GRID_MAX - 1},
                                        {"w", INT, .required = true, .min = 1, .max = GRID_MAX},
                                        {"h", INT, .required = true, .min = 1, .max = GRID_MAX},
                                        {"title", .kind = TITLE},
                                        {0}};

static const struct key indicators[] = {
    {"show", LIST, .words = "answer_rate work_efficiency non_service idle"},
    {"diagnosis", .kind = BOOL},
    {0}};
static const struct key service_level[] = {{"window", WORD, .words = WINDOWS}, {"queue", .kind = ID}, {0}};
static const struct key queue_table[] = {{"queues", .kind = LIST},
                                         {"groups", .kind = BOOL},
                                         {"window", WORD, .words = WINDOWS},
                                         {"sort", WORD, .words = "id name waiting service_level"},
                                         {"columns", LIST,
                                          .words = "waiting longest_wait offered answered abandoned exited "
                                                   "answer_rate abandon_rate service_level asa att "
                                                   "acw aht staffed ready handling"},
                                         {0}};
static const struct key waiting[] = {
    {"queues", .kind = LIST}, {"list", .kind = BOOL}, {"count", INT, .min = 1, .max = 20}, {0}};
static const struct key agent_states[] = {
    {"team", .kind = ID}, {"show", WORD, .words = "both bar counts"}, {0}};
static const struct key agent_grid[] = {{"team", .kind = ID},
                                        {"group_by", WORD, .words = "team none"},
                                        {"sort", WORD, .words = "id state time"},
                                        {"label", WORD, .words = "auto name seat id"},
                                        {"offline", .kind = BOOL},
                                        {0}};
static const struct key intraday[] = {
    {"series", LIST, .words = "offered answered abandoned service_level answer_rate"}, {0}};
static const struct key teams[] = {{"teams", .kind = LIST}, {"window", WORD, .words = "today interval"},
                                   {"rank", WORD, .words = "handled attendance adherence"}, {0}};
static const struct key skill_panels[] = {{"queues", .kind = LIST}, {"window", WORD, .words = WINDOWS}, {0}};
static const struct key totals[] = {
    {"window", WORD, .words = WINDOWS},
    {"queue", .kind = ID},
    {"figures", LIST,
     .words = "offered answered abandoned short_abandoned exited handled waiting answer_rate abandon_rate "
              "service_level asa awt_abandoned att hold_avg acw aht longest_wait wait_p50 wait_p90 wait_p95 "
              "staffed"},
    {0}};
static const struct key of_team[] = {{"team", .kind = ID}, {0}};
static const struct key staffing[] = {{"show", WORD, .words = "all numbers agents calls"}, {0}};
static const struct key no_options[] = {{0}};
static const struct key notices[] = {{"kinds", LIST, .words = "notices alarms"}, {0}};
static const struct key clock_[] = {{"seconds", .kind = BOOL}, {"date", .kind = BOOL}, {0}};
static const struct key feed[] = {{"counters", .kind = BOOL}, {0}};

static const struct type {
    const char *name;
    const struct key *options;
} types[] = {{"indicators", indicators},
             {"service_level", service_level},
             {"queue_table", queue_table},
             {"waiting", waiting},
             {"agent_states", agent_states},
             {"agent_grid", agent_grid},
             {"intraday", intraday},
             {"teams", teams},
             {"skill_panels", skill_panels},
             {"totals", totals},
             {"attendance", of_team},
             {"staffing", staffing},
             {"alerts", no_options},
             {"breaks", of_team},
             {"walk", no_options},
             {"notices", notices},
             {"clock", clock_},
             {"feed", feed}};

/* ---- the check ---- */

struct reader {
    const char *file, *name;
    struct sw_buf *faults;
    size_t fault_count;
    char at[PATH_BYTES_MAX]; /* the JSON path of what is looked at */
    size_t at_len;
};

static void fault(struct reader *r, const char *format, ...) SW_PRINTF(2, 3);
static void fault(struct reader *r, const char *format, ...) {
    if (++r->fault_count > SW_BOARD_FAULTS_MAX) return;
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_utf8_mend(text);
    sw_buf_printf(r->faults, "%s: %s: %s\n", r->file, r->at, text);
}

/* Steps into a member or an element; returns what leave() wants. The paths of our rules are short. */
static size_t enter(struct reader *r, const char *member, size_t index) {
    size_t before = r->at_len, room = sizeof r->at - before;
    int len = member ? snprintf(r->at + before, room, ".%s", member)
                     : snprintf(r->at + before, room, "[%zu]", index);
    SW_ASSERT(len > 0 && (size_t)len < room);
    r->at_len += (size_t)len;
    return before;
}

static void leave(struct reader *r, size_t before) {
    r->at_len = before;
    r->at[before] = '\0';
}

bool sw_board_is_name(const char *name) {
    size_t len = strlen(name);
    if (!len || len > 32 || name[0] == '-' || name[0] == '_') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static bool is_word_of(const char *words, const char *word) {
    size_t len = strlen(word);
    if (!len || strchr(word, ' ')) return false;
    for (const char *at = words; (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len])) return true;
    return false;
}

static bool is_text(const cJSON *item, size_t max_chars) {
    if (!cJSON_IsString(item) || !*item->valuestring) return false;
    return sw_utf8_count(item->valuestring) <= max_chars && !sw_utf8_has_control(item->valuestring);
}

static void read_object(struct reader *r, const cJSON *object, const struct key *keys,
                        const struct key *more);

static void read_name(struct reader *r, const cJSON *item) {
    if (!cJSON_IsString(item) || !sw_board_is_name(item->valuestring))
        fault(r, "must match [a-z0-9][a-z0-9_-]{0,31}");
    else if (strcmp(item->valuestring, r->name) != 0)
        fault(r, "must be \"%s\", as the file is called", r->name);
}

static void read_title(struct reader *r, const cJSON *item) {
    if (cJSON_IsObject(item))
        read_object(r, item, text_keys, NULL);
    else
        fault(r, "must be an object with the texts \"zh-CN\" and \"en\"");
}

static void read_int(struct reader *r, const cJSON *item, const struct key *key) {
    int64_t value;
    if (!sw_json_integer(item, key->min, key->max, &value))
        fault(r, "must be a whole number from %d to %d", key->min, key->max);
}

static void read_word(struct reader *r, const cJSON *item, const struct key *key) {
    if (!cJSON_IsString(item) || !is_word_of(key->words, item->valuestring))
        fault(r, "must be one of: %s", key->words);
}

/* Ids, or with `words` some of them: all different. */
static void read_list(struct reader *r, const cJSON *item, const struct key *key) {
    int count = cJSON_GetArraySize(item), max = key->words ? LIST_MAX : IDS_MAX;
    if (!cJSON_IsArray(item) || count < 1 || count > max) {
        fault(r, "must be a list of 1 to %d", max);
        return;
    }
    size_t index = 0;
    for (const cJSON *element = item->child; element; element = element->next, index++) {
        size_t before = enter(r, NULL, index);
        if (key->words)
            read_word(r, element, key);
        else if (!is_text(element, SW_ID_CHARS_MAX))
            fault(r, "must be an id of 1 to %d characters", SW_ID_CHARS_MAX);
        for (const cJSON *other = item->child; other != element && cJSON_IsString(element);
             other = other->next) {
            if (!cJSON_IsString(other) || strcmp(other->valuestring, element->valuestring) != 0) continue;
            fault(r, "stands twice");
            break;
        }
        leave(r, before);
    }
}

/* ---- pages and widgets ---- */

struct place {
    int64_t x, y, w, h;
};

static int64_t int_of(const cJSON *object, const char *name, int64_t min, int64_t max, int64_t otherwise) {
    int64_t value = otherwise;
    (void)sw_json_integer(cJSON_GetObjectItemCaseSensitive(object, name), min, max, &value);
    return value;
}

static bool read_place(const cJSON *widget, struct place *out) {
    *out = (struct place){int_of(widget, "x", 0, GRID_MAX - 1, -1), int_of(widget, "y", 0, GRID_MAX - 1, -1),
                          int_of(widget, "w", 1, GRID_MAX, -1), int_of(widget, "h", 1, GRID_MAX, -1)};
    return out->x >= 0 && out->y >= 0 && out->w > 0 && out->h > 0;
}

static bool overlap(const struct place *a, const struct place *b) {
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* Whether the widget is inside the page and clear of those before it; PLACES holds all, w 0 where one is no
 * place. */
static void check_place(struct reader *r, const cJSON *page, struct place *places, size_t index) {
    const struct place *own = &places[index];
    int64_t columns = int_of(page, "columns", 1, GRID_MAX, GRID_DEFAULT),
            rows = int_of(page, "rows", 1, GRID_MAX, GRID_DEFAULT);
    if (own->x + own->w > columns)
        fault(r, "x + w is %d, but the page has %d columns", (int)(own->x + own->w), (int)columns);
    if (own->y + own->h > rows)
        fault(r, "y + h is %d, but the page has %d rows", (int)(own->y + own->h), (int)rows);
    for (size_t i = 0; i < index; i++) {
        if (!places[i].w || !overlap(own, &places[i])) continue;
        fault(r, "overlaps widgets[%zu]", i);
        return;
    }
}

static void read_widget(struct reader *r, const cJSON *widget) {
    if (!cJSON_IsObject(widget)) {
        fault(r, "must be an object");
        return;
    }
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(widget, "type");
    for (size_t i = 0; cJSON_IsString(type) && i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, type->valuestring) != 0) continue;
        read_object(r, widget, place_keys, types[i].options);
        return;
    }
    if (!type)
        fault(r, "type is missing");
    else
        fault(r, "type must be one of: %s", WIDGET_TYPES); /* its options cannot be told from mistakes */
}

static void read_widgets(struct reader *r, const cJSON *item, const cJSON *page) {
    int count = cJSON_GetArraySize(item);
    if (!cJSON_IsArray(item) || count < 1 || count > SW_BOARD_WIDGETS_MAX) {
        fault(r, "must be a list of 1 to %d widgets", SW_BOARD_WIDGETS_MAX);
        return;
    }
    struct place places[SW_BOARD_WIDGETS_MAX];
    size_t index = 0;
    for (const cJSON *widget = item->child; widget; widget = widget->next, index++) {
        size_t before = enter(r, NULL, index);
        read_widget(r, widget);
        if (read_place(widget, &places[index]))
            check_place(r, page, places, index);
        else
            places[index].w = 0;
        leave(r, before);
    }
}

static void read_pages(struct reader *r, const cJSON *item) {
    int count = cJSON_GetArraySize(item);
    if (!cJSON_IsArray(item) || count < 1 || count > SW_BOARD_PAGES_MAX) {
        fault(r, "must be a list of 1 to %d pages", SW_BOARD_PAGES_MAX);
        return;
    }
    size_t index = 0;
    for (const cJSON *page = item->child; page; page = page->next, index++) {
        size_t before = enter(r, NULL, index);
        if (cJSON_IsObject(page))
            read_object(r, page, page_keys, NULL);
        else
            fault(r, "must be an object");
        leave(r, before);
    }
}

/* ---- any object ---- */

static void read_value(struct reader *r, const cJSON *item, const struct key *key, const cJSON *object) {
    switch (key->kind) {
    case NAME: read_name(r, item); break;
    case TITLE: read_title(r, item); break;
    case TEXT:
        if (!is_text(item, TITLE_CHARS_MAX))
            fault(r, "must be a text of 1 to %d characters", TITLE_CHARS_MAX);
        break;
    case BOOL:
        if (!cJSON_IsBool(item)) fault(r, "must be true or false");
        break;
    case INT: read_int(r, item, key); break;
    case WORD: read_word(r, item, key); break;
    case ID:
        if (!is_text(item, SW_ID_CHARS_MAX)) fault(r, "must be an id of 1 to %d characters", SW_ID_CHARS_MAX);
        break;
    case LIST: read_list(r, item, key); break;
    case PAGES: read_pages(r, item); break;
    case WIDGETS: read_widgets(r, item, object); break;
    }
}

static const struct key *find_key(const struct key *keys, const char *name) {
    for (; keys && keys->name; keys++)
        if (!strcmp(keys->name, name)) return keys;
    return NULL;
}

static void say_unknown(struct reader *r, const char *name) {
    struct sw_buf quoted;
    sw_buf_init(&quoted, SW_BOARD_BYTES_MAX);
    sw_json_quote(&quoted, name);
    fault(r, "unknown key %.100s", sw_buf_text(&quoted));
    sw_buf_deinit(&quoted);
}

/* KEYS are those the object may have; MORE, when not NULL, too. */
static void read_object(struct reader *r, const cJSON *object, const struct key *keys,
                        const struct key *more) {
    for (const cJSON *item = object->child; item; item = item->next) {
        const struct key *key = find_key(keys, item->string);
        if (!key) key = find_key(more, item->string);
        if (!key) {
            say_unknown(r, item->string);
            continue;
        }
        size_t before = enter(r, key->name, 0);
        read_value(r, item, key, object);
        leave(r, before);
    }
    for (; keys->name; keys++)
        if (keys->required && !cJSON_GetObjectItemCaseSensitive(object, keys->name))
            fault(r, "%s is missing", keys->name);
}

static const char *fault_text(enum sw_json_fault json_fault) {
    switch (json_fault) {
    case SW_JSON_TOO_DEEP: return "nested too deep";
    case SW_JSON_DUPLICATE_KEY: return "a key stands twice in one object";
    default: return "not JSON in UTF-8";
    }
}

char *sw_board_read(const char *path, const char *name, const char *text, size_t len, struct sw_buf *faults) {
    struct reader r = {.file = path, .name = name, .faults = faults, .at = "$", .at_len = 1};
    cJSON *tree = NULL;
    enum sw_json_fault json_fault = SW_JSON_OK;
    if (!sw_board_is_name(name))
        fault(&r, "the file's name must be [a-z0-9][a-z0-9_-]{0,31} and .json");
    else if (len > SW_BOARD_BYTES_MAX)
        fault(&r, "larger than %d bytes", SW_BOARD_BYTES_MAX);
    else if ((json_fault = sw_json_parse(text, len, DEPTH_MAX, &tree)))
        fault(&r, "%s", fault_text(json_fault));
    else if (!cJSON_IsObject(tree))
        fault(&r, "must be an object");
    else
        read_object(&r, tree, board_keys, NULL);
    if (r.fault_count > SW_BOARD_FAULTS_MAX)
        sw_buf_printf(faults, "%s: and %zu more faults\n", path, r.fault_count - SW_BOARD_FAULTS_MAX);
    char *compact = NULL;
    if (!r.fault_count) {
        compact = cJSON_PrintUnformatted(tree);
        SW_ASSERT(compact != NULL);
    }
    cJSON_Delete(tree);
    return compact;
}

/* ---- what a board draws from ---- */

/* The views of a widget besides `site`, and the one it needs for its team. The web's viewsOf says the same. */
static const struct {
    const char *type, *views[4], *of_team;
} drawn[] = {
    {"indicators", {"intervals", "queues"}, NULL}, {"service_level", {"queues"}, NULL}, {"totals", {"queues"}, NULL},
    {"queue_table", {"queues"}, NULL},             {"waiting", {"queues"}, NULL},       {"skill_panels", {"queues"}, NULL},
    {"agent_states", {NULL}, "teams"},             {"agent_grid", {"teams", "queues"}, "agents"},
    {"intraday", {"intervals"}, NULL},             {"teams", {"teams"}, NULL},          {"attendance", {NULL}, "teams"},
    {"staffing", {"staffing"}, NULL},              {"alerts", {"strip"}, NULL},         {"breaks", {"strip"}, NULL},
    {"walk", {"strip"}, NULL},
};

/* A grid of agents draws from all agents, or from those of its team only. */
static bool grid_shows(const char *team, const char *view) {
    return team ? !strncmp(view, "agents/", 7) && !strcmp(view + 7, team) : !strcmp(view, "agents");
}

static bool widget_shows(const cJSON *widget, const char *view) {
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(widget, "type"));
    const char *team = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(widget, "team"));
    size_t i = 0, count = sizeof drawn / sizeof *drawn;
    while (type && i < count && strcmp(drawn[i].type, type) != 0) i++;
    if (!type || i == count) return false;
    for (size_t v = 0; v < 4 && drawn[i].views[v]; v++)
        if (!strcmp(drawn[i].views[v], view)) return true;
    if (!drawn[i].of_team) return false;
    return !strcmp(drawn[i].of_team, "agents") ? grid_shows(team, view) : team && !strcmp(drawn[i].of_team, view);
}

bool sw_board_shows(const char *board, const char *view) {
    cJSON *tree;
    const cJSON *page, *widget;
    if (!strcmp(view, "site")) return true;
    if (sw_json_parse(board, strlen(board), DEPTH_MAX, &tree) != SW_JSON_OK) return false;
    bool shows = false;
    cJSON_ArrayForEach(page, cJSON_GetObjectItemCaseSensitive(tree, "pages"))
        cJSON_ArrayForEach(widget, cJSON_GetObjectItemCaseSensitive(page, "widgets"))
            shows = shows || widget_shows(widget, view);
    cJSON_Delete(tree);
    return shows;
}
