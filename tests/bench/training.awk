# Training throughput: medians and bests over the rounds that count.
#   awk -f figures/rounds.awk -f training.awk -v best=GFLOPS -v threads=N rounds.tsv

END {
    print "\nTraining, images/s: median and best of the rounds that count"
    printf "%-9s %5s | %16s | %16s %7s | %-4s %16s | %11s %10s | %9s | %s\n", "", "",
        "1 thread", threads " threads", "speedup", "PyTorch", "", "ratio: med.", "best",
        "RSS, MiB", "rounds"
    for (k = 1; k <= key_count; k++) {
        key = keys[k]; split(key, part, SUBSEP)
        one = "ours" SUBSEP 1; many = "ours" SUBSEP threads
        better = better_layout(key, threads)
        theirs = better SUBSEP threads
        a = median(key, one); b = median(key, many); c = median(key, theirs)
        printf "%-9s %5d | %7.1f  %7.1f | %7.1f  %7.1f %7s | ", part[1], part[2], a,
            top(key, one), b, top(key, many), ratio(b, a)
        printf "%-7s %6.1f %6.1f | %11s %10s | %9s | %s\n", c ? better : "-", c,
            top(key, theirs), ratio(b, c), ratio(top(key, many), top(key, theirs)),
            rss[key, one] "/" rss[key, many],
            counted[key, many] + 0 " of " taken[key] (counted[key, many] ? "" : " *")
        starred += !counted[key, many]
    }
    print "PyTorch: the better of its two memory layouts. A round counts if its probe reached 85 %"
    print "of the best, " best " GFLOP/s."
    if (starred) print "*: none did; all are used: trust no figure of that row."
}
