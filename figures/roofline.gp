# The roofline of make bench: what each layer reaches, and what the machine has. Settings: DAT, from
# roofline.awk; THREADS; FMA1, COPY1 and FMAN, COPYN, the ceilings on one thread and on all.

WIDTH = 15.6
HEIGHT = 9.6
load "figures/style.gp"

stats DAT using 1:2 nooutput
low = STATS_min_x / 1.5
high = STATS_max_x * 1.5
set logscale xy
set xrange [low:high]
set yrange [STATS_min_y / 2 < COPY1 * low ? STATS_min_y / 2 : COPY1 * low : \
    1.6 * (STATS_max_y > FMAN ? STATS_max_y : FMAN)]
set xlabel "FLOP/byte" offset 0,0.5
set ylabel "GFLOP/s" offset 1,0
set format x "$%g$"
set format y "$%g$"
set grid xtics ytics
set key outside bottom center horizontal maxcols 2 samplen 2
set samples 400

roof(x, fma, copy) = copy * x < fma ? copy * x : fma
set label 1 sprintf("%.0f GFLOP/s, %d threads", FMAN, THREADS) at graph 0.01, first FMAN * 1.15
set label 2 sprintf("%.0f GB/s", COPYN) at first low * 1.1, first COPYN * low * 0.75

ours = "#14387f"
other = "#c2410c"
plot roof(x, FMAN, COPYN) with lines linecolor rgb "black" linewidth 1.6 \
         title "ceiling, all threads", \
     roof(x, FMA1, COPY1) with lines linecolor rgb "black" linewidth 1 dashtype (6,4) \
         title "ceiling, one thread", \
     DAT index "carlini-forward" with points pointtype 6 pointsize 0.8 linecolor rgb ours \
         title "Carlini, forward", \
     "" index "carlini-backward" with points pointtype 7 pointsize 0.8 linecolor rgb ours \
         title "Carlini, backward", \
     "" index "resnet56-forward" with points pointtype 8 pointsize 0.8 linecolor rgb other \
         title "ResNet56, forward", \
     "" index "resnet56-backward" with points pointtype 9 pointsize 0.8 linecolor rgb other \
         title "ResNet56, backward"
