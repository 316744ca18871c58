/* A table as CSV (RFC 4180: CRLF, a header of the columns' keys, fields quoted where they have to be), the same in every
 * language. Counts and lengths of time (in ms, keys end in _ms) are whole numbers, shares are decimal fractions with up to
 * six digits, instants are RFC 3339 in the site's zone, words are the protocol's. What is not known is empty.
 *
 * A spreadsheet takes a field that begins with = + - @ (also in their full-width forms), a tab or a line end for a formula,
 * and a caller's or an agent's name may be an attacker's. Such a text gets an apostrophe in front, and so does one that
 * begins with an apostrophe: whoever takes one leading apostrophe off again has what was there. A sign with nothing but
 * digits behind it, as in +8610086, is no formula and stays as it is. */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "core/zone.h"
#include "report/table.h"
#include "shiftwall/buf.h"

struct sw_csv_options {
    const struct sw_zone *zone; /* NULL = UTC */
    bool bom;                   /* a UTF-8 byte order mark, without which Excel takes Chinese for something else */
};

/* Appends TABLE, sums included, to OUT; heads are for people and are left out. */
void sw_csv_write(const struct sw_table *table, const struct sw_csv_options *options, struct sw_buf *out);

#endif
