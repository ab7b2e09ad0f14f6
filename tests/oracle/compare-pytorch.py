#!/usr/bin/python3
"""Lays our training and our evaluation beside PyTorch's.

    compare-pytorch.py BIN DATA THREADS [WEIGHTS...]

Steps: both networks take STEPS steps of Adam from our own initial weights, dropout off, the first
examples of CIFAR-10 in their order, at two batch sizes. Three losses are had of each step: ours,
PyTorch's in float32 and PyTorch's in float64. Rounding parts any two float32 trainings, and training
amplifies it. So the measure is PyTorch's own float32: up to every step, the greatest relative distance
of ours from float64 must be at most FACTOR times the greatest of PyTorch's float32, or below FLOOR.

Answers: each weight file named is evaluated on all test images by bin/evaluate and by PyTorch. The two
counts of correct answers may differ by NEAR: an image whose two greatest logits are the same but for
rounding.

Exits 1 where either does not hold.
"""
import os
import subprocess
import sys
import tempfile

import numpy
import torch

from networks import NETWORKS, read_examples, read_safetensors

STEPS, SHOWN, BATCHES, SEED, RATE = 100, (1, 10, 100), (128, 10), 1, 1e-4
FACTOR, FLOOR, NEAR = 4, 1e-5, 3


def ours(name, folder, data, weights, batch, threads):
    command = [os.path.join(folder, "tests/steps"), "--weights", weights, "--data", data,
               "--batch-size", str(batch), "--steps", str(STEPS), "--threads", threads,
               "--loss", NETWORKS[name].loss_name]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return numpy.array([float(line.split()[1]) for line in lines.splitlines()])


def theirs(name, data, weights, batch, dtype):
    known = NETWORKS[name]
    network = known.load(read_safetensors(weights)[0], dtype).train()
    pixels, labels = first_examples(data, STEPS * batch)
    adam = torch.optim.Adam(network.parameters(), lr=RATE)
    losses = []
    for i in range(0, STEPS * batch, batch):
        adam.zero_grad()
        loss = known.loss(network(known.scale(pixels[i:i + batch]).to(dtype)), labels[i:i + batch])
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return numpy.array(losses)


def first_examples(data, count):
    parts = [read_examples(os.path.join(data, "data_batch_%d.bin" % i)) for i in range(1, 6)]
    return (numpy.concatenate([p[0] for p in parts])[:count],
            torch.cat([p[1] for p in parts])[:count])


def compare_steps(name, folder, data, weights, batch, threads):
    us = ours(name, folder, data, weights, batch, threads)
    double = theirs(name, data, weights, batch, torch.float64)
    single = theirs(name, data, weights, batch, torch.float32)
    gap, yardstick = abs(us - double) / double, abs(single - double) / double
    for step in SHOWN:
        print("%-9s %5d %5d  %.9f  %.9f  %.9f  %8.1e  %8.1e" % (
            name, batch, step, us[step - 1], single[step - 1], double[step - 1],
            gap[:step].max(), yardstick[:step].max()), flush=True)
    allowed = numpy.maximum(FACTOR * numpy.maximum.accumulate(yardstick), FLOOR)
    within = bool((numpy.maximum.accumulate(gap) <= allowed).all())
    if not within:
        print("%s, batch %d: parts from PyTorch faster than rounding does" % (name, batch))
    return within


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


def main():
    folder, data, threads = sys.argv[1:4]
    torch.set_num_threads(int(threads))
    print("PyTorch %s; the greatest distance from its float64 up to each step" % torch.__version__)
    print("%-9s %5s %5s  %-11s  %-11s  %-11s  %8s  %8s" % (
        "net", "batch", "step", "ours", "float32", "float64", "ours", "float32"))
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        for name, known in NETWORKS.items():
            weights = os.path.join(scratch, name + ".safetensors")
            subprocess.run([os.path.join(folder, "init-weights"), "--net", name, "--scheme",
                            known.scheme, "--seed", str(SEED), "--out", weights], check=True)
            for batch in BATCHES:
                good = compare_steps(name, folder, data, weights, batch, threads) and good
    for weights in sys.argv[4:]:
        us = count_ours(folder, data, weights, threads)
        them, count = count_theirs(data, weights)
        good = abs(us - them) <= NEAR and good
        print("%s: correct of %d: ours %d, PyTorch %d" % (weights, count, us, them), flush=True)
    sys.exit(not good)


main()
