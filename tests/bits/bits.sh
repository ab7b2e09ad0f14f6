#!/bin/bash
# The matrix of `make check-bits`: each cell builds and runs the smoke pipeline in another way, in a
# copy of the tree, and is held against the golden checksums. bits.sh PATTERN... runs the cells whose
# dimension and value match a pattern (grep -E). What a machine lacks is skipped.
set -euo pipefail
export SYSROOTS=$PWD/bin/sysroots LC_ALL=C GOMP_SPINCOUNT=${GOMP_SPINCOUNT-5000}
. tests/settings.sh
. tests/support.sh
unset REINIT_ISA CFLAGS LDFLAGS
[ $# -gt 0 ] || set -- .
patterns=$(printf '%s\n' "$@")
work=$(mktemp -d) default=gcc-O3
export LOCPATH=$work/locales
trap 'rm -rf "$work"' EXIT
cells=0 skipped=0 bad=()

# The cells: dimension, value, build, what is made (see make_), and the settings in which they differ
# from the default: gcc -O3, the best instructions the processor has, one thread, make -jN, locale C.
matrix() {
    cell compiler   "gcc -O1"                      gcc-O1   both
    cell compiler   "gcc -O2"                      gcc-O2   both
    cell compiler   "clang -O1"                    clang-O1 both
    cell compiler   "clang -O2"                    clang-O2 both
    cell compiler   "clang -O3"                    clang-O3 both
    cell compiler   "gcc, $fast"   gcc+fast-O3   smoke
    cell compiler   "clang, $fast" clang+fast-O3 smoke
    cell processor  "AVX2, gcc"                    gcc-O3   both  REINIT_ISA=avx2
    cell processor  "AVX2, clang"                  clang-O3 both  REINIT_ISA=avx2
    cell processor  "x86-64, fma of libm, gcc"     gcc-O3   smoke REINIT_ISA=baseline
    cell processor  "x86-64, fma of libm, clang"   clang-O3 smoke REINIT_ISA=baseline
    cell processor  "x86-64, software fma, gcc"    gcc-O3   steps $no_fma
    cell processor  "x86-64, software fma, clang"  clang-O1 steps $no_fma
    cell processor  "aarch64, qemu"                arm64-O3 steps
    cell processor  "aarch64, qemu, 2 threads"     arm64-O1 steps THREADS=2 -j1
    cell processor  "s390x, big-endian, qemu"      s390x-O3 steps
    # Some hours: the whole smoke profile.
    [ "${DEPTH-}" != whole ] || cell processor "aarch64, qemu, whole" arm64-O3 smoke
    cell threads    2                              gcc-O3   smoke THREADS=2 -j1
    cell threads    3                              gcc-O3   smoke THREADS=3 -j1
    cell threads    7                              gcc-O3   smoke THREADS=7 -j1
    cell locale     de_DE.UTF-8                    gcc-O3   smoke LC_ALL=de_DE.UTF-8
    cell locale     tr_TR.UTF-8                    gcc-O3   smoke LC_ALL=tr_TR.UTF-8
    # Set by another library in the process, before main and in each thread.
    cell floats     "flush-to-zero"                gcc-O3   smoke FLOAT_MODE=flush THREADS=2 -j1
    cell floats     "rounded upward"               gcc-O3   smoke FLOAT_MODE=upward THREADS=2 -j1
    cell time       Pacific/Kiritimati             gcc-O3   smoke TZ=Pacific/Kiritimati
    cell umask      077                            gcc-O3   smoke UMASK=077
    cell path       "with  spaces, built there"    gcc-O3   smoke BIN=bin
    cell make       -j1                            gcc-O3   smoke -j1
    cell make       -j8                            gcc-O3   smoke -j8
}
# Without this, libm's fmaf takes the processor's instruction.
no_fma="REINIT_ISA=baseline GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4"

# In a user's CFLAGS.
fast="CFLAGS=-Ofast, native"

# Before anything is built: whether there are such cells.
matched=
cell() { if grep -qE -- "$patterns" <<<"$1 $2"; then matched=yes; fi; }
matrix
[ -n "$matched" ] || { echo "check-bits: no cell matches $*" >&2; exit 2; }

# make_ WHAT ARGUMENT...: and what it covers. Where fma is slow, all initial weights, two steps of
# each network (10 images and 2), and accuracies; the fingerprint is taken from the default.
make_() {
    local what=$1; shift
    case $what in
    both) set -- "$@" 'TRACKS=as-run as-written' evaluate ;;
    smoke) set -- "$@" TRACKS=as-run evaluate ;;
    steps)
        cp -n "$work/$default/obj/state.mk" "$bin/obj/state.mk"
        set -- "$@" -o "$bin/obj/state.mk" TRAIN_EXAMPLES=12 TEST_EXAMPLES=2 EPOCHS_carlini=1 \
            TRACKS=as-run init evaluate-carlini-bs10 evaluate-resnet56-bs10
        ;;
    esac
    make --no-print-directory PROFILE=smoke ZEROS_SEEDS=1 "$@"
}
covers_both="smoke: 48 files, 16 accuracies"
covers_smoke="smoke, as-run: 24 files, 8 accuracies"
covers_steps="8 initial; 2 steps of each network"

