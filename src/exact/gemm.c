#include "exact/gemm.h"

#include "exact/isa.h"
#include "exact/openblas.h"
#include "exact/parallel.h"

#include <math.h>
#include <string.h>

const char *const gemm_names[] = {"exact", "openblas", NULL};

static enum gemm_engine engine = GEMM_EXACT;

bool gemm_load(enum gemm_engine wanted, struct error *error)
{
    return wanted != GEMM_OPENBLAS || openblas_load(error);
}

void gemm_choose(enum gemm_engine chosen)
{
    engine = chosen;
}

enum gemm_engine gemm_chosen(void)
{
    return engine;
}

void gemm_run(const struct gemm *product)
{
    if (engine == GEMM_OPENBLAS)
        openblas_run(product);
    else
        isa_kernels()->gemm(product);
}

void gemm_run_parallel(const struct gemm *product)
{
    enum { ROW_BLOCK = 48, COLUMN_BLOCK = 64 };
    size_t rows = (product->m + ROW_BLOCK - 1) / ROW_BLOCK;
    size_t columns = (product->n + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    /* Threads share out the longer side: of a weight matrix, the same rows in every product. */
    bool by_rows = rows > columns;
#pragma omp parallel for schedule(static)
    for (size_t block = 0; block < rows * columns; block++) {
        size_t i = (by_rows ? block / columns : block % rows) * ROW_BLOCK;
        size_t j = (by_rows ? block % columns : block / rows) * COLUMN_BLOCK;
        struct gemm part = *product;
        part.m = product->m - i < ROW_BLOCK ? product->m - i : ROW_BLOCK;
        part.n = product->n - j < COLUMN_BLOCK ? product->n - j : COLUMN_BLOCK;
        part.a += i * product->a_row;
        part.b += j;
        part.c += i * product->c_row + j;
        part.bias = product->bias != NULL ? product->bias + j : NULL;
        gemm_run(&part);
    }
}

void gemm_reference(const struct gemm *g)
{
    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++) {
            float acc = g->continued ? g->c[i * g->c_row + j] : 0.0f;
            for (size_t p = 0; p < g->k; p++)
                acc = fmaf(g->a[i * g->a_row + p * g->a_column], g->b[p * g->b_row + j], acc);
            g->c[i * g->c_row + j] = g->bias != NULL ? acc + g->bias[j] : acc;
        }
    }
}

enum { TRANSPOSE_BLOCK = 16 };

/* 4 x 4 elements, by exchanging 2 x 2 of them and then single ones. */
static inline void transpose_4(const float *in, size_t in_row, float *out, size_t out_row)
{
    typedef float four __attribute__((vector_size(16)));
    four r[4], s[4];
    for (size_t i = 0; i < 4; i++)
        memcpy(&r[i], in + i * in_row, sizeof r[i]);
    for (size_t i = 0; i < 2; i++) {
        s[i] = __builtin_shufflevector(r[i], r[i + 2], 0, 4, 1, 5);
        s[i + 2] = __builtin_shufflevector(r[i], r[i + 2], 2, 6, 3, 7);
    }
    for (size_t i = 0; i < 2; i++) {
        r[2 * i] = __builtin_shufflevector(s[2 * i], s[2 * i + 1], 0, 4, 1, 5);
        r[2 * i + 1] = __builtin_shufflevector(s[2 * i], s[2 * i + 1], 2, 6, 3, 7);
    }
    for (size_t i = 0; i < 4; i++)
        memcpy(out + i * out_row, &r[i], sizeof r[i]);
}

/* Rows first .. first + TRANSPOSE_BLOCK - 1. */
static void transpose_rows(size_t first, size_t rows, size_t columns, const float *in, float *out)
{
    size_t end = rows - first < TRANSPOSE_BLOCK ? rows : first + TRANSPOSE_BLOCK;
    size_t r4 = first + (end - first) / 4 * 4, c4 = columns / 4 * 4;
    for (size_t c = 0; c < c4; c += 4) {
        for (size_t r = first; r < r4; r += 4)
            transpose_4(in + r * columns + c, columns, out + c * rows + r, rows);
    }
    for (size_t r = first; r < end; r++) {
        for (size_t c = r < r4 ? c4 : 0; c < columns; c++)
            out[c * rows + r] = in[r * columns + c];
    }
}

void gemm_transpose(size_t rows, size_t columns, const float *in, float *out)
{
    for (size_t first = 0; first < rows; first += TRANSPOSE_BLOCK)
        transpose_rows(first, rows, columns, in, out);
}

void gemm_run_transposed_parallel(const struct gemm *product, float *scratch)
{
    size_t k = product->k;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < product->n; j += GEMM_PIECE) {
        float *piece = scratch + (size_t)parallel_index() * GEMM_PIECE * k;
        struct gemm part = *product;
        part.n = product->n - j < GEMM_PIECE ? product->n - j : GEMM_PIECE;
        gemm_transpose(part.n, k, product->b + j * k, piece);
        part.b = piece;
        part.b_row = part.n;
        part.c += j;
        part.bias = product->bias != NULL ? product->bias + j : NULL;
        gemm_run(&part);
    }
}
