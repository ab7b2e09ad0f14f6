#!/bin/bash
# The smoke pipeline, from initial weights to accuracies, in a copy of the tree: its checksums are the
# golden ones, also when runs go side by side; what depends on anything is made anew when that
# changes, and only then; what is recorded of it is taken again only while it holds.
set -euo pipefail
. tests/support.sh

copy_tree "$TMP"
cp -a --parents "$BIN" "$TMP"
cd "$TMP"
runs=data/runs/smoke/as-run
run() { make --no-print-directory PROFILE=smoke BIN="$BIN" "$@"; }

run -j2 THREADS=1 verify evaluate >first 2>&1 || { cat first; exit 1; }
# What the user saw: what was to be trained, each training, and how each run ended.
grep -qx '9 runs to train' first
[ "$(grep -c '^  TRAIN   as-run/[a-z0-9-]*/seed-[12]$' first)" = 9 ]
[ "$(grep -c '^as-run/[a-z0-9-]*/seed-[12]: train [0-9.]* %, test [0-9.]* %, loss [0-9.e+]*, trained in 0:[0-9:]*$' first)" = 9 ]
if grep '.\{121\}' first; then echo "lines of more than 120 columns"; exit 1; fi
cmp <("$BIN/numerics-fingerprint" --folder fingerprint) pipeline/golden/numerics

# Transcripts are true, of each track and seed asked for; another setting of KEEP trains nothing anew.
run audit RUN=kaiming EPOCH=1 >audited
grep -qx 'true: the replay gives what the transcript says of epoch 1' audited
run status >told
grep -qE '^as-run +kaiming +1 +yes +2/2 +train 0\.[0-9]{5}  test 0\.[0-9]{5} *$' told
run status NUMERICS=0 >told
grep -qE '^as-run +kaiming +1 +yes +2/2 stale +-$' told
run audit RUN=resnet56-bs10 EPOCH=1 STEPS=36..36 >audited
grep -q "^state_sha256 after step 36      $(grep '^1' $runs/resnet56-bs10/seed-1/log.tsv | cut -f5)$" audited

expect() { # expect COUNT WHAT ARGUMENTS...: so many commands of the stages would run
    local count=$1 what=$2 got; shift 2
    run -n "$@" evaluate >plan 2>&1 || { echo "$what: make -n fails"; cat plan; exit 1; }
    got=$(grep -cE "^($BIN/(init-weights|train)|\{ printf) " plan || :)
    [ "$got" = "$count" ] || { echo "$what: $got commands would run, not $count"; cat plan; exit 1; }
}
expect 0 "nothing changed"
touch src/nn/adam.c pipeline/*.mk data/sample/*.bin
expect 0 "sources and data touched"
echo '/* a remark */' >>src/nn/adam.c
expect 0 "a source with a new remark"
expect 0 "another number of threads" THREADS=7
expect 0 "other checkpoints to keep" KEEP=every:2
expect 21 "another seed" SEEDS=2 # init, train, evaluate of seven runs: of all zeros there is seed 2
expect 27 "another learning rate" LEARNING_RATE=2e-4 # init, train, evaluate of nine runs
expect 6 "another number of epochs of the other network" EPOCHS_resnet56=2 # of two runs; seven are copied
expect 0 "the same rate in another spelling" LEARNING_RATE=0.0001
expect 9 "fewer test examples" TEST_EXAMPLES=100     # evaluate of nine runs
expect 27 "another arithmetic" NUMERICS=0

# A pixel changed, the time kept: the trainings begin anew, the initial weights stay.
cp -a data/sample/data_batch_1.bin kept
printf 'x' | dd of=data/sample/data_batch_1.bin bs=1 seek=100 conv=notrunc 2>/dev/null
touch -r kept data/sample/data_batch_1.bin
expect 18 "a changed data file"
if run train-xavier >changed 2>&1; then echo "trains on a changed sample"; exit 1; fi
grep -q 'data_batch_1\.bin' changed || { cat changed; exit 1; }
mv kept data/sample/data_batch_1.bin
expect 0 "the data file as it was"

