#include "codec/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "codec/json_strict.h"
#include "shiftwall/floor.h"

enum kind {
    TEXT,     /* char *: one line, not empty */
    ID,       /* char *: an identifier of the event contract */
    SITE_ID,  /* char * */
    BOOL,     /* bool */
    INT,      /* int64_t in [min, max] */
    SECONDS,  /* int64_t ms, written in seconds, fractions allowed, in [min, max] seconds */
    SHARE,    /* double in 0..1 */
    OF_DAY,   /* int64_t ms, written "HH:MM" */
    FORMULA,  /* int64_t */
    CHOICE,   /* char *: one of `words` */
    IDS,      /* struct sw_config_list of identifiers */
    TEXTS,    /* struct sw_config_list */
    MAPPING,  /* `keys` into the same struct */
    ENTRIES,  /* array pointer and count behind it; `keys` for each element of `size` bytes */
    REASONS,
    LIMITS
};

struct key {
    const char *name;
    enum kind kind;
    size_t at;
    double min, max;
    const struct key *keys;
    size_t size;
    const char *words;
};

#define AT(member) offsetof(struct sw_config, member)
static const struct key goal_keys[] = {{"answer_rate", SHARE, AT(answer_rate_goal), .max = 1},
                                       {"answer_rate_critical", SHARE, AT(answer_rate_critical), .max = 1},
                                       {"service_level", SHARE, AT(service_level_goal), .max = 1},
                                       {"service_level_critical", SHARE, AT(service_level_critical), .max = 1},
                                       {"waiting_warning", INT, AT(waiting_warning), 1, 100000},
                                       {"waiting_critical", INT, AT(waiting_critical), 1, 100000},
                                       {"wait_warning_s", SECONDS, AT(wait_warning_ms), 1, 86400},
                                       {"wait_critical_s", SECONDS, AT(wait_critical_ms), 1, 86400},
                                       {0}};
static const struct key diagnosis_keys[] = {{"little_idle", SHARE, AT(little_idle), .max = 1},
                                            {"much_idle", SHARE, AT(much_idle), .max = 1},
                                            {"much_non_service", SHARE, AT(much_non_service), .max = 1},
                                            {0}};
static const struct key group_keys[] = {{"id", ID, offsetof(struct sw_config_group, id)},
                                        {"name", TEXT, offsetof(struct sw_config_group, name)},
                                        {0}};
static const struct key queue_keys[] = {
    {"id", ID, offsetof(struct sw_config_queue, id)},
    {"name", TEXT, offsetof(struct sw_config_queue, name)},
    {"target_s", SECONDS, offsetof(struct sw_config_queue, target_ms), 0, 86400},
    {"short_s", SECONDS, offsetof(struct sw_config_queue, short_ms), 0, 86400},
    {"formula", FORMULA, offsetof(struct sw_config_queue, formula)},
    {"groups", IDS, offsetof(struct sw_config_queue, groups)},
    {0}};
static const struct key agent_keys[] = {{"id", ID, offsetof(struct sw_config_agent, id)},
                                        {"name", TEXT, offsetof(struct sw_config_agent, name)},
                                        {"team", ID, offsetof(struct sw_config_agent, team)},
                                        {"seat", TEXT, offsetof(struct sw_config_agent, seat)},
                                        {"queues", IDS, offsetof(struct sw_config_agent, queues)},
                                        {0}};
static const struct key site_keys[] = {
    {"id", SITE_ID, AT(site_id)},
    {"name", TEXT, AT(site_name)},
    {"zone", TEXT, AT(zone)},
    {"day_starts", OF_DAY, AT(day_starts_ms)},
    {"interval_min", INT, AT(interval_min), 15, 30},
    {"names", BOOL, AT(names)},
    {"live_service_level", BOOL, AT(live_service_level)},
    {"exclude_short_abandons", BOOL, AT(exclude_short_abandons)},
    {"service_level", FORMULA, AT(formula)},
    {"target_s", SECONDS, AT(target_ms), 0, 86400},
    {"short_s", SECONDS, AT(short_ms), 0, 86400},
    {"break_s", SECONDS, AT(break_allowance_ms), 1, 86400},
    {"goals", MAPPING, 0, .keys = goal_keys},
    {"diagnosis", MAPPING, 0, .keys = diagnosis_keys},
    {"limits_s", LIMITS, AT(limit_ms), 0, 86400},
    {"reasons", REASONS, AT(reasons)},
    {"groups", ENTRIES, AT(groups), .max = SW_GROUPS_MAX, .keys = group_keys, .size = sizeof(struct sw_config_group)},
    {"queues", ENTRIES, AT(queues), .max = SW_QUEUES_MAX, .keys = queue_keys, .size = sizeof(struct sw_config_queue)},
    {"agents", ENTRIES, AT(agents), .max = SW_AGENTS_MAX, .keys = agent_keys, .size = sizeof(struct sw_config_agent)},
    {0}};
