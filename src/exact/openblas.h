/* OpenBLAS, the independent check on the exact engine (gemm.h).
 *
 * The library is loaded at run time, by the first who asks for it: linked in, it would start its
 * threads in every tool before main, and hang there where the address space is limited. It computes
 * on the calling thread alone, since products are already spread over our threads.
 */
#ifndef REINIT_EXACT_OPENBLAS_H
#define REINIT_EXACT_OPENBLAS_H

#include "base/error.h"
#include "exact/gemm.h"

/* Before any threads are made. May be called again. Fails if the library is not installed, and
 * where memory is limited, since there OpenBLAS may wait for it for ever. */
bool openblas_load(struct error *error);

/* One product, as gemm_run. Only after openblas_load. */
void openblas_run(const struct gemm *product);

#endif