# A log lost: its training is done again.
rm $runs/kaiming/seed-1/log.tsv
expect 2 "a lost log"
run verify >second 2>&1 || { cat second; exit 1; }
# Where a command failed there is no key that could be taken for that of what it was to make.
mv $runs/xavier/seed-1/answers.tsv kept && mkdir $runs/xavier/seed-1/answers.tsv
if run evaluate-xavier TEST_EXAMPLES=100 >failed 2>&1; then echo "puts answers where a folder is"; exit 1; fi
[ ! -e $runs/xavier/seed-1/accuracy.tsv.key ]
rmdir $runs/xavier/seed-1/answers.tsv && mv kept $runs/xavier/seed-1/answers.tsv
expect 2 "accuracies without a key" # and those of the training done again
run evaluate >second 2>&1 || { cat second; exit 1; }

# The record: kept, taken from there without training, and refused where it does not hold together.
run record RECORD=record >recorded 2>&1 || { cat recorded; exit 1; }
rm record/as-run/kaiming/seed-1/checked.tsv
run record RECORD=record >recorded 2>&1 || { cat recorded; exit 1; }
[ "$(grep -c ': already there$' recorded)" = 8 ] || { cat recorded; exit 1; }
from_record() {
    make --no-print-directory BIN="$BIN" PROFILE=recorded RECORD=record DATA=data/sample \
        TRAIN_EXAMPLES=360 TEST_EXAMPLES=120 EPOCHS_carlini=2 EPOCHS_resnet56=1 "$@" >recorded 2>&1
}
# What needs a run takes it from there itself.
from_record audit RUN=kaiming EPOCH=1 || { cat recorded; exit 1; }
grep -q "^true: " recorded
from_record trace NUMBER=xavier/val || { cat recorded; exit 1; }
from_record evaluate || { cat recorded; exit 1; }
if grep -q '^  TRAIN ' recorded; then echo "the record was trained again"; exit 1; fi
from=data/runs/recorded-train_examples-360-epochs_carlini-2-epochs_resnet56-1
(cd $from && sha256sum --check --quiet ../../../record/checksums.sha256)
cmp $runs/kaiming/seed-1/loss.dat $from/as-run/kaiming/seed-1/loss.dat
# What a crate says of that.
taken=$from/as-run/kaiming/seed-1 kept=record/as-run/kaiming/seed-1
printf '%s\n' $taken/final.safetensors $taken/accuracy.tsv $kept/log.tsv >files
from_record -ns --trace stale=FORCE evaluate-kaiming
awk -f pipeline/actions.awk -f pipeline/plan.awk -v bin="$BIN" files recorded | cut -f1-4 >actions
diff - actions <<TEXT
record	recorded.sh	$taken/final.safetensors	data/sample $kept/log.tsv
record	recorded.sh	$taken/accuracy.tsv	$taken/final.safetensors data/sample $kept/log.tsv
TEXT
from_record evaluate-kaiming TEST_EXAMPLES=60 && { echo "another number of test images is accepted"; exit 1; }
grep -qF "checked.tsv: is not of 60 test examples" recorded || { cat recorded; exit 1; }
from_record evaluate-kaiming || { cat recorded; exit 1; }
denied() { # denied FILE OLD NEW TEXT: with OLD changed to NEW in the record's FILE, make says TEXT
    cp -a "record/as-run/$1" kept
    sed -i "s/$2/$3/" "record/as-run/$1"
    if from_record evaluate; then echo "$1: $3 for $2 is accepted"; exit 1; fi
    grep -qF -- "recorded: record/as-run/$1: $4" recorded || { echo "$1: no '$4' in:"; cat recorded; exit 1; }
    mv kept "record/as-run/$1"
    from_record evaluate || { echo "not mended"; cat recorded; exit 1; }
}
denied kaiming/seed-1/final.safetensors kaiming Kaiming "not what record/checksums.sha256 says"
denied kaiming/seed-1/log.tsv '^1\t[0-9]' '1\t0' "not what record/checksums.sha256 says"
denied kaiming/seed-1/log.tsv '^# net carlini' '# net lenet' "loss-to-dat: "
denied kaiming/seed-1/accuracy.tsv '^test\t' 'test\t1' "not what record/checksums.sha256 says"
denied kaiming/seed-1/checked.tsv '^train\t' 'train\t1' "counted again: "

