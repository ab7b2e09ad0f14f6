# Every number and name in the paper's text that the pipeline decides, as LaTeX macros.
#   awk -f figures/common.awk -f paper/results.awk -f paper/facts.awk -v profile=P -v tracks="T..." -v seeds="1 2"
#       -v runs="T/R..." -v floats="T/figure-4..." -v folder=RUNS -v command=C -v overrides="NAME=value..." -v commit=C
#       -v version=V -v chain=CHAIN.dat -v networks=NETWORKS.txt -v published=ACCURACIES.tsv
#       -v curves=data/published/curves -v whole=1
# whole=1: trained as the published runs were. runs: of each track, those that there are; floats: its figures and
# tables.

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
function check_runs(    s, r, path, net)
{
    for (r = 1; r <= run_count; r++)
        for (s = 1; s <= seed_count; s++) {
            path = folder "/" run[r] "/seed-" seed[s]
            read_log(path "/log.tsv")
            net = log_value(path "/log.tsv", "net")
            same("examples", log_value(path "/log.tsv", "examples"), path)
            same("learning rate", log_value(path "/log.tsv", "learning_rate"), path)
            same("arithmetic", log_value(path "/log.tsv", "arithmetic"), path)
            same("numerics", log_value(path "/log.tsv", "numerics_sha256"), path)
            same("epochs of " net, log_value(path "/log.tsv", "epochs"), path)
            read_accuracies(path "/accuracy.tsv")
            same("tested examples", EXAMPLES[path "/accuracy.tsv", "test"], path)
        }
}

# The label of OpenBLAS's results as settings of make.
function named_profile(    text)
{
    text = profile
    sub(/-openblas$/, " GEMM=openblas", text)
    return text
}

function same(what, value, path)
{
    if (what in FACT && FACT[what] != value)
        fail(path ": " value " " what ", but another run has " FACT[what])
    FACT[what] = value
}

# A macro whose name has other characters than letters.
function named(name, value)
{
    print "\\expandafter\\newcommand\\expandafter*\\csname " name "\\endcsname{" value "}"
}

# What the text asks for as \numberof{train-kaiming}.
function number(name, value) { named("number-" name, value) }

# Accuracies, mean losses of the second and the last epoch, and how far ResNet56's last is above its floor; of the
# first seed. Those of the second track have its name before theirs: \numberof{as-written/val-kaiming}.
function print_results(    r, path, log_file, size, part, name, of)
{
    for (r = 1; r <= run_count; r++) {
        split(run[r], part, "/")
        name = part[2]
        of = part[1] == track[1] ? "" : part[1] "/"
        path = folder "/" run[r] "/seed-" seed[1]
        number(of "train-" name, sprintf("%.2f", ACCURACY[path "/accuracy.tsv", "train"]))
        number(of "val-" name, sprintf("%.2f", ACCURACY[path "/accuracy.tsv", "test"]))
        log_file = path "/log.tsv"
        read_totals(log_file)
        size = terms(log_file, FACT["examples"])
        if (LAST[log_file] > 1)
            number(of "second-" name, mean_loss(log_file, 2, size, "%.3g"))
        number(of "last-" name, mean_loss(log_file, LAST[log_file], size, "%.3g"))
        if (log_value(log_file, "loss") == "cross-entropy-of-softmax")
            number(of "above-" name, mean_loss(log_file, LAST[log_file], size, "%.3f", loss_floor()))
    }
}

# How far the mean loss of an epoch is above `from`.
function mean_loss(log_file, epoch, size, format, from)
{
    return is_finite(TOTAL[log_file, epoch]) ? sprintf(format, TOTAL[log_file, epoch] / size - from) : TOTAL[log_file, epoch]
}

