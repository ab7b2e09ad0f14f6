#!/bin/bash
# Data that are there and right are used where they are, in a folder that may only be read, and while
# another process holds it: by fetch-cifar10 and by make fetch.
set -euo pipefail
. tests/support.sh

copy_tree "$TMP"
cp -a --parents "$BIN" "$TMP"
cd "$TMP"
# In this tree the sample is CIFAR-10.
cp pipeline/checksums/sample.sha256 pipeline/checksums/cifar10.sha256
cp "$BIN/tests/fetch-cifar10" "$BIN/fetch-cifar10"
mkdir data/cifar10 && cp data/sample/*.bin data/cifar10
chmod 555 data/cifar10
if [ ${#plain[@]} != 0 ] && ! "${plain[@]}" true 2>/dev/null; then
    echo "skipped: permissions: setpriv cannot drop privileges"
    plain=()
fi
fetch() { "${plain[@]}" "$BIN/fetch-cifar10" --out data/cifar10 >said 2>&1; }
exec 9<data/cifar10
flock 9
fetch || { cat said; exit 1; }
exec 9<&-
[ "$(cat said)" = "data/cifar10: all six files verified" ] || { cat said; exit 1; }
run() { "${plain[@]}" make --no-print-directory BIN="$BIN" "$@"; }
run fetch >said 2>&1 || { cat said; exit 1; }
run -n fetch >said 2>&1
if grep fetch-cifar10 said; then echo "make fetch is not done"; exit 1; fi
[ "$(ls -A data/cifar10)" = "$(ls data/sample)" ] || { ls -A data/cifar10; exit 1; }

# What earlier runs left there stays if it must, and goes if it can.
chmod 755 data/cifar10 && touch data/cifar10/test_batch.bin.partial && chmod 555 data/cifar10
fetch || { cat said; exit 1; }
chmod 755 data/cifar10
fetch || { cat said; exit 1; }
[ "$(ls -A data/cifar10)" = "$(ls data/sample)" ] || { ls -A data/cifar10; exit 1; }
