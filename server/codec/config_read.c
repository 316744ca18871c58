/* Reading the configuration: its keys, and what one key alone cannot tell. */
#include <stddef.h>
#include <string.h>

#include "codec/config.h"
#include "codec/yaml_keys.h"
#include "shiftwall/floor.h"
#include "shiftwall/message.h"

#define ORIGINS_MAX 64
#define DAY_S 86400

/* ---- texts and values of the configuration's own ---- */

static const char *judge_role(const char *text) {
    static const char *const roles[] = {"agent", "lead", "duty", "quality", "manager", "admin"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!strcmp(text, roles[i])) return NULL;
    return "must be agent, lead, duty, quality, manager or admin";
}

static const char *judge_pin(const char *text) {
    bool good = !strncmp(text, "$argon2id$", 10) && strlen(text) < 128;
    return good ? NULL : "must be a hash made by `shiftwall pin`";
}

static const char *judge_name(const char *text) {
    return sw_yaml_is_text(text, SW_NAME_CHARS_MAX) ? NULL : "must be one line of 1 to 128 characters";
}

static const char *judge_id(const char *text) {
    return sw_yaml_is_text(text, SW_ID_CHARS_MAX) ? NULL : "must be 1 to 64 printable characters";
}

static const char *judge_site_id(const char *text) {
    return sw_config_is_site_id(text) ? NULL : "must match [a-z0-9][a-z0-9-]{0,31}";
}

static const char *judge_listen(const char *text) {
    char host[256];
    int port;
    return sw_config_parse_listen(text, host, sizeof host, &port) ? "must be ADDR:PORT" : NULL;
}

static const char *judge_level(const char *text) {
    bool good =
        !strcmp(text, "error") || !strcmp(text, "warn") || !strcmp(text, "info") || !strcmp(text, "debug");
    return good ? NULL : "must be error, warn, info or debug";
}

static const char *judge_public_url(const char *text) {
    size_t scheme = !strncmp(text, "https://", 8) ? 8 : !strncmp(text, "http://", 7) ? 7 : 0, len = strlen(text);
    bool good = scheme && len > scheme && len <= 512 && text[len - 1] != '/' && sw_yaml_is_text(text, 512) && !strpbrk(text, "?#@ \"<>");
    return good ? NULL : "must be an address like https://wall.example.com, without a slash at its end";
}

static const char *judge_header(const char *text) {
    size_t len = strlen(text);
    bool good = len >= 3 && len <= 40 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
    return good ? NULL : "must be a header's name in lower case, like x-remote-user";
}

static void read_formula(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         void *at) {
    const char *text = sw_yaml_scalar(node);
    int formula = text ? sw_formula_from_name(text) : -1;
    if (!text)
        sw_yaml_fault(y, node, key->name, "must be a single value");
    else if (formula < 0)
        sw_yaml_fault(y, node, key->name,
                      "must be all, ignore_abandoned_in_target, ignore_short, abandoned_ok or answered_only");
    else
        *(int64_t *)at = formula;
}

static bool is_origin(const char *text) {
    size_t scheme = !strncmp(text, "https://", 8) ? 8 : !strncmp(text, "http://", 7) ? 7 : 0;
    return scheme && text[scheme] && sw_yaml_is_text(text, 256) && !strpbrk(text + scheme, "/?#@* \"");
}

static bool is_id(const char *text) {
    return sw_yaml_is_text(text, SW_ID_CHARS_MAX);
}

/* A struct sw_config_list of different texts that IS_GOOD. */
static void read_list(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                      struct sw_config_list *list, bool (*is_good)(const char *text), const char *wrong) {
    size_t size;
    if (!sw_yaml_is_list(y, node, key, "must be a list", &size)) return;
    struct sw_yaml_word *seen = NULL;
    list->items = sw_xcalloc(size, sizeof *list->items);
    for (size_t i = 0; i < size; i++) {
        const yaml_node_t *item = sw_yaml_item(y, node, i);
        const char *text = sw_yaml_scalar(item);
        if (!text || !is_good(text))
            sw_yaml_fault(y, item, key->name, "%s", wrong);
        else if (!sw_yaml_add_word(&seen, text))
            sw_yaml_fault(y, item, text, "stands twice");
        else
            list->items[list->count++] = sw_xstrdup(text);
    }
    sw_yaml_free_words(seen);
}

