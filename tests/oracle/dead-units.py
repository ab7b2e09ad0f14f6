#!/usr/bin/python3
"""Which units of a trained Carlini network are dead, whatever the image.

    dead-units.py WEIGHTS...

From pixels in [0,1], bounds of every channel's values go up through the layers in float64: an upper bound adds
up positive weights times upper bounds and negative ones times lower bounds, a lower bound the other way round.
A maximum over a window keeps them. A unit whose upper bound before its ReLU is not above 0 puts out 0 for every
possible image. For each hidden layer: how many such units, of how many, and the greatest upper bound.
"""
import sys

import torch

from networks import read_safetensors

# Inputs of a layer's unit that come from one channel before: a window, or forward0's 5 x 5 places.
PLACES = {"conv0": 9, "conv1": 9, "conv2": 9, "conv3": 9, "forward0": 25, "forward1": 1}


def main(paths):
    for path in paths:
        weights, metadata = read_safetensors(path)
        if metadata["net"] != "carlini":
            sys.exit("dead-units.py: %s: not a Carlini network" % path)
        print(path)
        lower, upper = torch.zeros(3).double(), torch.ones(3).double()
        for layer, places in PLACES.items():
            weight = weights[layer + ".weight"].double().flatten(1)
            bias = weights[layer + ".bias"].double()
            lower, upper = (x.clamp(min=0).repeat_interleave(places) for x in (lower, upper))
            positive, negative = weight.clamp(min=0), weight.clamp(max=0)
            lower, upper = (bias + positive @ lower + negative @ upper,
                            bias + positive @ upper + negative @ lower)
            print("%-8s  dead %3d of %3d  greatest bound %.2g" % (
                layer, (upper <= 0).sum(), len(upper), upper.max()))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("dead-units.py: WEIGHTS...")
    main(sys.argv[1:])
