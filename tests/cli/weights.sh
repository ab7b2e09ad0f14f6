#!/bin/bash
# init-weights and show-weights: the same bytes for the same arguments, other bytes for others, and a
# damaged file is refused in one line. evaluate, train and show-weights on weight files of other programs.
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
"$BIN/show-weights" --weights "$TMP/ones" | grep -E '^conv0\.weight +64x3x3x3 +1 +1 +1 +0 +0 F32$' >"$TMP/line"
init --net carlini --scheme zeros --bias scheme --seed 1 --out "$TMP/zeros"
"$BIN/show-weights" --weights "$TMP/zeros" | grep -E '^conv0\.bias +64 +0 +0 +0 +0 +0 F32$' >"$TMP/line"

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

# Weight files of other programs. rewrite FILE FILTER [OPTION...]: its header through jq, the data as they are.
rewrite() {
    local file=$1 filter=$2 b header length; shift 2
    read -ra b < <(od -An -tu1 -N8 "$file")
    length=$((b[0] + (b[1] << 8) + (b[2] << 16)))
    header=$(head -c $((8 + length)) "$file" | tail -c +9 | jq -c "$@" "$filter")
    while [ $((${#header} % 8)) != 0 ]; do header="$header "; done
    printf "$(printf '\\x%02x' $((${#header} & 255)) $((${#header} >> 8 & 255)) $((${#header} >> 16)))\0\0\0\0\0%s" "$header"
    tail -c +$((9 + length)) "$file"
}
count() { "$BIN/evaluate" --data data/sample --split test --examples 10 --quiet --weights "$@"; }
start() {
    "$BIN/train" --data data/sample --epochs 1 --batch-size 10 --lr 1e-3 --order sequential --loss cross-entropy --seed 1 \
        --examples 10 --out "$TMP/out" --log "$TMP/log" --checkpoint "$TMP/checkpoint" --quiet --weights "$@"
}
same() { [ "$(count "$@")" = "$counted" ] || { echo "$*: counts otherwise than $counted"; exit 1; }; }
hash_of() { "$BIN/show-weights" --weights "$@" | sed -n 's/.*SHA-256 of the values //p'; }
counted=$(count "$TMP/r") hash=$(hash_of "$TMP/r")

# Its keys sorted, entries and metadata both: saved again, with unchanged values.
rewrite "$TMP/r" . -S >"$TMP/sorted"
same "$TMP/sorted"
[ "$(hash_of "$TMP/sorted")" = "$hash" ]
"$BIN/show-weights" --weights "$TMP/sorted" | grep '^saved again by another program' >"$TMP/line"
# Without metadata, the network is for the user to name.
rewrite "$TMP/r" 'del(.__metadata__)' >"$TMP/bare"
fails "$TMP/bare: its metadata name no network; --net NAME" count "$TMP/bare"
fails "$TMP/bare: its metadata name no network; --net NAME" start "$TMP/bare"
same "$TMP/bare" --net resnet56
[ "$(hash_of "$TMP/bare" --net resnet56)" = "$hash" ]
fails "tensor conv0.weight is missing, which the network carlini has" count "$TMP/bare" --net carlini
mkdir "$TMP/run"
cp "$TMP/bare" "$TMP/run/init.safetensors"
start "$TMP/bare" --net resnet56
cp "$TMP/log" "$TMP/run/log.tsv"
"$BIN/audit-run" --run "$TMP/run" --epoch 1 --data data/sample --quiet >"$TMP/line"
grep -qx "# initial_weights_sha256 $hash" "$TMP/log"
rm "$TMP"/checkpoint*
# Metadata that changed in place are damage, and so are values; either can be accepted.
rewrite "$TMP/r" '.__metadata__.seed = "2"' >"$TMP/seed-2"
for file in "$TMP/seed-2" "$TMP/flipped"; do
    fails "; --unverified accepts it" count "$file"
    fails "; --unverified accepts it" start "$file"
    fails "; --unverified accepts it" "$BIN/show-weights" --weights "$file"
    count "$file" --unverified >"$TMP/line"
    "$BIN/show-weights" --weights "$file" --unverified | grep -x 'not verified' >"$TMP/line"
done
same "$TMP/seed-2" --unverified
# A log does not repeat what no hash covers: the seed, from which an audit would start.
start "$TMP/seed-2" --unverified
grep -qx '# initial_seed unknown' "$TMP/log"
# Other types of elements: shown, not trained.
rewrite "$TMP/a" '.["conv0.bias"].dtype = "I32" | del(.__metadata__.payload_sha256, .__metadata__.header_sha256)' >"$TMP/i32"
"$BIN/show-weights" --weights "$TMP/i32" | grep -E '^conv0\.bias +64 .* 0 I32$' >"$TMP/line"
fails "$TMP/i32: tensor conv0.bias is I32, but weights must be F32" count "$TMP/i32"
fails "$TMP/i32: tensor conv0.bias is I32, but weights must be F32" start "$TMP/i32"
