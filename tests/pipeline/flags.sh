#!/bin/bash
# CFLAGS and LDFLAGS in the environment, as many users have them: what would change a value is left out, by gcc and clang.
# A small tool looks at the arithmetic that it was compiled to and linked with.
set -euo pipefail
. tests/settings.sh
. tests/support.sh
unset CFLAGS LDFLAGS OPTIMISE

copy_tree "$TMP"
library=$(realpath "$BIN/obj/libreinit.a")
cd "$TMP"
rm src/tools/*.c
cat >src/tools/probe.c <<'C'
/* probe: exit 0 if arithmetic is IEEE 754's, as written. */
#include "exact/isa.h"

#include <math.h>
#include <stdio.h>

/* Not known to the compiler. */
static volatile float tiny = 1e-40f, large = 1e8f, one = 1, three = 3, near_one = 1 + 0x1p-12f, minus_zero = -0.0f,
                      zero = 0;

static int wrong(const char *what)
{
    printf("%s\n", what);
    return 1;
}

int main(void)
{
    float big = large, unit = one, nan = zero / zero, third = one / three, factor = near_one, none = minus_zero;
    float product = factor * factor - (1 + 0x1p-11f);
    int bad = 0;
    bad |= tiny * 0.5f == 0 ? wrong("a subnormal is flushed") : 0;
    bad |= (big + unit) - big != 0 ? wrong("sums are reordered") : 0;
    bad |= product != 0 ? wrong("a product and a sum are fused") : 0;
    bad |= !isnan(nan) || nan == nan ? wrong("NaN is taken for a number") : 0;
    bad |= signbit(none + 0.0f) ? wrong("the sign of 0 is lost") : 0;
    bad |= third != 0x1.555556p-2f ? wrong("a quotient is not rounded once") : 0;
    bad |= 0.1 == (double)0.1f ? wrong("constants are of single precision") : 0;
#ifdef EXPECT_DEFINED
    bad |= EXPECT_DEFINED != 1 ? wrong("other flags are lost") : 0;
#else
    bad |= wrong("other flags are lost");
#endif
    return bad;
}
C

# built CC FLAGS: without a warning, and right.
built() {
    local cc=$1 flags=$2 bin
    bin=$(mktemp -d "$TMP/bin.XXXXXX")
    mkdir "$bin/obj" && cp "$library" "$bin/obj/"
    CFLAGS="$flags -DEXPECT_DEFINED=1" LDFLAGS=$flags make --no-print-directory -o "$bin/obj/libreinit.a" BIN="$bin" CC="$cc" all \
        >"$TMP/log" 2>&1 && ! grep -q 'warning:' "$TMP/log" && "$bin/probe" >>"$TMP/log" \
        || { echo "$cc with CFLAGS=$flags:"; tail -n 5 "$TMP/log"; exit 1; }
}
for cc in cc clang; do
    if ! "$cc" -fopenmp -x c -o linked - 2>/dev/null <<<'int main(void) { return 0; }'; then
        echo "skipped: $cc cannot link with OpenMP"
        continue
    fi
    native=
    [ "$(uname -m)" != x86_64 ] || native="-march=native -mfpmath=sse"
    built "$cc" "-Ofast $native"
    built "$cc" "-O2 -ffast-math -funsafe-math-optimizations -ffinite-math-only -fno-signed-zeros -fassociative-math \
        -freciprocal-math -fsingle-precision-constant -ffp-contract=fast -flto"
    built "$cc" "-O0 -std=gnu17 -D_FORTIFY_SOURCE=3"
    built "$cc" "-g -O2 -D_FORTIFY_SOURCE=3 -fno-pie"
done

# In CC they cannot be left out, and are refused.
! make --no-print-directory -o bin/obj/libreinit.a CC="cc -ffast-math" all >log 2>&1 && grep -q 'error.*defined bits only without' log
