"""Wrong answers to NB09: the slips of people who have the right parts in the wrong order.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises.model import Answer
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import learning as ref
from bpcheck.reference import mlp
from bpcheck.reference.mlp import Layer, Params


def scaled(grads: Params, factor: float) -> list[Layer]:
    """All of them times a number."""
    return [(factor * dW, factor * db) for dW, db in grads]


def plus(one: Params, other: Params) -> list[Layer]:
    """Both added."""
    return [(dW + eW, db + eb) for (dW, db), (eW, eb) in zip(one, other, strict=True)]


def mean_of_means(params: Params, X: FloatArray, Y: FloatArray) -> list[Layer]:
    """Each new gradient is averaged with all before: the last sample counts half, the first hardly."""
    found = mlp.backprop(params, X[0], Y[0])
    for x, y in zip(X[1:], Y[1:], strict=True):
        found = scaled(plus(found, mlp.backprop(params, x, y)), 0.5)
    return found


def updated_on_the_way(params: Params, X: FloatArray, Y: FloatArray) -> list[Layer]:
    """The weights move, with a rate of 1, before the next sample is asked."""
    moving, total = list(params), scaled(params, 0.0)
    for x, y in zip(X, Y, strict=True):
        grads = mlp.backprop(moving, x, y)
        total = plus(total, scaled(grads, 1 / len(X)))
        moving = ref.step(moving, grads, 1.0)
    return total


def early_gap(gap: Callable[[FloatArray, FloatArray], Any]) -> Answer:
    """`early_update_gap` with another measure of the distance."""

    def early_update_gap(params: Params, x: FloatArray, y: FloatArray, lr: float) -> FloatArray:
        pairs = zip(ref.early_gradients(params, x, y, lr), mlp.backprop(params, x, y), strict=True)
        return np.array([gap(early, right) for (early, _), (right, _) in pairs])

    return early_update_gap


def gap_with_right_updates(params: Params, x: FloatArray, y: FloatArray, lr: float) -> FloatArray:
    """All weights are updated at once by the right slopes, and the error goes through the new ones."""
    _, activations = mlp.forward(params, x)
    right = mlp.backprop(params, x, y)
    new = ref.step(params, right, lr)
    slopes = [mlp.sigmoid_slope(a) for a in activations[1:]]
    delta = mlp.output_delta(activations[-1], y, slopes[-1])
    gaps: list[Any] = []
    for k in reversed(range(len(params))):
        dW = np.outer(delta, activations[k])
        gaps.insert(0, np.linalg.norm(dW - right[k][0]) / np.linalg.norm(right[k][0]))
        if k:
            delta = mlp.hidden_delta(new[k][0], delta, slopes[k - 1])
    return np.array(gaps)


def training(
    *,
    gradient_once: bool = False,
    every_sample: bool = False,
    from_start: bool = False,
    losses_before: bool = True,
    losses_after: bool = False,
    last_sample: bool = False,
) -> Answer:
    """`train` with the parts in another order."""

    def train(params: Params, X: FloatArray, Y: FloatArray, lr: float, steps: int) -> Any:
        current, losses = list(params), []
        first = ref.mean_gradients(params, X, Y)
        for _ in range(steps):
            if losses_before:
                losses.append(
                    mlp.loss(current, X[-1], Y[-1]) if last_sample else ref.mean_loss(current, X, Y)
                )
            if every_sample:
                for x, y in zip(X, Y, strict=True):
                    current = ref.step(current, mlp.backprop(current, x, y), lr)
            else:
                grads = first if gradient_once else ref.mean_gradients(current, X, Y)
                current = ref.step(params if from_start else current, grads, lr)
            if losses_after and not losses_before:
                losses.append(ref.mean_loss(current, X, Y))
        if losses_before and losses_after:
            losses.append(ref.mean_loss(current, X, Y))
        return current, np.array(losses)

    return train


# -- XOR -----------------------------------------------------------------------------------------------


def constant(value: float) -> list[Layer]:
    """A network 2-4-1 with all weights alike: its hidden units stay so."""
    return [(np.full((4, 2), value), np.full(4, value)), (np.full((1, 4), value), np.full(1, value))]


def _built(threshold: float, direction: float) -> list[Layer]:
    """Steep units, by hand: whether more than `threshold` of the inputs are on. No two units are alike."""
    steep = np.array([20.0, 21.0, 22.0, 23.0])
    W1 = np.column_stack([steep, steep])
    return [
        (W1, -threshold * steep),
        (direction * np.array([[3.0, 3.1, 3.2, 3.3]]), np.array([-6.0 * direction])),
    ]


OR, AND = _built(0.5, 1.0), _built(1.5, 1.0)
# both on, or both off
TURNED = [
    (
        np.array([[20.0, 20.0], [21.0, 21.0], [-22.0, -22.0], [-23.0, -23.0]]),
        np.array([-30.0, -31.5, 11.0, 11.5]),
    ),
    (np.array([[5.0, 5.1, 5.2, 5.3]]), np.array([-5.0])),
]


# -- twins ---------------------------------------------------------------------------------------------


def alike(units: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]) -> Answer:
    """`twins` that looks at other numbers of each hidden unit."""

    def twins(params: Params) -> bool:
        (W1, b1), (W2, _) = params
        rows = units(W1, b1, W2)
        return len(np.unique(rows, axis=0)) < len(rows)

    return twins


def _rows(params: Params) -> FloatArray:
    (W1, b1), (W2, _) = params
    return np.column_stack([W1, b1, W2.T])


def neighbours_alike(params: Params) -> bool:
    """Only units next to each other are compared."""
    rows = _rows(params)
    return bool((rows[1:] == rows[:-1]).all(axis=1).any())


def all_alike(params: Params) -> bool:
    """All hidden units must be the same."""
    return bool((_rows(params) == _rows(params)[0]).all())
