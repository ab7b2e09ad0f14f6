#!/bin/bash
# Two at once. Two trainings of one run: the second stops with one line and disturbs nothing. Of many
# started together all end right or with that line. A lock whose holder was killed holds no one up.
# Two pipelines on the same runs: each ends right or says who is in its way, and one after them finds
# the results of one alone.
set -euo pipefail
. tests/support.sh
BIN=$(realpath "$BIN")

"$BIN/init-weights" --net carlini --scheme xavier-normal --seed 3 --out "$TMP/init"
train() { # train NAME EXAMPLES: becomes the tool
    exec "$BIN/train" --weights "$TMP/init" --data data/sample --epochs 2 --batch-size 5 --lr 1e-3 \
        --order shuffled --loss cross-entropy --seed 3 --threads 1 --quiet --examples "$2" \
        --out "$TMP/$1.out" --log "$TMP/$1.log" --checkpoint "$TMP/$1.checkpoint"
}
same() {
    cmp "$TMP/reference.out" "$TMP/$1.out"
    cmp <(tests/transcript.sh "$TMP/reference.log") <(tests/transcript.sh "$TMP/$1.log")
    [ ! -e "$TMP/$1.checkpoint.lock" ]
}
busy() { # busy NAME FILE: the file is the one line that says so
    [ "$(cat "$2")" = "train: $TMP/$1.checkpoint: another process is training this run" ] \
        || { cat "$2"; exit 1; }
}

(train reference 60)
(train two 60) & first=$!
await "$TMP/two.checkpoint.lock"
kill -STOP $first # not to be done too soon
code=0; (train two 60) 2>"$TMP/err" || code=$?
[ $code = 1 ]
busy two "$TMP/err"
kill -CONT $first; wait $first
same two

(train killed 360) & first=$!
await "$TMP/killed.checkpoint.lock"
kill -KILL $first; wait $first 2>/dev/null || :
[ -e "$TMP/killed.checkpoint.lock" ]
rm -f "$TMP/killed.checkpoint"
(train killed 60)
same killed

for i in {1..6}; do (train crowd 60 2>"$TMP/err.$i") & done
ended=0
for i in {1..6}; do if wait -n; then ended=$((ended + 1)); fi; done
[ $ended -ge 1 ]
for i in {1..6}; do [ ! -s "$TMP/err.$i" ] || busy crowd "$TMP/err.$i"; done
same crowd

# Pipelines, in a copy of the tree, on few examples.
copy_tree "$TMP"
cp -a "$BIN" "$TMP/bin"
cd "$TMP"
run() {
    make --no-print-directory PROFILE=smoke BIN=bin THREADS=1 TRAIN_EXAMPLES=20 TEST_EXAMPLES=20 "$@" \
        evaluate-kaiming evaluate-carlini-bs10
}
results() {
    find data/runs -name '*.safetensors' ! -name 'checkpoint*' -o -name losses.tsv -o -name accuracy.tsv \
        -o -name loss.dat | sort | xargs sha256sum
}
run >"$TMP/out" 2>&1 || { cat "$TMP/out"; exit 1; }
results >reference.sums
for round in 1 2; do
    rm -r data/runs
    run -j2 >one 2>&1 & one=$!
    run -j2 >two 2>&1 & two=$!
    for side in one two; do
        wait ${!side} || grep -q 'another process is \(training this run\|writing it\)' $side \
            || { echo "round $round: pipeline $side:"; cat $side; exit 1; }
    done
    run >out 2>&1 || { cat out; exit 1; }
    results | cmp - reference.sums || { echo "round $round: other results"; exit 1; }
    [ -z "$(find data/runs -name '*.lock' -o -name '*.partial')" ]
done
