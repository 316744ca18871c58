/* Calls of Asterisk's queues: callers, agents' legs, and what becomes of a caller who left. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/ami_floor_internal.h"

#define LATE_MAX 10000 /* calls whose AgentComplete is waited for; the first gives way */

/* ---- channels ---- */

struct ami_channel *ami_channel(struct sw_ami_floor *floor, const char *id, bool make) {
    struct ami_channel *channel;
    size_t len = strlen(id);
    HASH_FIND(hh, floor->channels, id, len, channel);
    if (channel || !make) return channel;
    if (HASH_COUNT(floor->channels) >= SW_AMI_CHANNELS_MAX) {
        floor->counters.refused++;
        return NULL;
    }
    channel = sw_xcalloc(1, sizeof *channel + len + 1);
    memcpy(channel->id, id, len);
    channel->seen = floor->snapshots;
    HASH_ADD_KEYPTR(hh, floor->channels, channel->id, len, channel);
    return channel;
}

static void unlink_caller(struct sw_ami_floor *floor, struct ami_channel *channel) {
    struct ami_channel *known = NULL;
    if (channel->link) HASH_FIND(by_link, floor->callers, channel->link, strlen(channel->link), known);
    if (known == channel) HASH_DELETE(by_link, floor->callers, channel);
}

void ami_set_link(struct sw_ami_floor *floor, struct ami_channel *channel, const char *link, bool is_caller) {
    struct ami_channel *other = NULL;
    bool same = link && channel->link && !strcmp(link, channel->link);
    if (same && is_caller == channel->is_caller) return;
    unlink_caller(floor, channel);
    channel->is_caller = is_caller;
    if (!same) ami_replace(&channel->link, link);
    if (!is_caller || !channel->link) return;
    size_t len = strlen(channel->link);
    HASH_FIND(by_link, floor->callers, channel->link, len, other);
    if (other) HASH_DELETE(by_link, floor->callers, other); /* the latest caller of a link is meant */
    HASH_ADD_KEYPTR(by_link, floor->callers, channel->link, len, channel);
}

void ami_channel_free(struct sw_ami_floor *floor, struct ami_channel *channel) {
    unlink_caller(floor, channel);
    HASH_DEL(floor->channels, channel);
    free(channel->name);
    free(channel->link);
    free(channel->call);
    free(channel->agent);
    free(channel->stands_for);
    free(channel);
}

const char *ami_call_of(const struct ami_channel *caller) {
    return caller->stands_for ? caller->stands_for : caller->id;
}

/* The channel that MESSAGE tells of in its headers (of the agent's side where DEST), made when it is new. */
static struct ami_channel *channel_of(struct sw_ami_floor *floor, const struct sw_ami_message *message,
                                      bool dest) {
    char id[AMI_ID_BYTES], link[AMI_ID_BYTES];
    if (!ami_unique(message, dest ? "DestUniqueid" : "Uniqueid", id)) {
        if (!dest) ami_faulty(floor);
        return NULL;
    }
    struct ami_channel *channel = ami_channel(floor, id, true);
    if (!channel) return NULL;
    const char *name = sw_ami_get(message, dest ? "DestChannel" : "Channel");
    if (name && (!channel->name || strcmp(name, channel->name) != 0)) ami_replace(&channel->name, name);
    if (ami_unique(message, dest ? "DestLinkedid" : "Linkedid", link))
        ami_set_link(floor, channel, link, channel->is_caller);
    return channel;
}

static struct ami_channel *known_channel(struct sw_ami_floor *floor, const struct sw_ami_message *message,
                                         const char *header) {
    char id[AMI_ID_BYTES];
    return ami_unique(message, header, id) ? ami_channel(floor, id, false) : NULL;
}

/* The caller to whom a channel belongs by its link. */
static struct ami_channel *caller_of_link(struct sw_ami_floor *floor, const struct sw_ami_message *message,
                                          const char *header) {
    char link[AMI_ID_BYTES];
    struct ami_channel *caller = NULL;
    if (ami_unique(message, header, link)) HASH_FIND(by_link, floor->callers, link, strlen(link), caller);
    return caller;
}

