/* The application's inside, shared by the files of app. */
#ifndef APP_APP_STATE_H
#define APP_APP_STATE_H

#include <uv.h>

#include "app/api.h"
#include "app/at.h"
#include "app/boards_dir.h"
#include "app/certificate.h"
#include "app/charts.h"
#include "app/checkpoint.h"
#include "app/chat.h"
#include "app/demo.h"
#include "app/demo_past.h"
#include "app/demo_people.h"
#include "app/options.h"
#include "app/plain_marker.h"
#include "app/archive.h"
#include "app/desk.h"
#include "app/lease.h"
#include "app/publisher.h"
#include "app/recorder.h"
#include "app/reload.h"
#include "app/reports.h"
#include "app/screens.h"
#include "app/sessions.h"
#include "app/roster_dir.h"
#include "codec/config.h"
#include "core/zone.h"
#include "io/clock.h"
#include "io/feed.h"
#include "io/http.h"
#include "io/service_manager.h"
#include "io/ws_server.h"
#include "shiftwall/floor.h"

#define SW_OUTPUT_VIEWS_MAX 5

struct sw_app {
    uv_loop_t loop;
    struct sw_lease *lease; /* NULL: nothing is recorded, so nobody has to stand by */
    uv_timer_t lease_patience;
    bool lost; /* somebody else serves the site: nothing is recorded any more */
    bool working, standing_by; /* WORKING: since then the desk and the feed are there */
    struct sw_service_manager *manager; /* NULL: nobody listens */
    const struct sw_config *config;
    const struct sw_options *options;
    struct sw_clock clock;
    struct sw_zone *zone;
    struct sw_boards *boards;
    struct sw_view_options figures;
    char epoch[9];

    struct sw_floor *floor;
    struct sw_policy policy;
    struct sw_shifts *shifts;
    struct sw_reload *reload;
    struct sw_doors doors; /* as the API has them */
    struct sw_slices *slices;
    struct sw_certificate_watch *certificate; /* NULL without TLS */
    char metrics_token_hash[65];
    const char *proxies[SW_CONFIG_PROXIES_MAX];
    char user_header[48];
    struct sw_roster_dir *rosters; /* NULL without a folder */
    int64_t shifts_day_ms;         /* of the last clearing up */
    struct sw_publisher *publisher;
    struct sw_recorder *recorder;
    struct sw_archive archive;
    bool has_data; /* a data folder is configured */
    struct sw_desk *desk; /* from when the store is open */
    struct sw_forecaster *forecaster;
    struct sw_charts *charts;
    struct sw_chat *chat;
    struct sw_reports *reports;
    uv_timer_t desk_due;
    struct sw_api api;
    struct sw_http *http;
    struct sw_ws_server *ws;
    struct sw_feed *feed;
    struct sw_feed_status feed_status;
    const char *told_word; /* what the walls were last told of the feed */
    int64_t told_incomplete_ms;
    struct sw_demo *demo;

    /* plain events are lost with a restart: the day in which that happened, 0 = none; and the mark for the next one */
    struct sw_plain_marker *marker;
    int64_t plain_lost_day_ms, plain_marked_day_ms, from_day_ms;
    uint64_t plain_marked_number; /* of the checkpoint they came after */
    bool plain_unmarked;          /* the mark could not be written */
    bool mark_known;              /* below: the mark of an earlier run */
    int64_t mark_day_ms;
    uint64_t mark_checkpoint;

    struct sw_checkpoints *checkpoints; /* NULL: none are taken */
    struct sw_checkpoint resumed;       /* the head of the one that was loaded */
    uint64_t resumed_number;            /* its number; 0 = none, or it is no longer in force */
    int64_t plain_lost_before_ms;       /* the day of losses that it told of, or that this run knows of */
    uint64_t first_version;             /* of the views */
    uint64_t checkpoints_loaded, checkpoints_ignored;
    uint64_t start_events; /* received before the feed was live for the first time */
    bool was_live;

