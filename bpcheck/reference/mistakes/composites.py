"""Finds sigmoid, ReLU, softmax and the like on a recorded tape, however they were written.

`1 / (1 + np.exp(-z))` is four steps, and a mistake with the slope of σ is a mistake with all of them.
So each step y is compared with the known functions of every z that all roads to y pass: its
dominators. Where the numbers are equal, y becomes one step from z. No formula is read, so any way of
writing σ will do. One more sweep proves that the gradient has stayed the same.

Source: Cooper, Harvey & Kennedy, A Simple, Fast Dominance Algorithm (2001), for the dominators.

Imports: numpy, bpcheck.reference.node, .operations and .tape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bpcheck.reference.node import Node
from bpcheck.reference.operations import ELEMENTWISE, OPERATIONS, FloatArray
from bpcheck.reference.tape import Tape, of_point, rebuilt, sweep, users_of

ACTIVATIONS = ("sigmoid", "tanh", "relu", "softplus")
ROWS = ("softmax", "log_softmax", "logsumexp")
SOLID = {*ACTIVATIONS, *ROWS, "matmul", "einsum", "given"}  # no composite reaches through one of these
DEPTH = 12  # steps from y back to z; the longest spelling that is known to us has 7
RTOL, ATOL = 1e-11, 1e-13

Found = tuple[str, int, dict[str, Any]]  # operation, index of z, settings
Composites = dict[int, Found]  # index of y -> what it is


def composites(tape: Tape) -> Composites:
    """Which steps are known functions of which earlier ones."""
    nodes = tape.nodes
    dominators = _dominators(nodes)
    found: Composites = {}
    for node in nodes:
        if known := _known(nodes, node.index, dominators, found):
            found[node.index] = known
    return found


def with_composites(tape: Tape, found: Composites) -> Tape:
    """The same tape with each of them as one step; what only served its parts is gone.

    Returns
    -------
    A tape with the same loss and gradient; `tape` itself if the gradient would not be the same.
    """
    nodes: list[Node] = []
    for node in tape.nodes:
        parents = tuple(nodes[p.index] if p.active else p for p in node.parents)
        name, settings = node.operation, node.settings
        if node.index in found:
            name, z, settings = found[node.index]
            parents = (nodes[z],)
        nodes.append(Node(node.value, name, parents, settings, node.site, node.index))
    contracted = _without_the_dead(tape, nodes)
    before, after = (of_point(t, sweep(t).of) for t in (tape, contracted))
    same = all(
        np.allclose(a, b, rtol=1e-8, atol=1e-10 * abs(b).max(initial=0))
        for a, b in zip(after, before, strict=True)
    )
    return contracted if same else tape


def _dominators(nodes: Sequence[Node]) -> list[int]:
    """For each node the nearest one that all roads to it pass; -1: there is none."""
    nearest: list[int] = []
    for node in nodes:
        common: int | None = None
        for parent in node.parents:
            if parent.active:
                common = parent.index if common is None else _meet(nearest, common, parent.index)
        nearest.append(-1 if common is None else common)
    return nearest


def _meet(nearest: list[int], a: int, b: int) -> int:
    """Where the ways of two nodes back through their dominators meet."""
    while a != b:
        a, b = (nearest[a], b) if a > b else (a, nearest[b])
    return a


def _known(nodes: Sequence[Node], i: int, dominators: list[int], before: Composites) -> Found | None:
    """What known function of which earlier node the node is; None if of none.

    The earliest z that fits: `z - z.max()` is a part of softmax, not its input.
    """
    y, at, found = nodes[i], dominators[i], None
    for _ in range(DEPTH if y.operation not in SOLID else 0):
        if at < 0:
            break
        for name, settings in _candidates(y, nodes[at]):
            if _equal(y.value, OPERATIONS[name].forward(nodes[at].value, **settings)):
                found = name, at, settings
                break
        if at in before or (nodes[at].operation in SOLID and nodes[at].operation != "tanh"):
            break  # tanh may be a part: (1 + tanh(z / 2)) / 2 is a sigmoid
        at = dominators[at]
    return found


def _candidates(y: Node, z: Node) -> Iterator[tuple[str, dict[str, Any]]]:
    """Functions and axes that could turn `z` into `y`, by the shapes and by a few entries."""
    if y.shape == z.shape:
        few, image = z.value.ravel()[:64], y.value.ravel()[:64]
        for name in ACTIVATIONS:
            if _equal(image, ELEMENTWISE[name][0](few)) and (name != "relu" or _bends(y, z)):
                yield name, {}
        axes = [axis for axis in dict.fromkeys((z.ndim - 1, 0)) if z.ndim and z.shape[axis] > 1]
        yield from ((name, {"axis": axis}) for axis in axes for name in ("softmax", "log_softmax"))
    for axis in dict.fromkeys((z.ndim - 1, 0)) if z.ndim else ():
        for keepdims in (False, True):
            if z.shape[axis] > 1 and y.shape == z.value.max(axis=axis, keepdims=keepdims).shape:
                yield "logsumexp", {"axis": axis, "keepdims": keepdims}


def _bends(y: Node, z: Node) -> bool:
    """Whether ReLU shows: where all is positive it is the identity, and any step looks like it."""
    zero = any(not p.active and p.value.size == 1 and not p.value.any() for p in y.parents)
    return (y.operation == "maximum" and zero) or bool((z.value > 0).any() and (z.value < 0).any())


def _equal(a: FloatArray, b: FloatArray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=RTOL, atol=ATOL)


def _without_the_dead(tape: Tape, nodes: list[Node]) -> Tape:
    """The tape over those nodes that the loss still depends on."""
    alive = {len(nodes) - 1} if nodes else set()
    for node in reversed(nodes):
        if node.index in alive:
            alive |= {parent.index for parent in node.parents if parent.active}
    kept = sorted(alive)
    place = {old: new for new, old in enumerate(kept)}
    given = tuple(place.get(i, -1) for i in tape.given)
    renumbered = rebuilt([nodes[i] for i in kept])
    return replace(tape, nodes=renumbered, users=users_of(renumbered), given=given)
