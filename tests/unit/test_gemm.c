/* Matrix products: every set of kernels that this processor runs, bit for bit against the
 * definition; OpenBLAS by tolerance against the exact engine. */
#include "unit/shapes.h"

#include "exact/isa.h"
#include "exact/parallel.h"

#include <sys/wait.h>

static const float GUARD = 12345.0f;

/* A product with its own memory. Rows of a, b and c may be longer than used, and begin `shift`
 * elements off alignment. */
struct problem {
    struct gemm gemm;
    float *a, *b, *c, *bias, *initial;
    size_t c_size;
};

static void problem_open(struct problem *p, struct product product, size_t gap, size_t shift,
                         uint64_t seed)
{
    size_t m = product.m, n = product.n, k = product.k;
    size_t a_long = (product.transposed ? m : k) + gap, a_lines = product.transposed ? k : m;
    size_t a_size = a_long * a_lines + shift, b_size = (n + gap) * k + shift;
    p->c_size = (n + gap) * m + shift;
    p->a = support_floats(a_size);
    p->b = support_floats(b_size);
    p->c = support_floats(p->c_size);
    p->initial = support_floats(p->c_size);
    p->bias = support_floats(n + shift);
    support_fill(p->a, a_size, seed);
    support_fill(p->b, b_size, seed + 1);
    support_fill(p->bias, n + shift, seed + 2);
    support_fill(p->initial, p->c_size, seed + 3);
    /* What lies in the gaps between rows must not be touched. */
    for (size_t i = 0; i < p->c_size; i++) {
        if (i < shift || (i - shift) % (n + gap) >= n)
            p->initial[i] = GUARD;
    }
    p->gemm = (struct gemm){.m = m,
                            .n = n,
                            .k = k,
                            .a = p->a + shift,
                            .a_row = product.transposed ? 1 : a_long,
                            .a_column = product.transposed ? a_long : 1,
                            .b = p->b + shift,
                            .b_row = n + gap,
                            .c_row = n + gap,
                            .bias = product.bias ? p->bias + shift : NULL,
                            .continued = product.continued};
}

static void problem_close(struct problem *p)
{
    free(p->a);
    free(p->b);
    free(p->c);
    free(p->bias);
    free(p->initial);
}

/* Runs it into c, which held the initial values. */
static void problem_run(struct problem *p, float *c, size_t shift,
                        void (*run)(const struct gemm *product))
{
    memcpy(c, p->initial, p->c_size * sizeof *c);
    struct gemm gemm = p->gemm;
    gemm.c = c + shift;
    run(&gemm);
}

static void describe(char text[128], const char *kernels, struct product product)
{
    snprintf(text, 128, "%s: [%zu,%zu] = [%zu,%zu] times [%zu,%zu]%s%s%s", kernels, product.m,
             product.n, product.m, product.k, product.k, product.n,
             product.transposed ? ", a transposed" : "", product.bias ? ", bias" : "",
             product.continued ? ", continued" : "");
}

/* Every supported set against gemm_reference, over the whole product. */
static void check_small(struct product product, size_t gap, size_t shift, uint64_t seed)
{
    struct problem p;
    char text[128];
    problem_open(&p, product, gap, shift, seed);
    float *want = support_floats(p.c_size);
    problem_run(&p, want, shift, gemm_reference);
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        if (!isa_supported(*k))
            continue;
        describe(text, (*k)->name, product);
        problem_run(&p, p.c, shift, (*k)->gemm);
        assert_same_bits(p.c, want, p.c_size, text);
    }
    free(want);
    problem_close(&p);
}

static void test_awkward_shapes(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 2, 3, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 25, 29};
    static const size_t columns[] = {1,  3,  4,  5,  7,  8,  9,  12, 15, 16, 17, 24, 31,
                                     32, 33, 47, 48, 49, 63, 64, 65, 79, 80, 97, 127};
    static const size_t depths[] = {0, 1, 2, 3, 7, 255, 256, 257, 511, 512, 513};
#define PICK(list) list[support_below(&random, sizeof(list) / sizeof *(list))]
    uint64_t random = 1;
    for (int i = 0; i < 1500; i++) {
        struct product product
            = product_of(PICK(rows), PICK(columns), PICK(depths), support_below(&random, 2) == 1,
                         support_below(&random, 2) == 1, support_below(&random, 2) == 1);
        size_t gap = support_below(&random, 2) * support_below(&random, 5);
        check_small(product, gap, support_below(&random, 4), (uint64_t)i);
    }
#undef PICK
}

/* Whole products on the fast kernels; every few rows compared with the definition, for it is slow.
 */
