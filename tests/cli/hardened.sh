#!/bin/bash
# Every tool is a hardened binary: position-independent, its tables of addresses bound at the start and
# then read-only, no stack that can be executed, stack protector, fortified calls.
set -euo pipefail

bad=0
for tool in src/tools/*.c; do
    tool=$BIN/$(basename "$tool" .c)
    lacks() { echo "$tool: $*"; bad=1; }
    header=$(readelf -hW "$tool") segments=$(readelf -lW "$tool")
    dynamic=$(readelf -dW "$tool") symbols=$(readelf --dyn-syms -W "$tool")
    grep -qE 'Type: +DYN' <<<"$header" || lacks "not position-independent"
    grep -qE 'FLAGS_1.*\bPIE\b' <<<"$dynamic" || lacks "not position-independent"
    grep -q GNU_RELRO <<<"$segments" || lacks "no RELRO"
    grep -qE 'BIND_NOW|FLAGS_1.*\bNOW\b' <<<"$dynamic" || lacks "addresses are bound late"
    grep -qE 'GNU_STACK .* RW +0x' <<<"$segments" || lacks "the stack can be executed"
    if grep -E 'LOAD .* RWE ' <<<"$segments"; then lacks "memory to write and to execute"; fi
    if grep -E 'TEXTREL|RPATH|RUNPATH' <<<"$dynamic"; then lacks "unwanted entries"; fi
    grep -q __stack_chk_fail <<<"$symbols" || lacks "no stack protector"
    # The sanitizers check these calls in their own way.
    grep -q __asan_init <<<"$symbols" || grep -qE '__[a-z]+_chk@' <<<"$symbols" \
        || lacks "no fortified calls"
done
exit $bad
