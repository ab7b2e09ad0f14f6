#!/bin/bash
# The shape of the house: who may include whom, what no source calls, how long lines are, which pages link where.
set -u
bad=0
complain() { echo "$*"; bad=1; }

# Folder by folder, the folders whose headers it may include beside its own.
declare -A may=(
    [base]="" [exact]="base" [data]="base" [io]="base" [demo]="base"
    [nn]="exact base" [nets]="nn" [run]="nets nn exact io data base"
    [tools]="run nets nn exact io data demo base"
)
for folder in src/*/; do
    name=$(basename "$folder")
    [ -n "${may[$name]+known}" ] || { complain "$folder: not a folder the layout knows"; continue; }
    for included in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$folder"*.[ch] | sort -u); do
        [[ " $name ${may[$name]} " == *" $included "* ]] \
            || complain "$folder: includes $included/, which it must not"
    done
done

# Calls with no bound, no error or no defined bits.
banned='\b(gets|strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|strtok|rand|srand|system|popen|setlocale|tmpnam|mktemp|expf?|logf?|powf?|sinf?|cosf?|tanf?)\('
grep -nE "$banned" src/*/*.[ch] | grep -vE ':[0-9]+: *(\*|/\*)' && bad=1

awk 'length($0) > 100 { print FILENAME ":" FNR ": longer than 100 columns"; bad = 1 }
     /\t/ { print FILENAME ":" FNR ": a tab"; bad = 1 }
     /[ ]$/ { print FILENAME ":" FNR ": ends in a space"; bad = 1 }
     END { exit bad }' src/*/*.[ch] tests/unit/*.[ch] || bad=1

grep -n '^#include "\.\./' src/*/*.[ch] tests/unit/*.[ch] && bad=1

# Only tools exit or print, by options.c and progress.c; isa.c ends a process whose environment asks for what
# it cannot have. What cannot go on without breaking a promise aborts, and is named here.
ends='(^|[^a-z_])((exit|_exit|abort|v?printf|puts|putchar|fputs|fputc|perror)\(|v?fprintf\(std)'
grep -nE "$ends" src/{base,data,demo,exact,io,nn,nets,run}/*.[ch] \
    | grep -vE '^src/(base/(options|progress)|exact/isa)\.c:' \
    | grep -vE '^src/(base/(arena|sha256)|io/safetensors_write)\.c:[0-9]*: *abort\(\);' && bad=1

for tool in src/tools/*.c; do
    [ "$(wc -l <"$tool")" -le 250 ] || complain "$tool: longer than 250 lines"
done

# Where a page of the documentation links to within the tree, there is something.
for page in README.md docs/*.md data/README.md data/*/README.md tests/README.md tests/*/README.md; do
    for target in $(grep -o ']([^)]*)' "$page" | grep -v '://' | sed 's/^](//; s/[#)].*//'); do
        [ -e "$(dirname "$page")/$target" ] || complain "$page: links to $target, which is not there"
    done
done
exit $bad
