/* The random streams: Philox's known answers, whole numbers below a bound, and the order of
 * examples. */
#include "unit/support.h"

#include "base/random.h"
#include "data/order.h"

/* Philox4x32-10 from kat_vectors of the Random123 distribution: counter, key, result. Our key is
 * (seed, stream) and our counter (what, where), low words first. */
static void test_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], result[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        const uint32_t *c = known[i].counter;
        random_block(known[i].key[0], known[i].key[1], c[0] | (uint64_t)c[1] << 32,
                     c[2] | (uint64_t)c[3] << 32, out);
        assert_memory_equal(out, known[i].result, sizeof out);
    }
}

/* floor(bits * bound / 2^64) */
static void test_below(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = support_random(&random);
        uint32_t bound = (uint32_t)(support_random(&random) >> (32 + support_below(&random, 32)));
        if (bound == 0)
            continue;
        uint32_t got = random_below((uint32_t)bits, (uint32_t)(bits >> 32), bound);
        assert_int_equal(got, (uint32_t)(((unsigned __int128)bits * bound) >> 64));
        assert_true(got < bound);
    }
    assert_int_equal(random_below(0, 0, 7), 0);
    assert_int_equal(random_below(UINT32_MAX, UINT32_MAX, 7), 6);
    assert_int_equal(random_below(UINT32_MAX, UINT32_MAX, 1), 0);
    assert_int_equal(random_below(UINT32_MAX, UINT32_MAX, UINT32_MAX), UINT32_MAX - 1);
}

/* Fair: each of 12 values as often as the others, chi-squared of 11 degrees below its 1e-6 tail. */
static void test_fair(void **state)
{
    (void)state;
    enum { VALUES = 12, DRAWS = 120000 };
    size_t seen[VALUES] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint32_t words[4];
        random_block(1, RANDOM_DEMO, 0, i, words);
        seen[random_below(words[0], words[1], VALUES)]++;
    }
    double chi = 0, expected = (double)DRAWS / VALUES;
    for (int v = 0; v < VALUES; v++)
        chi += pow((double)seen[v] - expected, 2) / expected;
    assert_true(chi < 49.0);
}

enum { COUNT = 1000 };

static void assert_permutation(const uint32_t order[COUNT])
{
    bool seen[COUNT] = {false};
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(order[i] < COUNT && !seen[order[i]]);
        seen[order[i]] = true;
    }
}

static void test_order(void **state)
{
    (void)state;
    uint32_t one[COUNT], two[COUNT];
    order_fill(one, COUNT, ORDER_SEQUENTIAL, 1, 3);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(one[i], i);
    order_fill(one, COUNT, ORDER_SHUFFLED, 1, 1);
    assert_permutation(one);
    order_fill(two, COUNT, ORDER_SHUFFLED, 1, 1);
    assert_memory_equal(one, two, sizeof one);
    /* Another epoch, another seed: hardly an element where it was (1 is expected). */
    for (int other = 0; other < 2; other++) {
        order_fill(two, COUNT, ORDER_SHUFFLED, other == 0 ? 1 : 2, other == 0 ? 2 : 1);
        assert_permutation(two);
        size_t same = 0;
        for (size_t i = 0; i < COUNT; i++)
            same += one[i] == two[i];
        assert_true(same < 12);
    }
    one[0] = 99;
    order_fill(one, 0, ORDER_SHUFFLED, 1, 1);
    assert_int_equal(one[0], 99);
    order_fill(one, 1, ORDER_SHUFFLED, 1, 1);
    assert_int_equal(one[0], 0);
}

/* Over many epochs all 24 orders of four come equally often: chi-squared of 23 degrees. */
static void test_all_orders(void **state)
{
    (void)state;
    enum { EPOCHS = 24000 };
    size_t seen[256] = {0};
    for (uint64_t epoch = 1; epoch <= EPOCHS; epoch++) {
        uint32_t order[4];
        order_fill(order, 4, ORDER_SHUFFLED, 1, epoch);
        seen[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    double chi = 0;
    size_t kinds = 0;
    for (int i = 0; i < 256; i++) {
        if (seen[i] > 0) {
            chi += pow((double)seen[i] - EPOCHS / 24.0, 2) / (EPOCHS / 24.0);
            kinds++;
        }
    }
    assert_int_equal(kinds, 24);
    assert_true(chi < 71.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers), cmocka_unit_test(test_below),
        cmocka_unit_test(test_fair),          cmocka_unit_test(test_order),
        cmocka_unit_test(test_all_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
