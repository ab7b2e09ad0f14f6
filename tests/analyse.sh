#!/bin/bash
# The static analysers over src/, each skipped with a line where it is not installed:
#     analyse.sh [clang-format|clang-tidy|cppcheck|scan-build|gcc|clang]...
# With gcc and clang everything is compiled anew and any warning is an error. All without arguments.
set -u
objects=bin/analysed
export FLAGS='-std=c11 -D_GNU_SOURCE -Isrc -fopenmp -DREINIT_ISA_NAME=baseline -include tests/analyser.h'
. tests/settings.sh
failed=0

build() { make --no-print-directory -j"$(nproc)" "$@" all >/dev/null; }
analyse() {
    case $1 in
    clang-format) clang-format --dry-run --Werror src/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] ;;
    clang-tidy)
        printf '%s\n' src/*/*.c \
            | xargs -P"$(nproc)" -n6 sh -c 'clang-tidy --quiet "$@" -- $FLAGS 2>/dev/null' sh
        ;;
    # Kernels are in vectors, which are an extension of the compilers'.
    cppcheck)
        cppcheck --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
            --suppressions-list=tests/cppcheck-suppressions.txt -Isrc -D_GNU_SOURCE \
            --include=tests/analyser.h -j"$(nproc)" $(printf '%s\n' src/*/*.c | grep -v '_kernel\.c$')
        ;;
    scan-build)
        rm -rf $objects/scan-build
        scan-build --status-bugs -o $objects/reports make --no-print-directory -j"$(nproc)" \
            BIN=$objects/scan-build OPTIMISE=-O1 CFLAGS="-include tests/analyser.h -Wno-unused-value" all >$objects/log 2>&1
        local code=$?
        grep -E 'warning:|scan-build: ' $objects/log
        return $code
        ;;
    gcc | clang) rm -rf "$objects/$1" && build BIN="$objects/$1" CC="$1" CFLAGS=-Werror ;;
    esac
}
mkdir -p $objects
[ $# -gt 0 ] || set -- clang-format clang-tidy cppcheck scan-build gcc clang
for tool in "$@"; do
    if ! command -v "$tool" >/dev/null; then
        echo "analyse: $tool is not installed: skipped"
    elif analyse "$tool"; then
        echo "analyse: $tool: clean"
    else
        echo "analyse: $tool: see above"
        failed=1
    fi
done
exit $failed
