# Rows of Tables 1 and 2: published accuracies, ours and the difference, in per cent.
#   awk -f figures/common.awk -f paper/accuracy.awk -v runs="R..." -v seeds="1 2" -v folder=RUNS/TRACK
#       -v published=data/published/accuracies.tsv
# Ours is the mean over the seeds; with several, the range follows. Whatever is missing or malformed
# is an error: a table has no blanks.

function read_published(    line, part, n)
{
    while ((getline line < published) > 0) {
        if (substr(line, 1, 1) == "#")
            continue
        n = split(line, part, "\t")
        if (n != 5 || part[2] !~ /^[01]\.?[0-9]*$/ || part[3] !~ /^[01]\.?[0-9]*$/)
            fail(published ": a broken line: " line)
        PRINTED[part[1], "train"] = 100 * part[2]
        PRINTED[part[1], "test"] = 100 * part[3]
    }
    close(published)
}

# Accuracy in per cent from "split correct examples fraction"; both rows must be there.
function read_ours(path, run,    line, part, rows)
{
    rows = 0
    while ((getline line < path) > 0) {
        rows++
        if (rows == 1 && line != "split\tcorrect\texamples\tfraction")
            fail(path ": another header")
        if (rows == 1)
            continue
        if (split(line, part, "\t") != 4 || part[1] != (rows == 2 ? "train" : "test") \
            || part[2] !~ /^[0-9]+$/ || part[3] !~ /^[1-9][0-9]*$/ || part[2] + 0 > part[3] + 0)
            fail(path ": a broken line: " line)
        add(run, part[1], 100 * part[2] / part[3])
    }
    close(path)
    if (rows != 3)
        fail(path ": missing, or not of a header and two rows")
}

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
    if (!((run, split_name) in PRINTED))
        fail(published ": nothing on " run)
    ours = SUM[run, split_name] / seed_count
    if (seed_count > 1)
        range = sprintf(" {\\scriptsize (%.2f--%.2f)}", LEAST[run, split_name],
            MOST[run, split_name])
    difference = sprintf("%+.2f", ours - PRINTED[run, split_name])
    return sprintf(" & %.2f & %.2f%s & $%s$", PRINTED[run, split_name], ours, range, difference)
}

BEGIN {
    SCRIPT = "accuracy.awk"
    read_published()
    run_count = split(runs, run, " ")
    seed_count = split(seeds, seed, " ")
    for (r = 1; r <= run_count; r++) {
        for (s = 1; s <= seed_count; s++)
            read_ours(folder "/" run[r] "/seed-" seed[s] "/accuracy.tsv", run[r])
        print run_title(run[r]) cells(run[r], "train") cells(run[r], "test") " \\\\"
    }
}
