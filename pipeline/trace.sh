#!/bin/bash
# make trace: from a number in the report back to where it comes from, link by link. Each link names
# its file and that file's SHA-256 as it is now, and is checked by doing again what made it; only the
# training is not repeated, but the log ties its two ends. Run from the top of the tree:
#   BIN=... PAPER=... FIGURES=... DATA=... SUMS=... EXAMPLES=N EPOCHS=N LEARNING_RATE=X GEMM=...
#   NUMERICS=... THREADS=N SEEDS="1 2" ARCHIVE=FILE pipeline/trace.sh RUN/train|val|loss/EPOCH TABLE FOLDER SEED ROW
# ROW is the run's row of pipeline/experiments.tsv, its columns parted by colons; FOLDER that of the
# track's runs. Exit 1 if a link does not hold.
set -u
number=$1 table=$2 folder=$3 seed=$4
IFS=: read -r track run net scheme bias batch loss plotted order <<<"$5"
here=$folder/$run/seed-$seed
curve=$FIGURES/$track/$run.dat
log=$here/log.tsv
results=("$here/init.safetensors" "$here/final.safetensors" "$here/losses.tsv")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
broken=0

# link NAME FILE WHAT COMMAND...: the link holds if the command succeeds; what it says is the reason if
# it does not.
link() {
    local name=$1 file=$2 what=$3 word=holds reason=
    shift 3
    if [ ! -e "$file" ]; then
        word=BROKEN what="is missing"
    elif ! reason=$("$@" 2>&1); then
        word=BROKEN what=${reason:-"not so: $what"}
    fi
    [ $word = holds ] || broken=1
    printf '%-6s  %-9s %-64s  %s\n%18s%s\n' $word "$name" "$(hash_of "$file")" "$file" '' "$what"
}
note() { printf '%-6s  %-9s %s\n' "$1" "$2" "$3"; }

# Of a file; of a folder of images, the hash of those that a training takes.
hash_of() {
    if [ -d "$1" ]; then images | sha256sum | cut -d' ' -f1; fi
    if [ -f "$1" ]; then sha256sum <"$1" | cut -d' ' -f1; fi
}
images() {
    cat "$DATA"/data_batch_[1-5].bin | head -c $((EXAMPLES * 3073))
}

# A column of the log's table, by its name: one row's, or the last one's.
logged() { # logged COLUMN [EPOCH]
    awk -F '\t' -v name="$1" -v epoch="${2-}" '
        /^#/ { next }
        !column { for (i = 1; i <= NF; i++) if ($i == name) column = i; next }
        epoch == "" || $1 == epoch { value = $column }
        END { print value }' "$log"
}
logged_pair() { awk -v key="$1" '/^# / && $2 == key { print $3 }' "$log"; }

counted() { awk -v split_name="$1" '$1 == split_name' "$here/accuracy.tsv"; }

values_of() { "$BIN/show-weights" --weights "$1" | sed -n 's/.*SHA-256 of the values //p'; }

# The report carries its manifest as it is: a line of that is a line of the PDF.
report_names() { # report_names FILE...
    local file
    for file; do
        grep -aqFx "$(hash_of "$file")  $file" "$PAPER/paper.pdf" \
            || { echo "its manifest has another $file"; return 1; }
    done
}

table_has_row() {
    awk -f figures/common.awk -f paper/accuracy.awk -v runs="$run" -v seeds="$SEEDS" \
        -v folder="$folder" -v published=data/published/accuracies.tsv | grep -qFx -f - "$1"
}

recount() { # recount SPLIT
    local row
    row=$("$BIN/evaluate" --quiet --weights "$here/final.safetensors" --data "$DATA" --split "$1" \
        --examples "$(counted "$1" | cut -f3)" --threads "$THREADS" --gemm "$GEMM") || return 1
    [ "$row" = "$(counted "$1")" ] || { echo "counted again: $(echo "$row" | cut -f2,3 | tr '\t' /)"; false; }
}

curve_again() {
    local logs=() s
    for s in $SEEDS; do logs+=(--log "$folder/$run/seed-$s/log.tsv"); done
    "$BIN/loss-to-dat" "${logs[@]}" --published "data/published/curves/$run.dat" \
        --out "$scratch/curve.dat" && cmp -s "$scratch/curve.dat" "$curve"
}

# Read by the strict reader, whole, and of the settings that this profile has.
log_agrees() {
    local pair
    "$BIN/loss-to-dat" --log "$log" --published "data/published/curves/$run.dat" \
        --out "$scratch/log.dat" || return 1
    [ "$(logged epoch)" = "$EPOCHS" ] || { echo "has $(logged epoch) of $EPOCHS epochs"; return 1; }
    for pair in "net $net" "examples $EXAMPLES" "batch_size $batch" "order $order" "loss $loss" \
        "plotted $plotted" "seed $seed" "arithmetic $GEMM"; do
        grep -qFx "# $pair" "$log" || { echo "is not of $pair"; return 1; }
    done
    pair=$(logged_pair numerics_sha256 | grep -xE '[0-9a-f]{64}')
    [ "${pair:-$NUMERICS}" = "$NUMERICS" ] || { echo "is not of this arithmetic, $NUMERICS"; return 1; }
    awk -v a="$(logged_pair learning_rate)" -v b="$LEARNING_RATE" 'BEGIN { exit a + 0 != b + 0 }' \
        || { echo "is not of learning rate $LEARNING_RATE"; return 1; }
}