static void check_network_shape(struct product product)
{
    enum { FIRST = 9, EVERY = 17, SLOW_ROWS = 29 };
    struct problem p;
    char text[128];
    problem_open(&p, product, 0, 0, product.m + product.n + product.k);
    size_t n = product.n, whole = product.m;
    float *want = support_floats(p.c_size);
    memcpy(want, p.initial, p.c_size * sizeof *want);
    for (size_t i = 0; i < whole; i++) {
        struct gemm row = p.gemm;
        row.m = 1;
        row.a += i * row.a_row;
        row.c = want + i * n;
        if (i < FIRST || i + FIRST >= whole || i % EVERY == 0)
            gemm_reference(&row);
        else
            row.c[0] = GUARD;
    }
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        if (!isa_supported(*k))
            continue;
        bool slow = strcmp((*k)->name, "baseline") == 0;
        p.gemm.m = slow && whole > SLOW_ROWS ? SLOW_ROWS : whole;
        describe(text, (*k)->name, product);
        problem_run(&p, p.c, 0, (*k)->gemm);
        for (size_t i = 0; i < p.gemm.m; i++) {
            if (want[i * n] != GUARD)
                assert_same_bits(p.c + i * n, want + i * n, n, text);
        }
    }
    free(want);
    problem_close(&p);
}

static void test_network_shapes(void **state)
{
    (void)state;
    static struct products products;
    products_of_networks(&products);
    assert_true(products.count > 100);
    for (size_t i = 0; i < products.count; i++)
        check_network_shape(products.list[i]);
}

/* OpenBLAS sums in another order. Each of two sums of k products of numbers in (-1,1), whose mean
 * size is 1/4, is off by some sqrt(k) roundings of the sum of sizes, k/4. */
static void test_openblas(void **state)
{
    (void)state;
    static struct products products;
    struct error error;
    assert_good(gemm_load(GEMM_OPENBLAS, &error), error);
    products_of_networks(&products);
    for (size_t i = 0; i < products.count; i++) {
        struct product product = products.list[i];
        struct problem p;
        char text[128];
        problem_open(&p, product, 0, 0, i);
        float *exact = support_floats(p.c_size);
        problem_run(&p, exact, 0, gemm_run);
        gemm_choose(GEMM_OPENBLAS);
        problem_run(&p, p.c, 0, gemm_run);
        gemm_choose(GEMM_EXACT);
        double k = (double)product.k, tolerance = 0x1p-24 * (sqrt(k) * k / 4 + 8);
        describe(text, "OpenBLAS", product);
        for (size_t e = 0; e < p.c_size; e++)
            assert_near((double)p.c[e], (double)exact[e], tolerance, text);
        free(exact);
        problem_close(&p);
    }
}

/* Infinities, NaN, zeros of both signs and subnormals, kept apart and never flushed. */
static void test_special_values(void **state)
{
    (void)state;
    static const float special[]
        = {NAN,       INFINITY, -INFINITY, 0.0f,   -0.0f, 1.0f,  -1.0f,  0x1p-149f, -0x1p-149f,
           0x1p-126f, 3e-39f,   -1e-40f,   1e-20f, 1e20f, 3e38f, -3e38f, 0x1p-75f,  0.5f};
    enum { SPECIALS = sizeof special / sizeof *special, M = 13, N = 53, K = 5 };
    uint64_t random = 5;
    for (int round = 0; round < 60; round++) {
        struct problem p;
        float want[M * N];
        problem_open(&p, product_of(M, N, K, round % 2 == 1, round % 3 == 1, round % 5 == 1), 0, 0,
                     0);
        size_t first = round % 4 == 0 ? 0 : 3; /* mostly without NaN, or most results are NaN */
        for (size_t i = 0; i < M * K; i++)
            p.a[i] = special[first + support_below(&random, SPECIALS - first)];
        for (size_t i = 0; i < K * N; i++)
            p.b[i] = special[first + support_below(&random, SPECIALS - first)];
        problem_run(&p, want, 0, gemm_reference);
        for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
            if (isa_supported(*k)) {
                problem_run(&p, p.c, 0, (*k)->gemm);
                assert_same_bits(p.c, want, M * N, (*k)->name);
            }
        }
        problem_close(&p);
    }
}

/* One element whose value is known: c = bias + sum over k of a b. */
static float single(const struct isa_kernels *kernels, const float *a, const float *b, size_t k)
{
    float c = NAN;
    const struct gemm gemm = {.m = 1,
                              .n = 1,
                              .k = k,
                              .a = a,
                              .a_row = k,
                              .a_column = 1,
                              .b = b,
                              .b_row = 1,
                              .c = &c,
                              .c_row = 1};
    if (kernels != NULL)
        kernels->gemm(&gemm);
    else
        gemm_reference(&gemm);
    return c;
}

