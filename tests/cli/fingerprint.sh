#!/bin/bash
# numerics-fingerprint: what is recorded, and parts that differ from it and from each other; of two in one folder the second stops with one line and disturbs
# nothing; at a signal it says no more than that, for it begins anew.
set -euo pipefail
. tests/support.sh

take() { exec "$BIN/numerics-fingerprint" --threads 1 --folder "$TMP/$1"; } # take FOLDER: becomes the tool
says() { [ "$(cat "$TMP/err")" = "numerics-fingerprint: $1" ] || { cat "$TMP/err"; exit 1; } }

(take one) >"$TMP/out" & first=$!
await "$TMP/one/fingerprint.lock"
kill -STOP $first # not to be done too soon
code=0; (take one) 2>"$TMP/err" || code=$?
[ $code = 1 ]
says "$TMP/one/fingerprint: another process is taking it in this folder"
kill -CONT $first; wait $first
cmp "$TMP/out" pipeline/golden/numerics
[ -z "$(find "$TMP/one" -name '*.lock')" ]

(take two) >"$TMP/out" 2>"$TMP/err" & first=$!
await "$TMP/two/checkpoint.safetensors.lock" # from here on signals are noticed
kill -TERM $first
code=0; wait $first || code=$?
[ $code = 1 ]
says "$TMP/two: interrupted"
[ ! -s "$TMP/out" ]

# A scheme or network that came after the base has a part of its own.
for part in '--scheme lecun-normal' '--scheme orthogonal' '--net lenet5'; do
    "$BIN/numerics-fingerprint" --threads 1 --folder "$TMP/part" $part
done >"$TMP/parts"
[ "$(sort -u "$TMP/parts" pipeline/golden/numerics | grep -cxE '[0-9a-f]{64}')" = 4 ]
