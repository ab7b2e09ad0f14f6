# Training throughput from rounds.tsv: medians and bests over the rounds that count.
# -v best: the best probe, GFLOP/s; -v threads.

BEGIN { FS = "\t" }
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
{
    key = $column["net"] SUBSEP $column["batch"]
    if (!(key in seen)) { seen[key] = 1; keys[++key_count] = key }
    who = $column["who"] SUBSEP $column["threads"]
    counts = $column["probe_gflops"] >= 0.85 * best
    if ($column["round"] > taken[key]) taken[key] = $column["round"]
    n = ++all[key, who]
    rate[key, who, n] = $column["images_per_s"]
    good[key, who, n] = counts
    counted[key, who] += counts
    if ($column["peak_rss_mib"] != "-" && $column["peak_rss_mib"] > rss[key, who])
        rss[key, who] = $column["peak_rss_mib"]
}

# Sets n, and value[1..n] ascending; if no round counts, all are taken.
function sorted(key, who,    i, j, v) {
    n = 0
    for (i = 1; i <= all[key, who]; i++) {
        if (counted[key, who] > 0 && !good[key, who, i]) continue
        v = rate[key, who, i] + 0
        for (j = n++; j > 0 && value[j] > v; j--) value[j + 1] = value[j]
        value[j + 1] = v
    }
}
function median(key, who) {
    sorted(key, who)
    if (n == 0) return 0
    return n % 2 ? value[(n + 1) / 2] : (value[n / 2] + value[n / 2 + 1]) / 2
}
function top(key, who) { sorted(key, who); return n ? value[n] : 0 }
function ratio(a, b) { return b > 0 ? sprintf("%.2f", a / b) : "-" }

END {
    print "\nTraining, images/s: median and best of the rounds that count"
    printf "%-9s %5s | %16s | %16s %7s | %-4s %16s | %11s %10s | %9s | %s\n", "", "",
        "1 thread", threads " threads", "speedup", "PyTorch", "", "ratio: med.", "best",
        "RSS, MiB", "rounds"
    for (k = 1; k <= key_count; k++) {
        key = keys[k]; split(key, part, SUBSEP)
        one = "ours" SUBSEP 1; many = "ours" SUBSEP threads
        nchw = "nchw" SUBSEP threads; nhwc = "nhwc" SUBSEP threads
        better = median(key, nhwc) > median(key, nchw) ? "nhwc" : "nchw"
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
