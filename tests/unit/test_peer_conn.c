/* The connection to a switch: against sockets of the test, and for TLS against `openssl s_server -rev`, which sends every line back
 * with its characters in reverse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "io/peer_conn.h"
#include "redis_fixture.h"

#define HANG_MS 60000
#define DAY_S 86400

struct fixture {
    uv_loop_t loop;
    uv_timer_t pulse;
    struct sw_peer_conn *conn;
    struct sw_peer_options options;
    char dir[64], cert[96], key[96];
    pid_t server;
    char got[1 << 20];
    size_t got_len, calls, pause_after;
    char told[8192]; /* states and reasons */
    unsigned ups;
    bool closed;
    enum sw_peer_state close_in;
};

static void on_pulse(uv_timer_t *timer) { (void)timer; }
static void on_closed(void *ctx) { ((struct fixture *)ctx)->closed = true; }

static void on_state(void *ctx, enum sw_peer_state state, const char *reason) {
    struct fixture *f = ctx;
    size_t used = strlen(f->told);
    (void)snprintf(f->told + used, sizeof f->told - used, "%s %s\n", sw_peer_state_name(state), reason);
    f->ups += state == SW_PEER_UP;
    if (state == f->close_in && f->close_in != SW_PEER_IDLE) sw_peer_conn_close(f->conn, on_closed, f);
}

static void on_bytes(void *ctx, const char *data, size_t len) {
    struct fixture *f = ctx;
    assert_true(len > 0 && len <= SW_PEER_READ_BYTES && f->got_len + len <= sizeof f->got);
    memcpy(f->got + f->got_len, data, len);
    f->got_len += len;
    f->calls++;
    if (f->pause_after && f->calls == f->pause_after) sw_peer_conn_pause(f->conn);
}

#define WAIT_FOR(f, condition)                                                                                                        \
    do {                                                                                                                              \
        uint64_t begun_ = uv_hrtime();                                                                                                \
        while (!(condition)) {                                                                                                        \
            uv_run(&(f)->loop, UV_RUN_ONCE);                                                                                          \
            if (uv_hrtime() - begun_ > HANG_MS * UINT64_C(1000000)) fail_msg("never came true: %s\n%s", #condition, (f)->told);       \
        }                                                                                                                             \
    } while (0)

static void run_for(struct fixture *f, uint64_t ms) {
    for (uint64_t begun = uv_hrtime(); uv_hrtime() - begun < ms * 1000000;) uv_run(&f->loop, UV_RUN_ONCE);
}

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    uv_loop_init(&f->loop);
    uv_timer_init(&f->loop, &f->pulse);
    uv_timer_start(&f->pulse, on_pulse, 5, 5);
    f->options = (struct sw_peer_options){.backoff_min_ms = 10, .backoff_max_ms = 50, .connect_ms = 5000, .seed = 1};
    (void)snprintf(f->options.address.host, sizeof f->options.address.host, "127.0.0.1");
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/sw-peer-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    (void)snprintf(f->cert, sizeof f->cert, "%s/cert.pem", f->dir);
    (void)snprintf(f->key, sizeof f->key, "%s/key.pem", f->dir);
    *state = f;
    return 0;
}

static void open_conn(struct fixture *f) {
    static const struct sw_peer_handler handler = {.state = on_state, .bytes = on_bytes};
    char error[256] = "";
    f->closed = false;
    f->told[0] = '\0';
    f->got_len = f->calls = f->ups = 0;
    f->conn = sw_peer_conn_new(&f->loop, &f->options, &handler, f, error, sizeof error);
    if (!f->conn) fail_msg("%s", error);
    sw_peer_conn_start(f->conn);
}

static void close_conn(struct fixture *f) {
    if (!f->conn) return;
    if (sw_peer_conn_state(f->conn) != SW_PEER_CLOSED) sw_peer_conn_close(f->conn, on_closed, f);
    WAIT_FOR(f, f->closed);
    f->conn = NULL;
}

