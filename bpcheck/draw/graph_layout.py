"""Where the nodes of a graph stand: rows by depth, few crossings, arrows that go round what is in between.

Inputs stand on top, the end at the bottom. An arrow over several rows gets a place of its own in each row
between. Within a row the order follows the neighbours' (Sugiyama's barycentres); the distances are the
nearest to the wished ones that leave room.

Source: Sugiyama, Tagawa, Toda, IEEE Trans. Syst. Man Cybern. 11 (1981) 109-125.

Imports: numpy, bpcheck.reference.engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bpcheck.reference.engine import Value, order

NODE, CONSTANT, EDGE = 184.0, 98.0, 84.0  # px that these take in their row; EDGE: an arrow passing by
ROUNDS, SETTLING = 12, 100  # of moving toward the neighbours: with and without changing places
LIGHT = 0.05  # how strongly a constant holds its user
Place = tuple[float, int]  # x in px, row
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow: which of a node's inputs it is, and the places that it passes."""

    child: int  # index in the order
    parent: int
    slot: int  # which input of the child
    slope: float
    path: tuple[Place, ...]  # from the parent to the child


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph with a place for everything."""

    nodes: tuple[Value, ...]  # parents first
    places: tuple[Place, ...]  # of the nodes
    edges: tuple[Edge, ...]
    rows: int
    width: float  # px, from the left of the leftmost node to the right of the rightmost one


def layout(node: Value) -> Layout:
    """Places for all that `node` was made from."""
    nodes = order(node)
    index = {id(made): k for k, made in enumerate(nodes)}
    arrows = [(k, index[id(p)], slot) for k, made in enumerate(nodes) for slot, p in enumerate(made.parents)]
    row = _rows(len(nodes), arrows)
    # Items are nodes, then the places where long arrows pass through a row.
    rows = [[k for k in range(len(nodes)) if row[k] == r] for r in range(max(row) + 1)]
    paths: list[list[int]] = []
    count = len(nodes)
    for child, parent, _ in arrows:
        path = [parent]
        for r in range(row[parent] + 1, row[child]):
            rows[r].append(count)
            path.append(count)
            count += 1
        paths.append([*path, child])
    room = np.array([_room(made) for made in nodes] + [EDGE] * (count - len(nodes)))
    x = _positions(rows, paths, room)
    where = np.zeros(count, dtype=int)
    for r, items in enumerate(rows):
        where[items] = r
    edges = tuple(
        Edge(
            child, parent, slot, nodes[child].slopes[slot], tuple((float(x[i]), int(where[i])) for i in path)
        )
        for (child, parent, slot), path in zip(arrows, paths, strict=True)
    )
    left = float((x - room / 2).min())
    return Layout(
        tuple(nodes),
        tuple((float(x[k]) - left, row[k]) for k in range(len(nodes))),
        tuple(
            Edge(e.child, e.parent, e.slot, e.slope, tuple((a - left, r) for a, r in e.path)) for e in edges
        ),
        len(rows),
        float((x + room / 2).max()) - left,
    )


def _rows(count: int, arrows: Sequence[tuple[int, int, int]]) -> list[int]:
    """Depth of each node; an input stands just above its first user."""
    row = [0] * count
    for child, parent, _ in arrows:  # children come in order, so their parents are settled
        row[child] = max(row[child], row[parent] + 1)
    has_parents = {child for child, _, _ in arrows}
    for k in set(range(count)) - has_parents:
        row[k] = min((row[child] for child, parent, _ in arrows if parent == k), default=1) - 1
    return row


def _room(made: Value) -> float:
    return CONSTANT if is_constant(made) else NODE


def is_constant(made: Value) -> bool:
    """A plain number that came in from the side, as the 2 in 2 * x."""
    return getattr(made, "op", "") == "number"


def _positions(rows: list[list[int]], paths: Sequence[Sequence[int]], room: Floats) -> Floats:
    """X of every item; `rows` is put in order from left to right on the way.

    Row by row the sum of squared distances along the arrows becomes smaller, so the graph comes to rest.
    """
    pull = np.zeros((len(room), len(room)))  # how strongly two neighbours hold together
    for path in paths:
        for a, b in pairwise(path):
            pull[a, b] = pull[b, a] = LIGHT if CONSTANT in (room[a], room[b]) else 1.0
    x = np.zeros(len(room))
    for items in rows:
        x[items] = _spread(np.zeros(len(items)), room[items], np.ones(len(items)))
    for turn in range(ROUNDS + SETTLING):
        for items in rows if turn % 2 == 0 else rows[::-1]:
            weight = pull[items].sum(axis=1)
            held = weight > 0
            wished = np.where(held, pull[items] @ x / np.where(held, weight, 1.0), x[items])
            if turn < ROUNDS:  # later only the distances change
                by_wish = np.argsort(wished, kind="stable")
                items[:] = [items[k] for k in by_wish]
                wished, weight = wished[by_wish], weight[by_wish]
            x[items] = _spread(wished, room[items], np.maximum(weight, LIGHT))
    return x


def _spread(wished: Floats, room: Floats, weight: Floats) -> Floats:
    """The places nearest to the wished ones, least squares, at which neighbours do not touch."""
    offset = np.concatenate([[0.0], np.cumsum((room[1:] + room[:-1]) / 2)])
    blocks: list[tuple[float, float, int]] = []  # of items close together: where, how heavy, how many
    for place, heavy in zip((wished - offset).tolist(), weight.tolist(), strict=True):
        size = 1
        while blocks and blocks[-1][0] > place:
            before, more, number = blocks.pop()
            place = (before * more + place * heavy) / (more + heavy)
            heavy, size = heavy + more, size + number
        blocks.append((place, heavy, size))
    close: Floats = np.repeat([place for place, _, _ in blocks], [size for _, _, size in blocks])
    return np.asarray(close + offset)
