# The formulas of claims.txt as a function, for verdicts.awk:  awk -f paper/formulas.awk paper/claims.txt
BEGIN { print "function formula(claim)\n{" }
/^claim / {
    claim = $2
    if (claim in SEEN) {
        print FILENAME ": two claims are called " claim > "/dev/stderr"
        exit 1
    }
    SEEN[claim]
}
# A line that begins with a blank goes on with the one before.
!/^ / && in_value {
    print ""
    in_value = 0
}
/^value / {
    sub(/^value +/, "")
    printf "    if (claim == \"%s\")\n        return %s", claim, $0
    in_value = 1
    next
}
in_value { printf "%s", $0 }
END { print "    fail(\"no formula of \" claim)\n}" }
