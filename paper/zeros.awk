# How all zeros fares with each of several seeds: rows of a table, and how many learn, as macros.
#   awk -f figures/common.awk -f paper/results.awk -f paper/zeros.awk -v folders="RUN/seed-1 RUN/seed-2" -v published=data/published
# No folders: the report has no such table.

function row(name, losses, format, trained, validated, spread)
{
    return name " & " shown(TOTAL[losses, 1], format) " & " shown(TOTAL[losses, LAST[losses]], format) \
        sprintf(" & %.2f & %.2f & ", trained, validated) spread "\\\\\n"
}

function shown(number, format)
{
    return is_finite(number) ? sprintf(format, number) : number
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
    read_printed(published "/accuracies.tsv")
    curve = published "/curves/all-zeros.dat"
    read_totals(curve)
    for (i = 1; i <= count; i++) {
        counts = run[i] "/accuracy.tsv"
        log_file = run[i] "/log.tsv"
        answers = run[i] "/answers.tsv"
        read_accuracies(counts)
        read_totals(log_file)
        read_answers(answers)
        trained = ACCURACY[counts, "train"]
        if (learns(ACCURACY[counts, "test"])) {
            least = learning == 0 || trained < least ? trained : least
            most = learning == 0 || trained > most ? trained : most
            learning++
        }
        seed = run[i]
        sub(/.*seed-/, "", seed)
        rows = rows row(seed, log_file, "%.2f", trained, ACCURACY[counts, "test"], \
            SPREAD[answers] == "0" ? "none" : shown(SPREAD[answers], "%.2g"))
    }
    rows = rows row("published", curve, "%.3g", printed_accuracy("all-zeros", "train"), printed_accuracy("all-zeros", "test"), "--")
    macro("zerosrows", rows)
    macro("zeroscount", in_words(count))
    condition("zeroslearned", learning > 0)
    if (learning > 0)
        macro("zerosrange", sprintf("%.1f", least) (most > least ? sprintf(" to %.1f", most) : ""))
    macro("zerospublished", sprintf("%.2f", printed_accuracy("all-zeros", "train")))
    macro("zeroslearners", in_words(learning))
    macro("zeroslearn", in_words(learning) (learning < 2 ? " learns" : " learn"))
}
