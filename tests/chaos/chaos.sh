#!/bin/bash
# kill -9 at random moments: over each tool that writes, and over make -j2 as a whole, where now the
# whole process group dies at once and now only the tool under it. After each kill whatever has a final
# name is whole, and the same command given again ends with the checksums of an undisturbed run.
#
# chaos.sh: DEPTH=short (the default) kills 15 times, DEPTH=whole 300 times, at moments drawn by SEED.
# A process that had ended before its moment came is not counted: another is started.
set -euo pipefail
. tests/support.sh
BIN=$(realpath "$BIN") root=$PWD seed=${SEED:-1} RANDOM=${SEED:-1}
# How many kills of: fetch, init, train, evaluate, loss-to-dat, make.
if [ "${DEPTH:-short}" = whole ]; then
    kills=(45 45 90 30 30 60) goals=(evaluate)
else
    kills=(3 2 3 2 2 3) goals=(evaluate-kaiming evaluate-resnet56-bs10)
fi
echo "chaos: seed $seed"

complain() {
    echo "$*"
    cat "$TMP/err" 2>/dev/null || :
    exit 1
}

# Checksums of a folder, in a form that two runs share: logs without their rates.
sums() {
    (cd "$1" && find . -type f ! -name '*.partial' ! -name '*.lock' ! -name '*.key' ! -name begun \
        | sort | while read -r file; do
        case $file in
        *log*) echo "$("$root/tests/transcript.sh" "$file" | sha256sum) $file" ;;
        *) sha256sum "$file" ;;
        esac
    done)
}

# Waits for a killed group until none of it is left: whoever still dies, in the middle of a write, holds its locks.
gone() { # gone LEADER
    wait "$1" 2>/dev/null || :
    while cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$1" '$5 == group && $3 != "Z" { left = 1 } END { exit !left }'; do
        sleep 0.01
    done
}

# Starts a command in a group of its own, and kills within $longest microseconds: the group, or, if
# VICTIMS is a pattern, every third time only what of the group has such a name. Fails if the command
# was faster; if VICTIMS is "over", that of a moment, it is run over and over until it is killed.
kill_once() { # kill_once VICTIMS COMMAND...
    local victims=$1 endless='' leader target moment
    shift
    if [ "$victims" = over ]; then
        victims='' endless=yes
        set -- bash -c 'while "$@"; do :; done' over "$@"
    fi
    moment=$(((RANDOM * 32768 + RANDOM) % longest))
    setsid "$@" >"$TMP/out" 2>"$TMP/err" </dev/null &
    leader=$! target=-$!
    sleep $((moment / 1000000)).$(printf %06d $((moment % 1000000)))
    if [ -n "$victims" ] && [ $((RANDOM % 3)) = 0 ]; then
        target=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v session="$leader" \
            -v names="^[(]($victims)[)]$" '$6 == session && $2 ~ names { print $1; exit }') || :
    fi
    if [ -n "$target" ] && kill -KILL -- "$target" 2>/dev/null; then
        gone "$leader"
    elif [ -n "$endless" ]; then # so soon that the group was not there yet
        while kill -0 "$leader" 2>/dev/null && ! kill -KILL -- -"$leader" 2>/dev/null; do sleep 0.01; done
        gone "$leader"
    else
        wait "$leader" || :
        return 1
    fi
}