static void read_ids(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    read_list(y, node, key, at, is_id, "must hold ids of 1 to 64 printable characters");
}

static void read_origins(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         void *at) {
    read_list(y, node, key, at, is_origin, "must hold origins, like https://wall.example.com");
}

static bool is_address(const char *text) {
    size_t len = strlen(text);
    return len >= 2 && len <= 45 && strspn(text, "0123456789abcdef.:") == len && strpbrk(text, ".:");
}

static void read_addresses(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    read_list(y, node, key, at, is_address, "must hold numeric addresses, like 127.0.0.1 or ::1, in lower case");
}

static bool is_day(const char *text) {
    struct sw_days_off off = {0};
    return sw_days_off_add(&off, text) == 0;
}

/* Into struct sw_days_off. */
static void read_days_off(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    struct sw_config_list list = {0};
    read_list(y, node, key, &list, is_day, "must hold days of the week, like sunday, and dates, like 2026-10-01");
    struct sw_days_off *off = at;
    *off = (struct sw_days_off){0};
    for (size_t i = 0; i < list.count; i++) {
        int refused = sw_days_off_add(off, list.items[i]);
        (void)refused; /* they were looked at, and are no more than it holds */
        free(list.items[i]);
    }
    free(list.items);
    if (off->weekdays == 0x7f) sw_yaml_fault(y, node, key->name, "must leave a day of the week");
}

/* int64_t ms for each staffed state. */
static void read_limits(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                        void *limits) {
    struct sw_yaml_key keys[SW_ST_COUNT + 1] = {{0}};
    size_t count = 0;
    for (int s = 0; s < SW_ST_COUNT; s++)
        if (sw_state_is_staffed((enum sw_agent_state)s))
            keys[count++] = (struct sw_yaml_key){.name = sw_agent_state_name((enum sw_agent_state)s),
                                                 .kind = SW_YAML_SECONDS,
                                                 .at = (size_t)s * sizeof(int64_t),
                                                 .min = key->min,
                                                 .max = key->max};
    sw_yaml_mapping(y, node, key->name, keys, limits);
}

/* Into struct sw_config. */
static void read_reasons(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key,
                         void *into) {
    size_t size;
    if (!sw_yaml_is_mapping(y, node, key->name, "must be a mapping of reason to state", &size)) return;
    struct sw_config *config = into;
    struct sw_yaml_word *seen = NULL;
    config->reasons = sw_xcalloc(size, sizeof *config->reasons);
    for (size_t i = 0; i < size; i++) {
        const yaml_node_t *key_node, *value;
        sw_yaml_pair(y, node, i, &key_node, &value);
        const char *text = sw_yaml_scalar(key_node), *name = sw_yaml_scalar(value);
        int state = name ? sw_agent_state_from_name(name) : -1;
        if (!text || !sw_yaml_is_text(text, SW_REASON_CHARS_MAX))
            sw_yaml_fault(y, key_node, key->name, "a reason must be 1 to 128 printable characters");
        else if (state < 0 || !sw_state_is_staffed((enum sw_agent_state)state))
            sw_yaml_fault(y, key_node, text, "must name a state: break, meal, busy, meeting, ...");
        else if (!sw_yaml_add_word(&seen, text))
            sw_yaml_fault(y, key_node, text, "stands twice");
        else
            config->reasons[config->reason_count++] =
                (struct sw_config_reason){sw_xstrdup(text), (enum sw_agent_state)state};
    }
    sw_yaml_free_words(seen);
}

static void prepare_queue(void *entry) {
    struct sw_config_queue *queue = entry;
    queue->target_ms = queue->short_ms = queue->formula = -1; /* the site's */
}

static const char *judge_destination_kind(const char *text) {
    static const char *const kinds[] = {"wecom", "dingtalk", "feishu", "slack", "teams", "generic"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(text, kinds[i])) return NULL;
    return "must be wecom, dingtalk, feishu, slack, teams or generic";
}

