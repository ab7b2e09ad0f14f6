# The one style of all figures: vector output, and curves told apart by dash, weight and mark as well as by colour.
# Expects OUT, the file to write, and WIDTH and HEIGHT in cm. LaTeX sets the text of a .tex file in the paper's font. An
# .svg file is for a web page, on white, since the page may be dark. The two differ in NUMBER and POWER, formats of an
# axis, in RAISE, which brings the x axis' label near its numbers, and in the size of a MARK.

if (OUT[strlen(OUT) - 3:] eq ".svg") {
    set terminal svg size 50*WIDTH, 46*HEIGHT font "Helvetica,Arial,sans-serif,14" background "#ffffff" \
        linewidth 0.75
    NUMBER = "%g"
    POWER = "10^{%T}"
    RAISE = 0.8
    MARK = 0.75
} else {
    set terminal cairolatex pdf input transparent colourtext size WIDTH cm, HEIGHT cm fontscale 0.8 \
        linewidth 1
    NUMBER = "$%g$"
    POWER = "$10^{%T}$"
    RAISE = 0.9
    MARK = 0.55
}
set output OUT

set border 3 linewidth 0.8 linecolor rgb "#404040"
set tics nomirror out scale 0.6
set grid ytics linetype 1 linewidth 0.5 linecolor rgb "#e4e4e4"
set key noautotitle
set style fill solid noborder
set datafile missing "nan"

# Ours: dark, thin, with open circles. Published: light, thick, dashed. Band over seeds: pale.
set style line 1 linecolor rgb "#14387f" linewidth 1.6 dashtype 1 pointtype 6 pointsize MARK
set style line 2 linecolor rgb "#eba55e" linewidth 5.5 dashtype (5,2)
set style line 3 linecolor rgb "#b9c7e4"
# Rings, grids and other backgrounds; a second path in drawings.
set style line 4 linecolor rgb "#9a9a9a" linewidth 0.8 dashtype 1
set style line 5 linecolor rgb "#c2410c" linewidth 1.4 dashtype 1 pointtype 7 pointsize 0.35
# Ours, of further seeds.
set style line 6 linecolor rgb "#5f7fc0" linewidth 1.2 dashtype 1