static const struct key root_keys[] = {
    {"listen", TEXT, AT(listen)},
    {"redis", TEXT, AT(redis)},
    {"redis_password_file", TEXT, AT(redis_password_file)},
    {"web_dir", TEXT, AT(web_dir)},
    {"boards_dir", TEXT, AT(boards_dir)},
    {"log_level", CHOICE, AT(log_level), .words = "error warn info debug"},
    {"open_reads", BOOL, AT(open_reads)},
    {"push_interval_ms", INT, AT(push_interval_ms), 100, 5000},
    {"slow_limit_ms", INT, AT(slow_limit_ms), 1000, 600000},
    {"max_clients", INT, AT(max_clients), 1, 100000},
    {"max_clients_per_address", INT, AT(max_clients_per_address), 1, 100000},
    {"journal_hours", INT, AT(journal_hours), 24, 720},
    {"allowed_origins", TEXTS, AT(allowed_origins)},
    {"site", MAPPING, 0, .keys = site_keys},
    {0}};

struct reader {
    yaml_document_t document;
    const char *path;
    struct sw_buf *faults;
    size_t fault_count;
};

static void fault(struct reader *r, const yaml_node_t *node, const char *key, const char *text) {
    if (++r->fault_count > SW_CONFIG_FAULTS_MAX) return;
    sw_buf_printf(r->faults, "%s:%zu: %s: %s\n", r->path, node->start_mark.line + 1, key, text);
}

static const char *scalar(const yaml_node_t *node) {
    if (node->type != YAML_SCALAR_NODE) return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL; /* no NUL inside */
}

static bool is_identifier(const char *text) {
    return *text && sw_utf8_count(text) <= SW_ID_CHARS_MAX && !sw_utf8_has_control(text);
}

bool sw_config_is_site_id(const char *name) {
    size_t len = strlen(name);
    if (!len || len > 32 || name[0] == '-') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

void sw_config_set(char **text, const char *value) {
    free(*text);
    *text = sw_xstrdup(value);
}

static bool read_number(const char *text, double *out) {
    char *end;
    if (!*text || strspn(text, "0123456789.-") != strlen(text)) return false;
    errno = 0;
    *out = strtod(text, &end);
    return !errno && !*end;
}

static bool read_bool(const char *text, bool *out) {
    bool yes = !strcmp(text, "true") || !strcmp(text, "yes"), no = !strcmp(text, "false") || !strcmp(text, "no");
    if (yes || no) *out = yes;
    return yes || no;
}

static bool read_of_day(const char *text, int64_t *out) {
    if (strlen(text) != 5 || text[2] != ':' || strspn(text, "0123456789:") != 5) return false;
    int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (hours > 23 || minutes > 59) return false;
    *out = (hours * 60 + minutes) * INT64_C(60000);
    return true;
}

static bool has_word(const char *words, const char *word) {
    const char *at = strstr(words, word);
    size_t len = strlen(word);
    return at && len && (at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]);
}

static void read_limits(struct reader *r, const yaml_node_t *node, const struct key *key, int64_t *limits);
static void read_reasons(struct reader *r, const yaml_node_t *node, struct sw_config *config);
static void read_list(struct reader *r, const yaml_node_t *node, const struct key *key, struct sw_config_list *list);
static void read_entries(struct reader *r, const yaml_node_t *node, const struct key *key, void *array);
static void read_mapping(struct reader *r, const yaml_node_t *node, const char *name, const struct key *keys,
                         void *into);