static const char *judge_proxy(const char *text) {
    static const char *const schemes[] = {"http://", "https://", "socks5h://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (!strncmp(text, schemes[i], strlen(schemes[i])) && text[strlen(schemes[i])])
            return strchr(text, '@') ? "must have no password in it: use proxy_file" : NULL;
    return "must be http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT";
}

static void read_language(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    const char *text = sw_yaml_scalar(node);
    int language = text ? sw_language_from_name(text) : -1;
    if (language < 0) sw_yaml_fault(y, node, key->name, "must be zh or en");
    else *(int64_t *)at = language;
}

static void read_alerts_from(struct sw_yaml *y, const yaml_node_t *node, const struct sw_yaml_key *key, void *at) {
    const char *text = sw_yaml_scalar(node);
    if (text && !strcmp(text, "none")) {
        *(int64_t *)at = SW_CONFIG_NO_ALERTS;
        return;
    }
    for (int i = SW_SEVERITY_INFO; text && i <= SW_SEVERITY_CRITICAL; i++)
        if (!strcmp(text, sw_severity_name((enum sw_severity)i))) {
            *(int64_t *)at = i;
            return;
        }
    sw_yaml_fault(y, node, key->name, "must be info, warning, critical or none");
}

static void prepare_destination(void *entry) {
    struct sw_config_destination *d = entry;
    d->language = SW_LANGUAGE_ZH;
    d->charts = d->walks = d->critical_passes = true;
    d->alerts_from = SW_SEVERITY_WARNING;
    d->timeout_ms = 30000;
    d->give_up_ms = INT64_C(24) * 3600 * 1000;
}

/* ---- the keys ---- */

#define SITE(name_, kind_, member)                                                                           \
    { .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct sw_config, member) }
#define RANGE(name_, kind_, member, from, to)                                                                \
    {                                                                                                        \
        .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(struct sw_config, member), .min = (from),   \
        .max = (to)                                                                                          \
    }
#define PART(name_, keys_)                                                                                   \
    { .name = (name_), .kind = SW_YAML_MAPPING, .keys = (keys_) }
#define ARRAY(name_, member, most, keys_, type)                                                              \
    .name = (name_), .kind = SW_YAML_ENTRIES, .at = offsetof(struct sw_config, member), .max = (most),       \
    .keys = (keys_), .size = sizeof(type)
#define WORD(type, name_, judge_, member)                                                                    \
    { .name = (name_), .kind = SW_YAML_TEXT, .at = offsetof(type, member), .judge = (judge_) }
#define OWN(type, name_, read_, member, most)                                                                \
    { .name = (name_), .kind = SW_YAML_CUSTOM, .at = offsetof(type, member), .max = (most), .read = (read_) }
#define OF(type, name_, kind_, member, most)                                                                 \
    { .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(type, member), .max = (most) }

static const struct sw_yaml_key goal_keys[] = {SITE("answer_rate", SHARE, answer_rate_goal),
                                               SITE("answer_rate_critical", SHARE, answer_rate_critical),
                                               SITE("service_level", SHARE, service_level_goal),
                                               SITE("service_level_critical", SHARE, service_level_critical),
                                               RANGE("waiting_warning", INT, waiting_warning, 1, 100000),
                                               RANGE("waiting_critical", INT, waiting_critical, 1, 100000),
                                               RANGE("wait_warning_s", SECONDS, wait_warning_ms, 1, DAY_S),
                                               RANGE("wait_critical_s", SECONDS, wait_critical_ms, 1, DAY_S),
                                               {0}};
static const struct sw_yaml_key diagnosis_keys[] = {SITE("little_idle", SHARE, little_idle),
                                                    SITE("much_idle", SHARE, much_idle),
                                                    SITE("much_non_service", SHARE, much_non_service),
                                                    {0}};
static const struct sw_yaml_key group_keys[] = {WORD(struct sw_config_group, "id", judge_id, id),
                                                WORD(struct sw_config_group, "name", judge_name, name),
                                                {0}};
static const struct sw_yaml_key queue_keys[] = {
    WORD(struct sw_config_queue, "id", judge_id, id),
    WORD(struct sw_config_queue, "name", judge_name, name),
    OF(struct sw_config_queue, "target_s", SECONDS, target_ms, DAY_S),
    OF(struct sw_config_queue, "short_s", SECONDS, short_ms, DAY_S),
    OWN(struct sw_config_queue, "formula", read_formula, formula, 0),
    OWN(struct sw_config_queue, "groups", read_ids, groups, SW_GROUPS_MAX),
    {0}};
