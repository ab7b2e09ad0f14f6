# Table C and the numbers about it in the text, as LaTeX macros.
#   awk -f figures/common.awk -f paper/bounds.awk BOUNDS.dat VERDICTS.tsv

# A value that must have been read, as printed.
function rounded(name, format)
{
    if (!(name in VALUE))
        fail("nothing says what " name " is")
    return sprintf(format, VALUE[name])
}

function row(text, name, format)
{
    return text " & " rounded(name " 1", format) " & " rounded(name " 2", format) " & " \
        rounded(name " 3", format) "\\\\"
}

function ratios(text, theorem, quantity)
{
    return text " & " rounded(theorem ": " quantity ", constant", "%.2f") " & " \
        rounded(theorem ": " quantity ", batch", "%.2f") " & " \
        rounded(theorem ": " quantity ", diminishing", "%.2f")
}

BEGIN {
    SCRIPT = "bounds.awk"
}

# Blocks of the data: "# NAME", lines, an empty line.
FNR == NR && /^# / { block = $2; next }
FNR == NR && block == "measured" && NF == 4 {
    for (i = 1; i <= 3; i++)
        VALUE[$1 " " i] = $(i + 1)
}
FNR == NR && block == "runs" && NF == 3 {
    VALUE["runs"] = $1
    VALUE["steps"] = $2
    VALUE["errors"] = $3
}
# Of each experiment's last row: the gap and the corollary's bound.
FNR == NR && block ~ /^(constant|batch|diminishing)$/ && NF == 11 {
    VALUE["last step"] = $1
    VALUE["gap, " block] = $2
    VALUE["bound, " block] = $3
}
FNR != NR && FNR > 1 {
    split($0, part, "\t")
    VALUE[part[1] ": " part[2]] = part[3]
}

END {
    macro("constantrows", row("$m$", "batch", "%d") "\\midrule " row("$L$", "L", "%.3f") \
        row("$c$", "c", "%.3f") row("least $M_G$", "least-MG", "%.3f") \
        row("$M_G$", "MG", "%.3f") row("least $M$", "least-M", "%.4g") row("$M$", "M", "%.4g") \
        row("$1/(LM_G)$", "step", "%.3f") row("critical step", "critical-step", "%.3f"))
    any = "excess of a step from any weights"
    second = rounded("2: " any, "%.2f")
    third = rounded("3: " any, "%.2f")
    mean = "weighted mean of |grad F|^2"
    macro("ratiorows", ratios("Theorem 2", "2", "excess of a step") " & " second "\\\\" \
        ratios("Theorem 3", "3", "excess of a step") " & " third "\\\\" \
        ratios("Theorem 4", "4", mean) " & \\\\" ratios("Corollary", "corollary", "gap") " & \\\\")
    macro("largebatch", rounded("batch 2", "%d"))
    macro("noiseatoptimum", rounded("least-M 1", "%.2f"))
    macro("provedstep", rounded("step 1", "%.3f"))
    macro("longestproved", sprintf("%.2f", 1 / (rounded("L 1", "%s") * rounded("least-MG 1", "%s"))))
    macro("criticalstep", rounded("critical-step 1", "%.2f"))
    macro("printedratio", rounded("3 as printed: excess of a step of size 2 from the optimum", "%.2f"))
    macro("boundsruns", thousands(rounded("runs", "%d")))
    macro("boundssteps", thousands(rounded("steps", "%d")))
    macro("laststep", thousands(rounded("last step", "%d")))
    macro("floorsingle", rounded("gap, constant", "%.4f"))
    macro("floorbatch", rounded("gap, batch", "%.4f"))
    macro("floorsingleshare", sprintf("%.0f", 100 * rounded("gap, constant", "%s") / rounded("bound, constant", "%s")))
    macro("floorbatchshare", sprintf("%.0f", 100 * rounded("gap, batch", "%s") / rounded("bound, batch", "%s")))
    macro("slackdiminishing", sprintf("%.0f", rounded("bound, diminishing", "%s") / rounded("gap, diminishing", "%s")))
    macro("boundserrors", rounded("errors", "%.1f"))
}
