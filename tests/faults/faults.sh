#!/bin/bash
# Every call by which a tool opens, reads, writes, syncs, renames, locks or takes memory fails in turn
# (inject.c), each in every way it can. After each, the tool has either overcome it, exit 0 and the
# very result, or says why in one line and exits 1; whatever has a final name is whole, old or new; no
# .partial stays; and the same command run again ends right.
#
# faults.sh [SCENARIO...]: DEPTH=short (the default) takes samples by SEED, DEPTH=whole every call
# until the tool runs through with no fault left to inject. CLASSES="write sync": only these.
set -euo pipefail
BIN=$(realpath "$BIN")
root=$PWD inject=$BIN/tests/inject.so depth=${DEPTH:-short}
shopt -s globstar dotglob nullglob
# Built with the address sanitizer, a tool that fails is also seen to leak nothing and to free once.
export ASAN_OPTIONS=verify_asan_link_order=0
ulimit -t 300                 # seconds of processor: what spins does not spin forever

# What may befall a class of calls: the call alone (once), or it and all after it (ever).
declare -A kinds=(
    [open]="EIO:once EINTR:once ENOSPC:once EMFILE:ever"
    [read]="EIO:once EIO:ever EINTR:once short:once short:ever"
    [write]="ENOSPC:ever EDQUOT:once EIO:once EINTR:once short:once short:ever"
    [sync]="EIO:once ENOSPC:once EDQUOT:ever EINTR:once"
    [close]="EIO:once EIO:ever EINTR:once"
    [rename]="ENOSPC:once EDQUOT:once EIO:ever"
    [unlink]="EIO:once EACCES:ever"
    [mkdir]="ENOSPC:once EDQUOT:ever"
    [truncate]="EIO:once EIO:ever EINTR:once"
    [lock]="EINTR:once ENOLCK:ever"
    [stat]="EIO:once ENOMEM:ever"
    [map]="ENOMEM:once ENOMEM:ever"
    [memory]="ENOMEM:once ENOMEM:ever"
    [crypto]="ENOMEM:once ENOMEM:ever")

complain() { # complain WHAT: the fault, what is wrong with its outcome, and what the tool said
    echo "$name: $fault$(cat report 2>/dev/null): $1"
    sed 's/^/    /' err
    touch failed
}

# A file's content, without what no two runs share: a log's rates, the place of a scratch folder.
content() {
    case $1 in
    *log | *log.tsv) "$root/tests/transcript.sh" "$1" | sha256sum ;;
    *) sha256sum <"$1" ;;
    esac
}

run() { timeout -s KILL 600 "$@" >out 2>err; }

files() { # files FOLDER: what is in it, as list
    local path
    list=()
    for path in "$1"/**; do [ ! -f "$path" ] || list+=("${path#*/}"); done
}

# Remembers the states in which a final name may be found: good[NAME CONTENT].
accept() {
    local file list
    files work
    for file in "${list[@]}"; do good["$file $(content "work/$file")"]=1; done
}

