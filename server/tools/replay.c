/* shiftwall replay: the pure core over a file of events; prints the report. */
#include <stdio.h>

#include "codec/report_json.h"
#include "shiftwall/buf.h"
#include "tools/day_file.h"

#define REPORT_BYTES_MAX ((size_t)1 << 31)

static const char help[] =
    "usage: shiftwall replay [options] FILE.jsonl\n"
    "\n"
    "Runs the events of a file (- for standard input), one JSON event or batch a line, through the same core the\n"
    "daemon uses and prints the report as one JSON document.\n"
    "\n"
    "  --policy P      the rule book: a YAML file, or one of default, floor, telecom, manual (default: default)\n"
    "  --roster FILE   the roster (CSV): adds shifts, attendance, adherence and breaches to the report\n"
    "  --grants FILE   what leaders permitted, one JSON object a line\n"
    "  --config FILE   the site's YAML: queues, groups, targets, zone, intervals (default: product defaults)\n"
    "  --zone ZONE     IANA time zone of the site (default: the configuration's, else UTC)\n"
    "  --day DATE      report the business day YYYY-MM-DD (default: the whole file, first to last event)\n"
    "  --until TIME    leave out later events and reckon open states up to TIME (RFC 3339 or epoch ms)\n"
    "  --help          this text\n"
    "\n"
    "Exit status: 0 the report was printed, 2 wrong usage, 3 the file or the configuration could not be read.\n";

/* The window of the report; false when the day does not exist. */
static bool write_report(struct sw_day_file *r, const char *day, struct sw_buf *out) {
    const struct sw_floor_counters *c = sw_floor_counters(r->floor);
    bool limited = r->until_ms != INT64_MAX, empty = c->first_ts_ms == INT64_MAX;
    struct sw_span span = {0, 0};
    int64_t end_ms = limited ? r->until_ms : empty ? 0 : c->last_ts_ms;
    if (day) {
        span = sw_floor_day_of_date(r->floor, day);
        if (span.start_ms >= span.end_ms) return false;
        end_ms = limited && r->until_ms < span.end_ms ? r->until_ms : span.end_ms;
        if (end_ms < span.start_ms) end_ms = span.start_ms;
    } else {
        int64_t start_ms = empty ? end_ms : c->first_ts_ms;
        span = (struct sw_span){sw_floor_interval(r->floor, start_ms).start_ms, INT64_MAX};
        if (end_ms < start_ms) end_ms = start_ms;
    }
    sw_floor_advance(r->floor, end_ms);
    sw_report_write(r->floor, r->shifts, span.start_ms, span.end_ms, end_ms, out);
    return true;
}

static int run(struct sw_day_file *r, const struct sw_tool_args *args) {
    const char *until = sw_tool_option(args, "--until"), *day = sw_tool_option(args, "--day");
    int status = until ? sw_day_file_time(r, "--until", until, &r->until_ms) : SW_TOOL_OK;
    if (status == SW_TOOL_OK) status = sw_day_file_play(r, args->operands[0]);
    if (status != SW_TOOL_OK) return status;
    struct sw_buf report;
    sw_buf_init(&report, REPORT_BYTES_MAX);
    if (!write_report(r, day, &report)) {
        fprintf(stderr, "shiftwall replay: --day %s: no such day\n", day);
        status = SW_TOOL_USAGE;
    } else if (puts(sw_buf_text(&report)) < 0 || fflush(stdout)) {
        status = SW_TOOL_INPUT;
    }
    sw_buf_deinit(&report);
    return status;
}

int sw_tool_replay(int argc, char **argv) {
    static const struct sw_tool_option known[] = {SW_DAY_FILE_OPTIONS, {"--day", false}, {"--until", false}, {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("replay", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    if (args.operand_count != 1) {
        fputs("shiftwall replay: one file of events is needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    struct sw_day_file day;
    int status = sw_day_file_open(&day, "replay", &args, false);
    if (status == SW_TOOL_OK) status = run(&day, &args);
    sw_day_file_close(&day);
    return status;
}
