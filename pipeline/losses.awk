# The results in a log, for losses.tsv: all of its table but the rate.
BEGIN { FS = OFS = "\t" }
!/^#/ { print $1, $2, $4 }
