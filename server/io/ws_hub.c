/* Who watches which view, and when a change of it goes out. */
#include <stdlib.h>
#include <string.h>

#include "io/ws_internal.h"

static struct ws_topic *topic_find(const struct sw_ws_server *server, const struct sw_view *view) {
    struct ws_topic *topic;
    HASH_FIND_PTR(server->topics, &view, topic);
    return topic;
}

static struct ws_topic *topic_make(struct sw_ws_server *server, struct sw_view *view) {
    struct ws_topic *topic = topic_find(server, view);
    if (topic) return topic;
    topic = sw_xcalloc(1, sizeof *topic);
    topic->view = view;
    HASH_ADD_PTR(server->topics, view, topic);
    return topic;
}

/* Takes the subscription out of both lists and frees it; true when it was the topic's last. */
static bool sub_free(struct ws_sub *sub) {
    struct ws_topic *topic = sub->topic;
    struct ws_client *client = sub->client;
    if (sub->topic_prev) {
        sub->topic_prev->topic_next = sub->topic_next;
    } else {
        topic->subs = sub->topic_next;
    }
    if (sub->topic_next) sub->topic_next->topic_prev = sub->topic_prev;
    for (struct ws_sub **at = &client->subs; *at; at = &(*at)->client_next) {
        if (*at != sub) continue;
        *at = sub->client_next;
        break;
    }
    client->sub_count--;
    client->server->counters.subscriptions--;
    free(sub);
    return --topic->sub_count == 0;
}

static void sub_remove(struct ws_sub *sub) {
    struct sw_ws_server *server = sub->client->server;
    struct ws_topic *topic = sub->topic;
    struct sw_view *view = topic->view;
    if (!sub_free(sub)) return;
    HASH_DEL(server->topics, topic);
    free(topic);
    if (server->options.unwatched) server->options.unwatched(server->options.ctx, view);
}

int sw__ws_subscribe(struct ws_client *client, struct sw_view *view, const char *have) {
    struct ws_sub **at = &client->subs;
    for (; *at; at = &(*at)->client_next)
        if ((*at)->topic->view == view) break;
    struct ws_sub *sub = *at;
    if (!sub) {
        if (client->sub_count == SW_WS_CLIENT_VIEWS_MAX) return -SW_ELIMIT;
        struct ws_topic *topic = topic_make(client->server, view);
        sub = *at = sw_xcalloc(1, sizeof *sub);
        sub->client = client;
        sub->topic = topic;
        sub->topic_next = topic->subs;
        if (topic->subs) topic->subs->topic_prev = sub;
        topic->subs = sub;
        topic->sub_count++;
        client->sub_count++;
        client->server->counters.subscriptions++;
    }
    /* asked again: what it says it has counts, so a client that lost its place gets the whole view */
    sub->has_sent = sw_view_parse_have(view, have, strlen(have), &sub->sent) == 0;
    sub->due = true;
    return 0;
}

void sw__ws_unsubscribe(struct ws_client *client, const char *name) {
    for (struct ws_sub *sub = client->subs; sub; sub = sub->client_next) {
        if (strcmp(sw_view_name(sub->topic->view), name) != 0) continue;
        sub_remove(sub);
        return;
    }
}

void sw__ws_unsubscribe_all(struct ws_client *client) {
    while (client->subs) sub_remove(client->subs);
}

struct sw_frame *sw__ws_next_frame(struct ws_sub *sub) {
    struct sw_view *view = sub->topic->view;
    struct sw_ws_counters *counters = &sub->client->server->counters;
    uint64_t newest = sw_view_version(view);
    sub->due = false;
    if (newest == 0 || (sub->has_sent && sub->sent == newest))
        return NULL; /* version 0: nothing to show yet */
    struct sw_frame *frame = sub->has_sent ? sw_view_patch_frame(view, sub->sent) : NULL;
    if (frame) {
        counters->patch_sent++;
    } else {
        frame = sw_view_full_frame(view);
        counters->full_sent++;
    }
    sub->has_sent = true;
    sub->sent = newest;
    return frame;
}

/* The topic's newest version is due at all who watch it. */
static void mark(struct sw_ws_server *server, struct ws_topic *topic) {
    topic->due = false;
    topic->pushing = true;
    topic->next_ms = sw__ws_now(server) + server->options.push_interval_ms;
    for (struct ws_sub *sub = topic->subs; sub; sub = sub->topic_next) {
        if (sub->due && sub->client->blocked_ms >= 0) server->counters.merged++;
        sub->due = true;
    }
}