static bool talks(struct sw_ami_floor *floor, const char *call) {
    return sw_pbx_call_phase(floor->pbx, call) == SW_PBX_TALKING;
}

/* ---- calls whose AgentComplete is waited for ---- */

static struct ami_late *pop_late(struct sw_ami_floor *floor) {
    struct ami_late *late = floor->late_first;
    floor->late_first = late->next;
    if (!late->next) floor->late_last = &floor->late_first;
    floor->late_count--;
    return late;
}

static void run_late(struct sw_ami_floor *floor, struct ami_late *late) {
    if (talks(floor, late->call)) {
        if (late->transferred)
            sw_pbx_transferred(floor->pbx, late->call, late->to, late->at_ms);
        else
            sw_pbx_ended(floor->pbx, late->call, late->by, -1, -1, late->at_ms);
    }
    free(late->to);
    free(late);
}

static void add_late(struct sw_ami_floor *floor, const char *call, bool transferred, const char *to,
                     enum sw_ended_by by, int64_t at_ms) {
    if (floor->late_count == LATE_MAX) run_late(floor, pop_late(floor));
    size_t len = strlen(call);
    struct ami_late *late = sw_xcalloc(1, sizeof *late + len + 1);
    *late = (struct ami_late){.at_ms = at_ms,
                              .due_ms = floor->now_ms + SW_AMI_PATIENCE_MS,
                              .transferred = transferred,
                              .by = by,
                              .to = to && *to ? sw_xstrdup(to) : NULL};
    memcpy(late->call, call, len);
    *floor->late_last = late;
    floor->late_last = &late->next;
    floor->late_count++;
}

/* Takes what is waited for of CALL off the list; NULL when it is nothing. The first is meant: what comes
 * later follows from it. */
static struct ami_late *take_late(struct sw_ami_floor *floor, const char *call) {
    for (struct ami_late **at = &floor->late_first; *at; at = &(*at)->next) {
        struct ami_late *late = *at;
        if (strcmp(late->call, call) != 0) continue;
        *at = late->next;
        if (!late->next) floor->late_last = at;
        floor->late_count--;
        return late;
    }
    return NULL;
}

void ami_calls_due(struct sw_ami_floor *floor) {
    while (floor->late_first && floor->late_first->due_ms <= floor->now_ms) run_late(floor, pop_late(floor));
}

static void forget_late(struct sw_ami_floor *floor, const char *call) {
    struct ami_late *late;
    while ((late = take_late(floor, call))) {
        free(late->to);
        free(late);
    }
}

/* ---- in the queue ---- */

static void on_join(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES];
    struct ami_channel *caller = ami_queue(floor, message, queue) ? channel_of(floor, message, false) : NULL;
    if (!caller) return;
    const char *before = ami_call_of(caller);
    struct ami_late *late = take_late(floor, before);
    if (late) run_late(floor, late); /* it was transferred into this queue */
    forget_late(floor, before);
    if (caller->stands_for) {
        sw_pbx_hung_up(floor->pbx, before, SW_BY_SYSTEM, at_ms); /* it goes on by an id of its own */
        ami_replace(&caller->stands_for, NULL);
    }
    caller->gave_up = caller->is_awaited = false;
    ami_set_link(floor, caller, caller->link, true);
    /* the header Priority is that of the dialplan */
    sw_pbx_queued(floor->pbx, caller->id, queue, sw_ami_integer(message, "Position", -1), INT64_MIN, at_ms);
}

/* Whether an agent has answered CALL and is not through to it yet: macros and announcements may take their
 * time. */
static bool is_being_connected(const struct sw_ami_floor *floor, const char *call) {
    for (const struct ami_channel *c = floor->channels; c; c = c->hh.next)
        if (c->answered && c->call && !strcmp(c->call, call)) return true;
    return false;
}

