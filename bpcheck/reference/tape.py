"""A small tape: runs a readable NumPy loss, and gives its exact gradient in one sweep backward.

Every edge of the graph has one rule, and a node adds up what it hears. Both can be swapped, at one
place or at many: `sweep` with a wrong rule is a wrong implementation of backpropagation. That is
where mistakes come from (see `mutants`).

Source: Griewank & Walther, Evaluating Derivatives (2008), chapter 3, section 3.2.

Imports: numpy, bpcheck.errors, bpcheck.reference.node, bpcheck.reference.operations.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcheck.errors import UsageError
from bpcheck.reference import numpy_functions  # noqa: F401 - fills the table of functions
from bpcheck.reference.node import Node, NotOnTape, recording
from bpcheck.reference.operations import OPERATIONS, FloatArray, fold

__all__ = ["Node", "NotOnTape", "Tape", "gradient", "record", "sweep"]

Arrays = tuple[FloatArray, ...]
Edge = tuple[int, int]  # index of the node that sends, and which of its inputs hears
EdgeRule = Callable[[FloatArray, Node, int], FloatArray]  # (its error, node, slot) -> what the input hears
Join = Callable[[Sequence[FloatArray]], FloatArray]  # what a node heard, latest user first -> its error
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Tape:
    """A loss at a point: the steps from what was given to one number."""

    nodes: tuple[Node, ...]  # steps, without constants; node i has index i, the loss is the last
    users: tuple[tuple[Edge, ...], ...]  # of each node, the latest user first
    given: tuple[int, ...]  # index of each array of the point; -1: the loss does not depend on it
    names: tuple[str, ...]  # of the arrays
    point: Arrays
    value: float  # of the loss


def record(loss: Callable[..., Any], at: Any) -> Tape:
    """Run `loss` once on the tape.

    Parameters
    ----------
    loss : a function of arrays, written with NumPy, that returns one number
    at : the point, as for `check_gradient`: a dict is passed as loss(W=W, b=b), a list or tuple as
        loss(W, b), an array or a number as loss(x). Taken as float64; never changed

    Raises
    ------
    NotOnTape : the loss uses something that the tape cannot follow.
    UsageError : the loss gives no single number.
    Whatever the loss raises.

    >>> record(lambda w, b: (w * b).sum(), at={"w": np.array([1.0, 2.0]), "b": 3.0}).value
    9.0
    """
    names, values = _parts(loss, at)
    point = tuple(np.array(value, dtype=np.float64) for value in values)
    given = [Node(array.copy()) for array in point]

    def recorded() -> Any:  # sites are told up to here
        return loss(**dict(zip(names, given, strict=True))) if isinstance(at, Mapping) else loss(*given)

    with np.errstate(all="ignore"), recording() as now:
        end = now.returned(recorded())
    value = end.value if isinstance(end, Node) else np.asarray(end)
    if value.size != 1 or value.dtype.kind not in "iuf":
        raise UsageError(f"the loss must return one number; on the tape it returned {end!r:.60}.")
    nodes, index = _in_order(end) if isinstance(end, Node) else ((), {})
    places = tuple(index.get(leaf.index, -1) for leaf in given)
    return Tape(nodes, users_of(nodes), places, names, point, float(value.item()))


def _parts(loss: Callable[..., Any], at: Any) -> tuple[tuple[str, ...], Sequence[Any]]:
    """Names and values of the arrays in `at`; a list has the names of the loss's parameters."""
    if isinstance(at, Mapping):
        return tuple(map(str, at)), list(at.values())
    values = list(at) if isinstance(at, list | tuple) else [at]
    try:
        known = [p.name for p in inspect.signature(loss).parameters.values() if p.kind in POSITIONAL]
    except (TypeError, ValueError):
        known = []
    spare = ["x"] if len(values) == 1 else [f"x{i}" for i in range(len(values))]
    return tuple(known[: len(values)] if len(known) >= len(values) else spare), values


def _in_order(end: Node) -> tuple[tuple[Node, ...], dict[int, int]]:
    """The active nodes behind `end` as copies that are numbered from 0, and old index -> new."""
    found: dict[int, Node] = {}
    waiting = [end]
    while waiting:
        node = waiting.pop()
        if node.active and node.index not in found:
            found[node.index] = node
            waiting += node.parents
    index = {old: new for new, old in enumerate(sorted(found))}
    return rebuilt([found[old] for old in sorted(found)]), index


