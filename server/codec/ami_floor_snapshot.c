/* Snapshots of Asterisk: the rows of QueueStatus and CoreShowChannels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/ami_floor_internal.h"

static char *copy(const char *text) {
    return text && *text ? sw_xstrdup(text) : NULL;
}

void ami_drop_legs(struct sw_ami_floor *floor) {
    for (size_t i = 0; i < floor->leg_count; i++) {
        free(floor->legs[i].id);
        free(floor->legs[i].link);
        free(floor->legs[i].name);
        free(floor->legs[i].bridge);
        free(floor->legs[i].queue);
    }
    free(floor->legs);
    floor->legs = NULL;
    floor->leg_count = floor->leg_size = 0;
}

/* "HH:MM:SS" (or whole seconds) in ms, or 0. */
static int64_t read_duration(const char *text) {
    int64_t total = 0, part = 0;
    size_t digits = 0;
    for (; text && *text; text++) {
        if (*text >= '0' && *text <= '9' && digits++ < 9)
            part = part * 10 + (*text - '0');
        else if (*text == ':')
            total = (total + part) * 60, part = 0, digits = 0;
        else
            return 0;
        if (total > SW_DURATION_MAX_MS / 1000) return 0;
    }
    return (total + part) * 1000;
}

/* ---- rows ---- */

static void queue_entry(struct sw_ami_floor *floor, const struct sw_ami_message *message) {
    char queue[AMI_ID_BYTES], call[AMI_ID_BYTES], name[AMI_ID_BYTES];
    if (!ami_queue(floor, message, queue)) return;
    if (!ami_unique(message, "Uniqueid", call)) {
        ami_faulty(floor);
        return;
    }
    struct ami_channel *caller = ami_channel(floor, call, true);
    if (caller && !caller->name && ami_text(message, "Channel", name)) ami_replace(&caller->name, name);
    if (caller) ami_set_link(floor, caller, caller->link, true);
    int64_t wait_ms = ami_seconds(message, "Wait");
    sw_pbx_note_waiting(floor->pbx, call, queue, sw_ami_integer(message, "Position", -1),
                        sw_ami_integer(message, "Priority", INT64_MIN),
                        wait_ms < 0 ? INT64_MIN : floor->now_ms - wait_ms);
}

static void channel_row(struct sw_ami_floor *floor, const struct sw_ami_message *message) {
    char id[AMI_ID_BYTES], link[AMI_ID_BYTES];
    if (!ami_unique(message, "Uniqueid", id)) {
        ami_faulty(floor);
        return;
    }
    if (floor->leg_count == SW_AMI_CHANNELS_MAX) {
        floor->counters.refused++;
        return;
    }
    if (floor->leg_count == floor->leg_size) {
        floor->leg_size = floor->leg_size ? floor->leg_size * 2 : 256;
        floor->legs = sw_xrealloc(floor->legs, floor->leg_size * sizeof *floor->legs);
    }
    if (!ami_unique(message, "Linkedid", link)) (void)snprintf(link, sizeof link, "%s", id);
    const char *data = sw_ami_get(message, "ApplicationData");
    bool in_queue = ami_is(message, "Application", "Queue") && data;
    floor->legs[floor->leg_count++] =
        (struct ami_leg){.id = sw_xstrdup(id),
                         .link = sw_xstrdup(link),
                         .name = copy(sw_ami_get(message, "Channel")),
                         .bridge = copy(sw_ami_get(message, "BridgeId")),
                         .queue = in_queue ? strndup(data, strcspn(data, ",|")) : NULL,
                         .since_ms = floor->now_ms - read_duration(sw_ami_get(message, "Duration"))};
}

void sw_ami_floor_begin(struct sw_ami_floor *floor) {
    ami_drop_rows(floor);
    ami_drop_legs(floor);
    floor->snapshots++;
    floor->in_snapshot = true;
    sw_pbx_snapshot_begin(floor->pbx);
}

void sw_ami_floor_row(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t now_ms) {
    floor->now_ms = now_ms;
    if (!floor->in_snapshot) return;
    if (ami_is(message, "Event", "QueueMember"))
        ami_member_row(floor, message);
    else if (ami_is(message, "Event", "QueueEntry"))
        queue_entry(floor, message);
    else if (ami_is(message, "Event", "CoreShowChannel"))
        channel_row(floor, message);
}

/* ---- who talks ---- */

