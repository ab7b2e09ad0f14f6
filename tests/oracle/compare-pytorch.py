#!/usr/bin/python3
"""Lays our training and our evaluation beside PyTorch's.

    compare-pytorch.py BIN DATA THREADS [WEIGHTS...]

Both networks take STEPS steps of Adam, and of SGD with momentum, from our own initial weights, dropout off, over the first examples
of CIFAR-10 in their order, at two batch sizes.

Paths: the losses of three trainings, ours, PyTorch's in float32 and PyTorch's in float64. Rounding parts
any two, and training amplifies it: sooner or later a rectifier or a maximum flips, or a gradient near 0
changes its sign, which Adam turns into a step of full length. When that happens is chance. So the paths
are shown, and only how far they have parted at the end is held against how far PyTorch's own two have.

Steps: what is less of chance. At steps SHOWN of our path, PyTorch computes loss and gradient in float64
from our own weights. The distance of ours is |ours - theirs| / |theirs| over all parameters. One flip
changes a gradient by a thousandth, so of each case the greatest distance counts: it must be at most
FACTOR times the greatest of PyTorch's float32, or below FLOOR.

Answers: each weight file named is evaluated on all test images by bin/evaluate and by PyTorch. The two
counts of correct answers may differ by NEAR: images whose two greatest logits are the same but for
rounding.

Exits 1 where any of this does not hold.
"""
import os
import subprocess
import sys
import tempfile

import numpy
import torch

from networks import NETWORKS, first_examples, read_examples, read_safetensors

STEPS, SHOWN, BATCHES, SEED = 100, (1, 10, 100), (128, 10), 1
OPTIMISERS = {
    "adam": ([], lambda values: torch.optim.Adam(values, lr=1e-4)),
    "sgd": (["--optimiser", "sgd", "--momentum", "0.9", "--lr", "1e-2"],
            lambda values: torch.optim.SGD(values, lr=1e-2, momentum=0.9)),
}
FACTOR, FLOOR, NEAR = 4, 1e-6, 3


def near(ours, single):
    return ours <= max(FACTOR * single, FLOOR)


class Comparison:
    """One network at one batch size and with one optimiser, from our initial weights."""

    def __init__(self, name, batch, optimiser, folder, data, scratch, threads):
        self.name, self.batch, self.scratch = name, batch, scratch
        self.optimiser = optimiser
        arguments, self.make_optimiser = OPTIMISERS[optimiser]
        self.known = NETWORKS[name]
        self.weights = os.path.join(scratch, name + ".safetensors")
        self.command = [os.path.join(folder, "tests/steps"), "--data", data, "--batch-size",
                        str(batch), "--threads", threads, "--weights", self.weights, "--loss",
                        self.known.loss_name, *arguments]
        self.pixels, self.labels = first_examples(data, STEPS * batch)

    def ours(self, steps, *more):
        lines = subprocess.run(self.command + ["--steps", str(steps), *more], check=True,
                               stdout=subprocess.PIPE, text=True).stdout
        return numpy.array([float(line.split()[1]) for line in lines.splitlines()])

    def loss(self, network, step, dtype):
        """Of one step's batch."""
        chosen = slice((step - 1) * self.batch, step * self.batch)
        x = self.known.scale(self.pixels[chosen]).to(dtype)
        return self.known.loss(network(x), self.labels[chosen])

    def theirs(self, dtype):
        network = self.known.load(read_safetensors(self.weights)[0], dtype).train()
        optimiser = self.make_optimiser(network.parameters())
        losses = []
        for step in range(1, STEPS + 1):
            optimiser.zero_grad()
            loss = self.loss(network, step, dtype)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return numpy.array(losses)

    def paths(self):
        ours, single, double = self.ours(STEPS), self.theirs(torch.float32), self.theirs(torch.float64)
        gap, yardstick = abs(ours - double) / double, abs(single - double) / double
        for step in SHOWN:
            print("%-9s %-9s %5d %5d  %.8f  %.8f  %.8f  %8.1e  %8.1e" % (
                self.name, self.optimiser, self.batch, step, ours[step - 1], single[step - 1], double[step - 1],
                gap[:step].max(), yardstick[:step].max()), flush=True)
        return near(gap.max(), yardstick.max())

    def at(self, step, weights, dtype):
        """Loss and gradients at given weights."""
        network = self.known.load(weights, dtype).train()
        loss = self.loss(network, step, dtype)
        loss.backward()
        return loss.item(), {name: p.grad.double() for name, p in network.named_parameters()
                             if p.grad is not None}

    def step(self, step):
        before, gradients = (os.path.join(self.scratch, name) for name in ("before", "gradients"))
        our_loss = self.ours(step, "--before", before, "--gradients", gradients)[-1]
        weights, ours = read_safetensors(before)[0], read_safetensors(gradients)[0]
        single_loss, single = self.at(step, weights, torch.float32)
        loss, double = self.at(step, weights, torch.float64)

        def distance(other):
            gap = sum((other[name].double() - g).pow(2).sum().item() for name, g in double.items())
            return (gap / sum(g.pow(2).sum().item() for g in double.values())) ** 0.5

        gaps = (abs(our_loss - loss) / loss, abs(single_loss - loss) / loss,
                distance(ours), distance(single))
        print("%-9s %5d %5d  %8.1e  %8.1e   %8.1e  %8.1e" % ((self.name, self.batch, step) + gaps),
              flush=True)
        return gaps

    def steps(self):
        loss, loss32, gradient, gradient32 = numpy.max([self.step(step) for step in SHOWN], axis=0)
        return near(loss, loss32) and near(gradient, gradient32)


