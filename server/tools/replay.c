/* shiftwall replay: the pure core over a file of events; prints the report. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/config.h"
#include "codec/event_json.h"
#include "codec/grants_json.h"
#include "codec/report_json.h"
#include "codec/roster_csv.h"
#include "codec/site.h"
#include "core/zone.h"
#include "io/files.h"
#include "io/policy_file.h"
#include "io/zone_load.h"
#include "shiftwall/buf.h"
#include "shiftwall/floor.h"
#include "tools/tools.h"

#define REPORT_BYTES_MAX ((size_t)1 << 31)
#define PROGRESS_EVERY 1000000
#define GRANTS_BYTES_MAX ((size_t)256 << 20)

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

struct replay {
    struct sw_floor *floor;
    struct sw_shifts *shifts; /* NULL without a roster, grants or a policy */
    int64_t until_ms, latest_ms;
};

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    struct replay *r = ctx;
    if (!event) {
        sw_floor_count_rejected(r->floor);
        return;
    }
    if (event->ts_ms > r->until_ms) return;
    if (event->ts_ms > r->latest_ms) r->latest_ms = event->ts_ms;
    (void)sw_floor_apply(r->floor, event, r->latest_ms, INT64_MAX, NULL);
}

static bool is_blank(const char *line, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", line[i])) return false;
    return true;
}

static int read_events(struct replay *r, FILE *file, const char *path) {
    char *line = NULL;
    size_t size = 0;
    ssize_t got;
    int64_t lines = 0;
    bool tty = isatty(STDERR_FILENO);
    while ((got = getline(&line, &size, file)) >= 0) {
        size_t len = (size_t)got;
        if (len && line[len - 1] == '\n') len--;
        if (!is_blank(line, len)) sw_event_read(line, len, apply, r);
        if (tty && ++lines % PROGRESS_EVERY == 0) fprintf(stderr, "%lld lines read\r", (long long)lines);
    }
    int failed = ferror(file);
    if (failed) fprintf(stderr, "shiftwall replay: %s: %s\n", path, strerror(errno));
    free(line);
    return failed ? -SW_EIO : 0;
}

