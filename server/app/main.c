/* shiftwalld: the daemon. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/boards_dir.h"
#include "app/options.h"
#include "codec/config.h"
#include "io/files.h"
#include "io/log.h"
#include "io/zone_load.h"
#include "shiftwall/version.h"

#ifndef SW_SHARE_DIR
#define SW_SHARE_DIR "/usr/share/shiftwall"
#endif

/* The folder NAME of the web application: beside the source tree of a build, else where it is installed. */
static char *share_dir(const char *in_tree, const char *installed) {
    return sw_xstrdup(access(in_tree, R_OK) == 0 ? in_tree : installed);
}

static int read_file(struct sw_config *config, const char *path) {
    struct sw_buf yaml, faults;
    sw_buf_init(&yaml, SW_CONFIG_BYTES_MAX);
    sw_buf_init(&faults, 1u << 20);
    int failed = sw_file_read(path, &yaml);
    if (failed)
        fprintf(stderr, "%s: %s\n", path, failed == -SW_ELIMIT ? "too large for a configuration" : strerror(errno));
    else if ((failed = sw_config_read(config, path, sw_buf_text(&yaml), yaml.len, &faults)))
        fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&yaml);
    sw_buf_deinit(&faults);
    return failed;
}

static void set_demo_defaults(struct sw_config *config) {
    sw_config_set(&config->site_name, "示范呼叫中心 Demo");
    config->names = true;
    sw_config_set(&config->zone, "Asia/Shanghai");
}

static int configure(struct sw_config *config, const struct sw_options *options) {
    sw_config_init(config);
    if (options->demo) set_demo_defaults(config);
    int failed = options->config ? read_file(config, options->config) : 0;
    sw_options_override(options, config);
    if (!config->web_dir) config->web_dir = share_dir("web/dist", SW_SHARE_DIR "/web");
    if (!config->boards_dir) config->boards_dir = share_dir("web/boards", SW_SHARE_DIR "/boards");
    enum sw_log_level level = SW_LOG_INFO;
    if (!sw_log_level_parse(config->log_level, &level)) sw_log_init(level);
    return failed;
}

static int check(const struct sw_config *config) {
    struct sw_buf faults;
    sw_buf_init(&faults, 1u << 20);
    struct sw_zone *zone = NULL;
    int unknown = sw_zone_load(config->zone, &zone);
    struct sw_boards *boards = sw_boards_load(config->boards_dir, &faults);
    if (unknown) printf("zone: %s: no such time zone\n", config->zone);
    fputs(sw_buf_text(&faults), stdout);
    bool good = zone && boards;
    if (good) puts("the configuration and the boards are good");
    sw_zone_free(zone);
    sw_boards_free(boards);
    sw_buf_deinit(&faults);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    struct sw_options options;
    struct sw_buf fault;
    sw_buf_init(&fault, 4096);
    if (sw_options_parse(&options, argc, argv, &fault)) {
        fprintf(stderr, "shiftwalld: %s\n", sw_buf_text(&fault));
        sw_buf_deinit(&fault);
        return 2;
    }
    sw_buf_deinit(&fault);
    if (options.action == SW_ACTION_HELP) fputs(sw_options_help(), stdout);
    if (options.action == SW_ACTION_VERSION) puts("shiftwalld " SW_VERSION);
    if (options.action == SW_ACTION_HELP || options.action == SW_ACTION_VERSION) return 0;
    signal(SIGPIPE, SIG_IGN);
    struct sw_config config;
    int status = 2;
    if (!configure(&config, &options))
        status = options.action == SW_ACTION_CHECK ? check(&config) : sw_app_run(&config, &options);
    sw_config_deinit(&config);
    return status;
}
