/* Reading the configuration: a table of keys over libyaml's document tree, whose nodes know their lines. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "codec/config.h"
#include "codec/json_strict.h"
#include "core/map.h"
#include "shiftwall/floor.h"

#define TEXT_CHARS_MAX 512
#define ORIGINS_MAX 64
#define DAY_S 86400

enum kind {
    TEXT,    /* char *: one line of text */
    NAME,    /* char *: as a name of the event contract */
    ID,      /* char *: as an identifier of the event contract */
    SITE_ID, /* char * */
    LISTEN,  /* char *: ADDR:PORT */
    LEVEL,   /* char *: error, warn, info or debug */
    BOOL,    /* bool */
    INT,     /* int64_t in [min, max] */
    SECONDS, /* int64_t ms, written in seconds, fractions allowed, in [min, max] seconds */
    SHARE,   /* double in 0..1 */
    OF_DAY,  /* int64_t ms, written "HH:MM" */
    FORMULA, /* int64_t */
    IDS,     /* struct sw_config_list of at most `max` different identifiers */
    ORIGINS, /* struct sw_config_list */
    MAPPING, /* `keys` into the same struct */
    ENTRIES, /* an array's pointer and, behind it, its count; `keys` for each element of `size` bytes */
    REASONS, /* into struct sw_config */
    LIMITS   /* int64_t ms for each state */
};

struct key {
    const char *name;
    enum kind kind;
    size_t at;
    int min, max;
    const struct key *keys;
    size_t size;
};

#define SITE(name_, kind_, member)                                                                           \
    { .name = (name_), .kind = (kind_), .at = offsetof(struct sw_config, member) }
#define RANGE(name_, kind_, member, from, to)                                                                \
    { .name = (name_), .kind = (kind_), .at = offsetof(struct sw_config, member), .min = (from), .max = (to) }
#define PART(name_, keys_)                                                                                   \
    { .name = (name_), .kind = MAPPING, .keys = (keys_) }
#define ARRAY(name_, member, most, keys_, type)                                                              \
    {                                                                                                        \
        .name = (name_), .kind = ENTRIES, .at = offsetof(struct sw_config, member), .max = (most),           \
        .keys = (keys_), .size = sizeof(type)                                                                \
    }
#define OF(type, name_, kind_, member, most)                                                                 \
    { .name = (name_), .kind = (kind_), .at = offsetof(type, member), .max = (most) }

static const struct key goal_keys[] = {SITE("answer_rate", SHARE, answer_rate_goal),
                                       SITE("answer_rate_critical", SHARE, answer_rate_critical),
                                       SITE("service_level", SHARE, service_level_goal),
                                       SITE("service_level_critical", SHARE, service_level_critical),
                                       RANGE("waiting_warning", INT, waiting_warning, 1, 100000),
                                       RANGE("waiting_critical", INT, waiting_critical, 1, 100000),
                                       RANGE("wait_warning_s", SECONDS, wait_warning_ms, 1, DAY_S),
                                       RANGE("wait_critical_s", SECONDS, wait_critical_ms, 1, DAY_S),
                                       {0}};
static const struct key diagnosis_keys[] = {SITE("little_idle", SHARE, little_idle),
                                            SITE("much_idle", SHARE, much_idle),
                                            SITE("much_non_service", SHARE, much_non_service),
                                            {0}};
static const struct key group_keys[] = {
    OF(struct sw_config_group, "id", ID, id, 0), OF(struct sw_config_group, "name", NAME, name, 0), {0}};
static const struct key queue_keys[] = {OF(struct sw_config_queue, "id", ID, id, 0),
                                        OF(struct sw_config_queue, "name", NAME, name, 0),
                                        OF(struct sw_config_queue, "target_s", SECONDS, target_ms, DAY_S),
                                        OF(struct sw_config_queue, "short_s", SECONDS, short_ms, DAY_S),
                                        OF(struct sw_config_queue, "formula", FORMULA, formula, 0),
                                        OF(struct sw_config_queue, "groups", IDS, groups, SW_GROUPS_MAX),
                                        {0}};
