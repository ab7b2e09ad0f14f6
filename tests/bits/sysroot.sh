#!/bin/bash
# sysroot.sh ARCH FOLDER: in FOLDER the libraries and headers of Debian for another processor (arm64,
# s390x) that pipeline/packages.txt names, and OpenMP's, to link against and to run under qemu-user.
# Without root: apt downloads, with lists and a state of its own, and dpkg-deb unpacks. About 27 MB.
set -euo pipefail

arch=$1 folder=$2
[ ! -e "$folder/complete" ] || exit 0
rm -rf "$folder" && mkdir -p "$folder"/apt/{lists,archives}/partial
cd "$folder"
: >apt/status
apt() {
    apt-get -qq -o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o Debug::NoLocking=1 \
        -o Dir::State="$PWD/apt" -o Dir::State::status="$PWD/apt/status" -o Dir::Cache="$PWD/apt" "$@"
}
apt update
apt install --yes --download-only --no-install-recommends libgomp1 \
    $(grep -o '^lib[^ ]*-dev' "$OLDPWD/pipeline/packages.txt")
for package in apt/archives/*.deb; do
    dpkg-deb -x "$package" .
done

# Links within.
find . -type l -lname '/*' | while read -r link; do
    ln -sfn "$PWD$(readlink "$link")" "$link"
done
rm -r apt
touch complete
