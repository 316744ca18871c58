/* What leaders record: what is read is written the same again, without its PIN; what a walk's items are too. */
#include "codec/desk_json.h"
#include "codec/json_members.h"
#include "fuzz.h"

#define EXACT_MAX (INT64_C(1) << 53)

static void write_items(void *ctx, const struct sw_walk_item *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        SW_ASSERT(items[i].kind >= 0 && items[i].kind < SW_WALK_KIND_COUNT && items[i].subject);
        SW_ASSERT(items[i].severity >= SW_SEVERITY_INFO && items[i].severity <= SW_SEVERITY_CRITICAL);
    }
    sw_walk_items_write(items, count, ctx);
}

static void check_items(const char *json, size_t len) {
    struct sw_buf first, second;
    sw_buf_init(&first, 1u << 20);
    sw_buf_init(&second, 1u << 20);
    sw_walk_items_read(json, len, &first, write_items);
    sw_walk_items_read(first.data, first.len, &second, write_items);
    SW_ASSERT(first.len == second.len && !memcmp(first.data, second.data, first.len));
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
}

static void check(const struct sw_desk_entry *entry) {
    const int64_t times[] = {entry->from_ms, entry->to_ms, entry->at_ms, entry->until_ms, entry->opened_ms, entry->closed_ms,
                             entry->due_ms};
    struct sw_desk_entry again;
    struct sw_buf first, second, fault;
    cJSON *tree = NULL;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        SW_ASSERT(times[i] == SW_DESK_NONE || (times[i] >= -EXACT_MAX && times[i] <= EXACT_MAX));
    sw_buf_init(&first, SW_DESK_BYTES_MAX);
    sw_buf_init(&second, SW_DESK_BYTES_MAX);
    sw_buf_init(&fault, 4096);
    sw_desk_write(entry, &first);
    SW_ASSERT(!first.failed && sw_json_parse(first.data, first.len, 4, &tree) == SW_JSON_OK);
    SW_ASSERT(!cJSON_GetObjectItemCaseSensitive(tree, "pin"));
    cJSON_Delete(tree);
    SW_ASSERT(sw_desk_read(&again, first.data, first.len, &fault) == 0);
    SW_ASSERT(!again.pin && again.tick_gone == entry->tick_gone);
    sw_desk_write(&again, &second);
    SW_ASSERT(first.len == second.len && !memcmp(first.data, second.data, first.len));
    if (entry->items) check_items(entry->items, strlen(entry->items));
    sw_desk_deinit(&again);
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
    sw_buf_deinit(&fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_desk_entry entry;
    struct sw_buf fault;
    sw_buf_init(&fault, 4096);
    char *text = fuzz_copy(data, size);
    int r = sw_desk_read(&entry, text, size, &fault);
    SW_ASSERT(r == 0 || r == -SW_EPARSE);
    SW_ASSERT(!fault.failed && (r == 0) == (fault.len == 0) && !memchr(sw_buf_text(&fault), '\n', fault.len));
    fuzz_text(&fault);
    free(text);
    if (r == 0) check(&entry);
    sw_desk_deinit(&entry);
    sw_buf_deinit(&fault);
    return 0;
}
