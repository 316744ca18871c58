#include "app/roster_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "codec/roster_csv.h"
#include "io/files.h"
#include "io/log.h"

#define LOOK_MS 3000
#define SETTLED_S 2 /* a file written to just now may not be whole */
#define TEXT_BYTES_MAX 65536

/* A file, as it was when it was read last. */
struct file {
    char *path;
    struct timespec changed;
    off_t size;
    ino_t inode;
    bool is_new, refused;
    struct sw_roster roster; /* when new and not refused */
    struct sw_buf faults, remarks;
};

struct sw_roster_dir {
    struct sw_roster_dir_options options;
    uv_timer_t timer;
    uv_work_t work;
    bool looking, closing, at_start;
    int failed; /* errno of the folder, 0 = it could be listed */
    bool told_failed;
    struct file *files; /* the worker's while `looking` */
    size_t count;
};

static struct file *file_of(struct sw_roster_dir *dir, const char *path) {
    for (size_t i = 0; i < dir->count; i++)
        if (!strcmp(dir->files[i].path, path)) return &dir->files[i];
    dir->files = sw_xrealloc(dir->files, (dir->count + 1) * sizeof *dir->files);
    struct file *file = &dir->files[dir->count++];
    *file = (struct file){.path = sw_xstrdup(path)};
    sw_buf_init(&file->faults, TEXT_BYTES_MAX);
    sw_buf_init(&file->remarks, TEXT_BYTES_MAX);
    return file;
}

static bool is_same(const struct file *file, const struct stat *now) {
    return file->changed.tv_sec == now->st_mtim.tv_sec && file->changed.tv_nsec == now->st_mtim.tv_nsec &&
           file->size == now->st_size && file->inode == now->st_ino;
}

static void read_file(struct sw_roster_dir *dir, struct file *file) {
    struct sw_buf csv;
    sw_buf_init(&csv, SW_ROSTER_BYTES_MAX);
    sw_buf_clear(&file->faults);
    sw_buf_clear(&file->remarks);
    int failed = sw_file_read(file->path, &csv);
    if (failed) sw_buf_printf(&file->faults, "%s: %s\n", file->path, failed == -SW_ELIMIT ? "too large" : strerror(errno));
    else failed = sw_roster_read(&file->roster, dir->options.zone, file->path, sw_buf_text(&csv), csv.len, &file->faults,
                                 &file->remarks);
    file->refused = failed != 0;
    file->is_new = true;
    sw_buf_deinit(&csv);
}

static void look_at(void *ctx, const char *path, const char *name) {
    struct sw_roster_dir *dir = ctx;
    (void)name;
    struct stat now;
    if (stat(path, &now)) return; /* gone between listing and looking */
    struct file *file = file_of(dir, path);
    bool settled = dir->at_start || time(NULL) - now.st_mtim.tv_sec >= SETTLED_S;
    if (is_same(file, &now) || !settled) return;
    file->changed = now.st_mtim;
    file->size = now.st_size;
    file->inode = now.st_ino;
    read_file(dir, file);
}

/* In a worker. */
static void look(uv_work_t *work) {
    struct sw_roster_dir *dir = work->data;
    dir->failed = sw_files_each(dir->options.dir, ".csv", look_at, dir) ? errno : 0;
}

static int by_time(const void *a, const void *b) {
    const struct file *x = *(const struct file *const *)a, *y = *(const struct file *const *)b;
    if (x->changed.tv_sec != y->changed.tv_sec) return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
    if (x->changed.tv_nsec != y->changed.tv_nsec) return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
    return strcmp(x->path, y->path);
}

static void tell_lines(enum sw_log_level level, const char *event, const struct sw_buf *lines) {
    for (const char *at = sw_buf_text(lines); *at;) {
        size_t len = strcspn(at, "\n");
        char *line = strndup(at, len);
        SW_ASSERT(line != NULL);
        sw_log(level, event, "text=%s", line);
        free(line);
        at += len + (at[len] == '\n');
    }
}

static void deliver(struct sw_roster_dir *dir, struct file *file) {
    file->is_new = false;
    if (!file->refused && dir->options.roster(dir->options.ctx, &file->roster)) {
        sw_buf_printf(&file->faults, "%s: too many agents\n", file->path);
        file->refused = true;
    }
    if (file->refused) tell_lines(SW_LOG_ERROR, "roster.refused", &file->faults);
    else sw_log(SW_LOG_INFO, "roster.read", "file=%s shifts=%zu", file->path, file->roster.count);
    tell_lines(SW_LOG_WARN, "roster.remark", &file->remarks);
    sw_roster_deinit(&file->roster);
}

static void deliver_all(struct sw_roster_dir *dir) {
    struct file **fresh = sw_xmalloc((dir->count + 1) * sizeof *fresh);
    size_t count = 0;
    for (size_t i = 0; i < dir->count; i++)
        if (dir->files[i].is_new) fresh[count++] = &dir->files[i];
    qsort(fresh, count, sizeof *fresh, by_time);
    for (size_t i = 0; i < count; i++) deliver(dir, fresh[i]);
    free(fresh);
    if (dir->failed && !dir->told_failed)
        sw_log(SW_LOG_ERROR, "roster.dir", "dir=%s text=%s", dir->options.dir, strerror(dir->failed));
    dir->told_failed = dir->failed != 0;
}

static void release(struct sw_roster_dir *dir) {
    for (size_t i = 0; i < dir->count; i++) {
        free(dir->files[i].path);
        sw_roster_deinit(&dir->files[i].roster);
        sw_buf_deinit(&dir->files[i].faults);
        sw_buf_deinit(&dir->files[i].remarks);
    }
    free(dir->files);
    free(dir);
}

static void on_closed(uv_handle_t *handle) {
    struct sw_roster_dir *dir = handle->data;
    if (!dir->looking) release(dir);
}

static void on_looked(uv_work_t *work, int status) {
    struct sw_roster_dir *dir = work->data;
    dir->looking = false;
    if (dir->closing) {
        if (!uv_is_closing((uv_handle_t *)&dir->timer)) return;
        release(dir);
    } else if (!status) deliver_all(dir);
}

static void on_timer(uv_timer_t *timer) {
    struct sw_roster_dir *dir = timer->data;
    if (dir->looking) return;
    dir->looking = !uv_queue_work(timer->loop, &dir->work, look, on_looked);
}

struct sw_roster_dir *sw_roster_dir_new(uv_loop_t *loop, const struct sw_roster_dir_options *options) {
    struct sw_roster_dir *dir = sw_xcalloc(1, sizeof *dir);
    dir->options = *options;
    dir->work.data = dir;
    uv_timer_init(loop, &dir->timer);
    dir->timer.data = dir;
    dir->at_start = true;
    look(&dir->work);
    deliver_all(dir);
    dir->at_start = false;
    uv_timer_start(&dir->timer, on_timer, LOOK_MS, LOOK_MS);
    return dir;
}

void sw_roster_dir_close(struct sw_roster_dir *dir) {
    if (!dir) return;
    dir->closing = true;
    uv_close((uv_handle_t *)&dir->timer, on_closed);
}

size_t sw_roster_dir_refused(const struct sw_roster_dir *dir) {
    size_t refused = 0;
    for (size_t i = 0; dir && i < dir->count; i++) refused += dir->files[i].refused;
    return refused;
}