static void end_server(struct fixture *f) {
    if (f->server <= 0) return;
    (void)kill(f->server, SIGKILL);
    (void)waitpid(f->server, NULL, 0);
    f->server = 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    close_conn(f);
    end_server(f);
    uv_close((uv_handle_t *)&f->pulse, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    unlink(f->cert);
    unlink(f->key);
    char other[128];
    (void)snprintf(other, sizeof other, "%s/other.pem", f->dir);
    unlink(other);
    rmdir(f->dir);
    free(f);
    return 0;
}

/* ---- TCP ---- */

static void test_addresses(void **state) {
    (void)state;
    static const struct {
        const char *text, *host;
        int port; /* 0 = refused */
    } cases[] = {{"pbx", "pbx", 5038},          {"pbx:1234", "pbx", 1234},  {"10.0.0.1:1", "10.0.0.1", 1}, {"[::1]:99", "::1", 99},
                 {"[::1]", "::1", 5038},        {"::1", "", 0},             {"", "", 0},                   {":5", "", 0},
                 {"pbx:", "", 0},               {"pbx:0", "", 0},           {"pbx:65536", "", 0},          {"pbx:12x", "", 0},
                 {"pbx:-1", "", 0},             {"a b:1", "", 0},           {"[::1", "", 0},               {"[::1]x", "", 0},
                 {"[]:5", "", 0},               {"pbx:99999999999999999999", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sw_peer_address address;
        int failed = sw_peer_address_parse(cases[i].text, 5038, &address);
        assert_int_equal(failed, cases[i].port ? 0 : -SW_EPARSE);
        if (failed) continue;
        assert_string_equal(address.host, cases[i].host);
        assert_int_equal(address.port, cases[i].port);
    }
    char text[400];
    memset(text, 'a', sizeof text);
    text[399] = '\0';
    struct sw_peer_address address;
    assert_int_equal(sw_peer_address_parse(text, 1, &address), -SW_EPARSE);
}

static void test_comes_up_and_again(void **state) {
    struct fixture *f = *state;
    int port = free_port();
    f->options.address.port = (uint16_t)port;
    open_conn(f);
    WAIT_FOR(f, strstr(f->told, "connection refused"));
    int listener = listen_on(port, 8);
    WAIT_FOR(f, f->ups == 1);
    assert_string_equal(sw_peer_conn_reason(f->conn), "");
    int fd = accept(listener, NULL, NULL);
    assert_int_equal(sw_peer_conn_send(f->conn, "hello", 5), 0);
    char text[8] = "";
    assert_int_equal(recv(fd, text, 5, MSG_WAITALL), 5);
    assert_string_equal(text, "hello");
    assert_int_equal(send(fd, "back", 4, 0), 4);
    WAIT_FOR(f, f->got_len == 4);
    close(fd);
    WAIT_FOR(f, strstr(f->told, "the peer closed the connection"));
    assert_int_equal(sw_peer_conn_send(f->conn, "x", 1), -SW_EAGAIN);
    WAIT_FOR(f, f->ups == 2);
    assert_int_equal(sw_peer_conn_losses(f->conn), 1);
    sw_peer_conn_restart(f->conn, "the watchdog", false);
    assert_string_equal(sw_peer_conn_reason(f->conn), "the watchdog");
    WAIT_FOR(f, f->ups == 3);
    assert_int_equal(sw_peer_conn_losses(f->conn), 2);
    close(listener);
}

static void test_reset_and_names(void **state) {
    struct fixture *f = *state;
    int listener = listen_on(0, 8);
    f->options.address.port = (uint16_t)port_of(listener);
    (void)snprintf(f->options.address.host, sizeof f->options.address.host, "localhost");
    open_conn(f);
    WAIT_FOR(f, f->ups == 1);
    assert_non_null(strstr(f->told, "resolving"));
    int fd = accept(listener, NULL, NULL);
    struct linger linger = {1, 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
    WAIT_FOR(f, strstr(f->told, "connection reset"));
    WAIT_FOR(f, f->ups == 2);
    close_conn(f);
    close(listener);
    (void)snprintf(f->options.address.host, sizeof f->options.address.host, "no-such-host.invalid");
    open_conn(f);
    WAIT_FOR(f, strstr(f->told, "backing-off") && sw_peer_conn_reason(f->conn)[0]);
    close_conn(f);
}

/* The peer does not read: what waits is bounded. We do not read: the peer is held up, and nothing is lost. */
static void test_bounds_and_pause(void **state) {
    struct fixture *f = *state;
    int listener = listen_on(0, 8);
    f->options.address.port = (uint16_t)port_of(listener);
    f->options.output_max_bytes = 100000;
    open_conn(f);
    WAIT_FOR(f, f->ups == 1);
    int fd = accept(listener, NULL, NULL);
    static char block[10000];
    int result = 0;
    size_t sent = 0;
    for (int i = 0; i < 100000 && !result; i++, sent += result ? 0 : sizeof block)
        result = sw_peer_conn_send(f->conn, block, sizeof block);
    assert_int_equal(result, -SW_ELIMIT);
    assert_int_equal(sw_peer_conn_send(f->conn, block, 100001), -SW_ELIMIT);
    for (size_t read_ = 0; read_ < sent;) {
        ssize_t n = recv(fd, block, sizeof block, MSG_DONTWAIT);
        if (n > 0) read_ += (size_t)n;
        else uv_run(&f->loop, UV_RUN_ONCE);
    }
    WAIT_FOR(f, sw_peer_conn_send(f->conn, block, sizeof block) == 0);

    sw_peer_conn_pause(f->conn);
    size_t pushed = 0;
    for (;;) { /* until the kernel's buffers are full */
        for (size_t i = 0; i < sizeof block; i++) block[i] = (char)('a' + (pushed + i) % 26);
        ssize_t n = send(fd, block, sizeof block, MSG_DONTWAIT);
        if (n <= 0 || pushed + (size_t)n > sizeof f->got - sizeof block) break;
        pushed += (size_t)n;
    }
    run_for(f, 50);
    assert_int_equal(f->got_len, 0);
    f->pause_after = 2;
    sw_peer_conn_resume(f->conn);
    WAIT_FOR(f, f->calls == 2);
    run_for(f, 50);
    assert_int_equal(f->calls, 2);
    sw_peer_conn_resume(f->conn);
    WAIT_FOR(f, f->got_len >= pushed);
    for (size_t i = 0; i < pushed; i++)
        if (f->got[i] != (char)('a' + i % 26)) fail_msg("byte %zu", i);
    close(fd);
    close(listener);
}

static void test_closed_in_any_state(void **state) {
    struct fixture *f = *state;
    int listener = listen_on(0, 8);
    f->options.address.port = (uint16_t)port_of(listener);
    (void)snprintf(f->options.address.host, sizeof f->options.address.host, "localhost");
    for (enum sw_peer_state s = SW_PEER_RESOLVING; s <= SW_PEER_BACKING_OFF; s++) {
        f->close_in = s;
        f->options.tls = s == SW_PEER_HANDSHAKING;
        open_conn(f);
        if (s == SW_PEER_BACKING_OFF) {
            WAIT_FOR(f, f->ups == 1);
            sw_peer_conn_restart(f->conn, "enough", true);
        }
        WAIT_FOR(f, f->closed);
        f->conn = NULL;
    }
    close(listener);
}

/* ---- TLS ---- */

/* A certificate that signs itself, for NAMES, valid from FROM_S to UNTIL_S, seconds from now. */
static void make_certificate(const char *cert_path, const char *key_path, const char *names, long from_s, long until_s) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    (void)X509_set_version(cert, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)(uv_hrtime() & 0xffffff));
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), from_s);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), until_s);
    (void)X509_set_pubkey(cert, key);
    X509_NAME *name = X509_get_subject_name(cert);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"pbx", -1, -1, 0);
    (void)X509_set_issuer_name(cert, name);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    (void)X509_add_ext(cert, extension, -1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    FILE *out = fopen(cert_path, "w");
    assert_int_equal(PEM_write_X509(out, cert), 1);
    (void)fclose(out);
    out = fopen(key_path, "w");
    assert_int_equal(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    (void)fclose(out);
    X509_EXTENSION_free(extension);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void begin_server(struct fixture *f) {
    char at[32];
    int port = free_port();
    (void)snprintf(at, sizeof at, "127.0.0.1:%d", port);
    f->options.address.port = (uint16_t)port;
    f->server = fork();
    if (f->server) return;
    int null = open("/dev/null", O_RDWR);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(null, 0);
    (void)dup2(null, 1);
    (void)dup2(null, 2);
    (void)execlp("openssl", "openssl", "s_server", "-accept", at, "-cert", f->cert, "-key", f->key, "-rev", "-quiet", (char *)NULL);
    _exit(127);
}

static void serve(struct fixture *f, const char *names, long from_s, long until_s) {
    make_certificate(f->cert, f->key, names, from_s, until_s);
    begin_server(f);
    f->options.tls = true;
    f->options.ca_file = f->cert;
}

static void assert_talks(struct fixture *f) {
    open_conn(f);
    WAIT_FOR(f, f->ups == 1);
    assert_int_equal(sw_peer_conn_send(f->conn, "Action: Ping\n", 13), 0);
    WAIT_FOR(f, f->got_len == 13);
    assert_memory_equal(f->got, "gniP :noitcA\n", 13);
    close_conn(f);
}

static void assert_refuses(struct fixture *f, const char *why) {
    open_conn(f);
    WAIT_FOR(f, strstr(f->told, why));
    assert_int_equal(f->ups, 0);
    close_conn(f);
}

static void test_tls(void **state) {
    struct fixture *f = *state;
    serve(f, "DNS:localhost,IP:127.0.0.1", -60, DAY_S);
    assert_talks(f);
    (void)snprintf(f->options.address.host, sizeof f->options.address.host, "localhost");
    assert_talks(f);
    f->options.server_name = "pbx.example";
    assert_refuses(f, "TLS: the peer's certificate is for another host");
    f->options.server_name = "10.9.8.7";
    assert_refuses(f, "TLS: the peer's certificate is for another host");
    f->options.server_name = NULL;
    f->options.ca_file = NULL;
    assert_refuses(f, "TLS: the peer's certificate is refused: self");
}

static void test_tls_expired(void **state) {
    struct fixture *f = *state;
    serve(f, "IP:127.0.0.1", -2 * DAY_S, -DAY_S);
    assert_refuses(f, "TLS: the peer's certificate is refused: certificate has expired");
    /* pinned, it is this very one, whatever its dates and names are */
    f->options.pinned_file = f->cert;
    f->options.server_name = "pbx.example";
    assert_talks(f);
    char other[128], other_key[128];
    (void)snprintf(other, sizeof other, "%s/other.pem", f->dir);
    (void)snprintf(other_key, sizeof other_key, "%s/other.key", f->dir);
    make_certificate(other, other_key, "IP:127.0.0.1", -60, DAY_S);
    unlink(other_key);
    f->options.pinned_file = other;
    assert_refuses(f, "TLS: the peer's certificate is not the pinned one");
}

static void test_tls_not_yet(void **state) {
    struct fixture *f = *state;
    serve(f, "IP:127.0.0.1", DAY_S, 2 * DAY_S);
    assert_refuses(f, "TLS: the peer's certificate is refused: certificate is not yet valid");
}

static void test_tls_files(void **state) {
    struct fixture *f = *state;
    static const struct sw_peer_handler handler = {.state = on_state};
    char error[256] = "";
    f->options.tls = true;
    f->options.ca_file = "/does/not/exist.pem";
    assert_null(sw_peer_conn_new(&f->loop, &f->options, &handler, f, error, sizeof error));
    assert_non_null(strstr(error, "/does/not/exist.pem: "));
    f->options.pinned_file = "/does/not/exist.pem";
    assert_null(sw_peer_conn_new(&f->loop, &f->options, &handler, f, error, sizeof error));
    assert_non_null(strstr(error, "No such file"));
    f->options.pinned_file = "Makefile";
    assert_null(sw_peer_conn_new(&f->loop, &f->options, &handler, f, error, sizeof error));
    assert_non_null(strstr(error, "no certificate in PEM form"));
}

/* More than a record, more than a read, and paused in the middle of what is decrypted already. */
static void test_tls_much(void **state) {
    struct fixture *f = *state;
    serve(f, "IP:127.0.0.1", -60, DAY_S);
    open_conn(f);
    WAIT_FOR(f, f->ups == 1);
    f->pause_after = 3;
    char line[101];
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(line, sizeof line, "%099d\n", i);
        WAIT_FOR(f, sw_peer_conn_send(f->conn, line, 100) == 0);
    }
    WAIT_FOR(f, f->calls == 3);
    size_t before = f->got_len;
    run_for(f, 50);
    assert_int_equal(f->got_len, before);
    sw_peer_conn_resume(f->conn);
    WAIT_FOR(f, f->got_len == 300000);
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(line, sizeof line, "%099d", i);
        for (int at = 0; at < 99; at++)
            if (f->got[i * 100 + at] != line[98 - at]) fail_msg("line %d", i);
    }
    end_server(f);
    WAIT_FOR(f, strstr(f->told, "backing-off"));
}

static void test_tls_without(void **state) {
    struct fixture *f = *state;
    int listener = listen_on(0, 8);
    f->options.address.port = (uint16_t)port_of(listener);
    f->options.tls = true;
    f->options.connect_ms = 200;
    open_conn(f); /* says nothing */
    WAIT_FOR(f, strstr(f->told, "TLS: no answer within the deadline"));
    close_conn(f);
    close(accept(listener, NULL, NULL));
    f->options.connect_ms = 5000;
    open_conn(f);
    WAIT_FOR(f, strstr(f->told, "handshaking"));
    int fd = accept(listener, NULL, NULL);
    assert_true(send(fd, "Asterisk Call Manager/8.0.2\r\n", 29, 0) == 29);
    WAIT_FOR(f, strstr(f->told, "TLS: the peer does not speak TLS on this port"));
    close(fd);
    close(listener);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), TEST(test_comes_up_and_again), TEST(test_reset_and_names),
        TEST(test_bounds_and_pause),      TEST(test_closed_in_any_state), TEST(test_tls),
        TEST(test_tls_expired),           TEST(test_tls_not_yet),         TEST(test_tls_files),
        TEST(test_tls_much),              TEST(test_tls_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
