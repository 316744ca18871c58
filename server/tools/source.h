/* `shiftwall source KIND`: a PBX straight into the journal, as long as it runs. The command owns the loop, the outbox, signals, the
 * service manager and the log; a kind reads its switch and adds events. */
#ifndef TOOLS_SOURCE_H
#define TOOLS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "io/outbox.h"
#include "shiftwall/error.h"
#include "tools/tools.h"

#define SW_SOURCE_QUEUES_MAX 256
#define SW_SOURCE_WRAPUP_MAX_S 3600

struct sw_source_kind;
struct sw__source_run;

/* What the command gives a kind: the common options, read and checked. Lives as long as the kind. */
struct sw_source {
    uv_loop_t *loop;
    const struct sw_source_kind *kind;
    const struct sw_tool_args *args; /* operands[0] is the kind's name */
    const char *site;                /* --site; "" with --dry-run and none given */
    const char *src;                 /* --src, default the kind's name: `src` of every event */
    int64_t wrapup_ms;               /* --wrapup, -1 = not given */
    bool dry_run;                    /* events go to standard output, there is no Redis */
    struct sw__source_run *run;      /* the command's own */
};

/* A kind. All callbacks get what `open` made. */
struct sw_source_kind {
    const char *name;                     /* "ami" */
    const char *what;                     /* half a line for `shiftwall source --help` */
    const char *help;                     /* `shiftwall source KIND --help`: usage and the kind's own options; the common ones follow */
    const struct sw_tool_option *options; /* its own; ends with a NULL name */

    /* Reads its options and makes itself, without starting anything. SW_TOOL_OK, or the exit status, a message printed on stderr. */
    int (*open)(struct sw_source *source, void **self);
    /* The loop is about to run. The outbox may or may not be up yet. Tells sw_source_ready() once it works. */
    void (*start)(void *self);
    /* Redis can be sent to: after every connecting, before what is under way is sent again. With --dry-run once, right after start. */
    void (*redis_up)(void *self);
    void (*redis_down)(void *self, const char *reason); /* may be NULL */
    /* As of the outbox. May be NULL. */
    void (*acknowledged)(void *self, uint64_t seq, const char *entry);
    void (*room)(void *self);
    /* Writes its one line `info source.counters src=... ...`: every 10 minutes, on SIGUSR1 and at the end. */
    void (*log_counters)(void *self);
    /* The program ends: closes its handles. Events under way are waited for (at most 5 s) before this is called, so a kind that must
     * not add any more is told by `quiesce` first (may be NULL). */
    void (*quiesce)(void *self);
    void (*close)(void *self);
    /* After the loop has ended. */
    void (*free)(void *self);
};

extern const struct sw_source_kind sw_source_queue_log; /* source_queue_log.c; further kinds stand in source.c's table */
extern const struct sw_source_kind sw_source_esl;
extern const struct sw_source_kind sw_source_ami;

/* Adds one event (LEN bytes of JSON with id and src), as sw_outbox_add. 0, -SW_ELIMIT (stop reading until `room`), -SW_EINVAL. With
 * --dry-run `acknowledged` is called within it. */
int sw_source_add(struct sw_source *source, const char *json, size_t len, uint64_t *seq) SW_NODISCARD;
/* The connection to Redis for reading the journal, inside redis_up and as long as Redis is up; NULL with --dry-run. */
struct sw_redis_conn *sw_source_redis(struct sw_source *source);
/* The outbox, for its counters; NULL with --dry-run. */
struct sw_outbox *sw_source_outbox(struct sw_source *source);
/* Whether --queues wants QUEUE (always without --queues). */
bool sw_source_wants_queue(const struct sw_source *source, const char *queue);
/* The source works: told to the service manager once (READY=1). STATUS is the line `systemctl status` shows; may be told again. */
void sw_source_ready(struct sw_source *source, const char *status);
/* Ends the program in an orderly way with STATUS (an sw_tool_status), the reason being logged by the caller. */
void sw_source_stop(struct sw_source *source, int status);
/* Reads a secret's file (a line; the end of line is cut) into OUT of SIZE bytes. Refused, and said on stderr, when it cannot be read,
 * is empty or too long, or when others may read it. 0 or an exit status. OPTION is what named the file. */
int sw_source_secret(const char *option, const char *path, char *out, size_t size) SW_NODISCARD;
/* Reads --reasons FILE, lines REASON=STATE, through TAKE. SW_TOOL_OK (also without the option) or an exit status, a message printed. */
int sw_source_reasons(struct sw_source *source, bool (*take)(void *ctx, char *reason, char *state), void *ctx) SW_NODISCARD;

#endif
