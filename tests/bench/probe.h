/* What the processor can do at most, in the instruction set the kernels use.
 *
 * probe.c is compiled once per instruction set, with the flags of src/exact's kernels, and the one
 * that isa_kernels() names is run, so a forced REINIT_ISA is measured against its own ceiling.
 */
#ifndef REINIT_BENCH_PROBE_H
#define REINIT_BENCH_PROBE_H

#include <stddef.h>

struct probe {
    const char *name; /* as in struct isa_kernels */
    double flop;      /* of one round of multiply_add; a multiply-add counts two */
    /* Independent chains of multiply-adds that never leave the registers. Returns a value made of
     * all of them, so that none may be left out. On a set without FMA: a multiply, then an add. */
    float (*multiply_add)(size_t rounds);
    /* to[i] = from[i], both 64-byte aligned, count a multiple of 64: by ordinary stores, which
     * first read the line they write, and by stores that go past the caches. */
    void (*copy)(float *to, const float *from, size_t count);
    void (*copy_past_caches)(float *to, const float *from, size_t count); /* NULL: has none */
};

/* The one for the kernels in use. NULL: none was compiled for them. */
const struct probe *probe_in_use(void);

/* FLOP/s of `threads` threads, each at it for `seconds`. */
double probe_flop_rate(int threads, double seconds);

#endif
