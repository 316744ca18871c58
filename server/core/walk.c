/* Floor walks. What a walk is at a moment is reckoned when it is asked for; kept are only when it was due and what
 * people recorded about it. */
#include "shiftwall/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "shiftwall/buf.h"

#define MINUTE_MS INT64_C(60000)
#define T_MAX_MS INT64_C(253402300799999) /* the end of the year 9999 */
#define NEVER INT64_MAX

struct walk {
    char id[SW_WALK_ID_SIZE];
    int64_t due_ms, started_ms, closed_ms; /* NEVER: not */
    uint64_t closing;                      /* the n-th close; 0 not closed */
    char *by, *closed_by, *notes;
    struct sw_walk_entry *entries;
    size_t entry_count;
};

struct sw_walks {
    const struct sw_policy *policy;
    const struct sw_zone *zone;
    const struct sw_duty *duty;
    struct sw_opening opening;
    int64_t since_ms, now_ms; /* INT64_MIN: not told */
    int64_t made_until_ms;    /* all walks due up to here are there */
    int64_t next_due_ms, deadline_ms;
    uint64_t duty_version; /* that the deadline was reckoned with */
    uint64_t version, closings;
    struct walk *walks; /* in order of due */
    size_t count;
};

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* ---- names ---- */

static const char *const kind_names[] = {
#define XX(name, text) text,
    SW_WALK_KIND_MAP(XX)
#undef XX
};
static const char *const tick_names[] = {NULL,
#define XX(name, text) text,
                                         SW_TICK_MAP(XX)
#undef XX
};

const char *sw_walk_kind_name(enum sw_walk_kind kind) { return kind_names[kind]; }
const char *sw_tick_name(enum sw_tick tick) { return tick_names[tick]; }

int sw_walk_kind_from_name(const char *name) {
    for (int i = 0; i < SW_WALK_KIND_COUNT; i++)
        if (!strcmp(kind_names[i], name)) return i;
    return -1;
}

int sw_tick_from_name(const char *name) {
    for (int i = SW_TICK_NONE + 1; i < SW_TICK_COUNT; i++)
        if (!strcmp(tick_names[i], name)) return i;
    return -1;
}

/* ---- the list ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

int sw_natural_order(const char *a, const char *b) {
    const char *x = a, *y = b;
    while (*x && *y) {
        if (!is_digit(*x) || !is_digit(*y)) {
            if (*x != *y) return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
            x++, y++;
            continue;
        }
        while (*x == '0' && is_digit(x[1])) x++;
        while (*y == '0' && is_digit(y[1])) y++;
        size_t digits_x = 0, digits_y = 0;
        while (is_digit(x[digits_x])) digits_x++;
        while (is_digit(y[digits_y])) digits_y++;
        if (digits_x != digits_y) return digits_x < digits_y ? -1 : 1;
        int order = memcmp(x, y, digits_x);
        if (order) return order;
        x += digits_x, y += digits_y;
    }
    if (*x || *y) return *x ? 1 : -1;
    return strcmp(a, b); /* 7 and 07 */
}

/* Where an item stands before others are looked at: the smaller the earlier. */
static int group_of(const struct sw_walk_item *item) {
    if (item->kind != SW_WALK_ALERT) return 1 + (int)item->kind;
    if (item->severity == SW_SEVERITY_CRITICAL) return 0;
    return item->severity == SW_SEVERITY_WARNING ? 1 : 1 + SW_WALK_KIND_COUNT;
}

static int by_texts(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : ""); }

static int by_since(const struct sw_walk_item *x, const struct sw_walk_item *y) {
    return (x->since_ms > y->since_ms) - (x->since_ms < y->since_ms);
}

/* By subject, the one to be kept first. */
static int by_subject(const void *a, const void *b) {
    const struct sw_walk_item *x = a, *y = b;
    int order = strcmp(x->subject, y->subject);
    if (!order) order = group_of(x) - group_of(y);
    if (!order) order = by_since(x, y);
    if (!order) order = by_texts(x->rule, y->rule);
    return order ? order : by_texts(x->text, y->text);
}