static void read_numeric(struct reader *r, const yaml_node_t *node, const struct key *key, const char *text,
                         void *at) {
    double value;
    char range[96];
    if (!read_number(text, &value)) {
        fault(r, node, key->name, "must be a number");
    } else if (value < key->min || value > key->max) {
        struct sw_buf told;
        sw_buf_init(&told, sizeof range);
        sw_buf_printf(&told, "must be between %g and %g", key->min, key->max);
        fault(r, node, key->name, sw_buf_text(&told));
        sw_buf_deinit(&told);
    } else if (key->kind == SHARE) {
        *(double *)at = value;
    } else if (key->kind == SECONDS) {
        *(int64_t *)at = (int64_t)(value * 1000 + 0.5);
    } else if (value != (double)(int64_t)value) {
        fault(r, node, key->name, "must be a whole number");
    } else {
        *(int64_t *)at = (int64_t)value;
    }
}

static void read_scalar(struct reader *r, const yaml_node_t *node, const struct key *key, void *at) {
    const char *text = scalar(node);
    const char *wrong = NULL;
    if (!text) {
        fault(r, node, key->name, "must be a single value");
        return;
    }
    switch (key->kind) {
    case TEXT:
        if (!*text || sw_utf8_has_control(text)) wrong = "must be one line of text";
        break;
    case ID:
        if (!is_identifier(text)) wrong = "must be 1 to 64 printable characters";
        break;
    case SITE_ID:
        if (!sw_config_is_site_id(text)) wrong = "must match [a-z0-9][a-z0-9-]{0,31}";
        break;
    case CHOICE:
        if (!has_word(key->words, text)) wrong = key->words;
        break;
    case BOOL:
        if (!read_bool(text, at)) wrong = "must be true or false";
        break;
    case OF_DAY:
        if (!read_of_day(text, at)) wrong = "must be a time of day, \"HH:MM\"";
        break;
    case FORMULA: {
        int formula = sw_formula_from_name(text);
        if (formula < 0) wrong = "one of all, ignore_abandoned_in_target, ignore_short, abandoned_ok, answered_only";
        else *(int64_t *)at = formula;
        break;
    }
    default: read_numeric(r, node, key, text, at); return;
    }
    if (wrong) fault(r, node, key->name, wrong);
    else if (key->kind == TEXT || key->kind == ID || key->kind == SITE_ID || key->kind == CHOICE)
        sw_config_set(at, text);
}

static void read_value(struct reader *r, const yaml_node_t *node, const struct key *key, void *into) {
    void *at = (char *)into + key->at;
    switch (key->kind) {
    case MAPPING: read_mapping(r, node, key->name, key->keys, into); break;
    case ENTRIES: read_entries(r, node, key, at); break;
    case IDS:
    case TEXTS: read_list(r, node, key, at); break;
    case LIMITS: read_limits(r, node, key, at); break;
    case REASONS: read_reasons(r, node, into); break;
    default: read_scalar(r, node, key, at); break;
    }
}

/* Calls for each pair of a mapping; names that stand twice are faults. */
static void read_mapping(struct reader *r, const yaml_node_t *node, const char *name, const struct key *keys,
                         void *into) {
    if (node->type == YAML_SCALAR_NODE && !node->data.scalar.length) return; /* an empty section */
    if (node->type != YAML_MAPPING_NODE) {
        fault(r, node, name, "must be a mapping");
        return;
    }
    uint64_t seen = 0;
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key_node = yaml_document_get_node(&r->document, pair->key);
        const yaml_node_t *value = yaml_document_get_node(&r->document, pair->value);
        const char *text = scalar(key_node);
        size_t i = 0;
        while (text && keys[i].name && strcmp(keys[i].name, text) != 0) i++;
        if (!text || !keys[i].name) {
            fault(r, key_node, text ? text : name, "unknown key");
        } else if (seen & (UINT64_C(1) << i)) {
            fault(r, key_node, text, "stands twice");
        } else {
            seen |= UINT64_C(1) << i;
            read_value(r, value, &keys[i], into);
        }
    }
}