/* Sees to it that the timer fires when the topic, which is due, may go out: at the end of this turn at the soonest, so that
 * all views that change together go to a client together. */
static void arm_for(struct sw_ws_server *server, const struct ws_topic *topic) {
    int64_t now = sw__ws_now(server), at = topic->next_ms > now ? topic->next_ms : now;
    if (server->state != WS_RUNNING || (uv_is_active((uv_handle_t *)&server->push_timer) && server->push_ms <= at)) return;
    server->push_ms = at;
    uv_timer_start(&server->push_timer, sw__ws_push_due, (uint64_t)(at - now), 0);
}

void sw__ws_push_due(uv_timer_t *timer) {
    struct sw_ws_server *server = timer->data;
    struct ws_topic *topic = NULL, *next = NULL;
    int64_t now = sw__ws_now(server);
    HASH_ITER(hh, server->topics, topic, next) {
        if (topic->due && topic->next_ms <= now) mark(server, topic);
        if (topic->due) arm_for(server, topic);
    }
    HASH_ITER(hh, server->topics, topic, next) {
        if (!topic->pushing) continue;
        topic->pushing = false;
        for (struct ws_sub *sub = topic->subs; sub; sub = sub->topic_next) sw__ws_client_pump(sub->client);
    }
}

void sw_ws_server_view_changed(struct sw_ws_server *server, struct sw_view *view) {
    struct ws_topic *topic = topic_find(server, view);
    if (!topic || topic->due || server->state != WS_RUNNING) return;
    topic->due = true;
    arm_for(server, topic);
}

bool sw_ws_server_is_watched(const struct sw_ws_server *server, const struct sw_view *view) {
    return topic_find(server, view) != NULL;
}

void sw_ws_server_forget_view(struct sw_ws_server *server, struct sw_view *view) {
    struct ws_topic *topic = topic_find(server, view);
    if (!topic) return;
    while (!sub_free(topic->subs)) continue;
    HASH_DEL(server->topics, topic);
    free(topic);
}

struct ws_site *sw__ws_site(struct sw_ws_server *server, const char *name, bool make) {
    for (uint32_t i = 0; i < server->site_count; i++)
        if (strcmp(server->sites[i]->name, name) == 0) return server->sites[i];
    size_t len = strlen(name);
    if (!make || server->site_count == SW_WS_SITES_MAX || len >= sizeof server->sites[0]->name) return NULL;
    struct ws_site *site = sw_xcalloc(1, sizeof *site);
    memcpy(site->name, name, len + 1);
    return server->sites[server->site_count++] = site;
}

int sw_ws_server_set_feed(struct sw_ws_server *server, const char *name, const char *json, size_t len) {
    struct ws_site *site = sw__ws_site(server, name, true);
    if (!site) return -SW_ELIMIT;
    sw_frame_unref(site->feed);
    site->feed = sw_frame_new(json, len);
    site->feed_number++;
    if (server->state != WS_RUNNING) return 0;
    for (struct ws_client *client = server->clients; client; client = client->next)
        if (client->site == site) sw__ws_client_pump(client);
    return 0;
}

void sw_ws_server_review(struct sw_ws_server *server) {
    for (struct ws_client *client = server->clients; server->options.admit && client; client = client->next) {
        char identity[SW_WS_IDENTITY_SIZE];
        const struct sw_http_caller caller = sw__ws_client_caller(client);
        if (client->closing) continue;
        bool admitted = server->options.admit(server->options.ctx, &caller, identity);
        if (admitted && !strcmp(identity, client->identity)) continue;
        server->counters.revoked++;
        if (admitted) sw__ws_client_close(client, SW_WS_CLOSE_RESYNC, "your rights have changed");
        else sw__ws_client_close(client, SW_WS_CLOSE_REVOKED, "not signed in any more");
    }
}

size_t sw_ws_server_tell(struct sw_ws_server *server, const char *identity, const char *json, size_t len) {
    struct sw_frame *frame = sw_frame_new(json, len);
    size_t count = 0;
    for (struct ws_client *client = server->clients; client; client = client->next) {
        if (client->closing || strcmp(client->identity, identity) != 0) continue;
        sw_frame_unref(client->note);
        client->note = sw_frame_ref(frame);
        count++;
        sw__ws_client_pump(client);
    }
    sw_frame_unref(frame);
    return count;
}