static int by_rank(const void *a, const void *b) {
    const struct sw_walk_item *x = a, *y = b;
    int order = group_of(x) - group_of(y);
    if (!order && x->kind == SW_WALK_OVER_LIMIT) order = by_since(x, y);
    if (!order) order = (x->seat == NULL) - (y->seat == NULL); /* who has no seat comes last */
    if (!order && x->seat) order = sw_natural_order(x->seat, y->seat);
    return order ? order : sw_natural_order(x->subject, y->subject);
}

static void leave_out_long(const char **text, size_t max) {
    if (*text && strlen(*text) > max) *text = NULL;
}

/* Takes an item into a list, without what is too long. */
static void take(struct sw_walk_item *list, size_t *count, const struct sw_walk_item *item) {
    struct sw_walk_item taken = *item;
    leave_out_long(&taken.subject, SW_WALK_SUBJECT_BYTES_MAX);
    if (!taken.subject || !*taken.subject) return;
    const char **texts[] = {&taken.agent, &taken.name, &taken.seat, &taken.team, &taken.rule, &taken.text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) leave_out_long(texts[i], SW_WALK_TEXT_BYTES_MAX);
    list[(*count)++] = taken;
}

static const struct walk *closed_last(const struct sw_walks *walks) {
    const struct walk *last = NULL;
    for (size_t i = 0; i < walks->count; i++)
        if (walks->walks[i].closing > (last ? last->closing : 0)) last = &walks->walks[i];
    return last;
}

size_t sw_walks_list(const struct sw_walks *walks, const struct sw_walk_item *candidates, size_t count,
                     struct sw_walk_item *out) {
    struct sw_walk_item *list = sw_xmalloc((count + SW_WALK_ITEMS_MAX) * sizeof *list);
    const struct walk *before = closed_last(walks);
    size_t taken = 0, kept = 0;
    for (size_t i = 0; i < count; i++) take(list, &taken, &candidates[i]);
    for (size_t i = 0; before && i < before->entry_count; i++) {
        if (before->entries[i].tick != SW_TICK_NONE) continue;
        struct sw_walk_item open = before->entries[i].item;
        open.kind = SW_WALK_OPEN;
        take(list, &taken, &open);
    }
    qsort(list, taken, sizeof *list, by_subject);
    for (size_t i = 0; i < taken; i++)
        if (!kept || strcmp(list[kept - 1].subject, list[i].subject) != 0) list[kept++] = list[i];
    qsort(list, kept, sizeof *list, by_rank);
    if (kept > SW_WALK_ITEMS_MAX) kept = SW_WALK_ITEMS_MAX;
    memcpy(out, list, kept * sizeof *out);
    free(list);
    return kept;
}

/* ---- when walks are due ---- */

int64_t sw_walks_every_ms(const struct sw_walks *walks) { return later(walks->policy->walk_every_ms, MINUTE_MS); }

/* The first instant after T_MS at which a walk is due, or NEVER. */
static int64_t due_after(const struct sw_walks *walks, int64_t t_ms) {
    if (!walks->policy->rule[SW_RULE_WALK].on) return NEVER;
    if (walks->since_ms > t_ms) t_ms = walks->since_ms - 1;
    int64_t every_ms = sw_walks_every_ms(walks), look_ms = t_ms;
    for (int days = 0; days < 8 && look_ms < T_MAX_MS; days++) { /* a day may have lost its hours to the clock */
        struct sw_span day, open;
        sw_opening_of_day(walks->opening, walks->zone, look_ms, &day, &open);
        int64_t due_ms = open.start_ms;
        if (t_ms >= due_ms) due_ms += ((t_ms - due_ms) / every_ms + 1) * every_ms;
        if (due_ms < open.end_ms) return due_ms;
        look_ms = later(day.end_ms, look_ms + 1);
    }
    return NEVER;
}

