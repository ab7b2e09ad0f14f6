#!/usr/bin/env python3
"""Training throughput of PyTorch on the two networks, for comparison with ours.

Usage: pytorch.py THREADS. The first line it prints has its version, oneDNN's, the instruction set and
the memory allocator, separated by tabs. Then every line read, "NET LAYOUT BATCH SECONDS", is answered by
one with images/s: so that bench.sh can take turns with the project's own benchmark, and a network is
built and warmed up only once. LAYOUT is nchw (PyTorch's default) or nhwc (channels last). A step is what ours is: forward, cross entropy (of the softmax, for resnet56,
as the paper's author had it), backward, Adam, and the loss's value read.
"""
import re
import sys
import time

import torch
from torch import nn
from torch.nn import functional

LAYOUTS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}


def carlini():
    """Four convolutions and three linear layers, as src/nets/carlini.c."""
    parts = []
    for inputs, outputs in ((3, 64), (64, 128)):
        parts += [nn.Conv2d(inputs, outputs, 3), nn.ReLU(),
                  nn.Conv2d(outputs, outputs, 3), nn.ReLU(), nn.MaxPool2d(2)]
    parts += [nn.Flatten(), nn.Linear(3200, 256), nn.ReLU(), nn.Dropout(0.5),
              nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)]
    return nn.Sequential(*parts)


class Bottleneck(nn.Module):
    """norm, rectify, 1x1; norm, rectify, 3x3; norm, rectify, 1x1; plus the shortcut; rectify."""

    def __init__(self, inputs, middle, outputs, stride, norm_first):
        super().__init__()
        first = [nn.BatchNorm2d(inputs), nn.ReLU()] if norm_first else []
        self.main = nn.Sequential(
            *first, nn.Conv2d(inputs, middle, 1, stride),
            nn.BatchNorm2d(middle), nn.ReLU(), nn.Conv2d(middle, middle, 3, padding=1),
            nn.BatchNorm2d(middle), nn.ReLU(), nn.Conv2d(middle, outputs, 1))
        self.shortcut = nn.Identity()
        if inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, x):
        return functional.relu(self.main(x) + self.shortcut(x))


def resnet56():
    """18 bottlenecks in three stages, as src/nets/resnet56.c; its output is the softmax."""
    parts = [nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()]
    channels = 16
    for middle, outputs, stride in ((16, 64, 1), (64, 128, 2), (128, 256, 2)):
        for block in range(6):
            parts.append(Bottleneck(channels, middle, outputs, stride if block == 0 else 1,
                                    norm_first=len(parts) > 3))
            channels = outputs
    parts += [nn.BatchNorm2d(256), nn.AvgPool2d(8), nn.Flatten(), nn.Linear(256, 10), nn.Softmax(1)]
    return nn.Sequential(*parts)


NETS = {"carlini": carlini, "resnet56": resnet56}
PARAMETERS = {"carlini": 1147978, "resnet56": 1663370 - 32}  # less the norm that is never used


class Training:
    """One network in one layout, with random images and labels of one batch size at a time."""

    def __init__(self, net, layout):
        self.layout = LAYOUTS[layout]
        self.net = NETS[net]().to(memory_format=self.layout)
        count = sum(p.numel() for p in self.net.parameters())
        if count != PARAMETERS[net]:
            sys.exit(f"pytorch.py: {net} has {count} parameters, not {PARAMETERS[net]}")
        self.adam = torch.optim.Adam(self.net.parameters(), lr=1e-4)
        self.batch = 0

    def set_batch(self, batch):
        if batch == self.batch:
            return
        self.batch = batch
        self.images = torch.rand(batch, 3, 32, 32).to(memory_format=self.layout)
        self.labels = torch.randint(0, 10, (batch,))
        started = time.perf_counter()
        self.step()
        if time.perf_counter() - started < 1:
            self.step()

    def step(self):
        self.adam.zero_grad()
        loss = functional.cross_entropy(self.net(self.images), self.labels)
        loss.backward()
        self.adam.step()
        return loss.item()

    def rate(self, seconds):
        steps, taken, started = 0, 0.0, time.perf_counter()
        while steps == 0 or taken < seconds:
            self.step()
            steps += 1
            taken = time.perf_counter() - started
        return steps * self.batch / taken


def about():
    """Version, oneDNN's version, instruction set, allocator."""
    built = torch.__config__.show()
    onednn = re.search(r"(?:MKL-DNN|oneDNN) v([0-9.]+)", built)
    capability = re.search(r"CPU capability usage: (\S+)", built)
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        preloaded = re.search(r"lib(jemalloc|tcmalloc)", maps.read())
    return (torch.__version__.split("+")[0], onednn[1] if onednn else "none",
            capability[1] if capability else "unknown", preloaded[1] if preloaded else "glibc")


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print("\t".join(about()), flush=True)
    trainings = {}
    for line in sys.stdin:
        net, layout, batch, seconds = line.split()
        if (net, layout) not in trainings:
            trainings[net, layout] = Training(net, layout)
        training = trainings[net, layout]
        training.set_batch(int(batch))
        print(f"{training.rate(float(seconds)):.1f}", flush=True)


if __name__ == "__main__":
    main()
