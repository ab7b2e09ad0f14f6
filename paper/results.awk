# Readers of results, shared by the awk scripts of the paper. Whatever is missing or malformed is an error.

# accuracy.tsv: ACCURACY[path, split] in per cent and EXAMPLES[path, split], split "train" or "test".
function read_accuracies(path,    line, part, rows)
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
        ACCURACY[path, part[1]] = 100 * part[2] / part[3]
        EXAMPLES[path, part[1]] = part[3]
    }
    close(path)
    if (rows != 3)
        fail(path ": missing, or not of a header and two rows")
}

# accuracies.tsv, what the paper printed, in per cent: PRINTED[run, split]; what the author's log has of the
# training examples: LOGGED[run]; and the runs: RUN[run].
function read_printed(path,    line, part)
{
    while ((getline line < path) > 0) {
        if (substr(line, 1, 1) == "#")
            continue
        if (split(line, part, "\t") != 5 || part[2] !~ /^[01]\.?[0-9]*$/ || part[3] !~ /^[01]\.?[0-9]*$/)
            fail(path ": a broken line: " line)
        RUN[part[1]]
        PRINTED[part[1], "train"] = 100 * part[2]
        PRINTED[part[1], "test"] = 100 * part[3]
        LOGGED[part[1]] = 100 * part[4]
    }
    close(path)
}

function printed_accuracy(run, split_name)
{
    return (run, split_name) in PRINTED ? PRINTED[run, split_name] : fail("nothing printed on " run)
}

# A log, or a digitised curve: TOTAL[path, epoch], as written; LAST[path], the last epoch; and DIVERGED[path], the epoch
# from which on no loss is finite, or 0.
function read_totals(path,    line, part)
{
    DIVERGED[path] = 0
    while ((getline line < path) > 0) {
        if (line !~ /^[1-9]/)
            continue
        split(line, part, /[ \t]/)
        TOTAL[path, part[1]] = part[2]
        LAST[path] = part[1]
        DIVERGED[path] = is_finite(part[2]) ? 0 : DIVERGED[path] ? DIVERGED[path] : part[1]
    }
    close(path)
    if (!(path in LAST))
        fail(path ": no loss")
}

# What was read off an image is good to a hundredth of its axis, of a curve that was read by read_totals.
function reading_error(path,    k, most)
{
    for (k = 1; k <= LAST[path]; k++)
        if (TOTAL[path, k] + 0 > most)
            most = TOTAL[path, k] + 0
    return most / 100
}

# answers.tsv: LABELS[path], how many labels are answered at all; the range of all logits, LEAST[path] and
# GREATEST[path]; and SPREAD[path], the most that any label's logit differs by between images. These three are nan
# if a logit is not finite.
function read_answers(path,    line, part, rows, finite)
{
    LABELS[path] = SPREAD[path] = rows = 0
    while ((getline line < path) > 0) {
        if (split(line, part, "\t") != 4 || part[1] !~ /^[0-9]$/)
            continue
        rows++
        LABELS[path] += part[2] > 0
        finite += is_finite(part[3] part[4])
        if (rows == 1 || part[3] + 0 < LEAST[path])
            LEAST[path] = part[3] + 0
        if (rows == 1 || part[4] + 0 > GREATEST[path])
            GREATEST[path] = part[4] + 0
        if (part[4] - part[3] > SPREAD[path])
            SPREAD[path] = part[4] - part[3]
    }
    close(path)
    if (rows == 0)
        fail(path ": missing, or without a label")
    if (finite < rows)
        LEAST[path] = GREATEST[path] = SPREAD[path] = "nan"
}
