/* Saying things in chat groups: WeCom, DingTalk, Feishu, Slack, Teams, or a webhook of one's own.
 *
 * The application makes a struct sw_notify on its loop, adds the destinations of its configuration, puts back what a run
 * before left (sw_notify_restore...), and from then on posts messages; which destination wants what is known here. Every
 * destination has a queue of its own (notify/channel.h says what that keeps), so one that is down holds up no other.
 *
 * Wiring, in short:
 *  - an alert opens: SW_MESSAGE_ALERT_OPENED with id "<alert id>/opened" and about = the alert's id; it closes:
 *    SW_MESSAGE_ALERT_CLEARED with id "<alert id>/cleared", the same about and severity. Grouping is done here.
 *  - a walk: SW_MESSAGE_WALK_DUE (expires_ms = its end) and SW_MESSAGE_WALK_MISSED.
 *  - a chart: SW_MESSAGE_CHART with the picture, a table of the main figures, and a link to it.
 *  - hooks: `queued` writes the message (codec/message_json.h) to the store under (destination, id); `sent` marks it, and
 *    keeps the id for a day or two; `dead` marks it with its reason; `forgotten` removes it. At the start, what waited and
 *    dead letters are put back with sw_notify_restore, what was sent with sw_notify_restore_seen, and alerts that were told
 *    and are open with sw_notify_restore_told.
 * All functions belong to the loop's thread. */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "notify/channel.h"
#include "notify/transport.h"

#define SW_DESTINATIONS_MAX 32

/* Which messages a destination wants: tests it always gets. */
struct sw_destination {
    const char *id;
    enum sw_service service;
    const char *url, *secret; /* copied, and wiped in the end */
    const char *proxy, *ca_file;
    enum sw_language language;
    bool charts, walks;
    int alerts_from; /* the lowest severity; above SW_SEVERITY_CRITICAL = no alerts */
    int per_minute;  /* 0 = the service's limit */
    int64_t quiet_from_ms, quiet_to_ms;
    bool critical_passes;
    int64_t timeout_ms, give_up_ms;
};

struct sw_notify;

/* LOOP is copied; ZONE (of quiet hours and of times in texts) and HOOKS (or NULL) are borrowed. NULL when libcurl cannot
 * start. */
struct sw_notify *sw_notify_new(const struct sw_notify_loop *loop, const struct sw_zone *zone,
                                const struct sw_notify_hooks *hooks);
/* Cancels what is under way. Nothing is lost that HOOKS kept. */
void sw_notify_free(struct sw_notify *notify);

/* What is wrong with an address, or NULL: http is only for this machine and for services of one's own. */
const char *sw_notify_judge_url(enum sw_service service, const char *url);
/* Adds a destination. 0; -SW_EINVAL: a bad URL, or an overlong one or secret; -SW_EBUSY: the id is taken; -SW_ELIMIT. */
int sw_notify_add(struct sw_notify *notify, const struct sw_destination *destination) SW_NODISCARD;
size_t sw_notify_count(const struct sw_notify *notify);
/* The index of a destination, or -1. */
int sw_notify_find(const struct sw_notify *notify, const char *id);

/* Sends MESSAGE to all destinations that want its kind. Returns how many took it, or what sw_message_check says. A
 * destination that knows its id already does not take it again. */
int sw_notify_post(struct sw_notify *notify, const struct sw_message *message) SW_NODISCARD;
/* Sends MESSAGE to one destination, wanted or not. 0 or as sw_channel_push. */
int sw_notify_post_to(struct sw_notify *notify, size_t destination, const struct sw_message *message) SW_NODISCARD;
/* "Send a test message". LINK (or NULL) is the console's address. 0 or as sw_channel_push. */
int sw_notify_test(struct sw_notify *notify, size_t destination, const char *site, const char *link) SW_NODISCARD;
/* Puts back what waited, or (REASON not NULL) a dead letter. As sw_channel_restore. */
int sw_notify_restore(struct sw_notify *notify, size_t destination, const struct sw_message *message, const char *reason,
                      int64_t at_ms) SW_NODISCARD;
/* Puts back that an alert was told, so that its end can say when. */
void sw_notify_restore_told(struct sw_notify *notify, size_t destination, const char *about, int64_t at_ms);
/* Puts back that the message ID was sent, where the application may come to post it again (alerts of a replayed day). */
void sw_notify_restore_seen(struct sw_notify *notify, size_t destination, const char *id);

/* A destination as the console shows it; texts are borrowed until the next call of anything here. */
struct sw_destination_status {
    const char *id, *service;
    char host[256]; /* without what is secret in the URL */
    struct sw_channel_status channel;
    int64_t next_ms; /* the next try; INT64_MAX: there is nothing to send, or it is under way */
};
void sw_notify_status(const struct sw_notify *notify, size_t destination, struct sw_destination_status *out);
/* Whether nothing waits anywhere and nothing is under way. */
bool sw_notify_is_idle(const struct sw_notify *notify);

size_t sw_notify_dead_count(const struct sw_notify *notify, size_t destination);
struct sw_dead_letter sw_notify_dead(const struct sw_notify *notify, size_t destination, size_t i);
/* As sw_channel_dead_again and sw_channel_dead_drop. */
int sw_notify_dead_again(struct sw_notify *notify, size_t destination, const char *id) SW_NODISCARD;
int sw_notify_dead_drop(struct sw_notify *notify, size_t destination, const char *id) SW_NODISCARD;

/* ---- for the loop ---- */

void sw_notify_on_socket(struct sw_notify *notify, int fd, int events);
void sw_notify_on_timer(struct sw_notify *notify);

#endif
