#include "io/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "shiftwall/buf.h"

#define PATH_BYTES 4096
#define CANDIDATES_MAX 256 /* names of one log that are looked at */

#define LIST_TRIES 5       /* while somebody renames */

/* ---- names ---- */

enum kind { KIND_NONE, KIND_LIVE, KIND_PLAIN, KIND_GZ, KIND_UNREADABLE };

static bool ends_with(const char *text, size_t len, const char *end) {
    size_t end_len = strlen(end);
    return len > end_len && !memcmp(text + len - end_len, end, end_len);
}

/* What NAME is to the log BASE: digits behind a dot or a dash, as logrotate makes them (1, 20261123, 2026-11-23_10). */
static enum kind kind_of(const char *base, const char *name) {
    static const char *const others[] = {".bz2", ".xz", ".zst", ".lz4", ".Z", ".lzma"};
    size_t base_len = strlen(base), len = strlen(name);
    if (strncmp(name, base, base_len) != 0) return KIND_NONE;
    if (len == base_len) return KIND_LIVE;
    enum kind kind = KIND_PLAIN;
    if (ends_with(name, len, ".gz")) {
        kind = KIND_GZ;
        len -= 3;
    }
    for (size_t i = 0; kind == KIND_PLAIN && i < sizeof others / sizeof *others; i++) {
        if (!ends_with(name, len, others[i])) continue;
        kind = KIND_UNREADABLE;
        len -= strlen(others[i]);
    }
    if (len < base_len + 2 || !strchr(".-", name[base_len]) || name[base_len + 1] < '0' || name[base_len + 1] > '9') return KIND_NONE;
    return strspn(name + base_len + 1, "0123456789-._:T") >= len - base_len - 1 ? kind : KIND_NONE;
}

/* The time that begins a line: seconds, or the digits of "YYYY-MM-DD HH:MM:SS" as one number. -1 = none. */
static double time_of(const char *text, size_t len) {
    double value = 0;
    size_t digits = 0, at = 0;
    for (; at < len && text[at] != '|' && text[at] != '.'; at++) {
        if (text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + (text[at] - '0');
            digits++;
        } else if (!strchr("-: T", text[at]) || !text[at]) {
            return -1;
        }
        if (digits > 15) return -1;
    }
    return at < len && digits ? value : -1;
}

/* ---- one file ---- */

