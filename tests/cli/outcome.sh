#!/bin/bash
# README.md's outcome is that of the record: the table and the counts byte for byte, the figure by the coordinates and
# text that gnuplot draws here. Colours and line styles of the figure are not compared.
set -euo pipefail
. tests/support.sh

tracks="as-run as-written"
runs=$(grep -v '^#' data/published/accuracies.tsv | cut -f1 | tr '\n' ' ')
zeros=$(cd data/recorded/as-run/all-zeros && printf '%s\n' seed-* | sed 's/seed-//' | tr '\n' ' ')
scripts() { awk -f figures/common.awk -f paper/results.awk "$@"; }
# outcome RECORD: the part of README.md that this record gives.
outcome() {
    scripts -f paper/verdicts.awk -f "$TMP/formulas.awk" -v claims=paper/claims.txt -v published=data/published \
        -v runs="$(cd data/recorded && echo as-*/*)" -v seeds=1 -v zeros="$zeros" -v folder="$1" \
        -v bounds="$TMP/bounds.tsv" -v whole=1 >"$TMP/verdicts.tsv"
    scripts -f paper/outcome.awk -v runs="$runs" -v tracks="$tracks" -v seed=1 -v zeros="$zeros" -v folder="$1" \
        -v published=data/published/accuracies.tsv "$TMP/verdicts.tsv"
}
stale() { echo "$1 is not what the record gives: make outcome PROFILE=recorded"; exit 1; }

awk -f paper/formulas.awk paper/claims.txt >"$TMP/formulas.awk"
"$BIN/sgd-demo" --what verdicts --seed 1 --out "$TMP/bounds.tsv"
outcome data/recorded >"$TMP/outcome.md"
awk -f paper/splice.awk "$TMP/outcome.md" README.md >"$TMP/README.md"
diff README.md "$TMP/README.md" || stale README.md

# One more correct prediction changes the page; an accuracy that is no longer reproduced also changes the count.
mkdir "$TMP/other" && cp -r --parents data/recorded/as-*/*/seed-*/*.tsv "$TMP/other"
kaiming=$TMP/other/data/recorded/as-run/kaiming/seed-1/accuracy.tsv
correct=$(awk '/^test/ { print $2 }' "$kaiming")
sed -i "s/^test\t$correct/test\t$((correct + 1))/" "$kaiming"
outcome "$TMP/other/data/recorded" >"$TMP/other.md"
! cmp -s "$TMP/outcome.md" "$TMP/other.md" || { echo "one more correct prediction is not noticed"; exit 1; }
sed -i "s/^test\t[0-9]*/test\t1000/" "$kaiming"
outcome "$TMP/other/data/recorded" >"$TMP/other.md"
count() { grep -o '[0-9]* of 16 accuracies' "$1" | cut -d' ' -f1; }
[ "$(count "$TMP/other.md")" = $(($(count "$TMP/outcome.md") - 1)) ]

# A page without the markers, or with one alone, is refused.
grep -v '^<!-- end of outcome' README.md >"$TMP/page.md"
fails "not one part from" awk -f paper/splice.awk "$TMP/outcome.md" "$TMP/page.md"
grep -v '^<!-- ' README.md >"$TMP/page.md"
fails "not one part from" awk -f paper/splice.awk "$TMP/outcome.md" "$TMP/page.md"

# The figure. Releases of gnuplot differ in how they write the same drawing, not in its coordinates.
command -v gnuplot >/dev/null || { echo "skipped: the figure, without gnuplot"; exit; }
# drawn SVG: all coordinates and texts.
drawn() {
    tr '\n' ' ' <"$1" | sed "s/<\/defs>/\n/" | tail -n 1 | grep -o -e " d='[^']*'" -e '<tspan[^<]*<' | sed 's/[ ,][ ,]*/ /g' | sort
}
draw() { # draw RECORD OUT.svg
    mkdir -p "$TMP/curves/as-run"
    for run in kaiming xavier; do
        "$BIN/loss-to-dat" --log "$1/as-run/$run/seed-1/log.tsv" --published data/published/curves/$run.dat \
            --out "$TMP/curves/as-run/$run.dat"
    done
    scripts -f figures/settings.awk -v profile=recorded -v track=as-run -v seeds=1 -v left=kaiming -v right=xavier \
        -v runs="$1" -v curves="$TMP/curves" -v published=data/published/curves >"$TMP/settings.gp"
    figures/draw.sh "$2" figures/losses.gp "$TMP/settings.gp"
}
draw data/recorded "$TMP/figure.svg"
[ "$(drawn "$TMP/figure.svg" | wc -l)" -gt 50 ]
diff <(drawn figures/outcome.svg) <(drawn "$TMP/figure.svg") || stale figures/outcome.svg
# The curves of the other track differ.
rm -r "$TMP/other/data/recorded/as-run" && cp -r data/recorded/as-written "$TMP/other/data/recorded/as-run"
draw "$TMP/other/data/recorded" "$TMP/other.svg"
! diff -q <(drawn "$TMP/figure.svg") <(drawn "$TMP/other.svg") >/dev/null || { echo "other curves are not noticed"; exit 1; }
