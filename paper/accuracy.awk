# Rows of Tables 1 and 2: published accuracies, ours and the difference, in per cent.
#   awk -f figures/common.awk -f paper/results.awk -f paper/accuracy.awk -v runs="R..." -v seeds="1 2" -v folder=RUNS/TRACK
#       -v published=data/published/accuracies.tsv
# Ours is the mean over the seeds; with several, the range follows. Whatever is missing or malformed
# is an error: a table has no blanks.

function add(run, split_name, value)
{
    if (!((run, split_name) in SUM) || value < LEAST[run, split_name])
        LEAST[run, split_name] = value
    if (!((run, split_name) in SUM) || value > MOST[run, split_name])
        MOST[run, split_name] = value
    SUM[run, split_name] += value
}

function cells(run, split_name,    ours, range, difference)
{
    ours = SUM[run, split_name] / seed_count
    if (seed_count > 1)
        range = sprintf(" {\\scriptsize (%.2f--%.2f)}", LEAST[run, split_name],
            MOST[run, split_name])
    difference = sprintf("%+.2f", ours - printed_accuracy(run, split_name))
    return sprintf(" & %.2f & %.2f%s & $%s$", PRINTED[run, split_name], ours, range, difference)
}

BEGIN {
    SCRIPT = "accuracy.awk"
    read_printed(published)
    run_count = split(runs, run, " ")
    seed_count = split(seeds, seed, " ")
    for (r = 1; r <= run_count; r++) {
        for (s = 1; s <= seed_count; s++) {
            path = folder "/" run[r] "/seed-" seed[s] "/accuracy.tsv"
            read_accuracies(path)
            add(run[r], "train", ACCURACY[path, "train"])
            add(run[r], "test", ACCURACY[path, "test"])
        }
        print run_title(run[r]) cells(run[r], "train") cells(run[r], "test") " \\\\"
    }
}
