#!/usr/bin/env bash
# fetch-cifar10: help, version and wrong usage.
set -euo pipefail

# expect CODE PATTERN ARGUMENT...: the exit code, and a line on either stream like the pattern.
expect() {
    local code=$1 pattern=$2 got=0
    shift 2
    "$BIN/fetch-cifar10" "$@" >"$TMP/text" 2>&1 || got=$?
    if [ "$got" -ne "$code" ] || ! grep -q -- "$pattern" "$TMP/text"; then
        echo "fetch-cifar10 $*: exit $got, not $code, or no '$pattern' in:"
        cat "$TMP/text"
        exit 1
    fi
}

expect 0 '^  --from SOURCE ' --help
expect 0 '^fetch-cifar10 (reinit) [0-9]' --version
expect 2 '^fetch-cifar10: --out is missing' --quiet
expect 2 "^fetch-cifar10: --out: the value is empty" --out ''
expect 2 '^fetch-cifar10: --verify takes no --from' --verify --from x --out "$TMP/d"
expect 2 "^fetch-cifar10: 'x' is not an option" --out "$TMP/d" x
[ ! -e "$TMP/d" ] || { echo "wrong usage made a folder"; exit 1; }
