#include "app/publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_writer.h"
#include "codec/view_shifts.h"
#include "codec/view_staffing.h"
#include "shiftwall/buf.h"

enum { VIEW_SITE, VIEW_QUEUES, VIEW_TEAMS, VIEW_AGENTS, VIEW_INTERVALS, VIEW_STAFFING, VIEW_COUNT };
static const char *const view_names[] = {"site", "queues", "teams", "agents", "intervals", "staffing"};

#define TEAM_PREFIX "agents/"
#define PART_BYTES_MAX (256 * 1024)

struct sw_publisher {
    struct sw_floor *floor;
    struct sw_publisher_options options;
    char epoch[SW_VIEW_EPOCH_BYTES_MAX + 1];
    struct sw_view *views[VIEW_COUNT];
    struct sw_view **team_views;
    size_t team_view_count;
    struct sw_buf part;
    char *feed;
    bool feed_changed;
    int64_t day_start_ms; /* of the intervals view */
    uint64_t shifts_version;
    int64_t shifts_minute; /* of the attendance that is written */
    const struct sw_outlook *outlook; /* during a flush; NULL: there is none */
    uint64_t outlook_version;         /* that is written */
    int64_t outlook_day_ms;
};

static void set(struct sw_view *view, const char *group, const char *key, const struct sw_buf *part) {
    if (part->failed) return;
    /* a part past a cap is refused and counted by the view */
    int refused = sw_view_set(view, group, key, sw_buf_text(part), part->len);
    (void)refused;
}

static void set_text(struct sw_publisher *p, struct sw_view *view, const char *key, const char *value) {
    sw_buf_clear(&p->part);
    sw_json_quote(&p->part, value);
    set(view, NULL, key, &p->part);
}

static void set_int(struct sw_publisher *p, struct sw_view *view, const char *key, int64_t value) {
    sw_buf_clear(&p->part);
    sw_buf_int(&p->part, value);
    set(view, NULL, key, &p->part);
}

static void make_groups(struct sw_publisher *p) {
    int failed = sw_view_group(p->views[VIEW_QUEUES], "queues") | sw_view_group(p->views[VIEW_QUEUES], "groups") |
                 sw_view_group(p->views[VIEW_TEAMS], "teams") |
                 sw_view_group(p->views[VIEW_TEAMS], "attendance") | sw_view_group(p->views[VIEW_AGENTS], "agents") |
                 sw_view_group(p->views[VIEW_INTERVALS], "intervals") | sw_view_group(p->views[VIEW_STAFFING], "intervals");
    SW_ASSERT(failed == 0);
}

struct sw_publisher *sw_publisher_new(struct sw_floor *floor, const struct sw_publisher_options *options) {
    struct sw_publisher *p = sw_xcalloc(1, sizeof *p);
    p->floor = floor;
    p->options = *options;
    SW_ASSERT(strlen(options->epoch) < sizeof p->epoch);
    memcpy(p->epoch, options->epoch, strlen(options->epoch) + 1);
    for (int i = 0; i < VIEW_COUNT; i++) {
        p->views[i] = sw_view_new(view_names[i], p->epoch);
        sw_view_set_first(p->views[i], options->first_version);
    }
    sw_buf_init(&p->part, PART_BYTES_MAX);
    make_groups(p);
    p->day_start_ms = p->shifts_minute = p->outlook_day_ms = INT64_MIN;
    return p;
}

void sw_publisher_free(struct sw_publisher *p) {
    if (!p) return;
    for (int i = 0; i < VIEW_COUNT; i++) sw_view_free(p->views[i]);
    for (size_t i = 0; i < p->team_view_count; i++) sw_view_free(p->team_views[i]);
    free(p->team_views);
    free(p->feed);
    sw_buf_deinit(&p->part);
    free(p);
}

/* ---- agents ---- */

static struct sw_view *team_view(struct sw_publisher *p, const char *team) {
    for (size_t i = 0; i < p->team_view_count; i++)
        if (!strcmp(sw_view_name(p->team_views[i]) + strlen(TEAM_PREFIX), team)) return p->team_views[i];
    return NULL;
}

static void on_agent(void *ctx, const struct sw_agent *agent) {
    struct sw_publisher *p = ctx;
    struct sw_agent_now now;
    sw_agent_now(p->floor, agent, &now);
    sw_buf_clear(&p->part);
    sw_view_write_agent(p->floor, agent, p->options.figures, &p->part);
    set(p->views[VIEW_AGENTS], "agents", now.id, &p->part);
    struct sw_view *view = team_view(p, now.team);
    if (view) set(view, "agents", now.id, &p->part);
}

