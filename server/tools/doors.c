#include "tools/doors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "codec/config.h"
#include "io/files.h"
#include "shiftwall/buf.h"

static int read_config(const char *tool, const char *path, struct sw_config *config) {
    struct sw_buf text, faults;
    sw_buf_init(&text, SW_CONFIG_BYTES_MAX);
    sw_buf_init(&faults, 1u << 20);
    int failed = sw_file_read(path, &text);
    if (failed) fprintf(stderr, "shiftwall %s: %s: %s\n", tool, path, strerror(errno));
    else if ((failed = sw_config_read(config, path, sw_buf_text(&text), text.len, &faults))) fputs(sw_buf_text(&faults), stderr);
    sw_buf_deinit(&text);
    sw_buf_deinit(&faults);
    return failed;
}

/* What root makes in the daemon's folder would be out of the daemon's reach: be who owns the folder. */
static void become_owner(const char *dir) {
    struct stat folder;
    if (geteuid() != 0 || stat(dir, &folder) || folder.st_uid == 0) return;
    if (setegid(folder.st_gid) || seteuid(folder.st_uid)) perror("shiftwall: becoming the owner of the data folder");
}

int sw__doors_open(const char *tool, const struct sw_tool_args *args, struct sw__doors *doors) {
    const char *config = sw_tool_option(args, "--config"), *dir = sw_tool_option(args, "--data"), *site = sw_tool_option(args, "--site");
    struct sw_config read;
    char error[1024];
    sw_config_init(&read);
    *doors = (struct sw__doors){0};
    int failed = config && read_config(tool, config, &read) ? SW_TOOL_INPUT : 0;
    if (!dir) dir = read.data_dir;
    if (!site) site = read.site_id;
    if (!failed && !dir) {
        fprintf(stderr, "shiftwall %s: --data DIR, or --config FILE with a data_dir, is needed (see --help)\n", tool);
        failed = SW_TOOL_USAGE;
    }
    if (!failed) {
        struct sw_buf path;
        sw_buf_init(&path, 8192);
        sw_buf_printf(&path, "%s/shiftwall.db", dir);
        become_owner(dir);
        doors->site = sw_xstrdup(site);
        if (sw_store_open(sw_buf_text(&path), &doors->store, error, sizeof error)) {
            fprintf(stderr, "shiftwall %s: %s\n", tool, error);
            failed = SW_TOOL_INPUT;
        }
        sw_buf_deinit(&path);
    }
    sw_config_deinit(&read);
    if (failed) sw__doors_close(doors);
    return failed;
}

void sw__doors_close(struct sw__doors *doors) {
    sw_store_close(doors->store);
    free(doors->site);
    *doors = (struct sw__doors){0};
}

int64_t sw__doors_now_ms(void) {
    struct timeval now;
    gettimeofday(&now, NULL);
    return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

const char *sw__doors_user(void) {
    const char *user = getenv("SUDO_USER");
    if (!user) user = getenv("USER");
    return user && *user ? user : "root";
}

int sw__doors_record(const struct sw__doors *doors, const char *kind, const char *key, const char *body) {
    struct sw_record record = {.at_ms = sw__doors_now_ms(), .kind = kind, .key = key, .by = sw__doors_user(),
                               .role = "command line", .body = body};
    return sw_store_append(doors->store, doors->site, &record, 1, NULL);
}

bool sw__doors_read_line(const char *prompt, char *out, size_t size) {
    struct termios before, quiet;
    bool tty = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &before);
    if (tty) {
        fputs(prompt, stderr);
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool got = fgets(out, (int)size, stdin) != NULL;
    if (tty) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputs("\n", stderr);
    }
    if (got) out[strcspn(out, "\r\n")] = '\0';
    return got && *out;
}

void sw__doors_time(int64_t t_ms, char out[SW__DOORS_TIME_SIZE]) {
    time_t seconds = (time_t)(t_ms / 1000);
    struct tm utc;
    if (!t_ms || !gmtime_r(&seconds, &utc) || !strftime(out, SW__DOORS_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc))
        (void)snprintf(out, SW__DOORS_TIME_SIZE, "never");
}
