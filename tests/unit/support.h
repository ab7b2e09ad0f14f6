/* What most unit tests need: cmocka with what it wants included first, repeatable random numbers
 * that are not the project's own, comparisons of floats, and names for scratch files. */
#ifndef REINIT_TESTS_SUPPORT_H
#define REINIT_TESTS_SUPPORT_H

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The call must succeed; else the test fails with its error's text. */
#define assert_good(call, error)                                                                   \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s", (error).text);                                                          \
    } while (0)

/* The call must fail with an error of one line in which `words` stand. */
#define assert_fails(call, error, words)                                                           \
    do {                                                                                           \
        strcpy((error).text, "");                                                                  \
        if (call)                                                                                  \
            fail_msg("succeeded, without: %s", words);                                             \
        if (strstr((error).text, words) == NULL || strchr((error).text, '\n') != NULL)             \
            fail_msg("error is \"%s\", without: %s", (error).text, words);                         \
    } while (0)

/* splitmix64 (Steele, Lea & Flood 2014). */
static inline uint64_t support_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline size_t support_below(uint64_t *state, size_t bound)
{
    return (size_t)(support_random(state) % bound);
}

/* Uniform in (-1, 1). */
static inline double support_centred(uint64_t *state)
{
    return (double)(support_random(state) >> 11) * 0x1p-52 - 1.0 + 0x1p-53;
}

static inline void support_fill(float *x, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)support_centred(&seed);
}

/* Zeroed, 64-byte aligned; the caller frees. */
static inline void *support_allocate(size_t count, size_t size)
{
    void *block = NULL;
    if (posix_memalign(&block, 64, count * size + (count == 0)) != 0)
        fail_msg("out of memory");
    memset(block, 0, count * size);
    return block;
}

static inline float *support_floats(size_t count)
{
    return support_allocate(count, sizeof(float));
}

static inline uint32_t support_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The index of the first element of other bits, or count; any NaN is like any other, since the sign
 * and payload of a NaN that an operation makes are the processor's own (files hold one form). */
static inline size_t support_difference(const float *a, const float *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (support_bits(a[i]) != support_bits(b[i]) && !(isnan(a[i]) && isnan(b[i])))
            return i;
    }
    return count;
}

static inline void assert_same_bits(const float *a, const float *b, size_t count, const char *what)
{
    size_t i = support_difference(a, b, count);
    if (i < count)
        fail_msg("%s: element %zu of %zu: %a is not %a", what, i, count, (double)a[i],
                 (double)b[i]);
}

static inline void assert_near(double got, double want, double tolerance, const char *what)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: %.9g, not %.9g +- %.2g", what, got, want, tolerance);
}

/* A name in the scratch folder that TMP gives (or /tmp), apart for each process. The caller frees.
 */
static inline char *support_path(const char *name)
{
    const char *folder = getenv("TMP");
    char *path;
    assert_true(
        asprintf(&path, "%s/reinit-%d-%s", folder != NULL ? folder : "/tmp", (int)getpid(), name)
        > 0);
    return path;
}

#endif
