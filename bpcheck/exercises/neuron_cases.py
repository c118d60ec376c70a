"""What the exercises of NB05 are asked: sums, predictions and neurons; and the truth about their slopes.

Nothing that hides a mistake: no neuron is saturated where its slopes are asked for, both targets occur, numbers
have both signs and are of order one.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from bpcheck.exercises.model import Arguments
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.derivative import entry_slopes, slope
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import neuron as ref


def _sized(rng: np.random.Generator, low: float, high: float, shape: tuple[int, ...] | int) -> FloatArray:
    """Numbers of both signs with two decimals, none of them near 0."""
    signs = rng.choice([-1.0, 1.0], shape)
    return np.asarray(np.round(rng.uniform(low, high, shape) * signs, 2))


def sums(rng: np.random.Generator) -> Iterable[Arguments]:
    """Sums as one number, a row, a table, whole numbers, and so large that e^z is no float any more."""
    one, other = (float(z) for z in np.round(rng.uniform(0.4, 2.5, 2), 2))
    whole = rng.permutation([-3, -2, -1, 1, 2, 3, 4])
    large = np.array([-1000.0, -40.0, float(_sized(rng, 0.4, 2.5, ())), 40.0, 1000.0])
    cases = one, -other, _sized(rng, 0.3, 4.0, 7), _sized(rng, 0.3, 4.0, (3, 4)), whole, large
    return [(z,) for z in cases]


def activations(rng: np.random.Generator) -> Iterable[Arguments]:
    """Values of the sigmoid on both sides of 1/2, and away from it: there a and 1 - a are the same."""
    low = np.round(rng.uniform(0.06, 0.4, 9), 3)
    low[1::2] = 1 - low[1::2]
    return [(float(low[0]),), (float(low[1]),), (np.asarray(low[2:]),)]


def true_sigmoid_slope(a: Any) -> Estimate:
    """Slope of the sigmoid where its value is `a`, entry by entry."""
    z = np.log(a) - np.log1p(-a)
    if np.ndim(z) == 0:
        return slope(ref.sigmoid, float(z))
    return entry_slopes(lambda z: float(ref.sigmoid(z).sum()), z)


def exact_decimals(rng: np.random.Generator) -> tuple[Any, FloatArray, float]:
    """A variant of the course's own neuron: z is ln k, so that its prediction is k / (k + 1); whole inputs."""
    x = rng.choice([1, 2, 3, 4], 2, replace=False) * rng.choice([-1, 1], 2)
    w = np.round(rng.uniform(0.2, 0.9, 2) * rng.choice([-1.0, 1.0], 2), 1)
    k = rng.choice([1.5, 3.0, 4.0, 9.0])
    return x, w, float(math.log(k) - w @ x)


def neurons(rng: np.random.Generator) -> list[tuple[Any, FloatArray, float]]:
    """Inputs, weights and bias: one with exact decimals, then five, one, two and seven inputs."""
    found = [exact_decimals(rng)]
    for n in (5, 1, 2, 7):
        x, w = _sized(rng, 0.5, 1.5, (2, n))
        z = float(_sized(rng, 0.3, 0.9, ()))
        found.append((x, w, float(np.round(z - w @ x, 2))))
    return found


def neurons_with_targets(rng: np.random.Generator) -> Iterable[Arguments]:
    """The neurons, with the targets 1 and 0 in turn."""
    return [(*one, float(k % 2 == 0)) for k, one in enumerate(neurons(rng))]


def predictions(rng: np.random.Generator) -> Iterable[Arguments]:
    """Pairs of prediction and target: single numbers, too high and too low; then rows of them."""
    yhat = np.round(rng.uniform(0.1, 0.45, 11), 2)
    yhat[::2] += 0.5
    y = np.round(np.where(yhat > 0.5, yhat - 0.55, yhat + 0.5) + rng.uniform(0.02, 0.2, 11), 2)
    singles = [(float(yhat[k]), float(y[k])) for k in range(4)]
    return [*singles, (yhat[4:], y[4:])]


def true_loss_and_slope(yhat: Any, y: Any) -> tuple[Estimate, Estimate]:
    """Half the squared error, and its slope for the prediction."""
    value = exact(0.5 * (yhat - y) ** 2)
    if np.ndim(yhat) == 0:
        return value, slope(lambda t: 0.5 * (t - y) ** 2, yhat)
    return value, entry_slopes(lambda t: float((0.5 * (t - y) ** 2).sum()), yhat)


def true_neuron_slopes(x: Any, w: Any, b: float, y: float) -> tuple[Estimate, Estimate]:
    """Slopes of the neuron's loss for its weights and its bias."""
    return (
        entry_slopes(lambda moved: float(ref.loss(x, moved, b, y)), w),
        slope(lambda moved: float(ref.loss(x, w, moved, y)), b),
    )


def loss_without(x: Any, w: Any, b: float, y: float) -> FloatArray:
    """The loss with one weight set to 0, for each weight in turn."""
    return np.array([ref.loss(x, np.where(np.arange(len(w)) == i, 0.0, w), b, y) for i in range(len(w))])


def true_blames(x: Any, w: Any, b: float, y: float) -> tuple[Estimate, Estimate]:
    """What a slope says of a weight's part in the loss, and what its removal says."""
    found, _ = true_neuron_slopes(x, w, b, y)
    by_slope = Estimate(w * found.value, np.abs(w) * found.error, found.kink)
    return by_slope, exact(ref.loss(x, w, b, y) - loss_without(x, w, b, y))


def steps(rng: np.random.Generator) -> Iterable[Arguments]:
    """Weights, bias, their slopes and a learning rate: below 1 and above."""
    cases = []
    for n, (low, high) in zip((2, 1, 7, 5), ((0.1, 0.5), (2.0, 9.0), (0.01, 0.05), (1.5, 4.0)), strict=True):
        w, dw = _sized(rng, 0.4, 1.5, (2, n))
        b, db = (float(number) for number in _sized(rng, 0.4, 1.5, 2))
        cases.append((w, b, dw, db, float(np.round(rng.uniform(low, high), 2))))
    return cases


def answers_yes_or_no(rng: np.random.Generator) -> Iterable[Arguments]:
    """A prediction with the truth 1 or 0: nearly right, undecided, quite wrong."""
    near = np.round(rng.uniform(0.03, 0.2, 3), 3)
    middle = np.round(rng.uniform(0.3, 0.45, 2), 3)
    yhats = [float(p) for p in (1 - near[0], near[1], near[2], middle[0], 1 - middle[1])]
    return list(zip(yhats, (1.0, 1.0, 0.0, 0.0, 1.0), strict=True))


def true_cross_entropy(yhat: float, y: float) -> tuple[Estimate, Estimate, Estimate]:
    """The loss; its slope for the prediction; its slope for the sum z behind it."""
    z = math.log(yhat / (1 - yhat))
    return (
        exact(ref.cross_entropy(yhat, y)),
        slope(lambda t: float(ref.cross_entropy(t, y)), yhat),
        slope(lambda t: float(ref.cross_entropy(ref.sigmoid(t), y)), z),
    )