static const struct sw_yaml_key agent_keys[] = {
    WORD(struct sw_config_agent, "id", judge_id, id),
    WORD(struct sw_config_agent, "name", judge_name, name),
    WORD(struct sw_config_agent, "team", judge_id, team),
    WORD(struct sw_config_agent, "seat", judge_id, seat),
    OWN(struct sw_config_agent, "queues", read_ids, queues, SW_EVENT_QUEUES_MAX),
    {0}};
static const struct sw_yaml_key person_keys[] = {
    WORD(struct sw_config_person, "id", judge_id, id),
    WORD(struct sw_config_person, "name", judge_name, name),
    WORD(struct sw_config_person, "role", judge_role, role),
    WORD(struct sw_config_person, "pin", judge_pin, pin),
    OWN(struct sw_config_person, "teams", read_ids, teams, SW_TEAMS_MAX),
    {0}};
#define RANGE_OF(type, name_, kind_, member, from, to)                                                        \
    { .name = (name_), .kind = SW_YAML_##kind_, .at = offsetof(type, member), .min = (from), .max = (to) }
static const struct sw_yaml_key destination_keys[] = {
    WORD(struct sw_config_destination, "id", judge_id, id),
    WORD(struct sw_config_destination, "kind", judge_destination_kind, kind),
    OF(struct sw_config_destination, "url_file", TEXT, url_file, 0),
    OF(struct sw_config_destination, "secret_file", TEXT, secret_file, 0),
    WORD(struct sw_config_destination, "proxy", judge_proxy, proxy),
    OF(struct sw_config_destination, "proxy_file", TEXT, proxy_file, 0),
    OF(struct sw_config_destination, "ca_file", TEXT, ca_file, 0),
    OWN(struct sw_config_destination, "language", read_language, language, 0),
    OF(struct sw_config_destination, "charts", BOOL, charts, 0),
    OF(struct sw_config_destination, "walks", BOOL, walks, 0),
    OWN(struct sw_config_destination, "alerts_from", read_alerts_from, alerts_from, 0),
    OF(struct sw_config_destination, "quiet_from", OF_DAY, quiet_from_ms, 0),
    OF(struct sw_config_destination, "quiet_to", OF_DAY, quiet_to_ms, 0),
    OF(struct sw_config_destination, "critical_passes", BOOL, critical_passes, 0),
    RANGE_OF(struct sw_config_destination, "per_minute", INT, per_minute, 0, 100),
    RANGE_OF(struct sw_config_destination, "timeout_s", SECONDS, timeout_ms, 1, 300),
    RANGE_OF(struct sw_config_destination, "give_up", DURATION, give_up_ms, 1, 7 * DAY_S),
    {0}};
static const struct sw_yaml_key site_keys[] = {
    WORD(struct sw_config, "id", judge_site_id, site_id),
    WORD(struct sw_config, "name", judge_name, site_name),
    SITE("zone", TEXT, zone),
    SITE("day_starts", OF_DAY, day_starts_ms),
    SITE("opens", OF_DAY, opens_ms),
    SITE("closes", OF_DAY, closes_ms),
    OWN(struct sw_config, "days_off", read_days_off, days_off, SW_DAYS_OFF_MAX),
    RANGE("interval_min", INT, interval_min, 15, 30),
    SITE("names", BOOL, names),
    SITE("live_service_level", BOOL, live_service_level),
    SITE("exclude_short_abandons", BOOL, exclude_short_abandons),
    OWN(struct sw_config, "service_level", read_formula, formula, 0),
    RANGE("target_s", SECONDS, target_ms, 0, DAY_S),
    RANGE("short_s", SECONDS, short_ms, 0, DAY_S),
    RANGE("break_s", SECONDS, break_allowance_ms, 1, DAY_S),
    PART("goals", goal_keys),
    PART("diagnosis", diagnosis_keys),
    OWN(struct sw_config, "limits_s", read_limits, limit_ms, DAY_S),
    {.name = "reasons", .kind = SW_YAML_CUSTOM, .read = read_reasons},
    {ARRAY("groups", groups, SW_GROUPS_MAX, group_keys, struct sw_config_group)},
    {ARRAY("queues", queues, SW_QUEUES_MAX, queue_keys, struct sw_config_queue), .prepare = prepare_queue},
    {ARRAY("agents", agents, SW_AGENTS_MAX, agent_keys, struct sw_config_agent)},
    {0}};
static const struct sw_yaml_key report_keys[] = {SITE("ranking", BOOL, ranking), RANGE("month_day", INT, report_day, 1, 28), {0}};
static const struct sw_yaml_key tls_keys[] = {SITE("certificate", TEXT, tls_certificate), SITE("key", TEXT, tls_key), {0}};
static const struct sw_yaml_key root_keys[] = {
    WORD(struct sw_config, "listen", judge_listen, listen),
    SITE("redis", TEXT, redis),
    SITE("redis_password_file", TEXT, redis_password_file),
    SITE("data_dir", TEXT, data_dir),
    SITE("web_dir", TEXT, web_dir),
    SITE("boards_dir", TEXT, boards_dir),
    SITE("roster_dir", TEXT, roster_dir),
    SITE("policy", TEXT, policy),
    WORD(struct sw_config, "log_level", judge_level, log_level),
    WORD(struct sw_config, "public_url", judge_public_url, public_url),
    SITE("open_reads", BOOL, open_reads),
    RANGE("posted_events_per_second", INT, posted_events_per_second, 1, 100000),
    RANGE("push_interval_ms", INT, push_interval_ms, 100, 5000),
    RANGE("slow_limit_ms", INT, slow_limit_ms, 1000, 600000),
    RANGE("max_clients", INT, max_clients, 1, 100000),
    RANGE("max_clients_per_address", INT, max_clients_per_address, 1, 100000),
    RANGE("journal_hours", INT, journal_hours, 24, 720),
    {ARRAY("people", people, SW_PEOPLE_MAX, person_keys, struct sw_config_person)},
    RANGE("retention_days", INT, retention_days, 0, 3650),
    OWN(struct sw_config, "allowed_origins", read_origins, allowed_origins, ORIGINS_MAX),
    PART("tls", tls_keys),
    OWN(struct sw_config, "trusted_proxies", read_addresses, trusted_proxies, SW_CONFIG_PROXIES_MAX),
    WORD(struct sw_config, "user_header", judge_header, user_header),
    SITE("metrics_token_file", TEXT, metrics_token_file),
    {ARRAY("notify", destinations, SW_CONFIG_DESTINATIONS_MAX, destination_keys, struct sw_config_destination),
     .prepare = prepare_destination},
    PART("reports", report_keys),
    PART("site", site_keys),
    {0}};

/* ---- what one key alone cannot tell ---- */

/* Two levels out of order: told at the one that the file gives. */
static void check_order(struct sw_yaml *y, const yaml_node_t *goals, bool good, const char *critical,
                        const char *other, const char *text) {
    if (good || !goals) return;
    const yaml_node_t *at = sw_yaml_child(y, goals, critical);
    if (!at) at = sw_yaml_child(y, goals, other);
    sw_yaml_fault(y, at ? at : goals, critical, "%s %s", text, other);
}

static void check_goals(struct sw_yaml *y, const yaml_node_t *site, const struct sw_config *c) {
    const yaml_node_t *goals = sw_yaml_child(y, site, "goals"),
                      *diagnosis = sw_yaml_child(y, site, "diagnosis");
    check_order(y, goals, c->answer_rate_critical <= c->answer_rate_goal, "answer_rate_critical",
                "answer_rate", "must not be above");
    check_order(y, goals, c->service_level_critical <= c->service_level_goal, "service_level_critical",
                "service_level", "must not be above");
    check_order(y, goals, c->waiting_critical >= c->waiting_warning, "waiting_critical", "waiting_warning",
                "must not be below");
    check_order(y, goals, c->wait_critical_ms >= c->wait_warning_ms, "wait_critical_s", "wait_warning_s",
                "must not be below");
    check_order(y, diagnosis, c->much_idle >= c->little_idle, "much_idle", "little_idle",
                "must not be below");
}

/* Every id that a list KEY of an entry names must be one of KNOWN. */
static void check_names(struct sw_yaml *y, const yaml_node_t *entries, const char *key,
                        const struct sw_yaml_word *known, const char *what) {
    for (size_t i = 0, count = sw_yaml_item_count(entries); i < count; i++) {
        const yaml_node_t *names = sw_yaml_child(y, sw_yaml_item(y, entries, i), key);
        for (size_t n = 0, size = sw_yaml_item_count(names); n < size; n++) {
            const yaml_node_t *node = sw_yaml_item(y, names, n);
            const char *text = sw_yaml_scalar(node);
            if (text && !sw_yaml_has_word(known, text))
                sw_yaml_fault(y, node, key, "there is no %s %.64s", what, text);
        }
    }
}

static void check_links(struct sw_yaml *y, const yaml_node_t *site, const struct sw_config *c) {
    struct sw_yaml_word *groups = NULL, *queues = NULL, *teams = NULL;
    for (size_t i = 0; i < c->group_count; i++)
        if (c->groups[i].id) (void)sw_yaml_add_word(&groups, c->groups[i].id);
    for (size_t i = 0; i < c->queue_count; i++)
        if (c->queues[i].id) (void)sw_yaml_add_word(&queues, c->queues[i].id);
    for (size_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].team) (void)sw_yaml_add_word(&teams, c->agents[i].team);
    check_names(y, sw_yaml_child(y, site, "queues"), "groups", groups, "group");
    check_names(y, sw_yaml_child(y, site, "agents"), "queues", queues, "queue");
    if (sw_yaml_word_count(teams) >= SW_TEAMS_MAX) /* one more is for those who have none */
        sw_yaml_fault(y, sw_yaml_child(y, site, "agents"), "agents", "must be in fewer than %d teams",
                      SW_TEAMS_MAX);
    sw_yaml_free_words(groups);
    sw_yaml_free_words(queues);
    sw_yaml_free_words(teams);
}

