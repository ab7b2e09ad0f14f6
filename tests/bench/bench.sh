#!/bin/bash
# The whole benchmark: bench.sh BENCH PYTHON RESULTS THREADS SECONDS ROUNDS BATCH...
# Every configuration is measured in rounds, in each of which we and PyTorch take turns. Probes of the
# multiply-add rate enclose each round, and the processor time of other programs during it is taken. A
# round does not count if its lowest probe is under 85 % of the best (two virtual cores on one physical
# core) or others took over 10 % of the processors. It is repeated (2 at most).
set -euo pipefail

bench=$1 python=$2 results=$3 threads=$4 seconds=$5 rounds=$6
shift 6
batches=("$@")
here=$(dirname "$0")
mkdir -p "$results"
export LC_ALL=C
trap : PIPE # a program that ends early is noticed by its missing answer

say() { echo "bench: $*" >&2; }

# Variables that change the speed of one side. REINIT_ISA stays: the report names the instruction set.
disturbing='^(OMP|GOMP|KMP|MKL|OPENBLAS|GOTO|GOTOBLAS|BLIS|NVPL|ONEDNN|DNNL|ATEN|TORCH|PYTORCH)_'
disturbing+='|^(MALLOC|TCMALLOC|JEMALLOC|MIMALLOC|PYTHONMALLOC)|^(LD_PRELOAD|GLIBC_TUNABLES)$'
removed=
for variable in $(compgen -e | grep -E "$disturbing" || :); do
    removed+=" $variable"
    unset "$variable"
done
[ -z "$removed" ] || say "unset:$removed"

# greatest, least VALUE...; at_least A PERCENT B: whether A is at least that share of B.
greatest() { printf '%s\n' "$@" | sort -g | tail -1; }
least() { printf '%s\n' "$@" | sort -g | head -1; }
at_least() { awk -v a="$1" -v p="$2" -v b="$3" 'BEGIN { exit !(100 * a >= p * b) }'; }
# keep NAME COMMAND...: what it prints becomes RESULTS/NAME, if all goes well.
keep()
{
    local name=$results/$1
    shift
    "$@" >"$name.partial"
    mv "$name.partial" "$name"
}

# PyTorch: at most two processes, in the slots "installed" and "tuned".
pipes=$(mktemp -d)
declare -A ask=() reply=() pid=()
trap 'kill "${pid[@]}" 2>/dev/null || :; rm -rf "$pipes"' EXIT

# The memory allocators and thread settings that are compared. glibc-kept: glibc's, told to keep freed
# memory instead of returning it to the system and faulting it in again at the next step.
declare -A allocator=([glibc]='' [glibc-kept]='MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184
    MALLOC_TOP_PAD_=268435456')
allocators='glibc glibc-kept'
for name in jemalloc tcmalloc_minimal; do
    library=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v name="lib$name.so." \
        'index($1, name) == 1 && !n++ { print $NF }')
    if [ -n "$library" ]; then
        allocator[${name%_minimal}]="LD_PRELOAD=$library"
        allocators+=" ${name%_minimal}"
    else
        say "without $name, which is not installed"
    fi
done
# half: of the threads, for processors that are two threads of one core.
declare -A threading=([default]='' [active]=OMP_WAIT_POLICY=active [bound]=OMP_PROC_BIND=true [half]='')
threadings=default
[ "$threads" -eq 1 ] || threadings='default active bound half'

