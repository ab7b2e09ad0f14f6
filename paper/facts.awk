# Every number and name in the paper's text that the pipeline decides, as LaTeX macros.
#   awk -f figures/common.awk -f paper/results.awk -f paper/facts.awk -v profile=P -v tracks="T..." -v seeds="1 2"
#       -v runs="R..." -v folder=RUNS -v command=C -v overrides="NAME=value..." -v commit=C
#       -v version=V -v chain=CHAIN.dat -v networks=NETWORKS.txt -v published=ACCURACIES.tsv
#       -v curves=data/published/curves -v whole=1
# whole=1: trained as the published runs were.

# 0.0001 -> 10^{-4}, 0.0003 -> 3\cdot10^{-4}; to so many decimals, 14 unless told.
function scientific(number, decimals,    part)
{
    split(sprintf("%." (decimals == "" ? 14 : decimals) "e", number), part, "e")
    sub(/\.?0+$/, "", part[1])
    return (part[1] == 1 ? "" : part[1] "\\cdot") "10^{" (part[2] + 0) "}"
}

# An underscore would be a subscript.
function typed(text)
{
    gsub(/_/, "{\\char95}", text)
    return text
}

# All runs of all tracks and seeds train on as many examples, and all of a network for as long.
function check_runs(    t, s, r, path, net)
{
    for (t = 1; t <= track_count; t++)
        for (r = 1; r <= run_count; r++)
            for (s = 1; s <= seed_count; s++) {
                path = folder "/" track[t] "/" run[r] "/seed-" seed[s]
                read_log(path "/log.tsv")
                net = log_value(path "/log.tsv", "net")
                same("examples", log_value(path "/log.tsv", "examples"), path)
                same("learning rate", log_value(path "/log.tsv", "learning_rate"), path)
                same("arithmetic", log_value(path "/log.tsv", "arithmetic"), path)
                same("epochs of " net, log_value(path "/log.tsv", "epochs"), path)
                read_accuracies(path "/accuracy.tsv")
                same("tested examples", EXAMPLES[path "/accuracy.tsv", "test"], path)
            }
}

function same(what, value, path)
{
    if (what in FACT && FACT[what] != value)
        fail(path ": " value " " what ", but another run has " FACT[what])
    FACT[what] = value
}

# A number that the text asks for by a name with a hyphen: \numberof{train-kaiming}.
function number(name, value)
{
    print "\\expandafter\\newcommand\\expandafter*\\csname number-" name "\\endcsname{" value "}"
}

# Accuracies, mean losses of the second and the last epoch, and how far ResNet56's last is above its floor; of the
# first seed of the first track.
function print_results(    r, path, log_file, size)
{
    for (r = 1; r <= run_count; r++) {
        path = folder "/" track[1] "/" run[r] "/seed-" seed[1]
        number("train-" run[r], sprintf("%.2f", ACCURACY[path "/accuracy.tsv", "train"]))
        number("val-" run[r], sprintf("%.2f", ACCURACY[path "/accuracy.tsv", "test"]))
        log_file = path "/log.tsv"
        read_totals(log_file)
        size = terms(log_file, FACT["examples"])
        if (LAST[log_file] > 1)
            number("second-" run[r], sprintf("%.3g", TOTAL[log_file, 2] / size))
        number("last-" run[r], sprintf("%.3g", TOTAL[log_file, LAST[log_file]] / size))
        if (run[r] ~ /^resnet56-/)
            number("above-" run[r], sprintf("%.3f", TOTAL[log_file, LAST[log_file]] / size - loss_floor()))
    }
}

# A fact that must have been read.
function fact(name)
{
    if (!(name in FACT))
        fail("nothing says what " name " is")
    return FACT[name]
}

# Values of the tensors that training moves, from show-weights' tables of both networks' files.
function read_networks(    line, part, size, net, n, i, count)
{
    while ((getline line < networks) > 0) {
        if (line ~ /^net: /)
            net = substr(line, 6)
        n = split(line, part, " ")
        if (n != 7 || part[2] !~ /^[0-9]+(x[0-9]+)*$/ || part[1] ~ /running_(mean|var)$/)
            continue
        n = split(part[2], size, "x")
        count = 1
        for (i = 1; i <= n; i++)
            count *= size[i]
        FACT["parameters of " net] += count
    }
    close(networks)
}

