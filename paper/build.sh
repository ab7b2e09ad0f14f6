#!/bin/sh
# Builds the report: paper/build.sh OUT.pdf FACTS SECONDS, FACTS being the folder of what the pipeline wrote, SECONDS
# its date, since 1970. Run from the top of the tree. Fails on anything undefined, overfull or left open. The bytes
# depend on the input alone.
set -eu
out=$1
facts=$2
work=$facts/latex.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
rm -f "$facts/paper.log"

# All names are relative, as in figures/draw.sh, where HOME is explained.
LC_ALL=C HOME=$work SOURCE_DATE_EPOCH=$3 FORCE_SOURCE_DATE=1 BIBINPUTS=paper:
export LC_ALL HOME SOURCE_DATE_EPOCH FORCE_SOURCE_DATE BIBINPUTS

fail() { # fail WHY: what LaTeX said stays
    if [ -f "$work/paper.log" ]; then cp "$work/paper.log" "$facts/paper.log"; fi
    echo "build.sh: $out: $1; see $facts/paper.log" >&2
    exit 1
}

latex() {
    if ! pdflatex -interaction=nonstopmode -halt-on-error -no-shell-escape -output-directory="$work" \
        -jobname=paper "\\def\\facts{$facts}\\input{paper/paper}" >"$work/latex.out" 2>&1 </dev/null; then
        grep -A3 '^!' "$work/paper.log" >&2 || tail -n 5 "$work/latex.out" >&2
        fail "LaTeX failed"
    fi
}
# What a run of LaTeX leaves for the next.
left() { cat "$work/paper.aux" "$work/paper.out" "$work/paper.bbl" | cksum; }

latex
if ! bibtex "$work/paper" >"$work/bibtex.out" 2>&1 </dev/null; then
    cp "$work/bibtex.out" "$work/paper.log"
    tail -n 5 "$work/bibtex.out" >&2
    fail "BibTeX failed"
fi
if grep -E '^Warning--' "$work/paper.blg" >&2; then
    fail "BibTeX has complaints"
fi
# Until references and widths of tables stay as they were.
before=
for _ in 1 2 3 4 5 6; do
    now=$(left)
    [ "$now" != "$before" ] || break
    before=$now
    latex
done
[ "$(left)" = "$before" ] || fail "references do not settle"
if grep -E 'Overfull|undefined|multiply defined|Missing character|was incomplete' "$work/paper.log" >&2; then
    fail "the lines above must not be"
fi
mv "$work/paper.pdf" "$out"
