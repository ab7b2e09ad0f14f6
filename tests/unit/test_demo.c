/* The least-squares demonstrations against closed forms, and their files' determinism. */
#include "unit/demo_support.h"

#include "demo/chain.h"
#include "demo/drawing.h"

/* Another form of the same solution: slope = covariance / variance about the means. */
static void test_optimum(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        struct lsq p;
        lsq_make(&p, seed);
        double x = 0, y = 0, variance = 0, covariance = 0;
        for (int i = 0; i < LSQ_POINTS; i++) {
            assert_true(p.x[i] >= -0.6 && p.x[i] < 1.4);
            x += p.x[i] / LSQ_POINTS;
            y += p.y[i] / LSQ_POINTS;
        }
        for (int i = 0; i < LSQ_POINTS; i++) {
            variance += (p.x[i] - x) * (p.x[i] - x);
            covariance += (p.x[i] - x) * (p.y[i] - y);
        }
        expect_near(p.optimum.a, covariance / variance, 1e-12);
        expect_near(p.optimum.b, y - covariance / variance * x, 1e-12);
        struct lsq_point g = lsq_gradient(&p, p.optimum);
        expect_near(g.a, 0, 1e-13);
        expect_near(g.b, 0, 1e-13);
    }
}

/* F is quadratic, so central differences are exact but for rounding. */
static void test_gradient_and_bowl(void **state)
{
    (void)state;
    struct lsq p;
    lsq_make(&p, 3);
    const struct lsq_point w = {2.5, -1.25};
    struct lsq_point g = lsq_gradient(&p, w);
    const double h = 0.125;
    struct lsq_point up = {w.a + h, w.b}, down = {w.a - h, w.b};
    expect_near((lsq_loss(&p, up) - lsq_loss(&p, down)) / (2 * h), g.a, 1e-12);
    up = (struct lsq_point){w.a, w.b + h};
    down = (struct lsq_point){w.a, w.b - h};
    expect_near((lsq_loss(&p, up) - lsq_loss(&p, down)) / (2 * h), g.b, 1e-12);

    struct lsq_point z = lsq_to_round(&p, w), back = lsq_from_round(&p, z);
    expect_near(back.a, w.a, 1e-12);
    expect_near(back.b, w.b, 1e-12);
    expect_near(lsq_loss(&p, w) - lsq_loss(&p, p.optimum), (z.a * z.a + z.b * z.b) / 2, 1e-12);
    const double *l = p.cholesky;
    expect_near(l[0] * l[0], p.hessian[0], 1e-15);
    expect_near(l[0] * l[1], p.hessian[1], 1e-15);
    expect_near(l[1] * l[1] + l[2] * l[2], p.hessian[2], 1e-15);
}

static void test_ring(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    struct lsq p;
    struct lsq_point ring[COUNT + 1];
    lsq_make(&p, 1);
    lsq_ring(&p, 0.7, COUNT, ring);
    for (int i = 0; i <= COUNT; i++)
        expect_near(lsq_loss(&p, ring[i]) - lsq_loss(&p, p.optimum), 0.7, 1e-12);
    assert_memory_equal(&ring[COUNT], &ring[0], sizeof ring[0]);
    for (int i = 1; i < COUNT; i++) /* the halves are point-symmetric about the optimum */
        expect_near(ring[i].a + ring[(i + COUNT / 2) % COUNT].a, 2 * p.optimum.a, 1e-12);
}

static void test_descent(void **state)
{
    (void)state;
    enum { STEPS = 400 };
    struct lsq p;
    struct lsq_point path[STEPS + 1];
    lsq_make(&p, 2);
    lsq_descend(&p, (struct lsq_point){3, 3}, 0.35, STEPS, path);
    assert_true(path[0].a == 3 && path[0].b == 3);
    for (int k = 0; k < 50; k++)
        assert_true(lsq_loss(&p, path[k + 1]) < lsq_loss(&p, path[k]));
    expect_near(path[STEPS].a, p.optimum.a, 1e-9);
    expect_near(path[STEPS].b, p.optimum.b, 1e-9);
}

