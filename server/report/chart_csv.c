#include "report/chart_csv.h"

int sw_chart_csv(const struct sw_chart *chart, enum sw_chart_table what, bool with_bom, const struct sw_zone *zone,
                 struct sw_buf *out) {
    if ((int)what < 0 || what >= SW_CHART_TABLES) return -SW_EINVAL;
    struct sw_table *table = sw_chart_table(chart, what, SW_DRAW_EN, zone);
    int failed = sw_table_csv(table, with_bom, out);
    sw_table_free(table);
    return failed;
}
