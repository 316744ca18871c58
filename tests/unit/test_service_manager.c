/* io/service_manager against a real datagram socket, and the whole daemon as a service of Type=notify: what it says when it
 * is ready, hangs not, reads its policy again and stops; and its log as the journal takes it. */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

#include <cmocka.h>

#include "io/service_manager.h"

#define PATIENCE_S 60 /* only against hanging for ever */

static char dir[] = "/tmp/shiftwall-manager-XXXXXX";
static char address[64];
static int manager_fd = -1;

/* ---- the manager's end ---- */

static int listen_at(const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, path, strlen(path));
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (*path == '@') at.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    return fd;
}

/* The next message; the whole of one. */
static const char *next(void) {
    static char text[2048];
    ssize_t len = recv(manager_fd, text, sizeof text - 1, 0);
    if (len < 0) fail_msg("nothing more is said");
    text[len] = '\0';
    return text;
}

static bool begins_with(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

/* Reads on to a message that begins like this. */
static void expect(const char *begin) {
    for (const char *got = next(); !begins_with(got, begin); got = next())
        assert_true(begins_with(got, "WATCHDOG=1") || begins_with(got, "STATUS="));
}

static int set_up(void **state) {
    (void)state;
    if (!mkdtemp(strcpy(dir, "/tmp/shiftwall-manager-XXXXXX"))) return 1;
    (void)snprintf(address, sizeof address, "%s/notify", dir);
    manager_fd = listen_at(address);
    return setenv("NOTIFY_SOCKET", address, 1);
}

static int tear_down(void **state) {
    (void)state;
    close(manager_fd);
    unlink(address);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return rmdir(dir);
}

/* ---- the module ---- */

static void on_said(uv_timer_t *timer) {
    sw_service_manager_close(timer->data);
    uv_close((uv_handle_t *)timer, NULL);
}

/* Runs a loop with M on it for some watchdog periods, then closes M. */
static void run_and_close(uv_loop_t *loop, struct sw_service_manager *m, uint64_t ms) {
    uv_timer_t timer;
    uv_timer_init(loop, &timer);
    timer.data = m;
    uv_timer_start(&timer, on_said, ms, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(loop), 0);
}

static void test_what_is_said(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct sw_service_manager *m = sw_service_manager_new(&loop);
    assert_non_null(m);
    assert_null(getenv("NOTIFY_SOCKET")); /* children are not the service */
    sw_service_manager_say(m, "READY=1");
    assert_string_equal(next(), "READY=1");
    sw_service_manager_status(m, "feed live, 2 walls");
    sw_service_manager_status(m, "feed live, 2 walls");
    sw_service_manager_status(m, "feed stale, 2 walls");
    assert_string_equal(next(), "STATUS=feed live, 2 walls");
    assert_string_equal(next(), "STATUS=feed stale, 2 walls"); /* the same one is not said twice */
    sw_service_manager_reloading(m, true);
    uint64_t usec = 0;
    assert_int_equal(sscanf(next(), "RELOADING=1\nMONOTONIC_USEC=%lu", &usec), 1);
    assert_in_range(usec, uv_hrtime() / 1000 - UINT64_C(60000000), uv_hrtime() / 1000);
    sw_service_manager_reloading(m, false);
    assert_string_equal(next(), "READY=1");
    run_and_close(&loop, m, 10); /* nobody watches: no WATCHDOG=1 */
    assert_string_equal(next(), "STOPPING=1");
}

static void test_abstract_address(void **state) {
    (void)state;
    char name[64];
    (void)snprintf(name, sizeof name, "@shiftwall-test-%d", (int)getpid());
    close(manager_fd);
    manager_fd = listen_at(name);
    setenv("NOTIFY_SOCKET", name, 1);
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct sw_service_manager *m = sw_service_manager_new(&loop);
    sw_service_manager_say(m, "READY=1");
    assert_string_equal(next(), "READY=1");
    run_and_close(&loop, m, 0);
    assert_string_equal(next(), "STOPPING=1");
}

static void test_nobody_listens(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    static const char *const none[] = {"", "/", "relative/path", "vsock:2:1234"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        setenv("NOTIFY_SOCKET", none[i], 1);
        assert_null(sw_service_manager_new(&loop));
    }
    unsetenv("NOTIFY_SOCKET");
    assert_null(sw_service_manager_new(&loop));
    sw_service_manager_say(NULL, "READY=1");
    sw_service_manager_status(NULL, "text");
    sw_service_manager_reloading(NULL, true);
    sw_service_manager_close(NULL);
    setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
    struct sw_service_manager *m = sw_service_manager_new(&loop);
    sw_service_manager_say(m, "READY=1"); /* lost, and the daemon lives on */
    run_and_close(&loop, m, 0);
}

static void test_watchdog(void **state) {
    (void)state;
    char pid[16];
    (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_USEC", "40000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct sw_service_manager *m = sw_service_manager_new(&loop);
    for (int said = 0; said < 3;) { /* as long as the loop turns */
        char text[32] = "";
        uv_run(&loop, UV_RUN_ONCE);
        if (recv(manager_fd, text, sizeof text - 1, MSG_DONTWAIT) < 0) continue;
        assert_string_equal(text, "WATCHDOG=1");
        said++;
    }
    run_and_close(&loop, m, 0);
    expect("STOPPING=1");
    setenv("NOTIFY_SOCKET", address, 1);
    setenv("WATCHDOG_USEC", "40000", 1);
    setenv("WATCHDOG_PID", "1", 1); /* somebody else is watched */
    uv_loop_init(&loop);
    run_and_close(&loop, sw_service_manager_new(&loop), 200);
    assert_string_equal(next(), "STOPPING=1");
}

/* ---- the daemon ---- */

/* Beside the folder of this program. */
static const char *daemon_path(void) {
    static char path[PATH_MAX + 32];
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
    assert_true(len > 0);
    path[len] = '\0';
    for (int up = 0; up < 2; up++) *strrchr(path, '/') = '\0';
    return strcat(path, "/shiftwalld");
}

/* Starts it as a service manager does; standard error goes to LOG, which is the journal's if JOURNALED. */
static pid_t start_daemon(const char *log, bool journaled) {
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    struct stat status;
    assert_int_equal(fstat(fd, &status), 0);
    char stream[64];
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)status.st_dev,
                   (unsigned long long)status.st_ino + !journaled);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fd, STDERR_FILENO);
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        setenv("JOURNAL_STREAM", stream, 1);
        setenv("WATCHDOG_USEC", "40000", 1);
        execl(daemon_path(), "shiftwalld", "--listen", "127.0.0.1:0", "--redis", "unix:///nowhere/redis.sock", (char *)NULL);
        _exit(127);
    }
    close(fd);
    return pid;
}

