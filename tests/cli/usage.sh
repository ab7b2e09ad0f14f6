#!/bin/bash
# What every tool owes its user: --help and --version, exit 2 for wrong usage with one line that says
# what is wrong, strict numbers.
set -euo pipefail

ends() { # ends CODE TEXT TOOL ARGUMENTS...: exit CODE, one line on stderr that holds TEXT, nothing on stdout
    local wanted=$1 text=$2 code=0; shift 2
    timeout 60 "$BIN/$1" "${@:2}" >"$TMP/out" 2>"$TMP/err" || code=$?
    [ "$code" = "$wanted" ] || { echo "$*: exit $code, not $wanted"; cat "$TMP/err"; exit 1; }
    [ "$(wc -l <"$TMP/err")" = 1 ] || { echo "$*: not one line:"; cat "$TMP/err"; exit 1; }
    grep -qF -- "$text" "$TMP/err" || { echo "$*: no '$text' in:"; cat "$TMP/err"; exit 1; }
    [ ! -s "$TMP/out" ] || { echo "$*: printed on stdout"; exit 1; }
}
refused() { ends 2 "$@"; } # refused TEXT TOOL ARGUMENTS...

for source in src/tools/*.c; do
    tool=$(basename "$source" .c)
    "$BIN/$tool" --help >"$TMP/help"
    grep -q "^Usage: $tool " "$TMP/help"
    [ "$("$BIN/$tool" --version)" = "$tool (reinit) 0.1.0" ]
    refused "'--nonsense' is not an option" "$tool" --nonsense
    case $(head -3 "$TMP/help") in
    *" A B [OPTION]"*) refused "'stray' is one too many" "$tool" -- a b stray ;;
    *) refused "'stray' is not an option" "$tool" stray ;;
    esac
    refused "'--hel' is not an option" "$tool" --hel
    refused "'--version' takes no value" "$tool" --version=1
    grep -q '^  --quiet ' "$TMP/help"
    "$BIN/$tool" --quiet --help >"$TMP/quiet"
    cmp "$TMP/help" "$TMP/quiet"
    refused "--quiet: given twice" "$tool" --quiet --quiet
    if "$BIN/$tool" --help >/dev/full 2>"$TMP/err"; then echo "$tool: /dev/full swallowed"; exit 1; fi
done

for tool in audit-run compare-runs; do
    "$BIN/$tool" --help >"$TMP/help"
    grep -q '^  --data DIR .*may be given again (default: data/cifar10, data/sample)$' "$TMP/help" \
        || { echo "$tool: --help does not say that --data may be given again"; exit 1; }
done

init=(init-weights --net carlini --scheme ones --out "$TMP/never")
refused "--seed is missing" "${init[@]}"
for wrong in "" -1 +1 " 1" 1x 0x1 1.0 1e3 4294967296 99999999999999999999; do
    refused "--seed" "${init[@]}" --seed "$wrong"
done
refused "--seed: given twice" "${init[@]}" --seed 1 --seed 2
refused "'--seed' needs a value" "${init[@]}" --seed
refused "'--see' is not an option" "${init[@]}" --see 1
refused "'--see' is not an option" "${init[@]}" --see=1
refused "--net: 'vgg' is none of carlini, resnet56" init-weights --net vgg
refused "--scheme: 'Zeros' is none of zeros, ones" init-weights --scheme Zeros
train=(train --weights w --data d --epochs 1 --batch-size 1 --order sequential --loss cross-entropy
    --seed 1 --out "$TMP/never" --log l --checkpoint c)
for wrong in 0 -1e-4 nan inf 0x1p-4 1e-4x 1,5 1e999; do
    refused "--lr" "${train[@]}" --lr "$wrong"
done
refused "--epochs: 10001 is not within 1..10000" train --epochs 10001
refused "--batch-size: 0 is not within" train --batch-size 0
refused "--threads: 0 is not within" evaluate --threads 0
refused "--gemm: 'blas' is none of exact, openblas" evaluate --gemm blas
[ ! -e "$TMP/never" ]

# A result does not take the place of a folder, a pipe or what it is made of, and that is said at once.
fails() { ends 1 "$1" "$2" --quiet "${@:3}"; } # fails TEXT TOOL ARGUMENTS...
"$BIN/init-weights" --net carlini --scheme ones --seed 1 --out "$TMP/weights"
mkfifo "$TMP/pipe"
for place in "$TMP" "$TMP/pipe"; do
    fails "$place: not a regular file" init-weights --net carlini --scheme ones --seed 1 --out "$place"
    fails "$place: not a regular file" train --weights "$TMP/weights" --data data/sample --epochs 1000 \
        --batch-size 10 --lr 1e-4 --order sequential --loss cross-entropy --seed 1 --out "$place" --log "$TMP/log" \
        --checkpoint "$TMP/checkpoint"
done
[ -p "$TMP/pipe" ]
fails "$TMP/weights: is given both as weights and as answers" evaluate --weights "$TMP/weights" --data data/sample \
    --split test --answers "$TMP/weights"
cp data/published/curves/kaiming.dat "$TMP/curve"
fails "$TMP/curve: is given both as input and as output" loss-to-dat --log "$TMP/curve" --out "$TMP/curve" \
    --published data/published/curves/kaiming.dat
fails "$TMP/curve: is given both as input and as output" loss-to-dat --log "$TMP/log" --out "$TMP/curve" \
    --published "$TMP/curve"
cmp data/published/curves/kaiming.dat "$TMP/curve"

# What a file says cannot command a terminal or pass for a line of ours.
header='{"__metadata__":{"a":"x\u001b[2J\u000anet: y\u007f\u009b2J\u00a0"},"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
{ printf "\\x$(printf %x ${#header})\0\0\0\0\0\0\0%s\0\0\0\0" "$header"; } >"$TMP/hostile"
"$BIN/show-weights" --weights "$TMP/hostile" >"$TMP/out"
grep -qxF "$(printf 'a: x?[2J?net: y??2J\302\240')" "$TMP/out"