static void on_agent_gone(void *ctx, const char *id, const char *team) {
    struct sw_publisher *p = ctx;
    struct sw_view *view = team_view(p, team);
    if (view) sw_view_remove(view, "agents", id);
    /* one that only changed teams is written again right after */
    if (!sw_floor_find_agent(p->floor, id)) sw_view_remove(p->views[VIEW_AGENTS], "agents", id);
}

static void fill_team_view(struct sw_publisher *p, struct sw_view *view) {
    const char *team = sw_view_name(view) + strlen(TEAM_PREFIX);
    SW_ASSERT(sw_view_group(view, "agents") == 0);
    for (size_t i = 0; i < sw_floor_agent_count(p->floor); i++) {
        struct sw_agent_now now;
        sw_agent_now(p->floor, sw_floor_agent(p->floor, i), &now);
        if (strcmp(now.team, team) != 0) continue;
        sw_buf_clear(&p->part);
        sw_view_write_agent(p->floor, sw_floor_agent(p->floor, i), p->options.figures, &p->part);
        set(view, "agents", now.id, &p->part);
    }
}

static bool team_exists(const struct sw_floor *floor, const char *team) {
    for (size_t i = 0; i < sw_floor_team_count(floor); i++)
        if (!strcmp(sw_team_id(sw_floor_team(floor, i)), team)) return true;
    return false;
}

static struct sw_view *make_team_view(struct sw_publisher *p, const char *name) {
    const char *team = name + strlen(TEAM_PREFIX);
    struct sw_view *view = team_view(p, team);
    if (view || !team_exists(p->floor, team) || p->team_view_count >= SW_TEAM_VIEWS_MAX) return view;
    view = sw_view_new(name, p->epoch);
    sw_view_set_first(view, p->options.first_version);
    p->team_views = sw_xrealloc(p->team_views, (p->team_view_count + 1) * sizeof(struct sw_view *));
    p->team_views[p->team_view_count++] = view;
    fill_team_view(p, view);
    sw_view_commit(view, sw_floor_now(p->floor));
    return view;
}

static bool is_watched(const struct sw_publisher *p, const struct sw_view *view) {
    return !p->options.watched || p->options.watched(p->options.ctx, view);
}

/* An agent is written into all its views at once, so one that is watched is enough. */
static bool agents_are_watched(const struct sw_publisher *p) {
    if (is_watched(p, p->views[VIEW_AGENTS])) return true;
    for (size_t i = 0; i < p->team_view_count; i++)
        if (is_watched(p, p->team_views[i])) return true;
    return false;
}

static void commit(struct sw_publisher *p, struct sw_view *view) {
    if (sw_view_commit(view, sw_floor_now(p->floor))) p->options.changed(p->options.ctx, view);
}

struct sw_view *sw_publisher_view(struct sw_publisher *p, const char *name) {
    struct sw_view *view = NULL;
    for (int i = 0; i < VIEW_COUNT && !view; i++)
        if (!strcmp(view_names[i], name)) view = p->views[i];
    bool of_team = !strncmp(name, TEAM_PREFIX, strlen(TEAM_PREFIX));
    if (!view && of_team) view = make_team_view(p, name);
    if (!view || is_watched(p, view)) return view;
    const struct sw_floor_changes changes = {.ctx = p, .agent = on_agent, .agent_gone = on_agent_gone};
    if (of_team || view == p->views[VIEW_AGENTS]) sw_floor_drain_agents(p->floor, &changes);
    commit(p, view);
    return view;
}

/* ---- queues, teams, the site ---- */

static void on_scope(struct sw_publisher *p, const char *group, const struct sw_scope *scope) {
    sw_buf_clear(&p->part);
    sw_view_write_scope(p->floor, scope, p->options.figures, &p->part);
    set(p->views[VIEW_QUEUES], group, sw_scope_id(scope), &p->part);
}

static void on_queue(void *ctx, const struct sw_scope *queue) { on_scope(ctx, "queues", queue); }
static void on_group(void *ctx, const struct sw_scope *group) { on_scope(ctx, "groups", group); }

static void on_team(void *ctx, const struct sw_team *team) {
    struct sw_publisher *p = ctx;
    sw_buf_clear(&p->part);
    sw_view_write_team(p->floor, team, &p->part);
    set(p->views[VIEW_TEAMS], "teams", sw_team_id(team), &p->part);
}

static void write_calendar(struct sw_publisher *p) {
    int64_t now_ms = sw_floor_now(p->floor);
    char date[11];
    struct sw_span day = sw_floor_day(p->floor, now_ms, date), interval = sw_floor_interval(p->floor, now_ms);
    struct sw_view *site = p->views[VIEW_SITE];
    set_text(p, site, "name", p->options.figures->name);
    set_text(p, site, "zone", p->options.figures->zone);
    set_text(p, site, "day", date);
    set_int(p, site, "day_start", day.start_ms);
    set_int(p, site, "day_end", day.end_ms);
    set_int(p, site, "interval_start", interval.start_ms);
    set_int(p, site, "interval_ms", interval.end_ms - interval.start_ms);
    sw_buf_clear(&p->part);
    sw_buf_puts(&p->part, p->options.figures->names ? "true" : "false");
    set(site, NULL, "names", &p->part);
}

