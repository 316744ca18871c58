/* What the reports have in common. */
#include "report/reports.h"

#include <string.h>

#include "report/sheet.h"
#include "report/table_parts.h"

#define TIME_MAX_MS INT64_C(253402214400000) /* a day before the end of the year 9999 */

/* "2026-11-23 20:05" of the table's zone; "–" where it is not known. */
static void format_minute(const struct sw_table *table, int64_t t_ms, char out[SW_RFC3339_SIZE]) {
    if (t_ms < 0 || t_ms > TIME_MAX_MS) {
        memcpy(out, SW_UNKNOWN_FIGURE, sizeof SW_UNKNOWN_FIGURE);
        return;
    }
    sw_zone_format_rfc3339(table->zone, t_ms, out);
    out[10] = ' ';
    out[16] = '\0';
}

struct sw_table *sw__report_table(enum sw_word word, const struct sw_report_about *about, enum sw_word of, const char *when,
                                  enum sw_draw_lang lang, const struct sw_zone *zone) {
    struct sw_table *table = sw_table_new(word, lang, zone);
    const char *const dot = sw_say_pattern(lang, SW_SAY_DOT);
    const char *site = about->site_name && *about->site_name ? about->site_name : about->site;
    char text[SW_RFC3339_SIZE];
    struct sw_buf line;
    sw_buf_init(&line, SIZE_MAX);
    sw_buf_printf(&line, "%s%s%s%s%s", site ? site : SW_UNKNOWN_FIGURE, dot, sw_word_text(lang, of), dot, table->name);
    sw_table_set_title(table, sw_buf_text(&line));
    sw_buf_clear(&line);
    format_minute(table, about->at_ms, text);
    sw_buf_printf(&line, "%s%s%s %s%s%s", when ? when : SW_UNKNOWN_FIGURE, dot, sw_word_text(lang, SW_WORD_AS_OF), text, dot,
                  sw_zone_name(table->zone));
    if (!about->incomplete) sw_buf_printf(&line, "%s%s", dot, sw_say_pattern(lang, SW_SAY_COMPLETE));
    sw_table_add_head(table, sw_buf_text(&line));
    sw_buf_deinit(&line);
    if (about->incomplete) {
        format_minute(table, about->incomplete_since_ms, text);
        sw__add_head(table, SW_SAY_INCOMPLETE, text, sw__why_incomplete(lang, about->incomplete));
    }
    return table;
}

void sw__add_about_columns(struct sw_table *table) {
    static const struct sw__column columns[] = {{SW_WORD_SITE, SW_CELL_TEXT},
                                                {SW_WORD_SITE_NAME, SW_CELL_TEXT},
                                                {SW_WORD_ZONE, SW_CELL_TEXT},
                                                {SW_WORD_AS_OF, SW_CELL_TIME},
                                                {SW_WORD_MADE, SW_CELL_TIME},
                                                {SW_WORD_COMPLETE, SW_CELL_TEXT},
                                                {SW_WORD_INCOMPLETE_WHY, SW_CELL_TEXT},
                                                {SW_WORD_INCOMPLETE_SINCE, SW_CELL_TIME},
                                                {SW_WORD_POLICY, SW_CELL_TEXT},
                                                {SW_WORD_POLICY_VERSION, SW_CELL_TEXT}};
    SW__ADD_COLUMNS(table, columns);
}

void sw__put_about(struct sw_table *table, const struct sw_report_about *about) {
    sw_table_put_text(table, about->site);
    sw_table_put_text(table, about->site_name);
    sw_table_put_text(table, sw_zone_name(table->zone));
    sw_table_put_time(table, about->at_ms);
    sw_table_put_time(table, about->made_ms);
    sw_table_put_flag(table, !about->incomplete);
    sw_table_put_key(table, about->incomplete, sw__why_incomplete(table->lang, about->incomplete));
    sw_table_put_time(table, about->incomplete ? about->incomplete_since_ms : INT64_MIN);
    sw_table_put_text(table, about->policy);
    sw_table_put_text(table, about->policy_version);
}

static void free_tables(struct sw_table **tables, size_t count) {
    for (size_t i = 0; i < count; i++) sw_table_free(tables[i]);
}

int sw__report_sheet(struct sw_table **tables, size_t count, const struct sw_report_about *about, enum sw_word of,
                     enum sw_draw_lang lang, struct sw_buf *out) {
    struct sw_sheet_options options = {.lang = lang, .made_ms = about->made_ms, .title = sw_word_text(lang, of)};
    int failed = sw_sheet_write(tables, count, &options, out);
    free_tables(tables, count);
    return failed;
}

int sw__report_csv(struct sw_table **tables, size_t count, const char *key, bool with_bom, struct sw_buf *out) {
    int failed = -SW_ENOENT;
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i]->key, key) == 0) failed = sw_table_csv(tables[i], with_bom, out);
    free_tables(tables, count);
    return failed;
}
