#!/bin/bash
# train and evaluate: the same bits with 1, 2 and 5 threads, with every instruction set, after --until,
# after SIGTERM and after kill -9; wrong input ends in one line and leaves nothing behind.
set -euo pipefail
. tests/support.sh

"$BIN/init-weights" --net carlini --scheme xavier-normal --seed 3 --out "$TMP/init"
arguments=(--weights "$TMP/init" --data data/sample --epochs 2 --batch-size 16 --lr 1e-3
    --order shuffled --loss cross-entropy --seed 3 --examples 200)
start() { # start NAME ARGUMENTS...: becomes the tool, for a subshell to be killed as it
    local name=$1; shift
    exec "$BIN/train" "${arguments[@]}" --out "$TMP/$name.out" --log "$TMP/$name.log" \
        --checkpoint "$TMP/$name.checkpoint" "$@"
}
train() { (start "$@"); }
same() { # same NAME: weights and transcript are those of the reference
    cmp "$TMP/reference.out" "$TMP/$1.out"
    cmp <(tests/transcript.sh "$TMP/reference.log") <(tests/transcript.sh "$TMP/$1.log")
}
train reference --threads 2 2>"$TMP/err"
[ "$(grep -c '^[12]' "$TMP/reference.log")" = 2 ]
# Without a terminal there is a line for each epoch, and nothing else.
number='[0-9]+(\.[0-9]+)?'
for epoch in 1 2; do
    grep -qxE "train: epoch $epoch/2  loss $number  $((50 * epoch))\.0%  $number images/s  0:[0-9:]{5} left" "$TMP/err"
done
[ "$(wc -l <"$TMP/err")" = 2 ]

# The chain, by sha256sum; the last state is that of the last checkpoint.
link=$(grep '^# ' "$TMP/reference.log" | sed '/^# chain_sha256/,$d' | sha256sum | cut -d' ' -f1)
grep -qx "# chain_sha256 $link" "$TMP/reference.log"
while IFS=$'\t' read -r epoch loss _ weights state chain; do
    link=$(printf '%s\t%s\t%s\t%s\t%s\n' "$link" "$epoch" "$loss" "$weights" "$state" | sha256sum | cut -d' ' -f1)
    [ "$link" = "$chain" ]
done < <(grep '^[12]' "$TMP/reference.log")
"$BIN/show-weights" --weights "$TMP/reference.out" >"$TMP/shown"
grep -q "SHA-256 of the values $(grep '^2' "$TMP/reference.log" | cut -f4)$" "$TMP/shown"
"$BIN/show-weights" --weights "$TMP/reference.checkpoint" >"$TMP/shown"
tensors=$(sed -n 's/^payload_sha256: //p' "$TMP/shown")
[ "$(echo "$tensors 26" | sha256sum | cut -d' ' -f1)" = "$(grep '^2' "$TMP/reference.log" | cut -f5)" ]
train one --threads 1 --label as-run/one 2>"$TMP/err"; same one
[ "$(grep -c '^as-run/one: epoch' "$TMP/err")" = 2 ]
train five --threads 5; same five
# Fewer threads than asked for, or told to each level of nesting.
OMP_THREAD_LIMIT=1 train limited --threads 2; same limited
OMP_NUM_THREADS=2,1 train nested --threads 2; same nested
OMP_MAX_ACTIVE_LEVELS=0 train levels --threads 2; same levels

# Every instruction set that this processor has, on a training short enough for software fma.
arguments[-1]=5
train short
for isa in baseline avx2 avx512; do
    if REINIT_ISA=$isa train "$isa" 2>"$TMP/err"; then
        cmp "$TMP/short.out" "$TMP/$isa.out"
    else
        grep -q "must be one of this processor's instruction sets: .*baseline$" "$TMP/err"
    fi
done
REINIT_ISA='' train unset; cmp "$TMP/short.out" "$TMP/unset.out"
code=0
REINIT_ISA=none train none 2>"$TMP/err" || code=$?
[ "$code" = 2 ] && [ "$(wc -l <"$TMP/err")" = 1 ] && grep -q '^train: REINIT_ISA=none: .*baseline$' "$TMP/err"
[ ! -e "$TMP/none.checkpoint" ]
arguments[-1]=200

