#!/bin/bash
# One run of the record (data/recorded): put there, taken from there. Nothing is taken on trust.
#   recorded.sh keep   RECORD FOLDER SEED ROW    a finished run becomes part of the record
#   recorded.sh take   RECORD FOLDER SEED ROW    log.tsv and final.safetensors to FOLDER, which has the
#                                                initial weights made again from the seed
#   recorded.sh recount RECORD FOLDER SEED ROW   accuracy.tsv and answers.tsv to FOLDER
# ROW is the run's row of pipeline/experiments.tsv, its columns parted by colons; FOLDER the run's. In the
# environment: what links.sh wants, and for keep MACHINE and COMMIT.
set -euo pipefail
action=$1 record=$2 folder=$3 seed=$4
IFS=: read -r track run net scheme bias batch loss plotted order <<<"$5"
name=$track/$run/seed-$seed
kept=$record/$name
sums=$record/checksums.sha256
# The training images that `recount` counts again; all of them would take minutes.
CHECKED=4000
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=pipeline/links.sh
. pipeline/links.sh

fail() { echo "recorded: $*" >&2; exit 1; }
# holds FILE COMMAND...: what the command says is the reason if it does not.
holds() {
    local file=$1 reason
    shift
    reason=$("$@" 2>&1) || fail "$file: ${reason:-does not hold}"
}
# agrees FINAL: the log, with these settings, these images, the weights it began with and the final ones.
agrees() {
    holds "$log" log_agrees
    [ "$(logged_pair data_sha256)" = "$(hash_of "$DATA")" ] || fail "$log: is not of the images in $DATA"
    holds "$folder/init.safetensors" remade "$folder/init.safetensors"
    holds "$1" same_values "$1" "$(logged weights_sha256)"
}
put() { cp "$1" "$2.$$.partial" && mv "$2.$$.partial" "$2"; }

summed=(init.safetensors final.safetensors losses.tsv accuracy.tsv answers.tsv)
is_kept() {
    local file
    [ -f "$sums" ] || return 1
    for file in "${summed[@]}"; do is_listed "$folder/$file" "$sums" "$name/$file" >/dev/null || return 1; done
    for file in final.safetensors accuracy.tsv answers.tsv; do cmp -s "$folder/$file" "$kept/$file" || return 1; done
    cmp -s <(losses) <(log=$kept/log.tsv && losses) && [ -f "$kept/checked.tsv" ] && [ -f "$kept/machine.tsv" ]
}

keep() {
    local file
    here=$folder log=$folder/log.tsv
    for file in "${summed[@]}" log.tsv; do
        [ -f "$folder/$file" ] || fail "$folder/$file: is missing"
    done
    if is_kept; then
        echo "record: $kept: already there"
        return
    fi
    agrees "$folder/final.safetensors"
    losses >"$scratch/losses.tsv"
    holds "$folder/losses.tsv" cmp "$scratch/losses.tsv" "$folder/losses.tsv"
    holds "$folder/accuracy.tsv" recount train
    holds "$folder/accuracy.tsv" recount test
    holds "$folder/answers.tsv" cmp "$scratch/answers" "$folder/answers.tsv"
    mkdir -p "$kept"
    {
        printf %b "$ACCURACY_HEAD"
        "$BIN/evaluate" --quiet --weights "$folder/final.safetensors" --data "$DATA" --split train \
            --examples $((EXAMPLES < CHECKED ? EXAMPLES : CHECKED)) --threads "$THREADS"
        counted test
    } >"$scratch/checked.tsv"
    {
        cat "$MACHINE"
        printf 'recorded at commit\t%s\n' "$COMMIT"
        printf 'finished\t%s\n' "$(date -u -r "$folder/final.safetensors" +%Y-%m-%dT%H:%M:%SZ)"
        printf 'training seconds\t%s\n' "$(awk -F '\t' -v examples="$EXAMPLES" \
            '/^[0-9]/ { sum += examples / $3 } END { printf "%.0f", sum }' "$log")"
    } >"$scratch/machine.tsv"
    put "$scratch/checked.tsv" "$kept/checked.tsv"
    put "$scratch/machine.tsv" "$kept/machine.tsv"
    for file in final.safetensors log.tsv accuracy.tsv answers.tsv; do
        put "$folder/$file" "$kept/$file"
    done
    {
        if [ -f "$sums" ]; then grep -vF "  $name/" "$sums" || :; fi
        for file in "${summed[@]}"; do
            echo "$(hash_of "$folder/$file")  $name/$file"
        done
    } | sort -k2 >"$scratch/sums"
    put "$scratch/sums" "$sums"
    echo "record: $kept"
}

take() {
    here=$kept log=$kept/log.tsv
    losses >"$scratch/losses.tsv"
    holds "$folder/init.safetensors" is_listed "$folder/init.safetensors" "$sums" "$name/init.safetensors"
    holds "$kept/final.safetensors" is_listed "$kept/final.safetensors" "$sums" "$name/final.safetensors"
    holds "$kept/log.tsv" is_listed "$scratch/losses.tsv" "$sums" "$name/losses.tsv"
    agrees "$kept/final.safetensors"
    put "$kept/log.tsv" "$folder/log.tsv"
    put "$kept/final.safetensors" "$folder/final.safetensors"
}

recount_again() {
    here=$folder log=$folder/log.tsv
    holds "$kept/accuracy.tsv" is_listed "$kept/accuracy.tsv" "$sums" "$name/accuracy.tsv"
    holds "$kept/accuracy.tsv" [ "$(counted test "$kept/accuracy.tsv")" = "$(counted test "$kept/checked.tsv")" ]
    [ "$(counted test "$kept/checked.tsv" | cut -f3)" = "$TEST_EXAMPLES" ] \
        || fail "$kept/checked.tsv: is not of $TEST_EXAMPLES test examples"
    holds "$kept/checked.tsv" recount train "$kept/checked.tsv"
    holds "$kept/checked.tsv" recount test "$kept/checked.tsv"
    holds "$kept/answers.tsv" cmp "$scratch/answers" "$kept/answers.tsv"
    put "$kept/answers.tsv" "$folder/answers.tsv"
    put "$kept/accuracy.tsv" "$folder/accuracy.tsv"
}

case $action in
keep) keep ;;
take) take ;;
recount) recount_again ;;
*) fail "$action is none of keep, take, recount" ;;
esac
