#include "exact/elementary.h"

#include <math.h>

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

/* exp(x) = 2^k exp(r)^256 with r = (x - k ln 2) / 256, |r| < 0.00136; exp(r) by its Taylor series,
 * whose first neglected term is r^10 / 10! < 2^-116. Squaring eight times costs eight bits. */
double exact_exp(double x)
{
    enum { TERMS = 9, SQUARINGS = 8 };
    if (isnan(x))
        return x;
    if (x > 709.8)
        return INFINITY;
    if (x < -745.2)
        return 0.0;
    double k = floor(x / LN2.high + 0.5);
    struct pair r = add((struct pair){x, 0}, multiply((struct pair){-k, 0}, LN2));
    r.high = ldexp(r.high, -SQUARINGS);
    r.low = ldexp(r.low, -SQUARINGS);
    const struct pair one = {1, 0};
    struct pair sum = one;
    for (int n = TERMS; n >= 1; n--)
        sum = add(one, divide(multiply(r, sum), (struct pair){n, 0}));
    for (int i = 0; i < SQUARINGS; i++)
        sum = multiply(sum, sum);
    return ldexp(sum.high, (int)k);
}

/* log(x) = k ln 2 + log(m) with m within [sqrt(1/2), sqrt(2)); log(m) = 2 artanh(s) with
 * s = (m - 1) / (m + 1), |s| < 0.1716, whose first neglected term is s^44 / 45 < 2^-117 of it. */
double exact_log(double x)
{
    enum { TERMS = 22 };
    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0)
        return -INFINITY;
    if (isinf(x))
        return x;
    int k;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
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
    return add(multiply((struct pair){k, 0}, LN2), sum).high;
}
