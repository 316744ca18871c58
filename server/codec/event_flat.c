#include "codec/event_flat.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define INTEGER_DIGITS_MAX 15 /* exact in a double, as the reference has it */
#define STRANGERS_MAX 8       /* members the contract does not know, remembered to see whether one stands twice */

#define FIELD_MAP(XX)                                                                                         \
    XX(v) XX(type) XX(ts) XX(id) XX(src) XX(agent) XX(call) XX(queue) XX(team) XX(campaign) XX(media) XX(state) \
    XX(reason) XX(name) XX(queues) XX(wait) XX(position) XX(priority) XX(to) XX(by) XX(talk) XX(hold)            \
    XX(result) XX(text) XX(until) XX(source) XX(severity)

enum field {
#define XX(name) F_##name,
    FIELD_MAP(XX)
#undef XX
        F_COUNT,
    F_STRANGER = F_COUNT
};

enum kind { TEXT, INTEGER, LIST, OTHER };

struct slot {
    enum kind kind;
    bool control; /* a control character beyond ASCII's first */
    uint32_t len, chars;
    union {
        const char *text;
        int64_t integer;
    };
};

struct scan {
    const char *at, *end;
    uint32_t present; /* bits of fields; the slots of others hold nothing */
    struct slot slots[F_COUNT];
    struct slot queues[SW_EVENT_QUEUES_MAX];
    uint32_t queue_count;
    struct slot strangers[STRANGERS_MAX];
    uint32_t stranger_count;
    char *room;
};

/* ---- one pass ---- */

static void skip_space(struct scan *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')) s->at++;
}

static bool take(struct scan *s, char c) {
    if (s->at < s->end && *s->at != c) skip_space(s);
    if (s->at >= s->end || *s->at != c) return false;
    s->at++;
    return true;
}

/* One UTF-8 sequence of two to four bytes (RFC 3629). Returns its length, 0 when it is none. */
static size_t multibyte(const unsigned char *b, size_t left) {
    size_t len = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4 || left < len) return 0;
    for (size_t i = 1; i < len; i++)
        if ((b[i] & 0xC0) != 0x80) return 0;
    bool wrong = (b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xED && b[1] > 0x9F) || (b[0] == 0xF0 && b[1] < 0x90) ||
                 (b[0] == 0xF4 && b[1] > 0x8F);
    return wrong ? 0 : len;
}

/* The first byte from AT on that is not plain: a quote, a backslash, a control character, or of a sequence; END when
 * there is none. Sixteen bytes at a time where there is SSE2, as on every x86-64; else eight: in each term a byte's highest
 * bit says so, and the lowest such bit is right (what is borrowed goes upwards only). */
static const char *plain_until(const char *at, const char *end) {
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* as signed numbers those of a sequence are below the space, too */
        __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))),
                                     _mm_or_si128(_mm_cmplt_epi8(x, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7F))));
        unsigned bits = (unsigned)_mm_movemask_epi8(found);
        if (bits) return at + __builtin_ctz(bits);
    }
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (; end - at >= 8; at += 8) {
        uint64_t x;
        memcpy(&x, at, 8);
        uint64_t quote = x ^ ones * '"', backslash = x ^ ones * '\\', delete = x ^ ones * 0x7F;
        uint64_t found = (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((delete - ones) & ~delete) | (x - ones * 0x20) | x) & high;
        if (found) return at + __builtin_ctzll(found) / 8;
    }
#endif
    while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7F && *at != '"' && *at != '\\') at++;
    return at;
}

