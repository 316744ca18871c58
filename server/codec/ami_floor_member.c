/* Members of Asterisk's queues: who they are by their names and interfaces, and what their telephones say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/ami_floor_internal.h"

#define MEMBERS_MAX SW_PBX_AGENTS_MAX
#define DEVICES_MAX (4 * SW_PBX_AGENTS_MAX)

/* ---- telephones ---- */

/* Device states, by the number of a member's Status and by the name of DeviceStateChange. */
static const struct {
    const char *name;
    enum sw_pbx_line line;
} states[] = {{"UNKNOWN", SW_PBX_LINE_FREE},        {"NOT_INUSE", SW_PBX_LINE_FREE},
              {"INUSE", SW_PBX_LINE_ENGAGED},       {"BUSY", SW_PBX_LINE_ENGAGED},
              {"INVALID", SW_PBX_LINE_UNREACHABLE}, {"UNAVAILABLE", SW_PBX_LINE_UNREACHABLE},
              {"RINGING", SW_PBX_LINE_RINGING},     {"RINGINUSE", SW_PBX_LINE_ENGAGED},
              {"ONHOLD", SW_PBX_LINE_HELD}};

/* What the telephones of PERSON say together: the busiest counts. */
static enum sw_pbx_line line_of(const struct ami_person *person) {
    static const int rank[] = {[SW_PBX_LINE_UNREACHABLE] = 0,
                               [SW_PBX_LINE_FREE] = 1,
                               [SW_PBX_LINE_RINGING] = 2,
                               [SW_PBX_LINE_HELD] = 3,
                               [SW_PBX_LINE_ENGAGED] = 4};
    enum sw_pbx_line line = person->members ? SW_PBX_LINE_UNREACHABLE : SW_PBX_LINE_FREE;
    for (const struct ami_member *m = person->members; m; m = m->next_of_person)
        if (rank[m->line] > rank[line]) line = m->line;
    return line;
}

/* Nobody signed the person in but a telephone that is not there. */
static enum sw_pbx_duty duty_of(const struct ami_person *person) {
    for (const struct ami_member *m = person->members; m; m = m->next_of_person)
        for (size_t i = 0; i < m->served_count; i++)
            if (m->served[i].dynamic) return SW_PBX_DUTY_BY_QUEUES;
    return line_of(person) == SW_PBX_LINE_UNREACHABLE ? SW_PBX_DUTY_OUT : SW_PBX_DUTY_BY_QUEUES;
}

static void tell_line(struct sw_ami_floor *floor, const struct ami_person *person, int64_t at_ms) {
    enum sw_pbx_duty duty = duty_of(person);
    if (duty == SW_PBX_DUTY_OUT) sw_pbx_duty(floor->pbx, person->id, duty, NULL, at_ms);
    sw_pbx_line(floor->pbx, person->id, line_of(person), at_ms);
    if (duty != SW_PBX_DUTY_OUT) sw_pbx_duty(floor->pbx, person->id, duty, NULL, at_ms);
}

/* ---- names ---- */

static void name_device(struct sw_ami_floor *floor, const char *name, struct ami_member *member) {
    struct ami_device *device;
    size_t len = strlen(name);
    HASH_FIND(hh, floor->devices, name, len, device);
    if (!device) {
        if (HASH_COUNT(floor->devices) >= DEVICES_MAX) {
            floor->counters.refused++;
            return;
        }
        device = sw_xcalloc(1, sizeof *device + len + 1);
        memcpy(device->name, name, len);
        HASH_ADD_KEYPTR(hh, floor->devices, device->name, len, device);
    }
    device->member = member;
}

static struct ami_device *find_device(const struct sw_ami_floor *floor, const char *name, size_t len) {
    struct ami_device *device;
    HASH_FIND(hh, floor->devices, name, len, device);
    return device;
}

/* The names by which channels and devices of an interface come: "Local/101@from-queue/n" also without its
 * options, and, as the telephone of extension 101 has a name of its own technology, as "#101". */
static void name_devices(struct sw_ami_floor *floor, const char *interface, struct ami_member *member) {
    char name[AMI_ID_BYTES + 1];
    name_device(floor, interface, member);
    const char *at = strchr(interface, '@');
    if (strncasecmp(interface, "Local/", 6) != 0 || !at) return;
    const char *options = strchr(at, '/');
    (void)snprintf(name, sizeof name, "%.*s",
                   (int)(options ? (size_t)(options - interface) : strlen(interface)), interface);
    name_device(floor, name, member);
    (void)snprintf(name, sizeof name, "#%.*s", (int)(at - interface - 6), interface + 6);
    name_device(floor, name, member);
}

