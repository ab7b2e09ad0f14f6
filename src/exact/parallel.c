#include "exact/parallel.h"

#include "base/float_environment.h"
#include "base/options.h"
#include "exact/isa.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>

/* A thread's stack, whatever limit the user has on the main thread's: none would be less than a
 * thread needs or, of many threads together, more than there is. */
enum { STACK_BYTES = 2 << 20 };
#define STACK_TEXT "2M"

/* What is set before libgomp starts. Threads that wait at a barrier sleep soon: beside other work,
 * spinning costs more than it saves, up to nine tenths of the speed. libgomp's own choice is
 * 300,000 rounds, about a millisecond; what the user has set stays.
 *
 * It reads the environment once, in its constructor, and has no call for this. Ours comes before,
 * by its priority, because libgomp is linked in (pipeline/10-build.mk): a shared one would start
 * before anything of the program. */
__attribute__((constructor(101))) static void prepare(void)
{
    setenv("OMP_STACKSIZE", STACK_TEXT, 1);
    if (getenv("OMP_WAIT_POLICY") == NULL)
        setenv("GOMP_SPINCOUNT", "5000", 0);
}

/* A thread that only waits until all are there. */
static void *wait_for_all(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

/* As many threads as asked for, the calling one among them, or as many as the system allows:
 * OpenMP's libraries end the process where they cannot have one. */
static int threads_possible(int wanted)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[PARALLEL_THREADS_MAX];
    pthread_attr_t attributes;
    int made = 0;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_mutex_lock(&mutex);
    while (made + 1 < wanted
           && pthread_create(&threads[made], &attributes, wait_for_all, &mutex) == 0)
        made++;
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    pthread_attr_destroy(&attributes);
    return made + 1;
}

void parallel_set_threads(int threads)
{
    if (threads > PARALLEL_THREADS_MAX)
        threads = PARALLEL_THREADS_MAX;
    isa_kernels(); /* a REINIT_ISA that is refused is refused before anything is done */
    omp_set_dynamic(0);
    omp_set_num_threads(threads_possible(threads));
    /* They start here, while there is room for them, and stay. */
#pragma omp parallel
    float_environment_reset();
}

void parallel_start(const struct tool *tool, uint64_t threads)
{
    parallel_set_threads((int)threads);
    if ((uint64_t)parallel_threads() < threads)
        tool_say(tool, "only %d of %d threads can be started; the result is the same",
                 parallel_threads(), (int)threads);
}

int parallel_threads(void)
{
    int threads = omp_get_max_threads();
    return threads < PARALLEL_THREADS_MAX ? threads : PARALLEL_THREADS_MAX;
}

int parallel_team(void)
{
    return omp_get_num_threads();
}

int parallel_index(void)
{
    return omp_get_thread_num();
}