/* A text without escapes. */
static bool text(struct scan *s, struct slot *out) {
    if (!take(s, '"')) return false;
    const char *from = s->at, *at = from, *end = s->end;
    uint32_t continued = 0;
    bool control = false;
    for (;; at++) {
        at = plain_until(at, end);
        if (at >= end) return false;
        unsigned char c = (unsigned char)*at;
        if (c == '"') break;
        if (c < 0x20 || c == '\\') return false;
        if (c == 0x7F) {
            control = true;
            continue;
        }
        size_t len = multibyte((const unsigned char *)at, (size_t)(end - at));
        if (!len) return false;
        control |= c == 0xC2 && (unsigned char)at[1] <= 0x9F;
        continued += (uint32_t)len - 1;
        at += len - 1;
    }
    *out = (struct slot){.kind = TEXT, .text = from, .len = (uint32_t)(at - from), .chars = (uint32_t)(at - from) - continued, .control = control};
    s->at = at + 1;
    return true;
}

static bool integer(struct scan *s, struct slot *out) {
    bool negative = *s->at == '-';
    const char *from = s->at += negative;
    int64_t value = 0;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - from <= INTEGER_DIGITS_MAX) value = value * 10 + (*s->at++ - '0');
    size_t digits = (size_t)(s->at - from);
    if (!digits || digits > INTEGER_DIGITS_MAX || (*from == '0' && (digits > 1 || negative))) return false;
    /* a fraction or an exponent is the reference's; so is what ends here */
    if (s->at >= s->end || *s->at == '.' || *s->at == 'e' || *s->at == 'E') return false;
    *out = (struct slot){.kind = INTEGER, .integer = negative ? -value : value};
    return true;
}

/* A list of texts: the queues of an agent. */
static bool list(struct scan *s, struct slot *out) {
    s->at++;
    *out = (struct slot){.kind = LIST};
    if (take(s, ']')) return true;
    do {
        if (s->queue_count == SW_EVENT_QUEUES_MAX || !text(s, &s->queues[s->queue_count++])) return false;
    } while (take(s, ','));
    return take(s, ']');
}

static bool word(struct scan *s, const char *word, size_t len, struct slot *out) {
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0) return false;
    s->at += len;
    *out = (struct slot){.kind = OTHER};
    return true;
}

static bool value(struct scan *s, enum field field, struct slot *out) {
    skip_space(s);
    if (s->at >= s->end) return false;
    switch (*s->at) {
    case '"': return text(s, out);
    case '[': return field == F_queues && list(s, out);
    case 't': return word(s, "true", 4, out);
    case 'f': return word(s, "false", 5, out);
    case 'n': return word(s, "null", 4, out);
    default: return integer(s, out);
    }
}

