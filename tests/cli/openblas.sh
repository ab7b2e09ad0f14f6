#!/bin/bash
# OpenBLAS is loaded for --gemm openblas alone; a missing or broken library, or memory that is limited, in which it
# would hang, ends in one line.
set -euo pipefail
. tests/support.sh

for tool in src/tools/*.c; do
    tool=$BIN/$(basename "$tool" .c)
    dynamic=$(readelf -dW "$tool")
    ! grep -q 'NEEDED.*openblas' <<<"$dynamic" || { echo "$tool: OpenBLAS is linked in"; exit 1; }
done

"$BIN/init-weights" --net carlini --scheme kaiming-uniform --seed 1 --out "$TMP/w"
evaluate=("$BIN/evaluate" --weights "$TMP/w" --data data/sample --split test --examples 20 --threads 2)
train=("$BIN/train" --weights "$TMP/w" --data data/sample --epochs 1 --batch-size 5 --lr 1e-3 --order shuffled
    --loss cross-entropy --seed 1 --examples 10 --quiet --out "$TMP/final" --log "$TMP/log" --checkpoint "$TMP/ck")
"${evaluate[@]}" --gemm openblas >"$TMP/openblas"
cmp "$TMP/openblas" <("${evaluate[@]}")

mkdir "$TMP/broken" && echo "no library" >"$TMP/broken/libopenblas.so.0"
for command in evaluate train; do
    declare -n words=$command
    fails "cannot load OpenBLAS" env LD_LIBRARY_PATH="$TMP/broken" "${words[@]}" --gemm openblas
done
[ ! -e "$TMP/final" ] && [ ! -e "$TMP/ck" ]
"${evaluate[@]}" >"$TMP/exact" # needs none of it
cmp "$TMP/exact" <(LD_LIBRARY_PATH=$TMP/broken "${evaluate[@]}")

if nm -D "$BIN/train" | grep -q __asan_init; then
    echo "skipped: limited memory: the address sanitizer needs terabytes"
else
    (ulimit -v 8000000 && fails "memory is limited (ulimit -v)" "${evaluate[@]}" --gemm openblas)
fi
