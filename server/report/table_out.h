/* Tables for readers: their values as text, as JSON for the console, and as a PDF to be printed. */
#ifndef REPORT_TABLE_OUT_H
#define REPORT_TABLE_OUT_H

#include "report/table.h"

/* The cell of COLUMN as a reader sees it: "–" where it is not known. It lives as long as TABLE, or is in OUT. */
const char *sw_cell_shown(const struct sw_table *table, size_t row, size_t column, char *out, size_t size);
/* Whether it is a ratio below its goal. */
bool sw_cell_is_below(const struct sw_table *table, size_t row, size_t column);

/* Appends COUNT tables as one JSON array: [{key, name, title, heads, upright, columns: [{key, header, kind}],
 * rows: [[text]], below: [[row, column]]}]. */
void sw_tables_json(struct sw_table *const *tables, size_t count, struct sw_buf *out);

/* Appends a PDF of A4 pages on their side, each table from a new page on, its head of columns again on each, long texts cut
 * with an ellipsis; what is below its goal is bold and has a mark. MADE_MS is when it says it was made: equal tables give
 * equal bytes. 0; -SW_ELIMIT: rows were left out, or it does not fit under OUT's cap; -SW_EIO. */
int sw_tables_pdf(struct sw_table *const *tables, size_t count, const char *title, int64_t made_ms, struct sw_buf *out) SW_NODISCARD;

#endif
