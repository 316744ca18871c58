/* Shifts: keeping the roster, the grants and the trails. */
#include "core/shift_state.h"

#include <stdio.h>

static const char *const grant_names[] = {
#define XX(name, text) text,
    SW_GRANT_MAP(XX)
#undef XX
};

const char *sw_grant_kind_name(enum sw_grant_kind kind) { return grant_names[kind]; }

int sw_grant_kind_from_name(const char *name) {
    for (int i = 0; i < SW_GRANT_COUNT; i++)
        if (!strcmp(grant_names[i], name)) return i;
    return -1;
}

struct sw_shifts *sw_shifts_new(const struct sw_policy *policy, const struct sw_zone *zone) {
    struct sw_shifts *shifts = sw_xcalloc(1, sizeof *shifts);
    shifts->policy = policy;
    if (!zone) zone = shifts->own_zone = sw_zone_utc();
    shifts->zone = zone;
    shifts->now_ms = shifts->forgotten_ms = INT64_MIN;
    return shifts;
}

static char *copy_text(const char *text) { return text ? sw_xstrdup(text) : NULL; }

static void free_shift(struct sw_shift *shift) {
    struct sw_roster one = {sw_xmalloc(sizeof shift->row), 1};
    one.rows[0] = shift->row;
    sw_roster_deinit(&one);
    free(shift);
}

static void free_grant(struct sw_given *grant) {
    free(grant->id);
    free(grant->reason);
    free(grant->by);
}

static void free_agent(struct sw_rostered *agent) {
    sw_trail_deinit(&agent->trail);
    for (size_t i = 0; i < agent->grant_count; i++) free_grant(&agent->grants[i]);
    free(agent->grants);
    free(agent->shifts);
    free(agent->past);
    free(agent->excused);
    free(agent);
}

void sw_shifts_free(struct sw_shifts *shifts) {
    if (!shifts) return;
    for (size_t i = 0; i < shifts->count; i++) free_shift(shifts->shifts[i]);
    free(shifts->shifts);
    struct sw_rostered *agent, *next;
    HASH_ITER(hh, shifts->agents, agent, next) {
        HASH_DEL(shifts->agents, agent);
        free_agent(agent);
    }
    sw_heap_deinit(&shifts->due);
    sw_zone_free(shifts->own_zone);
    free(shifts);
}

static struct sw_rostered *find(const struct sw_shifts *shifts, const char *id) {
    struct sw_rostered *agent;
    HASH_FIND(hh, shifts->agents, id, strlen(id), agent);
    return agent;
}

struct sw_rostered *sw__rostered_of(struct sw_shifts *shifts, const char *id) {
    struct sw_rostered *agent = find(shifts, id);
    if (agent || HASH_COUNT(shifts->agents) >= SW_SHIFTS_AGENTS_MAX) return agent;
    size_t len = strlen(id);
    agent = sw_xcalloc(1, sizeof *agent + len + 1);
    memcpy(agent->id, id, len);
    HASH_ADD_KEYPTR(hh, shifts->agents, agent->id, len, agent);
    HASH_STAY_ROOMY(hh, shifts->agents);
    return agent;
}

void sw_shifts_agent_state(struct sw_shifts *shifts, const char *id, enum sw_agent_state state, bool has_reason,
                           int64_t at_ms) {
    struct sw_rostered *agent = sw__rostered_of(shifts, id);
    if (!agent) return;
    bool was_in = agent->trail.count && agent->trail.steps[agent->trail.count - 1].presence != SW_AT_OFFLINE;
    if (was_in != (state != SW_ST_OFFLINE)) shifts->version++;
    size_t steps = agent->trail.count;
    sw_trail_add(&agent->trail, state, has_reason, at_ms);
    if (agent->shift_count && (agent->trail.count != steps || has_reason)) sw__rostered_changed(shifts, agent);
}

void sw_shifts_clear_states(struct sw_shifts *shifts) {
    for (struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) agent->trail.count = 0;
    sw_shifts_review(shifts);
}

uint64_t sw_shifts_version(const struct sw_shifts *shifts) { return shifts->version; }

/* ---- the roster ---- */

static void copy_row(struct sw_roster_row *to, const struct sw_roster_row *from) {
    *to = *from;
    to->agent = sw_xstrdup(from->agent);
    to->name = copy_text(from->name);
    to->team = copy_text(from->team);
    to->seat = copy_text(from->seat);
    to->activities = sw_xmalloc((from->activity_count + 1) * sizeof *to->activities);
    for (size_t i = 0; i < from->activity_count; i++) to->activities[i] = from->activities[i];
    to->leaves = sw_xmalloc((from->leave_count + 1) * sizeof *to->leaves);
    for (size_t i = 0; i < from->leave_count; i++) {
        to->leaves[i] = from->leaves[i];
        to->leaves[i].kind = copy_text(from->leaves[i].kind);
    }
}

