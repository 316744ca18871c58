/* A simulated floor: 120 agents in 6 teams, 5 queues, and what a day does to them. Pure: it lives by the times it is given,
 * and the same seed and start give the same events.
 *
 * Callers arrive by a Poisson process, as many as the agents in service can serve at an occupancy that goes up and down
 * through the hour, wait with patience, overflow, are held, transferred, and answered by whoever has been idle longest;
 * agents wrap up, take breaks (some too long), eat, meet, step away, sign out and in; a few call out. Every call that
 * begins ends. */
#ifndef APP_DEMO_SIM_H
#define APP_DEMO_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sw_demo_sim;

/* One event as JSON; LEN bytes. */
typedef void (*sw_demo_emit_fn)(void *ctx, const char *json, size_t len);

/* A floor whose day begins at START_MS, by SEED. */
struct sw_demo_sim *sw_demo_sim_new(uint64_t seed, int64_t start_ms);
void sw_demo_sim_free(struct sw_demo_sim *sim);
/* When the next thing happens, in epoch ms. */
int64_t sw_demo_sim_next_due(const struct sw_demo_sim *sim);
/* Lets the next thing happen if it is due at NOW_MS: emits its events, stamped with their own time. Whether it was. */
bool sw_demo_sim_step(struct sw_demo_sim *sim, int64_t now_ms, sw_demo_emit_fn emit, void *ctx);
/* Sends the callers home: from now on nobody arrives or calls out (to see that all ends). */
void sw_demo_sim_close(struct sw_demo_sim *sim);
/* Callers waiting, ringing or being talked to. */
size_t sw_demo_sim_calls(const struct sw_demo_sim *sim);

#endif
