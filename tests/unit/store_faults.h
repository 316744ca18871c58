/* A disk that fails, and a power cut: a layer under SQLite, between it and the operating system. Only for tests;
 * include cmocka first.
 *
 * Armed, it lets the n-th write or sync fail, or that and all later ones. And it keeps of every file what it had when it
 * was last synced (NAME.synced): all that is sure to be there after the power was cut. */
#ifndef STORE_FAULTS_H
#define STORE_FAULTS_H

#include "store_fixture.h"

enum fault { NO_FAULT, FULL_DISK, FAILING_SYNC };

static struct {
    enum fault fault;
    long at, calls; /* the call that fails, and how many there were */
    bool for_good;  /* all later ones, too */
    bool hit;
    bool keeps_synced;
} faults;

struct faulty_file {
    sqlite3_file base;
    const char *name;
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs, faulty_vfs;
static sqlite3_io_methods faulty_methods;

static bool fails(enum fault kind) {
    if (faults.fault != kind) return false;
    faults.calls++;
    bool now = faults.calls == faults.at || (faults.for_good && faults.calls > faults.at);
    faults.hit |= now;
    return now;
}

#define REAL(file) (((struct faulty_file *)(file))->real)
#define CALL(file, method, ...) REAL(file)->pMethods->method(REAL(file), ##__VA_ARGS__)

static int faulty_close(sqlite3_file *f) { return CALL(f, xClose); }
static int faulty_read(sqlite3_file *f, void *to, int size, sqlite3_int64 at) { return CALL(f, xRead, to, size, at); }

/* As on a full disk: half of it may have been written. */
static int faulty_write(sqlite3_file *f, const void *from, int size, sqlite3_int64 at) {
    if (!fails(FULL_DISK)) return CALL(f, xWrite, from, size, at);
    int code = CALL(f, xWrite, from, size / 2, at);
    return code ? code : SQLITE_FULL;
}

static int faulty_truncate(sqlite3_file *f, sqlite3_int64 size) { return CALL(f, xTruncate, size); }

static void keep_synced(sqlite3_file *f) {
    static char bytes[16 << 20];
    char name[256];
    sqlite3_int64 size = 0;
    if (CALL(f, xFileSize, &size) || size > (sqlite3_int64)sizeof bytes || CALL(f, xRead, bytes, (int)size, 0)) abort();
    snprintf(name, sizeof name, "%s.synced", ((struct faulty_file *)f)->name);
    FILE *copy = fopen(name, "wb");
    if (!copy || fwrite(bytes, 1, (size_t)size, copy) != (size_t)size || fclose(copy)) abort();
}

static int faulty_sync(sqlite3_file *f, int flags) {
    if (fails(FAILING_SYNC)) return SQLITE_IOERR_FSYNC;
    if (faults.keeps_synced && ((struct faulty_file *)f)->name) keep_synced(f);
    (void)flags;
    return SQLITE_OK; /* the machine goes on: no need to wait for its disk */
}

static int faulty_size(sqlite3_file *f, sqlite3_int64 *size) { return CALL(f, xFileSize, size); }
static int faulty_lock(sqlite3_file *f, int lock) { return CALL(f, xLock, lock); }
static int faulty_unlock(sqlite3_file *f, int lock) { return CALL(f, xUnlock, lock); }
static int faulty_check_lock(sqlite3_file *f, int *out) { return CALL(f, xCheckReservedLock, out); }
static int faulty_control(sqlite3_file *f, int op, void *arg) { return CALL(f, xFileControl, op, arg); }
static int faulty_sector(sqlite3_file *f) { return CALL(f, xSectorSize); }
static int faulty_device(sqlite3_file *f) { return CALL(f, xDeviceCharacteristics); }
static int faulty_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return CALL(f, xShmMap, page, size, extend, out);
}
static int faulty_shm_lock(sqlite3_file *f, int offset, int n, int flags) { return CALL(f, xShmLock, offset, n, flags); }
static void faulty_barrier(sqlite3_file *f) { CALL(f, xShmBarrier); }
static int faulty_unmap(sqlite3_file *f, int remove) { return CALL(f, xShmUnmap, remove); }

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    struct faulty_file *f = (struct faulty_file *)file;
    f->name = name;
    f->real = (sqlite3_file *)(f + 1);
    f->base.pMethods = NULL;
    int code = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
    if (!code) f->base.pMethods = &faulty_methods;
    return code;
}

/* From here on every file of SQLite is opened through the layer. */
static void install_faults(void) {
    real_vfs = sqlite3_vfs_find(NULL);
    faulty_methods = (sqlite3_io_methods){2,
                                          faulty_close,
                                          faulty_read,
                                          faulty_write,
                                          faulty_truncate,
                                          faulty_sync,
                                          faulty_size,
                                          faulty_lock,
                                          faulty_unlock,
                                          faulty_check_lock,
                                          faulty_control,
                                          faulty_sector,
                                          faulty_device,
                                          faulty_map,
                                          faulty_shm_lock,
                                          faulty_barrier,
                                          faulty_unmap,
                                          NULL,
                                          NULL};
    faulty_vfs = *real_vfs;
    faulty_vfs.zName = "faulty";
    faulty_vfs.pNext = NULL;
    faulty_vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
    faulty_vfs.xOpen = faulty_open;
    assert_int_equal(sqlite3_vfs_register(&faulty_vfs, 1), SQLITE_OK);
}

static void arm(enum fault fault, long at, bool for_good) {
    faults.fault = fault;
    faults.at = at;
    faults.for_good = for_good;
    faults.calls = 0;
    faults.hit = false;
}

static void disarm(void) { faults.fault = NO_FAULT; }

#endif