static int by_date(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static int by_start(const void *a, const void *b) {
    const struct sw_shift *x = *(const struct sw_shift *const *)a, *y = *(const struct sw_shift *const *)b;
    if (x->row.start_ms != y->row.start_ms) return x->row.start_ms < y->row.start_ms ? -1 : 1;
    return strcmp(x->row.agent, y->row.agent);
}

/* Drops the shifts of the dates in ROSTER. */
static void drop_dates(struct sw_shifts *shifts, const struct sw_roster *roster) {
    const char **dates = sw_xmalloc((roster->count + 1) * sizeof *dates);
    for (size_t i = 0; i < roster->count; i++) dates[i] = roster->rows[i].date;
    qsort(dates, roster->count, sizeof *dates, by_date);
    size_t kept = 0;
    for (size_t i = 0; i < shifts->count; i++) {
        const char *date = shifts->shifts[i]->row.date;
        if (bsearch(&date, dates, roster->count, sizeof *dates, by_date)) free_shift(shifts->shifts[i]);
        else shifts->shifts[kept++] = shifts->shifts[i];
    }
    shifts->count = kept;
    free(dates);
}

static size_t count_new(const struct sw_shifts *shifts, const struct sw_roster *roster) {
    size_t fresh = 0; /* an agent of two rows counts twice: near the cap that refuses a little early */
    for (size_t i = 0; i < roster->count; i++) fresh += !find(shifts, roster->rows[i].agent);
    return fresh;
}

/* Gives every agent its shifts anew. */
static void link_agents(struct sw_shifts *shifts) {
    for (struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) agent->shift_count = 0;
    for (size_t i = 0; i < shifts->count; i++) {
        struct sw_rostered *agent = shifts->shifts[i]->agent;
        agent->shifts = sw_xrealloc(agent->shifts, (agent->shift_count + 1) * sizeof *agent->shifts);
        agent->shifts[agent->shift_count++] = shifts->shifts[i];
    }
    sw_shifts_review(shifts);
}

int sw_shifts_set_roster(struct sw_shifts *shifts, const struct sw_roster *roster) {
    if (HASH_COUNT(shifts->agents) + count_new(shifts, roster) > SW_SHIFTS_AGENTS_MAX) return -SW_ELIMIT;
    drop_dates(shifts, roster);
    shifts->shifts = sw_xrealloc(shifts->shifts, (shifts->count + roster->count + 1) * sizeof *shifts->shifts);
    for (size_t i = 0; i < roster->count; i++) {
        struct sw_shift *shift = sw_xcalloc(1, sizeof *shift);
        copy_row(&shift->row, &roster->rows[i]);
        shift->agent = sw__rostered_of(shifts, shift->row.agent);
        shifts->shifts[shifts->count++] = shift;
    }
    qsort(shifts->shifts, shifts->count, sizeof *shifts->shifts, by_start);
    link_agents(shifts);
    return 0;
}

const struct sw_shift *sw_shifts_find(const struct sw_shifts *shifts, const char *id, int64_t start_ms) {
    const struct sw_rostered *agent = find(shifts, id);
    for (size_t i = 0; agent && i < agent->shift_count; i++)
        if (agent->shifts[i]->row.start_ms == start_ms) return agent->shifts[i];
    return NULL;
}

/* Whether AGENT has a shift during that of OTHER, beside OWN. */
static bool is_taken(const struct sw_rostered *agent, const struct sw_shift *own, const struct sw_shift *other) {
    for (size_t i = 0; i < agent->shift_count; i++) {
        const struct sw_shift *shift = agent->shifts[i];
        if (shift != own && shift != other && shift->row.start_ms < other->row.end_ms && other->row.start_ms < shift->row.end_ms)
            return true;
    }
    return false;
}

int sw_shifts_swap(struct sw_shifts *shifts, const struct sw_shift *first, const struct sw_shift *second) {
    struct sw_shift *a = NULL, *b = NULL;
    for (size_t i = 0; i < shifts->count; i++) {
        if (shifts->shifts[i] == first) a = shifts->shifts[i];
        if (shifts->shifts[i] == second) b = shifts->shifts[i];
    }
    if (!a || !b) return -SW_ENOENT;
    if (a->agent == b->agent || is_taken(a->agent, a, b) || is_taken(b->agent, b, a)) return -SW_EINVAL;
    /* who they are, and the team they are of; where they sit belongs to the shift */
    char *const id = a->row.agent, *const name = a->row.name, *const team = a->row.team;
    struct sw_rostered *agent = a->agent;
    a->row.agent = b->row.agent;
    a->row.name = b->row.name;
    a->row.team = b->row.team;
    a->agent = b->agent;
    b->row.agent = id;
    b->row.name = name;
    b->row.team = team;
    b->agent = agent;
    qsort(shifts->shifts, shifts->count, sizeof *shifts->shifts, by_start);
    link_agents(shifts);
    return 0;
}

const struct sw_policy *sw_shift_policy(const struct sw_shifts *shifts, const struct sw_shift *shift) {
    const struct sw_policy *policy = shifts->policy;
    if (!policy->override_count) return policy;
    int64_t local_ms = shift->row.start_ms + sw_zone_offset_ms(shifts->zone, shift->row.start_ms);
    int64_t minute = (local_ms % SW_DAY_MS + SW_DAY_MS) % SW_DAY_MS / 60000;
    char start[16];
    (void)snprintf(start, sizeof start, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
    const struct sw_policy *own = sw_policy_of(policy, SW_PART_SHIFT, start);
    return own != policy ? own : sw_policy_of(policy, SW_PART_TEAM, shift->row.team);
}

const struct sw_policy *sw_shifts_policy(const struct sw_shifts *shifts) { return shifts->policy; }
size_t sw_shifts_count(const struct sw_shifts *shifts) { return shifts->count; }
const struct sw_shift *sw_shifts_get(const struct sw_shifts *shifts, size_t index) { return shifts->shifts[index]; }
const struct sw_roster_row *sw_shift_row(const struct sw_shift *shift) { return &shift->row; }

bool sw_shifts_is_planned(const struct sw_shifts *shifts, const char *id, int64_t t_ms) {
    const struct sw_rostered *agent = find(shifts, id);
    for (size_t i = 0; agent && i < agent->shift_count; i++)
        if (agent->shifts[i]->row.start_ms <= t_ms && t_ms < agent->shifts[i]->row.end_ms) return true;
    return false;
}

int64_t sw_shifts_granted_until(const struct sw_shifts *shifts, const char *id, unsigned kinds, int64_t t_ms) {
    const struct sw_rostered *agent = find(shifts, id);
    if (!agent || !agent->grant_count) return t_ms;
    struct sw_spans granted = {0};
    sw__grants_within(agent, kinds, INT64_MIN, INT64_MAX, &granted);
    int64_t until_ms = sw_spans_leave(&granted, t_ms);
    sw_spans_deinit(&granted);
    return until_ms;
}

bool sw_shifts_grant_over(const struct sw_shifts *shifts, const char *id, unsigned kinds, int64_t from_ms, int64_t to_ms,
                          struct sw_grant *out) {
    const struct sw_rostered *agent = find(shifts, id);
    for (size_t i = 0; agent && i < agent->grant_count; i++) {
        const struct sw_given *g = &agent->grants[i];
        if (!(kinds & 1u << g->kind) || g->from_ms > to_ms || g->to_ms < from_ms) continue;
        *out = (struct sw_grant){g->id, agent->id, g->kind, g->from_ms, g->to_ms, g->reason, g->by, g->at_ms};
        return true;
    }
    return false;
}

/* Marks the moments at which the shift has the agent at work. */
static void mark_planned(const struct sw_shift *shift, const int64_t *t_ms, size_t count, bool *planned) {
    struct sw_spans leave = {0};
    bool read = false;
    for (size_t i = 0; i < count; i++) {
        if (planned[i] || t_ms[i] < shift->row.start_ms || t_ms[i] >= shift->row.end_ms) continue;
        if (!read) sw__shift_leave(shift, &leave);
        read = true;
        planned[i] = !sw_spans_contain(&leave, t_ms[i]);
    }
    sw_spans_deinit(&leave);
}

void sw_shifts_headcounts(const struct sw_shifts *shifts, const int64_t *t_ms, size_t count, struct sw_headcount *out) {
    memset(out, 0, count * sizeof *out);
    bool *planned = sw_xmalloc(count * sizeof *planned + 1);
    for (const struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) {
        memset(planned, 0, count * sizeof *planned);
        for (size_t s = 0; s < agent->shift_count; s++) mark_planned(agent->shifts[s], t_ms, count, planned);
        size_t step = 0; /* the first one that is later */
        for (size_t i = 0; i < count; i++) {
            while (step < agent->trail.count && agent->trail.steps[step].at_ms <= t_ms[i]) step++;
            bool in = step && agent->trail.steps[step - 1].presence != SW_AT_OFFLINE;
            out[i].scheduled += planned[i];
            out[i].present += planned[i] && in;
            out[i].signed_in += in;
        }
    }
    free(planned);
}

enum sw_activity sw__shift_activity(const struct sw_shift *shift, int64_t t_ms, int64_t *edge_ms) {
    *edge_ms = INT64_MAX;
    for (size_t i = 0; i < shift->row.activity_count; i++) {
        const struct sw_roster_activity *activity = &shift->row.activities[i];
        if (activity->end_ms <= t_ms) continue;
        *edge_ms = activity->start_ms > t_ms ? activity->start_ms : activity->end_ms;
        return activity->start_ms > t_ms ? SW_ACTIVITY_WORK : activity->kind;
    }
    return SW_ACTIVITY_WORK;
}

static void forget_grants(struct sw_shifts *shifts, struct sw_rostered *agent, int64_t t_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < agent->grant_count; i++) {
        if (agent->grants[i].to_ms >= t_ms) {
            agent->grants[kept++] = agent->grants[i];
            continue;
        }
        free_grant(&agent->grants[i]);
    }
    shifts->grant_count -= agent->grant_count - kept;
    agent->grant_count = kept;
}

static void drop_ended(struct sw_shifts *shifts, int64_t t_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < shifts->count; i++) {
        if (shifts->shifts[i]->row.end_ms >= t_ms) shifts->shifts[kept++] = shifts->shifts[i];
        else free_shift(shifts->shifts[i]);
    }
    shifts->count = kept;
    link_agents(shifts);
}

