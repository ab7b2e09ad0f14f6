# Reads what `make -n --trace` prints, make's own account of what it would do and why, into
#   PLANNED     how many targets would be made, PLAN[1..PLANNED] their names in order
#   CAUSES[t]   the prerequisites behind it, parted by spaces; FORCE where a key is another; empty if
#               the target is merely missing
#   COMMANDS[t] its recipe, a line a command
# For mawk as for gawk. Targets that are no files (no slash in the name) are left out.

/^[^ :]+:[0-9]+: (update target|target) '/ {
    planned = $0
    sub(/^[^']*'/, "", planned)
    causes = planned
    sub(/'.*/, "", planned)
    if (planned !~ /\// || planned ~ /\/measured$/) {
        planned = ""
        next
    }
    PLAN[++PLANNED] = planned
    sub(/^[^']*' (due to: )?/, "", causes)
    CAUSES[planned] = causes == "does not exist" ? "" : causes
    continues = 0
    next
}

planned != "" {
    line = $0
    sub(/^[ \t]+/, "", line)
    if (continues)
        COMMANDS[planned] = COMMANDS[planned] " " line
    else
        COMMANDS[planned] = COMMANDS[planned] (COMMANDS[planned] == "" ? "" : "\n") line
    continues = sub(/ *\\$/, "", COMMANDS[planned])
}

# The value of an option in a command: "--epochs" -> "50"; empty if it is not there.
function option_of(command, name,    at, rest)
{
    at = index(command " ", " " name " ")
    if (at == 0)
        return ""
    rest = substr(command, at + length(name) + 2)
    sub(/ .*/, "", rest)
    return rest
}

# The stage that makes a file, as its target on the command line; a file of no stage is its own.
function stage_of(file,    part, n, where)
{
    n = split(file, part, "/")
    if (file ~ /^data\/runs\//) {
        where = part[n] ~ /^init/ ? "init-" : part[n] ~ /^(final|log)/ ? "train-" : "evaluate-"
        return where part[n - 2] (several_tracks ? " " part[n - 3] : "") \
            (index(" " several_seeds " ", " " part[n - 2] " ") ? " " part[n - 1] : "")
    }
    if (file ~ /\/paper\.pdf$/)
        return "paper"
    if (file ~ /\/(figure-[0-9c]\.pdf|table-[0-9]\.tex)$/) {
        sub(/\.[a-z]*$/, "", part[n])
        return part[n]
    }
    return file ~ "/cifar10-verified$" ? "fetch" : file
}
