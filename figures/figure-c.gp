# Figure C: what Theorems 2 to 4 and their corollary promise of SGD on a least-squares problem, and
# what it does. Setting: DAT, from sgd-demo --what bounds.

WIDTH = 15.6
HEIGHT = 12.8
load "figures/style.gp"

# Exact: lines; bounds: the same colour, dashed; runs: marks.
set style line 11 linecolor rgb "#14387f" linewidth 1.6 dashtype 1 pointtype 6 pointsize 0.45
set style line 12 linecolor rgb "#14387f" linewidth 1.6 dashtype (7,4)
set style line 13 linecolor rgb "#14387f" linewidth 1.6 dashtype (1.5,2.5)
set style line 21 linecolor rgb "#c2410c" linewidth 1.6 dashtype 1 pointtype 4 pointsize 0.45
set style line 22 linecolor rgb "#c2410c" linewidth 1.6 dashtype (7,4)
set style line 31 linecolor rgb "#3d7a5c" linewidth 1.6 dashtype 1 pointtype 8 pointsize 0.5
set style line 32 linecolor rgb "#3d7a5c" linewidth 1.6 dashtype (7,4)
unset grid
set border 15
set tics scale 0.4

set arrow 1 from screen 0.08,0.025 to screen 0.14,0.025 nohead linestyle 11
set label 1 "exact expectation" at screen 0.15,0.025
set arrow 2 from screen 0.41,0.025 to screen 0.47,0.025 nohead linestyle 12
set label 2 "bound (dotted: of Theorem 2)" at screen 0.48,0.025
set label 3 "" at screen 0.76,0.025 point linestyle 11
set label 4 "mean of seeded runs" at screen 0.78,0.025

set multiplot
set lmargin screen 0.09
set rmargin screen 0.475
set tmargin screen 0.955
set bmargin screen 0.62
set title "(a) The constants" offset 0,-0.8
set xlabel "$M_G$" offset 0,0.9
set label 5 "$M$" at screen 0.012, graph 0.5 center rotate
set xrange [4:22]
set yrange [0.396:0.46]
set xtics 4
set ytics 0.02
set label 6 "(A4) holds" at 13, 0.43 front
set label 7 "(A4) fails" at 6.3, 0.3985 front
plot DAT index "frontier" using 1:2:(1) with filledcurves y1=0.46 fillcolor rgb "#e6ebf5", \
     "" index "frontier" with lines linestyle 11, \
     "" index "least" using 1:(0.396):(0):(0.064) with vectors nohead linestyle 4, \
     "" index "least" using (4):2:(18):(0) with vectors nohead linestyle 4, \
     "" index "pair" with points pointtype 7 pointsize 0.7 linecolor rgb "black"
unset label 6
unset label 7
unset arrow
unset label 1
unset label 2
unset label 3
unset label 4

set logscale xy
set format x "$10^{%T}$"
set format y "$10^{%T}$"
set xrange [1:1e4]
set xtics 10
set ytics 10
set mxtics 10
set mytics 10

set lmargin screen 0.595
set rmargin screen 0.98
set label 5 "excess" at screen 0.508, graph 0.5
set title "(b) Theorems 2 and 3"
set xlabel "$k$"
set yrange [1e-3:0.2]
plot DAT index "constant" using 1:6 with lines linestyle 12, \
     "" index "constant" using 1:5 with lines linestyle 13, \
     "" index "constant" using 1:4 with lines linestyle 11, \
     "" index "constant" using 1:10 every 4 with points linestyle 11

set lmargin screen 0.09
set rmargin screen 0.475
set tmargin screen 0.475
set bmargin screen 0.145
set label 5 "mean of $\\|\\nabla F\\|^2$" at screen 0.016, graph 0.5
set title "(c) Theorem 4"
set xlabel "$T$"
set yrange [0.02:60]
plot DAT index "diminishing" using 1:8 with lines linestyle 12, \
     "" index "diminishing" using 1:7 with lines linestyle 11, \
     "" index "diminishing" using 1:11 every 4 with points linestyle 11

set lmargin screen 0.595
set rmargin screen 0.98
set label 5 "$\\mathbb{E}[F(w_k)]-F^*$" at screen 0.508, graph 0.5
set title "(d) The corollary"
set xlabel "$k$"
set yrange [5e-5:4]
set label 6 "constant, single" at 250, 0.018
set label 7 "constant, batch" at 3, 0.003
set label 8 "diminishing" at 60, 0.0003
plot DAT index "constant" using 1:3 with lines linestyle 12, \
     "" index "constant" using 1:2 with lines linestyle 11, \
     "" index "constant" using 1:9 every 4 with points linestyle 11, \
     "" index "batch" using 1:3 with lines linestyle 22, \
     "" index "batch" using 1:2 with lines linestyle 21, \
     "" index "batch" using 1:9 every 4 with points linestyle 21, \
     "" index "diminishing" using 1:3 with lines linestyle 32, \
     "" index "diminishing" using 1:2 with lines linestyle 31, \
     "" index "diminishing" using 1:9 every 4 with points linestyle 31
unset multiplot
