#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int from_errno(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR: return -SW_ENOENT;
    case EACCES:
    case EPERM: return -SW_EACCES;
    default: return -SW_EIO;
    }
}

static int read_all(int fd, struct sw_buf *out) {
    char chunk[16384];
    size_t before = out->len;
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got == 0) return 0;
        if (got > 0) {
            sw_buf_add(out, chunk, (size_t)got);
            if (out->failed) return -SW_ELIMIT;
        } else if (errno != EINTR) {
            out->len = before;
            return from_errno(errno);
        }
    }
}

int sw_file_read(const char *path, struct sw_buf *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return from_errno(errno);
    int failed = read_all(fd, out), why = errno;
    close(fd);
    errno = why;
    return failed;
}

static bool wanted(const char *name, const char *suffix) {
    size_t len = strlen(name), tail = strlen(suffix);
    return name[0] != '.' && len > tail && !strcmp(name + len - tail, suffix);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_name(char ***names, size_t count, const char *name) {
    *names = sw_xrealloc(*names, (count + 1) * sizeof **names);
    (*names)[count] = sw_xstrdup(name);
}

static void visit(const char *dir, const char *file,
                  void (*fn)(void *ctx, const char *path, const char *file), void *ctx) {
    size_t size = strlen(dir) + strlen(file) + 2;
    char *path = sw_xmalloc(size);
    snprintf(path, size, "%s/%s", dir, file);
    fn(ctx, path, file);
    free(path);
}

int sw_files_each(const char *dir, const char *suffix,
                  void (*fn)(void *ctx, const char *path, const char *file), void *ctx) {
    DIR *handle = opendir(dir);
    if (!handle) return from_errno(errno);
    char **names = NULL;
    size_t count = 0;
    bool too_many = false;
    for (const struct dirent *entry; !too_many && (entry = readdir(handle));) {
        if (!wanted(entry->d_name, suffix)) continue;
        too_many = count == SW_FILES_MAX;
        if (!too_many) add_name(&names, count++, entry->d_name);
    }
    closedir(handle);
    if (count) qsort(names, count, sizeof *names, by_bytes); /* readdir has no order of its own */
    for (size_t i = 0; i < count; i++) {
        if (!too_many) visit(dir, names[i], fn, ctx);
        free(names[i]);
    }
    free(names);
    if (!too_many) return 0;
    errno = EMFILE;
    return -SW_ELIMIT;
}
