#!/bin/sh
# Draws one figure: figures/draw.sh OUT.pdf|OUT.svg SCRIPT.gp SETTINGS.gp
# gnuplot runs the settings, then the script, which finds in OUT the .tex or .svg file it is to write; of a .tex
# file LaTeX then sets the text and makes a PDF of the figure's own size. Run from the top of the tree. The output
# gets its name only when all went well.
set -eu
# awk and gnuplot would write 1,5 for 1.5 elsewhere. The time is that of no clock.
LC_ALL=C SOURCE_DATE_EPOCH=0 FORCE_SOURCE_DATE=1
export LC_ALL SOURCE_DATE_EPOCH FORCE_SOURCE_DATE

out=$1
script=$2
settings=$3
name=$(basename "$out" .pdf)
case $out in *.svg) drawn=drawn.svg ;; *) drawn=body.tex ;; esac
folder=$out.$$.parts
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"
# Nobody's settings: gnuplot, LaTeX and fontconfig find none in this home. It is relative, as the name of the tree may
# have characters that mean something in a search path of TeX.
HOME=$folder
export HOME

log=${out%.*}.log
rm -f "$log"
fail() # STEP WHY: what the step printed stays in a log, and its last lines are shown, with LaTeX's own complaint
{
    cp "$folder/$1.out" "$log"
    grep -A3 '^!' "$log" >&2 || tail -n 5 "$log" >&2
    echo "draw.sh: $out: $2; see $log" >&2
    exit 1
}

quietly() # STEP COMMAND...: what it prints is shown only if it fails
{
    step=$1
    shift
    "$@" >"$folder/$step.out" 2>&1 </dev/null || fail "$step" "$step failed"
}

quietly gnuplot gnuplot --default-settings -e "OUT = '$folder/$drawn'" "$settings" "$script"
[ ! -s "$folder/gnuplot.out" ] || fail gnuplot "gnuplot complained"
if [ $drawn = drawn.svg ]; then
    mv "$folder/$drawn" "$out"
    exit
fi
quietly pdflatex pdflatex -interaction=nonstopmode -halt-on-error -no-shell-escape \
    -output-directory="$folder" -jobname="$name" \
    "\\def\\body{$folder/$drawn}\\input{figures/standalone.tex}"
mv "$folder/$name.pdf" "$out"
