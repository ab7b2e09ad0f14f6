#!/bin/bash
# The whole benchmark: bench.sh BENCH PYTHON RESULTS THREADS SECONDS ROUNDS BATCH...
# Every configuration is measured in rounds, in each of which we and PyTorch take turns, enclosed
# by probes of the multiply-add rate; a round whose probe falls below 85 % of the best (two virtual
# cores on one physical core, or someone else at work) does not count and is repeated (2 at most).
set -euo pipefail

bench=$1 python=$2 results=$3 threads=$4 seconds=$5 rounds=$6
shift 6
batches=("$@")
here=$(dirname "$0")
mkdir -p "$results"
unset OMP_NUM_THREADS OPENBLAS_NUM_THREADS
export LC_ALL=C

say() { echo "bench: $*" >&2; }
measure() { "$bench" --no-header --threads "$threads" "$@"; }
# greatest, least VALUE...; share A B: A / B in percent, a whole number.
greatest() { printf '%s\n' "$@" | sort -g | tail -1; }
least() { printf '%s\n' "$@" | sort -g | head -1; }
share() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", 100 * a / b }'; }
# keep NAME COMMAND...: what it prints becomes RESULTS/NAME, if all goes well.
keep()
{
    local name=$results/$1
    shift
    "$@" >"$name.partial"
    mv "$name.partial" "$name"
}

# PyTorch twice: as it is installed, and with an allocator that keeps freed memory instead of giving it
# back to the system and faulting it in again at the next step.
kept=(MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456)
pipes=$(mktemp -d)
trap 'rm -rf "$pipes"' EXIT
start_pytorch() # NAME VARIABLE=VALUE...
{
    local name=$1
    shift
    mkfifo "$pipes/$name.ask" "$pipes/$name.answer"
    env "$@" "$python" "$here/pytorch.py" "$threads" <"$pipes/$name.ask" >"$pipes/$name.answer" &
}
pytorch=
if "$python" -c 'import torch' 2>/dev/null; then
    start_pytorch installed
    start_pytorch kept "${kept[@]}"
    exec {ask_installed}>"$pipes/installed.ask" {answer_installed}<"$pipes/installed.answer"
    exec {ask_kept}>"$pipes/kept.ask" {answer_kept}<"$pipes/kept.answer"
    read -r pytorch <&"$answer_installed"
    read -r pytorch <&"$answer_kept"
    say "$pytorch"
else
    say "PyTorch left out: $python cannot import torch"
fi

ask_pytorch() # NET LAYOUT BATCH
{
    echo "$1 $2 $3 $seconds" >&"$ask_installed"
    read -r answer <&"$answer_installed"
    row "$1" "$3" "$2" "$threads" "$answer" - -
    echo "$1 $2 $3 $seconds" >&"$ask_kept"
    read -r answer <&"$answer_kept"
    row "$1" "$3" "$2-kept" "$threads" "$answer" - -
}

# row NET BATCH WHO THREADS IMAGES_PER_S RSS PLANNED: kept until the round's probe is known.
row() { lines+=("$1	$2	$3	$4	$5	$6	$7"); }

ours() # NET BATCH THREADS; sets $answer and adds to $probes if on all threads
{
    local fields
    read -r -a fields < <("$bench" --what training --no-header --net "$1" --batch "$2" \
        --threads "$3" --seconds "$seconds")
    answer=${fields[3]}
    [ "$3" -ne "$threads" ] || probes+=("${fields[5]}")
    row "$1" "$2" ours "$3" "$answer" "${fields[6]}" "${fields[7]}"
}

probe() { probes+=("$(measure --what probe | cut -f2)"); }

best=0
one_round() # NET BATCH ROUND
{
    local lines=() probes=() line
    probe
    ours "$1" "$2" "$threads"
    if [ -n "$pytorch" ]; then
        ask_pytorch "$1" nchw "$2"
        probe
        ask_pytorch "$1" nhwc "$2"
    fi
    [ "$threads" -eq 1 ] || ours "$1" "$2" 1
    probe
    lowest=$(least "${probes[@]}")
    best=$(greatest "$best" "${probes[@]}")
    for line in "${lines[@]}"; do
        echo "$3	$lowest	$line" >>"$results/rounds.partial"
    done
    say "$1 batch $2 round $3: $(printf '%s\n' "${lines[@]}" | awk -F'\t' \
        '{ printf "%s on %s: %s images/s; ", $3, $4, $5 }')probe $lowest of $best GFLOP/s"
}

say "machine: multiply-add and copy rates"
keep machine.tsv "$bench" --what machine --threads "$threads"
best=$(tail -1 "$results/machine.tsv" | cut -f3)

echo "round	probe_gflops	net	batch	who	threads	images_per_s	peak_rss_mib	planned_mib" \
    >"$results/rounds.partial"
for net in carlini resnet56; do
    for batch in "${batches[@]}"; do
        counted=0
        for ((round = 1; counted < rounds && round <= rounds + 2; round++)); do
            one_round "$net" "$batch" "$round"
            [ "$(share "$lowest" "$best")" -lt 85 ] || counted=$((counted + 1))
        done
    done
done
mv "$results/rounds.partial" "$results/rounds.tsv"

for net in carlini resnet56; do
    say "layers of $net"
    keep "layers-$net.tsv" "$bench" --what layers --net "$net" --batch 128 --threads "$threads" \
        --seconds "$(awk -v s="$seconds" 'BEGIN { print 4 * s }')"
done
say "matrix products beside OpenBLAS's"
keep products.tsv "$bench" --what products

# The ceilings: the greatest rates that anything above has shown.
keep ceilings.tsv awk -F'\t' -v OFS='\t' -v fma="$best" -v n="$threads" '
    NR == 1 { print "threads", "fma_gflops", "copy_gbs"; next }
    { print $1, ($1 == n && fma > $3 ? fma : $3), ($4 > $5 ? $4 : $5) }' "$results/machine.tsv"
read -r _ fma copy <<<"$(tail -1 "$results/ceilings.tsv")"
read -r _ fma_1 copy_1 <<<"$(sed -n 2p "$results/ceilings.tsv")"

report()
{
    echo "processor: $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)," \
        "$(nproc) cores; instruction set $(tail -1 "$results/machine.tsv" | cut -f2)"
    echo "ceilings: 1 thread $fma_1 GFLOP/s, $copy_1 GB/s;" \
        "$threads threads $fma GFLOP/s, $copy GB/s"
    echo "beside: ${pytorch:-no PyTorch}"
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
