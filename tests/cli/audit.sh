#!/bin/bash
# audit-run and compare-runs: what they print and how they exit, on runs as the pipeline makes them.
set -euo pipefail

record() { # record FOLDER ARGUMENTS...: three epochs of two steps, every one kept
    mkdir -p "$TMP/$1"
    "$BIN/init-weights" --net carlini --scheme kaiming-uniform --seed 2 --out "$TMP/$1/init.safetensors"
    "$BIN/train" --weights "$TMP/$1/init.safetensors" --data data/sample --epochs 3 --batch-size 8 \
        --order shuffled --loss cross-entropy --examples 12 --keep all --quiet "${@:2}" \
        --out "$TMP/$1/final.safetensors" --log "$TMP/$1/log.tsv" \
        --checkpoint "$TMP/$1/checkpoint.safetensors"
}
record a --lr 1e-3 --seed 2
rm "$TMP/a/init.safetensors" "$TMP/a/final.safetensors"

exits() { # exits CODE TEXT COMMAND...: prints TEXT on stdout, or in one line on stderr, and nothing else
    local code=$1 text=$2 got=0; shift 2
    "$@" >"$TMP/out" 2>"$TMP/err" || got=$?
    [ "$got" = "$code" ] && grep -qF -- "$text" "$TMP/out" "$TMP/err" && [ "$(wc -l <"$TMP/err")" -le 1 ] \
        || { echo "$*: exit $got, no '$text' in:"; cat "$TMP/out" "$TMP/err"; exit 1; }
}
line() { grep "^$1" "$TMP/a/log.tsv" | cut -f"$2"; } # line EPOCH COLUMN
audit() { "$BIN/audit-run" --run "$TMP/a" --data data/sample "$@"; }
exits 0 "true: the replay gives what the transcript says of epoch 1" audit --epoch 1
grep -qxF "$TMP/a: epoch 1, replayed from the seed" "$TMP/out"
exits 0 "true: the replay gives what the transcript says of epoch 3" audit --epoch 3 --threads 3
{
    echo "$TMP/a: epoch 3, replayed from $TMP/a/checkpoints/epoch-0002.safetensors"
    printf '%-15s %s\n' loss "$(line 3 2)" weights_sha256 "$(line 3 4)" state_sha256 "$(line 3 5)" \
        chain_sha256 "$(line 3 6)"
    echo "true: the replay gives what the transcript says of epoch 3"
} | cmp - "$TMP/out"
exits 0 "state_sha256 before step 1      $(line 2 5)" audit --epoch 3 --steps 1..1
exits 0 "state_sha256 after step 2       $(line 2 5)" audit --epoch 2 --steps 2..2
exits 1 "has 3 epochs, and no epoch 4" audit --epoch 4
exits 1 "an epoch has 2 steps, and no step 3" audit --epoch 1 --steps 1..3
exits 2 "--steps: '2..1' is not a range" audit --epoch 1 --steps 2..1
exits 2 "--epoch: 0 is not within" audit --epoch 0
exits 2 "--numerics: 'x' is not a SHA-256" audit --epoch 1 --numerics x
exits 1 "$TMP/log.tsv: cannot open" "$BIN/audit-run" --run "$TMP" --epoch 1
exits 1 "no data whose SHA-256 is" "$BIN/audit-run" --run "$TMP/a" --epoch 1 --data "$TMP"
exits 1 "$TMP/none/data_batch_1.bin: cannot open: No such file or directory; $TMP/nor/data_batch_1.bin" \
    "$BIN/audit-run" --run "$TMP/a" --epoch 1 --data "$TMP/none" --data "$TMP/nor"

# A line that was changed; and one that was changed together with all that vouches for it.
cp "$TMP/a/log.tsv" "$TMP/log"
loss=$(line 2 2)
sed -i 's/^2\t[^\t]*/2\t1.5/' "$TMP/a/log.tsv"
exits 1 "log.tsv:20: the chain is broken" audit --epoch 2
awk -F'\t' -v OFS='\t' -v tmp="$TMP/link" '
    function hash(text,    hex) {
        printf "%s", text >tmp; close(tmp)
        command = "sha256sum <" tmp
        command | getline hex; close(command)
        return substr(hex, 1, 64)
    }
    /^# file_sha256/ { print "# file_sha256 " hash(all); next }
    /^# chain_sha256/ { link = substr($0, 16) }
    /^2/ { $2 = "1.5" }
    /^[0-9]/ { link = $6 = hash(link "\t" $1 "\t" $2 "\t" $4 "\t" $5 "\n") }
    { print; all = all $0 "\n" }' "$TMP/log" >"$TMP/a/log.tsv"
exits 1 "audit-run: false: $TMP/a/log.tsv: epoch 2: loss is 1.5, but the replay gives $loss" audit --epoch 2
exits 0 "true: the replay gives" audit --epoch 1
cp "$TMP/log" "$TMP/a/log.tsv"

cp -r "$TMP/a" "$TMP/b"
exits 0 "the same: 3 epochs" "$BIN/compare-runs" "$TMP/a" "$TMP/b" --data data/sample
record c --lr 2e-3 --seed 2
exits 1 "they part in epoch 1 at step 1" "$BIN/compare-runs" --quiet "$TMP/a" "$TMP/c" --data data/sample
grep -qx 'learning_rate: 0.001, 0.002' "$TMP/out"
grep -qE '^14 of 42 tensors differ, first conv0.weight: [0-9]+ of 1728 elements, by at most [0-9.e-]+, rms relative [0-9.e-]+$' "$TMP/out"
exits 2 "A B expected, 1 given" "$BIN/compare-runs" "$TMP/a"
exits 1 "$TMP/log.tsv: cannot open" "$BIN/compare-runs" "$TMP/a" "$TMP"
