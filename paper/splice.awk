# Replaces one part of a page. The first and last line of PART are markers; the page must have each once, in this order.
#   awk -f paper/splice.awk PART PAGE
FNR == NR { part = part $0 "\n"; if (FNR == 1) first = $0; last = $0; next }
$0 == first { printf "%s", part; inside = 1; begun++ }
!inside { print }
inside && $0 == last { inside = 0; ended++ }
END {
    if (begun != 1 || ended != 1) {
        print "splice.awk: " FILENAME ": not one part from '" first "' to '" last "'" > "/dev/stderr"
        exit 1
    }
}
