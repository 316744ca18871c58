#include "codec/event_json.h"

#include <string.h>

#include "codec/event_flat.h"
#include "codec/json_strict.h"

/* The first fault of an event; later ones change nothing. */
struct fields {
    const cJSON *object;
    enum sw_reject fault;
};

static void fail(struct fields *f, enum sw_reject fault) {
    if (f->fault == SW_REJECT_NONE) f->fault = fault;
}

static const cJSON *get(const struct fields *f, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(f->object, name);
}

/* A string of at most MAX code points, or NULL when absent or faulty. */
static const char *text(struct fields *f, const char *name, size_t max) {
    const cJSON *item = get(f, name);
    if (!item) return NULL;
    if (!cJSON_IsString(item)) {
        fail(f, SW_REJECT_WRONG_TYPE);
        return NULL;
    }
    if (sw_utf8_count(item->valuestring) > max) {
        fail(f, SW_REJECT_OUT_OF_RANGE);
        return NULL;
    }
    return item->valuestring;
}

static bool is_identifier(const char *value) {
    return *value && sw_utf8_count(value) <= SW_ID_CHARS_MAX && !sw_utf8_has_control(value);
}

static const char *identifier(struct fields *f, const char *name) {
    const char *value = text(f, name, SW_ID_CHARS_MAX);
    if (value && !is_identifier(value)) fail(f, SW_REJECT_OUT_OF_RANGE);
    return value;
}

static void required(struct fields *f, const void *value) {
    if (!value) fail(f, SW_REJECT_MISSING);
}

/* An integer in [MIN, MAX], or ABSENT. */
static int64_t integer(struct fields *f, const char *name, int64_t min, int64_t max, int64_t absent) {
    const cJSON *item = get(f, name);
    int64_t value = absent;
    if (!item) return absent;
    if (sw_json_integer(item, min, max, &value)) return value;
    bool whole = sw_json_integer(item, -SW_TS_MAX_MS, SW_TS_MAX_MS, &value);
    fail(f, cJSON_IsNumber(item) && whole ? SW_REJECT_OUT_OF_RANGE : SW_REJECT_WRONG_TYPE);
    return absent;
}

/* The place of a word in NAMES, or ABSENT. */
static int choice(struct fields *f, const char *name, const char *const *names, size_t count, int absent) {
    const cJSON *item = get(f, name);
    if (!item) return absent;
    if (!cJSON_IsString(item)) {
        fail(f, SW_REJECT_WRONG_TYPE);
        return absent;
    }
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], item->valuestring)) return (int)i;
    fail(f, SW_REJECT_OUT_OF_RANGE);
    return absent;
}
#define CHOICE(f, name, absent, ...)                                                                          \
    choice(f, name, (const char *const[]){__VA_ARGS__},                                                       \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), absent)

static int required_choice(struct fields *f, const char *name, int value) {
    if (value >= 0) return value;
    if (!get(f, name)) fail(f, SW_REJECT_MISSING);
    return 0;
}

static void read_queues(struct fields *f, struct sw_event *e) {
    const cJSON *list = get(f, "queues"), *item;
    if (!list) return;
    if (!cJSON_IsArray(list)) {
        fail(f, SW_REJECT_WRONG_TYPE);
        return;
    }
    e->has_queues = true;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item)) fail(f, SW_REJECT_WRONG_TYPE);
        else if (e->queue_count == SW_EVENT_QUEUES_MAX || !is_identifier(item->valuestring)) fail(f, SW_REJECT_OUT_OF_RANGE);
        else e->queues[e->queue_count++] = item->valuestring;
    }
}

static void read_agent_state(struct fields *f, struct sw_event *e) {
#define XX(name, word) word,
    e->state = (enum sw_agent_state)required_choice(f, "state", CHOICE(f, "state", -1, SW_STATE_MAP(XX)));
#undef XX
    e->reason = text(f, "reason", SW_REASON_CHARS_MAX);
    e->name = text(f, "name", SW_NAME_CHARS_MAX);
    read_queues(f, e);
    required(f, e->agent);
}