long sw_log_file_read(struct sw_log_file *file, uint64_t offset, char *data, size_t size) {
    if (file->is_unreadable) {
        errno = ENOTSUP;
        return -1;
    }
    if (file->gz) {
        if (gztell(file->gz) != (z_off_t)offset && gzseek(file->gz, (z_off_t)offset, SEEK_SET) != (z_off_t)offset) {
            errno = EIO;
            return -1;
        }
        errno = 0;
        int got = gzread(file->gz, data, (unsigned)size);
        if (got < 0 && !errno) errno = EIO;
        return got;
    }
    ssize_t got;
    do got = pread(file->fd, data, size, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got;
}

void sw_log_file_refresh(struct sw_log_file *file) {
    if (file->is_unreadable || file->head_len == sizeof file->head || (file->gz && file->head_len)) return;
    char head[SW_LOG_HEAD_BYTES];
    long got = sw_log_file_read(file, 0, head, sizeof head);
    /* of a file that was cut meanwhile it stays what it was */
    if (got <= 0 || (size_t)got < file->head_len || memcmp(head, file->head, file->head_len) != 0) return;
    memcpy(file->head, head, (size_t)got);
    file->head_len = (size_t)got;
    const char *at = file->head, *end = at + file->head_len;
    file->time = -1;
    while (at < end && (file->time = time_of(at, (size_t)(end - at))) < 0) { /* a damaged line may be the first */
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
}

struct sw_log_head sw_log_file_head(const struct sw_log_file *file) {
    return (struct sw_log_head){.hash = sw_log_hash(SW_LOG_HASH, file->head, file->head_len),
                                .len = (uint32_t)file->head_len,
                                .device = file->device,
                                .inode = file->inode};
}

static struct sw_log_file *open_file(const char *dir, const char *name, enum kind kind) {
    char path[PATH_BYTES];
    struct stat info;
    if (strlen(name) >= SW_LOG_NAME_MAX || (size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return NULL;
    if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
        close(fd);
        errno = EINVAL;
        return NULL;
    }
    struct sw_log_file *file = sw_xcalloc(1, sizeof *file);
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    file->fd = fd;
    file->is_live = kind == KIND_LIVE;
    file->is_unreadable = kind == KIND_UNREADABLE;
    file->device = (uint64_t)info.st_dev;
    file->inode = (uint64_t)info.st_ino;
    file->size = (int64_t)info.st_size;
    file->changed_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    file->time = -1;
    if (kind == KIND_GZ) {
        file->gz = gzdopen(fd, "rb"); /* owns fd from now on */
        SW_ASSERT(file->gz);
    }
    sw_log_file_refresh(file);
    return file;
}

void sw_log_file_close(struct sw_log_file *file) {
    if (!file) return;
    if (file->gz) (void)gzclose_r(file->gz);
    else close(file->fd);
    free(file);
}

/* ---- all of them ---- */

static void split_path(const char *path, char *dir, size_t size, const char **base) {
    const char *slash = strrchr(path, '/');
    *base = slash ? slash + 1 : path;
    if (!slash) (void)snprintf(dir, size, ".");
    else (void)snprintf(dir, size, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

struct sw_log_file *sw_log_file_open_live(const char *path) {
    char dir[PATH_BYTES];
    const char *base;
    split_path(path, dir, sizeof dir, &base);
    return open_file(dir, base, KIND_LIVE);
}

static int compare(const void *a, const void *b) {
    const struct sw_log_file *x = *(struct sw_log_file *const *)a, *y = *(struct sw_log_file *const *)b;
    if (x->is_live != y->is_live) return x->is_live ? 1 : -1;
    if (x->time >= 0 && y->time >= 0 && (x->time < y->time || x->time > y->time)) return x->time < y->time ? -1 : 1;
    if (x->changed_ns != y->changed_ns) return x->changed_ns < y->changed_ns ? -1 : 1;
    return strverscmp(y->name, x->name); /* .2 is older than .1 */
}

/* A .gz beside the plain file of the same name is being made of it; the same inode under two names was renamed while we looked. */
static bool is_known(const struct sw_log_file *const *files, size_t count, const struct sw_log_file *file) {
    size_t len = strlen(file->name);
    for (size_t i = 0; i < count; i++) {
        if (files[i]->device == file->device && files[i]->inode == file->inode) return true;
        if ((file->gz || file->is_unreadable) && strlen(files[i]->name) < len && !strncmp(files[i]->name, file->name, strlen(files[i]->name)) &&
            !files[i]->is_live && file->name[strlen(files[i]->name)] == '.' && strspn(file->name + strlen(files[i]->name) + 1, "0123456789") == 0)
            return true;
    }
    return false;
}

/* A file that begins as the live one does is a copy that is being made of it. */
static bool is_copy_of_live(const struct sw_log_file *file, const struct sw_log_file *live) {
    return !file->is_live && file->head_len && file->head_len <= live->head_len && !memcmp(file->head, live->head, file->head_len);
}

/* A sum over the names and inodes of the log's files: another one means that somebody rotates. */
static uint64_t fingerprint(const char *dir, const char *base) {
    DIR *folder = opendir(dir);
    struct dirent *entry;
    uint64_t sum = 0;
    while (folder && (entry = readdir(folder))) {
        if (kind_of(base, entry->d_name) == KIND_NONE) continue;
        uint64_t inode = (uint64_t)entry->d_ino;
        sum += sw_log_hash(sw_log_hash(SW_LOG_HASH, &inode, sizeof inode), entry->d_name, strlen(entry->d_name));
    }
    if (folder) closedir(folder);
    return sum;
}

static int open_kinds(const char *dir, const char *base, bool compressed, struct sw_log_file **files, size_t *count) {
    DIR *folder = opendir(dir);
    if (!folder) return -SW_EIO;
    struct dirent *entry;
    while (*count < CANDIDATES_MAX && (entry = readdir(folder))) {
        enum kind kind = kind_of(base, entry->d_name);
        if (kind == KIND_NONE || (kind >= KIND_GZ) != compressed) continue;
        struct sw_log_file *file = open_file(dir, entry->d_name, kind);
        bool useful = file && (file->is_live || file->is_unreadable || file->head_len);
        if (useful && !is_known((const struct sw_log_file *const *)files, *count, file)) files[(*count)++] = file;
        else sw_log_file_close(file);
    }
    closedir(folder);
    return 0;
}

static int open_once(const char *dir, const char *base, struct sw_log_files *out) {
    struct sw_log_file *files[CANDIDATES_MAX] = {NULL};
    size_t count = 0, kept = 0;
    int failed = open_kinds(dir, base, false, files, &count); /* plain ones first: they are better than a .gz of the same */
    if (!failed) failed = open_kinds(dir, base, true, files, &count);
    int error = errno;
    if (count) qsort(files, count, sizeof *files, compare);
    size_t skip = failed ? count : count > SW_LOG_FILES_MAX ? count - SW_LOG_FILES_MAX : 0;
    const struct sw_log_file *live = count && files[count - 1]->is_live ? files[count - 1] : NULL;
    for (size_t i = 0; i < count; i++) {
        if (i < skip || (live && is_copy_of_live(files[i], live))) sw_log_file_close(files[i]);
        else out->files[kept++] = files[i];
    }
    out->count = kept;
    errno = error;
    return failed;
}

int sw_log_files_open(const char *path, struct sw_log_files *out) {
    char dir[PATH_BYTES];
    const char *base;
    split_path(path, dir, sizeof dir, &base);
    for (int tries = LIST_TRIES;; tries--) {
        uint64_t before = fingerprint(dir, base);
        int failed = open_once(dir, base, out);
        if (failed || tries <= 1 || fingerprint(dir, base) == before) return failed;
        sw_log_files_close(out);
    }
}

struct sw_log_file *sw_log_files_take(struct sw_log_files *files, size_t index) {
    struct sw_log_file *file = files->files[index];
    files->files[index] = NULL;
    return file;
}

void sw_log_files_close(struct sw_log_files *files) {
    for (size_t i = 0; i < files->count; i++) sw_log_file_close(files->files[i]);
    files->count = 0;
}
