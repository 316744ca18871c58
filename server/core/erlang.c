#include "shiftwall/erlang.h"

#include <math.h>
#include <stddef.h>

#include "core/wide.h"

#define TOLERANCE 1e-9 /* a thousandth of a millionth */
#define PI 3.14159265358979323846
#define TERMS_MAX 1000000

static bool in_range(int64_t value, int64_t from, int64_t to) { return value >= from && value <= to; }

static bool load_is_good(const struct sw_load *l) {
    return in_range(l->calls_milli, 0, SW_ERLANG_CALLS_MILLI_MAX) &&
           in_range(l->interval_ms, SW_ERLANG_INTERVAL_MS_MIN, SW_ERLANG_TIME_MS_MAX) &&
           in_range(l->aht_ms, 1, SW_ERLANG_TIME_MS_MAX);
}

/* Work in milli-erlangs times the interval: the load is this over 1000 x interval_ms erlangs, exactly. */
static int64_t work(const struct sw_load *l) { return l->calls_milli * l->aht_ms; }

static double erlangs(const struct sw_load *l) { return (double)work(l) / (1000.0 * (double)l->interval_ms); }

/* Agents who would be idle on average. From integers: a load of exactly AGENTS leaves none, and what little is left close
 * to it is right to the last digit. */
static double idle(const struct sw_load *l, int64_t agents) {
    return (double)(agents * 1000 * l->interval_ms - work(l)) / (1000.0 * (double)l->interval_ms);
}
static bool is_stable(const struct sw_load *l, int64_t agents) { return work(l) < agents * 1000 * l->interval_ms; }

/* Erlang B with one agent more. A share that becomes smaller and smaller: it underflows to 0, and never overflows as its
 * inverse would. */
static double next_b(double b, double load, int64_t agents) { return load * b / ((double)agents + load * b); }

static double erlang_b(double load, int64_t agents) {
    double b = 1;
    for (int64_t n = 1; n <= agents; n++) b = next_b(b, load, n);
    return b;
}

/* ---- Erlang C ---- */

static double c_wait(const struct sw_load *l, int64_t agents, double b) {
    return fmin(1, (double)agents * b / (idle(l, agents) + erlangs(l) * b));
}

static double c_level(const struct sw_load *l, int64_t agents, int64_t within_ms, double p_wait) {
    return 1 - p_wait * exp(-idle(l, agents) * (double)within_ms / (double)l->aht_ms);
}

int sw_erlang_c(const struct sw_load *load, int64_t agents, int64_t within_ms, struct sw_erlang *out) {
    if (!load_is_good(load) || !in_range(agents, 1, SW_ERLANG_AGENTS_MAX) || within_ms < 0) return -SW_EINVAL;
    if (!is_stable(load, agents)) {
        *out = (struct sw_erlang){.p_wait = 1, .occupancy = 1, .asa_ms = SW_ERLANG_ENDLESS_MS};
        return 0;
    }
    double a = erlangs(load), p_wait = c_wait(load, agents, erlang_b(a, agents));
    *out = (struct sw_erlang){
        .stable = true,
        .p_wait = p_wait,
        .service_level = c_level(load, agents, within_ms, p_wait),
        .occupancy = a / (double)agents,
        .answer_rate = 1,
        .asa_ms = llround(p_wait * (double)load->aht_ms / idle(load, agents))};
    return 0;
}

/* ---- the incomplete gamma function ---- */

/* z^c e^-z / gamma(c + 1). By its distance from the peak (after C. Loader, Fast and Accurate Computation of Binomial
 * Probabilities, 2000), as the logarithms of the parts are large and nearly cancel. */
static double poisson_peak(double c, double z) {
    if (c < 16) return exp(c * log(z) - z - lgamma_r(c + 1, &(int){0}));
    double x = (z - c) / c, c2 = c * c;
    double stirling = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / (1680 * c2)) / c2) / c2) / c;
    return exp(-stirling - c * (x - log1p(x))) / sqrt(2 * PI * c);
}

/* The sum of z^j / ((c+1)...(c+j)) from j = 1 on; for z < c + 1, where each term is less than the one before. */
static double series(double c, double z) {
    double sum = 0, term = 1;
    for (int j = 1; j < TERMS_MAX; j++) {
        term *= z / (c + j);
        sum += term;
        if (term < sum * 1e-17) break;
    }
    return sum;
}

/* The upper function over z^c e^-z / gamma(c), by Legendre's continued fraction as Lentz sums it; for z >= c + 1. */
static double fraction(double c, double z) {
    double b = z + 1 - c, d = 1 / b, up = 1e300, sum = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double a = -i * (i - c);
        b += 2;
        d = 1 / (a * d + b);
        up = b + a / up;
        sum *= d * up;
        if (fabs(d * up - 1) < 1e-15) break;
    }
    return sum;
}

/* One point of the function: its value P(c, z) as `peak` times A(c, z), and A; where A is too large for a double, 1 / A
 * is 0. */
