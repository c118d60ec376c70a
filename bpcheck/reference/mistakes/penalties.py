"""Mistakes with a penalty on the weights: C25; and weights that were updated too early, C12.

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bpcheck.reference.mistakes.anatomy import VIEWS, Anatomy, Product
from bpcheck.reference.mistakes.places import listed
from bpcheck.reference.mistakes.swaps import Operand, Swap, plus, scaled, with_input
from bpcheck.reference.node import Node
from bpcheck.reference.operations import FloatArray
from bpcheck.reference.tape import Edge, EdgeRule, of_point, right_rule, sweep

GATHER = ("sum", "mean", "matmul", "einsum")
RATES = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001)  # learning rates that somebody may have updated with


class Penalties:
    """The terms of a loss that look at one given array alone, while that array also does something else."""

    def __init__(self, anatomy: Anatomy) -> None:
        self.anatomy = anatomy
        leaf_of = {node.index: leaf for node in anatomy.nodes if (leaf := self._gathered(node)) >= 0}
        self.terms = {  # the step that ends a penalty -> the given array
            step: leaf
            for step, leaf in leaf_of.items()
            if not any(i in leaf_of for i, _ in anatomy.users[step])
            and any(not anatomy.depends(step, i) for i, _ in anatomy.uses(leaf))
        }
        self.steps = {i for term in self.terms for i in anatomy.behind(term)} - anatomy.leaves.keys()
        for node in anatomy.nodes:  # sums and multiples of penalties
            if all(p.index in self.steps for p in node.parents if p.active) and node.parents:
                self.steps.add(node.index)
        self.parts = self._parts()  # given array -> the penalties' part of its gradient

    def _gathered(self, node: Node) -> int:
        """The one given array that a step gathers into a number, knowing no data; -1: it does something else."""
        leaves = [leaf for leaf in self.anatomy.leaves if self.anatomy.depends(node.index, leaf)]
        if node.value.size != 1 or len(leaves) != 1 or node.operation in (*VIEWS, "given"):
            return -1
        steps = [self.anatomy.nodes[i] for i in self.anatomy.behind(node.index)]
        data = any(p.value.size > 1 and not p.active for step in steps for p in step.parents)
        gathers = self.anatomy.nodes[leaves[0]].value.size == 1 or any(
            step.operation in GATHER for step in steps
        )
        return leaves[0] if gathers and not data else -1

    def _parts(self) -> dict[int, FloatArray]:
        if not self.terms:
            return {}
        tape = self.anatomy.tape
        without = of_point(tape, sweep(tape, self.scaled(0.0), right=self.anatomy.right).of)
        both = zip(tape.given, self.anatomy.truth, without, strict=True)
        return {leaf: right - rest for leaf, right, rest in both if leaf in self.terms.values()}

    def scaled(self, by: float, only: int | None = None) -> dict[Edge, EdgeRule]:
        """Rules that multiply the penalties' parts of the gradient; `only` one of them."""
        terms = [self.anatomy.nodes[i] for i in (self.terms if only is None else (only,))]
        return {
            (n.index, slot): scaled(by)
            for n in terms
            for slot, parent in enumerate(n.parents)
            if parent.active
        }

    def names(self, only: int | None = None) -> str:
        """Of the arrays that are penalised."""
        terms = self.terms.values() if only is None else [self.terms[only]]
        return listed(self.anatomy.leaves[leaf] for leaf in terms)


def wrong_penalties(anatomy: Anatomy, penalties: Penalties) -> Iterator[Swap]:
    """The penalty's part is missing, too large, too small, turned round, or also on arrays that have none."""
    if not penalties.terms:
        return
    batch = anatomy.sizes.get("N", 1)
    sizes = [(0.0, "is missing"), (2.0, "is twice the right one"), (0.5, "is half the right one")]
    sizes += [(batch, f"is N = {batch} times too large"), (1 / batch, f"is N = {batch} times too small")]
    sizes += [(-1.0, "has the wrong sign")]
    each = list(penalties.terms) if len(penalties.terms) > 1 else []
    for by, found in sizes:
        for only in (None, *each):
            sentence = PENALTY.format(names=penalties.names(only), found=found)
            yield Swap("C25", sentence, f"penalty times {by:g}", penalties.scaled(by, only))
    yield from _shapes(anatomy, penalties)