/* Whether clocks show the time of T_MS once more before or after it. */
static bool is_shown_twice(const struct sw_zone *zone, int64_t t_ms) {
    int64_t local_ms = t_ms + sw_zone_offset_ms(zone, t_ms);
    for (int64_t away_ms = -SW_DAY_MS; away_ms <= SW_DAY_MS; away_ms += 2 * SW_DAY_MS) {
        int64_t offset_ms = sw_zone_offset_ms(zone, t_ms + away_ms), other_ms = local_ms - offset_ms;
        if (other_ms != t_ms && sw_zone_offset_ms(zone, other_ms) == offset_ms) return true;
    }
    return false;
}

static void write_id(const struct sw_zone *zone, int64_t t_ms, char out[SW_WALK_ID_SIZE]) {
    char text[SW_RFC3339_SIZE]; /* 2026-10-25T02:00:00.000+01:00 */
    sw_zone_format_rfc3339(zone, t_ms, text);
    bool whole = !memcmp(text + 16, ":00", 3);
    int len = snprintf(out, SW_WALK_ID_SIZE, "%.*s", whole ? 16 : 19, text);
    const char *offset = text + strlen(text) - 6;
    if (is_shown_twice(zone, t_ms))
        snprintf(out + len, SW_WALK_ID_SIZE - (size_t)len, "%.3s%.2s", offset, offset + 4);
}

/* The instant that an id stands for; NEVER when it is none. */
static int64_t read_id(const struct sw_zone *zone, const char *id) {
    char date[11], again[SW_WALK_ID_SIZE];
    size_t len = strlen(id);
    int year, month, day, clock[3] = {0};
    if (len < 16 || len >= SW_WALK_ID_SIZE) return NEVER;
    memcpy(date, id, 10);
    date[10] = '\0';
    if (sw_zone_parse_date(date, &year, &month, &day)) return NEVER;
    size_t parts = len >= 19 && id[16] == ':' ? 3 : 2;
    for (size_t i = 0; i < parts; i++) {
        const char *digits = id + 11 + 3 * i;
        if (!is_digit(digits[0]) || !is_digit(digits[1])) return NEVER;
        clock[i] = (digits[0] - '0') * 10 + digits[1] - '0';
    }
    if (clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return NEVER;
    int64_t of_day_ms = (clock[0] * 60 + clock[1]) * MINUTE_MS + clock[2] * 1000;
    int64_t first_ms = sw_zone_local_to_utc(zone, year, month, day, of_day_ms);
    int64_t second_ms = first_ms + sw_zone_offset_ms(zone, first_ms) - sw_zone_offset_ms(zone, first_ms + SW_DAY_MS);
    write_id(zone, first_ms, again); /* what is written otherwise is not one of ours */
    if (!strcmp(again, id)) return first_ms;
    write_id(zone, second_ms, again);
    return strcmp(again, id) != 0 ? NEVER : second_ms;
}

/* ---- keeping walks ---- */

struct sw_walks *sw_walks_new(const struct sw_policy *policy, const struct sw_zone *zone, struct sw_opening opening,
                              const struct sw_duty *duty) {
    struct sw_walks *walks = sw_xcalloc(1, sizeof *walks);
    *walks = (struct sw_walks){.policy = policy, .zone = zone, .duty = duty, .opening = opening, .since_ms = INT64_MIN,
                               .now_ms = INT64_MIN, .made_until_ms = INT64_MIN, .next_due_ms = NEVER,
                               .deadline_ms = INT64_MIN};
    walks->walks = sw_xcalloc(SW_WALKS_KEPT_MAX, sizeof *walks->walks);
    return walks;
}

static void free_entries(struct sw_walk_entry *entries, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct sw_walk_item *item = &entries[i].item;
        const char *texts[] = {item->subject, item->agent, item->name, item->seat, item->team,
                               item->rule,    item->text,  entries[i].note, entries[i].by};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) free((void *)texts[t]);
    }
    free(entries);
}

