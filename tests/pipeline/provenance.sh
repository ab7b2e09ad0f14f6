#!/bin/bash
# The smoke pipeline's report: the same bytes elsewhere and later, and what it carries; and what make
# why, trace and crate say of it, also when something is not as it should be.
set -euo pipefail
. tests/support.sh
here=$PWD
fail() { echo "$*"; exit 1; }

mkdir "$TMP/one"
copy_tree "$TMP/one"
cp -a --parents README.md LICENSE .gitignore "$BIN" "$TMP/one"
cd "$TMP/one"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c
export GIT_CONFIG_GLOBAL=/dev/null
git -c init.defaultBranch=main init -q && git add . && git commit -q -m "a commit"
run() { make --no-print-directory PROFILE=smoke BIN="$BIN" "$@"; }
quietly() { "$@" >"$TMP/output" 2>&1 || { cat "$TMP/output"; exit 1; }; }
quietly run -j2 paper THREADS=1
pdf=paper/build/smoke/paper.pdf manifest=paper/build/smoke/manifest.sha256
results=data/runs/smoke/as-run

# Another folder, whose name has what means something to TeX, make or the shell, later, in another time zone, with
# another umask, number of threads and locale, and with settings of the user for each program that is run; two runs
# are trained again, at other rates, of which nothing may come into it.
other="$TMP/the other, 10:00 {a;b} \$x #1 %s 'q\" (&~^ ü"
cp -a . "$other"
mkdir -p "$other.home/texmf/tex" "$other.tmp" "$TMP/empty"
printf 'set grid\nset xlabel "mine"\nset title "my title"\nset style data lines\n' >"$other.home/.gnuplot"
printf '\\input{%s}\n\\setlength\\heavyrulewidth{3pt}\n' "$(kpsewhich booktabs.sty)" >"$other.home/texmf/tex/booktabs.sty"
echo 'def todate: "never";' >"$other.home/.jq"
printf '[core]\nworktree = /\n[status]\nshowUntrackedFiles = no\n' >"$other.home/.gitconfig"
echo 'exit 3' >"$other.home/exit"
settings=(HOME="$other.home" TMPDIR="$other.tmp" XDG_CONFIG_HOME="$TMP/empty" LANG=de_DE.UTF-8 TZ=Asia/Tokyo
    GNUTERM=x11 GNUPLOT_LIB="$TMP/empty" GNUPLOT_DRIVER_DIR="$TMP/empty" FONTCONFIG_FILE="$TMP/none" FIT_LOG="$TMP/none"
    TEXINPUTS="$other.home/texmf/tex:$TMP/empty" BIBINPUTS="$TMP/empty" BSTINPUTS="$TMP/empty" TEXMFHOME="$other.home/texmf"
    TEXMFCNF="$TMP/empty" TEXMFVAR="$TMP/none" TEXFONTS="$TMP/empty" TFMFONTS="$TMP/empty" max_print_line=40
    SOURCE_DATE_EPOCH=1 FORCE_SOURCE_DATE=0 PERL5OPT=-Mnone JQ_COLORS=1 AWKPATH="$TMP/empty" GAWK_READ_TIMEOUT=1
    POSIXLY_CORRECT=1 GREP_OPTIONS=-v GREP_COLOR=1 TAR_OPTIONS=-v LS_COLORS=x COLUMNS=20 BLOCK_SIZE=1M QUOTING_STYLE=c
    CDPATH="$other.home" IFS=a BASH_ENV="$other.home/exit" ENV="$other.home/exit" SHELLOPTS=noexec
    BASH_FUNC_awk%%="() { exit 3; }" BASH_FUNC_pdflatex%%="() { exit 3; }" GIT_DIR="$TMP/empty" GIT_WORK_TREE="$TMP/empty")
