# The runs of tools behind a crate's files: a line each,
#   step TAB tool TAB target TAB inputs TAB results TAB command
#   make -n --trace TARGET | awk -f pipeline/actions.awk -f pipeline/plan.awk -v bin=BIN FILES -
# where FILES lists the crate's files, one a line. Inputs are those of them that make names as causes or
# the command does in its words, and the folder of images.

BEGIN {
    OFS = "\t"
}

NR == FNR {
    IN_CRATE[$0]
    FILES[++FILE_COUNT] = $0
    next
}

# The first command of a recipe that runs one of the tools; those that keep house do not.
function command_of(target,    line, n, i)
{
    n = split(COMMANDS[target], line, "\n")
    for (i = 1; i <= n; i++)
        if (tool_of(line[i]) != "")
            return line[i]
    return ""
}

function tool_of(command,    at, name)
{
    if (command ~ /^(mkdir|echo|touch|if|@)/)
        return ""
    if (command ~ / pipeline\/recorded\.sh /)
        return "recorded.sh"
    if (command ~ /^sha256sum /)
        return "coreutils"
    if (command ~ /^awk /)
        return "awk"
    if (command ~ /^figures\/draw\.sh /)
        return "gnuplot"
    if (command ~ /^paper\/build\.sh /)
        return "pdftex"
    at = index(command, bin "/")
    if (at == 0)
        return ""
    name = substr(command, at + length(bin) + 1)
    sub(/ .*/, "", name)
    return name
}

function step_of(target, tool)
{
    if (tool == "recorded.sh") return "record"
    if (target ~ /\/init\.safetensors$/) return "initialise"
    if (target ~ /\/final\.safetensors$/) return "train"
    if (target ~ /\/accuracy\.tsv$/) return "evaluate"
    if (target ~ /\/losses\.tsv$/) return "losses"
    if (target ~ /\/(paths|chain|bounds)\.(dat|tsv)$/) return "demonstrate"
    if (target ~ /\.dat$/) return "curves"
    if (target ~ /\/figure-[0-9c]\.pdf$/) return "figures"
    if (target ~ /\/manifest\.sha256$/) return "manifest"
    if (target ~ /\/table-[0-9]\.tex$/) return "tables"
    return "report"
}

function results_of(target,    log_file)
{
    log_file = target
    return sub(/final\.safetensors$/, "log.tsv", log_file) ? target " " log_file : target
}

# What the record has of a run, which the command names by its folder.
function recorded_files(target, command,    name, i, list)
{
    if (tool_of(command) != "recorded.sh")
        return ""
    name = target
    sub(/^data\/runs\/[^\/]*/, "", name)
    sub(/[^\/]*$/, "", name)
    for (i = 1; i <= FILE_COUNT; i++)
        if (FILES[i] !~ /^data\/runs\// && index(FILES[i], name))
            list = list " " FILES[i]
    return list
}

# Words, also those behind "name=", that are files of the crate or the folder of images.
function inputs_of(target, command,    text, word, n, i, list, seen)
{
    text = " " results_of(target) " "
    n = split(CAUSES[target] " " command recorded_files(target, command), word, /[ ="';]+/)
    for (i = 1; i <= n; i++) {
        if (word[i] in seen || index(text, " " word[i] " "))
            continue
        seen[word[i]]
        if (word[i] in IN_CRATE || word[i] ~ /^data\/(sample|cifar10)$/)
            list = list (list == "" ? "" : " ") word[i]
    }
    return list
}

END {
    for (i = 1; i <= PLANNED; i++) {
        target = PLAN[i]
        command = command_of(target)
        if (target in IN_CRATE && command != "")
            print step_of(target, tool_of(command)), tool_of(command), target, inputs_of(target, command), \
                results_of(target), command
    }
}
