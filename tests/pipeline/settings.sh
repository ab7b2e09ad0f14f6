#!/bin/bash
# The settings of make: one spelling a number, empty values, the environment; what a changed setting does to a finished
# run; and files dated in the future or in 1970. On a few examples, in a copy of the tree.
set -euo pipefail
. tests/support.sh
copy_tree "$TMP"
cp -a --parents "$BIN" "$TMP"
cd "$TMP"
fail() { echo "$*"; exit 1; }
run() { timeout 300 make --no-print-directory PROFILE=smoke BIN="$BIN" TRAIN_EXAMPLES=20 TEST_EXAMPLES=20 "$@"; }
quietly() { run "$@" >output 2>&1 || { cat output; fail "make $*: exit $?"; }; }
plans() { # plans COUNT ARGUMENTS...: so many trainings and evaluations would run
    local count=$1 got; shift
    quietly -n "$@"
    got=$(grep -cE "^($BIN/train|\{ printf) " output || :)
    [ "$got" = "$count" ] || { cat output; fail "make -n $*: $got commands, not $count"; }
}

# Numbers: digits decide, so that equal values have one spelling and others never do.
spelled() { awk -f pipeline/numbers.awk X "$1" "$2" "$3"; }
for text in 1e-3 0.001 .001 1E-3 1.0e-3 0.1e-2 1e-03 +1e-3 000.00100e0 10e-4; do
    [ "$(spelled real 0 "$text")" = X=1e-3 ] || fail "$text: not 1e-3"
done
[ "$(spelled real 0 0.00100000001)" = X=1.00000001e-3 ]
[ "$(spelled real 0 1.00000000000000000001e-3)" = X=1.00000000000000000001e-3 ]
[ "$(spelled real 0 12.5)" = X=1.25e1 ]
[ "$(spelled 0 9 007)$(spelled 0 9 +0)" = X=7X=0 ]
for text in 0 0.0 . e 1e -1 1e999 1e-999 nan inf 0x1 1,5 "1 2" "" + 1e+; do
    [ -z "$(spelled real 0 "$text")" ] || fail "$text: a number above 0"
done
for text in 10 -1 1e0 1.0 0x1 "" + 99999999999999999999; do
    [ -z "$(spelled 0 9 "$text")" ] || fail "$text: a whole number up to 9"
done

# A finished run stays when a setting is changed, also where the training with it is stopped; switching back is free,
# and no run is trained again for a setting that does not concern it.
quietly evaluate-kaiming LEARNING_RATE=0.002
[ -f data/runs/smoke-train_examples-20-learning_rate-2e-3/as-run/kaiming/seed-1/accuracy.tsv ]
plans 0 evaluate-kaiming LEARNING_RATE=.2e-2
plans 2 evaluate-kaiming LEARNING_RATE=2.1e-3
quietly evaluate-kaiming
folder=data/runs/smoke-train_examples-20/as-run/kaiming/seed-1
sha256sum $folder/{final.safetensors,log.tsv,accuracy.tsv,answers.tsv,losses.tsv,loss.dat} >sums
plans 0 evaluate-kaiming EPOCHS_resnet56=3
quietly evaluate-kaiming EPOCHS_resnet56=3
cmp $folder/accuracy.tsv data/runs/smoke-train_examples-20-epochs_resnet56-3/as-run/kaiming/seed-1/accuracy.tsv
# Another arithmetic has the same folder: the finished run is put aside, and found again, whatever became of the new one.
other=NUMERICS=$(printf %064d 1)
plans 2 evaluate-kaiming "$other"
mv "$BIN/train" train.kept
printf '#!/bin/sh\nexit 1\n' >"$BIN/train" && chmod +x "$BIN/train"
if run train-kaiming "$other" >output 2>&1; then fail "a training that failed is none"; fi
mv train.kept "$BIN/train"
plans 0 evaluate-kaiming
plans 2 evaluate-kaiming "$other"
quietly evaluate-kaiming "$other"
plans 0 evaluate-kaiming
quietly evaluate-kaiming
sha256sum --check --quiet --strict sums
plans 0 evaluate-kaiming "$other"
plans 0 evaluate-kaiming

# An empty value is the default, on the command line and in the environment.
quietly -n status
cp output wanted
same() { # same COMMAND...: make -n status says what it said
    timeout 300 "$@" --no-print-directory -n status BIN="$BIN" >output 2>&1 || { cat output; fail "$*: exit $?"; }
    cmp wanted output || { diff wanted output | head; fail "$*: another status"; }
}
few=(PROFILE=smoke TRAIN_EXAMPLES=20 TEST_EXAMPLES=20)
settings=(TRACKS SEEDS ZEROS_SEEDS THREADS KEEP GEMM EPOCHS_carlini EPOCHS_resnet56 LEARNING_RATE RECORD DATA RUN EPOCH
    STEPS NUMBER TARGET ARCHIVE AGENT WEIGHTS BATCHES SECONDS ROUNDS CELLS DEPTH FUZZ FUZZ_SECONDS OPTIMISE FORTIFY
    SANITIZE PYTHON CC CFLAGS LDFLAGS REINIT_ISA stale)
same make "${few[@]}" "${settings[@]/%/=}"
same env "${settings[@]/%/=}" make "${few[@]}"
same make "${few[@]}" SEEDS=" " LC_ALL=
# No program gets an empty REINIT_ISA.
echo 'all:; @env | grep -c ^REINIT_ISA= || :' >env.mk
for from in "make REINIT_ISA=" "env REINIT_ISA= make"; do
    [ "$($from -f pipeline/00-settings.mk -f env.mk all)" = 0 ] || fail "$from: exported"
done
# Other settings in the environment are ignored, and one line says so; so are make's own ways of being called.
env RUN=x TARGET=y DATA=/nonexistent PROFILE=dev SEEDS=9 BIN=/nonexistent stale=FORCE \
    make --no-print-directory -n status "${few[@]}" BIN="$BIN" >output 2>error
cmp wanted output
[ "$(wc -l <error)" = 1 ]
for name in RUN TARGET DATA SEEDS stale; do grep -qw -- $name error || fail "$name is not named"; done
for flags in j s k r R w e "j2 -k"; do same env MAKEFLAGS="$flags" make "${few[@]}" 2>/dev/null; done
same env -C / make -C "$PWD" "${few[@]}"
if env -C / make -f "$PWD/Makefile" status >output 2>&1; then fail "runs in another folder"; fi
[ "$(wc -l <output)" = 1 ]

# Files dated in the future are made of once, not until that time has come; in 1970, they are as good as any.
for file in src/base/error.c pipeline/20-fetch.mk data/sample/test_batch.bin; do
    touch -d '+1 day' "$file"
    quietly status
    touch "$file"
done
find . -path ./.git -prune -o -type f -exec touch -d @0 {} +
plans 0 evaluate-kaiming
quietly evaluate-kaiming

# A numerics fingerprint that fails, on a full disk say, or is interrupted leaves no folder behind. It is a stand-in.
for end in 'exit 1' 'kill -TERM ${2##*.}; sleep 1' 'kill -INT ${2##*.}; sleep 1'; do
    printf '%s\n' '#!/bin/sh' 'mkdir -p "$2"; echo half >"$2/half"' "$end" >"$BIN/numerics-fingerprint"
    if run status >output 2>&1; then cat output; fail "status without a fingerprint"; fi
    folders=$(echo "$BIN"/obj/fingerprint.*)
    [ "$folders" = "$BIN/obj/fingerprint.*" ] || { cat output; fail "$end: $folders is left"; }
done
