/* Events: sw_event_read, and what decodes is applied to a floor whose books must balance.
 *
 * An input is lines. A line is a message as producers send it, or one of ours: "+N" lets N milliseconds pass, "=N" makes
 * the floor anew with the options of number N, "?" checks the books (done after every input anyway). The floor lives on
 * from input to input, so a crash may need what came before: with FUZZ_JOURNAL=FILE all lines since the floor was made
 * are in FILE, which is itself an input. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "codec/event_json.h"
#include "codec/json_strict.h"
#include "codec/report_json.h"
#include "codec/site.h"
#include "fuzz.h"
#include "shiftwall/floor.h"

#define BEGIN_MS INT64_C(1700006400000) /* 2023-11-15T00:00:00Z */
#define DAY_MS INT64_C(86400000)
#define INPUTS_MAX 3000
#define DAYS_MAX 14
#define AGENTS_MAX 150
#define QUEUES_MAX 60
#define DOCUMENT_BYTES_MAX ((size_t)64 << 20)

static struct {
    struct sw_floor *floor;
    struct sw_view_options view;
    struct sw_config config;
    struct sw_buf json;
    int64_t now_ms;
    uint32_t inputs, checks, number;
    int journal; /* -1 = none */
} world = {.journal = -1};

/* ---- the books ---- */

static void check_json(void) {
    cJSON *tree;
    SW_ASSERT(!world.json.failed);
    SW_ASSERT(sw_json_parse(sw_buf_text(&world.json), world.json.len, 16, &tree) == SW_JSON_OK);
    cJSON_Delete(tree);
    sw_buf_clear(&world.json);
}

/* offered = answered + abandoned + exited + waiting, over everything and for today with its carry. */
static void check_scope(const struct sw_scope *scope) {
    struct sw_scope_now now;
    struct sw_queue_counts all, today;
    sw_scope_now(world.floor, scope, &now);
    sw_scope_between(world.floor, scope, INT64_MIN, INT64_MAX, &all);
    const int64_t *v = all.v;
    int64_t before = sw_scope_carried_in(scope, INT64_MIN);
    if (world.number & 1) SW_ASSERT(before == 0); /* every interval is kept */
    SW_ASSERT(before + v[SW_QC_OFFERED] == v[SW_QC_ANSWERED] + v[SW_QC_ABANDONED] + v[SW_QC_EXITED] + now.waiting);
    SW_ASSERT(now.overdue >= 0 && now.overdue <= now.waiting);
    SW_ASSERT((now.waiting == 0) == (now.oldest_queue == NULL));
    for (int i = 0; i < SW_QC_COUNT; i++) SW_ASSERT(v[i] >= 0);
    SW_ASSERT(v[SW_QC_ANSWERED_IN_TARGET] <= v[SW_QC_ANSWERED]);
    SW_ASSERT(v[SW_QC_SHORT_ABANDONED] <= v[SW_QC_ABANDONED] && v[SW_QC_ABANDONED_IN_TARGET] <= v[SW_QC_ABANDONED]);
    SW_ASSERT(v[SW_QC_SL_NUM] <= v[SW_QC_SL_DEN] && v[SW_QC_AR_NUM] <= v[SW_QC_AR_DEN]);
    int64_t exits = 0;
    for (int i = 0; i < SW_EXIT_COUNT; i++) exits += v[SW_QC_EXIT_TIMEOUT + i];
    SW_ASSERT(exits == v[SW_QC_EXITED]);
    sw_scope_window(world.floor, scope, SW_WINDOW_TODAY, &today);
    for (int i = 0; i < SW_QC_COUNT; i++) SW_ASSERT(today.v[i] <= v[i]);
}

