#include "io/zone_load.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "shiftwall/buf.h"

#define ZONEINFO "/usr/share/zoneinfo/"
#define NAME_MAX_BYTES 64
#define DAY_S INT64_C(86400)
#define FIRST_S INT64_C(0)
#define LAST_S (INT64_C(51135) * DAY_S) /* 2110-01-01 */

/* As the database names its zones: parts of letters, digits, + - and _, none of them hidden or upwards. */
static bool is_zone_name(const char *name) {
    size_t len = strlen(name);
    if (!len || len > NAME_MAX_BYTES || name[0] == '/' || name[len - 1] == '/') return false;
    if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_/") != len)
        return false;
    if (strstr(name, "//")) return false;
    return strncmp(name, "right/", 6) != 0; /* these count leap seconds, unlike our clock */
}

static bool is_zone_file(const char *path) {
    struct stat status;
    if (stat(path, &status) || !S_ISREG(status.st_mode)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char magic[4];
    bool ok = fread(magic, 1, sizeof magic, file) == sizeof magic && !memcmp(magic, "TZif", sizeof magic);
    fclose(file);
    return ok;
}

static int64_t offset_s(int64_t t_s) {
    time_t t = (time_t)t_s;
    struct tm local;
    return localtime_r(&t, &local) ? (int64_t)local.tm_gmtoff : 0;
}

/* Walks the years day by day and, where the offset has changed, finds the second of the change. */
static struct sw_zone *probe(const char *name) {
    struct sw_transition *found = NULL;
    size_t count = 0, size = 0;
    int64_t first = offset_s(FIRST_S), offset = first;
    for (int64_t day = FIRST_S; day < LAST_S; day += DAY_S) {
        int64_t from = day, next = offset_s(day + DAY_S);
        while (offset != next) { /* more than once only if the offset changes twice in a day */
            int64_t low = from, high = day + DAY_S;
            while (high - low > 1) {
                int64_t middle = low + (high - low) / 2;
                if (offset_s(middle) == offset)
                    low = middle;
                else
                    high = middle;
            }
            if (count == size) found = sw_xrealloc(found, (size = size ? 2 * size : 64) * sizeof *found);
            offset = offset_s(high);
            found[count++] = (struct sw_transition){high * 1000, offset * 1000};
            from = high;
        }
    }
    struct sw_zone *zone = sw_zone_new(name, first * 1000, found, count);
    free(found);
    return zone;
}

struct sw_zone *sw_zone_load(const char *name) {
    if (!strcmp(name, "UTC")) return sw_zone_utc();
    if (!is_zone_name(name)) return NULL;
    char setting[sizeof ZONEINFO + NAME_MAX_BYTES + 1];
    snprintf(setting, sizeof setting, ":%s%s", ZONEINFO, name);
    if (!is_zone_file(setting + 1)) return NULL;
    const char *before = getenv("TZ");
    char *saved = before ? sw_xstrdup(before) : NULL;
    SW_ASSERT(setenv("TZ", setting, 1) == 0);
    tzset();
    struct sw_zone *zone = probe(name);
    if (saved)
        SW_ASSERT(setenv("TZ", saved, 1) == 0);
    else
        SW_ASSERT(unsetenv("TZ") == 0);
    tzset();
    free(saved);
    return zone;
}