# start SLOT ALLOCATOR THREADING: a PyTorch process; fails if it does not answer, or not with this allocator.
start()
{
    local slot=$1 count=$threads to from told
    [ "$3" != half ] || count=$(((threads + 1) / 2))
    rm -f "$pipes/$slot".*
    mkfifo "$pipes/$slot.ask" "$pipes/$slot.reply"
    # shellcheck disable=SC2086 # lists of assignments
    env ${allocator[$2]} ${threading[$3]} "$python" "$here/pytorch.py" "$count" \
        <"$pipes/$slot.ask" >"$pipes/$slot.reply" 2>"$pipes/$slot.errors" &
    pid[$slot]=$!
    exec {to}>"$pipes/$slot.ask" {from}<"$pipes/$slot.reply"
    ask[$slot]=$to reply[$slot]=$from
    IFS=$'\t' read -r -a told <&"$from" || { lost "$slot" "$2, $3"; return 1; }
    [ "${told[3]}" = "${2%-kept}" ] \
        || { say "PyTorch runs with ${told[3]}, not with $2"; stop "$slot"; return 1; }
    pytorch=${told[0]} onednn=${told[1]} capability=${told[2]}
}

stop() # SLOT
{
    local to=${ask[$1]} from=${reply[$1]}
    kill "${pid[$1]}" 2>/dev/null || :
    wait "${pid[$1]}" 2>/dev/null || :
    exec {to}>&- {from}<&-
    unset "ask[$1]" "reply[$1]" "pid[$1]"
}

# lost SLOT WHAT: a PyTorch process ended by itself, for want of memory perhaps.
lost()
{
    say "PyTorch ended: $2: $(grep -v '^ ' "$pipes/$1.errors" | tail -1)"
    stop "$1"
}

# rate SLOT NET LAYOUT BATCH SECONDS: sets $answer; fails if there is none.
rate()
{
    [ -n "${ask[$1]-}" ] || return 1
    { echo "$2 $3 $4 $5" >&"${ask[$1]}"; } 2>/dev/null || :
    read -r answer <&"${reply[$1]}" || { lost "$1" "$2 batch $4"; return 1; }
}

# screen NET BATCH ALLOCATOR THREADING: its rates in both layouts become a row of settings.tsv; the better
# one is compared with $fastest.
screen()
{
    local nchw nhwc short
    short=$(awk -v s="$seconds" 'BEGIN { print s / 2 }')
    start tuned "$3" "$4" || return 0
    rate tuned "$1" nchw "$2" "$short" || return 0
    nchw=$answer
    rate tuned "$1" nhwc "$2" "$short" || return 0
    nhwc=$answer
    stop tuned
    printf '%s\t' "$1" "$2" "$3" "$4" "$nchw" >>"$results/settings.partial"
    echo "$nhwc" >>"$results/settings.partial"
    answer=$(greatest "$nchw" "$nhwc")
    if ! at_least "$fastest" 100 "$answer"; then
        fastest=$answer best_allocator=$3 best_threading=$4
    fi
}

# tune NET BATCH: the best allocator, then with it the best thread setting.
tune()
{
    local name fastest=0
    best_allocator=glibc best_threading=default
    for name in $allocators; do screen "$1" "$2" "$name" default; done
    for name in $threadings; do
        [ "$name" = default ] || screen "$1" "$2" "$best_allocator" "$name"
    done
    [ "$fastest" = 0 ] || say "$1 batch $2: PyTorch is fastest with $best_allocator and the thread setting $best_threading"
}

# Processor time in clock ticks: of all on the processors that we may use, and of us.
hertz=$(getconf CLK_TCK)
ticks()
{
    local file
    times >"$pipes/times"
    { cat "$pipes/times"; cat /proc/self/status /proc/stat
        for file in "${pid[@]}"; do cat "/proc/$file/stat" 2>/dev/null || :; done; } \
        | awk -v hertz="$hertz" '
        /^[0-9]+m[0-9.]+s / { split($1 "s" $2, t, /[ms]+/); ours += hertz * (60 * (t[1] + t[3]) + t[2] + t[4]) }
        $1 == "Cpus_allowed_list:" {
            n = split($2, range, ",")
            for (i = 1; i <= n; i++) {
                split(range[i] "-" range[i], ends, "-")
                for (cpu = ends[1]; cpu <= ends[2]; cpu++) allowed["cpu" cpu]
            }
        }
        $1 in allowed { for (i = 2; i <= 9; i++) if (i != 5 && i != 6) all += $i }
        /^[0-9]+ \(/ { sub(/.*\)/, ""); ours += $12 + $13 }
        END { print all, ours }'
}