/* Forgets the first COUNT walks. */
static void forget(struct sw_walks *walks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct walk *walk = &walks->walks[i];
        free_entries(walk->entries, walk->entry_count);
        free(walk->by);
        free(walk->closed_by);
        free(walk->notes);
    }
    walks->count -= count;
    memmove(walks->walks, walks->walks + count, walks->count * sizeof *walks->walks);
}

void sw_walks_free(struct sw_walks *walks) {
    if (!walks) return;
    forget(walks, walks->count);
    free(walks->walks);
    free(walks);
}

void sw_walks_begin(struct sw_walks *walks, int64_t since_ms) { walks->since_ms = since_ms; }

/* Adds a walk, in order of due. */
static struct walk *add(struct sw_walks *walks, int64_t due_ms) {
    if (walks->count == SW_WALKS_KEPT_MAX) forget(walks, 1);
    size_t at = walks->count;
    while (at && walks->walks[at - 1].due_ms > due_ms) at--;
    memmove(walks->walks + at + 1, walks->walks + at, (walks->count - at) * sizeof *walks->walks);
    walks->count++;
    struct walk *walk = &walks->walks[at];
    *walk = (struct walk){.due_ms = due_ms, .started_ms = NEVER, .closed_ms = NEVER};
    write_id(walks->zone, due_ms, walk->id);
    return walk;
}

static int64_t remind_at(const struct sw_walks *walks, const struct walk *walk) {
    return walk->due_ms + walks->policy->walk_remind_ms;
}

static int64_t missed_at(const struct sw_walks *walks, const struct walk *walk) {
    return walk->due_ms + walks->policy->walk_missed_ms;
}

static bool is_reminded(const struct sw_walks *walks, const struct walk *walk) {
    int64_t limit_ms = remind_at(walks, walk);
    return walks->now_ms >= limit_ms && walk->started_ms >= limit_ms;
}

static bool is_missed(const struct sw_walks *walks, const struct walk *walk) {
    int64_t limit_ms = missed_at(walks, walk);
    return walks->now_ms >= limit_ms && walk->closed_ms >= limit_ms;
}

static int64_t next_deadline(const struct sw_walks *walks) {
    struct sw_span day, open;
    int64_t now_ms = walks->now_ms;
    sw_opening_of_day(walks->opening, walks->zone, now_ms, &day, &open);
    int64_t edges[] = {open.start_ms, open.end_ms, day.end_ms, sw_duty_next_change(walks->duty, now_ms)};
    int64_t deadline_ms = walks->next_due_ms;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        if (edges[i] > now_ms) deadline_ms = earlier(deadline_ms, edges[i]);
    for (size_t i = 0; i < walks->count; i++) {
        const struct walk *walk = &walks->walks[i];
        int64_t remind_ms = remind_at(walks, walk), missed_ms = missed_at(walks, walk);
        if (walk->started_ms == NEVER && remind_ms > now_ms) deadline_ms = earlier(deadline_ms, remind_ms);
        if (walk->closed_ms == NEVER && missed_ms > now_ms) deadline_ms = earlier(deadline_ms, missed_ms);
    }
    return deadline_ms;
}

/* Brings the walks to now: forgets old ones, adds those that are due. */
static void settle(struct sw_walks *walks) {
    struct sw_span today, yesterday, open;
    sw_opening_of_day(walks->opening, walks->zone, walks->now_ms, &today, &open);
    sw_opening_of_day(walks->opening, walks->zone, today.start_ms - 1, &yesterday, &open);
    size_t old = 0;
    while (old < walks->count && walks->walks[old].due_ms < yesterday.start_ms) old++;
    forget(walks, old);
    int64_t made_ms = later(walks->made_until_ms, yesterday.start_ms - 1);
    for (; (walks->next_due_ms = due_after(walks, made_ms)) <= walks->now_ms; made_ms = walks->next_due_ms)
        (void)add(walks, walks->next_due_ms);
    walks->made_until_ms = walks->now_ms;
    walks->duty_version = sw_duty_version(walks->duty);
    walks->deadline_ms = next_deadline(walks);
    walks->version++;
}

