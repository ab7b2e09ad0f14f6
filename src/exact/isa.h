/* The kernels that exist once per instruction set, and the choice among them at run time.
 *
 * The best set the processor has is taken; REINIT_ISA=baseline|avx2|avx512 in the environment (on
 * x86-64) forces one, unless it is empty. All give the same bits.
 */
#ifndef REINIT_EXACT_ISA_H
#define REINIT_EXACT_ISA_H

#include "exact/elementwise_kernel.h"
#include "exact/gemm.h"
#include "exact/winograd_kernel.h"

#include <float.h>

/* Flags that would let the compiler decide a bit. */
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)              \
    || FLT_EVAL_METHOD != 0
#error "results have defined bits only without -ffast-math and with plain float arithmetic"
#endif

struct isa_kernels {
    const char *name;
    void (*gemm)(const struct gemm *product); /* the exact engine on one thread */
    const struct winograd_kernels *winograd;
    const struct elementwise_kernels *elementwise;
};

/* The kernels in use. A REINIT_ISA that is unknown, or that this processor cannot run, ends the
 * program at its first use with a line on stderr: a forced set is never silently another. */
const struct isa_kernels *isa_kernels(void);

/* All sets compiled in, NULL-terminated; supported says whether this processor can run one. */
extern const struct isa_kernels *const isa_all[];
bool isa_supported(const struct isa_kernels *kernels);

/* Files of kernels are compiled once for each set, with REINIT_ISA_NAME defined as its name; what
 * they define for others to see is ISA_SYMBOL(what), such as winograd_avx2. */
#define ISA_PASTE(what, isa) what##_##isa
#define ISA_EXPAND(what, isa) ISA_PASTE(what, isa)
#ifdef REINIT_ISA_NAME
#define ISA_SYMBOL(what) ISA_EXPAND(what, REINIT_ISA_NAME)
extern const struct winograd_kernels ISA_SYMBOL(winograd);
extern const struct elementwise_kernels ISA_SYMBOL(elementwise);
extern const struct isa_kernels ISA_SYMBOL(isa);
#endif

#endif
