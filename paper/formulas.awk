# The formulas of claims.txt as a function, for verdicts.awk:  awk -f paper/formulas.awk paper/claims.txt
BEGIN { print "function formula(claim)\n{" }
/^claim / { claim = $2 }
/^value / {
    sub(/^value +/, "")
    print "    if (claim == \"" claim "\")\n        return " $0
}
END { print "    fail(\"no formula of \" claim)\n}" }
