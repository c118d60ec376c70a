"""What NB08 asks of a proof: a network and a batch in which a gradient that trains well is seen to be wrong.

The gradient runs beside the student's code, and is all that is told of it. What the student chose crosses as
arrays; whether it shows the mistake is worked out by the examiner, which runs the same gradient once more.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_wrong import RULES, Rule, backprop_with
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.exercises.trust_sweeps import BATCH, Grads, mean_of
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import mlp
from bpcheck.reference.checking import TOLERANCE

GradFn = Callable[[mlp.Params, FloatArray, FloatArray], Grads]  # of (params, X, Y)
MOST = 12  # numbers in params, X and Y together
ROUNDING = 1e-12  # of slopes of a network that is right already: no difference


def _each(X: FloatArray, Y: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    return list(zip(X, Y, strict=True))


def _by_sweep(rule: Rule) -> GradFn:
    """The mean over a batch of a backpropagation with one rule replaced."""
    backprop = backprop_with(rule)
    return lambda params, X, Y: mean_of([backprop(params, x, y) for x, y in _each(X, Y)])


def _by_batch(wrong: Callable[[Sequence[Grads]], Grads]) -> GradFn:
    """Right for each sample, and put together in another way than by the mean."""
    return lambda params, X, Y: wrong([mlp.backprop(params, x, y) for x, y in _each(X, Y)])


TRAINS: tuple[tuple[str, GradFn], ...] = (  # each is wrong, and makes the loss fall
    ("the slope of the output unit is missing", _by_sweep(RULES["C1 output slope"])),
    ("the slopes of the hidden units are missing", _by_sweep(RULES["C1 hidden slopes"])),
    ("hidden units have their value for a slope", _by_sweep(RULES["C4 hidden values"])),
    ("one bias slope for all units of a layer", _by_sweep(RULES["C21 bias"])),
    ("the batch is summed", _by_batch(BATCH["F3 sum"])),
    ("the last sample stands for all", _by_batch(BATCH["C24 last sample"])),
)


def accused(rng: np.random.Generator) -> Iterator[Arguments]:
    """Each of `TRAINS` by its number, in any order."""
    return ((int(k),) for k in rng.permutation(len(TRAINS)))


def probe_proof(answer: Answer, number: int) -> Any:
    """X, Y, and the arrays of params one after the other, as the answer chose them."""
    value = answer(TRAINS[number][1])
    if value is None:
        return None
    try:
        params, X, Y = value
        arrays = [X, Y, *(array for W, b in params for array in (W, b))]
    except (TypeError, ValueError):
        raise MalformedAnswer(
            "G2",
            "`prove_wrong` should return params, X and Y; params is a list of pairs (W, b). It returned "
            f"{describe(value)}.",
        ) from None
    return tuple(as_numbers("an array of the example", array) for array in arrays)


def read_proof(told: Any, number: int) -> tuple[float, float]:
    """1 or 0 each: does the gradient look right in this example; is it larger than it may be?"""
    arrays = [as_numbers("an array of the example", part) for part in _parts(told)]
    for array in arrays:
        require_finite("the example", array)
    X, Y, *flat = arrays
    params = list(zip(flat[::2], flat[1::2], strict=True))
    _require_network(params, X, Y)
    if sum(array.size for array in arrays) > MOST:
        return 0.0, 1.0
    with np.errstate(all="ignore"):  # of numbers near 1e300 NaN is left, which shows nothing
        truth = mean_of([mlp.backprop(params, x, y) for x, y in _each(X, Y)])
        shown = _shows(TRAINS[number][1](params, X, Y), truth)
    return float(not shown), 0.0


def _shows(claimed: Grads, truth: Grads) -> bool:
    """Whether a checker would see a difference in one array at least."""
    pairs = [
        (x, y) for one, other in zip(claimed, truth, strict=True) for x, y in zip(one, other, strict=True)
    ]
    return any(np.abs(x - y).max() > TOLERANCE * np.abs(y).max() + ROUNDING for x, y in pairs)


def _parts(told: Any) -> Sequence[Any]:
    if not isinstance(told, tuple | list) or len(told) < 4 or len(told) % 2:
        raise MalformedAnswer(
            "G2", f"`prove_wrong` should return params, X and Y; it returned {describe(told)}."
        )
    return told


def _require_network(params: Sequence[mlp.Layer], X: FloatArray, Y: FloatArray) -> None:
    """That the arrays fit together, and hold at least one sample."""
    widths = [X.shape[-1:], *(W.shape[:1] for W, _ in params)]
    fits = all(
        W.shape == (*m, *n) and b.shape == m for (W, b), (n, m) in zip(params, pairwise(widths), strict=True)
    )
    if (
        not fits
        or X.ndim != 2
        or Y.shape != (len(X), *widths[-1])
        or not all(array.size for array in (X, *(b for _, b in params)))
    ):
        shapes = ", ".join(f"{W.shape} and {b.shape}" for W, b in params)
        raise MalformedAnswer(
            "G2",
            "The example is no network with its samples. W is (receivers, senders), b (receivers,); X and Y have one row "
            f"per sample. Here X is {X.shape}, Y {Y.shape}, and the pairs (W, b) are {shapes}.",
        )


# -- proofs that prove nothing -------------------------------------------------------------------------


def example(*sizes: int, N: int, met: bool = False) -> Answer:
    """`prove_wrong` with a random network of these sizes and N samples; `met`: its targets are met already."""

    def prove_wrong(_grad_fn: GradFn) -> tuple[mlp.Params, FloatArray, FloatArray]:
        rng = np.random.default_rng(7)
        params = [(rng.normal(size=(m, n)), rng.normal(size=m)) for n, m in pairwise(sizes)]
        X, Y = rng.normal(size=(N, sizes[0])), rng.uniform(size=(N, sizes[-1]))
        if met:
            Y = np.array([mlp.forward(params, x)[1][-1] for x in X])
        return params, X, Y

    return prove_wrong
