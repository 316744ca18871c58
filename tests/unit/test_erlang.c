/* core/erlang: against published figures, against independent calculations in long double, and the laws that hold for any
 * load. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "shiftwall/erlang.h"

#define S INT64_C(1000)
#define M (60 * S)

static struct sw_load load(int64_t calls, int64_t interval_ms, int64_t aht_ms) {
    return (struct sw_load){calls * 1000, interval_ms, aht_ms};
}

static struct sw_erlang c_of(struct sw_load l, int64_t agents, int64_t within_ms) {
    struct sw_erlang e;
    assert_int_equal(sw_erlang_c(&l, agents, within_ms, &e), 0);
    return e;
}

static struct sw_erlang a_of(struct sw_load l, int64_t patience_ms, int64_t agents, int64_t within_ms) {
    struct sw_erlang e;
    assert_int_equal(sw_erlang_a(&l, patience_ms, agents, within_ms, &e), 0);
    return e;
}

static int64_t required(struct sw_load l, int64_t patience_ms, int64_t level_ppm, int64_t within_ms, int64_t occupancy_ppm) {
    int64_t agents = -7;
    struct sw_erlang_target t = {level_ppm, within_ms, occupancy_ppm};
    assert_int_equal(sw_erlang_required(&l, patience_ms, &t, &agents), 0);
    return agents;
}

static void near(double found, long double expected, double tolerance) {
    if (!(fabsl((long double)found - expected) <= (long double)tolerance))
        fail_msg("%.15g is not %.15Lg", found, expected);
}

/* ---- published figures ---- */

/* 100 calls in half an hour of 3 minutes, 20 seconds: the worked example of many calculators, with all its digits in the
 * package pages of pyworkforce 0.1.0 (pypi.org/project/pyworkforce/0.1.0) and ErlangC 0.1.0 (CRAN, readme). */
static void test_c_worked_example(void **state) {
    (void)state;
    struct sw_load l = load(100, 30 * M, 180 * S);
    struct sw_erlang e = c_of(l, 14, 20 * S);
    assert_true(e.stable);
    near(e.p_wait, 0.1741319335950498L, 1e-14);
    near(e.service_level, 0.8883500191794669L, 1e-14);
    near(e.occupancy, 0.7142857142857143L, 1e-15);
    assert_int_equal(e.asa_ms, 7836); /* 7.83593701177724 s */
    assert_true(e.answer_rate == 1 && e.p_abandon == 0);
    e = c_of(l, 11, 20 * S);
    near(e.p_wait, 0.6821182L, 5e-8);
    near(e.service_level, 0.3896138L, 5e-8);
    assert_int_equal(required(l, 0, 800000, 20 * S, 850000), 14);
}

/* erlang.com, "How much traffic can a trunk group handle": 15 lines lose one call in a hundred of 8.108 erlangs. The
 * Erlang C of it by C = B / (1 - r (1 - B)). */
static void test_b_table(void **state) {
    (void)state;
    struct sw_erlang e = c_of((struct sw_load){8108, 1000 * S, 1000 * S}, 15, 0);
    double r = 8.108 / 15, b = e.p_wait * (1 - r) / (1 - e.p_wait * r);
    near(b, 0.01L, 5e-6);
}

/* abstractmicro.com, ErlcNsrvFromWait4(1800, 200, 300, wait): 41.22663 servers for a mean wait of 5 s and 37.31723 for
 * 30 s, so that the wait lies between those of the whole numbers around. */
static void test_c_mean_waits(void **state) {
    (void)state;
    struct sw_load l = load(200, 30 * M, 300 * S);
    assert_true(c_of(l, 41, 0).asa_ms > 5 * S && c_of(l, 42, 0).asa_ms < 5 * S);
    assert_true(c_of(l, 37, 0).asa_ms > 30 * S && c_of(l, 38, 0).asa_ms < 30 * S);
}

