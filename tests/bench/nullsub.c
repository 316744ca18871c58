/* The limit of ingest: a subscriber of hiredis on libuv that looks at nothing.
 *   nullsub SOCKET EVENTS BATCH      prints "ready", then one JSON line when EVENTS came, BATCH in a message
 * The time is from the first message to the last. */
#include <hiredis/adapters/libuv.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

static long wanted, batch, events;
static uint64_t first_ns;
static double cpu_before_ms;

static double cpu_ms(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void on_message(redisAsyncContext *context, void *answer, void *data) {
    const redisReply *reply = answer;
    (void)data;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) exit(1);
    if (!strcmp(reply->element[0]->str, "subscribe")) {
        puts("ready");
        fflush(stdout);
        return;
    }
    if (!events) first_ns = uv_hrtime(), cpu_before_ms = cpu_ms();
    events += batch;
    if (events < wanted) return;
    printf("{\"events\":%ld,\"ms\":%.3f,\"cpu_ms\":%.3f}\n", events, (double)(uv_hrtime() - first_ns) / 1e6, cpu_ms() - cpu_before_ms);
    fflush(stdout);
    redisAsyncDisconnect(context);
    exit(0);
}

int main(int argc, char **argv) {
    if (argc != 4) return fputs("usage: see the source\n", stderr), 2;
    wanted = atol(argv[2]), batch = atol(argv[3]);
    redisAsyncContext *context = redisAsyncConnectUnix(argv[1]);
    if (!context || context->err || redisLibuvAttach(context, uv_default_loop())) return 1;
    redisAsyncCommand(context, on_message, NULL, "SUBSCRIBE sw:{main}:events");
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
