/* The markdown of WeCom and DingTalk: a heading, lines, rows with their name in bold, a link. */
#ifndef NOTIFY_MARKDOWN_H
#define NOTIFY_MARKDOWN_H

#include "notify/letter.h"

/* Appends LETTER in MAX bytes at most. HEADING goes before the title, LINE_END behind each line. */
void sw__markdown(const struct sw_letter *letter, const char *heading, const char *line_end, size_t max, struct sw_buf *out);

#endif
