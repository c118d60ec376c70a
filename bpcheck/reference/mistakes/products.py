"""Mistakes at a product with weights: the right rule with one of its operands replaced; C1, C10 to C15, C28.

Errors go back through Wᵀ, and a weight hears the error behind it times what entered it: Giles (2008),
section 2.2.2; Nielsen, Neural Networks and Deep Learning (2015), chapter 2, (BP2) and (BP4).

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bpcheck.reference.mistakes.anatomy import Anatomy, Product
from bpcheck.reference.mistakes.composites import ACTIVATIONS
from bpcheck.reference.mistakes.places import listed
from bpcheck.reference.mistakes.swaps import (
    Operand,
    Swap,
    is_square,
    turned,
    with_input,
    with_turned_error,
)
from bpcheck.reference.node import Node
from bpcheck.reference.operations import FloatArray
from bpcheck.reference.tape import Edge, EdgeRule, total

Choice = Callable[[Product], FloatArray]  # what stands in the place of an operand


def _back_through(products: Sequence[Product], choice: Choice) -> dict[Edge, EdgeRule]:
    """The errors that these products send back, with another matrix in the place of the weights."""
    return {(p.node.index, p.other): with_input(p.weight, _always(choice(p))) for p in products}


def _paired_with(products: Sequence[Product], choice: Choice) -> dict[Edge, EdgeRule]:
    """The gradients of these weights, with something else in the place of what entered them."""
    return {(p.node.index, p.weight): with_input(p.other, _always(choice(p))) for p in products}


def _always(value: FloatArray) -> Operand:
    return lambda _G, _node: value


def wrong_products(anatomy: Anatomy) -> Iterator[Swap]:
    """All families, the most frequent first."""
    products = anatomy.products("matmul")
    hidden = [p for p in products if p.entering.active]
    yield from _untransposed(anatomy, hidden)
    yield from _turned(anatomy, products)
    yield from _wrong_partner(anatomy, products)
    yield from _wrong_layer(anatomy, products)
    yield from _left_out(anatomy, products, hidden)
    yield from _unflipped(anatomy)


# -- the error goes back through the wrong matrix ------------------------------------------------------


def _untransposed(anatomy: Anatomy, hidden: list[Product]) -> Iterator[Swap]:
    for group in anatomy.product_groups([p for p in hidden if is_square(p.weights)]):
        edges = _back_through(group, lambda p: np.swapaxes(p.weights.value, -1, -2))
        yield Swap("C10", NOT_TRANSPOSED.format(names=anatomy.names(group)), "untransposed", edges)
    weighted = {p.node.index for p in anatomy.products("matmul", "einsum")}
    free = [n for n in anatomy.of_kind("matmul", "einsum") if n.index not in weighted and len(n.parents) == 2]
    for slot in (0, 1):  # of the factor that hears, in a product without weights
        for nodes, where in anatomy.groups(
            [n for n in free if n.parents[slot].active and is_square(n.parents[1 - slot])]
        ):
            rule = with_input(1 - slot, _transpose_of(1 - slot))
            edges = {(node.index, slot): rule for node in nodes}
            yield Swap("C10", OTHER_NOT_TRANSPOSED.format(where=where), "other untransposed", edges)
        for nodes, where in anatomy.groups([n for n in free if n.parents[slot].active and is_square(n)]):
            edges = {(node.index, slot): with_turned_error for node in nodes}
            yield Swap("C10", ERROR_NOT_TRANSPOSED.format(where=where), "error untransposed", edges)


def _transpose_of(slot: int) -> Operand:
    return lambda _G, node: np.swapaxes(node.parents[slot].value, -1, -2)


def _wrong_layer(anatomy: Anatomy, products: list[Product]) -> Iterator[Swap]:
    before = {
        p.node.index: last
        for last, p in itertools.pairwise(products)
        if p.entering.active
        and anatomy.names([last]) != anatomy.names([p])
        and last.weights.shape == p.weights.shape
    }
    for group in anatomy.product_groups([p for p in products if p.node.index in before]):
        wrong = anatomy.names([before[p.node.index] for p in group])
        edges = _back_through(group, lambda p: before[p.node.index].weights.value)
        yield Swap("C11", WRONG_LAYER.format(names=anatomy.names(group), wrong=wrong), "wrong layer", edges)


def _left_out(anatomy: Anatomy, products: list[Product], hidden: list[Product]) -> Iterator[Swap]:
    """A factor that is missing altogether: the weights for the error, or what entered for the weights."""
    neutral = {p.node.index: w for p in hidden if (w := _neutral(p)) is not None}
    for group in anatomy.product_groups([p for p in hidden if p.node.index in neutral]):
        edges = _back_through(group, lambda p: neutral[p.node.index])
        yield Swap("C1", WEIGHTS_LEFT_OUT.format(names=anatomy.names(group)), "without weights", edges)
    for group in anatomy.product_groups(products):
        edges = _paired_with(group, lambda p: np.ones(p.entering.shape))
        yield Swap("C13", INPUT_LEFT_OUT.format(names=anatomy.names(group)), "without input", edges)


def _neutral(p: Product) -> FloatArray | None:
    """Weights that leave an error as it is, or copy the error of a single unit to all; None: shapes forbid it."""
    if is_square(p.weights):
        return np.broadcast_to(np.eye(p.weights.shape[-1]), p.weights.shape)
    single = p.weights.ndim == 1 or p.weights.shape[-1 if p.weight else -2] == 1
    return np.ones(p.weights.shape) if single else None


def _unflipped(anatomy: Anatomy) -> Iterator[Swap]:
    """A convolution written as a sum of shifted copies: the error comes back through the same kernel, not flipped."""
    loops: dict[object, list[Product]] = {}
    for p in anatomy.products("multiply"):
        if p.weights.operation == "getitem" and p.entering.active:
            loops.setdefault((p.node.site, anatomy.origin(p.weights)), []).append(p)
    for kernel in loops.values():
        other = {p.node.index: last.weights.value for p, last in zip(kernel, kernel[::-1], strict=True)}
        edges = _back_through(kernel, lambda p, other=other: other[p.node.index])  # type: ignore[misc]
        yield Swap("C10", NOT_FLIPPED.format(names=anatomy.names(kernel)), "unflipped", edges)


# -- the weight is paired with the wrong partner -------------------------------------------------------


def _turned(anatomy: Anatomy, products: list[Product]) -> Iterator[Swap]:
    """A gradient of square weights, transposed: the whole of it, or what one product gives."""
    square = [
        anatomy.nodes[i] for i in anatomy.leaves if anatomy.nodes[i].ndim == 2 and is_square(anatomy.nodes[i])
    ]
    for nodes in [square, *([node] for node in square)] if square else ():
        names = listed(anatomy.leaves[node.index] for node in nodes)
        joins = {node.index: lambda heard: total(heard).T for node in nodes}
        yield Swap("C15", OUTER_TURNED.format(names=names), "turned", joins=joins)
    for group in anatomy.product_groups([p for p in products if is_square(p.weights)]):
        edges = {(p.node.index, p.weight): turned for p in group}
        yield Swap("C15", OUTER_TURNED.format(names=anatomy.names(group)), "part turned", edges)


def _wrong_partner(anatomy: Anatomy, products: list[Product]) -> Iterator[Swap]:
    """The pre-activation for a; the same layer's a; in a recurrent net the state after the step for the one before."""
    before = {p.node.index: z for p in products if (z := _before_bend(p.entering)) is not None}
    for group in anatomy.product_groups([p for p in products if p.node.index in before]):
        edges = _paired_with(group, lambda p: before[p.node.index])
        yield Swap("C13", Z_FOR_A.format(names=anatomy.names(group)), "z for a", edges)
    after = {p.node.index: a.value for p in products if (a := anatomy.activation_after(p.node)) is not None}
    own = [p for p in products if p.node.index in after and after[p.node.index].shape == p.entering.shape]
    for group in anatomy.product_groups(own):
        code, sentence = ("C28", WRONG_TIME) if anatomy.in_time(group) else ("C14", SAME_LAYER)
        edges = _paired_with(group, lambda p: after[p.node.index])
        yield Swap(code, sentence.format(names=anatomy.names(group)), "own output", edges)


