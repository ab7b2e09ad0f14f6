# Settings of one loss figure, as gnuplot assignments (see losses.gp).
#   awk -f figures/common.awk -f paper/results.awk -f figures/settings.awk -v profile=P -v track=T -v seeds="1 2"
#       -v left=RUN -v right=RUN -v more="3 4" -v runs=FOLDER_OF_RUNS -v curves=FOLDER_OF_TABLES
#       -v published=data/published/curves
# Everything about the training is taken from the log of the first seed. more: seeds of the left run that
# are drawn curve by curve.

function quote(text)
{
    return "'" text "'"
}

function set(name, value)
{
    print name " = " quote(value)
}

# What the losses are divided by and what the axis then says. Of a part of the data, totals cannot be
# compared: each curve is divided by the number of its terms. Else totals, as in the paper; those of
# examples are many thousands.
function divisors(i, path,    unit)
{
    unit = log_value(path, "plotted") == "examples" ? 1000 : 1
    set("OURS" i, ours = examples == FULL ? unit : terms(path, examples))
    set("PUBLISHED" i, theirs = examples == FULL ? unit : terms(path, FULL))
    set("LABEL" i, (examples == FULL ? "total" : "mean") " training loss" \
        (examples == FULL && unit > 1 ? ", thousands" : ""))
}

# Of this many logs, the earliest epoch from which on a loss is not finite, or 0.
function divergence(logs, n,    i, earliest)
{
    for (i = 1; i <= n; i++)
        if (DIVERGED[logs[i]] && (!earliest || DIVERGED[logs[i]] + 0 < earliest))
            earliest = DIVERGED[logs[i]] + 0
    return earliest + 0
}

# Whether there is an epoch whose loss is finite in all of this many logs.
function has_points(logs, n,    i, k)
{
    for (k = 1; k <= epochs; k++) {
        for (i = 1; i <= n && is_finite(TOTAL[logs[i], k]); i++)
            ;
        if (i > n)
            return 1
    }
    return 0
}

# The greatest finite loss of this many logs.
function greatest_loss(logs, n,    i, k, greatest)
{
    for (i = 1; i <= n; i++)
        for (k = 1; k <= LAST[logs[i]]; k++)
            if (is_finite(TOTAL[logs[i], k]) && TOTAL[logs[i], k] + 0 > greatest + 0)
                greatest = TOTAL[logs[i], k]
    return greatest + 0
}

function log_of(run, of_seed)
{
    return runs "/" track "/" run "/seed-" of_seed "/log.tsv"
}

function panel(i, run,    path, logs, n, single, curve)
{
    path = log_of(run, first)
    read_log(path)
    if (i == 1) {
        examples = log_value(path, "examples")
        epochs = log_value(path, "epochs")
    } else if (examples != log_value(path, "examples") || epochs != log_value(path, "epochs"))
        fail(path ": not as many examples and epochs as " left)
    set("DAT" i, curves "/" track "/" run ".dat")
    for (n = 1; n <= count; n++)
        read_totals(logs[n] = log_of(run, seed[n]))
    set("DRAWN" i, has_points(logs, count))
    # Further seeds with a curve each: those that have a point.
    n = count
    for (s = 1; i == 1 && s <= more_count; s++) {
        read_totals(logs[++n] = single[1] = log_of(run, more_seed[s]))
        if (has_points(single, 1)) {
            files = files (files == "" ? "" : " ") runs "/" track "/" run "/seed-" more_seed[s] "/loss.dat"
            drawn = drawn " " more_seed[s]
        }
    }
    # What cannot be drawn is said.
    set("TITLE" i, run_title(run) (!divergence(logs, n) ? "" \
        : " (diverged in epoch " divergence(logs, n) ")"))
    divisors(i, path)
    # Of the loss that takes the softmax twice no example's is less.
    set("FLOOR" i, log_value(path, "loss") != "cross-entropy-of-softmax" ? 0 \
        : loss_floor() * (examples == FULL ? FULL / 1000 : 1))
    # The all-ones curve falls through four powers of ten, and a loss that grows without bound dwarfs the published one.
    # What was read off a linear axis says nothing of those below its error.
    curve[1] = path = published "/" run ".dat"
    read_totals(path)
    set("SCALE" i, run == "all-ones" \
        || greatest_loss(logs, n) / ours > 1000 * greatest_loss(curve, 1) / theirs ? "log" : "linear")
    set("READABLE" i, run == "all-ones" ? reading_error(path) : 0)
}

BEGIN {
    SCRIPT = "settings.awk"
    FULL = 50000
    count = split(seeds, seed, " ")
    more_count = split(more, more_seed, " ")
    first = seed[1]
    panel(1, left)
    panel(2, right)
    set("SEEDS", count)
    set("MORE", files)
    set("MORE_SEEDS", listed(drawn))
    set("EPOCHS", epochs)
    set("SUBSET", examples == FULL ? 0 : 1)
    set("NOTE", sprintf("profile %s, track %s: %s, %s, seed%s %s%s", profile, track,
        plural(examples, "training example"), plural(epochs, "epoch"), count > 1 ? "s" : "",
        listed(seeds), examples == FULL ? "" : "; losses are means"))
}