def compare_training(folder, data, threads):
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        for name, known in NETWORKS.items():
            subprocess.run([os.path.join(folder, "init-weights"), "--net", name, "--scheme",
                            known.scheme, "--seed", str(SEED), "--out",
                            os.path.join(scratch, name + ".safetensors")], check=True)
        cases = [Comparison(name, batch, optimiser, folder, data, scratch, threads)
                 for optimiser in OPTIMISERS for name in NETWORKS for batch in BATCHES]
        print("At our own weights: distance of loss and gradient from PyTorch's in float64\n"
              "%-9s %5s %5s  %8s  %8s   %8s  %8s" % ("net", "batch", "step", "loss", "float32",
                                                    "gradient", "float32"))
        for case in cases:
            if case.optimiser == "adam": # the other takes the same gradients
                good = case.steps() and good
        print("Paths: losses, and their greatest distance from float64 up to the step\n"
              "%-9s %-9s %5s %5s  %-10s  %-10s  %-10s  %8s  %8s" % (
                  "net", "optimiser", "batch", "step", "ours", "float32", "float64", "ours", "float32"))
        for case in cases:
            good = case.paths() and good
    return good


def count_ours(folder, data, weights, threads):
    command = [os.path.join(folder, "evaluate"), "--weights", weights, "--data", data,
               "--split", "test", "--threads", threads, "--quiet"]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE,
                              text=True).stdout.split()[1])


def count_theirs(data, weights):
    tensors, metadata = read_safetensors(weights)
    known = NETWORKS[metadata["net"]]
    network = known.load(tensors).eval()
    pixels, labels = read_examples(os.path.join(data, "test_batch.bin"))
    correct = 0
    with torch.no_grad():
        for i in range(0, len(labels), 100):
            answers = network(known.scale(pixels[i:i + 100])).argmax(1)
            correct += int((answers == labels[i:i + 100]).sum())
    return correct, len(labels)


def compare_answers(folder, data, weights, threads):
    ours = count_ours(folder, data, weights, threads)
    theirs, count = count_theirs(data, weights)
    print("%s: correct of %d: ours %d, PyTorch %d" % (weights, count, ours, theirs), flush=True)
    return abs(ours - theirs) <= NEAR


def main():
    folder, data, threads = sys.argv[1:4]
    torch.set_num_threads(int(threads))
    print("PyTorch %s" % torch.__version__)
    good = [compare_answers(folder, data, weights, threads) for weights in sys.argv[4:]]
    good.append(compare_training(folder, data, threads))
    sys.exit(0 if all(good) else "compare-pytorch: the distances are not those of rounding")


main()
