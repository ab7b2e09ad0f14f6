"""The two networks in PyTorch, as the scripts of this folder use them, and readers of our files.

Dropout is off. Layers have the names of our weight files, so that load_state_dict takes those as they
are, none missing, none besides.
"""
import json
import os
import struct

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F


class Carlini(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv0 = nn.Conv2d(3, 64, 3)
        self.conv1 = nn.Conv2d(64, 64, 3)
        self.conv2 = nn.Conv2d(64, 128, 3)
        self.conv3 = nn.Conv2d(128, 128, 3)
        self.forward0 = nn.Linear(3200, 256)
        self.drop0 = nn.Dropout(0.0)
        self.forward1 = nn.Linear(256, 256)
        self.forward2 = nn.Linear(256, 10)

    def forward(self, x):
        x = F.relu(self.conv0(x))
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(F.relu(self.conv3(x)), 2)
        x = self.drop0(F.relu(self.forward0(x.flatten(1))))
        return self.forward2(F.relu(self.forward1(x)))


class Block(nn.Module):
    """Pre-activation bottleneck; the first of a stage changes the shape, the very first takes its
    input without normalising it, though it has a bn1."""

    def __init__(self, mid, out, stride, first, very_first):
        super().__init__()
        inputs = mid if first else out
        self.very_first = very_first
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, mid, 1, stride)
        self.bn2 = nn.BatchNorm2d(mid)
        self.conv2 = nn.Conv2d(mid, mid, 3, 1, 1)
        self.bn3 = nn.BatchNorm2d(mid)
        self.conv3 = nn.Conv2d(mid, out, 1)
        self.shortcut = nn.Sequential()
        if first:
            self.shortcut = nn.Sequential(nn.Conv2d(mid, out, 1, stride))

    def forward(self, x):
        y = self.conv1(x if self.very_first else F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        y = self.conv3(F.relu(self.bn3(y)))
        return F.relu(y + self.shortcut(x))


def stage(mid, out, stride, very_first=False):
    blocks = [Block(mid, out, stride, True, very_first)]
    blocks += [Block(mid, out, 1, False, False) for _ in range(5)]
    return nn.Sequential(*blocks)


class ResNet56(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = stage(16, 64, 1, very_first=True)
        self.layer2 = stage(64, 128, 2)
        self.layer3 = stage(128, 256, 2)
        self.bn2 = nn.BatchNorm2d(256)
        self.sm = nn.Linear(256, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.layer3(self.layer2(self.layer1(x))))
        return self.sm(F.avg_pool2d(x, 8).flatten(1))


def loss_carlini(logits, labels):
    return F.cross_entropy(logits, labels)


def loss_resnet56(logits, labels):
    """As the author's code ran: cross entropy takes the softmax's output for logits."""
    return F.cross_entropy(F.softmax(logits, 1), labels)


class Network:
    """What there is to know of a network beside its layers."""

    def __init__(self, make, scheme, loss, loss_name, offset, divisor):
        self.make, self.scheme, self.loss, self.loss_name = make, scheme, loss, loss_name
        self.offset, self.divisor = offset, divisor  # x = (pixel / 255 - offset) / divisor

    def load(self, weights, dtype=torch.float32):
        network = self.make()
        network.load_state_dict(weights, strict=True)
        return network.to(dtype)

    def scale(self, pixels):
        """[B,3,32,32] bytes as the network wants them, in float32, one operation after another."""
        x = pixels.astype(numpy.float32) / numpy.float32(255)
        return torch.from_numpy((x - numpy.float32(self.offset)) / numpy.float32(self.divisor))


NETWORKS = {
    "carlini": Network(Carlini, "kaiming-uniform", loss_carlini, "cross-entropy", 0.0, 1.0),
    "resnet56": Network(ResNet56, "kaiming-normal", loss_resnet56, "cross-entropy-of-softmax",
                        0.5, 0.5),
}


def read_safetensors(path):
    """Tensors by name, and the metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        payload = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        first, last = entry["data_offsets"]
        values = numpy.frombuffer(payload[first:last], "<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, metadata


def read_examples(path, count=-1):
    """The first examples of a file of CIFAR-10's: pixels [B,3,32,32] and labels [B]."""
    records = numpy.fromfile(path, numpy.uint8, count if count < 0 else count * 3073)
    records = records.reshape(-1, 3073)
    return (records[:, 1:].reshape(-1, 3, 32, 32),
            torch.from_numpy(records[:, 0].astype(numpy.int64)))


def first_examples(data, count):
    """The first training examples, across the five files of the folder."""
    parts = [read_examples(os.path.join(data, "data_batch_%d.bin" % i)) for i in range(1, 6)]
    return (numpy.concatenate([p[0] for p in parts])[:count],
            torch.cat([p[1] for p in parts])[:count])
