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
    CAUSES[planned] = causes ~ /^(target )?does not exist$/ ? "" : causes # GNU Make 4.3, 4.4
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