/* E[grad f] = grad F: the mean of many single steps is a step of gradient descent. */
static void test_steps_are_unbiased(void **state)
{
    (void)state;
    enum { RUNS = 40000 };
    struct lsq p;
    lsq_make(&p, 4);
    const struct lsq_point w = {0.25, 1.5};
    struct lsq_point g = lsq_gradient(&p, w), sum = {0, 0};
    for (uint64_t run = 0; run < RUNS; run++) {
        struct lsq_point next = lsq_step(&p, w, 1.0, run, 9);
        sum.a += w.a - next.a;
        sum.b += w.b - next.b;
    }
    expect_near(sum.a / RUNS, g.a, 0.03);
    expect_near(sum.b / RUNS, g.b, 0.03);
}

static void test_sgd_converges(void **state)
{
    (void)state;
    enum { STEPS = 20000 };
    struct lsq p;
    struct lsq_point *path = malloc((STEPS + 1) * sizeof *path);
    assert_non_null(path);
    lsq_make(&p, 1);
    const struct lsq_schedule sizes = {.first = 0.35, .decay = 60};
    assert_true(lsq_step_size(&sizes, 0) == 0.35);
    assert_true(lsq_step_size(&sizes, 60) == 0.175);
    lsq_wander(&p, (struct lsq_point){-2, 2}, &sizes, 7, STEPS, path);
    struct lsq_point z = lsq_to_round(&p, path[STEPS]);
    assert_true(z.a * z.a + z.b * z.b < 0.1 * 0.1);
    struct lsq_point again = lsq_step(&p, path[5], lsq_step_size(&sizes, 5), 7, 5);
    assert_memory_equal(&again, &path[6], sizeof again); /* a step stands for itself */
    free(path);
}

static void test_states(void **state)
{
    (void)state;
    const double side = 0.25;
    assert_int_equal(chain_state(side, (struct lsq_point){0, 0}), CHAIN_MIDDLE);
    assert_int_equal(chain_state(side, (struct lsq_point){-99, -99}), 0);
    assert_int_equal(chain_state(side, (struct lsq_point){99, -99}), CHAIN_SIDE - 1);
    assert_int_equal(chain_state(side, (struct lsq_point){99, 99}), CHAIN_STATES - 1);
    for (int i = 0; i < CHAIN_STATES; i++) {
        struct lsq_point centre
            = {side * (i % CHAIN_SIDE - CHAIN_SIDE / 2), side * (i / CHAIN_SIDE - CHAIN_SIDE / 2)};
        assert_int_equal(chain_state(side, centre), i);
    }
}

static void expect_stochastic(const struct chain *chain)
{
    for (int from = 0; from < CHAIN_STATES; from++) {
        double sum = 0;
        for (int to = 0; to < CHAIN_STATES; to++) {
            assert_true(chain->p[from][to] >= 0);
            sum += chain->p[from][to];
        }
        expect_near(sum, 1, 1e-10);
    }
}

