#!/bin/bash
# What a user of make sees: a line for each step, whole commands with V=1, nothing with -s; how each run ended, how much
# is left; on a terminal nothing but whole lines, and an error last. On a few examples, in a copy of the tree.
set -euo pipefail
. tests/support.sh
copy_tree "$TMP"
cp -a --parents "$BIN" "$TMP"
cd "$TMP"
fail() { echo "$*"; cat output; exit 1; }
settings=(PROFILE=smoke BIN="$BIN" TRAIN_EXAMPLES=40 TEST_EXAMPLES=20 THREADS=1)
run() { make --no-print-directory "${settings[@]}" "$@" >output 2>&1 || fail "make $*: exit $?"; }
narrow() { if grep '.\{121\}' output; then fail "lines of more than 120 columns"; fi; } # no line is wider

run evaluate-kaiming
narrow
for step in INIT TRAIN EVAL; do
    [ "$(grep -cx "  $(printf %-7s $step) as-run/kaiming/seed-1" output)" = 1 ] || fail "no line $step"
done
[ "$(grep -c '^as-run/kaiming/seed-1: epoch [12]/2  loss [0-9.]*  ' output)" = 2 ] || fail "not a line an epoch"
grep -qxE 'as-run/kaiming/seed-1: train [0-9]+\.[0-9]{2} %, test [0-9]+\.[0-9]{2} %, loss [0-9.]+, trained in 0:00:[0-9]{2}' \
    output || fail "no summary"
grep -qx '1 run to train' output || fail "no number of runs"
if grep -F "$BIN/" output; then fail "whole commands without V=1"; fi

# What is left: of the runs asked for, those that are not there. The speed of their kind is known now.
run -j2 train-kaiming train-xavier train-all-ones
grep -qE '^2 runs to train, about [0-9]+ s on this machine$' output || fail "not two runs"
grep -qE '^as-run/(xavier|all-ones)/seed-1: epoch 1/2  .* left, all runs ~0:0[0-9]:[0-9]{2}$' output || fail "no time for all"
narrow
run train-kaiming train-xavier
if grep 'to train' output; then fail "nothing is to be trained"; fi

# Whole commands, and the same steps, with V=1 and with -n; neither with -s.
run -n evaluate-carlini-bs10
grep -qx '  TRAIN   as-run/carlini-bs10/seed-1' output && grep -q "^$BIN/train " output || fail "make -n"
[ ! -e data/runs/smoke-train_examples-40/as-run/carlini-bs10 ] || fail "make -n has made something"
run -s evaluate-carlini-bs300
if grep '^  [A-Z]' output; then fail "steps with -s"; fi
run V=1 evaluate-all-ones TEST_EXAMPLES=10
grep -q "^.*$BIN/evaluate " output || fail "no commands with V=1"

# A tool that fails: its error and make's are last, its compiler's warnings are seen.
cat >src/tools/broken.c <<'C'
int main(int argc, char **argv) { int unused; return undeclared; }
C
if make --no-print-directory BIN="$BIN" "$BIN/broken" >output 2>&1; then fail "compiles"; fi
grep -qx '  CC      tools/broken.o' output && grep -q undeclared output || fail "no error of the compiler"
rm src/tools/broken.c
init=data/runs/smoke-train_examples-40/as-run/all-zeros/seed-1/init.safetensors
run init-all-zeros
printf 'x' | dd of=$init bs=1 seek=4000000 conv=notrunc 2>/dev/null
if make --no-print-directory "${settings[@]}" train-all-zeros >output 2>&1; then fail "trains on damaged weights"; fi
tail -n 2 output | head -n 1 | grep -q "^train: $init: damaged" || fail "not the error last"
tail -n 1 output | grep -q '^make' || fail "not make's error last"

# LaTeX's complaint is shown, and the log is named and kept.
cp figures/standalone.tex kept && echo '\undefinedcommand' >>figures/standalone.tex
sed -i 's/^\\begin{document}/&\\undefinedcommand/' figures/standalone.tex
if make --no-print-directory "${settings[@]}" figure-6 >output 2>&1; then fail "draws"; fi
grep -q '^! Undefined control sequence' output && [ "$(wc -l <output)" -lt 15 ] || fail "not LaTeX's complaint alone"
log=$(sed -n 's/^draw.sh: .*; see //p' output)
grep -q '^! Undefined control sequence' "$log" || fail "no log"
mv kept figures/standalone.tex
run figure-6
[ ! -e "$log" ] || fail "an old log stays"

# On a terminal. What stays on a screen of so many columns, where longer lines wrap, is asked of a small model of one.
script -qec true /dev/null </dev/null >/dev/null 2>&1 || { echo "skipped: what a terminal shows: script makes none here"; exit 0; }
cat >screen.awk <<'AWK'
function put(c) { if (column == columns) { row++; column = 0 } line[row] = substr(line[row], 1, column) c substr(line[row], column + 2); column++ }
BEGIN { row = column = 0 }
{ text = text $0 "\n" }
END {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "\r") column = 0
        else if (c == "\n") row++
        else if (substr(text, i, 3) == "\033[K") { line[row] = substr(line[row], 1, column); i += 2 }
        else put(c)
    }
    for (i = 0; i <= row; i++) print line[i]
}
AWK
terminal() { # terminal COLUMNS COMMAND: what it drew is in drawn, what stays of it in output
    script -qefc "stty cols $1; TERM=xterm; export TERM; $2" /dev/null >drawn 2>&1 </dev/null || code=$?
    awk -v columns="$1" -f screen.awk drawn | grep -v '^$' >output || :
}
code=0
# Long enough for the progress to be drawn.
terminal 85 "make --no-print-directory ${settings[*]} EPOCHS_carlini=20 evaluate-kaiming"
[ $code = 0 ] || fail "exit $code"
[ "$(sed 's/ [0-9.]* %.*//; /^ 0:/d' output)" = "  INIT    as-run/kaiming/seed-1
1 run to train, about $(sed -n 's/^1 run to train, about //p' output)
  TRAIN   as-run/kaiming/seed-1
  EVAL    as-run/kaiming/seed-1
as-run/kaiming/seed-1: train" ] || fail "not these lines alone"
grep -qE 'epoch [0-9]+/20  loss [0-9.]+  [0-9.]+%  [0-9.]+ images/s  0:' drawn || { cat -v drawn; fail "no progress"; }
# Two at once, one of which fails.
terminal 100 "make -j2 --no-print-directory ${settings[*]} EPOCHS_carlini=20 train-all-ones train-xavier 2>&1"
[ $code = 0 ] && ! grep -q 'left' output || fail "progress stays"
# Ctrl-C.
"$BIN/init-weights" --net carlini --scheme ones --seed 1 --out init
terminal 119 "(sleep 2; kill -INT \$\$) & exec $BIN/train --weights init --data data/sample --epochs 10000 --batch-size 10 \
    --examples 20 --lr 1e-3 --order shuffled --loss cross-entropy --seed 1 --out final --log log --checkpoint checkpoint"
[ $code = 1 ] && [[ $(tail -n 1 output) = "train: interrupted in epoch "* ]] && [ "$(wc -l <output)" = 1 ] \
    || fail "not one line after Ctrl-C"