static const struct key agent_keys[] = {
    OF(struct sw_config_agent, "id", ID, id, 0),
    OF(struct sw_config_agent, "name", NAME, name, 0),
    OF(struct sw_config_agent, "team", ID, team, 0),
    OF(struct sw_config_agent, "seat", ID, seat, 0),
    OF(struct sw_config_agent, "queues", IDS, queues, SW_EVENT_QUEUES_MAX),
    {0}};
static const struct key site_keys[] = {
    SITE("id", SITE_ID, site_id),
    SITE("name", NAME, site_name),
    SITE("zone", TEXT, zone),
    SITE("day_starts", OF_DAY, day_starts_ms),
    RANGE("interval_min", INT, interval_min, 15, 30),
    SITE("names", BOOL, names),
    SITE("live_service_level", BOOL, live_service_level),
    SITE("exclude_short_abandons", BOOL, exclude_short_abandons),
    SITE("service_level", FORMULA, formula),
    RANGE("target_s", SECONDS, target_ms, 0, DAY_S),
    RANGE("short_s", SECONDS, short_ms, 0, DAY_S),
    RANGE("break_s", SECONDS, break_allowance_ms, 1, DAY_S),
    PART("goals", goal_keys),
    PART("diagnosis", diagnosis_keys),
    RANGE("limits_s", LIMITS, limit_ms, 0, DAY_S),
    SITE("reasons", REASONS, reasons),
    ARRAY("groups", groups, SW_GROUPS_MAX, group_keys, struct sw_config_group),
    ARRAY("queues", queues, SW_QUEUES_MAX, queue_keys, struct sw_config_queue),
    ARRAY("agents", agents, SW_AGENTS_MAX, agent_keys, struct sw_config_agent),
    {0}};
static const struct key root_keys[] = {
    SITE("listen", LISTEN, listen),
    SITE("redis", TEXT, redis),
    SITE("redis_password_file", TEXT, redis_password_file),
    SITE("data_dir", TEXT, data_dir),
    SITE("web_dir", TEXT, web_dir),
    SITE("boards_dir", TEXT, boards_dir),
    SITE("log_level", LEVEL, log_level),
    SITE("open_reads", BOOL, open_reads),
    RANGE("push_interval_ms", INT, push_interval_ms, 100, 5000),
    RANGE("slow_limit_ms", INT, slow_limit_ms, 1000, 600000),
    RANGE("max_clients", INT, max_clients, 1, 100000),
    RANGE("max_clients_per_address", INT, max_clients_per_address, 1, 100000),
    RANGE("journal_hours", INT, journal_hours, 24, 720),
    RANGE("allowed_origins", ORIGINS, allowed_origins, 0, ORIGINS_MAX),
    PART("site", site_keys),
    {0}};

struct reader {
    yaml_document_t document;
    const char *path;
    struct sw_buf *faults;
    size_t fault_count;
};

static void fault(struct reader *r, const yaml_node_t *node, const char *key, const char *format, ...)
    SW_PRINTF(4, 5);
static void fault(struct reader *r, const yaml_node_t *node, const char *key, const char *format, ...) {
    if (++r->fault_count > SW_CONFIG_FAULTS_MAX) return;
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_buf_printf(r->faults, "%s:%zu: %.128s: %s\n", r->path, node->start_mark.line + 1, key, text);
}

static const yaml_node_t *node_of(struct reader *r, int id) {
    const yaml_node_t *node = yaml_document_get_node(&r->document, id);
    SW_ASSERT(node != NULL);
    return node;
}

/* ---- scalars ---- */

static const char *scalar(const yaml_node_t *node) {
    if (node->type != YAML_SCALAR_NODE) return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL; /* no NUL inside */
}

