#include "codec/view_staffing.h"

#include "codec/json_writer.h"

static void put_known(struct sw_json *j, const char *key, int64_t value) {
    if (value != SW_UNKNOWN) sw_json_int(j, key, value);
}

/* Thousandths of calls as calls. */
static void put_calls(struct sw_json *j, const char *key, int64_t calls_milli) {
    if (calls_milli != SW_UNKNOWN) sw_json_number(j, key, (double)calls_milli / 1000);
}

void sw_view_write_staffing_now(const struct sw_outlook *o, struct sw_buf *out) {
    const struct sw_outlook_now *now = &o->now;
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "scheduled", now->scheduled);
    sw_json_int(&j, "present", now->present);
    sw_json_int(&j, "signed_in", now->signed_in);
    put_known(&j, "required", now->need.required);
    if (now->need.by_table) put_known(&j, "by_erlang", now->need.by_erlang);
    put_known(&j, "to_schedule", now->need.to_schedule);
    put_known(&j, "short", now->short_by);
    if (now->need.required == SW_UNKNOWN) sw_json_text(&j, "why", sw_need_reason_name(now->need.reason));
    sw_json_text(&j, "by", now->by_forecast ? "forecast" : "lately");
    put_calls(&j, "calls", now->calls_milli);
    sw_json_int(&j, "per_ms", now->per_ms);
    put_known(&j, "aht_ms", o->forecast.aht_ms);
    sw_json_text(&j, "method", o->method);
    if (o->patience_ms) sw_json_int(&j, "patience_ms", o->patience_ms);
    if (now->need.table_too_small) sw_json_bool(&j, "table_too_small", true);
    sw_json_close(&j, '}');
}

void sw_view_write_forecast(const struct sw_outlook *o, struct sw_buf *out) {
    const struct sw_forecast *f = &o->forecast;
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_int(&j, "days", (int64_t)f->days);
    sw_json_bool(&j, "scaled", f->scaled);
    if (f->scale_ppm != SW_UNKNOWN) sw_json_number(&j, "scale", (double)f->scale_ppm / 1e6);
    put_calls(&j, "expected", f->expected_milli);
    sw_json_int(&j, "offered", o->offered);
    sw_json_close(&j, '}');
}

static void put_interval(struct sw_json *j, const struct sw_outlook_interval *interval) {
    const struct sw_staffing_point *p = &interval->point;
    sw_json_open(j, NULL, '{');
    sw_json_int(j, "scheduled", p->scheduled);
    put_known(j, "present", interval->present);
    put_known(j, "signed_in", p->signed_in);
    put_known(j, "required", p->need.required);
    put_known(j, "offered", interval->offered);
}

void sw_view_write_staffing_interval(const struct sw_outlook_interval *interval, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    put_interval(&j, interval);
    put_calls(&j, "forecast", interval->forecast_milli);
    sw_json_close(&j, '}');
}

void sw_staffing_interval_write(const struct sw_outlook_interval *interval, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    put_interval(&j, interval);
    put_known(&j, "forecast_milli", interval->forecast_milli);
    sw_json_close(&j, '}');
}