def _shapes(anatomy: Anatomy, penalties: Penalties) -> Iterator[Swap]:
    """Σ W² has the slope of W, Σ |W| that of its sign: on arrays without a penalty, and one for the other."""
    leaf, part = next(iter(penalties.parts.items()))
    free = [i for i in anatomy.leaves if i not in penalties.parts]
    shapes: tuple[Callable[[FloatArray], FloatArray], ...] = (lambda w: w, np.sign)
    for right, wrong in (shapes, shapes[::-1]):
        like = right(anatomy.nodes[leaf].value)
        strength = float((part * like).sum() / (like**2).sum())
        if not np.allclose(part, strength * like, rtol=1e-6, atol=1e-9 * abs(part).max(initial=0.0)):
            continue
        for chosen in [free, *([i] for i in free)] if free else ():
            joins = {i: plus(strength * right(anatomy.nodes[i].value)) for i in chosen}
            names = listed(anatomy.leaves[i] for i in chosen)
            yield Swap("C25", ALSO_ON.format(names=names, of=penalties.names()), "penalty also", joins=joins)
        for by in (1.0, 0.5, 2.0):
            joins = {
                i: plus(by * strength * wrong(anatomy.nodes[i].value) - mine)
                for i, mine in penalties.parts.items()
            }
            yield Swap("C25", OTHER_SHAPE.format(names=penalties.names()), f"other shape {by:g}", joins=joins)


# -- updated weights -----------------------------------------------------------------------------------


def updated_too_early(anatomy: Anatomy, penalties: Penalties) -> Iterator[Swap]:
    """The error passes through weights that were already changed, with some learning rate."""
    hidden = [p for p in anatomy.products("matmul") if p.entering.active]
    for rate in dict.fromkeys((anatomy.sizes.get("lr", RATES[0]), *RATES)) if hidden else ():
        for decay in (False, True) if penalties.parts else (False,):
            edges = {
                (p.node.index, p.other): with_input(
                    p.weight, _updated(p, rate, _part(anatomy, penalties, p, decay))
                )
                for p in hidden
            }
            sentence = TOO_EARLY.format(names=anatomy.names(hidden), rate=f"{rate:g}")
            yield Swap("C12", sentence, f"updated by {rate:g}{' with decay' if decay else ''}", edges)


def _updated(p: Product, rate: float, more: FloatArray) -> Operand:
    return lambda G, node: p.weights.value - rate * (right_rule(G, node, p.weight) + more)


def _part(anatomy: Anatomy, penalties: Penalties, p: Product, decay: bool) -> FloatArray:
    """The penalty's part of the gradient of these weights, in their layout in the product."""
    part, node = penalties.parts.get(anatomy.origin(p.weights)) if decay else None, p.weights
    turns = 0
    while node.operation in VIEWS:
        turns, node = turns + (node.operation == "transpose"), node.parents[0]
    part = part.T if part is not None and turns % 2 else part
    return part if part is not None and part.shape == p.weights.shape else np.zeros(p.weights.shape)


PENALTY = (
    "The penalty's part of the gradient of {names} {found}. For λ/2 · ΣW² it is λW, once, and outside the mean over the "
    "samples."
)
ALSO_ON = "The gradient of {names} holds a penalty's part. In this loss the penalty is on {of} only: leave it away there."
OTHER_SHAPE = (
    "The penalty's part of the gradient of {names} belongs to another penalty. Σ W² has the slope 2W, Σ |W| the sign of W. "
    "Look which of them the loss has."
)
TOO_EARLY = (
    "The error passed through {names} after an update with step {rate}. All errors belong to the old weights: compute all of "
    "them first, then update."
)
