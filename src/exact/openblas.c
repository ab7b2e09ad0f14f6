#include "exact/openblas.h"

#include "base/float_environment.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The name of its 32-bit interface: dimensions are ints. */
static const char LIBRARY[] = "libopenblas.so.0";

/* The C interface to BLAS, whose numbers are fixed. */
enum { ROW_MAJOR = 101, NOT_TRANSPOSED = 111, TRANSPOSED = 112 };

/* c: [m,n] = alpha * op(a) op(b) + beta * c; *_row: elements from a row to the next */
typedef void sgemm(int order, int a_op, int b_op, int m, int n, int k, float alpha, const float *a,
                   int a_row, const float *b, int b_row, float beta, float *c, int c_row);
typedef void set_threads(int threads);

static sgemm *multiply;

/* Its buffers, 128 MiB a thread on x86-64, it asks for again and again if the system refuses. */
static bool unlimited(struct error *error)
{
    struct rlimit space = {RLIM_INFINITY, 0}, data = {RLIM_INFINITY, 0};
    getrlimit(RLIMIT_AS, &space);
    getrlimit(RLIMIT_DATA, &data);
    if (space.rlim_cur == RLIM_INFINITY && data.rlim_cur == RLIM_INFINITY)
        return true;
    bool by_space = space.rlim_cur <= data.rlim_cur;
    return error_set(error, "OpenBLAS could hang: memory is limited (ulimit -%c) to %ju KiB",
                     by_space ? 'v' : 'd',
                     (uintmax_t)(by_space ? space.rlim_cur : data.rlim_cur) >> 10);
}

bool openblas_load(struct error *error)
{
    if (multiply != NULL)
        return true;
    if (!unlimited(error))
        return false;
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* its constructor makes the others */
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return error_set(error, "cannot load OpenBLAS (Debian's package libopenblas0): %s",
                         dlerror());
    float_environment_reset();
    void *threads = dlsym(library, "openblas_set_num_threads");
    void *product = dlsym(library, "cblas_sgemm");
    if (threads == NULL || product == NULL) {
        dlclose(library);
        return error_set(error, "%s: is not OpenBLAS", LIBRARY);
    }
    /* ISO C has no conversion from an object's address to a function's. */
    set_threads *set_num_threads = NULL;
    memcpy(&set_num_threads, &threads, sizeof threads);
    set_num_threads(1); /* for a build that goes by another variable */
    memcpy(&multiply, &product, sizeof product);
    return true;
}

void openblas_run(const struct gemm *g)
{
    bool transposed = g->a_column != 1;
    multiply(ROW_MAJOR, transposed ? TRANSPOSED : NOT_TRANSPOSED, NOT_TRANSPOSED, (int)g->m,
             (int)g->n, (int)g->k, 1.0f, g->a, (int)(transposed ? g->a_column : g->a_row), g->b,
             (int)g->b_row, g->continued ? 1.0f : 0.0f, g->c, (int)g->c_row);
    for (size_t i = 0; g->bias != NULL && i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++)
            g->c[i * g->c_row + j] += g->bias[j];
    }
}
