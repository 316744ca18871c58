/* Passwords, and secrets made at random. Hashing takes a tenth of a second and 64 MiB: it belongs into a worker. */
#ifndef IO_PASSWORD_H
#define IO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "shiftwall/error.h"

#define SW_PASSWORD_HASH_SIZE 128
#define SW_PASSWORD_CHARACTERS_MIN 10
#define SW_PASSWORD_BYTES_MAX 256
#define SW_PASSWORD_MADE_SIZE 24
#define SW_SECRET_SIZE 65     /* 32 random bytes in hex, and a NUL */
#define SW_SECRET_HASH_SIZE 65

/* What is wrong with a new password of the account ID, in one line; NULL when it will do. */
const char *sw_password_fault(const char *id, const char *password);
/* The argon2id hash of PASSWORD into OUT. 0, or -SW_ENOMEM. */
int sw_password_hash(const char *password, char out[SW_PASSWORD_HASH_SIZE]) SW_NODISCARD;
/* Whether PASSWORD is the one HASH was made of. HASH NULL (there is no such account) takes as long and is false. */
bool sw_password_is(const char *hash, const char *password);
/* A password of letters and digits that cannot be mistaken for each other, some 80 bits of chance. */
void sw_password_make(char out[SW_PASSWORD_MADE_SIZE]);
/* A secret of 256 bits, for a cookie. */
void sw_secret_make(char out[SW_SECRET_SIZE]);
/* What is kept of a secret: nobody can sign in with it. */
void sw_secret_hash(const char *secret, char out[SW_SECRET_HASH_SIZE]);
/* A random text of COUNT characters of ALPHABET, and a NUL. */
void sw_random_text(const char *alphabet, size_t count, char *out);

#endif
