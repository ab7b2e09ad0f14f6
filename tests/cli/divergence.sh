#!/bin/bash
# A training whose loss becomes NaN: one line that names the epoch, said again by whoever resumes; exit 0 and the same
# bits, interrupted or not. evaluate warns of such weights, and show-weights counts their NaNs.
set -euo pipefail
. tests/support.sh

"$BIN/init-weights" --net carlini --scheme kaiming-uniform --seed 1 --out "$TMP/init"
train() { # train NAME ARGUMENT...
    local name=$1; shift
    "$BIN/train" --weights "$TMP/init" --data data/sample --epochs 2 --batch-size 5 --lr 1e10 --order sequential \
        --loss cross-entropy --seed 1 --examples 20 --quiet --out "$TMP/$name" --log "$TMP/$name.log" \
        --checkpoint "$TMP/$name.checkpoint" --threads 2 "$@" >"$TMP/out" 2>"$TMP/err"
}
says() { # says TEXT: all that the last command said on stderr is a line that begins so
    [ "$(wc -l <"$TMP/err")" = 1 ] && [[ $(cat "$TMP/err") = "$1"* ]] \
        || { echo "no '$1' in:"; cat "$TMP/err"; exit 1; }
}
finite=", not a finite number; training continues"

train whole
says "train: epoch 1, step 2 of 4: the loss is "
grep -qF "$finite" "$TMP/err"
[ "$(grep -c $'^[12]\tnan\t' "$TMP/whole.log")" = 2 ]
train part --until 1
says "train: epoch 1, step 2 of 4: the loss is "
for _ in resumed finished; do
    train part
    says "train: $TMP/part.log: epoch 1: the loss is nan$finite"
done
cmp "$TMP/whole" "$TMP/part"
cmp <(tests/transcript.sh "$TMP/whole.log") <(tests/transcript.sh "$TMP/part.log")

"$BIN/evaluate" --weights "$TMP/whole" --data data/sample --split test --quiet >"$TMP/out" 2>"$TMP/err"
grep -qE $'^test\t[0-9]+\t120\t0\\.[0-9]{5}$' "$TMP/out"
says "evaluate: $TMP/whole: "
nans=$("$BIN/show-weights" --weights "$TMP/whole" | awk '$1 ~ /\.(weight|bias)$/ && $7 > 0 { n += $7; t++; f = f ? f : $1 }
    END { print n " values in " t " tensors, first " f }')
says "evaluate: $TMP/whole: $nans, are NaN or infinite"

# What is finite is not warned of.
"$BIN/evaluate" --weights "$TMP/init" --data data/sample --split test 2>"$TMP/err" >"$TMP/out"
! grep -q NaN "$TMP/err"
