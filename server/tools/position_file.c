#include "tools/position_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shiftwall/buf.h"

#define PATH_BYTES 4096

struct sw_position_file {
    char path[PATH_BYTES], beside[PATH_BYTES];
    int dir, lock;
    uint64_t written; /* a sum of what was written last; 0 = nothing yet */
};

struct sw_position_file *sw_position_file_open(const char *dir, const char *src, char *error, size_t size) {
    struct sw_position_file *file = sw_xcalloc(1, sizeof *file);
    char name[300], lock[PATH_BYTES];
    size_t len = 0;
    for (; len < sizeof name - 1 && src[len]; len++) { /* whatever may not stand in a file's name */
        unsigned char c = (unsigned char)src[len];
        name[len] = (c < 128 && (c <= ' ' || strchr("/\\:*?\"<>|", c))) ? '_' : (char)c;
    }
    name[len] = '\0';
    file->lock = -1;
    int need = snprintf(file->path, sizeof file->path, "%s/source-%s.position", dir, name);
    bool fits = need > 0 && (size_t)need + 8 < sizeof file->path;
    (void)snprintf(file->beside, sizeof file->beside, "%.*s.new", PATH_BYTES - 8, file->path);
    (void)snprintf(lock, sizeof lock, "%.*s.lock", PATH_BYTES - 8, file->path);
    file->dir = fits ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (!fits) errno = ENAMETOOLONG;
    if (file->dir >= 0) file->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->lock < 0) {
        (void)snprintf(error, size, "%s: %s", file->dir < 0 ? dir : lock, strerror(errno));
    } else if (flock(file->lock, LOCK_EX | LOCK_NB)) {
        (void)snprintf(error, size, "%s: another process follows this log with this folder and this --src", lock);
    } else {
        return file;
    }
    sw_position_file_close(file);
    return NULL;
}

void sw_position_file_close(struct sw_position_file *file) {
    if (!file) return;
    if (file->lock >= 0) close(file->lock);
    if (file->dir >= 0) close(file->dir);
    free(file);
}

const char *sw_position_file_path(const struct sw_position_file *file) { return file->path; }

int sw_position_file_read(const struct sw_position_file *file, struct sw_log_mark *mark, int64_t *changed_ms) {
    char text[SW_LOG_MARK_BYTES_MAX + 1];
    struct stat info;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return errno == ENOENT ? -SW_ENOENT : -SW_EIO;
    ssize_t got = read(fd, text, sizeof text);
    int failed = got < 0 || fstat(fd, &info) ? -SW_EIO : 0, error = errno;
    close(fd);
    errno = error;
    if (failed) return failed;
    *changed_ms = (int64_t)info.st_mtim.tv_sec * 1000;
    return sw_log_mark_read(text, (size_t)got, mark);
}

int sw_position_file_put_aside(const struct sw_position_file *file) {
    char aside[PATH_BYTES + 16];
    (void)snprintf(aside, sizeof aside, "%s.damaged", file->path);
    return rename(file->path, aside) ? -SW_EIO : 0;
}

int sw_position_file_write(struct sw_position_file *file, const struct sw_log_mark *mark) {
    struct sw_buf text;
    sw_buf_init(&text, SW_LOG_MARK_BYTES_MAX);
    sw_log_mark_write(mark, &text);
    SW_ASSERT(!text.failed);
    uint64_t sum = sw_log_hash(SW_LOG_HASH, text.data, text.len);
    if (sum == file->written) {
        sw_buf_deinit(&text);
        return 0;
    }
    int fd = open(file->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    errno = fd < 0 ? errno : ENOSPC; /* what a short write means */
    bool good = fd >= 0 && write(fd, text.data, text.len) == (ssize_t)text.len && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0 && close(fd)) good = false;
    sw_buf_deinit(&text);
    if (good && rename(file->beside, file->path) == 0) {
        file->written = sum;
        return fsync(file->dir) ? -SW_EIO : 0;
    }
    if (good) error = errno;
    (void)unlink(file->beside);
    errno = error;
    return -SW_EIO;
}
