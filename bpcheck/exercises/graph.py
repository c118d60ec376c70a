"""NB04, computational graphs: nodes that remember how they were made, and a sweep back over them.

Slopes are judged against the numerical derivative of our own recipes, everything else against the exact
number. Later exercises stand on `bpcheck.reference.engine`, never on the student's own earlier answer.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from bpcheck.exercises import graph_wrong as wrong
from bpcheck.exercises.graph_cases import (
    CHAIN,
    LADDER,
    Recipe,
    fork,
    in_words,
    losses_of,
    one_number,
    probe_backward,
    probe_each,
    probe_order,
    random_recipe,
    read_order,
    true_slopes,
    two_numbers,
)
from bpcheck.exercises.graph_nodes import CHAPTER, local_rule, maximum, record
from bpcheck.exercises.model import Answer, Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.reference import engine

# -- 04.3 three_sweeps ---------------------------------------------------------------------------------


def _points(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(float(x),) for x in np.round(rng.uniform(0.5, 2.2, 6) * [1, -1, 1, -1, 1, 1], 2)]


def _roads(x: float) -> tuple[float, float]:
    """What x would hear on the road of the factor, and on the road of the sine."""
    u = x * x
    return 2 * x * math.sin(u), 2 * x * u * math.cos(u)


def _three(x: float) -> tuple[float, float, float]:
    factor, sine = _roads(x)
    return sine, 2 * factor + sine, factor + sine


def _three_with(*, first: str = "s", second: str = "ffs", third: str = "fs") -> Answer:
    """Each sweep as the roads that it adds: f the factor's, s the sine's."""

    def three_sweeps(x: float) -> tuple[float, ...]:
        roads = dict(zip("fs", _roads(x), strict=True))
        return tuple(sum(roads[road] for road in sweep) for sweep in (first, second, third))

    return three_sweeps


three_sweeps = Exercise(
    id="three_sweeps",
    number="04.3",
    chapter=CHAPTER,
    parameters=("x",),
    returns=("overwrite", "at_once", "patient"),
    draw=_points,
    truth=lambda x: tuple(exact(value) for value in _three(x)),
    mistakes=known_mistakes(
        CHAPTER,
        "three_sweeps",
        {
            "V2 exchanged": _three_with(first="ffs", second="s"),
            "C7 the first one stays": _three_with(first="f"),
            "C8 all twice": _three_with(second="ffss"),
            "C8 the sine twice": _three_with(second="fss"),
            "C8 nothing twice": _three_with(second="fs"),
            "C7 nothing lost": _three_with(first="fs"),
            "C7 patient with one road": _three_with(third="f"),
            "C1 stops at u": lambda x: tuple(value / (2 * x) for value in _three(x)),
        },
    ),
)


# -- 04.4 order ----------------------------------------------------------------------------------------

CHAIN_OF_FIVE = Recipe(tuple(("sin", k) if k else ("*", 0, 1) for k in (0, 2, 3, 4, 5)))


def _graphs(rng: np.random.Generator) -> Iterable[Arguments]:
    """A chain, a square, forks of every kind, and one graph that is deeper than Python's recursion."""
    recipes = [CHAIN_OF_FIVE, Recipe((("*", 0, 0),)), *(fork(rng) for _ in range(3)), CHAIN]
    return [(recipe, *two_numbers(rng)) for recipe in recipes]


order = Exercise(
    id="order",
    number="04.4",
    chapter=CHAPTER,
    parameters=("node", "a", "b"),
    returns=("an input is missing", "a step is missing", "a Value is repeated", "a Value comes too early"),
    draw=_graphs,
    truth=lambda *_case: (exact(0.0),) * 4,
    probe=probe_order,
    reading=read_order,
    place=in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "order",
        {
            "V2 children first": lambda node: engine.order(node)[::-1],
            "V3 no memory": wrong.visited_without_memory,
            "V3 leaves missing": lambda node: [n for n in engine.order(node) if n.parents],
            "V3 node missing": lambda node: engine.order(node)[:-1],
            "V3 neighbours only": lambda node: [*dict.fromkeys(node.parents), node],
            "R2 as found": wrong.as_found,
            "G10 recursion": wrong.recursive_order,
        },
    ),
)


# -- 04.5 backward -------------------------------------------------------------------------------------


def _for_sweeps(rng: np.random.Generator) -> Iterable[Arguments]:
    """A tree, a square, forks, deep ones; 2**20 roads."""
    recipes = [
        Recipe((("*", 0, 1), ("sin", 2), ("*", 3, 1.7))),
        Recipe((("*", 0, 0), ("*", 2, 1))),
        fork(rng),
        random_recipe(rng, 5),
        random_recipe(rng, 6),
        LADDER,
    ]
    return [(recipe, *two_numbers(rng)) for recipe in recipes]


