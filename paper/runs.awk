# Rows of the table of runs: what was trained, from each run's log and the table of experiments.
#   awk -f figures/common.awk -f paper/runs.awk -v runs="R..." -v seeds="1 2" -v track=T
#       -v folder=RUNS/TRACK -v experiments=pipeline/experiments.tsv

function read_experiments(    line, part)
{
    while ((getline line < experiments) > 0) {
        if (substr(line, 1, 1) != "#" && split(line, part, "\t") == 9)
            WEIGHTS[part[1], part[2]] = weights_title(part[4]) " & " (part[5] == "scheme" ? "as weights" : "PyTorch's")
    }
    close(experiments)
}

function weights_title(scheme)
{
    if (scheme == "default") return "PyTorch's"
    sub(/^kaiming-/, "Kaiming, ", scheme)
    sub(/^xavier-/, "Xavier, ", scheme)
    return scheme
}

function loss_title(loss)
{
    if (loss == "cross-entropy") return "cross entropy"
    if (loss == "cross-entropy-of-softmax") return "softmax twice"
    fail("no title for the loss " loss)
}

BEGIN {
    SCRIPT = "runs.awk"
    read_experiments()
    split(seeds, seed, " ")
    n = split(runs, run, " ")
    for (r = 1; r <= n; r++) {
        path = folder "/" run[r] "/seed-" seed[1] "/log.tsv"
        read_log(path)
        if (!((track, run[r]) in WEIGHTS))
            fail(experiments ": nothing on " track " " run[r])
        size = log_value(path, "batch_size")
        epochs = log_value(path, "epochs")
        per_epoch = batches(log_value(path, "examples"), size)
        print run_title(run[r]) " & " WEIGHTS[track, run[r]] " & " size " & " \
            log_value(path, "order") " & " loss_title(log_value(path, "loss")) " & " epochs " & " \
            thousands(epochs * per_epoch) " \\\\"
    }
}
