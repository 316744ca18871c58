/* Counters as the history keeps them: all of them by name, so that they can be read and summed again. */
#ifndef CODEC_COUNTS_JSON_H
#define CODEC_COUNTS_JSON_H

#include "shiftwall/buf.h"
#include "shiftwall/kpi.h"

void sw_queue_counts_write(const struct sw_queue_counts *counts, int64_t carried_in, struct sw_buf *out);
void sw_agent_counts_write(const struct sw_agent_counts *counts, struct sw_buf *out);
/* Adds what JSON has to COUNTS; the longest wait is the longer. False when it is no JSON. */
bool sw_queue_counts_add(const char *json, struct sw_queue_counts *counts);
bool sw_agent_counts_add(const char *json, struct sw_agent_counts *counts);

#endif
