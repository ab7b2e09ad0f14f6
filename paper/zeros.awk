# How all zeros fares with each of several seeds: rows of a table, and how many learn, as macros.
#   awk -f figures/common.awk -f paper/zeros.awk -v folders="RUN/seed-1 RUN/seed-2" -v published=data/published
# No folders: the report has no such table.

function losses(path, between,    line, part, first, last)
{
    while ((getline line < path) > 0) {
        if (line !~ /^[1-9]/)
            continue
        split(line, part, between)
        if (first == "")
            first = part[2]
        last = part[2]
    }
    close(path)
    if (last == "")
        fail(path ": no loss")
    return sprintf("%.2f & %.2f", first, last)
}

# A split's accuracy in per cent.
function accuracy(path, split_name,    line, part, value)
{
    while ((getline line < path) > 0) {
        if (split(line, part, "\t") == 4 && part[1] == split_name && part[3] > 0)
            value = 100 * part[2] / part[3]
    }
    close(path)
    return value == "" ? fail(path ": no row " split_name) : value
}

# The greatest difference that the image makes to any of the ten outputs.
function spread(path,    line, part, most, rows)
{
    while ((getline line < path) > 0) {
        if (split(line, part, "\t") != 4 || part[1] !~ /^[0-9]$/)
            continue
        rows++
        if (part[4] - part[3] > most)
            most = part[4] - part[3]
    }
    close(path)
    if (rows != 10)
        fail(path ": not of ten labels")
    return most == 0 ? "none" : sprintf("%.2g", most)
}

function read_published(    path, line, part)
{
    path = published "/accuracies.tsv"
    while ((getline line < path) > 0) {
        if (split(line, part, "\t") == 5 && part[1] == "all-zeros") {
            PRINTED["train"] = sprintf("%.2f", 100 * part[2])
            PRINTED["test"] = sprintf("%.2f", 100 * part[3])
        }
    }
    close(path)
    if (!("train" in PRINTED))
        fail(path ": nothing on all-zeros")
}

function in_words(number)
{
    split("none one two three four five six seven eight nine ten", WORD, " ")
    return number < 11 ? WORD[number + 1] : number
}

BEGIN {
    SCRIPT = "zeros.awk"
    count = split(folders, run, " ")
    condition("zeros", count > 0)
    read_published()
    for (i = 1; i <= count; i++) {
        validated = accuracy(run[i] "/accuracy.tsv", "test")
        trained = accuracy(run[i] "/accuracy.tsv", "train")
        if (learns(validated)) {
            least = learning == 0 || trained < least ? trained : least
            most = learning == 0 || trained > most ? trained : most
            learning++
        }
        seed = run[i]
        sub(/.*seed-/, "", seed)
        rows = rows seed " & " losses(run[i] "/log.tsv", "\t") " & " \
            sprintf("%.2f & %.2f", trained, validated) " & " \
            spread(run[i] "/answers.tsv") "\\\\\n"
    }
    rows = rows "published & " losses(published "/curves/all-zeros.dat", " ") " & " PRINTED["train"] " & " PRINTED["test"] " & --\\\\\n"
    macro("zerosrows", rows)
    macro("zeroscount", in_words(count))
    condition("zeroslearned", learning > 0)
    if (learning > 0)
        macro("zerosrange", sprintf("%.1f", least) (most > least ? sprintf(" to %.1f", most) : ""))
    macro("zerospublished", PRINTED["train"])
    macro("zeroslearners", in_words(learning))
    macro("zeroslearn", in_words(learning) (learning < 2 ? " learns" : " learn"))
}
