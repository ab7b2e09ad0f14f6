#!/bin/bash
# This machine, as lines of name and value parted by a tab:  pipeline/machine.sh COMPILER
set -euo pipefail

processor=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
printf 'processor\t%s\n' "${processor:-$(uname -m)}"
printf 'cores\t%s\n' "$(nproc)"
printf 'memory\t%s\n' "$(sed -n 's/^MemTotal: *//p' /proc/meminfo)"
printf 'system\t%s\n' "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(uname -sm)"
printf 'compiler\t%s\n' "$($1 --version 2>/dev/null | head -n 1 || :)"
