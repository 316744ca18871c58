/* The configuration: one YAML file, read strictly. Every fault is told with file, line and key.
 *
 * Read with libyaml's document tree, since every node of it knows its line; a table of keys does the rest. */
#ifndef CODEC_CONFIG_H
#define CODEC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/buf.h"
#include "shiftwall/duty.h"
#include "shiftwall/event.h"
#include "shiftwall/kpi.h"

#define SW_CONFIG_BYTES_MAX (4u << 20)
#define SW_PEOPLE_MAX 1000
#define SW_CONFIG_PROXIES_MAX 32
#define SW_CONFIG_FAULTS_MAX 20 /* told at once */
#define SW_CONFIG_DESTINATIONS_MAX 32
#define SW_CONFIG_NO_ALERTS 3 /* above the highest severity */

struct sw_config_list {
    char **items;
    size_t count;
};

struct sw_config_group {
    char *id, *name;
};

struct sw_config_queue {
    char *id, *name;   /* name NULL = the id */
    int64_t target_ms; /* -1 = the site's */
    int64_t short_ms;  /* -1 = the site's */
    int64_t formula;   /* enum sw_formula, -1 = the site's */
    struct sw_config_list groups;
};

struct sw_config_agent {
    char *id, *name, *team, *seat;
    struct sw_config_list queues;
};

/* Somebody who may write from elsewhere than this machine. */
struct sw_config_person {
    char *id, *name, *role;
    char *pin; /* its argon2id hash */
    struct sw_config_list teams; /* of a lead */
};

struct sw_config_reason {
    char *text;
    enum sw_agent_state state;
};

/* A chat group that messages go to. What is secret stands in files of its own. */
struct sw_config_destination {
    char *id;
    char *kind;         /* wecom, dingtalk, feishu, slack, teams or generic */
    char *url_file;     /* its first line is the address */
    char *secret_file;  /* its first line signs requests; NULL = they are not signed */
    char *proxy;        /* NULL = none */
    char *proxy_file;   /* the same with a password in it; NULL = `proxy` */
    char *ca_file;      /* NULL = the system's authorities */
    int64_t language;   /* enum sw_language */
    bool charts, walks;
    int64_t alerts_from; /* enum sw_severity, or SW_CONFIG_NO_ALERTS */
    int64_t quiet_from_ms, quiet_to_ms; /* local times of day; equal = no quiet hours */
    bool critical_passes;
    int64_t per_minute; /* 0 = the service's limit */
    int64_t timeout_ms, give_up_ms;
};

struct sw_config {
    char *listen; /* ADDR:PORT */
    char *redis;  /* URL */
    char *redis_password_file;
    char *web_dir, *boards_dir, *roster_dir, *data_dir;
    char *policy;            /* NULL = the product's defaults; a preset's name or a path */
    char *built_in_boards;   /* no key: the program says where its own boards are */
    char *log_level;
    bool ranking;            /* months may be had with a ranking of agents */
    int64_t report_day;      /* of the month: then the attendance report of the last month is due */
    char *public_url;        /* of the web application, for links; NULL = none are made */
    bool open_reads; /* anybody off loopback may read boards */
    int64_t posted_events_per_second; /* of each producer that posts over HTTP */
    int64_t push_interval_ms, slow_limit_ms, max_clients, max_clients_per_address, journal_hours, retention_days;
    struct sw_config_list allowed_origins;
    char *tls_certificate, *tls_key; /* PEM files; NULL = plain HTTP */
    struct sw_config_list trusted_proxies; /* numeric addresses whose X-Forwarded-For and -Proto count */
    char *user_header;       /* in which they say who is signed in, lower case; NULL = none */
    char *metrics_token_file; /* whose first line lets /metrics be read; NULL = none does */

    char *site_id, *site_name, *zone;
    int64_t day_starts_ms, interval_min, opens_ms, closes_ms; /* opening hours: local times of day; equal: all day */
    struct sw_days_off days_off;
    bool names, live_service_level, exclude_short_abandons;
    int64_t formula, target_ms, short_ms;
    double answer_rate_goal, answer_rate_critical, service_level_goal, service_level_critical;
    int64_t waiting_warning, waiting_critical, wait_warning_ms, wait_critical_ms;
    double little_idle, much_idle, much_non_service;
    int64_t break_allowance_ms;
    int64_t limit_ms[SW_ST_COUNT]; /* 0 = none */
    struct sw_config_person *people;
    size_t person_count;
    struct sw_config_reason *reasons;
    size_t reason_count;
    struct sw_config_group *groups;
    size_t group_count;
    struct sw_config_queue *queues;
    size_t queue_count;
    struct sw_config_agent *agents;
    size_t agent_count;
    struct sw_config_destination *destinations;
    size_t destination_count;
};

/* One open site `main` on loopback with the product's defaults. */
void sw_config_init(struct sw_config *config);
void sw_config_deinit(struct sw_config *config);

/* Reads LEN bytes of YAML over what CONFIG holds (the defaults). PATH is only named in messages. Returns 0,
 * or -SW_EPARSE and then FAULTS has one line for each fault, "PATH:LINE: key: text", and CONFIG may be half
 * read. */
int sw_config_read(struct sw_config *config, const char *path, const char *yaml, size_t len,
                   struct sw_buf *faults) SW_NODISCARD;

/* Replaces a text of the configuration (flags override the file). VALUE is copied. */
void sw_config_set(char **text, const char *value);
/* Splits "ADDR:PORT" ("[::1]:8080", ":8080" is every address) into HOST (SIZE bytes) and PORT. 0 or
 * -SW_EPARSE. */
int sw_config_parse_listen(const char *listen, char *host, size_t size, int *port) SW_NODISCARD;
/* Whether NAME may be a site's id: [a-z0-9][a-z0-9-]{0,31}. */
bool sw_config_is_site_id(const char *name);

#endif
