#include "app/demo_people.h"

#include <stdio.h>

#include "app/demo.h"
#include "shiftwall/buf.h"

#define BIT(queue) (1u << SW_DEMO_##queue)
#define OUTBOUND_FROM 14 /* the last six of team F call out */

static const struct sw_demo_queue queues[SW_DEMO_QUEUES] = {
    [SW_DEMO_SALES] = {"sales", "销售 Sales", "voice", "voice", 20000, 150, 22, 150, 40000, SW_DEMO_SERVICE},
    [SW_DEMO_SERVICE] = {"service", "客服 Service", "voice", "voice", 20000, 180, 26, 170, 0, SW_DEMO_SERVICE},
    [SW_DEMO_TECH] = {"tech", "技术支持 Tech", "voice", "voice", 30000, 260, 35, 240, 60000, SW_DEMO_SERVICE},
    [SW_DEMO_VIP] = {"vip", "贵宾 VIP", "voice", "voice", 10000, 170, 24, 140, 30000, SW_DEMO_SALES},
    [SW_DEMO_CHAT] = {"chat", "在线咨询 Chat", "chat", NULL, 60000, 300, 15, 300, 0, SW_DEMO_CHAT},
};

static const struct {
    const char *id;
    unsigned skills;
    double share[SW_DEMO_QUEUES];
} teams[SW_DEMO_TEAMS] = {
    {"A", BIT(SALES) | BIT(VIP), {.72, 0, 0, .28, 0}},
    {"B", BIT(SALES) | BIT(SERVICE), {.6, .4, 0, 0, 0}},
    {"C", BIT(SERVICE) | BIT(SALES), {.25, .75, 0, 0, 0}},
    {"D", BIT(TECH) | BIT(SERVICE), {0, .35, .65, 0, 0}},
    {"E", BIT(TECH) | BIT(VIP) | BIT(SERVICE), {0, .3, .45, .25, 0}},
    {"F", BIT(CHAT), {0, 0, 0, 0, 1}},
};

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙",
                                       "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢"};
static const char *const given[] = {"芳",   "娜",   "敏",   "静",   "丽",   "强",   "磊",   "洋",   "艳",   "勇",
                                    "军",   "杰",   "娟",   "涛",   "明",   "超",   "霞",   "平",   "晓燕", "思雨",
                                    "子涵", "欣怡", "浩然", "雨桐", "梓轩", "佳琪", "嘉豪", "梦瑶", "俊杰", "慧敏"};

const struct sw_demo_queue *sw_demo_queue(int index) { return &queues[index]; }
const char *sw_demo_team(int index) { return teams[index].id; }
#define QUARTER_MS INT64_C(900000)
#define SHIFT_MS (8 * INT64_C(3600000))
#define SHIFTS 9 /* three days: longer than a demo is looked at */

void sw_demo_roster(int64_t start_ms, const struct sw_zone *zone, struct sw_roster *roster) {
    sw_roster_init(roster);
    roster->rows = sw_xcalloc(SW_DEMO_AGENTS * SHIFTS, sizeof *roster->rows);
    int64_t first_ms = (start_ms + QUARTER_MS - 1) / QUARTER_MS * QUARTER_MS;
    for (int shift = 0; shift < SHIFTS; shift++) {
        struct sw_day day;
        sw_zone_business_day(zone, 0, first_ms + shift * SHIFT_MS, &day);
        for (int i = 0; i < SW_DEMO_AGENTS; i++) {
            struct sw_demo_agent who;
            sw_demo_agent(i, &who);
            struct sw_roster_row *row = &roster->rows[roster->count++];
            row->agent = sw_xstrdup(who.id);
            row->name = sw_xstrdup(who.name);
            row->team = sw_xstrdup(sw_demo_team(who.team));
            row->seat = sw_xstrdup(who.seat);
            sw_zone_format_date(day.year, day.month, day.day, row->date);
            row->start_ms = first_ms + shift * SHIFT_MS;
            row->end_ms = row->start_ms + SHIFT_MS;
        }
    }
}

double sw_demo_share(int team, int queue) { return teams[team].share[queue]; }

void sw_demo_agent(int index, struct sw_demo_agent *out) {
    int team = index / SW_DEMO_TEAM_SIZE, place = index % SW_DEMO_TEAM_SIZE;
    /* those of one surname are 24 apart, so their given names differ */
    const char *surname = surnames[index % 24], *name = given[(index * 7 + index / 24) % 30];
    (void)snprintf(out->id, sizeof out->id, "%d", 1001 + index);
    (void)snprintf(out->seat, sizeof out->seat, "%s%02d", teams[team].id, place + 1);
    (void)snprintf(out->name, sizeof out->name, "%s%s", surname, name);
    out->team = team;
    out->outbound = team == SW_DEMO_TEAMS - 1 && place >= OUTBOUND_FROM;
    out->skills = out->outbound ? 0 : teams[team].skills;
}

/* ---- the configuration ---- */

static void set_list(struct sw_config_list *list, const char *const *items, size_t count) {
    list->items = sw_xcalloc(count, sizeof *list->items);
    for (size_t i = 0; i < count; i++) list->items[i] = sw_xstrdup(items[i]);
    list->count = count;
}

static void configure_queues(struct sw_config *config) {
    config->groups = sw_xcalloc(1, sizeof *config->groups);
    config->group_count = 1;
    config->groups[0] = (struct sw_config_group){sw_xstrdup("voice"), sw_xstrdup("电话 Voice")};
    config->queues = sw_xcalloc(SW_DEMO_QUEUES, sizeof *config->queues);
    config->queue_count = SW_DEMO_QUEUES;
    for (size_t i = 0; i < SW_DEMO_QUEUES; i++) {
        struct sw_config_queue *queue = &config->queues[i];
        queue->id = sw_xstrdup(queues[i].id);
        queue->name = sw_xstrdup(queues[i].name);
        queue->target_ms = queues[i].target_ms;
        queue->short_ms = queue->formula = -1;
        if (queues[i].group) set_list(&queue->groups, &queues[i].group, 1);
    }
}

static void configure_agents(struct sw_config *config) {
    config->agents = sw_xcalloc(SW_DEMO_AGENTS, sizeof *config->agents);
    config->agent_count = SW_DEMO_AGENTS;
    for (int i = 0; i < SW_DEMO_AGENTS; i++) {
        struct sw_demo_agent from = {0};
        sw_demo_agent(i, &from);
        struct sw_config_agent *agent = &config->agents[i];
        agent->id = sw_xstrdup(from.id);
        agent->name = sw_xstrdup(from.name);
        agent->team = sw_xstrdup(teams[from.team].id);
        agent->seat = sw_xstrdup(from.seat);
        const char *skills[SW_DEMO_QUEUES];
        size_t count = 0;
        for (int q = 0; q < SW_DEMO_QUEUES; q++)
            if (from.skills & 1u << q) skills[count++] = queues[q].id;
        if (count) set_list(&agent->queues, skills, count);
    }
}

void sw_demo_configure(struct sw_config *config) {
    if (config->queue_count || config->group_count || config->agent_count) return;
    sw_config_set(&config->site_name, "示范现场 Demo");
    configure_queues(config);
    configure_agents(config);
}