static enum field field_of(const char *name, size_t len) {
#define IS(field)                                                                                             \
    if (!memcmp(name, #field, sizeof #field - 1)) return F_##field
    switch (len) {
    case 1: IS(v); break;
    case 2: IS(ts); IS(id); IS(to); IS(by); break;
    case 3: IS(src); break;
    case 4: IS(type); IS(call); IS(team); IS(name); IS(wait); IS(talk); IS(hold); IS(text); break;
    case 5: IS(agent); IS(queue); IS(state); IS(media); IS(until); break;
    case 6: IS(reason); IS(queues); IS(result); IS(source); break;
    case 8: IS(campaign); IS(position); IS(priority); IS(severity); break;
    default: break;
    }
#undef IS
    return F_STRANGER;
}

/* Remembers a member the contract does not know; false when it stands twice, or there are too many to tell. */
static bool is_new(struct scan *s, const struct slot *name) {
    for (uint32_t i = 0; i < s->stranger_count; i++)
        if (s->strangers[i].len == name->len && !memcmp(s->strangers[i].text, name->text, name->len)) return false;
    if (s->stranger_count == STRANGERS_MAX) return false;
    s->strangers[s->stranger_count++] = *name;
    return true;
}

static bool member(struct scan *s) {
    struct slot name, ignored;
    skip_space(s);
    if (!text(s, &name) || !take(s, ':')) return false;
    enum field field = field_of(name.text, name.len);
    if (field == F_STRANGER) return is_new(s, &name) && value(s, field, &ignored);
    bool first = !(s->present & 1u << field);
    s->present |= 1u << field;
    return first && value(s, field, &s->slots[field]);
}

static bool object(struct scan *s) {
    if (!take(s, '{') || take(s, '}')) return false;
    do {
        if (!member(s)) return false;
    } while (take(s, ','));
    if (!take(s, '}')) return false;
    skip_space(s);
    return s->at == s->end;
}

/* ---- what it says; false wherever the reference has to be asked ---- */

/* NULL when the event has no such field. */
static const struct slot *get(const struct scan *s, enum field field) {
    return s->present & 1u << field ? &s->slots[field] : NULL;
}

static const char *keep(struct scan *s, const struct slot *slot) {
    char *kept = s->room;
    memcpy(kept, slot->text, slot->len);
    kept[slot->len] = '\0';
    s->room += slot->len + 1; /* its quotes had two bytes */
    return kept;
}

static bool get_text(struct scan *s, enum field field, uint32_t max, const char **out) {
    const struct slot *slot = get(s, field);
    if (!slot) return true;
    if (slot->kind != TEXT || slot->chars > max) return false;
    *out = keep(s, slot);
    return true;
}

static bool is_identifier(const struct slot *slot) {
    return slot->kind == TEXT && slot->len && slot->chars <= SW_ID_CHARS_MAX && !slot->control;
}

static bool get_identifier(struct scan *s, enum field field, const char **out) {
    const struct slot *slot = get(s, field);
    if (!slot) return true;
    if (!is_identifier(slot)) return false;
    *out = keep(s, slot);
    return true;
}

static bool get_integer(const struct scan *s, enum field field, int64_t min, int64_t max, int64_t *out) {
    const struct slot *slot = get(s, field);
    if (!slot) return true;
    if (slot->kind != INTEGER || slot->integer < min || slot->integer > max) return false;
    *out = slot->integer;
    return true;
}

struct choice {
    const char *text;
    size_t len;
};
#define WORD(text) {text, sizeof text - 1}
#define COUNT(list) (sizeof(list) / sizeof *(list))

static int place_of(const struct slot *slot, const struct choice *choices, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (choices[i].len == slot->len && !memcmp(choices[i].text, slot->text, slot->len)) return (int)i;
    return -1;
}

/* OUT stays as it is when the field is absent and not REQUIRED. */
static bool get_choice(const struct scan *s, enum field field, bool required, const struct choice *choices, size_t count, int *out) {
    const struct slot *slot = get(s, field);
    if (!slot) return !required;
    return slot->kind == TEXT && (*out = place_of(slot, choices, count)) >= 0;
}

static bool read_agent_state(struct scan *s, struct sw_event *e) {
    static const struct choice states[] = {
#define XX(name, word) WORD(word),
        SW_STATE_MAP(XX)
#undef XX
    };
    int state = 0;
    if (!get_choice(s, F_state, true, states, COUNT(states), &state) || !get_text(s, F_reason, SW_REASON_CHARS_MAX, &e->reason) ||
        !get_text(s, F_name, SW_NAME_CHARS_MAX, &e->name) || !e->agent)
        return false;
    e->state = (enum sw_agent_state)state;
    const struct slot *queues = get(s, F_queues);
    if (!queues) return true;
    if (queues->kind != LIST) return false;
    e->has_queues = true;
    for (uint32_t i = 0; i < s->queue_count; i++) {
        if (!is_identifier(&s->queues[i])) return false;
        e->queues[e->queue_count++] = keep(s, &s->queues[i]);
    }
    return true;
}

static bool read_exit(struct scan *s, struct sw_event *e) {
    static const struct choice reasons[] = {WORD("timeout"), WORD("overflow"), WORD("key"), WORD("full"), WORD("unstaffed"), WORD("callback")};
    int reason = SW_EXIT_OVERFLOW;
    if (!get_choice(s, F_reason, false, reasons, COUNT(reasons), &reason)) return false;
    e->exit_reason = (enum sw_exit_reason)reason;
    return get_identifier(s, F_to, &e->to);
}

static bool read_end(const struct scan *s, struct sw_event *e) {
    static const struct choice sides[] = {WORD("agent"), WORD("caller"), WORD("system")};
    int by = SW_BY_SYSTEM;
    if (!get_choice(s, F_by, false, sides, COUNT(sides), &by)) return false;
    e->by = (enum sw_ended_by)by;
    return get_integer(s, F_talk, 0, SW_DURATION_MAX_MS, &e->talk_ms) && get_integer(s, F_hold, 0, SW_DURATION_MAX_MS, &e->hold_ms);
}

static bool read_result(const struct scan *s, struct sw_event *e) {
    static const struct choice results[] = {WORD("success"), WORD("refused"), WORD("unreachable"), WORD("other")};
    int result = 0;
    if (!get_choice(s, F_result, true, results, COUNT(results), &result)) return false;
    e->result = (enum sw_result)result;
    return true;
}

static bool read_call(struct scan *s, struct sw_event *e) {
    static const struct choice refusals[] = {WORD("timeout"), WORD("rejected")};
    int ignored = 0;
    if (!e->call || !get_integer(s, F_wait, 0, SW_DURATION_MAX_MS, &e->wait_ms)) return false;
    switch (e->type) {
    case SW_EV_CALL_QUEUED:
        return e->queue && get_integer(s, F_position, 0, INT32_MAX, &e->position) &&
               get_integer(s, F_priority, INT32_MIN, INT32_MAX, &e->priority);
    case SW_EV_CALL_DECLINED: return e->agent && get_choice(s, F_reason, false, refusals, COUNT(refusals), &ignored);
    case SW_EV_CALL_EXITED: return read_exit(s, e);
    case SW_EV_CALL_TRANSFERRED: return e->agent && get_identifier(s, F_to, &e->to);
    case SW_EV_CALL_ENDED: return read_end(s, e);
    case SW_EV_CALL_DISPOSITIONED: return read_result(s, e);
    case SW_EV_CALL_RINGING: case SW_EV_CALL_ANSWERED: case SW_EV_CALL_DIALED: return e->agent;
    default: return true;
    }
}

static bool read_type(const struct scan *s, struct sw_event *e) {
    static const struct choice types[] = {
#define XX(name, word) WORD(word),
        SW_EVENT_TYPE_MAP(XX)
#undef XX
    };
    int64_t version = 1;
    int type = 0;
    if (!get_integer(s, F_v, 1, 1, &version) || !get_choice(s, F_type, true, types, COUNT(types), &type)) return false;
    e->type = (enum sw_event_type)type;
    return e->type != SW_EV_NOTICE && e->type != SW_EV_ALARM;
}

bool sw_event_read_flat(const char *json, size_t len, char *room, struct sw_event *e) {
    struct scan s;
    s.at = json, s.end = json + len, s.room = room; /* the slots are filled as they come */
    s.present = s.queue_count = s.stranger_count = 0;
    if (!object(&s)) return false;
    *e = (struct sw_event){.wait_ms = -1, .talk_ms = -1, .hold_ms = -1, .until_ms = -1, .position = -1, .priority = INT64_MIN};
    static const struct choice media_names[] = {WORD("voice"), WORD("chat"), WORD("email"), WORD("callback")};
    int media = SW_MEDIA_VOICE;
    bool good = read_type(&s, e) && get(&s, F_ts) && get_integer(&s, F_ts, 0, SW_TS_MAX_MS, &e->ts_ms) &&
                get_text(&s, F_id, SW_ID_CHARS_MAX, &e->id) && get_text(&s, F_src, SW_ID_CHARS_MAX, &e->src) &&
                get_identifier(&s, F_agent, &e->agent) && get_identifier(&s, F_call, &e->call) &&
                get_identifier(&s, F_queue, &e->queue) && get_identifier(&s, F_team, &e->team) &&
                get_identifier(&s, F_campaign, &e->campaign) &&
                get_choice(&s, F_media, false, media_names, COUNT(media_names), &media);
    if (!good) return false;
    e->media = (enum sw_media)media;
    return e->type == SW_EV_AGENT_STATE ? read_agent_state(&s, e) : read_call(&s, e);
}
