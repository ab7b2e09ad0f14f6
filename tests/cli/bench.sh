#!/bin/bash
# make bench, with stand-ins for the engine's measurements and for PyTorch: what it removes from the environment, how it
# finds PyTorch's best setting, what it says when there is no PyTorch or it ends, and which rounds count.
set -euo pipefail
. tests/support.sh

cat >"$TMP/bench" <<'END_BENCH'
#!/bin/bash
all=$* net=${all#*--net } net=${net%% *}
case "$*" in
*machine*) printf 'threads\tisa\tfma\tcopy\tpast\n1\tavx2\t50\t9\t10\n2\tavx2\t100\t18\t20\n' ;;
*probe*) printf '2\t99\n' ;;
*training*) printf 'net\t10\t2\t1000.0\t3\t99\t50\t40\n' ;;
*layers*) printf 'net\tbatch\tthreads\tindex\tname\tkind\tshape\tforward_us\tforward_gflop\tforward_gb\tbackward_us\tbackward_gflop\tbackward_gb
%s\t8\t2\t0\tconv0\tconvolution\t1x1\t36.5\t0.003\t0.0002\t609.7\t0.003\t0.0004\n' "$net" ;;
*products*) printf 'product\tm\tn\tk\texact_gflops\topenblas_gflops\nconv y\t9\t9\t9\t50\t25\n' ;;
esac
END_BENCH
cat >"$TMP/python" <<'END_PYTHON'
#!/bin/bash
[ "$1" != -c ] || exit 0
compgen -e >>"$TMP/environment"
case ${LD_PRELOAD-} in *jemalloc*) loaded=jemalloc ;; *tcmalloc*) loaded=tcmalloc ;; *) loaded=glibc ;; esac
printf '9.8.7\t6.5.4\tAVX9\t%s\n' $loaded
while read -r net layout batch seconds; do
    [ "$net $batch" != "resnet56 300" ] || { echo "MemoryError: none left" >&2; exit 1; }
    rate=100
    [ $layout = nchw ] || rate=150
    [ -z "${MALLOC_MMAP_MAX_-}" ] || rate=$((rate + 50))
    [ -z "${OMP_WAIT_POLICY-}" ] || rate=$((rate + 25))
    echo $rate.0
done
END_PYTHON
chmod +x "$TMP/bench" "$TMP/python"
export TMP
bench() { # bench PYTHON BATCH...
    local python=$1; shift
    OPENBLAS_CORETYPE=Prescott OPENBLAS_L2_SIZE=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 ATEN_CPU_CAPABILITY=default \
        DNNL_VERBOSE=0 GLIBC_TUNABLES=glibc.malloc.check=0 MALLOC_ARENA_MAX=1 TORCH_ANY=1 \
        tests/bench/bench.sh "$TMP/bench" "$python" "$TMP/results" 2 0.1 1 "$@" >"$TMP/out" 2>"$TMP/err" \
        || { cat "$TMP/err"; exit 1; }
}
says() { grep -q -- "$1" "$2" || { echo "no '$1' in $2:"; cat "$2"; exit 1; }; }
lacks() { ! grep -E -- "$1" "$2" || { echo "'$1' in $2"; exit 1; }; }

bench "$TMP/python" 10 300
says 'unset:.* OPENBLAS_CORETYPE' "$TMP/err"
lacks 'OPENBLAS|OMP_NUM|MKL|ATEN|DNNL|GLIBC_TUNABLES|MALLOC_ARENA|TORCH' "$TMP/environment"
says '^PyTorch *9.8.7' "$TMP/out"
says '^oneDNN *6.5.4' "$TMP/out"
says '^carlini *10 .* 150.0 .* 225.0 .*nhwc glibc-kept active$' "$TMP/out"
says '^carlini	10	glibc-kept	active	175.0	225.0$' "$TMP/results/settings.tsv"
# One that ends costs its own row alone.
says 'PyTorch ended: resnet56 batch 300: MemoryError: none left' "$TMP/err"
says '^resnet56 *10 .* 225.0 ' "$TMP/out"
says '^resnet56 *300 .* 1000.0 ' "$TMP/out"

# Without PyTorch: one line, and ours alone.
bench "$TMP/none" 10
[ "$(grep -c PyTorch "$TMP/err")" = 1 ]
says "PyTorch left out: $TMP/none cannot import torch" "$TMP/err"
says '^carlini *10 .* 1000.0 ' "$TMP/out"
lacks PyTorch "$TMP/out"

# A round in which others were at work does not count, nor one with a slow probe.
{
    head -1 "$TMP/results/rounds.tsv"
    printf '%s\tcarlini\t10\tours\t2\t%s\t50\t40\t-\t-\n' "1	100	60" 300 "2	80	0" 500 "3	95	3" 700
} >"$TMP/rounds"
table() { awk -f figures/rounds.awk -f tests/bench/training.awk -v best=100 -v threads=2 "$1"; }
table "$TMP/rounds" >"$TMP/table"
says '^carlini .* 700.0 .* 1 of 3' "$TMP/table"
says 'up to 60 %' "$TMP/table"
sed '/^3/d' "$TMP/rounds" >"$TMP/disturbed"
table "$TMP/disturbed" >"$TMP/table"
says '^carlini .* 400.0 .* 0 of 2 \*' "$TMP/table"
