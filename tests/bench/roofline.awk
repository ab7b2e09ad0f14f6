# roofline.dat from the layers' tables: FLOP/byte and GFLOP/s of every layer that computes products,
# in blocks "NET DIRECTION" for gnuplot's index.

BEGIN { FS = "\t" }
FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
$column["forward_gflop"] > 0 && $column["forward_us"] > 0 {
    net = $column["net"]
    if (!(net in forward)) nets[++net_count] = net
    forward[net] = forward[net] point("forward")
    if ($column["backward_us"] > 0) backward[net] = backward[net] point("backward")
}

function point(direction) {
    return sprintf("%.4g %.4g\n", $column[direction "_gflop"] / $column[direction "_gb"],
        1e6 * $column[direction "_gflop"] / $column[direction "_us"])
}

END {
    for (i = 1; i <= net_count; i++) {
        printf "# %s-forward\n%s\n\n", nets[i], forward[nets[i]]
        printf "# %s-backward\n%s\n\n", nets[i], backward[nets[i]]
    }
}