# How far the run that misses lies below the published accuracies, and its curve above the published one, in per
# cent of that one's range: of the first seed of the first track.
function print_misses(run,    path, log_file, curve, k, most, gap, least, greatest)
{
    path = folder "/" track[1] "/" run "/seed-" seed[1]
    number("below-val-" run, below(printed_accuracy(run, "test"), path, "test"))
    number("below-train-" run, below(printed_accuracy(run, "train"), path, "train"))
    number("below-log-" run, below(LOGGED[run], path, "train"))
    log_file = path "/log.tsv"
    curve = curves "/" run ".dat"
    read_totals(curve)
    for (k = 1; k <= LAST[log_file] && k <= LAST[curve] && is_finite(TOTAL[log_file, k]); k++) {
        gap = TOTAL[log_file, k] - TOTAL[curve, k]
        most = k == 1 || gap > most ? gap : most
        least = k == 1 || TOTAL[curve, k] + 0 < least ? TOTAL[curve, k] + 0 : least
        greatest = k == 1 || TOTAL[curve, k] + 0 > greatest ? TOTAL[curve, k] + 0 : greatest
    }
    if (greatest > least)
        number("above-curve-" run, sprintf("%.0f", 100 * most / (greatest - least)))
}

function below(published, path, split_name)
{
    return sprintf("%.2f", published - ACCURACY[path "/accuracy.tsv", split_name])
}

# By how many points validation accuracy is higher in the second track, of each of these runs.
function print_gains(names,    n, i, part)
{
    n = split(names, part, " ")
    for (i = 1; i <= n; i++)
        number("gain-" part[i], sprintf("%+.2f",
            ACCURACY[folder "/" track[2] "/" part[i] "/seed-" seed[1] "/accuracy.tsv", "test"] \
            - ACCURACY[folder "/" track[1] "/" part[i] "/seed-" seed[1] "/accuracy.tsv", "test"]))
}

# Whether the second track has all of these runs.
function has_written(names,    n, i, part)
{
    n = split(names, part, " ")
    for (i = 1; i <= n; i++)
        if (index(" " runs " ", " as-written/" part[i] " ") == 0)
            return 0
    return 1
}

# The tracks that have a figure or a table, as a list for LaTeX's \@for: see \tracksof.
function print_floats(    n, i, part, all, count, float, having)
{
    n = split(floats, part, " ")
    for (i = 1; i <= n; i++) {
        split(part[i], all, "/")
        if (!(all[2] in having))
            float[++count] = all[2]
        having[all[2]] = having[all[2]] (having[all[2]] == "" ? "" : ",") all[1]
    }
    for (i = 1; i <= count; i++)
        named("tracks-" float[i], having[float[i]])
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
        if (n != 8 || part[2] !~ /^[0-9]+(x[0-9]+)*$/ || part[1] ~ /running_(mean|var)$/)
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
    macro("commit", commit ~ /^unknown/ ? commit : "\\texttt{" commit "}")
    macro("tracks", listed(tracks))
    macro("makecommand", typed(command))
    macro("again", typed("PROFILE=" named_profile() (overrides == "" ? "" : " ") overrides))
    macro("changed", overrides == "" ? "" : " with \\texttt{" typed(overrides) "}")
    macro("seeds", listed(seeds))
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
    condition("onesone", LABELS[ones] == 1)
    condition("onesfinite", is_finite(SPREAD[ones]))
    macro("onesleast", scientific(LEAST[ones], 2))
    macro("onesgreatest", scientific(GREATEST[ones], 2))
    macro("arithmetic", fact("arithmetic"))
    print_results()
    print_misses("resnet56-bs10")
    print_floats()
    condition("whole", whole)
    # What the discussion is about: these trainings have the same bits wherever they are done. It was written for this
    # arithmetic (pipeline/golden/numerics); after another it is to be written anew.
    discussed = whole && FACT["arithmetic"] == "exact" && seeds == 1 && track[1] == "as-run" \
        && FACT["numerics"] == "32a4e7f950ca18fcf99d35d1b8d9909d462cf9771b77ea3800e00795b3ad7768"
    condition("discussed", discussed)
    random = "kaiming xavier carlini-bs300 carlini-bs10"
    written = discussed && has_written("all-ones all-zeros resnet56-bs300 resnet56-bs10 " random)
    condition("written", written)
    if (written)
        print_gains(random)
    condition("recorded", profile == "recorded")
    condition("allexamples", FACT["examples"] == FULL)
    condition("exact", FACT["arithmetic"] == "exact")
    condition("severalseeds", seed_count > 1)
    # A commit names the sources only if nothing differs from it.
    condition("committed", commit ~ /^[0-9a-f]+$/)
}
