#!/bin/bash
# make trace: from a number in the report back to where it comes from, link by link. Each link names
# its file and that file's SHA-256 as it is now, and is checked by doing again what made it; only the
# training is not repeated, but the log ties its two ends. Run from the top of the tree:
#   PAPER=... FIGURES=... SUMS=... SEEDS="1 2" ARCHIVE=FILE AWK_TABLE="awk ... -f" and what links.sh wants
#   pipeline/trace.sh RUN/train|val|loss/EPOCH TABLE FOLDER SEED ROW
# ROW is the run's row of pipeline/experiments.tsv, its columns parted by colons; FOLDER that of the
# track's runs. Exit 1 if a link does not hold.
set -u
number=$1 table=$2 folder=$3 seed=$4
IFS=: read -r track run net scheme bias batch loss plotted order <<<"$5"
here=$folder/$run/seed-$seed
curve=$FIGURES/$track/$run.dat
log=$here/log.tsv
# A further seed of all zeros has its row in Table 1b and a curve of its own.
if [[ " $SEEDS " != *" $seed "* ]]; then
    table=zeros curve=$here/loss.dat SEEDS=$seed
fi
results=("$here/init.safetensors" "$here/final.safetensors" "$here/losses.tsv")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
broken=0
. pipeline/links.sh

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

# The report carries its manifest as it is: a line of that is a line of the PDF.
report_names() { # report_names FILE...
    local file
    for file; do
        grep -aqFx "$(hash_of "$file")  $file" "$PAPER/paper.pdf" \
            || { echo "its manifest has another $file"; return 1; }
    done
}

table_has_row() {
    if [ "$table" = zeros ]; then
        $AWK_TABLE paper/zeros.awk -v folders="$here" \
            -v published=data/published \
            | sed -n "s/.*{\($seed & \)/\1/p" | grep -qF -f - "$1"
        return
    fi
    $AWK_TABLE paper/accuracy.awk -v runs="$run" -v seeds="$SEEDS" \
        -v folder="$folder" -v published=data/published/accuracies.tsv | grep -qFx -f - "$1"
}

curve_again() {
    local logs=() s
    for s in $SEEDS; do logs+=(--log "$folder/$run/seed-$s/log.tsv"); done
    "$BIN/loss-to-dat" "${logs[@]}" --published "data/published/curves/$run.dat" \
        --out "$scratch/curve.dat" && cmp -s "$scratch/curve.dat" "$curve"
}

losses_are() { losses | cmp -s - "$1"; }

row_is() { tr '\t' : <pipeline/experiments.tsv | grep -qFx "$1"; }

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
        [ "$table" = zeros ] || table=$track/$table
        link table "$PAPER/$table.tex" "its row follows from the accuracies below" \
            table_has_row "$PAPER/$table.tex"
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
        link losses "$here/losses.tsv" "the log below without its rates" losses_are "$here/losses.tsv"
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

for file in "$log" "$here/accuracy.tsv"; do
    [ -f "$file" ] || { echo "trace: $file: is missing; make evaluate-$run with these settings makes it" >&2; exit 1; }
done
case ${number#*/} in
train | val | test) trace_accuracy "${number#*/}" ;;
loss/[1-9]*)
    if [ -z "$(logged loss "${number##*/}")" ]; then
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
