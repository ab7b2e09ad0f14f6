#!/bin/sh
# install-packages.sh LIST...: installs what is missing of the packages listed, as root or through sudo;
# nothing if all is there.
set -eu
wanted=$(sed 's/#.*//' "$@")
command -v apt-get >/dev/null || {
    echo "deps: needs Debian's apt-get; packages wanted:" $wanted >&2
    exit 1
}
missing=
for package in $wanted; do
    # npm may have come with a Node.js that is not Debian's.
    if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
    [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "deps: all packages are there"
    exit 0
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "deps: not root, and no sudo; install:$missing" >&2; exit 1; }
    as_root=sudo
fi
# Not in bin, which would be root's.
log=$(mktemp "${TMPDIR:-/tmp}/reinit-deps.XXXXXX")
# What apt-get says is in the log, which stays when it fails. On a terminal its last line is shown, erased by the next.
follow() {
    if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
        tee "$log" | awk '{ printf "\r\033[K%s\r", substr($0, 1, 79); fflush() } END { printf "\r\033[K" }'
    else
        cat >"$log"
    fi
}
# shellcheck disable=SC2086 # a list of words
install() {
    echo "to be installed:" $missing
    $as_root apt-get update -qq \
        && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
echo "deps: installing $(echo $missing | wc -w) packages"
{ install || echo failed >"$log.failed"; } </dev/null 2>&1 | follow
if [ -e "$log.failed" ]; then
    rm -f "$log.failed"
    grep '^E: ' "$log" >&2 || tail -n 5 "$log" >&2
    echo "deps: apt-get failed; see $log" >&2
    exit 1
fi
rm -f "$log"
