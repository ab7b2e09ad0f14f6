/* Optimisers against their formulas in double, resuming from saved states, and threads. */
#include "unit/support.h"

#include "exact/parallel.h"
#include "nn/optimiser.h"

enum { COUNT = 1001, STEPS = 40 };

static const double RATE = 1e-3, MOMENTUM = 0.9;

static void create(struct optimiser *o, const struct optimiser_kind *kind)
{
    struct error error;
    assert_good(optimiser_create(o, kind, COUNT, RATE, kind->has_momentum ? MOMENTUM : 0, &error),
                error);
}

static void draw_gradients(float *g, int step)
{
    support_fill(g, COUNT, 100 + (uint64_t)step);
    for (size_t i = 0; i < COUNT; i++)
        g[i] *= i % 5 == 0 ? 1e-6f : i % 5 == 1 ? 1e4f : 1.0f; /* eps matters, and does not */
    g[7] = 0.0f;                                               /* never moved */
}

static void run(struct optimiser *o, float *values, int first, int last)
{
    float g[COUNT];
    for (int step = first; step <= last; step++) {
        draw_gradients(g, step);
        optimiser_update(o, values, g);
    }
}

static void test_adam(void **state)
{
    (void)state;
    struct optimiser adam;
    float values[COUNT], g[COUNT];
    double w[COUNT], m[COUNT] = {0}, v[COUNT] = {0};
    create(&adam, &optimiser_adam);
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
    optimiser_release(&adam);
}

/* Whatever the gradient's size, Adam's first step has the size of the rate. */
static void test_first_step(void **state)
{
    (void)state;
    struct optimiser adam;
    struct error error;
    float values[4] = {0}, g[4] = {1e-3f, -1e-3f, 1e10f, -5.0f};
    assert_good(optimiser_create(&adam, &optimiser_adam, 4, RATE, 0, &error), error);
    optimiser_update(&adam, values, g);
    for (int i = 0; i < 4; i++)
        assert_near((double)values[i], g[i] > 0 ? -RATE : RATE, 2e-5 * RATE, "first step");
    optimiser_release(&adam);
}

static void check_sgd(double momentum)
{
    struct optimiser sgd;
    struct error error;
    float values[COUNT], g[COUNT];
    double w[COUNT], v[COUNT] = {0}, size[COUNT] = {0}; /* size: bound of |v| */
    assert_good(optimiser_create(&sgd, &optimiser_sgd, COUNT, RATE, momentum, &error), error);
    support_fill(values, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++)
        w[i] = (double)values[i];
    const float start = values[7];
    for (int t = 1; t <= STEPS; t++) {
        run(&sgd, values, t, t);
        draw_gradients(g, t);
        for (size_t i = 0; i < COUNT; i++) {
            v[i] = momentum * v[i] + (double)g[i];
            size[i] = fmax(size[i], fmax(fabs(v[i]), fabs((double)g[i])));
            w[i] -= RATE * v[i];
            /* v is wrong by a few roundings of its size, each kept for about 1 / (1 - momentum)
             * steps; w by those, and by a rounding of its own size, each step */
            double wrong = 1e-6 * RATE * size[i] / (1 - momentum) + 0x1p-23 * (1 + fabs(w[i]));
            assert_near((double)values[i], w[i], t * wrong, "weight");
        }
    }
    assert_true(values[7] == start);
    optimiser_release(&sgd);
}

static void test_sgd(void **state)
{
    (void)state;
    check_sgd(0);
    check_sgd(0.5);
    check_sgd(MOMENTUM);
}

/* Exactly representable: v = 1, then 0.5 + 1 = 1.5; w = 0 - 0.25, then -0.25 - 0.375. */
static void test_sgd_steps(void **state)
{
    (void)state;
    struct optimiser sgd;
    struct error error;
    float value = 0, g = 1;
    assert_good(optimiser_create(&sgd, &optimiser_sgd, 1, 0.25, 0.5, &error), error);
    optimiser_update(&sgd, &value, &g);
    assert_true(value == -0.25f);
    optimiser_update(&sgd, &value, &g);
    assert_true(value == -0.625f);
    optimiser_reset(&sgd);
    value = 0;
    optimiser_update(&sgd, &value, &g);
    assert_true(value == -0.25f);
    assert_int_equal(sgd.step, 1);
    optimiser_release(&sgd);
}

static void check_resume(const struct optimiser_kind *kind)
{
    struct optimiser whole, first, part;
    float one[COUNT], two[COUNT];
    support_fill(one, COUNT, 1);
    create(&whole, kind);
    run(&whole, one, 1, STEPS);
    for (int stop = 1; stop < STEPS; stop += 6) {
        support_fill(two, COUNT, 1);
        create(&first, kind);
        run(&first, two, 1, stop);
        create(&part, kind);
        for (size_t s = 0; kind->states[s] != NULL; s++)
            memcpy(part.states[s], first.states[s], COUNT * sizeof(float));
        optimiser_resume(&part, first.step);
        run(&part, two, stop + 1, STEPS);
        assert_same_bits(two, one, COUNT, "resumed weights");
        for (size_t s = 0; kind->states[s] != NULL; s++)
            assert_same_bits(part.states[s], whole.states[s], COUNT, kind->states[s]);
        optimiser_release(&first);
        optimiser_release(&part);
    }
    optimiser_release(&whole);
}

static void test_resume(void **state)
{
    (void)state;
    for (size_t k = 0; optimisers_all[k] != NULL; k++)
        check_resume(optimisers_all[k]);
}

static void check_threads(const struct optimiser_kind *kind)
{
    static const int threads[] = {1, 2, 5};
    float want[COUNT], got[COUNT];
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        struct optimiser o;
        parallel_set_threads(threads[t]);
        create(&o, kind);
        support_fill(got, COUNT, 1);
        run(&o, got, 1, 5);
        if (t == 0)
            memcpy(want, got, sizeof want);
        assert_same_bits(got, want, COUNT, kind->name);
        optimiser_release(&o);
    }
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t k = 0; optimisers_all[k] != NULL; k++)
        check_threads(optimisers_all[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adam),   cmocka_unit_test(test_first_step),
        cmocka_unit_test(test_sgd),    cmocka_unit_test(test_sgd_steps),
        cmocka_unit_test(test_resume), cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
