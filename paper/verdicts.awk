# Judges the paper's claims: a line of tab-separated fields for each, after a header.
#   awk -f figures/common.awk -f paper/results.awk -f paper/verdicts.awk -f FORMULAS -v claims=paper/claims.txt
#       -v runs="T/R..." -v seeds="1 2" -v folder=RUNS -v published=data/published
#       -v zeros="1 2 3 4" -v bounds=BOUNDS.tsv -v whole=1
# FORMULAS is what formulas.awk makes of the claims. whole=0: these runs are not as long, or not on as many
# examples, as the published ones, and nothing is judged. zeros: of which seeds there is all zeros as-run.
#
# A claim is held against the mean of its value over the seeds, track by track. A track that has not all the runs
# that the claim is about is left out.
#     reproduced             as the code ran, and also as the text has it if that was trained
#     reproduced only as-run, reproduced only as-written
#     not reproduced         also where a run diverged
#     cannot be tested       for the reason that the claim gives
#     not judged             whole=0

# What a formula may ask. Where something is missing the answer is 0 and the claim is not worked out.
function train(run) { return accuracy(run, "train") }
function val(run) { return accuracy(run, "test") }
# How many labels a run answers at all.
function labels(run)
{
    if (SOURCE == "published")
        MISSING = 1
    else if (is_usable(run))
        return LABELS[results(run) "/answers.tsv"]
}

# Whether SOURCE has no finite loss at the end of the run, or logits that are not finite: then its predictions are void.
function diverged(run)
{
    return SOURCE != "published" && is_trained(run) \
        && (DIVERGED[results(run) "/log.tsv"] || !is_finite(SPREAD[results(run) "/answers.tsv"]))
}

# Of the seeds of all zeros that learn: "count"; "most", the greatest accuracy; or the mean of "train", "val",
# "loss", the last, or "jagged" or "bends", of epochs 1 to 10.
function zeros_learning(what,    asked, track, n, source, i, count, sum, most)
{
    asked = track = SOURCE
    sub(/\/.*/, "", track)
    n = split(track == "published" ? "" : track == "as-run" ? zeros : seeds, source, " ")
    for (i = 1; i <= n; i++)
        source[i] = track "/" source[i]
    if (track == "published")
        source[n = 1] = track
    for (i = 1; i <= n; i++) {
        SOURCE = source[i]
        if (diverged("all-zeros") || !learns(val("all-zeros")))
            continue
        count++
        if (what == "train") sum += train("all-zeros")
        if (what == "val") sum += val("all-zeros")
        if (what == "loss") sum += loss("all-zeros", last())
        if (what == "jagged") sum += jagged("all-zeros", 1, 10)
        if (what == "bends") sum += bends("all-zeros", 1, 10)
        most = max(most, max(train("all-zeros"), val("all-zeros")))
    }
    SOURCE = asked
    if (what == "most")
        return most + 0
    return what == "count" ? count + 0 : over(sum, count)
}

# The greatest ratio of what a theorem bounds to its bound (sgd-demo's verdicts). The paper has no such
# numbers.
function bound(theorem)
{
    if (SOURCE == "published")
        MISSING = 1
    return theorem in BOUND ? BOUND[theorem] : fail(bounds ": nothing on theorem " theorem)
}
function loss(run, epoch,    path)
{
    path = SOURCE == "published" ? curve(run) : results(run) "/log.tsv"
    if (SOURCE != "published" && !is_trained(run))
        return 0
    UNUSABLE = UNUSABLE || diverged(run)
    READ_OFF = READ_OFF || SOURCE == "published"
    # No number: a missing or non-finite loss, and a published one below the reading error.
    if (!((path, epoch) in TOTAL) || !is_finite(TOTAL[path, epoch]) || (SOURCE == "published" && TOTAL[path, epoch] < ERROR[run]))
        MISSING = 1
    return TOTAL[path, epoch] + 0
}
function last() { return EPOCHS[SOURCE] }

# Of a batch: the plotted loss of a Carlini run by its number of batches.
function mean_loss(run, epoch)
{
    return over(loss(run, epoch), batches(SOURCE == "published" ? 50000 \
        : EXAMPLES[results(run) "/accuracy.tsv", "train"], run ~ /bs300$/ ? 300 : run ~ /bs10$/ ? 10 : 128))
}