static bool before_today(void *ctx, const char *key) {
    return strtoll(key, NULL, 10) < ((struct sw_publisher *)ctx)->day_start_ms;
}

/* All intervals of the day: late events, and a journal that is read, may change any. */
static void write_intervals(struct sw_publisher *p) {
    int64_t now_ms = sw_floor_now(p->floor);
    struct sw_span day = sw_floor_day(p->floor, now_ms, NULL), span = sw_floor_interval(p->floor, now_ms);
    struct sw_view *view = p->views[VIEW_INTERVALS];
    if (day.start_ms != p->day_start_ms) {
        p->day_start_ms = day.start_ms;
        sw_view_sweep(view, "intervals", before_today, p);
        set_int(p, view, "day_start", day.start_ms);
        set_int(p, view, "day_end", day.end_ms);
    }
    set_int(p, view, "interval_ms", span.end_ms - span.start_ms);
    for (span = sw_floor_interval(p->floor, day.start_ms); span.start_ms <= now_ms;
         span = sw_floor_interval(p->floor, span.end_ms)) {
        sw_buf_clear(&p->part);
        sw_view_write_interval(p->floor, span, &p->part);
        struct sw_buf key;
        sw_buf_init(&key, 32);
        sw_buf_int(&key, span.start_ms);
        set(view, "intervals", sw_buf_text(&key), &p->part);
        sw_buf_deinit(&key);
    }
}

static void write_attendance_of(struct sw_publisher *p, const char *team, struct sw_span day) {
    sw_buf_clear(&p->part);
    bool any = sw_view_write_attendance(p->options.shifts, team, day.start_ms, day.end_ms, sw_floor_now(p->floor), &p->part);
    struct sw_view *view = p->views[team ? VIEW_TEAMS : VIEW_SITE];
    const char *group = team ? "attendance" : NULL, *key = team ? team : "attendance";
    if (any) set(view, group, key, &p->part);
    else sw_view_remove(view, group, key);
}

/* With every sign-in or sign-out, and every minute: adherence moves on with time. */
static void write_attendance(struct sw_publisher *p) {
    int64_t now_ms = sw_floor_now(p->floor), minute = now_ms / 60000;
    uint64_t version = sw_shifts_version(p->options.shifts);
    if (minute == p->shifts_minute && version == p->shifts_version) return;
    p->shifts_minute = minute;
    p->shifts_version = version;
    struct sw_span day = sw_floor_day(p->floor, now_ms, NULL);
    write_attendance_of(p, NULL, day);
    for (size_t i = 0; i < sw_floor_team_count(p->floor); i++)
        write_attendance_of(p, sw_team_id(sw_floor_team(p->floor, i)), day);
}

/* ---- staffing ---- */

static void write_diagnosis(struct sw_publisher *p) {
    sw_buf_clear(&p->part);
    sw_view_write_diagnosis(p->floor, p->options.figures, p->outlook ? &p->outlook->now : NULL, &p->part);
    set(p->views[VIEW_SITE], NULL, "diagnosis", &p->part);
}

static bool before_outlook(void *ctx, const char *key) {
    return strtoll(key, NULL, 10) < ((struct sw_publisher *)ctx)->outlook_day_ms;
}

static void write_staffing(struct sw_publisher *p) {
    const struct sw_outlook *o = p->outlook;
    struct sw_view *view = p->views[VIEW_STAFFING];
    if (p->outlook_day_ms != o->day.start_ms) {
        p->outlook_day_ms = o->day.start_ms;
        sw_view_sweep(view, "intervals", before_outlook, p);
        set_int(p, view, "day_start", o->day.start_ms);
        set_int(p, view, "day_end", o->day.end_ms);
        if (o->count) set_int(p, view, "interval_ms", o->intervals[0].point.end_ms - o->intervals[0].point.start_ms);
    }
    sw_buf_clear(&p->part);
    sw_view_write_staffing_now(o, &p->part);
    set(view, NULL, "now", &p->part);
    sw_buf_clear(&p->part);
    sw_view_write_forecast(o, &p->part);
    set(view, NULL, "forecast", &p->part);
    for (size_t i = 0; i < o->count; i++) {
        char key[24];
        (void)snprintf(key, sizeof key, "%lld", (long long)o->intervals[i].point.start_ms);
        sw_buf_clear(&p->part);
        sw_view_write_staffing_interval(&o->intervals[i], &p->part);
        set(view, "intervals", key, &p->part);
    }
    write_diagnosis(p);
}

