#!/usr/bin/env bash
# fetch-cifar10 on data that are there: verified ones are left alone, a folder that cannot be used
# is an error. Runs in full where the data have been fetched, since it needs the official files.
set -euo pipefail

: >"$TMP/file"
code=0
"$BIN/fetch-cifar10" --out "$TMP/file" --from data/sample >"$TMP/out" 2>&1 || code=$?
[ "$code" -eq 1 ] && grep -q "^fetch-cifar10: $TMP/file: not a folder$" "$TMP/out" \
    || { echo "exit $code:"; cat "$TMP/out"; exit 1; }

# Another process that fetches there shuts this one out.
mkdir "$TMP/held"
exec 9<"$TMP/held"
flock 9
code=0
"$BIN/fetch-cifar10" --out "$TMP/held" --from data/sample >"$TMP/out" 2>&1 || code=$?
[ "$code" -eq 1 ] \
    && grep -q "^fetch-cifar10: $TMP/held: another process is fetching into it$" "$TMP/out" \
    || { echo "exit $code:"; cat "$TMP/out"; exit 1; }

if ! (cd data/cifar10 2>/dev/null && sha256sum --quiet -c ../../pipeline/checksums/cifar10.sha256) \
    >/dev/null 2>&1; then
    echo "skipped: files that are links: data/cifar10 is not there"
    exit 0
fi
mkdir "$TMP/data"
for file in data_batch_{1..5} test_batch; do
    ln -s "$PWD/data/cifar10/$file.bin" "$TMP/data/$file.bin"
done
"$BIN/fetch-cifar10" --out "$TMP/data" --from nowhere >"$TMP/out" 2>&1
[ "$(cat "$TMP/out")" = "$TMP/data: all six files verified" ] || { cat "$TMP/out"; exit 1; }

rm "$TMP/data/data_batch_4.bin"
cp data/sample/data_batch_4.bin "$TMP/data/data_batch_4.bin"
"$BIN/fetch-cifar10" --out "$TMP/data" --from data/cifar10 >"$TMP/out" 2>"$TMP/err"
[ "$(cat "$TMP/out")" = "$TMP/data: all six files fetched and verified" ] \
    || { cat "$TMP/out"; exit 1; }
grep -q 'data_batch_4.bin: 221256 bytes, not the official 30730000; replacing it$' "$TMP/err" \
    || { cat "$TMP/err"; exit 1; }
cmp "$TMP/data/data_batch_4.bin" data/cifar10/data_batch_4.bin
[ -L "$TMP/data/data_batch_5.bin" ] || { echo "a good file was written again"; exit 1; }
