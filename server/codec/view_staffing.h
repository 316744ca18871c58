/* Parts of the `staffing` view: the outlook of the day, for walls, the console and GET. */
#ifndef CODEC_VIEW_STAFFING_H
#define CODEC_VIEW_STAFFING_H

#include "shiftwall/buf.h"
#include "shiftwall/outlook.h"

/* Who is here, who is needed now, and how that is reckoned: {scheduled, present, signed_in, required, short, ...}. */
void sw_view_write_staffing_now(const struct sw_outlook *outlook, struct sw_buf *out);
/* What the forecast of the day rests on: {days, scaled, scale, expected, offered}. */
void sw_view_write_forecast(const struct sw_outlook *outlook, struct sw_buf *out);
/* An interval: {scheduled, present, signed_in, required, offered, forecast}. */
void sw_view_write_staffing_interval(const struct sw_outlook_interval *interval, struct sw_buf *out);

/* The same as the history keeps it, the forecast in thousandths of calls as "forecast_milli". */
void sw_staffing_interval_write(const struct sw_outlook_interval *interval, struct sw_buf *out);

#endif
