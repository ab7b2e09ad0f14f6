/* Compares exact_expf and exact_logf with MPFR for every float32 argument, and counts where
 * rounding twice, (float)exact_exp and (float)exact_log, gives another float. From the repository's
 * root:
 *
 *   gcc -std=gnu11 -O3 -march=native -fno-math-errno -fno-trapping-math -ffp-contract=off \
 *       -Isrc -o /tmp/check-elementary \
 *       tests/oracle/check-elementary.c -lmpfr -lgmp -lm   (Debian: libmpfr-dev)
 *   /tmp/check-elementary
 *
 * It takes some minutes on one core: everything is done that may matter, and no more.
 *  - MPFR is asked (at 160 bits) for values within 2^-45, relatively, of the middle of two floats,
 *    for those that are subnormal floats or near overflow, and for one argument in 4096 of all. For
 *    the others the pair's leading double must give the same float: its error, below 2^-52 where
 *    MPFR was asked, cannot decide.
 *  - exp is compared so for every argument of 2^-26 <= |x| within -104..89. Nearer to 0 it must be
 *    1: 1 + x <= exp(x) <= 1 + x + x^2 there, so it lies between 1 - 2^-25 and 1 + 2^-24, the
 *    middles between 1 and its neighbours. Beyond it must be 0 or infinity, by far.
 *  - log is composed as exact_log composes it, the fraction's logarithm computed once for all
 *    exponents; for one argument in 4096 the composed value is compared with exact_logf's. */
#include <math.h>

/* The same value by a multiplication, which lets the compiler work on several arguments at once. */
static inline double scale_by(double x, int k)
{
    return k == -8 ? x * 0x1p-8 : ldexp(x, k);
}
#define ldexp scale_by
#include "../../src/exact/elementary.c"

#include <float.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { STRATUM = 4096, PIECE = 1024, BITS = 160 };

struct count {
    unsigned long arguments, asked, known, wrong, twice;
    double error; /* greatest relative error of a pair so far */
};

static mpfr_t value, difference;

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t to_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Whether a relative error of 2^-45 could decide which float is nearest. */
static bool is_near_middle(double d)
{
    float f = (float)d;
    if (!(fabs(d) > 0x1p-125 && fabsf(f) < FLT_MAX))
        return true;
    double next = (double)nextafterf(f, d > (double)f ? INFINITY : -INFINITY);
    return fabs(d - ((double)f + next) / 2) <= 0x1p-45 * fabs(d);
}

/* pair * 2^scale is what `got` was rounded from. */
static void compare(struct count *count, float x, float got, struct pair pair, int scale,
                    int (*function)(mpfr_t, const mpfr_t, mpfr_rnd_t), const char *name)
{
    double rounded = ldexp(pair.high, scale);
    float want = (float)rounded;
    count->arguments++;
    if (is_near_middle(rounded) || count->arguments % STRATUM == 0) {
        count->asked++;
        mpfr_set_flt(value, x, MPFR_RNDN);
        function(value, value, MPFR_RNDN);
        want = mpfr_get_flt(value, MPFR_RNDN);
        if (mpfr_regular_p(value) && isfinite(rounded) && rounded != 0) {
            mpfr_mul_2si(difference, value, -scale, MPFR_RNDN);
            mpfr_sub_d(difference, difference, pair.high, MPFR_RNDN);
            mpfr_sub_d(difference, difference, pair.low, MPFR_RNDN);
            double error = fabs(mpfr_get_d(difference, MPFR_RNDN) / pair.high);
            count->error = error > count->error ? error : count->error;
        }
    }
    if (got != want && count->wrong++ < 20)
        printf("%s(%a) is %a, not %a\n", name, (double)x, (double)got, (double)want);
    if ((float)rounded != want && count->twice++ < 20)
        printf("%s(%a): rounding twice gives %a, not %a\n", name, (double)x, (double)(float)rounded,
               (double)want);
}

static void report(const char *name, const struct count *count)
{
    printf("%s: %lu arguments, MPFR asked for %lu, and %lu of known value; %lu wrong; %lu wrong if "
           "rounded twice; greatest error of a pair seen 2^%.1f\n",
           name, count->arguments, count->asked, count->known, count->wrong, count->twice,
           log2(count->error));
    fflush(stdout);
}

/* Arguments whose value is known without MPFR. */
static void check_exp_is(struct count *count, uint32_t sign, uint32_t first, uint32_t last,
                         float value)
{
    unsigned long wrong = 0;
    for (uint64_t bits = first; bits <= last; bits++)
        wrong += exact_expf(from_bits((uint32_t)bits | sign << 31)) != value;
    if (wrong > 0)
        printf("exp: %lu wrong where it is %a\n", wrong, (double)value);
    count->known += last - first + 1;
    count->wrong += wrong;
}

/* Arguments from first to last in their bits, with the sign. */
static void check_exp_range(struct count *count, uint32_t sign, uint32_t first, uint32_t last)
{
    static double high[PIECE], low[PIECE], x[PIECE];
    static int k[PIECE];
    for (uint64_t from = first; from <= last; from += PIECE) {
        for (uint32_t i = 0; i < PIECE; i++)
            x[i] = (double)from_bits(((uint32_t)from + i) | sign << 31);
        for (uint32_t i = 0; i < PIECE; i++) {
            struct pair pair = exp_reduced(x[i], &k[i]);
            high[i] = pair.high;
            low[i] = pair.low;
        }
        for (uint32_t i = 0; i < PIECE && from + i <= last; i++) {
            struct pair pair = {high[i], low[i]};
            float got = (float)ldexp(round_to_odd(pair), k[i]);
            if (count->arguments % STRATUM == 0 && exact_expf((float)x[i]) != got)
                abort();
            compare(count, (float)x[i], got, pair, k[i], mpfr_exp, "exp");
        }
    }
}

static struct count check_exp(void)
{
    struct count count = {0};
    for (uint32_t sign = 0; sign < 2; sign++) {
        uint32_t middle = to_bits(0x1p-26f), last = to_bits(sign ? 104 : 89);
        check_exp_range(&count, sign, middle, last);
        check_exp_is(&count, sign, 0, middle - 1, 1.0f);
        check_exp_is(&count, sign, last + 1, 0x7f800000, sign ? 0.0f : INFINITY);
        report(sign ? "exp" : "exp, x >= 0", &count);
    }
    return count;
}

static struct count check_log(void)
{
    struct count count = {0};
    for (uint32_t bits = 1; bits < 0x00800000; bits++) {
        float x = from_bits(bits);
        compare(&count, x, exact_logf(x), log_pair((double)x), 0, mpfr_log, "log");
    }
    for (uint32_t fraction = 0; fraction < 0x00800000; fraction++) {
        double m = ldexp(0x00800000 + (double)fraction, -24);
        int lower = m < 0x1.6a09e667f3bcdp-1;
        struct pair log_m = log_fraction(lower ? 2 * m : m);
        for (uint32_t exponent = 1; exponent < 255; exponent++) {
            float x = from_bits(exponent << 23 | fraction);
            struct pair pair = log_scaled((int)exponent - 126 - lower, log_m);
            float got = (float)round_to_odd(pair);
            if (count.arguments % STRATUM == 0 && exact_logf(x) != got)
                abort();
            compare(&count, x, got, pair, 0, mpfr_log, "log");
        }
    }
    return count;
}

int main(void)
{
    mpfr_init2(value, BITS);
    mpfr_init2(difference, BITS);
    struct count exp = check_exp();
    struct count log = check_log();
    report("log", &log);
    return log.wrong + exp.wrong > 0;
}
