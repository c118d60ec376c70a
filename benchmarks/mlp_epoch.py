"""One epoch of the model answer (bpcheck.reference.batch) beside PyTorch on the CPU, in one run.

Same network, start, batches and precision (float32), two threads each; softmax with cross-entropy, plain gradient descent.
PyTorch as people write it: forward, cross_entropy, backward, step. The epochs are taken by turns, and the ratio is the
median over the pairs. Above 1: we are faster. Beside it, which part of this machine's own speed at matrix products the
model answer reaches: the products of an epoch alone, in the same shapes and precision, by NumPy.
"""

import argparse
import os
import statistics
import time
from functools import partial
from itertools import pairwise

THREADS = "2"
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", THREADS)

import numpy as np  # noqa: E402  (the number of threads is read when it is imported)

from bpcheck.reference import batch  # noqa: E402
from bpcheck.reference.training import Trainer  # noqa: E402

NETS = (((64, 32, 10), 32, 1500), ((784, 512, 512, 10), 256, 5120))
RATE = 0.05


def case(sizes, B, N):
    """Start, data and batches, in float32."""
    rng = np.random.default_rng(0)
    params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in batch.init(sizes, rng)]
    X = rng.standard_normal((N, sizes[0])).astype(np.float32)
    y = rng.integers(sizes[-1], size=N)
    return params, [(X[k : k + B], y[k : k + B]) for k in range(0, N, B)]


def ours(params, batches):
    """The last parameters and the last loss."""
    trainer = Trainer(params, RATE)
    for X, y in batches:
        loss = trainer.step(X, y)
    return trainer.params, loss


def plain(params, batches):
    """The same without buffers: what a reader of notebook 10 would write."""
    for X, y in batches:
        loss, grads = batch.gradients(params, X, y)
        params = batch.sgd_step(params, grads, RATE)
    return params, loss


def torch_epoch(torch, params, batches):
    """A function that trains the same network for one epoch in PyTorch, and its last loss."""
    layers = []
    for k, (W, b) in enumerate(params):
        linear = torch.nn.Linear(W.shape[1], W.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear] + ([torch.nn.Tanh()] if k < len(params) - 1 else [])
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    pairs = [(torch.from_numpy(X), torch.from_numpy(y)) for X, y in batches]

    def epoch():
        for X, y in pairs:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
        return loss.item()

    return epoch


def products(sizes, B, count):
    """The matrix products of an epoch, and nothing else."""
    rng = np.random.default_rng(0)
    layers = []
    for n, m in pairwise(sizes):
        A, W, D = (rng.standard_normal(shape).astype(np.float32) for shape in ((B, n), (m, n), (B, m)))
        layers.append((A, W, D))

    def run():
        for _ in range(count):
            for k, (A, W, D) in enumerate(layers):
                A @ W.T
                D.T @ A
                if k:
                    D @ W

    return run


def seconds(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=15, help="epochs of each, taken by turns")
    pairs = parser.parse_args().pairs
    try:
        import torch

        torch.set_num_threads(int(THREADS))
    except ImportError:
        torch = None
        print("PyTorch is not installed here: only the model answer is timed")
    print(
        "network            batch   ms an epoch: plain   model   PyTorch   PyTorch/model   products/model   losses differ by"
    )
    for sizes, B, N in NETS:
        params, batches = case(sizes, B, N)
        alone = products(sizes, B, len(batches))
        rows = []
        for _ in range(pairs):
            theirs = torch_epoch(torch, params, batches) if torch else (lambda: float("nan"))
            rows.append(
                (
                    seconds(partial(plain, params, batches)),
                    seconds(partial(ours, params, batches)),
                    seconds(theirs),
                    seconds(alone),
                )
            )
        times = [[part[0] for part in row] for row in rows]
        by_loop, mine, other, _ = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(row[2] / row[1] for row in times)
        share = statistics.median(row[3] / row[1] for row in times)
        gap = abs(rows[-1][1][1][1] - rows[-1][2][1])
        name = "-".join(map(str, sizes))
        print(
            f"{name:<19}{B:>5}{by_loop:>21.1f}{mine:>8.1f}{other:>10.1f}{ratio:>16.2f}{share:>17.2f}{gap:>19.1e}",
            flush=True,
        )


if __name__ == "__main__":
    main()
