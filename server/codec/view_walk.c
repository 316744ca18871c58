#include "codec/view_walk.h"

#include <stdlib.h>

#include "codec/json_writer.h"

/* A time; one that is not known is left out. */
static void write_time(struct sw_json *j, const char *key, int64_t t_ms) {
    if (t_ms != INT64_MAX) sw_json_int(j, key, t_ms);
}

static void write_duty_now(struct sw_json *j, const struct sw_walks *walks, const struct sw_view_walk *options) {
    struct sw_on_duty on;
    if (sw_duty_at(sw_walks_duty(walks), sw_walks_now(walks), &on)) return;
    sw_json_open(j, "duty", '{');
    sw_json_text(j, "person", on.person);
    sw_json_text(j, "name", options->name_of ? options->name_of(options->ctx, on.person) : NULL);
    sw_json_int(j, "until", on.until_ms);
    sw_json_close(j, '}');
}

/* ENTRY: what was done about it; NULL in a walk that is not started. */
static void write_item(struct sw_json *j, size_t rank, const struct sw_walk_item *item,
                       const struct sw_walk_entry *entry) {
    sw_json_open(j, item->subject, '{');
    sw_json_int(j, "rank", (int64_t)rank);
    sw_json_text(j, "kind", sw_walk_kind_name(item->kind));
    sw_json_text(j, "subject", item->subject);
    sw_json_text(j, "agent", item->agent);
    sw_json_text(j, "name", item->name);
    sw_json_text(j, "seat", item->seat);
    sw_json_text(j, "team", item->team);
    sw_json_text(j, "rule", item->rule);
    if (item->since_ms) sw_json_int(j, "since", item->since_ms);
    sw_json_text(j, "text", item->text);
    if (entry) {
        sw_json_text(j, "tick", sw_tick_name(entry->tick));
        sw_json_text(j, "note", entry->note);
        sw_json_text(j, "by", entry->by);
        if (entry->at_ms) sw_json_int(j, "at", entry->at_ms);
    }
    sw_json_close(j, '}');
}

static void write_items(struct sw_json *j, const struct sw_walks *walks, const struct sw_walk *walk,
                        const struct sw_view_walk *options) {
    sw_json_open(j, "items", '{');
    if (walk->state == SW_WALK_DUE) {
        struct sw_walk_item *list = sw_xmalloc(SW_WALK_ITEMS_MAX * sizeof *list);
        size_t count = sw_walks_list(walks, options->candidates, options->candidate_count, list);
        for (size_t i = 0; i < count; i++) write_item(j, i + 1, &list[i], NULL);
        free(list);
    } else {
        for (size_t i = 0; i < walk->entry_count; i++) write_item(j, i + 1, &walk->entries[i].item, &walk->entries[i]);
    }
    sw_json_close(j, '}');
}

static void write_current(struct sw_json *j, const struct sw_walks *walks, const struct sw_view_walk *options) {
    struct sw_walk walk;
    if (!sw_walks_current(walks, &walk)) return;
    sw_json_open(j, "walk", '{');
    sw_json_text(j, "id", walk.id);
    sw_json_int(j, "due", walk.due_ms);
    sw_json_text(j, "state",
                 walk.state == SW_WALK_STARTED ? "started" : walk.reminded_ms != INT64_MAX ? "reminded" : "due");
    sw_json_text(j, "by", walk.by);
    write_time(j, "started", walk.started_ms);
    write_items(j, walks, &walk, options);
    sw_json_text(j, "notes", walk.notes);
    sw_json_close(j, '}');
}

static void write_today(struct sw_json *j, const struct sw_walks *walks) {
    struct sw_walk_compliance today;
    sw_walks_today(walks, &today);
    sw_json_open(j, "today", '{');
    sw_json_int(j, "due", today.due);
    sw_json_int(j, "done", today.done);
    sw_json_int(j, "missed", today.missed);
    sw_json_close(j, '}');
}

static void write_past(struct sw_json *j, const struct sw_walks *walks) {
    sw_json_open(j, "past", '{');
    for (size_t i = 0; i < sw_walks_count(walks); i++) {
        struct sw_walk walk;
        sw_walks_get(walks, i, &walk);
        bool missed = walk.missed_ms != INT64_MAX;
        if (!missed && walk.state != SW_WALK_CLOSED) continue;
        sw_json_open(j, walk.id, '{');
        sw_json_int(j, "due", walk.due_ms);
        sw_json_text(j, "state", missed ? "missed" : "done");
        sw_json_text(j, "by", walk.by);
        write_time(j, "started", walk.started_ms);
        write_time(j, "closed", walk.closed_ms);
        sw_json_int(j, "items", (int64_t)walk.entry_count);
        sw_json_int(j, "ticked", (int64_t)walk.ticked);
        sw_json_close(j, '}');
    }
    sw_json_close(j, '}');
}

void sw_view_write_walk(const struct sw_walks *walks, const struct sw_view_walk *options, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    write_duty_now(&j, walks, options);
    write_time(&j, "next", sw_walks_next_due(walks));
    sw_json_int(&j, "every_ms", sw_walks_every_ms(walks));
    write_current(&j, walks, options);
    write_today(&j, walks);
    write_past(&j, walks);
    sw_json_close(&j, '}');
}

void sw_view_write_duty(const struct sw_duty *duty, struct sw_buf *out) {
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    sw_json_open(&j, "duty", '[');
    for (size_t i = 0; i < sw_duty_row_count(duty); i++) {
        const struct sw_rota_row *row = sw_duty_row(duty, i);
        sw_json_open(&j, NULL, '{');
        sw_json_text(&j, "date", row->date);
        sw_json_text(&j, "role", sw_duty_role_name(row->role));
        sw_json_text(&j, "person", row->person);
        sw_json_int(&j, "from", row->from_ms);
        sw_json_int(&j, "to", row->to_ms);
        sw_json_close(&j, '}');
    }
    sw_json_close(&j, ']');
    sw_json_close(&j, '}');
}