/* N. Gans, G. Koole, A. Mandelbaum, Telephone Call Centers: Tutorial, Review, and Research Prospects (2003), and
 * Mandelbaum, Zeltyn 2005: 50 agents, 48 calls a minute of a minute each. Erlang C: mean wait 20.8 s, 96 % busy; Erlang A
 * with 2 minutes of patience: 3.1 % abandon, mean wait (of all, so P(abandon) x patience) 3.7 s, 93 % busy. */
static void test_a_against_c(void **state) {
    (void)state;
    struct sw_load l = load(2880, 60 * M, 60 * S);
    struct sw_erlang c = c_of(l, 50, 0), a = a_of(l, 120 * S, 50, 0);
    near((double)c.asa_ms / 1000, 20.8L, 0.05);
    near(c.occupancy, 0.96L, 1e-15);
    near(a.p_abandon, 0.031L, 0.0005);
    near(a.p_abandon * 120, 3.7L, 0.05);
    near(a.occupancy, 0.93L, 0.005);
    assert_true(a.asa_ms < 3700); /* of the answered: who waits longest is not among them */
}

/* The rule book's own table was "calculated by Erlang C" (003): 50:5 100:7 200:10 300:14 400:17, then +3 per 100, fits
 * calls of 103 s with 97 % in 30 s. */
static void test_the_rule_books_table(void **state) {
    (void)state;
    static const int64_t table[][2] = {{50, 5}, {100, 7}, {200, 10}, {300, 14}, {400, 17}, {1000, 35}, {2000, 65}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(required(load(table[i][0], 60 * M, 103 * S), 0, 970000, 30 * S, 0), table[i][1]);
    static const int64_t usual[] = {4, 6, 10, 13, 17}; /* 120 s, 80 % in 20 s */
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(required(load(table[i][0], 60 * M, 120 * S), 0, 800000, 20 * S, 0), usual[i]);
}

/* ---- independent calculations ---- */

/* One and two agents have closed forms: P(wait) = a, and a^2 / (2 + a). */
static void test_c_closed_forms(void **state) {
    (void)state;
    for (int64_t milli = 1; milli < 2000; milli += 7) {
        struct sw_load l = {milli, 60 * S, 60 * S};
        long double a = (long double)milli / 1000;
        if (milli < 1000) {
            near(c_of(l, 1, 0).p_wait, a, 1e-14);
            near((double)c_of(l, 1, 0).asa_ms, a * 60000 / (1 - a), 0.51);
        }
        near(c_of(l, 2, 0).p_wait, a * a / (2 + a), 1e-14);
    }
}

/* Erlang C from the sum of n! / (n - j)! / a^j, whose largest terms a long double holds up to some thousand agents. */
static long double c_wait_by_sum(long double a, int64_t n) {
    long double sum = 0, term = 1; /* 1/B */
    for (int64_t j = 0; j <= n; j++) {
        sum += term;
        term *= (long double)(n - j) / a;
    }
    return 1 / (1 + (1 - a / (long double)n) * (sum - 1));
}

static void test_c_by_sum(void **state) {
    (void)state;
    static const int64_t agents[] = {1, 2, 3, 7, 20, 100, 500, 1000, 5000};
    static const int64_t permille[] = {300, 700, 900, 990, 999};
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++)
        for (size_t k = 0; k < sizeof permille / sizeof *permille; k++) {
            struct sw_load l = {agents[i] * permille[k], 60 * S, 60 * S};
            long double a = (long double)l.calls_milli / 1000, wait = c_wait_by_sum(a, agents[i]);
            struct sw_erlang e = c_of(l, agents[i], 7 * S);
            near(e.p_wait, wait, 1e-12);
            near(e.service_level, 1 - wait * expl(-((long double)agents[i] - a) * 7 / 60), 1e-12);
            near((double)e.asa_ms, wait * 60000 / ((long double)agents[i] - a), 0.51);
        }
}