static void read_whole(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* The life of the service; its log is left in LOG. */
static void live(const char *log, bool journaled) {
    pid_t pid = start_daemon(log, journaled);
    expect("READY=1"); /* Redis is not there, but walls are told so: that is ready */
    expect("STATUS=feed stale, 0 walls");
    expect("WATCHDOG=1");
    expect("WATCHDOG=1");
    assert_int_equal(kill(pid, SIGHUP), 0);
    expect("RELOADING=1\nMONOTONIC_USEC=");
    expect("READY=1");
    assert_int_equal(kill(pid, SIGTERM), 0);
    expect("STOPPING=1");
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_daemon(void **state) {
    (void)state;
    char log[80], text[16384];
    (void)snprintf(log, sizeof log, "%s/log", dir);
    live(log, true);
    read_whole(log, text, sizeof text);
    assert_non_null(strstr(text, "<6>info start site=main"));
    assert_non_null(strstr(text, "<6>info policy.loaded "));
    assert_non_null(strstr(text, "\n<6>info stop clients=0\n"));
    unlink(log);
}

static void test_daemon_elsewhere(void **state) {
    (void)state;
    char log[80], text[16384];
    (void)snprintf(log, sizeof log, "%s/log", dir);
    live(log, false); /* standard error was sent elsewhere, though the environment speaks of a journal */
    read_whole(log, text, sizeof text);
    assert_non_null(strstr(text, "info start site=main"));
    assert_null(strchr(text, '<'));
    unlink(log);
}

int main(void) {
    if (access(daemon_path(), X_OK)) return fprintf(stderr, "build the daemon first\n"), 1;
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_said), TEST(test_abstract_address), TEST(test_nobody_listens),
        TEST(test_watchdog),     TEST(test_daemon),           TEST(test_daemon_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
