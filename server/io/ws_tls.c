#include "io/ws_tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/files.h"
#include "io/ws_internal.h"
#include "shiftwall/buf.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#define PEM_BYTES_MAX (1u << 20)

struct sw_certificate {
    X509 *leaf;
    STACK_OF(X509) *chain;
    EVP_PKEY *key;
    int64_t until_ms;
};

void sw_certificate_free(struct sw_certificate *c) {
    if (!c) return;
    X509_free(c->leaf);
    sk_X509_pop_free(c->chain, X509_free);
    EVP_PKEY_free(c->key);
    free(c);
}

int64_t sw_certificate_until_ms(const struct sw_certificate *c) { return c->until_ms; }

static int say(char *error, size_t size, const char *path, const char *text) {
    (void)snprintf(error, size, "%s: %s", path, text);
    ERR_clear_error();
    return -SW_EINVAL;
}

/* The file as a BIO over TEXT, which must outlive it; NULL: it cannot be read. */
static BIO *read_pem(const char *path, struct sw_buf *text, char *error, size_t size) {
    int failed = sw_file_read(path, text);
    if (!failed) return BIO_new_mem_buf(sw_buf_text(text), (int)text->len);
    (void)say(error, size, path, failed == -SW_ELIMIT ? "too large" : strerror(errno));
    return NULL;
}

/* No pass phrase is asked for on a terminal nobody watches. */
static int no_pass_phrase(char *out, int size, int writing, void *ctx) {
    (void)out, (void)size, (void)writing, (void)ctx;
    return 0;
}

static int read_chain(struct sw_certificate *c, const char *path, char *error, size_t size) {
    struct sw_buf text;
    sw_buf_init(&text, PEM_BYTES_MAX);
    BIO *bio = read_pem(path, &text, error, size);
    int failed = bio ? 0 : -SW_EIO;
    if (bio) {
        c->leaf = PEM_read_bio_X509_AUX(bio, NULL, no_pass_phrase, NULL);
        c->chain = sk_X509_new_null();
        for (X509 *next; c->leaf && c->chain && (next = PEM_read_bio_X509(bio, NULL, no_pass_phrase, NULL));) sk_X509_push(c->chain, next);
        if (!c->leaf || !c->chain) failed = say(error, size, path, "no certificate in PEM form");
    }
    BIO_free(bio);
    sw_buf_deinit(&text);
    ERR_clear_error(); /* the end of the file */
    return failed;
}

static int read_key(struct sw_certificate *c, const char *path, char *error, size_t size) {
    struct sw_buf text;
    sw_buf_init(&text, PEM_BYTES_MAX);
    BIO *bio = read_pem(path, &text, error, size);
    int failed = bio ? 0 : -SW_EIO;
    if (bio) c->key = PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, NULL);
    if (bio && !c->key) failed = say(error, size, path, "no private key in PEM form without a pass phrase");
    BIO_free(bio);
    if (text.data) OPENSSL_cleanse(text.data, text.len);
    sw_buf_deinit(&text);
    return failed;
}

static int check(struct sw_certificate *c, const char *path, int64_t now_ms, char *error, size_t size) {
    struct tm until;
    time_t now = (time_t)(now_ms / 1000);
    if (X509_check_private_key(c->leaf, c->key) != 1) return say(error, size, path, "the key does not belong to the certificate");
    if (X509_cmp_time(X509_get0_notAfter(c->leaf), &now) <= 0) return say(error, size, path, "the certificate has expired");
    if (X509_cmp_time(X509_get0_notBefore(c->leaf), &now) > 0) return say(error, size, path, "the certificate is not in force yet");
    if (ASN1_TIME_to_tm(X509_get0_notAfter(c->leaf), &until) == 1) c->until_ms = (int64_t)timegm(&until) * 1000;
    return 0;
}

int sw_certificate_load(const char *chain_path, const char *key_path, int64_t now_ms, struct sw_certificate **out, char *error,
                        size_t size) {
    struct sw_certificate *c = sw_xcalloc(1, sizeof *c);
    int failed = read_chain(c, chain_path, error, size);
    if (!failed) failed = read_key(c, key_path, error, size);
    if (!failed) failed = check(c, chain_path, now_ms, error, size);
    if (failed) sw_certificate_free(c);
    else *out = c;
    return failed;
}

int sw_ws_server_use_certificate(struct sw_ws_server *server, const struct sw_certificate *c) {
    if (!server->tls || SSL_CTX_use_cert_and_key(server->tls, c->leaf, c->key, c->chain, 1) == 1) return server->tls ? 0 : -SW_EINVAL;
    ERR_clear_error();
    return -SW_EIO;
}