void sw_shifts_forget(struct sw_shifts *shifts, int64_t t_ms) {
    drop_ended(shifts, shifts->forgotten_ms); /* a roster read again has brought them back: they count once */
    for (struct sw_rostered *agent = shifts->agents; agent; agent = agent->hh.next) sw__keep_late_run(shifts, agent, t_ms);
    drop_ended(shifts, t_ms);
    shifts->forgotten_ms = sw__later(shifts->forgotten_ms, t_ms);
    struct sw_rostered *agent, *next;
    HASH_ITER(hh, shifts->agents, agent, next) {
        forget_grants(shifts, agent, t_ms);
        sw_trail_forget(&agent->trail, t_ms);
        bool away = !agent->trail.count || agent->trail.steps[agent->trail.count - 1].presence == SW_AT_OFFLINE;
        if (agent->shift_count || agent->grant_count || agent->trail.count > 1 || !away || agent->changed) continue;
        sw_heap_remove(&shifts->due, &agent->due);
        HASH_DEL(shifts->agents, agent);
        free_agent(agent);
    }
}

/* ---- grants ---- */

int sw_shifts_add_grant(struct sw_shifts *shifts, const struct sw_grant *grant) {
    if (grant->from_ms >= grant->to_ms) return -SW_EINVAL;
    struct sw_rostered *agent = shifts->grant_count < SW_GRANTS_MAX ? sw__rostered_of(shifts, grant->agent) : NULL;
    if (!agent) return -SW_ELIMIT;
    agent->grants = sw_xrealloc(agent->grants, (agent->grant_count + 1) * sizeof *agent->grants);
    agent->grants[agent->grant_count++] = (struct sw_given){
        grant->kind, grant->from_ms, grant->to_ms, grant->at_ms, copy_text(grant->id), copy_text(grant->reason),
        copy_text(grant->by)};
    shifts->grant_count++;
    shifts->version++;
    sw__rostered_changed(shifts, agent);
    return 0;
}

