/* Statistics of a tensor, against values worked out by hand. */
#include "unit/support.h"

#include "run/statistics.h"

static struct statistics of_floats(const float *values, size_t count)
{
    uint8_t *bytes = support_allocate(count, 4);
    for (size_t i = 0; i < count; i++)
        dtype_encode_f32(values[i], bytes + 4 * i);
    struct statistics s = statistics_of(&(struct tensor){.count = count, .bytes = bytes});
    free(bytes);
    return s;
}

static void test_plain(void **state)
{
    (void)state;
    const float values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct statistics s = of_floats(values, 8);
    assert_true(s.minimum == 2 && s.maximum == 9 && s.mean == 5 && s.deviation == 2);
    assert_int_equal(s.nans, 0);
    s = of_floats(values, 1);
    assert_true(s.minimum == 2 && s.maximum == 2 && s.mean == 2 && s.deviation == 0);
}

/* Sums are taken in double: 2^24 + 1 + 1 + ... would stand still in float; and around the mean, so
 * that a small spread far from 0 is not lost. */
static void test_precision(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    float values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i == 0 ? 0x1p24f : 1;
    assert_near(of_floats(values, COUNT).mean, (0x1p24 + COUNT - 1) / COUNT, 1e-9, "mean");
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 0x1p20f + (i % 2 == 0 ? 0.125f : -0.125f);
    struct statistics s = of_floats(values, COUNT);
    assert_true(s.mean == 0x1p20 && s.deviation == 0.125);
}

static void test_special(void **state)
{
    (void)state;
    const float values[] = {NAN, -3, NAN, 1, -NAN};
    struct statistics s = of_floats(values, 5);
    assert_int_equal(s.nans, 3);
    assert_true(s.minimum == -3 && s.maximum == 1 && s.mean == -1 && s.deviation == 2);
    s = of_floats(values, 1);
    assert_int_equal(s.nans, 1);
    assert_true(isnan(s.minimum) && isnan(s.maximum) && isnan(s.mean) && isnan(s.deviation));
    s = of_floats(NULL, 0);
    assert_int_equal(s.nans, 0);
    assert_true(isnan(s.minimum) && isnan(s.maximum) && isnan(s.mean) && isnan(s.deviation));
    const float infinite[] = {1, INFINITY, -2};
    s = of_floats(infinite, 3);
    assert_true(s.minimum == -2 && s.maximum == INFINITY && s.mean == INFINITY && s.nans == 0);
    assert_int_equal(s.infinities, 1);
}

/* NaN has one form, without a sign, so that it is printed alike everywhere. */
static void assert_plain_nan(double value)
{
    assert_true(isnan(value) && !signbit(value));
}

/* Where there is no mean, or no distance from it, there is no deviation. */
static void test_infinite(void **state)
{
    (void)state;
    const float values[] = {INFINITY, -INFINITY, 1, INFINITY, INFINITY, -NAN};
    struct statistics s = of_floats(values, 3);
    assert_true(s.minimum == -INFINITY && s.maximum == INFINITY && s.nans == 0);
    assert_plain_nan(s.mean);
    assert_plain_nan(s.deviation);
    s = of_floats(values + 3, 2);
    assert_true(s.minimum == INFINITY && s.maximum == INFINITY && s.mean == INFINITY);
    assert_plain_nan(s.deviation);
    s = of_floats(values + 2, 4);
    assert_true(s.mean == INFINITY && s.nans == 1);
    assert_plain_nan(s.deviation);
    s = of_floats(values + 5, 1);
    assert_plain_nan(s.mean);
    assert_plain_nan(s.deviation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_special),
        cmocka_unit_test(test_infinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
