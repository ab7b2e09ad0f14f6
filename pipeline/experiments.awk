# The table of experiments for make: a word a row, its columns separated by colons. A row that is not one, or a
# run that is there twice, gives "wrong" and the reason instead: Windows editors leave carriage returns and byte
# order marks, which would become part of a name.

BEGIN { FS = "\t" }
function wrong(reason)
{
    if (problem == "")
        problem = "wrong " FILENAME ":" FNR ": " reason
}
/\r/ { wrong("carriage return at the end of the line; save the file with Unix line ends"); next }
/^#/ { next }
NF != 9 { wrong(NF " columns separated by tabs, not 9"); next }
{
    for (i = 1; i <= NF; i++)
        if ($i !~ /^[a-z0-9-]+$/)
            wrong("column " i ": only a-z, 0-9 and - are allowed")
    if ($6 !~ /^[1-9][0-9]*$/)
        wrong("the batch size " $6 " is not a whole number above 0")
    if (($1, $2) in seen)
        wrong($1 "/" $2 " is in line " seen[$1, $2] " already")
    seen[$1, $2] = FNR
    gsub("\t", ":")
    rows = rows $0 "\n"
}
END {
    if (problem == "" && rows == "")
        problem = "wrong " FILENAME ": no rows"
    printf "%s", (problem != "" ? problem "\n" : rows)
}
