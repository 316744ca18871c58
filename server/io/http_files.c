/* The files of the web application: read once, served from memory, found by their exact path only. */
#include "io/http_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER_DEPTH_MAX 4
#define FILE_PATH_MAX 1024

struct load {
    struct sw_http_files *files;
    char *error;
    size_t error_size;
};

static int fail(struct load *load, int code, const char *path, const char *what) {
    snprintf(load->error, load->error_size, "%s: %s", path, what);
    return code;
}

static const char *content_type_of(const char *path) {
    static const struct {
        const char *suffix, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".json", "application/json"},
                 {".webmanifest", "application/manifest+json"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".ico", "image/x-icon"},
                 {".woff2", "font/woff2"},
                 {".mp3", "audio/mpeg"},
                 {".wav", "audio/wav"},
                 {".txt", "text/plain; charset=utf-8"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i].suffix) == 0) return types[i].type;
    return "application/octet-stream";
}

/* True for the names a bundler makes of the content, like /assets/main-VO7VLE6Q.js: they may be cached for
 * ever. */
static bool name_has_hash(const char *path) {
    if (strncmp(path, "/assets/", 8) != 0) return false;
    const char *dot = strrchr(path, '.'), *p = dot;
    bool telling = false;
    if (!dot) return false;
    while (p > path && p[-1] != '-' && p[-1] != '.' && p[-1] != '/') {
        p--;
        bool upper = *p >= 'A' && *p <= 'Z', digit = *p >= '0' && *p <= '9';
        if (!upper && !digit && !(*p >= 'a' && *p <= 'z')) return false;
        telling = telling || upper || digit;
    }
    return telling && dot - p >= 8 && p[-1] != '/';
}

/* FNV-1a, 64 bits, and the length: names a content among the few a file ever has. */
static void hash_content(const char *data, size_t len, char out[24]) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++) hash = (hash ^ (unsigned char)data[i]) * UINT64_C(1099511628211);
    snprintf(out, 24, "%016llx%06zx", (unsigned long long)hash, len & 0xFFFFFF);
}

static int compare_files(const void *a, const void *b) {
    return strcmp(((const struct sw_http_file *)a)->path, ((const struct sw_http_file *)b)->path);
}

static struct sw_http_file *file_of(struct sw_http_files *files, const char *path, size_t len) {
    for (uint32_t i = 0; i < files->count; i++)
        if (strlen(files->files[i].path) == len && memcmp(files->files[i].path, path, len) == 0)
            return &files->files[i];
    return NULL;
}

static struct sw_http_file *file_add(struct sw_http_files *files, const char *path, size_t len) {
    struct sw_http_file *file = file_of(files, path, len);
    if (file) return file;
    if (files->count == SW_HTTP_STATIC_FILES_MAX) return NULL;
    if (files->count == files->size) {
        files->size = files->size ? files->size * 2 : 32;
        files->files = sw_xrealloc(files->files, files->size * sizeof *files->files);
    }
    file = &files->files[files->count++];
    memset(file, 0, sizeof *file);
    file->path = sw_xmalloc(len + 1);
    memcpy(file->path, path, len);
    file->path[len] = '\0';
    return file;
}

/* Reads DISK, which is served as PATH (or as a compressed form of PATH without its suffix). */
static int load_file(struct load *load, const char *disk, const char *path, size_t bytes) {
    struct sw_http_files *files = load->files;
    size_t len = strlen(path);
    enum sw_http_coding coding = SW_HTTP_IDENTITY;
    if (len > 3 && strcmp(path + len - 3, ".br") == 0) coding = SW_HTTP_BROTLI;
    if (len > 3 && strcmp(path + len - 3, ".gz") == 0) coding = SW_HTTP_GZIP;
    if (coding != SW_HTTP_IDENTITY) len -= 3;
    if (bytes > SW_HTTP_STATIC_BYTES_MAX - files->bytes) return fail(load, -SW_ELIMIT, disk, "too large");
    struct sw_http_file *file = file_add(files, path, len);
    if (!file) return fail(load, -SW_ELIMIT, disk, "too many files");
    FILE *f = fopen(disk, "rbe");
    if (!f) return fail(load, -SW_EIO, disk, strerror(errno));
    char *data = sw_xmalloc(bytes + 1);
    size_t got = fread(data, 1, bytes, f);
    bool whole = got == bytes && !ferror(f);
    fclose(f);
    if (!whole) {
        free(data);
        return fail(load, -SW_EIO, disk, "cannot be read whole");
    }
    files->bytes += bytes;
    free(file->coding[coding].data);
    file->coding[coding].data = data;
    file->coding[coding].len = bytes;
    return 0;
}

