/* GET /api/v1/sites/S/staffing/plan: how many agents a load needs, and how many people stand behind the seats. */
#include "app/api_staffing.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_writer.h"
#include "shiftwall/staffing.h"

#define AROUND 3 /* so many agents fewer and more are shown, too */
#define SECOND_MS 1000
#define MINUTE_MS INT64_C(60000)
#define MILLION 1e6

struct query {
    const struct sw_http_request *request;
    struct sw_http_response *response;
    bool wrong;
};

/* The number NAME in thousandths, FALLBACK when it is not given; out of [LOW, HIGH] (thousandths) it is answered with 400. */
static int64_t number_of(struct query *q, const char *name, int64_t low, int64_t high, int64_t fallback) {
    const char *text = sw_http_query(q->request, name);
    if (!text || q->wrong) return fallback;
    char *end;
    errno = 0;
    double value = strspn(text, "0123456789.") == strlen(text) && *text ? strtod(text, &end) : -1;
    if (value >= 0 && !errno && !*end && value * 1000 <= (double)high && llround(value * 1000) >= low) return llround(value * 1000);
    char wrong[128];
    (void)snprintf(wrong, sizeof wrong, "%s: must be a number from %.10g to %.10g", name, (double)low / 1000, (double)high / 1000);
    sw_http_problem(q->response, 400, NULL, wrong);
    q->wrong = true;
    return fallback;
}

static void put_known(struct sw_json *j, const char *key, int64_t value) {
    if (value != SW_UNKNOWN) sw_json_int(j, key, value);
}

/* What to expect of so many agents. */
static void put_level(struct sw_json *j, const struct sw_staffing_plan *plan, const struct sw_load *load, int64_t agents) {
    struct sw_erlang e;
    int bad = plan->patience_ms ? sw_erlang_a(load, plan->patience_ms, agents, plan->within_ms, &e)
                                : sw_erlang_c(load, agents, plan->within_ms, &e);
    if (bad) return;
    sw_json_open(j, NULL, '{');
    sw_json_int(j, "agents", agents);
    sw_json_bool(j, "stable", e.stable);
    sw_json_number(j, "service_level", e.service_level);
    sw_json_number(j, "occupancy", e.occupancy);
    if (plan->patience_ms) sw_json_number(j, "abandon_rate", e.p_abandon);
    if (e.asa_ms != SW_ERLANG_ENDLESS_MS) sw_json_int(j, "asa_ms", e.asa_ms);
    sw_json_close(j, '}');
}

static void put_need(struct sw_json *j, const struct sw_staffing_plan *plan, const struct sw_load *load) {
    struct sw_need need = sw_staffing_need(plan, load);
    sw_json_open(j, "need", '{');
    sw_json_number(j, "erlangs", (double)load->calls_milli / 1000 * (double)load->aht_ms / (double)load->interval_ms);
    put_known(j, "required", need.required);
    put_known(j, "to_schedule", need.to_schedule);
    put_known(j, "by_erlang", need.by_erlang);
    sw_json_bool(j, "by_table", need.by_table);
    if (need.table_too_small) sw_json_bool(j, "table_too_small", true);
    if (need.required == SW_UNKNOWN) sw_json_text(j, "why", sw_need_reason_name(need.reason));
    sw_json_text(j, "method", plan->patience_ms ? "erlang_a" : "erlang_c");
    sw_json_number(j, "service_level", (double)plan->service_level_ppm / MILLION);
    sw_json_int(j, "within_ms", plan->within_ms);
    sw_json_number(j, "occupancy", (double)plan->policy->staffing_occupancy_ppm / MILLION);
    sw_json_open(j, "levels", '[');
    int64_t middle = need.required != SW_UNKNOWN ? need.required : 0;
    for (int64_t n = middle - AROUND; middle && n <= middle + AROUND; n++)
        if (n >= 1 && n <= SW_ERLANG_AGENTS_MAX) put_level(j, plan, load, n);
    sw_json_close(j, ']');
    sw_json_close(j, '}');
}

static void put_people(struct sw_json *j, const struct sw_policy *policy, int64_t seats, int64_t calls_a_day) {
    struct sw_people people;
    int missing = sw_staffing_people(policy, seats, calls_a_day, &people);
    sw_json_open(j, "people", '{');
    if (missing) {
        sw_json_text(j, "why", "off"); /* the policy has no such rule */
    } else {
        sw_json_int(j, "front_line", people.front_line);
        sw_json_int(j, "back_office", people.back_office);
        sw_json_int(j, "quality", people.quality);
        sw_json_int(j, "spare", people.spare);
        sw_json_int(j, "total", people.total);
    }
    sw_json_close(j, '}');
}

void sw_api_staffing_plan(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response) {
    struct query q = {request, response, false};
    const struct sw_config *config = api->config;
    int64_t calls = number_of(&q, "calls", 0, SW_ERLANG_CALLS_MILLI_MAX, SW_UNKNOWN);
    int64_t aht_s = number_of(&q, "aht_s", 1, 86400 * 1000, SW_UNKNOWN);
    int64_t interval = number_of(&q, "interval_min", 1000, 1440 * 1000, config->interval_min * 1000);
    int64_t patience = number_of(&q, "patience_s", 1000, 3600 * 1000, 0);
    int64_t seats = number_of(&q, "busy_hour_seats", 0, SW_ERLANG_AGENTS_MAX * INT64_C(1000), SW_UNKNOWN);
    int64_t a_day = number_of(&q, "calls_a_day", 0, SW_ERLANG_CALLS_MILLI_MAX, SW_UNKNOWN);
    if (q.wrong) return;
    bool load_given = calls != SW_UNKNOWN && aht_s != SW_UNKNOWN, people_given = seats != SW_UNKNOWN && a_day != SW_UNKNOWN;
    if (!load_given && !people_given) {
        sw_http_problem(response, 400, NULL, "calls and aht_s, or busy_hour_seats and calls_a_day, are needed");
        return;
    }
    response->status = 200;
    response->content_type = "application/json";
    struct sw_json j = sw_json_on(&response->body);
    sw_json_open(&j, NULL, '{');
    if (load_given) {
        struct sw_staffing_plan plan =
            sw_staffing_plan_of(api->policy, (int64_t)(config->service_level_goal * MILLION + 0.5), config->target_ms, patience);
        if (patience) plan.patience_ms = patience;
        put_need(&j, &plan, &(struct sw_load){calls, interval * MINUTE_MS / 1000, aht_s * SECOND_MS / 1000});
    }
    if (people_given) put_people(&j, api->policy, seats / 1000, a_day / 1000);
    sw_json_close(&j, '}');
}
