#!/usr/bin/env bash
# data/sample is what its checksums say and holds whole records; where the full data have been
# fetched, it is their beginning.
set -euo pipefail

(cd data/sample && sha256sum --quiet -c ../../pipeline/checksums/sample.sha256)
for file in data_batch_{1..5} test_batch; do
    size=$(stat -c %s "data/sample/$file.bin")
    [ $((size % 3073)) -eq 0 ] || { echo "$file.bin: $size bytes are no whole records"; exit 1; }
    full=data/cifar10/$file.bin
    if [ -e "$full" ]; then
        cmp -n "$size" "data/sample/$file.bin" "$full"
    fi
done
