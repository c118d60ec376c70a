"""Mistakes at the small steps: a constant, a sign, a factor left out or exchanged; F1 to F6, C1, C4, C7.

Where a constant hits all arrays alike, a ratio says the same, and `mutants` drops it; it matters where
only a part of the loss has it.

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpcheck.reference.mistakes.anatomy import Anatomy
from bpcheck.reference.mistakes.penalties import Penalties
from bpcheck.reference.mistakes.swaps import Operand, Swap, scaled, with_input
from bpcheck.reference.node import Node
from bpcheck.reference.operations import FloatArray, expand
from bpcheck.reference.tape import Edge, right_rule


def wrong_factors(anatomy: Anatomy, penalties: Penalties) -> Iterator[Swap]:
    """Constants, then signs. Penalties have a family of their own."""
    nodes = [node for node in anatomy.nodes if node.index not in penalties.steps]
    for operation in dict.fromkeys(node.operation for node in nodes):
        peers = [node for node in nodes if node.operation == operation and _factor(node) not in (0.0, 1.0)]
        for group, where in anatomy.groups(peers):
            factor = _factor(group[0])
            if any(_factor(node) != factor for node in group):
                continue
            for by, found in ((1 / factor, "is missing"), (factor, "is there twice")):
                edges = {edge: scaled(by) for node in group for edge in _edges(node)}
                sentence = CONSTANT.format(where=where, factor=_number(factor), found=found)
                yield Swap(_code(group[0], factor, by), sentence, f"factor {found}", edges)
    for node in nodes:
        if node.operation in ("subtract", "divide", "negative"):
            for edge in _edges(node):
                yield Swap("F1", SIGN.format(where=anatomy.where(node)), "sign", {edge: scaled(-1.0)})


def _edges(node: Node) -> list[Edge]:
    return [(node.index, slot) for slot, parent in enumerate(node.parents) if parent.active]


def _factor(node: Node) -> float:
    """The constant that the error is multiplied by at this step; 1.0 if there is none."""
    if node.operation == "mean":
        return node.value.size / node.parents[0].value.size
    if node.operation == "square":
        return 2.0
    constant = next((p.value for p in node.parents if not p.active and p.value.size == 1), None)
    if constant is None or not np.isfinite(constant).all() or not constant.any():
        return 1.0
    if node.operation == "multiply" or (node.operation == "power" and not node.parents[1].active):
        return float(constant.item())
    return 1 / float(constant.item()) if node.operation == "divide" and not node.parents[1].active else 1.0


def _code(node: Node, factor: float, by: float) -> str:
    """F3 and F4 for 1 / N after a sum over N, F2 for 2 and ½, F1 for −1."""
    before = next((parent for parent in node.parents if parent.active), node)
    count = before.parents[0].value.size // before.value.size if before.operation == "sum" else 0
    if node.operation == "mean" or (count > 2 and abs(count * abs(factor) - 1) < 1e-9):
        return "F3" if abs(by) > 1 else "F4"
    if factor == -1.0:
        return "F1"
    return "F2" if abs(factor) in (0.5, 2.0) else "F6"


def _number(factor: float) -> str:
    whole = 0 < abs(factor) < 1 and abs(1 / factor - round(1 / factor)) < 1e-9
    return f"1/{1 / factor:.6g}" if whole else f"{factor:.6g}"


# -- arrays as factors ---------------------------------------------------------------------------------


def left_out(anatomy: Anatomy) -> Iterator[Swap]:
    """An array that multiplies or divides on the way forward, and not on the way back; or the wrong one of two."""
    for operation, neutral in (("multiply", "multiplied"), ("divide", "divided")):
        for slot in (0, 1) if operation == "multiply" else (0,):
            peers = [
                n
                for n in anatomy.of_kind(operation)
                if n.parents[slot].active and n.parents[1 - slot].value.size > 1
            ]
            for nodes, where in anatomy.groups(peers):
                rule = with_input(1 - slot, _ones_for(1 - slot))
                edges = {(node.index, slot): rule for node in nodes}
                yield Swap("C1", LEFT_OUT.format(where=where, done=neutral), "factor left out", edges)
    ratios = [n for n in anatomy.of_kind("divide") if n.parents[1].active and n.parents[1].value.size > 1]
    for nodes, where in anatomy.groups(ratios):
        edges = {edge: _undivided for node in nodes for edge in _edges(node)}
        yield Swap("C1", LEFT_OUT.format(where=where, done="divided"), "not divided", edges)
    both = [n for n in anatomy.of_kind("multiply") if n.parents[0].active and n.parents[1].active]
    for nodes, where in anatomy.groups([n for n in both if n.parents[0].shape == n.parents[1].shape]):
        own = {(n.index, slot): with_input(1 - slot, _value_of(slot)) for n in nodes for slot in (0, 1)}
        yield Swap("C4", EXCHANGED.format(where=where), "factors exchanged", own)


def _undivided(G: FloatArray, node: Node, slot: int) -> FloatArray:
    """A quotient u / v passes its error on without the 1 / v that both its slopes have."""
    return right_rule(G * node.parents[1].value, node, slot)


def _ones_for(slot: int) -> Operand:
    return lambda _G, node: np.ones(node.parents[slot].shape)


def _value_of(slot: int) -> Operand:
    return lambda _G, node: node.parents[slot].value


def wrong_picks(anatomy: Anatomy) -> Iterator[Swap]:
    """A maximum that answers for all its entries; entries that were picked twice and written over."""
    for nodes, where in anatomy.groups(anatomy.of_kind("max", "min")):
        yield Swap("C1", TO_ALL.format(where=where), "to all", {(node.index, 0): _spread for node in nodes})
    for nodes, where in anatomy.groups([n for n in anatomy.of_kind("getitem") if _repeats(n)]):
        edges = {(node.index, 0): _written for node in nodes}
        yield Swap("C7", WRITTEN_OVER.format(where=where), "picked twice", edges)


def _spread(G: FloatArray, node: Node, _slot: int) -> FloatArray:
    return expand(G, node.parents[0].shape, node.settings["axis"], node.settings["keepdims"])


def _written(G: FloatArray, node: Node, _slot: int) -> FloatArray:
    heard = np.zeros(node.parents[0].shape)
    heard[node.settings["index"]] = G
    return heard


def _repeats(node: Node) -> bool:
    """Whether some entry was picked more than once."""
    numbers = np.arange(node.parents[0].value.size).reshape(node.parents[0].shape)
    picked = numbers[node.settings["index"]]
    return bool(np.unique(picked).size < picked.size)


CONSTANT = (
    "The constant {factor} of {where} {found} on the way back. What comes along other roads is right. Look where the error "
    "passes this step."
)
SIGN = (
    "The sign is turned round on the way back through {where}; what comes along other roads is right. Look for a minus in "
    "that line."
)
LEFT_OUT = (
    "The error went back through {where} without the other factor. What was {done} on the way forward is {done} on the way "
    "back, by the same numbers."
)
EXCHANGED = (
    "At {where} each factor heard the error times its own value. It is times the value of the other factor: the slope of u·v "
    "in u is v."
)
TO_ALL = (
    "At {where} every entry heard the error. Only the entry that was chosen has a slope of 1; the others could move a little "
    "and nothing would change."
)
WRITTEN_OVER = (
    "At {where} some entries are picked more than once, and each error was written over the one before. Errors of the same "
    "entry are added: np.add.at(dE, rows, D) in the place of dE[rows] = D."
)
