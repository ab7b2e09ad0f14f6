/* Passes over activations for one instruction set; compiled once for each (see isa.h). */
#include "exact/elementwise_kernel.h"

#include "exact/isa.h"
#include "exact/vector.h"

#include <math.h>

static void rectify(size_t count, float *restrict y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = y[i] <= 0.0f ? 0.0f : y[i];
}

static void rectify_gradient(size_t count, const float *y, const float *dy, float *dz)
{
    for (size_t i = 0; i < count; i++)
        dz[i] = y[i] <= 0.0f ? 0.0f : dy[i];
}

static void add(size_t count, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

static void add_rectify(size_t count, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < count; i++) {
        float sum = y[i] + x[i];
        y[i] = sum <= 0.0f ? 0.0f : sum;
    }
}

/* Sums over rows go by columns, a vector of them at a time, whose sums stay in registers for as
 * many rows as the first cache holds. */
enum { CACHED = 4096, HALF = LANES / 2 };

struct sums {
    vector_doubles lower, upper;
};

INLINE struct sums load_sums(const double *from)
{
    return (struct sums){vector_load_doubles(from), vector_load_doubles(from + HALF)};
}

INLINE void store_sums(struct sums s, double *to)
{
    vector_store_doubles(to, s.lower);
    vector_store_doubles(to + HALF, s.upper);
}

INLINE struct sums add_to(struct sums s, vector v)
{
    return (struct sums){s.lower + vector_lower(v), s.upper + vector_upper(v)};
}

/* The products are exact. */
INLINE struct sums add_product(struct sums s, vector a, vector b)
{
    return (struct sums){s.lower + vector_lower(a) * vector_lower(b),
                         s.upper + vector_upper(a) * vector_upper(b)};
}

INLINE size_t cached_rows(size_t rows, size_t c)
{
    size_t most = CACHED / c > 0 ? CACHED / c : 1;
    return rows < most ? rows : most;
}

static void add_rows(size_t rows, size_t c, const float *restrict x, double *restrict sums)
{
    for (size_t n; rows > 0; rows -= n, x += n * c) {
        n = cached_rows(rows, c);
        size_t k = 0;
        for (; k + LANES <= c; k += LANES) {
            struct sums s = load_sums(sums + k);
            for (size_t row = 0; row < n; row++)
                s = add_to(s, vector_load(x + row * c + k));
            store_sums(s, sums + k);
        }
        for (; k < c; k++) {
            for (size_t row = 0; row < n; row++)
                sums[k] += (double)x[row * c + k];
        }
    }
}

static void moments(size_t rows, size_t c, const float *restrict x, double *restrict sums,
                    double *restrict squares)
{
    for (size_t n; rows > 0; rows -= n, x += n * c) {
        n = cached_rows(rows, c);
        size_t k = 0;
        for (; k + LANES <= c; k += LANES) {
            struct sums s = load_sums(sums + k), q = load_sums(squares + k);
            for (size_t row = 0; row < n; row++) {
                vector v = vector_load(x + row * c + k);
                s = add_to(s, v);
                q = add_product(q, v, v);
            }
            store_sums(s, sums + k);
            store_sums(q, squares + k);
        }
        for (; k < c; k++) {
            for (size_t row = 0; row < n; row++) {
                double value = (double)x[row * c + k];
                sums[k] += value;
                squares[k] += value * value;
            }
        }
    }
}

static void normalise(size_t rows, size_t c, const struct norm_vectors *norm,
                      const float *restrict x, float *restrict y)
{
    const float *restrict mean = norm->mean, *restrict scale = norm->scale;
    const float *restrict shift = norm->shift;
    bool rectified = norm->rectified;
    for (size_t row = 0; row < rows; row++, x += c, y += c) {
        for (size_t k = 0; k < c; k++) {
            float z = (x[k] - mean[k]) * scale[k] + shift[k];
            y[k] = rectified && z <= 0.0f ? 0.0f : z;
        }
    }
}

/* dy, or 0 where the output was rectified; the output is computed again instead of being read. */
static inline float unrectified(bool rectified, float centred, float scale, float shift, float dy)
{
    return rectified && centred * scale + shift <= 0.0f ? 0.0f : dy;
}

