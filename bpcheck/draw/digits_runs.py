"""The trainings behind the figures of NB11: run when a figure is asked for, once.

Imports: numpy; bpcheck.data, bpcheck.reference.batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from bpcheck.data import digits
from bpcheck.reference import batch

RATES = (0.0001, 0.01, 0.5, 1.0, 3.0)
EPOCHS = 20
# reads 97 % and more of the test digits, for every seed that was tried
BEST = {"lr": 0.5, "B": 16, "epochs": 40}
NOISE_SIZES = (1, 4, 16, 64, 256)
TRIALS = 400
DEEP = (64, *[32] * 8, 10)  # nine layers


@dataclass(frozen=True, slots=True)
class Run:
    """A training on the digits."""

    params: list[batch.Layer]
    losses: tuple[float, ...]  # of all training digits: before the first epoch, and after each
    test: float  # accuracy on the test digits


def run(sizes: tuple[int, ...], lr: float, B: int, epochs: int, seed: int) -> Run:
    """Train a network with tanh units on the digits."""
    data = digits()
    rng = np.random.default_rng(seed)
    start = batch.init(sizes, rng)
    with np.errstate(over="ignore", invalid="ignore"):
        params, losses = batch.fit(start, data.X_train, data.y_train, lr=lr, B=B, epochs=epochs, rng=rng)
    first = batch.loss(start, data.X_train, data.y_train)
    return Run(params, (first, *losses), batch.accuracy(params, data.X_test, data.y_test))


@cache
def at_rate(lr: float) -> Run:
    """The small network 64-32-10 at one learning rate."""
    return run((64, 32, 10), lr, 32, EPOCHS, 0)


@cache
def best_run(seed: int) -> Run:
    """The network 64-128-10 with the settings of `BEST`."""
    return run((64, 128, 10), seed=seed, **BEST)  # type: ignore[arg-type]


@cache
def noise() -> dict[int, tuple[float, float]]:
    """Size of a batch -> mean squared distance of its gradient from that of all samples, and the mean cosine between them."""
    data = digits()
    rng = np.random.default_rng(0)
    params = batch.init((64, 32, 10), rng)
    full = batch.flat(batch.gradients(params, data.X_train, data.y_train)[1])
    found = {}
    for B in NOISE_SIZES:
        squared, cosines = [], []
        for _ in range(TRIALS):
            rows = rng.integers(len(data.X_train), size=B)
            gradient = batch.flat(batch.gradients(params, data.X_train[rows], data.y_train[rows])[1])
            squared.append(((gradient - full) ** 2).sum())
            cosines.append(gradient @ full / (np.linalg.norm(gradient) * np.linalg.norm(full)))
        found[B] = (float(np.mean(squared)), float(np.mean(cosines)))
    return found


@cache
def depth_norms() -> dict[str, tuple[float, ...]]:
    """Name of a start -> the length of each layer's weight gradient, before any training."""
    data = digits()
    X, y = data.X_train[:200], data.y_train[:200]
    found = {}
    for name, phi, stretch in (
        ("sigmoid", "sigmoid", 1.0),
        ("sigmoid, weights × 4", "sigmoid", 4.0),
        ("tanh", "tanh", 1.0),
        ("ReLU", "relu", 1.0),
    ):
        params = [(stretch * W, b) for W, b in batch.init(DEEP, np.random.default_rng(0), phi)]
        found[name] = tuple(float(norm) for norm in batch.layer_norms(params, X, y, phi))
    return found
