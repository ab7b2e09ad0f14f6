# Figure 7: transition matrices of SGD over cells of the (a,b) plane, and why steps shorten near the
# bottom of a bowl. Setting: DAT, from sgd-demo --what chain.

WIDTH = 15.6
HEIGHT = 14.6
load "figures/style.gp"

states = 49
unset grid
set palette gray negative
set palette maxcolors 64
set colorbox user size screen 0.014, screen 0.33
set cbtics scale 0.4 offset -0.8,0
set border 15
set tics scale 0.4

set multiplot
set xlabel "to state" offset 0,0.9
set xrange [0.5:states + 0.5]
set yrange [states + 0.5:0.5]
set xtics (1, 25, 49)
set ytics (1, 25, 49)
set cbrange [0:*]

set lmargin screen 0.085
set rmargin screen 0.435
set tmargin screen 0.955
set bmargin screen 0.58
set colorbox user origin screen 0.445, screen 0.6
set label 1 "from state" at screen 0.012, graph 0.5 center rotate
set title "(a) One block of constant steps" offset 0,-0.8
plot DAT index "block" using 2:1:3 with image pixels

set lmargin screen 0.58
set rmargin screen 0.93
set colorbox user origin screen 0.94, screen 0.6
set cbtics 0.05
set label 1 at screen 0.525, graph 0.5
set title "(b) The power of (a), in the long run"
plot DAT index "power" using 2:1:3 with image pixels

set lmargin screen 0.085
set rmargin screen 0.435
set tmargin screen 0.455
set bmargin screen 0.08
set colorbox user origin screen 0.445, screen 0.1
set cbrange [0:1]
set cbtics 0.2
set label 1 at screen 0.012, graph 0.5
set title "(c) Diminishing steps, in the long run"
plot DAT index "long" using 2:1:3 with image pixels

set lmargin screen 0.595
set rmargin screen 0.985
set title "(d) Steps along the tangent"
set border 3
set xlabel "$v$"
set label 1 "$F-F^*$" at screen 0.525, graph 0.5
set xrange [-1.12:0.42]
set yrange [-0.05:0.6]
set xtics 0.4
set ytics 0.2
plot DAT index "parabola" with lines linestyle 4 linewidth 1.6, \
     "" index "tangents" using 1:2:3:4 with vectors size screen 0.008,22 filled linestyle 5, \
     "" index "tangents" using 1:2 with points linestyle 1 pointtype 7, \
     "+" using (0):(0) every ::::0 with points pointtype 5 pointsize 0.6 linecolor rgb "black"
unset multiplot
