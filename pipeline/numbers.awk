# Numbers in one spelling each: 0.0001 is 1e-4, 007 is 7. Decimal digits alone decide, so no value is rounded.
#   awk -f pipeline/numbers.awk [NAME MINIMUM MAXIMUM TEXT]...
# For each: a word NAME=NUMBER if TEXT is a whole number from MINIMUM to MAXIMUM, or, where MINIMUM is "real", a
# decimal number from 1e-300 to below 1e300; else nothing.

BEGIN {
    for (i = 1; i + 3 < ARGC; i += 4) {
        text = ARGV[i + 3]
        sub(/^\+/, "", text)
        number = ARGV[i + 1] == "real" ? real(text) : whole(text, ARGV[i + 1], ARGV[i + 2])
        if (number != "")
            print ARGV[i] "=" number
    }
}

function whole(text, minimum, maximum)
{
    if (text !~ /^[0-9]+$/ || text + 0 < minimum + 0 || text + 0 > maximum + 0)
        return ""
    sub(/^0+/, "", text)
    return text == "" ? "0" : text
}

# D.DDDeN, without zeros at the end of the digits.
function real(text,    at, exponent)
{
    if (text !~ /^([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/)
        return ""
    if ((at = match(text, /[eE]/)) > 0) {
        exponent = substr(text, at + 1) + 0
        text = substr(text, 1, at - 1)
    }
    at = index(text ".", ".")
    sub(/\./, "", text)
    for (exponent += at - 2; text ~ /^0/; exponent--)
        text = substr(text, 2)
    sub(/0+$/, "", text)
    if (text == "" || exponent < -300 || exponent >= 300)
        return ""
    return substr(text, 1, 1) (length(text) > 1 ? "." substr(text, 2) : "") "e" exponent
}
