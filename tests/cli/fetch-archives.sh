#!/bin/bash
# fetch-cifar10 takes an archive that its user packed, in whichever format of tar and spelling of names,
# also by a user of a large number; and says of another kind of file that it is no such archive.
set -euo pipefail
. tests/support.sh

fetch=$(realpath "$BIN/tests/fetch-cifar10") sample=$(realpath data/sample)
mkdir -p "$TMP/pack/cifar-10-batches-bin"
cp "$sample"/*.bin "$TMP/pack/cifar-10-batches-bin"

taken() { # taken ARGUMENTS-OF-TAR...
    rm -rf "$TMP/out"
    tar -C "$TMP/pack" -I "gzip -1" -cf "$TMP/x.tar.gz" "$@" 2>/dev/null
    "$fetch" --quiet --out "$TMP/out" --from "$TMP/x.tar.gz" || { echo "tar $*: not taken"; exit 1; }
    (cd "$TMP/out" && sha256sum --quiet --check) <pipeline/checksums/sample.sha256
}
for format in v7 oldgnu gnu ustar pax; do
    taken --format=$format cifar-10-batches-bin
    taken --format=$format ./cifar-10-batches-bin
    taken --format=$format .
done
taken --format=gnu --owner=someone:3000000 --group=some:3000000 .
taken --format=pax --owner=someone:3000000 --group=some:3000000 --pax-option=comment=none .
taken ./cifar-10-batches-bin//data_batch_{1..5}.bin cifar-10-batches-bin/./test_batch.bin
taken --transform 's,^\./,././/,' .

tar -C "$TMP/pack" -cf "$TMP/x.tar" .
fails "$TMP/x.tar: byte " "$fetch" --quiet --out "$TMP/none" --from "$TMP/x.tar"
tar -C "$TMP/pack/cifar-10-batches-bin" -czf "$TMP/x.tar.gz" .
fails "$TMP/x.tar.gz: it has no entry 'cifar-10-batches-bin/data_batch_1.bin'" \
    "$fetch" --quiet --out "$TMP/none" --from "$TMP/x.tar.gz"
[ -z "$(ls -A "$TMP/none")" ]