# chaos NAME KILLS VICTIMS COMMAND...: the command works in $TMP/work; what it begins with is in
# $TMP/before.
chaos() {
    local name=$1 wanted=$2 victims=$3 dead=0 began longest tries=0 started=$SECONDS
    shift 3
    rm -rf "$TMP/work" && cp -a "$TMP/before" "$TMP/work"
    began=$(date +%s%N)
    "$@" >"$TMP/out" 2>"$TMP/err" || complain "$name: fails undisturbed"
    longest=$((($(date +%s%N) - began) / 1000))
    sums "$TMP/work" >"$TMP/wanted" && mv "$TMP/out" "$TMP/wanted.out"
    while [ $dead -lt "$wanted" ]; do
        [ $((tries += 1)) -le $((30 + 10 * wanted)) ] || complain "$name: too fast to be killed"
        rm -rf "$TMP/work" && cp -a "$TMP/before" "$TMP/work"
        # The time a command takes varies with what else the machine does.
        if ! kill_once "$victims" "$@"; then
            longest=$((longest * 9 / 10 + 1))
            continue
        fi
        longest=$((longest * 11 / 10)) dead=$((dead + 1))
        readable
        "$@" >"$TMP/out" 2>"$TMP/err" || complain "$name: fails after kill $dead"
        sums "$TMP/work" | cmp - "$TMP/wanted" || complain "$name: other results after kill $dead"
        [ "$name" = make ] || cmp "$TMP/out" "$TMP/wanted.out" || complain "$name: another output"
    done
    echo "chaos: $name: $dead kills, each mended, $((SECONDS - started)) s"
}

# What has a final name after a kill can be read whole.
readable() {
    local file
    while read -r file; do
        case $file in
        *.partial | *.lock) ;;
        *.safetensors)
            "$BIN/show-weights" --weights "$file" >/dev/null || complain "$file is not whole"
            ;;
        */log.tsv)
            "$BIN/loss-to-dat" --log "$file" --published "$root/data/published/curves/kaiming.dat" \
                --out "$TMP/scrap" || complain "$file is not whole"
            ;;
        */data/*.bin)
            grep -q "^$(sha256sum <"$file" | cut -d' ' -f1)" "$root/pipeline/checksums/sample.sha256" \
                || complain "$file is not the official one"
            ;;
        esac
    done < <(find "$TMP/work" -type f)
}
fresh() { rm -rf "$TMP/before" && mkdir "$TMP/before"; }
init=(init-weights --net carlini --scheme kaiming-uniform --seed 1)
train=(--data data/sample --examples 60 --epochs 3 --batch-size 10 --lr 1e-3 --order shuffled
    --loss cross-entropy --seed 1 --threads 1 --quiet)
published=data/published/curves/kaiming.dat

fresh
tar -C data --transform 's,^sample,cifar-10-batches-bin,' -czf "$TMP/archive.tar.gz" sample
chaos fetch "${kills[0]}" "" "$BIN/tests/fetch-cifar10" --quiet --out "$TMP/work/data" \
    --from "$TMP/archive.tar.gz"
chaos init "${kills[1]}" over "$BIN/${init[0]}" "${init[@]:1}" --out "$TMP/work/init.safetensors"

mv "$TMP/work" "$TMP/made"
weights=$TMP/made/init.safetensors
chaos train "${kills[2]}" "" "$BIN/train" --weights "$weights" "${train[@]}" \
    --out "$TMP/work/final.safetensors" --log "$TMP/work/log.tsv" \
    --checkpoint "$TMP/work/checkpoint.safetensors"
cp "$TMP/work/log.tsv" "$TMP/made"
chaos evaluate "${kills[3]}" over "$BIN/evaluate" --weights "$weights" --data data/sample --split test \
    --threads 1 --quiet
echo old >"$TMP/before/loss.dat"
chaos loss-to-dat "${kills[4]}" over "$BIN/loss-to-dat" --log "$TMP/made/log.tsv" \
    --published $published --out "$TMP/work/loss.dat"

# The pipeline, on few examples, in a copy of the tree whose runs are a link to work/.
mkdir -p "$TMP/tree/data/runs"
copy_tree "$TMP/tree"
cp -a "$BIN" "$TMP/tree/bin"
ln -s "$TMP/work" "$TMP/tree/data/runs/smoke-train_examples-20"
fresh
chaos make "${kills[5]}" 'train|init-weights|evaluate|loss-to-dat' \
    make -C "$TMP/tree" --no-print-directory -j2 PROFILE=smoke BIN=bin THREADS=1 TRAIN_EXAMPLES=20 \
    TEST_EXAMPLES=20 EPOCHS_carlini=2 "${goals[@]}"
