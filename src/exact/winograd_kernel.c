/* Winograd's transforms for one instruction set; compiled once for each (see isa.h). */
#include "exact/winograd_kernel.h"
#include "exact/isa.h"
#include "exact/vector.h"

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
INLINE ptrdiff_t place_of(const struct winograd_tile *t, size_t i, size_t j, size_t c)
{
    return t->origin + (ptrdiff_t)(i * t->row_stride + j * t->channels + c);
}

/* Element (i,j) of a tile, channels c .. c + LANES - 1; zero outside the image. */
INLINE vector load(const struct winograd_tile *t, const float *from, size_t i, size_t j, size_t c)
{
    if (!is_inside(t, i, j))
        return vector_splat(0.0f);
    return vector_load(from + place_of(t, i, j, c));
}

INLINE bool is_whole(const struct winograd_tile *t, size_t side)
{
    return t->first_row == 0 && t->end_row == side && t->first_column == 0 && t->end_column == side;
}

/* Asks for the four columns that the next tile to the right does not share with this one: the way
 * through a tile is too short and scattered for the processor to guess. Of an image's last tile
 * they may lie behind the image, which is no address to compute but as a number. */
INLINE void fetch_next(const struct winograd_tile *t, const float *d, size_t c)
{
    for (size_t i = t->first_row; i < t->end_row; i++) {
        for (size_t j = 6; j < 10; j++)
            __builtin_prefetch(
                (const void *)((uintptr_t)d + (uintptr_t)place_of(t, i, j, c) * sizeof *d));
    }
}

static void input(const struct winograd_tile *t, const float *d, float *v)
{
    bool whole = is_whole(t, 6);
    for (size_t c = 0; c < t->channels; c += LANES) {
        fetch_next(t, d, c);
        vector half[6][6]; /* [column][row of B' d] */
        for (size_t j = 0; j < 6; j++) {
            vector column[6];
            for (size_t i = 0; i < 6; i++)
                column[i] = whole ? vector_load(d + place_of(t, i, j, c)) : load(t, d, i, j, c);
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

/* Where the window of elements (2i,2j) .. (2i+1,2j+1) lies in the pooled image. */
INLINE ptrdiff_t pooled_place(const struct winograd_tile *t, size_t i, size_t j, size_t c)
{
    return t->pooled + (ptrdiff_t)(i * t->pooled_stride + j * t->channels + c);
}

/* The greatest of the window of elements (2i,2j) .. (2i+1,2j+1), as pool.h has it. */
INLINE vector take_greatest(vector z[4][4], size_t i, size_t j, vector_bits *place)
{
    vector best = z[2 * i][2 * j];
    *place = (vector_bits){0};
    for (int w = 1; w < 4; w++) {
        vector next = z[2 * i + (size_t)w / 2][2 * j + (size_t)w % 2];
        vector_bits more = (vector_bits)(next > best) | (vector_bits)(next != next);
        best = vector_choose(more, next, best);
        *place = (more & w) | (~more & *place);
    }
    return best;
}

/* A' m A + bias of one tile, channels c .. c + LANES - 1. */
INLINE void transform_output(const struct winograd_tile *t, const struct winograd_tail *tail,
                             const float *m, size_t c, vector z[4][4])
{
    vector half[6][4], bias = vector_load(tail->bias + c);
    for (size_t j = 0; j < 6; j++) {
        vector column[6];
        for (size_t i = 0; i < 6; i++)
            column[i] = vector_load(m + (6 * i + j) * t->plane + c);
        forward_out(column, half[j]);
    }
    for (size_t i = 0; i < 4; i++) {
        vector row[6];
        for (size_t j = 0; j < 6; j++)
            row[j] = half[j][i];
        forward_out(row, z[i]);
        for (size_t j = 0; j < 4; j++) {
            z[i][j] += bias;
            if (tail->rectified)
                z[i][j] = vector_rectify(z[i][j], z[i][j]);
        }
    }
}

static void output(const struct winograd_tile *t, const struct winograd_tail *tail, const float *m,
                   float *y, uint8_t *place)
{
    bool whole = is_whole(t, 4);
    for (size_t c = 0; c < t->channels; c += LANES) {
        vector z[4][4];
        transform_output(t, tail, m, c, z);
        for (size_t i = 0; i < 4 && !tail->pooled; i++) {
            for (size_t j = 0; j < 4; j++) {
                if (whole || is_inside(t, i, j))
                    vector_store(y + place_of(t, i, j, c), z[i][j]);
            }
        }
        for (size_t w = 0; w < 4 && tail->pooled; w++) {
            size_t i = w / 2, j = w % 2;
            ptrdiff_t at = pooled_place(t, i, j, c);
            vector_bits taken;
            vector greatest = take_greatest(z, i, j, &taken);
            if (whole || is_inside(t, 2 * i + 1, 2 * j + 1)) {
                vector_store(y + at, greatest);
                vector_store_bytes(place + at, taken);
            }
        }
    }
}

/* dz of the window (i,j), to its four elements. */
INLINE void unpool(const struct winograd_tile *t, const struct winograd_tail *tail, const float *dy,
                   const float *y, const uint8_t *place, size_t c, size_t i, size_t j,
                   vector dz[4][4])
{
    vector gradient = vector_splat(0.0f);
    vector_bits taken = {0};
    ptrdiff_t at = pooled_place(t, i, j, c);
    if (is_inside(t, 2 * i + 1, 2 * j + 1)) {
        gradient = vector_load(dy + at);
        taken = vector_load_bytes(place + at);
        if (tail->rectified)
            gradient = vector_rectify(vector_load(y + at), gradient);
    }
    for (int w = 0; w < 4; w++)
        dz[2 * i + (size_t)w / 2][2 * j + (size_t)w % 2]
            = (vector)((vector_bits)gradient & (vector_bits)(taken == w));
}

static void output_adjoint(const struct winograd_tile *t, const struct winograd_tail *tail,
                           const float *dy, const float *y, const uint8_t *place, float *dm)
{
    bool whole = is_whole(t, 4);
    for (size_t c = 0; c < t->channels; c += LANES) {
        vector half[4][6], dz[4][4];
        for (size_t i = 0; i < 4 && !tail->pooled; i++) {
            for (size_t j = 0; j < 4; j++) {
                dz[i][j] = whole ? vector_load(dy + place_of(t, i, j, c)) : load(t, dy, i, j, c);
                if (tail->rectified)
                    dz[i][j] = vector_rectify(whole ? vector_load(y + place_of(t, i, j, c))
                                                    : load(t, y, i, j, c),
                                              dz[i][j]);
            }
        }
        for (size_t w = 0; w < 4 && tail->pooled; w++)
            unpool(t, tail, dy, y, place, c, w / 2, w % 2, dz);
        for (size_t j = 0; j < 4; j++) {
            vector column[4];
            for (size_t i = 0; i < 4; i++)
                column[i] = dz[i][j];
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
                float *to = dd + place_of(t, i, j, c);
                vector_store(to, vector_load(to) + out[j]);
            }
        }
    }
}

static void filter(size_t count, size_t stride, size_t plane, const float *g, float *u)
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
                vector_store(u + (6 * i + k) * plane + n, out[k]);
        }
    }
}

static void filter_adjoint(size_t count, size_t stride, size_t plane, const float *du, float *dg)
{
    for (size_t n = 0; n < count; n += LANES) {
        vector half[6][3];
        for (size_t j = 0; j < 6; j++) {
            vector column[6];
            for (size_t i = 0; i < 6; i++)
                column[i] = vector_load(du + (6 * i + j) * plane + n);
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
