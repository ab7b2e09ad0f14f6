/* Matrix products: one interface, two engines.
 *
 *     C = A B + bias          C: [m,n]   A: [m,k]   B: [k,n]   bias: [n] or none
 *
 * A may be stored either way round: element (i,p) lies at a[i * a_row + p * a_column], where one of
 * the two strides is 1. B and C are row-major with row strides b_row and c_row.
 *
 * The exact engine defines the bits of each element by k alone:
 *
 *     acc = continued ? C[i][j] : +0
 *     for p = 0 .. k-1:  acc = fma(A[i][p], B[p][j], acc)
 *     C[i][j] = bias ? acc + bias[j] : acc
 *
 * Vectors run across j and never across p, so neither tiles nor instruction set nor threads can
 * change a bit. `continued` goes on with a chain that an earlier call left in C.
 *
 * OpenBLAS computes the same product in an order of its own: for comparison, never for a result
 * that is compared by checksum.
 */
#ifndef REINIT_EXACT_GEMM_H
#define REINIT_EXACT_GEMM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct gemm {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_column;
    const float *b;
    size_t b_row;
    float *c;
    size_t c_row;
    const float *bias;
    bool continued;
};

enum gemm_engine { GEMM_EXACT, GEMM_OPENBLAS };
extern const char *const gemm_names[]; /* as in enum gemm_engine, NULL-terminated */

/* Makes an engine available: OpenBLAS is loaded at run time, which fails if it is not installed. */
bool gemm_load(enum gemm_engine engine, struct error *error);

/* Which engine gemm_run uses, for the whole process; exact unless told otherwise. Another one has
 * been loaded before. */
void gemm_choose(enum gemm_engine engine);
enum gemm_engine gemm_chosen(void);

/* Computes one product on the calling thread. */
void gemm_run(const struct gemm *product);

/* The same on all threads, split over rows and columns of C. Not to be called inside a parallel
 * region. */
void gemm_run_parallel(const struct gemm *product);

/* C = A B' on all threads: B is [n,k], without gaps between its rows, and is transposed in pieces
 * that stay in cache. scratch: GEMM_PIECE * k floats for each thread. Not in a parallel region,
 * either. */
enum { GEMM_PIECE = 64 };
void gemm_run_transposed_parallel(const struct gemm *product, float *scratch);

/* The definition above, word for word: what every kernel is tested against. */
void gemm_reference(const struct gemm *product);

/* out: [columns, rows] = transpose of in: [rows, columns]. */
void gemm_transpose(size_t rows, size_t columns, const float *in, float *out);

#endif