# The first epoch by which `share` of the fall from the first loss to the lowest is done.
function flat(run, share,    k, lowest)
{
    lowest = loss(run, 1)
    for (k = 2; k <= last(); k++)
        lowest = min(lowest, loss(run, k))
    for (k = 1; k < last() && loss(run, 1) - loss(run, k) < share * (loss(run, 1) - lowest); k++)
        ;
    return k
}

# How far a loss lies above the middle of its neighbours.
function above_middle(run, k)
{
    return loss(run, k) - (loss(run, k - 1) + loss(run, k + 1)) / 2
}

# The mean distance from the middle over epochs from..to, by the fall from the first loss to the last; of a curve that does not fall by a hundredth there is none.
function jagged(run, from, to,    k, n, sum, fall)
{
    fall = loss(run, 1) - loss(run, last())
    if (fall < 0.01 * loss(run, 1)) {
        MISSING = 1
        return 0
    }
    from = max(from, 2)
    to = min(to, last() - 1)
    for (k = from; k <= to; k++) {
        sum += abs(above_middle(run, k))
        n++
    }
    return over(sum, n * fall)
}

# The share of epochs from..to whose loss lies above the middle of its neighbours: 0 of a convex curve.
function bends(run, from, to,    k, n, count)
{
    from = max(from, 2)
    to = min(to, last() - 1)
    for (k = from; k <= to; k++) {
        count += above_middle(run, k) > 0
        n++
    }
    return over(count, n)
}

function min(a, b) { return a < b ? a : b }
function max(a, b) { return a > b ? a : b }
function abs(a) { return a < 0 ? -a : a }
function over(a, b)
{
    if (b != 0)
        return a / b
    MISSING = 1
    return 0
}

function accuracy(run, split_name)
{
    if (SOURCE == "published")
        return printed_accuracy(run, split_name)
    return is_usable(run) ? ACCURACY[results(run) "/accuracy.tsv", split_name] : 0
}

# Whether SOURCE has this run and it did not diverge.
function is_usable(run)
{
    if (diverged(run))
        MISSING = UNUSABLE = 1
    return is_trained(run) && !diverged(run)
}

# Whether SOURCE has this run at all.
function is_trained(run)
{
    if (!((SOURCE, run) in TRAINED))
        MISSING = UNTRAINED = 1
    return (SOURCE, run) in TRAINED
}

# SOURCE is "published" or TRACK/SEED.
function results(run,    part)
{
    split(SOURCE, part, "/")
    return folder "/" part[1] "/" run "/seed-" part[2]
}

function curve(run) { return published "/curves/" run ".dat" }

function read_published(    run)
{
    read_printed(published "/accuracies.tsv")
    for (run in RUN) {
        read_totals(curve(run))
        ERROR[run] = reading_error(curve(run))
        shorten("published", curve(run))
    }
}

function read_run(source, run,    path)
{
    SOURCE = source
    TRAINED[source, run]
    path = results(run)
    read_accuracies(path "/accuracy.tsv")
    read_answers(path "/answers.tsv")
    read_totals(path "/log.tsv")
    shorten(source, path "/log.tsv")
}

# EPOCHS[source]: of its shortest run.
function shorten(source, path)
{
    if (!(source in EPOCHS) || LAST[path] < EPOCHS[source])
        EPOCHS[source] = LAST[path]
}

function read_bounds(    line, part)
{
    while ((getline line < bounds) > 0) {
        if (split(line, part, "\t") == 3 && part[1] != "theorem")
            BOUND[part[1]] = max(BOUND[part[1]], part[3] + 0)
    }
    close(bounds)
}

