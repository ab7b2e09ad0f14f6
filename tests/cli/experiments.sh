#!/bin/bash
# pipeline/experiments.tsv after an edit: what is not a table of experiments is named with its line, before anything
# is made; and git's line ends on Windows do not reach a checkout.
set -euo pipefail
. tests/support.sh

table=$TMP/tree/pipeline/experiments.tsv
mkdir "$TMP/tree" && cp -a --parents Makefile pipeline "$TMP/tree"
edited() { # edited TEXT SED-SCRIPT
    sed "$2" pipeline/experiments.tsv >"$table"
    if make -C "$TMP/tree" -n all >"$TMP/out" 2>&1; then echo "taken: $2"; exit 1; fi
    [ "$(grep -c experiments.tsv "$TMP/out")" = 1 ] && grep -qF "experiments.tsv:$1" "$TMP/out" \
        || { echo "no '$1' for $2 in:"; cat "$TMP/out"; exit 1; }
}
# Two lines of comment and one of names come before the rows.
edited '1: carriage return' 's/$/\r/'
edited '4: carriage return' '4s/$/\r/'
edited '4: column 1: only' '4s/^/\xef\xbb\xbf/'
edited '5: column 9: only' '5s/$/  /'
edited '6: 8 columns' '6s/\tsequential$//'
edited '6: 1 columns' '6s/\t/ /g'
edited '7: 0 columns' '6s/$/\n/'
edited '7: as-run/kaiming is in line 6 already' '6p'
edited '6: the batch size 0 is not' '6s/128/0/'
# The line ends of a last line are no part of it.
head -c -1 pipeline/experiments.tsv >"$table"
[ "$(awk -f pipeline/experiments.awk "$table")" = "$(awk -f pipeline/experiments.awk pipeline/experiments.tsv)" ]

if command -v git >/dev/null; then
    git() { HOME=$TMP command git -c core.autocrlf=true -c user.name=a -c user.email=a@b "$@"; }
    git init -q "$TMP/origin"
    cp .gitattributes Makefile "$TMP/origin"
    printf 'one\r\ntwo\r\n' >"$TMP/origin/record"
    git -C "$TMP/origin" add -A 2>"$TMP/err"
    git -C "$TMP/origin" commit -q -m all
    git clone -q "$TMP/origin" "$TMP/clone"
    for file in Makefile record; do cmp "$TMP/origin/$file" "$TMP/clone/$file"; done
    cmp Makefile "$TMP/clone/Makefile"
else
    echo "skipped: line ends in a checkout: no git"
fi
