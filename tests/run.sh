#!/bin/bash
# Runs tests one after another and counts: run.sh BIN TEST...
# A test is a cmocka program, each of whose cases counts, or a script, which passes by exiting 0. Each
# gets $BIN, the folder of the tools, and $TMP, a fresh folder. What fails is shown whole.
set -u
export BIN=$1 LC_ALL=C
export CMOCKA_MESSAGE_OUTPUT=TAP
export LSAN_OPTIONS=suppressions=$PWD/tests/leaks.txt:print_suppressions=0
. tests/settings.sh
shift
passed=0 failed=0 skipped=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for test in "$@"; do
    export TMP=$scratch/tmp
    rm -rf "$TMP" && mkdir "$TMP"
    begun=$SECONDS code=0
    "$test" >"$scratch/output" 2>&1 </dev/null || code=$?
    good=0 bad=0
    case $test in
    *.sh)
        if [ $code = 0 ]; then good=1; else bad=1; fi
        left=$(grep -c '^skipped: ' "$scratch/output")
        skipped=$((skipped + left))
        ;;
    *)
        # What a machine cannot do (a chroot without terminals, say) is skipped, and said so.
        left=$(grep -c '^\(not \)\?ok .*# SKIP' "$scratch/output")
        good=$(grep '^ok ' "$scratch/output" | grep -vc '# SKIP')
        bad=$(grep '^not ok ' "$scratch/output" | grep -vc '# SKIP')
        skipped=$((skipped + left))
        # A program that dies between its cases has failed, whatever it counted.
        if [ $code != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
        if [ "$good" = 0 ] && [ "$bad" = 0 ]; then bad=1; fi
        ;;
    esac
    passed=$((passed + good)) failed=$((failed + bad))
    if [ "$bad" = 0 ]; then
        printf 'ok      %-38s %3d  %3d s\n' "$test" "$good" $((SECONDS - begun))
        grep '^skipped: ' "$scratch/output" | sed 's/^/        /'
    else
        printf 'FAILED  %-38s %3d of %d, exit %d\n' "$test" "$bad" $((good + bad)) "$code"
        sed 's/^/    /' "$scratch/output"
    fi
done
if [ "$skipped" = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" = 0 ]
