/* Who and what the demo's floor is made of: queues, teams, 120 agents. */
#ifndef APP_DEMO_PEOPLE_H
#define APP_DEMO_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/zone.h"
#include "shiftwall/roster.h"

#define SW_DEMO_AGENTS 120
#define SW_DEMO_TEAMS 6
#define SW_DEMO_TEAM_SIZE (SW_DEMO_AGENTS / SW_DEMO_TEAMS)

enum sw_demo_queue_id { SW_DEMO_SALES, SW_DEMO_SERVICE, SW_DEMO_TECH, SW_DEMO_VIP, SW_DEMO_CHAT, SW_DEMO_QUEUES };

struct sw_demo_queue {
    const char *id, *name, *media, *group;
    int64_t target_ms;
    double talk_s, wrapup_s, patience_s; /* means */
    int64_t overflow_ms;                 /* to `overflow_to` after this; 0 = never */
    enum sw_demo_queue_id overflow_to;
};

struct sw_demo_agent {
    char id[12], seat[16], name[32];
    int team;        /* 0 to 5 */
    unsigned skills; /* a bit for each queue */
    bool outbound;   /* calls out, serves no queue */
};

const struct sw_demo_queue *sw_demo_queue(int index);
const char *sw_demo_team(int index);
/* Agent INDEX, 0 to 119. */
void sw_demo_agent(int index, struct sw_demo_agent *out);
/* The shifts of a simulated day that begins at START_MS, and of the days after: one behind the other. ROSTER is made. */
void sw_demo_roster(int64_t start_ms, const struct sw_zone *zone, struct sw_roster *roster);
/* What share of a team's work is a queue's, 0 to 1. */
double sw_demo_share(int team, int queue);

#endif
