/* Bodies about who may come in, from strangers, too: texts are clean, teams are counted, what is read is read the same again. */
#include "codec/doors_json.h"
#include "fuzz.h"

#define TEXTS 9

static void texts_of(const struct sw_door_entry *e, const char *out[TEXTS]) {
    const char *const texts[TEXTS] = {e->id, e->name, e->person, e->password, e->new_password, e->role, e->code, e->board, e->secret};
    memcpy(out, texts, sizeof texts);
}

static void write(const struct sw_door_entry *e, struct sw_buf *out) {
    static const char *const names[TEXTS] = {"id", "name", "person", "password", "new_password", "role", "code", "board", "secret"};
    const char *texts[TEXTS];
    texts_of(e, texts);
    struct sw_json j = sw_json_on(out);
    sw_json_open(&j, NULL, '{');
    for (size_t i = 0; i < TEXTS; i++) sw_json_text(&j, names[i], texts[i]);
    if (e->has_teams) {
        sw_json_open(&j, "teams", '[');
        for (size_t i = 0; i < e->team_count; i++) sw_json_text(&j, NULL, e->teams[i]);
        sw_json_close(&j, ']');
    }
    if (e->has_disabled) sw_json_bool(&j, "disabled", e->disabled);
    if (e->reset) sw_json_bool(&j, "reset", true);
    sw_json_close(&j, '}');
}

static void check(const struct sw_door_entry *e) {
    const char *texts[TEXTS];
    struct sw_door_entry again;
    struct sw_buf first, second, fault;
    texts_of(e, texts);
    for (size_t i = 0; i < TEXTS; i++) SW_ASSERT(!texts[i] || !sw_utf8_has_control(texts[i]));
    SW_ASSERT(e->team_count <= SW_DOOR_TEAMS_MAX && (e->has_teams || !e->team_count));
    for (size_t i = 0; i < e->team_count; i++) SW_ASSERT(*e->teams[i] && !sw_utf8_has_control(e->teams[i]));
    if (e->id && sw_door_is_id(e->id)) SW_ASSERT(*e->id && !strpbrk(e->id, " /,;?#%\"\\"));
    sw_buf_init(&first, 1u << 20);
    sw_buf_init(&second, 1u << 20);
    sw_buf_init(&fault, 1024);
    write(e, &first);
    if (first.len <= SW_DOOR_BODY_MAX) {
        SW_ASSERT(sw_door_read(&again, sw_buf_text(&first), first.len, &fault) == 0);
        write(&again, &second);
        SW_ASSERT(first.len == second.len && !memcmp(first.data, second.data, first.len));
        sw_door_deinit(&again);
    }
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
    sw_buf_deinit(&fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_door_entry entry;
    struct sw_buf fault;
    sw_buf_init(&fault, 1024);
    char *text = fuzz_copy(data, size);
    int r = sw_door_read(&entry, text, size, &fault);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    SW_ASSERT((r == 0) == (fault.len == 0));
    fuzz_text(&fault);
    free(text);
    if (r == 0) check(&entry);
    sw_door_deinit(&entry);
    sw_buf_deinit(&fault);
    return 0;
}
