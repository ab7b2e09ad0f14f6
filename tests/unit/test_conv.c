/* Convolution, forward and backward, against plain loops in double; and the same bits whatever the
 * number of threads, the size of blocks and what lies in the scratch memory. */
#include "unit/support.h"

#include "exact/conv.h"
#include "exact/gemm.h"
#include "exact/parallel.h"
#include "exact/winograd.h"

/* Odd sizes: strides that leave a rest, windows larger than what padding leaves, one channel. Those
 * of 16 channels and more, 3x3 and stride 1, go by Winograd; their tiles of 4x4 hang over the
 * edges. */
static const struct conv_case {
    struct conv_shape shape; /* H, W, C, N, kernel, stride, padding, rectified, pool */
    size_t batch;
} cases[] = {
    {{5, 7, 3, 4, 3, 1, 0, false, 0}, 3},     {{6, 9, 2, 5, 3, 1, 1, false, 0}, 2},
    {{9, 6, 1, 1, 3, 2, 1, true, 0}, 4},      {{8, 8, 4, 17, 1, 1, 0, false, 0}, 3},
    {{8, 7, 5, 6, 1, 2, 0, true, 0}, 3},      {{7, 5, 3, 2, 1, 1, 1, false, 0}, 2},
    {{5, 6, 2, 3, 5, 1, 2, false, 0}, 2},     {{3, 2, 2, 3, 5, 1, 2, true, 0}, 2},
    {{11, 13, 3, 7, 5, 3, 1, false, 0}, 2},   {{3, 3, 2, 33, 3, 1, 0, false, 0}, 5},
    {{6, 6, 4, 8, 2, 2, 0, false, 0}, 70},    {{4, 4, 3, 5, 3, 1, 1, true, 0}, 33},
    {{1, 1, 1, 1, 1, 1, 0, false, 0}, 1},     {{3, 3, 16, 16, 3, 1, 0, false, 0}, 3},
    {{1, 1, 16, 16, 3, 1, 1, true, 0}, 2},    {{2, 5, 16, 32, 3, 1, 1, false, 0}, 5},
    {{8, 8, 32, 16, 3, 1, 1, true, 0}, 4},    {{7, 13, 48, 16, 3, 1, 0, false, 0}, 2},
    {{10, 6, 16, 64, 3, 1, 0, true, 0}, 3},   {{9, 9, 16, 16, 3, 1, 1, false, 0}, 35},
    {{32, 32, 16, 16, 3, 1, 1, true, 0}, 30}, {{6, 9, 2, 5, 3, 1, 1, false, 2}, 3},
    {{9, 7, 3, 4, 3, 1, 0, true, 3}, 12},     {{8, 8, 4, 17, 1, 1, 0, true, 2}, 41},
    {{12, 12, 16, 32, 3, 1, 0, true, 2}, 12}, {{7, 9, 32, 16, 3, 1, 1, true, 2}, 7},
    {{5, 5, 16, 16, 3, 1, 1, false, 2}, 42},
};
enum { CASES = sizeof cases / sizeof *cases };

struct arrays {
    float *x, *w, *bias, *y, *dy, *dx, *dw, *dbias;
    uint8_t *place;
    size_t inputs, weights, outputs; /* elements of x, w, y */
};

static void arrays_open(struct arrays *a, const struct conv_case *c)
{
    const struct conv_shape *s = &c->shape;
    a->inputs = c->batch * s->height * s->width * s->channels;
    a->weights = s->kernel * s->kernel * s->channels * s->outputs;
    a->outputs = c->batch * conv_pooled_height(s) * conv_pooled_width(s) * s->outputs;
    a->x = support_floats(a->inputs);
    a->w = support_floats(a->weights);
    a->bias = support_floats(s->outputs);
    a->y = support_floats(a->outputs);
    a->dy = support_floats(a->outputs);
    a->place = support_allocate(a->outputs, 1);
    a->dx = support_floats(a->inputs);
    a->dw = support_floats(a->weights);
    a->dbias = support_floats(s->outputs);
    support_fill(a->x, a->inputs, 1);
    support_fill(a->w, a->weights, 2);
    support_fill(a->bias, s->outputs, 3);
    support_fill(a->dy, a->outputs, 4);
}

static void arrays_close(struct arrays *a)
{
    float *all[] = {a->x, a->w, a->bias, a->y, a->dy, a->dx, a->dw, a->dbias};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free(a->place);
}

static float *poisoned(size_t count)
{
    float *block = support_floats(count);
    for (size_t i = 0; i < count; i++)
        block[i] = NAN;
    return block;
}

/* How the batch is cut: no block has more images than this. */
struct way {
    int threads;
    size_t block;
    bool want_dx;
};