static void read_list(struct reader *r, const yaml_node_t *node, const struct key *key, struct sw_config_list *list) {
    if (node->type != YAML_SEQUENCE_NODE) {
        fault(r, node, key->name, "must be a list");
        return;
    }
    for (const yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++) {
        const yaml_node_t *item = yaml_document_get_node(&r->document, *i);
        const char *text = scalar(item);
        if (!text || !is_identifier(text)) {
            fault(r, item, key->name, "must hold texts of 1 to 64 printable characters");
            continue;
        }
        list->items = sw_xrealloc(list->items, (list->count + 1) * sizeof *list->items);
        list->items[list->count++] = sw_xstrdup(text);
    }
}

/* An array of structs whose first member is their id. The count follows the pointer. */
static void read_entries(struct reader *r, const yaml_node_t *node, const struct key *key, void *array) {
    void **items = array;
    size_t *count = (size_t *)(void *)(items + 1);
    if (node->type != YAML_SEQUENCE_NODE) {
        fault(r, node, key->name, "must be a list of mappings");
        return;
    }
    for (const yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++) {
        const yaml_node_t *item = yaml_document_get_node(&r->document, *i);
        if ((double)*count >= key->max) {
            fault(r, item, key->name, "too many");
            return;
        }
        *items = sw_xrealloc(*items, (*count + 1) * key->size);
        char *entry = (char *)*items + *count * key->size;
        memset(entry, 0, key->size);
        if (key->keys == queue_keys) {
            struct sw_config_queue *queue = (struct sw_config_queue *)(void *)entry;
            queue->target_ms = queue->short_ms = queue->formula = -1;
        }
        (*count)++;
        read_mapping(r, item, key->name, key->keys, entry);
        const char *id = *(char **)(void *)entry;
        if (!id) fault(r, item, key->name, "id is missing");
        for (size_t k = 0; id && k + 1 < *count; k++) {
            const char *other = *(char **)(void *)((char *)*items + k * key->size);
            if (other && !strcmp(other, id)) fault(r, item, id, "stands twice");
        }
    }
}

static void read_limits(struct reader *r, const yaml_node_t *node, const struct key *key, int64_t *limits) {
    struct key keys[SW_ST_COUNT + 1] = {{0}};
    for (int s = SW_ST_READY; s < SW_ST_COUNT; s++)
        keys[s - 1] = (struct key){.name = sw_agent_state_name((enum sw_agent_state)s),
                                   .kind = SECONDS,
                                   .at = (size_t)s * sizeof *limits,
                                   .min = key->min,
                                   .max = key->max};
    read_mapping(r, node, key->name, keys, limits);
}

static void read_reasons(struct reader *r, const yaml_node_t *node, struct sw_config *config) {
    if (node->type != YAML_MAPPING_NODE) {
        fault(r, node, "reasons", "must be a mapping of reason to state");
        return;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key_node = yaml_document_get_node(&r->document, pair->key);
        const char *text = scalar(key_node), *name = scalar(yaml_document_get_node(&r->document, pair->value));
        int state = name ? sw_agent_state_from_name(name) : -1;
        if (!text || !*text || sw_utf8_count(text) > SW_REASON_CHARS_MAX) {
            fault(r, key_node, "reasons", "a reason has 1 to 128 characters");
        } else if (state < 0 || state == SW_ST_OFFLINE) {
            fault(r, key_node, text, "must name a state: break, meal, busy, meeting, ...");
        } else {
            for (size_t i = 0; i < config->reason_count; i++)
                if (!strcmp(config->reasons[i].text, text)) fault(r, key_node, text, "stands twice");
            config->reasons = sw_xrealloc(config->reasons, (config->reason_count + 1) * sizeof *config->reasons);
            config->reasons[config->reason_count++] =
                (struct sw_config_reason){sw_xstrdup(text), (enum sw_agent_state)state};
        }
    }
}

/* What one key alone cannot tell. */
static void check(struct reader *r, const yaml_node_t *root, const struct sw_config *c) {
    if (c->interval_min != 15 && c->interval_min != 30) fault(r, root, "interval_min", "must be 15 or 30");
    if (c->answer_rate_critical > c->answer_rate_goal) fault(r, root, "answer_rate_critical", "is above answer_rate");
    if (c->service_level_critical > c->service_level_goal)
        fault(r, root, "service_level_critical", "is above service_level");
    if (c->waiting_critical < c->waiting_warning) fault(r, root, "waiting_critical", "is below waiting_warning");
    if (c->wait_critical_ms < c->wait_warning_ms) fault(r, root, "wait_critical_s", "is below wait_warning_s");
    for (size_t i = 0; i < c->queue_count; i++)
        for (size_t g = 0; g < c->queues[i].groups.count; g++) {
            bool known = false;
            for (size_t k = 0; k < c->group_count && !known; k++)
                known = c->groups[k].id && !strcmp(c->groups[k].id, c->queues[i].groups.items[g]);
            if (!known) fault(r, root, c->queues[i].groups.items[g], "a queue names this group, but there is none");
        }
}

