#!/bin/bash
# The smoke pipeline, from initial weights to accuracies: its checksums are the golden ones, also when
# runs go side by side; what depends on the arithmetic is made anew when it changes, and only then.
set -euo pipefail
make="make --no-print-directory PROFILE=smoke RUN_ROOT=$TMP/runs BIN=$BIN"

$make -j2 THREADS=1 verify evaluate >"$TMP/first" 2>&1 || { cat "$TMP/first"; exit 1; }
cmp <("$BIN/numerics-fingerprint") pipeline/golden/numerics

would() { # what make -n says it would run of the stages
    $make -n "$@" evaluate 2>/dev/null | grep -cE "^$BIN/(init-weights|train|evaluate|loss-to-dat)|^\{ printf" || :
}
expect() { # expect COUNT WHAT ARGUMENTS...
    local count=$1 what=$2; shift 2
    local got; got=$(would "$@")
    [ "$got" = "$count" ] || { echo "$what: $got commands would run, not $count"; exit 1; }
}
expect 0 "nothing changed"
touch src/nn/adam.c pipeline/*.mk data/sample/*.bin
expect 0 "sources and data touched"
expect 0 "another number of threads" THREADS=7
expect 32 "another seed" SEEDS=2
expect 24 "another learning rate" LEARNING_RATE=2e-4   # train, evaluate, loss.dat of eight runs
expect 8 "fewer test examples" TEST_EXAMPLES=100       # evaluate of eight runs
expect 32 "another arithmetic" NUMERICS=0

# A changed file is noticed; a damaged one is named.
printf 'x' | dd of="$TMP/runs/as-run/xavier/seed-1/final.safetensors" bs=1 seek=4000000 conv=notrunc 2>/dev/null
if $make verify >"$TMP/second" 2>&1; then echo "verify accepts a damaged file"; exit 1; fi
grep -q 'xavier/seed-1/final.safetensors: FAILED' "$TMP/second" || { cat "$TMP/second"; exit 1; }
