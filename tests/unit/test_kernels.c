/* Every instruction set's kernels against the baseline's, bit for bit, on values that include zeros
 * of both signs, infinities, NaN and subnormals; and the transforms against their matrices. */
#include "unit/support.h"

#include "exact/isa.h"

enum { CHANNELS = 48, SIDE = 7, IMAGE = SIDE * SIDE * CHANNELS, PLANES = 36 * CHANNELS, ROWS = 37 };

static const struct isa_kernels *baseline(void)
{
    const struct isa_kernels *const *k = isa_all;
    while (k[1] != NULL)
        k++;
    return *k;
}

/* support_fill's values, some of them replaced by the awkward ones. */
static void fill(float *values, size_t count, uint32_t seed)
{
    static const float awkward[] = {0.0f, -0.0f, 1e-42f, -1e-42f, INFINITY, -INFINITY, NAN, 1e30f};
    support_fill(values, count, seed);
    for (size_t i = seed % 97; i < count; i += 97)
        values[i] = awkward[i / 97 % 8];
}

/* A tile in the middle of an image, one over each edge, one of which a single element is inside. */
static const struct winograd_tile tiles[] = {
    {0, 0, 6, 0, 6, SIDE *CHANNELS, CHANNELS, CHANNELS},
    {-(SIDE + 1) * CHANNELS, 1, 6, 1, 6, SIDE *CHANNELS, CHANNELS, CHANNELS},
    {(4 * SIDE + 4) * CHANNELS, 0, 3, 0, 3, SIDE *CHANNELS, CHANNELS, CHANNELS},
    {(6 * SIDE + 6) * CHANNELS, 0, 1, 0, 1, SIDE *CHANNELS, CHANNELS, CHANNELS},
};

static struct winograd_tile output_of(struct winograd_tile tile)
{
    tile.end_row = tile.end_row < 4 ? tile.end_row : 4;
    tile.end_column = tile.end_column < 4 ? tile.end_column : 4;
    tile.origin = tile.origin > 0 ? tile.origin : 0;
    tile.first_row = tile.first_column = 0;
    tile.pooled_stride = SIDE / 2 * CHANNELS;
    return tile;
}

enum { TAILS = 4 };

struct results {
    float v[PLANES], y[TAILS][IMAGE], dm[TAILS][PLANES], dd[IMAGE], u[PLANES], dg[9 * CHANNELS];
    uint8_t place[TAILS][IMAGE];
};

static void transform(const struct winograd_kernels *k, const struct winograd_tile *tile,
                      struct results *r)
{
    float image[IMAGE], planes[PLANES], bias[CHANNELS], filters[9 * CHANNELS];
    struct winograd_tile out = output_of(*tile);
    fill(image, IMAGE, 1);
    fill(planes, PLANES, 2);
    fill(bias, CHANNELS, 3);
    fill(filters, 9 * CHANNELS, 4);
    memset(r, 0, sizeof *r);
    fill(r->dd, IMAGE, 5);
    k->input(tile, image, r->v);
    for (int t = 0; t < TAILS; t++) {
        const struct winograd_tail tail = {bias, t % 2 == 1, t / 2 == 1};
        k->output(&out, &tail, planes, r->y[t], r->place[t]);
        k->output_adjoint(&out, &tail, image, r->y[t], r->place[t], r->dm[t]);
    }
    k->input_adjoint(tile, planes, r->dd);
    k->filter(CHANNELS, CHANNELS, CHANNELS, filters, r->u);
    k->filter_adjoint(CHANNELS, CHANNELS, CHANNELS, planes, r->dg);
}

static void test_transforms(void **state)
{
    (void)state;
    static struct results want, got;
    for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
        transform(baseline()->winograd, &tiles[t], &want);
        for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
            if (!isa_supported(*k))
                continue;
            transform((*k)->winograd, &tiles[t], &got);
            assert_same_bits(got.v, want.v, PLANES, (*k)->name);
            for (int i = 0; i < TAILS; i++) {
                assert_same_bits(got.y[i], want.y[i], IMAGE, (*k)->name);
                assert_same_bits(got.dm[i], want.dm[i], PLANES, (*k)->name);
                assert_memory_equal(got.place[i], want.place[i], IMAGE);
            }
            assert_same_bits(got.dd, want.dd, IMAGE, (*k)->name);
            assert_same_bits(got.u, want.u, PLANES, (*k)->name);
            assert_same_bits(got.dg, want.dg, 9 * CHANNELS, (*k)->name);
        }
    }
}

