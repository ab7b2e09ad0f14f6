# Figures 4, 5, 8 and 9: training loss against epoch, two panels, ours and the published curve.
#
# Settings (strings, see settings.awk): NOTE says what made the figure and stands below it. EPOCHS is
# how many we trained, SEEDS how many curves the mean is of. SUBSET is 1 if we trained on a part of the
# data; then only the first epochs of the published curve are shown. MORE are tables of loss-to-dat of one
# seed each, for panel 1, and MORE_SEEDS those seeds; or both are empty. For panels 1 and 2: DATi, a table
# of loss-to-dat; DRAWNi, 1 if a loss of ours in it is finite, or 0; TITLEi; OURSi and PUBLISHEDi, what its losses are divided by; LABELi, what they then
# are; SCALEi, linear or log; FLOORi, below which it cannot fall, or 0; READABLEi, below which the published
# loss, as it was read, is not drawn.

WIDTH = 15.6
HEIGHT = 7.2
load "figures/style.gp"

epochs = int(EPOCHS)
subset = int(SUBSET)
last = !subset ? (epochs > 50 ? epochs : 50) : (epochs < 10 ? 10 : epochs)
every = epochs > 15 ? 5 : 1
array dat[2] = [DAT1, DAT2]
array drawn[2] = [int(DRAWN1), int(DRAWN2)]
array name[2] = [TITLE1, TITLE2]
array scale[2] = [SCALE1, SCALE2]
array what[2] = [LABEL1, LABEL2]
array ours[2] = [real(OURS1), real(OURS2)]
array least[2] = [real(FLOOR1), real(FLOOR2)]
array readable[2] = [real(READABLE1), real(READABLE2)]
array published[2] = [real(PUBLISHED1), real(PUBLISHED2)]

set xlabel "epoch" offset 0,RAISE
set xrange [0:last + 0.5]
set bmargin screen 0.29
set tmargin screen 0.925
set label 1 NOTE at screen 0.5, screen 0.03 center
unset key

# The key, below both panels.
key1 = MORE ne "" ? 0.09 : int(SEEDS) > 1 ? 0.22 : 0.31
key2 = key1 + (MORE ne "" ? 0.19 : 0.24)
key3 = int(SEEDS) > 1 ? 0.72 : 0.5
set arrow 1 from screen key1,0.1 to screen key1+0.06,0.1 nohead linestyle 2
set label 2 "published" at screen key1+0.07,0.1
set arrow 2 from screen key2,0.1 to screen key2+0.06,0.1 nohead linestyle 1 front
set label 3 "" at screen key2+0.03,0.1 point linestyle 1 front
set label 4 int(SEEDS) == 1 ? "ours" : "ours: mean of ".SEEDS." seeds, with their range" \
    at screen key2+0.07,0.1
if (int(SEEDS) > 1) {
    set object 1 rectangle from screen key2,0.085 to screen key2+0.06,0.115 behind fillstyle solid noborder \
        fillcolor rgb "#b9c7e4"
}
if (MORE ne "") {
    set arrow 3 from screen key3,0.1 to screen key3+0.06,0.1 nohead linestyle 6
    set label 6 "ours, seed".(words(MORE) == 1 ? " " : "s ").MORE_SEEDS at screen key3+0.07,0.1
}

set multiplot
do for [i = 1:2] {
    set lmargin screen (i == 1 ? 0.09 : 0.603)
    set rmargin screen (i == 1 ? 0.475 : 0.99)
    set title name[i] offset 0,-0.8
    set label 5 what[i] at screen (i == 1 ? 0.012 : 0.525), graph 0.5 center rotate
    if (scale[i] eq "log") {
        set logscale y
        set format y POWER
        set yrange [*:*]
    } else {
        unset logscale y
        set format y NUMBER
        set yrange [*:*]
    }
    if (least[i] > 0) {
        set yrange [0.98*least[i]:*]
        set arrow 4 from graph 0, first least[i] to graph 1, first least[i] nohead linestyle 4
        set label 7 "floor" at graph 0.02, first least[i] offset 0,0.6
    }
    # gnuplot complains of a curve without a point, and of an empty list: if there is no other, ours is drawn once more
    # below itself.
    further = i == 1 && MORE ne "" ? MORE : drawn[i] ? dat[i] : ""
    band = drawn[i] && int(SEEDS) > 1 ? "dat[i] using 1:($4/ours[i]):($5/ours[i]) with filledcurves linestyle 3, " : ""
    theirs = "dat[i] using 1:($2 < readable[i] ? NaN : $2/published[i]) with lines linestyle 2"
    others = further eq "" ? "" : ", for [file in further] file using 1:($3/ours[i]) with lines linestyle 6"
    mine = drawn[i] ? ", dat[i] using 1:($3/ours[i]) with linespoints linestyle 1 pointinterval every" : ""
    eval "plot ".band.theirs.others.mine
    unset label
    unset arrow
    unset object
}
unset multiplot
