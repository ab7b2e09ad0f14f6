#include "exact/elementary.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* An unevaluated sum, |low| at most half a unit in the last place of high. */
struct pair {
    double high, low;
};

static const struct pair LN2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

/* a + b exactly, where |a| >= |b|. */
static struct pair add_ordered(double a, double b)
{
    double sum = a + b;
    return (struct pair){sum, b - (sum - a)};
}

/* a + b exactly (Knuth's two-sum). */
static struct pair add_exact(double a, double b)
{
    double sum = a + b;
    double b_part = sum - a;
    return (struct pair){sum, (a - (sum - b_part)) + (b - b_part)};
}

static struct pair add(struct pair a, struct pair b)
{
    struct pair high = add_exact(a.high, b.high);
    struct pair low = add_exact(a.low, b.low);
    high = add_ordered(high.high, high.low + low.high);
    return add_ordered(high.high, high.low + low.low);
}

static struct pair multiply(struct pair a, struct pair b)
{
    double high = a.high * b.high;
    double low = fma(a.high, b.high, -high) + (a.high * b.low + a.low * b.high);
    return add_ordered(high, low);
}

static struct pair divide(struct pair a, struct pair b)
{
    double first = a.high / b.high;
    struct pair rest = add(a, multiply((struct pair){-first, 0}, b));
    double second = rest.high / b.high;
    rest = add(rest, multiply((struct pair){-second, 0}, b));
    struct pair quotient = add_ordered(first, second);
    return add_ordered(quotient.high, quotient.low + rest.high / b.high);
}

/* The pair as a double rounded to odd: unless the double is the sum already, the one of the two
 * doubles about the sum whose last bit is 1. The bit stands for all that was cut off, so that a
 * further rounding, to a format at least two bits shorter, is the only one that counts (Boldo &
 * Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
 * odd", IEEE Trans. Computers 57, 2008). */
static double round_to_odd(struct pair sum)
{
    uint64_t bits;
    memcpy(&bits, &sum.high, sizeof bits);
    if (sum.low != 0 && bits % 2 == 0)
        bits = signbit(sum.low) == signbit(sum.high) ? bits + 1 : bits - 1;
    double odd;
    memcpy(&odd, &bits, sizeof odd);
    return odd;
}

/* exp(x) = 2^k exp(r)^256 with r = (x - k ln 2) / 256, |r| < 0.00136; exp(r) by its Taylor series,
 * whose first neglected term is r^10 / 10! < 2^-116. Squaring eight times costs eight bits.
 * Returns exp(r)^256; x is finite. */
static struct pair exp_reduced(double x, int *k)
{
    enum { TERMS = 9, SQUARINGS = 8 };
    double multiple = floor(x / LN2.high + 0.5);
    struct pair r = add((struct pair){x, 0}, multiply((struct pair){-multiple, 0}, LN2));
    r.high = ldexp(r.high, -SQUARINGS);
    r.low = ldexp(r.low, -SQUARINGS);
    const struct pair one = {1, 0};
    struct pair sum = one;
    for (int n = TERMS; n >= 1; n--)
        sum = add(one, divide(multiply(r, sum), (struct pair){n, 0}));
    for (int i = 0; i < SQUARINGS; i++)
        sum = multiply(sum, sum);
    *k = (int)multiple;
    return sum;
}

double exact_exp(double x)
{
    if (isnan(x))
        return x;
    if (x > 709.8)
        return INFINITY;
    if (x < -745.2)
        return 0.0;
    int k;
    struct pair sum = exp_reduced(x, &k);
    return ldexp(sum.high, k);
}

float exact_expf(float x)
{
    if (isnan(x))
        return x;
    if (x > 89)
        return INFINITY;
    if (x < -104)
        return 0.0f;
    int k;
    struct pair sum = exp_reduced((double)x, &k);
    /* 2^k is far within double's range, so the conversion is the one rounding, to a subnormal
     * float or to infinity too. */
    return (float)ldexp(round_to_odd(sum), k);
}

/* log(m) for m within [sqrt(1/2), sqrt(2)): 2 artanh(s) with s = (m - 1) / (m + 1), |s| < 0.1716,
 * whose first neglected term is s^44 / 45 < 2^-117 of it. */
static struct pair log_fraction(double m)
{
    enum { TERMS = 22 };
    struct pair s = divide((struct pair){m - 1, 0}, add_exact(m, 1));
    struct pair square = multiply(s, s);
    struct pair sum = {0, 0};
    for (int n = TERMS - 1; n >= 0; n--) {
        struct pair term = divide((struct pair){1, 0}, (struct pair){2 * n + 1, 0});
        sum = add(term, multiply(square, sum));
    }
    sum = multiply(sum, s);
    sum.high *= 2;
    sum.low *= 2;
    return sum;
}

/* log(2^k m), given log(m). */
static struct pair log_scaled(int k, struct pair log_m)
{
    return add(multiply((struct pair){k, 0}, LN2), log_m);
}

/* x is finite and above 0. */
static struct pair log_pair(double x)
{
    int k;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
    return log_scaled(k, log_fraction(m));
}

double exact_log(double x)
{
    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0)
        return -INFINITY;
    return isinf(x) ? x : log_pair(x).high;
}

float exact_logf(float x)
{
    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0)
        return -INFINITY;
    return isinf(x) ? x : (float)round_to_odd(log_pair((double)x));
}
