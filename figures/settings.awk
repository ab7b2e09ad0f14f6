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
    set("OURS" i, examples == FULL ? unit : terms(path, examples))
    set("PUBLISHED" i, examples == FULL ? unit : terms(path, FULL))
    set("LABEL" i, (examples == FULL ? "total" : "mean") " training loss" \
        (examples == FULL && unit > 1 ? ", thousands" : ""))
}

function panel(i, run,    path)
{
    path = runs "/" track "/" run "/seed-" first "/log.tsv"
    read_log(path)
    if (i == 1) {
        examples = log_value(path, "examples")
        epochs = log_value(path, "epochs")
    } else if (examples != log_value(path, "examples") || epochs != log_value(path, "epochs"))
        fail(path ": not as many examples and epochs as " left)
    set("DAT" i, curves "/" track "/" run ".dat")
    # What cannot be drawn is said.
    set("TITLE" i, run_title(run) (LOG[path, "infinite"] == 0 ? "" \
        : " (ours not finite in " plural(LOG[path, "infinite"], "epoch") ")"))
    divisors(i, path)
    # Of the loss that takes the softmax twice no example's is less.
    set("FLOOR" i, log_value(path, "loss") != "cross-entropy-of-softmax" ? 0 \
        : loss_floor() * (examples == FULL ? FULL / 1000 : 1))
    # The all-ones curve falls through four powers of ten. What was read off a linear axis says nothing of those
    # below its error.
    set("SCALE" i, run == "all-ones" ? "log" : "linear")
    path = published "/" run ".dat"
    read_totals(path)
    set("READABLE" i, run == "all-ones" ? reading_error(path) : 0)
}

BEGIN {
    SCRIPT = "settings.awk"
    FULL = 50000
    count = split(seeds, seed, " ")
    first = seed[1]
    panel(1, left)
    panel(2, right)
    set("SEEDS", count)
    for (n = split(more, seed, " "); n > 0; n--)
        files = runs "/" track "/" left "/seed-" seed[n] "/loss.dat" (files == "" ? "" : " ") files
    set("MORE", files)
    set("MORE_SEEDS", listed(more))
    set("EPOCHS", epochs)
    set("SUBSET", examples == FULL ? 0 : 1)
    set("NOTE", sprintf("profile %s, track %s: %s, %s, seed%s %s%s", profile, track,
        plural(examples, "training example"), plural(epochs, "epoch"), count > 1 ? "s" : "",
        listed(seeds), examples == FULL ? "" : "; losses are means"))
}
