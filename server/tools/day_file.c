#include "tools/day_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/event_json.h"
#include "codec/grants_json.h"
#include "codec/roster_csv.h"
#include "codec/site.h"
#include "io/files.h"
#include "io/policy_file.h"
#include "io/zone_load.h"
#include "shiftwall/buf.h"

#define PROGRESS_EVERY 1000000
#define GRANTS_BYTES_MAX ((size_t)256 << 20)

/* ---- events ---- */

static void apply(void *ctx, const struct sw_event *event, enum sw_reject reject, const char *text, size_t len) {
    (void)reject, (void)text, (void)len;
    struct sw_day_file *r = ctx;
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
        if (!memchr(" \t\r\n", line[i], 4)) return false;
    return true;
}

static int read_events(struct sw_day_file *r, FILE *file, const char *path) {
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
    if (failed) fprintf(stderr, "shiftwall %s: %s: %s\n", r->command, path, strerror(errno));
    free(line);
    return failed ? -SW_EIO : 0;
}

int sw_day_file_play(struct sw_day_file *r, const char *path) {
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    if (!file) {
        fprintf(stderr, "shiftwall %s: %s: %s\n", r->command, path, strerror(errno));
        return SW_TOOL_INPUT;
    }
    int failed = read_events(r, file, path);
    if (file != stdin) fclose(file);
    return failed ? SW_TOOL_INPUT : SW_TOOL_OK;
}

/* ---- configuration, policy, roster, grants ---- */

/* Reads the file PATH; what is wrong with it is printed. */
static int read_whole(const struct sw_day_file *r, const char *path, size_t cap, struct sw_buf *out) {
    sw_buf_init(out, cap);
    int failed = sw_file_read(path, out);
    if (failed == -SW_ELIMIT) fprintf(stderr, "shiftwall %s: %s: larger than %zu bytes\n", r->command, path, cap);
    else if (failed) fprintf(stderr, "shiftwall %s: %s: %s\n", r->command, path, strerror(errno));
    return failed;
}

/* Prints what a reader found and frees it; passes FAILED on. */
static int tell(struct sw_buf *content, struct sw_buf *faults, int failed) {
    fputs(sw_buf_text(faults), stderr);
    sw_buf_deinit(faults);
    sw_buf_deinit(content);
    return failed;
}

static int read_roster(struct sw_day_file *r, const char *path) {
    struct sw_buf csv, faults, remarks;
    struct sw_roster roster;
    sw_roster_init(&roster);
    sw_buf_init(&faults, 1u << 20);
    sw_buf_init(&remarks, 1u << 20);
    int failed = read_whole(r, path, SW_ROSTER_BYTES_MAX, &csv);
    if (!failed) failed = sw_roster_read(&roster, r->zone, path, sw_buf_text(&csv), csv.len, &faults, &remarks);
    if (!failed && ((failed = sw_shifts_set_roster(r->shifts, &roster)) || (failed = sw_site_add_rostered(r->floor, r->shifts))))
        sw_buf_printf(&faults, "%s: too many agents\n", path);
    fputs(sw_buf_text(&remarks), stderr);
    sw_buf_deinit(&remarks);
    sw_roster_deinit(&roster);
    return tell(&csv, &faults, failed);
}

static int read_grants(struct sw_day_file *r, const char *path) {
    struct sw_buf lines, faults;
    sw_buf_init(&faults, 1u << 20);
    int failed = read_whole(r, path, GRANTS_BYTES_MAX, &lines);
    if (!failed) failed = sw_grants_read(r->shifts, path, sw_buf_text(&lines), lines.len, &faults);
    return tell(&lines, &faults, failed);
}

static int read_config(struct sw_day_file *r, const char *path) {
    struct sw_buf yaml, faults;
    sw_buf_init(&faults, 1u << 20);
    int failed = read_whole(r, path, SW_CONFIG_BYTES_MAX, &yaml);
    if (!failed) failed = sw_config_read(&r->config, path, sw_buf_text(&yaml), yaml.len, &faults);
    return tell(&yaml, &faults, failed);
}

static int read_policy(struct sw_day_file *r, const char *name) {
    struct sw_buf faults, none;
    sw_buf_init(&faults, SW_POLICY_FAULTS_BYTES_MAX);
    sw_buf_init(&none, 1);
    return tell(&none, &faults, sw_policy_load(&r->policy, name, &faults));
}

int sw_day_file_open(struct sw_day_file *r, const char *command, const struct sw_tool_args *args, bool always) {
    *r = (struct sw_day_file){.command = command, .until_ms = INT64_MAX, .latest_ms = INT64_MIN};
    sw_config_init(&r->config);
    const char *config = sw_tool_option(args, "--config"), *policy = sw_tool_option(args, "--policy");
    if (config && read_config(r, config)) return SW_TOOL_INPUT;
    const char *zone = sw_tool_option(args, "--zone");
    if (!zone) zone = r->config.zone;
    r->zone = sw_zone_load(zone);
    if (!r->zone) {
        fprintf(stderr, "shiftwall %s: --zone %s: no such time zone\n", command, zone);
        return SW_TOOL_USAGE;
    }
    if (read_policy(r, policy)) return SW_TOOL_INPUT;
    const char *roster = sw_tool_option(args, "--roster"), *grants = sw_tool_option(args, "--grants");
    if (policy || roster || grants || always) r->shifts = sw_shifts_new(&r->policy, r->zone);
    r->floor = sw_site_floor(&r->config, r->zone, r->shifts, true);
    return (roster && read_roster(r, roster)) || (grants && read_grants(r, grants)) ? SW_TOOL_INPUT : SW_TOOL_OK;
}

int sw_day_file_time(const struct sw_day_file *r, const char *option, const char *text, int64_t *out) {
    if (sw_parse_rfc3339(text, out) == 0) return SW_TOOL_OK;
    fprintf(stderr, "shiftwall %s: %s %s: not RFC 3339 or epoch ms\n", r->command, option, text);
    return SW_TOOL_USAGE;
}

void sw_day_file_close(struct sw_day_file *r) {
    if (r->floor) sw_floor_free(r->floor);
    sw_shifts_free(r->shifts);
    sw_policy_deinit(&r->policy);
    sw_zone_free(r->zone);
    sw_config_deinit(&r->config);
}
