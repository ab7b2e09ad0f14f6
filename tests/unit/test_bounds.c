/* The theorems' constants and bounds on the least-squares problem: at random weights, with every
 * draw enumerated, and beyond the steps for which they are meant. */
#include "unit/demo_support.h"

#include "demo/bounds.h"
#include "demo/evidence.h"

/* L, c, M and M_G are valid at every weight tried, and no better ones are. */
static void test_constants(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        struct lsq p;
        struct bounds b;
        lsq_make(&p, seed);
        bounds_make(&p, 1, &b);
        const struct moments *m = &b.moments;
        double most = 0, least = 1e9, furthest = 0;
        for (uint64_t n = 0; n < 20000; n++) {
            struct lsq_point w = random_weights(&p, n);
            double slope = at(&m->slope, &p, w), gap = at(&m->gap, &p, w);
            double length = at(&m->length, &p, w);
            expect_at_most(length, b.m + b.mg * slope);
            expect_at_most(slope, 2 * b.lipschitz * gap * (1 + 1e-9));
            expect_at_most(2 * b.convexity * gap, slope * (1 + 1e-9));
            double ratio = slope / (2 * gap), growth = length / slope;
            most = ratio > most ? ratio : most;
            least = ratio < least ? ratio : least;
            if (slope > 1e4)
                furthest = growth > furthest ? growth : furthest;
        }
        expect_near(most / b.lipschitz, 1, 1e-4);
        expect_near(least / b.convexity, 1, 1e-4);
        expect_near(furthest / b.least_mg, 1, 0.01);
        double slope = at(&m->slope, &p, b.tight), length = at(&m->length, &p, b.tight);
        expect_near(length, b.m + b.mg * slope, 1e-12);
        expect_near(at(&m->length, &p, p.optimum), b.least_m, 1e-14);
        assert_true(b.m > b.least_m && b.mg > b.least_mg && b.least_mg > 1);
        assert_true(isinf(bounds_least_m(m, b.least_mg * 0.999, NULL)));
        assert_true(isfinite(bounds_least_m(m, b.least_mg * 1.001, NULL)));
        assert_true(bounds_least_m(m, b.mg * 1.1, NULL) < b.m);
    }
}

/* A batch of m divides M and M_G - 1 by m. */
static void test_batches(void **state)
{
    (void)state;
    struct lsq p;
    struct bounds one, many;
    lsq_make(&p, 1);
    bounds_make(&p, 1, &one);
    bounds_make(&p, 10, &many);
    expect_near(many.m, one.m / 10, 1e-13);
    expect_near(many.mg - 1, (one.mg - 1) / 10, 1e-12);
    expect_near(many.least_m, one.least_m / 10, 1e-14);
    expect_near(many.lipschitz, one.lipschitz, 0);
}

/* Theorems 2 and 3 word for word, at any weights and sizes, E_k the mean over all draws; and the
 * original's noise term, a_k L M / 2, which is too small for a long step. */
static void test_single_steps(void **state)
{
    (void)state;
    struct lsq p;
    struct bounds b;
    lsq_make(&p, 1);
    bounds_make(&p, 1, &b);
    bool printed_failed = false;
    for (uint64_t n = 0; n < 2000; n++) {
        struct lsq_point w = n == 0 ? p.optimum : random_weights(&p, n);
        struct lsq_point full = lsq_gradient(&p, w);
        double size = n == 0 ? 2 : 0.01 * (double)(n % 300 + 1), after = 0, length = 0;
        for (size_t i = 0; i < LSQ_POINTS; i++) {
            struct lsq_point g = example_gradient(&p, w, i);
            struct lsq_point next = {w.a - size * g.a, w.b - size * g.b};
            after += lsq_loss(&p, next) / LSQ_POINTS;
            length += square(g) / LSQ_POINTS;
        }
        double change = after - lsq_loss(&p, w), slope = square(full);
        double noise = b.lipschitz * b.m / 2, rounding = 1e-12 * after;
        double drop = -(1 - size * b.lipschitz * b.mg / 2) * size * slope;
        expect_at_most(change, -size * slope + size * size * b.lipschitz * length / 2 + rounding);
        expect_at_most(change, drop + size * size * noise + rounding);
        printed_failed = printed_failed || change > drop + size * noise + rounding;
    }
    assert_true(printed_failed);
}

static void raise_to(double *largest, double ratio)
{
    if (!(ratio <= *largest))
        *largest = ratio;
}