static void look_ahead(struct sw_publisher *p) {
    uint64_t version = 0;
    p->outlook = p->options.outlook ? p->options.outlook(p->options.ctx, &version) : NULL;
    if (!p->outlook || version == p->outlook_version) return;
    p->outlook_version = version;
    write_staffing(p);
}

static void on_site(void *ctx) {
    struct sw_publisher *p = ctx;
    struct sw_view *site = p->views[VIEW_SITE];
    const struct sw_view_options *figures = p->options.figures;
    static const char *const windows[] = {"today", "interval", "last15", "last30", "last60"};
    write_calendar(p);
    for (int w = 0; w < SW_WINDOW_COUNT; w++) {
        sw_buf_clear(&p->part);
        sw_view_write_window(p->floor, sw_floor_site(p->floor), (enum sw_window)w, figures->live_service_level, &p->part);
        set(site, NULL, windows[w], &p->part);
    }
    static const struct {
        const char *key;
        void (*write)(const struct sw_floor *floor, const struct sw_view_options *options, struct sw_buf *out);
    } figures_parts[] = {{"service_level", sw_view_write_service_level},
                         {"indicators", sw_view_write_indicators}};
    for (size_t i = 0; i < 2; i++) {
        sw_buf_clear(&p->part);
        figures_parts[i].write(p->floor, figures, &p->part);
        set(site, NULL, figures_parts[i].key, &p->part);
    }
    write_diagnosis(p);
    static const struct {
        const char *key;
        void (*write)(const struct sw_floor *floor, struct sw_buf *out);
    } plain_parts[] = {{"now", sw_view_write_site_now}, {"notices", sw_view_write_notices}, {"alarms", sw_view_write_alarms}};
    for (size_t i = 0; i < 3; i++) {
        sw_buf_clear(&p->part);
        plain_parts[i].write(p->floor, &p->part);
        set(site, NULL, plain_parts[i].key, &p->part);
    }
    int64_t next_n = sw_view_next_n(p->floor, sw_floor_site(p->floor), figures);
    if (next_n > 0) set_int(p, site, "next_n", next_n);
    else sw_view_remove(site, NULL, "next_n");
    write_intervals(p);
}

void sw_publisher_set_feed(struct sw_publisher *p, const char *json) {
    if (p->feed && !strcmp(p->feed, json)) return;
    free(p->feed);
    p->feed = sw_xstrdup(json);
    p->feed_changed = true;
}

void sw_publisher_flush(struct sw_publisher *p) {
    if (p->feed_changed) {
        struct sw_view *site = p->views[VIEW_SITE];
        int refused = sw_view_set(site, NULL, "feed", p->feed, strlen(p->feed));
        (void)refused;
        p->feed_changed = false;
    }
    look_ahead(p);
    if (sw_floor_changed(p->floor)) {
        const struct sw_floor_changes changes = {.ctx = p,
                                                 .queue = on_queue,
                                                 .group = on_group,
                                                 .agent = agents_are_watched(p) ? on_agent : NULL,
                                                 .agent_gone = on_agent_gone,
                                                 .team = on_team,
                                                 .site = on_site};
        sw_floor_drain(p->floor, &changes);
    }
    if (p->options.shifts && sw_floor_now(p->floor) > 0) write_attendance(p);
    for (int i = 0; i < VIEW_COUNT; i++)
        if (is_watched(p, p->views[i])) commit(p, p->views[i]);
    for (size_t i = 0; i < p->team_view_count; i++)
        if (is_watched(p, p->team_views[i])) commit(p, p->team_views[i]);
}

static bool always(void *ctx, const char *key) {
    (void)ctx, (void)key;
    return true;
}

void sw_publisher_restart(struct sw_publisher *p, struct sw_floor *floor, const char *epoch) {
    p->floor = floor;
    SW_ASSERT(strlen(epoch) < sizeof p->epoch);
    memcpy(p->epoch, epoch, strlen(epoch) + 1);
    static const struct {
        int view;
        const char *group;
    } groups[] = {{VIEW_QUEUES, "queues"}, {VIEW_QUEUES, "groups"}, {VIEW_TEAMS, "teams"}, {VIEW_TEAMS, "attendance"},
                  {VIEW_AGENTS, "agents"}, {VIEW_INTERVALS, "intervals"}, {VIEW_STAFFING, "intervals"}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        sw_view_sweep(p->views[groups[i].view], groups[i].group, always, NULL);
    for (int i = 0; i < VIEW_COUNT; i++) sw_view_set_epoch(p->views[i], p->epoch);
    for (size_t i = 0; i < p->team_view_count; i++) {
        sw_view_sweep(p->team_views[i], "agents", always, NULL);
        sw_view_set_epoch(p->team_views[i], p->epoch);
    }
    p->day_start_ms = p->shifts_minute = p->outlook_day_ms = INT64_MIN;
    p->outlook_version = 0;
}