(
    cd "$other"
    rm -r figures/build paper/build $results/{kaiming,xavier}
    umask 077
    quietly env -u LC_ALL "${settings[@]}" make --no-print-directory PROFILE=smoke BIN="$BIN" -j2 paper THREADS=2
)
cmp "$pdf" "$other/$pdf"
for figure in figures/build/smoke/*.pdf figures/build/smoke/*/*.pdf; do cmp "$figure" "$other/$figure"; done
for run in kaiming xavier; do
    log=$results/$run/seed-1/log.tsv
    if cmp -s "$log" "$other/$log"; then fail "$log: the same rates twice, so nothing is shown"; fi
done

# The report names this tree's commit; tests/cli/commit.sh has what else it may say.
grep -qF "{\\commit}{\\texttt{$(git rev-parse --short=12 HEAD)}}" paper/build/smoke/facts.tex
touch paper/new.tex
run -n paper >"$TMP/output"
grep -q -- "-v commit='$(git rev-parse --short=12 HEAD)+changes' " "$TMP/output" || fail "a new file is no change"
rm paper/new.tex

# The manifest is in the report as it is, is of the files as they are, and its hash is the one that
# LaTeX was given to print.
sha256sum --check --strict --quiet "$manifest"
grep -qF "$(sha256sum <"$manifest" | cut -d' ' -f1)" paper/build/smoke/manifest.tex
while read -r line; do
    grep -aqFx -- "$line" "$pdf" || fail "not in the report: $line"
done <"$manifest"
grep -q '  data/sample/test_batch.bin$' "$manifest"

says() { # says LINE ARGUMENTS...: make prints that line, whole
    local line=$1; shift
    run "$@" >"$TMP/output" 2>&1 || { cat "$TMP/output"; fail "make $*: fails"; }
    grep -qFx -- "$line" "$TMP/output" || { cat "$TMP/output"; fail "make $*: no '$line'"; }
}
refuses() { # refuses TEXT ARGUMENTS...: make fails and says TEXT
    local text=$1; shift
    if run "$@" >"$TMP/output" 2>&1; then cat "$TMP/output"; fail "make $*: succeeds"; fi
    grep -qF -- "$text" "$TMP/output" || { cat "$TMP/output"; fail "make $*: no '$text'"; }
}

# why
says "paper: nothing: up to date" why TARGET=paper
says "train-kaiming: learning_rate was 1e-4, is 2e-4" why TARGET=train-kaiming LEARNING_RATE=2e-4
[ "$(grep -vc '^cost: ' "$TMP/output")" = 1 ] || fail "why says more than the learning rate"
grep -qE '^cost: train-kaiming: [0-9.]+ s: 720 images at [0-9]+ images/s \([0-9] logs\)$' "$TMP/output"
says "evaluate-xavier: test_examples was 120, is 100" why TARGET=evaluate TEST_EXAMPLES=100
mv $results/xavier/seed-1/answers.tsv "$TMP/answers.tsv"
says "evaluate-xavier: $results/xavier/seed-1/answers.tsv is missing" why TARGET=evaluate-xavier
mv "$TMP/answers.tsv" $results/xavier/seed-1/answers.tsv
cp -p $results/xavier/seed-1/final.safetensors "$TMP/final"
touch $results/xavier/seed-1/final.safetensors
says "evaluate-xavier: $results/xavier/seed-1/losses.tsv is older than what it is made of" why TARGET=evaluate-xavier
touch -r "$TMP/final" $results/xavier/seed-1/final.safetensors
numerics=$(sed 's/.* numerics \(............\).*/\1/' $results/kaiming/seed-1/init.safetensors.key)
says "init-kaiming: arithmetic was $numerics..., is 0" \
    why TARGET=evaluate-kaiming NUMERICS=0
says "follow: evaluate-kaiming" why TARGET=evaluate-kaiming NUMERICS=0
says "figures: settings were seeds-1-zeros-1-2, are seeds-1-2-zeros-1-2" why TARGET=figure-5 SEEDS="1 2"
says "train-kaiming seed-2: data/runs/smoke/as-run/kaiming/seed-2/final.safetensors is missing" \
    why TARGET=figure-5 SEEDS="1 2"