static void on_leave(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES];
    struct ami_channel *caller = ami_queue(floor, message, queue) ? channel_of(floor, message, false) : NULL;
    const char *waits_in = caller ? sw_pbx_call_queue(floor->pbx, caller->id) : NULL;
    if (!waits_in || strcmp(waits_in, queue) != 0) return;
    if (sw_pbx_call_phase(floor->pbx, caller->id) != SW_PBX_WAITING) return;
    if (is_being_connected(floor, caller->id))
        caller->is_awaited = true;
    else
        sw_pbx_exited(floor->pbx, caller->id, SW_EXIT_KEY, -1, at_ms);
}

static const char *tech_of(const struct ami_channel *channel, size_t *len) {
    const char *slash = channel->name ? strchr(channel->name, '/') : NULL;
    *len = slash ? (size_t)(slash - channel->name) : 0;
    return channel->name;
}

/* Whether channels of this one's technology say when their far end hangs up. */
static bool asks_to_hang_up(const struct sw_ami_floor *floor, const struct ami_channel *channel) {
    size_t len;
    const char *tech = tech_of(channel, &len);
    for (size_t i = 0; i < floor->tech_count; i++)
        if (len == strlen(floor->techs[i]) && !strncasecmp(floor->techs[i], tech, len)) return true;
    return false;
}

static void on_abandon(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES];
    struct ami_channel *caller = ami_queue(floor, message, queue) ? channel_of(floor, message, false) : NULL;
    if (!caller) return;
    int64_t wait_ms = ami_seconds(message, "HoldTime");
    if (sw_pbx_call_phase(floor->pbx, caller->id) == SW_PBX_UNKNOWN)
        sw_pbx_queued(floor->pbx, caller->id, queue, INT64_MIN, INT64_MIN,
                      at_ms - (wait_ms > 0 ? wait_ms : 0));
    if (sw_pbx_call_phase(floor->pbx, caller->id) != SW_PBX_WAITING) return;
    if (!floor->sees_calls && !floor->blind_told && floor->options.message)
        floor->options.message(
            floor->options.ctx,
            "the account does not read calls (read = agent,call in manager.conf): callers who "
            "hang up and timeouts cannot be told apart, all count as abandoned");
    floor->blind_told |= !floor->sees_calls;
    if (caller->hangup_asked || !floor->sees_calls) {
        sw_pbx_abandoned(floor->pbx, caller->id, wait_ms, at_ms);
        return;
    }
    caller->gave_up = true;
    sw_pbx_exited(floor->pbx, caller->id, ami_is_staffed(floor, queue) ? SW_EXIT_TIMEOUT : SW_EXIT_UNSTAFFED,
                  wait_ms, at_ms);
}

/* ---- ringing and talking ---- */

/* The caller and the agent of a message of app_queue on both. */
static struct ami_channel *both_of(struct sw_ami_floor *floor, const struct sw_ami_message *message,
                                   char queue[AMI_ID_BYTES], char agent[AMI_ID_BYTES]) {
    if (!ami_queue(floor, message, queue) || !ami_agent(floor, message, agent)) return NULL;
    struct ami_channel *caller = channel_of(floor, message, false);
    if (caller) ami_set_link(floor, caller, caller->link, true);
    return caller;
}

static void mark_leg(struct sw_ami_floor *floor, const struct sw_ami_message *message, const char *call,
                     const char *agent) {
    struct ami_channel *leg = channel_of(floor, message, true);
    if (!leg) return;
    ami_replace(&leg->call, call);
    ami_replace(&leg->agent, agent);
    leg->answered = false;
}

static void on_called(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES], agent[AMI_ID_BYTES];
    struct ami_channel *caller = both_of(floor, message, queue, agent);
    if (!caller) return;
    mark_leg(floor, message, caller->id, agent);
    sw_pbx_ringing(floor->pbx, caller->id, agent, queue, at_ms);
}

static void on_no_answer(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES], agent[AMI_ID_BYTES];
    struct ami_channel *caller = both_of(floor, message, queue, agent);
    if (!caller) return;
    const struct ami_channel *leg = known_channel(floor, message, "DestUniqueid");
    bool rejected = sw_ami_integer(message, "RingTime", -1) == 0 || (leg && leg->was_busy);
    sw_pbx_ring_ended(floor->pbx, caller->id, agent, rejected ? SW_PBX_RING_REJECTED : SW_PBX_RING_TIMEOUT,
                      at_ms);
}