void sw_walks_advance(struct sw_walks *walks, int64_t now_ms) {
    walks->now_ms = earlier(later(walks->now_ms, now_ms), T_MAX_MS);
    if (walks->now_ms >= sw_walks_next_deadline(walks)) settle(walks);
}

int64_t sw_walks_next_deadline(const struct sw_walks *walks) {
    return walks->duty_version == sw_duty_version(walks->duty) ? walks->deadline_ms : INT64_MIN;
}

void sw_walks_review(struct sw_walks *walks) {
    if (walks->now_ms == INT64_MIN) return;
    walks->made_until_ms = walks->now_ms;
    settle(walks);
}

/* ---- records ---- */

static struct walk *find(const struct sw_walks *walks, const char *id) {
    for (size_t i = walks->count; i-- > 0;) /* mostly the last */
        if (!strcmp(walks->walks[i].id, id)) return &walks->walks[i];
    return NULL;
}

static char *copy(const char *text) { return text ? sw_xstrdup(text) : NULL; }

static void replace(char **text, const char *with) {
    char *copied = copy(with);
    free(*text);
    *text = copied;
}

/* After a record that changed WALKS. */
static int changed(struct sw_walks *walks) {
    walks->deadline_ms = next_deadline(walks);
    walks->version++;
    return 0;
}

/* Whether a walk will be due at DUE_MS. */
static bool is_to_come(const struct sw_walks *walks, int64_t due_ms) {
    return due_ms != NEVER && due_ms > walks->now_ms && due_after(walks, due_ms - 1) == due_ms;
}

/* The walk that START is about, as far as it can be started. */
static int find_to_start(struct sw_walks *walks, const struct sw_walk_start *start, struct walk **out) {
    struct walk *walk = find(walks, start->walk);
    int64_t due_ms = walk ? walk->due_ms : read_id(walks->zone, start->walk);
    if (walk) {
        bool next_is_due = walk + 1 < walks->walks + walks->count && !start->recorded;
        if (walk->started_ms != NEVER || next_is_due) return -SW_EBUSY;
    } else if (start->recorded && due_ms <= walks->now_ms && walks->count && due_ms >= walks->walks[0].due_ms) {
        walk = add(walks, due_ms);
    } else {
        return is_to_come(walks, due_ms) ? -SW_EBUSY : -SW_ENOENT;
    }
    *out = walk;
    return 0;
}

int sw_walks_start(struct sw_walks *walks, const struct sw_walk_start *start) {
    struct walk *walk = NULL;
    struct sw_walk_item *list = sw_xmalloc(SW_WALK_ITEMS_MAX * sizeof *list);
    sw_walks_advance(walks, start->at_ms);
    int r = find_to_start(walks, start, &walk);
    if (r == 0) {
        size_t count = sw_walks_list(walks, start->items, start->item_count, list);
        walk->started_ms = start->at_ms;
        walk->by = copy(start->by);
        walk->entries = sw_xcalloc(count, sizeof *walk->entries);
        walk->entry_count = count;
        for (size_t i = 0; i < count; i++) {
            struct sw_walk_item *item = &walk->entries[i].item;
            *item = list[i];
            item->subject = copy(list[i].subject);
            item->agent = copy(list[i].agent);
            item->name = copy(list[i].name);
            item->seat = copy(list[i].seat);
            item->team = copy(list[i].team);
            item->rule = copy(list[i].rule);
            item->text = copy(list[i].text);
        }
        r = changed(walks);
    }
    free(list);
    return r;
}