# The columns of losses.tsv, out of the log.
losses_again() {
    awk -F '\t' 'FNR == NR { if (FNR == 1) for (n = 1; n <= NF; n++) name[n] = $n; next }
        /^#/ { next }
        !table { for (i = 1; i <= NF; i++) at[$i] = i; table = 1 }
        { for (i = 1; i < n; i++) printf "%s%s", $at[name[i]], i < n - 1 ? "\t" : "\n" }' "$1" "$log" \
        | cmp -s - "$1"
}

same_values() { # same_values FILE SHA256
    local values
    values=$(values_of "$1") && [ -n "$values" ] && [ "$values" = "$2" ]
}

remade() {
    same_values "$1" "$(logged_pair initial_weights_sha256)" \
        || { echo "not the weights that the log began with"; return 1; }
    "$BIN/init-weights" --net "$net" --scheme "$scheme" --bias "$bias" --track "$track" \
        --seed "$seed" --out "$scratch/init" && cmp -s "$scratch/init" "$1"
}

row_is() { tr '\t' : <pipeline/experiments.tsv | grep -qFx "$1"; }

is_listed() { # is_listed FILE SUMS
    grep -qFx "$(hash_of "$1")  $(basename "$1")" "$2" || { echo "not what $2 says"; false; }
}

begins_official() { # begins_official SAMPLE FILE
    is_listed "$2" pipeline/checksums/cifar10.sha256 && head -c "$(stat -c %s "$1")" "$2" | cmp -s - "$1"
}

unpacked() {
    is_listed "$1" pipeline/checksums/archive.sha256 \
        && "$BIN/fetch-cifar10" --quiet --out "$scratch/cifar10" --from "$1"
}

trace_accuracy() { # trace_accuracy SPLIT
    local name=$1
    [ "$name" != val ] || name="test"
    note "$number," "track $track," "seed $seed: $(counted "$name" \
        | awk '{ printf "%.2f %%, %d of %d", 100 * $2 / $3, $2, $3 }')"
    if [ -f "$PAPER/paper.pdf" ]; then
        link report "$PAPER/paper.pdf" "its manifest names the results below" \
            report_names "$here/accuracy.tsv" "${results[@]}"
        link table "$PAPER/$track/$table.tex" "its row follows from the accuracies below" \
            table_has_row "$PAPER/$track/$table.tex"
    else
        note absent report "$PAPER/paper.pdf is not built"
    fi
    link accuracy "$here/accuracy.tsv" "counted again from the weights and images below" recount "$name"
}

trace_loss() { # trace_loss EPOCH
    note "$number," "track $track," "seed $seed: $(logged loss "$1")"
    if [ -f "$PAPER/paper.pdf" ]; then
        link report "$PAPER/paper.pdf" "its manifest names the results below" \
            report_names "$curve" "${results[@]}"
        link curve "$curve" "drawn again from the log below" curve_again
    else
        note absent report "$PAPER/paper.pdf is not built"
    fi
}

trace_training() {
    link weights "$here/final.safetensors" "their values are those after the log's last epoch" \
        same_values "$here/final.safetensors" "$(logged weights_sha256)"
    if [ -f "$PAPER/paper.pdf" ]; then
        link losses "$here/losses.tsv" "the log below without its rates" losses_again "$here/losses.tsv"
    fi
    link log "$log" "whole, and of these settings; the training between is not repeated here" log_agrees
    link start "$here/init.safetensors" "made again from seed $seed; the log began with them" \
        remade "$here/init.safetensors"
    link settings pipeline/experiments.tsv "$scheme, batch $batch, $loss, $order" row_is "$5"
}

trace_data() {
    local file files
    mapfile -t files < <(awk '{ print $2 }' "$SUMS")
    link images "$DATA" "its first $EXAMPLES training images are those of the log" \
        [ "$(hash_of "$DATA")" = "$(logged_pair data_sha256)" ]
    for file in "${files[@]}"; do
        link data "$DATA/$file" "as $SUMS says" is_listed "$DATA/$file" "$SUMS"
    done
    if [ "$DATA" = data/cifar10 ]; then return; fi
    if ! (cd data/cifar10 && ls "${files[@]}") >/dev/null 2>&1; then
        note absent official "data/cifar10 is not here to compare with: make fetch"
        return
    fi
    for file in "${files[@]}"; do
        link official "data/cifar10/$file" "$DATA/$file is its beginning" \
            begins_official "$DATA/$file" "data/cifar10/$file"
    done
}

trace_archive() {
    if [ -n "$ARCHIVE" ]; then
        link archive "$ARCHIVE" "the official archive; the official files come out of it" \
            unpacked "$ARCHIVE"
    else
        note absent archive "$(cut -d' ' -f1 pipeline/checksums/archive.sha256)  give ARCHIVE=FILE to have it checked"
    fi
}

case ${number#*/} in
train | val | test) trace_accuracy "${number#*/}" ;;
loss/*)
    if [ ! -f "$log" ] || [ -z "$(logged loss "${number##*/}")" ]; then
        echo "trace: $number: $log has no such epoch" >&2
        exit 1
    fi
    trace_loss "${number##*/}"
    ;;
*)
    echo "trace: $number: what is known is RUN/train, RUN/val and RUN/loss/EPOCH" >&2
    exit 2
    ;;
esac
trace_training "$@"
trace_data
trace_archive
[ $broken = 0 ] || { echo "trace: $number: the links named BROKEN do not hold" >&2; exit 1; }
