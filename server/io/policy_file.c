#include "io/policy_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/policy_yaml.h"
#include "io/files.h"

#ifndef SW_SHARE_DIR
#define SW_SHARE_DIR "/usr/share/shiftwall"
#endif
#define PATH_BYTES_MAX 4096

static void path_of(const char *name, char *out, size_t size) {
    bool preset = !strpbrk(name, "/.");
    (void)snprintf(out, size, preset ? "deploy/policies/%s.yaml" : "%s", name);
    if (preset && access(out, R_OK)) (void)snprintf(out, size, SW_SHARE_DIR "/policies/%s.yaml", name);
}

int sw_policy_load(struct sw_policy *policy, const char *name, struct sw_buf *faults) {
    sw_policy_init(policy);
    if (!name) return 0;
    char path[PATH_BYTES_MAX];
    path_of(name, path, sizeof path);
    struct sw_buf yaml;
    sw_buf_init(&yaml, SW_POLICY_BYTES_MAX);
    int failed = sw_file_read(path, &yaml);
    if (failed == -SW_ELIMIT) sw_buf_printf(faults, "%s: larger than %u bytes\n", path, SW_POLICY_BYTES_MAX);
    else if (failed) sw_buf_printf(faults, "%s: %s\n", path, strerror(errno));
    else failed = sw_policy_read(policy, path, sw_buf_text(&yaml), yaml.len, faults);
    sw_buf_deinit(&yaml);
    return failed;
}
