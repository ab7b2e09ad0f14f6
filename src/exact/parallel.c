#include "exact/parallel.h"

#include <omp.h>
#include <stdlib.h>

/* Threads that wait at a barrier sleep soon: beside other work, spinning costs more than it saves,
 * up to nine tenths of the speed. libgomp's own choice is 300,000 rounds, about a millisecond.
 *
 * It reads the environment once, in its constructor, and has no call for this. Ours comes before,
 * by its priority, because libgomp is linked in (pipeline/10-build.mk): a shared one would start
 * before anything of the program. What the user has set stays. */
__attribute__((constructor(101))) static void sleep_soon(void)
{
    if (getenv("OMP_WAIT_POLICY") == NULL)
        setenv("GOMP_SPINCOUNT", "5000", 0);
}

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

int parallel_team(void)
{
    return omp_get_num_threads();
}

int parallel_index(void)
{
    return omp_get_thread_num();
}