/* The walk of that id while it is being walked. */
static int find_running(struct sw_walks *walks, const char *id, int64_t at_ms, struct walk **out) {
    sw_walks_advance(walks, at_ms);
    struct walk *walk = find(walks, id);
    if (!walk) return is_to_come(walks, read_id(walks->zone, id)) ? -SW_EBUSY : -SW_ENOENT;
    if (walk->started_ms == NEVER || walk->closed_ms != NEVER) return -SW_EBUSY;
    *out = walk;
    return 0;
}

static struct sw_walk_entry *find_entry(struct walk *walk, const char *subject) {
    for (size_t i = 0; i < walk->entry_count; i++)
        if (!strcmp(walk->entries[i].item.subject, subject)) return &walk->entries[i];
    return NULL;
}

/* Who was at an entry last; nobody when there is nothing on it. */
static void sign(struct sw_walk_entry *entry, const char *by, int64_t at_ms) {
    bool empty = entry->tick == SW_TICK_NONE && !entry->note;
    char *signed_by = empty ? NULL : copy(by);
    free((void *)entry->by);
    entry->by = signed_by;
    entry->at_ms = empty ? 0 : at_ms;
}

int sw_walks_tick(struct sw_walks *walks, const char *id, const char *item, enum sw_tick tick, const char *by,
                  int64_t at_ms) {
    struct walk *walk = NULL;
    int r = find_running(walks, id, at_ms, &walk);
    if (r) return r;
    struct sw_walk_entry *entry = find_entry(walk, item);
    if (!entry) return -SW_ENOENT;
    entry->tick = tick;
    sign(entry, by, at_ms);
    return changed(walks);
}

int sw_walks_note(struct sw_walks *walks, const char *id, const char *item, const char *text, const char *by,
                  int64_t at_ms) {
    struct walk *walk = NULL;
    int r = find_running(walks, id, at_ms, &walk);
    if (r) return r;
    if (text && !*text) text = NULL;
    struct sw_walk_entry *entry = item ? find_entry(walk, item) : NULL;
    if (item && !entry) return -SW_ENOENT;
    if (text && strlen(text) > SW_WALK_NOTE_BYTES_MAX) return -SW_ELIMIT;
    if (entry) {
        char *note = copy(text);
        free((void *)entry->note);
        entry->note = note;
        sign(entry, by, at_ms);
    } else {
        replace(&walk->notes, text);
    }
    return changed(walks);
}

int sw_walks_close(struct sw_walks *walks, const char *id, const char *by, int64_t at_ms) {
    struct walk *walk = NULL;
    int r = find_running(walks, id, at_ms, &walk);
    if (r) return r;
    walk->closed_ms = at_ms;
    walk->closing = ++walks->closings;
    replace(&walk->closed_by, by);
    return changed(walks);
}

/* ---- reading ---- */

uint64_t sw_walks_version(const struct sw_walks *walks) { return walks->version; }
size_t sw_walks_count(const struct sw_walks *walks) { return walks->count; }
int64_t sw_walks_next_due(const struct sw_walks *walks) { return walks->next_due_ms; }
const struct sw_duty *sw_walks_duty(const struct sw_walks *walks) { return walks->duty; }
int64_t sw_walks_now(const struct sw_walks *walks) { return walks->now_ms; }

static const char *person_of(const struct sw_walks *walks, const struct walk *walk) {
    struct sw_on_duty on;
    return sw_duty_at(walks->duty, walk->due_ms, &on) == 0 ? on.person : NULL;
}

