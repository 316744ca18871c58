/* Lets one in N allocations fail that libraries which read input ask for: what comes from outside must end in an error, not in
 * a crash. Our own code ends the program when memory is out, and is left alone; so is hiredis 0.14, which ends it by an
 * assertion when it cannot note a callback: from the outside that is a kill -9, which has a fault of its own here.
 *
 * ALLOC_FAULT_FILE names a file with N as text (0: none fail); it is looked at every so many calls. ALLOC_FAULT_SEED. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGES 16

static struct {
    uintptr_t from, to;
} ranges[RANGES];
static int range_count = -1;
static uint64_t dice = 88172645463325252u, calls;
static long one_in;

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx) {
    static const char *const names[] = {"libcjson", "libyaml"};
    (void)size, (void)ctx;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!info->dlpi_name || !strstr(info->dlpi_name, names[i])) continue;
        for (int p = 0; p < info->dlpi_phnum && range_count < RANGES; p++) {
            if (info->dlpi_phdr[p].p_type != PT_LOAD) continue;
            ranges[range_count].from = info->dlpi_addr + info->dlpi_phdr[p].p_vaddr;
            ranges[range_count].to = ranges[range_count].from + info->dlpi_phdr[p].p_memsz;
            range_count++;
        }
    }
    return 0;
}

static void look(void) {
    const char *path = getenv("ALLOC_FAULT_FILE");
    FILE *file = path ? fopen(path, "r") : NULL;
    char text[32] = "0";
    if (file) {
        if (!fgets(text, sizeof text, file)) text[0] = '0';
        fclose(file);
    }
    one_in = atol(text);
}

static int fails(void *caller) {
    static __thread int inside;
    if (inside) return 0;
    inside = 1;
    if (range_count < 0) {
        const char *seed = getenv("ALLOC_FAULT_SEED");
        if (seed) dice ^= (uint64_t)atoll(seed) * 0x9E3779B97F4A7C15u;
        range_count = 0;
        dl_iterate_phdr(note_library, NULL);
    }
    int failing = 0;
    for (int i = 0; i < range_count && !failing; i++) failing = (uintptr_t)caller >= ranges[i].from && (uintptr_t)caller < ranges[i].to;
    if (failing) {
        if (calls++ % 256 == 0) look();
        dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
        failing = one_in > 0 && dice % (uint64_t)one_in == 0;
    }
    inside = 0;
    return failing;
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *at, size_t size);

void *malloc(size_t size) { return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size); }
void *realloc(void *at, size_t size) { return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(at, size); }