# Around what is measured: begin_watch; then end_watch sets $others, the percentage of the processors' time
# that other programs took.
begin_watch() { ticks >"$pipes/before"; watch_began=$EPOCHREALTIME; }
end_watch()
{
    local now=$EPOCHREALTIME
    ticks >"$pipes/after"
    others=$(cat "$pipes/before" "$pipes/after" | awk -v wall="$hertz $watch_began $now $(nproc)" '
        NR == 1 { all = $1; ours = $2 }
        END {
            split(wall, w, " ")
            share = 100 * (($1 - all) - ($2 - ours)) / (w[1] * (w[3] - w[2]) * w[4])
            printf "%.0f\n", (share < 0 ? 0 : share > 100 ? 100 : share)
        }')
}

# row NET BATCH WHO THREADS IMAGES_PER_S RSS PLANNED ALLOCATOR THREADING: kept until the round is over.
row() { lines+=("$(IFS=$'\t'; echo "$*")"); }

ours() # NET BATCH THREADS; adds to $probes if on all threads
{
    local fields
    read -r -a fields <<<"$("$bench" --what training --no-header --net "$1" --batch "$2" \
        --threads "$3" --seconds "$seconds")"
    [ "$3" -ne "$threads" ] || probes+=("${fields[5]}")
    row "$1" "$2" ours "$3" "${fields[3]}" "${fields[6]}" "${fields[7]}" - -
}

theirs() # NET LAYOUT BATCH: as installed, and with the best setting
{
    if rate installed "$1" "$2" "$3" "$seconds"; then
        row "$1" "$3" "$2" "$threads" "$answer" - - glibc default
    fi
    if rate tuned "$1" "$2" "$3" "$seconds"; then
        row "$1" "$3" "$2-tuned" "$threads" "$answer" - - "$best_allocator" "$best_threading"
    fi
}

probe() { probes+=("$("$bench" --what probe --no-header --threads "$threads" | cut -f2)"); }

best=0
one_round() # NET BATCH ROUND; sets $lowest and $others
{
    local lines=() probes=() line
    begin_watch
    probe
    ours "$1" "$2" "$threads"
    theirs "$1" nchw "$2"
    probe
    theirs "$1" nhwc "$2"
    [ "$threads" -eq 1 ] || ours "$1" "$2" 1
    probe
    end_watch
    lowest=$(least "${probes[@]}")
    best=$(greatest "$best" "${probes[@]}")
    for line in "${lines[@]}"; do
        echo "$3	$lowest	$others	$line" >>"$results/rounds.partial"
    done
    say "$1 batch $2 round $3: $(printf '%s\n' "${lines[@]}" | awk -F'\t' \
        '{ printf "%s on %s: %s images/s; ", $3, $4, $5 }')probe $lowest of $best GFLOP/s, others $others %"
}

began=$EPOCHSECONDS
begin_watch
sleep 1
end_watch
[ "$others" -le 10 ] || say "this machine is not idle: other programs take $others % of it; such rounds do not count"

pytorch='' onednn='' capability=''
if ! "$python" -c 'import torch' 2>/dev/null; then
    say "PyTorch left out: $python cannot import torch"
elif start installed glibc default; then
    stop installed
    say "PyTorch $pytorch, oneDNN $onednn, $capability"
fi

say "machine: multiply-add and copy rates"
keep machine.tsv "$bench" --what machine --threads "$threads"
best=$(tail -1 "$results/machine.tsv" | cut -f3)

printf '%s\t' round probe_gflops others_percent net batch who threads images_per_s peak_rss_mib planned_mib \
    allocator >"$results/rounds.partial"
echo threading >>"$results/rounds.partial"
echo "net	batch	allocator	threading	nchw	nhwc" >"$results/settings.partial"
for net in carlini resnet56; do
    for batch in "${batches[@]}"; do
        if [ -n "$pytorch" ]; then
            tune "$net" "$batch"
            start installed glibc default || :
            [ "$best_allocator $best_threading" = 'glibc default' ] \
                || start tuned "$best_allocator" "$best_threading" || :
        fi
        counted=0
        for ((round = 1; counted < rounds && round <= rounds + 2; round++)); do
            one_round "$net" "$batch" "$round"
            [ "$others" -gt 10 ] || ! at_least "$lowest" 85 "$best" || counted=$((counted + 1))
        done
        for slot in "${!pid[@]}"; do stop "$slot"; done
    done
done
mv "$results/rounds.partial" "$results/rounds.tsv"
mv "$results/settings.partial" "$results/settings.tsv"

for net in carlini resnet56; do
    say "layers of $net"
    keep "layers-$net.tsv" "$bench" --what layers --net "$net" --batch 128 --threads "$threads" \
        --seconds "$(awk -v s="$seconds" 'BEGIN { print 4 * s }')"
done
say "matrix products and OpenBLAS's"
keep products.tsv "$bench" --what products

# The ceilings: the greatest rates that anything above has shown.
keep ceilings.tsv awk -F'\t' -v OFS='\t' -v fma="$best" -v n="$threads" '
    NR == 1 { print "threads", "fma_gflops", "copy_gbs"; next }
    { print $1, ($1 == n && fma > $3 ? fma : $3), ($4 > $5 ? $4 : $5) }' "$results/machine.tsv"
read -r _ fma copy <<<"$(tail -1 "$results/ceilings.tsv")"
read -r _ fma_1 copy_1 <<<"$(sed -n 2p "$results/ceilings.tsv")"

# What was measured, by name.
about()
{
    printf '%s\t%s\n' processor "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" cores "$(nproc)" \
        'instruction set' "$(tail -1 "$results/machine.tsv" | cut -f2)" date "$(date -u +%Y-%m-%d)" \
        minutes $(((EPOCHSECONDS - began + 59) / 60)) seconds "$seconds" rounds "$rounds"
    [ -z "$pytorch" ] || printf '%s\t%s\n' PyTorch "$pytorch" oneDNN "$onednn" "PyTorch's instruction set" "$capability"
}
keep about.tsv about

report()
{
    awk -F'\t' '{ printf "%-26s%s\n", $1, $2 }' "$results/about.tsv"
    echo "ceilings: 1 thread $fma_1 GFLOP/s, $copy_1 GB/s;" \
        "$threads threads $fma GFLOP/s, $copy GB/s"
    awk -f figures/rounds.awk -f "$here/training.awk" -v best="$best" -v threads="$threads" "$results/rounds.tsv"
    for net in carlini resnet56; do
        awk -f "$here/layers.awk" -v fma="$fma" -v copy="$copy" "$results/layers-$net.tsv"
    done
    awk -F'\t' 'NR == 1 {
            printf "\nMatrix products on one thread, GFLOP/s\n%-12s %6s %6s %6s %8s %9s %6s\n",
                "product", "m", "n", "k", "exact", "openblas", "ratio"
            next }
        { printf "%-12s %6d %6d %6d %8.1f %9.1f %6.2f\n", $1, $2, $3, $4, $5, $6, $5 / $6 }' \
        "$results/products.tsv"
}
keep report.txt report
cat "$results/report.txt"

if command -v gnuplot >/dev/null && command -v pdflatex >/dev/null; then
    keep roofline.dat awk -f "$here/roofline.awk" "$results/layers-carlini.tsv" \
        "$results/layers-resnet56.tsv"
    cat >"$results/roofline.gp" <<EOF
DAT = '$results/roofline.dat'
FMA1 = $fma_1
COPY1 = $copy_1
FMAN = $fma
COPYN = $copy
THREADS = $threads
EOF
    figures/draw.sh "$results/roofline.pdf" figures/roofline.gp "$results/roofline.gp"
    say "tables in $results/report.txt, picture in $results/roofline.pdf"
else
    say "tables in $results/report.txt; no picture: gnuplot or pdflatex is missing"
fi
