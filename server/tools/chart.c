/* shiftwall chart: a sign-in chart from a file of events, or from a running site. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/chart_json.h"
#include "report/chart_model.h"
#include "report/chart_csv.h"
#include "report/sheet.h"
#include "report/draw.h"
#include "shiftwall/buf.h"
#include "tools/day_file.h"
#include "tools/http_get.h"

#define FETCHED_BYTES_MAX ((size_t)64 << 20)

static const char help[] =
    "usage: shiftwall chart --at TIME --out FILE [options] FILE.jsonl\n"
    "       shiftwall chart --url URL [--at TIME | --chart DATE/N] --out FILE [options]\n"
    "\n"
    "Draws the sign-in chart of a moment from the events of a file (- for standard input): who should be there, who is,\n"
    "and how many are needed, by interval; attendance and adherence by team; and the lists of absent, late and others.\n"
    "With --url a running site draws it: of now, of an earlier moment of today or yesterday, or one of its charts on record.\n"
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
    "  --url URL       the site's daemon, as http://127.0.0.1:8080; it has its own roster, grants, policy and zone\n"
    "  --site NAME     the id of the site there (main)\n"
    "  --chart DATE/N  the Nth chart of a day there, as 2026-11-23/1\n"
    "  --help          this text\n"
    "\n"
    "Exit status: 0 the chart was written, 2 wrong usage, 3 a file could not be read or written, 4 the daemon could not be\n"
    "reached, or has no such chart.\n";

enum format { DRAWN, SHEET, CSV, JSON };

/* What is asked for. */
struct order {
    const char *path, *name; /* of the format */
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
    order->name = format;
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
    FILE *file = strcmp(path, "-") ? fopen(path, "wb") : fdopen(dup(STDOUT_FILENO), "wb");
    bool good = file && fwrite(sw_buf_text(content), 1, content->len, file) == content->len;
    if (file && fclose(file)) good = false;
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

/* ---- from a running site ---- */

/* VALUE as it may stand in a query. */
static void quote(struct sw_buf *path, const char *value) {
    for (; *value; value++) {
        bool plain = (*value >= '0' && *value <= '9') || (*value >= 'a' && *value <= 'z') ||
                     (*value >= 'A' && *value <= 'Z') || strchr("-._", *value);
        sw_buf_printf(path, plain ? "%c" : "%%%02X", (unsigned char)*value);
    }
}

static int fetch(const struct sw_tool_args *args, const struct order *order) {
    const char *site = sw_tool_option(args, "--site"), *at = sw_tool_option(args, "--at"), *kept = sw_tool_option(args, "--chart");
    struct sw_buf path, body;
    char why[256];
    sw_buf_init(&path, 512);
    sw_buf_init(&body, FETCHED_BYTES_MAX);
    sw_buf_printf(&path, "/api/v1/sites/%s/charts/%s.%s?lang=%s&what=%s&bom=%d", site ? site : "main",
                  kept ? kept : at ? "at" : "now", order->name, order->options.lang == SW_DRAW_EN ? "en" : "zh-CN",
                  sw_chart_table_name(order->what), order->bom);
    if (at) sw_buf_puts(&path, "&at=");
    if (at) quote(&path, at);
    int status = sw_http_get(sw_tool_option(args, "--url"), sw_buf_text(&path), &body, why, sizeof why);
    int result = SW_TOOL_CONNECT;
    if (status == 200) result = write_out(order->path, &body);
    else if (status < 0) fprintf(stderr, "shiftwall chart: %s\n", why);
    else fprintf(stderr, "shiftwall chart: the daemon answered %d: %s\n", status, sw_buf_text(&body));
    sw_buf_deinit(&path);
    sw_buf_deinit(&body);
    return result;
}

/* What has no meaning beside --url; NULL: nothing is given. */
static const char *of_files_only(const struct sw_tool_args *args) {
    static const char *const names[] = {"--roster", "--grants", "--policy", "--config", "--zone"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sw_tool_option(args, names[i])) return names[i];
    return NULL;
}

static int from_site(const struct sw_tool_args *args) {
    const char *kept = sw_tool_option(args, "--chart"), *wrong = of_files_only(args);
    struct order order;
    if (args->operand_count || !sw_tool_option(args, "--out") || (kept && sw_tool_option(args, "--at")))
        fputs("shiftwall chart: with --url, --out is needed, no file, and one of --at and --chart at most (see --help)\n", stderr);
    else if (wrong) fprintf(stderr, "shiftwall chart: %s: the daemon has its own\n", wrong);
    else if (kept && (strspn(kept, "0123456789-/") != strlen(kept) || !strchr(kept, '/')))
        fprintf(stderr, "shiftwall chart: --chart %s: a date and a number are needed, as 2026-11-23/1\n", kept);
    else if (order_of(args, &order)) return fetch(args, &order);
    return SW_TOOL_USAGE;
}

int sw_tool_chart(int argc, char **argv) {
    static const struct sw_tool_option known[] = {SW_DAY_FILE_OPTIONS, {"--at", false},   {"--out", false},
                                                  {"--format", false}, {"--lang", false}, {"--what", false},
                                                  {"--bom", true},     {"--url", false},  {"--site", false},
                                                  {"--chart", false},  {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("chart", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    if (sw_tool_option(&args, "--url")) return from_site(&args);
    if (sw_tool_option(&args, "--site") || sw_tool_option(&args, "--chart")) {
        fputs("shiftwall chart: --site and --chart go with --url (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
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
