/* The kernels that exist once per instruction set, and the choice among them at run time.
 *
 * The best set the processor has is taken; REINIT_ISA=baseline|avx2|avx512 in the environment (on
 * x86-64) forces one. All give the same bits.
 */
#ifndef REINIT_EXACT_ISA_H
#define REINIT_EXACT_ISA_H

#include "exact/gemm.h"

struct isa_kernels {
    const char *name;
    void (*gemm)(const struct gemm *product); /* the exact engine on one thread */
};

/* The kernels in use. A REINIT_ISA that is unknown, or that this processor cannot run, ends the
 * program at its first use with a line on stderr: a forced set is never silently another. */
const struct isa_kernels *isa_kernels(void);

/* All sets compiled in, NULL-terminated; supported says whether this processor can run one. */
extern const struct isa_kernels *const isa_all[];
bool isa_supported(const struct isa_kernels *kernels);

#endif
