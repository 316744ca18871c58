#include "app/access.h"

#include <stdio.h>
#include <string.h>

#include "codec/board_json.h"
#include "io/password.h"

static const struct {
    const char *name;
    unsigned role;
} role_names[] = {{"agent", SW_ROLE_AGENT},     {"lead", SW_ROLE_LEAD},   {"duty", SW_ROLE_DUTY},      {"quality", SW_ROLE_QUALITY},
                  {"manager", SW_ROLE_MANAGER}, {"admin", SW_ROLE_ADMIN}, {"display", SW_ROLE_DISPLAY}};

#define ROLE_NAMES (sizeof role_names / sizeof *role_names)

unsigned sw_role_from_name(const char *name) {
    for (size_t i = 0; i < ROLE_NAMES; i++)
        if (!strcmp(role_names[i].name, name)) return role_names[i].role & SW_ROLES_PEOPLE;
    return 0;
}

const char *sw_role_name(unsigned role) {
    for (size_t i = 0; i < ROLE_NAMES; i++)
        if (role_names[i].role & role) return role_names[i].name;
    return "open";
}

bool sw_is_loopback(const char *address) {
    return !strncmp(address, "127.", 4) || !strcmp(address, "::1") || !strncmp(address, "::ffff:127.", 11) ||
           !strcmp(address, "localhost");
}

static const struct sw_config_person *let_in_by_proxy(const struct sw_doors *doors, const char *user) {
    const struct sw_account *account = *user ? sw_accounts_find(doors->accounts, user) : NULL;
    return account && !account->disabled ? &account->person : NULL;
}

struct sw_access sw_access_of(const struct sw_doors *doors, const struct sw_http_caller *caller) {
    struct sw_access a = {.accounts = sw_accounts_exist(doors->accounts)};
    /* what came through somebody else's proxy did not come from here */
    a.local = !a.accounts && !caller->elsewhere && sw_is_loopback(caller->peer);
    a.person = doors->sessions ? sw_sessions_find(doors->sessions, caller->cookie, !doors->reviewing, &a.session) : NULL;
    if (!a.person) a.person = let_in_by_proxy(doors, caller->user);
    if (!a.person && sw_screens_find(doors->screens, caller->cookie, &a.screen)) a.has_screen = true;
    const struct sw_account *account = a.person ? sw_accounts_find(doors->accounts, a.person->id) : NULL;
    a.must_change = account && account->must_change;
    if (a.person) a.role = a.must_change ? 0 : sw_role_from_name(a.person->role);
    else if (a.local) a.role = SW_ROLE_MANAGER;
    else if (a.has_screen) a.role = SW_ROLE_DISPLAY;
    if (a.local || (!a.accounts && doors->config->open_reads)) a.role |= SW_ROLE_PUBLIC;
    return a;
}

bool sw_access_refused(const struct sw_access *access, unsigned roles, struct sw_http_response *response) {
    if (access->role & roles) return false;
    if (access->must_change) sw_http_problem(response, 403, NULL, "choose a password of your own first");
    else if (access->person || access->has_screen) sw_http_problem(response, 403, NULL, "your role may not do this");
    else sw_http_problem(response, 401, NULL, "sign in first");
    return true;
}

/* ---- views ---- */

unsigned sw_access_view_roles(const char *view) {
    static const char *const of_boards[] = {"queues", "teams", "agents", "intervals", "staffing", "strip"};
    size_t len = strcspn(view, "/");
    /* whoever is let in at all may know the site's name and whether its figures are right */
    if (!strcmp(view, "site")) return SW_ROLES_BOARDS | SW_ROLE_AGENT;
    for (size_t i = 0; i < sizeof of_boards / sizeof *of_boards; i++)
        if (strlen(of_boards[i]) == len && !strncmp(of_boards[i], view, len)) return SW_ROLES_BOARDS;
    return SW_ROLES_READERS;
}

static const char *team_of_view(const char *view) { return strncmp(view, "agents/", 7) ? NULL : view + 7; }

/* Calls FN with every board of a screen, which may show several in turn ("overview,queues"), until it is true. */
static bool any_board(const struct sw_doors *doors, const char *boards, const char *what,
                      bool (*fn)(const char *name, const char *json, const char *what)) {
    char name[SW_SCREEN_BOARDS_SIZE];
    for (const char *at = boards; *at;) {
        size_t len = strcspn(at, ",");
        (void)snprintf(name, sizeof name, "%.*s", (int)len, at);
        const char *json = doors->board(doors->ctx, name);
        if (json && fn(name, json, what)) return true;
        at += len + (at[len] == ',');
    }
    return false;
}

static bool shows(const char *name, const char *json, const char *view) {
    (void)name;
    return sw_board_shows(json, view);
}

static bool is_called(const char *name, const char *json, const char *wanted) {
    (void)json;
    return !strcmp(name, wanted);
}

bool sw_access_board(const struct sw_doors *doors, const struct sw_access *access, const char *board) {
    if (access->role & (SW_ROLES_READERS | SW_ROLE_PUBLIC)) return true;
    return (access->role & SW_ROLE_DISPLAY) && any_board(doors, access->screen.board, board, is_called);
}

bool sw_access_view(const struct sw_doors *doors, const struct sw_access *access, const char *view) {
    unsigned granted = access->role & sw_access_view_roles(view);
    if (!granted) return false;
    if (granted == SW_ROLE_DISPLAY) {
        return !strcmp(view, "site") || any_board(doors, access->screen.board, view, shows);
    }
    const char *team = team_of_view(view);
    return !team || (granted & SW_ROLE_PUBLIC) || sw_access_team(access, team);
}

bool sw_access_is_limited(const struct sw_access *access) { return (access->role & SW_ROLE_LEAD) && access->person; }

bool sw_access_team(const struct sw_access *access, const char *team) {
    if (!(access->role & SW_ROLE_LEAD)) return true;
    const struct sw_config_list *teams = &access->person->teams;
    for (size_t i = 0; team && i < teams->count; i++)
        if (!strcmp(teams->items[i], team)) return true;
    return false;
}

struct sw_view *sw_access_slice(const struct sw_access *access, struct sw_slices *slices, struct sw_view *view) {
    static const char *const sliced[] = {"agents", "teams", "alerts", "shifts", "breaches", "grants", "walk"};
    if (!(access->role & SW_ROLE_LEAD)) return view;
    const struct sw_slice_teams teams = {(const char *const *)access->person->teams.items, access->person->teams.count};
    for (size_t i = 0; i < sizeof sliced / sizeof *sliced; i++)
        if (!strcmp(sw_view_name(view), sliced[i])) return sw_slices_view(slices, view, &teams);
    return view;
}

void sw_access_identity(const struct sw_access *access, char out[SW_IDENTITY_SIZE]) {
    if (!access->person) {
        if (access->has_screen) (void)snprintf(out, SW_IDENTITY_SIZE, "screen %s", access->screen.id);
        else (void)snprintf(out, SW_IDENTITY_SIZE, "%s", access->local ? "local" : access->role ? "open" : "nobody");
        return;
    }
    struct sw_buf text;
    char hash[SW_SECRET_HASH_SIZE];
    sw_buf_init(&text, 1u << 20);
    sw_buf_printf(&text, "%s\n%s\n%d", access->person->id, access->person->role, access->must_change);
    for (size_t i = 0; i < access->person->teams.count; i++) sw_buf_printf(&text, "\n%s", access->person->teams.items[i]);
    sw_secret_hash(sw_buf_text(&text), hash);
    (void)snprintf(out, SW_IDENTITY_SIZE, "person %s", hash);
    sw_buf_deinit(&text);
}