static void norm_sums(size_t rows, size_t c, const struct norm_vectors *norm,
                      const float *restrict x, const float *restrict dy, double *restrict sums,
                      double *restrict products)
{
    const float *restrict mean = norm->mean, *restrict scale = norm->scale;
    const float *restrict shift = norm->shift;
    bool rectified = norm->rectified;
    for (size_t n; rows > 0; rows -= n, x += n * c, dy += n * c) {
        n = cached_rows(rows, c);
        size_t k = 0;
        for (; k + LANES <= c; k += LANES) {
            struct sums s = load_sums(sums + k), p = load_sums(products + k);
            vector m = vector_load(mean + k), a = vector_load(scale + k);
            vector b = vector_load(shift + k);
            for (size_t row = 0; row < n; row++) {
                vector centred = vector_load(x + row * c + k) - m;
                vector dz = vector_load(dy + row * c + k);
                if (rectified)
                    dz = vector_rectify(centred * a + b, dz);
                s = add_to(s, dz);
                p = add_product(p, dz, centred);
            }
            store_sums(s, sums + k);
            store_sums(p, products + k);
        }
        for (; k < c; k++) {
            for (size_t row = 0; row < n; row++) {
                float centred = x[row * c + k] - mean[k];
                double dz
                    = (double)unrectified(rectified, centred, scale[k], shift[k], dy[row * c + k]);
                sums[k] += dz;
                products[k] += dz * (double)centred;
            }
        }
    }
}

static void norm_gradient(size_t rows, size_t c, const struct norm_vectors *norm,
                          const float *restrict average, const float *restrict slope,
                          const float *restrict x, const float *restrict dy, float *restrict dx)
{
    const float *restrict mean = norm->mean, *restrict scale = norm->scale;
    const float *restrict shift = norm->shift;
    bool rectified = norm->rectified;
    for (size_t row = 0; row < rows; row++, x += c, dy += c, dx += c) {
        for (size_t k = 0; k < c; k++) {
            float centred = x[k] - mean[k];
            float dz = unrectified(rectified, centred, scale[k], shift[k], dy[k]);
            dx[k] = scale[k] * (dz - average[k] - centred * slope[k]);
        }
    }
}

/* In short runs, places first: a loop over bytes and floats at once becomes no vectors. */
static void pool_max(size_t count, uint8_t w, const float *restrict x, float *restrict y,
                     uint8_t *restrict place)
{
    enum { RUN = 64 };
    for (size_t begin = 0; begin < count; begin += RUN) {
        size_t end = count - begin < RUN ? count : begin + RUN;
        uint32_t greater[RUN];
        for (size_t i = begin; i < end; i++) {
            uint32_t more = (x[i] > y[i]) | (x[i] != x[i]); /* or NaN */
            greater[i - begin] = more;
            y[i] = more ? x[i] : y[i];
        }
        for (size_t i = begin; i < end; i++)
            place[i] = greater[i - begin] ? w : place[i];
    }
}

static void pool_max_gradient(size_t count, uint8_t w, const float *restrict dy,
                              const uint8_t *restrict place, float *restrict dx)
{
    for (size_t i = 0; i < count; i++)
        dx[i] = place[i] == w ? dy[i] : 0.0f;
}

static void adam(size_t count, const struct adam_constants *constants, const float *restrict g,
                 float *restrict m, float *restrict v, float *restrict w)
{
    const struct adam_constants k = *constants;
    for (size_t i = 0; i < count; i++) {
        m[i] = k.keep1 * m[i] + k.take1 * g[i];
        v[i] = k.keep2 * v[i] + k.take2 * (g[i] * g[i]);
        w[i] -= k.rate * m[i] / (sqrtf(v[i]) / k.root + k.epsilon);
    }
}

const struct elementwise_kernels ISA_SYMBOL(elementwise) = {.rectify = rectify,
                                                            .rectify_gradient = rectify_gradient,
                                                            .add = add,
                                                            .add_rectify = add_rectify,
                                                            .add_rows = add_rows,
                                                            .moments = moments,
                                                            .normalise = normalise,
                                                            .norm_sums = norm_sums,
                                                            .norm_gradient = norm_gradient,
                                                            .pool_max = pool_max,
                                                            .pool_max_gradient = pool_max_gradient,
                                                            .adam = adam};
