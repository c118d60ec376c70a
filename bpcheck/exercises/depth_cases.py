"""What the exercises of NB06 are asked: random networks of several depths, and the probes that take them apart.

A case holds flat lists of arrays, weights and biases apart, so that it can cross into a sandbox. A probe
runs beside the student's code, pairs them up as `params`, and gives back one array for each place, empty
where a shallow network has none.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference.mlp, bpcheck.exercises.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.complex_step import imaginary_slopes
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import mlp

Arrays = list[FloatArray]

DEEPEST = 4  # layers
LAYERS = tuple(range(DEEPEST, 0, -1))  # as the sweep meets them
GRADS = tuple(f"{array}{layer}" for layer in LAYERS for array in "Wb")
WEIGHTS = tuple(f"W{layer}" for layer in LAYERS)
VALUES = tuple(f"z{k}" for k in range(1, DEEPEST + 1)) + tuple(f"a{k}" for k in range(DEEPEST + 1))
NOTHING = np.zeros(0)


def signed(rng: np.random.Generator, shape: int | tuple[int, ...], low: float, high: float) -> FloatArray:
    """Numbers of both signs, none near 0, two decimals."""
    return np.asarray(np.round(rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape), 2))


def network(rng: np.random.Generator, sizes: Sequence[int]) -> tuple[Arrays, Arrays, FloatArray, FloatArray]:
    """Weights of order one; the biases keep every z between 0.3 and 1.4, so no unit is flat. No z is alike."""
    Ws, bs, a = [], [], signed(rng, sizes[0], 0.5, 1.5)
    x = a
    for n, m in pairwise(sizes):
        W = signed(rng, (m, n), 0.5, 1.5)
        b = np.asarray(np.round(signed(rng, m, 0.3, 1.4) - W @ a, 2))
        Ws.append(W)
        bs.append(b)
        a = mlp.sigmoid(W @ a + b)
    y = np.where(a > 0.5, a - rng.uniform(0.2, 0.4, a.shape), a + rng.uniform(0.2, 0.4, a.shape))
    return Ws, bs, x, np.asarray(np.round(y, 2), dtype=np.float64)


def networks(*sizes: tuple[int, ...]) -> Callable[[np.random.Generator], Iterable[Arguments]]:
    """A network of each of these sizes: case (Ws, bs, x, y)."""
    return lambda rng: [network(rng, one) for one in sizes]


def layer_sizes(Ws: Arrays) -> str:
    """How a network is called in a report.

    >>> layer_sizes([np.ones((4, 2)), np.ones((1, 4))])
    'net 2-4-1'
    """
    return "net " + "-".join(str(n) for n in [Ws[0].shape[1], *(len(W) for W in Ws)])


# -- truth ---------------------------------------------------------------------------------------------


def true_slopes(Ws: Arrays, bs: Arrays, x: FloatArray, y: FloatArray) -> tuple[Estimate, ...]:
    """The numerical slopes of ℓ, in the order of `GRADS`."""
    depth = len(Ws)

    def last(arrays: Arrays) -> FloatArray:
        return mlp.forward(list(zip(arrays[:depth], arrays[depth:], strict=True)), x)[1][-1]

    slopes = complex_slopes(last, [*Ws, *bs], y)
    return tuple(
        slopes[layer - 1 + depth * (part == "b")] if layer <= depth else exact(NOTHING)
        for layer in LAYERS
        for part in "Wb"
    )


def true_linear_slopes(Ws: Arrays, x: FloatArray, y: FloatArray) -> tuple[Estimate, ...]:
    """The same for a network without activation functions and biases, in the order of `WEIGHTS`."""
    slopes = complex_slopes(lambda Ws: functools.reduce(lambda a, W: W @ a, Ws, x), Ws, y)
    return tuple(slopes[layer - 1] if layer <= len(Ws) else exact(NOTHING) for layer in LAYERS)


def complex_slopes(last: Callable[[Arrays], FloatArray], arrays: Arrays, y: FloatArray) -> list[Estimate]:
    """Slopes of ½ Σ (last(arrays) - y)² with respect to every entry."""
    return imaginary_slopes(lambda moved: 0.5 * ((last(moved) - y) ** 2).sum(), arrays)


def true_values(Ws: Arrays, bs: Arrays, x: FloatArray) -> tuple[Estimate, ...]:
    """Pre-activations and activations, in the order of `VALUES`."""
    zs, activations = mlp.forward(list(zip(Ws, bs, strict=True)), x)
    return tuple(map(exact, [*filled(zs, DEEPEST), *filled(activations, DEEPEST + 1)]))


def filled(arrays: Sequence[Any], length: int) -> list[Any]:
    """As many entries as the deepest network would have; those that this one lacks are empty."""
    return [*arrays, *[NOTHING] * (length - len(arrays))]


# -- probes --------------------------------------------------------------------------------------------


def probe_forward(answer: Answer, Ws: Arrays, bs: Arrays, x: FloatArray) -> Any:
    """What `forward` returns, one array for each of `VALUES`."""
    value = answer(list(zip(Ws, bs, strict=True)), x)
    if value is None:
        return None
    depth = len(Ws)
    if not is_list(value, 2) or not is_list(value[0]) or not is_list(value[1]):
        raise MalformedAnswer(
            "G2",
            f"`forward` should return two lists, zs and activations; it returned {describe(value)}. With one "
            "`return zs, activations` both go back.",
        )
    zs, activations = value
    if len(zs) != depth or len(activations) != depth + 1:
        raise MalformedAnswer(
            "G2",
            f"For {depth} layer{'s' * (depth > 1)} `zs` should have {depth} and `activations` {depth + 1} entries: the "
            f"input x is the first activation, the prediction the last. Yours have {len(zs)} and {len(activations)}.",
        )
    return (*filled(zs, DEEPEST), *filled(activations, DEEPEST + 1))


def probe_params(answer: Answer, Ws: Arrays, bs: Arrays, *others: Any) -> Any:
    """What an answer makes of (params, …)."""
    return answer(list(zip(Ws, bs, strict=True)), *others)


def probe_backprop(answer: Answer, Ws: Arrays, bs: Arrays, x: FloatArray, y: FloatArray) -> Any:
    """What `backprop` returns, one array for each of `GRADS`."""
    value = answer(list(zip(Ws, bs, strict=True)), x, y)
    if value is None:
        return None
    return in_order(pairs_of("backprop", value, len(Ws)))


def pairs_of(name: str, value: Any, depth: int) -> Any:
    """What should be a list with a pair of arrays for each layer.

    Raises
    ------
    MalformedAnswer : it is not.
    """
    if not is_list(value, depth) or not all(is_list(pair, 2) for pair in value):
        raise MalformedAnswer(
            "G2",
            f"For {depth} layer{'s' * (depth > 1)} `{name}` should give a list of {depth} pair{'s' * (depth > 1)}, one for "
            f"each layer; it gave {describe(value)}.",
        )
    return value


def in_order(pairs: Any) -> tuple[Any, ...]:
    """The arrays of all layers in the order of `GRADS`, empty ones where there is no such layer."""
    return tuple(
        part for layer in LAYERS for part in (pairs[layer - 1] if layer <= len(pairs) else (NOTHING, NOTHING))
    )


def probe_linear(answer: Answer, Ws: Arrays, x: FloatArray, y: FloatArray) -> Any:
    """What `backprop_linear` returns, one array for each of `WEIGHTS`."""
    value = answer(Ws, x, y)
    if value is None:
        return None
    if not is_list(value, len(Ws)):
        raise MalformedAnswer(
            "G2",
            f"For {len(Ws)} layers `backprop_linear` should return a list of {len(Ws)} arrays; it returned "
            f"{describe(value)}.",
        )
    return tuple(value[layer - 1] if layer <= len(Ws) else NOTHING for layer in LAYERS)


def is_list(value: Any, length: int | None = None) -> bool:
    """Whether it is a list of that length, in one of the dresses that a list may have."""
    if (
        not isinstance(value, list | tuple | np.ndarray)
        or np.ndim(value if isinstance(value, np.ndarray) else ()) < 1
    ):
        return False
    return length is None or len(value) == length
