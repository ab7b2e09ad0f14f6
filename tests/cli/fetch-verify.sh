#!/usr/bin/env bash
# fetch-cifar10 --verify names every file that is missing or wrong, and changes nothing.
set -euo pipefail

d=$TMP/data
mkdir "$d"
cp data/sample/data_batch_2.bin data/sample/test_batch.bin "$d"
head -c 30730000 /dev/zero >"$d/data_batch_3.bin"
ls -l "$d" >"$TMP/before"

cat >"$TMP/expected" <<END
fetch-cifar10: $d/data_batch_1.bin: No such file or directory
fetch-cifar10: $d/data_batch_2.bin: 221256 bytes, not the official 30730000
fetch-cifar10: $d/data_batch_3.bin: SHA-256 is $(sha256sum <"$d/data_batch_3.bin" | cut -c1-64),\
 not the official $(sed -n 's/  data_batch_3.bin$//p' pipeline/checksums/cifar10.sha256)
fetch-cifar10: $d/data_batch_4.bin: No such file or directory
fetch-cifar10: $d/data_batch_5.bin: No such file or directory
fetch-cifar10: $d/test_batch.bin: 368760 bytes, not the official 30730000
fetch-cifar10: $d: 6 of the six files missing or wrong
END
code=0
"$BIN/fetch-cifar10" --verify --out "$d" >"$TMP/out" 2>"$TMP/err" || code=$?
diff "$TMP/expected" "$TMP/err"
[ "$code" -eq 1 ] || { echo "exit $code, not 1"; exit 1; }
[ ! -s "$TMP/out" ] || { echo "something on stdout"; exit 1; }
ls -l "$d" | diff "$TMP/before" -

# A folder that is not there is not made.
code=0
"$BIN/fetch-cifar10" --verify --out "$TMP/none" >/dev/null 2>&1 || code=$?
[ "$code" -eq 1 ] && [ ! -e "$TMP/none" ] || { echo "none: exit $code"; exit 1; }
