/* Adam against its formula in double, going on from saved moments, and threads. */
#include "unit/support.h"

#include "exact/parallel.h"
#include "nn/adam.h"

enum { COUNT = 1001, STEPS = 40 };

static const double RATE = 1e-3;

static void draw_gradients(float *g, int step)
{
    support_fill(g, COUNT, 100 + (uint64_t)step);
    for (size_t i = 0; i < COUNT; i++)
        g[i] *= i % 5 == 0 ? 1e-6f : i % 5 == 1 ? 1e4f : 1.0f; /* eps matters, and does not */
    g[7] = 0.0f;                                               /* never moved */
}

static void run(struct adam *adam, float *values, int first, int last)
{
    float g[COUNT];
    for (int step = first; step <= last; step++) {
        draw_gradients(g, step);
        adam_update(adam, values, g);
    }
}

static void test_formula(void **state)
{
    (void)state;
    struct adam adam;
    struct error error;
    float values[COUNT], g[COUNT];
    double w[COUNT], m[COUNT] = {0}, v[COUNT] = {0};
    assert_good(adam_create(&adam, COUNT, RATE, &error), error);
    support_fill(values, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++)
        w[i] = (double)values[i];
    const float start = values[7];
    for (int t = 1; t <= STEPS; t++) {
        run(&adam, values, t, t);
        draw_gradients(g, t);
        for (size_t i = 0; i < COUNT; i++) {
            double d = (double)g[i];
            m[i] = 0.9 * m[i] + 0.1 * d;
            v[i] = 0.999 * v[i] + 0.001 * d * d;
            w[i] -= RATE * (m[i] / (1 - pow(0.9, t))) / (sqrt(v[i] / (1 - pow(0.999, t))) + 1e-8);
            /* each step adds a rounding of the weight, and its own error of a few parts in 1e7 */
            assert_near((double)values[i], w[i], t * (0x1p-24 + 1e-6 * RATE), "weight");
        }
        assert_int_equal(adam.step, t);
    }
    assert_true(values[7] == start);
    adam_release(&adam);
}

/* Whatever the gradient's size, the first step has the size of the rate. */
static void test_first_step(void **state)
{
    (void)state;
    struct adam adam;
    struct error error;
    float values[4] = {0}, g[4] = {1e-3f, -1e-3f, 1e10f, -5.0f};
    assert_good(adam_create(&adam, 4, RATE, &error), error);
    adam_update(&adam, values, g);
    for (int i = 0; i < 4; i++)
        assert_near((double)values[i], g[i] > 0 ? -RATE : RATE, 2e-5 * RATE, "first step");
    adam_release(&adam);
}

static void test_resume(void **state)
{
    (void)state;
    struct adam whole, part;
    struct error error;
    float one[COUNT], two[COUNT];
    support_fill(one, COUNT, 1);
    memcpy(two, one, sizeof two);
    assert_good(adam_create(&whole, COUNT, RATE, &error), error);
    run(&whole, one, 1, STEPS);
    for (int stop = 1; stop < STEPS; stop += 6) {
        struct adam first;
        support_fill(two, COUNT, 1);
        assert_good(adam_create(&first, COUNT, RATE, &error), error);
        run(&first, two, 1, stop);
        assert_good(adam_create(&part, COUNT, RATE, &error), error);
        memcpy(part.m, first.m, COUNT * sizeof(float));
        memcpy(part.v, first.v, COUNT * sizeof(float));
        adam_resume(&part, first.step);
        run(&part, two, stop + 1, STEPS);
        assert_same_bits(two, one, COUNT, "resumed weights");
        assert_same_bits(part.m, whole.m, COUNT, "resumed m");
        assert_same_bits(part.v, whole.v, COUNT, "resumed v");
        adam_release(&first);
        adam_release(&part);
    }
    adam_release(&whole);
}

static void test_threads(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 5};
    float want[COUNT], got[COUNT];
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        struct adam adam;
        struct error error;
        parallel_set_threads(threads[t]);
        assert_good(adam_create(&adam, COUNT, RATE, &error), error);
        support_fill(got, COUNT, 1);
        run(&adam, got, 1, 5);
        if (t == 0)
            memcpy(want, got, sizeof want);
        assert_same_bits(got, want, COUNT, "weights");
        adam_release(&adam);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula),
        cmocka_unit_test(test_first_step),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
