/* What hangs on the store: the desk, charts, chat groups, the forecast; and what they ask of the application. */
#include <stdlib.h>

#include "app/app_state.h"
#include "codec/site.h"
#include "io/log.h"

#define PUBLISH_AGAIN_MS INT64_C(1800000) /* charts that were made lately go to chat groups that do not have them */

int sw__app_roster(void *ctx, const struct sw_roster *roster) {
    struct sw_app *app = ctx;
    int failed = sw_shifts_set_roster(app->shifts, roster);
    if (!failed) failed = sw_site_add_rostered(app->floor, app->shifts);
    if (!failed) sw_floor_review(app->floor);
    if (app->publisher) sw__app_flush_soon(app);
    return failed;
}

const struct sw_outlook *sw__app_outlook(void *ctx, uint64_t *version) {
    const struct sw_app *app = ctx;
    const struct sw_outlook *made = app->forecaster ? sw_forecaster_outlook(app->forecaster) : NULL;
    if (made) *version = sw_forecaster_version(app->forecaster);
    return made;
}

static void on_past_interval(void *ctx, struct sw_span span, const struct sw_queue_counts *calls) {
    const struct sw_app *app = ctx;
    sw_forecaster_put(app->forecaster, span, calls->v[SW_QC_OFFERED], calls->v[SW_QC_HANDLED], sw_kpi_aht(calls).num);
}

static void on_past_played(void *ctx) { sw__app_flush_soon(ctx); }

/* The demo's agents have shifts, too, and a past. */
void sw__app_plan_demo(struct sw_app *app) {
    struct sw_roster roster;
    sw_demo_roster(sw_demo_start_ms(app->demo), app->zone, &roster);
    if (sw__app_roster(app, &roster)) sw_log(SW_LOG_ERROR, "roster", "text=%s", "too many agents");
    sw_roster_deinit(&roster);
    const struct sw_demo_past_options past = {.config = app->config, .zone = app->zone, .seed = (uint64_t)app->options->seed,
                                              .start_ms = sw_demo_start_ms(app->demo), .ctx = app,
                                              .interval = on_past_interval, .done = on_past_played};
    sw_demo_past_play(&app->loop, &past);
    int64_t now_ms = sw__app_clock(app);
    sw_desk_stand_in(app->desk, "赵敏 Zhao Min", sw_demo_start_ms(app->demo), now_ms + INT64_C(7) * 86400000);
}

static const char *name_of(void *ctx, const char *person) {
    const struct sw_app *app = ctx;
    const struct sw_account *known = app->doors.accounts ? sw_accounts_find(app->doors.accounts, person) : NULL;
    return known ? known->person.name : NULL;
}

static void desk_soon(void *ctx) { sw__app_flush_soon(ctx); }

/* Everybody has a pointer to the policy: only what is in it is exchanged. */
static void on_policy(void *ctx, struct sw_policy *policy) {
    struct sw_app *app = ctx;
    sw_policy_deinit(&app->policy);
    app->policy = *policy;
    sw_floor_review(app->floor);
    if (app->desk) sw_desk_review(app->desk);
    sw__app_arm_deadline(app);
    sw__app_flush_soon(app);
}

static void on_reading(void *ctx, bool begins) { sw_service_manager_reloading(((struct sw_app *)ctx)->manager, begins); }

static const char *incomplete(void *ctx, int64_t *since_ms) {
    const struct sw_app *app = ctx;
    *since_ms = sw_app_incomplete_since(app);
    if (*since_ms) return "gap";
    return app->feed_status.state == SW_FEED_STALE ? "down" : NULL;
}

#define SURGE_CALLS_MIN 20 /* fewer say more about chance than about the day */

/* rules.md: offered in the last interval above the forecast times surge.factor. */
static bool forecast_surge(const struct sw_app *app, struct sw_alert *out) {
    const struct sw_outlook *o = sw_forecaster_outlook(app->forecaster);
    const struct sw_policy *policy = &app->policy;
    if (!o || o->last_forecast_milli == SW_UNKNOWN || !policy->rule[SW_RULE_SURGE].on) return false;
    const struct sw_outlook_interval *last = NULL;
    int64_t now_ms = sw_floor_now(app->floor);
    for (size_t i = 0; i < o->count && o->intervals[i].point.end_ms <= now_ms; i++) last = &o->intervals[i];
    if (!last || last->offered < SURGE_CALLS_MIN) return false;
    int64_t limit = o->last_forecast_milli / 1000 * policy->surge_factor_ppm / 1000000;
    if (last->offered <= limit) return false;
    *out = (struct sw_alert){.rule = SW_RULE_SURGE, .severity = policy->rule[SW_RULE_SURGE].severity, .kind = SW_SUBJECT_SITE,
                             .subject = "", .since_ms = last->point.end_ms, .opened_ms = last->point.end_ms,
                             .closed_ms = INT64_MAX, .value = last->offered, .limit = limit, .unit = SW_UNIT_COUNT};
    return true;
}

