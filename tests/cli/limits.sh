#!/bin/bash
# Limits that a system or a batch job sets, and settings of OpenMP and malloc in the environment: the very result,
# or one line that says what is wrong; never a hang, a crash or another result.
set -euo pipefail
. tests/support.sh
skip() { echo "skipped: $*"; }
within=(timeout -k 5 120) # seconds: what hangs is stopped
foreign=("${within[@]}" env ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$(realpath "$BIN/tests/foreign.so")")

"$BIN/init-weights" --net carlini --scheme kaiming-uniform --seed 1 --out "$TMP/w"
epochs=1
start() { # start NAME ARGUMENT...: becomes the tool, by the command in `by`
    local name=$1; shift
    exec "${by[@]}" "$BIN/train" --weights "$TMP/w" --data data/sample --order shuffled --loss cross-entropy \
        --seed 1 --examples 20 --epochs $epochs --batch-size 10 --lr 1e-3 --quiet --out "$TMP/$name" --log "$TMP/$name.log" \
        --checkpoint "$TMP/$name.checkpoint" "$@"
}
train() { (start "$@"); }
by=("${within[@]}") && train plain
same() { # same NAME: the plain result
    cmp "$TMP/plain" "$TMP/$1" && cmp <(tests/transcript.sh "$TMP/plain.log") <(tests/transcript.sh "$TMP/$1.log")
}
limited=("${within[@]}" bash -c 'ulimit "$1" "$2" && shift 2 && exec "$@"' limited) # OPTION VALUE COMMAND...

# Fewer threads than asked for: the same result, and a line.
by=("${foreign[@]}")
for most in 0 2 7; do
    THREADS_MAX=$most train "most-$most" --threads 8 2>"$TMP/err"
    same "most-$most"
    if [ $most = 7 ]; then
        [ ! -s "$TMP/err" ]
    else
        [ "$(cat "$TMP/err")" = "train: only $((most + 1)) of 8 threads can be started; the result is the same" ]
    fi
done

# The limits of ulimit.
by=("${limited[@]}" -Ss 128) && train stack && same stack
by=("${limited[@]}" -s unlimited)
if "${by[@]}" true 2>/dev/null; then train endless --threads 3 && same endless; fi
by=("${limited[@]}" -s 128)
fails "the stack is limited to 128 KiB (ulimit -s)" train short
by=("${limited[@]}" -f 100) # files of 100 KiB
fails "full.checkpoint.next.partial: cannot write: File too large" train full
[ ! -e "$TMP/full" ] && [ ! -e "$TMP/full.checkpoint" ]
by=("${limited[@]}" -n 4)
fails "Too many open files" train files
if nm -D "$BIN/train" | grep -q __asan_init; then
    skip "a limited address space: the address sanitizer needs terabytes"
else
    by=("${limited[@]}" -v 160000) && train small --threads 2 && same small
    by=("${limited[@]}" -v 8000000) && train cores --threads 64 && same cores
    by=("${limited[@]}" -v 30000)
    for threads in 1 64; do
        code=0
        train tiny --threads $threads 2>"$TMP/err" || code=$?
        [ "$code" = 1 ] && [ "$(grep -vc 'can be started' "$TMP/err")" = 1 ] || { cat "$TMP/err"; exit 1; }
    done
fi
# The limit on processor time asks first, as SIGTERM does; a terminal that closes, too.
by=(env --default-signal=HUP) epochs=10000
for signal in XCPU HUP; do
    code=0
    start $signal 2>"$TMP/err" & child=$!
    await "$TMP/$signal.checkpoint.lock" # from here on signals are noticed
    kill -$signal $child && wait $child || code=$?
    [ "$code" = 1 ] && grep -q '^train: interrupted in epoch ' "$TMP/err" && [ -e "$TMP/$signal.checkpoint" ] \
        || { echo "$signal: exit $code"; cat "$TMP/err"; exit 1; }
done
by=(nohup) epochs=5
start nohup 2>"$TMP/err" & child=$!
await "$TMP/nohup.checkpoint.lock"
kill -HUP $child && wait $child
epochs=1

for setting in OMP_NUM_THREADS=1000 OMP_NUM_THREADS=1 OMP_DYNAMIC=true OMP_PROC_BIND=close \
    OMP_PLACES=cores GOMP_CPU_AFFINITY=0 OMP_WAIT_POLICY=active OMP_STACKSIZE=16k \
    OMP_STACKSIZE=1000G OMP_MAX_ACTIVE_LEVELS=0 MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1 \
    GLIBC_TUNABLES=glibc.malloc.perturb=90 KMP_BLOCKTIME=infinite; do
    by=("${within[@]}" env "$setting")
    train "with-$setting" --threads 3 2>"$TMP/err" && same "with-$setting" || { echo "$setting:"; cat "$TMP/err"; exit 1; }
done