static void describe(const struct sw_walks *walks, const struct walk *walk, struct sw_walk *out) {
    *out = (struct sw_walk){.id = walk->id,
                            .due_ms = walk->due_ms,
                            .person = person_of(walks, walk),
                            .reminded_ms = is_reminded(walks, walk) ? remind_at(walks, walk) : NEVER,
                            .missed_ms = is_missed(walks, walk) ? missed_at(walks, walk) : NEVER,
                            .by = walk->by,
                            .started_ms = walk->started_ms,
                            .closed_by = walk->closed_by,
                            .closed_ms = walk->closed_ms,
                            .entries = walk->entries,
                            .entry_count = walk->entry_count,
                            .notes = walk->notes};
    out->state = walk->closed_ms != NEVER ? SW_WALK_CLOSED : walk->started_ms != NEVER ? SW_WALK_STARTED : SW_WALK_DUE;
    for (size_t i = 0; i < walk->entry_count; i++) out->ticked += walk->entries[i].tick != SW_TICK_NONE;
}

void sw_walks_get(const struct sw_walks *walks, size_t index, struct sw_walk *out) {
    describe(walks, &walks->walks[index], out);
}

int sw_walks_find(const struct sw_walks *walks, const char *id, struct sw_walk *out) {
    const struct walk *walk = find(walks, id);
    if (!walk) return -SW_ENOENT;
    describe(walks, walk, out);
    return 0;
}

bool sw_walks_current(const struct sw_walks *walks, struct sw_walk *out) {
    const struct walk *last = walks->count ? &walks->walks[walks->count - 1] : NULL, *current = NULL;
    for (size_t i = walks->count; i-- > 0 && !current;) {
        const struct walk *walk = &walks->walks[i];
        if (walk->started_ms != NEVER && walk->closed_ms == NEVER) current = walk;
    }
    if (!current && last && last->started_ms == NEVER) current = last;
    if (current) describe(walks, current, out);
    return current != NULL;
}

void sw_walks_compliance(const struct sw_walks *walks, int64_t from_ms, int64_t to_ms, struct sw_walk_compliance *out) {
    *out = (struct sw_walk_compliance){0};
    for (size_t i = 0; i < walks->count; i++) {
        const struct walk *walk = &walks->walks[i];
        if (walk->due_ms < from_ms || walk->due_ms >= to_ms) continue;
        bool missed = is_missed(walks, walk), done = !missed && walk->closed_ms != NEVER;
        out->missed += missed;
        out->done += done;
        out->due += missed || done;
    }
}

void sw_walks_today(const struct sw_walks *walks, struct sw_walk_compliance *out) {
    struct sw_span day, open;
    sw_opening_of_day(walks->opening, walks->zone, walks->now_ms, &day, &open);
    sw_walks_compliance(walks, day.start_ms, day.end_ms, out);
}

size_t sw_walks_alerts(const struct sw_walks *walks, struct sw_walk_alert *out, size_t max) {
    size_t count = 0, first = walks->count; /* behind the last that is closed */
    if (!walks->policy->rule[SW_RULE_WALK].on || walks->now_ms == INT64_MIN) return 0;
    while (first && walks->walks[first - 1].closed_ms == NEVER) first--;
    for (size_t i = first; i < walks->count; i++) {
        const struct walk *walk = &walks->walks[i];
        struct sw_walk_alert alert = {SW_WALK_LEVEL_DUE, walk->id, person_of(walks, walk), walk->due_ms};
        if (is_missed(walks, walk)) alert.level = SW_WALK_LEVEL_MISSED, alert.since_ms = missed_at(walks, walk);
        else if (walk->started_ms != NEVER) continue;
        else if (is_reminded(walks, walk)) alert.level = SW_WALK_LEVEL_REMINDER, alert.since_ms = remind_at(walks, walk);
        if (count++ < max) out[count - 1] = alert;
    }
    struct sw_span gap;
    if (sw_duty_gap_at(walks->duty, walks->opening, walks->zone, walks->now_ms, &gap) && count++ < max)
        out[count - 1] = (struct sw_walk_alert){SW_WALK_LEVEL_GAP, "", NULL, later(gap.start_ms, walks->since_ms)};
    return count;
}
