/* One vector of floats, as wide as the instruction set this file is compiled for.
 *
 * Kernels are written once with these few operations and compiled once per instruction set. Each is
 * exact in every lane: loads, stores, copies, and the fused multiply-add of IEEE 754, which rounds
 * once. Without FMA hardware the C library's fmaf computes the same bits in software.
 */
#ifndef REINIT_EXACT_VECTOR_H
#define REINIT_EXACT_VECTOR_H

#include <string.h>

#if defined(__AVX512F__)

#include <immintrin.h>
enum { LANES = 16 };
typedef __m512 vector;
#define vector_load(p) _mm512_loadu_ps(p)
#define vector_store(p, v) _mm512_storeu_ps(p, v)
#define vector_splat(x) _mm512_set1_ps(x)
#define vector_fma(a, b, c) _mm512_fmadd_ps(a, b, c)

#elif defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>
enum { LANES = 8 };
typedef __m256 vector;
#define vector_load(p) _mm256_loadu_ps(p)
#define vector_store(p, v) _mm256_storeu_ps(p, v)
#define vector_splat(x) _mm256_set1_ps(x)
#define vector_fma(a, b, c) _mm256_fmadd_ps(a, b, c)

#elif defined(__ARM_NEON) && defined(__aarch64__)

#include <arm_neon.h>
enum { LANES = 4 };
typedef float32x4_t vector;
#define vector_load(p) vld1q_f32(p)
#define vector_store(p, v) vst1q_f32(p, v)
#define vector_splat(x) vdupq_n_f32(x)
#define vector_fma(a, b, c) vfmaq_f32(c, a, b)

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

#endif

#endif
