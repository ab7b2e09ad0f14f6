#!/bin/bash
# The report's text on the record: facts.awk writes every number that the text asks for, in the sections that only a
# whole report has too; the hours are those of all the recorded runs, or there is no report.
set -euo pipefail
. tests/support.sh

facts() { # facts RUNS [NAME=VALUE]...
    local runs=$1; shift
    awk -f figures/common.awk -f paper/results.awk -f paper/facts.awk -v profile=recorded -v tracks="as-run as-written" \
        -v seeds=1 -v runs="$runs" -v floats=as-run/figure-4 -v folder=data/recorded -v command="make paper" -v commit=none \
        -v version=0 -v chain="$TMP/chain" -v networks="$TMP/networks" -v published=data/published/accuracies.tsv \
        -v curves=data/published/curves -v whole=1 "${@/#/-v}"
}
"$BIN/sgd-demo" --what chain --out "$TMP/chain"
for run in kaiming resnet56-bs10; do
    "$BIN/show-weights" --weights data/recorded/as-run/$run/seed-1/final.safetensors
done >"$TMP/networks"
recorded=$(cd data/recorded && find as-run as-written -name seed-1 | sed 's,/seed-1$,,' | sort)
facts "$(echo $recorded)" >"$TMP/facts.tex"
grep -q '\\discussedtrue$' "$TMP/facts.tex" || { echo "the discussion is of another arithmetic than the record"; exit 1; }
grep -q '\\writtentrue$' "$TMP/facts.tex"

asked=$(cat paper/*.tex | grep -v '^%' | grep -o '\\numberof{[^}]*}' | sort -u | sed 's/.*{\(.*\)}/\1/' | grep -v '#')
[ "$(wc -w <<<"$asked")" -gt 30 ]
for name in $asked; do
    grep -qF "\\csname number-$name\\endcsname{" "$TMP/facts.tex" \
        || { echo "the text asks for $name, which is not written"; exit 1; }
done
# Nor is anything discussed that another arithmetic gave.
mkdir "$TMP/other" && cp -r --parents data/recorded/as-run/*/seed-1/*.tsv "$TMP/other"
sed -i 's/^# numerics_sha256 ./# numerics_sha256 x/' "$TMP"/other/data/recorded/as-run/*/seed-1/log.tsv
facts "$(cd data/recorded && echo as-run/*)" folder="$TMP/other/data/recorded" >"$TMP/facts.tex"
grep -q '\\discussedfalse$' "$TMP/facts.tex"

speed() { # speed MACHINE...
    awk -f figures/common.awk -f paper/results.awk -f figures/rounds.awk -f paper/speed.awk -v best=400 -v threads=2 \
        -v experiments=pipeline/experiments.tsv -v machines="$*" \
        -v folder=data/recorded/speed data/recorded/speed/rounds.tsv
}
printf 'training seconds\t%s\n' 3600 >"$TMP/one"
printf 'training seconds\t%s\n' 9000 >"$TMP/two"
speed "$TMP/one" "$TMP/two" | grep -qF 'hoursrecorded}{3.5}'
fails "speed.awk: $TMP/none: no training seconds" speed "$TMP/one" "$TMP/none"
