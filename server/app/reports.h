/* The daily report and the attendance report of a month, from the store: intervals and shifts of the history, and what
 * people recorded. Reading, reckoning and writing happen in the worker. */
#ifndef APP_REPORTS_H
#define APP_REPORTS_H

#include "app/recorder.h"
#include "codec/config.h"
#include "core/zone.h"
#include "io/http.h"
#include "shiftwall/floor.h"
#include "shiftwall/policy.h"

struct sw_reports;

/* All is borrowed for the reports' life. */
struct sw_reports_options {
    const struct sw_config *config;
    const struct sw_zone *zone;
    const struct sw_policy *policy;
    struct sw_recorder *recorder;
    void *ctx;
    int64_t (*now_ms)(void *ctx);
    /* Why events of today may be missing, and since when; NULL: none are. */
    const char *(*incomplete)(void *ctx, int64_t *since_ms);
    /* The attendance report of MONTH ("2026-10") is due today, and that is on record. */
    void (*due)(void *ctx, const char *month);
};

struct sw_reports *sw_reports_new(struct sw_floor *floor, const struct sw_reports_options *options);
void sw_reports_restart(struct sw_reports *reports, struct sw_floor *floor);
/* Ends when what is being made is done; frees itself. NULL is allowed. */
void sw_reports_close(struct sw_reports *reports);

/* Puts on record, once, that the report of the last month is due, on the day of the month that the configuration says.
 * Call it every now and then. */
void sw_reports_remind(struct sw_reports *reports);

struct sw_report_request {
    bool month;       /* else a day */
    const char *when; /* "YYYY-MM-DD" or "YYYY-MM" */
    int format;       /* enum sw_report_format */
    int lang;
    const char *what; /* of CSV: the table's key; NULL: the first */
    bool bom, ranking, download;
};
enum sw_report_format { SW_REPORT_JSON, SW_REPORT_XLSX, SW_REPORT_CSV, SW_REPORT_PDF };
/* "json", "xlsx", "csv", "pdf"; -1 for anything else. */
int sw_report_format(const char *name);
/* Answers PENDING with the report, or with a problem. */
void sw_reports_make(struct sw_reports *reports, const struct sw_report_request *request, struct sw_http_pending *pending);
/* Answers PENDING with what there is: {"first", "last", "months", "report_day", "ranking"}. */
void sw_reports_list(struct sw_reports *reports, struct sw_http_pending *pending);

#endif
