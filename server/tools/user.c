/* shiftwall user: accounts, on the command line. The first one is made here. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/doors_json.h"
#include "codec/json_writer.h"
#include "io/password.h"
#include "tools/doors.h"

#define PASSWORD_BYTES 300
#define TEXT_BYTES_MAX 65536

static const char help[] =
    "usage: shiftwall user list     --data DIR\n"
    "       shiftwall user add      --data DIR --role ROLE [--name NAME] [--teams A,B] [--password-stdin] ID\n"
    "       shiftwall user change   --data DIR [--role ROLE] [--name NAME] [--teams A,B] ID\n"
    "       shiftwall user password --data DIR [--password-stdin] ID\n"
    "       shiftwall user disable | enable | remove --data DIR ID\n"
    "\n"
    "Accounts of people. Once there is one, nobody is let in without one, and screens have to be paired. The daemon may\n"
    "go on running: it sees a change within seconds, and ends the sessions of who is disabled or removed.\n"
    "\n"
    "  --data DIR         the daemon's data folder (data_dir of the configuration)\n"
    "  --config FILE      the configuration, instead of --data; also names the site for the audit log\n"
    "  --site SITE        the site in whose audit log it is written down (main)\n"
    "  --role ROLE        agent, lead, duty, quality, manager or admin\n"
    "  --teams A,B        the teams of a lead\n"
    "  --password-stdin   reads the password, one line, from standard input (on a terminal it is not shown); without it\n"
    "                     one is made and printed, and has to be changed at the first sign-in\n"
    "  --help             this text\n"
    "\n"
    "Exit status: 0 done, 1 not done (there is such an account, or there is none), 2 wrong usage, 3 the store or the\n"
    "password could not be read or written.\n";

struct found {
    const char *id;
    bool is_there;
    struct sw_account_row row; /* its texts are owned */
};

static void look_at(void *ctx, const struct sw_account_row *row) {
    struct found *found = ctx;
    if (strcmp(row->id, found->id) != 0) return;
    found->is_there = true;
    found->row = *row;
    found->row.id = sw_xstrdup(row->id);
    found->row.name = sw_xstrdup(row->name);
    found->row.role = sw_xstrdup(row->role);
    found->row.teams = sw_xstrdup(row->teams);
    found->row.hash = sw_xstrdup(row->hash);
}

static void free_found(struct found *found) {
    const char *const texts[] = {found->row.id, found->row.name, found->row.role, found->row.teams, found->row.hash};
    for (size_t i = 0; found->is_there && i < 5; i++) free((char *)(uintptr_t)texts[i]);
}

static void print_row(void *ctx, const struct sw_account_row *row) {
    char seen[SW__DOORS_TIME_SIZE];
    (void)ctx;
    sw__doors_time(row->signed_in_ms, seen);
    printf("%-20s  %-8s  %-9s  %-20s  %s  %s\n", row->id, row->role, row->disabled ? "disabled" : row->must_change ? "new" : "active",
           seen, row->teams, row->name);
}

static int complain(const char *what, const char *text) {
    fprintf(stderr, "shiftwall user: %s%s%s\n", what, *what ? ": " : "", text);
    return SW_TOOL_DIFFERS;
}

static bool is_role(const char *role) {
    static const char *const roles[] = {"agent", "lead", "duty", "quality", "manager", "admin"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!strcmp(roles[i], role)) return true;
    return false;
}

/* "A,B" as a JSON array. */
static void write_teams(const char *list, struct sw_buf *out) {
    char team[257];
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '[');
    for (const char *at = list; *at;) {
        size_t len = strcspn(at, ",");
        if (len && len < sizeof team) {
            memcpy(team, at, len);
            team[len] = '\0';
            sw_json_text(&j, NULL, team);
        }
        at += len + (at[len] == ',');
    }
    sw_json_close(&j, ']');
}

/* A new password into HASH: read, or made and printed by the caller from MADE. 0 or an exit status. */
static int new_password(const struct sw_tool_args *args, const char *id, char hash[SW_PASSWORD_HASH_SIZE], char made[SW_PASSWORD_MADE_SIZE]) {
    char typed[PASSWORD_BYTES] = "";
    bool reads = sw_tool_option(args, "--password-stdin") != NULL;
    *made = '\0';
    if (sodium_init() < 0) return SW_TOOL_INPUT;
    if (reads && !sw__doors_read_line("Password: ", typed, sizeof typed)) {
        complain(id, "there is no password on standard input");
        return SW_TOOL_INPUT;
    }
    if (!reads) sw_password_make(made);
    const char *password = reads ? typed : made, *fault = sw_password_fault(id, password);
    int failed = fault || sw_password_hash(password, hash);
    if (failed) complain(id, fault ? fault : "no memory");
    sodium_memzero(typed, sizeof typed);
    return failed ? SW_TOOL_INPUT : 0;
}

