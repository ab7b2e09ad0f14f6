# Figure 6: gradient descent and stochastic gradient descent in the bowl of a least-squares problem.
# A square marks the start, a cross the optimum. Setting: DAT, from sgd-demo --what paths.
# Left the whole way, right the neighbourhood of the optimum.

WIDTH = 15.6
HEIGHT = 7.4
load "figures/style.gp"

unset grid
set border 15
set bmargin screen 0.26
set tmargin screen 0.92
set xlabel "$a-a^*$" offset 0,0.7
set label 5 "$b-b^*$" at screen 0.012, graph 0.5 center rotate

set arrow 1 from screen 0.16,0.045 to screen 0.22,0.045 nohead linestyle 1
set label 1 "" at screen 0.19,0.045 point linestyle 1 front
set label 2 "gradient descent" at screen 0.23,0.045
set arrow 2 from screen 0.42,0.045 to screen 0.48,0.045 nohead linestyle 5
set label 3 "stochastic gradient descent" at screen 0.49,0.045
set arrow 3 from screen 0.77,0.045 to screen 0.83,0.045 nohead linestyle 4
set label 4 "rings" at screen 0.84,0.045

set multiplot
set lmargin screen 0.085
set rmargin screen 0.505
set title "From the start" offset 0,-0.8
set xrange [-3.3:3.3]
set yrange [-2.3:2.3]
plot DAT index "rings" with lines linestyle 4, \
     "" index "sgd" with lines linestyle 5 linewidth 1, \
     "" index "descent" with linespoints linestyle 1, \
     "" index "start" with points pointtype 5 pointsize 0.6 linecolor rgb "black"
unset label
unset arrow
set lmargin screen 0.595
set rmargin screen 0.985
set title "The last steps" offset 0,-0.8
set xrange [-0.42:0.42]
set yrange [-0.42:0.42]
set xtics 0.2
set ytics 0.2
plot DAT index "rings" with lines linestyle 4, \
     "" index "tail" with lines linestyle 5 linewidth 0.8, \
     "" index "descent" with linespoints linestyle 1, \
     "" index "optimum" with points pointtype 1 pointsize 1 linewidth 2 linecolor rgb "black"
unset multiplot
