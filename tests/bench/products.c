#include "base/progress.h"
#include "base/random.h"
#include "bench.h"
#include "exact/conv.h"
#include "exact/gemm.h"
#include "exact/parallel.h"
#include "nets/nets.h"

#include <stdio.h>
#include <stdlib.h>

/* TILES: the rows of a Winograd product are tiles of an image or of several; this many serve as an
 * example. */
enum { REPEATS = 5, PRODUCTS_MAX = 256, TILES = 64 };
#define REPEAT_SECONDS 0.008

struct product {
    const char *what;
    size_t m, n, k;
    bool transposed; /* A is stored [k,m] */
};

struct products {
    struct product items[PRODUCTS_MAX];
    size_t count;
};

static void add_product(struct products *p, const char *what, size_t m, size_t n, size_t k,
                        bool transposed)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct product *q = &p->items[i];
        if (q->m == m && q->n == n && q->k == k && q->transposed == transposed)
            return;
    }
    if (p->count < PRODUCTS_MAX)
        p->items[p->count++] = (struct product){what, m, n, k, transposed};
}

/* The products of a layer: y = x w, dx = dy w', dw = x' dy, with x unfolded for a convolution, one
 * image at a time; and of the 36 positions of Winograd's F(4x4,3x3). */
static void add_layer(struct products *p, const struct layer *l, size_t batch)
{
    const struct parameter *w = l->parameters[0];
    if (w == NULL || w->role != PARAMETER_WEIGHT)
        return;
    bool linear = w->dims == 2;
    size_t n = w->outputs, k = w->count / n;
    size_t rows = linear ? batch : bench_positions(l);
    add_product(p, linear ? "linear y" : "conv y", rows, n, k, false);
    add_product(p, linear ? "linear dw" : "conv dw", k, n, rows, true);
    if (l->wants_dx)
        add_product(p, linear ? "linear dx" : "conv dx", rows, k, n, false);
    if (!linear && w->height == 3 && l->spec->stride == 1 && l->wants_dx) {
        add_product(p, "winograd y", TILES, n, w->inputs, false);
        add_product(p, "winograd dx", TILES, w->inputs, n, false);
        add_product(p, "winograd dw", w->inputs, n, TILES, true);
    }
}

static bool collect(struct products *p, size_t batch, struct error *error)
{
    for (const struct network_spec *const *net = nets_all; *net != NULL; net++) {
        struct network *network;
        size_t count;
        if (!network_create(&network, *net, 1, true, error))
            return false;
        const struct layer *layers = network_layers(network, &count);
        for (size_t i = 0; i < count; i++)
            add_layer(p, &layers[i], batch);
        network_free(network);
    }
    return true;
}

static double rate(enum gemm_engine engine, const struct gemm *g)
{
    gemm_choose(engine);
    size_t runs = 0;
    double taken, started = progress_seconds();
    do {
        gemm_run(g);
        runs++;
        taken = progress_seconds() - started;
    } while (taken < REPEAT_SECONDS);
    return 2e-9 * (double)(g->m * g->n) * (double)(g->k * runs) / taken;
}

static bool compare(const struct product *p, struct error *error)
{
    size_t a_size = p->m * p->k, b_size = p->k * p->n, c_size = p->m * p->n;
    float *values = malloc((a_size + b_size + c_size) * sizeof *values);
    if (values == NULL)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < a_size + b_size + c_size; i++) {
        uint32_t words[4];
        random_block(1, RANDOM_DEMO, 0, i, words);
        values[i] = (float)words[0] / 4294967296.0f - 0.5f;
    }
    const struct gemm g = {.m = p->m,
                           .n = p->n,
                           .k = p->k,
                           .a = values,
                           .a_row = p->transposed ? 1 : p->k,
                           .a_column = p->transposed ? p->m : 1,
                           .b = values + a_size,
                           .b_row = p->n,
                           .c = values + a_size + b_size,
                           .c_row = p->n};
    double exact = 0, openblas = 0;
    rate(GEMM_EXACT, &g);
    rate(GEMM_OPENBLAS, &g);
    for (int i = 0; i < REPEATS; i++) {
        double r = rate(GEMM_EXACT, &g);
        exact = r > exact ? r : exact;
        r = rate(GEMM_OPENBLAS, &g);
        openblas = r > openblas ? r : openblas;
    }
    gemm_choose(GEMM_EXACT);
    printf("%s\t%zu\t%zu\t%zu\t%.2f\t%.2f\n", p->what, p->m, p->n, p->k, exact, openblas);
    free(values);
    return true;
}

bool products_report(const struct bench_settings *settings, struct error *error)
{
    struct products *products = calloc(1, sizeof *products);
    if (products == NULL)
        return error_set(error, "out of memory");
    parallel_set_threads(1);
    bool good = gemm_load(GEMM_OPENBLAS, error) && collect(products, settings->batch, error);
    printf("product\tm\tn\tk\texact_gflops\topenblas_gflops\n");
    for (size_t i = 0; good && i < products->count; i++)
        good = compare(&products->items[i], error);
    free(products);
    return good;
}