struct chain {
    long double p_wait, p_abandon, occupancy, level, asa_ms;
};

/* The birth and death process itself, state by state relative to the one before and normed in the end, and the waits by
 * integrating the density of the offered wait, lambda p(n-1) e^(lambda H(x) - n mu x), with Simpson's rule. In ms. */
static struct chain a_by_chain(struct sw_load l, long double patience, int64_t agents, long double within) {
    static long double p[400000];
    long double lambda = (long double)l.calls_milli / 1000 / (long double)l.interval_ms, mu = 1 / (long double)l.aht_ms;
    long double theta = 1 / patience, n = (long double)agents, top = 0;
    size_t count = 400000, last = 0;
    p[0] = 0; /* logarithms */
    for (size_t i = 1; i < count; i++) {
        long double k = (long double)i, rate = k <= n ? k * mu : n * mu + (k - n) * theta;
        p[i] = p[i - 1] + logl(lambda / rate);
        if (p[i] > top) top = p[i];
        last = i;
        if (p[i] < top - 100 && k > n && lambda < rate) break;
    }
    assert_true(last + 1 < count);
    struct chain c = {0};
    long double sum = 0, busy = 0, waiting = 0, before = 0;
    for (size_t i = 0; i <= last; i++) {
        long double w = expl(p[i] - top), k = (long double)i;
        sum += w;
        busy += w * fminl(k, n);
        waiting += w * fmaxl(k - n, 0);
        if (k >= n) c.p_wait += w;
        if ((int64_t)i == agents - 1) before = p[i] - top;
    }
    c.p_wait /= sum;
    c.occupancy = busy / sum / n;
    c.p_abandon = waiting / sum * theta / lambda;
    c.level = 1 - c.p_wait;
    long double spread = fminl(patience * 45, 60 / fmaxl(n * mu - lambda, 1e-12L));
    long double until_even = fmaxl(patience * logl(lambda / (n * mu)), 0);
    if (lambda * 1.2L > n * mu) spread = fminl(patience * 45, until_even + 40 / sqrtl(n * mu * theta) + 60 / (n * mu));
    for (int part = 0; part < 2; part++) { /* up to the target, and all */
        long double end = part ? spread : fminl(within, spread), step = end / 20000, area = 0;
        for (int i = 0; i <= 20000; i++) {
            long double x = step * i, h = -expm1l(-theta * x) / theta;
            long double f = expl(before + lambda * h - n * mu * x - theta * x) * lambda / sum;
            if (part) f *= x;
            area += f * (i == 0 || i == 20000 ? 1 : i % 2 ? 4 : 2);
        }
        area *= step / 3;
        if (part)
            c.asa_ms = area / (1 - c.p_abandon);
        else
            c.level += area;
    }
    return c;
}

static void test_a_by_chain(void **state) {
    (void)state;
    static const int64_t agents[] = {1, 2, 5, 17, 60, 400, 2000};
    static const int64_t permille[] = {200, 800, 950, 1000, 1050, 1500, 4000};
    static const int64_t patience_s[] = {3, 60, 180, 900};
    for (size_t i = 0; i < 7; i++)
        for (size_t k = 0; k < 7; k++)
            for (size_t m = 0; m < 4; m++) {
                if (agents[i] > 60 && (k + m) % 3) continue; /* enough of the large ones */
                struct sw_load l = {agents[i] * permille[k], 180 * S, 180 * S};
                struct chain c = a_by_chain(l, (long double)(patience_s[m] * S), agents[i], 20000);
                struct sw_erlang e = a_of(l, patience_s[m] * S, agents[i], 20 * S);
                near(e.p_wait, c.p_wait, 1e-9);
                near(e.p_abandon, c.p_abandon, 1e-9);
                near(e.occupancy, c.occupancy, 1e-9);
                near(e.service_level, c.level, 1e-7);
                near((double)e.asa_ms, c.asa_ms, 0.6 + 1e-6 * (double)c.asa_ms);
                near(e.answer_rate, 1 - (long double)e.p_abandon, 1e-14);
                assert_true(e.stable);
            }
}

