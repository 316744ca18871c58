/* What a daily or monthly report is made from, read from the store. For the worker: nothing here knows the floor. */
#ifndef APP_REPORT_DATA_H
#define APP_REPORT_DATA_H

#include "core/map.h"
#include "core/zone.h"
#include "report/reports.h"
#include "shiftwall/floor.h"
#include "shiftwall/forecast.h"
#include "store/store.h"

/* What people call an agent, and its team. */
struct sw_report_name {
    UT_hash_handle hh;
    char *name, *team;
    char id[];
};

struct sw_report_source {
    struct sw_store *store;
    const char *site;
    const struct sw_zone *zone;
    struct sw_report_name *names; /* of agents */
    struct sw_span span;          /* of the day or month */
    struct sw_span intervals[SW_FORECAST_INTERVALS_MAX];
    size_t interval_count;
    int64_t walk_missed_ms;       /* how long after it is due a walk that is not closed is missed */
    int64_t until_ms;             /* later is to come */
};

/* Texts and lists that live as long as the data. */
struct sw_report_data {
    struct sw_daily daily; /* without `about` and the queues' targets */
    struct sw_month month; /* without `about` */
    int64_t last_ms;       /* the end of the last interval that is in the store; INT64_MIN: none is */
    struct sw_daily_interval *intervals;
    struct sw_daily_queue *queues;
    struct sw_daily_team *teams;
    struct sw_daily_walk *walks;
    struct sw_daily_breach *breaches;
    struct sw_month_agent *agents;
    struct sw_month_day *days;
    char **texts;
    size_t text_count;
};

/* 0, -SW_EIO. DATA is to be deinitialised either way. */
int sw_report_read_day(const struct sw_report_source *source, struct sw_report_data *data) SW_NODISCARD;
int sw_report_read_month(const struct sw_report_source *source, struct sw_report_data *data) SW_NODISCARD;
void sw_report_data_deinit(struct sw_report_data *data);

#endif