struct ami_member *ami_member_of_channel(const struct sw_ami_floor *floor, const char *name) {
    char extension[AMI_ID_BYTES + 1];
    const char *end = name ? strrchr(name, '-') : NULL; /* TECHNOLOGY/NAME-NUMBER */
    if (!end) return NULL;
    const struct ami_device *device = find_device(floor, name, (size_t)(end - name));
    const char *slash = memchr(name, '/', (size_t)(end - name));
    if (device || !slash || !strncasecmp(name, "Local/", 6)) return device ? device->member : NULL;
    int len = snprintf(extension, sizeof extension, "#%.*s", (int)(end - slash - 1), slash + 1);
    if (len <= 1 || (size_t)len >= sizeof extension) return NULL;
    device = find_device(floor, extension, (size_t)len);
    return device ? device->member : NULL;
}

static struct ami_member *find_member(const struct sw_ami_floor *floor, const char *interface) {
    struct ami_member *member;
    HASH_FIND(hh, floor->members, interface, strlen(interface), member);
    return member;
}

static struct ami_member *make_member(struct sw_ami_floor *floor, const char *interface) {
    struct ami_member *member = find_member(floor, interface);
    if (member) return member;
    if (HASH_COUNT(floor->members) >= MEMBERS_MAX) {
        floor->counters.refused++;
        return NULL;
    }
    size_t len = strlen(interface);
    member = sw_xcalloc(1, sizeof *member + len + 1);
    memcpy(member->interface, interface, len);
    HASH_ADD_KEYPTR(hh, floor->members, member->interface, len, member);
    name_devices(floor, interface, member);
    return member;
}

static void leave_person(struct sw_ami_floor *floor, struct ami_member *member) {
    struct ami_person *person = member->person;
    if (!person) return;
    struct ami_member **at = &person->members;
    while (*at != member) at = &(*at)->next_of_person;
    *at = member->next_of_person;
    member->person = NULL;
    if (person->members) return;
    HASH_DEL(floor->persons, person);
    free(person);
}

static void join_person(struct sw_ami_floor *floor, struct ami_member *member, const char *id) {
    struct ami_person *person;
    size_t len = strlen(id);
    if (member->person && !strcmp(member->person->id, id)) return;
    leave_person(floor, member);
    HASH_FIND(hh, floor->persons, id, len, person);
    if (!person) {
        person = sw_xcalloc(1, sizeof *person + len + 1);
        memcpy(person->id, id, len);
        HASH_ADD_KEYPTR(hh, floor->persons, person->id, len, person);
    }
    member->person = person;
    member->next_of_person = person->members;
    person->members = member;
}

/* Whether NAME is a name, and not the interface once more. */
static bool is_name(const char *name, const char *interface) {
    return name && *name && strcasecmp(name, interface) != 0;
}

/* INTERFACE is of the member NAME: who that is. Where a name comes to be known only now, what was told by the
 * interface is told by the name from now on. */
static void name_member(struct sw_ami_floor *floor, struct ami_member *member, const char *name,
                        int64_t at_ms) {
    if (!is_name(name, member->interface)) {
        if (!member->person) join_person(floor, member, member->interface);
        return;
    }
    if (member->person && !strcmp(member->person->id, member->interface))
        for (size_t i = 0; i < member->served_count; i++)
            sw_pbx_member_gone(floor->pbx, member->person->id, member->served[i].queue, at_ms);
    bool moves = member->person && !strcmp(member->person->id, member->interface);
    join_person(floor, member, name);
    for (size_t i = 0; moves && i < member->served_count; i++)
        sw_pbx_member(floor->pbx, name, member->served[i].queue, member->served[i].paused, NULL, at_ms);
}

bool ami_agent(struct sw_ami_floor *floor, const struct sw_ami_message *message, char out[AMI_ID_BYTES]) {
    char interface[AMI_ID_BYTES];
    bool named = ami_text(message, "MemberName", out);
    if (!ami_text(message, "Interface", interface)) {
        if (!named) ami_faulty(floor);
        return named;
    }
    if (is_name(out, interface)) return true;
    const struct ami_member *member = find_member(floor, interface);
    (void)snprintf(out, AMI_ID_BYTES, "%s", member && member->person ? member->person->id : interface);
    return true;
}

/* The agent that NAME and MEMBER's interface stand for. */
static const char *agent_of(const struct ami_member *member, const char *name) {
    return is_name(name, member->interface) ? name : member->person->id;
}

/* ---- memberships ---- */

