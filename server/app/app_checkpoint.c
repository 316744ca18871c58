/* Restarts and the past: the checkpoint that is read before the feed starts, those that are taken while it runs, and the
 * mark that tells whether plain events came after the last one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/app_state.h"
#include "codec/site.h"
#include "io/files.h"
#include "io/log.h"
#include "shiftwall/checkpoint.h"

#define PATH_BYTES 4096
#define VERSIONS_PER_MS 1024 /* more than views ever have: a later start is always ahead */
#define VERSIONS_AHEAD (UINT64_C(1) << 32)
#define AHEAD_MS INT64_C(300000) /* how far a checkpoint may be ahead of the clock */

static int64_t real_now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False when there is no folder for it. The demo's journal begins anew with every start. */
static bool path_of(const struct sw_app *app, char path[PATH_BYTES]) {
    if (!app->config->data_dir || app->options->demo) return false;
    return snprintf(path, PATH_BYTES, "%s/checkpoint-%s", app->config->data_dir, app->config->site_id) < PATH_BYTES;
}

/* ---- at start ---- */

/* Why the figures cannot go on from it, or NULL. */
static const char *misfit(struct sw_app *app, const struct sw_checkpoint *head) {
    unsigned char shape[SW_CHECKPOINT_SHAPE_BYTES];
    int64_t now_ms = sw__app_clock(app), today_ms = sw_floor_day(app->floor, now_ms, NULL).start_ms;
    sw_checkpoint_shape(app->config, &app->policy, shape);
    if (strcmp(head->site, app->config->site_id) != 0) return "it is of another site";
    if (memcmp(head->shape, shape, sizeof shape) != 0) return "the configuration or the policy has changed";
    if (head->day_ms < sw_floor_day(app->floor, today_ms - 1, NULL).start_ms) return "it is too old";
    return !app->clock.is_virtual && head->taken_ms > now_ms + AHEAD_MS ? "it is ahead of the clock" : NULL;
}

static void load(struct sw_app *app, const char *path, const struct sw_buf *file) {
    const char *state, *why;
    size_t len;
    struct sw_checkpoint head = {0};
    int failed = sw_checkpoint_read(file->data ? file->data : "", file->len, &head, &state, &len, &why);
    if (!failed) failed = (why = misfit(app, &head)) != NULL;
    if (!failed && sw_floor_load(app->floor, app->shifts, state, len)) {
        failed = 1;
        why = "it does not fit";
        sw_floor_free(app->floor); /* of no use any more */
        app->floor = sw_site_floor(app->config, app->zone, app->shifts, false);
    }
    if (failed) {
        app->checkpoints_ignored++;
        sw_log(SW_LOG_WARN, "checkpoint.ignored", "path=%s text=%s", path, why);
        sw_checkpoint_deinit(&head);
        return;
    }
    app->checkpoints_loaded++;
    app->resumed = head;
    app->resumed_number = head.number;
    app->plain_lost_before_ms = app->plain_lost_day_ms = head.plain_lost_day_ms;
    memcpy(app->epoch, head.epoch, sizeof app->epoch);
    sw_log(SW_LOG_INFO, "checkpoint.loaded", "path=%s number=%llu events=%lld bytes=%zu", path,
           (unsigned long long)head.number, (long long)sw_floor_counters(app->floor)->events, file->len);
}

void sw__app_load_checkpoint(struct sw_app *app) {
    char path[PATH_BYTES];
    struct sw_buf file;
    app->first_version = (uint64_t)real_now_ms() * VERSIONS_PER_MS;
    if (!path_of(app, path)) return;
    sw_buf_init(&file, SW_CHECKPOINT_BYTES_MAX);
    int r = sw_file_read(path, &file);
    if (!r) {
        load(app, path, &file);
    } else if (r != -SW_ENOENT) {
        app->checkpoints_ignored++;
        sw_log(SW_LOG_WARN, "checkpoint.ignored", "path=%s text=%s", path, sw_error_text(r));
    }
    sw_buf_deinit(&file);
    /* of the same epoch the walls may have views of earlier runs: their numbers are left behind */
    uint64_t least = app->resumed.first_version + VERSIONS_AHEAD;
    if (app->resumed_number && app->first_version < least) app->first_version = least;
}

void sw__app_resume_feed(struct sw_app *app, struct sw_feed_options *options) {
    if (!app->resumed_number) return;
    options->start = app->resumed.confirmed;
    options->had = app->resumed.had;
    options->had_count = app->resumed.had_count;
    options->incomplete_since_ms = app->resumed.incomplete_since_ms;
    options->incomplete_until_ms = app->resumed.incomplete_until_ms;
}

/* ---- plain events ---- */

/* What was taken in plain is in no journal: it is lost with a restart, unless the checkpoint that was loaded came later. */
static void judge_mark(struct sw_app *app) {
    bool held = app->resumed_number && app->mark_checkpoint < app->resumed_number;
    int64_t lost_ms = held ? 0 : app->mark_day_ms;
    app->plain_lost_day_ms = lost_ms > app->plain_lost_before_ms ? lost_ms : app->plain_lost_before_ms;
}

