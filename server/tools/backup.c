/* shiftwall backup: a checked copy of what people recorded, while the daemon runs. */
#include <stdio.h>
#include <stdlib.h>

#include "shiftwall/buf.h"
#include "store/store.h"
#include "tools/tools.h"

static const char help[] =
    "usage: shiftwall backup --data DIR FILE\n"
    "\n"
    "Copies the store of a daemon (DIR/shiftwall.db) to the new file FILE and checks the copy. The daemon may go on\n"
    "running. To restore, stop the daemon, put the copy in the store's place, and remove shiftwall.db-wal and\n"
    "shiftwall.db-shm beside it.\n"
    "\n"
    "  --data DIR  the daemon's data folder (data_dir of the configuration)\n"
    "  --help      this text\n"
    "\n"
    "Exit status: 0 the copy is good, 2 wrong usage, 3 it could not be made.\n";

int sw_tool_backup(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{"--data", false}, {NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("backup", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    const char *dir = sw_tool_option(&args, "--data");
    if (!dir || args.operand_count != 1) {
        fputs("shiftwall backup: --data DIR and one new file are needed (see --help)\n", stderr);
        return SW_TOOL_USAGE;
    }
    struct sw_buf path;
    sw_buf_init(&path, 8192);
    sw_buf_printf(&path, "%s/shiftwall.db", dir);
    char error[1024];
    int64_t bytes, records;
    int failed = sw_store_backup(sw_buf_text(&path), args.operands[0], &bytes, &records, error, sizeof error);
    sw_buf_deinit(&path);
    if (failed) {
        fprintf(stderr, "shiftwall backup: %s\n", error);
        return SW_TOOL_INPUT;
    }
    printf("%s: %lld records, %lld bytes, checked\n", args.operands[0], (long long)records, (long long)bytes);
    return SW_TOOL_OK;
}
