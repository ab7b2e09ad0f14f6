/* exp and log against correctly rounded values, and by their properties. */
#include "unit/elementary_values.h"
#include "unit/support.h"

#include "exact/elementary.h"

#include <float.h>

static void check(const struct elementary_value *values, size_t count, double (*function)(double),
                  const char *what)
{
    for (size_t i = 0; i < count; i++) {
        double got = function(values[i].x), want = values[i].value;
        if (got != want)
            fail_msg("%s(%a) is %a, not %a", what, values[i].x, got, want);
        assert_int_equal(support_bits((float)got), support_bits((float)want));
    }
}

static void test_values(void **state)
{
    (void)state;
    check(exp_values, sizeof exp_values / sizeof *exp_values, exact_exp, "exp");
    check(log_values, sizeof log_values / sizeof *log_values, exact_log, "log");
}

enum { LOG_ROUNDED_TWICE = 5 }; /* arguments of the table, those below */

/* The five float32 arguments for which log, rounded to double and then to float, is another float
 * than rounded once; and the float results of all of the above. */
static void test_rounded_once(void **state)
{
    (void)state;
    static const struct {
        float x, value;
    } hardest[] = {{0x1.827a74p-7f, -0x1.1c2b1ep+2f},
                   {0x1.2f1fd6p+3f, 0x1.1fcbcep+1f},
                   {0x1.bacb4ap+25f, 0x1.1e0696p+4f},
                   {0x1.b121a6p+76f, 0x1.a9a3f2p+5f},
                   {0x1.6351d8p+95f, 0x1.08b512p+6f}};
    for (size_t i = 0; i < sizeof hardest / sizeof *hardest; i++) {
        assert_int_equal(support_bits(exact_logf(hardest[i].x)), support_bits(hardest[i].value));
        /* They are what sets the two functions apart. */
        assert_int_not_equal(support_bits((float)exact_log((double)hardest[i].x)),
                             support_bits(hardest[i].value));
    }
    for (size_t i = 0; i < sizeof exp_values / sizeof *exp_values; i++) {
        float x = (float)exp_values[i].x; /* the table's arguments are floats */
        assert_int_equal(support_bits(exact_expf(x)), support_bits((float)exp_values[i].value));
    }
    size_t differing = 0;
    for (size_t i = 0; i < sizeof log_values / sizeof *log_values; i++) {
        float x = (float)log_values[i].x;
        differing += support_bits(exact_logf(x)) != support_bits((float)log_values[i].value);
    }
    assert_int_equal(differing, LOG_ROUNDED_TWICE);
}

static void test_special_floats(void **state)
{
    (void)state;
    assert_true(exact_expf(0.0f) == 1.0f && exact_expf(-0.0f) == 1.0f);
    assert_true(exact_expf(INFINITY) == INFINITY && exact_expf(-INFINITY) == 0.0f);
    assert_true(exact_expf(FLT_MAX) == INFINITY && exact_expf(-FLT_MAX) == 0.0f);
    /* exp(0x1.62e42ep+6) is below FLT_MAX, the next float's above its upper half place. */
    assert_true(exact_expf(0x1.62e42ep+6f) == 0x1.ffff08p+127f);
    assert_true(exact_expf(0x1.62e430p+6f) == INFINITY);
    /* -150 ln 2 = -103.97207...: half the least float lies between these two. */
    assert_true(exact_expf(-0x1.9fe368p+6f) == 0x1p-149f && exact_expf(-0x1.9fe36ap+6f) == 0.0f);
    assert_true(isnan(exact_expf(NAN)) && isnan(exact_logf(NAN)) && isnan(exact_logf(-1.0f)));
    assert_true(isnan(exact_logf(-INFINITY)) && exact_logf(INFINITY) == INFINITY);
    assert_true(exact_logf(0.0f) == -INFINITY && exact_logf(-0.0f) == -INFINITY);
    assert_int_equal(support_bits(exact_logf(1.0f)), 0);
}

/* The table is only as sharp as its hard cases: some must lie within 2^-20 of a float's last place
 * of the middle between two floats. */
static void test_table_is_hard(void **state)
{
    (void)state;
    size_t hard = 0;
    for (size_t i = 0; i < sizeof exp_values / sizeof *exp_values; i++) {
        int exponent;
        double mantissa = frexp(exp_values[i].value, &exponent) * 0x1p24;
        hard += fabs(mantissa - floor(mantissa) - 0.5) < 0x1p-19;
    }
    assert_true(hard >= 20);
}

static void test_special(void **state)
{
    (void)state;
    assert_true(exact_exp(0.0) == 1.0 && exact_exp(-0.0) == 1.0);
    assert_true(exact_exp(INFINITY) == INFINITY && exact_exp(1e300) == INFINITY);
    assert_true(exact_exp(709.79) == INFINITY && isfinite(exact_exp(709.78)));
    assert_true(exact_exp(-INFINITY) == 0.0 && exact_exp(-1e300) == 0.0 && exact_exp(-746) == 0.0);
    assert_true(exact_exp(-745.0) == 0x1p-1074);
    assert_true(isnan(exact_exp(NAN)) && isnan(exact_log(NAN)));
    assert_true(exact_log(1.0) == 0.0 && !signbit(exact_log(1.0)));
    assert_true(exact_log(0.0) == -INFINITY && exact_log(-0.0) == -INFINITY);
    assert_true(exact_log(INFINITY) == INFINITY);
    assert_true(isnan(exact_log(-1.0)) && isnan(exact_log(-INFINITY)));
    assert_near(exact_log(0x1p-1074), -744.44007192138122, 1e-12, "log of the least double");
    assert_near(exact_log(DBL_MAX), 709.78271289338397, 1e-12, "log of the greatest double");
}

/* Rounding keeps order: a greater argument never has a smaller value. And each undoes the other to
 * within what rounding of the first allows. */
static void test_properties(void **state)
{
    (void)state;
    double previous = 0;
    for (int i = 0; i <= 20000; i++) {
        double x = -745 + i * 0.0727, value = exact_exp(x);
        assert_true(value >= previous);
        previous = value;
        if (x > -700 && x < 700)
            assert_near(exact_log(value), x, 3e-16 + 1.2e-16 * fabs(x), "log(exp(x))");
    }
    previous = -INFINITY;
    for (int i = 1; i <= 20000; i++) {
        double x = i / 4096.0, value = exact_log(x);
        assert_true(value > previous);
        previous = value;
    }
    /* neighbours */
    for (int i = 0; i < 2000; i++) {
        double x = 0.7071 + i * 1e-17 * 64, next = nextafter(x, 1);
        assert_true(exact_exp(next) >= exact_exp(x) && exact_log(next) >= exact_log(x));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),         cmocka_unit_test(test_table_is_hard),
        cmocka_unit_test(test_special),        cmocka_unit_test(test_rounded_once),
        cmocka_unit_test(test_special_floats), cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
