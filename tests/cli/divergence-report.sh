#!/bin/bash
# Trainings whose loss becomes nan: their figures are drawn, without the points that there are none of, and say so; so
# does make status. Every awk that is here says the same.
set -euo pipefail
. tests/support.sh
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is not installed"; exit 0; }

# trained RUN SEED BATCH RATE: two epochs of 10 images. A rate of 1e10 gives nan after the first step, which with
# batches of 10 is the first epoch, whose loss is still that of the initial weights.
trained() {
    local here=$TMP/runs/as-run/$1/seed-$2
    mkdir -p "$here"
    "$BIN/init-weights" --net carlini --scheme kaiming-uniform --seed "$2" --out "$here/init"
    "$BIN/train" --weights "$here/init" --data data/sample --order sequential --loss cross-entropy --seed "$2" \
        --examples 10 --epochs 2 --batch-size "$3" --lr "$4" --quiet --out "$here/final" --log "$here/log.tsv" \
        --checkpoint "$here/checkpoint" 2>/dev/null
    "$BIN/loss-to-dat" --log "$here/log.tsv" --published "data/published/curves/$1.dat" --out "$here/loss.dat"
}
trained kaiming 1 5 1e10
trained kaiming 2 5 1e10
trained xavier 1 10 1e10
trained xavier 2 10 1e10
trained carlini-bs10 1 10 1e-4
trained all-zeros 1 5 1e10
trained all-zeros 2 10 1e-4
trained all-zeros 3 10 1e10
[ "$(grep '^[12]	' "$TMP/runs/as-run/kaiming/seed-1/log.tsv" | cut -f2 | tr '\n' ' ')" = "nan nan " ]
grep -q '^1	[0-9]' "$TMP/runs/as-run/xavier/seed-1/log.tsv"

settings() { # settings AWK LEFT RIGHT SEEDS MORE
    "$1" -f figures/common.awk -f paper/results.awk -f figures/settings.awk -v profile=smoke -v track=as-run \
        -v left="$2" -v right="$3" -v seeds="$4" -v more="$5" -v runs="$TMP/runs" -v curves="$TMP/curves" \
        -v published=data/published/curves
}
# draws LEFT TITLE RIGHT TITLE SEEDS MORE CURVES: both panels, with so many curves, the published ones among them; the
# key's two do not count.
draws() {
    local run logs seed count
    mkdir -p "$TMP/curves/as-run"
    for run in "$1" "$3"; do
        logs=()
        for seed in $5; do logs+=(--log "$TMP/runs/as-run/$run/seed-$seed/log.tsv"); done
        "$BIN/loss-to-dat" "${logs[@]}" --published "data/published/curves/$run.dat" --out "$TMP/curves/as-run/$run.dat"
    done
    settings awk "$1" "$3" "$5" "$6" >"$TMP/settings.gp"
    for awk in mawk gawk original-awk; do
        command -v $awk >/dev/null || continue
        settings $awk "$1" "$3" "$5" "$6" | diff "$TMP/settings.gp" - || { echo "$awk: other settings"; exit 1; }
    done
    grep -qx "TITLE1 = '$2'" "$TMP/settings.gp" && grep -qx "TITLE2 = '$4'" "$TMP/settings.gp" \
        || { grep TITLE "$TMP/settings.gp"; exit 1; }
    figures/draw.sh "$TMP/figure.svg" figures/losses.gp "$TMP/settings.gp"
    count=$(grep -c '<g id="gnuplot_plot_' "$TMP/figure.svg")
    [ "$count" = "$7" ] || { echo "$1 $3: $count curves, not $7"; exit 1; }
}
draws kaiming "Kaiming (diverged in epoch 1)" kaiming "Kaiming (diverged in epoch 1)" 1 "" 2
draws kaiming "Kaiming (diverged in epoch 1)" xavier "Xavier (diverged in epoch 2)" 1 "" 4
draws kaiming "Kaiming (diverged in epoch 1)" xavier "Xavier (diverged in epoch 2)" "1 2" "" 5
draws all-zeros "All zeros (diverged in epoch 1)" xavier "Xavier (diverged in epoch 2)" 1 "2 3" 6
draws all-zeros "All zeros (diverged in epoch 1)" carlini-bs10 "Carlini, batch size 10" 1 3 5
grep -qx "MORE_SEEDS = '3'" "$TMP/settings.gp"
draws all-zeros "All zeros (diverged in epoch 1)" carlini-bs10 "Carlini, batch size 10" 1 "" 4

# The table of all zeros' seeds.
for seed in 1 2 3; do
    here=$TMP/runs/as-run/all-zeros/seed-$seed
    printf 'split\tcorrect\texamples\tfraction\ntrain\t1\t10\t0.1\ntest\t1\t10\t0.1\n' >"$here/accuracy.tsv"
    "$BIN/evaluate" --quiet --weights "$here/final" --data data/sample --split test --examples 10 \
        --answers "$here/answers.tsv" >/dev/null 2>&1
done
zeros() {
    "$1" -f figures/common.awk -f paper/results.awk -f paper/zeros.awk -v folders="$(echo "$TMP"/runs/as-run/all-zeros/seed-*)" \
        -v published=data/published
}
zeros awk >"$TMP/zeros.tex"
grep -qF '{1 & nan & nan & 10.00 & 10.00 & nan\\' "$TMP/zeros.tex" || { cat "$TMP/zeros.tex"; exit 1; }
grep -qE '^3 & [0-9.]+ & nan & 10.00 & 10.00 & nan' "$TMP/zeros.tex" || { cat "$TMP/zeros.tex"; exit 1; }
for awk in mawk gawk original-awk; do
    command -v $awk >/dev/null || continue
    zeros $awk | diff "$TMP/zeros.tex" - || { echo "$awk: another table"; exit 1; }
done

status() { pipeline/status.sh as-run "$1" "$2" "$TMP/runs/as-run/$1/seed-$2" 2 '' ''; }
status kaiming 1 | grep -q ' diverged in epoch 1$'
status xavier 1 | grep -q ' diverged in epoch 2$'
! status carlini-bs10 1 | grep -q diverged
