"""Mistakes with the sum over the samples: C19 to C24.

Where broadcasting copied a bias to every sample, its gradient is the sum over the samples. The rules
here put something else in the place of `fold`.

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpcheck.reference.mistakes.anatomy import Anatomy
from bpcheck.reference.mistakes.places import listed
from bpcheck.reference.mistakes.swaps import Folding, Operand, Swap, with_folding, with_input
from bpcheck.reference.node import Node
from bpcheck.reference.operations import FloatArray, fold
from bpcheck.reference.tape import Edge, EdgeRule


def _mean(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    right = fold(G, shape)
    return right * (right.size / G.size)


def _copied_axis(G: FloatArray, shape: tuple[int, ...]) -> int:
    """The first axis that broadcasting made or stretched: that of the samples."""
    if G.ndim > len(shape):
        return 0
    return next((axis for axis, n in enumerate(shape) if n != G.shape[axis]), 0)


def _last(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    return fold(np.take(G, [-1], axis=_copied_axis(G, shape)), shape)


def _one_number(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    return np.full(shape, G.sum())


def _other_axis(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    if G.ndim != 2:
        raise ValueError("there is no other axis")
    return np.asarray(G.sum(axis=1 - _copied_axis(G, shape))).reshape(shape)


FOLDINGS: tuple[tuple[str, Folding, str], ...] = (
    (
        "C19",
        _mean,
        "The gradient of {name} is a mean over the samples. If the loss is a mean, the errors behind it are divided by N "
        "already: sum over the samples here, do not average again.",
    ),
    (
        "C21",
        _one_number,
        "All entries of the gradient of {name} are one number: the sum ran over the units as well. Sum over the samples "
        "only (axis=0 where a row is a sample).",
    ),
    ("C20", _last, "The gradient of {name} is that of the last sample only. It collects from all samples."),
    (
        "C23",
        _other_axis,
        "The sum for {name} ran over the units, not over the samples. That it fits is luck: there are as many of one as of "
        "the other. Sum over axis 0 where a row is a sample.",
    ),
    (
        "C22",
        lambda _G, shape: np.zeros(shape),
        "The gradient of {name} is zero. A bias of value 0 has a slope all the same: it collects the errors behind it.",
    ),
)
LAST_SAMPLE = (
    "Only the last sample is in the gradient. Usually a loop over the samples overwrites its result: add to it, +=, from "
    "zero."
)


def _biases(anatomy: Anatomy) -> dict[str, list[Edge]]:
    """Given arrays that are added, or that broadcasting copies, by name, with the edges where this happens."""
    found: dict[str, list[Edge]] = {}
    for node in anatomy.of_kind("add", "subtract", "multiply", "divide"):
        for slot, parent in enumerate(node.parents):
            added = parent.ndim < 2 and node.operation in ("add", "subtract")
            origin = anatomy.origin(parent) if parent.active else -1
            whole = origin >= 0 and parent.value.size == anatomy.nodes[origin].value.size
            if whole and (added or parent.value.size < node.value.size):
                found.setdefault(anatomy.name(parent), []).append((node.index, slot))
    return found


def _leaf(anatomy: Anatomy, name: str) -> int:
    return next(leaf for leaf, known in anatomy.leaves.items() if known == name)


def wrong_biases(anatomy: Anatomy) -> Iterator[Swap]:
    """Every wrong way to gather, for all biases and for each."""
    biases = _biases(anatomy)
    only_added = [
        name for name, edges in biases.items() if set(edges) >= set(anatomy.uses(_leaf(anatomy, name)))
    ]
    for code, folding, sentence in FOLDINGS:
        these = only_added if code == "C22" else list(biases)  # what does something else as well is not zero
        for names in [these, *([name] for name in these)] if these else ():
            edges = dict.fromkeys((edge for name in names for edge in biases[name]), with_folding(folding))
            yield Swap(code, sentence.format(name=listed(names)), f"fold {code}", edges)


def last_sample_only(anatomy: Anatomy) -> Iterator[Swap]:
    """A loop over the samples that overwrites: weights, and biases with them, hear the last one only."""
    weights: dict[Edge, EdgeRule] = {
        (p.node.index, p.weight): with_input(p.other, _last_of(p.other))
        for p in anatomy.products("matmul")
        if p.entering.ndim > 1
    }
    edges = (edge for edges in _biases(anatomy).values() for edge in edges)
    if weights:
        yield Swap(
            "C24", LAST_SAMPLE, "last sample", {**weights, **dict.fromkeys(edges, with_folding(_last))}
        )
        yield Swap("C24", LAST_SAMPLE, "last sample", weights)


def _last_of(slot: int) -> Operand:
    """What enters, with all samples but the last set to zero: rows on the left of the weights, columns on the right."""

    def last(_G: FloatArray, node: Node) -> FloatArray:
        kept = np.zeros(node.parents[slot].shape)
        part = (..., slice(-1, None), slice(None)) if slot == 0 else (..., slice(-1, None))
        kept[part] = node.parents[slot].value[part]
        return kept

    return last
