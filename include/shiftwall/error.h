/* Error codes and the one assertion of Shiftwall.
 *
 * Fallible functions return 0 or -SW_E..., and leave their outputs untouched on failure. */
#ifndef SHIFTWALL_ERROR_H
#define SHIFTWALL_ERROR_H

#define SW_ERROR_MAP(XX)                                                                                      \
    XX(EINVAL, "invalid argument")                                                                            \
    XX(ENOMEM, "out of memory")                                                                               \
    XX(ELIMIT, "a limit is reached")                                                                          \
    XX(EPARSE, "not understood")                                                                              \
    XX(ENOENT, "no such thing")                                                                               \
    XX(EIO, "input or output failed")                                                                         \
    XX(EAGAIN, "not now")                                                                                     \
    XX(EACCES, "not allowed")                                                                                 \
    XX(EBUSY, "in use")

enum sw_error {
    SW_OK = 0,
#define XX(name, text) SW_##name,
    SW_ERROR_MAP(XX)
#undef XX
        SW_ERROR_COUNT
};

/* Every fallible function is marked with this: the caller has to look. */
#define SW_NODISCARD __attribute__((warn_unused_result))
#define SW_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* The English text of a code, given as SW_E... or as -SW_E...; never NULL. */
const char *sw_error_text(int code);

/* A broken invariant of our own: prints where and aborts. Never for what a peer sent. */
#define SW_ASSERT(cond) ((cond) ? (void)0 : sw__assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void sw__assert_failed(const char *cond, const char *file, int line);

#endif