/* `key:` with nothing behind it. */
static bool is_nothing(const yaml_node_t *node) {
    return node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool is_text(const char *text, size_t max_chars) {
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

static const char *read_formula(const char *text, int64_t *out) {
    int formula = sw_formula_from_name(text);
    if (formula < 0)
        return "must be all, ignore_abandoned_in_target, ignore_short, abandoned_ok or answered_only";
    *out = formula;
    return NULL;
}

static bool is_level(const char *text) {
    return !strcmp(text, "error") || !strcmp(text, "warn") || !strcmp(text, "info") || !strcmp(text, "debug");
}

static void read_numeric(struct reader *r, const yaml_node_t *node, const struct key *key, const char *text,
                         void *at) {
    double value;
    int max = key->kind == SHARE ? 1 : key->max;
    if (!read_number(text, &value))
        fault(r, node, key->name, "must be a number");
    else if (!(value >= key->min && value <= max))
        fault(r, node, key->name, "must be between %d and %d", key->min, max);
    else if (key->kind == SHARE)
        *(double *)at = value;
    else if (key->kind == SECONDS)
        *(int64_t *)at = (int64_t)(value * 1000 + 0.5);
    else if (value != (double)(int64_t)value)
        fault(r, node, key->name, "must be a whole number");
    else
        *(int64_t *)at = (int64_t)value;
}

/* What is wrong with a text for this key, or NULL. */
static const char *judge_text(const struct key *key, const char *text) {
    char host[256];
    int port;
    switch (key->kind) {
    case NAME: return is_text(text, SW_NAME_CHARS_MAX) ? NULL : "must be one line of 1 to 128 characters";
    case ID: return is_text(text, SW_ID_CHARS_MAX) ? NULL : "must be 1 to 64 printable characters";
    case SITE_ID: return sw_config_is_site_id(text) ? NULL : "must match [a-z0-9][a-z0-9-]{0,31}";
    case LISTEN: return sw_config_parse_listen(text, host, sizeof host, &port) ? "must be ADDR:PORT" : NULL;
    case LEVEL: return is_level(text) ? NULL : "must be error, warn, info or debug";
    default: return is_text(text, TEXT_CHARS_MAX) ? NULL : "must be one line of text";
    }
}

static void read_scalar(struct reader *r, const yaml_node_t *node, const struct key *key, void *at) {
    const char *text = scalar(node), *wrong;
    if (!text) {
        fault(r, node, key->name, "must be a single value");
        return;
    }
    switch (key->kind) {
    case INT:
    case SECONDS:
    case SHARE: read_numeric(r, node, key, text, at); return;
    case BOOL: wrong = read_bool(text, at); break;
    case OF_DAY: wrong = read_of_day(text, at); break;
    case FORMULA: wrong = read_formula(text, at); break;
    default:
        wrong = judge_text(key, text);
        if (!wrong) sw_config_set(at, text);
        break;
    }
    if (wrong) fault(r, node, key->name, "%s", wrong);
}

/* ---- sets of texts, to find what stands twice or nowhere ---- */

struct word {
    UT_hash_handle hh;
    char text[];
};

static bool has_word(const struct word *set, const char *text) {
    struct word *found;
    HASH_FIND(hh, set, text, strlen(text), found);
    return found != NULL;
}

/* False when it was there already. */
static bool add_word(struct word **set, const char *text) {
    if (has_word(*set, text)) return false;
    size_t len = strlen(text);
    struct word *word = sw_xcalloc(1, sizeof *word + len + 1);
    memcpy(word->text, text, len);
    HASH_ADD_KEYPTR(hh, *set, word->text, len, word);
    return true;
}

static void free_words(struct word *set) {
    struct word *word, *next;
    HASH_ITER(hh, set, word, next) {
        HASH_DEL(set, word);
        free(word);
    }
}

/* ---- lists and mappings ---- */

static bool is_origin(const char *text) {
    size_t scheme = !strncmp(text, "https://", 8) ? 8 : !strncmp(text, "http://", 7) ? 7 : 0;
    return scheme && text[scheme] && is_text(text, 256) && !strpbrk(text + scheme, "/?#@* \"");
}

static void read_list(struct reader *r, const yaml_node_t *node, const struct key *key,
                      struct sw_config_list *list) {
    if (is_nothing(node)) return;
    if (node->type != YAML_SEQUENCE_NODE) {
        fault(r, node, key->name, "must be a list");
        return;
    }
    size_t size = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (size > (size_t)key->max) {
        fault(r, node, key->name, "must hold %d at most", key->max);
        return;
    }
    struct word *seen = NULL;
    list->items = sw_xcalloc(size, sizeof *list->items);
    for (const yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top;
         i++) {
        const yaml_node_t *item = node_of(r, *i);
        const char *text = scalar(item);
        if (key->kind == IDS && (!text || !is_text(text, SW_ID_CHARS_MAX)))
            fault(r, item, key->name, "must hold ids of 1 to 64 printable characters");
        else if (key->kind == ORIGINS && (!text || !is_origin(text)))
            fault(r, item, key->name, "must hold origins, like https://wall.example.com");
        else if (!add_word(&seen, text))
            fault(r, item, text, "stands twice");
        else
            list->items[list->count++] = sw_xstrdup(text);
    }
    free_words(seen);
}

static void read_value(struct reader *r, const yaml_node_t *node, const struct key *key, void *into);

static void read_mapping(struct reader *r, const yaml_node_t *node, const char *name, const struct key *keys,
                         void *into) {
    if (is_nothing(node)) return;
    if (node->type != YAML_MAPPING_NODE) {
        fault(r, node, name, "must be a mapping");
        return;
    }
    uint64_t seen = 0;
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key_node = node_of(r, pair->key);
        const char *text = scalar(key_node);
        size_t i = 0;
        while (text && keys[i].name && strcmp(keys[i].name, text) != 0) i++;
        if (!text || !keys[i].name) {
            fault(r, key_node, text ? text : name, "unknown key");
        } else if (seen & (UINT64_C(1) << i)) {
            fault(r, key_node, text, "stands twice");
        } else {
            seen |= UINT64_C(1) << i;
            read_value(r, node_of(r, pair->value), &keys[i], into);
        }
    }
}

static void prepare_entry(const struct key *key, void *entry) {
    memset(entry, 0, key->size);
    if (key->keys != queue_keys) return;
    struct sw_config_queue *queue = entry;
    queue->target_ms = queue->short_ms = queue->formula = -1; /* the site's */
}

/* An array of structs whose first member is their id. */
static void read_entries(struct reader *r, const yaml_node_t *node, const struct key *key, void *array) {
    if (is_nothing(node)) return;
    if (node->type != YAML_SEQUENCE_NODE) {
        fault(r, node, key->name, "must be a list of mappings");
        return;
    }
    void **items = array;
    size_t *count = (size_t *)(void *)(items + 1);
    struct word *ids = NULL;
    size_t size = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (size > (size_t)key->max) {
        fault(r, node, key->name, "must hold %d at most", key->max);
        return;
    }
    *items = sw_xcalloc(size, key->size);
    for (const yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top;
         i++) {
        const yaml_node_t *item = node_of(r, *i);
        void *entry = (char *)*items + (*count)++ * key->size;
        prepare_entry(key, entry);
        size_t before = r->fault_count;
        read_mapping(r, item, key->name, key->keys, entry);
        const char *id = *(char **)entry;
        if (!id && r->fault_count == before) fault(r, item, key->name, "id is missing");
        if (id && !add_word(&ids, id)) fault(r, item, id, "stands twice");
    }
    free_words(ids);
}

static void read_limits(struct reader *r, const yaml_node_t *node, const struct key *key, int64_t *limits) {
    struct key keys[SW_ST_COUNT + 1] = {{0}};
    size_t count = 0;
    for (int s = 0; s < SW_ST_COUNT; s++)
        if (sw_state_is_staffed((enum sw_agent_state)s))
            keys[count++] = (struct key){.name = sw_agent_state_name((enum sw_agent_state)s),
                                         .kind = SECONDS,
                                         .at = (size_t)s * sizeof *limits,
                                         .min = key->min,
                                         .max = key->max};
    read_mapping(r, node, key->name, keys, limits);
}

static void read_reasons(struct reader *r, const yaml_node_t *node, struct sw_config *config) {
    if (is_nothing(node)) return;
    if (node->type != YAML_MAPPING_NODE) {
        fault(r, node, "reasons", "must be a mapping of reason to state");
        return;
    }
    struct word *seen = NULL;
    size_t size = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    config->reasons = sw_xcalloc(size, sizeof *config->reasons);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key_node = node_of(r, pair->key);
        const char *text = scalar(key_node), *name = scalar(node_of(r, pair->value));
        int state = name ? sw_agent_state_from_name(name) : -1;
        if (!text || !is_text(text, SW_REASON_CHARS_MAX))
            fault(r, key_node, "reasons", "a reason must be 1 to 128 printable characters");
        else if (state < 0 || !sw_state_is_staffed((enum sw_agent_state)state))
            fault(r, key_node, text, "must name a state: break, meal, busy, meeting, ...");
        else if (!add_word(&seen, text))
            fault(r, key_node, text, "stands twice");
        else
            config->reasons[config->reason_count++] =
                (struct sw_config_reason){sw_xstrdup(text), (enum sw_agent_state)state};
    }
    free_words(seen);
}