sums() { # of the results in this folder, in the golden file's form and order
    (cd data/runs/smoke* && find . -name '*.safetensors' ! -name 'checkpoint*' -o -name losses.tsv \
        -o -name accuracy.tsv | sed 's,^\./,,' | sort | xargs sha256sum)
}

# run FOLDER BUILD WHAT SETTING...: in a copy of the tree; FOLDER/sums has the results'. A build is
# shared by its cells.
run() (
    folder=$1 build=$2 what=$3; shift 3
    cc=${build%-*} bin=$work/$build
    case $cc in
    *+fast) export CFLAGS="-Ofast -ffast-math -march=native"; cc=${cc%+fast} ;;
    arm64 | s390x) cc="tests/bits/cc.sh $cc" ;;
    esac
    # Asked whether it fails, bash goes on after what fails.
    mkdir "$folder" && copy_tree "$folder" && cp -a --parents tests/bits "$folder" && cd "$folder" || exit 1
    if [[ " $* " = *" UMASK=077 "* ]]; then set -- && umask 077; fi
    preload=(true)
    if [[ ${1-} = FLOAT_MODE=* ]]; then preload=(export LD_PRELOAD="$work/foreign.so" "$1"); shift; fi
    set -- BIN="$bin" CC="$cc" OPTIMISE="-${build##*-}" -j"$(nproc)" THREADS=1 "$@"
    { make "$@" all && "${preload[@]}" && make_ "$what" "$@" && unset LD_PRELOAD && sums >sums; } >log 2>&1 || exit 1
    [ "$(umask)" != 0077 ] || [ -z "$(find data/runs -perm /077)" ]
)

# expect WHAT: the checksums it is to give, in a file; where it is no part of the smoke profile, as
# the default build gives them, with the golden initial weights.
expect() {
    local sums=$work/expected-$1
    case $1 in
    smoke) grep '  as-run/' "$work/expected-both" >"$sums" ;;
    steps)
        if [ ! -e "$sums" ]; then
            run "$work/steps" $default steps || { tail "$work/steps/log" >&2; exit 1; }
            grep init.safetensors "$work/steps/sums" | cmp - \
                <(grep '  as-run/.*init.safetensors' pipeline/golden/smoke.sha256)
            cp "$work/steps/sums" "$sums"
        fi
        ;;
    esac
}