static size_t other_alerts(void *ctx, bool surge, struct sw_alert *out, size_t max) {
    const struct sw_app *app = ctx;
    size_t count = 0;
    bool charts = app->charts && !sw_recorder_problem(app->recorder);
    if (charts && count < max && sw_charts_alert(app->charts, sw_floor_now(app->floor), &out[count])) count++;
    if (!surge && count < max && forecast_surge(app, &out[count])) count++;
    return count;
}

static size_t on_published(void *ctx, const char *key, const char *json, size_t len, bool again) {
    const struct sw_app *app = ctx;
    return sw_chat_chart(app->chat, key, json, len, again);
}

static void on_report_due(void *ctx, const char *month) {
    const struct sw_app *app = ctx;
    sw_log(SW_LOG_INFO, "report.due", "month=%s", month);
    sw_chat_report(app->chat, month);
}

static void on_told(void *ctx, const struct sw_chat_alert *told) {
    const struct sw_app *app = ctx;
    sw_chat_alert(app->chat, told);
}

bool sw__app_open_desk(struct sw_app *app) {
    const struct sw_forecaster_options forecaster = {app->config, app->zone, app->shifts, app->recorder};
    app->forecaster = sw_forecaster_new(app->floor, &forecaster, sw__app_clock(app));
    const struct sw_chat_options chat = {&app->loop, app->config, app->zone, app->recorder};
    app->chat = app->api.chat = sw_chat_new(&chat);
    if (!app->chat) return false;
    const struct sw_charts_options charts = {.loop = &app->loop, .config = app->config, .zone = app->zone, .policy = &app->policy,
                                             .shifts = app->shifts, .recorder = app->recorder,
                                             .forecaster = app->forecaster, .ctx = app, .published = on_published, .now_ms = sw__app_clock, .incomplete = incomplete};
    app->charts = app->api.charts = sw_charts_new(app->floor, &charts);
    const struct sw_reports_options reports = {.config = app->config, .zone = app->zone, .policy = &app->policy,
                                               .recorder = app->recorder, .ctx = app, .now_ms = sw__app_clock,
                                               .incomplete = incomplete, .due = on_report_due};
    app->reports = app->api.reports = sw_reports_new(app->floor, &reports);
    const struct sw_desk_options desk = {.site = app->config->site_id,
                                         .epoch = app->epoch,
                                         .first_version = app->first_version,
                                         .names = true,
                                         .wall_names = app->config->names,
                                         .policy = &app->policy,
                                         .zone = app->zone,
                                         .opening = {app->config->opens_ms, app->config->closes_ms, &app->config->days_off},
                                         .shifts = app->shifts,
                                         .recorder = app->recorder,
                                         .name_of = name_of,
                                         .ctx = app,
                                         .now_ms = sw__app_clock,
                                         .roster = sw__app_roster,
                                         .alerts = other_alerts,
                                         .told = on_told,
                                         .soon = desk_soon,
                                         .changed = sw_app_view_changed};
    app->desk = app->api.desk = sw_desk_new(app->floor, &desk);
    const struct sw_reload_options reload = {
        .policy = app->config->policy, .ctx = app, .loaded = on_policy, .reading = on_reading};
    app->reload = sw_reload_new(&app->loop, &reload);
    if (sw_recorder_problem(app->recorder))
        sw_log(SW_LOG_WARN, "recording.off", "text=%s", sw_recorder_problem(app->recorder));
    /* what was due since the checkpoint is still to be made */
    if (sw_floor_now(app->floor) != INT64_MIN) sw_charts_advance(app->charts, sw_floor_now(app->floor));
    sw_charts_publish_since(app->charts, sw__app_clock(app) - PUBLISH_AGAIN_MS);
    return true;
}

void sw__app_keep_shifts(struct sw_app *app) {
    int64_t day_ms = sw_floor_day(app->floor, sw_floor_now(app->floor), NULL).start_ms;
    if (day_ms == app->shifts_day_ms) return;
    app->shifts_day_ms = day_ms;
    sw_checkpoints_finish(app->checkpoints);
    int64_t kept_from_ms = sw_floor_day(app->floor, day_ms - 1, NULL).start_ms;
    sw_shifts_forget(app->shifts, kept_from_ms);
    if (app->desk) sw_desk_count_past(app->desk, kept_from_ms);
}
