#include "codec/config.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/floor.h"

bool sw_config_is_site_id(const char *name) {
    size_t len = strlen(name);
    if (!len || len > 32 || name[0] == '-') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

void sw_config_set(char **text, const char *value) {
    free(*text);
    *text = sw_xstrdup(value);
}

int sw_config_parse_listen(const char *listen, char *host, size_t size, int *port) {
    const char *colon = strrchr(listen, ':'), *from = listen;
    if (!colon || strspn(colon + 1, "0123456789") != strlen(colon + 1)) return -SW_EPARSE;
    size_t len = (size_t)(colon - listen), digits = strlen(colon + 1);
    long value = strtol(colon + 1, NULL, 10);
    if (!digits || digits > 5 || value > 65535) return -SW_EPARSE;
    if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']')
        from++, len -= 2;
    else if (memchr(listen, ':', len))
        return -SW_EPARSE; /* IPv6 wants its brackets */
    if (len >= size) return -SW_EPARSE;
    memcpy(host, from, len);
    host[len] = '\0';
    *port = (int)value;
    return 0;
}

void sw_config_init(struct sw_config *config) {
    struct sw_floor_options defaults;
    sw_floor_options_init(&defaults);
    *config = (struct sw_config){.listen = sw_xstrdup("127.0.0.1:8080"),
                                 .redis = sw_xstrdup("redis://127.0.0.1:6379"),
                                 .log_level = sw_xstrdup("info"),
                                 .report_day = 21,
                                 .posted_events_per_second = 1000,
                                 .push_interval_ms = 250,
                                 .slow_limit_ms = 10000,
                                 .max_clients = 10000,
                                 .max_clients_per_address = 1024,
                                 .journal_hours = 48,
                                 .retention_days = 180,
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
    char *const texts[] = {c->listen,     c->redis,    c->redis_password_file, c->web_dir,
                           c->boards_dir, c->roster_dir, c->policy, c->built_in_boards, c->data_dir, c->log_level, c->public_url, c->tls_certificate, c->tls_key, c->user_header, c->metrics_token_file,         c->site_id,
                           c->site_name,  c->zone};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
    free_list(&c->allowed_origins);
    free_list(&c->trusted_proxies);
    for (size_t i = 0; i < c->person_count; i++) {
        free(c->people[i].id);
        free(c->people[i].name);
        free(c->people[i].role);
        free(c->people[i].pin);
        free_list(&c->people[i].teams);
    }
    free(c->people);
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
    for (size_t i = 0; i < c->destination_count; i++) {
        struct sw_config_destination *d = &c->destinations[i];
        char *const own[] = {d->id, d->kind, d->url_file, d->secret_file, d->proxy, d->proxy_file, d->ca_file};
        for (size_t t = 0; t < sizeof own / sizeof *own; t++) free(own[t]);
    }
    free(c->destinations);
    free(c->reasons);
    free(c->groups);
    free(c->queues);
    free(c->agents);
    *c = (struct sw_config){0};
}