int sw_shifts_remove_grant(struct sw_shifts *shifts, const char *agent_id, const char *id) {
    struct sw_rostered *agent = find(shifts, agent_id);
    size_t i = 0;
    while (agent && i < agent->grant_count && (!agent->grants[i].id || strcmp(agent->grants[i].id, id))) i++;
    if (!agent || i == agent->grant_count) return -SW_ENOENT;
    free_grant(&agent->grants[i]);
    memmove(&agent->grants[i], &agent->grants[i + 1], (--agent->grant_count - i) * sizeof *agent->grants);
    shifts->grant_count--;
    shifts->version++;
    sw__rostered_changed(shifts, agent);
    return 0;
}

void sw__grants_within(const struct sw_rostered *agent, unsigned kinds, int64_t from_ms, int64_t to_ms,
                       struct sw_spans *out) {
    for (size_t i = 0; i < agent->grant_count; i++) {
        const struct sw_given *grant = &agent->grants[i];
        if (kinds & (1u << grant->kind))
            sw_spans_add(out, sw__later(grant->from_ms, from_ms), sw__earlier(grant->to_ms, to_ms));
    }
}

void sw__shift_leave(const struct sw_shift *shift, struct sw_spans *out) {
    for (size_t i = 0; i < shift->row.leave_count; i++)
        sw_spans_add(out, shift->row.leaves[i].start_ms, shift->row.leaves[i].end_ms);
    sw__grants_within(shift->agent, SW__GRANT(LEAVE), shift->row.start_ms, shift->row.end_ms, out);
}