static void check_books(void) {
    const struct sw_floor_counters *c = sw_floor_counters(world.floor);
    SW_ASSERT(c->events == c->applied + c->duplicates + c->contradictions + c->rejected);
    if (sw_floor_now(world.floor) == INT64_MIN) return;
    struct sw_scope_now site, queue;
    int64_t waiting = 0, overdue = 0;
    for (size_t i = 0; i < sw_floor_queue_count(world.floor); i++) {
        check_scope(sw_floor_queue(world.floor, i));
        sw_scope_now(world.floor, sw_floor_queue(world.floor, i), &queue);
        waiting += queue.waiting;
        overdue += queue.overdue;
    }
    for (size_t i = 0; i < sw_floor_group_count(world.floor); i++) check_scope(sw_floor_group(world.floor, i));
    check_scope(sw_floor_site(world.floor));
    sw_scope_now(world.floor, sw_floor_site(world.floor), &site);
    SW_ASSERT(site.waiting == waiting && site.overdue == overdue);
    uint32_t agents = 0;
    for (int i = 0; i < SW_ST_COUNT; i++) agents += site.agents[i];
    SW_ASSERT(agents == sw_floor_agent_count(world.floor));
    SW_ASSERT(sw_floor_next_deadline(world.floor) > sw_floor_now(world.floor));
    struct sw_waiting_call calls[8];
    size_t count = sw_floor_waiting_calls(world.floor, calls, 8);
    SW_ASSERT(count == (size_t)(waiting < 8 ? waiting : 8));
    for (size_t i = 1; i < count; i++) SW_ASSERT(calls[i - 1].since_ms <= calls[i].since_ms);
}

/* ---- what the walls are sent ---- */

static void on_scope(void *ctx, const struct sw_scope *scope) {
    (void)ctx;
    sw_view_write_scope(world.floor, scope, &world.view, &world.json);
    check_json();
}

static void on_agent(void *ctx, const struct sw_agent *agent) {
    (void)ctx;
    sw_view_write_agent(world.floor, agent, &world.view, &world.json);
    check_json();
}

static void on_team(void *ctx, const struct sw_team *team) {
    (void)ctx;
    sw_view_write_team(world.floor, team, &world.json);
    check_json();
}

static void on_site(void *ctx) {
    (void)ctx;
    sw_view_write_site_now(world.floor, &world.json);
    check_json();
    sw_view_write_indicators(world.floor, &world.view, &world.json);
    check_json();
    sw_view_write_notices(world.floor, &world.json);
    check_json();
    sw_view_write_alarms(world.floor, &world.json);
    check_json();
}

static void drain(bool write) {
    static const struct sw_floor_changes nothing;
    static const struct sw_floor_changes all = {
        .queue = on_scope, .group = on_scope, .agent = on_agent, .team = on_team, .site = on_site};
    sw_floor_drain(world.floor, write ? &all : &nothing);
    SW_ASSERT(!sw_floor_changed(world.floor));
}

/* ---- life ---- */

static void make_floor(uint32_t number) {
    struct sw_floor_options options;
    sw_floor_options_init(&options);
    options.keep_all = number & 1;
    options.exclude_short_abandons = number & 2;
    options.day_starts_ms = number & 4 ? INT64_C(14400000) : 0;
    options.interval_ms = number & 8 ? 1800000 : 900000;
    options.formula = (enum sw_formula)(number % SW_FORMULA_COUNT);
    const char *groups[] = {"g"};
    struct sw_queue_options q = {.id = "q", .target_ms = -1, .short_ms = -1, .formula = -1, .groups = groups, .group_count = 1};
    world.floor = sw_floor_new(&options);
    SW_ASSERT(sw_floor_add_group(world.floor, "g", "Group") == 0);
    SW_ASSERT(sw_floor_add_queue(world.floor, &q) == 0);
    q.id = "r";
    SW_ASSERT(sw_floor_add_queue(world.floor, &q) == 0);
    SW_ASSERT(sw_floor_map_reason(world.floor, "lunch", SW_ST_MEAL) == 0);
    world.now_ms = BEGIN_MS;
    world.inputs = world.checks = 0;
    world.number = number;
    if (world.journal < 0) return;
    SW_ASSERT(ftruncate(world.journal, 0) == 0 && lseek(world.journal, 0, SEEK_SET) == 0);
    SW_ASSERT(dprintf(world.journal, "=%u\n", number) > 0);
}

