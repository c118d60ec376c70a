"""NB04, the exercises about single nodes: local rules, recording, and an operation of one's own.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from bpcheck.exercises import graph_wrong as wrong
from bpcheck.exercises.graph_cases import (
    Recipe,
    Step,
    cook,
    in_words,
    one_number,
    probe_maximum,
    probe_record,
    random_recipe,
    true_slopes,
    two_numbers,
)
from bpcheck.exercises.model import Answer, Arguments, Exercise
from bpcheck.exercises.prose import known_mistakes
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.reference import engine

CHAPTER = "04_graphs"


# -- 04.1 local_rule -----------------------------------------------------------------------------------

FORWARD = {"exp": math.exp, "log": math.log, "sin": math.sin, "tanh": math.tanh}


def _operations(rng: np.random.Generator) -> Iterable[Arguments]:
    """Every operation twice; 3 and -2 as exponents, which no other rule imitates."""
    for op in ("add", "mul", "pow", "exp", "log", "sin", "tanh"):
        for exponent in (3.0, -2.0):
            a, b = two_numbers(rng)
            if op == "pow":
                yield op, (a, exponent), a**exponent
            elif op in FORWARD:
                a = abs(a) if op == "log" else a
                yield op, (a,), FORWARD[op](a)
            else:
                yield op, (a, b), a + b if op == "add" else a * b


def _true_rule(op: str, ins: tuple[float, ...], _out: float) -> tuple[Estimate, ...]:
    if op == "add":
        return (exact([1.0, 1.0]),)
    if op == "mul":
        return (exact([ins[1], ins[0]]),)
    one = slope((lambda t: t ** ins[1]) if op == "pow" else FORWARD[op], ins[0])
    return (Estimate(one.value.reshape(1), one.error.reshape(1), one.kink.reshape(1)),)


def _in_a_row(answer: Answer, op: str, ins: tuple[float, ...], out: float) -> Any:
    """One slope may come as a bare number."""
    found = answer(op, ins, out)
    return [found] if found is not None and np.ndim(found) == 0 else found


local_rule = Exercise(
    id="local_rule",
    number="04.1",
    chapter=CHAPTER,
    parameters=("op", "ins", "out"),
    returns=("slopes",),
    draw=lambda rng: list(_operations(rng)),
    truth=_true_rule,
    probe=_in_a_row,
    mistakes=known_mistakes(
        CHAPTER,
        "local_rule",
        {
            "V2 factors exchanged": wrong.rules(mul=lambda ins, _out: ins),
            "C3 product as a sum": wrong.rules(mul=lambda _ins, _out: (1.0, 1.0)),
            "C3 exponent kept": wrong.rules(pow=lambda ins, out: (ins[1] * out,)),
            "C1 exponent lost": wrong.rules(pow=lambda ins, _out: (ins[0] ** (ins[1] - 1),)),
            "C3 exp by the rule for powers": wrong.rules(exp=lambda ins, out: (ins[0] * out / math.e,)),
            "C2 exp of out": wrong.rules(exp=lambda _ins, out: (math.exp(out),)),
            "C2 log at out": wrong.rules(log=lambda _ins, out: (1 / out,)),
            "C4 log itself": wrong.rules(log=lambda _ins, out: (out,)),
            "C4 sine itself": wrong.rules(sin=lambda _ins, out: (out,)),
            "F1 minus cosine": wrong.rules(sin=lambda ins, _out: (-math.cos(ins[0]),)),
            "C2 cosine of out": wrong.rules(sin=lambda _ins, out: (math.cos(out),)),
            "C4 tanh itself": wrong.rules(tanh=lambda _ins, out: (out,)),
            "C2 tanh twice": wrong.rules(tanh=lambda _ins, out: (1 - math.tanh(out) ** 2,)),
            "C3 tanh as a sigmoid": wrong.rules(tanh=lambda _ins, out: (out * (1 - out),)),
            "C2 tanh at in": wrong.rules(tanh=lambda ins, _out: (1 - ins[0] ** 2,)),
        },
    ),
)


# -- 04.2 record ---------------------------------------------------------------------------------------

SMALL: tuple[Step, ...] = (  # each needs one thing only, so that what is missing shows
    ("+", 0, 1),
    ("+", 0, 1.5),
    ("+", 2.5, 0),
    ("*", 0, 1),
    ("*", 0, 1.5),
    ("*", 2.5, 0),
    ("+", 0, 0),
    ("*", 0, 0),
    ("**", 0, 3.0),
    ("**", 0, -2.0),
    ("sin", 0),
    ("exp", 0),
)


def _recipes(rng: np.random.Generator) -> Iterable[Arguments]:
    deep = [random_recipe(rng, length) for length in (3, 5, 6)]
    return [(recipe, *two_numbers(rng)) for recipe in [*(Recipe((step,)) for step in SMALL), *deep]]


RIGHT = wrong.RECORDS

record = Exercise(
    id="record",
    number="04.2",
    chapter=CHAPTER,
    parameters=("f", "a", "b"),
    returns=("value", "dy/da", "dy/db"),
    draw=_recipes,
    truth=lambda recipe, a, b: (exact(cook(recipe, a, b)), *true_slopes(recipe, a, b)),
    probe=probe_record,
    place=in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "record",
        {
            "R1 nothing recorded": wrong.records(**{n: wrong.nothing_recorded(r) for n, r in RIGHT.items()}),
            "V2 factors exchanged": wrong.records(
                mul=lambda a, b: (a.value * b.value, (a, b), (a.value, b.value))
            ),
            "C3 product as a sum": wrong.records(mul=lambda a, b: (a.value * b.value, (a, b), (1.0, 1.0))),
            "C7 one parent of a product": wrong.records(
                mul=lambda a, b: (a.value * b.value, (a,), (b.value,))
            ),
            "C7 one parent of a square": wrong.records(
                add=lambda a, b: (a.value + b.value, (a, b)[: 1 + (a is not b)], (1.0, 1.0)),
                mul=lambda a, b: (a.value * b.value, (a, b)[: 1 + (a is not b)], (b.value, a.value)),
            ),
            "C4 sum's values": wrong.records(
                add=lambda a, b: (a.value + b.value, (a, b), (a.value, b.value))
            ),
            "C3 exponent kept": wrong.records(
                power=lambda a, n: (a.value**n, (a,), (n * a.value**n,)),
            ),
            "C4 sine itself": wrong.records(
                sin=lambda a: (math.sin(a.value), (a,), (math.sin(a.value),)),
            ),
            "F1 minus cosine": wrong.records(
                sin=lambda a: (math.sin(a.value), (a,), (-math.cos(a.value),)),
            ),
            "C1 exp": wrong.records(exp=lambda a: (math.exp(a.value), (a,), (1.0,))),
            "C4 exp's input": wrong.records(exp=lambda a: (math.exp(a.value), (a,), (a.value,))),
        },
    ),
)


# -- 04.7 maximum --------------------------------------------------------------------------------------


def _pairs(rng: np.random.Generator) -> Iterable[Arguments]:
    """The larger one first and second, below zero, a tie, and plain numbers on either side."""
    small, large = one_number(rng, 0.4, 0.9), float(np.round(rng.uniform(1.2, 1.9), 2))
    a = float(np.round(rng.uniform(1.2, 1.9), 2))
    return [
        (small, large, ""),
        (large, small, ""),
        (-large, -a - 1, ""),
        (a, a, ""),
        (0.0, large, "a"),
        (0.0, -large, "a"),
        (large, 0.5, "b"),
        (-large, 0.5, "b"),
    ]


def _true_maximum(a: float, b: float, numbers: str) -> tuple[Estimate, ...]:
    """The first counts where both are equal; a plain number does not move."""
    slopes = [3.0 * (a >= b) * ("a" not in numbers), 3.0 * (b > a) * ("b" not in numbers)]
    return exact(3 * max(a, b)), exact(slopes[0]), exact(slopes[1])


def _maximum(slopes: Any, value: Any = max) -> Answer:
    def maximum(a: Any, b: Any) -> engine.Value:
        a, b = engine.as_value(a), engine.as_value(b)
        return engine.Value(value(a.value, b.value), (a, b), tuple(map(float, slopes(a.value, b.value))))

    return maximum


maximum = Exercise(
    id="maximum",
    number="04.7",
    chapter=CHAPTER,
    parameters=("a", "b", "numbers"),
    returns=("value", "slope of a", "slope of b"),
    draw=_pairs,
    truth=_true_maximum,
    probe=probe_maximum,
    place=lambda a, b, numbers: (
        f"3 * maximum(a, b), a = {a:g}{' (a plain number)' * ('a' in numbers)}, "
        f"b = {b:g}{' (a plain number)' * ('b' in numbers)}"
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "maximum",
        {
            "C16 both get 1": _maximum(lambda _a, _b: (1.0, 1.0)),
            "V2 the loser gets it": _maximum(lambda a, b: (a < b, a >= b)),
            "C4 values as slopes": _maximum(lambda a, b: (a * (a >= b), b * (b > a))),
            "F2 half each": _maximum(lambda _a, _b: (0.5, 0.5)),
            "R1 nothing recorded": _maximum(lambda _a, _b: (0.0, 0.0)),
            "C8 a tie counts twice": _maximum(lambda a, b: (a >= b, b >= a)),
            "R5 a tie goes to the second": _maximum(lambda a, b: (a > b, b >= a)),
            "R5 a tie goes to nobody": _maximum(lambda a, b: (a > b, b > a)),
            "V1 the smaller": _maximum(lambda a, b: (a <= b, b < a), value=min),
        },
    ),
)
