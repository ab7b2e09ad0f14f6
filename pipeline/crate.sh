#!/bin/bash
# Writes a crate: copies the files and describes them and what made them in ro-crate-metadata.json.
#   AGENT=NAME COMMIT=C VERSION=V DATA=DIR SUMS=FILE CC=COMPILER \
#       COMMAND="make paper ..." pipeline/crate.sh FOLDER PREFIX
# PREFIX.files lists the files, PREFIX.actions the runs of tools (pipeline/actions.awk), PREFIX.settings
# the settings. Times are those of the files; commands are those that would make them now, which their
# keys say are the same but for what changes no result. FOLDER gets its name when all is written.
set -euo pipefail
folder=$1 prefix=$2
partial=$folder.partial
trap 'rm -rf "$partial"' EXIT
rm -rf "$partial"
mkdir -p "$partial"

# Path, bytes, seconds since 1970, SHA-256 of the copy.
xargs cp -p --parents -t "$partial" <"$prefix.files"
while read -r file; do
    (cd "$partial" && printf '%s\t%s\t' "$file" "$(stat -c '%s	%Y' "$file")" \
        && sha256sum <"$file" | cut -d' ' -f1)
done <"$prefix.files" >"$prefix.hashed"

# When a training began: its folder, seconds since 1970. One that was taken from the record has no such file.
sed -n 's|/final\.safetensors$||p' "$prefix.files" | while read -r run; do
    [ ! -f "$run/begun" ] || printf '%s\t%s\n' "$run/final.safetensors" "$(stat -c %Y "$run/begun")"
done >"$prefix.begun"

first_line() { "$@" 2>/dev/null | head -n 1 || :; }
pipeline/machine.sh "$CC" >"$prefix.machine"

# Identifier, name, version, address of each tool that is not ours.
{
    printf 'make\tGNU Make\t%s\thttps://www.gnu.org/software/make/\n' \
        "$(first_line make --version | sed 's/.* //')"
    printf 'coreutils\tGNU coreutils\t%s\thttps://www.gnu.org/software/coreutils/\n' \
        "$(first_line cut --version | sed 's/.* //')"
    printf 'awk\t%s\t%s\thttps://pubs.opengroup.org/onlinepubs/9699919799/utilities/awk.html\n' \
        "$(basename "$(readlink -f "$(command -v awk)")")" \
        "$(first_line awk -W version | sed 's/^[^0-9]*//; s/[ ,].*//')"
    printf 'gnuplot\tgnuplot with pdfTeX\t%s\thttp://www.gnuplot.info/\n' \
        "$(first_line gnuplot --version | sed 's/^gnuplot //')"
    printf 'pdftex\tpdfTeX with BibTeX\t%s\thttps://www.tug.org/applications/pdftex/\n' \
        "$(first_line pdftex --version | sed 's/^pdfTeX //')"
} >"$prefix.tools"

# shellcheck disable=SC2016 # dpkg's own variables
sed 's/ *#.*//; /^$/d' pipeline/packages.txt | xargs dpkg-query -W -f '${Package}\t${Version}\n' \
    2>/dev/null >"$prefix.packages" || :

# In a home without a file .jq, which jq would run.
HOME=$partial jq -n --arg agent "$AGENT" --arg commit "$COMMIT" --arg version "$VERSION" --arg data "$DATA" \
    --arg command "$COMMAND" --rawfile files "$prefix.hashed" --rawfile begun "$prefix.begun" \
    --rawfile actions "$prefix.actions" --rawfile settings "$prefix.settings" \
    --rawfile machine "$prefix.machine" --rawfile tools "$prefix.tools" \
    --rawfile packages "$prefix.packages" --rawfile sums "$SUMS" \
    --rawfile archive pipeline/checksums/archive.sha256 \
    -f pipeline/crate.jq >"$partial/ro-crate-metadata.json"
rm -rf "$folder"
mv "$partial" "$folder"