# lacks BUILD SETTING...: prints what a cell needs and this machine has not.
lacks() {
    local arch=${1%-*} processor word
    processor=${arch/arm64/aarch64}
    case ${arch%+fast} in
    clang)
        echo 'int main(void) { return 0; }' | clang -fopenmp -x c -o "$work/linked" - 2>/dev/null \
            || echo "clang and libomp-dev"
        ;;
    arm64 | s390x)
        command -v "$processor-linux-gnu-gcc" >/dev/null \
            || { echo "gcc-$processor-linux-gnu"; return; }
        command -v "qemu-$processor" >/dev/null || { echo qemu-user; return; }
        tests/bits/sysroot.sh "$arch" "$SYSROOTS/$arch" >"$work/log" 2>&1 \
            || echo "Debian's packages for $arch: $(tail -1 "$work/log")"
        ;;
    esac
    for word in "${@:2}"; do
        case $word in
        REINIT_ISA=avx2) grep -qw avx2 /proc/cpuinfo || echo "a processor with AVX2" ;;
        FLOAT_MODE=flush) [[ $(uname -m) = x86_64 || $(uname -m) = aarch64 ]] || echo "x86-64 or aarch64" ;;
        REINIT_ISA=*) [ "$(uname -m)" = x86_64 ] || echo "an x86-64 processor" ;;
        LC_ALL=*)
            word=${word#*=}
            mkdir -p "$LOCPATH"
            localedef -i "${word%.*}" -f UTF-8 "$LOCPATH/$word" >"$work/log" 2>&1 || :
            [ "$(LC_ALL=$word locale -k decimal_point)" = 'decimal_point=","' ] || echo locales
            ;;
        esac
    done
}

say() { printf '%-10s %-28s %-38s %s\n' "$dimension" "$value" "$covered" "$*"; }

# cell DIMENSION VALUE BUILD WHAT SETTING...: runs one and prints its line; what differs or fails follows.
cell() {
    local dimension=$1 value=$2 build=$3 what=$4 begun=$SECONDS name covered missing; shift 4
    grep -qE -- "$patterns" <<<"$dimension $value" || return 0
    covered=covers_$what covered=${!covered} name="$work/$dimension ${value//\//-}" cells=$((cells + 1))
    missing=$(lacks "$build" "$@")
    if [ -n "$missing" ]; then
        skipped=$((skipped + 1)) cells=$((cells - 1))
        say "skipped: needs ${missing//$'\n'/, }"
        return
    fi
    expect "$what"
    if ! run "$name" "$build" "$what" "$@"; then
        say FAILED
        tail "$name/log" | sed 's/^/    /'
    elif ! cmp -s "$work/expected-$what" "$name/sums"; then
        say DIFFERENT
        { diff "$work/expected-$what" "$name/sums" || :; } \
            | sed -n 's/^[<>] [0-9a-f]*  /    /p' | sort -u
    else
        say "same, $((SECONDS - begun)) s"
        rm -rf "$name"
        return
    fi
    bad+=("$dimension $value")
}

gcc -std=c11 -D_GNU_SOURCE -O2 -fPIC -shared -o "$work/foreign.so" tests/faults/foreign.c -lm
# The default first, whatever was asked for: what is not in pipeline/golden is held against it.
echo "$(date +%F), $(gcc --version | head -1), $(clang --version 2>/dev/null | head -1)," \
    "$(qemu-aarch64 --version 2>/dev/null | head -1)," \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
for isa in avx512f avx2 "no avx"; do grep -qw "$isa" /proc/cpuinfo && break; done
dimension=default value="gcc -O3, $isa, -j$(nproc)" covered=$covers_both
run "$work/default" $default both || { say FAILED; tail "$work/default/log"; exit 1; }
grep -v accuracy.tsv "$work/default/sums" | diff pipeline/golden/smoke.sha256 - >"$work/log" \
    || { say DIFFERENT from pipeline/golden; sed -n 's/^> /    /p' "$work/log"; exit 1; }
cp "$work/default/sums" "$work/expected-both"
cells=1
say "same, $SECONDS s"
matrix

[ ${#bad[@]} = 0 ] || { printf 'not the same: %s\n' "${bad[@]}"; exit 1; }
[ $skipped = 0 ] && left= || left=", $skipped skipped"
echo "$cells cells$left: all the same"
