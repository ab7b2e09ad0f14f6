# The outcome, in Markdown for the README: how many claims are reproduced, the accuracies, the figure.
#   awk -f figures/common.awk -f paper/results.awk -f paper/outcome.awk -v runs="R..." -v tracks="T..." -v seed=1
#       -v zeros="1 2 3 4" -v folder=RUNS -v published=data/published/accuracies.tsv VERDICTS.tsv
# zeros: the seeds of all zeros as-run.

function ratio(claims)
{
    return HELD[claims] + 0 " of " COUNT[claims] + 0
}

# Whether the runs of a track reproduce a claim, by verdicts.awk's words.
function reproduces(track, claim)
{
    return VERDICT[claim] == "reproduced" || VERDICT[claim] == "reproduced only " track
}

# A cell: ours; as-run its difference from the published accuracy too; bold if the track does not reproduce it. The
# spaces are no-break spaces.
function cell(track, run, split_name,    path, difference, text)
{
    path = folder "/" track "/" run "/seed-" seed "/accuracy.tsv"
    read_accuracies(path)
    text = sprintf("%.2f", ACCURACY[path, split_name])
    if (track == "as-run") {
        difference = sprintf("%+.2f", ACCURACY[path, split_name] - printed_accuracy(run, split_name))
        sub(/^[-+]0\.00$/, "0.00", difference)
        sub(/^-/, "−", difference)
        text = text "\302\240(" difference ")"
    }
    return reproduces(track, run "-" (split_name == "test" ? "val" : "train")) ? text : "**" text "**"
}

function short_title(run,    title)
{
    title = run_title(run)
    sub(/batch size/, "batch", title)
    gsub(/ /, "\302\240", title)
    return title
}

function cells(run, split_name,    t, text)
{
    text = sprintf(" %.2f |", printed_accuracy(run, split_name))
    for (t = 1; t <= track_count; t++)
        text = text " " cell(track[t], run, split_name) " |"
    return text
}

BEGIN {
    SCRIPT = "outcome.awk"
    FS = "\t"
    read_printed(published)
    run_count = split(runs, run, " ")
    track_count = split(tracks, track, " ")
}
FNR > 1 {
    part = $12
    sub(/ .*/, "", part)
    VERDICT[$1] = $10
    TOTAL[$10]++
    if ($10 == "cannot be tested")
        next
    COUNT["all"]++
    COUNT[part]++
    HELD["all"] += reproduces("as-run", $1)
    HELD[part] += reproduces("as-run", $1)
    if (part == "accuracies" && split($9, test, " ") == 2 && test[1] == "within" && test[2] > widest)
        widest = test[2]
}
END {
    if ("not judged" in TOTAL || !("all" in COUNT))
        fail("these runs are not judged")
    print "<!-- outcome: written by make outcome PROFILE=recorded -->"
    print "**" ratio("all") " claims are reproduced** with the settings of the author's code (*as-run*): " \
        ratio("accuracies") " accuracies,"
    print ratio("claims") " statements about tables and figures, " ratio("theorems") " about the theorems, " \
        ratio("later") " added after the first results.\n"
    head = "| accuracy, % |"
    rule = "|---|"
    for (s = 1; s <= 2; s++) {
        head = head (s == 1 ? " training, published |" : " validation, published |")
        rule = rule "---:|"
        for (t = 1; t <= track_count; t++) {
            head = head " " track[t] " |"
            rule = rule "---:|"
        }
    }
    print head "\n" rule
    for (r = 1; r <= run_count; r++)
        print "| " short_title(run[r]) " |" cells(run[r], "train") cells(run[r], "test")
    n = split(zeros, more, " ")
    for (s = 1; s <= n; s++) {
        path = folder "/as-run/all-zeros/seed-" more[s] "/accuracy.tsv"
        read_accuracies(path)
        if (!learns(ACCURACY[path, "test"]))
            continue
        count++
        learning = learning (learning == "" ? "" : ", ") sprintf("%.2f %% with seed %s", ACCURACY[path, "test"], more[s])
    }
    print "\n![Figure 5 of the report: training loss of Kaiming and Xavier, published and ours](figures/outcome.svg)\n"
    print "Top: accuracy of all networks, published and ours; in brackets the difference, in percentage points. Bold: not reproduced."
    print "Bottom: Figure 5 of the report."
    print "*Reproduced* means that our runs, all of seed " seed ", pass the claim's test in [paper/claims.txt](paper/claims.txt);"
    print "for an accuracy: within " widest " percentage points of the published one."
    print "With the settings of the paper's text (*as-written*) " TOTAL["reproduced"] + 0 " of these claims hold too, " \
        TOTAL["reproduced only as-written"] + 0 " others only there; " TOTAL["cannot be tested"] + 0 " cannot be tested."
    print "All zeros learns with " count + 0 " of " n " seeds as-run" (learning == "" ? "" : " (validation accuracy " learning ")") "."
    print "<!-- end of outcome -->"
}
