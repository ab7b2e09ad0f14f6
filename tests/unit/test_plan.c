/* Placing buffers in one block, and the arena that holds it. */
#include "unit/support.h"

#include "base/arena.h"
#include "nn/plan.h"

enum { BUFFERS = 60, TIMES = 50 };

static bool live_together(const struct plan_buffer *a, const struct plan_buffer *b)
{
    return a->bytes > 0 && b->bytes > 0 && a->first <= b->last && b->first <= a->last;
}

/* The most bytes that live at one moment: no plan can do with less. */
static size_t lower_bound(const struct plan_buffer *buffers, size_t count)
{
    size_t most = 0;
    for (size_t time = 0; time < TIMES; time++) {
        size_t bytes = 0;
        for (size_t i = 0; i < count; i++) {
            if (buffers[i].first <= time && time <= buffers[i].last)
                bytes += buffers[i].bytes;
        }
        most = bytes > most ? bytes : most;
    }
    return most;
}

static size_t check(struct plan_buffer *buffers, size_t count)
{
    struct error error;
    size_t total, sum = 0;
    assert_good(plan_place(buffers, count, &total, &error), error);
    for (size_t i = 0; i < count; i++) {
        const struct plan_buffer *a = &buffers[i];
        sum += arena_round(a->bytes);
        assert_int_equal(a->offset % ARENA_ALIGNMENT, 0);
        assert_true(a->bytes == 0 || a->offset + a->bytes <= total);
        for (size_t j = 0; j < i; j++) {
            const struct plan_buffer *b = &buffers[j];
            if (live_together(a, b))
                assert_true(a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset);
        }
    }
    assert_true(total >= lower_bound(buffers, count));
    assert_true(total <= sum);
    return total;
}

static void test_random(void **state)
{
    (void)state;
    uint64_t random = 1;
    double excess = 0;
    enum { ROUNDS = 300 };
    for (int round = 0; round < ROUNDS; round++) {
        struct plan_buffer buffers[BUFFERS] = {{0}}, again[BUFFERS];
        size_t count = 1 + support_below(&random, BUFFERS);
        for (size_t i = 0; i < count; i++) {
            struct plan_buffer *b = &buffers[i];
            b->bytes = support_below(&random, 8) == 0 ? 0 : 1 + support_below(&random, 100000);
            b->first = support_below(&random, TIMES);
            b->last = b->first + support_below(&random, TIMES - b->first);
        }
        memcpy(again, buffers, sizeof again);
        size_t total = check(buffers, count), least = lower_bound(buffers, count);
        if (least > 0)
            excess += ((double)total / (double)least - 1) / ROUNDS;
        assert_int_equal(check(again, count), total); /* the same plan each time */
        assert_memory_equal(again, buffers, sizeof again);
    }
    assert_true(excess < 0.1); /* not just one behind the other */
}

static void test_known(void **state)
{
    (void)state;
    /* a chain, each living with its neighbours only: two places do */
    struct plan_buffer chain[6];
    for (size_t i = 0; i < 6; i++)
        chain[i] = (struct plan_buffer){.bytes = 640, .first = i, .last = i + 1};
    assert_int_equal(check(chain, 6), 2 * 640);
    /* all at once */
    for (size_t i = 0; i < 6; i++)
        chain[i] = (struct plan_buffer){.bytes = 100, .first = 3, .last = 3};
    assert_int_equal(check(chain, 6), 6 * 128);
    /* a life's last moment is part of it */
    chain[0] = (struct plan_buffer){.bytes = 64, .first = 0, .last = 1};
    chain[1] = (struct plan_buffer){.bytes = 64, .first = 1, .last = 2};
    chain[2] = (struct plan_buffer){.bytes = 64, .first = 2, .last = 2};
    assert_int_equal(check(chain, 3), 128);
    chain[0].bytes = chain[1].bytes = chain[2].bytes = 0;
    assert_int_equal(check(chain, 3), 0);
    assert_int_equal(check(chain, 0), 0);
}

static void test_arena(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error;
    static const size_t sizes[] = {1, 64, 65, 0, 4000};
    enum { PIECES = sizeof sizes / sizeof *sizes };
    for (int i = 0; i < PIECES; i++)
        assert_null(arena_take(&arena, sizes[i], 1));
    size_t planned = arena.used;
    assert_int_equal(planned, 64 + 64 + 128 + 0 + 4032);
    assert_good(arena_reserve(&arena, planned, &error), error);
    char *end = arena.base;
    for (int i = 0; i < PIECES; i++) {
        char *piece = arena_take(&arena, sizes[i], 1);
        assert_ptr_equal(piece, end);
        assert_int_equal((uintptr_t)piece % ARENA_ALIGNMENT, 0);
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_int_equal(piece[k], 0);
            piece[k] = 1;
        }
        end = piece + arena_round(sizes[i]);
    }
    assert_int_equal(arena.used, planned);
    arena_release(&arena);
    assert_null(arena.base);
    arena_release(&arena);
    assert_fails(arena_reserve(&arena, SIZE_MAX / 2, &error), error, "cannot allocate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
