# Macros and rows on speed and cost, from a recorded benchmark.
#   awk -f figures/common.awk -f figures/rounds.awk -f paper/speed.awk -v best=GFLOPS -v threads=N
#       -v experiments=pipeline/experiments.tsv -v machines="MACHINE.tsv..." -v folder=data/recorded/speed
#       data/recorded/speed/rounds.tsv
# Hours are what the as-run experiments' epochs would take at the measured rates; those of the recorded runs are
# what their machine.tsv say that they took. Who: "ours", or PyTorch as "installed" or at its "best" (rounds.awk).

function speed(key, who,    value)
{
    value = who == "ours" ? median(key, "ours" SUBSEP threads) : pytorch(key, threads, who)
    return value > 0 ? value : fail("no rate of " key)
}

# The values of one column of a table, each once, in order; of rows whose first column is this name, if one is given.
function values(file, column, name,    line, part, seen, list)
{
    while ((getline line < file) > 0) {
        split(line, part, "\t")
        if ((name == "" ? line != "" : part[1] == name) && !(part[column] in seen)) {
            seen[part[column]]
            list = list (list == "" ? "" : " ") part[column]
        }
    }
    close(file)
    return list != "" ? list : fail(file ": no " name)
}

# The names under a heading of settings.tsv.
function settings(column,    list)
{
    list = values(folder "/settings.tsv", column)
    sub(/^[a-z]+ /, "", list)
    return listed(list)
}

function hours(who,    line, part, sum)
{
    while ((getline line < experiments) > 0) {
        if (split(line, part, "\t") == 9 && part[1] == "as-run")
            sum += EPOCHS * 50000 / speed(part[3] SUBSEP part[6], who) / 3600
    }
    close(experiments)
    return sum
}

function recorded_hours(    n, i, file, line, part, seconds, sum)
{
    n = split(machines, file, " ")
    for (i = 1; i <= n; i++) {
        seconds = 0
        while ((getline line < file[i]) > 0)
            if (split(line, part, "\t") == 2 && part[1] == "training seconds")
                seconds = part[2]
        close(file[i])
        sum += seconds > 0 ? seconds / 3600 : fail(file[i] ": no training seconds")
    }
    return sum
}

# From the least to the greatest of a number that each configuration has under its key and this ending, but for 0.
function between(numbers, ending,    k, number, least, most)
{
    for (k = 1; k <= key_count; k++) {
        number = numbers[keys[k] ending]
        if (number > 0 && (least == 0 || number < least))
            least = number
        if (number > most)
            most = number
    }
    return least == most ? most + 0 : least " to " most
}

function row(key,    part, one, ours, installed, fastest)
{
    split(key, part, SUBSEP)
    one = median(key, "ours" SUBSEP 1)
    ours = speed(key, "ours")
    installed = speed(key, "installed")
    fastest = speed(key, "best")
    return (part[1] == "carlini" ? "Carlini" : "ResNet56") " & " part[2] (counted[key, "ours" SUBSEP threads] > 0 ? "" : "$^*$") " & " \
        thousands(sprintf("%.0f", one)) " & " thousands(sprintf("%.0f", ours)) sprintf(" & %.2f & ", ours / one) \
        thousands(rss[key, "ours" SUBSEP threads]) \
        sprintf(" & %.0f & %.1f & %.0f & %.1f & ", installed, ours / installed, fastest, ours / fastest) \
        better_setting(key) "\\\\"
}

END {
    SCRIPT = "speed.awk"
    EPOCHS = 50
    WATTS_A_CORE = 10 # assumed
    for (k = 1; k <= key_count; k++)
        rows = rows row(keys[k])
    macro("speedrows", rows)
    macro("speedpeak", sprintf("%.0f", best))
    macro("speedthreads", threads)
    processor = values(folder "/about.tsv", 2, "processor")
    gsub(/[#$%&_]/, "\\\\&", processor)
    macro("speedprocessor", processor)
    macro("speedpytorch", values(folder "/about.tsv", 2, "PyTorch"))
    macro("speedonednn", values(folder "/about.tsv", 2, "oneDNN"))
    macro("speedallocators", settings(3))
    macro("speedthreadings", settings(4))
    macro("speedrounds", between(taken))
    macro("speedcounted", between(counted, SUBSEP "ours" SUBSEP threads))
    macro("hoursrecorded", sprintf("%.1f", recorded_hours()))
    macro("hoursours", sprintf("%.1f", hours("ours")))
    macro("hoursinstalled", sprintf("%.1f", hours("installed")))
    macro("hoursbest", sprintf("%.1f", hours("best")))
    macro("wattsacore", WATTS_A_CORE)
    macro("energyours", sprintf("%.2f", hours("ours") * threads * WATTS_A_CORE / 1000))
    macro("energyinstalled", sprintf("%.2f", hours("installed") * threads * WATTS_A_CORE / 1000))
    macro("energybest", sprintf("%.2f", hours("best") * threads * WATTS_A_CORE / 1000))
}
