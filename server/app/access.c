#include "app/access.h"

#include <string.h>

unsigned sw_role_from_name(const char *name) {
    static const char *const names[] = {"agent", "lead", "duty", "quality", "manager", "admin"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) return 1u << i;
    return 0;
}

bool sw_is_loopback(const char *address) {
    return !strncmp(address, "127.", 4) || !strcmp(address, "::1") || !strncmp(address, "::ffff:127.", 11) ||
           !strcmp(address, "localhost");
}

struct sw_access sw_access_of(struct sw_sessions *sessions, const char *peer, const char *cookie, int64_t now_ms) {
    struct sw_access a = {.local = sw_is_loopback(peer)};
    a.person = sessions ? sw_sessions_find(sessions, cookie, now_ms) : NULL;
    if (a.person) a.role = sw_role_from_name(a.person->role);
    else if (a.local) a.role = SW_ROLE_MANAGER;
    return a;
}

bool sw_access_view(const struct sw_access *access, const char *view) {
    static const char *const guarded[] = {"alerts", "shifts", "breaches", "grants", "walk", "policy"};
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
        if (!strcmp(view, guarded[i])) return access->role & SW_ROLES_READERS;
    return true;
}

bool sw_access_team(const struct sw_access *access, const char *team) {
    if (access->role != SW_ROLE_LEAD) return true;
    const struct sw_config_list *teams = &access->person->teams;
    for (size_t i = 0; team && i < teams->count; i++)
        if (!strcmp(teams->items[i], team)) return true;
    return false;
}