/* Patience as long as a call makes every place alike: the number in the system is Poisson. */
static void test_a_as_poisson(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 400; n += 19) {
        struct sw_load l = {n * 930, 200 * S, 200 * S};
        long double a = (long double)n * 0.93L, sum = 0;
        for (int64_t k = 0; k < n; k++) sum += expl((long double)k * logl(a) - a - lgammal((long double)k + 1));
        near(a_of(l, 200 * S, n, 0).p_wait, 1 - sum, 1e-10);
    }
}

/* With all the patience there may be, and few who wait long, A comes close to C. */
static void test_a_comes_close_to_c(void **state) {
    (void)state;
    struct sw_load l = load(100, 30 * M, 180 * S);
    struct sw_erlang a = a_of(l, SW_ERLANG_PATIENCE_MS_MAX, 14, 20 * S), c = c_of(l, 14, 20 * S);
    near(a.p_wait, c.p_wait, 0.005);
    near(a.service_level, c.service_level, 0.005);
}

/* ---- laws ---- */

static uint64_t seed = 20250301;
static int64_t pick(int64_t from, int64_t to) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return from + (int64_t)((seed >> 16) % (uint64_t)(to - from + 1));
}

static struct sw_load any_load(int64_t agents) {
    struct sw_load l = {0, pick(0, 1) ? 15 * M : 30 * M, pick(5, 1200) * S};
    long double full = (long double)agents * (long double)l.interval_ms / (long double)l.aht_ms * 1000;
    l.calls_milli = (int64_t)(full * (long double)pick(1, 2000) / 1000);
    if (l.calls_milli > SW_ERLANG_CALLS_MILLI_MAX) l.calls_milli = SW_ERLANG_CALLS_MILLI_MAX;
    return l;
}

static void sound(const struct sw_erlang *e) {
    const double shares[] = {e->p_wait, e->service_level, e->occupancy, e->p_abandon, e->answer_rate};
    for (size_t i = 0; i < 5; i++)
        if (!(shares[i] >= 0 && shares[i] <= 1)) fail_msg("share %zu is %g", i, shares[i]);
    assert_true(e->asa_ms >= 0);
}

static void not_worse(const struct sw_erlang *more, const struct sw_erlang *fewer) {
    assert_true(more->p_wait <= fewer->p_wait + 1e-10);
    assert_true(more->service_level >= fewer->service_level - 1e-10);
    assert_true(more->occupancy <= fewer->occupancy + 1e-10);
    assert_true(more->p_abandon <= fewer->p_abandon + 1e-10);
    assert_true(more->answer_rate >= fewer->answer_rate - 1e-10);
    assert_true(more->asa_ms <= fewer->asa_ms);
}

/* An agent more, or a call less, is never worse. */
static void test_monotone(void **state) {
    (void)state;
    for (int i = 0; i < 4000; i++) {
        int64_t n = pick(1, i % 10 ? 200 : SW_ERLANG_AGENTS_MAX - 1), within = pick(0, 120) * S;
        int64_t patience = pick(1, 1800) * S;
        struct sw_load l = any_load(n), busier = l;
        busier.calls_milli = l.calls_milli + pick(1, 3000);
        if (busier.calls_milli > SW_ERLANG_CALLS_MILLI_MAX) continue;
        struct sw_erlang c = c_of(l, n, within), a = a_of(l, patience, n, within);
        sound(&c);
        sound(&a);
        struct sw_erlang c_more = c_of(l, n + 1, within), a_more = a_of(l, patience, n + 1, within);
        struct sw_erlang c_busy = c_of(busier, n, within), a_busy = a_of(busier, patience, n, within);
        not_worse(&c_more, &c);
        not_worse(&a_more, &a);
        not_worse(&c, &c_busy);
        not_worse(&a, &a_busy);
        assert_true(c_of(l, n, within + S).service_level >= c.service_level);
        assert_true(a_of(l, patience, n, within + S).service_level >= a.service_level - 1e-10);
        if (c.stable) assert_true(a.p_wait <= c.p_wait + 1e-10); /* who gives up makes room */
    }
}

