#!/bin/sh
# begin.sh FOLDER KEY: prepares FOLDER for a training of KEY. Files of another key are removed; a finished result is first
# copied to FOLDER/earlier-HASH, where make finds it when its settings return (30-train.mk). Files of KEY are kept: the
# training resumes.
set -eu
folder=$1 key=$2
mkdir -p "$folder"
cd "$folder"
is_begun() { [ "$(cat begun 2>/dev/null)" = "$key" ] && { [ ! -f final.safetensors ] || [ -f log.tsv ]; }; }
if is_begun; then exit 0; fi
lock=checkpoint.safetensors.lock
exec 9>"$lock"
flock -n 9 || { echo "$folder: another process is training this run" >&2; exit 1; }
trap 'rm -f "$lock"' EXIT
if is_begun; then exit 0; fi
if [ -f final.safetensors ] && [ -f final.safetensors.key ] && [ -f log.tsv ]; then
    earlier=earlier-$(sha256sum <final.safetensors.key | cut -c 1-12)
    rm -rf "$earlier.partial" && mkdir "$earlier.partial"
    for file in log.tsv final.safetensors answers.tsv accuracy.tsv; do
        [ ! -f $file ] || cp $file "$earlier.partial"
        [ ! -f $file.key ] || sed "s|^MADE_BY_$folder/|&$earlier/|" $file.key >"$earlier.partial/$file.key"
    done
    rm -rf "$earlier" && mv "$earlier.partial" "$earlier"
fi
rm -rf checkpoints checkpoint.safetensors checkpoint.safetensors.previous log.tsv losses.tsv loss.dat answers.tsv \
    accuracy.tsv accuracy.tsv.key final.safetensors final.safetensors.key
echo "$key" >begun.partial && mv begun.partial begun