/* The window of the report; false when the day does not exist. */
static bool write_report(struct replay *r, const char *day, struct sw_buf *out) {
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

/* ---- the rules: policy, roster, grants ---- */

/* Reads the file PATH; what is wrong with it is printed. */
static int read_whole(const char *path, size_t cap, struct sw_buf *out) {
    sw_buf_init(out, cap);
    int failed = sw_file_read(path, out);
    if (failed == -SW_ELIMIT) fprintf(stderr, "shiftwall replay: %s: larger than %zu bytes\n", path, cap);
    else if (failed) fprintf(stderr, "shiftwall replay: %s: %s\n", path, strerror(errno));
    return failed;
}

/* Prints what a reader found and frees it; passes FAILED on. */
static int tell(struct sw_buf *content, struct sw_buf *faults, int failed) {
    fputs(sw_buf_text(faults), stderr);
    sw_buf_deinit(faults);
    sw_buf_deinit(content);
    return failed;
}

static int read_roster(struct replay *r, const struct sw_zone *zone, const char *path) {
    struct sw_buf csv, faults, remarks;
    struct sw_roster roster;
    sw_roster_init(&roster);
    sw_buf_init(&faults, 1u << 20);
    sw_buf_init(&remarks, 1u << 20);
    int failed = read_whole(path, SW_ROSTER_BYTES_MAX, &csv);
    if (!failed) failed = sw_roster_read(&roster, zone, path, sw_buf_text(&csv), csv.len, &faults, &remarks);
    if (!failed && ((failed = sw_shifts_set_roster(r->shifts, &roster)) || (failed = sw_site_add_rostered(r->floor, r->shifts))))
        sw_buf_printf(&faults, "%s: too many agents\n", path);
    fputs(sw_buf_text(&remarks), stderr);
    sw_buf_deinit(&remarks);
    sw_roster_deinit(&roster);
    return tell(&csv, &faults, failed);
}

static int read_grants(struct replay *r, const char *path) {
    struct sw_buf lines, faults;
    sw_buf_init(&faults, 1u << 20);
    int failed = read_whole(path, GRANTS_BYTES_MAX, &lines);
    if (!failed) failed = sw_grants_read(r->shifts, path, sw_buf_text(&lines), lines.len, &faults);
    return tell(&lines, &faults, failed);
}

/* Makes the shifts when an option asks for them; false when a file cannot be read. */
static bool prepare(struct replay *r, const struct sw_policy *policy, const struct sw_tool_args *args,
                    const struct sw_config *config, const struct sw_zone *zone) {
    const char *roster = sw_tool_option(args, "--roster"), *grants = sw_tool_option(args, "--grants");
    if (sw_tool_option(args, "--policy") || roster || grants) r->shifts = sw_shifts_new(policy, zone);
    r->floor = sw_site_floor(config, zone, r->shifts, true);
    return !(roster && read_roster(r, zone, roster)) && !(grants && read_grants(r, grants));
}

static int run(const struct sw_tool_args *args, const struct sw_config *config, const struct sw_zone *zone,
               const struct sw_policy *policy) {
    const char *path = args->operands[0];
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    if (!file) {
        fprintf(stderr, "shiftwall replay: %s: %s\n", path, strerror(errno));
        return SW_TOOL_INPUT;
    }
    struct replay r = {.until_ms = INT64_MAX, .latest_ms = INT64_MIN};
    const char *until = sw_tool_option(args, "--until");
    int status = prepare(&r, policy, args, config, zone) ? SW_TOOL_OK : SW_TOOL_INPUT;
    if (until && sw_parse_rfc3339(until, &r.until_ms)) {
        fprintf(stderr, "shiftwall replay: --until %s: not RFC 3339 or epoch ms\n", until);
        status = SW_TOOL_USAGE;
    }
    struct sw_buf report;
    sw_buf_init(&report, REPORT_BYTES_MAX);
    if (status == SW_TOOL_OK && read_events(&r, file, path)) status = SW_TOOL_INPUT;
    if (status == SW_TOOL_OK && !write_report(&r, sw_tool_option(args, "--day"), &report)) {
        fprintf(stderr, "shiftwall replay: --day %s: no such day\n", sw_tool_option(args, "--day"));
        status = SW_TOOL_USAGE;
    }
    if (status == SW_TOOL_OK && (puts(sw_buf_text(&report)) < 0 || fflush(stdout))) status = SW_TOOL_INPUT;
    sw_buf_deinit(&report);
    sw_floor_free(r.floor);
    sw_shifts_free(r.shifts);
    if (file != stdin) fclose(file);
    return status;
}

static int read_config(struct sw_config *config, const char *path) {
    struct sw_buf yaml, faults;
    sw_buf_init(&yaml, SW_CONFIG_BYTES_MAX);
    sw_buf_init(&faults, 1u << 20);
    int failed = sw_file_read(path, &yaml);
    if (failed) fprintf(stderr, "shiftwall replay: %s: %s\n", path, strerror(errno));
    else if ((failed = sw_config_read(config, path, sw_buf_text(&yaml), yaml.len, &faults)))
        fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&yaml);
    sw_buf_deinit(&faults);
    return failed;
}

int sw_tool_replay(int argc, char **argv) {
    static const struct sw_tool_option known[] = {
        {"--config", false}, {"--zone", false}, {"--day", false}, {"--until", false},
        {"--roster", false}, {"--grants", false}, {"--policy", false}, {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("replay", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    if (args.operand_count != 1) {
        fputs("shiftwall replay: one file of events is needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    struct sw_config config;
    sw_config_init(&config);
    int status = SW_TOOL_OK;
    const char *path = sw_tool_option(&args, "--config");
    if (path && read_config(&config, path)) status = SW_TOOL_INPUT;
    const char *name = sw_tool_option(&args, "--zone");
    if (!name) name = config.zone;
    struct sw_zone *zone = status == SW_TOOL_OK ? sw_zone_load(name) : NULL;
    if (status == SW_TOOL_OK && !zone) {
        fprintf(stderr, "shiftwall replay: --zone %s: no such time zone\n", name);
        status = SW_TOOL_USAGE;
    }
    struct sw_policy policy;
    struct sw_buf faults;
    sw_buf_init(&faults, SW_POLICY_FAULTS_BYTES_MAX);
    if (sw_policy_load(&policy, sw_tool_option(&args, "--policy"), &faults)) status = SW_TOOL_INPUT;
    fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&faults);
    if (status == SW_TOOL_OK) status = run(&args, &config, zone, &policy);
    sw_policy_deinit(&policy);
    sw_zone_free(zone);
    sw_config_deinit(&config);
    return status;
}