static void on_dump(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES], agent[AMI_ID_BYTES];
    struct ami_channel *caller = both_of(floor, message, queue, agent);
    if (caller) sw_pbx_ring_ended(floor->pbx, caller->id, agent, SW_PBX_RING_REJECTED, at_ms);
}

static void on_connect(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES], agent[AMI_ID_BYTES];
    struct ami_channel *caller = both_of(floor, message, queue, agent);
    if (!caller) return;
    forget_late(floor, caller->id);
    caller->is_awaited = false;
    mark_leg(floor, message, caller->id, agent);
    sw_pbx_answered(floor->pbx, caller->id, agent, queue, ami_seconds(message, "HoldTime"), at_ms);
}

static void on_complete(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char queue[AMI_ID_BYTES], agent[AMI_ID_BYTES];
    struct ami_channel *caller = both_of(floor, message, queue, agent);
    if (!caller) return;
    const char *call = ami_call_of(caller);
    int64_t talk_ms = ami_seconds(message, "TalkTime");
    /* one that waits was transferred, and is in a queue again */
    if (sw_pbx_call_phase(floor->pbx, call) == SW_PBX_UNKNOWN)
        sw_pbx_answered(floor->pbx, call, agent, queue, ami_seconds(message, "HoldTime"),
                        at_ms - (talk_ms > 0 ? talk_ms : 0));
    struct ami_late *late = take_late(floor, call);
    if (ami_is(message, "Reason", "transfer")) {
        sw_pbx_transferred(floor->pbx, call, late ? late->to : NULL, at_ms);
    } else {
        enum sw_ended_by by = ami_is(message, "Reason", "caller")  ? SW_BY_CALLER
                              : ami_is(message, "Reason", "agent") ? SW_BY_AGENT
                                                                   : SW_BY_SYSTEM;
        sw_pbx_ended(floor->pbx, call, by, talk_ms, -1, at_ms);
    }
    if (late) free(late->to);
    free(late);
    forget_late(floor, call);
}

/* Of an outbound call the agent's own channel, of a queue call anybody's but the caller's. */
static void on_hold(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms,
                    bool held) {
    const struct ami_channel *channel = known_channel(floor, message, "Uniqueid");
    const char *call = NULL;
    if (channel && channel->dials)
        call = channel->id;
    else if (channel && channel->call)
        call = channel->call;
    else {
        const struct ami_channel *caller = caller_of_link(floor, message, "Linkedid");
        if (caller && caller != channel && !(channel && channel->stands_for)) call = ami_call_of(caller);
    }
    if (!call || !talks(floor, call)) return;
    if (held)
        sw_pbx_held(floor->pbx, call, at_ms);
    else
        sw_pbx_retrieved(floor->pbx, call, at_ms);
}

/* The agent hands the call on; AgentComplete says so too, after it or before. */
static void on_transfer(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms,
                        bool blind) {
    char to[AMI_ID_BYTES];
    const struct ami_channel *caller = known_channel(floor, message, "TransfereeUniqueid");
    /* in a three-way call the agent stays */
    if (!ami_is(message, "Result", "Success") || ami_is(message, "DestType", "Threeway")) return;
    if (!caller || !talks(floor, ami_call_of(caller)))
        caller = caller_of_link(floor, message, blind ? "TransfererLinkedid" : "OrigTransfererLinkedid");
    const struct ami_channel *by =
        known_channel(floor, message, blind ? "TransfererUniqueid" : "OrigTransfererUniqueid");
    if (!caller || caller == by || !talks(floor, ami_call_of(caller))) return;
    (void)ami_text(message, blind ? "Extension" : "SecondTransfererConnectedLineNum", to);
    if (!strcmp(to, "<unknown>")) to[0] = '\0';
    add_late(floor, ami_call_of(caller), true, to, SW_BY_SYSTEM, at_ms);
}

/* A caller who came by a local channel: Asterisk takes that out of the way, and another channel is the caller
 * from then on. */
