/* Sign-in charts: made at the day's times, kept with their figures, drawn when somebody asks.
 *
 * A chart is made when time passes its moment: live, or while the journal of a time in which the daemon was down is
 * read; then it shows the floor as of its own time and is marked late. It is on record once, under its date and number,
 * whoever makes it. Drawing happens in a worker. */
#ifndef APP_CHARTS_H
#define APP_CHARTS_H

#include <uv.h>

#include "app/forecaster.h"
#include "app/recorder.h"
#include "codec/config.h"
#include "core/zone.h"
#include "io/http.h"
#include "io/redis_conn.h"
#include "shiftwall/alert.h"
#include "shiftwall/floor.h"
#include "shiftwall/shift.h"

struct sw_charts;

/* All is borrowed for the charts' life. */
struct sw_charts_options {
    uv_loop_t *loop;
    const struct sw_config *config;
    const struct sw_zone *zone;
    const struct sw_policy *policy;
    struct sw_shifts *shifts;
    struct sw_recorder *recorder;
    struct sw_forecaster *forecaster;
    void *ctx;
    int64_t (*now_ms)(void *ctx);
    /* The chart KEY, LEN bytes of JSON, is on record, or (AGAIN) is to be published once more: how many take it. */
    size_t (*published)(void *ctx, const char *key, const char *json, size_t len, bool again);
    /* Why events may be missing, and since when; NULL: none are. */
    const char *(*incomplete)(void *ctx, int64_t *since_ms);
};

/* Reads which charts there are. Blocks: before the loop runs. */
struct sw_charts *sw_charts_new(struct sw_floor *floor, const struct sw_charts_options *options);
/* The floor is another one from now on. */
void sw_charts_restart(struct sw_charts *charts, struct sw_floor *floor);
/* Ends when what is being drawn is done; frees itself. NULL is allowed. */
void sw_charts_close(struct sw_charts *charts);

/* Where the journal is: for charts of earlier moments. Copied. */
void sw_charts_set_redis(struct sw_charts *charts, const struct sw_redis_options *redis, bool is_virtual);

/* Time is about to pass to T_MS: makes the charts whose moment that is. Call it before the floor gets there. */
void sw_charts_advance(struct sw_charts *charts, int64_t t_ms);
/* When the next one is to be made, or INT64_MAX. */
int64_t sw_charts_next(const struct sw_charts *charts);

/* A chart that is not out ten minutes after its time, as an alert; false: none. */
bool sw_charts_alert(const struct sw_charts *charts, int64_t now_ms, struct sw_alert *out);

/* The charts of DATE ("YYYY-MM-DD") as JSON: those on record and those to come. */
void sw_charts_write(const struct sw_charts *charts, const char *date, struct sw_buf *out);

/* Publishes charts that were made since SINCE_MS, in case that was cut short. */
void sw_charts_publish_since(struct sw_charts *charts, int64_t since_ms);
/* Whether the chart is on record. */
bool sw_charts_has(const struct sw_charts *charts, const char *date, int64_t number);
/* Publishes the chart again: answers PENDING with {"destinations": n}, or with a problem. */
void sw_charts_publish(struct sw_charts *charts, const char *date, int64_t number, struct sw_http_pending *pending);

/* What of a chart is asked for. */
struct sw_chart_request {
    const char *date; /* NULL: as of AT_MS, which is not kept */
    int64_t number;
    int64_t at_ms;    /* an earlier moment of today or yesterday, drawn again from the journal; INT64_MAX: now */
    int format;       /* enum sw_draw_format, or one of those below */
    int lang, page;
    int what;         /* of CSV: enum sw_chart_table */
    bool bom;         /* of CSV: for older Excel */
    bool download;
    const struct sw_config_list *teams; /* only these; NULL: all. Copied */
};
enum { SW_CHART_JSON = 100, SW_CHART_XLSX, SW_CHART_CSV };
/* "png", "svg", "pdf", "xlsx", "csv", "json"; -1 for anything else. */
int sw_chart_format(const char *name);
/* Answers PENDING with the drawing, or with a problem. */
void sw_charts_draw(struct sw_charts *charts, const struct sw_chart_request *request, struct sw_http_pending *pending);

#endif
