/* JSON in front of cJSON: what is let through is JSON that reads the same when written again, and both of its readers agree. */
#include "fuzz.h"

#define ELEMENTS_MAX 64

static void check_numbers(const cJSON *item) {
    int64_t value;
    if (sw_json_integer(item, -1000, 1000, &value))
        SW_ASSERT(cJSON_IsNumber(item) && value >= -1000 && value <= 1000 && (double)value == item->valuedouble);
    for (const cJSON *child = item->child; child; child = child->next) check_numbers(child);
}

static void check_tree(const cJSON *tree) {
    char *text = cJSON_PrintUnformatted(tree);
    cJSON *again = NULL;
    SW_ASSERT(text != NULL);
    check_numbers(tree);
    SW_ASSERT(sw_json_parse(text, strlen(text), 64, &again) == SW_JSON_OK);
    char *twice = cJSON_PrintUnformatted(again);
    SW_ASSERT(twice && !strcmp(text, twice));
    cJSON_free(text);
    cJSON_free(twice);
    cJSON_Delete(again);
}

static void check_elements(const char *text, size_t size, const cJSON *tree) {
    struct sw_json_slice slices[ELEMENTS_MAX];
    size_t count = 0;
    enum sw_json_fault fault = sw_json_elements(text, size, slices, ELEMENTS_MAX, &count);
    if (!tree || !cJSON_IsArray(tree)) {
        SW_ASSERT(!tree || fault == SW_JSON_BAD);
        return;
    }
    size_t want = (size_t)cJSON_GetArraySize(tree);
    SW_ASSERT(want > ELEMENTS_MAX ? fault == SW_JSON_TOO_MANY : fault == SW_JSON_OK && count == want);
    for (size_t i = 0; fault == SW_JSON_OK && i < count; i++) {
        cJSON *one = NULL;
        SW_ASSERT(slices[i].text >= text && slices[i].text + slices[i].len <= text + size);
        SW_ASSERT(sw_json_parse(slices[i].text, slices[i].len, 64, &one) == SW_JSON_OK && *slices[i].text == slices[i].first);
        char *here = cJSON_PrintUnformatted(one), *there = cJSON_PrintUnformatted(cJSON_GetArrayItem(tree, (int)i));
        SW_ASSERT(here && there && !strcmp(here, there));
        cJSON_free(here);
        cJSON_free(there);
        cJSON_Delete(one);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_copy(data, size);
    cJSON *tree = NULL, *flat = NULL;
    enum sw_json_fault fault = sw_json_parse(text, size, 64, &tree);
    SW_ASSERT((fault == SW_JSON_OK) == (tree != NULL));
    if (tree) check_tree(tree);
    check_elements(text, size, tree);
    /* less depth lets less through, and nothing else */
    enum sw_json_fault shallow = sw_json_parse(text, size, 1, &flat);
    SW_ASSERT(shallow == fault || shallow == SW_JSON_TOO_DEEP);
    cJSON_Delete(flat);
    cJSON_Delete(tree);
    free(text);
    return 0;
}
