"""What a check of a right gradient costs as the network grows, beside peers where they are installed.

    python benchmarks/gradcheck_growth.py [--largest 1000000]

For MLPs of 1e2 to 1e6 parameters: evaluations of the loss, processor time in units of one evaluation (the fastest
of nine; of a check the fastest of three, a slow one's only one), and peak memory in units of the parameters' own.
All in one process, on one thread, one after the other.
"""

import argparse
import gc
import os
import time
import tracemalloc

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that wait for each other measure the machine ...
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # ... and must be told before NumPy and torch are loaded

import numpy as np

from bpcheck.gradcheck import check_gradient

SLOW = 5.0  # seconds of a check that is timed once only
ENTRYWISE_UP_TO = 2000  # parameters: a peer that asks every entry takes minutes beyond


class Network:
    """Two tanh layers, mean of half the squared error over a batch of 16."""

    def __init__(self, size):
        rng = np.random.default_rng(size)
        n = max(4, int((size / 2) ** 0.5))
        self.X, self.Y = rng.normal(size=(16, n)), rng.normal(size=(16, n))
        self.at = {
            "W": rng.normal(size=(n, n)) / n**0.5,
            "b": 0.1 * rng.normal(size=n),
            "V": rng.normal(size=(n, n)) / n**0.5,
            "c": 0.1 * rng.normal(size=n),
        }
        self.size = sum(x.size for x in self.at.values())

    def loss(self, W, b, V, c):
        """Of one batch."""
        return float(((np.tanh(self.X @ W.T + b) @ V.T + c - self.Y) ** 2).sum() / 32)

    def gradient(self, W, b, V, c):
        """By backpropagation."""
        A = np.tanh(self.X @ W.T + b)
        D = (A @ V.T + c - self.Y) / 16
        E = D @ V * (1 - A**2)
        return {"W": E.T @ self.X, "b": E.sum(axis=0), "V": D.T @ A, "c": D.sum(axis=0)}

    def flat(self, w):
        """The arrays of the point from one vector, as scipy wants it."""
        ends = np.cumsum([x.size for x in self.at.values()])[:-1]
        parts = np.split(w, ends)
        return {name: part.reshape(x.shape) for (name, x), part in zip(self.at.items(), parts, strict=True)}


def seconds(run, times):
    """Of the processor, for the fastest of some calls: what others do on this machine only ever adds."""
    gc.collect()
    took = []
    for _ in range(times):
        began = time.process_time()
        run()
        took.append(time.process_time() - began)
    return min(took)


def measured(run):
    """Seconds, and peak memory in bytes, of a call that is not the first: that one also imports."""
    run()
    tracemalloc.start()
    traced = seconds(run, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds(run, 3 if traced < SLOW else 1), peak


def evaluation(net):
    """Seconds of one call of the loss."""
    return seconds(lambda: net.loss(**net.at), 9)


def ours(net, as_function):
    calls = []

    def run():
        outcome = check_gradient(net.loss, net.gradient if as_function else net.gradient(**net.at), net.at)
        assert outcome.ok
        calls.append(outcome.evaluations)

    seconds, peak = measured(run)
    return calls[-1], seconds, peak


def entry_by_entry(net):
    """The rule of many courses: two evaluations for every entry."""

    def run():
        right = net.gradient(**net.at)
        for name, x in net.at.items():
            for index in np.ndindex(x.shape):
                moved = [x.copy(), x.copy()]
                moved[0][index] += 1e-5
                moved[1][index] -= 1e-5
                a, b = (net.loss(**{**net.at, name: m}) for m in moved)
                assert abs((a - b) / 2e-5 - right[name][index]) < 1e-6

    return 2 * net.size, *measured(run)


def scipy_check_grad(net):
    from scipy.optimize import check_grad

    w = np.concatenate([x.ravel() for x in net.at.values()])

    def slope(w):
        return np.concatenate([g.ravel() for g in net.gradient(**net.flat(w)).values()])

    return net.size + 1, *measured(lambda: check_grad(lambda w: net.loss(**net.flat(w)), slope, w))


def torch_gradcheck(net, fast):
    import torch

    X, Y = torch.tensor(net.X), torch.tensor(net.Y)
    at = tuple(torch.tensor(x, requires_grad=True) for x in net.at.values())

    def loss(W, b, V, c):
        return ((torch.tanh(X @ W.T + b) @ V.T + c - Y) ** 2).sum() / 32

    calls = 2 * len(at) if fast else 2 * net.size
    return calls, *measured(lambda: torch.autograd.gradcheck(loss, at, fast_mode=fast))


def peers(net):
    """Name and measurement of every peer that is installed and finishes in reasonable time."""
    small = net.size <= ENTRYWISE_UP_TO
    rows = [("every entry", entry_by_entry, small), ("scipy check_grad", scipy_check_grad, small)]
    rows += [("torch gradcheck, slow", lambda net: torch_gradcheck(net, False), small)]
    rows += [("torch gradcheck, fast", lambda net: torch_gradcheck(net, True), True)]
    for name, run, affordable in rows:
        if affordable:
            try:
                yield name, *run(net)
            except ImportError:
                yield name, None, None, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--largest", type=float, default=1e6, help="parameters")
    largest = parser.parse_args().largest
    print(
        f"{'parameters':>10}  {'checker':<22} {'evaluations':>11} {'per array':>10} {'time/loss':>10} {'memory':>7}"
    )
    for size in (s for s in (100, 1000, 10_000, 100_000, 1_000_000) if s <= largest):
        net = Network(size)
        unit, own = evaluation(net), 8 * net.size
        rows = [("bpcheck, values", *ours(net, False)), ("bpcheck, function", *ours(net, True)), *peers(net)]
        for name, calls, seconds, peak in rows:
            if calls is None:
                print(f"{net.size:>10}  {name:<22} not installed")
                continue
            print(
                f"{net.size:>10}  {name:<22} {calls:>11} {calls / 4:>10.1f} {seconds / unit:>10.0f} {peak / own:>6.1f}x"
            )


if __name__ == "__main__":
    main()
