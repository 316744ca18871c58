/* shiftwall chart: a sign-in chart from a file of events. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec/chart_json.h"
#include "report/chart_model.h"
#include "report/chart_csv.h"
#include "report/sheet.h"
#include "report/draw.h"
#include "shiftwall/buf.h"
#include "tools/day_file.h"

static const char help[] =
    "usage: shiftwall chart --at TIME --out FILE [options] FILE.jsonl\n"
    "\n"
    "Draws the sign-in chart of a moment from the events of a file (- for standard input): who should be there, who is,\n"
    "and how many are needed, by interval; attendance and adherence by team; and the lists of absent, late and others.\n"
    "\n"
    "  --at TIME       the moment it shows (RFC 3339 or epoch ms); later events are left out\n"
    "  --out FILE      where to write it (- for standard output)\n"
    "  --format F      png, svg, pdf, xlsx, csv or json (default: by the name of the file, else png)\n"
    "  --what TABLE    of csv: summary, by_interval, by_team, people or states (default: by_interval)\n"
    "  --bom           begin csv with a byte order mark, for Excel\n"
    "  --lang LANG     zh-CN or en (default: zh-CN)\n"
    "  --roster FILE   the roster (CSV): who is to work when\n"
    "  --grants FILE   what leaders permitted, one JSON object a line\n"
    "  --policy P      the rule book: a YAML file, or one of default, floor, telecom, manual (default: default)\n"
    "  --config FILE   the site's YAML: name, queues, targets, zone, intervals (default: product defaults)\n"
    "  --zone ZONE     IANA time zone of the site (default: the configuration's, else UTC)\n"
    "  --help          this text\n"
    "\n"
    "Exit status: 0 the chart was written, 2 wrong usage, 3 a file could not be read or written.\n";

enum format { DRAWN, SHEET, CSV, JSON };

/* What is asked for. */
struct order {
    const char *path;
    enum format format;
    struct sw_draw_options options;
    enum sw_chart_table what;
    bool bom;
};

static bool format_of(const char *name, struct order *order) {
    int drawn = sw_draw_format_from_name(name);
    order->format = !strcmp(name, "xlsx") ? SHEET : !strcmp(name, "csv") ? CSV : !strcmp(name, "json") ? JSON : DRAWN;
    if (drawn >= 0) order->options.format = (enum sw_draw_format)drawn;
    return drawn >= 0 || order->format != DRAWN;
}

/* False, and told, when it is none. */
static bool order_of(const struct sw_tool_args *args, struct order *order) {
    const char *format = sw_tool_option(args, "--format"), *lang = sw_tool_option(args, "--lang");
    const char *what = sw_tool_option(args, "--what");
    *order = (struct order){.path = sw_tool_option(args, "--out"), .bom = sw_tool_option(args, "--bom") != NULL};
    const char *dot = strrchr(order->path, '.');
    if (!format) format = dot ? dot + 1 : "png";
    bool known = format_of(format, order);
    int language = sw_draw_lang_from_name(lang ? lang : "zh-CN");
    int table = sw_chart_table_from_name(what ? what : "by_interval");
    const char *wrong = NULL;
    if (!known) fprintf(stderr, "shiftwall chart: --format %s: png, svg, pdf, xlsx, csv or json is needed\n", format);
    else if (language < 0) fprintf(stderr, "shiftwall chart: --lang %s: zh-CN or en is needed\n", lang);
    else if (table < 0)
        fprintf(stderr, "shiftwall chart: --what %s: summary, by_interval, by_team, people or states is needed\n", what);
    else if (order->format != CSV && (what || order->bom)) wrong = what ? "--what" : "--bom";
    if (wrong) fprintf(stderr, "shiftwall chart: %s: is for csv\n", wrong);
    if (!known || language < 0 || table < 0 || wrong) return false;
    order->options.lang = (enum sw_draw_lang)language;
    order->what = (enum sw_chart_table)table;
    return true;
}

static int write_out(const char *path, const struct sw_buf *content) {
    FILE *file = strcmp(path, "-") ? fopen(path, "wb") : stdout;
    bool good = file && fwrite(sw_buf_text(content), 1, content->len, file) == content->len;
    if (file && (file == stdout ? fflush(file) : fclose(file))) good = false;
    if (!good) fprintf(stderr, "shiftwall chart: %s: %s\n", path, strerror(errno));
    return good ? SW_TOOL_OK : SW_TOOL_INPUT;
}

static int write_chart(const struct sw_chart *chart, const struct order *order, struct sw_buf *out) {
    const struct sw_zone *zone = order->options.zone;
    switch (order->format) {
    case JSON: sw_chart_write(chart, out); return out->failed ? -SW_ELIMIT : 0;
    case SHEET: return sw_chart_sheet(chart, order->options.lang, zone, out);
    case CSV: return sw_chart_csv(chart, order->what, order->bom, zone, out);
    default: return sw_chart_draw(chart, &order->options, out);
    }
}

static int draw(struct sw_day_file *day, struct order *order) {
    sw_floor_advance(day->floor, day->until_ms);
    struct sw_chart_input input = {.floor = day->floor, .shifts = day->shifts, .site = day->config.site_id,
                                   .site_name = day->config.site_name, .zone = day->zone,
                                   .at_ms = day->until_ms, .made_ms = day->until_ms,
                                   .service_level_ppm = (int64_t)(day->config.service_level_goal * 1e6 + 0.5),
                                   .within_ms = day->config.target_ms};
    struct sw_chart *chart = sw_chart_make(&input);
    struct sw_buf out;
    sw_buf_init(&out, SW_CHART_BYTES_MAX);
    order->options.zone = day->zone;
    int failed = write_chart(chart, order, &out);
    int status = SW_TOOL_INPUT;
    if (failed || out.failed) fprintf(stderr, "shiftwall chart: %s\n", sw_error_text(failed ? failed : -SW_ELIMIT));
    else status = write_out(order->path, &out);
    sw_buf_deinit(&out);
    sw_chart_free(chart);
    return status;
}

int sw_tool_chart(int argc, char **argv) {
    static const struct sw_tool_option known[] = {SW_DAY_FILE_OPTIONS, {"--at", false},   {"--out", false},
                                                  {"--format", false}, {"--lang", false}, {"--what", false},
                                                  {"--bom", true},     {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("chart", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    const char *at = sw_tool_option(&args, "--at"), *out = sw_tool_option(&args, "--out");
    if (args.operand_count != 1 || !at || !out) {
        fputs("shiftwall chart: --at, --out and one file of events are needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    struct order order;
    if (!order_of(&args, &order)) return SW_TOOL_USAGE;
    struct sw_day_file day;
    int status = sw_day_file_open(&day, "chart", &args, true);
    if (status == SW_TOOL_OK) status = sw_day_file_time(&day, "--at", at, &day.until_ms);
    if (status == SW_TOOL_OK) status = sw_day_file_play(&day, args.operands[0]);
    if (status == SW_TOOL_OK) status = draw(&day, &order);
    sw_day_file_close(&day);
    return status;
}
