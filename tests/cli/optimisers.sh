#!/bin/bash
# train --optimiser sgd: resumes with the same bits, is replayed by audit-run, and is not confused with Adam,
# whose logs name no optimiser, as they did before there was a choice.
set -euo pipefail
. tests/support.sh

mkdir "$TMP/adam" "$TMP/sgd" "$TMP/parts"
for folder in adam sgd parts; do
    "$BIN/init-weights" --net carlini --scheme default --seed 3 --out "$TMP/$folder/init.safetensors"
done
train() { # train FOLDER ARGUMENTS...
    local folder=$TMP/$1; shift
    "$BIN/train" --weights "$folder/init.safetensors" --data data/sample --epochs 2 --batch-size 16 --lr 1e-2 --quiet \
        --order shuffled --loss cross-entropy --seed 3 --examples 100 --keep all --out "$folder/final.safetensors" \
        --log "$folder/log.tsv" --checkpoint "$folder/checkpoint.safetensors" "$@"
}
sgd=(--optimiser sgd --momentum 0.9)
train adam --optimiser adam
train sgd "${sgd[@]}"
grep -qx '# optimiser sgd' "$TMP/sgd/log.tsv"
grep -qx '# momentum 0.90000000000000002' "$TMP/sgd/log.tsv"
[ "$(grep -cE '^# (optimiser|momentum)' "$TMP/adam/log.tsv")" = 0 ]

train parts "${sgd[@]}" --until 1
train parts "${sgd[@]}"
cmp "$TMP/sgd/final.safetensors" "$TMP/parts/final.safetensors"
"$BIN/audit-run" --run "$TMP/sgd" --data data/sample --epoch 2 --quiet >"$TMP/out"
grep -q "^true: " "$TMP/out"
"$BIN/show-weights" --weights "$TMP/sgd/checkpoint.safetensors" >"$TMP/out"
grep -qF 'sgd.v/conv0.weight' "$TMP/out"

"$BIN/compare-runs" "$TMP/adam" "$TMP/sgd" --data data/sample >"$TMP/out" || [ $? = 1 ]
grep -qx 'optimiser: adam, sgd' "$TMP/out"
grep -qx 'momentum: 0, 0.90000000000000002' "$TMP/out"

fails() { # fails WORDS COMMAND...
    local words=$1 code=0; shift
    "$@" 2>"$TMP/err" || code=$?
    [ $code = 1 ] && [ "$(wc -l <"$TMP/err")" = 1 ] && grep -qF "$words" "$TMP/err" || { cat "$TMP/err"; exit 1; }
}
rm "$TMP/parts/final.safetensors"
fails 'belongs to another training: its optimiser is sgd, not adam' train parts
fails 'belongs to another training: its momentum is 0.9' train parts --optimiser sgd --momentum 0.5
fails 'the optimiser adam has no momentum' train adam --momentum 0.9
fails 'a momentum must be below 1' train adam --optimiser sgd --momentum 1
