"""Mistakes at a softmax and at p − y, the error of the scores of a cross-entropy; C17, C18, C1, C7.

Whether a loss is a cross-entropy is read from the numbers: the error of the scores z is weight · (p − y)
with p = softmax(z) and some y >= 0 that sums to 1. So softmax and logarithm may be written in any way.

Source: Goodfellow, Bengio & Courville, Deep Learning (2016), section 6.2.2.

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bpcheck.reference.mistakes.anatomy import VIEWS, Anatomy
from bpcheck.reference.mistakes.swaps import Swap
from bpcheck.reference.node import Node
from bpcheck.reference.operations import ELEMENTWISE, FloatArray, softmax
from bpcheck.reference.tape import EdgeRule, Join, total

SMALL = 1e-9  # of the largest entry: what is below is rounding
Jacobian = Callable[[FloatArray, FloatArray, int], FloatArray]  # (error of p, p, axis) -> error of the scores
BESIDE_LOG = {*VIEWS, "add", "subtract", "maximum", "minimum", "sum"}


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores z whose error is weight · (p − y)."""

    z: Node
    p: FloatArray
    weighted: FloatArray  # weight · p
    target: FloatArray  # weight · y


def wrong_cross_entropy(anatomy: Anatomy) -> Iterator[Swap]:
    """Mistakes with p − y."""
    scores = [found for node in anatomy.nodes if (found := _scores(anatomy, node))]
    if scores:
        yield _at("C17", SLOPE_AGAIN, "softmax slope again", scores, lambda s, G: G * s.p * (1 - s.p))
        one_hot = all((s.target > SMALL * s.target.max()).sum() * 2 <= s.target.size for s in scores)
        if one_hot:
            yield _at("C18", TRUE_CLASS, "true class", scores, _only_where_y)
            yield _at("C18", TRUE_CLASS, "only −1", scores, lambda s, _G: -s.target)
        else:
            yield _at("C7", P_MISSING, "p missing", scores, lambda s, _G: -s.target)
        yield _at("C7", NOTHING_TAKEN, "y missing", scores, lambda s, _G: s.weighted)
    ends = [node for node in anatomy.of_kind("sigmoid", "softplus") if _is_binary(anatomy, node)]
    if ends:
        joins = {node.parents[0].index: _with_slope(node, 1) for node in ends}
        yield Swap("C17", SLOPE_AGAIN_SIGMOID, "sigmoid slope again", joins=joins)
        joins = {node.parents[0].index: _with_slope(node, -1) for node in ends}
        yield Swap("C1", NO_SLOPE_SIGMOID, "sigmoid slope missing", joins=joins)


def _at(
    code: str,
    sentence: str,
    name: str,
    scores: list[_Scores],
    wrong: Callable[[_Scores, FloatArray], FloatArray],
) -> Swap:
    def join(s: _Scores) -> Join:
        return lambda heard: wrong(s, total(heard))

    return Swap(code, sentence, name, joins={s.z.index: join(s) for s in scores})


def _only_where_y(s: _Scores, G: FloatArray) -> FloatArray:
    return np.where(s.target > SMALL * s.target.max(), G, 0.0)


def _with_slope(node: Node, times: int) -> Join:
    """The right error of the pre-activation, times or over the slope of the sigmoid."""
    p = ELEMENTWISE["sigmoid"][0](node.parents[0].value)
    return lambda heard: total(heard) * (p * (1 - p)) ** times


def _scores(anatomy: Anatomy, node: Node) -> _Scores | None:
    """What goes into this step, if it is a softmax whose logarithm is the loss: the numbers must say so."""
    if node.operation not in ("softmax", "log_softmax", "logsumexp") or node.settings["axis"] is None:
        return None
    z, axis, G = node.parents[0], node.settings["axis"], anatomy.error(node)
    p = softmax(z.value, axis)
    if node.operation == "logsumexp":
        weight = G if node.settings["keepdims"] else np.expand_dims(G, axis)
    elif node.operation == "log_softmax":
        weight = -G.sum(axis=axis, keepdims=True)
    elif _meets_log(anatomy, node):
        weight = -(G * p).sum(axis=axis, keepdims=True)
    else:
        return None
    target = weight * p - anatomy.error(z)
    sums_to_one = np.allclose(target.sum(axis=axis, keepdims=True), weight, rtol=1e-9)
    if not sums_to_one or (target < -SMALL * abs(target).max(initial=0.0)).any() or not target.any():
        return None
    return _Scores(z, p, weight * p, target)