static void read_notice(struct fields *f, struct sw_event *e) {
    e->text = text(f, "text", SW_NOTICE_CHARS_MAX);
    required(f, e->text);
    if (e->type == SW_EV_NOTICE) {
        e->until_ms = integer(f, "until", 0, SW_TS_MAX_MS, -1);
        return;
    }
    e->source = identifier(f, "source");
    required(f, e->source);
    e->severity = (enum sw_severity)required_choice(f, "severity", CHOICE(f, "severity", -1, "info", "warning", "critical"));
    e->alarm_raised = !required_choice(f, "state", CHOICE(f, "state", -1, "raised", "cleared"));
}

static void read_call(struct fields *f, struct sw_event *e) {
    required(f, e->call);
    e->wait_ms = integer(f, "wait", 0, SW_DURATION_MAX_MS, -1);
    switch (e->type) {
    case SW_EV_CALL_QUEUED:
        required(f, e->queue);
        e->position = integer(f, "position", 0, INT32_MAX, -1);
        e->priority = integer(f, "priority", INT32_MIN, INT32_MAX, INT64_MIN);
        break;
    case SW_EV_CALL_DECLINED: CHOICE(f, "reason", 0, "timeout", "rejected"); break;
    case SW_EV_CALL_EXITED:
        e->exit_reason = (enum sw_exit_reason)CHOICE(f, "reason", SW_EXIT_OVERFLOW, "timeout", "overflow", "key",
                                                     "full", "unstaffed", "callback");
        e->to = identifier(f, "to");
        break;
    case SW_EV_CALL_TRANSFERRED: e->to = identifier(f, "to"); break;
    case SW_EV_CALL_ENDED:
        e->by = (enum sw_ended_by)CHOICE(f, "by", SW_BY_SYSTEM, "agent", "caller", "system");
        e->talk_ms = integer(f, "talk", 0, SW_DURATION_MAX_MS, -1);
        e->hold_ms = integer(f, "hold", 0, SW_DURATION_MAX_MS, -1);
        break;
    case SW_EV_CALL_DISPOSITIONED:
        e->result = (enum sw_result)required_choice(
            f, "result", CHOICE(f, "result", -1, "success", "refused", "unreachable", "other"));
        break;
    default: break;
    }
    if (e->type == SW_EV_CALL_RINGING || e->type == SW_EV_CALL_DECLINED || e->type == SW_EV_CALL_ANSWERED ||
        e->type == SW_EV_CALL_TRANSFERRED || e->type == SW_EV_CALL_DIALED)
        required(f, e->agent);
}

static void read_type(struct fields *f, struct sw_event *e) {
    static const char *const names[] = {
#define XX(name, word) word,
        SW_EVENT_TYPE_MAP(XX)
#undef XX
    };
    int64_t version = integer(f, "v", -SW_TS_MAX_MS, SW_TS_MAX_MS, 1);
    if (version != 1) fail(f, SW_REJECT_VERSION);
    const cJSON *type = get(f, "type");
    if (!type) fail(f, SW_REJECT_MISSING);
    else if (!cJSON_IsString(type)) fail(f, SW_REJECT_WRONG_TYPE);
    if (f->fault != SW_REJECT_NONE) return;
    for (int i = 0; i < SW_EV_COUNT; i++)
        if (!strcmp(names[i], type->valuestring)) {
            e->type = (enum sw_event_type)i;
            return;
        }
    fail(f, SW_REJECT_UNKNOWN_TYPE);
}

