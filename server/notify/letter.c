#include "notify/letter.h"

#include <stdio.h>
#include <string.h>

#include "shiftwall/alert.h"

#define TITLE_BYTES_MAX 1024
#define TEXT_BYTES_MAX ((size_t)256 << 10)

struct phrases {
    const char *see, *more, *again, *cleared, *said_at, *opened_cleared, *others;
    const char *alerts, *critical, *are_cleared, *comma;
};

static const struct phrases phrases[SW_LANGUAGE_COUNT] = {
    [SW_LANGUAGE_ZH] = {.see = "查看详情",
                        .more = "……更多内容见控制台",
                        .again = "（这条消息可能已经发送过一次）",
                        .cleared = "已恢复：",
                        .said_at = "告警发于 %s，恢复于 %s，历时 %s",
                        .opened_cleared = "%s–%s 已恢复",
                        .others = "……另有 %zu 条，见控制台",
                        .alerts = "%zu 条告警",
                        .critical = "其中 %zu 条严重",
                        .are_cleared = "%zu 条已恢复",
                        .comma = "，"},
    [SW_LANGUAGE_EN] = {.see = "See more",
                        .more = "... more in the console",
                        .again = "(this message may have come once already)",
                        .cleared = "Cleared: ",
                        .said_at = "told at %s, cleared at %s, after %s",
                        .opened_cleared = "%s–%s, cleared",
                        .others = "... and %zu more, see the console",
                        .alerts = "%zu alerts",
                        .critical = "%zu critical",
                        .are_cleared = "%zu cleared",
                        .comma = ", "},
};

const char *sw_letter_see(enum sw_language language) { return phrases[language].see; }
const char *sw_letter_more(enum sw_language language) { return phrases[language].more; }

