# Training throughput: medians and bests over the rounds that count.
#   awk -f figures/rounds.awk -f training.awk -v best=GFLOPS -v threads=N rounds.tsv

END {
    beside_us = 0
    for (k = 1; k <= key_count; k++) if (pytorch(keys[k], threads, "best") > 0) beside_us = 1
    print "\nTraining, images/s: median and best of the rounds that count"
    printf "%-9s %5s | %16s | %16s %7s | %9s | %-9s", "", "", "1 thread", threads " threads", "speedup", "RSS, MiB", "rounds"
    print beside_us ? " | PyTorch          ratio | at its best      ratio, with" : ""
    for (k = 1; k <= key_count; k++) {
        key = keys[k]; split(key, part, SUBSEP)
        one = "ours" SUBSEP 1; many = "ours" SUBSEP threads
        a = median(key, one); b = median(key, many)
        printf "%-9s %5d | %7.1f  %7.1f | %7.1f  %7.1f %7s | %9s | %-9s", part[1], part[2], a, top(key, one), b,
            top(key, many), ratio(b, a), rss[key, one] "/" rss[key, many],
            counted[key, many] + 0 " of " taken[key] (counted[key, many] ? "" : " *")
        if (beside_us) printf " | %s | %s, %s", beside("installed"), beside("best"), better_setting(key)
        print ""
        starred += !counted[key, many]
    }
    if (beside_us) {
        print "PyTorch: as installed, in the better memory layout (nchw, or nhwc: channels last); at its best: with the"
        print "memory allocator and the thread setting that were the fastest of those in settings.tsv too."
    }
    print "A round counts if its probe reached 85 % of the best, " best " GFLOP/s, and other programs took at most"
    print "10 % of the processors; they took up to " busiest + 0 " %."
    if (starred) print "*: none did; all are used: trust no figure of that row."
}

# Median and best of PyTorch, and how many times its median ours is.
function beside(kind,    c) {
    c = pytorch(key, threads, kind)
    return sprintf("%7.1f  %7.1f %6s", c, top(key, better), ratio(b, c))
}
