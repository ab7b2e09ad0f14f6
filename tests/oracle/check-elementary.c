/* Compares exact_expf and exact_logf with MPFR for every float32 argument, and counts where
 * rounding twice, (float)exact_exp and (float)exact_log, gives another float. From the repository's
 * root:
 *
 *   gcc -std=gnu11 -O2 -ffp-contract=off -mfma -Isrc -o /tmp/check-elementary \
 *       tests/oracle/check-elementary.c -lmpfr -lgmp -lm   (Debian: libmpfr-dev)
 *   /tmp/check-elementary
 *
 * MPFR is slow, so it is asked (at 160 bits) only where it could decide: for values within 2^-45,
 * relatively, of the middle of two floats, for those that are subnormal floats or near overflow,
 * and for one argument in 4096 of all. For the others the pair's leading double, whose error is far
 * below 2^-45 if those are right, must give the same float. exp is called for every argument. log
 * is composed as exact_log composes it, the fraction's logarithm computed once for all exponents;
 * for one argument in 4096 the composed value is compared with exact_logf's. */
#include "../../src/exact/elementary.c"

#include <float.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { STRATUM = 4096, BITS = 160 };

struct count {
    unsigned long arguments, asked, wrong, twice;
    double error; /* greatest relative error of a pair so far */
};

static mpfr_t value, difference;

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
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
    printf("%s: %lu arguments, MPFR asked for %lu, %lu wrong; %lu wrong if rounded twice; greatest "
           "error of a pair seen 2^%.1f\n",
           name, count->arguments, count->asked, count->wrong, count->twice, log2(count->error));
    fflush(stdout);
}

static struct count check_exp(void)
{
    struct count count = {0};
    for (uint32_t sign = 0; sign < 2; sign++) {
        for (uint32_t bits = 0; bits <= 0x7f800000; bits++) {
            float x = from_bits(bits | sign << 31);
            int k = 0;
            /* Beyond, exp is 0 or infinity in float by far, which the stratum samples. */
            struct pair pair = {x < 0 ? 0 : INFINITY, 0};
            if (x >= -104 && x <= 89)
                pair = exp_reduced((double)x, &k);
            float got = x >= -104 && x <= 89 ? (float)ldexp(round_to_odd(pair), k) : exact_expf(x);
            if (bits % STRATUM == 0 && exact_expf(x) != got)
                abort();
            if (isfinite(pair.high) && pair.high != 0)
                compare(&count, x, got, pair, k, mpfr_exp, "exp");
            else if (count.arguments++, (double)got != pair.high)
                count.wrong++;
        }
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
    struct count log = check_log();
    report("log", &log);
    struct count exp = check_exp();
    report("exp", &exp);
    return log.wrong + exp.wrong > 0;
}