static void test_chain(void **state)
{
    (void)state;
    struct lsq p;
    static struct chain once, twice, direct;
    lsq_make(&p, 1);
    struct chain_plan plan
        = {.side = 0.2, .sizes = {.first = 0.3, .decay = LSQ_NO_DECAY}, .runs = 500, .steps = 4};
    chain_estimate(&p, &plan, &once);
    expect_stochastic(&once);
    twice = once;
    chain_square(&twice);
    expect_stochastic(&twice);
    double sum = 0;
    for (int via = 0; via < CHAIN_STATES; via++)
        sum += once.p[0][via] * once.p[via][CHAIN_MIDDLE];
    expect_near(twice.p[0][CHAIN_MIDDLE], sum, 1e-15);
    /* Twice the steps in one go: the square forgets the place within a cell, so nearly the same. */
    plan.steps = 8;
    plan.first_run = 1u << 20;
    chain_estimate(&p, &plan, &direct);
    for (size_t from = 0; from < CHAIN_STATES; from += CHAIN_SIDE)
        expect_near(chain_spread(&twice, plan.side, from), chain_spread(&direct, plan.side, from),
                    0.05);
    for (int i = 0; i < 8; i++)
        chain_square(&twice);
    for (int to = 0; to < CHAIN_STATES; to++) /* in the long run the start is forgotten */
        expect_near(twice.p[0][to], twice.p[CHAIN_MIDDLE][to], 1e-9);
    /* Smaller steps end nearer to the optimum. */
    plan.sizes = (struct lsq_schedule){.first = 0.3, .decay = 40};
    plan.steps = 400;
    plan.runs = 50;
    chain_estimate(&p, &plan, &direct);
    expect_stochastic(&direct);
    assert_true(chain_spread(&direct, plan.side, 0) < 0.5 * chain_spread(&twice, plan.side, 0));
}

/* Without a step a run ends where it began: uniform in its cell, so that its mean squared distance
 * is that of the cell's centre and side^2 / 12 for each coordinate. After many steps the start is
 * forgotten, and a matrix estimated over all of them agrees but for the width of its cells. */
static void test_distance(void **state)
{
    (void)state;
    struct lsq p;
    static struct chain chain;
    lsq_make(&p, 1);
    struct chain_plan plan
        = {.side = 0.2, .sizes = {.first = 0.3, .decay = LSQ_NO_DECAY}, .runs = 20000, .steps = 0};
    expect_near(chain_distance(&p, &plan, CHAIN_MIDDLE), sqrt(0.04 / 6), 0.001);
    expect_near(chain_distance(&p, &plan, 0), sqrt(0.72 + 0.04 / 6), 0.003);
    plan.steps = 60;
    plan.runs = 2000;
    double middle = chain_distance(&p, &plan, CHAIN_MIDDLE);
    expect_near(middle, chain_distance(&p, &plan, 0), 0.03);
    chain_estimate(&p, &plan, &chain);
    expect_near(middle, chain_spread(&chain, plan.side, CHAIN_MIDDLE), 0.05);
    plan.sizes.decay = 40;
    assert_true(chain_distance(&p, &plan, CHAIN_MIDDLE) < middle);
}

static void test_square_of_identity(void **state)
{
    (void)state;
    static struct chain chain;
    for (int i = 0; i < CHAIN_STATES; i++)
        chain.p[i][i] = 1;
    chain_square(&chain);
    for (int i = 0; i < CHAIN_STATES; i++)
        assert_true(chain.p[i][i] == 1);
    assert_true(chain_spread(&chain, 0.2, CHAIN_MIDDLE) == 0);
    expect_near(chain_spread(&chain, 0.2, 0), 0.6 * sqrt(2), 1e-12);
}

static void test_files(void **state)
{
    (void)state;
    bool (*const writers[])(const char *, uint32_t, struct error *)
        = {drawing_write_paths, drawing_write_chain};
    const char *const names[][4]
        = {{"# rings\n", "# descent\n", "# sgd\n", "# tail\n"},
           {"# block\n", "# power\n", "# long\n", "# constant-distance\n"}};
    for (int i = 0; i < 2; i++) {
        char *one = written(writers[i], 1), *again = written(writers[i], 1);
        char *other = written(writers[i], 2);
        assert_string_equal(one, again);
        assert_string_not_equal(one, other);
        assert_null(strstr(one, "nan"));
        for (int n = 0; n < 4; n++)
            assert_non_null(strstr(one, names[i][n]));
        free(one);
        free(again);
        free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimum),
        cmocka_unit_test(test_gradient_and_bowl),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_descent),
        cmocka_unit_test(test_steps_are_unbiased),
        cmocka_unit_test(test_sgd_converges),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_square_of_identity),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
