#!/bin/bash
# init-weights and show-weights: the same bytes for the same arguments, other bytes for others, and a
# damaged file is refused in one line.
set -euo pipefail
. tests/support.sh

init() { "$BIN/init-weights" "$@"; }
init --net carlini --scheme kaiming-uniform --seed 1 --out "$TMP/a"
init --net carlini --scheme kaiming-uniform --seed 1 --out "$TMP/b"
init --net carlini --scheme kaiming-uniform --seed 2 --out "$TMP/c"
cmp "$TMP/a" "$TMP/b"
if cmp -s "$TMP/a" "$TMP/c"; then echo "the seed changes nothing"; exit 1; fi
[ -z "$(find "$TMP" -name '*.partial')" ]

"$BIN/show-weights" --weights "$TMP/a" >"$TMP/shown"
grep -qx 'net: carlini' "$TMP/shown"
grep -qx 'scheme: kaiming-uniform' "$TMP/shown"
grep -qE '^conv1\.weight +64x64x3x3 ' "$TMP/shown"
grep -qE '^forward0\.weight +256x3200 ' "$TMP/shown"
grep -q '^14 tensors, 1147978 values, SHA-256' "$TMP/shown"

init --net carlini --scheme ones --seed 1 --out "$TMP/ones"
"$BIN/show-weights" --weights "$TMP/ones" | grep -E '^conv0\.weight +64x3x3x3 +1 +1 +1 +0 +0$' >"$TMP/line"
init --net carlini --scheme zeros --bias scheme --seed 1 --out "$TMP/zeros"
"$BIN/show-weights" --weights "$TMP/zeros" | grep -E '^conv0\.bias +64 +0 +0 +0 +0 +0$' >"$TMP/line"

init --net resnet56 --scheme kaiming-normal --seed 1 --out "$TMP/r"
"$BIN/show-weights" --weights "$TMP/r" | grep -E '^layer2\.0\.shortcut\.0\.weight +128x64x1x1 ' >"$TMP/line"

cp "$TMP/a" "$TMP/flipped"
printf '\xff' | dd of="$TMP/flipped" bs=1 seek=2000000 conv=notrunc 2>/dev/null
fails "damaged: the tensors' SHA-256" "$BIN/show-weights" --weights "$TMP/flipped"
head -c 100 "$TMP/a" >"$TMP/short"
fails "$TMP/short: not a safetensors file" "$BIN/show-weights" --weights "$TMP/short"
head -c 4000000 "$TMP/a" >"$TMP/shorter"
fails "$TMP/shorter" "$BIN/show-weights" --weights "$TMP/shorter"
fails "No such file" "$BIN/show-weights" --weights "$TMP/none"
fails "not a regular file" "$BIN/show-weights" --weights "$TMP"
fails "cannot create" init --net carlini --scheme ones --seed 1 --out "$TMP/no/folder"
fails "biases by the scheme are for zeros and ones only" init --net carlini \
    --scheme xavier-normal --bias scheme --seed 1 --out "$TMP/never"
[ ! -e "$TMP/never" ]
