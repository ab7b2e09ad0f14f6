/* Written with the compiler's vectors, so that the same lines serve every instruction set; compiled
 * with -ffp-contract=fast, for no result is made here. */
#include "probe.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

/* Two FMA units of latency 4 or 5 want at least ten chains; more than 13 and two constants would
 * not fit the 16 registers of AVX2. */
enum { CHAINS = 12 };

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));

static float multiply_add(size_t rounds)
{
    /* Unknown to the compiler, and with a limit: the chains go to 1. */
    volatile float half = 0.5f;
    vector a = {0}, b = {0}, acc[CHAINS];
    a += half;
    b += half;
    for (int i = 0; i < CHAINS; i++)
        acc[i] = a + (float)i;
    for (size_t r = 0; r < rounds; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            acc[i] = acc[i] * a + b;
    }
    vector sum = acc[0];
    for (int i = 1; i < CHAINS; i++)
        sum += acc[i];
    float total = 0;
    for (int i = 0; i < LANES; i++)
        total += sum[i];
    return total;
}

static void copy(float *to, const float *from, size_t count)
{
    for (size_t i = 0; i < count; i += LANES)
        *(vector *)(to + i) = *(const vector *)(from + i);
}

#ifdef __SSE2__
static void copy_past_caches(float *to, const float *from, size_t count)
{
    for (size_t i = 0; i < count; i += 4)
        _mm_stream_ps(to + i, _mm_load_ps(from + i));
    _mm_sfence();
}
#else
#define copy_past_caches NULL
#endif

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define JOIN_OF(a, b) a##b
#define JOIN(a, b) JOIN_OF(a, b)

extern const struct probe JOIN(probe_, REINIT_ISA_NAME);
const struct probe JOIN(probe_, REINIT_ISA_NAME) = {.name = TEXT(REINIT_ISA_NAME),
                                                    .flop = 2.0 * CHAINS * LANES,
                                                    .multiply_add = multiply_add,
                                                    .copy = copy,
                                                    .copy_past_caches = copy_past_caches};
