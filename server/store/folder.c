/* The folder a file is in. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_internal.h"

/* Calls CALL for the folder of PATH; errno is the call's. */
static int with_folder(const char *path, int (*call)(const char *folder)) {
    const char *slash = strrchr(path, '/');
    size_t len = slash && slash > path ? (size_t)(slash - path) : 1;
    char *folder = sw_xmalloc(len + 1);
    memcpy(folder, slash ? path : ".", len);
    folder[len] = '\0';
    int result = call(folder);
    int number = errno;
    free(folder);
    errno = number;
    return result;
}

static int make_folder(const char *folder) { return mkdir(folder, 0700); }

static int sync_folder(const char *folder) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -1;
    int result = fsync(fd);
    close(fd);
    return result;
}

int sw__store_make_folder(const char *path) { return with_folder(path, make_folder); }

int sw__store_sync_folder(const char *path) { return with_folder(path, sync_folder); }