static void clock_text(const struct sw_zone *zone, int64_t t_ms, char out[8]) {
    int64_t local = t_ms + sw_zone_offset_ms(zone, t_ms), minute = local / 60000 % 1440;
    (void)snprintf(out, 8, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

/* "6 min", "1 h 05 min"; both languages read it. */
static void duration_text(int64_t ms, char out[32]) {
    int64_t minutes = ms < 0 ? 0 : (ms + 30000) / 60000;
    if (minutes < 60) (void)snprintf(out, 32, "%lld min", (long long)(minutes ? minutes : 1));
    else (void)snprintf(out, 32, "%lld h %02lld min", (long long)(minutes / 60), (long long)(minutes % 60));
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* The phrases above are formats of our own. */
static void add_count(struct sw_buf *out, const char *format, size_t count) {
    char text[96];
    (void)snprintf(text, sizeof text, format, count);
    sw_buf_puts(out, text);
}

static void add_times(struct sw_buf *out, const char *format, const char *from, const char *to, const char *lasted) {
    char text[160];
    (void)snprintf(text, sizeof text, format, from, to, lasted);
    sw_buf_puts(out, text);
}
#pragma GCC diagnostic pop

static const char *sign_of(const struct sw_message *m) {
    if (m->kind == SW_MESSAGE_ALERT_CLEARED) return "✅";
    if (m->kind == SW_MESSAGE_ALERT_OPENED || m->kind == SW_MESSAGE_WALK_MISSED)
        return m->severity == SW_SEVERITY_CRITICAL ? "🔴" : m->severity == SW_SEVERITY_WARNING ? "🟠" : "🔵";
    return m->kind == SW_MESSAGE_WALK_DUE ? "🚶" : "";
}

/* ---- one message ---- */

static void add_title(struct sw_letter *letter, const struct sw_message *m, const struct sw_words *words) {
    const char *sign = sign_of(m);
    sw_buf_printf(&letter->title, "%s%s%s", sign, *sign ? " " : "",
                  m->kind == SW_MESSAGE_ALERT_CLEARED ? phrases[letter->language].cleared : "");
    for (const char *c = words->title; *c; c++) sw_buf_putc(&letter->title, *c == '\n' ? ' ' : *c);
    if (m->site) sw_buf_printf(&letter->title, " · %s", m->site);
}

static void compose_one(struct sw_letter *letter, const struct sw_letter_part *part, const struct sw_zone *zone) {
    const struct sw_message *m = part->message;
    const struct sw_words *words = sw_message_words(m, letter->language);
    add_title(letter, m, words);
    if (words->text && *words->text) {
        sw_buf_puts(&letter->text, words->text);
        if (words->text[strlen(words->text) - 1] != '\n') sw_buf_putc(&letter->text, '\n');
    }
    if (m->kind == SW_MESSAGE_ALERT_CLEARED && part->told_ms >= 0) {
        char told[8], cleared[8], lasted[32];
        clock_text(zone, part->told_ms, told);
        clock_text(zone, m->made_ms, cleared);
        duration_text(m->made_ms - part->told_ms, lasted);
        add_times(&letter->text, phrases[letter->language].said_at, told, cleared, lasted);
        sw_buf_putc(&letter->text, '\n');
    }
    letter->id = m->id;
    letter->kind = m->kind;
    letter->severity = m->severity;
    letter->good = m->kind == SW_MESSAGE_ALERT_CLEARED;
    letter->table = m->row_count || m->png_bytes ? m : NULL;
    letter->link = m->link;
}

/* ---- alerts taken together ---- */

static bool is_cleared(const struct sw_message *m) { return m->kind == SW_MESSAGE_ALERT_CLEARED; }

static bool same_alert(const struct sw_message *a, const struct sw_message *b) {
    return a->about && b->about && !strcmp(a->about, b->about);
}

/* The message of the letter that clears, or opened, the alert that PARTS[I] is about. */
static const struct sw_message *counterpart(const struct sw_letter_part *parts, size_t count, size_t i) {
    const struct sw_message *m = parts[i].message;
    for (size_t k = is_cleared(m) ? 0 : i + 1; k < (is_cleared(m) ? i : count); k++)
        if (is_cleared(parts[k].message) != is_cleared(m) && same_alert(parts[k].message, m)) return parts[k].message;
    return NULL;
}

static void add_line(struct sw_letter *letter, const struct sw_letter_part *part, const struct sw_message *clears,
                     const struct sw_zone *zone) {
    const struct sw_message *m = part->message;
    const struct phrases *p = &phrases[letter->language];
    char at[8], end[8];
    clock_text(zone, m->made_ms, at);
    sw_buf_printf(&letter->text, "%s ", clears ? sign_of(clears) : sign_of(m));
    if (clears) {
        clock_text(zone, clears->made_ms, end);
        add_times(&letter->text, p->opened_cleared, at, end, "");
        sw_buf_putc(&letter->text, ' ');
    } else if (is_cleared(m) && part->told_ms >= 0) {
        clock_text(zone, part->told_ms, end);
        add_times(&letter->text, p->opened_cleared, end, at, "");
        sw_buf_putc(&letter->text, ' ');
    } else {
        sw_buf_printf(&letter->text, "%s %s", at, is_cleared(m) ? p->cleared : "");
    }
    for (const char *c = sw_message_words(m, letter->language)->title; *c; c++)
        sw_buf_putc(&letter->text, *c == '\n' ? ' ' : *c);
    sw_buf_putc(&letter->text, '\n');
}

static void add_group_title(struct sw_letter *letter, size_t opened, size_t critical, size_t cleared, const char *site) {
    const struct phrases *p = &phrases[letter->language];
    const char *sign = critical ? "🔴 " : letter->severity == SW_SEVERITY_WARNING ? "🟠 " : "🔵 ";
    sw_buf_puts(&letter->title, letter->good ? "✅ " : sign);
    if (opened) add_count(&letter->title, p->alerts, opened);
    if (critical) {
        sw_buf_puts(&letter->title, p->comma);
        add_count(&letter->title, p->critical, critical);
    }
    if (cleared) {
        if (opened) sw_buf_puts(&letter->title, p->comma);
        add_count(&letter->title, p->are_cleared, cleared);
    }
    if (site) sw_buf_printf(&letter->title, " · %s", site);
}

static void compose_group(struct sw_letter *letter, const struct sw_letter_part *parts, size_t count,
                          const struct sw_zone *zone) {
    size_t opened = 0, critical = 0, cleared = 0, lines = 0, left_out = 0;
    uint64_t hash = 0;
    for (size_t i = 0; i < count; i++) hash = sw_id_hash(hash, parts[i].message->id);
    (void)snprintf(letter->group_id, sizeof letter->group_id, "group/%016llx", (unsigned long long)hash);
    letter->id = letter->group_id;
    letter->kind = SW_MESSAGE_ALERT_CLEARED;
    for (size_t i = 0; i < count; i++) {
        const struct sw_message *m = parts[i].message, *other = counterpart(parts, count, i);
        if (!letter->link) letter->link = m->link;
        cleared += is_cleared(m);
        opened += !is_cleared(m);
        critical += !is_cleared(m) && m->severity == SW_SEVERITY_CRITICAL;
        if (!is_cleared(m)) letter->kind = SW_MESSAGE_ALERT_OPENED;
        if (!is_cleared(m) && !other) letter->good = false;
        if (m->severity > letter->severity) letter->severity = m->severity;
        if (is_cleared(m) && other) continue; /* it has its line */
        if (lines++ < SW_LETTER_LINES_MAX) add_line(letter, &parts[i], other, zone);
        else left_out++;
    }
    if (left_out) {
        add_count(&letter->text, phrases[letter->language].others, left_out);
        sw_buf_putc(&letter->text, '\n');
    }
    add_group_title(letter, opened, critical, cleared, parts[0].message->site);
}

void sw_letter_init(struct sw_letter *letter, const struct sw_letter_part *parts, size_t count, enum sw_language language,
                    const struct sw_zone *zone, bool maybe_again) {
    *letter = (struct sw_letter){.language = language, .good = true, .made_ms = parts[0].message->made_ms};
    sw_buf_init(&letter->title, TITLE_BYTES_MAX);
    sw_buf_init(&letter->text, TEXT_BYTES_MAX);
    if (count == 1) compose_one(letter, parts, zone);
    else compose_group(letter, parts, count, zone);
    if (maybe_again) sw_buf_printf(&letter->text, "%s\n", phrases[language].again);
}

void sw_letter_deinit(struct sw_letter *letter) {
    sw_buf_deinit(&letter->title);
    sw_buf_deinit(&letter->text);
}

void sw_letter_row(const struct sw_letter *letter, size_t r, const char **first, struct sw_buf *rest) {
    const struct sw_message *m = letter->table;
    const char *const *cells = m->cells + r * m->column_count, *const *columns = NULL;
    for (int i = 0; i < SW_LANGUAGE_COUNT && !columns; i++)
        columns = m->words[((int)letter->language + i) % SW_LANGUAGE_COUNT].columns;
    *first = cells[0];
    sw_buf_clear(rest);
    for (size_t c = 1; c < m->column_count; c++) {
        if (!*cells[c]) continue;
        if (rest->len) sw_buf_puts(rest, " · ");
        sw_buf_printf(rest, "%s%s%s", columns ? columns[c] : "", columns && *columns[c] ? " " : "", cells[c]);
    }
}
