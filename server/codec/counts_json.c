#include "codec/counts_json.h"

#include <stdio.h>
#include <string.h>

#include "codec/figures.h"
#include "codec/json_writer.h"
#include "shiftwall/event.h"

static const char *agent_name(int counter, char out[32]) {
    if (counter >= SW_ST_COUNT) return sw_agent_counter_name((enum sw_agent_counter)counter);
    (void)snprintf(out, 32, "%s_ms", sw_agent_state_name((enum sw_agent_state)counter));
    return out;
}

void sw_queue_counts_write(const struct sw_queue_counts *counts, int64_t carried_in, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    for (int i = 0; i < SW_QC_COUNT; i++) sw_json_int(&j, sw_queue_counter_name((enum sw_queue_counter)i), counts->v[i]);
    sw_json_int(&j, "carried_in", carried_in);
    sw_json_close(&j, '}');
}

void sw_agent_counts_write(const struct sw_agent_counts *counts, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    char name[32];
    sw_json_open(&j, NULL, '{');
    for (int i = 0; i < SW_AC_COUNT; i++)
        if (counts->v[i]) sw_json_int(&j, agent_name(i, name), counts->v[i]);
    sw_json_close(&j, '}');
}

bool sw_queue_counts_add(const char *json, struct sw_queue_counts *counts) {
    struct sw_figures *figures = sw_figures_read(json, strlen(json));
    if (!figures) return false;
    for (int i = 0; i < SW_QC_COUNT; i++) {
        int64_t value = sw_figures_int(figures, 0, SW_PATH(sw_queue_counter_name((enum sw_queue_counter)i)));
        if (i != SW_QC_LONGEST_WAIT_MS) counts->v[i] += value;
        else if (value > counts->v[i]) counts->v[i] = value;
    }
    sw_figures_free(figures);
    return true;
}

bool sw_agent_counts_add(const char *json, struct sw_agent_counts *counts) {
    struct sw_figures *figures = sw_figures_read(json, strlen(json));
    char name[32];
    if (!figures) return false;
    for (int i = 0; i < SW_AC_COUNT; i++) counts->v[i] += sw_figures_int(figures, 0, SW_PATH(agent_name(i, name)));
    sw_figures_free(figures);
    return true;
}
