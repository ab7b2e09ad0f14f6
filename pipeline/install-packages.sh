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
echo "deps: installing$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
