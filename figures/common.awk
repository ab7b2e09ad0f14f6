# Shared by the awk scripts that make figures' settings, tables and macros. For mawk as for gawk.

# Ends the script, exit 1; what it has written until then is no result.
function fail(text)
{
    print SCRIPT ": " text > "/dev/stderr"
    exit 1
}

# A number or a name for the paper's text.
function macro(name, value)
{
    print "\\newcommand*{\\" name "}{" value "}"
}

# A condition for the paper's text.
function condition(name, holds)
{
    print "\\newif\\if" name " \\" name (holds ? "true" : "false")
}

# What a run is called in figures and tables.
function run_title(run)
{
    if (run == "all-zeros") return "All zeros"
    if (run == "all-ones") return "All ones"
    if (run == "kaiming") return "Kaiming"
    if (run == "xavier") return "Xavier"
    if (run == "carlini-bs300") return "Carlini, batch size 300"
    if (run == "carlini-bs10") return "Carlini, batch size 10"
    if (run == "resnet56-bs300") return "ResNet56, batch size 300"
    if (run == "resnet56-bs10") return "ResNet56, batch size 10"
    fail("no title for the run " run)
}

# Whether a validation accuracy, in per cent, is more than chance: twice what guessing gives.
function learns(validated)
{
    return validated > 20
}

# 50000 -> 50,000
function thousands(number,    text, out)
{
    text = number ""
    while (length(text) > 3) {
        out = "," substr(text, length(text) - 2) out
        text = substr(text, 1, length(text) - 3)
    }
    return text out
}

function plural(count, noun)
{
    return thousands(count) " " noun (count == 1 ? "" : "s")
}

# "1 2 3" -> "1, 2, 3"
function listed(words,    part, n, i, out)
{
    n = split(words, part, " ")
    for (i = 1; i <= n; i++)
        out = out (i > 1 ? ", " : "") part[i]
    return out
}

# Whole batches and a short one.
function batches(examples, size)
{
    return int((examples + size - 1) / size)
}

# Whether a number that one of our tools wrote is finite. awks differ in what "inf" and "nan" are as numbers.
function is_finite(text)
{
    return text !~ /inf|nan/
}

# Reads a training log into LOG[path, key] for each "# key value" and LOG[path, "epochs"].
function read_log(path,    line, state, part, epochs, key)
{
    if ((path, "epochs") in LOG)
        return
    epochs = 0
    while ((state = (getline line < path)) > 0) {
        if (substr(line, 1, 2) == "# ") {
            key = substr(line, 3)
            sub(/ .*/, "", key)
            LOG[path, key] = substr(line, length(key) + 4)
        } else if (line !~ /^epoch\t/) {
            epochs = split(line, part, "\t") == 6 ? part[1] : fail(path ": a broken line")
        }
    }
    if (state < 0)
        fail(path ": cannot read")
    close(path)
    if (epochs == 0)
        fail(path ": no epoch")
    LOG[path, "epochs"] = epochs
}

# A value of a log that was read; it must be there.
function log_value(path, key)
{
    if (!((path, key) in LOG))
        fail(path ": does not say its " key)
    return LOG[path, key]
}

# How many terms an epoch's plotted loss adds up.
function terms(log_path, examples)
{
    if (log_value(log_path, "plotted") == "batch-means")
        return batches(examples, log_value(log_path, "batch_size"))
    if (log_value(log_path, "plotted") == "examples")
        return examples
    fail(log_path ": plotted '" log_value(log_path, "plotted") "' is not known")
}

# What a loss of the softmax taken twice cannot fall below: all of the softmax on the right one of ten classes.
function loss_floor()
{
    return log(1 + 9 / exp(1))
}