static struct conv_block block_of(const struct conv_case *c, const struct arrays *a, size_t first,
                                  size_t images)
{
    const struct conv_shape *s = &c->shape;
    size_t in = s->height * s->width * s->channels, out = a->outputs / c->batch;
    return (struct conv_block){.batch = c->batch,
                               .first = first,
                               .images = images,
                               .x = a->x + first * in,
                               .y = a->y + first * out,
                               .place = a->place + first * out,
                               .dy = a->dy + first * out,
                               .dx = a->dx + first * in};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void run_forward(const struct conv_case *c, struct arrays *a, const struct way *way)
{
    struct conv_needs needs = conv_needs(&c->shape, c->batch);
    float *shared = poisoned(needs.forward_shared);
    conv_begin_forward(&c->shape, a->w, shared);
#pragma omp parallel for schedule(dynamic)
    for (size_t first = 0; first < c->batch; first += way->block) {
        struct conv_block block = block_of(c, a, first, least(way->block, c->batch - first));
        block.shared = shared;
        block.scratch = poisoned(needs.forward_scratch);
        conv_forward(&c->shape, a->w, a->bias, &block);
        free(block.scratch);
    }
    free(shared);
}

static void run_backward(const struct conv_case *c, struct arrays *a, const struct way *way)
{
    struct conv_needs needs = conv_needs(&c->shape, c->batch);
    float *shared = poisoned(needs.backward_shared);
    size_t chains = parallel_chains(c->batch);
    conv_begin_backward(&c->shape, c->batch, a->w, way->want_dx, shared);
#pragma omp parallel for schedule(static)
    for (size_t chain = 0; chain < chains; chain++) {
        size_t first = parallel_begin(c->batch, chains, chain);
        size_t end = parallel_begin(c->batch, chains, chain + 1);
        for (; first < end; first += way->block) {
            struct conv_block block = block_of(c, a, first, least(way->block, end - first));
            block.shared = shared;
            block.scratch = poisoned(needs.backward_scratch);
            if (!way->want_dx)
                block.dx = NULL;
            conv_backward(&c->shape, &block);
            free(block.scratch);
        }
    }
    conv_end_backward(&c->shape, c->batch, shared, a->dw, a->dbias);
    free(shared);
}

/* Both passes; results begin as NaN, and so does all scratch. */
static void run(const struct conv_case *c, struct arrays *a, struct way way)
{
    parallel_set_threads(way.threads);
    for (size_t i = 0; i < a->outputs; i++)
        a->y[i] = NAN;
    for (size_t i = 0; i < a->inputs; i++)
        a->dx[i] = NAN;
    for (size_t i = 0; i < a->weights; i++)
        a->dw[i] = NAN;
    for (size_t i = 0; i < c->shape.outputs; i++)
        a->dbias[i] = NAN;
    memset(a->place, 0xff, a->outputs);
    run_forward(c, a, &way);
    run_backward(c, a, &way);
}

/* The four results in double. */
struct naive {
    double *y, *dx, *dw, *dbias;
};

/* One example's z or dz at (i,j), output o: every meeting of an input and a weight there, straight
 * from the equation. Adds to *z, or what dz makes to the gradients. */
static void naive_position(const struct conv_case *c, const struct arrays *a, size_t b, size_t i,
                           size_t j, size_t o, double dz, double *z, struct naive *r)
{
    const struct conv_shape *s = &c->shape;
    size_t n = s->outputs, kernel = s->kernel, channels = s->channels;
    if (z != NULL)
        *z = (double)a->bias[o];
    else
        r->dbias[o] += dz;
    for (size_t p = 0; p < kernel * kernel * channels; p++) {
        size_t k = p % channels, v = p / channels % kernel, u = p / channels / kernel;
        size_t row = i * s->stride + u, column = j * s->stride + v;
        if (row < s->padding || row - s->padding >= s->height || column < s->padding
            || column - s->padding >= s->width)
            continue;
        size_t x
            = ((b * s->height + row - s->padding) * s->width + column - s->padding) * channels + k;
        if (z != NULL) {
            *z += (double)a->x[x] * (double)a->w[p * n + o];
        } else {
            r->dx[x] += dz * (double)a->w[p * n + o];
            r->dw[p * n + o] += dz * (double)a->x[x];
        }
    }
}

/* Output by output: its window's z, the greatest of them, rectified. Which side of 0 a result
 * stands on, and which of two near ones is greater, is the float's to say. */
static void naive_run(const struct conv_case *c, const struct arrays *a, struct naive *r)
{
    const struct conv_shape *s = &c->shape;
    size_t width = conv_pooled_width(s), height = conv_pooled_height(s), n = s->outputs;
    size_t pool = s->pool > 1 ? s->pool : 1;
    for (size_t at = 0; at < a->outputs; at++) {
        size_t o = at % n, j = at / n % width, i = at / n / width % height;
        size_t b = at / n / width / height, place = pool > 1 ? a->place[at] : 0;
        r->y[at] = -INFINITY;
        for (size_t w = 0; w < pool * pool; w++) {
            double z;
            naive_position(c, a, b, i * pool + w / pool, j * pool + w % pool, o, 0, &z, NULL);
            r->y[at] = fmax(r->y[at], z);
        }
        if (s->rectified)
            r->y[at] = fmax(r->y[at], 0);
        assert_true(place < pool * pool);
        double dz = s->rectified && !(a->y[at] > 0) ? 0 : (double)a->dy[at];
        naive_position(c, a, b, i * pool + place / pool, j * pool + place % pool, o, dz, NULL, r);
    }
}

/* Sums of `terms` products of numbers in (-1,1), float32 against double; Winograd's transforms add
 * and take away numbers some times larger than the result. */
static void compare(const float *got, const double *want, size_t count, size_t terms, bool winograd,
                    const char *what)
{
    double k = (double)terms, slack = winograd ? 10 : 1;
    for (size_t i = 0; i < count; i++)
        assert_near((double)got[i], want[i], slack * 0x1p-24 * (sqrt(k) * k / 4 + 8), what);
}

static void check_case(const struct conv_case *c)
{
    const struct conv_shape *s = &c->shape;
    bool winograd = winograd_applies(s) && gemm_chosen() == GEMM_EXACT;
    struct arrays a;
    arrays_open(&a, c);
    struct naive r = {
        support_allocate(a.outputs, sizeof(double)), support_allocate(a.inputs, sizeof(double)),
        support_allocate(a.weights, sizeof(double)), support_allocate(s->outputs, sizeof(double))};
    run(c, &a, (struct way){2, 2, true});
    naive_run(c, &a, &r);
    size_t rows = a.outputs / s->outputs, window = s->kernel * s->kernel;
    compare(a.y, r.y, a.outputs, window * s->channels + 1, winograd, "y");
    compare(a.dx, r.dx, a.inputs, window * s->outputs, winograd, "dx");
    compare(a.dw, r.dw, a.weights, rows, winograd, "dw");
    compare(a.dbias, r.dbias, s->outputs, rows, false, "dbias");
    free(r.y);
    free(r.dx);
    free(r.dw);
    free(r.dbias);
    arrays_close(&a);
}

static void test_against_loops(void **state)
{
    (void)state;
    size_t by_winograd = 0;
    for (size_t i = 0; i < CASES; i++) {
        check_case(&cases[i]);
        by_winograd += winograd_applies(&cases[i].shape);
    }
    assert_true(by_winograd >= 8 && CASES - by_winograd >= 8);
}

static void test_openblas(void **state)
{
    (void)state;
    struct error error;
    assert_good(gemm_load(GEMM_OPENBLAS, &error), error);
    gemm_choose(GEMM_OPENBLAS);
    for (size_t i = 0; i < CASES; i++)
        check_case(&cases[i]);
    gemm_choose(GEMM_EXACT);
}

static void test_threads(void **state)
{
    (void)state;
    static const struct way ways[] = {{2, 1, true}, {3, 2, true}, {5, 7, true}, {2, 64, true}};
    for (size_t i = 0; i < CASES; i++) {
        struct arrays one, many;
        arrays_open(&one, &cases[i]);
        arrays_open(&many, &cases[i]);
        run(&cases[i], &one, (struct way){1, 3, true});
        for (size_t t = 0; t < sizeof ways / sizeof *ways; t++) {
            run(&cases[i], &many, ways[t]);
            assert_same_bits(many.y, one.y, one.outputs, "y");
            assert_same_bits(many.dx, one.dx, one.inputs, "dx");
            assert_same_bits(many.dw, one.dw, one.weights, "dw");
            assert_same_bits(many.dbias, one.dbias, cases[i].shape.outputs, "dbias");
        }
        /* the others do not depend on dx's being wanted */
        run(&cases[i], &many, (struct way){2, 4, false});
        assert_same_bits(many.dw, one.dw, one.weights, "dw without dx");
        assert_same_bits(many.dbias, one.dbias, cases[i].shape.outputs, "dbias without dx");
        assert_true(isnan(many.dx[0]));
        arrays_close(&one);
        arrays_close(&many);
    }
}

/* y and dx are made image by image: their bits do not depend on the batch. */
static void check_batch(size_t number)
{
    struct conv_case c = cases[number];
    struct arrays whole, single;
    arrays_open(&whole, &c);
    run(&c, &whole, (struct way){2, 3, true});
    size_t outputs = whole.outputs / c.batch, inputs = whole.inputs / c.batch, batch = c.batch;
    c.batch = 1;
    for (size_t b = 0; b < batch; b++) {
        arrays_open(&single, &c);
        memcpy(single.x, whole.x + b * inputs, inputs * sizeof(float));
        memcpy(single.dy, whole.dy + b * outputs, outputs * sizeof(float));
        run(&c, &single, (struct way){1, 1, true});
        assert_same_bits(single.y, whole.y + b * outputs, outputs, "y");
        assert_same_bits(single.dx, whole.dx + b * inputs, inputs, "dx");
        arrays_close(&single);
    }
    arrays_close(&whole);
}

static void test_batch(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        if (cases[i].batch <= 5)
            check_batch(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_loops),
        cmocka_unit_test(test_openblas),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
