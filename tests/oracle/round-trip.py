#!/usr/bin/python3
"""Weight files from our tools to PyTorch and back, through the real safetensors library.

    round-trip.py BIN

Runs the Python of docs/pytorch.md as it is, and for ResNet56 with the other network's names: PyTorch must
count as many correct predictions as bin/evaluate does, and what it saves must count the same and hold the same
values. Then the variants of such files that evaluate, train and show-weights must take or refuse. Without
PyTorch or safetensors it says so and exits 0.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

try:
    import safetensors
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file
except ImportError as missing:
    print("skipped: docs/pytorch.md: %s: %s" % (sys.executable, missing))
    sys.exit(0)

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from networks import NETWORKS, read_examples

PAGE, BACK = "docs/pytorch.md", "from-pytorch.safetensors"
RUN, DATA, NEAR, SAVES = "data/recorded/as-run/%s-bs10/seed-1/final.safetensors", "data/sample", 1, 20


def expect(condition, what):
    if not condition:
        sys.exit("round-trip: not as expected: " + what)


def run(tool, *arguments, fails=None):
    """What a tool prints; if it must fail, in one line that holds the text."""
    done = subprocess.run([os.path.join("bin", tool), *arguments], capture_output=True, text=True)
    if fails is None:
        expect(done.returncode == 0, done.stderr)
    else:
        expect(done.returncode == 1 and fails in done.stderr and done.stderr.count("\n") == 1,
               "%s %s: %s" % (tool, " ".join(arguments), done.stderr))
    return done.stdout


def evaluate(weights, *more, fails=None):
    line = run("evaluate", "--weights", weights, "--data", DATA, "--split", "test", "--quiet", *more,
               fails=fails)
    return None if fails else int(line.split()[1])


def show(weights, *more, fails=None):
    """The hash of the values, and all that is printed."""
    text = run("show-weights", "--weights", weights, *more, fails=fails)
    return None if fails else (re.search("SHA-256 of the values (.*)", text).group(1), text)


def train(weights, *more, fails=None):
    for left in glob.glob("checkpoint*"):
        os.remove(left)
    run("train", "--weights", weights, "--data", DATA, "--epochs", "1", "--batch-size", "10", "--lr", "1e-4",
        "--order", "sequential", "--loss", "cross-entropy", "--seed", "1", "--examples", "10", "--quiet",
        "--out", "out", "--log", "log", "--checkpoint", "checkpoint", *more, fails=fails)


def count(known, network):
    pixels, labels = read_examples(os.path.join(DATA, "test_batch.bin"))
    with torch.no_grad():
        return int((network.eval()(known.scale(pixels)).argmax(1) == labels).sum())


def check_page(name):
    """The page's two examples; returns the network and our file that it came from."""
    with open(PAGE, encoding="utf-8") as page:
        blocks = re.findall("^```python\n(.*?)^```$", page.read(), re.S | re.M)
    expect(len(blocks) == 2, PAGE + " has two examples")
    load, save = (block.replace("carlini", name) for block in blocks)
    ours, scope = RUN % name, {}
    expect(ours in load and BACK in save, PAGE + " names " + ours + " and " + BACK)
    exec(load, scope)
    counted = evaluate(ours)
    expect(abs(count(NETWORKS[name], scope["network"]) - counted) <= NEAR, "PyTorch counts " + str(counted))
    exec(save, scope)
    expect(evaluate(BACK) == counted, BACK + " counts " + str(counted))
    expect(show(BACK)[0] == show(ours)[0], BACK + " has the values of " + ours)
    train(BACK)
    load_file("out")
    return scope["network"], ours


def check_saved_again(network, ours, name):
    """Saved with all of its metadata, whose order the library chooses each time."""
    with safe_open(ours, "pt") as file:
        metadata = file.metadata()
    counted, (sha256, _) = evaluate(ours), show(ours)
    for _ in range(SAVES):
        save_file(network.state_dict(), "again", metadata)
        hashed, text = show("again")
        expect(hashed == sha256 and "saved again by another program" in text, "values are verified")
    expect(evaluate("again") == counted, "a file saved again counts the same")
    save_file(network.state_dict(), "bare")
    evaluate("bare", fails="--net NAME")
    expect(evaluate("bare", "--net", name) == counted, "a file without metadata counts the same")
    if any("num_batches_tracked" in key for key in network.state_dict()):
        expect(re.search(r"num_batches_tracked +scalar .* I64", show("bare")[1]), "counters are shown")
    changed = {key: tensor + 1 if tensor.dtype == torch.float32 else tensor
               for key, tensor in network.state_dict().items()}
    save_file(changed, "changed", metadata)
    for tool in (evaluate, show, train):
        tool("changed", fails="--unverified accepts it")
        tool("changed", "--unverified")


def check_types(network, name):
    for dtype, spelt in ((torch.float16, "F16"), (torch.bfloat16, "BF16"), (torch.float64, "F64")):
        save_file({key: tensor.to(dtype) if tensor.dtype == torch.float32 else tensor
                   for key, tensor in network.state_dict().items()}, "typed", {"net": name})
        expect(re.search(r"^\S+\.weight .* %s$" % spelt, show("typed")[1], re.M), spelt + " is shown")
        for tool in (evaluate, train):
            tool("typed", fails=" is %s, but weights must be F32" % spelt)


def check_layouts(network, ours, name):
    """Channels last and views, made contiguous; empty tensors."""
    counted = evaluate(ours)
    network = network.to(memory_format=torch.channels_last)
    weights = {key: tensor.contiguous() for key, tensor in network.state_dict().items()}
    weights["empty"] = torch.zeros(0, 3)
    save_file(weights, "last", {"net": name})
    expect(evaluate("last") == counted, "channels-last weights count the same")


def main():
    folder, root = os.path.abspath(sys.argv[1]), os.getcwd()
    print("PyTorch %s, safetensors %s" % (torch.__version__, safetensors.__version__))
    for name in NETWORKS:
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)
            os.symlink(folder, "bin")
            for part in ("docs", "tests", "data"):
                os.symlink(os.path.join(root, part), part)
            network, ours = check_page(name)
            check_saved_again(network, ours, name)
            check_types(network, name)
            check_layouts(network, ours, name)
            os.chdir(root)
        print("%s: the examples of %s, files saved again, types and layouts: as expected" % (name, PAGE),
              flush=True)


main()
