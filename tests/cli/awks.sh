#!/bin/bash
# Every awk that Debian may have as awk: it takes all our scripts, reads the settings of make, and gives the same bytes
# where the order of an array could show.
set -euo pipefail

awks=
for awk in mawk gawk original-awk; do
    if command -v $awk >/dev/null; then awks+=" $awk"; else echo "skipped: no $awk"; fi
done

# A script is parsed whole before the 7 is its exit code. What it takes besides: the first of these with which it is.
seven='BEGIN { exit 7 } END { exit 7 }'
echo "$seven" >"$TMP/seven.awk"
awk -f paper/formulas.awk paper/claims.txt >"$TMP/formulas.awk"
shared=("" "-f figures/common.awk" "-f figures/common.awk -f paper/results.awk" "-f figures/rounds.awk"
    "-f figures/common.awk -f paper/results.awk -f figures/rounds.awk" "-f pipeline/plan.awk"
    "-f figures/common.awk -f paper/results.awk -f $TMP/formulas.awk")
parses() { # parses AWK FILE...
    local code=0
    "$1" -f "$TMP/seven.awk" "${@:2}" </dev/null >/dev/null 2>"$TMP/err" || code=$?
    [ $code = 7 ]
}
for file in */*.awk tests/*/*.awk; do
    for awk in $awks; do
        good=
        for with in "${shared[@]}"; do
            # shellcheck disable=SC2086 # a list of words
            if parses $awk $with -f "$file"; then good=yes; break; fi
        done
        [ -n "$good" ] || { echo "$awk does not take $file"; $awk -f "$file" </dev/null 2>&1 || :; exit 1; }
    done
done

for awk in $awks; do
    mkdir -p "$TMP/$awk" && ln -sf "$(command -v $awk)" "$TMP/$awk/awk"
    PATH=$TMP/$awk:$PATH make -n all >"$TMP/$awk/make" 2>&1 || { cat "$TMP/$awk/make"; exit 1; }
    # The claims' parts, out of order of any kind.
    for part in "Theorems t" "Claims c" "Beliefs b" "Accuracies a" "Doubts d"; do
        printf 'n\tt\tp\t1\tyes\t2\t3\t%%\t>\treproduced\twhy\t%s\n' "$part"
    done | awk '{ print } NR == 1 { print }' >"$TMP/verdicts.tsv"
    $awk -f figures/common.awk -f paper/results.awk -f paper/verdict-forms.awk "$TMP/verdicts.tsv" >"$TMP/$awk/verdicts.tex"
    cmp "$TMP/$awk/verdicts.tex" "$TMP/$(set -- $awks && echo "$1")/verdicts.tex"
done
