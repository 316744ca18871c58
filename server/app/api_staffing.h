#ifndef APP_API_STAFFING_H
#define APP_API_STAFFING_H

#include "app/api.h"

/* Answers GET .../staffing/plan?calls=&aht_s=&interval_min=&patience_s= (agents for a load) and &busy_hour_seats=&calls_a_day=
 * (people behind seats); each pair may be left out, not both. Sources: kpi.md, Staffing; sources.md C1, C2, C3. */
void sw_api_staffing_plan(const struct sw_api *api, const struct sw_http_request *request, struct sw_http_response *response);

#endif