struct gamma {
    double peak;      /* z^c e^-z / gamma(c + 1) */
    double p;         /* P(c, z); where it underflows, the ratio of two is taken by `rest` */
    double rest;      /* A - 1, for z < c + 1 */
    double inverse_a; /* 1 / A */
    bool by_series;
};

static struct gamma gamma_at(double c, double z) {
    struct gamma g = {.peak = poisson_peak(c, z), .by_series = z < c + 1};
    if (g.by_series) {
        g.rest = series(c, z);
        g.p = g.peak * (1 + g.rest);
        g.inverse_a = 1 / (1 + g.rest);
    } else {
        g.p = 1 - g.peak * c * fraction(c, z);
        g.inverse_a = g.peak / g.p;
    }
    return g;
}

/* ---- Erlang A ---- */

/* The queue of Erlang A in the terms of the header's formulas. */
struct impatient {
    double c, y, r; /* agents x patience / aht; calls per patience; load per agent */
    double patience_ms;
    struct gamma g; /* at y */
    double p_wait, p_abandon;
    double answered; /* 1 - p_abandon, also where hardly anybody is answered and the difference would be all rounding */
};

/* LOAD above 0. */
static struct impatient impatient(const struct sw_load *l, int64_t patience_ms, int64_t agents, double b_before) {
    double per_patience = (double)l->calls_milli / 1000 / (double)l->interval_ms * (double)patience_ms;
    struct impatient q = {.c = (double)agents * (double)patience_ms / (double)l->aht_ms,
                          .y = per_patience,
                          .r = erlangs(l) / (double)agents,
                          .patience_ms = (double)patience_ms};
    q.g = gamma_at(q.c, q.y);
    double rb = q.r * b_before;
    bool underflown = rb <= 0; /* nobody waits */
    q.p_wait = underflown ? 0 : rb / (q.g.inverse_a + rb);
    double at_once = underflown ? 1 : q.g.inverse_a / (q.g.inverse_a + rb);
    q.answered = fmin(1, at_once + q.p_wait * (1 - q.g.inverse_a) / q.r);
    q.p_abandon = q.p_wait * fmax(0, 1 - (1 - q.g.inverse_a) / q.r);
    return q;
}

/* Share of the offered who are answered after more than WITHIN_MS. */
static double answered_late(const struct impatient *q, int64_t within_ms) {
    double t = (double)within_ms / q->patience_ms, z = q->y * exp(-t);
    if (z < 1e-300) return 0; /* nobody has so much patience */
    double exponent = q->y * -expm1(-t) - q->c * t, late;
    if (q->g.by_series) { /* z is less than y: its series too. P may underflow here: the ratio without it */
        late = exp(exponent) * series(q->c, z) * q->g.inverse_a;
    } else {
        struct gamma at = gamma_at(q->c, z);
        late = at.by_series ? at.peak * at.rest / q->g.p : (at.p - at.peak) / q->g.p;
    }
    return q->p_wait * late / q->r;
}

/* By its asymptotic series, brought up to arguments where that is exact. */
static double digamma(double x) {
    double sum = 0;
    for (; x < 16; x++) sum -= 1 / x;
    double x2 = x * x;
    return sum + log(x) - 1 / (2 * x) - (1.0 / 12 - (1.0 / 120 - 1.0 / (252 * x2)) / x2) / x2;
}

/* Mean wait of the answered, in patiences. Who finds k waiting has k + 1 departures to wait for; answered, that lasts
 * 1/(c+1) + ... + 1/(c+k+1) patiences, as those in front give up too. By the distribution of the number waiting, from its
 * peak outwards. */
static double wait_of_answered(const struct impatient *q) {
    /* 1/(c+1) + ... + 1/(c+k) = digamma(c + k + 1) - digamma(c + 1) */
    double peak = floor(fmax(1, q->y - q->c)), h = digamma(q->c + peak + 1) - digamma(q->c + 1);
    double weight = 1, sum = 1, waits = h, up = h;
    for (double k = peak + 1; k < peak + TERMS_MAX; k++) {
        weight *= q->y / (q->c + k);
        up += 1 / (q->c + k);
        sum += weight;
        waits += weight * up;
        if (weight * (1 + up) < 1e-17 * fmin(sum, waits)) break;
    }
    weight = 1;
    for (double k = peak; k > 1; k--) {
        weight *= (q->c + k) / q->y;
        h -= 1 / (q->c + k);
        sum += weight;
        waits += weight * h;
        if (weight < 1e-17 * sum) break;
    }
    /* The weights are of k = 1, 2, ... waiting; who finds k - 1 and will be answered has c / y = 1 / r of the weight of k. */
    double at_least_one = q->p_wait * (1 - q->g.inverse_a);
    return at_least_one * waits / sum / q->r / q->answered;
}

