/* Grants: each line is one and is in force then, or its fault is told. */
#include "codec/grants_json.h"
#include "fuzz.h"
#include "shiftwall/event.h"

#define FAULT_BYTES_MAX ((size_t)1 << 20)

static struct sw_policy policy;
static struct sw_buf fault;
static bool any_fault;

static void on_line(const char *line, size_t len) {
    struct sw_shifts *shifts = sw_shifts_new(&policy, NULL);
    size_t blank = 0;
    while (blank < len && strchr(" \t\r", line[blank]) && line[blank]) blank++;
    int r = sw_grant_read(shifts, line, len, &fault);
    SW_ASSERT(r == 0 || r == -SW_EPARSE || r == -SW_EINVAL);
    SW_ASSERT(!fault.failed && (r == 0) == (fault.len == 0) && !memchr(sw_buf_text(&fault), '\n', fault.len));
    fuzz_text(&fault);
    if (r && blank < len) any_fault = true;
    if (r == 0) {
        cJSON *root = NULL;
        struct sw_grant grant;
        SW_ASSERT(sw_json_parse(line, len, 2, &root) == SW_JSON_OK);
        const char *agent = cJSON_GetObjectItemCaseSensitive(root, "agent")->valuestring;
        SW_ASSERT(sw_shifts_grant_over(shifts, agent, ~0u, INT64_MIN, INT64_MAX, &grant) && !strcmp(grant.agent, agent));
        SW_ASSERT(grant.from_ms < grant.to_ms && grant.kind >= 0 && grant.kind < SW_GRANT_COUNT);
        SW_ASSERT(sw_utf8_count(grant.agent) <= SW_ID_CHARS_MAX && (!grant.by || *grant.by) && (!grant.reason || *grant.reason));
        SW_ASSERT(sw_shifts_granted_until(shifts, agent, 1u << grant.kind, grant.from_ms) == grant.to_ms);
        cJSON_Delete(root);
    }
    sw_shifts_free(shifts);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    sw_policy_init(&policy);
    sw_buf_init(&fault, SW_GRANT_BYTES_MAX);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_buf faults;
    struct sw_shifts *shifts = sw_shifts_new(&policy, NULL);
    sw_buf_init(&faults, FAULT_BYTES_MAX);
    any_fault = false;
    fuzz_lines(data, size, on_line);
    char *text = fuzz_copy(data, size);
    int r = sw_grants_read(shifts, "g.jsonl", text, size, &faults);
    SW_ASSERT(!faults.failed && (r == 0) == (faults.len == 0) && (r != 0) == any_fault);
    size_t lines = 0;
    for (size_t i = 0; i < faults.len; i++) lines += faults.data[i] == '\n';
    SW_ASSERT(lines <= SW_GRANT_FAULTS_MAX);
    free(text);
    sw_buf_deinit(&faults);
    sw_shifts_free(shifts);
    return 0;
}
