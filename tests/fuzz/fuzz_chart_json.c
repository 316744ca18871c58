/* Charts: what is read is written the same again. */
#include "codec/chart_json.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_chart *chart = NULL, *again = NULL;
    int status = sw_chart_read((const char *)data, size, &chart);
    SW_ASSERT(status == 0 ? chart != NULL : chart == NULL);
    if (status) return 0;
    struct sw_buf first, second;
    sw_buf_init(&first, SW_CHART_BYTES_MAX);
    sw_buf_init(&second, SW_CHART_BYTES_MAX);
    sw_chart_write(chart, &first);
    SW_ASSERT(sw_chart_read(sw_buf_text(&first), first.len, &again) == 0);
    sw_chart_write(again, &second);
    SW_ASSERT(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
    sw_chart_free(chart);
    sw_chart_free(again);
    return 0;
}
