"""Checks that do not check: wrong answers for NB08, each a right one with one part replaced.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bpcheck.exercises.depth_cases import network
from bpcheck.exercises.model import Answer
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import mlp, numeric
from bpcheck.reference.checking import STEP, TOLERANCE, Blocks, Loss, relative_gap

# (gradient, numerical) of a block -> what is compared with the tolerance
Gap = Callable[[FloatArray, FloatArray], Any]


def slope_in_place(f: Loss, theta: Blocks, k: int, h: float) -> FloatArray:
    """Central differences that move the caller's entries, and move them back."""
    slopes = np.zeros(theta[k].shape)
    for index in np.ndindex(slopes.shape):
        before = theta[k][index]
        theta[k][index] += h
        up = f(list(theta))
        theta[k][index] -= 2 * h
        slopes[index] = (up - f(list(theta))) / (2 * h)
        theta[k][index] = before
    return slopes


def checker(
    gap: Gap = relative_gap,
    tolerance: float = TOLERANCE,
    h: float = STEP,
    whole: bool = False,
    entries: Callable[[FloatArray], FloatArray] = np.ravel,
) -> Answer:
    """`gradcheck` with one part replaced. `entries` picks those of a block that are looked at."""

    def gradcheck(f: Loss, theta: Blocks, grads: Blocks) -> list[bool]:
        mine = [block.copy() if whole else np.array(block, dtype=np.float64) for block in theta]
        verdicts: list[bool] = []
        for k, grad in enumerate(grads):
            numerical = _whole_slopes(f, mine, k, h) if whole else slope_in_place(f, mine, k, h)
            found = np.max(gap(entries(grad), entries(numerical)))
            verdicts.append(bool(found < tolerance))
        return verdicts

    return gradcheck


def _whole_slopes(f: Loss, theta: Blocks, k: int, h: float) -> FloatArray:
    """An entry of a whole-number array takes no nudge of 1e-5: it is cut off, and the slope is 0."""
    if theta[k].dtype.kind != "i":
        return slope_in_place(f, theta, k, h)
    slopes = np.zeros(theta[k].shape)
    for index in np.ndindex(slopes.shape):
        before = theta[k][index]
        theta[k][index] = int(before + h)
        up = f(list(theta))
        theta[k][index] = int(before - h)
        slopes[index] = (up - f(list(theta))) / (2 * h)
        theta[k][index] = before
    return slopes


def one_number_for_all(f: Loss, theta: Blocks, grads: Blocks) -> list[bool]:
    """All blocks thrown together: the length of the difference over the lengths."""
    floats = [np.array(block, dtype=np.float64) for block in theta]
    numerical = np.concatenate([slope_in_place(f, floats, k, STEP).ravel() for k in range(len(theta))])
    claimed = np.concatenate([np.ravel(grad) for grad in grads])
    ratio = np.linalg.norm(claimed - numerical) / (np.linalg.norm(claimed) + np.linalg.norm(numerical))
    return [bool(ratio < TOLERANCE)] * len(theta)


def left_shifted(f: Loss, theta: Blocks, grads: Blocks) -> list[bool]:
    """Right verdicts, and the caller's arrays are not what they were."""
    verdicts: list[bool] = checker()(f, theta, grads)
    for block in theta:
        block += np.asarray(1, dtype=block.dtype)
    return verdicts


def absolute(a: FloatArray, n: FloatArray) -> FloatArray:
    """The difference as it is."""
    return np.abs(a - n)


def sign_lost(a: FloatArray, n: FloatArray) -> FloatArray:
    """Compares the sizes of the entries."""
    return relative_gap(np.abs(a), np.abs(n))


def zero_over_zero(a: FloatArray, n: FloatArray) -> FloatArray:
    """Not a number where both are 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(a - n) / np.maximum(np.abs(a), np.abs(n)))


def of_sizes(a: FloatArray, n: FloatArray) -> FloatArray:
    """Compares how long both are, and not where they point."""
    return relative_gap(np.linalg.norm(a), np.linalg.norm(n))


# -- hunts ---------------------------------------------------------------------------------------------


def hunter(
    sizes: Sequence[int] = (2, 3, 2),
    look_at: Callable[[Sequence[FloatArray]], Sequence[FloatArray]] = lambda arrays: arrays,
    gap: Gap = relative_gap,
    tolerance: float = TOLERANCE,
) -> Answer:
    """`hunt` with one part replaced: network, arrays that are looked at, comparison."""

    def hunt(suspects: Sequence[Callable[..., list[mlp.Layer]]]) -> list[bool]:
        Ws, bs, x, y = network(np.random.default_rng(1), sizes)
        params = list(zip(Ws, bs, strict=True))
        arrays = [array for pair in params for array in pair]

        def loss(k: int, array: FloatArray) -> float:
            flat = [*arrays[:k], array, *arrays[k + 1 :]]
            return mlp.loss(list(zip(flat[::2], flat[1::2], strict=True)), x, y)

        numerical = [
            numeric.gradient(lambda array, k=k: loss(k, array), array)  # type: ignore[misc]
            for k, array in enumerate(arrays)
        ]
        verdicts: list[bool] = []
        for suspect in suspects:
            claimed = [array for pair in suspect(params, x, y) for array in pair]
            pairs = zip(look_at(claimed), look_at(numerical), strict=True)
            verdicts.append(all(bool(np.max(gap(a, n)) < tolerance) for a, n in pairs))
        return verdicts

    return hunt
