#include "exact/gemm.h"

#include "exact/isa.h"
#include "exact/parallel.h"

#include <cblas.h>
#include <math.h>
#include <stdint.h>

const char *const gemm_names[] = {"exact", "openblas", NULL};

static enum gemm_engine engine = GEMM_EXACT;

void gemm_choose(enum gemm_engine chosen)
{
    engine = chosen;
    /* Products are already spread over our threads; OpenBLAS keeps to the calling one. */
    if (engine == GEMM_OPENBLAS)
        openblas_set_num_threads(1);
}

enum gemm_engine gemm_chosen(void)
{
    return engine;
}

static void run_openblas(const struct gemm *g)
{
    bool transposed = g->a_column != 1;
    cblas_sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, (int)g->m,
                (int)g->n, (int)g->k, 1.0f, g->a, (int)(transposed ? g->a_column : g->a_row), g->b,
                (int)g->b_row, g->continued ? 1.0f : 0.0f, g->c, (int)g->c_row);
    for (size_t i = 0; g->bias != NULL && i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++)
            g->c[i * g->c_row + j] += g->bias[j];
    }
}

void gemm_run(const struct gemm *product)
{
    if (engine == GEMM_OPENBLAS)
        run_openblas(product);
    else
        isa_kernels()->gemm(product);
}

void gemm_run_parallel(const struct gemm *product)
{
    enum { ROW_BLOCK = 48, COLUMN_BLOCK = 64 };
    size_t rows = (product->m + ROW_BLOCK - 1) / ROW_BLOCK;
    size_t columns = (product->n + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t column = 0; column < columns; column++) {
        for (size_t row = 0; row < rows; row++) {
            size_t i = row * ROW_BLOCK, j = column * COLUMN_BLOCK;
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

void gemm_transpose(size_t rows, size_t columns, const float *in, float *out)
{
    enum { BLOCK = 16 };
    for (size_t r0 = 0; r0 < rows; r0 += BLOCK) {
        for (size_t c0 = 0; c0 < columns; c0 += BLOCK) {
            for (size_t r = r0; r < rows && r < r0 + BLOCK; r++) {
                for (size_t c = c0; c < columns && c < c0 + BLOCK; c++)
                    out[c * rows + r] = in[r * columns + c];
            }
        }
    }
}