static enum sw_reject read_object(const cJSON *object, struct sw_event *e) {
    struct fields f = {.object = object};
    *e = (struct sw_event){.wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .until_ms = -1, .position = -1, .priority = INT64_MIN};
    read_type(&f, e);
    if (f.fault != SW_REJECT_NONE) return f.fault;
    if (!get(&f, "ts")) fail(&f, SW_REJECT_MISSING);
    e->ts_ms = integer(&f, "ts", 0, SW_TS_MAX_MS, 0);
    e->id = text(&f, "id", SW_ID_CHARS_MAX);
    e->src = text(&f, "src", SW_ID_CHARS_MAX);
    e->agent = identifier(&f, "agent");
    e->call = identifier(&f, "call");
    e->queue = identifier(&f, "queue");
    e->team = identifier(&f, "team");
    e->campaign = identifier(&f, "campaign");
    e->media = (enum sw_media)CHOICE(&f, "media", SW_MEDIA_VOICE, "voice", "chat", "email", "callback");
    if (e->type == SW_EV_AGENT_STATE) read_agent_state(&f, e);
    else if (e->type == SW_EV_NOTICE || e->type == SW_EV_ALARM) read_notice(&f, e);
    else read_call(&f, e);
    return f.fault;
}

static enum sw_reject reject_of(enum sw_json_fault fault) {
    switch (fault) {
    case SW_JSON_OK: return SW_REJECT_NONE;
    case SW_JSON_TOO_DEEP: return SW_REJECT_TOO_DEEP;
    case SW_JSON_DUPLICATE_KEY: return SW_REJECT_DUPLICATE_KEY;
    case SW_JSON_TOO_MANY: return SW_REJECT_BAD_BATCH;
    default: return SW_REJECT_BAD_JSON;
    }
}

void sw_event_read_by_tree(const char *json, size_t len, sw_event_fn fn, void *ctx) {
    cJSON *object = NULL;
    enum sw_reject reject = SW_REJECT_TOO_LONG;
    if (len <= SW_EVENT_BYTES_MAX) reject = reject_of(sw_json_parse(json, len, SW_EVENT_DEPTH_MAX, &object));
    if (reject == SW_REJECT_NONE && !cJSON_IsObject(object)) reject = SW_REJECT_NOT_OBJECT;
    struct sw_event event;
    if (reject == SW_REJECT_NONE) reject = read_object(object, &event);
    fn(ctx, reject == SW_REJECT_NONE ? &event : NULL, reject, json, len);
    cJSON_Delete(object);
}

static void read_one(const char *json, size_t len, sw_event_fn fn, void *ctx) {
    char room[SW_EVENT_FLAT_ROOM(SW_EVENT_BYTES_MAX)];
    struct sw_event event;
    if (len <= SW_EVENT_BYTES_MAX && sw_event_read_flat(json, len, room, &event)) fn(ctx, &event, SW_REJECT_NONE, json, len);
    else sw_event_read_by_tree(json, len, fn, ctx);
}

static void read_batch(const char *json, size_t len, sw_event_fn fn, void *ctx) {
    struct sw_json_slice members[SW_BATCH_EVENTS_MAX];
    size_t count = 0;
    enum sw_reject reject = SW_REJECT_TOO_LONG;
    if (len <= SW_BATCH_BYTES_MAX) reject = reject_of(sw_json_elements(json, len, members, SW_BATCH_EVENTS_MAX, &count));
    if (reject == SW_REJECT_NONE && !count) reject = SW_REJECT_BAD_BATCH;
    for (size_t i = 0; i < count && reject == SW_REJECT_NONE; i++)
        if (members[i].first == '[') reject = SW_REJECT_BAD_BATCH;
    if (reject != SW_REJECT_NONE) {
        fn(ctx, NULL, reject, json, len);
        return;
    }
    for (size_t i = 0; i < count; i++) read_one(members[i].text, members[i].len, fn, ctx);
}

void sw_event_read(const char *json, size_t len, sw_event_fn fn, void *ctx) {
    const char *at = json, *end = json + len;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    if (at < end && *at == '[') read_batch(json, len, fn, ctx);
    else read_one(json, len, fn, ctx);
}