static int by_link(const void *a, const void *b) {
    const struct ami_leg *x = a, *y = b;
    int order = strcmp(x->link, y->link);
    return order ? order : strcmp(x->id, y->id);
}

/* The leg of an agent among COUNT of one link, best in the bridge of CALLER; NULL = none. */
static const struct ami_leg *agent_leg(const struct sw_ami_floor *floor, const struct ami_leg *legs,
                                       size_t count, const struct ami_leg *caller,
                                       const struct ami_member **member) {
    const struct ami_leg *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct ami_member *whose =
            &legs[i] == caller ? NULL : ami_member_of_channel(floor, legs[i].name);
        if (!whose || !whose->person) continue;
        bool together = legs[i].bridge && !strcmp(legs[i].bridge, caller->bridge);
        if (best && !together) continue;
        best = &legs[i];
        *member = whose;
        if (together) break;
    }
    return best;
}

static void note_caller(struct sw_ami_floor *floor, const struct ami_leg *legs, size_t count,
                        const struct ami_leg *caller) {
    const struct ami_member *member = NULL;
    const struct ami_leg *leg = agent_leg(floor, legs, count, caller, &member);
    bool wanted =
        !floor->options.wants_queue || floor->options.wants_queue(floor->options.ctx, caller->queue);
    struct ami_channel *channel = wanted ? ami_channel(floor, caller->id, false) : NULL;
    if (!wanted) return;
    if (channel) ami_set_link(floor, channel, channel->link, true);
    sw_pbx_note_talking(floor->pbx, caller->id, caller->queue, leg ? member->person->id : NULL,
                        leg ? leg->since_ms : INT64_MIN);
}

static void note_leg(struct sw_ami_floor *floor, const struct ami_leg *leg) {
    struct ami_channel *channel = ami_channel(floor, leg->id, true);
    if (channel) {
        channel->seen = floor->snapshots;
        if (!channel->name) ami_replace(&channel->name, leg->name);
        ami_set_link(floor, channel, leg->link, channel->is_caller);
    }
    if (channel && channel->stands_for)
        sw_pbx_note_talking(floor->pbx, channel->stands_for, NULL, NULL, INT64_MIN);
    /* an outbound call goes on with its channel */
    if (channel && channel->dials)
        sw_pbx_note_talking(floor->pbx, leg->id, NULL, NULL, INT64_MIN);
    else if (!sw_pbx_call_queue(floor->pbx, leg->id)) {
        enum sw_pbx_phase phase = sw_pbx_call_phase(floor->pbx, leg->id);
        if (phase != SW_PBX_DIALING && phase != SW_PBX_TALKING) return;
        if (channel) channel->dials = true; /* told of in an earlier run */
        sw_pbx_note_talking(floor->pbx, leg->id, NULL, NULL, INT64_MIN);
    }
}

static void note_channels(struct sw_ami_floor *floor) {
    struct ami_leg *legs = floor->legs;
    if (floor->leg_count) qsort(legs, floor->leg_count, sizeof *legs, by_link);
    for (size_t i = 0; i < floor->leg_count; i++) note_leg(floor, &legs[i]);
    for (size_t from = 0, to; from < floor->leg_count; from = to) {
        for (to = from + 1; to < floor->leg_count && !strcmp(legs[to].link, legs[from].link);) to++;
        for (size_t i = from; i < to; i++)
            if (legs[i].queue && legs[i].bridge) note_caller(floor, legs + from, to - from, &legs[i]);
    }
    struct ami_channel *channel, *next;
    HASH_ITER(hh, floor->channels, channel, next) {
        if (channel->seen != floor->snapshots) ami_channel_free(floor, channel);
    }
}

size_t sw_ami_floor_end(struct sw_ami_floor *floor, enum sw_pbx_snapshot how, bool queues, bool channels,
                        int64_t now_ms) {
    floor->now_ms = now_ms;
    if (!floor->in_snapshot) return 0;
    ami_note_members(floor, queues, how == SW_PBX_SNAPSHOT_MERGE);
    if (channels) note_channels(floor);
    floor->in_snapshot = false;
    ami_drop_legs(floor);
    return sw_pbx_snapshot_end(floor->pbx, how,
                               (queues ? SW_PBX_COVERS_MEMBERS | SW_PBX_COVERS_WAITING : 0) |
                                   (channels ? SW_PBX_COVERS_TALKING : 0));
}
