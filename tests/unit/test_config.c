/* codec/config: the YAML file, its defaults, and where each mistake is told to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/config.h"
#include "shiftwall/floor.h"
#include "shiftwall/message.h"

/* Reads YAML into CONFIG, which the caller frees; FAULTS_OUT gets what was told. */
static int read_yaml(struct sw_config *config, const char *yaml, size_t len, char *faults_out, size_t size) {
    struct sw_buf faults;
    sw_buf_init(&faults, 1 << 16);
    sw_config_init(config);
    int failed = sw_config_read(config, "f.yaml", yaml, len, &faults);
    snprintf(faults_out, size, "%s", sw_buf_text(&faults));
    sw_buf_deinit(&faults);
    return failed;
}

static void good(struct sw_config *config, const char *yaml) {
    char faults[4096];
    int failed = read_yaml(config, yaml, strlen(yaml), faults, sizeof faults);
    if (failed) print_message("%s", faults);
    assert_int_equal(failed, 0);
    assert_string_equal(faults, "");
}

static void bad(const char *yaml, const char *expected) {
    struct sw_config config;
    char faults[4096];
    assert_int_equal(read_yaml(&config, yaml, strlen(yaml), faults, sizeof faults), -SW_EPARSE);
    assert_string_equal(faults, expected);
    sw_config_deinit(&config);
}

static void assert_is_default(const struct sw_config *c) {
    assert_string_equal(c->listen, "127.0.0.1:8080");
    assert_string_equal(c->redis, "redis://127.0.0.1:6379");
    assert_string_equal(c->log_level, "info");
    assert_string_equal(c->site_id, "main");
    assert_string_equal(c->zone, "UTC");
    assert_true(c->push_interval_ms == 250 && c->slow_limit_ms == 10000 && c->journal_hours == 48 && c->posted_events_per_second == 1000);
    assert_true(c->max_clients == 10000 && c->max_clients_per_address == 1024);
    assert_true(c->day_starts_ms == 0 && c->interval_min == 15 && c->target_ms == 20000 &&
                c->short_ms == 5000);
    assert_true(c->formula == SW_FORMULA_ALL && c->live_service_level);
    assert_false(c->names || c->open_reads || c->exclude_short_abandons);
    assert_true(c->answer_rate_goal == 0.90 && c->answer_rate_critical == 0.85);
    assert_true(c->service_level_goal == 0.80 && c->service_level_critical == 0.70);
    assert_true(c->waiting_warning == 5 && c->waiting_critical == 10);
    assert_true(c->wait_warning_ms == 30000 && c->wait_critical_ms == 60000);
    assert_true(c->little_idle == 0.10 && c->much_idle == 0.30 && c->much_non_service == 0.15);
    assert_true(c->limit_ms[SW_ST_BREAK] == 600000 && c->limit_ms[SW_ST_BUSY] == 300000);
    assert_true(c->limit_ms[SW_ST_HOLD] == 120000 && c->limit_ms[SW_ST_WRAPUP] == 180000 &&
                c->limit_ms[SW_ST_MEAL] == 0);
    assert_true(c->break_allowance_ms == 600000);
    assert_true(c->queue_count == 0 && c->group_count == 0 && c->agent_count == 0 && c->reason_count == 0);
}

static void test_defaults(void **state) {
    (void)state;
    const char *const empty[] = {
        "", "# nothing\n", "---\n", "site:\n", "site:\n  goals:\n  queues:\n  reasons:\n", "{}"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct sw_config config;
        good(&config, empty[i]);
        assert_is_default(&config);
        sw_config_deinit(&config);
    }
}

/* The sample with its examples in force: `#key` loses the #, `#  part of an example` gets a space for it, `#
 * text` stays a comment, and the empty lists before examples are opened. */
static void put_in_force(const char *sample, struct sw_buf *out) {
    for (const char *line = sample; *line;) {
        size_t len = strcspn(line, "\n"), indent = strspn(line, " ");
        const char *rest = line + indent, *end = line + len;
        if (*rest == '#' && rest[1] != ' ' && rest[1] != '\n') {
            sw_buf_add(out, line, indent);
            sw_buf_add(out, rest + 1, (size_t)(end - rest - 1));
        } else if (*rest == '#' && rest[1] == ' ' && rest[2] == ' ') {
            sw_buf_add(out, line, indent);
            sw_buf_putc(out, ' ');
            sw_buf_add(out, rest + 1, (size_t)(end - rest - 1));
        } else if (indent == 2 && len > 4 && (!strncmp(end - 2, "[]", 2) || !strncmp(end - 2, "{}", 2))) {
            sw_buf_add(out, line, len - 2);
        } else {
            sw_buf_add(out, line, len);
        }
        sw_buf_putc(out, '\n');
        line = *end ? end + 1 : end;
    }
}