says "cost: train-kaiming: unknown: no log here tells how fast carlini openblas trains" \
    why TARGET=train-kaiming GEMM=openblas
says "train-kaiming: gemm was exact, is openblas" why TARGET=train-kaiming GEMM=openblas
says "train-kaiming: as in $results/kaiming/seed-1" why TARGET=train-kaiming EPOCHS_resnet56=2
cp -p figures/style.gp "$TMP/style.gp"
touch figures/style.gp
says "figure-5: figures/build/smoke/as-run/figure-5.pdf is older than what it is made of" why TARGET=figure-5
touch -r "$TMP/style.gp" figures/style.gp
printf 'x' | dd of=data/sample/data_batch_3.bin bs=1 seek=100 conv=notrunc 2>/dev/null
says "    data/sample/data_batch_3.bin is not what pipeline/checksums/sample.sha256 says" why TARGET=train
refuses "trace: xavier/loss/2: the links named BROKEN do not hold" trace NUMBER=xavier/loss/2
grep -q '^BROKEN  images .*  data/sample$' "$TMP/output"
grep -q '^BROKEN  data .*  data/sample/data_batch_3.bin$' "$TMP/output"
git checkout -q data/sample
says "paper: nothing: up to date" why TARGET=paper
refuses "why: say what of" why
refuses "'nonsense'" why TARGET=nonsense

# trace: all holds; then each thing that is damaged is named, and nothing else.
names=(report table accuracy weights losses log start settings images data)
for number in kaiming/val resnet56-bs10/train; do
    run trace NUMBER=$number >"$TMP/output" || { cat "$TMP/output"; fail "$number does not hold"; }
    for name in "${names[@]}"; do
        grep -qE "^holds   $name +[0-9a-f]{64}  " "$TMP/output" || fail "$number: no link $name"
    done
done
says "xavier/loss/2,  track as-run, seed 1: $(grep '^2	' $results/xavier/seed-1/log.tsv | cut -f2)" \
    trace NUMBER=xavier/loss/2
broken() { # broken FILE "LINK..." NUMBER: with this file as it is now, these links are broken
    refuses "trace: $3: the links named BROKEN do not hold" trace NUMBER="$3"
    links=$(sed -n 's/^BROKEN *\([a-z]*\).*/\1/p' "$TMP/output" | tr '\n' ' ')
    [ "$links" = "$2 " ] || { cat "$TMP/output"; fail "$1: broken: $links"; }
    mv "$1.kept" "$1"
}
damage() { # damage FILE SED-SCRIPT
    cp -p "$1" "$1.kept"
    sed -i "$2" "$1"
    cmp -s "$1" "$1.kept" && fail "$1: nothing to damage"
    touch -r "$1.kept" "$1"
}
damage $results/kaiming/seed-1/accuracy.tsv 's/^test\t[0-9]*/test\t120/'
broken $results/kaiming/seed-1/accuracy.tsv "report table accuracy" kaiming/val
damage paper/build/smoke/as-run/table-1.tex 's/^Kaiming & 99/Kaiming \& 98/'
broken paper/build/smoke/as-run/table-1.tex "table" kaiming/train
damage $results/kaiming/seed-1/losses.tsv 's/^2\t[0-9.]*/2\t1.5/'
broken $results/kaiming/seed-1/losses.tsv "report losses" kaiming/loss/1
damage $results/xavier/seed-1/log.tsv 's/^# batch_size .*/# batch_size 64/'
broken $results/xavier/seed-1/log.tsv "log" xavier/val
for name in init final; do # the values of another run, whole in themselves
    cp -p $results/kaiming/seed-1/$name.safetensors{,.kept}
    cp -p $results/xavier/seed-1/$name.safetensors $results/kaiming/seed-1/
    links="report start"
    [ $name = init ] || links="report accuracy weights"
    broken $results/kaiming/seed-1/$name.safetensors "$links" kaiming/train
