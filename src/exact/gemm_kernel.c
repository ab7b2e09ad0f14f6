/* The exact product for one instruction set; compiled once for each (see isa.h).
 *
 * C is cut into strips of a few vectors' width and those into tiles whose accumulators stay in
 * registers while k runs; k is cut into blocks so that the part of B in use stays in cache, the
 * accumulators being stored to C and reloaded between blocks, which changes no bit. */
#include "exact/isa.h"
#include "exact/vector.h"

#ifdef __AVX512F__
enum { WIDEST = 4 }; /* 6 x 4 accumulators, 4 of B, 1 of A: 29 of 32 registers; or 12 x 2 */
enum { TALL_2 = 12, TALL_1 = 14 };
#else
enum { WIDEST = 2 }; /* 6 x 2 accumulators, 2 of B, 1 of A: 15 of 16 registers; or 12 x 1 */
enum { TALL_2 = 6, TALL_1 = 12 };
#endif
enum { ROWS = 6, ROWS_MAX = 14, K_BLOCK = 256 };

/* A strip of C: columns from `column` on, for p in first .. first + count - 1. */
struct strip {
    const struct gemm *g;
    size_t column, first, count;
    vector_mask mask; /* of its last vector, where the strip is a masked one */
};

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const struct strip *s, const float *from, bool masked)
{
    return masked ? vector_load_masked(from, s->mask) : vector_load(from);
}

/* One tile from row i on. rows, vectors and masked are constants at every call, so that the loops
 * over them unroll and the accumulators become registers. */
INLINE void tile(const struct strip *s, size_t i, int rows, int vectors, bool masked)
{
    const struct gemm *g = s->g;
    vector acc[ROWS_MAX][WIDEST];
    bool begun = s->first > 0 || g->continued;
    float *c = g->c + i * g->c_row + s->column;
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            acc[r][v] = begun ? load(s, c + (size_t)r * g->c_row + v * LANES, masked)
                              : vector_splat(0.0f);
    }
    const float *a = g->a + i * g->a_row + s->first * g->a_column;
    const float *b = g->b + s->first * g->b_row + s->column;
    size_t a_row = g->a_row, a_column = g->a_column, b_row = g->b_row;
    for (size_t p = 0; p < s->count; p++, a += a_column, b += b_row) {
        vector right[WIDEST];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            right[v] = load(s, b + v * LANES, masked);
#pragma GCC unroll 14
        for (int r = 0; r < rows; r++) {
            vector left = vector_splat(a[(size_t)r * a_row]);
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                acc[r][v] = vector_fma(left, right[v], acc[r][v]);
        }
    }
    bool biased = s->first + s->count == g->k && g->bias != NULL;
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            float *to = c + (size_t)r * g->c_row + v * LANES;
            if (biased)
                acc[r][v] += load(s, g->bias + s->column + v * LANES, masked);
            if (masked)
                vector_store_masked(to, s->mask, acc[r][v]);
            else
                vector_store(to, acc[r][v]);
        }
    }
}

/* All rows of a strip: tall tiles, then those of ROWS, then one of what is left. */
INLINE void strip(const struct strip *s, int tall, int vectors, bool masked)
{
    size_t i = 0, m = s->g->m;
    for (; i + (size_t)tall <= m; i += (size_t)tall)
        tile(s, i, tall, vectors, masked);
    for (; tall > ROWS && i + ROWS <= m; i += ROWS)
        tile(s, i, ROWS, vectors, masked);
    switch (m - i) {
    case 5:
        tile(s, i, 5, vectors, masked);
        break;
    case 4:
        tile(s, i, 4, vectors, masked);
        break;
    case 3:
        tile(s, i, 3, vectors, masked);
        break;
    case 2:
        tile(s, i, 2, vectors, masked);
        break;
    case 1:
        tile(s, i, 1, vectors, masked);
        break;
    default:
        break;
    }
}

static void gemm_kernel(const struct gemm *g)
{
    struct strip s = {.g = g};
    do {
        s.count = g->k - s.first < K_BLOCK ? g->k - s.first : K_BLOCK;
        size_t j = 0;
        for (; j + WIDEST * LANES <= g->n; j += WIDEST * LANES) {
            s.column = j;
            strip(&s, WIDEST == 4 ? ROWS : TALL_2, WIDEST, false);
        }
        for (; WIDEST > 2 && j + 2 * LANES <= g->n; j += 2 * LANES) {
            s.column = j;
            strip(&s, TALL_2, 2, false);
        }
        for (; j + LANES <= g->n; j += LANES) {
            s.column = j;
            strip(&s, TALL_1, 1, false);
        }
        if (j < g->n) {
            s.column = j;
            s.mask = vector_first(g->n - j);
            strip(&s, TALL_1, 1, true);
        }
        s.first += s.count;
    } while (s.first < g->k);
}

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const struct isa_kernels ISA_SYMBOL(isa) = {.name = TEXT(REINIT_ISA_NAME),
                                            .gemm = gemm_kernel,
                                            .winograd = &ISA_SYMBOL(winograd),
                                            .elementwise = &ISA_SYMBOL(elementwise)};
