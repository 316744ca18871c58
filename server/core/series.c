#include "core/series.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

void sw_series_init(struct sw_series *series, size_t fields) { *series = (struct sw_series){.fields = fields}; }

void sw_series_deinit(struct sw_series *series) {
    free(series->rows);
    *series = (struct sw_series){.fields = series->fields};
}

size_t sw_series_lower(const struct sw_series *series, int64_t start_ms) {
    size_t low = 0, high = series->count;
    if (high && sw_series_start(series, high - 1) < start_ms) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sw_series_start(series, middle) < start_ms) low = middle + 1;
        else high = middle;
    }
    return low;
}

const int64_t *sw_series_find(const struct sw_series *series, int64_t start_ms) {
    size_t row = sw_series_lower(series, start_ms);
    return row < series->count && sw_series_start(series, row) == start_ms ? sw_series_counts(series, row) : NULL;
}

int64_t *sw_series_at(struct sw_series *series, int64_t start_ms) {
    size_t width = series->fields + 1;
    if (series->count) {
        int64_t *last = series->rows + (series->count - 1) * width;
        if (last[0] == start_ms) return last + 1;
    }
    size_t row = sw_series_lower(series, start_ms);
    if (row < series->count && sw_series_start(series, row) == start_ms) return series->rows + row * width + 1;
    if (series->count == series->size) {
        series->size = series->size ? series->size * 2 : 4;
        series->rows = sw_xrealloc(series->rows, series->size * width * sizeof *series->rows);
    }
    int64_t *at = series->rows + row * width;
    memmove(at + width, at, (series->count - row) * width * sizeof *at);
    memset(at, 0, width * sizeof *at);
    at[0] = start_ms;
    series->count++;
    return at + 1;
}

void sw_series_drop_before(struct sw_series *series, int64_t start_ms) {
    size_t row = sw_series_lower(series, start_ms);
    if (!row) return;
    size_t width = series->fields + 1;
    series->count -= row;
    memmove(series->rows, series->rows + row * width, series->count * width * sizeof *series->rows);
}
