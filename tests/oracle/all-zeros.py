#!/usr/bin/python3
"""Whether all zeros learns in PyTorch too, by the loss of its first epochs.

    all-zeros.py DATA EPOCHS START...

The Carlini network, its weights zero, is trained on CIFAR-10 as the track as-run does: batches of 128 in the
order of the files, Adam, dropout of PyTorch's own. A START is one of our initial weight files, whose biases
are then taken too, or a seed of PyTorch's, which draws them. For each START and epoch a line: START, epoch,
total loss. Nothing learned is 391 ln 10 = 900.31.

One thread, so that the same PyTorch gives the same lines; about four minutes an epoch.
"""
import math
import sys

import torch

from networks import NETWORKS, first_examples, read_safetensors

BATCH, RATE = 128, 1e-4


def begin(start):
    known = NETWORKS["carlini"]
    if not start.isdigit():
        torch.manual_seed(0)
        return known.load(read_safetensors(start)[0])
    torch.manual_seed(int(start))
    network = known.make()
    for name, values in network.named_parameters():
        if name.endswith("weight"):
            torch.nn.init.zeros_(values)
    return network


def main(data, epochs, *starts):
    torch.set_num_threads(1)
    pixels, labels = first_examples(data, 50000)
    known = NETWORKS["carlini"]
    for start in starts:
        network = begin(start)
        network.drop0.p = 0.5
        network = network.to(memory_format=torch.channels_last).train()
        adam = torch.optim.Adam(network.parameters(), lr=RATE)
        for epoch in range(1, int(epochs) + 1):
            losses = []
            for first in range(0, len(pixels), BATCH):
                x = known.scale(pixels[first:first + BATCH])
                adam.zero_grad()
                loss = known.loss(network(x.contiguous(memory_format=torch.channels_last)),
                                  labels[first:first + BATCH])
                loss.backward()
                adam.step()
                losses.append(loss.item())
            print(start, epoch, "%.4f" % math.fsum(losses), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("all-zeros.py: DATA EPOCHS START...")
    main(*sys.argv[1:])
