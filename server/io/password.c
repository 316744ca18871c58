#include "io/password.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* without what looks alike: 0 O 1 I l */
static const char letters[] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

static size_t characters(const char *text) {
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

const char *sw_password_fault(const char *id, const char *password) {
    size_t count = characters(password), len = strlen(password);
    if (count < SW_PASSWORD_CHARACTERS_MIN) return "the password must have 10 characters or more";
    if (len > SW_PASSWORD_BYTES_MAX) return "the password is too long";
    if (strspn(password, "0123456789") == len && len < 16) return "a password of digits only must have 16 or more";
    if (strspn(password, (char[]){password[0], '\0'}) == len) return "the password is one character, repeated";
    if (id && *id && !strncmp(password, id, strlen(id)) && count < characters(id) + 6)
        return "the password must not be the account's name with a little behind it";
    return NULL;
}

int sw_password_hash(const char *password, char out[SW_PASSWORD_HASH_SIZE]) {
    _Static_assert(crypto_pwhash_STRBYTES <= SW_PASSWORD_HASH_SIZE, "room for a hash");
    int failed = crypto_pwhash_str_alg(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                       crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    return failed ? -SW_ENOMEM : 0;
}

bool sw_password_is(const char *hash, const char *password) {
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
    bool right = crypto_pwhash_str_verify(hash ? hash : nobody, password, strlen(password)) == 0;
    return right && hash;
}

void sw_random_text(const char *alphabet, size_t count, char *out) {
    uint32_t size = (uint32_t)strlen(alphabet);
    for (size_t i = 0; i < count; i++) out[i] = alphabet[randombytes_uniform(size)];
    out[count] = '\0';
}

/* four groups of four, so that it can be read out */
void sw_password_make(char out[SW_PASSWORD_MADE_SIZE]) {
    char text[17];
    sw_random_text(letters, 16, text);
    (void)snprintf(out, SW_PASSWORD_MADE_SIZE, "%.4s-%.4s-%.4s-%.4s", text, text + 4, text + 8, text + 12);
    sodium_memzero(text, sizeof text);
}

void sw_secret_make(char out[SW_SECRET_SIZE]) {
    unsigned char bytes[(SW_SECRET_SIZE - 1) / 2];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, SW_SECRET_SIZE, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
}

void sw_secret_hash(const char *secret, char out[SW_SECRET_HASH_SIZE]) {
    unsigned char hash[(SW_SECRET_HASH_SIZE - 1) / 2];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)secret, strlen(secret), NULL, 0);
    sodium_bin2hex(out, SW_SECRET_HASH_SIZE, hash, sizeof hash);
}
