#!/usr/bin/python3
"""Makes carlini.txt and resnet56.txt beside this script: what PyTorch computes from our initial weights.

Usage, from the repository's root, after the tools are built:  /usr/bin/python3 tests/oracle/make-fixture.py
Needs PyTorch (made with Debian 12's 1.13.1) and NumPy. tests/unit/test_oracle.c compares our engine
with the result, so that the tests themselves need neither.

For each network: initial weights by bin/init-weights, the first EXAMPLES training examples of
data/sample, dropout off. Recorded: the logits, the loss, and, for each tensor, the gradient of the
first step and the value after STEPS steps of Adam on that same batch.

The numbers are PyTorch's in float64; the same in float32 is computed beside it, and the largest
differences are printed: the tolerances of the test rest on them.

Lines of a fixture, after "#" comments:
    rate LR
    logits N VALUE...            row by row
    loss VALUE                   the mean over the batch
    gradient NAME COUNT SUM ROOTMEANSQUARE K INDEX VALUE ...    K sampled elements in the file's order
    moved NAME COUNT SUM ROOTMEANSQUARE K INDEX VALUE ...       what STEPS steps added to a tensor
    running NAME COUNT SUM ROOTMEANSQUARE K INDEX VALUE ...     a running statistic after them
    zero NAME                    its true gradient is 0: what is computed is rounding error alone
Samples are taken where the gradients of all steps are at least half their tensor's root mean square
and of one sign: Adam's first steps are near lr * sign(gradient), so that elsewhere rounding decides
the result.

ResNet56 takes its steps with a lower rate than the 1e-4 of the experiments. With that one, PyTorch's
gradients in float32 and float64 differ by half at the third step: rectifiers near 0 flip, and the
first step's path leads away from theirs.
"""
import os
import subprocess
import sys
import tempfile

import torch

from networks import NETWORKS, read_examples, read_safetensors

EXAMPLES, STEPS, SEED = 8, 3, 1


# name: Adam's rate, samples a tensor
FIXTURES = {"carlini": (1e-4, 64), "resnet56": (1e-6, 12)}


def train(name, weights, dtype):
    """Logits and loss of the first step, the gradients of all, the tensors after the last."""
    network = NETWORKS[name].load(weights, dtype).train()
    pixels, labels = read_examples("data/sample/data_batch_1.bin", EXAMPLES)
    x = NETWORKS[name].scale(pixels).to(dtype)
    rate, _ = FIXTURES[name]
    adam = torch.optim.Adam(network.parameters(), lr=rate)
    first, gradients = None, []
    for _ in range(STEPS):
        adam.zero_grad()
        logits = network(x)
        loss = NETWORKS[name].loss(logits, labels)
        loss.backward()
        first = first or (logits.detach().double(), loss.item())
        gradients.append({key: value.grad.detach().double().clone()
                          for key, value in network.named_parameters() if value.grad is not None})
        adam.step()
    after = {key: value.detach().double().clone() for key, value in network.state_dict().items()
             if not key.endswith("num_batches_tracked")}
    return first + (gradients, after)


def rms(values):
    return values.pow(2).mean().sqrt().item()


def samples(gradients, count):
    """Indices, evenly spread over the elements with a sizeable gradient at every step."""
    scaled = torch.stack([g.flatten() / rms(g) for g in gradients])
    sizeable = (scaled.min(0).values >= 0.5) | (scaled.max(0).values <= -0.5)
    sizeable = sizeable.nonzero().flatten().tolist()
    if len(sizeable) <= count:
        return sizeable
    return [sizeable[i * len(sizeable) // count] for i in range(count)]


def line(kind, name, values, indices):
    flat = values.flatten()
    numbers = " ".join("%d %.9g" % (i, flat[i]) for i in indices)
    return "%s %s %d %.9g %.9g %d %s" % (kind, name, flat.numel(), flat.sum(), rms(flat),
                                         len(indices), numbers)


def worst(single, double, chosen):
    """Over all tensors, the largest rms of the differences at the samples by the rms there."""
    result = 0.0
    for key, indices in chosen.items():
        indices = list(indices)
        if not indices:
            continue
        gap = (single[key] - double[key]).flatten()[indices]
        result = max(result, rms(gap) / (rms(double[key].flatten()[indices]) or 1.0))
    return result


def make_fixture(name, folder):
    scheme = NETWORKS[name].scheme
    rate, count = FIXTURES[name]
    path = os.path.join(folder, name + ".safetensors")
    subprocess.run(["bin/init-weights", "--net", name, "--scheme", scheme, "--seed", str(SEED),
                    "--out", path], check=True)
    weights, _ = read_safetensors(path)
    logits, loss, steps, after = train(name, weights, torch.float64)
    logits32, loss32, steps32, after32 = train(name, weights, torch.float32)
    gradients, gradients32 = steps[0], steps32[0]

    # Where the float64 gradient is 1e-9 of what is usual, it is 0 in exact arithmetic: a bias
    # before a batch norm, which takes it away again.
    usual = max(rms(g) for g in gradients.values())
    zero = [key for key, g in gradients.items() if rms(g) < 1e-9 * usual]
    chosen = {key: samples([step[key] for step in steps], count) for key in gradients
              if key not in zero}
    moved = {key: after[key] - weights[key].double() for key in chosen}
    moved32 = {key: after32[key] - weights[key].double() for key in chosen}
    running = {key: value for key, value in after.items() if "running" in key}
    every = {key: range(0, value.numel(), -(-value.numel() // count))
             for key, value in running.items()}
    print("%s: PyTorch float32 against float64: logits %.2g, loss %.2g; of the samples' rms: gradients "
          "%.2g, %d steps of Adam %.2g, running statistics %.2g"
          % (name, (logits32 - logits).abs().max(), abs(loss32 - loss),
             worst(gradients32, gradients, chosen), STEPS, worst(moved32, moved, chosen),
             worst(after32, running, every)))
    print("%s: tensors with no true gradient: %d, not used: %s, no samples: %s"
          % (name, len(zero), [k for k in after if k not in gradients and k not in running],
             [k for k in chosen if not chosen[k]]))

    with open(os.path.join(os.path.dirname(sys.argv[0]), name + ".txt"), "w") as out:
        print("# %s, %s, seed %d: the first %d examples of data/sample, %d steps of Adam"
              % (name, scheme, SEED, EXAMPLES, STEPS), file=out)
        print("# made by make-fixture.py with PyTorch %s in float64" % torch.__version__, file=out)
        print("rate %g" % rate, file=out)
        print("logits", logits.numel(), " ".join("%.9g" % v for v in logits.flatten()), file=out)
        print("loss %.12g" % loss, file=out)
        for key in gradients:
            if key in zero:
                print("zero", key, file=out)
            else:
                print(line("gradient", key, gradients[key], chosen[key]), file=out)
                print(line("moved", key, moved[key], chosen[key]), file=out)
        for key in running:
            print(line("running", key, running[key], every[key]), file=out)


def main():
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        for name in FIXTURES:
            make_fixture(name, folder)


main()
