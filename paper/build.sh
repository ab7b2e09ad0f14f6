#!/bin/sh
# Builds the report: paper/build.sh OUT.pdf FACTS, FACTS being the folder of what the pipeline wrote.
# Run from the top of the tree. Fails on anything undefined, overfull or left open. The bytes depend on the
# input alone: dates are the commit's, or a fixed one outside git.
set -eu
LC_ALL=C
export LC_ALL

out=$1
facts=$2
work=$facts/latex.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"

fail() { # fail WHY: what LaTeX said stays
    cp "$work/paper.log" "$facts/paper.log"
    echo "build.sh: $out: $1; see $facts/paper.log" >&2
    exit 1
}

SOURCE_DATE_EPOCH=$(pipeline/commit.sh %ct)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1700000000}
FORCE_SOURCE_DATE=1
BIBINPUTS=paper:
export SOURCE_DATE_EPOCH FORCE_SOURCE_DATE BIBINPUTS

if ! latexmk -norc -pdf -interaction=nonstopmode -halt-on-error -no-shell-escape \
    -output-directory="$work" -usepretex="\\def\\facts{$facts}" paper/paper.tex \
    >"$work/latexmk.out" 2>&1 </dev/null; then
    grep -A3 '^!' "$work/paper.log" >&2 || tail -n 20 "$work/latexmk.out" >&2
    fail "LaTeX failed"
fi
if grep -E 'Overfull|undefined|multiply defined|Missing character|was incomplete' "$work/paper.log" >&2; then
    fail "the lines above must not be"
fi
if grep -E '^Warning--' "$work/paper.blg" >&2; then
    fail "BibTeX has complaints"
fi
mv "$work/paper.pdf" "$out"