def rebuilt(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Copies of nodes, numbered by their place; parents are copies too, found by the old index."""
    copies: dict[int, Node] = {}
    for new, node in enumerate(nodes):
        parents = tuple(copies.get(parent.index, parent) for parent in node.parents)
        copies[node.index] = Node(node.value, node.operation, parents, node.settings, node.site, new)
    return tuple(copies.values())


def users_of(nodes: Sequence[Node]) -> tuple[tuple[Edge, ...], ...]:
    """Which inputs of which nodes each node is, the latest user first: the order in which errors arrive."""
    found: list[list[Edge]] = [[] for _ in nodes]
    for node in reversed(nodes):
        for slot, parent in enumerate(node.parents):
            if parent.active:
                found[parent.index].append((node.index, slot))
    return tuple(map(tuple, found))


# -- backward ------------------------------------------------------------------------------------------


def right_rule(G: FloatArray, node: Node, slot: int) -> FloatArray:
    """What the input in `slot` hears from `node`, whose error is `G`; in the input's shape."""
    inputs = tuple(parent.value for parent in node.parents)
    heard = OPERATIONS[node.operation].backward(G, node.value, inputs, slot, **node.settings)
    return fold(heard, inputs[slot].shape)


def total(heard: Sequence[FloatArray]) -> FloatArray:
    """The right join: all roads are added."""
    return sum(heard[1:], start=heard[0])


@dataclass(frozen=True, slots=True)
class Errors:
    """What a backward sweep leaves behind."""

    of: list[FloatArray]  # of each node: the slope of the loss in it, in its shape
    sent: dict[Edge, FloatArray]  # along each edge that was walked, in the shape of the input


def sweep(
    tape: Tape,
    edges: Mapping[Edge, EdgeRule] | None = None,
    joins: Mapping[int, Join] | None = None,
    right: Errors | None = None,
) -> Errors:
    """One backward sweep: every node asks its users what they send, and adds it up.

    Parameters
    ----------
    tape : a recorded loss
    edges : rules in the place of `right_rule`, at these edges
    joins : rules in the place of `total`, at these nodes
    right : the sweep with right rules only. If given, only what lies behind a wrong rule is computed anew

    Raises
    ------
    ValueError : a wrong rule gives another shape than the input has; such a mistake cannot happen here.
    """
    edges, joins = edges or {}, joins or {}
    of, sent = [np.ones(())] * len(tape.nodes), dict[Edge, FloatArray]()
    anew = [right is None] * len(tape.nodes)
    for node in reversed(tape.nodes):
        users = tape.users[node.index]
        if right and node.index not in joins and not any(anew[i] or (i, slot) in edges for i, slot in users):
            of[node.index] = right.of[node.index]
            continue
        anew[node.index] = True
        for i, slot in users:
            if right and not anew[i] and (i, slot) not in edges:
                sent[i, slot] = right.sent[i, slot]
            else:
                sent[i, slot] = edges.get((i, slot), right_rule)(of[i], tape.nodes[i], slot)
        heard = [sent[edge] for edge in users] or [np.ones(node.shape)]
        if any(part.shape != node.shape for part in heard):
            raise ValueError(f"a wrong rule sent another shape than {node.shape}")
        of[node.index] = joins.get(node.index, total)(heard)
    return Errors(of, sent)


def gradient_of(tape: Tape) -> Arrays | None:
    """The gradient of a recorded loss, one array for each of the point; None if it is not finite everywhere."""
    with np.errstate(all="ignore"):
        found = of_point(tape, sweep(tape).of)
    return found if all(np.isfinite(array).all() for array in found) else None


def of_point(tape: Tape, of: Sequence[FloatArray]) -> Arrays:
    """The gradient from the errors of all nodes: one array for each array of the point."""
    found = zip(tape.point, tape.given, strict=True)
    return tuple(np.array(of[i]) if i >= 0 else np.zeros_like(x) for x, i in found)


def gradient(loss: Callable[..., Any], at: Any) -> Any:
    """The exact gradient of a NumPy loss, to rounding.

    Parameters, exceptions: as for `record`.

    Returns
    -------
    Arrays arranged as `at` is: a dict, a list, a tuple, or one array, of the shapes in `at`.

    At a kink one slope is chosen: 0 for ReLU and |x| at 0; of several equal largest entries the first.

    >>> gradient(lambda w, b: (w * b).sum(), at={"w": np.array([1.0, 2.0]), "b": 3.0})
    {'w': array([3., 3.]), 'b': array(3.)}
    """
    tape = record(loss, at)
    with np.errstate(all="ignore"):
        found = of_point(tape, sweep(tape).of)
    if isinstance(at, Mapping):
        return dict(zip(at, found, strict=True))
    if isinstance(at, list | tuple):
        return list(found) if isinstance(at, list) else found
    return found[0]
