/* What chat groups are told of alerts, floor walks and sign-in charts: the words in both languages, without their form. */
#ifndef APP_CHAT_WORDS_H
#define APP_CHAT_WORDS_H

#include "core/zone.h"
#include "shiftwall/alert.h"
#include "shiftwall/chart.h"
#include "shiftwall/message.h"

/* An alert and what people call its subject. */
struct sw_chat_alert {
    const struct sw_alert *alert;
    const char *id;    /* sw_alert_id() */
    const char *label; /* of an agent, queue, team; NULL: the subject's id */
    const char *team;  /* of an agent, or NULL */
    const char *person; /* on duty, of a walk; or NULL */
    bool cleared;
};

/* The texts of a message, which borrows them. */
struct sw_chat_text {
    char id[SW_MESSAGE_ID_BYTES_MAX + 1], about[SW_MESSAGE_ID_BYTES_MAX + 1];
    char title[SW_LANGUAGE_COUNT][SW_MESSAGE_TITLE_BYTES_MAX + 1];
    char text[SW_LANGUAGE_COUNT][1024];
    char link[SW_MESSAGE_LINK_BYTES_MAX + 1];
    struct sw_message message;
};

/* The message of an alert that opened or cleared, or of a floor walk, made at MADE_MS. PUBLIC_URL (of the web application,
 * or NULL) is what its link begins with. False: chat groups are not told of it (the end of a walk's alert). */
bool sw_chat_alert_text(const struct sw_chat_alert *told, const struct sw_zone *zone, const char *site,
                        const char *public_url, int64_t made_ms, struct sw_chat_text *out);

/* The message that the attendance report of MONTH ("2026-10") is due. */
void sw_chat_report_text(const char *month, const char *site, const char *public_url, int64_t made_ms, struct sw_chat_text *out);

/* A table of a chart's main figures by team, for destinations that take no picture. */
struct sw_chat_table {
    const char *columns[SW_LANGUAGE_COUNT][6];
    const char **cells; /* of the message; its texts are owned */
    size_t rows;
};
#define SW_CHAT_TEAMS_MAX 60 /* in the table; the site comes first */

/* The message of the chart KEY ("2026-11-23/1"); AGAIN_MS: it is published again, by somebody, then; 0: by itself. TABLE is
 * to be deinitialised when the message is no longer needed. */
void sw_chat_chart_text(const struct sw_chart *chart, const char *key, int64_t again_ms, const struct sw_zone *zone,
                        const char *public_url, int64_t made_ms, struct sw_chat_text *out, struct sw_chat_table *table);
void sw_chat_table_deinit(struct sw_chat_table *table);

#endif