/* The number found meets its target, and one fewer does not. */
static void test_required_is_the_least(void **state) {
    (void)state;
    for (int i = 0; i < 600; i++) {
        struct sw_load l = any_load(pick(1, i % 10 ? 150 : 2400));
        struct sw_erlang_target t = {pick(500000, 999000), pick(0, 60) * S, pick(0, 1) ? pick(600000, 1000000) : 0};
        int64_t n, patience = i % 2 ? pick(20, 600) * S : 0;
        assert_int_equal(sw_erlang_required(&l, patience, &t, &n), 0);
        for (int64_t k = n - 1; k <= n; k++) {
            if (!k) continue;
            struct sw_erlang e = patience ? a_of(l, patience, k, t.within_ms) : c_of(l, k, t.within_ms);
            bool met = e.service_level >= (double)t.service_level_ppm / 1e6 - 1e-9 &&
                       (!t.occupancy_ppm || e.occupancy <= (double)t.occupancy_ppm / 1e6 + 1e-9) && e.stable;
            if (met != (k == n)) fail_msg("%d: %d of %d agents", i, (int)k, (int)n);
        }
        if (patience) continue;
        struct sw_load busier = {l.calls_milli + 1500, l.interval_ms, l.aht_ms};
        assert_true(required(busier, 0, t.service_level_ppm, t.within_ms, t.occupancy_ppm) >= n);
        assert_true(required(l, 90 * S, t.service_level_ppm, 0, 0) <= required(l, 0, t.service_level_ppm, 0, 0));
    }
}

/* ---- edges ---- */

/* 35.7 erlangs at 85 % are 42 agents; 35.7 / 0.85 in doubles is above 42. */
static void test_occupancy_is_exact(void **state) {
    (void)state;
    struct sw_load l = load(714, 30 * M, 90 * S);
    volatile double as_doubles = 714.0 * 90 / 1800 / 0.85;
    assert_int_equal(required(l, 0, 0, 0, 850000), 42);
    assert_true(fabs(as_doubles - 42) < 1e-9);
    l.calls_milli++;
    assert_int_equal(required(l, 0, 0, 0, 850000), 43);
    /* every whole number of agents k at every whole percentage p: k p / 100 erlangs need k exactly */
    for (int64_t p = 1; p <= 100; p++)
        for (int64_t k = 1; k <= 300; k++)
            assert_int_equal(required((struct sw_load){k * p * 10, 60 * S, 60 * S}, 0, 0, 0, p * 10000), k);
    assert_int_equal(required(load(100, 100 * S, 10 * S), 0, 0, 0, 1000000), 10);
}

/* A level met exactly is met: one agent and 0.2 erlangs, where 80 % do not wait at all. */
static void test_level_met_exactly(void **state) {
    (void)state;
    for (int64_t p = 1; p < 100; p++)
        assert_int_equal(required((struct sw_load){p * 10, 60 * S, 60 * S}, 0, 1000000 - p * 10000, 0, 0), 1);
}