def _is_binary(anatomy: Anatomy, node: Node) -> bool:
    """Whether this sigmoid meets its logarithm, or this softplus(z) its − y·z."""
    if node.operation == "softplus":
        return len(anatomy.users[node.parents[0].index]) > 1
    return _meets_log(anatomy, node)


def _meets_log(anatomy: Anatomy, node: Node, steps: int = 3) -> bool:
    """Whether a logarithm follows within a few steps: log(a), log(1 − a), log(P[rows, y] + tiny)."""
    for i, _ in anatomy.users[node.index] if steps else ():
        user = anatomy.nodes[i]
        if user.operation == "log":
            return True
        multiple = user.operation == "multiply" and any(not p.active for p in user.parents)
        if (multiple or user.operation in BESIDE_LOG) and _meets_log(anatomy, user, steps - 1):
            return True
    return False


# -- softmax as a step of its own, as in attention -----------------------------------------------------


def wrong_softmax(anatomy: Anatomy, settled: set[int]) -> Iterator[Swap]:
    """Wrong Jacobians; `settled`: scores of a cross-entropy, which has its own names for most of them."""
    peers = anatomy.of_kind("softmax")
    inside = [node for node in peers if node.parents[0].index not in settled]
    for code, name, sentence, wrong in JACOBIANS:
        for nodes, where in anatomy.groups(peers if code == "C1" else inside):
            edges = {(node.index, 0): _jacobian(wrong) for node in nodes}
            yield Swap(code, sentence.format(where=where), f"softmax {name}", edges)


def _jacobian(wrong: Jacobian) -> EdgeRule:
    return lambda G, node, _slot: wrong(G, node.value, node.settings["axis"])


def _other_axis(G: FloatArray, p: FloatArray, axis: int) -> FloatArray:
    other = {p.ndim - 1: p.ndim - 2, p.ndim - 2: p.ndim - 1}[axis % p.ndim] if p.ndim > 1 else axis
    return np.asarray(p * (G - (G * p).sum(axis=other, keepdims=True)))


SLOPE_AGAIN = (
    "The error of the scores was multiplied by p·(1 − p). For a cross-entropy p − y already contains the slope of the "
    "softmax. Leave the factor away."
)
SLOPE_AGAIN_SIGMOID = (
    "The error of the last pre-activation was multiplied by a·(1 − a). For a cross-entropy a − y already contains the "
    "slope of the sigmoid. Leave the factor away."
)
NO_SLOPE_SIGMOID = (
    "The error of the last pre-activation lacks the slope of the sigmoid, a·(1 − a). What the loss gives, (a − y) / (a·(1 − a)), "
    "is the error of a; the error of z is a − y."
)
TRUE_CLASS = (
    "Only the score of the true class has an error. The probabilities of the other classes move as well: their entries "
    "are p, not 0."
)
P_MISSING = (
    "The error of the scores is −y. It must be p − y: every score also goes into the sum below the line, and by this second "
    "road p comes back."
)
NOTHING_TAKEN = "The error of the scores is p. It must be p − y: take 1 away at the true class, which the loss uses a second time."
JACOBIANS: tuple[tuple[str, str, str, Jacobian], ...] = (
    (
        "C1",
        "missing",
        "The error went through {where} unchanged. A softmax has slopes of its own: p · (G − Σ G·p), row by row.",
        lambda G, _p, _axis: G,
    ),
    (
        "C18",
        "diagonal",
        "At {where} each score answers for its own probability only, p·(1 − p). The sum below the line links them: raising "
        "one score lowers all other probabilities. It is p · (G − Σ G·p), row by row.",
        lambda G, p, _axis: G * p * (1 - p),
    ),
    (
        "C7",
        "sum constant",
        "At {where} the sum below the line was taken for a constant. Every score goes into it, and by this second road the "
        "term −p · Σ G·p comes back.",
        lambda G, p, _axis: G * p,
    ),
    (
        "C23",
        "other axis",
        "At {where} the sum below the line ran over the other axis on the way back. It runs over the axis that sums to 1: "
        "p · (G − Σ G·p), row by row.",
        _other_axis,
    ),
)