static void check_people(struct sw_yaml *y, const yaml_node_t *people, const struct sw_config *c) {
    for (size_t i = 0; i < c->person_count && i < sw_yaml_item_count(people); i++) {
        const struct sw_config_person *p = &c->people[i];
        const yaml_node_t *node = sw_yaml_item(y, people, i);
        if (!p->role) sw_yaml_fault(y, node, "role", "is missing");
        if (!p->pin) sw_yaml_fault(y, node, "pin", "is missing: make one with `shiftwall pin`");
    }
}

static void check_destinations(struct sw_yaml *y, const yaml_node_t *destinations, const struct sw_config *c) {
    for (size_t i = 0; i < c->destination_count && i < sw_yaml_item_count(destinations); i++) {
        const struct sw_config_destination *d = &c->destinations[i];
        const yaml_node_t *node = sw_yaml_item(y, destinations, i);
        if (!d->kind && !sw_yaml_child(y, node, "kind")) sw_yaml_fault(y, node, "kind", "is missing");
        if (!d->url_file) sw_yaml_fault(y, node, "url_file", "is missing: a file with the address");
        if (d->proxy && d->proxy_file) sw_yaml_fault(y, node, "proxy_file", "must not stand beside proxy");
    }
}

static void check(struct sw_yaml *y, const yaml_node_t *root, const void *config) {
    const struct sw_config *c = config;
    const yaml_node_t *site = sw_yaml_child(y, root, "site"),
                      *interval = sw_yaml_child(y, site, "interval_min");
    if (c->interval_min != 15 && c->interval_min != 30)
        sw_yaml_fault(y, interval, "interval_min", "must be 15 or 30");
    const yaml_node_t *tls = sw_yaml_child(y, root, "tls"), *header = sw_yaml_child(y, root, "user_header");
    if (tls && (!c->tls_certificate || !c->tls_key)) sw_yaml_fault(y, tls, "tls", "needs both certificate and key");
    if (header && !c->trusted_proxies.count) sw_yaml_fault(y, header, "user_header", "needs trusted_proxies");
    check_people(y, sw_yaml_child(y, root, "people"), c);
    check_destinations(y, sw_yaml_child(y, root, "notify"), c);
    check_goals(y, site, c);
    check_links(y, site, c);
}

int sw_config_read(struct sw_config *config, const char *path, const char *yaml, size_t len,
                   struct sw_buf *faults) {
    return sw_yaml_read(path, yaml, len, root_keys, config, check, SW_CONFIG_FAULTS_MAX, faults);
}