backward = Exercise(
    id="backward",
    number="04.5",
    chapter=CHAPTER,
    parameters=("node", "a", "b"),
    returns=("a.grad", "b.grad", "a.grad again", "b.grad again"),
    draw=_for_sweeps,
    truth=lambda recipe, a, b: true_slopes(recipe, a, b) * 2,
    probe=probe_backward,
    place=in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "backward",
        {
            "C7 overwritten": wrong.sweeps(hear=lambda _has, slope, grad: slope * grad),
            "C8 sent on at once": wrong.sent_on_at_once,
            "C9 leftover": wrong.sweeps(clear=lambda _made: False),
            "C9 leaves left": wrong.sweeps(clear=lambda made: bool(made.parents)),
            "V9 no start": wrong.sweeps(start=lambda _node: 0.0),
            "V9 starts with its value": wrong.sweeps(start=lambda node: node.value),
            "C1 slope missing": wrong.sweeps(hear=lambda has, _slope, grad: has + grad),
            "C5 gradient missing": wrong.sweeps(hear=lambda has, slope, _grad: has + slope),
            "C6 added": wrong.sweeps(hear=lambda has, slope, grad: has + slope + grad),
            "R3 forward": wrong.sweeps(turn=list),
            "G12 every road": wrong.every_road,
        },
    ),
)


# -- 04.6 grads_of_each --------------------------------------------------------------------------------


def _weights(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(one_number(rng), tuple(float(t) for t in np.round(rng.normal(0, 2, k), 2))) for k in (2, 3, 7)]


def _true_each(w: float, targets: tuple[float, ...]) -> tuple[Estimate, ...]:
    found = [slope(lambda t, k=k: float(losses_of(t, targets)[k]), w) for k in range(len(targets))]  # type: ignore[misc]
    return (Estimate(*(np.array([getattr(e, part) for e in found]) for part in ("value", "error", "kink"))),)


grads_of_each = Exercise(
    id="grads_of_each",
    number="04.6",
    chapter=CHAPTER,
    parameters=("w", "targets"),
    returns=("grads",),
    draw=_weights,
    truth=_true_each,
    probe=probe_each,
    place=lambda w, targets: f"{len(targets)} losses, w = {w:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "grads_of_each",
        {
            "C9 never cleared": wrong.each(lambda _node, _loss, _w: False),
            "C9 only w cleared": wrong.each(lambda node, _loss, w: node is w),
            "C9 w not cleared": wrong.each(lambda node, _loss, w: node is not w),
            "R4 another w": lambda losses, _w: [0.0 for _ in losses],
            "C24 read at the end": wrong.read_at_the_end,
        },
    ),
)


# -- 04.8 neuron_by_engine -----------------------------------------------------------------------------


def _neurons(rng: np.random.Generator) -> Iterable[Arguments]:
    """One, two, five and seven inputs; the neuron stays away from its flat ends."""
    cases = []
    for n in (2, 1, 5, 7):
        x, w = np.round(rng.uniform(0.5, 1.5, (2, n)) * rng.choice([-1.0, 1.0], (2, n)), 2)
        b = float(np.round(rng.uniform(0.3, 0.9) * rng.choice([-1.0, 1.0]) - w @ x, 2))
        cases.append((x, w, b, float(rng.integers(2))))
    return cases


def _neuron_loss(x: Any, w: Any, b: float, y: float) -> float:
    return float(0.5 * (1 / (1 + np.exp(-(w @ x + b))) - y) ** 2)


def _true_neuron(x: Any, w: Any, b: float, y: float) -> tuple[Estimate, ...]:
    """Slope after slope, each by nudging one number."""
    found = []
    for i in range(len(w)):
        unit = np.eye(len(w))[i]
        found.append(slope(lambda t, unit=unit: _neuron_loss(x, w + t * unit, b, y), 0.0))  # type: ignore[misc]
    parts = (np.array([getattr(e, part) for e in found]) for part in ("value", "error", "kink"))
    return Estimate(*parts), slope(lambda t: _neuron_loss(x, w, t, y), b)


neuron_by_engine = Exercise(
    id="neuron_by_engine",
    number="04.8",
    chapter=CHAPTER,
    parameters=("x", "w", "b", "y"),
    returns=("dw", "db"),
    draw=_neurons,
    truth=_true_neuron,
    mistakes=known_mistakes(
        CHAPTER,
        "neuron_by_engine",
        {
            "R1 plain numbers": lambda _x, w, _b, _y: (np.zeros_like(w), 0.0),
            "C22 bias a plain number": lambda x, w, b, y: (wrong.plain_slopes(x, w, b, y)[0], 0.0),
            "F1 turned": lambda x, w, b, y: tuple(-part for part in wrong.plain_slopes(x, w, b, y)),
            "F2 no half": wrong.neuron(loss=lambda yhat, y: (yhat - y) ** 2),
            "V1 no square": wrong.neuron(loss=lambda yhat, y: yhat - y),
            "C1 no sigmoid": wrong.neuron(phi=lambda z: z),
            "C3 tanh": wrong.neuron(phi=engine.tanh),
            "V1 minus missing": wrong.neuron(phi=lambda z: 1 / (1 + engine.exp(z))),
            "V6 slopes of x": lambda x, w, b, y: (
                wrong.plain_slopes(w, x, b, y)[0],
                wrong.plain_slopes(x, w, b, y)[1],
            ),
        },
    ),
)


quiz_04 = Quiz(id="quiz_04", number="04.9", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_04"))

EXERCISES = (
    local_rule,
    record,
    three_sweeps,
    order,
    backward,
    grads_of_each,
    maximum,
    neuron_by_engine,
    quiz_04,
)