# A log that is lost is taken again; another record is looked at, though it lies with the times of the first.
rm $from/as-run/kaiming/seed-1/log.tsv
from_record evaluate || { echo "a lost log"; cat recorded; exit 1; }
cmp record/as-run/kaiming/seed-1/log.tsv $from/as-run/kaiming/seed-1/log.tsv
cp -a record other
sed -i 's/^1\t[0-9]/1\t0/' other/as-run/kaiming/seed-1/log.tsv
touch -r record/as-run/kaiming/seed-1/log.tsv other/as-run/kaiming/seed-1/log.tsv
if from_record evaluate RECORD=other; then echo "another record is not looked at"; exit 1; fi
grep -qF "recorded: other/as-run/kaiming/seed-1/log.tsv: not what other/checksums.sha256 says" recorded || { cat recorded; exit 1; }
from_record evaluate || { cat recorded; exit 1; }

# A record that has some runs of the second track: the report has these too, and all of the first.
run TRACKS=as-written evaluate-kaiming evaluate-xavier >written 2>&1 || { cat written; exit 1; }
run record TRACKS=as-written RECORD=record >written 2>&1 || { cat written; exit 1; }
from_record paper || { cat recorded; exit 1; }
if grep -q '^  TRAIN ' recorded; then echo "the record was trained again"; exit 1; fi
for float in figure-4:as-run figure-5:as-run,as-written figure-9:as-run table-1:as-run,as-written table-2:as-run; do
    grep -qF "tracks-${float%:*}\endcsname{${float#*:}}" paper/build/recorded/facts.tex || { echo "not $float"; exit 1; }
done
[ "$(wc -l <paper/build/recorded/as-written/table-1.tex)" = 2 ]
if from_record TRACKS=as-written evaluate; then echo "a first track that is not whole is accepted"; exit 1; fi
grep -qF "recorded: record has no as-written/" recorded || { cat recorded; exit 1; }
rm -r record/as-run/xavier $from/as-run/xavier
if from_record evaluate; then echo "a missing run is accepted"; exit 1; fi
grep -qF "recorded: record has no as-run/xavier/seed-1; train it" recorded || { cat recorded; exit 1; }

# Two seeds: tables with means and ranges.
run paper GEMM=openblas SEEDS="1 2" TRAIN_EXAMPLES=20 TEST_EXAMPLES=20 EPOCHS_carlini=1 >several 2>&1 \
    || { tail several; exit 1; }
if grep '.\{121\}' several recorded; then echo "lines of more than 120 columns"; exit 1; fi
for seed in 1 2; do grep -h '^test' data/runs/smoke-openblas-train_examples-20-epochs_carlini-1/as-run/kaiming/seed-$seed/accuracy.tsv; done | awk '
    { percent = 100 * $2 / $3; sum += percent }
    NR == 1 || percent < least { least = percent }
    NR == 1 || percent > most { most = percent }
    END { printf " & %.2f {\\scriptsize (%.2f--%.2f)} & ", sum / 2, least, most }' >cell
grep '^Kaiming &' paper/build/smoke-openblas/as-run/table-1.tex | grep -qF -- "$(cat cell)"
run verdicts GEMM=openblas SEEDS="1 2" TRAIN_EXAMPLES=20 TEST_EXAMPLES=20 EPOCHS_carlini=1 >several 2>&1
grep -A1 '^not judged  *All ones: validation accuracy (Table 1)$' several | grep -q '^  *published 10.00, as-run '

