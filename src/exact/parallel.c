#include "exact/parallel.h"

#include <omp.h>

void parallel_set_threads(int threads)
{
    if (threads > PARALLEL_THREADS_MAX)
        threads = PARALLEL_THREADS_MAX;
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
}

int parallel_threads(void)
{
    return omp_get_max_threads();
}

int parallel_index(void)
{
    return omp_get_thread_num();
}
