/* Quadratic forms, and SGD's moments: against enumeration of every draw and against seeded runs. */
#include "unit/demo_support.h"

static struct lsq_point batch_gradient(const struct lsq *p, struct lsq_point w, size_t i, size_t j)
{
    struct lsq_point g = example_gradient(p, w, i), h = example_gradient(p, w, j);
    return (struct lsq_point){(g.a + h.a) / 2, (g.b + h.b) / 2};
}

static double determinant(const struct form *m)
{
    const double(*x)[3] = m->at;
    return x[0][0] * (x[1][1] * x[2][2] - x[1][2] * x[2][1])
           - x[0][1] * (x[1][0] * x[2][2] - x[1][2] * x[2][0])
           + x[0][2] * (x[1][0] * x[2][1] - x[1][1] * x[2][0]);
}

/* No v has a larger ratio, and n - ratio d is singular. */
static void test_largest_ratio(void **state)
{
    (void)state;
    const struct form identity = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    const struct form known = {{{2, 1, 0}, {1, 2, 0}, {0, 0, -5}}};
    expect_near(form_largest_ratio(&known, &identity), 3, 1e-14);
    assert_true(isnan(form_largest_ratio(&identity, &known)));
    for (uint64_t i = 0; i < 100; i++) {
        struct form n = {0}, d = {0};
        double v[12][3];
        for (int j = 0; j < 12; j++) {
            uint32_t bits[4];
            random_block(8, RANDOM_DEMO, i, (uint64_t)j, bits);
            for (int k = 0; k < 3; k++)
                v[j][k] = 2 * lsq_unit(bits[k]) - 1;
        }
        for (int j = 0; j < 4; j++) {
            form_add_square(&d, 1, v[j]);
            form_add_square(&n, j - 1, v[4 + j]);
        }
        double ratio = form_largest_ratio(&n, &d);
        for (int j = 0; j < 12; j++)
            expect_at_most(form_value(&n, v[j]), ratio * form_value(&d, v[j]) + 1e-12);
        form_add(&n, -ratio, &d);
        expect_near(determinant(&n), 0, 1e-9);
    }
}

/* Every form against the mean over all draws, single and in pairs. */
static void test_forms_by_enumeration(void **state)
{
    (void)state;
    struct lsq p;
    struct moments one, two;
    lsq_make(&p, 3);
    moments_make(&p, 1, &one);
    moments_make(&p, 2, &two);
    const double *h = p.hessian;
    for (uint64_t n = 0; n < 20; n++) {
        struct lsq_point w = random_weights(&p, n), full = lsq_gradient(&p, w);
        double length = 0, curve = 0, pairs = 0;
        for (size_t i = 0; i < LSQ_POINTS; i++) {
            struct lsq_point g = example_gradient(&p, w, i);
            length += square(g) / LSQ_POINTS;
            curve += (h[0] * g.a * g.a + 2 * h[1] * g.a * g.b + h[2] * g.b * g.b) / LSQ_POINTS;
            for (size_t j = 0; j < LSQ_POINTS; j++)
                pairs += square(batch_gradient(&p, w, i, j)) / (LSQ_POINTS * LSQ_POINTS);
        }
        expect_near(at(&one.length, &p, w) / length, 1, 1e-11);
        expect_near(at(&one.curve, &p, w) / curve, 1, 1e-11);
        expect_near(at(&two.length, &p, w) / pairs, 1, 1e-11);
        expect_near(at(&one.slope, &p, w) / square(full), 1, 1e-8);
        double gap = lsq_loss(&p, w) - lsq_loss(&p, p.optimum);
        expect_near(at(&one.gap, &p, w), gap, 1e-11 * (1 + gap));
    }
}

/* Two steps of different sizes: the moments against all pairs of draws. */
static void test_steps_by_enumeration(void **state)
{
    (void)state;
    struct lsq p;
    struct moments m;
    lsq_make(&p, 2);
    const struct lsq_point start = {-1, 2};
    struct form exact = moments_at(&p, start), all = {0}, of_pairs = {0};
    moments_make(&p, 1, &m);
    moments_step(&m, 0.5, &exact);
    moments_step(&m, 0.2, &exact);
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        struct lsq_point g = example_gradient(&p, start, i);
        struct lsq_point w = {start.a - 0.5 * g.a, start.b - 0.5 * g.b};
        for (size_t j = 0; j < LSQ_POINTS; j++) {
            g = example_gradient(&p, w, j);
            struct form end = moments_at(&p, (struct lsq_point){w.a - 0.2 * g.a, w.b - 0.2 * g.b});
            form_add(&all, 1.0 / (LSQ_POINTS * LSQ_POINTS), &end);
            g = batch_gradient(&p, start, i, j);
            end = moments_at(&p, (struct lsq_point){start.a - 0.5 * g.a, start.b - 0.5 * g.b});
            form_add(&of_pairs, 1.0 / (LSQ_POINTS * LSQ_POINTS), &end);
        }
    }
    struct form pair = moments_at(&p, start);
    moments_make(&p, 2, &m);
    moments_step(&m, 0.5, &pair);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            expect_near(exact.at[i][j], all.at[i][j], 1e-12);
            expect_near(pair.at[i][j], of_pairs.at[i][j], 1e-12);
        }
    }
}

/* Seeded runs, by Algorithm 2's own code, agree with the expectation. */
static void test_runs_agree(void **state)
{
    (void)state;
    enum { RUNS = 2000, STEPS = 60 };
    struct lsq p;
    lsq_make(&p, 1);
    for (uint32_t batch = 1; batch <= 4; batch += 3) {
        struct moments m;
        moments_make(&p, batch, &m);
        const struct lsq_point start = {2, -3};
        const struct lsq_schedule sizes = {.first = 0.3, .decay = 20};
        struct form exact = moments_at(&p, start);
        for (size_t k = 0; k < STEPS; k++)
            moments_step(&m, lsq_step_size(&sizes, k), &exact);
        double sum = 0, squares = 0;
        for (uint64_t run = 0; run < RUNS; run++) {
            struct lsq_point w = start;
            for (size_t k = 0; k < STEPS; k++)
                w = moments_draw(&m, w, lsq_step_size(&sizes, k), run, k);
            double gap = lsq_loss(&p, w) - lsq_loss(&p, p.optimum);
            sum += gap;
            squares += gap * gap;
        }
        double mean = sum / RUNS, error = sqrt((squares / RUNS - mean * mean) / RUNS);
        expect_near(form_mean(&m.gap, &exact), mean, 4 * error);
        assert_true(error < 0.05 * mean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_largest_ratio),
        cmocka_unit_test(test_forms_by_enumeration),
        cmocka_unit_test(test_steps_by_enumeration),
        cmocka_unit_test(test_runs_agree),
    };
    return cmocka_run_group_tests_name("moments", tests, NULL, NULL);
}
