#include "shiftwall/chart.h"

#include <stdlib.h>
#include <string.h>

#include "shiftwall/buf.h"

const char *sw_chart_list_name(enum sw_chart_list list) {
    static const char *const names[] = {
#define XX(name, text) text,
        SW_CHART_LIST_MAP(XX)
#undef XX
    };
    return names[list];
}

struct sw_chart *sw_chart_new(void) { return sw_xcalloc(1, sizeof(struct sw_chart)); }

const char *sw_chart_text(struct sw_chart *chart, const char *text) {
    if (!text) return NULL;
    chart->texts = sw_xrealloc(chart->texts, (chart->text_count + 1) * sizeof *chart->texts);
    return chart->texts[chart->text_count++] = sw_xstrdup(text);
}

static bool is_among(const char *team, const char *const *teams, size_t count) {
    for (size_t i = 0; team && i < count; i++)
        if (!strcmp(teams[i], team)) return true;
    return false;
}

void sw_chart_keep_teams(struct sw_chart *chart, const char *const *teams, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < chart->team_count; i++)
        if (is_among(chart->teams[i].id, teams, count)) chart->teams[kept++] = chart->teams[i];
    chart->team_count = kept;
    for (size_t list = 0; list < SW_CHART_LISTS; list++) {
        kept = 0;
        for (size_t i = 0; i < chart->list_counts[list]; i++)
            if (is_among(chart->lists[list][i].team, teams, count)) chart->lists[list][kept++] = chart->lists[list][i];
        chart->list_counts[list] = kept;
    }
}

void sw_chart_free(struct sw_chart *chart) {
    if (!chart) return;
    for (size_t i = 0; i < chart->text_count; i++) free(chart->texts[i]);
    for (size_t i = 0; i < SW_CHART_LISTS; i++) free(chart->lists[i]);
    free(chart->texts);
    free(chart->teams);
    free(chart->intervals);
    free(chart);
}
