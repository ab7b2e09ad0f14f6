/* Winograd's transforms for one instruction set; compiled once for each (see isa.h). */
#include "exact/winograd_kernel.h"
#include "exact/isa.h"
#include "exact/vector.h"

#define INLINE static inline __attribute__((always_inline))

INLINE vector times(float constant, vector x)
{
    return vector_splat(constant) * x;
}

/* constant * x + y, rounded once. */
INLINE vector plus(float constant, vector x, vector y)
{
    return vector_fma(vector_splat(constant), x, y);
}

/* B' d: 6 -> 6 */
INLINE void forward_in(const vector d[6], vector r[6])
{
    vector even = plus(-4, d[2], d[4]), odd = plus(-4, d[1], d[3]);
    vector even2 = d[4] - d[2], odd2 = times(2, d[3] - d[1]);
    r[0] = plus(4, d[0], plus(-5, d[2], d[4]));
    r[1] = even + odd;
    r[2] = even - odd;
    r[3] = even2 + odd2;
    r[4] = even2 - odd2;
    r[5] = plus(4, d[1], plus(-5, d[3], d[5]));
}

/* B r: 6 -> 6, the adjoint of forward_in */
INLINE void backward_in(const vector r[6], vector d[6])
{
    vector sum1 = r[1] + r[2], difference1 = r[1] - r[2];
    vector sum2 = r[3] + r[4], difference2 = r[3] - r[4];
    d[0] = times(4, r[0]);
    d[1] = plus(4, r[5], plus(-4, difference1, times(-2, difference2)));
    d[2] = plus(-5, r[0], plus(-4, sum1, -sum2));
    d[3] = plus(-5, r[5], plus(2, difference2, difference1));
    d[4] = r[0] + (sum1 + sum2);
    d[5] = r[5];
}

/* A' m: 6 -> 4 */
INLINE void forward_out(const vector m[6], vector y[4])
{
    vector sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    vector sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    y[0] = m[0] + (sum1 + sum2);
    y[1] = plus(2, difference2, difference1);
    y[2] = plus(4, sum2, sum1);
    y[3] = plus(8, difference2, difference1) + m[5];
}

/* A y: 4 -> 6, the adjoint of forward_out */
INLINE void backward_out(const vector y[4], vector m[6])
{
    vector even1 = y[0] + y[2], odd1 = y[1] + y[3];
    vector even2 = plus(4, y[2], y[0]), odd2 = plus(8, y[3], times(2, y[1]));
    m[0] = y[0];
    m[1] = even1 + odd1;
    m[2] = even1 - odd1;
    m[3] = even2 + odd2;
    m[4] = even2 - odd2;
    m[5] = y[3];
}

/* G g: 3 -> 6 */
INLINE void forward_filter(const vector g[3], vector u[6])
{
    vector sum = g[0] + g[2], even = plus(1 / 24.0f, g[0], times(1 / 6.0f, g[2]));
    vector odd = times(1 / 12.0f, g[1]);
    u[0] = times(0.25f, g[0]);
    u[1] = times(-1 / 6.0f, sum + g[1]);
    u[2] = times(-1 / 6.0f, sum - g[1]);
    u[3] = even + odd;
    u[4] = even - odd;
    u[5] = g[2];
}

/* G' u: 6 -> 3, the adjoint of forward_filter */
INLINE void backward_filter(const vector u[6], vector g[3])
{
    vector sum1 = u[1] + u[2], difference1 = u[2] - u[1];
    vector sum2 = u[3] + u[4], difference2 = u[3] - u[4];
    g[0] = plus(0.25f, u[0], plus(-1 / 6.0f, sum1, times(1 / 24.0f, sum2)));
    g[1] = plus(1 / 6.0f, difference1, times(1 / 12.0f, difference2));
    g[2] = plus(1 / 6.0f, sum2 - sum1, u[5]);
}

INLINE bool is_inside(const struct winograd_tile *t, size_t i, size_t j)
{
    return i >= t->first_row && i < t->end_row && j >= t->first_column && j < t->end_column;
}

/* Where element (i,j) of a tile lies in its image, channel c. */
INLINE ptrdiff_t place(const struct winograd_tile *t, size_t i, size_t j, size_t c)
{
    return t->origin + (ptrdiff_t)(i * t->row_stride + j * t->channels + c);
}

/* Element (i,j) of a tile, channels c .. c + LANES - 1; zero outside the image. */
INLINE vector load(const struct winograd_tile *t, const float *from, size_t i, size_t j, size_t c)
{
    if (!is_inside(t, i, j))
        return vector_splat(0.0f);
    return vector_load(from + place(t, i, j, c));
}

INLINE bool is_whole(const struct winograd_tile *t, size_t side)
{
    return t->first_row == 0 && t->end_row == side && t->first_column == 0 && t->end_column == side;
}