static const double BT[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const double AT[4][6]
    = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
static const double G[6][3] = {{1 / 4.0, 0, 0},
                               {-1 / 6.0, -1 / 6.0, -1 / 6.0},
                               {-1 / 6.0, 1 / 6.0, -1 / 6.0},
                               {1 / 24.0, 1 / 12.0, 1 / 6.0},
                               {1 / 24.0, -1 / 12.0, 1 / 6.0},
                               {0, 0, 1}};

/* left [n,m] * x [m,m] * left', of channel c of x: [m,m,CHANNELS]; transposed: left' x left. */
static double sandwich(const double *left, size_t n, size_t m, bool transposed, const float *x,
                       size_t row, size_t column, size_t c)
{
    size_t inner = transposed ? n : m;
    double sum = 0;
    for (size_t i = 0; i < inner; i++) {
        for (size_t j = 0; j < inner; j++) {
            double a = transposed ? left[i * m + row] : left[row * m + i];
            double b = transposed ? left[j * m + column] : left[column * m + j];
            sum += a * b * (double)x[(i * inner + j) * CHANNELS + c];
        }
    }
    return sum;
}

static void test_matrices(void **state)
{
    (void)state;
    static float x[PLANES], y[PLANES], bias[CHANNELS];
    const struct winograd_tail tail = {bias, false, false};
    const struct winograd_kernels *k = isa_kernels()->winograd;
    struct winograd_tile in = {0, 0, 6, 0, 6, 6 * CHANNELS, CHANNELS, CHANNELS};
    struct winograd_tile out = {0, 0, 4, 0, 4, 4 * CHANNELS, CHANNELS, CHANNELS};
    support_fill(x, PLANES, 6);
    for (int which = 0; which < 6; which++) {
        static const size_t sides[] = {6, 4, 6, 6, 6, 3};
        memset(y, 0, sizeof y);
        switch (which) {
        case 0:
            k->input(&in, x, y);
            break;
        case 1:
            k->output(&out, &tail, x, y, NULL);
            break;
        case 2:
            k->output_adjoint(&out, &tail, x, NULL, NULL, y);
            break;
        case 3:
            k->input_adjoint(&in, x, y);
            break;
        case 4:
            k->filter(CHANNELS, CHANNELS, CHANNELS, x, y);
            break;
        default:
            k->filter_adjoint(CHANNELS, CHANNELS, CHANNELS, x, y);
            break;
        }
        for (size_t i = 0; i < sides[which] * sides[which] * CHANNELS; i++) {
            size_t c = i % CHANNELS, at = i / CHANNELS;
            size_t row = at / sides[which], column = at % sides[which];
            double want = which == 0   ? sandwich(BT[0], 6, 6, false, x, row, column, c)
                          : which == 1 ? sandwich(AT[0], 4, 6, false, x, row, column, c)
                          : which == 2 ? sandwich(AT[0], 4, 6, true, x, row, column, c)
                          : which == 3 ? sandwich(BT[0], 6, 6, true, x, row, column, c)
                          : which == 4 ? sandwich(G[0], 6, 3, false, x, row, column, c)
                                       : sandwich(G[0], 6, 3, true, x, row, column, c);
            assert_near((double)y[i], want, 1e-4, "transform");
        }
    }
}

/* All passes over one set of arrays, one after another; what they leave is hashed by comparison. */
struct passes {
    float f[8][ROWS * CHANNELS];
    double d[6][CHANNELS];
    uint8_t place[ROWS * CHANNELS];
};

static void pass_over(const struct elementwise_kernels *k, struct passes *p)
{
    enum { N = ROWS * CHANNELS - 5 };
    static float x[ROWS * CHANNELS], dy[ROWS * CHANNELS], vectors[5][CHANNELS];
    memset(p, 0, sizeof *p);
    for (uint32_t i = 0; i < 8; i++)
        fill(p->f[i], ROWS * CHANNELS, 10 + i);
    fill(x, ROWS * CHANNELS, 20);
    fill(dy, ROWS * CHANNELS, 21);
    for (uint32_t i = 0; i < 5; i++)
        support_fill(vectors[i], CHANNELS, 30 + i);
    k->rectify(N, p->f[0]);
    k->rectify_gradient(N, x, p->f[1], p->f[1]);
    k->add(N, x, p->f[2]);
    k->add_rectify(N, x, p->f[3]);
    k->add_rows(ROWS, CHANNELS, x, p->d[0]);
    k->moments(ROWS, CHANNELS, x, p->d[1], p->d[2]);
    for (int rectified = 0; rectified < 2; rectified++) {
        struct norm_vectors norm = {vectors[0], vectors[1], vectors[2], rectified};
        k->normalise(ROWS, CHANNELS, &norm, x, p->f[4]);
        k->norm_sums(ROWS, CHANNELS, &norm, x, dy, p->d[3], p->d[4]);
        k->norm_gradient(ROWS, CHANNELS, &norm, vectors[3], vectors[4], x, dy, p->f[5 - rectified]);
    }
    k->pool_max(N, 3, x, p->f[6], p->place);
    k->pool_max_gradient(N, 3, dy, p->place, p->f[7]);
    struct adam_constants constants = {0.9f, 0.1f, 0.999f, 0.001f, 1e-3f, 0.0316f, 1e-8f};
    for (int step = 0; step < 3; step++)
        k->adam(N, &constants, dy, p->f[1], p->f[0], p->f[2]);
}

static void test_passes(void **state)
{
    (void)state;
    static struct passes want, got;
    pass_over(baseline()->elementwise, &want);
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        if (!isa_supported(*k))
            continue;
        pass_over((*k)->elementwise, &got);
        for (int i = 0; i < 8; i++)
            assert_same_bits(got.f[i], want.f[i], ROWS * CHANNELS, (*k)->name);
        for (int i = 0; i < 6; i++) {
            for (int c = 0; c < CHANNELS; c++)
                assert_true(got.d[i][c] == want.d[i][c]
                            || (isnan(got.d[i][c]) && isnan(want.d[i][c])));
        }
        assert_memory_equal(got.place, want.place, sizeof want.place);
    }
}

