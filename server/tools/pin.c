/* shiftwall pin: the hash of a PIN, for `people` of the configuration. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tools/tools.h"

#define PIN_CHARS_MIN 4
#define PIN_BYTES_MAX 64

static const char help[] =
    "usage: shiftwall pin\n"
    "\n"
    "Reads a PIN, one line, from standard input and prints its argon2id hash, for `people` of the configuration.\n"
    "On a terminal the PIN is not shown.\n"
    "\n"
    "  --help  this text\n"
    "\n"
    "Exit status: 0 the hash was printed, 2 wrong usage, 3 there was no PIN of 4 to 64 characters.\n";

static bool read_pin(char *out, size_t size) {
    struct termios before, quiet;
    bool tty = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &before);
    if (tty) {
        fputs("PIN: ", stderr);
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool got = fgets(out, (int)size, stdin) != NULL;
    if (tty) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputs("\n", stderr);
    }
    if (got) out[strcspn(out, "\r\n")] = '\0';
    return got && strlen(out) >= PIN_CHARS_MIN && strlen(out) <= PIN_BYTES_MAX;
}

int sw_tool_pin(int argc, char **argv) {
    static const struct sw_tool_option known[] = {{NULL, false}};
    struct sw_tool_args args;
    if (sw_tool_parse("pin", argc, argv, known, &args)) return SW_TOOL_USAGE;
    if (args.help) return fputs(help, stdout) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
    char pin[PIN_BYTES_MAX + 3], hash[crypto_pwhash_STRBYTES];
    bool good = sodium_init() >= 0 && read_pin(pin, sizeof pin) &&
                !crypto_pwhash_str_alg(hash, pin, strlen(pin), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                       crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    sodium_memzero(pin, sizeof pin);
    if (!good) {
        fputs("shiftwall pin: a PIN of 4 to 64 characters is needed\n", stderr);
        return SW_TOOL_INPUT;
    }
    return puts(hash) < 0 ? SW_TOOL_INPUT : SW_TOOL_OK;
}