/* The definition by numbers worked out by hand: what a product rounded before the addition, another
 * order, or flushed subnormals would get wrong. */
static void check_known_answers(const struct isa_kernels *kernels)
{
    /* -(1 + 2^-11) + (1 + 2^-12)^2 = 2^-24, lost if the square is rounded first */
    const float fused_a[] = {-1.0f, 1.0f + 0x1p-12f},
                fused_b[] = {1.0f + 0x1p-11f, 1.0f + 0x1p-12f};
    assert_true(single(kernels, fused_a, fused_b, 2) == 0x1p-24f);
    /* ((2^24 + 1) + 1) - 2^24 = 0 in this order, 2 in the other */
    const float ones[] = {1, 1, 1, 1}, order[] = {0x1p24f, 1.0f, 1.0f, -0x1p24f};
    assert_true(single(kernels, ones, order, 4) == 0.0f);
    const float small_a[] = {0x1p-100f}, small_b[] = {0x1p-49f};
    assert_true(single(kernels, small_a, small_b, 1) == 0x1p-149f);
    const float zero[] = {0.0f}, minus[] = {-1.0f};
    assert_true(support_bits(single(kernels, zero, minus, 1)) == 0); /* +0 + -0 = +0 */
    const float infinite[] = {INFINITY};
    assert_true(isnan(single(kernels, zero, infinite, 1)));
    assert_true(support_bits(single(kernels, zero, minus, 0)) == 0); /* an empty sum */
}

static void test_known_answers(void **state)
{
    (void)state;
    check_known_answers(NULL);
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        if (isa_supported(*k))
            check_known_answers(*k);
    }
}

/* The same product from B the other way round. */
static void run_from_transposed(const struct gemm *product)
{
    size_t n = product->n, k = product->k;
    float *other = support_floats(n * k);
    float *scratch = support_floats((size_t)parallel_threads() * GEMM_PIECE * k);
    for (size_t i = 0; i < n * k; i++)
        other[i] = product->b[i % k * product->b_row + i / k];
    struct gemm gemm = *product;
    gemm.b = other;
    gemm.b_row = k;
    gemm_run_transposed_parallel(&gemm, scratch);
    free(other);
    free(scratch);
}

static void test_parallel(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 47, 48, 49, 130}, columns[] = {1, 10, 63, 64, 65, 200};
    static const int threads[] = {1, 2, 5};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t j = 0; j < sizeof columns / sizeof *columns; j++) {
            struct problem p;
            struct product product
                = product_of(rows[i], columns[j], 70, i % 2 == 1, j % 2 == 1, i % 3 == 1);
            problem_open(&p, product, 3, 1, i + j);
            float *want = support_floats(p.c_size);
            problem_run(&p, want, 1, gemm_reference);
            for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
                parallel_set_threads(threads[t]);
                problem_run(&p, p.c, 1, gemm_run_parallel);
                assert_same_bits(p.c, want, p.c_size, "gemm_run_parallel");
                problem_run(&p, p.c, 1, run_from_transposed);
                assert_same_bits(p.c, want, p.c_size, "gemm_run_transposed_parallel");
            }
            free(want);
            problem_close(&p);
        }
    }
}

static void test_transpose(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 15, 16, 17, 33, 100};
    enum { SIZES = sizeof sizes / sizeof *sizes, LARGEST = 100 };
    static float in[LARGEST * LARGEST], out[LARGEST * LARGEST + 1];
    support_fill(in, LARGEST * LARGEST, 1);
    for (size_t i = 0; i < SIZES * SIZES; i++) {
        size_t rows = sizes[i / SIZES], columns = sizes[i % SIZES];
        out[rows * columns] = GUARD;
        gemm_transpose(rows, columns, in, out);
        for (size_t e = 0; e < rows * columns; e++)
            assert_true(out[e % columns * rows + e / columns] == in[e]);
        assert_true(out[rows * columns] == GUARD);
    }
}

/* A forced set that there is not ends the program; it is never silently another. */
static void test_forced_isa(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("REINIT_ISA", "abacus", 1);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(9);
        isa_kernels();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    parallel_set_threads(2); /* which chooses; for all that follow */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forced_isa), /* first: before this process has chosen */
        cmocka_unit_test(test_known_answers),  cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_awkward_shapes), cmocka_unit_test(test_network_shapes),
        cmocka_unit_test(test_openblas),       cmocka_unit_test(test_parallel),
        cmocka_unit_test(test_transpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
