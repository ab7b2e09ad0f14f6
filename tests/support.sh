# What several tests do, for them to source from the top of the tree.
# shellcheck shell=bash

# fails TEXT COMMAND...: it exits 1 with one line that holds TEXT.
fails() {
    local text=$1 code=0; shift
    "$@" >/dev/null 2>"$TMP/err" || code=$?
    [ "$code" = 1 ] && [ "$(wc -l <"$TMP/err")" = 1 ] && grep -qF -- "$text" "$TMP/err" \
        || { echo "$*: exit $code, no '$text' in:"; cat "$TMP/err"; exit 1; }
}

# "${plain[@]}" COMMAND...: without root's privilege to read and write whatever the permissions are.
plain=()
[ "$(id -u)" != 0 ] || plain=(setpriv --bounding-set -dac_override,-dac_read_search --)

# await FILE: until it is there.
await() {
    for _ in {1..3000}; do [ ! -e "$1" ] || return 0; sleep 0.01; done
    echo "no $1"; exit 1
}

# copy_tree FOLDER: what the pipeline and its report are made of, but for the record's weights.
copy_tree() {
    cp -a --parents Makefile pipeline src data/sample data/published data/recorded/speed \
        data/recorded/as-run/*/seed-1/machine.tsv figures/*.* paper/*.* "$1"
}
