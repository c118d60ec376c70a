"""NB02, the chain rule on e^(sin(x^2)), read both ways.

The three machines are v = x^2, u = sin(v), y = e^u. Every slope is judged against the numerical derivative
of our own machines, every product and count against the exact number.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bpcheck.exercises.model import Arguments, Exercise, Quiz
from bpcheck.exercises.programs import (
    ADD,
    EXP,
    MULTIPLY,
    SIN,
    X,
    asked_with_function,
    formula,
    function,
    program,
    random_program,
)
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.complex_step import imaginary_slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.reference.dual import Rules, slope_by_dual

CHAPTER = "02_chain_rule"


def _points(rng: np.random.Generator) -> list[float]:
    """Six points with two decimals, of both signs, away from 0, where many wrong slopes are right."""
    return [float(x) for x in np.round(rng.uniform(0.4, 2.2, 6) * [1, -1, 1, -1, 1, 1], 2)]


def _at_points(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(x,) for x in _points(rng)]


# -- 02.1 values ---------------------------------------------------------------------------------------


def _at_points_and_an_array(rng: np.random.Generator) -> Iterable[Arguments]:
    return [*_at_points(rng), (np.round(rng.uniform(-2.2, 2.2, 7), 2),)]


def _values(x: Any) -> tuple[Any, Any, Any]:
    return x**2, np.sin(x**2), np.exp(np.sin(x**2))


def _through(v: Callable[[Any], Any], u: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any, Any]]:
    """The three values with other first machines; the last is e^u."""
    return lambda x: (v(x), u(x), np.exp(u(x)))


values = Exercise(
    id="values",
    number="02.1",
    chapter=CHAPTER,
    parameters=("x",),
    returns=("v", "u", "y"),
    draw=_at_points_and_an_array,
    truth=lambda x: tuple(exact(value) for value in _values(x)),
    mistakes=known_mistakes(
        CHAPTER,
        "values",
        {
            "V2 last first": lambda x: _values(x)[::-1],
            "V1 square of a sine": _through(lambda x: x**2, lambda x: np.sin(x) ** 2),
            "V1 sine of x": _through(lambda x: x**2, np.sin),
            "V4 degrees": _through(lambda x: x**2, lambda x: np.sin(np.deg2rad(x**2))),
            "V1 slope as value": _through(lambda x: 2 * x, lambda x: np.sin(2 * x)),
            "V1 sine skipped": lambda x: (x**2, np.sin(x**2), np.exp(x**2)),
            "V1 exponential of x": lambda x: (x**2, np.sin(x**2), np.exp(x)),
        },
    ),
)


# -- 02.2 local_slopes ---------------------------------------------------------------------------------


def _true_slopes(x: float) -> tuple[Estimate, ...]:
    v = x * x
    return (
        imaginary_slope(lambda t: t * t, x),
        imaginary_slope(np.sin, v),
        imaginary_slope(np.exp, math.sin(v)),
    )


def _slopes(
    x: float, dv_dx: float | None = None, du_dv: float | None = None, dy_du: float | None = None
) -> tuple[float, float, float]:
    """The three local slopes, those that are given in the place of the right ones."""
    v = x * x
    u = math.sin(v)
    return (
        2 * x if dv_dx is None else dv_dx,
        math.cos(v) if du_dv is None else du_dv,
        math.exp(u) if dy_du is None else dy_du,
    )


local_slopes = Exercise(
    id="local_slopes",
    number="02.2",
    chapter=CHAPTER,
    parameters=("x",),
    returns=("dv_dx", "du_dv", "dy_du"),
    draw=_at_points,
    truth=_true_slopes,
    mistakes=known_mistakes(
        CHAPTER,
        "local_slopes",
        {
            "C2 cosine at x": lambda x: _slopes(x, du_dv=math.cos(x)),
            "C2 cosine of 2x": lambda x: _slopes(x, du_dv=math.cos(2 * x)),
            "C4 sine itself": lambda x: _slopes(x, du_dv=math.sin(x * x)),
            "F1 minus cosine": lambda x: _slopes(x, du_dv=-math.cos(x * x)),
            "F2 half": lambda x: _slopes(x, dv_dx=x),
            "C4 x squared": lambda x: _slopes(x, dv_dx=x * x),
            "V1 x missing": lambda x: _slopes(x, dv_dx=2.0),
            "C2 exponential at v": lambda x: _slopes(x, dy_du=math.exp(x * x)),
            "C2 exponential at x": lambda x: _slopes(x, dy_du=math.exp(x)),
            "C4 u itself": lambda x: _slopes(x, dy_du=math.sin(x * x)),
            "C3 rule for powers": lambda x: _slopes(x, dy_du=math.sin(x * x) * math.exp(math.sin(x * x) - 1)),
            "V6 du_dx": lambda x: _slopes(x, du_dv=2 * x * math.cos(x * x)),
            "V6 dy_dx": lambda x: _slopes(x, dy_du=2 * x * math.cos(x * x) * math.exp(math.sin(x * x))),
            "V2 last first": lambda x: _slopes(x)[::-1],
        },
    ),
)


# -- 02.3 from_output, 02.4 from_input ----------------------------------------------------------------


def _three_slopes(rng: np.random.Generator) -> Iterable[Arguments]:
    """Three numbers of both signs, none near 0 or ±1: there a product and a sum look alike."""
    size = rng.uniform(1.3, 3.0, (5, 3)) * rng.choice([-1.0, 1.0], (5, 3))
    return [(tuple(float(value) for value in row),) for row in np.round(size, 2)]


Slopes = tuple[float, float, float]


def _from_output(slopes: Slopes) -> Slopes:
    a, b, c = slopes
    return c, c * b, c * b * a


def _from_input(slopes: Slopes) -> Slopes:
    a, b, c = slopes
    return a, b * a, c * b * a


from_output = Exercise(
    id="from_output",
    number="02.3",
    chapter=CHAPTER,
    parameters=("slopes",),
    returns=("dy_du", "dy_dv", "dy_dx"),
    draw=_three_slopes,
    truth=lambda slopes: tuple(exact(product) for product in _from_output(slopes)),
    mistakes=known_mistakes(
        CHAPTER,
        "from_output",
        {
            "C6 added": lambda s: (s[2], s[2] + s[1], s[2] + s[1] + s[0]),
            "C5 local slopes": lambda s: (s[2], s[1], s[0]),
            "V7 from x": _from_input,
            "V2 dy_dx first": lambda s: _from_output(s)[::-1],
            "V8 started anew": lambda s: (s[2], s[2] * s[1], s[1] * s[0]),
            "V6 all the whole product": lambda s: (s[0] * s[1] * s[2],) * 3,
        },
    ),
)

from_input = Exercise(
    id="from_input",
    number="02.4",
    chapter=CHAPTER,
    parameters=("slopes",),
    returns=("dv_dx", "du_dx", "dy_dx"),
    draw=_three_slopes,
    truth=lambda slopes: tuple(exact(product) for product in _from_input(slopes)),
    mistakes=known_mistakes(
        CHAPTER,
        "from_input",
        {
            "C6 added": lambda s: (s[0], s[0] + s[1], s[0] + s[1] + s[2]),
            "C5 local slopes": lambda s: s,
            "V7 from y": _from_output,
            "V2 dy_dx first": lambda s: _from_input(s)[::-1],
            "V8 started anew": lambda s: (s[0], s[0] * s[1], s[1] * s[2]),
            "V6 all the whole product": lambda s: (s[0] * s[1] * s[2],) * 3,
        },
    ),
)


# -- 02.5 slope_by_dual -------------------------------------------------------------------------------

SMALL_PROGRAMS = (  # each needs one thing only, so that what is missing shows
    program(X, 1.5, ADD),
    program(0.7, X, ADD),
    program(X, 2.5, MULTIPLY),
    program(1.2, X, MULTIPLY),
    program(X, X, ADD),
    program(X, X, MULTIPLY),
    program(X, SIN),
    program(X, EXP),
    program(X, X, MULTIPLY, SIN, EXP),
)


def _programs(rng: np.random.Generator) -> Iterable[Arguments]:
    deep = [random_program(rng, depth) for depth in (3, 4, 5, 6)]
    return [(one, x) for one in (*SMALL_PROGRAMS, *deep) for x in [float(np.round(rng.uniform(0.3, 1.4), 2))]]


def _with_rules(**wrong: Any) -> Callable[..., float]:
    rules = Rules(**wrong)
    return lambda f, x: slope_by_dual(f, x, rules)


slope_by_dual_exercise = Exercise(
    id="slope_by_dual",
    number="02.5",
    chapter=CHAPTER,
    parameters=("f", "x"),
    returns=("slope",),
    draw=_programs,
    truth=lambda one, x: (imaginary_slope(function(one), x),),
    probe=asked_with_function,
    place=lambda one, x: f"f(x) = {formula(one)}, x = {x:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "slope_by_dual",
        {
            "C7 first factor only": _with_rules(multiply=lambda a, b: (a[0] * b[0], a[1] * b[0])),
            "C7 second factor only": _with_rules(multiply=lambda a, b: (a[0] * b[0], a[0] * b[1])),
            "C6 dots multiplied": _with_rules(multiply=lambda a, b: (a[0] * b[0], a[1] * b[1])),
            "C6 dots added": _with_rules(multiply=lambda a, b: (a[0] * b[0], a[1] + b[1])),
            "V9 constant moves": _with_rules(lift=lambda c: (c, 1.0)),
            "V9 x does not move": _with_rules(seed=lambda x: (x, 0.0)),
            "V9 x moves by itself": _with_rules(seed=lambda x: (x, x)),
            "C4 cosine in val": _with_rules(sin=lambda a: (math.cos(a[0]), math.cos(a[0]) * a[1])),
            "C4 sine in dot": _with_rules(sin=lambda a: (math.sin(a[0]), math.sin(a[0]) * a[1])),
            "F1 minus cosine": _with_rules(sin=lambda a: (math.sin(a[0]), -math.cos(a[0]) * a[1])),
            "C5 sin forgets": _with_rules(sin=lambda a: (math.sin(a[0]), math.cos(a[0]))),
            "C5 exp forgets": _with_rules(exp=lambda a: (math.exp(a[0]), math.exp(a[0]))),
            "C1 sin": _with_rules(sin=lambda a: (math.sin(a[0]), a[1])),
            "C1 exp": _with_rules(exp=lambda a: (math.exp(a[0]), a[1])),
        },
    ),
)


# -- 02.6 cost ----------------------------------------------------------------------------------------


def _chains(rng: np.random.Generator) -> Iterable[Arguments]:
    """Chains of two to five Jacobians in both orders, all sizes of one chain different; one with one output."""
    chains = [[int(n) for n in rng.choice(np.arange(2, 14), size=k + 1, replace=False)] for k in (2, 3, 4, 5)]
    chains.append([*(int(n) for n in rng.choice(np.arange(20, 60), size=3, replace=False)), 1])
    return [(list(dims), order) for dims in chains for order in ("left", "right")]


def _count(
    dims: list[int], order: str, each: Callable[[int, int, int], int] = lambda a, b, c: a * b * c
) -> int:
    """Multiply the chain from one end; `each` counts one product of shapes (a, b) and (b, c)."""
    if order == "left":  # (n3, n2)(n2, n1) first: the rows stay those of the output
        return sum(each(dims[-1], dims[i], dims[i - 1]) for i in range(len(dims) - 2, 0, -1))
    return sum(each(dims[i + 1], dims[i], dims[0]) for i in range(1, len(dims) - 1))


cost = Exercise(
    id="cost",
    number="02.6",
    chapter=CHAPTER,
    parameters=("dims", "order"),
    returns=("multiplications",),
    draw=_chains,
    truth=lambda dims, order: (exact(_count(dims, order)),),
    mistakes=known_mistakes(
        CHAPTER,
        "cost",
        {
            "N1 additions": lambda dims, order: _count(dims, order, lambda a, b, c: a * c * (2 * b - 1)),
            "N2 exchanged": lambda dims, order: _count(dims, "left" if order == "right" else "right"),
            "N3 entries": lambda dims, _order: dims[-1] * dims[0],
            "N4 first product": lambda dims, order: (
                dims[-1] * dims[-2] * dims[-3] if order == "left" else dims[2] * dims[1] * dims[0]
            ),
            "N5 neighbours": lambda dims, _order: sum(
                a * b * c for a, b, c in zip(dims, dims[1:], dims[2:], strict=False)
            ),
            "N6 all multiplied": lambda dims, _order: math.prod(dims),
        },
    ),
)


# -- 02.7 two_roads -----------------------------------------------------------------------------------


def _road_sum(x: Any) -> Any:
    return x * x * np.sin(x * x)


two_roads = Exercise(
    id="two_roads",
    number="02.7",
    chapter=CHAPTER,
    parameters=("x",),
    returns=("dy_dx",),
    draw=_at_points,
    truth=lambda x: (imaginary_slope(_road_sum, x),),
    mistakes=known_mistakes(
        CHAPTER,
        "two_roads",
        {
            "C7 only the factor": lambda x: math.sin(x * x) * 2 * x,
            "C7 only the sine": lambda x: x * x * math.cos(x * x) * 2 * x,
            "C1 dy_du": lambda x: math.sin(x * x) + x * x * math.cos(x * x),
            "C1 sine road": lambda x: math.sin(x * x) * 2 * x + x * x * math.cos(x * x),
            "C1 factor road": lambda x: math.sin(x * x) + x * x * math.cos(x * x) * 2 * x,
            "C6 added": lambda x: math.sin(x * x) + x * x * math.cos(x * x) + 2 * x,
            "V10 roads multiplied": lambda x: (math.sin(x * x) * 2 * x) * (x * x * math.cos(x * x) * 2 * x),
            "C8 twice": lambda x: 2 * (math.sin(x * x) + x * x * math.cos(x * x)) * 2 * x,
            "C7 both at once": lambda x: math.cos(x * x) * 2 * x,
        },
    ),
)


quiz_02 = Quiz(id="quiz_02", number="02.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_02"))

EXERCISES = (
    values,
    local_slopes,
    from_output,
    from_input,
    slope_by_dual_exercise,
    cost,
    two_roads,
    quiz_02,
)
