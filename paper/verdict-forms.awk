# The verdicts, from verdicts.tsv: the rows of the report's table, or with -v form=text lines for a terminal.
#   awk -f figures/common.awk -f paper/verdict-forms.awk VERDICTS.tsv

# Of the LaTeX that claims.txt is written in.
function plain(text)
{
    gsub(/\\%/, "%", text)
    gsub(/\\,/, " ", text)
    gsub(/~/, " ", text)
    gsub(/``|''/, "\"", text)
    gsub(/--/, "-", text)
    gsub(/\\ref\{sec:tracks\}/, "on the tracks", text)
    gsub(/\$10\^\{16\}\$/, "10^16", text)
    return text
}

# 1.29e+11 -> $1.29\cdot10^{11}$; a minus is a minus.
function number(text,    part)
{
    # Of several seeds: the mean, and below it from where to where.
    if (split(text, part, / [(]| to |[)]/) > 2)
        return "\\begin{tabular}[t]{@{}r@{}}" number(part[1]) "\\\\\\scriptsize " number(part[2]) " to\\\\\\scriptsize " \
            number(part[3]) "\\end{tabular}"
    if (text ~ /^-?[0-9.]+e[-+][0-9]+$/) {
        split(text, part, "e")
        return "$" part[1] "\\cdot10^{" (part[2] + 0) "}$"
    }
    if (text ~ /^-[0-9]/)
        return "$" text "$"
    return text == "-" ? "--" : text
}

function relation(test)
{
    gsub(/<=/, "$\\le$", test)
    gsub(/>=/, "$\\ge$", test)
    sub(/^[<>=]/, "$&$", test)
    sub(/ -/, " $-$", test)
    return test == "none" ? "--" : test
}

BEGIN { FS = "\t" }
FNR == 1 { next }
{
    part = name = $12
    sub(/^[^ ]+ /, "", part)
    sub(/ .*/, "", name)
    count[$10]++
    if (!(name in of))
        names[++name_count] = name
    of[name] += $10 != "cannot be tested"
    held[name] += $10 == "reproduced" || $10 == "reproduced only as-run"
}
form == "text" && part != last_part { print ((last_part == "" ? "" : "\n") plain(part) "\n") }
form != "text" && part != last_part {
    rows = rows (rows == "" ? "" : "\\addlinespace\n") "\\multicolumn{6}{@{}l}{\\textit{" part "}}\\\\*\n"
}
{ last_part = part }
form == "text" {
    printf "%-28s %s (%s)\n", $10, plain($2), plain($3)
    if ($9 != "none")
        printf "%-28s published %s, as-run %s, as-written %s %s; to be %s%s\n", "", $4, $6, $7, plain($8), \
            $9, ($5 == "no" ? ", which the published numbers are not" : "")
    printf "%-28s %s\n", "", plain($11)
    next
}
{
    # A place and a unit of a word do not break.
    gsub(/ /, "~", $3)
    gsub(/,~/, ", ", $3)
    rows = rows $2 " {\\scriptsize(" $3 ($8 == "" ? "" : ($8 ~ / / ? "; " : ";~") $8) ")} & " number($4) \
        ($5 == "no" ? "$^*$" : "") " & " number($6) " & " number($7) " & " relation($9) " & " $10 "\\\\\n"
}
END {
    order = "reproduced/reproduced only as-run/reproduced only as-written/not reproduced/cannot be tested/not judged"
    n = split(order, word, "/")
    for (i = 1; i <= n; i++)
        if (word[i] in count)
            summary = summary (summary == "" ? "" : ", ") count[word[i]] " " word[i]
    if (form == "text") {
        print summary
        exit
    }
    macro("verdictrows", rows)
    macro("verdictcount", FNR - 1)
    # How many of a part there are, and how many the code's track bears out.
    for (i = 1; i <= name_count; i++) {
        macro("count" names[i], of[names[i]])
        macro("held" names[i], held[names[i]])
    }
    macro("verdictsummary", summary)
}
