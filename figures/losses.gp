# Figures 4, 5, 8 and 9: training loss against epoch, two panels, ours and the published curve.
#
# Settings (strings, see settings.awk): NOTE says what made the figure and stands below it. EPOCHS is
# how many we trained, SEEDS how many curves the mean is of. SUBSET is 1 if we trained on a part of the
# data; then only the first epochs of the published curve are shown. For panels 1 and 2: DATi, a table
# of loss-to-dat; TITLEi; OURSi and PUBLISHEDi, what its losses are divided by; LABELi, what they then
# are; SCALEi, linear or log.

WIDTH = 15.6
HEIGHT = 7.2
load "figures/style.gp"

epochs = int(EPOCHS)
subset = int(SUBSET)
last = !subset ? (epochs > 50 ? epochs : 50) : (epochs < 10 ? 10 : epochs)
every = epochs > 15 ? 5 : 1
array dat[2] = [DAT1, DAT2]
array name[2] = [TITLE1, TITLE2]
array scale[2] = [SCALE1, SCALE2]
array what[2] = [LABEL1, LABEL2]
array ours[2] = [real(OURS1), real(OURS2)]
array published[2] = [real(PUBLISHED1), real(PUBLISHED2)]

set xlabel "epoch" offset 0,0.9
set xrange [0:last + 0.5]
set bmargin screen 0.29
set tmargin screen 0.925
set label 1 NOTE at screen 0.5, screen 0.025 center
unset key

# The key, below both panels.
set arrow 1 from screen 0.22,0.1 to screen 0.28,0.1 nohead linestyle 2
set label 2 "published" at screen 0.29,0.1
set arrow 2 from screen 0.46,0.1 to screen 0.52,0.1 nohead linestyle 1 front
set label 3 "" at screen 0.49,0.1 point linestyle 1 front
set label 4 int(SEEDS) == 1 ? "ours" : "ours: mean of ".SEEDS." seeds, with their range" \
    at screen 0.53,0.1
if (int(SEEDS) > 1) {
    set object 1 rectangle from screen 0.46,0.085 to screen 0.52,0.115 behind fillstyle solid noborder \
        fillcolor rgb "#b9c7e4"
}

set multiplot
do for [i = 1:2] {
    set lmargin screen (i == 1 ? 0.085 : 0.598)
    set rmargin screen (i == 1 ? 0.48 : 0.995)
    set title name[i] offset 0,-0.8
    set label 5 what[i] at screen (i == 1 ? 0.012 : 0.525), graph 0.5 center rotate
    if (scale[i] eq "log") {
        set logscale y
        set format y "$10^{%T}$"
        set yrange [*:*]
    } else {
        unset logscale y
        set format y "$%g$"
        set yrange [*:*]
    }
    if (int(SEEDS) > 1) {
        plot dat[i] using 1:($4/ours[i]):($5/ours[i]) with filledcurves linestyle 3, \
             "" using 1:($2/published[i]) with lines linestyle 2, \
             "" using 1:($3/ours[i]) with linespoints linestyle 1 pointinterval every
    } else {
        plot dat[i] using 1:($2/published[i]) with lines linestyle 2, \
             "" using 1:($3/ours[i]) with linespoints linestyle 1 pointinterval every
    }
    unset label
    unset arrow
    unset object
}
unset multiplot
