#include "exact/isa.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct isa_kernels isa_baseline;

#ifdef __x86_64__
extern const struct isa_kernels isa_avx2, isa_avx512;
/* Best first. */
const struct isa_kernels *const isa_all[] = {&isa_avx512, &isa_avx2, &isa_baseline, NULL};
#else
const struct isa_kernels *const isa_all[] = {&isa_baseline, NULL};
#endif

bool isa_supported(const struct isa_kernels *kernels)
{
#ifdef __x86_64__
    if (kernels == &isa_avx512)
        return __builtin_cpu_supports("avx512f");
    if (kernels == &isa_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernels == &isa_baseline;
}

static const struct isa_kernels *chosen;

static void choose(void)
{
    const char *forced = getenv("REINIT_ISA");
    if (forced != NULL && forced[0] == '\0')
        forced = NULL;
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        if ((forced == NULL || strcmp(forced, (*k)->name) == 0) && isa_supported(*k)) {
            chosen = *k;
            return;
        }
    }
    char names[64] = "";
    for (const struct isa_kernels *const *k = isa_all; *k != NULL; k++) {
        if (isa_supported(*k))
            snprintf(names + strlen(names), sizeof names - strlen(names), " %s", (*k)->name);
    }
    fprintf(stderr, "%s: REINIT_ISA=%.40s: must be one of this processor's instruction sets:%s\n",
            program_invocation_short_name, forced, names);
    exit(2);
}

const struct isa_kernels *isa_kernels(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose);
    return chosen;
}
