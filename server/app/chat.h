/* The chat groups of the site: what the daemon tells them, and what is kept of it so that a restart loses and doubles
 * nothing. Which group wants what, and how it is told, is notify/'s. */
#ifndef APP_CHAT_H
#define APP_CHAT_H

#include <uv.h>

#include "app/chat_words.h"
#include "app/recorder.h"
#include "codec/config.h"
#include "notify/notify.h"

struct sw_chat;

/* All is borrowed for the chat's life. */
struct sw_chat_options {
    uv_loop_t *loop;
    const struct sw_config *config;
    const struct sw_zone *zone;
    struct sw_recorder *recorder;
};

/* The chat of a configuration without destinations takes what it is given and tells nobody. Reads the destinations' files
 * and what was kept: it blocks, before the loop runs. NULL when something is wrong with a destination: it was logged. */
struct sw_chat *sw_chat_new(const struct sw_chat_options *options);
/* Cancels what is under way: it is kept. Frees itself when libuv has let go. NULL is allowed. */
void sw_chat_close(struct sw_chat *chat);

void sw_chat_alert(struct sw_chat *chat, const struct sw_chat_alert *told);
/* Tells of the chart KEY, whose figures are the LEN bytes of JSON, when it is drawn. AGAIN: somebody wants it published once
 * more. Returns how many destinations take charts. */
size_t sw_chat_chart(struct sw_chat *chat, const char *key, const char *json, size_t len, bool again);

/* Tells those who take charts that the attendance report of MONTH is due. */
void sw_chat_report(struct sw_chat *chat, const char *month);

/* For the console: the destinations, how they are, and their dead letters, as JSON. */
void sw_chat_write(const struct sw_chat *chat, struct sw_buf *out);
/* Sends a test message. 0; -SW_ENOENT: there is no such destination; -SW_ELIMIT: its queue is full. */
int sw_chat_test(struct sw_chat *chat, const char *destination) SW_NODISCARD;
/* Sends the dead letter ID again, or (DROP) throws it away. As sw_chat_test; -SW_ENOENT also: no such letter. */
int sw_chat_dead(struct sw_chat *chat, const char *destination, const char *id, bool drop) SW_NODISCARD;
/* Puts on record that somebody did something to a destination or a chart. */
void sw_chat_record(struct sw_chat *chat, const char *kind, const char *key, const char *by, const char *role);

size_t sw_chat_count(const struct sw_chat *chat);
void sw_chat_status(const struct sw_chat *chat, size_t destination, struct sw_destination_status *out);

#endif