    uv_timer_t deadline, flush, outputs;
    int64_t deadline_ms; /* DEADLINE is armed for */
    uv_signal_t sigterm, sigint;
    bool flush_armed, stopping;
    uint64_t last_flush; /* uv_now */
    bool found;          /* the flush that runs has changed something */
    int exit_status;
    char address[64];

    /* what the metrics tell beside the parts' own counters */
    uint64_t received, rejected[SW_REJECT_COUNT];
    uint64_t loop_lag_max_ms;
    int64_t lag_ms;
    struct {
        struct sw_view *view;
        uint64_t version;
        uint64_t not_before; /* uv_now; a view that was too large is asked for again then */
    } written[SW_OUTPUT_VIEWS_MAX];
};

/* Opens the store in DIR (NULL: none) and reads who may come in. */
void sw_app_open_doors(struct sw_app *app, const char *dir);
/* Before the recorder is closed; then when the loop has ended. */
void sw_app_close_doors(struct sw_app *app);
void sw_app_free_doors(struct sw_app *app);
/* Starts to listen; false when what is wrong was logged. */
bool sw_app_listen(struct sw_app *app);
/* The line that says where, on standard output. */
void sw_app_print_ready(const struct sw_app *app);
/* Whether walls look at a view, or at what is made of it. */
bool sw_app_view_watched(void *app, const struct sw_view *view);
/* A view has a new version. */
void sw_app_view_changed(void *app, struct sw_view *view);
/* Whether figures are live and what people record is kept; REASON says why not. */
bool sw_app_ready(void *app, char *reason, size_t size);
const char *sw_app_board(void *app, const char *name);
void sw_app_board_names(void *app, struct sw_buf *out);
/* Tells the walls how the feed is. */
void sw_app_tell_feed(struct sw_app *app);
/* What the walls are told of the feed: live, stale, catching-up or incomplete. */
const char *sw_app_feed_word(const struct sw_app *app);
/* Since when the figures are not complete, or 0. */
int64_t sw_app_incomplete_since(const struct sw_app *app);
/* Appends the Prometheus text. */
void sw_app_metrics(void *app, struct sw_buf *out);

/* The application's clock; CTX is the application. */
int64_t sw__app_clock(void *ctx);
/* Views are written when this turn of the loop is over, and then at most once per push interval. */
void sw__app_flush_soon(struct sw_app *app);
void sw__app_arm_deadline(struct sw_app *app);
/* A roster is in force. */
int sw__app_roster(void *ctx, const struct sw_roster *roster);
/* The outlook of now, for the walls. */
const struct sw_outlook *sw__app_outlook(void *ctx, uint64_t *version);
/* Views of moments that are past can be asked for. */
void sw__app_open_past(struct sw_app *app, const struct sw_redis_options *redis);
/* Reads the checkpoint into the floor, which has had no event. */
void sw__app_load_checkpoint(struct sw_app *app);
/* The feed goes on from the checkpoint that was loaded. */
void sw__app_resume_feed(struct sw_app *app, struct sw_feed_options *options);
/* Takes checkpoints from now on, where there is a folder for them. */
void sw__app_open_checkpoints(struct sw_app *app);
/* The journal does not go on from the checkpoint, or was replaced. */
void sw__app_forget_checkpoint(struct sw_app *app);
/* A plain event was taken: marks it for the next start. */
void sw__app_mark_plain(struct sw_app *app, int64_t now_ms);
/* The mark of an earlier run was read. */
void sw__app_on_mark(void *app, int64_t day_start_ms, uint64_t checkpoint);
/* Folds what is in the store. False when the daemon cannot run: that was logged. */
bool sw__app_open_desk(struct sw_app *app);
/* Gives the demo's agents shifts, and the demo a past. */
void sw__app_plan_demo(struct sw_app *app);

#endif
