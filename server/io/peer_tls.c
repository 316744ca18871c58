#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "io/files.h"
#include "io/peer_conn_internal.h"
#include "shiftwall/buf.h"

#define PEM_BYTES_MAX (1u << 20)

struct sw__peer_tls {
    SSL_CTX *ctx;
    X509 *pinned; /* NULL = by authorities and name */
    char *name;
    bool is_number; /* the name is an IP address */
};

struct sw__peer_tls_session {
    SSL *ssl;
    BIO *in, *out; /* the SSL's own */
};

static void *say(char *error, size_t size, const char *path, const char *text) {
    (void)snprintf(error, size, "%s: %s", path, text);
    ERR_clear_error();
    return NULL;
}

static X509 *read_certificate(const char *path, char *error, size_t size) {
    struct sw_buf text;
    sw_buf_init(&text, PEM_BYTES_MAX);
    int failed = sw_file_read(path, &text);
    if (failed) {
        sw_buf_deinit(&text);
        return say(error, size, path, failed == -SW_ELIMIT ? "too large" : strerror(errno));
    }
    BIO *bio = BIO_new_mem_buf(sw_buf_text(&text), (int)text.len);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    sw_buf_deinit(&text);
    ERR_clear_error();
    return certificate ? certificate : say(error, size, path, "no certificate in PEM form");
}

/* In place of the usual verification: the very certificate, whatever it says of itself. */
static int is_pinned(X509_STORE_CTX *store, void *arg) {
    struct sw__peer_tls *tls = arg;
    X509 *shown = X509_STORE_CTX_get0_cert(store);
    if (shown && X509_cmp(shown, tls->pinned) == 0) return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static bool read_authorities(struct sw__peer_tls *tls, const char *ca_file, char *error, size_t size) {
    if (!ca_file) {
        if (SSL_CTX_set_default_verify_paths(tls->ctx) == 1) return true;
        (void)say(error, size, "TLS", "the system's authorities cannot be read");
        return false;
    }
    errno = 0;
    if (SSL_CTX_load_verify_locations(tls->ctx, ca_file, NULL) == 1) return true;
    (void)say(error, size, ca_file, errno ? strerror(errno) : "no certificates in PEM form");
    return false;
}

struct sw__peer_tls *sw__peer_tls_new(const char *name, const char *ca_file, const char *pinned_file, char *error, size_t size) {
    struct sw__peer_tls *tls = sw_xcalloc(1, sizeof *tls);
    unsigned char number[sizeof(struct in6_addr)];
    tls->name = sw_xstrdup(name);
    tls->is_number = inet_pton(AF_INET, name, number) == 1 || inet_pton(AF_INET6, name, number) == 1;
    tls->ctx = SSL_CTX_new(TLS_client_method());
    SW_ASSERT(tls->ctx);
    (void)SSL_CTX_set_min_proto_version(tls->ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(tls->ctx, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(tls->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER, NULL);
    bool good;
    if (pinned_file) {
        tls->pinned = read_certificate(pinned_file, error, size);
        SSL_CTX_set_cert_verify_callback(tls->ctx, is_pinned, tls);
        good = tls->pinned != NULL;
    } else {
        good = read_authorities(tls, ca_file, error, size);
    }
    if (good) return tls;
    sw__peer_tls_free(tls);
    return NULL;
}

void sw__peer_tls_free(struct sw__peer_tls *tls) {
    if (!tls) return;
    SSL_CTX_free(tls->ctx);
    X509_free(tls->pinned);
    free(tls->name);
    free(tls);
}

static bool expect_name(const struct sw__peer_tls *tls, SSL *ssl) {
    if (tls->is_number) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), tls->name) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, tls->name) == 1 && SSL_set_tlsext_host_name(ssl, tls->name) == 1;
}

struct sw__peer_tls_session *sw__peer_tls_begin(struct sw__peer_tls *tls) {
    struct sw__peer_tls_session *session = sw_xcalloc(1, sizeof *session);
    session->ssl = SSL_new(tls->ctx);
    session->in = BIO_new(BIO_s_mem());
    session->out = BIO_new(BIO_s_mem());
    SW_ASSERT(session->ssl && session->in && session->out);
    SSL_set_bio(session->ssl, session->in, session->out);
    SSL_set_connect_state(session->ssl);
    if (expect_name(tls, session->ssl)) return session;
    ERR_clear_error();
    sw__peer_tls_end(session);
    return NULL;
}

void sw__peer_tls_end(struct sw__peer_tls_session *session) {
    if (!session) return;
    SSL_free(session->ssl);
    free(session);
}

void sw__peer_tls_feed(struct sw__peer_tls_session *session, const char *data, size_t len) {
    if (len) SW_ASSERT(BIO_write(session->in, data, (int)len) == (int)len); /* it grows; one read at a time is fed */
}

/* What OpenSSL has to say, in one line. */
static void explain(const struct sw__peer_tls_session *session, char *error, size_t size, bool *refused) {
    long verdict = SSL_get_verify_result(session->ssl);
    unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);
    *refused = verdict != X509_V_OK;
    if (verdict == X509_V_ERR_CERT_REJECTED)
        (void)snprintf(error, size, "TLS: the peer's certificate is not the pinned one");
    else if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
        (void)snprintf(error, size, "TLS: the peer's certificate is for another host");
    else if (*refused)
        (void)snprintf(error, size, "TLS: the peer's certificate is refused: %s", X509_verify_cert_error_string(verdict));
    else if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER)
        (void)snprintf(error, size, "TLS: the peer does not speak TLS on this port");
    else
        (void)snprintf(error, size, "TLS: %s", text ? text : "the handshake failed");
    ERR_clear_error();
}

int sw__peer_tls_shake(struct sw__peer_tls_session *session, char *error, size_t size, bool *refused) {
    ERR_clear_error();
    int result = SSL_do_handshake(session->ssl);
    if (result == 1) return 1;
    int why = SSL_get_error(session->ssl, result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return 0;
    explain(session, error, size, refused);
    return -1;
}

long sw__peer_tls_read(struct sw__peer_tls_session *session, char *data, size_t size, char *error, size_t error_size) {
    ERR_clear_error();
    int got = SSL_read(session->ssl, data, (int)size);
    if (got > 0) return got;
    int why = SSL_get_error(session->ssl, got);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return 0;
    bool refused;
    if (why == SSL_ERROR_ZERO_RETURN) (void)snprintf(error, error_size, "the peer closed the connection");
    else explain(session, error, error_size, &refused);
    return -1;
}

bool sw__peer_tls_write(struct sw__peer_tls_session *session, const char *data, size_t len) {
    ERR_clear_error();
    for (size_t at = 0; at < len;) {
        int put = SSL_write(session->ssl, data + at, (int)(len - at));
        if (put <= 0) return false;
        at += (size_t)put;
    }
    return true;
}

size_t sw__peer_tls_waiting(struct sw__peer_tls_session *session) { return BIO_ctrl_pending(session->out); }

size_t sw__peer_tls_take(struct sw__peer_tls_session *session, char *data, size_t size) {
    int got = BIO_read(session->out, data, (int)size);
    return got > 0 ? (size_t)got : 0;
}