static struct ami_served *serve(struct sw_ami_floor *floor, struct ami_member *member, const char *queue) {
    for (size_t i = 0; i < member->served_count; i++)
        if (!strcmp(member->served[i].queue, queue)) return &member->served[i];
    if (member->served_count == SW_EVENT_QUEUES_MAX) {
        floor->counters.refused++;
        return NULL;
    }
    member->served = sw_xrealloc(member->served, (member->served_count + 1) * sizeof *member->served);
    member->served[member->served_count] = (struct ami_served){.queue = sw_xstrdup(queue)};
    return &member->served[member->served_count++];
}

static void free_member(struct sw_ami_floor *floor, struct ami_member *member) {
    struct ami_device *device, *next;
    HASH_ITER(hh, floor->devices, device, next) {
        if (device->member != member) continue;
        HASH_DEL(floor->devices, device);
        free(device);
    }
    for (size_t i = 0; i < member->served_count; i++) free(member->served[i].queue);
    leave_person(floor, member);
    HASH_DEL(floor->members, member);
    free(member->served);
    free(member);
}

static void stop_serving(struct ami_member *member, size_t index) {
    free(member->served[index].queue);
    member->served[index] = member->served[--member->served_count];
}

static void set_status(struct ami_member *member, int64_t status) {
    if (status >= 0 && status < (int64_t)(sizeof states / sizeof *states)) member->line = states[status].line;
}

static bool is_true(const struct sw_ami_message *message, const char *name) {
    return sw_ami_integer(message, name, 0) != 0 || ami_is(message, name, "yes") ||
           ami_is(message, name, "true");
}

static const char *reason_of(const struct sw_ami_message *message) {
    const char *reason = sw_ami_get(message, "PausedReason");
    return reason ? reason : sw_ami_get(message, "Reason");
}

static int64_t wrapup_of(const struct sw_ami_message *message) {
    int64_t wrapup_ms = ami_seconds(message, "Wrapuptime");
    return wrapup_ms > 0 ? wrapup_ms : -1; /* 0: the queue's, which AMI does not tell */
}

void ami_member_event(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms,
                      bool gone) {
    char queue[AMI_ID_BYTES], interface[AMI_ID_BYTES], name[AMI_ID_BYTES], device[AMI_ID_BYTES];
    if (!ami_queue(floor, message, queue)) return;
    if (!ami_text(message, "Interface", interface) && !ami_text(message, "Location", interface)) {
        ami_faulty(floor);
        return;
    }
    struct ami_member *member = gone ? find_member(floor, interface) : make_member(floor, interface);
    if (!member) return;
    (void)ami_text(message, "MemberName", name);
    name_member(floor, member, name, at_ms);
    if (gone) {
        for (size_t i = 0; i < member->served_count; i++)
            if (!strcmp(member->served[i].queue, queue)) stop_serving(member, i--);
        sw_pbx_member_gone(floor->pbx, agent_of(member, name), queue, at_ms);
        if (!member->served_count && !floor->in_snapshot) free_member(floor, member);
        return;
    }
    struct ami_served *served = serve(floor, member, queue);
    if (!served) return;
    served->dynamic = !ami_is(message, "Membership", "static");
    served->paused = is_true(message, "Paused");
    served->seen = floor->snapshots;
    if (ami_text(message, "StateInterface", device)) name_device(floor, device, member);
    set_status(member, sw_ami_integer(message, "Status", -1));
    sw_pbx_wrapup_time(floor->pbx, agent_of(member, name), wrapup_of(message));
    /* in the order in which no state comes about that never was */
    bool pause_first = served->paused && duty_of(member->person) != SW_PBX_DUTY_OUT;
    if (!pause_first) tell_line(floor, member->person, at_ms);
    sw_pbx_member(floor->pbx, agent_of(member, name), queue, served->paused, reason_of(message), at_ms);
    if (pause_first) tell_line(floor, member->person, at_ms);
}

void ami_device_event(struct sw_ami_floor *floor, const struct sw_ami_message *message, int64_t at_ms) {
    char name[AMI_ID_BYTES];
    const char *state = sw_ami_get(message, "State");
    if (!ami_text(message, "Device", name) || !state) {
        ami_faulty(floor);
        return;
    }
    struct ami_device *device = find_device(floor, name, strlen(name));
    if (!device || !device->member->person) return;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcasecmp(states[i].name, state) != 0) continue;
        device->member->line = states[i].line;
        tell_line(floor, device->member->person, at_ms);
    }
}

bool ami_is_staffed(const struct sw_ami_floor *floor, const char *queue) {
    for (const struct ami_member *m = floor->members; m; m = m->hh.next)
        for (size_t i = 0; i < m->served_count && m->line != SW_PBX_LINE_UNREACHABLE; i++)
            if (!m->served[i].paused && !strcmp(m->served[i].queue, queue)) return true;
    return false;
}

/* ---- snapshots ---- */

