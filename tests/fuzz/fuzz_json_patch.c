/* Merge patches against a plain apply (RFC 7396, section 2).
 *
 * An input is three lines, A, B and C. Raw, they must only do no harm; as documents of our own writer the patch from A to
 * B makes B out of A, and so does the merge of A to B and B to C make C. */
#include <stdio.h>

#include "codec/json_patch.h"
#include "codec/json_strict.h"
#include "fuzz.h"

#define DOCUMENTS 3
#define DEPTH_MAX 20
#define PATCH_BYTES_MAX ((size_t)1 << 20)

static struct {
    char *raw, *text; /* text NULL: no document */
    size_t len;
} input[DOCUMENTS];
static size_t given;

/* A patch cannot say that a member is null, so views have none. */
static void drop_nulls(cJSON *item) {
    if (!cJSON_IsObject(item)) return;
    for (cJSON *child = item->child, *next; child; child = next) {
        next = child->next;
        if (cJSON_IsNull(child)) cJSON_Delete(cJSON_DetachItemViaPointer(item, child));
        else drop_nulls(child);
    }
}

/* As our own writer would write it, or NULL. */
static char *compact(const char *raw, size_t len) {
    cJSON *tree;
    if (sw_json_parse(raw, len, DEPTH_MAX, &tree) != SW_JSON_OK) return NULL;
    char *once = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    tree = cJSON_Parse(once); /* a number past every double was written as null */
    free(once);
    SW_ASSERT(tree != NULL);
    drop_nulls(tree);
    char *text = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    return text;
}

static void on_line(const char *line, size_t len) {
    if (given == DOCUMENTS) return;
    input[given].raw = malloc(len ? len : 1);
    SW_ASSERT(input[given].raw != NULL);
    memcpy(input[given].raw, line, len);
    input[given].len = len;
    input[given++].text = compact(line, len);
}

static cJSON *apply(cJSON *target, const cJSON *patch) {
    if (!cJSON_IsObject(patch)) {
        cJSON_Delete(target);
        return cJSON_Duplicate(patch, 1);
    }
    if (!cJSON_IsObject(target)) {
        cJSON_Delete(target);
        target = cJSON_CreateObject();
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, patch) {
        cJSON *old = cJSON_DetachItemFromObjectCaseSensitive(target, item->string);
        if (cJSON_IsNull(item)) cJSON_Delete(old);
        else cJSON_AddItemToObject(target, item->string, apply(old, item));
    }
    return target;
}

static void check_patch(const char *before, const char *patch, const char *after) {
    cJSON *target = cJSON_Parse(before), *want = cJSON_Parse(after), *p = *patch ? cJSON_Parse(patch) : NULL;
    SW_ASSERT(target && want && (p || !*patch));
    if (p) target = apply(target, p);
    SW_ASSERT(cJSON_Compare(target, want, 1));
    cJSON_Delete(target);
    cJSON_Delete(want);
    cJSON_Delete(p);
}

static struct sw_json_span span(const char *text) { return (struct sw_json_span){text, strlen(text)}; }

static void try_raw(const char *a, size_t a_len, const char *b, size_t b_len) {
    struct sw_buf out;
    sw_buf_init(&out, PATCH_BYTES_MAX);
    sw_buf_puts(&out, "x");
    int r = sw_patch_diff((struct sw_json_span){a, a_len}, (struct sw_json_span){b, b_len}, &out);
    if (r) SW_ASSERT(strcmp(sw_buf_text(&out), "x") == 0);
    sw_buf_clear(&out);
    sw_buf_puts(&out, "x");
    r = sw_patch_merge((struct sw_json_span){a, a_len}, (struct sw_json_span){b, b_len}, &out);
    if (r) SW_ASSERT(strcmp(sw_buf_text(&out), "x") == 0);
    sw_buf_deinit(&out);
}

static void check_documents(void) {
    struct sw_buf first, second, both;
    const char *a = input[0].text, *b = input[1].text, *c = input[2].text;
    sw_buf_init(&first, PATCH_BYTES_MAX);
    sw_buf_init(&second, PATCH_BYTES_MAX);
    sw_buf_init(&both, PATCH_BYTES_MAX);
    SW_ASSERT(sw_patch_diff(span(a), span(b), &first) == 0);
    check_patch(a, sw_buf_text(&first), b);
    if (c && a[0] == '{' && b[0] == '{' && c[0] == '{') {
        SW_ASSERT(sw_patch_diff(span(b), span(c), &second) == 0);
        check_patch(b, sw_buf_text(&second), c);
        if (first.len && second.len) {
            int r = sw_patch_merge(span(sw_buf_text(&first)), span(sw_buf_text(&second)), &both);
            SW_ASSERT(r == 0 || r == -SW_EINVAL);
            if (r == 0) check_patch(a, sw_buf_text(&both), c);
        }
    }
    sw_buf_deinit(&first);
    sw_buf_deinit(&second);
    sw_buf_deinit(&both);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    given = 0;
    memset(input, 0, sizeof input);
    fuzz_lines(data, size, on_line);
    if (given >= 2) try_raw(input[0].raw, input[0].len, input[1].raw, input[1].len);
    if (given >= 2 && input[0].text && input[1].text) check_documents();
    for (size_t i = 0; i < given; i++) {
        free(input[i].raw);
        free(input[i].text);
    }
    return 0;
}