int sw_erlang_a(const struct sw_load *load, int64_t patience_ms, int64_t agents, int64_t within_ms,
                struct sw_erlang *out) {
    if (!load_is_good(load) || !in_range(agents, 1, SW_ERLANG_AGENTS_MAX) || within_ms < 0 ||
        !in_range(patience_ms, 1, SW_ERLANG_PATIENCE_MS_MAX))
        return -SW_EINVAL;
    if (!load->calls_milli) {
        *out = (struct sw_erlang){.stable = true, .service_level = 1, .answer_rate = 1};
        return 0;
    }
    struct impatient q = impatient(load, patience_ms, agents, erlang_b(erlangs(load), agents - 1));
    double level = q.answered - answered_late(&q, within_ms);
    *out = (struct sw_erlang){.stable = true,
                              .p_wait = q.p_wait,
                              .service_level = fmin(1, fmax(0, level)),
                              .occupancy = fmin(1, q.r * q.answered),
                              .p_abandon = q.p_abandon,
                              .answer_rate = q.answered,
                              .asa_ms = q.p_wait > 0 ? llround(wait_of_answered(&q) * (double)patience_ms) : 0};
    return 0;
}

/* ---- the fewest agents ---- */

static bool target_is_good(const struct sw_erlang_target *t) {
    return in_range(t->service_level_ppm, 0, 999999) && in_range(t->occupancy_ppm, 0, 1000000) && t->within_ms >= 0 &&
           (t->service_level_ppm || t->occupancy_ppm);
}

static bool meets_level(const struct sw_erlang_target *t, double level) {
    return level >= (double)t->service_level_ppm / 1e6 - TOLERANCE;
}

/* In integers from end to end: the least n with work x 10^6 <= n x 1000 x interval x ppm. */
static int64_t c_least(const struct sw_load *l, int64_t occupancy_ppm) {
    sw_wide den = (sw_wide)1000 * l->interval_ms * occupancy_ppm;
    return (int64_t)(((sw_wide)work(l) * 1000000 + den - 1) / den);
}

static int required_c(const struct sw_load *l, const struct sw_erlang_target *t, int64_t *agents) {
    int64_t least = t->occupancy_ppm ? c_least(l, t->occupancy_ppm) : 1;
    if (least > SW_ERLANG_AGENTS_MAX) return -SW_ELIMIT;
    if (!t->service_level_ppm) {
        *agents = least;
        return 0;
    }
    double a = erlangs(l), b = 1;
    for (int64_t n = 1; n <= SW_ERLANG_AGENTS_MAX; n++) {
        b = next_b(b, a, n);
        if (n < least || !is_stable(l, n)) continue;
        if (!meets_level(t, c_level(l, n, t->within_ms, c_wait(l, n, b)))) continue;
        *agents = n;
        return 0;
    }
    return -SW_ELIMIT;
}

static bool meets_a(const struct sw_load *l, int64_t patience_ms, const struct sw_erlang_target *t, int64_t agents,
                    double b_before) {
    struct impatient q = impatient(l, patience_ms, agents, b_before);
    if (t->occupancy_ppm && q.r * q.answered > (double)t->occupancy_ppm / 1e6 + TOLERANCE) return false;
    return !t->service_level_ppm || meets_level(t, q.answered - answered_late(&q, t->within_ms));
}

/* More agents are never worse, so the least that meet the target are found by halving. Erlang B goes upwards only: all of
 * it first. */
static int required_a(const struct sw_load *l, int64_t patience_ms, const struct sw_erlang_target *t, int64_t *agents) {
    double a = erlangs(l), b[SW_ERLANG_AGENTS_MAX] = {1}; /* b[n]: with n agents */
    for (int64_t n = 1; n < SW_ERLANG_AGENTS_MAX; n++) b[n] = next_b(b[n - 1], a, n);
    int64_t low = 0, high = SW_ERLANG_AGENTS_MAX + 1; /* low do not, high do */
    while (high - low > 1) {
        int64_t n = low + (high - low) / 2;
        if (meets_a(l, patience_ms, t, n, b[n - 1]))
            high = n;
        else
            low = n;
    }
    if (high > SW_ERLANG_AGENTS_MAX) return -SW_ELIMIT;
    *agents = high;
    return 0;
}

int sw_erlang_required(const struct sw_load *load, int64_t patience_ms, const struct sw_erlang_target *target,
                       int64_t *agents) {
    if (!load_is_good(load) || !target_is_good(target) || !in_range(patience_ms, 0, SW_ERLANG_PATIENCE_MS_MAX))
        return -SW_EINVAL;
    if (load->calls_milli) {
        if (patience_ms) return required_a(load, patience_ms, target, agents);
        return required_c(load, target, agents);
    }
    *agents = 0;
    return 0;
}

int64_t sw_erlang_patience(int64_t wait_answered_ms, int64_t wait_abandoned_ms, int64_t abandoned) {
    if (wait_answered_ms < 0 || wait_abandoned_ms < 0 || abandoned < SW_ERLANG_ABANDONED_MIN) return 0;
    sw_wide mean = ((sw_wide)wait_answered_ms + wait_abandoned_ms + abandoned / 2) / abandoned;
    return mean > SW_ERLANG_PATIENCE_MS_MAX ? SW_ERLANG_PATIENCE_MS_MAX : (int64_t)mean;
}
