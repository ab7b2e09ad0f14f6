/* The exact product for one instruction set; compiled once for each (see isa.h).
 *
 * C is cut into tiles of ROWS x (VECTORS * LANES) whose accumulators stay in registers while k
 * runs; k is cut into blocks so that the part of B in use stays in cache, the accumulators being
 * stored to C and reloaded between blocks, which changes no bit. */
#include "exact/isa.h"
#include "exact/vector.h"

#include <math.h>

#ifdef __AVX512F__
enum { WIDEST = 4 }; /* 6 x 4 accumulators, 4 of B, 1 of A: 29 of 32 registers */
#else
enum { WIDEST = 2 }; /* 6 x 2 accumulators, 2 of B, 1 of A: 15 of 16 registers */
#endif
enum { ROWS = 6, K_BLOCK = 256 };

/* One tile, for p in first .. first + count - 1. rows and vectors are constants at every call, so
 * that the loops over them unroll and the accumulators become registers. */
static inline __attribute__((always_inline)) void
tile(const struct gemm *g, size_t i, size_t j, size_t first, size_t count, int rows, int vectors)
{
    vector acc[ROWS][WIDEST];
    bool load = first > 0 || g->continued;
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            acc[r][v] = load
                            ? vector_load(g->c + (i + (size_t)r) * g->c_row + j + (size_t)v * LANES)
                            : vector_splat(0.0f);
    }
    const float *a = g->a + i * g->a_row + first * g->a_column;
    const float *b = g->b + first * g->b_row + j;
    size_t a_row = g->a_row, a_column = g->a_column, b_row = g->b_row;
    for (size_t p = 0; p < count; p++, a += a_column, b += b_row) {
        vector right[WIDEST];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            right[v] = vector_load(b + v * LANES);
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++) {
            vector left = vector_splat(a[(size_t)r * a_row]);
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                acc[r][v] = vector_fma(left, right[v], acc[r][v]);
        }
    }
    bool last = first + count == g->k && g->bias != NULL;
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            if (last)
                acc[r][v] += vector_load(g->bias + j + v * LANES);
            vector_store(g->c + (i + (size_t)r) * g->c_row + j + (size_t)v * LANES, acc[r][v]);
        }
    }
}

/* A column strip of `vectors` vectors: full tiles, then what rows are left one by one. */
static inline __attribute__((always_inline)) void strip(const struct gemm *g, size_t j,
                                                        size_t first, size_t count, int vectors)
{
    size_t i = 0;
    for (; i + ROWS <= g->m; i += ROWS)
        tile(g, i, j, first, count, ROWS, vectors);
    for (; i + 2 <= g->m; i += 2)
        tile(g, i, j, first, count, 2, vectors);
    for (; i < g->m; i++)
        tile(g, i, j, first, count, 1, vectors);
}

/* The columns beyond the last whole vector, element by element. */
static void tail(const struct gemm *g, size_t j, size_t first, size_t count)
{
    for (size_t i = 0; i < g->m; i++) {
        for (size_t column = j; column < g->n; column++) {
            float *c = g->c + i * g->c_row + column;
            float acc = first > 0 || g->continued ? *c : 0.0f;
            for (size_t p = first; p < first + count; p++)
                acc = fmaf(g->a[i * g->a_row + p * g->a_column], g->b[p * g->b_row + column], acc);
            *c = first + count == g->k && g->bias != NULL ? acc + g->bias[column] : acc;
        }
    }
}

static void gemm_kernel(const struct gemm *g)
{
    size_t first = 0;
    do {
        size_t count = g->k - first < K_BLOCK ? g->k - first : K_BLOCK;
        size_t j = 0;
        for (; j + WIDEST * LANES <= g->n; j += WIDEST * LANES)
            strip(g, j, first, count, WIDEST);
        for (; WIDEST > 2 && j + 2 * LANES <= g->n; j += 2 * LANES)
            strip(g, j, first, count, 2);
        for (; j + LANES <= g->n; j += LANES)
            strip(g, j, first, count, 1);
        if (j < g->n)
            tail(g, j, first, count);
        first += count;
    } while (first < g->k);
}

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const struct isa_kernels ISA_SYMBOL(isa) = {.name = TEXT(REINIT_ISA_NAME),
                                            .gemm = gemm_kernel,
                                            .winograd = &ISA_SYMBOL(winograd),
                                            .elementwise = &ISA_SYMBOL(elementwise)};
