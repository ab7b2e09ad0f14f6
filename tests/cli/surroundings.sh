#!/bin/bash
# Whatever surrounds a tool, its results stay and its messages say what is wrong: umask 077, a path with
# spaces, time zones, locales, a read-only folder, a full disk. What a machine cannot do is skipped.
set -euo pipefail
. tests/support.sh

pipeline() { # pipeline FOLDER: all tools that write, on a few examples; their results as checksums
    local folder=$1
    mkdir -p "$folder"
    "$BIN/init-weights" --net carlini --scheme xavier-normal --seed 3 --out "$folder/init"
    "$BIN/train" --weights "$folder/init" --data data/sample --epochs 1 --batch-size 5 --lr 1e-3 \
        --order shuffled --loss cross-entropy --seed 3 --examples 10 --quiet --out "$folder/final" \
        --log "$folder/log" --checkpoint "$folder/checkpoint"
    "$BIN/loss-to-dat" --log "$folder/log" --published data/published/curves/kaiming.dat \
        --out "$folder/loss.dat"
    "$BIN/sgd-demo" --what paths --out "$folder/paths.dat"
    "$BIN/evaluate" --weights "$folder/final" --data data/sample --split test --examples 20 \
        >"$folder/accuracy"
    "$BIN/show-weights" --weights "$folder/final" >"$folder/shown"
    "$BIN/tests/fetch-cifar10" --quiet --out "$folder/data" --from data/sample
    tests/transcript.sh "$folder/log" | sha256sum && (cd "$folder" \
        && sha256sum init final checkpoint loss.dat paths.dat accuracy shown data/*)
}
same() { # same WHAT FOLDER
    pipeline "$2" >"$TMP/sums" 2>"$TMP/err" || { echo "$1: fails"; cat "$TMP/err"; exit 1; }
    cmp "$TMP/reference" "$TMP/sums" || { echo "$1: other results"; exit 1; }
    [ ! -s "$TMP/err" ] || { echo "$1:"; cat "$TMP/err"; exit 1; }
}
skip() { echo "skipped: $*"; }

pipeline "$TMP/plain" >"$TMP/reference"
init=("$BIN/init-weights" --net carlini --scheme xavier-normal --seed 3 --out)

(umask 077 && same "umask 077" "$TMP/private")
[ -z "$(find "$TMP/private" -perm /077)" ] || { echo "umask 077: others may read"; exit 1; }
same "a path with spaces" "$TMP/a path  with spaces"
TZ=Pacific/Kiritimati same "the earliest time zone" "$TMP/tz"

# A library in the process sets another floating-point environment, before main and in each thread.
modes="upward down"
case $(uname -m) in x86_64 | aarch64) modes+=" flush" ;; *) skip "flush-to-zero: not on this processor" ;; esac
for mode in $modes; do
    ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$(realpath "$BIN/tests/foreign.so") FLOAT_MODE=$mode \
        same "the floating-point environment: $mode" "$TMP/$mode"
done

# German writes a decimal comma, Turkish has a dotless i.
if command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/tr_TR ]; then
    mkdir "$TMP/locales"
    for locale in de_DE tr_TR; do
        localedef -i $locale -f UTF-8 "$TMP/locales/$locale.UTF-8" 2>/dev/null || :
        export LOCPATH=$TMP/locales
        [ "$(LC_ALL=$locale.UTF-8 locale -k decimal_point)" = 'decimal_point=","' ]
        LC_ALL=$locale.UTF-8 LANG=$locale.UTF-8 same "the locale $locale" "$TMP/in $locale"
        LC_ALL=$locale.UTF-8 fails "init-weights: $TMP/none/x.partial: cannot create: No such file" \
            "${init[@]}" "$TMP/none/x"
        unset LOCPATH
    done
else
    skip "locales: the package locales is missing"
fi

# A folder that may only be read.
mkdir "$TMP/readonly" && echo old >"$TMP/readonly/x" && chmod 555 "$TMP/readonly"
if [ ${#plain[@]} = 0 ] || "${plain[@]}" true 2>/dev/null; then
    if "${plain[@]}" touch "$TMP/readonly/y" 2>/dev/null; then
        skip "a read-only folder: it can be written here"
    else
        fails "$TMP/readonly/x.partial: cannot create: Permission denied" \
            "${plain[@]}" "${init[@]}" "$TMP/readonly/x"
        fails "$TMP/readonly/checkpoint.lock: cannot create: Permission denied" \
            "${plain[@]}" "$BIN/train" --weights "$TMP/plain/init" --data data/sample --epochs 1 \
            --batch-size 5 --lr 1e-3 --order shuffled --loss cross-entropy --seed 3 --examples 10 \
            --quiet --out "$TMP/readonly/final" --log "$TMP/readonly/log" \
            --checkpoint "$TMP/readonly/checkpoint"
        [ "$(ls "$TMP/readonly")" = x ]
        [ "$(cat "$TMP/readonly/x")" = old ]
    fi
else
    skip "a read-only folder: setpriv cannot drop privileges"
fi
chmod 755 "$TMP/readonly"

# A disk of 1 MiB: too small for a weight file of 4.6 MB.
mkdir "$TMP/disk"
if mount -t tmpfs -o size=1m none "$TMP/disk" 2>/dev/null; then
    trap 'umount "$TMP/disk"' EXIT
    echo old >"$TMP/disk/x"
    fails "$TMP/disk/x.partial: cannot write: No space left on device" "${init[@]}" "$TMP/disk/x"
    fails "$TMP/disk/data/data_batch_5.bin.partial: cannot write: No space left on device" \
        "$BIN/tests/fetch-cifar10" --quiet --out "$TMP/disk/data" --from data/sample
    [ "$(cat "$TMP/disk/x")" = old ]
    (cd "$TMP/disk/data" && [ "$(echo *)" = "$(echo data_batch_{1..4}.bin)" ] \
        && grep -E '_[1-4].bin' "$OLDPWD/pipeline/checksums/sample.sha256" | sha256sum --quiet -c)
else
    skip "a full disk: tmpfs cannot be mounted"
fi
fails "cannot write to standard output: No space left on device" \
    sh -c '"$@" >/dev/full' sh "$BIN/show-weights" --weights "$TMP/plain/init"

# Threads that wait sleep soon, unless the user says otherwise.
waits() { # waits ROUNDS NAME=VALUE...: how long libgomp lets them spin in this environment
    local rounds=$1 got; shift
    got=$(env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY OMP_DISPLAY_ENV=verbose "$@" "$BIN/train" --help 2>&1 \
        | sed -n "s/.*GOMP_SPINCOUNT = '\(.*\)'.*/\1/p")
    [ "$got" = "$rounds" ] || { echo "waiting threads spin $got rounds, not $rounds: $*"; exit 1; }
}
if [[ $(OMP_DISPLAY_ENV=verbose "$BIN/train" --help 2>&1) = *GOMP_SPINCOUNT* ]]; then
    waits 5000
    waits 7 GOMP_SPINCOUNT=7
    waits 0 OMP_WAIT_POLICY=passive
else
    skip "how threads wait: this is not libgomp"
fi
