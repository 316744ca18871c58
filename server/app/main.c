/* shiftwalld: the daemon. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/boards_dir.h"
#include "app/demo.h"
#include "app/options.h"
#include "codec/config.h"
#include "io/files.h"
#include "io/log.h"
#include "io/policy_file.h"
#include "io/zone_load.h"
#include "shiftwall/version.h"

#ifndef SW_SHARE_DIR
#define SW_SHARE_DIR "/usr/share/shiftwall"
#endif

/* A folder of the source tree the daemon is started in, else the installed one, else NULL. */
static char *share_dir(const char *in_tree, const char *installed) {
    if (!access(in_tree, R_OK)) return sw_xstrdup(in_tree);
    return access(installed, R_OK) ? NULL : sw_xstrdup(installed);
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

static int configure(struct sw_config *config, const struct sw_options *options) {
    sw_config_init(config);
    if (options->demo) sw_demo_configure(config);
    int failed = options->config ? read_file(config, options->config) : 0;
    if (options->listen) sw_config_set(&config->listen, options->listen);
    if (options->redis) sw_config_set(&config->redis, options->redis);
    if (options->data) sw_config_set(&config->data_dir, options->data);
    if (options->site) sw_config_set(&config->site_id, options->site);
    if (options->web) sw_config_set(&config->web_dir, options->web);
    if (!sw_config_is_site_id(config->site_id)) {
        fprintf(stderr, "shiftwalld: --site %s: must match [a-z0-9][a-z0-9-]{0,31}\n", config->site_id);
        failed = -SW_EINVAL;
    }
    if (!config->web_dir) config->web_dir = share_dir("web/dist", SW_SHARE_DIR "/web");
    if (!config->web_dir) fputs("shiftwalld: no web application is installed: only the API is served\n", stderr);
    config->built_in_boards = share_dir("web/boards", SW_SHARE_DIR "/boards");
    sw_log_set_level((enum sw_log_level)sw_log_level_from_name(config->log_level));
    return failed;
}

static int check(const struct sw_config *config) {
    struct sw_buf faults;
    sw_buf_init(&faults, 1u << 20);
    struct sw_zone *zone = sw_zone_load(config->zone);
    struct sw_boards *boards = sw_boards_load(config->built_in_boards, config->boards_dir, &faults);
    struct sw_policy policy;
    bool ruled = !sw_policy_load(&policy, config->policy, &faults);
    sw_policy_deinit(&policy);
    if (!zone) printf("zone: %s: no such time zone\n", config->zone);
    fputs(sw_buf_text(&faults), stdout);
    bool good = zone && boards && ruled;
    if (good) puts("the configuration, the policy and the boards are good");
    sw_zone_free(zone);
    sw_boards_free(boards);
    sw_buf_deinit(&faults);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    struct sw_options options;
    char error[256];
    if (sw_options_parse(argc, argv, &options, error, sizeof error)) {
        fprintf(stderr, "shiftwalld: %s\n", error);
        return 2;
    }
    if (options.help) sw_options_help(stdout);
    if (options.version) puts("shiftwalld " SW_VERSION);
    if (options.help || options.version) return 0;
    signal(SIGPIPE, SIG_IGN);
    struct sw_config config;
    int status = configure(&config, &options) ? 1 : options.check ? check(&config) : sw_app_run(&config, &options);
    sw_config_deinit(&config);
    return status;
}
