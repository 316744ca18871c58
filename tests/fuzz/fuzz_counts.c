/* Counters as the history keeps them: what is read is written the same again, and is summed; and figures of any document. */
#include "codec/counts_json.h"
#include "codec/figures.h"
#include "fuzz.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20)

static void on_name(void *ctx, const char *name) {
    (*(size_t *)ctx)++;
    SW_ASSERT(name != NULL);
}

static void check_queue(const char *json) {
    struct sw_queue_counts once = {0}, again = {0};
    struct sw_buf text;
    sw_buf_init(&text, TEXT_BYTES_MAX);
    if (sw_queue_counts_add(json, &once)) {
        sw_queue_counts_write(&once, 0, &text);
        SW_ASSERT(!text.failed && sw_queue_counts_add(sw_buf_text(&text), &again));
        SW_ASSERT(!memcmp(&once, &again, sizeof once));
        SW_ASSERT(sw_queue_counts_add(sw_buf_text(&text), &again));
        for (int i = 0; i < SW_QC_COUNT; i++)
            SW_ASSERT(again.v[i] == (i == SW_QC_LONGEST_WAIT_MS ? once.v[i] : 2 * once.v[i]));
    }
    sw_buf_deinit(&text);
}

static void check_agent(const char *json) {
    struct sw_agent_counts once = {0}, again = {0};
    struct sw_buf text;
    sw_buf_init(&text, TEXT_BYTES_MAX);
    if (sw_agent_counts_add(json, &once)) {
        sw_agent_counts_write(&once, &text);
        SW_ASSERT(!text.failed && sw_agent_counts_add(sw_buf_text(&text), &again));
        SW_ASSERT(!memcmp(&once, &again, sizeof once));
    }
    sw_buf_deinit(&text);
}

static void check_figures(const char *json) {
    struct sw_figures *figures = sw_figures_read(json, strlen(json));
    size_t names = 0;
    if (!figures) return;
    (void)sw_figures_text(figures, SW_PATH("a", "b"));
    int64_t value = sw_figures_int(figures, INT64_MIN, SW_PATH("a"));
    SW_ASSERT(value == INT64_MIN || (value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53));
    sw_figures_names(figures, SW_PATH("a"), on_name, &names);
    sw_figures_names(figures, (const char *const[]){NULL}, on_name, &names);
    sw_figures_free(figures);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *json = fuzz_string(data, size);
    if (!json) return 0;
    check_queue(json);
    check_agent(json);
    check_figures(json);
    free(json);
    return 0;
}
