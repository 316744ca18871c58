/* What a breach or an alert of each rule is called, in both languages: as on the walls. */
#ifndef REPORT_RULE_WORDS_H
#define REPORT_RULE_WORDS_H

#include "report/draw.h"
#include "shiftwall/policy.h"

const char *sw_rule_words(enum sw_rule rule, enum sw_draw_lang lang);

#endif
