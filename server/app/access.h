/* Who may see and do what.
 *
 * While there are no accounts, on this machine everybody may read and write; elsewhere boards are for everybody where the
 * configuration opens them, and everything else is for people who are signed in. Once there are accounts, nobody is let in
 * without one: people by their role, screens to the board they were paired with. */
#ifndef APP_ACCESS_H
#define APP_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/accounts.h"
#include "app/screens.h"
#include "app/sessions.h"
#include "codec/view_slice.h"
#include "io/http.h"

enum sw_role {
    SW_ROLE_AGENT = 1 << 0,
    SW_ROLE_LEAD = 1 << 1,
    SW_ROLE_DUTY = 1 << 2,
    SW_ROLE_QUALITY = 1 << 3,
    SW_ROLE_MANAGER = 1 << 4,
    SW_ROLE_ADMIN = 1 << 5,
    SW_ROLE_DISPLAY = 1 << 6, /* a screen: its board only */
    SW_ROLE_PUBLIC = 1 << 7   /* anybody who may look at boards */
};
#define SW_ROLES_LEADERS (SW_ROLE_LEAD | SW_ROLE_DUTY | SW_ROLE_MANAGER | SW_ROLE_ADMIN)
#define SW_ROLES_CHIEFS (SW_ROLE_DUTY | SW_ROLE_MANAGER | SW_ROLE_ADMIN)
#define SW_ROLES_READERS (SW_ROLES_LEADERS | SW_ROLE_QUALITY)
#define SW_ROLES_ALL_TEAMS (SW_ROLES_CHIEFS | SW_ROLE_QUALITY) /* papers of all teams, which no lead of some may read */
#define SW_ROLES_PEOPLE (SW_ROLES_READERS | SW_ROLE_AGENT)
#define SW_ROLES_BOARDS (SW_ROLES_READERS | SW_ROLE_DISPLAY | SW_ROLE_PUBLIC)

/* 0 for a word that is no role of a person. */
unsigned sw_role_from_name(const char *name);
/* The name of one role. */
const char *sw_role_name(unsigned role);

/* What decides; all borrowed. */
struct sw_doors {
    struct sw_accounts *accounts;
    struct sw_sessions *sessions;
    struct sw_screens *screens;
    const struct sw_config *config;
    bool reviewing; /* open sockets are looked at again: nobody asked for anything */
    void *ctx;
    /* The board of that name as JSON, or NULL. */
    const char *(*board)(void *ctx, const char *name);
};

struct sw_access {
    const struct sw_config_person *person; /* signed in; NULL: nobody */
    struct sw_session session;             /* of the person; id "": let in by the proxy */
    bool must_change;                      /* the password first: until then nothing else may be done */
    bool has_screen;
    struct sw_screen screen;
    bool accounts; /* are in force */
    bool local;    /* asks from this machine, and that counts */
    unsigned role; /* bits: of the person or the screen, and what anybody may; 0: none */
};

bool sw_is_loopback(const char *address);
/* Who calls. Borrowed until the loop turns. */
struct sw_access sw_access_of(const struct sw_doors *doors, const struct sw_http_caller *caller);
/* Refuses with 401 or 403 when none of ROLES is the caller's; true when it did. */
bool sw_access_refused(const struct sw_access *access, unsigned roles, struct sw_http_response *response);
/* The roles that may read a view at all. */
unsigned sw_access_view_roles(const char *view);
/* Whether a view may be read: by the role, by what a screen's board needs, by whose team it is. */
bool sw_access_view(const struct sw_doors *doors, const struct sw_access *access, const char *view);
/* VIEW as the caller may see it: of a lead only their teams; NULL past a limit. */
struct sw_view *sw_access_slice(const struct sw_access *access, struct sw_slices *slices, struct sw_view *view);
/* Whether somebody who leads only some teams leads TEAM (NULL: none); others lead all. */
bool sw_access_team(const struct sw_access *access, const char *team);
/* Whether the caller leads only some teams. */
bool sw_access_is_limited(const struct sw_access *access);
/* Whether the board of that name may be read: by readers all, by a screen its own. */
bool sw_access_board(const struct sw_doors *doors, const struct sw_access *access, const char *board);
#define SW_IDENTITY_SIZE 96
/* Who the caller is, as one text that changes when their rights do; of a screen "screen ID". */
void sw_access_identity(const struct sw_access *access, char out[SW_IDENTITY_SIZE]);

#endif