# What stands under final names is old, or of the accepted contents; nothing half-done stays. Sets
# changed if it is not all as it was before.
whole() {
    local file list
    files before
    local old="${list[*]}"
    files work
    changed=
    [ "$old" = "${list[*]}" ] || changed=yes
    for file in "${list[@]}"; do
        [ ! "work/$file" -ef "before/$file" ] || continue
        changed=yes
        case $file in
        *.partial | *.lock)
            # What could not be removed stays, and, empty, what could not be locked, or what the
            # thread library's end left locked.
            [ "$class" = unlink ] || { [ ! -s "work/$file" ] \
                && { [[ $class = @(lock|stat) ]] || grep -q '^libgomp: ' err; }; } \
                || complain "leaves $file"
            ;;
        *.download) ;; # kept on purpose, to be gone on with
        fingerprint/*.safetensors | checkpoint.next) # of some moment or other, but whole
            "$BIN/show-weights" --weights "work/$file" >/dev/null || complain "$file is not whole"
            ;;
        fingerprint/*) ;; # one training's after the other's: no list of what they may be
        *)
            [ -n "${good["$file $(content "work/$file")"]-}" ] \
                || complain "$file is neither the old one nor a right new one"
            ;;
        esac
    done
}

# The result of the undisturbed run, all of it.
right() {
    local file list
    cmp -s out wanted.out || complain "exit 0, but another output"
    files wanted
    for file in "${list[@]}"; do
        [[ $file = fingerprint/* ]] || cmp -s "work/$file" "wanted/$file" \
            || [ "$(content "work/$file")" = "$(content "wanted/$file")" ] \
            || complain "exit 0, but $file is not right"
    done
}

# Whether what the tool said is of its own form, one line, or the thread library's last words.
one_line() {
    local line said
    mapfile -t said <err
    [ "${#said[@]}" -ge 1 ] || return
    [[ ${said[1]-} != "libgomp: "* ]] || return 0
    [ "${#said[@]}" -le "$lines" ] || return
    for line in "${said[@]}"; do [[ $line = "$tool: "?* ]] || return; done
}

# attempt CLASS ERROR INDEX TIMES: one run with a fault; fails if there was none left to inject.
attempt() {
    local class=$1 code=0 changed leaks=1
    fault="call $3 of $1 $2 $4 "
    rm -rf work report && cp -al before work
    [ "$class" != crypto ] || leaks=0 # libcrypto without memory forgets some of what it has
    run env FAULT="$*" FAULT_REPORT=report LD_PRELOAD="$inject" ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=$leaks" \
        "${command[@]}" || code=$?
    tries=$((tries + 1))
    if [ ! -e report ]; then
        [ $code = 0 ] || complain "exit $code with no fault"
        right
        return 1
    fi
    struck=$((struck + 1))
    case $code in
    0)
        [ ! -s err ] || complain "exit 0, but it speaks"
        right
        overcome=$((overcome + 1))
        ;;
    1)
        one_line || complain "exit 1 without just one line"
        whole
        if [ -n "$changed" ]; then
            run "${command[@]}" || complain "does not end when run again"
            right
        fi
        ;;
    *) complain "exit $code" ;;
    esac
}

# How many calls of each class there are, when none fails: lines "CLASS COUNT", and of memory also the
# indices of the first, second and last call from each place.
count() {
    rm -rf work report && cp -al before work
    run env FAULT="open EIO 0 once" FAULT_REPORT=report LD_PRELOAD="$inject" "${command[@]}"
    mv report counts
}

every() { # every CLASS: each kind of fault at each call; of memory, at each place
    local class=$1 kind index error times indices
    indices=$(awk -v class="$class" '$1 == class { for (i = 3; i <= NF; i++) print $i }' counts)
    for kind in ${kinds[$class]}; do
        IFS=: read -r error times <<<"$kind"
        for index in $indices; do
            attempt "$class" "$error" "$index" "$times" || complain "was not injected"
        done
        index=1
        [ -n "$indices" ] || while attempt "$class" "$error" $index "$times"; do index=$((index + 1)); done
    done
}

some() { # some CLASS: a few calls, each with a kind of fault by lot
    local class=$1 calls index i error times
    local -a choices=(${kinds[$1]})
    calls=$(awk -v class="$class" '$1 == class { print $2 }' counts)
    for ((i = 0; i < calls && i < samples; i++)); do
        index=$((1 + (RANDOM * 32768 + RANDOM) % calls))
        IFS=: read -r error times <<<"${choices[RANDOM % ${#choices[@]}]}"
        attempt "$class" "$error" "$index" "$times" || complain "was not injected"
    done
}

# inject TOOL COMMAND...: all classes over this command, which works in work/, a copy of before/.
inject() {
    local class began=$SECONDS
    tool=$1 fault="no fault" tries=0 struck=0 overcome=0
    shift
    command=("$@")
    count
    for class in $classes; do
        if [ "$depth" = whole ] && [ "$name" != fingerprint ]; then every "$class"; else some "$class"; fi
    done
    echo "$name: $struck faults, $overcome overcome, $((SECONDS - began)) s:" $(awk '{ print $1, $2 }' counts)
}

# prepare COMMAND...: the undisturbed run, from a copy of before/.
prepare() {
    rm -rf work wanted && cp -al before work
    run "$@" || { cat err; exit 1; }
    accept
    mv work wanted && mv out wanted.out
    [ ! -s err ] || { cat err; exit 1; }
}

simple() { # simple TOOL ARGUMENTS...: a tool of bin/ that needs nothing else
    prepare "$BIN/$@"
    inject "$1" "$BIN/$@"
}

train=(train --weights "$TMP/in/init" --data "$root/data/sample" --epochs 2 --batch-size 2 --examples 4
    --lr 1e-3 --order shuffled --loss cross-entropy --seed 1 --threads 1 --quiet
    --out work/final --log work/run.log --checkpoint work/checkpoint)

scenario_init() {
    echo old >before/weights
    echo left >before/weights.partial # in work/ a further name of the same file
    simple init-weights --net carlini --scheme kaiming-uniform --seed 1 --out work/weights
    [ "$(cat before/weights.partial)" = left ] || complain "wrote into a file of another name"
}
scenario_train() {
    run "$BIN/${train[0]}" "${train[@]:1}" --until 1 && accept
    simple "${train[@]}"
}
scenario_resume() { # of two whole checkpoints it is always the newest that is gone on with
    run "$BIN/${train[0]}" "${train[@]:1}" --until 1 && accept
    cp work/checkpoint work/checkpoint.previous && accept
    mv work/* before
    simple "${train[@]}"
}
scenario_evaluate() {
    simple evaluate --weights "$TMP/in/init" --data "$root/data/sample" --split test --examples 2 \
        --threads 1 --quiet
}
scenario_loss() {
    echo old >before/loss.dat
    simple loss-to-dat --log "$TMP/in/log" --published "$root/data/published/curves/kaiming.dat" \
        --out work/loss.dat
}
scenario_show() {
    [ -n "${CLASSES-}" ] || classes="$classes crypto"
    simple show-weights --weights "$TMP/in/init"
}
scenario_paths() { simple sgd-demo --what paths --out work/paths.dat; }
scenario_chain() { simple sgd-demo --what chain --out work/chain.dat; }
fetch() { # fetch ARGUMENTS...: by the tool to which data/sample is official
    prepare "$BIN/tests/fetch-cifar10" --quiet --out work/data "$@"
    inject fetch-cifar10 "$BIN/tests/fetch-cifar10" --quiet --out work/data "$@"
}
scenario_folder() {
    mkdir before/data && cp "$root/data/sample/data_batch_1.bin" before/data
    echo old >before/data/test_batch.bin
    fetch --from "$root/data/sample"
}
scenario_archive() { fetch --from "$TMP/in/archive.tar.gz"; }
scenario_url() { fetch --from "file://$TMP/in/archive.tar.gz"; }
scenario_verify() {
    mkdir before/data && cp "$root"/data/sample/*.bin before/data
    lines=7 fetch --verify # one for each wrong file
}
# Seconds a run, tens of thousands of calls, all of them other tools' too: samples, also in the whole.
scenario_fingerprint() {
    simple numerics-fingerprint --folder work/fingerprint --threads 1
}

scenario() { # scenario NAME: in a folder and a process of its own
    name=$1 lines=1
    : $RANDOM # a subshell's first seeds it by the clock
    RANDOM=$(cksum <<<"${SEED:-1} $name" | cut -d ' ' -f 1)
    classes=${CLASSES:-open read write sync close rename unlink mkdir truncate lock stat map memory}
    declare -A good
    mkdir -p "$TMP/$name/before" "$TMP/$name/work" && cd "$TMP/$name"
    "scenario_$name"
    [ ! -e failed ]
}

mkdir "$TMP/in" "$TMP/work" && cd "$TMP"
"$BIN/init-weights" --net carlini --scheme kaiming-uniform --seed 1 --out in/init
"$BIN/${train[0]}" "${train[@]:1}"
mv work/run.log in/log
tar -C "$root/data" --transform 's,^sample,cifar-10-batches-bin,' -czf in/archive.tar.gz sample

if [ "$depth" = whole ]; then
    samples=5 all="train resume fingerprint chain url archive folder init show evaluate loss paths verify"
else
    samples=1 all="train resume url archive folder init show evaluate loss paths verify"
fi
for wanted in ${@:-$all}; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do sleep 0.05; done
    # Its status is not asked for: after some thousands of processes the shell has forgotten it.
    (scenario "$wanted"; touch passed) &
done
wait
for wanted in ${@:-$all}; do [ -e "$TMP/$wanted/passed" ]; done