static void assert_same_sum(double got, double want, const char *name)
{
    if (got != want && !(isnan(got) && isnan(want)))
        fail_msg("%s: %a, not %a", name, got, want);
}

/* Sums over rows as elementwise_kernel.h defines them, one column after another, over shapes that
 * fill vectors and do not, and more rows than are taken at a time. */
static void check_sums(const struct isa_kernels *isa, size_t rows, size_t c)
{
    const struct elementwise_kernels *k = isa->elementwise;
    float *x = support_floats(rows * c), *dy = support_floats(rows * c);
    float *mean = support_floats(3 * c), *scale = mean + c, *shift = scale + c;
    double *sums = calloc(7 * c, sizeof *sums);
    assert_non_null(sums);
    fill(x, rows * c, 1);
    fill(dy, rows * c, 2);
    support_fill(mean, 3 * c, 3);
    for (size_t i = 0; i < 7 * c; i++)
        sums[i] = (double)i;
    k->add_rows(rows, c, x, sums);
    k->moments(rows, c, x, sums + c, sums + 2 * c);
    for (int rectified = 0; rectified < 2; rectified++) {
        const struct norm_vectors norm = {mean, scale, shift, rectified};
        double *first = sums + (3 + 2 * (size_t)rectified) * c;
        k->norm_sums(rows, c, &norm, x, dy, first, first + c);
    }
    for (size_t j = 0; j < c; j++) {
        double want[7];
        for (size_t i = 0; i < 7; i++)
            want[i] = (double)(i * c + j);
        for (size_t i = j; i < rows * c; i += c) {
            double value = (double)x[i], dz = (double)dy[i];
            float centred = x[i] - mean[j], z = centred * scale[j] + shift[j];
            want[0] += value;
            want[1] += value;
            want[2] += value * value;
            want[3] += dz;
            want[4] += dz * (double)centred;
            dz = z <= 0.0f ? 0.0 : dz;
            want[5] += dz;
            want[6] += dz * (double)centred;
        }
        for (size_t i = 0; i < 7; i++)
            assert_same_sum(sums[i * c + j], want[i], isa->name);
    }
    free(x);
    free(dy);
    free(mean);
    free(sums);
}

static void test_sums(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 2, 33, 300},
                        columns[] = {1, 7, 8, 15, 16, 17, 24, 33, 64, 100, 256, 5000};
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        for (size_t i = 0; isa_supported(*k) && i < sizeof rows / sizeof *rows; i++) {
            for (size_t j = 0; j < sizeof columns / sizeof *columns; j++)
                check_sums(*k, rows[i], columns[j]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[]
        = {cmocka_unit_test(test_transforms), cmocka_unit_test(test_matrices),
           cmocka_unit_test(test_passes), cmocka_unit_test(test_sums)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
