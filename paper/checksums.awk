# Rows of the tables of checksums, from the output of sha256sum: "<64 digits>  PATH".
#   awk -f figures/common.awk -f paper/checksums.awk -v kind=weights|files [-v track=TRACK] FILE
# weights: of a manifest, the lines whose PATH is .../TRACK/RUN/seed-N/{init,final}.safetensors; a
# run's two stand together.

BEGIN {
    SCRIPT = "checksums.awk"
}

length($1) != 64 || NF != 2 {
    fail(FILENAME ": a broken line: " $0)
}

{
    n = split($2, part, "/")
    name = part[n]
}

kind == "files" {
    gsub(/_/, "{\\char95}", name)
    print "\\texttt{" name "} & \\texttt{" $1 "} \\\\"
}

kind == "weights" && part[n - 3] == track && name == "init.safetensors" {
    sub(/seed-/, "", part[n - 1])
    print run_title(part[n - 2]) " & " part[n - 1] " & \\texttt{" $1 "} \\\\*"
}

kind == "weights" && part[n - 3] == track && name == "final.safetensors" {
    print " & & \\texttt{" $1 "} \\\\"
}
