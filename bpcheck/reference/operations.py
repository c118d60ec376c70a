"""The operations of the tape: what each computes, and how an error goes back through it.

One backward rule per operation: the vector-Jacobian product for one of its inputs. A rule never undoes
broadcasting; `fold` does it for all of them. At a kink the choice is: |x| has slope 0 at 0, ReLU too,
and of several equal largest entries the first one gets everything.

Sources: Griewank & Walther, Evaluating Derivatives (2008), chapter 3 (elementary operations); Giles,
Collected matrix derivative results for forward and reverse mode AD (2008), section 2 (products).

Imports: numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Inputs = tuple[FloatArray, ...]
Forward = Callable[..., Any]  # (*inputs, **settings) -> the value
Slope = Callable[[FloatArray, FloatArray], FloatArray]  # (x, y = f(x)) -> f'(x), entry by entry
Rule = Callable[..., FloatArray]  # (G, y, inputs, slot, **settings) -> what inputs[slot] hears, before `fold`


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of step: a value from inputs, and errors for the inputs from the value's error `G`."""

    forward: Forward
    backward: Rule


def fold(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Sum what broadcasting has copied: the error of an array of `shape` from the error of its copies.

    >>> fold(np.ones((5, 3)), (3,))
    array([5., 5., 5.])
    >>> fold(np.ones((5, 3)), (5, 1)).shape
    (5, 1)
    """
    G = G.sum(axis=tuple(range(G.ndim - len(shape)))) if G.ndim > len(shape) else G
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and G.shape[axis] != 1)
    return np.asarray(G.sum(axis=copied, keepdims=True) if copied else G)


def expand(G: FloatArray, shape: tuple[int, ...], axis: Any, keepdims: bool) -> FloatArray:
    """The inverse way: the error of a reduced array, laid along the axes that were reduced.

    >>> expand(np.array([1.0, 2.0]), (2, 3), axis=1, keepdims=False)
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    if axis is not None and not keepdims:
        G = np.expand_dims(G, axis)
    return np.broadcast_to(G, shape)


# -- entry by entry, one input -------------------------------------------------------------------------


def _sigmoid(z: FloatArray) -> FloatArray:
    return np.exp(-np.logaddexp(0.0, -z))  # accurate at both ends


ELEMENTWISE: dict[str, tuple[Callable[[FloatArray], FloatArray], Slope]] = {
    "negative": (np.negative, lambda x, _y: -np.ones_like(x)),
    "exp": (np.exp, lambda _x, y: y),
    "expm1": (np.expm1, lambda _x, y: y + 1),
    "log": (np.log, lambda x, _y: 1 / x),
    "log1p": (np.log1p, lambda x, _y: 1 / (1 + x)),
    "log2": (np.log2, lambda x, _y: 1 / (x * np.log(2.0))),
    "log10": (np.log10, lambda x, _y: 1 / (x * np.log(10.0))),
    "sqrt": (np.sqrt, lambda _x, y: 0.5 / y),
    "square": (np.square, lambda x, _y: 2 * x),
    "reciprocal": (np.reciprocal, lambda _x, y: -y * y),
    "absolute": (np.abs, lambda x, _y: np.sign(x)),
    "sin": (np.sin, lambda x, _y: np.cos(x)),
    "cos": (np.cos, lambda x, _y: -np.sin(x)),
    "tan": (np.tan, lambda _x, y: 1 + y * y),
    "arctan": (np.arctan, lambda x, _y: 1 / (1 + x * x)),
    "sinh": (np.sinh, lambda x, _y: np.cosh(x)),
    "cosh": (np.cosh, lambda x, _y: np.sinh(x)),
    "tanh": (np.tanh, lambda _x, y: 1 - y * y),
    "sigmoid": (_sigmoid, lambda _x, y: y * (1 - y)),
    "relu": (lambda z: np.maximum(z, 0.0), lambda x, _y: (x > 0).astype(np.float64)),
    "softplus": (lambda z: np.logaddexp(0.0, z), lambda x, _y: _sigmoid(x)),
}


def _scaled_by(slope: Slope) -> Rule:
    return lambda G, y, inputs, _slot: G * slope(inputs[0], y)


# -- products ------------------------------------------------------------------------------------------


def product_rule(G: FloatArray, _y: FloatArray, inputs: Inputs, slot: int) -> FloatArray:
    """`A @ B`: A hears G Bᵀ, B hears Aᵀ G (Giles, section 2.2.2); vectors are thin matrices."""
    A, B = inputs
    G = np.expand_dims(G, -1) if B.ndim == 1 else G
    G = np.expand_dims(G, -1 if A.ndim == B.ndim == 1 else -2) if A.ndim == 1 else G
    A2, B2 = (A[None, :] if A.ndim == 1 else A), (B[:, None] if B.ndim == 1 else B)
    heard = G @ np.swapaxes(B2, -1, -2) if slot == 0 else np.swapaxes(A2, -1, -2) @ G
    return fold(heard, (A2, B2)[slot].shape).reshape(inputs[slot].shape)


def _einsum(*inputs: FloatArray, subscripts: str) -> FloatArray:
    return np.asarray(np.einsum(subscripts, *inputs))


def _einsum_rule(G: FloatArray, _y: FloatArray, inputs: Inputs, slot: int, subscripts: str) -> FloatArray:
    """The input's letters from G's and the other inputs'; letters summed alone are laid out again."""
    letters, result = subscripts.split("->")
    terms = letters.split(",")
    others = [(t, x) for i, (t, x) in enumerate(zip(terms, inputs, strict=True)) if i != slot]
    known = [c for c in terms[slot] if c in result or any(c in t for t, _ in others)]
    back = ",".join([result, *(t for t, _ in others)]) + "->" + "".join(known)
    heard = np.einsum(back, G, *(x for _, x in others))
    alone = tuple(i for i, c in enumerate(terms[slot]) if c not in known)
    return np.broadcast_to(np.expand_dims(heard, alone), inputs[slot].shape)


# -- powers, largest entries, sums ---------------------------------------------------------------------


def _power_rule(G: FloatArray, y: FloatArray, inputs: Inputs, slot: int) -> FloatArray:
    x, p = inputs
    if slot == 0:
        return np.asarray(G * np.where(p == 0, 0.0, p * x ** np.where(p == 0, 1.0, p - 1)))
    return np.asarray(G * y * np.log(np.where(y == 0, 1.0, x)))


def _pick_rule(better: Callable[[FloatArray, FloatArray], NDArray[np.bool_]]) -> Rule:
    """`maximum` or `minimum`: the first input wins where both are equal."""
    return lambda G, _y, inputs, slot: G * (better(inputs[1], inputs[0]) == bool(slot))


def _extreme(reduce: Callable[..., FloatArray]) -> Forward:
    return lambda x, axis, keepdims: reduce(x, axis=axis, keepdims=keepdims)


def extreme_rule(
    G: FloatArray, y: FloatArray, inputs: Inputs, _slot: int, axis: Any, keepdims: bool
) -> FloatArray:
    """Largest or smallest entry along axes: the first entry that equals it hears everything."""
    x = inputs[0]
    axes = tuple(range(x.ndim)) if axis is None else tuple(np.atleast_1d(axis) % x.ndim)
    lines = np.moveaxis(x == expand(y, x.shape, axis, keepdims), axes, range(-len(axes), 0))
    flat = lines.reshape(*lines.shape[: x.ndim - len(axes)], -1)
    first = (flat & (np.cumsum(flat, axis=-1) == 1)).reshape(lines.shape)
    return np.asarray(expand(G, x.shape, axis, keepdims) * np.moveaxis(first, range(-len(axes), 0), axes))


def _sum_rule(
    G: FloatArray, _y: FloatArray, inputs: Inputs, _slot: int, axis: Any, keepdims: bool
) -> FloatArray:
    return expand(G, inputs[0].shape, axis, keepdims)


def _mean_rule(
    G: FloatArray, y: FloatArray, inputs: Inputs, _slot: int, axis: Any, keepdims: bool
) -> FloatArray:
    return expand(G, inputs[0].shape, axis, keepdims) * (y.size / inputs[0].size)


# -- softmax and its kin -------------------------------------------------------------------------------


def _logsumexp(z: FloatArray, axis: int, keepdims: bool) -> FloatArray:
    top = z.max(axis=axis, keepdims=True)
    found = np.log(np.exp(z - top).sum(axis=axis, keepdims=True)) + top
    return np.asarray(found if keepdims else found.squeeze(axis))


def softmax(z: FloatArray, axis: int) -> FloatArray:
    """Positive numbers that sum to 1 along `axis`.

    >>> softmax(np.array([0.0, np.log(3.0)]), axis=0)
    array([0.25, 0.75])
    """
    return np.exp(z - _logsumexp(z, axis, True))


def _softmax_rule(G: FloatArray, y: FloatArray, _inputs: Inputs, _slot: int, axis: int) -> FloatArray:
    return np.asarray(y * (G - (G * y).sum(axis=axis, keepdims=True)))


def _log_softmax_rule(G: FloatArray, y: FloatArray, _inputs: Inputs, _slot: int, axis: int) -> FloatArray:
    return np.asarray(G - np.exp(y) * G.sum(axis=axis, keepdims=True))


def _logsumexp_rule(
    G: FloatArray, _y: FloatArray, inputs: Inputs, _slot: int, axis: int, keepdims: bool
) -> FloatArray:
    return expand(G, inputs[0].shape, axis, keepdims) * softmax(inputs[0], axis)


# -- moving entries about ------------------------------------------------------------------------------


def _getitem_rule(G: FloatArray, _y: FloatArray, inputs: Inputs, _slot: int, index: Any) -> FloatArray:
    heard = np.zeros_like(inputs[0])
    parts = index if isinstance(index, tuple) else (index,)
    if all(part is None or part is Ellipsis or isinstance(part, int | slice) for part in parts):
        heard[index] += G
    else:
        np.add.at(heard, index, G)  # an entry may have been picked twice
    return heard


def _concatenate_rule(G: FloatArray, _y: FloatArray, inputs: Inputs, slot: int, axis: int) -> FloatArray:
    ends = np.cumsum([x.shape[axis] for x in inputs])
    return np.split(G, ends[:-1], axis=axis)[slot]


def _pad_rule(G: FloatArray, _y: FloatArray, inputs: Inputs, _slot: int, widths: Any) -> FloatArray:
    before = np.broadcast_to(widths, (inputs[0].ndim, 2))[:, 0]
    return G[tuple(slice(b, b + n) for b, n in zip(before, inputs[0].shape, strict=True))]


OPERATIONS: dict[str, Operation] = {
    **{name: Operation(f, _scaled_by(slope)) for name, (f, slope) in ELEMENTWISE.items()},
    "add": Operation(np.add, lambda G, _y, _x, _slot: G),
    "subtract": Operation(np.subtract, lambda G, _y, _x, slot: -G if slot else G),
    "multiply": Operation(np.multiply, lambda G, _y, x, slot: G * x[1 - slot]),
    "divide": Operation(np.divide, lambda G, y, x, slot: -G * y / x[1] if slot else G / x[1]),
    "power": Operation(np.power, _power_rule),
    "maximum": Operation(np.maximum, _pick_rule(np.greater)),
    "minimum": Operation(np.minimum, _pick_rule(np.less)),
    "logaddexp": Operation(np.logaddexp, lambda G, y, x, slot: G * np.exp(x[slot] - y)),
    "where": Operation(
        lambda a, b, mask: np.where(mask, a, b), lambda G, _y, _x, slot, mask: G * (mask != bool(slot))
    ),
    "matmul": Operation(np.matmul, product_rule),
    "einsum": Operation(_einsum, _einsum_rule),
    "sum": Operation(_extreme(np.sum), _sum_rule),
    "mean": Operation(_extreme(np.mean), _mean_rule),
    "max": Operation(_extreme(np.max), extreme_rule),
    "min": Operation(_extreme(np.min), extreme_rule),
    "cumsum": Operation(
        lambda x, axis: np.cumsum(x, axis=axis),
        lambda G, _y, _x, _slot, axis: np.flip(np.cumsum(np.flip(G, axis), axis), axis),
    ),
    "softmax": Operation(softmax, _softmax_rule),
    "log_softmax": Operation(lambda z, axis: z - _logsumexp(z, axis, True), _log_softmax_rule),
    "logsumexp": Operation(_logsumexp, _logsumexp_rule),
    "getitem": Operation(lambda x, index: x[index], _getitem_rule),
    "reshape": Operation(
        lambda x, shape: np.reshape(x, shape), lambda G, _y, x, _slot, **_: G.reshape(x[0].shape)
    ),
    "transpose": Operation(
        lambda x, axes: np.transpose(x, axes),
        lambda G, _y, _x, _slot, axes: np.transpose(G, np.argsort(axes)),
    ),
    "broadcast_to": Operation(lambda x, shape: np.broadcast_to(x, shape), lambda G, _y, _x, _slot, **_: G),
    "pad": Operation(lambda x, widths: np.pad(x, widths), _pad_rule),
    "concatenate": Operation(lambda *x, axis: np.concatenate(x, axis=axis), _concatenate_rule),
    "stack": Operation(
        lambda *x, axis: np.stack(x, axis=axis), lambda G, _y, _x, slot, axis: np.take(G, slot, axis=axis)
    ),
}