train until --until 1 2>"$TMP/err"
grep -q 'stopped after epoch 1 of 2' "$TMP/err"
[ ! -e "$TMP/until.out" ]
train until; same until
train until; same until # finished: says the same again
rm "$TMP/until.out"
train until --until 1 2>"$TMP/err"; same until # past that epoch already
[ ! -s "$TMP/err" ]

code=0
start term 2>"$TMP/err" & child=$!
await "$TMP/term.checkpoint.lock" # from here on signals are noticed
kill -TERM $child
wait $child || code=$?
[ "$code" = 1 ] && [ -e "$TMP/term.checkpoint" ] && [ ! -e "$TMP/term.out" ]
tail -n 1 "$TMP/err" | grep -q '^train: interrupted in epoch '
train term; same term

killed=0
for delay in 0 0.1 0.3 0.5; do
    code=0
    start killed --checkpoint-seconds 1 & child=$!
    await "$TMP/killed.checkpoint.lock"; sleep $delay
    kill -KILL $child 2>/dev/null || :
    wait $child 2>/dev/null || code=$?
    [ $code != 137 ] || killed=$((killed + 1))
done
[ $killed -gt 0 ]
train killed; same killed

"$BIN/evaluate" --weights "$TMP/reference.out" --data data/sample --split test >"$TMP/test"
grep -qE $'^test\t[0-9]+\t120\t0\\.[0-9]{5}$' "$TMP/test"
cmp "$TMP/test" <("$BIN/evaluate" --weights "$TMP/one.out" --data data/sample --split test --threads 3)

cp "$TMP/reference.checkpoint" "$TMP/other.checkpoint"
arguments[7]=32
fails "belongs to another training: its batch_size is 16, not 32" train other
arguments[7]=16
cmp "$TMP/reference.checkpoint" "$TMP/other.checkpoint"
damage() { printf 'x' | dd of="$1" bs=1 seek=3000000 conv=notrunc 2>/dev/null; }
damage "$TMP/other.checkpoint"
fails "damaged" train other

# Of two checkpoints the newest is damaged, and said so even if asked to be quiet; then both are.
train pair --until 1 --checkpoint-seconds 1 --quiet
cp "$TMP/pair.checkpoint" "$TMP/pair.checkpoint.previous"
damage "$TMP/pair.checkpoint"
train pair --quiet 2>"$TMP/err" # the only line
[ "$(wc -l <"$TMP/err")" = 1 ]
grep -q "^train: $TMP/pair.checkpoint: damaged: .*; going on from the one before it$" "$TMP/err"
same pair
damage "$TMP/pair.checkpoint"
damage "$TMP/pair.checkpoint.previous"
fails "pair.checkpoint.previous: damaged" train pair

# A log that was changed is not gone on with.
train told --until 1 --quiet
sed -i 's/^1\t\(.\)/1\t1\1/' "$TMP/told.log"
fails "told.log:19: " train told
cp "$TMP/until.checkpoint" "$TMP/lost.checkpoint"
fails "lost.log: cannot open" train lost
mkdir "$TMP/data"
fails "data_batch_1.bin: cannot open" "$BIN/train" "${arguments[@]/data\/sample/$TMP/data}" \
    --out "$TMP/x" --log "$TMP/x.log" --checkpoint "$TMP/x.checkpoint"
head -c 5000 data/sample/test_batch.bin >"$TMP/data/test_batch.bin"
fails "not a whole number" "$BIN/evaluate" --weights "$TMP/init" --data "$TMP/data" --split test
{ printf '\x0a'; tail -c +2 data/sample/test_batch.bin; } >"$TMP/data/test_batch.bin"
fails "record 0 has the label 10" "$BIN/evaluate" --weights "$TMP/init" --data "$TMP/data" --split test
cp "$TMP/init" "$TMP/given"
fails "given: is given both as initial weights and as final weights" "$BIN/train" "${arguments[@]/$TMP\/init/$TMP/given}" \
    --out "$TMP/given" --log "$TMP/x.log" --checkpoint "$TMP/x.checkpoint"
fails "x: is given both as log and as checkpoint" "$BIN/train" "${arguments[@]}" --out "$TMP/given.out" \
    --log "$TMP/x" --checkpoint "$TMP/x"
cmp "$TMP/init" "$TMP/given"
arguments[-1]=20000
fails "fewer than 20000" train few
[ ! -e "$TMP/x" ] && [ -z "$(find "$TMP" -name '*.partial' ! -name 'killed*')" ]
