# What ties a run's files together, for those who check it (trace.sh, recorded.sh). Sourced, by bash, with
# these variables set:
#   BIN DATA EXAMPLES TEST_EXAMPLES EPOCHS LEARNING_RATE GEMM NUMERICS THREADS ACCURACY_HEAD
#                                                                 as make has them
#   track run net scheme bias batch loss plotted order seed        the run's row of experiments.tsv
#   here    the run's folder      log    its log      scratch    a folder for what is made again
# A check that fails says why.
# shellcheck shell=bash disable=SC2154

# Of a file; of a folder of images, the hash of those that a training takes.
hash_of() {
    if [ -d "$1" ]; then images | sha256sum | cut -d' ' -f1; fi
    if [ -f "$1" ]; then sha256sum <"$1" | cut -d' ' -f1; fi
}
images() {
    cat "$DATA"/data_batch_[1-5].bin | head -c $((EXAMPLES * 3073))
}

is_listed() { # is_listed FILE SUMS [NAME]: under its own name, or another
    grep -qFx "$(hash_of "$1")  ${3:-$(basename "$1")}" "$2" || { echo "not what $2 says"; false; }
}

# A column of the log's table, by its name: one row's, or the last one's.
logged() { # logged COLUMN [EPOCH]
    awk -F '\t' -v name="$1" -v epoch="${2-}" '
        /^#/ { next }
        !column { for (i = 1; i <= NF; i++) if ($i == name) column = i; next }
        epoch == "" || $1 == epoch { value = $column }
        END { print value }' "$log"
}
logged_pair() { awk -v key="$1" '/^# / && $2 == key { print $3 }' "$log"; }

# The row of a split in accuracy.tsv, or in another table like it.
counted() { # counted SPLIT [FILE]
    awk -v split_name="$1" '$1 == split_name' "${2:-$here/accuracy.tsv}"
}

values_of() { "$BIN/show-weights" --weights "$1" | sed -n 's/.*SHA-256 of the values //p'; }

recount() { # recount SPLIT [FILE]; what each label got is in $scratch/answers
    local row wanted
    wanted=$(counted "$@")
    row=$("$BIN/evaluate" --quiet --weights "$here/final.safetensors" --data "$DATA" --split "$1" \
        --examples "$(echo "$wanted" | cut -f3)" --threads "$THREADS" --gemm "$GEMM" \
        --answers "$scratch/answers") || return 1
    [ "$row" = "$wanted" ] || { echo "counted again: $(echo "$row" | cut -f2,3 | tr '\t' /)"; false; }
}

# Read by the strict reader, whole, and of the settings that this profile has.
log_agrees() {
    local pair
    "$BIN/loss-to-dat" --log "$log" --published "data/published/curves/$run.dat" \
        --out "$scratch/log.dat" || return 1
    [ "$(logged epoch)" = "$EPOCHS" ] || { echo "has $(logged epoch) of $EPOCHS epochs"; return 1; }
    for pair in "net $net" "examples $EXAMPLES" "batch_size $batch" "order $order" "loss $loss" \
        "plotted $plotted" "seed $seed" "arithmetic $GEMM"; do
        grep -qFx "# $pair" "$log" || { echo "is not of $pair"; return 1; }
    done
    pair=$(logged_pair numerics_sha256 | grep -xE '[0-9a-f]{64}')
    [ "${pair:-$NUMERICS}" = "$NUMERICS" ] || { echo "is not of this arithmetic, $NUMERICS"; return 1; }
    awk -v a="$(logged_pair learning_rate)" -v b="$LEARNING_RATE" 'BEGIN { exit a + 0 != b + 0 }' \
        || { echo "is not of learning rate $LEARNING_RATE"; return 1; }
}

# What losses.tsv is made of, out of the log.
losses() { awk -f pipeline/losses.awk "$log"; }

same_values() { # same_values FILE SHA256
    local values
    values=$(values_of "$1") && [ -n "$values" ] && [ "$values" = "$2" ]
}

remade() {
    same_values "$1" "$(logged_pair initial_weights_sha256)" \
        || { echo "not the weights that the log began with"; return 1; }
    "$BIN/init-weights" --net "$net" --scheme "$scheme" --bias "$bias" --track "$track" \
        --seed "$seed" --out "$scratch/init" && cmp -s "$scratch/init" "$1"
}
