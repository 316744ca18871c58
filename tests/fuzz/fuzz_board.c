/* Boards: a good one comes out compact and is good again, a bad one has its faults told. */
#include <stdio.h>

#include "codec/board_json.h"
#include "codec/json_strict.h"
#include "fuzz.h"

#define FAULT_BYTES_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_buf faults;
    sw_buf_init(&faults, FAULT_BYTES_MAX);
    char *board = sw_board_read("b.json", "b", (const char *)data, size, &faults);
    fuzz_text(&faults);
    SW_ASSERT(!faults.failed && (board == NULL) == (faults.len > 0));
    size_t lines = 0;
    for (size_t i = 0; i < faults.len; i++) lines += faults.data[i] == '\n';
    SW_ASSERT(lines <= SW_BOARD_FAULTS_MAX + 1);
    if (board) {
        char *again = sw_board_read("b.json", "b", board, strlen(board), &faults);
        SW_ASSERT(again && strcmp(again, board) == 0);
        free(again);
    }
    free(board);
    sw_buf_deinit(&faults);
    return 0;
}
