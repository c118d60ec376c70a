"""A mistake before it is run, and the few ways to make a right rule wrong.

Imports: numpy, bpcheck.reference.node, .operations and .tape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bpcheck.reference.node import Node
from bpcheck.reference.operations import OPERATIONS, FloatArray, fold
from bpcheck.reference.tape import Edge, EdgeRule, Join, Tape, right_rule, total

Operand = Callable[[FloatArray, Node], FloatArray]  # (error of the step, step) -> the wrong input
# (error of the copies, shape) -> of the original
Folding = Callable[[FloatArray, tuple[int, ...]], FloatArray]


@dataclass(frozen=True, slots=True)
class Swap:
    """A sentence, and the rules that the mistake puts in the place of the right ones."""

    code: str  # of the mistake catalogue
    sentence: str
    name: str  # of the wrong rule: two swaps of one name at the same places are one
    edges: Mapping[Edge, EdgeRule] = field(default_factory=dict)
    joins: Mapping[int, Join] = field(default_factory=dict)
    sweep: Callable[[Tape], list[FloatArray]] | None = None  # another order: no rule at a place can say that
    general: bool = False  # says less than another mistake that gives the same numbers

    @property
    def key(self) -> str:
        """The same for the same mistake at another point."""
        return f"{self.name} {sorted(self.edges)} {sorted(self.joins)}"


def with_input(changed: int, operand: Operand) -> EdgeRule:
    """The right rule, told that the input in slot `changed` was another one."""

    def wrong(G: FloatArray, node: Node, slot: int) -> FloatArray:
        inputs = [parent.value for parent in node.parents]
        inputs[changed] = operand(G, node)
        heard = OPERATIONS[node.operation].backward(G, node.value, tuple(inputs), slot, **node.settings)
        return fold(heard, node.parents[slot].shape)

    return wrong


def with_folding(folding: Folding) -> EdgeRule:
    """The right rule, with another way to gather what broadcasting copied."""

    def wrong(G: FloatArray, node: Node, slot: int) -> FloatArray:
        inputs = tuple(parent.value for parent in node.parents)
        heard = OPERATIONS[node.operation].backward(G, node.value, inputs, slot, **node.settings)
        return folding(np.broadcast_to(heard, node.shape), inputs[slot].shape)

    return wrong


def scaled(by: float) -> EdgeRule:
    """The right rule times a constant; 0 cuts the edge."""
    if by == 0:
        return lambda _G, node, slot: np.zeros(node.parents[slot].shape)
    return lambda G, node, slot: by * right_rule(G, node, slot)


def turned(G: FloatArray, node: Node, slot: int) -> FloatArray:
    """The right rule, and its result transposed."""
    return np.swapaxes(right_rule(G, node, slot), -1, -2)


def with_turned_error(G: FloatArray, node: Node, slot: int) -> FloatArray:
    """The right rule, fed with the transposed error."""
    return right_rule(np.swapaxes(G, -1, -2), node, slot)


def plus(more: FloatArray) -> Join:
    """The right join, and something besides."""
    return lambda heard: total(heard) + more


def cut(edges: Sequence[Edge], code: str, sentence: str) -> Swap:
    """The mistake to send nothing along some edges."""
    return Swap(code, sentence, "cut", dict.fromkeys(edges, scaled(0.0)))


def is_square(node: Node) -> bool:
    """Whether a transposed value would pass unnoticed."""
    return node.ndim > 1 and node.shape[-1] == node.shape[-2] > 1
