/* A foreign library as a user's process may hold one, loaded by LD_PRELOAD. Its constructor sets
 * another floating-point environment before main, and so does every thread that is created; and it
 * stands for a system that allows only so many threads.
 *
 *     FLOAT_MODE=flush    subnormals become 0, as results and as operands
 *     FLOAT_MODE=upward   results are rounded upward
 *     FLOAT_MODE=down     the same, downward
 *     THREADS_MAX=N       no more than N threads beside the first at a time
 */
#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

static atomic_int threads_now;

struct start {
    void *(*run)(void *);
    void *argument;
};

static void flush(void)
{
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)1 << 24));
#endif
}

__attribute__((constructor)) static void set(void)
{
    const char *mode = getenv("FLOAT_MODE");
    if (mode == NULL)
        return;
    if (strcmp(mode, "flush") == 0)
        flush();
    else if (fesetround(strcmp(mode, "upward") == 0 ? FE_UPWARD : FE_DOWNWARD) != 0)
        abort();
}

static void *begin(void *memory)
{
    struct start start = *(struct start *)memory;
    free(memory);
    set();
    void *result = start.run(start.argument);
    atomic_fetch_sub(&threads_now, 1);
    return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    const char *most = getenv("THREADS_MAX");
    if (atomic_fetch_add(&threads_now, 1) >= (most != NULL ? atoi(most) : 1000)) {
        atomic_fetch_sub(&threads_now, 1);
        return EAGAIN;
    }
    struct start *start = malloc(sizeof *start);
    if (start == NULL)
        abort();
    *start = (struct start){run, argument};
    return real(thread, attributes, begin, start);
}
