# The per-layer table from layers-NET.tsv, layers of one kind and shape taken together.
# -v fma: GFLOP/s, -v copy: GB/s, the machine's ceilings.

BEGIN { FS = "\t" }
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
{
    net = $column["net"]; batch = $column["batch"]; threads = $column["threads"]
    key = $column["kind"] SUBSEP $column["shape"]
    if (!(key in count)) keys[++key_count] = key
    count[key]++
    add("forward"); add("backward")
}

function add(direction) {
    us[key, direction] += $column[direction "_us"]
    flop[key, direction] += $column[direction "_gflop"]
    bytes[key, direction] += $column[direction "_gb"]
    total_us[direction] += $column[direction "_us"]
    total_flop[direction] += $column[direction "_gflop"]
    total_bytes[direction] += $column[direction "_gb"]
}

# Microseconds an image, GFLOP/s, and both as a share of the ceilings, in percent.
function print_cost(t, f, b) {
    if (t > 0)
        printf " | %8.1f %7.1f %5.0f %5.0f", t, 1e6 * f / t, 1e8 * f / t / fma, 1e8 * b / t / copy
    else
        printf " | %8s %7s %5s %5s", "-", "-", "-", "-"
}

END {
    printf "\nLayers of %s, batch %d, %d threads; times are of one image\n", net, batch, threads
    printf "%-25s %-26s %2s | %-28s | %-28s | %s\n", "", "", "",
        "forward", "backward", "share"
    printf "%-25s %-26s %2s", "layer", "shape", "n"
    for (i = 0; i < 2; i++) printf " | %8s %7s %5s %5s", "us", "GFLOP/s", "%FMA", "%copy"
    print " | of time"
    whole = total_us["forward"] + total_us["backward"]
    for (k = 1; k <= key_count; k++) {
        key = keys[k]; split(key, part, SUBSEP)
        if (bytes[key, "forward"] + bytes[key, "backward"] == 0) continue
        printf "%-25s %-26s %2d", part[1], part[2], count[key]
        print_cost(us[key, "forward"], flop[key, "forward"], bytes[key, "forward"])
        print_cost(us[key, "backward"], flop[key, "backward"], bytes[key, "backward"])
        printf " | %5.1f %%\n", 100 * (us[key, "forward"] + us[key, "backward"]) / whole
    }
    printf "%-25s %-26s %2s", "all", "", ""
    print_cost(total_us["forward"], total_flop["forward"], total_bytes["forward"])
    print_cost(total_us["backward"], total_flop["backward"], total_bytes["backward"])
    printf " | %.1f images/s\n", 1e6 / whole
}
