#!/bin/sh
# copy.sh FROM FOLDER FILE...: copies files of these names; each gets its name when it is whole, the last one last.
set -eu
from=$1 folder=$2
shift 2
for file; do
    cp "$from/$file" "$folder/$file.$$.partial" && mv "$folder/$file.$$.partial" "$folder/$file" \
        || { rm -f "$folder/$file.$$.partial"; exit 1; }
done