/* Largest ratios of gap and weighted mean to their bounds over steps of these sizes. */
static void largest(const struct bounds *b, const struct lsq_schedule *sizes,
                    struct lsq_point start, double *gap, double *average)
{
    struct account account;
    struct account_row row;
    account_open(&account, b, sizes);
    struct form state = moments_at(b->moments.problem, start);
    *gap = *average = 0;
    for (size_t k = 0; k < 3000; k++) {
        account_enter(&account, &state, &row);
        assert_int_equal(row.k, k + 1);
        moments_step(&b->moments, lsq_step_size(sizes, k), &state);
        expect_at_most(row.excess, row.excess_second);
        expect_at_most(row.excess_second, row.excess_third);
        raise_to(average, row.average / row.average_bound);
        if (k > 0) /* the bound begins as the gap */
            raise_to(gap, row.gap / row.gap_bound);
    }
}

/* Far from the optimum the bounds are ruled by the first gap, at it by the noise. */
static void test_bounds_hold(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        for (uint32_t batch = 1; batch <= 300; batch = batch == 1 ? 10 : batch * 30) {
            struct lsq p;
            struct bounds b;
            lsq_make(&p, seed);
            bounds_make(&p, batch, &b);
            struct lsq_schedule sizes[] = {bounds_constant(&b), bounds_diminishing(&b)};
            expect_near(sizes[0].first * b.lipschitz * b.mg, 1, 1e-14);
            for (int i = 0; i < 4; i++) {
                double gap, average;
                largest(&b, &sizes[i % 2], i < 2 ? p.optimum : (struct lsq_point){3, -2}, &gap,
                        &average);
                expect_at_most(gap, 1);
                expect_at_most(average, 1);
            }
        }
    }
}

/* Constant steps beyond the premises: just below the critical size the moments settle, just above
 * they grow without end, and Theorem 4's bound and the corollary's break. */
static void test_bounds_break(void **state)
{
    (void)state;
    const struct lsq_point start = {3, -2};
    for (uint32_t batch = 1; batch <= 10; batch += 9) {
        struct lsq p;
        struct bounds b;
        lsq_make(&p, 1);
        bounds_make(&p, batch, &b);
        assert_true(b.critical > b.step);
        double ends[2];
        for (int i = 0; i < 2; i++) {
            struct form now = moments_at(&p, start);
            for (int k = 0; k < 2000; k++)
                moments_step(&b.moments, b.critical * (i == 0 ? 0.99 : 1.01), &now);
            ends[i] = form_mean(&b.moments.gap, &now);
        }
        assert_true(ends[0] < 100);
        assert_true(ends[1] > 1e6);
        struct lsq_schedule sizes = bounds_constant(&b);
        sizes.first = 1.01 * b.critical;
        double gap, average;
        largest(&b, &sizes, start, &gap, &average);
        assert_true(gap > 1 && average > 1);
        assert_true(isfinite(gap) && isfinite(average));
    }
}

/* Of every problem: all ratios of the verdicts are at most 1 but that of the original's wording. */
static void test_verdicts(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        char *text = written(evidence_write_verdicts, seed), *again = NULL;
        again = written(evidence_write_verdicts, seed);
        assert_string_equal(text, again);
        free(again);
        assert_memory_equal(text, "theorem\tquantity\tratio\n", 23);
        int rows = 0, printed = 0;
        for (char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
            double ratio = strtod(strchr(strchr(line, '\t') + 1, '\t') + 1, NULL);
            bool as_printed = strncmp(line, "3 as printed\t", 13) == 0;
            assert_true(as_printed ? ratio > 1 : ratio > 0 && ratio <= 1);
            printed += as_printed;
            rows++;
        }
        assert_int_equal(rows, 15);
        assert_int_equal(printed, 1);
        free(text);
    }
}

static void test_bounds_file(void **state)
{
    (void)state;
    char *text = written(evidence_write_bounds, 1);
    const char *const names[] = {"# measured\n", "# frontier\n",    "# pair\n", "# constant\n",
                                 "# batch\n",    "# diminishing\n", "# runs\n"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_non_null(strstr(text, names[i]));
    assert_null(strstr(text, "nan"));
    int runs, steps;
    double distance;
    assert_int_equal(
        sscanf(strstr(text, "# runs\n"), "# runs\n%d %d %lf", &runs, &steps, &distance), 3);
    assert_true(runs >= 100 && steps >= 10000 && distance > 0.7 && distance < 1.3);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants),    cmocka_unit_test(test_batches),
        cmocka_unit_test(test_single_steps), cmocka_unit_test(test_bounds_hold),
        cmocka_unit_test(test_bounds_break), cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_bounds_file),
    };
    return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