static void read_value(struct reader *r, const yaml_node_t *node, const struct key *key, void *into) {
    void *at = (char *)into + key->at;
    switch (key->kind) {
    case MAPPING: read_mapping(r, node, key->name, key->keys, into); break;
    case ENTRIES: read_entries(r, node, key, at); break;
    case IDS:
    case ORIGINS: read_list(r, node, key, at); break;
    case LIMITS: read_limits(r, node, key, at); break;
    case REASONS: read_reasons(r, node, into); break;
    default: read_scalar(r, node, key, at); break;
    }
}

/* ---- what one key alone cannot tell ---- */

/* The value of KEY in a mapping, or NULL. */
static const yaml_node_t *child(struct reader *r, const yaml_node_t *node, const char *key) {
    if (!node || node->type != YAML_MAPPING_NODE) return NULL;
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++) {
        const char *text = scalar(node_of(r, pair->key));
        if (text && !strcmp(text, key)) return node_of(r, pair->value);
    }
    return NULL;
}

/* Two levels out of order: told at the one that the file gives. */
static void check_order(struct reader *r, const yaml_node_t *goals, bool good, const char *critical,
                        const char *other, const char *text) {
    if (good || !goals) return;
    const yaml_node_t *at = child(r, goals, critical);
    if (!at) at = child(r, goals, other);
    fault(r, at ? at : goals, critical, "%s %s", text, other);
}