int sw_config_read(struct sw_config *config, const char *path, const char *yaml, size_t len, struct sw_buf *faults) {
    struct reader r = {.path = path, .faults = faults};
    yaml_parser_t parser;
    SW_ASSERT(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
    if (!yaml_parser_load(&parser, &r.document)) {
        sw_buf_printf(faults, "%s:%zu: %s\n", path, parser.problem_mark.line + 1,
                      parser.problem ? parser.problem : "not YAML");
        yaml_parser_delete(&parser);
        return -SW_EPARSE;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&r.document);
    if (root) {
        read_mapping(&r, root, "the file", root_keys, config);
        check(&r, root, config);
    }
    if (r.fault_count > SW_CONFIG_FAULTS_MAX)
        sw_buf_printf(faults, "%s: and %zu more faults\n", path, r.fault_count - SW_CONFIG_FAULTS_MAX);
    yaml_document_delete(&r.document);
    yaml_parser_delete(&parser);
    return r.fault_count ? -SW_EPARSE : 0;
}

void sw_config_init(struct sw_config *config) {
    struct sw_floor_options defaults;
    sw_floor_options_init(&defaults);
    *config = (struct sw_config){.listen = sw_xstrdup("127.0.0.1:8080"),
                                 .redis = sw_xstrdup("redis://127.0.0.1:6379"),
                                 .log_level = sw_xstrdup("info"),
                                 .push_interval_ms = 250,
                                 .slow_limit_ms = 10000,
                                 .max_clients = 10000,
                                 .max_clients_per_address = 1024,
                                 .journal_hours = 48,
                                 .site_id = sw_xstrdup("main"),
                                 .zone = sw_xstrdup("UTC"),
                                 .interval_min = 15,
                                 .live_service_level = true,
                                 .formula = defaults.formula,
                                 .target_ms = defaults.target_ms,
                                 .short_ms = defaults.short_ms,
                                 .answer_rate_goal = 0.90,
                                 .answer_rate_critical = 0.85,
                                 .service_level_goal = 0.80,
                                 .service_level_critical = 0.70,
                                 .waiting_warning = 5,
                                 .waiting_critical = 10,
                                 .wait_warning_ms = 30000,
                                 .wait_critical_ms = 60000,
                                 .little_idle = 0.10,
                                 .much_idle = 0.30,
                                 .much_non_service = 0.15,
                                 .break_allowance_ms = defaults.break_allowance_ms};
    memcpy(config->limit_ms, defaults.limit_ms, sizeof config->limit_ms);
}

static void free_list(struct sw_config_list *list) {
    for (size_t i = 0; i < list->count; i++) free(list->items[i]);
    free(list->items);
}

void sw_config_deinit(struct sw_config *c) {
    char *const texts[] = {c->listen,    c->redis,     c->redis_password_file, c->web_dir, c->boards_dir,
                           c->log_level, c->site_id,   c->site_name,           c->zone};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
    free_list(&c->allowed_origins);
    for (size_t i = 0; i < c->reason_count; i++) free(c->reasons[i].text);
    for (size_t i = 0; i < c->group_count; i++) {
        free(c->groups[i].id);
        free(c->groups[i].name);
    }
    for (size_t i = 0; i < c->queue_count; i++) {
        free(c->queues[i].id);
        free(c->queues[i].name);
        free_list(&c->queues[i].groups);
    }
    for (size_t i = 0; i < c->agent_count; i++) {
        free(c->agents[i].id);
        free(c->agents[i].name);
        free(c->agents[i].team);
        free(c->agents[i].seat);
        free_list(&c->agents[i].queues);
    }
    free(c->reasons);
    free(c->groups);
    free(c->queues);
    free(c->agents);
    *c = (struct sw_config){0};
}