static void end_floor(void) {
    const struct sw_floor_counters *c = sw_floor_counters(world.floor);
    int64_t last_ms = c->last_ts_ms > world.now_ms ? c->last_ts_ms : world.now_ms;
    /* only of short lives: a report of days takes as long as thousands of inputs */
    if (c->first_ts_ms <= c->last_ts_ms && last_ms - c->first_ts_ms <= DAY_MS / 2 && world.number % 4 == 1) {
        int64_t from_ms = sw_floor_day(world.floor, c->first_ts_ms, NULL).start_ms;
        int64_t to_ms = sw_floor_day(world.floor, last_ms, NULL).end_ms;
        sw_report_write(world.floor, NULL, from_ms, to_ms, last_ms, &world.json);
        check_json();
    }
    sw_floor_free(world.floor);
    world.floor = NULL;
}

static void renew(uint32_t number) {
    if (world.floor) end_floor();
    make_floor(number);
}

/* ---- input ---- */

static void on_event(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)text, (void)len;
    (*(size_t *)ctx)++;
    SW_ASSERT((event == NULL) == (reject != SW_REJECT_NONE));
    if (!event) {
        sw_floor_count_rejected(world.floor);
        return;
    }
    enum sw_reject why = SW_REJECT_NONE;
    if (event->ts_ms > world.now_ms && event->ts_ms - world.now_ms <= DAY_MS) world.now_ms = event->ts_ms;
    enum sw_outcome outcome = sw_floor_apply(world.floor, event, world.now_ms, world.now_ms + SW_FUTURE_MS, &why);
    SW_ASSERT((outcome == SW_OUTCOME_REJECTED) == (why != SW_REJECT_NONE));
    SW_ASSERT(why != SW_REJECT_FUTURE || event->ts_ms > world.now_ms + SW_FUTURE_MS);
}

/* The number behind the first character of LINE, below LIMIT, or -1. */
static int64_t number_of(const char *line, size_t len, int64_t limit) {
    int64_t sum = 0;
    for (size_t i = 1; i < len; i++) {
        if (line[i] < '0' || line[i] > '9') return -1;
        sum = sum * 10 + (line[i] - '0');
        if (sum >= limit) return -1;
    }
    return len > 1 ? sum : -1;
}

static void on_line(const char *line, size_t len) {
    size_t members = 0;
    int64_t number;
    if (world.journal >= 0) {
        char newline = '\n';
        struct iovec parts[] = {{(void *)(uintptr_t)line, len}, {&newline, 1}};
        SW_ASSERT(writev(world.journal, parts, 2) == (ssize_t)len + 1);
    }
    if (len && line[0] == '+') {
        if ((number = number_of(line, len, DAY_MS)) >= 0) sw_floor_advance(world.floor, world.now_ms += number);
    } else if (len && line[0] == '=') {
        if ((number = number_of(line, len, 1000)) >= 0) renew((uint32_t)number);
    } else if (len == 1 && line[0] == '?') {
        sw_floor_advance(world.floor, ++world.now_ms); /* what a late event made due */
        drain(world.checks++ % 8 == 0); /* writing is slow */
        check_books();
    } else {
        sw_event_read(line, len, on_event, &members);
        SW_ASSERT(members > 0);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const char *journal = getenv("FUZZ_JOURNAL");
    if (journal) world.journal = open(journal, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    sw_config_init(&world.config);
    sw_site_view_options(&world.config, &world.view);
    sw_buf_init(&world.json, DOCUMENT_BYTES_MAX);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bool old = world.floor && (world.inputs >= INPUTS_MAX || world.now_ms - BEGIN_MS > DAYS_MAX * DAY_MS ||
                               sw_floor_agent_count(world.floor) > AGENTS_MAX ||
                               sw_floor_queue_count(world.floor) > QUEUES_MAX);
    if (old || !world.floor) renew(world.floor ? (world.number + 1) % 1000 : 0);
    world.inputs++;
    fuzz_lines(data, size, on_line);
    on_line("?", 1);
    return 0;
}
