# Training throughput: medians and bests over the rounds that count.
#   awk -f figures/rounds.awk -f training.awk -v best=GFLOPS -v threads=N rounds.tsv

END {
    print "\nTraining, images/s: median and best of the rounds that count"
    printf "%-9s %5s | %16s | %16s %7s | %-22s | %-22s | %9s | %s\n", "", "", "1 thread",
        threads " threads", "speedup", "PyTorch          ratio", "its memory kept  ratio", "RSS, MiB", "rounds"
    for (k = 1; k <= key_count; k++) {
        key = keys[k]; split(key, part, SUBSEP)
        one = "ours" SUBSEP 1; many = "ours" SUBSEP threads
        a = median(key, one); b = median(key, many)
        printf "%-9s %5d | %7.1f  %7.1f | %7.1f  %7.1f %7s | ", part[1], part[2], a,
            top(key, one), b, top(key, many), ratio(b, a)
        printf "%s | %s | %9s | %s\n", beside(""), beside("-kept"), rss[key, one] "/" rss[key, many],
            counted[key, many] + 0 " of " taken[key] (counted[key, many] ? "" : " *")
        starred += !counted[key, many]
    }
    print "PyTorch: the better of its two memory layouts; as installed, and with an allocator that keeps"
    print "what is freed. A round counts if its probe reached 85 % of the best, " best " GFLOP/s."
    if (starred) print "*: none did; all are used: trust no figure of that row."
}

# Median and best of PyTorch, and how many times its median ours is.
function beside(kind,    c) {
    c = pytorch(key, threads, kind)
    return sprintf("%7.1f  %7.1f %6s", c, top(key, better), ratio(b, c))
}