static void check_goals(struct reader *r, const yaml_node_t *site, const struct sw_config *c) {
    const yaml_node_t *goals = child(r, site, "goals"), *diagnosis = child(r, site, "diagnosis");
    check_order(r, goals, c->answer_rate_critical <= c->answer_rate_goal, "answer_rate_critical",
                "answer_rate", "must not be above");
    check_order(r, goals, c->service_level_critical <= c->service_level_goal, "service_level_critical",
                "service_level", "must not be above");
    check_order(r, goals, c->waiting_critical >= c->waiting_warning, "waiting_critical", "waiting_warning",
                "must not be below");
    check_order(r, goals, c->wait_critical_ms >= c->wait_warning_ms, "wait_critical_s", "wait_warning_s",
                "must not be below");
    check_order(r, diagnosis, c->much_idle >= c->little_idle, "much_idle", "little_idle",
                "must not be below");
}

/* Every id that a list KEY of an entry names must be one of KNOWN. */
static void check_names(struct reader *r, const yaml_node_t *entries, const char *key,
                        const struct word *known, const char *what) {
    if (!entries || entries->type != YAML_SEQUENCE_NODE) return;
    for (const yaml_node_item_t *i = entries->data.sequence.items.start; i < entries->data.sequence.items.top;
         i++) {
        const yaml_node_t *names = child(r, node_of(r, *i), key);
        if (!names || names->type != YAML_SEQUENCE_NODE) continue;
        for (const yaml_node_item_t *n = names->data.sequence.items.start; n < names->data.sequence.items.top;
             n++) {
            const yaml_node_t *node = node_of(r, *n);
            const char *text = scalar(node);
            if (text && !has_word(known, text)) fault(r, node, key, "there is no %s %.64s", what, text);
        }
    }
}