static void on_optimization(struct sw_ami_floor *floor, const struct sw_ami_message *message, bool begins) {
    char id[AMI_ID_BYTES];
    struct ami_channel *local = known_channel(floor, message, "LocalTwoUniqueid");
    if (!local || !talks(floor, ami_call_of(local))) return;
    if (begins) {
        struct ami_channel *source =
            ami_unique(message, "SourceUniqueid", id) ? ami_channel(floor, id, true) : NULL;
        if (!source || source == local) return;
        ami_replace(&source->stands_for, ami_call_of(local));
        if (!source->name) ami_replace(&source->name, sw_ami_get(message, "SourceChannel"));
        return;
    }
    local->replaced = ami_is(message, "Success", "Yes");
    if (local->replaced) return;
    for (struct ami_channel *c = floor->channels; c; c = c->hh.next)
        if (c->stands_for && !strcmp(c->stands_for, ami_call_of(local))) ami_replace(&c->stands_for, NULL);
}

/* ---- channels come, dial and go ---- */

static bool leads_outside(const struct sw_ami_floor *floor, const char *name) {
    for (const char *const *trunk = floor->options.trunks; name && trunk && *trunk; trunk++)
        if (!strncasecmp(name, *trunk, strlen(*trunk))) return true;
    return false;
}

static void on_dial_begin(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char id[AMI_ID_BYTES];
    struct ami_channel *dest = channel_of(floor, message, true);
    if (!dest || !leads_outside(floor, dest->name) || !ami_unique(message, "Uniqueid", id)) return;
    struct ami_channel *from = channel_of(floor, message, false);
    if (!from || from->is_caller || from->call) return;
    const struct ami_member *member = ami_member_of_channel(floor, from->name);
    if (!member || !member->person) return;
    from->dials = true;
    sw_pbx_dialed(floor->pbx, from->id, member->person->id, NULL, at_ms);
}

static void on_dial_end(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    struct ami_channel *from = known_channel(floor, message, "Uniqueid");
    struct ami_channel *dest = known_channel(floor, message, "DestUniqueid");
    if (dest && ami_is(message, "DialStatus", "BUSY")) dest->was_busy = true;
    if (dest && dest->call && ami_is(message, "DialStatus", "ANSWER")) dest->answered = true;
    if (from && from->dials && ami_is(message, "DialStatus", "ANSWER") &&
        sw_pbx_call_phase(floor->pbx, from->id) == SW_PBX_DIALING)
        sw_pbx_connected(floor->pbx, from->id, at_ms);
}

static void on_hangup_request(struct sw_ami_floor *floor, const struct sw_ami_message *message) {
    struct ami_channel *channel = channel_of(floor, message, false);
    size_t len;
    if (!channel) return;
    channel->hangup_asked = true;
    const char *tech = tech_of(channel, &len);
    if (!len || len >= sizeof floor->techs[0] || floor->tech_count == AMI_TECHS_MAX) return;
    if (asks_to_hang_up(floor, channel)) return;
    memcpy(floor->techs[floor->tech_count++], tech, len);
}

static void caller_gone(struct sw_ami_floor *floor, const struct ami_channel *caller, int64_t at_ms) {
    if (talks(floor, ami_call_of(caller))) {
        if (caller->replaced) return;
        add_late(floor, ami_call_of(caller), false, NULL, caller->hangup_asked ? SW_BY_CALLER : SW_BY_SYSTEM,
                 at_ms);
        return;
    }
    /* the queue gave up on it and it hung up without having been asked to: by whom? */
    if (caller->gave_up && !asks_to_hang_up(floor, caller))
        sw_pbx_abandoned(floor->pbx, caller->id, -1, at_ms);
    sw_pbx_hung_up(floor->pbx, caller->id, SW_BY_CALLER, at_ms);
}

