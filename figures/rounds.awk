# Reads rounds.tsv, for those who report on it. -v best: the best probe, GFLOP/s: a round whose own is
# below 85 % of it does not count, unless none of its configuration does.
# Afterwards keys[1..key_count] are the configurations, NET SUBSEP BATCH, and who is NAME SUBSEP THREADS.

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

# The median of PyTorch in its better memory layout: as installed, or with `kind` "-kept", its memory kept.
function pytorch(key, threads, kind) {
    better = "nhwc" kind SUBSEP threads
    if (median(key, "nchw" kind SUBSEP threads) > median(key, better)) better = "nchw" kind SUBSEP threads
    return median(key, better)
}
