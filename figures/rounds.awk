# Reads rounds.tsv, for those who report on it. -v best: the best probe, GFLOP/s: a round does not count if
# its own is below 85 % of it or other programs took over 10 % of the processors, unless none of its
# configuration does.
# Afterwards keys[1..key_count] are the configurations, NET SUBSEP BATCH, and who is NAME SUBSEP THREADS.

BEGIN { FS = "\t" }
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
{
    key = $column["net"] SUBSEP $column["batch"]
    if (!(key in seen)) { seen[key] = 1; keys[++key_count] = key }
    who = $column["who"] SUBSEP $column["threads"]
    counts = $column["probe_gflops"] >= 0.85 * best && $column["others_percent"] + 0 <= 10
    if ($column["others_percent"] + 0 > busiest) busiest = $column["others_percent"] + 0
    if ($column["round"] > taken[key]) taken[key] = $column["round"]
    n = ++all[key, who]
    rate[key, who, n] = $column["images_per_s"]
    good[key, who, n] = counts
    counted[key, who] += counts
    setting[key, who] = $column["allocator"] " " $column["threading"]
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

# The median of the fastest of PyTorch's, and better: who that is. kind "installed": the better layout, as
# installed; "best": with the best allocator and thread setting found too.
function pytorch(key, threads, kind,    list, i, count, rate) {
    count = split("nchw nhwc" (kind == "best" ? " nchw-tuned nhwc-tuned" : ""), list, " ")
    better = list[1] SUBSEP threads
    for (i = 2; i <= count; i++)
        if (median(key, list[i] SUBSEP threads) > median(key, better)) better = list[i] SUBSEP threads
    return median(key, better)
}
# What distinguishes the one that pytorch() found: layout, allocator, thread setting if it is not the default.
function better_setting(key,    text) {
    text = substr(better, 1, 4) " " setting[key, better]
    sub(/ default$/, "", text)
    return text
}