# Spreads and distances of sgd-demo's chains: a line after each "# NAME-spread".
function read_spreads(    line, name, part)
{
    while ((getline line < chain) > 0) {
        if (line ~ /^# .*-(spread|distance)$/) {
            name = substr(line, 3)
            getline line < chain
            split(line, part, " ")
            FACT[name] = part[2]
            FACT[name "-steps"] = part[1]
        }
    }
    close(chain)
}

BEGIN {
    SCRIPT = "facts.awk"
    FULL = 50000
    track_count = split(tracks, track, " ")
    seed_count = split(seeds, seed, " ")
    run_count = split(runs, run, " ")
    check_runs()
    read_spreads()
    read_networks()
    read_printed(published)
    read_totals(curves "/all-ones.dat")
    # What all ones puts out, of the first seed of the first track.
    ones = folder "/" track[1] "/all-ones/seed-" seed[1] "/answers.tsv"
    read_answers(ones)
    e = exp(1)
    macro("profile", profile)
    macro("version", version)
    macro("commit", commit)
    macro("tracks", listed(tracks))
    macro("makecommand", typed(command))
    macro("changed", overrides == "" ? "" : " with \\texttt{" typed(overrides) "}")
    gsub(/ /, ",", tracks)
    macro("tracklist", tracks)
    macro("seedlist", (seed_count > 1 ? "seeds " : "seed ") listed(seeds))
    macro("trainexamples", thousands(FACT["examples"]))
    macro("testexamples", thousands(FACT["tested examples"]))
    macro("carliniepochs", plural(FACT["epochs of carlini"], "epoch"))
    macro("resnetepochs", plural(FACT["epochs of resnet56"], "epoch"))
    macro("learningrate", scientific(fact("learning rate")))
    macro("carliniparameters", thousands(fact("parameters of carlini")))
    macro("resnetparameters", thousands(fact("parameters of resnet56")))
    macro("printedaccuracy", sprintf("%.2f", printed_accuracy("resnet56-bs10", "train")))
    macro("loggedaccuracy", sprintf("%.2f", LOGGED["resnet56-bs10"]))
    macro("largebatchupdates", thousands(batches(FULL, 300)))
    macro("smallbatchupdates", thousands(batches(FULL, 10)))
    macro("largeallupdates", thousands(50 * batches(FULL, 300)))
    macro("lossfloor", sprintf("%.4f", loss_floor()))
    macro("lossceiling", sprintf("%.4f", log(e + 9)))
    macro("lossguess", sprintf("%.4f", log(10)))
    macro("lossfloortotal", thousands(sprintf("%.0f", FULL * loss_floor())))
    macro("blocksteps", fact("block-spread-steps"))
    macro("powersteps", fact("power-spread-steps"))
    macro("powerspread", sprintf("%.2f", fact("power-spread")))
    macro("constantdistance", sprintf("%.2f", fact("constant-distance")))
    macro("longsteps", fact("long-spread-steps"))
    macro("longdistance", sprintf("%.2f", fact("long-distance")))
    macro("onesresolution", scientific(reading_error(curves "/all-ones.dat"), 1))
    macro("oneslabels", LABELS[ones])
    macro("onesleast", scientific(LEAST[ones], 2))
    macro("onesgreatest", scientific(GREATEST[ones], 2))
    macro("arithmetic", fact("arithmetic"))
    print_results()
    condition("whole", whole)
    # What the discussion is about: these trainings have the same bits wherever they are done.
    condition("discussed", whole && FACT["arithmetic"] == "exact" && seeds == 1 && track[1] == "as-run")
    condition("recorded", profile == "recorded")
    condition("allexamples", FACT["examples"] == FULL)
    condition("exact", FACT["arithmetic"] == "exact")
    condition("severalseeds", seed_count > 1)
    # A commit names the sources only if nothing differs from it.
    condition("committed", commit ~ /^[0-9a-f]+$/)
}
