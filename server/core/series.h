/* Additive counters by interval: a sparse list of rows sorted by the interval's start. Almost every addition is to
 * the last row; late events find theirs by binary search. */
#ifndef CORE_SERIES_H
#define CORE_SERIES_H

#include <stddef.h>
#include <stdint.h>

struct sw_series {
    int64_t *rows; /* each: start of the interval, then `fields` counters */
    size_t count, size;
    size_t fields;
};

void sw_series_init(struct sw_series *series, size_t fields);
void sw_series_deinit(struct sw_series *series);
/* The counters of the interval that starts at START_MS, made (all zero) when missing. */
int64_t *sw_series_at(struct sw_series *series, int64_t start_ms);
/* The same, or NULL when missing. */
const int64_t *sw_series_find(const struct sw_series *series, int64_t start_ms);
/* The place of the first row that starts at or after START_MS. */
size_t sw_series_lower(const struct sw_series *series, int64_t start_ms);
static inline int64_t sw_series_start(const struct sw_series *series, size_t row) {
    return series->rows[row * (series->fields + 1)];
}
static inline const int64_t *sw_series_counts(const struct sw_series *series, size_t row) {
    return series->rows + row * (series->fields + 1) + 1;
}
/* Drops all rows that start before START_MS. */
void sw_series_drop_before(struct sw_series *series, int64_t start_ms);

#endif