static void test_unstable(void **state) {
    (void)state;
    struct sw_load l = load(100, 30 * M, 180 * S); /* 10 erlangs */
    for (int64_t n = 1; n <= 10; n++) {
        struct sw_erlang e = c_of(l, n, 1000000 * S);
        assert_false(e.stable);
        assert_true(e.p_wait == 1 && e.service_level == 0 && e.occupancy == 1 && e.asa_ms == SW_ERLANG_ENDLESS_MS);
    }
    struct sw_load below = {99999, 30 * M, 180 * S};
    assert_true(c_of(below, 10, 0).stable && c_of(below, 10, 0).service_level < 0.001);
    assert_int_equal(required(l, 0, 1, 20 * S, 0), 11); /* stable at least, however low the level */
    struct sw_erlang a = a_of(load(100000, 15 * M, 600 * S), 60 * S, 1, 20 * S); /* 66,667 erlangs for one agent */
    near(a.answer_rate, 1.0L / 66666.6667L, 1e-9);
    near(a.occupancy, 1, 1e-9);
    assert_true(a.stable && a.p_wait > 0.999999 && a.service_level < 1e-9);
    l = (struct sw_load){SW_ERLANG_CALLS_MILLI_MAX, M, SW_ERLANG_TIME_MS_MAX};
    a = a_of(l, SW_ERLANG_PATIENCE_MS_MAX, 5000, INT64_MAX);
    sound(&a);
    a = a_of((struct sw_load){1, SW_ERLANG_TIME_MS_MAX, 1}, 1, 5000, INT64_MAX);
    sound(&a);
    assert_true(a.service_level == 1);
}

static void test_no_calls(void **state) {
    (void)state;
    struct sw_load l = load(0, 15 * M, 180 * S);
    assert_int_equal(required(l, 0, 800000, 20 * S, 0), 0);
    assert_int_equal(required(l, 60 * S, 0, 0, 850000), 0);
    struct sw_erlang c = c_of(l, 1, 0), a = a_of(l, 60 * S, 1, 0);
    assert_true(c.stable && c.p_wait == 0 && c.service_level == 1 && c.occupancy == 0 && c.asa_ms == 0);
    assert_true(a.stable && a.p_wait == 0 && a.service_level == 1 && a.occupancy == 0 && a.asa_ms == 0);
}