/* Reads a folder; at the top only plain files and assets/, below that everything. PATH is "" at the top. */
static int load_folder(struct load *load, const char *disk, const char *path, unsigned depth) {
    DIR *dir = opendir(disk);
    if (!dir) return fail(load, -SW_EIO, disk, strerror(errno));
    int r = 0;
    struct dirent *entry;
    while (r == 0 && (entry = readdir(dir))) {
        char sub_disk[FILE_PATH_MAX], sub_path[FILE_PATH_MAX];
        struct stat st;
        const char *name = entry->d_name, *dot = strrchr(name, '.');
        if (name[0] == '.' || (dot && strcmp(dot, ".map") == 0)) continue;
        int a = snprintf(sub_disk, sizeof sub_disk, "%s/%s", disk, name);
        int b = snprintf(sub_path, sizeof sub_path, "%s/%s", path, name);
        if (a < 0 || (size_t)a >= sizeof sub_disk || b < 0 || (size_t)b >= sizeof sub_path) {
            r = fail(load, -SW_ELIMIT, disk, "path too long");
        } else if (stat(sub_disk, &st) != 0) {
            r = fail(load, -SW_EIO, sub_disk, strerror(errno));
        } else if (S_ISDIR(st.st_mode)) {
            if (depth == 0 ? strcmp(name, "assets") == 0 : depth < FOLDER_DEPTH_MAX)
                r = load_folder(load, sub_disk, sub_path, depth + 1);
        } else if (S_ISREG(st.st_mode)) {
            r = load_file(load, sub_disk, sub_path, (size_t)st.st_size);
        }
    }
    closedir(dir);
    return r;
}

int sw__http_files_load(struct sw_http_files *files, const char *dir, char *error, size_t size) {
    struct load load = {.files = files, .error = error, .error_size = size};
    int r = load_folder(&load, dir, "", 0);
    if (r < 0) return r;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < files->count; i++) {
        struct sw_http_file file = files->files[i];
        if (!file.coding[SW_HTTP_IDENTITY].data) { /* compressed only: not ours */
            for (int c = 0; c < SW_HTTP_CODINGS; c++) free(file.coding[c].data);
            free(file.path);
            continue;
        }
        file.content_type = content_type_of(file.path);
        file.immutable = name_has_hash(file.path);
        hash_content(file.coding[SW_HTTP_IDENTITY].data, file.coding[SW_HTTP_IDENTITY].len, file.hash);
        files->files[kept++] = file;
    }
    files->count = kept;
    if (kept) qsort(files->files, kept, sizeof *files->files, compare_files);
    if (!sw__http_files_find(files, "/")) return fail(&load, -SW_EIO, dir, "has no index.html");
    return 0;
}

void sw__http_files_free(struct sw_http_files *files) {
    for (uint32_t i = 0; i < files->count; i++) {
        for (int c = 0; c < SW_HTTP_CODINGS; c++) free(files->files[i].coding[c].data);
        free(files->files[i].path);
    }
    free(files->files);
    *files = (struct sw_http_files){0};
}

const struct sw_http_file *sw__http_files_find(const struct sw_http_files *files, const char *path) {
    bool route = strcmp(path, "/") == 0 || strcmp(path, "/console") == 0 || strcmp(path, "/pair") == 0 ||
                 strncmp(path, "/wall/", 6) == 0;
    char index[] = "/index.html";
    struct sw_http_file key = {.path = route ? index : (char *)(uintptr_t)path};
    if (files->count == 0) return NULL;
    return bsearch(&key, files->files, files->count, sizeof key, compare_files);
}
