# How a run ended, in one line: awk -f figures/common.awk -f paper/results.awk -f pipeline/summary.awk
#     -v name=NAME ACCURACY.tsv LOG.tsv
# The loss is the mean of the last epoch; the time is that of all epochs on the machine that trained them.

BEGIN {
    accuracies = ARGV[1]
    log_path = ARGV[2]
    ARGC = 1
    while ((getline line <accuracies) > 0) {
        split(line, part, "\t")
        percent[part[1]] = 100 * part[4]
    }
    read_log(log_path)
    examples = log_value(log_path, "examples")
    while ((getline line <log_path) > 0)
        if (line ~ /^[0-9]/) {
            split(line, part, "\t")
            loss = part[2]
            if (part[3] > 0)
                seconds += examples / part[3]
        }
    if (loss !~ /n/) {
        loss /= terms(log_path, examples)
        loss = sprintf(loss < 1e4 ? "%.4f" : "%.4g", loss)
    }
    printf "%s: train %.2f %%, test %.2f %%, loss %s, trained in %d:%02d:%02d\n", name, percent["train"], \
        percent["test"], loss, seconds / 3600, int(seconds / 60) % 60, int(seconds) % 60
}