function read_claims(    line, key, text, title)
{
    while ((getline line < claims) > 0) {
        if (line ~ /^(#.*)?$/)
            continue
        if (line ~ /^part /) {
            title = line
            sub(/^part +/, "", title)
            continue
        }
        if (line ~ /^ /) {
            CLAIM[count, key] = CLAIM[count, key] line
            continue
        }
        key = text = line
        sub(/ .*/, "", key)
        sub(/^[a-z]+ +/, "", text)
        if (key == "claim")
            CLAIM[++count, "part"] = title
        if (key !~ /^(claim|says|where|value|unit|test|why)$/ || count == 0)
            fail(claims ": a broken line: " line)
        CLAIM[count, key] = text
    }
    close(claims)
    if (count == 0)
        fail(claims ": no claim")
}

# Works the claim's value out; "" where something is missing, UNTRAINED if that is a whole run, UNUSABLE if a run
# diverged.
function evaluate(c, source,    value)
{
    SOURCE = source
    MISSING = UNTRAINED = UNUSABLE = READ_OFF = 0
    value = formula(CLAIM[c, "claim"])
    return MISSING ? "" : value
}

function holds(value, test, printed,    part)
{
    if (value == "")
        return 0
    split(test, part, " ")
    if (part[1] == "within" && printed == "")
        fail(claims ": within " part[2] " of what was not published")
    if (part[1] == "within")
        return abs(value - printed) <= part[2] + 1e-9
    if (part[1] == "<") return value < part[2]
    if (part[1] == "<=") return value <= part[2]
    if (part[1] == ">") return value > part[2]
    if (part[1] == ">=") return value >= part[2]
    if (part[1] == "=") return abs(value - part[2]) < 1e-9
    fail(claims ": a test that is none: " test)
}

# Of one track: its mean, range and number of seeds in OURS, whether the mean passes in PASSES, and whether it can
# be asked at all in JUDGED.
function judge(c, track, printed,    s, value, sum, least, most)
{
    JUDGED[track] = 1
    for (s = 1; s <= seed_count; s++) {
        value = evaluate(c, track "/" seed[s])
        if (value == "") {
            OURS[track] = UNUSABLE ? "diverged" : "-"
            JUDGED[track] = !UNTRAINED
            return PASSES[track] = 0
        }
        sum += value
        least = s == 1 ? value : min(least, value)
        most = s == 1 ? value : max(most, value)
    }
    OURS[track] = shown(sum / seed_count, CLAIM[c, "unit"])
    if (seed_count > 1)
        OURS[track] = OURS[track] " (" shown(least, CLAIM[c, "unit"]) " to " shown(most, CLAIM[c, "unit"]) ")"
    return PASSES[track] = holds(sum / seed_count, CLAIM[c, "test"], printed)
}

# Two places where that says enough, three digits where it does not; a count as it is. A published curve, read off
# an image, is known to about three digits.
function shown(value, unit, read_off)
{
    if (value == "")
        return "-"
    if (unit ~ /^(epochs|labels|seeds)/ && value == int(value))
        return value ""
    if (read_off && abs(value) >= 10)
        return sprintf("%.3g", value)
    return value != 0 && (abs(value) < 0.1 || abs(value) >= 1e6) ? sprintf("%.3g", value) \
        : sprintf("%.2f", value)
}

function verdict(c,    t, passed, judged)
{
    if (CLAIM[c, "test"] == "none")
        return "cannot be tested"
    if (!whole)
        return "not judged"
    for (t = 1; t <= track_count; t++) {
        passed += PASSES[track[t]]
        judged += JUDGED[track[t]]
    }
    if (judged == 0)
        return "not judged"
    if (passed == judged)
        return "reproduced"
    if (passed == 0)
        return "not reproduced"
    return "reproduced only " (PASSES["as-run"] ? "as-run" : "as-written")
}

BEGIN {
    SCRIPT = "verdicts.awk"
    seed_count = split(seeds, seed, " ")
    read_published()
    read_bounds()
    n = split(runs, run, " ")
    for (r = 1; r <= n; r++) {
        split(run[r], part, "/")
        if (!(part[1] in PASSES))
            track[++track_count] = part[1]
        PASSES[part[1]] = 0
        for (s = 1; s <= seed_count; s++)
            read_run(part[1] "/" seed[s], part[2])
    }
    more_count = "as-run" in PASSES ? split(zeros, more, " ") : 0
    for (s = 1; s <= more_count; s++)
        read_run("as-run/" more[s], "all-zeros")
    read_claims()
    print "claim\tsays\twhere\tpublished\tpasses\tours as-run\tours as-written\tunit\ttest\tverdict\twhy\tpart"
    for (c = 1; c <= count; c++) {
        OURS["as-run"] = OURS["as-written"] = "-"
        printed = ""
        if (CLAIM[c, "test"] != "none") {
            printed = evaluate(c, "published")
            read_off = READ_OFF
            for (t = 1; t <= track_count; t++)
                judge(c, track[t], printed)
        }
        print CLAIM[c, "claim"] "\t" CLAIM[c, "says"] "\t" CLAIM[c, "where"] "\t" shown(printed, CLAIM[c, "unit"], read_off) "\t" \
            (printed == "" ? "-" : holds(printed, CLAIM[c, "test"], printed) ? "yes" : "no") "\t" OURS["as-run"] "\t" OURS["as-written"] "\t" CLAIM[c, "unit"] "\t" CLAIM[c, "test"] "\t" \
            verdict(c) "\t" CLAIM[c, "why"] "\t" CLAIM[c, "part"]
    }
}
