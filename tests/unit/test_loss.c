/* Both losses against their formulas in double, their gradients against differences, and what
 * becomes of logits out of all bounds. */
#include "unit/reference.h"

enum { CLASSES = 10, BATCH = 7 };

static void draw(float *z, uint8_t *labels, double size, uint64_t seed)
{
    for (size_t i = 0; i < BATCH * CLASSES; i++)
        z[i] = (float)(size * support_centred(&seed));
    for (size_t b = 0; b < BATCH; b++)
        labels[b] = (uint8_t)support_below(&seed, CLASSES);
}

static void test_formulas(void **state)
{
    (void)state;
    static const double sizes[] = {0, 1e-3, 1, 10, 100};
    float z[BATCH * CLASSES], dz[BATCH * CLASSES];
    double wide[BATCH * CLASSES];
    uint8_t labels[BATCH];
    for (int kind = 0; loss_names[kind] != NULL; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            draw(z, labels, sizes[s], s);
            for (size_t i = 0; i < BATCH * CLASSES; i++)
                wide[i] = (double)z[i];
            enum loss_kind k = (enum loss_kind)kind;
            double want = BATCH * reference_loss(k, BATCH, CLASSES, wide, labels);
            double got = loss_compute(k, BATCH, CLASSES, z, labels, dz);
            assert_near(got, want, 1e-13 * fabs(want) + 1e-13, "loss");
            for (size_t i = 0; i < BATCH * CLASSES; i++) {
                const double h = 1e-5;
                wide[i] = (double)z[i] + h;
                double above = reference_loss(k, BATCH, CLASSES, wide, labels);
                wide[i] = (double)z[i] - h;
                double below = reference_loss(k, BATCH, CLASSES, wide, labels);
                wide[i] = (double)z[i];
                assert_near((double)dz[i], (above - below) / (2 * h), 2e-8, "gradient");
            }
        }
    }
}

/* Of equal logits every class has a tenth: ln 10; applied twice, the softmax's outputs are equal
 * too. */
static void test_equal_logits(void **state)
{
    (void)state;
    const float z[CLASSES] = {0};
    const uint8_t label = 3;
    float dz[CLASSES];
    for (int kind = 0; loss_names[kind] != NULL; kind++) {
        double loss = loss_compute((enum loss_kind)kind, 1, CLASSES, z, &label, dz);
        assert_near(loss, log(10), 1e-15, "ln 10");
    }
    loss_compute(LOSS_CROSS_ENTROPY, 1, CLASSES, z, &label, dz);
    assert_true(dz[3] == -0.9f && dz[0] == 0.1f);
}

/* A certain and right answer costs nothing; through a second softmax no less than ln(1 + 9/e). */
static void test_floor(void **state)
{
    (void)state;
    float z[CLASSES] = {0}, dz[CLASSES];
    const uint8_t label = 4;
    z[4] = 1e13f;
    assert_true(loss_compute(LOSS_CROSS_ENTROPY, 1, CLASSES, z, &label, dz) == 0.0);
    for (int k = 0; k < CLASSES; k++)
        assert_true(dz[k] == 0.0f);
    double loss = loss_compute(LOSS_CROSS_ENTROPY_OF_SOFTMAX, 1, CLASSES, z, &label, dz);
    assert_near(loss, log(1 + 9 / exp(1)), 1e-15, "floor");
    assert_near(loss, 1.4612, 5e-5, "floor as published");
    for (int k = 0; k < CLASSES; k++)
        assert_true(dz[k] == 0.0f);
    for (uint64_t seed = 0; seed < 50; seed++) {
        for (int k = 0; k < CLASSES; k++)
            z[k] = (float)(30 * support_centred(&seed));
        double other = loss_compute(LOSS_CROSS_ENTROPY_OF_SOFTMAX, 1, CLASSES, z, &label, dz);
        assert_true(other >= loss - 1e-15 && other <= log(9 + exp(1)) + 1e-15);
    }
}

/* The losses of the run whose weights all begin as one: sizes of 1e13 are just numbers. */
static void test_huge_logits(void **state)
{
    (void)state;
    float z[CLASSES] = {1e13f, -1e13f, 3e13f, 0}, dz[CLASSES];
    uint8_t label = 0;
    double loss = loss_compute(LOSS_CROSS_ENTROPY, 1, CLASSES, z, &label, dz);
    assert_true(loss == (double)z[2] - (double)z[0]);
    assert_true(dz[0] == -1.0f && dz[1] == 0.0f && dz[2] == 1.0f);
    z[2] = 3e38f;
    z[1] = -3e38f;
    label = 1;
    loss = loss_compute(LOSS_CROSS_ENTROPY, 1, CLASSES, z, &label, dz);
    assert_true(loss == (double)z[2] - (double)z[1]);
    loss = loss_compute(LOSS_CROSS_ENTROPY_OF_SOFTMAX, 1, CLASSES, z, &label, dz);
    assert_near(loss, log(9 + exp(1)), 1e-15, "certain and wrong");
}

/* An infinity or a NaN among the logits makes the loss NaN, as in PyTorch, but for a -inf that has
 * no part in anything. */
static void test_not_finite(void **state)
{
    (void)state;
    static const float bad[] = {INFINITY, NAN};
    float dz[CLASSES];
    const uint8_t label = 2;
    for (int kind = 0; loss_names[kind] != NULL; kind++) {
        for (int i = 0; i < 2; i++) {
            for (int at = 0; at < CLASSES; at++) {
                float z[CLASSES] = {0};
                z[at] = bad[i];
                double loss = loss_compute((enum loss_kind)kind, 1, CLASSES, z, &label, dz);
                assert_true(isnan(loss));
                for (int k = 0; k < CLASSES; k++)
                    assert_true(isnan(dz[k]));
            }
        }
    }
    const float z[CLASSES] = {-INFINITY};
    double loss = loss_compute(LOSS_CROSS_ENTROPY, 1, CLASSES, z, &label, dz);
    assert_near(loss, log(9), 1e-15, "one class ruled out");
    assert_true(dz[0] == 0.0f);
}

static void test_prediction(void **state)
{
    (void)state;
    const float plain[] = {1, 3, 2}, equal[] = {1, 5, 5}, all[] = {2, 2, 2};
    const float nan[] = {9, NAN, INFINITY}, low[] = {-INFINITY, -1, -2}, first[] = {NAN, 1, NAN};
    assert_int_equal(loss_prediction(3, plain), 1);
    assert_int_equal(loss_prediction(3, equal), 1);
    assert_int_equal(loss_prediction(3, all), 0);
    assert_int_equal(loss_prediction(3, nan), 1);
    assert_int_equal(loss_prediction(3, low), 1);
    assert_int_equal(loss_prediction(3, first), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),   cmocka_unit_test(test_equal_logits),
        cmocka_unit_test(test_floor),      cmocka_unit_test(test_huge_logits),
        cmocka_unit_test(test_not_finite), cmocka_unit_test(test_prediction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
