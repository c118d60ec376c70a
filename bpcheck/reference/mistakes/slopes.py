"""Mistakes at a bend: a wrong number in the place of φ′(z); C1 to C6 and C16.

The right one: Nielsen, Neural Networks and Deep Learning (2015), chapter 2, (BP1) and (BP2).

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bpcheck.reference.mistakes.anatomy import SINGLES, Anatomy
from bpcheck.reference.mistakes.composites import ACTIVATIONS
from bpcheck.reference.mistakes.places import words
from bpcheck.reference.mistakes.swaps import Swap
from bpcheck.reference.node import Node
from bpcheck.reference.operations import ELEMENTWISE, FloatArray, Slope
from bpcheck.reference.tape import EdgeRule

FORMULAS = {
    "sigmoid": "a·(1 − a)",
    "tanh": "1 − a²",
    "relu": "1 where z > 0, else 0",
    "softplus": "σ(z)",
    "sin": "cos(z)",
    "cos": "−sin(z)",
    "log": "1/z",
    "sqrt": "1/(2·√z)",
    "square": "2z",
    "absolute": "the sign of z",
}
SMOOTH = (*ACTIVATIONS, *(name for name in ELEMENTWISE if name not in (*ACTIVATIONS, "negative")))
FLAT = ("relu", "a clipped line")
FIRST = ("missing", "always on")  # what is suspected at many steps one by one ...
FEW = 3  # ... and how many steps there may be for the rest


@dataclass(frozen=True, slots=True)
class WrongSlope:
    """What stands in the place of φ′(z), and for which φ somebody would write it."""

    code: str
    name: str
    of: tuple[str, ...]
    slope: Callable[[str], Slope]  # name of φ -> (z, a) -> the wrong factor
    sentence: str
    # the error and the factor -> what is sent on
    send: Callable[[FloatArray, FloatArray], FloatArray] = np.multiply


def _one(_name: str) -> Slope:
    return lambda z, _a: np.ones_like(z)


def _right(name: str) -> Slope:
    return ELEMENTWISE[name][1]


def _at_the_output(name: str) -> Slope:
    f, slope = ELEMENTWISE[name]
    return lambda _z, a: slope(a, f(a))


def _formula_in_a_of_z(name: str) -> Slope:
    return lambda z, _a: ELEMENTWISE[name][1](z, z)


def _whatever(slope: Slope) -> Callable[[str], Slope]:
    return lambda _name: slope


def _borrowed(other: str, formula_in_a: bool) -> Callable[[str], Slope]:
    """The slope of another function: by its formula in a, fed with this a; or at this z."""
    f, slope = ELEMENTWISE[other]
    return lambda _name: slope if formula_in_a else lambda z, _a: slope(z, f(z))


FOREIGN: tuple[tuple[str, tuple[str, ...], Slope], ...] = (  # functions that are no operation of the tape
    ("a clipped line", ("sigmoid", "tanh"), lambda z, _a: (np.abs(z) < 1).astype(np.float64)),
    ("z / (1 + |z|)", ("sigmoid", "tanh"), lambda z, _a: (1 + np.abs(z)) ** -2),
    ("a leaky ReLU (0.01)", ("relu",), lambda z, _a: np.where(z > 0, 1.0, 0.01)),
    ("a leaky ReLU (0.1)", ("relu",), lambda z, _a: np.where(z > 0, 1.0, 0.1)),
)
BORROWED = (("sigmoid", True), ("tanh", True), ("relu", True), ("sigmoid", False), ("tanh", False))
WRONG_SLOPES: tuple[WrongSlope, ...] = (
    WrongSlope(
        "C1",
        "missing",
        tuple(name for name in SMOOTH if name != "relu"),
        _one,
        "The error went through {where} unchanged. On the way back it must be multiplied by the slope of {kind}{slope}. "
        "Look at the line that takes the error from behind this step to the front of it.",
    ),
    WrongSlope(
        "C16",
        "always on",
        ("relu",),
        _one,
        "The error passed {where} at every unit, also where the unit was off. Either the mask is missing, or it tests the "
        "output with >= 0, which is always true. Test z > 0.",
    ),
    WrongSlope(
        "C16",
        "turned round",
        ("relu",),
        lambda _name: lambda z, _a: (z <= 0).astype(np.float64),
        "The error passed {where} where the unit was off, and stopped where it was on: the mask is turned round. Test z > 0.",
    ),
    WrongSlope(
        "C2",
        "at the output",
        ("sigmoid", "tanh", "softplus", "sin", "cos", "exp", "square"),
        _at_the_output,
        "At {where} the slope was taken at the output a, not at what went in, z. Usually a function that expects z was "
        "called with a. Feed it with z{slope_or}.",
    ),
    WrongSlope(
        "C2",
        "formula in a, fed with z",
        ("sigmoid", "tanh"),
        _formula_in_a_of_z,
        "At {where} the formula {formula} was fed with z. It holds for the output a = φ(z). Look which of the two was kept "
        "from the forward pass.",
    ),
    *(
        WrongSlope(
            "C3",
            f"{other}, {'formula in a' if in_a else 'at z'}",
            tuple(name for name in ACTIVATIONS if name != other),
            _borrowed(other, in_a),
            f"At {{where}} the slope of {words(other)} was used ({FORMULAS[other]}), but the step is {{kind}}{{slope_is}}. "
            "Look at the function that gives the slope.",
        )
        for other, in_a in BORROWED
    ),
    *(
        WrongSlope(
            "C3",
            name,
            of,
            _whatever(slope),
            f"At {{where}} the slope of {name} was used, but the step is {{kind}}{{slope_is}}. Look at the function that gives "
            "the slope.",
        )
        for name, of, slope in FOREIGN
    ),
    WrongSlope(
        "C4",
        "value",
        ("sigmoid", "tanh", "relu", "softplus", "sin", "cos", "sqrt", "square", "absolute"),
        lambda _name: lambda _z, a: a,
        "At {where} the error was multiplied by the value φ(z), where the slope φ′(z) belongs{slope_is}.",
    ),
    WrongSlope(
        "C5",
        "upstream ignored",
        ACTIVATIONS,
        _right,
        "What leaves {where} backward does not depend on what came in: only the slope was sent on. It is local slope × "
        "incoming error.",
        lambda G, slope: np.broadcast_to(slope, G.shape),
    ),
    WrongSlope(
        "C6",
        "added",
        ACTIVATIONS,
        _right,
        "At {where} the slope was added to the incoming error. Along one road slopes multiply.",
        np.add,
    ),
)
NEIGHBOUR = (
    "At {where} the slope of another step of the same kind was used, that of the one {which}. Look at the index of the "
    "layer: the slope belongs to the z that went in here."
)


def wrong_slopes(anatomy: Anatomy) -> Iterator[Swap]:
    """Every wrong slope at every group of steps that it fits."""
    for wrong in WRONG_SLOPES:
        for name in wrong.of:
            rule = _rule(wrong, name)
            for nodes, where in anatomy.groups(
                anatomy.of_kind(name), SINGLES if wrong.name in FIRST else FEW
            ):
                yield Swap(
                    wrong.code,
                    wrong.sentence.format(where=where, kind=words(name), **_formulas(name)),
                    f"slope {wrong.name}",
                    edges={(node.index, 0): rule for node in nodes},
                    general=wrong.name.startswith(FLAT),  # where its slope is 1 it is as good as missing
                )
    yield from _neighbours(anatomy)


def _rule(wrong: WrongSlope, name: str) -> EdgeRule:
    slope = wrong.slope(name)
    return lambda G, node, _slot: wrong.send(G, slope(node.parents[0].value, node.value))


def _formulas(name: str) -> dict[str, str]:
    """The right slope, for the places of a sentence that may mention it."""
    text = FORMULAS.get(name)
    if text is None:
        return {"formula": "", "slope": "", "slope_is": "", "slope_or": ""}
    return {"formula": text, "slope": f", {text}", "slope_is": f": {text}", "slope_or": f", or use {text}"}


def _neighbours(anatomy: Anatomy) -> Iterator[Swap]:
    """The slope of the layer before or after."""
    for name in ACTIVATIONS:
        pairs = [(a, b) for a, b in itertools.pairwise(anatomy.of_kind(name)) if a.shape == b.shape]
        for which, of in (
            ("before", {b.index: a for a, b in pairs}),
            ("after", {a.index: b for a, b in pairs}),
        ):
            for nodes, where in anatomy.groups([n for n in anatomy.of_kind(name) if n.index in of], FEW):
                edges = {(node.index, 0): _slope_of(of[node.index]) for node in nodes}
                yield Swap(
                    "C2", NEIGHBOUR.format(where=where, which=which), f"slope of the one {which}", edges
                )


def _slope_of(other: Node) -> EdgeRule:
    slope = ELEMENTWISE[other.operation][1](other.parents[0].value, other.value)
    return lambda G, _node, _slot: G * slope
