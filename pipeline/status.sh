#!/bin/sh
# One line of `make status`: TRACK RUN SEED FOLDER EPOCHS STALE UNCOUNTED; the last two are
# empty if the weights, the accuracies are of the settings asked for. The line ends with the epoch from which on no loss
# is finite, if there is one.
set -eu
track=$1 run=$2 seed=$3 folder=$4 epochs=$5 stale=$6 uncounted=$7
init=no; [ ! -f "$folder/init.safetensors" ] || init=yes
done=0
[ ! -f "$folder/log.tsv" ] || done=$(grep -c '^[0-9]' "$folder/log.tsv" || :)
state="$done/$epochs"
if [ -f "$folder/final.safetensors" ] && [ -n "$stale" ]; then state="$state stale"; fi
accuracy=-
if [ -f "$folder/accuracy.tsv" ] && [ -z "$uncounted" ]; then
    accuracy=$(awk '/^t/ { printf "%s %s  ", $1, $4 }' "$folder/accuracy.tsv")
fi
diverged=
[ ! -f "$folder/log.tsv" ] || diverged=$(awk -F '\t' '/^[0-9]/ { since = $2 !~ /inf|nan/ ? 0 : since ? since : $1 }
    END { if (since) print "diverged in epoch " since }' "$folder/log.tsv")
printf '%-12s %-15s %-6s %-8s %-12s %s\n' "$track" "$run" "$seed" "$init" "$state" "$accuracy${diverged:+ $diverged}"
