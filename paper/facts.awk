# Every number and name in the paper's text that the pipeline decides, as LaTeX macros.
#   awk -f figures/common.awk -f paper/facts.awk -v profile=P -v tracks="T..." -v seeds="1 2"
#       -v runs="R..." -v folder=RUNS -v command=C -v commit=C -v version=V -v chain=CHAIN.dat

function macro(name, value)
{
    print "\\newcommand*{\\" name "}{" value "}"
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
                same("arithmetic", log_value(path "/log.tsv", "arithmetic"), path)
                same("epochs of " net, log_value(path "/log.tsv", "epochs"), path)
                same("tested examples", tested(path "/accuracy.tsv"), path)
            }
}

function same(what, value, path)
{
    if (what in FACT && FACT[what] != value)
        fail(path ": " value " " what ", but another run has " FACT[what])
    FACT[what] = value
}

function tested(path,    line, part, examples)
{
    while ((getline line < path) > 0) {
        if (split(line, part, "\t") == 4 && part[1] == "test")
            examples = part[3]
    }
    close(path)
    if (examples == "")
        fail(path ": missing, or without a test row")
    return examples
}

# The spreads of sgd-demo's matrices: a line after each "# NAME-spread".
function read_spreads(    line, name, part)
{
    while ((getline line < chain) > 0) {
        if (line ~ /^# .*-spread$/) {
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
    track_count = split(tracks, track, " ")
    seed_count = split(seeds, seed, " ")
    run_count = split(runs, run, " ")
    check_runs()
    read_spreads()
    e = exp(1)
    macro("profile", profile)
    macro("version", version)
    macro("commit", commit)
    macro("tracks", listed(tracks))
    macro("makecommand", command)
    gsub(/ /, ",", tracks)
    macro("tracklist", tracks)
    macro("seedlist", (seed_count > 1 ? "seeds " : "seed ") listed(seeds))
    macro("trainexamples", thousands(FACT["examples"]))
    macro("testexamples", thousands(FACT["tested examples"]))
    macro("carliniepochs", plural(FACT["epochs of carlini"], "epoch"))
    macro("resnetepochs", plural(FACT["epochs of resnet56"], "epoch"))
    macro("lossfloor", sprintf("%.4f", log(1 + 9 / e)))
    macro("lossceiling", sprintf("%.4f", log(e + 9)))
    macro("lossguess", sprintf("%.4f", log(10)))
    macro("lossfloortotal", thousands(sprintf("%.0f", 50000 * log(1 + 9 / e))))
    macro("blocksteps", FACT["block-spread-steps"])
    macro("blockspread", sprintf("%.2f", FACT["block-spread"]))
    macro("powersteps", FACT["power-spread-steps"])
    macro("powerspread", sprintf("%.2f", FACT["power-spread"]))
    macro("longsteps", FACT["long-spread-steps"])
    macro("longspread", sprintf("%.2f", FACT["long-spread"]))
    print "\\newif\\ifwhole \\whole" (FACT["examples"] == 50000 ? "true" : "false")
    macro("arithmetic", FACT["arithmetic"])
    print "\\newif\\ifexact \\exact" (FACT["arithmetic"] == "exact" ? "true" : "false")
    print "\\newif\\ifseveralseeds \\severalseeds" (seed_count > 1 ? "true" : "false")
}