done
damage figures/build/smoke/as-run/kaiming.dat 's/^2 /2  /'
broken figures/build/smoke/as-run/kaiming.dat "report curve" kaiming/loss/2
refuses "README.md" trace NUMBER=kaiming/val ARCHIVE=README.md
grep -q '^BROKEN  archive ' "$TMP/output"
refuses "runs: all-ones" trace NUMBER=lenet/val
refuses "log.tsv has no such epoch" trace NUMBER=kaiming/loss/3
refuses "what is known is RUN/train" trace NUMBER=kaiming/speed
grep -qF "\"$(cut -d' ' -f1 pipeline/checksums/archive.sha256)\"" src/data/official.c

# crate
crate=paper/build/smoke/crate/ro-crate-metadata.json
check() { jq -r -f "$here/tests/pipeline/crate-check.jq" "$@"; }
quietly run crate AGENT="A. O'Nonymous"
cp $crate "$TMP/first"
check $crate >"$TMP/output"
[ ! -s "$TMP/output" ] || { cat "$TMP/output"; fail "the crate is not what it must be"; }
jq -r '."@graph"[] | select((."@type" | if type == "array" then .[0] else . end) == "File")
    | [.sha256, .contentSize, ."@id"] | @tsv' $crate >"$TMP/files"
[ "$(wc -l <"$TMP/files")" = $(($(find paper/build/smoke/crate -type f | wc -l) - 1)) ] \
    || fail "not all files of the crate are described"
while read -r sum size file; do
    file=paper/build/smoke/crate/$file
    [ "$(sha256sum <"$file" | cut -d' ' -f1) $(stat -c %s "$file")" = "$sum $size" ] || fail "$file: another"
done <"$TMP/files"
(cd paper/build/smoke/crate && sha256sum --check --strict --quiet "../manifest.sha256")
jq -e '."@graph"[] | select(."@id" == "#run-data/runs/smoke/as-run/kaiming/seed-1/final.safetensors")
    | (.description | test("^[^ ]*/train --weights .* --lr 1e-4 ")) and .startTime != null' $crate >/dev/null
jq -e '."@graph"[] | select(."@id" == "#agent") | .name == "A. O\u0027Nonymous"' $crate >/dev/null
TZ=Asia/Tokyo quietly run crate AGENT="A. O'Nonymous"
cmp $crate "$TMP/first"
# The check itself finds what is missing.
for lack in '."@graph"[1].license' '."@graph"[1].hasPart[3]' '."@context"[1]' \
    '(."@graph"[] | select(."@id" == "#agent"))' '(."@graph"[] | select(."@id" == "#run").endTime)' \
    '(."@graph"[] | select(."@id" == "Makefile")."@type"[2])' \
    '(."@graph"[] | select(."@id" == "LICENSE").sha256)'; do
    jq "del($lack)" $crate | check >"$TMP/output"
    [ -s "$TMP/output" ] || fail "the check does not miss $lack"
done

# Two that make the same at once, from tables to figures: both end well, with what one alone makes.
sum() { sha256sum figures/build/smoke/as-run/figure-5.pdf paper/build/smoke/as-run/table-1.tex; }
sum >"$TMP/alone"
touch figures/common.awk
run figure-5 table-1 >"$TMP/left" 2>&1 & left=$!
run figure-5 table-1 >"$TMP/right" 2>&1 & right=$!
wait $left || { cat "$TMP/left"; fail "the first of two fails"; }
wait $right || { cat "$TMP/right"; fail "the second of two fails"; }
sum | cmp - "$TMP/alone"
[ -z "$(find figures/build paper/build -name '*.partial' -o -name '*.parts')" ]