/* The sample that is shipped holds every key with its default, and good examples. */
static void test_the_sample_is_the_default(void **state) {
    (void)state;
    FILE *file = fopen("deploy/shiftwall.yaml", "rb");
    assert_non_null(file);
    static char sample[65536];
    sample[fread(sample, 1, sizeof sample - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    struct sw_config config;
    good(&config, sample);
    assert_is_default(&config);
    sw_config_deinit(&config);
    struct sw_buf forced;
    sw_buf_init(&forced, 65536);
    put_in_force(sample, &forced);
    good(&config, sw_buf_text(&forced));
    sw_buf_deinit(&forced);
    assert_string_equal(config.redis_password_file, "/etc/shiftwall/redis.password");
    assert_string_equal(config.data_dir, "/var/lib/shiftwall");
    assert_non_null(config.web_dir);
    assert_non_null(config.boards_dir);
    assert_string_equal(config.site_name, "Main floor");
    assert_true(config.queue_count == 1 && config.group_count == 1 && config.agent_count == 1 &&
                config.reason_count == 2);
    assert_int_equal(config.queues[0].target_ms, 15000);
    assert_string_equal(config.agents[0].seat, "07");
    assert_int_equal(config.destination_count, 1);
    assert_string_equal(config.destinations[0].url_file, "/etc/shiftwall/duty-room.url");
    sw_config_deinit(&config);
}

static void test_destinations(void **state) {
    (void)state;
    struct sw_config c;
    good(&c, "notify:\n"
             "  - {id: 值班群, kind: feishu, url_file: u}\n"
             "  - {id: b, kind: slack, url_file: v, secret_file: s, proxy: \"http://p:1\", ca_file: ca, language: en,\n"
             "     charts: no, walks: no, alerts_from: none, quiet_from: \"22:00\", quiet_to: \"07:30\",\n"
             "     critical_passes: no, per_minute: 5, timeout_s: 2.5, give_up: 90m}\n"
             "  - {id: c, kind: generic, url_file: w, proxy_file: p, alerts_from: critical}\n");
    assert_int_equal(c.destination_count, 3);
    const struct sw_config_destination *a = &c.destinations[0], *b = &c.destinations[1];
    assert_string_equal(a->id, "值班群");
    assert_true(a->language == SW_LANGUAGE_ZH && a->charts && a->walks && a->critical_passes);
    assert_true(a->alerts_from == SW_SEVERITY_WARNING && a->quiet_from_ms == a->quiet_to_ms && a->per_minute == 0);
    assert_true(a->timeout_ms == 30000 && a->give_up_ms == 86400000 && !a->secret_file && !a->proxy && !a->ca_file);
    assert_true(b->language == SW_LANGUAGE_EN && !b->charts && !b->walks && !b->critical_passes);
    assert_true(b->alerts_from == SW_CONFIG_NO_ALERTS && b->quiet_from_ms == 79200000 && b->quiet_to_ms == 27000000);
    assert_true(b->per_minute == 5 && b->timeout_ms == 2500 && b->give_up_ms == 5400000);
    assert_string_equal(b->secret_file, "s");
    assert_string_equal(b->proxy, "http://p:1");
    assert_string_equal(c.destinations[2].proxy_file, "p");
    assert_int_equal(c.destinations[2].alerts_from, SW_SEVERITY_CRITICAL);
    sw_config_deinit(&c);
    bad("notify:\n  - {id: a, kind: icq, url_file: u}\n",
        "f.yaml:2: kind: must be wecom, dingtalk, feishu, slack, teams or generic\n");
    bad("notify:\n  - {id: a, kind: slack}\n", "f.yaml:2: url_file: is missing: a file with the address\n");
    bad("notify:\n  - {id: a, url_file: u}\n", "f.yaml:2: kind: is missing\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, url: x}\n", "f.yaml:2: url: unknown key\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u}\n  - {id: a, kind: slack, url_file: v}\n",
        "f.yaml:3: a: stands twice\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, proxy: \"http://me:pw@p:1\"}\n",
        "f.yaml:2: proxy: must have no password in it: use proxy_file\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, proxy: p}\n",
        "f.yaml:2: proxy: must be http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, proxy: \"http://p\", proxy_file: f}\n",
        "f.yaml:2: proxy_file: must not stand beside proxy\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, language: fr}\n", "f.yaml:2: language: must be zh or en\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, alerts_from: all}\n",
        "f.yaml:2: alerts_from: must be info, warning, critical or none\n");
    bad("notify:\n  - {id: a, kind: slack, url_file: u, per_minute: 101}\n",
        "f.yaml:2: per_minute: must be between 0 and 100\n");
}

static const char full[] =
    "listen: \"[::]:80\"\n"
    "redis: unix:///run/redis.sock\n"
    "redis_password_file: /etc/pw\n"
    "data_dir: /var/lib/shiftwall\n"
    "web_dir: w\n"
    "boards_dir: b\n"
    "roster_dir: r\n"
    "policy: floor\n"
    "log_level: debug\n"
    "open_reads: yes\n"
    "push_interval_ms: 100\n"
    "slow_limit_ms: 5000\n"
    "max_clients: 7\n"
    "max_clients_per_address: 3\n"
    "journal_hours: 72\n"
    "posted_events_per_second: 50\n"
    "allowed_origins: [https://wall.example.com, \"http://10.0.0.1:8080\"]\n"
    "site:\n"
    "  id: north-1\n"
    "  name: 北区\n"
    "  zone: Asia/Shanghai\n"
    "  day_starts: \"06:30\"\n"
    "  days_off: [saturday, sunday, 2026-10-01]\n"
    "  interval_min: 30\n"
    "  names: true\n"
    "  live_service_level: false\n"
    "  exclude_short_abandons: true\n"
    "  service_level: answered_only\n"
    "  target_s: 12.5\n"
    "  short_s: 0\n"
    "  break_s: 900\n"
    "  goals: {answer_rate: 1, answer_rate_critical: 0.5, wait_warning_s: 10, wait_critical_s: 10}\n"
    "  diagnosis: {much_non_service: 0.2}\n"
    "  limits_s: {meal: 2700, break: 0}\n"
    "  reasons: {lunch: meal, 培训: meeting}\n"
    "  groups:\n"
    "    - {id: g1, name: 组一}\n"
    "    - id: g2\n"
    "  queues:\n"
    "    - {id: sales, name: 销售, target_s: 0.25, short_s: 1, formula: ignore_short, groups: [g1, g2]}\n"
    "    - id: care\n"
    "  agents:\n"
    "    - {id: 1001, name: 王芳, team: A, seat: 07, queues: [sales, care]}\n"
    "    - id: \"1002\"\n";

static void test_every_key(void **state) {
    (void)state;
    struct sw_config c;
    good(&c, full);
    assert_string_equal(c.listen, "[::]:80");
    assert_string_equal(c.redis, "unix:///run/redis.sock");
    assert_string_equal(c.redis_password_file, "/etc/pw");
    assert_string_equal(c.data_dir, "/var/lib/shiftwall");
    assert_string_equal(c.web_dir, "w");
    assert_string_equal(c.boards_dir, "b");
    assert_string_equal(c.roster_dir, "r");
    assert_string_equal(c.policy, "floor");
    assert_string_equal(c.log_level, "debug");
    assert_true(c.open_reads && c.push_interval_ms == 100 && c.slow_limit_ms == 5000);
    assert_true(c.max_clients == 7 && c.max_clients_per_address == 3 && c.journal_hours == 72 && c.posted_events_per_second == 50);
    assert_int_equal(c.allowed_origins.count, 2);
    assert_string_equal(c.allowed_origins.items[1], "http://10.0.0.1:8080");
    assert_string_equal(c.site_id, "north-1");
    assert_string_equal(c.site_name, "北区");
    assert_string_equal(c.zone, "Asia/Shanghai");
    assert_true(c.days_off.weekdays == 0x41 && c.days_off.count == 1 && sw_is_day_off(&c.days_off, 2026, 10, 1));
    assert_true(c.day_starts_ms == 23400000 && c.interval_min == 30 && c.names && !c.live_service_level);
    assert_true(c.exclude_short_abandons && c.formula == SW_FORMULA_ANSWERED_ONLY);
    assert_true(c.target_ms == 12500 && c.short_ms == 0 && c.break_allowance_ms == 900000);
    assert_true(c.answer_rate_goal == 1.0 && c.answer_rate_critical == 0.5 && c.service_level_goal == 0.8);
    assert_true(c.wait_warning_ms == 10000 && c.wait_critical_ms == 10000);
    assert_true(c.much_non_service == 0.2 && c.little_idle == 0.1);
    assert_true(c.limit_ms[SW_ST_MEAL] == 2700000 && c.limit_ms[SW_ST_BREAK] == 0 &&
                c.limit_ms[SW_ST_BUSY] == 300000);
    sw_config_deinit(&c);
}

static void test_entries(void **state) {
    (void)state;
    struct sw_config c;
    good(&c, full);
    assert_int_equal(c.reason_count, 2);
    assert_string_equal(c.reasons[1].text, "培训");
    assert_int_equal(c.reasons[1].state, SW_ST_MEETING);
    assert_int_equal(c.group_count, 2);
    assert_null(c.groups[1].name);
    assert_int_equal(c.queue_count, 2);
    assert_true(c.queues[0].target_ms == 250 && c.queues[0].short_ms == 1000);
    assert_int_equal(c.queues[0].formula, SW_FORMULA_IGNORE_SHORT);
    assert_int_equal(c.queues[0].groups.count, 2);
    assert_string_equal(c.queues[0].groups.items[1], "g2");
    assert_true(c.queues[1].target_ms == -1 && c.queues[1].short_ms == -1 && c.queues[1].formula == -1);
    assert_int_equal(c.agent_count, 2);
    assert_string_equal(c.agents[0].id, "1001");
    assert_string_equal(c.agents[0].seat, "07");
    assert_int_equal(c.agents[0].queues.count, 2);
    assert_null(c.agents[1].team);
    sw_config_deinit(&c);
}

static void test_mistakes_name_line_and_key(void **state) {
    (void)state;
    bad("listen: 127.0.0.1:1\nlissen: x\n", "f.yaml:2: lissen: unknown key\n");
    bad("site:\n  zone: UTC\n  zone: UTC\n", "f.yaml:3: zone: stands twice\n");
    bad("site: main\n", "f.yaml:1: site: must be a mapping\n");
    bad("- a\n", "f.yaml:1: the file: must be a mapping\n");
    bad("push_interval_ms: 99\n", "f.yaml:1: push_interval_ms: must be between 100 and 5000\n");
    bad("push_interval_ms: 250.5\n", "f.yaml:1: push_interval_ms: must be a whole number\n");
    bad("push_interval_ms: soon\n", "f.yaml:1: push_interval_ms: must be a number\n");
    bad("push_interval_ms: .nan\n", "f.yaml:1: push_interval_ms: must be a number\n");
    bad("push_interval_ms: 0x100\n", "f.yaml:1: push_interval_ms: must be a number\n");
    bad("push_interval_ms: [250]\n", "f.yaml:1: push_interval_ms: must be a single value\n");
    bad("open_reads: maybe\n", "f.yaml:1: open_reads: must be true or false\n");
    bad("log_level: loud\n", "f.yaml:1: log_level: must be error, warn, info or debug\n");
    bad("log_level: \"warn info\"\n", "f.yaml:1: log_level: must be error, warn, info or debug\n");
    bad("listen: localhost\n", "f.yaml:1: listen: must be ADDR:PORT\n");
    bad("redis:\n", "f.yaml:1: redis: must be one line of text\n");
    bad("redis: \"a\\0b\"\n", "f.yaml:1: redis: must be a single value\n");
    bad("allowed_origins: [wall.example.com]\n",
        "f.yaml:1: allowed_origins: must hold origins, like https://wall.example.com\n");
    bad("site:\n  days_off: [sunday, 2026-02-30]\n",
        "f.yaml:2: days_off: must hold days of the week, like sunday, and dates, like 2026-10-01\n");
    bad("site:\n  days_off: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]\n",
        "f.yaml:2: days_off: must leave a day of the week\n");
    bad("site:\n  days_off: [sunday, sunday]\n", "f.yaml:2: sunday: stands twice\n");
    bad("allowed_origins: [\"https://a/b\"]\n",
        "f.yaml:1: allowed_origins: must hold origins, like https://wall.example.com\n");
    bad("site:\n  id: Main\n", "f.yaml:2: id: must match [a-z0-9][a-z0-9-]{0,31}\n");
    bad("site:\n  day_starts: \"24:00\"\n", "f.yaml:2: day_starts: must be a time of day, \"HH:MM\"\n");
    bad("site:\n  day_starts: 6:00\n", "f.yaml:2: day_starts: must be a time of day, \"HH:MM\"\n");
    bad("site:\n  interval_min: 20\n", "f.yaml:2: interval_min: must be 15 or 30\n");
    bad("site:\n  interval_min: 60\n", "f.yaml:2: interval_min: must be between 15 and 30\n");
    bad("site:\n  target_s: -1\n", "f.yaml:2: target_s: must be between 0 and 86400\n");
    bad("site:\n  service_level: best\n",
        "f.yaml:2: service_level: must be all, ignore_abandoned_in_target, ignore_short, "
        "abandoned_ok or answered_only\n");
    bad("site:\n  goals:\n    answer_rate: 90\n", "f.yaml:3: answer_rate: must be between 0 and 1\n");
    bad("site:\n  limits_s:\n    lunch: 5\n", "f.yaml:3: lunch: unknown key\n");
    bad("site:\n  limits_s: {offline: 5}\n", "f.yaml:2: offline: unknown key\n");
    bad("site:\n  reasons:\n    lunch: eating\n",
        "f.yaml:3: lunch: must name a state: break, meal, busy, meeting, ...\n");
    bad("site:\n  reasons: {a: meal, a: busy}\n", "f.yaml:2: a: stands twice\n");
}

static void test_mistakes_of_several_keys(void **state) {
    (void)state;
    bad("site:\n  goals:\n    answer_rate: 0.9\n    answer_rate_critical: 0.95\n",
        "f.yaml:4: answer_rate_critical: must not be above answer_rate\n");
    bad("site:\n  goals:\n\n    service_level: 0.6\n",
        "f.yaml:4: service_level_critical: must not be above service_level\n");
    bad("site:\n  goals: {waiting_warning: 20}\n",
        "f.yaml:2: waiting_critical: must not be below waiting_warning\n");
    bad("site:\n  goals: {wait_critical_s: 29}\n",
        "f.yaml:2: wait_critical_s: must not be below wait_warning_s\n");
    bad("site:\n  diagnosis: {much_idle: 0.05}\n", "f.yaml:2: much_idle: must not be below little_idle\n");
    bad("site:\n  queues:\n    - id: a\n    - id: b\n    - id: a\n", "f.yaml:5: a: stands twice\n");
    bad("site:\n  queues:\n    - name: a\n", "f.yaml:3: queues: id is missing\n");
    bad("site:\n  queues:\n    -\n    - id: a\n", "f.yaml:3: queues: id is missing\n");
    bad("site:\n  queues: {a: 1}\n", "f.yaml:2: queues: must be a list of mappings\n");
    bad("site:\n  groups: [{id: g}]\n  queues:\n    - id: a\n      groups: [g, h]\n",
        "f.yaml:5: groups: there is no group h\n");
    bad("site:\n  groups: [{id: g}]\n  queues:\n    - id: a\n      groups: [g, g]\n",
        "f.yaml:5: g: stands twice\n");
    bad("site:\n  agents:\n    - id: 1\n      queues:\n        - sales\n",
        "f.yaml:5: queues: there is no queue sales\n");
    bad("site:\n  agents:\n    - id: 1\n      team: \"\"\n",
        "f.yaml:4: team: must be 1 to 64 printable characters\n");
}

static void test_what_is_no_yaml(void **state) {
    (void)state;
    bad("site:\n  id: [a\n", "f.yaml:3: did not find expected ',' or ']'\n");
    bad("a: \"\xff\"\n", "f.yaml: byte 4: invalid leading UTF-8 octet\n");
    bad("listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n", "f.yaml:3: the file: must hold one document\n");
    bad("? [a]\n: b\n", "f.yaml:1: the file: unknown key\n");
    bad("site: &s\n  goals: *s\n", "f.yaml:2: goals: unknown key\n"); /* an alias to itself ends */
    bad("site: {id: *none}\n", "f.yaml:1: found undefined alias\n");
}

static void test_many_mistakes_are_told_at_once(void **state) {
    (void)state;
    bad("a: 1\nlisten: x\nsite:\n  b: 2\n", "f.yaml:1: a: unknown key\nf.yaml:2: listen: must be ADDR:PORT\n"
                                            "f.yaml:4: b: unknown key\n");
    struct sw_buf yaml;
    sw_buf_init(&yaml, 1 << 16);
    for (int i = 0; i < 100; i++) sw_buf_printf(&yaml, "x%d: 1\n", i);
    struct sw_config config;
    char faults[8192];
    assert_int_equal(read_yaml(&config, yaml.data, yaml.len, faults, sizeof faults), -SW_EPARSE);
    assert_non_null(strstr(faults, "f.yaml:20: x19: unknown key\nf.yaml: and 80 more faults\n"));
    sw_config_deinit(&config);
    sw_buf_deinit(&yaml);
}

static void test_caps(void **state) {
    (void)state;
    struct sw_buf yaml;
    sw_buf_init(&yaml, SW_CONFIG_BYTES_MAX);
    sw_buf_puts(&yaml, "site:\n  agents:\n");
    for (int i = 0; i < SW_AGENTS_MAX; i++)
        sw_buf_printf(&yaml, "    - {id: a%d, team: t%d}\n", i, i % (SW_TEAMS_MAX - 1));
    struct sw_config config;
    char faults[1024];
    assert_int_equal(read_yaml(&config, yaml.data, yaml.len, faults, sizeof faults), 0);
    assert_int_equal(config.agent_count, SW_AGENTS_MAX);
    sw_config_deinit(&config);
    sw_buf_puts(&yaml, "    - id: one-more\n");
    assert_int_equal(read_yaml(&config, yaml.data, yaml.len, faults, sizeof faults), -SW_EPARSE);
    assert_string_equal(faults, "f.yaml:3: agents: must hold 50000 at most\n");
    sw_config_deinit(&config);
    sw_buf_clear(&yaml);
    sw_buf_puts(&yaml, "site:\n  agents:\n");
    for (int i = 0; i < SW_TEAMS_MAX; i++) sw_buf_printf(&yaml, "    - {id: a%d, team: t%d}\n", i, i);
    assert_int_equal(read_yaml(&config, yaml.data, yaml.len, faults, sizeof faults), -SW_EPARSE);
    assert_string_equal(faults, "f.yaml:3: agents: must be in fewer than 2000 teams\n");
    sw_config_deinit(&config);
    sw_buf_deinit(&yaml);
}

static void test_listen(void **state) {
    (void)state;
    char host[16];
    int port;
    assert_int_equal(sw_config_parse_listen("10.0.0.1:80", host, sizeof host, &port), 0);
    assert_string_equal(host, "10.0.0.1");
    assert_int_equal(port, 80);
    assert_int_equal(sw_config_parse_listen("[fe80::1]:0", host, sizeof host, &port), 0);
    assert_string_equal(host, "fe80::1");
    assert_int_equal(port, 0);
    assert_int_equal(sw_config_parse_listen(":8080", host, sizeof host, &port), 0);
    assert_string_equal(host, "");
    const char *const wrong[] = {"",     "8080", "a:",     "a:65536",
                                 "a:-1", "a:x",  "::1:80", "a-name-that-is-too-long:80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(sw_config_parse_listen(wrong[i], host, sizeof host, &port), 0);
}

static void test_site_ids(void **state) {
    (void)state;
    assert_true(sw_config_is_site_id("a") && sw_config_is_site_id("0-a") &&
                sw_config_is_site_id("abcdefghijabcdefghijabcdefghij12"));
    assert_false(sw_config_is_site_id("") || sw_config_is_site_id("-a") || sw_config_is_site_id("a_b") ||
                 sw_config_is_site_id("A") || sw_config_is_site_id("abcdefghijabcdefghijabcdefghij123"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_the_sample_is_the_default),
        cmocka_unit_test(test_destinations),
        cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_mistakes_name_line_and_key),
        cmocka_unit_test(test_mistakes_of_several_keys),
        cmocka_unit_test(test_what_is_no_yaml),
        cmocka_unit_test(test_many_mistakes_are_told_at_once),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_listen),
        cmocka_unit_test(test_site_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
