#!/bin/sh
# loss-to-dat: expected tables, exits and complaints. Run from the top of the tree; BIN holds the tools.
set -eu
tool=${BIN:-bin}/loss-to-dat
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
hash=$(printf '%064d' 7)
tab=$(printf '\t')

fail()
{
    echo "loss-to-dat.sh: $*" >&2
    exit 1
}

# A log as io/runlog.h defines it, by other means than the tools'.
hash_of() { sha256sum | cut -d' ' -f1; }
log() # FILE LOSS...
{
    file=$folder/$1
    { echo '# net carlini' && echo "# scheme ${scheme-ones}" && echo "# seed $(printf %d "'$1")"; } >"$file"
    shift
    link=$(hash_of <"$file")
    {
        echo "# chain_sha256 $link"
        printf 'epoch\tloss\texamples_per_second\tweights_sha256\tstate_sha256\tchain_sha256\n'
        epoch=1
        for loss; do
            link=$(printf '%s\t%d\t%s\t%s\t%s\n' "$link" $epoch "$loss" "$hash" "$hash" | hash_of)
            printf '%d\t%s\t10.0\t%s\t%s\t%s\n' $epoch "$loss" "$hash" "$hash" "$link"
            epoch=$((epoch + 1))
        done
    } >>"$file"
    sum=$(hash_of <"$file")
    echo "# file_sha256 $sum" >>"$file"
}

refuses() # EXIT PATTERN ARGUMENT...
{
    expected=$1 pattern=$2
    shift 2
    code=0
    "$tool" "$@" >"$folder/stdout" 2>"$folder/stderr" || code=$?
    [ $code = "$expected" ] || fail "exit $code instead of $expected: $*"
    grep -q -- "$pattern" "$folder/stderr" || fail "no '$pattern' in: $(cat "$folder/stderr")"
    [ ! -s "$folder/stdout" ] || fail "something on stdout: $*"
    [ ! -e "$folder/bad.dat" ] || fail "a file in spite of the failure: $*"
}

log a 10 8 nan
log b 12 6 3
log short 10
printf '# digitised\n1 11\n2 7.5\n3 4\n4 2\n' >"$folder/published"

"$tool" --log "$folder/a" --log "$folder/b" --published "$folder/published" --out "$folder/ab.dat"
cat >"$folder/ab.expected" <<'END'
# total training loss over each epoch, as plotted in the paper
# published: digitised curve; mean, minimum, maximum: over 2 seeds
# epoch published mean minimum maximum
1 11 11 10 12
2 7.5 7 6 8
3 4 nan nan nan
4 2 nan nan nan
END
cmp "$folder/ab.dat" "$folder/ab.expected" || fail "two seeds give another table"

"$tool" --log "$folder/short" --published "$folder/published" --out "$folder/one.dat"
grep -qx '1 11 10 10 10' "$folder/one.dat" || fail "one seed: the first epoch differs"
grep -qx '2 7.5 nan nan nan' "$folder/one.dat" || fail "one seed: the second epoch differs"

printf '1 11\n' >"$folder/brief"
"$tool" --log "$folder/b" --published "$folder/brief" --out "$folder/long.dat"
grep -qx '3 nan 3 3 3' "$folder/long.dat" || fail "a log longer than the published curve"

out="--out $folder/bad.dat"
# shellcheck disable=SC2086
{
    refuses 2 '--log' --published "$folder/published" $out
    refuses 2 'out' --log "$folder/a" --published "$folder/published"
    refuses 1 "$folder/short: 1 epochs, but" --log "$folder/a" --log "$folder/short" \
        --published "$folder/published" $out
    refuses 1 "$folder/none: " --log "$folder/none" --published "$folder/published" $out
    log empty
    refuses 1 'no epoch is finished' --log "$folder/empty" --published "$folder/published" $out
    refuses 1 "$folder/a: seed 97, which $folder/a has too" --log "$folder/b" --log "$folder/a" \
        --log "$folder/a" --published "$folder/published" $out
    scheme=zeros
    log zeros 9 8 7
    refuses 1 "$folder/zeros: scheme zeros, but $folder/a has scheme ones" --log "$folder/a" \
        --log "$folder/zeros" --published "$folder/published" $out
    printf '1 11\n3 4\n' >"$folder/gap"
    refuses 1 "gap:2: epoch '3' where 2 is due" --log "$folder/a" --published "$folder/gap" $out
    printf '1 0x1p3\n' >"$folder/hex"
    refuses 1 "hex:1: the loss" --log "$folder/a" --published "$folder/hex" $out
    printf '1 11' >"$folder/cut"
    refuses 1 "cut:1: the line is cut short" --log "$folder/a" --published "$folder/cut" $out
    sed "s/^2${tab}8$tab/2${tab}7$tab/" "$folder/a" >"$folder/changed"
    refuses 1 "changed:7: the chain is broken" --log "$folder/changed" \
        --published "$folder/published" $out
    sed "s/^2$tab/4$tab/" "$folder/a" >"$folder/order"
    refuses 1 "order:7: epoch '4' where 2 is due" --log "$folder/order" \
        --published "$folder/published" $out
}
"$tool" --help | grep -q -- '--published' || fail "--help does not name --published"
"$tool" --version | grep -q . || fail "--version says nothing"