static void input(const struct winograd_tile *t, const float *d, float *v)
{
    bool whole = is_whole(t, 6);
    for (size_t c = 0; c < t->channels; c += LANES) {
        vector half[6][6]; /* [column][row of B' d] */
        for (size_t j = 0; j < 6; j++) {
            vector column[6];
            for (size_t i = 0; i < 6; i++)
                column[i] = whole ? vector_load(d + place(t, i, j, c)) : load(t, d, i, j, c);
            forward_in(column, half[j]);
        }
        for (size_t i = 0; i < 6; i++) {
            vector row[6], out[6];
            for (size_t j = 0; j < 6; j++)
                row[j] = half[j][i];
            forward_in(row, out);
            for (size_t k = 0; k < 6; k++)
                vector_store(v + (6 * i + k) * t->plane + c, out[k]);
        }
    }
}

static void output(const struct winograd_tile *t, const float *m, const float *bias, float *y)
{
    bool whole = is_whole(t, 4);
    for (size_t c = 0; c < t->channels; c += LANES) {
        vector half[6][4], added = vector_load(bias + c);
        for (size_t j = 0; j < 6; j++) {
            vector column[6];
            for (size_t i = 0; i < 6; i++)
                column[i] = vector_load(m + (6 * i + j) * t->plane + c);
            forward_out(column, half[j]);
        }
        for (size_t i = 0; i < 4; i++) {
            vector row[6], out[4];
            for (size_t j = 0; j < 6; j++)
                row[j] = half[j][i];
            forward_out(row, out);
            for (size_t j = 0; j < 4; j++) {
                if (whole || is_inside(t, i, j))
                    vector_store(y + place(t, i, j, c), out[j] + added);
            }
        }
    }
}

static void output_adjoint(const struct winograd_tile *t, const float *dy, float *dm)
{
    bool whole = is_whole(t, 4);
    for (size_t c = 0; c < t->channels; c += LANES) {
        vector half[4][6];
        for (size_t j = 0; j < 4; j++) {
            vector column[4];
            for (size_t i = 0; i < 4; i++)
                column[i] = whole ? vector_load(dy + place(t, i, j, c)) : load(t, dy, i, j, c);
            backward_out(column, half[j]);
        }
        for (size_t i = 0; i < 6; i++) {
            vector row[4], out[6];
            for (size_t j = 0; j < 4; j++)
                row[j] = half[j][i];
            backward_out(row, out);
            for (size_t k = 0; k < 6; k++)
                vector_store(dm + (6 * i + k) * t->plane + c, out[k]);
        }
    }
}

static void input_adjoint(const struct winograd_tile *t, const float *dv, float *dd)
{
    bool whole = is_whole(t, 6);
    for (size_t c = 0; c < t->channels; c += LANES) {
        vector half[6][6];
        for (size_t j = 0; j < 6; j++) {
            vector column[6];
            for (size_t i = 0; i < 6; i++)
                column[i] = vector_load(dv + (6 * i + j) * t->plane + c);
            backward_in(column, half[j]);
        }
        for (size_t i = 0; i < 6; i++) {
            vector row[6], out[6];
            for (size_t j = 0; j < 6; j++)
                row[j] = half[j][i];
            backward_in(row, out);
            for (size_t j = 0; j < 6; j++) {
                if (!whole && !is_inside(t, i, j))
                    continue;
                float *to = dd + place(t, i, j, c);
                vector_store(to, vector_load(to) + out[j]);
            }
        }
    }
}

static void filter(size_t count, size_t stride, const float *g, float *u)
{
    for (size_t n = 0; n < count; n += LANES) {
        vector half[3][6];
        for (size_t j = 0; j < 3; j++) {
            vector column[3];
            for (size_t i = 0; i < 3; i++)
                column[i] = vector_load(g + (3 * i + j) * stride + n);
            forward_filter(column, half[j]);
        }
        for (size_t i = 0; i < 6; i++) {
            vector row[3], out[6];
            for (size_t j = 0; j < 3; j++)
                row[j] = half[j][i];
            forward_filter(row, out);
            for (size_t k = 0; k < 6; k++)
                vector_store(u + (6 * i + k) * stride + n, out[k]);
        }
    }
}

static void filter_adjoint(size_t count, size_t stride, const float *du, float *dg)
{
    for (size_t n = 0; n < count; n += LANES) {
        vector half[6][3];
        for (size_t j = 0; j < 6; j++) {
            vector column[6];
            for (size_t i = 0; i < 6; i++)
                column[i] = vector_load(du + (6 * i + j) * stride + n);
            backward_filter(column, half[j]);
        }
        for (size_t i = 0; i < 3; i++) {
            vector row[6], out[3];
            for (size_t j = 0; j < 6; j++)
                row[j] = half[j][i];
            backward_filter(row, out);
            for (size_t j = 0; j < 3; j++)
                vector_store(dg + (3 * i + j) * stride + n, out[j]);
        }
    }
}

const struct winograd_kernels ISA_SYMBOL(winograd) = {.input = input,
                                                      .output = output,
                                                      .output_adjoint = output_adjoint,
                                                      .input_adjoint = input_adjoint,
                                                      .filter = filter,
                                                      .filter_adjoint = filter_adjoint};
