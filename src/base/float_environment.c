#include "base/float_environment.h"

#include <fenv.h>
#include <stdint.h>

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

/* The C library's default environment has the x87 unit, and s390x's FPC. How subnormals are treated
 * is no part of the C standard, so those bits are set here. */
void float_environment_reset(void)
{
    fesetenv(FE_DFL_ENV);
#if defined(__x86_64__)
    enum { ALL_EXCEPTIONS_MASKED = 0x1f80 };
    _mm_setcsr(ALL_EXCEPTIONS_MASKED);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
#endif
}