static void check_links(struct reader *r, const yaml_node_t *site, const struct sw_config *c) {
    struct word *groups = NULL, *queues = NULL, *teams = NULL;
    for (size_t i = 0; i < c->group_count; i++)
        if (c->groups[i].id) (void)add_word(&groups, c->groups[i].id);
    for (size_t i = 0; i < c->queue_count; i++)
        if (c->queues[i].id) (void)add_word(&queues, c->queues[i].id);
    for (size_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].team) (void)add_word(&teams, c->agents[i].team);
    check_names(r, child(r, site, "queues"), "groups", groups, "group");
    check_names(r, child(r, site, "agents"), "queues", queues, "queue");
    if (HASH_COUNT(teams) >= SW_TEAMS_MAX) /* one more is for those who have none */
        fault(r, child(r, site, "agents"), "agents", "must be in fewer than %d teams", SW_TEAMS_MAX);
    free_words(groups);
    free_words(queues);
    free_words(teams);
}

static void check(struct reader *r, const yaml_node_t *root, const struct sw_config *c) {
    const yaml_node_t *site = child(r, root, "site"), *interval = child(r, site, "interval_min");
    if (c->interval_min != 15 && c->interval_min != 30)
        fault(r, interval, "interval_min", "must be 15 or 30");
    check_goals(r, site, c);
    check_links(r, site, c);
}

static bool load(struct reader *r, yaml_parser_t *parser) {
    if (yaml_parser_load(parser, &r->document)) return true;
    size_t line = parser->problem_mark.line, offset = parser->problem_offset;
    if (parser->error == YAML_READER_ERROR) /* knows no line: not UTF-8, or a character YAML does not have */
        sw_buf_printf(r->faults, "%s: byte %zu: %s\n", r->path, offset, parser->problem);
    else
        sw_buf_printf(r->faults, "%s:%zu: %s\n", r->path, line + 1,
                      parser->problem ? parser->problem : "not YAML");
    r->fault_count++;
    return false;
}

static void read_document(struct reader *r, yaml_parser_t *parser, struct sw_config *config) {
    if (!load(r, parser)) return;
    const yaml_node_t *root = yaml_document_get_root_node(&r->document);
    if (root) {
        read_mapping(r, root, "the file", root_keys, config);
        check(r, root, config);
    }
    yaml_document_delete(&r->document);
    if (!root || !load(r, parser)) return;
    root = yaml_document_get_root_node(&r->document);
    if (root) fault(r, root, "the file", "must hold one document");
    yaml_document_delete(&r->document);
}

int sw_config_read(struct sw_config *config, const char *path, const char *yaml, size_t len,
                   struct sw_buf *faults) {
    struct reader r = {.path = path, .faults = faults};
    yaml_parser_t parser;
    SW_ASSERT(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
    read_document(&r, &parser, config);
    if (r.fault_count > SW_CONFIG_FAULTS_MAX)
        sw_buf_printf(faults, "%s: and %zu more faults\n", path, r.fault_count - SW_CONFIG_FAULTS_MAX);
    yaml_parser_delete(&parser);
    return r.fault_count ? -SW_EPARSE : 0;
}