static void test_refused(void **state) {
    (void)state;
    struct sw_load good = load(100, 30 * M, 180 * S);
    struct sw_erlang e, untouched = {.asa_ms = 77};
    e = untouched;
    const struct sw_load bad[] = {{-1, M, 1}, {SW_ERLANG_CALLS_MILLI_MAX + 1, M, 1}, {1, 0, 1},
                                  {1, SW_ERLANG_INTERVAL_MS_MIN - 1, 1}, {1, SW_ERLANG_TIME_MS_MAX + 1, 1},
                                  {1, M, 0}, {1, M, SW_ERLANG_TIME_MS_MAX + 1}};
    struct sw_erlang_target t = {800000, 20 * S, 0};
    int64_t n = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(sw_erlang_c(&bad[i], 1, 0, &e), -SW_EINVAL);
        assert_int_equal(sw_erlang_a(&bad[i], 1, 1, 0, &e), -SW_EINVAL);
        assert_int_equal(sw_erlang_required(&bad[i], 0, &t, &n), -SW_EINVAL);
    }
    assert_int_equal(sw_erlang_c(&good, 0, 0, &e), -SW_EINVAL);
    assert_int_equal(sw_erlang_c(&good, SW_ERLANG_AGENTS_MAX + 1, 0, &e), -SW_EINVAL);
    assert_int_equal(sw_erlang_c(&good, 1, -1, &e), -SW_EINVAL);
    assert_int_equal(sw_erlang_a(&good, 0, 1, 0, &e), -SW_EINVAL);
    assert_int_equal(sw_erlang_a(&good, SW_ERLANG_PATIENCE_MS_MAX + 1, 1, 0, &e), -SW_EINVAL);
    const struct sw_erlang_target wrong[] = {{0, 0, 0},  {1000000, 0, 0}, {-1, 0, 0},
                                             {1, -1, 0}, {1, 0, 1000001}, {1, 0, -1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(sw_erlang_required(&good, 0, &wrong[i], &n), -SW_EINVAL);
    assert_int_equal(sw_erlang_required(&good, -1, &t, &n), -SW_EINVAL);
    assert_int_equal(e.asa_ms, 77);
    assert_int_equal(n, 77);
}

static void test_upper_bound(void **state) {
    (void)state;
    struct sw_erlang_target busy = {0, 0, 1000000}, level = {800000, 20 * S, 0};
    struct sw_load l = {5000000, 60 * S, 60 * S}; /* 5,000 erlangs */
    int64_t n = 77;
    assert_int_equal(sw_erlang_required(&l, 0, &busy, &n), 0);
    assert_int_equal(n, 5000);
    n = 77;
    assert_int_equal(sw_erlang_required(&l, 0, &level, &n), -SW_ELIMIT);
    l.calls_milli++;
    assert_int_equal(sw_erlang_required(&l, 0, &busy, &n), -SW_ELIMIT);
    l.calls_milli = SW_ERLANG_CALLS_MILLI_MAX;
    assert_int_equal(sw_erlang_required(&l, 0, &busy, &n), -SW_ELIMIT);
    assert_int_equal(sw_erlang_required(&l, 60 * S, &level, &n), -SW_ELIMIT);
    assert_int_equal(n, 77);
}

/* ---- patience ---- */

static void test_patience(void **state) {
    (void)state;
    assert_true(sw_erlang_patience(8000 * S, 1000 * S, 100) == 90 * S);
    assert_int_equal(sw_erlang_patience(8000 * S, 1000 * S, SW_ERLANG_ABANDONED_MIN - 1), 0);
    assert_int_equal(sw_erlang_patience(-1, 0, 100), 0);
    assert_int_equal(sw_erlang_patience(0, -1, 100), 0);
    assert_true(sw_erlang_patience(INT64_MAX, INT64_MAX, 20) == SW_ERLANG_PATIENCE_MS_MAX);
    /* what Erlang A says of 150 s gives 150 s back */
    struct sw_erlang e = a_of(load(1000, 60 * M, 180 * S), 150 * S, 50, 0);
    double abandoned = e.p_abandon * 1e6, waited = e.p_abandon * 150000 * 1e6;
    near((double)sw_erlang_patience((int64_t)waited, 0, (int64_t)abandoned), 150000, 10);
}

/* How long it takes, to be seen; asserted is only what comes out. */
static void test_large_is_quick(void **state) {
    (void)state;
    struct sw_load l = load(24600, 30 * M, 360 * S); /* 4,920 erlangs */
    struct timespec from, to;
    int64_t patience[] = {0, 120 * S, SW_ERLANG_PATIENCE_MS_MAX};
    for (size_t i = 0; i < 3; i++) {
        clock_gettime(CLOCK_MONOTONIC, &from);
        int64_t n = required(l, patience[i], 800000, 20 * S, 0);
        clock_gettime(CLOCK_MONOTONIC, &to);
        print_message("%d agents for 4,920 erlangs, patience %d s: %.0f us\n", (int)n, (int)(patience[i] / S),
                      (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3);
        assert_true(n > 4000 && n <= 5000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c_worked_example),
        cmocka_unit_test(test_b_table),
        cmocka_unit_test(test_c_mean_waits),
        cmocka_unit_test(test_a_against_c),
        cmocka_unit_test(test_the_rule_books_table),
        cmocka_unit_test(test_c_closed_forms),
        cmocka_unit_test(test_c_by_sum),
        cmocka_unit_test(test_a_by_chain),
        cmocka_unit_test(test_a_as_poisson),
        cmocka_unit_test(test_a_comes_close_to_c),
        cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_required_is_the_least),
        cmocka_unit_test(test_occupancy_is_exact),
        cmocka_unit_test(test_level_met_exactly),
        cmocka_unit_test(test_unstable),
        cmocka_unit_test(test_no_calls),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_upper_bound),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_large_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