def _before_bend(node: Node) -> FloatArray | None:
    """The pre-activation z, where the node is φ(z) or φ(z) turned."""
    if node.operation == "transpose":
        inner = _before_bend(node.parents[0])
        return None if inner is None else np.transpose(inner, node.settings["axes"])
    return node.parents[0].value if node.operation in ACTIVATIONS else None


NOT_TRANSPOSED = (
    "The error went back through {names} as if forward. From the units that receive to those that send it takes the "
    "transpose: with one row per receiving unit, D @ W. It went unnoticed because the matrix is square."
)
OTHER_NOT_TRANSPOSED = (
    "At {where} the error was multiplied by the other factor as it is; it takes its transpose. It went unnoticed because "
    "that factor is square."
)
ERROR_NOT_TRANSPOSED = (
    "At {where} the error of the product was used as it is where its transpose belongs: of two factors one hears the error, "
    "the other its transpose. It went unnoticed because the product is square."
)
NOT_FLIPPED = (
    "The error went back through {names} as if forward. Entry i of the kernel took a value i steps to the right; its error "
    "goes i steps to the left. So the kernel is flipped on the way back."
)
WRONG_LAYER = (
    "The error that arrives before {names} came through {wrong}. It must come back through the weights that the values went "
    "forward through: look at the index of the layer."
)
WEIGHTS_LEFT_OUT = (
    "The error went back past {names} without the weights. On the way forward each value was multiplied by a weight; on the "
    "way back its error is multiplied by the same weight."
)
INPUT_LEFT_OUT = (
    "The gradient of {names} holds the error alone. It is the error times what entered the weights, the input or the "
    "activation of the layer before."
)
OUTER_TURNED = (
    "The gradient of {names} is transposed. Its rows belong to the units that receive: outer(δ, a), not outer(a, δ). The "
    "shape does not tell, because the matrix is square."
)
Z_FOR_A = (
    "The gradient of {names} pairs the error with z of the layer before. It takes what entered the weights, the activation "
    "a = φ(z)."
)
SAME_LAYER = (
    "The gradient of {names} pairs the error with the activation of the same layer. It takes what entered the weights: the "
    "activation of the layer before."
)
WRONG_TIME = (
    "The gradient of {names} pairs the error at time t with the state at time t. What entered the weights is the state at "
    "t − 1."
)
