"""Wrong answers to NB11: how training loops, judgements and averages go astray.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises.digits_cases import verdict
from bpcheck.exercises.model import Answer
from bpcheck.reference import batch as ref

Rate = Callable[[float, int], float]  # learning rate, samples in the batch -> factor of the gradient


def cut(order: Any, B: int) -> list[Any]:
    """In pieces of B."""
    return [order[start : start + B] for start in range(0, len(order), B)]


def filled_up(N: int, B: int, rng: np.random.Generator) -> list[Any]:
    """The last batch takes what it lacks from the first."""
    order = rng.permutation(N)
    return cut(np.concatenate([order, order[: -N % B]]), B)


def fit(
    *,
    rate: Rate = lambda lr, _b: lr,
    size: int | None = None,
    old_gradient: bool = False,
    one_step: bool = False,
    drop_last: bool = False,
    loss_before: bool = False,
    loss_of_batch: bool = False,
    epochs_less: int = 0,
) -> Answer:
    """`fit` with one part replaced."""

    def fit(start: Any, X: Any, y: Any, lr: float, B: int, epochs: int, rng: np.random.Generator) -> Any:
        params, losses = list(start), []
        for _ in range(epochs - epochs_less):
            before = ref.loss(params, X, y)
            batches = ref.minibatches(len(X), size or B, rng)
            if drop_last and len(batches[-1]) < B:
                batches = batches[:-1]
            for rows in batches[:1] if one_step else batches:
                _, grads = ref.gradients(start if old_gradient else params, X[rows], y[rows])
                last = ref.loss(params, X[rows], y[rows])
                params = ref.sgd_step(params, grads, rate(lr, len(rows)))
            losses.append(before if loss_before else last if loss_of_batch else ref.loss(params, X, y))
        return params, losses

    return fit


def judging(
    *, finite: bool = True, wobble: bool = True, limit: float | None = None, any_rise: bool = False
) -> Answer:
    """`diagnose` without one of its looks, or with another limit."""

    def one(losses: Any) -> str:
        last = losses[np.isfinite(losses)][-1] if not finite else losses[-1]
        if (finite and not np.isfinite(losses).all()) or last > losses[0]:
            return "diverged"
        if any_rise and (losses > losses[0]).any():
            return "diverged"
        if last < (limit or losses[0] / 2):
            return "good"
        rises = (np.diff(losses) > 0).mean()
        return "too large" if wobble and rises >= 0.25 else "too small"

    return lambda table: [one(row) for row in table]


def exchanged(table: Any) -> list[str]:
    """Too small for too large."""
    other = {"too small": "too large", "too large": "too small"}
    return [other.get(verdict(row), verdict(row)) for row in table]


def beside_their_mean(params: Any, X: Any, y: Any, batches: Any) -> float:
    """The distance from the mean of the batches' gradients."""
    rows = np.array([ref.flat(ref.gradients(params, X[b], y[b])[1]) for b in batches])
    return float(((rows - rows.mean(axis=0)) ** 2).sum(axis=1).mean())


def weights_only(params: Any, X: Any, y: Any, batches: Any) -> float:
    """Without the biases."""

    def weights(rows: Any) -> Any:
        return np.concatenate([dW.ravel() for dW, _ in ref.gradients(params, X[rows], y[rows])[1]])

    full = weights(np.arange(len(X)))
    return float(np.mean([((weights(b) - full) ** 2).sum() for b in batches]))


def of_sums(params: Any, X: Any, y: Any, batches: Any) -> float:
    """Sums over the samples in the place of means."""

    def total(rows: Any) -> Any:
        return len(rows) * ref.flat(ref.gradients(params, X[rows], y[rows])[1])

    full = total(np.arange(len(X)))
    return float(np.mean([((total(b) - full) ** 2).sum() for b in batches]))