# Trainings that diverge: a report all the same, which says so, as status and the verdicts do.
diverging() { run GEMM=openblas LEARNING_RATE=1e10 TRAIN_EXAMPLES=20 TEST_EXAMPLES=20 ZEROS_SEEDS=1 "$@" >diverged 2>&1; }
diverging paper || { tail diverged; exit 1; }
grep -q "^TITLE1 = 'Kaiming (diverged in epoch [12])'" figures/build/smoke-openblas/as-run/figure-5.gp
grep -qF 'number-last-kaiming\endcsname{nan}' paper/build/smoke-openblas/facts.tex
diverging verdicts
grep -A1 '^not judged  *Kaiming: validation accuracy (Table 1)$' diverged | grep -q ', as-run diverged, '
diverging status
grep -qE '^as-run +kaiming .* diverged in epoch [12]$' diverged

# Goals beside clean are made one after the other, and runs stay.
make --no-print-directory -ns clean lint | grep -v '^set\|^:$' >cleaned
diff cleaned - <<'TEXT'
rm -rf bin figures/build paper/build tests/bench/results
tests/lint.sh
tests/analyse.sh
TEXT

# A damaged file is named.
printf 'x' | dd of=$runs/xavier/seed-1/final.safetensors bs=1 seek=4000000 conv=notrunc 2>/dev/null
if run verify >third 2>&1; then echo "verify accepts a damaged file"; exit 1; fi
grep -q 'xavier/seed-1/final\.safetensors' third || { cat third; exit 1; }

refused() { # refused TEXT ARGUMENTS...: make says TEXT and does nothing
    local text=$1; shift
    if make --no-print-directory BIN="$BIN" "$@" >fourth 2>&1; then echo "$*: accepted"; exit 1; fi
    grep -qF -- "$text" fourth || { echo "$*: no '$text' in:"; cat fourth; exit 1; }
}
refused "PROFIL: unknown setting" PROFIL=smoke evaluate
refused "PROFILE=fast must be one of full, recorded, quick, smoke" PROFILE=fast evaluate
for wrong in 0 361 1e2 "1 2"; do
    refused "TRAIN_EXAMPLES=$wrong is not a whole number from 1 to 360" PROFILE=smoke TRAIN_EXAMPLES="$wrong" train
done
refused "TEST_EXAMPLES=10001 is not a whole number from 1 to 10000" TEST_EXAMPLES=10001 evaluate
refused "EPOCHS_carlini=0 is not a whole number from 1 to 10000" EPOCHS_carlini=0 train
refused "THREADS=257 is not a whole number from 1 to 256" THREADS=257 train
for wrong in 0 -1e-4 nan 1e-4x 1e999; do
    refused "LEARNING_RATE=$wrong is not a number above 0" LEARNING_RATE="$wrong" train
done
refused "SEEDS=1 x is not a list" SEEDS="1 x" evaluate
refused "SEEDS=1 01 is not a list" SEEDS="1 01" evaluate
for tracks in as-if "as-run as-run"; do
    refused "TRACKS=$tracks must be as-run, as-written, or both" TRACKS="$tracks" evaluate
done
refused "PROFILE=full recorded must be one of" PROFILE="full recorded" evaluate
refused "KEEP=every must be all, every:N or last" KEEP=every train
refused "RUN=none must be one of all-ones" RUN=none EPOCH=1 audit
refused "EPOCH is missing" RUN=kaiming audit
refused "seed-7/log.tsv is missing" PROFILE=smoke SEEDS=7 RUN=kaiming EPOCH=1 audit
refused "seed-7/log.tsv: is missing" PROFILE=smoke SEEDS=7 NUMBER=kaiming/val trace
refused "what is known is RUN/train" PROFILE=smoke NUMBER=kaiming/loss/ trace
refused "has 2 epochs, and no epoch 3" PROFILE=smoke RUN=kaiming EPOCH=3 audit
refused "no golden checksums for PROFILE=quick" PROFILE=quick verify
refused "data/recorded is of PROFILE=full" PROFILE=smoke record
refused "data/recorded is of PROFILE=full" PROFILE=smoke RECORD=data/recorded/ record
refused "record: no run is finished" PROFILE=full record
refused "data/recorded has no run of as-written with seed 7" PROFILE=recorded TRACKS="as-run as-written" SEEDS=7 evaluate
refused "the record is of GEMM=exact" PROFILE=recorded GEMM=openblas evaluate
refused "not compared by checksum" PROFILE=smoke GEMM=openblas verify
