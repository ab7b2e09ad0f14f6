# Macros and rows on speed and cost, from a recorded benchmark.
#   awk -f figures/common.awk -f figures/rounds.awk -f paper/speed.awk -v best=GFLOPS -v threads=N
#       -v experiments=pipeline/experiments.tsv data/recorded/speed/rounds.tsv
# Hours are what the as-run experiments' epochs would take at the measured rates.

function speed(key, who,    value)
{
    value = median(key, who SUBSEP threads)
    return value > 0 ? value : fail("no rate of " who " on " key)
}

function hours(who,    line, part, key, sum)
{
    while ((getline line < experiments) > 0) {
        if (split(line, part, "\t") != 9 || part[1] != "as-run")
            continue
        key = part[3] SUBSEP part[6]
        sum += EPOCHS * 50000 / speed(key, who == "ours" ? who : better_layout(key, threads)) / 3600
    }
    close(experiments)
    return sum
}

END {
    SCRIPT = "speed.awk"
    EPOCHS = 50
    for (k = 1; k <= key_count; k++) {
        split(keys[k], part, SUBSEP)
        ours = speed(keys[k], "ours")
        theirs = speed(keys[k], better_layout(keys[k], threads))
        rows = rows (part[1] == "carlini" ? "Carlini" : "ResNet56") " & " part[2] " & " \
            sprintf("%.0f & %.0f & %.2f & %.0f & %.1f & %d", median(keys[k], "ours" SUBSEP 1), ours,
            ours / median(keys[k], "ours" SUBSEP 1), theirs, ours / theirs,
            rss[keys[k], "ours" SUBSEP threads]) "\\\\"
    }
    print "\\newcommand*{\\speedrows}{" rows "}"
    print "\\newcommand*{\\speedpeak}{" sprintf("%.0f", best) "}"
    print "\\newcommand*{\\speedthreads}{" threads "}"
    ours = hours("ours")
    theirs = hours("theirs")
    print "\\newcommand*{\\hoursours}{" sprintf("%.1f", ours) "}"
    print "\\newcommand*{\\hourstheirs}{" sprintf("%.1f", theirs) "}"
    print "\\newcommand*{\\energyours}{" sprintf("%.2f", ours * threads * 10 / 1000) "}"
    print "\\newcommand*{\\energytheirs}{" sprintf("%.2f", theirs * threads * 10 / 1000) "}"
}
