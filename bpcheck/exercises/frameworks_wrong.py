"""Wrong answers to NB13: rules, engines and a layer, each with the slip that people make first.

Imports: numpy, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises.frameworks_cases import STEP
from bpcheck.exercises.model import Answer
from bpcheck.reference import array_engine as engine
from bpcheck.reference.batch import unbroadcast

# -- rules ---------------------------------------------------------------------------------------------


def rules(op: str, G: Any, ins: Any, out: Any) -> list[Any]:
    """The right ones."""
    return list(engine.VJP[op](G, out, *ins))


def rules_but(*pairs: Any) -> Answer:
    """`vjp_rules` with other rules for some operations: "op", rule, "op", rule …"""
    other = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return lambda op, G, ins, out: list(other.get(op, engine.VJP[op])(G, out, *ins))


def fit(Ga: Any, Gb: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Both gradients in the shapes of what they belong to."""
    return unbroadcast(Ga, a.shape), unbroadcast(Gb, b.shape)


# -- forward mode --------------------------------------------------------------------------------------

Tangent = Callable[[Any, Any, Any, Any], Any]  # X, V, the constant, the new X -> the new V
_TANGENTS: dict[str, Tangent] = {
    "matmul": lambda _X, V, C, _new: V @ C,
    "add": lambda _X, V, _C, _new: V,
    "mul": lambda _X, V, C, _new: V * C,
    "exp": lambda _X, V, _C, new: V * new,
    "sum": lambda _X, V, axis, _new: V.sum(axis=axis),
}


def forward_mode(op: str = "", other: Tangent | None = None) -> Answer:
    """`jvp` with another rule for one operation."""
    tangents = _TANGENTS | ({op: other} if other else {})

    def jvp(steps: Any, X: Any, V: Any) -> tuple[Any, Any]:
        for name, constant in steps:
            new = STEP[name](X, constant)
            V = tangents[name](X, V, constant, new)
            X = new
        return X, V

    return jvp


# -- grad ----------------------------------------------------------------------------------------------

Sweep = Callable[[engine.Tensor, Any], dict[int, Any]]


def patient(result: engine.Tensor, start: Any) -> dict[int, Any]:
    """The right sweep."""
    G = {id(result): start}
    for node in reversed(engine.order(result)):
        if node.op:
            for parent, part in zip(node.parents, node.vjp(G[id(node)]), strict=True):
                G[id(parent)] = G.get(id(parent), 0.0) + part
    return G


def overwriting(result: engine.Tensor, start: Any) -> dict[int, Any]:
    """The last message wins."""
    G = {id(result): start}
    for node in reversed(engine.order(result)):
        if node.op:
            G |= {id(parent): part for parent, part in zip(node.parents, node.vjp(G[id(node)]), strict=True)}
    return G


def too_early(result: engine.Tensor, start: Any) -> dict[int, Any]:
    """Everybody passes on at once what they have by then."""
    G: dict[int, Any] = {}

    def hear(node: engine.Tensor, part: Any) -> None:
        G[id(node)] = G.get(id(node), 0.0) + part
        if node.op:
            for parent, message in zip(node.parents, node.vjp(G[id(node)]), strict=True):
                hear(parent, message)

    hear(result, start)
    return G


def grad_by(
    sweep: Sweep, start: Callable[[engine.Tensor], Any] = lambda out: np.ones_like(out.value)
) -> Answer:
    """`grad` with another sweep, or another first message."""

    def grad(f: Any) -> Any:
        def gradient(*arrays: Any) -> list[Any]:
            leaves = [engine.Tensor(array) for array in arrays]
            result = f(*leaves)
            G = sweep(result, start(result))
            return [np.asarray(G.get(id(leaf), np.zeros(leaf.shape))) for leaf in leaves]

        return gradient

    return grad


def grad_with_leftovers() -> Answer:
    """What the first call found is still there at the second."""

    def grad(f: Any) -> Any:
        kept: list[Any] = []

        def gradient(*arrays: Any) -> list[Any]:
            found = engine.value_and_grad(f)(*arrays)[1]
            kept[:] = [old + new for old, new in zip(kept, found, strict=True)] if kept else found
            return list(kept)

        return gradient

    return grad


def first_for_both(f: Any) -> Any:
    """The gradient of the first argument, twice."""

    def gradient(*arrays: Any) -> list[Any]:
        found = engine.value_and_grad(f)(*arrays)[1]
        return [found[0]] * len(found)

    return gradient


def slope(f: Any, x: float) -> float:
    """By a step along the imaginary axis."""
    return float(np.imag(f(x + 1e-30j, np)) / 1e-30)


# -- layer normalisation -------------------------------------------------------------------------------


def layer_norm(
    *,
    mean: bool = True,
    variance: bool = True,
    gained: bool = True,
    divided: bool = True,
    axis: int = 1,
    total: bool = False,
    averaged: bool = False,
    raw: bool = False,
) -> Answer:
    """`layer_norm_backward` with a road cut, or one number taken for another."""

    def backward(D: Any, X: Any, gain: Any, eps: float) -> tuple[Any, Any, Any]:
        centred = X - X.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
        H = centred / spread
        G = D * gain if gained else D
        collect = np.sum if total else np.mean
        dX = G
        if mean:
            dX = dX - collect(G, axis=axis, keepdims=True)
        if variance:
            dX = dX - H * collect(G * H, axis=axis, keepdims=True)
        over = np.mean if averaged else np.sum
        return (
            dX / spread if divided else dX,
            over(D * (X if raw else H), axis=0),
            over(D, axis=0),
        )

    return backward
