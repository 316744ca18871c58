/* Between the loop and the store: jobs for the one worker, in order, answered on the loop.
 *
 * Without a store (no data folder, a damaged file) every job is refused with the reason: the walls go on, recording
 * says that it cannot. */
#ifndef APP_RECORDER_H
#define APP_RECORDER_H

#include <uv.h>

#include "shiftwall/buf.h"
#include "store/store.h"


struct sw_recorder;

/* Opens the store DIR/shiftwall.db (DIR is made when missing; NULL: there is none). Blocks: before the loop runs.
 * Never NULL; see sw_recorder_problem. */
struct sw_recorder *sw_recorder_new(uv_loop_t *loop, const char *dir, const char *site);
/* Ends when the jobs that wait are done, calls ENDED (may be NULL; also from within), and frees itself. NULL is allowed: nothing is
 * to be waited for. */
void sw_recorder_close(struct sw_recorder *recorder, void *ctx, void (*ended)(void *ctx));
/* Why nothing can be recorded; NULL when it can. */
const char *sw_recorder_problem(const struct sw_recorder *recorder);
/* Whether nothing can be read of the store although there were accounts in it. */
bool sw_recorder_lost_accounts(const struct sw_recorder *recorder);

/* Whether jobs may be done: who may not be the one that records any more finds out first. */
enum sw_gate {
    SW_GATE_OPEN,
    SW_GATE_WAIT, /* jobs stay where they are; see sw_recorder_resume */
    SW_GATE_SHUT  /* jobs are refused */
};
/* GATE is asked before every job, on the loop. */
void sw_recorder_set_gate(struct sw_recorder *recorder, void *ctx, enum sw_gate (*gate)(void *ctx));
/* The gate may have been opened or shut. */
void sw_recorder_resume(struct sw_recorder *recorder);

struct sw_recorder_counters {
    uint64_t records, failed, conflicts, queued, history_rows;
    uint64_t dropped; /* records that waited for the store until there were too many */
};
const struct sw_recorder_counters *sw_recorder_counters(const struct sw_recorder *recorder);

/* Reads what was recorded, at once: before the loop runs. 0 or -SW_EIO. */
int sw_recorder_load(struct sw_recorder *recorder, const struct sw_record_query *query, void *ctx,
                     void (*fn)(void *ctx, const struct sw_record *record)) SW_NODISCARD;
/* Reads history, at once: before the loop runs; see sw_store_read_history. 0 or -SW_EIO. */
int sw_recorder_load_history(struct sw_recorder *recorder, enum sw_history of, const char *id, int64_t from_ms, int64_t to_ms,
                             void *ctx, void (*fn)(void *ctx, const struct sw_history_row *row)) SW_NODISCARD;

/* Runs FN with the store and the site's id, at once: before the loop runs. What FN returned; 0 when there is no store. */
int sw_recorder_load_run(struct sw_recorder *recorder, void *ctx,
                         int (*fn)(void *ctx, struct sw_store *store, const char *site)) SW_NODISCARD;

/* What became of a job: 0 and the RECORDS with their ids; -SW_EBUSY and TEXT is the body of the record that was first;
 * -SW_ENOENT; -SW_EIO or -SW_ELIMIT and TEXT says why. */
typedef void (*sw_recorder_done)(void *ctx, int status, const struct sw_record *records, size_t count, const char *text);

/* Appends records, which are copied; DONE (may be NULL) is called on the loop once they are durable or refused, never
 * from within. Without DONE nobody could be told that they were not written: then they, and those that come after them, wait until the
 * store can be written again (a full disk), 50,000 records at most; past that the oldest are given up. */
void sw_recorder_append(struct sw_recorder *recorder, const struct sw_record *records, size_t count, void *ctx,
                        sw_recorder_done done);
/* Reads records as a JSON array, TEXT of DONE. The query's texts are copied. */
void sw_recorder_read(struct sw_recorder *recorder, const struct sw_record_query *query, void *ctx, sw_recorder_done done);
/* Sums shifts, see sw_store_sum_shifts; TEXT of DONE is the array. Texts are copied. */
void sw_recorder_sum_shifts(struct sw_recorder *recorder, const char *by, const char *team, const char *agent, int64_t from_ms,
                            int64_t to_ms, void *ctx, sw_recorder_done done);
/* Reads the row of the history that starts in [from, to): TEXT of DONE are its counts, -SW_ENOENT when there is none. */
void sw_recorder_read_history(struct sw_recorder *recorder, enum sw_history of, const char *id, int64_t from_ms,
                              int64_t to_ms, void *ctx, sw_recorder_done done);
/* Runs FN in the worker, with the store and the site's id, in its turn; then DONE on the loop with what FN returned, or with
 * -SW_EIO when there is no store (FN was not run). */
void sw_recorder_run(struct sw_recorder *recorder, void *ctx, int (*fn)(void *ctx, struct sw_store *store, const char *site),
                     sw_recorder_done done);
/* Writes rows of history, which are copied. */
void sw_recorder_put_history(struct sw_recorder *recorder, const struct sw_history_row *rows, size_t count);
/* Messages to chat groups, see store.h. Reading is at once, before the loop runs; texts are copied. */
int sw_recorder_load_letters(struct sw_recorder *recorder, void *ctx,
                             void (*fn)(void *ctx, const struct sw_kept_letter *letter)) SW_NODISCARD;
void sw_recorder_put_letter(struct sw_recorder *recorder, const struct sw_kept_letter *letter);
void sw_recorder_drop_letter(struct sw_recorder *recorder, const char *destination, const char *id);
void sw_recorder_forget_letters(struct sw_recorder *recorder, int64_t t_ms);
/* Forgets what is older than T_MS, little by little. */
void sw_recorder_purge(struct sw_recorder *recorder, int64_t t_ms);

#endif
