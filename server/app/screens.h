/* The fleet: screens on walls, each paired by a leader with a board of its own.
 *
 * A screen shows a code; a leader who types it into the console names the screen and its board; the screen then gets a token
 * in a cookie that lets it read that board and nothing else. The token is exchanged now and then: the new one counts from its
 * first use on, and then the old one no more, so that an answer that was lost locks nobody out. */
#ifndef APP_SCREENS_H
#define APP_SCREENS_H

#include <uv.h>

#include "app/recorder.h"

#define SW_SCREEN_COOKIE "shiftwall_screen"
#define SW_SCREEN_ID_SIZE 13
#define SW_SCREENS_MAX 2000
#define SW_SCREEN_BOARDS_SIZE 256 /* one board, or several in turn: "overview,queues" */
#define SW_PAIR_CODE_SIZE 7
#define SW_PAIR_MS INT64_C(600000)                /* how long a code is good */
#define SW_PAIR_OFFERS_MAX 500                    /* codes at a time */
#define SW_PAIR_OFFERS_PER_ADDRESS_MAX 10
#define SW_SCREEN_UNUSED_MS INT64_C(7776000000)   /* 90 days without a sign of life, and a screen is forgotten */
#define SW_SCREEN_ONLINE_MS INT64_C(150000)       /* it tells of itself every minute */
#define SW_SCREEN_COOKIE_S 34560000               /* 400 days, the most that browsers keep */

struct sw_screens;

/* What a screen tells of itself. */
struct sw_screen_report {
    char version[40], board[SW_SCREEN_BOARDS_SIZE];
    int64_t offset_ms, width, height;
};

/* A screen. Texts are borrowed until the loop turns. */
struct sw_screen {
    const char *id, *name, *board, *paired_by;
    int64_t paired_ms, seen_ms;   /* epoch ms; seen 0: never */
    const char *address;          /* of its last sign of life; NULL: not since the daemon started */
    const struct sw_screen_report *report; /* NULL likewise */
};

/* Reads what is there, at once. CHANGED is called when a screen's rights may have changed. Never NULL. */
struct sw_screens *sw_screens_new(struct sw_recorder *recorder, void *ctx, void (*changed)(void *ctx));
/* Nothing is written any more: before the recorder is closed. NULL is allowed. */
void sw_screens_close(struct sw_screens *screens);
/* When the loop has ended. NULL is allowed. */
void sw_screens_free(struct sw_screens *screens);
/* Somebody else wrote to the store: reads it again. */
void sw_screens_reload(struct sw_screens *screens);

/* ---- pairing ---- */

/* What a screen that wants to be paired is given. */
struct sw_pair_offer {
    char code[SW_PAIR_CODE_SIZE]; /* to be shown */
    char secret[65];              /* to ask with, never shown */
    int64_t expires_ms;           /* epoch ms */
};
/* A new code for the screen at ADDRESS. 0, or -SW_ELIMIT: too many wait already. */
int sw_screens_offer(struct sw_screens *screens, const char *address, struct sw_pair_offer *out) SW_NODISCARD;
/* What became of the code that goes with SECRET: 0 and *EXPIRES_MS: nobody approved it yet; 1: paired, OUT is the screen and
 * TOKEN (65 bytes) is for its cookie, given once; -SW_ENOENT: expired, or never given. */
int sw_screens_poll(struct sw_screens *screens, const char *secret, int64_t *expires_ms, struct sw_screen *out, char *token);

/* ---- reading ---- */

/* The screen of a Cookie header; false: none (any more). */
bool sw_screens_find(struct sw_screens *screens, const char *cookie, struct sw_screen *out);
/* The screen of that id. */
bool sw_screens_get(const struct sw_screens *screens, const char *id, struct sw_screen *out);
/* Calls FN for every screen, in order of name. */
void sw_screens_each(struct sw_screens *screens, void *ctx, void (*fn)(void *ctx, const struct sw_screen *screen));
/* A sign of life. REPORT NULL: it told nothing of itself. */
void sw_screens_seen(struct sw_screens *screens, const char *id, const char *address, const struct sw_screen_report *report);

/* ---- writing ---- */

/* Who changes something, for the record. Borrowed. */
struct sw_screen_actor {
    const char *by, *role;
};
/* What became of it: 0 and the SCREEN as it is now (NULL: it is gone); -SW_ENOENT: no such code or screen; -SW_ELIMIT: too
 * many screens; -SW_EIO: TEXT says why. */
typedef void (*sw_screens_done)(void *ctx, int status, const struct sw_screen *screen, const char *text);
/* Each calls DONE on the loop, never from within; texts are copied. */
void sw_screens_approve(struct sw_screens *screens, const char *code, const char *name, const char *board,
                        const struct sw_screen_actor *actor, void *ctx, sw_screens_done done);
/* NAME and BOARD NULL: stays. */
void sw_screens_change(struct sw_screens *screens, const char *id, const char *name, const char *board,
                       const struct sw_screen_actor *actor, void *ctx, sw_screens_done done);
void sw_screens_revoke(struct sw_screens *screens, const char *id, const struct sw_screen_actor *actor, void *ctx,
                       sw_screens_done done);
/* Makes the token that comes after the one in use: TOKEN (65 bytes, filled at once) may be given out when DONE says 0. */
void sw_screens_renew(struct sw_screens *screens, const char *id, char *token, void *ctx, sw_screens_done done);

struct sw_screens_counters {
    uint64_t screens, online, offers, refused_codes, refused_tokens;
};
void sw_screens_counters(const struct sw_screens *screens, struct sw_screens_counters *out);

#endif
