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
enum { ROWS = 6, ROWS_MAX = 14, GROUP = 3, K_BLOCK = 256 };

/* A strip of C: columns from `column` on, for p in first .. first + count - 1. */
struct strip {
    const struct gemm *g;
    size_t column, first, count;
    vector_mask mask; /* of its last vector, where the strip is a masked one */
};

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
    size_t a_row = g->a_row, a_column = g->a_column, b_row = g->b_row, c_row = g->c_row;
    float *c = g->c + i * c_row + s->column;
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            acc[r][v]
                = begun ? load(s, c + (size_t)r * c_row + v * LANES, masked) : vector_splat(0.0f);
    }
    /* A tall tile has a pointer for every few rows of A, which the compiler may not take for
     * multiples of one another: it would keep an offset for each row, and run out of registers. */
    int group = rows > ROWS ? GROUP : ROWS, groups = (rows + group - 1) / group;
    const float *a[(ROWS_MAX + GROUP - 1) / GROUP];
#pragma GCC unroll 5
    for (int q = 0; q < groups; q++) {
        a[q] = g->a + (i + (size_t)(q * group)) * a_row + s->first * a_column;
        if (groups > 1)
            __asm__("" : "+r"(a[q]));
    }
    const float *b = g->b + s->first * b_row + s->column;
    for (size_t p = 0; p < s->count; p++, b += b_row) {
        vector right[WIDEST];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            right[v] = load(s, b + v * LANES, masked);
#pragma GCC unroll 14
        for (int r = 0; r < rows; r++) {
            vector left = vector_splat(a[r / group][(size_t)(r % group) * a_row]);
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                acc[r][v] = vector_fma(left, right[v], acc[r][v]);
        }
#pragma GCC unroll 5
        for (int q = 0; q < groups; q++) {
            a[q] += a_column;
            if (groups > 1)
                __asm__("" : "+r"(a[q]));
        }
    }
    bool biased = s->first + s->count == g->k && g->bias != NULL;
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            float *to = c + (size_t)r * c_row + v * LANES;
            if (biased)
                acc[r][v] += load(s, g->bias + s->column + v * LANES, masked);
            if (masked)
                vector_store_masked(to, s->mask, acc[r][v]);
            else
                vector_store(to, acc[r][v]);
        }
    }
}

/* All rows of a strip: as few tiles as may be, of two heights at most, since a low one would wait
 * for its own sums: first those that are one row higher, then the others. */
INLINE void strip(const struct strip *s, size_t tall, int vectors, bool masked)
{
    size_t m = s->g->m, tiles = (m + tall - 1) / tall;
    size_t height = m / (tiles > 0 ? tiles : 1), higher = m - tiles * height;
    size_t ends[] = {higher * (height + 1), m};
    for (size_t i = 0, part = 0; part < 2; part++) {
#define HEIGHT(rows)                                                                               \
    case rows:                                                                                     \
        for (; rows <= tall && i < ends[part]; i += rows)                                          \
            tile(s, i, rows, vectors, masked);                                                     \
        break
        switch (height + 1 - part) {
            HEIGHT(1);
            HEIGHT(2);
            HEIGHT(3);
            HEIGHT(4);
            HEIGHT(5);
            HEIGHT(6);
            HEIGHT(7);
            HEIGHT(8);
            HEIGHT(9);
            HEIGHT(10);
            HEIGHT(11);
            HEIGHT(12);
            HEIGHT(13);
            HEIGHT(14);
        default:
            break;
        }
#undef HEIGHT
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
