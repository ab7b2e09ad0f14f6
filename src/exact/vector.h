/* One vector of floats, as wide as the instruction set this file is compiled for.
 *
 * Kernels are written once with these few operations and compiled once per instruction set. Each is
 * exact in every lane: loads, stores, copies, and the fused multiply-add of IEEE 754, which rounds
 * once. Without FMA hardware the C library's fmaf computes the same bits in software.
 *
 * A mask names the first lanes of a vector: a masked load reads only those and gives 0 elsewhere, a
 * masked store writes only those.
 */
#ifndef REINIT_EXACT_VECTOR_H
#define REINIT_EXACT_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A part of a kernel, whose constant arguments are to be constants in it. */
#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)

#include <immintrin.h>
enum { LANES = 16 };
typedef __m512 vector;
#define vector_load(p) _mm512_loadu_ps(p)
#define vector_store(p, v) _mm512_storeu_ps(p, v)
#define vector_splat(x) _mm512_set1_ps(x)
#define vector_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
typedef __mmask16 vector_mask;
#define vector_first(count) ((__mmask16)((1u << (count)) - 1))
#define vector_load_masked(p, mask) _mm512_maskz_loadu_ps(mask, p)
#define vector_store_masked(p, mask, v) _mm512_mask_storeu_ps(p, mask, v)

#elif defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>
enum { LANES = 8 };
typedef __m256 vector;
#define vector_load(p) _mm256_loadu_ps(p)
#define vector_store(p, v) _mm256_storeu_ps(p, v)
#define vector_splat(x) _mm256_set1_ps(x)
#define vector_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
typedef __m256i vector_mask;
#define vector_first(count)                                                                        \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define vector_load_masked(p, mask) _mm256_maskload_ps(p, mask)
#define vector_store_masked(p, mask, v) _mm256_maskstore_ps(p, mask, v)

#elif defined(__ARM_NEON) && defined(__aarch64__)

#include <arm_neon.h>
enum { LANES = 4 };
typedef float32x4_t vector;
#define vector_load(p) vld1q_f32(p)
#define vector_store(p, v) vst1q_f32(p, v)
#define vector_splat(x) vdupq_n_f32(x)
#define vector_fma(a, b, c) vfmaq_f32(c, a, b)
#define VECTOR_MASK_IS_COUNT

#else

#include <math.h>
enum { LANES = 4 };
typedef float vector __attribute__((vector_size(16)));

static inline vector vector_load(const float *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void vector_store(float *p, vector v)
{
    memcpy(p, &v, sizeof v);
}

static inline vector vector_splat(float x)
{
    return (vector){x, x, x, x};
}

static inline vector vector_fma(vector a, vector b, vector c)
{
    return (vector){fmaf(a[0], b[0], c[0]), fmaf(a[1], b[1], c[1]), fmaf(a[2], b[2], c[2]),
                    fmaf(a[3], b[3], c[3])};
}
#define VECTOR_MASK_IS_COUNT

#endif

/* Half as many doubles: the lower and the upper half of a vector, exactly. */
typedef double vector_doubles __attribute__((vector_size(LANES / 2 * sizeof(double))));

#if defined(__AVX512F__)
#define vector_lower(v) ((vector_doubles)_mm512_cvtps_pd(_mm512_castps512_ps256(v)))
#define vector_upper(v)                                                                            \
    ((vector_doubles)_mm512_cvtps_pd(                                                              \
        _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1))))
#elif defined(__AVX2__) && defined(__FMA__)
#define vector_lower(v) ((vector_doubles)_mm256_cvtps_pd(_mm256_castps256_ps128(v)))
#define vector_upper(v) ((vector_doubles)_mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)))
#else
#define vector_lower(v) ((vector_doubles){(double)(v)[0], (double)(v)[1]})
#define vector_upper(v) ((vector_doubles){(double)(v)[2], (double)(v)[3]})
#endif

static inline vector_doubles vector_load_doubles(const double *p)
{
    vector_doubles v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void vector_store_doubles(double *p, vector_doubles v)
{
    memcpy(p, &v, sizeof v);
}

#ifdef VECTOR_MASK_IS_COUNT
typedef size_t vector_mask;

static inline vector_mask vector_first(size_t count)
{
    return count;
}

static inline vector vector_load_masked(const float *p, vector_mask mask)
{
    float lanes[LANES] = {0};
    for (size_t i = 0; i < mask; i++)
        lanes[i] = p[i];
    return vector_load(lanes);
}

static inline void vector_store_masked(float *p, vector_mask mask, vector v)
{
    float lanes[LANES];
    vector_store(lanes, v);
    for (size_t i = 0; i < mask; i++)
        p[i] = lanes[i];
}
#endif

/* As many whole numbers: true is all ones, false 0, so that masks combine by bits. */
typedef int32_t vector_bits __attribute__((vector_size(LANES * sizeof(float))));

/* Where the bits are set a, else b. */
static inline vector vector_choose(vector_bits bits, vector a, vector b)
{
    return (vector)((bits & (vector_bits)a) | (~bits & (vector_bits)b));
}

/* x where y > 0 or y is NaN, else +0. */
static inline vector vector_rectify(vector y, vector x)
{
    return (vector)(~(vector_bits)(y <= vector_splat(0.0f)) & (vector_bits)x);
}

/* Small whole numbers, stored as bytes. */
static inline void vector_store_bytes(uint8_t *p, vector_bits numbers)
{
    typedef uint8_t bytes __attribute__((vector_size(LANES)));
    bytes b = __builtin_convertvector(numbers, bytes);
    memcpy(p, &b, sizeof b);
}

static inline vector_bits vector_load_bytes(const uint8_t *p)
{
    typedef uint8_t bytes __attribute__((vector_size(LANES)));
    bytes b;
    memcpy(&b, p, sizeof b);
    return __builtin_convertvector(b, vector_bits);
}

#endif