/* The mark of an earlier run; once it is known, the mark in Redis is ours. */
void sw__app_on_mark(void *ctx, int64_t day_start_ms, uint64_t checkpoint) {
    struct sw_app *app = ctx;
    if (app->mark_known) return;
    app->mark_known = true;
    app->mark_day_ms = day_start_ms;
    app->mark_checkpoint = checkpoint;
    judge_mark(app);
    sw_app_tell_feed(app);
    sw__app_flush_soon(app);
}

void sw__app_mark_plain(struct sw_app *app, int64_t now_ms) {
    if (app->clock.is_virtual) return;
    /* where none are taken there may still be one of an earlier run, which does not have them */
    uint64_t number = app->checkpoints ? sw_checkpoints_number(app->checkpoints) : UINT64_MAX;
    int64_t today_ms = sw_floor_day(app->floor, now_ms, NULL).start_ms;
    if (app->plain_marked_day_ms == today_ms && app->plain_marked_number == number) return;
    struct sw_feed_status before, after;
    char mark[96];
    sw_plain_marker_write(today_ms, number, mark, sizeof mark);
    sw_feed_status_get(app->feed, &before);
    sw_feed_set_view(app->feed, SW_PLAIN_MARKER_VIEW, mark, strlen(mark));
    sw_feed_status_get(app->feed, &after);
    app->plain_unmarked = after.outputs_dropped != before.outputs_dropped; /* tried again every second */
    if (app->plain_unmarked) return;
    app->plain_marked_day_ms = today_ms;
    app->plain_marked_number = number;
}

void sw__app_forget_checkpoint(struct sw_app *app) {
    sw_checkpoints_drop(app->checkpoints);
    app->resumed_number = 0;
    sw_feed_status_get(app->feed, &app->feed_status);
    if (app->feed_status.plain) app->plain_lost_before_ms = sw_floor_day(app->floor, sw__app_clock(app), NULL).start_ms;
    judge_mark(app);
}

/* ---- while it runs ---- */

static struct sw_floor *take(void *ctx, bool last, struct sw_checkpoint *head, const struct sw_shifts **shifts) {
    struct sw_app *app = ctx;
    if (!app->feed || !app->was_live || !app->mark_known) return NULL;
    sw_feed_status_get(app->feed, &app->feed_status);
    enum sw_feed_state state = app->feed_status.state;
    if (state != SW_FEED_LIVE && !(last && state == SW_FEED_STALE)) return NULL;
    int64_t now_ms = sw__app_clock(app), floor_ms = sw_floor_now(app->floor);
    (void)snprintf(head->site, sizeof head->site, "%s", app->config->site_id);
    sw_checkpoint_shape(app->config, &app->policy, head->shape);
    head->taken_ms = floor_ms > now_ms ? floor_ms : now_ms;
    head->day_ms = sw_floor_day(app->floor, head->taken_ms, NULL).start_ms;
    memcpy(head->epoch, app->epoch, sizeof head->epoch);
    head->first_version = app->first_version;
    head->had = sw_xmalloc(SW_FEED_UNCONFIRMED_MAX * sizeof *head->had);
    head->had_count = sw_feed_place(app->feed, &head->confirmed, head->had);
    head->incomplete_since_ms = app->feed_status.incomplete_since_ms;
    head->incomplete_until_ms = app->feed_status.incomplete_until_ms;
    head->plain_lost_day_ms = app->plain_lost_day_ms;
    /* what waits to be taken is lost with us, and plain events may be in it */
    if (last && app->feed_status.buffered && app->feed_status.plain) head->plain_lost_day_ms = head->day_ms;
    *shifts = app->shifts;
    return app->floor;
}

static void hold(void *ctx, bool held) {
    struct sw_app *app = ctx;
    if (app->feed) sw_feed_hold(app->feed, held);
    if (held) return;
    sw__app_arm_deadline(app);
    sw__app_flush_soon(app);
}

void sw__app_open_checkpoints(struct sw_app *app) {
    char path[PATH_BYTES];
    if (!path_of(app, path)) return;
    /* numbers grow over all runs, whether or not one could be loaded */
    uint64_t number = (uint64_t)real_now_ms();
    if (app->resumed_number > number) number = app->resumed_number;
    const struct sw_checkpoints_options options = {
        .path = path, .every_s = app->options->checkpoint_s, .number = number, .ctx = app, .take = take, .hold = hold};
    app->checkpoints = sw_checkpoints_new(&app->loop, &options);
}

/* ---- the past ---- */

static bool took_plain(void *ctx, int64_t day_ms) {
    const struct sw_app *app = ctx;
    return app->plain_marked_day_ms == day_ms || app->plain_lost_day_ms == day_ms || app->mark_day_ms == day_ms;
}

void sw__app_open_past(struct sw_app *app, const struct sw_redis_options *redis) {
    const struct sw_at_options options = {.loop = &app->loop, .redis = *redis, .config = app->config, .zone = app->zone,
                                          .shifts = app->shifts, .figures = &app->figures,
                                          .is_virtual = app->clock.is_virtual, .ctx = app, .now_ms = sw__app_clock,
                                          .took_plain = took_plain};
    app->api.at = sw_at_new(&options);
}