static char *copy(const char *text) {
    return text && *text ? sw_xstrdup(text) : NULL;
}

void ami_member_row(struct sw_ami_floor *floor, const struct sw_ami_message *message) {
    char queue[AMI_ID_BYTES], interface[AMI_ID_BYTES], name[AMI_ID_BYTES], device[AMI_ID_BYTES];
    if (!ami_queue(floor, message, queue)) return;
    if (!ami_text(message, "Location", interface) && !ami_text(message, "Interface", interface)) {
        ami_faulty(floor);
        return;
    }
    if (floor->row_count == SW_AMI_ROWS_MAX) {
        floor->counters.refused++;
        return;
    }
    if (floor->row_count == floor->row_size) {
        floor->row_size = floor->row_size ? floor->row_size * 2 : 256;
        floor->rows = sw_xrealloc(floor->rows, floor->row_size * sizeof *floor->rows);
    }
    if (!ami_text(message, "Name", name)) (void)ami_text(message, "MemberName", name);
    (void)ami_text(message, "StateInterface", device);
    floor->rows[floor->row_count++] =
        (struct ami_row){.interface = sw_xstrdup(interface),
                         .state_interface = copy(device),
                         .name = copy(name),
                         .queue = sw_xstrdup(queue),
                         .reason = copy(reason_of(message)),
                         .dynamic = !ami_is(message, "Membership", "static"),
                         .paused = is_true(message, "Paused"),
                         .status = sw_ami_integer(message, "Status", -1),
                         .last_pause_ms = ami_epoch(floor, message, "LastPause"),
                         .last_call_ms = ami_epoch(floor, message, "LastCall"),
                         .wrapup_ms = wrapup_of(message)};
}

void ami_drop_rows(struct sw_ami_floor *floor) {
    for (size_t i = 0; i < floor->row_count; i++) {
        free(floor->rows[i].interface);
        free(floor->rows[i].state_interface);
        free(floor->rows[i].name);
        free(floor->rows[i].queue);
        free(floor->rows[i].reason);
    }
    free(floor->rows);
    floor->rows = NULL;
    floor->row_count = floor->row_size = 0;
}

/* What the row says of the telephone and the membership; live news since the snapshot began are newer. */
static void take_row(struct sw_ami_floor *floor, const struct ami_row *row) {
    struct ami_member *member = make_member(floor, row->interface);
    struct ami_served *served = member ? serve(floor, member, row->queue) : NULL;
    if (!served) return;
    name_member(floor, member, row->name, floor->now_ms);
    if (row->state_interface) name_device(floor, row->state_interface, member);
    if (served->seen == floor->snapshots) return;
    served->seen = floor->snapshots;
    served->dynamic = row->dynamic;
    served->paused = row->paused;
    set_status(member, row->status);
}

static void note_row(struct sw_ami_floor *floor, const struct ami_row *row, bool merge) {
    const struct ami_member *member = find_member(floor, row->interface);
    if (!member || !member->person) return;
    const char *agent = agent_of(member, row->name);
    sw_pbx_note_member(floor->pbx, agent, row->queue, row->paused, row->reason,
                       row->paused ? row->last_pause_ms : INT64_MIN);
    sw_pbx_note_line(floor->pbx, agent, line_of(member->person));
    sw_pbx_note_duty(floor->pbx, agent, duty_of(member->person), NULL, INT64_MIN);
    sw_pbx_wrapup_time(floor->pbx, agent, row->wrapup_ms);
    if (merge && row->last_call_ms > 0) sw_pbx_wrapup_since(floor->pbx, agent, row->last_call_ms);
}

static void forget_unseen(struct sw_ami_floor *floor) {
    struct ami_member *member, *next;
    HASH_ITER(hh, floor->members, member, next) {
        for (size_t i = member->served_count; i-- > 0;)
            if (member->served[i].seen != floor->snapshots) stop_serving(member, i);
        if (!member->served_count) free_member(floor, member);
    }
}

void ami_note_members(struct sw_ami_floor *floor, bool complete, bool merge) {
    for (size_t i = 0; i < floor->row_count; i++) take_row(floor, &floor->rows[i]);
    if (complete) forget_unseen(floor);
    for (size_t i = 0; i < floor->row_count; i++) note_row(floor, &floor->rows[i], merge);
    ami_drop_rows(floor);
}

void ami_members_free(struct sw_ami_floor *floor) {
    struct ami_member *member, *next;
    struct ami_device *device, *next_device;
    HASH_ITER(hh, floor->devices, device, next_device) {
        HASH_DEL(floor->devices, device);
        free(device);
    }
    HASH_ITER(hh, floor->members, member, next) free_member(floor, member);
}
