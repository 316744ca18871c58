/* Who may see and do what. On this machine everybody may read and write; elsewhere boards are for everybody where the
 * configuration opens them, and everything else is for people who are signed in, by their role. */
#ifndef APP_ACCESS_H
#define APP_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/sessions.h"

enum sw_role {
    SW_ROLE_AGENT = 1 << 0,
    SW_ROLE_LEAD = 1 << 1,
    SW_ROLE_DUTY = 1 << 2,
    SW_ROLE_QUALITY = 1 << 3,
    SW_ROLE_MANAGER = 1 << 4,
    SW_ROLE_ADMIN = 1 << 5
};
#define SW_ROLES_LEADERS (SW_ROLE_LEAD | SW_ROLE_DUTY | SW_ROLE_MANAGER | SW_ROLE_ADMIN)
#define SW_ROLES_CHIEFS (SW_ROLE_DUTY | SW_ROLE_MANAGER | SW_ROLE_ADMIN)
#define SW_ROLES_READERS (SW_ROLES_LEADERS | SW_ROLE_QUALITY)
#define SW_ROLES_ALL (SW_ROLES_READERS | SW_ROLE_AGENT)

/* 0 for a word that is no role. */
unsigned sw_role_from_name(const char *name);

struct sw_access {
    const struct sw_config_person *person; /* signed in; NULL: nobody */
    bool local;                            /* asks from this machine */
    unsigned role;                         /* what counts; 0: none */
};

bool sw_is_loopback(const char *address);
struct sw_access sw_access_of(struct sw_sessions *sessions, const char *peer, const char *cookie, int64_t now_ms);
/* Whether a view may be read: boards' views by all, the others by leaders and quality. */
bool sw_access_view(const struct sw_access *access, const char *view);
/* Whether somebody who leads only some teams leads TEAM (NULL: none); others lead all. */
bool sw_access_team(const struct sw_access *access, const char *team);

#endif