/* Writes ROW and puts that on record. */
static int save(const struct sw__doors *doors, const struct sw_account_row *row, const char *kind) {
    struct sw_buf body;
    sw_buf_init(&body, TEXT_BYTES_MAX);
    struct sw_json j = sw_json_on(&body);
    sw_json_open(&j, NULL, '{');
    sw_json_text(&j, "name", row->name);
    sw_json_text(&j, "role", row->role);
    sw_json_raw(&j, "teams", row->teams);
    sw_json_bool(&j, "disabled", row->disabled);
    sw_json_close(&j, '}');
    int failed = sw_store_begin(doors->store);
    if (!failed) {
        failed = sw_store_put_account(doors->store, row);
        if (!failed) failed = sw__doors_record(doors, kind, row->id, sw_buf_text(&body));
        failed = sw_store_end(doors->store, failed);
    }
    if (failed) complain(row->id, sw_store_error(doors->store));
    sw_buf_deinit(&body);
    return failed ? SW_TOOL_INPUT : 0;
}

/* What is wrong with ROW, or NULL. */
static const char *fault_of(const struct sw_account_row *row) {
    bool has_teams = strcmp(row->teams, "[]") != 0;
    if (!sw_door_is_id(row->id)) return "an account's id is 1 to 64 characters, without blanks and without / , ; ? # % \" \\";
    if (!is_role(row->role)) return "--role must be agent, lead, duty, quality, manager or admin";
    if (!strcmp(row->role, "lead") && !has_teams) return "a lead leads one team or more: --teams A,B";
    return strcmp(row->role, "lead") && has_teams ? "only a lead has --teams" : NULL;
}

static int save_with_password(const struct sw__doors *doors, const struct sw_tool_args *args, struct sw_account_row *row, const char *kind) {
    char hash[SW_PASSWORD_HASH_SIZE], made[SW_PASSWORD_MADE_SIZE];
    int failed = new_password(args, row->id, hash, made);
    if (failed) return failed;
    row->hash = hash;
    row->must_change = *made;
    failed = save(doors, row, kind);
    if (!failed && *made) printf("%s: the password is %s and has to be changed at the first sign-in\n", row->id, made);
    else if (!failed) printf("%s: done\n", row->id);
    sodium_memzero(made, sizeof made);
    return failed;
}

/* What the options say instead of what ROW has; TEAMS is its memory. */
static void take_options(const struct sw_tool_args *args, struct sw_account_row *row, struct sw_buf *teams) {
    const char *role = sw_tool_option(args, "--role"), *name = sw_tool_option(args, "--name"), *list = sw_tool_option(args, "--teams");
    if (role) row->role = role;
    if (name) row->name = name;
    write_teams(list ? list : "", teams);
    if (list || (role && strcmp(role, "lead") != 0)) row->teams = sw_buf_text(teams);
}

static int act(const struct sw__doors *doors, const struct sw_tool_args *args, const char *verb, const char *id) {
    struct found found = {.id = id};
    struct sw_buf teams;
    sw_buf_init(&teams, TEXT_BYTES_MAX);
    int64_t now_ms = sw__doors_now_ms();
    int status = sw_store_read_accounts(doors->store, &found, look_at) ? SW_TOOL_INPUT : 0;
    bool adds = !strcmp(verb, "add");
    struct sw_account_row row = found.row;
    if (adds) row = (struct sw_account_row){.id = id, .name = id, .role = "", .teams = "[]", .created_ms = now_ms};
    row.changed_ms = now_ms;
    take_options(args, &row, &teams);
    const char *fault = status ? sw_store_error(doors->store) : adds && found.is_there ? "there is such an account"
                        : !adds && !found.is_there ? "there is no such account" : fault_of(&row);
    if (fault) status = complain(id, fault);
    else if (adds) status = save_with_password(doors, args, &row, "account.add");
    else if (!strcmp(verb, "password")) status = save_with_password(doors, args, &row, "account.password");
    else if (!strcmp(verb, "remove")) {
        int failed = sw_store_begin(doors->store);
        if (!failed) {
            failed = sw_store_drop_account(doors->store, id);
            if (!failed) failed = sw__doors_record(doors, "account.remove", id, "{}");
            failed = sw_store_end(doors->store, failed);
        }
        status = failed ? complain(id, sw_store_error(doors->store)) : SW_TOOL_OK;
    } else {
        if (strcmp(verb, "change") != 0) row.disabled = !strcmp(verb, "disable");
        status = save(doors, &row, "account.change");
    }
    free_found(&found);
    sw_buf_deinit(&teams);
    return status;
}

int sw_tool_user(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--data", false}, {"--config", false}, {"--site", false}, {"--role", false},
                                                  {"--name", false}, {"--teams", false}, {"--password-stdin", true}, {NULL, false}};
    static const char *const verbs[] = {"list", "add", "change", "password", "disable", "enable", "remove"};
    struct sw_tool_args args;
    struct sw__doors doors;
    if (sw_tool_parse("user", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    const char *verb = args.operand_count ? args.operands[0] : "";
    size_t i = 0, count = sizeof verbs / sizeof *verbs;
    while (i < count && strcmp(verbs[i], verb) != 0) i++;
    if (i == count || args.operand_count != (i ? 2u : 1u)) {
        fputs(help, stderr);
        return SW_TOOL_USAGE;
    }
    int failed = sw__doors_open("user", &args, &doors);
    if (failed) return failed;
    if (i) failed = act(&doors, &args, verb, args.operands[1]);
    else if (sw_store_read_accounts(doors.store, NULL, print_row)) failed = SW_TOOL_INPUT;
    sw__doors_close(&doors);
    return failed;
}