/* An agent's leg is gone; it may have been the one that the caller had left the queue for. */
static void leg_gone(struct sw_ami_floor *floor, struct ami_channel *leg, int64_t at_ms) {
    struct ami_channel *caller = ami_channel(floor, leg->call, false);
    sw_pbx_ring_ended(floor->pbx, leg->call, leg->agent, SW_PBX_RING_STOPPED, at_ms);
    leg->answered = false;
    if (!caller || !caller->is_awaited || is_being_connected(floor, caller->id)) return;
    caller->is_awaited = false;
    if (sw_pbx_call_phase(floor->pbx, caller->id) == SW_PBX_WAITING)
        sw_pbx_exited(floor->pbx, caller->id, SW_EXIT_OVERFLOW, -1, at_ms);
}

static void on_hangup(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    struct ami_channel *channel = known_channel(floor, message, "Uniqueid");
    char id[AMI_ID_BYTES];
    if (!channel && !ami_unique(message, "Uniqueid", id)) {
        ami_faulty(floor);
        return;
    }
    if (!channel) { /* not heard of on this connection, but perhaps before it */
        if (talks(floor, id))
            add_late(floor, id, false, NULL, SW_BY_SYSTEM, at_ms);
        else
            sw_pbx_hung_up(floor->pbx, id, SW_BY_SYSTEM, at_ms);
        return;
    }
    if (channel->dials) {
        bool reached = talks(floor, channel->id);
        enum sw_ended_by by = channel->hangup_asked ? SW_BY_AGENT : reached ? SW_BY_CALLER : SW_BY_SYSTEM;
        sw_pbx_hung_up(floor->pbx, channel->id, by, at_ms);
    } else if (channel->call && channel->agent) {
        leg_gone(floor, channel, at_ms);
    } else if (channel->is_caller || channel->stands_for ||
               sw_pbx_call_phase(floor->pbx, channel->id) != SW_PBX_UNKNOWN) {
        caller_gone(floor, channel, at_ms);
    }
    ami_channel_free(floor, channel);
}

/* ---- which event it is ---- */

bool ami_call_event(struct sw_ami_floor *floor, const char *event, const struct sw_ami_message *message,
                    int64_t at_ms) {
    static const struct {
        const char *name;
        void (*run)(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms);
    } events[] = {{"QueueCallerJoin", on_join},
                  {"QueueCallerLeave", on_leave},
                  {"QueueCallerAbandon", on_abandon},
                  {"AgentCalled", on_called},
                  {"AgentRingNoAnswer", on_no_answer},
                  {"AgentDump", on_dump},
                  {"AgentConnect", on_connect},
                  {"AgentComplete", on_complete},
                  {"DialBegin", on_dial_begin},
                  {"DialEnd", on_dial_end},
                  {"Hangup", on_hangup}};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (!strcasecmp(event, events[i].name)) {
            events[i].run(floor, message, at_ms);
            return true;
        }
    floor->sees_calls |= !strcasecmp(event, "Newchannel") || !strcasecmp(event, "HangupRequest");
    if (!strcasecmp(event, "Newchannel"))
        (void)channel_of(floor, message, false);
    else if (!strcasecmp(event, "HangupRequest"))
        on_hangup_request(floor, message);
    else if (!strcasecmp(event, "LocalOptimizationBegin") || !strcasecmp(event, "LocalOptimizationEnd"))
        on_optimization(floor, message, !strcasecmp(event, "LocalOptimizationBegin"));
    else if (!strcasecmp(event, "Hold") || !strcasecmp(event, "Unhold"))
        on_hold(floor, message, at_ms, !strcasecmp(event, "Hold"));
    else if (!strcasecmp(event, "BlindTransfer") || !strcasecmp(event, "AttendedTransfer"))
        on_transfer(floor, message, at_ms, !strcasecmp(event, "BlindTransfer"));
    else
        return false;
    return true;
}

void ami_calls_free(struct sw_ami_floor *floor) {
    struct ami_channel *channel, *next;
    HASH_CLEAR(by_link, floor->callers);
    HASH_ITER(hh, floor->channels, channel, next) {
        ami_replace(&channel->link, NULL); /* it is in no other table any more */
        ami_channel_free(floor, channel);
    }
    while (floor->late_first) {
        struct ami_late *late = pop_late(floor);
        free(late->to);
        free(late);
    }
}
