#!/bin/bash
# Runs fuzz targets, each for so many seconds: run.sh FOLDER SECONDS TARGET...
# FOLDER holds the programs and keeps what they learn (corpus) and find (findings) from run to run.
set -u
folder=$1 seconds=$2
shift 2
failed=0
for target in "$@"; do
    corpus=$folder/corpus/$target findings=$folder/findings/$target- log=$folder/$target.log
    mkdir -p "$corpus" "$folder/findings" "$folder/seeds/$target"
    dictionary=tests/fuzz/$target.dict
    [ -f "$dictionary" ] || dictionary=
    committed=tests/fuzz/seeds/$target
    [ -d "$committed" ] || committed=
    # The time limit for one input is long: a machine may stand still for a while.
    FUZZ_SEEDS=$folder/seeds/$target "$folder/$target" -max_total_time="$seconds" -timeout=1200 \
        -report_slow_units=1200 -max_len=20000 -close_fd_mask=3 -print_final_stats=1 \
        -artifact_prefix="$findings" ${dictionary:+-dict="$dictionary"} "$corpus" \
        "$folder/seeds/$target" $committed >"$log" 2>&1
    code=$?
    runs=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")
    covered=$(awk '/ cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") n = $(i + 1) } END { print n }' \
        "$log")
    if [ $code = 0 ] && [ -n "$runs" ]; then
        echo "fuzz: $target: $runs executions, $covered edges, no finding"
    else
        failed=1
        echo "fuzz: $target: exit $code:"
        tail -n 40 "$log" | sed 's/^/    /'
    fi
done
exit $failed
