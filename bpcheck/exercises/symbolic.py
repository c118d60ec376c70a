"""NB03, let SymPy derive it: the chain e^(sin(x^2)), the sigmoid, and the list of the chapter's exercises.

Answers are expressions. A probe works them out where the examiner drew numbers for their letters, and these are
judged against the numerical derivative of our own functions; so every right form passes. A known mistake stands
here as its numbers (`ready`): SymPy would take longer, and say the same.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises; sympy on call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.expressions import Ready, called, entries, letters_of, number_of, ready
from bpcheck.exercises.model import Answer, Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.exercises.symbolic_code import as_function, growth
from bpcheck.exercises.symbolic_networks import first_layer_slope, neuron_slopes
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.reference.symbolic import sigmoid

CHAPTER = "03_symbolic"


def _at_points(rng: np.random.Generator) -> Iterable[Arguments]:
    """Four points with two decimals, of both signs, away from 0, where many wrong slopes are right."""
    points = np.round(rng.uniform(0.4, 2.2, 4) * [1, -1, 1, -1], 2)
    return [(float(x),) for x in points]


# -- 03.1 steps ----------------------------------------------------------------------------------------

STEPS = {  # what each expression may be written in
    "v": ("x",),
    "u": ("x", "v"),
    "y": ("x", "v", "u"),
    "dv": ("x",),
    "du": ("x", "v", "u"),
    "dy": ("x", "v", "u", "y"),
}
Six = tuple[float, float, float, float, float, float]


def _steps_probe(answer: Answer, x: float) -> Any:
    """Numbers of the six expressions; v, u and y may stand in them where they are known."""
    value = called(answer)
    if isinstance(value, Ready):
        return value.numbers(x)
    v, u, y, *_ = _steps(x)
    numbers = {"x": x, "v": v, "u": u, "y": y}
    found = entries("steps", value, tuple(STEPS))
    return [number_of(key, one, numbers, STEPS[key]) for key, one in zip(STEPS, found, strict=True)]


def _steps(x: float, **wrong: float) -> Six:
    """The three values and the three local slopes, those that are given in the place of the right ones."""
    v = x * x
    u = math.sin(v)
    right = {"v": v, "u": u, "y": math.exp(u), "dv": 2 * x, "du": math.cos(v), "dy": math.exp(u)}
    a, b, c, d, e, f = (right | wrong).values()
    return a, b, c, d, e, f


def _true_steps(x: float) -> tuple[Estimate, ...]:
    v = x * x
    u = math.sin(v)
    slopes = slope(lambda t: t * t, x), slope(math.sin, v), slope(math.exp, u)
    return exact(v), exact(u), exact(math.exp(u)), *slopes


def _exchanged(x: float) -> Six:
    v, u, y, dv, du, dy = _steps(x)
    return dv, du, dy, v, u, y


steps = Exercise(
    id="steps",
    number="03.1",
    chapter=CHAPTER,
    parameters=("x",),
    returns=tuple(STEPS),
    draw=_at_points,
    truth=_true_steps,
    probe=_steps_probe,
    mistakes=known_mistakes(
        CHAPTER,
        "steps",
        {
            "S2 wrong letter": ready(lambda x: _steps(x, du=0.0, dy=0.0)),
            "V6 by x": ready(
                lambda x: _steps(
                    x, du=2 * x * math.cos(x * x), dy=2 * x * math.cos(x * x) * math.exp(math.sin(x * x))
                )
            ),
            "V2 exchanged": ready(_exchanged),
            "V2 dv and dy": ready(lambda x: _steps(x, dv=math.exp(math.sin(x * x)), dy=2 * x)),
            "C4 values": ready(lambda x: _steps(x)[:3] * 2),
            "V1 square of a sine": ready(lambda x: _steps(x, u=math.sin(x) ** 2)),
            "V1 sine of x": ready(lambda x: _steps(x, u=math.sin(x))),
            "V1 sine skipped": ready(lambda x: _steps(x, y=math.exp(x * x))),
            "C2 cosine at x": ready(lambda x: _steps(x, du=math.cos(x))),
            "C2 cosine of 2x": ready(lambda x: _steps(x, du=math.cos(2 * x))),
            "F1 minus cosine": ready(lambda x: _steps(x, du=-math.cos(x * x))),
            "C3 rule for powers": ready(
                lambda x: _steps(x, dy=math.sin(x * x) * math.exp(math.sin(x * x) - 1))
            ),
        },
    ),
)


# -- 03.2 dydx -----------------------------------------------------------------------------------------


def _dydx_probe(answer: Answer, x: float) -> Any:
    value = called(answer)
    if value is None or isinstance(value, Ready):
        return value.numbers(x) if value else None
    return number_of("dydx", value, {"x": x})


def _product(
    square: Callable[[float], float] = lambda x: 2 * x,
    sine: Callable[[float], float] = lambda x: math.cos(x * x),
    exponential: Callable[[float], float] = lambda x: math.exp(math.sin(x * x)),
) -> Answer:
    """The product of three slopes, those that are given in the place of the right ones."""
    return ready(lambda x: square(x) * sine(x) * exponential(x))


def _one(_x: float) -> float:
    return 1.0


dydx = Exercise(
    id="dydx",
    number="03.2",
    chapter=CHAPTER,
    parameters=("x",),
    returns=("dydx",),
    draw=_at_points,
    truth=lambda x: (slope(lambda t: math.exp(math.sin(t * t)), x),),
    probe=_dydx_probe,
    mistakes=known_mistakes(
        CHAPTER,
        "dydx",
        {
            "C1 square": _product(square=_one),
            "C1 sine": _product(sine=_one),
            "C1 exponential": _product(exponential=_one),
            "C2 inside the cosine": _product(square=_one, sine=lambda x: math.cos(2 * x)),
            "C2 one inside the other": ready(lambda x: math.exp(math.cos(2 * x))),
            "C2 cosine at x": _product(sine=math.cos),
            "C2 exponential at v": _product(exponential=lambda x: math.exp(x * x)),
            "C2 exponential at x": _product(exponential=math.exp),
            "C4 sine for cosine": _product(sine=lambda x: math.sin(x * x)),
            "C4 y itself": _product(square=_one, sine=_one),
            "C3 rule for powers": _product(
                exponential=lambda x: math.sin(x * x) * math.exp(math.sin(x * x) - 1)
            ),
            "C6 added": ready(lambda x: 2 * x + math.cos(x * x) + math.exp(math.sin(x * x))),
            "F1 minus cosine": _product(sine=lambda x: -math.cos(x * x)),
            "F2 half": _product(square=lambda x: x),
            "S2 zero": ready(lambda _x: 0.0),
            "V1 square of a sine": ready(
                lambda x: 2 * math.sin(x) * math.cos(x) * math.exp(math.sin(x) ** 2)
            ),
        },
    ),
)


# -- 03.3 sigmoid_slope_in_s ---------------------------------------------------------------------------


def _values_of_sigmoid(rng: np.random.Generator) -> Iterable[Arguments]:
    """Four values of s on both sides of 1/2, and away from it: there s and 1 - s are the same."""
    return [(float(s),) for s in np.round(rng.uniform(0.06, 0.4, 4) + 0.26 * np.array([0, 2, 0, 2]), 3)]


def _in_s_probe(answer: Answer, s: float) -> Any:
    import sympy as sp

    value = called(answer, sp.Symbol("s"))
    if value is None or isinstance(value, Ready):
        return value.numbers(s) if value else None
    if "z" in letters_of(value):
        found = number_of("slope", value, {"s": s, "z": math.log(s / (1 - s))})
        if math.isclose(found, s * (1 - s), rel_tol=1e-9):
            raise MalformedAnswer(
                "S6",
                "This is the right slope, only written with z. Write it with s alone: s = 1/(1 + e^(−z)), so e^(−z) "
                "is 1/s − 1. Put that in: `.subs(sp.exp(-z), 1/s - 1)`.",
            )
    return number_of("slope", value, {"s": s})


sigmoid_slope_in_s = Exercise(
    id="sigmoid_slope_in_s",
    number="03.3",
    chapter=CHAPTER,
    parameters=("s",),
    returns=("slope",),
    draw=_values_of_sigmoid,
    truth=lambda s: (slope(sigmoid, math.log(s / (1 - s))),),
    probe=_in_s_probe,
    mistakes=known_mistakes(
        CHAPTER,
        "sigmoid_slope_in_s",
        {
            "C4 s itself": ready(lambda s: s),
            "V1 one minus s": ready(lambda s: 1 - s),
            "V1 s squared": ready(lambda s: s * s),
            "C1 minus z": ready(lambda s: -s * (1 - s)),
            "C3 tanh": ready(lambda s: 1 - s * s),
            "C1 exponential": ready(lambda s: -s * s),
            "V1 the e alone": ready(lambda s: 1 / s - 1),
            "C2 at s": ready(lambda s: sigmoid(s) * (1 - sigmoid(s))),
            "S2 zero": ready(lambda _s: 0.0),
            "V1 by s": ready(lambda s: 1 - 2 * s),
        },
    ),
)


quiz_03 = Quiz(id="quiz_03", number="03.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_03"))

EXERCISES = (
    steps,
    dydx,
    sigmoid_slope_in_s,
    neuron_slopes,
    first_layer_slope,
    growth,
    as_function,
    quiz_03,
)
