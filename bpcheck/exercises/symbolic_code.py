"""NB03, the exercises on how long a formula gets and on making a program of it.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises; sympy on call.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bpcheck.errors import AnswerRaised, MalformedAnswer
from bpcheck.exercises.expressions import Ready, called, ready
from bpcheck.exercises.model import Answer, Arguments, Exercise
from bpcheck.exercises.prose import known_mistakes
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import symbolic as ref

CHAPTER = "03_symbolic"


# -- 03.6 growth ---------------------------------------------------------------------------------------


def _depths(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(int(k),) for k in rng.permutation([1, 2, 3, 4, 5])]


def _growth_probe(answer: Answer, k: int) -> Any:
    value = called(answer, k)
    return value.numbers(k) if isinstance(value, Ready) else value


@functools.cache
def _parts(k: int) -> tuple[int, int, int]:
    """Operations in the shared pieces, in what is left, and how many pieces there are."""
    pieces, rest = ref.shared(ref.nested_slope(k)[1])
    return ref.operations(*(piece for _, piece in pieces)), ref.operations(*rest), len(pieces)


@functools.cache
def _growth_of_f(k: int) -> tuple[int, int]:
    f = ref.nested_slope(k)[0]
    pieces, rest = ref.shared(f)
    return ref.operations(f), ref.operations(*(piece for _, piece in pieces), *rest)


growth = Exercise(
    id="growth",
    number="03.6",
    chapter=CHAPTER,
    parameters=("k",),
    returns=("plain", "shared"),
    draw=_depths,
    truth=lambda k: tuple(exact(count) for count in ref.growth(k)),
    probe=_growth_probe,
    mistakes=known_mistakes(
        CHAPTER,
        "growth",
        {
            "S8 the function": ready(_growth_of_f),
            "S9 pieces left out": ready(lambda k: (ref.growth(k)[0], _parts(k)[1])),
            "S9 only the pieces": ready(lambda k: (ref.growth(k)[0], _parts(k)[0])),
            "S9 pieces counted": ready(lambda k: (ref.growth(k)[0], _parts(k)[1] + _parts(k)[2])),
            "S9 nothing shared": ready(lambda k: (ref.growth(k)[0],) * 2),
            "V2 exchanged": ready(lambda k: ref.growth(k)[::-1]),
            "V3 one too few": ready(lambda k: ref.growth(k - 1)),
            "V3 one too many": ready(lambda k: ref.growth(k + 1)),
            "V8 always x": ready(lambda _k: ref.growth(1)),
        },
    ),
)


# -- 03.7 as_function ----------------------------------------------------------------------------------

FORMULAS: dict[str, Callable[..., FloatArray]] = {  # as SymPy reads it, and the same by hand
    "y*exp(-x)": lambda x, y: y * np.exp(-x),
    "w**2*sin(x) - b": lambda w, x, b: w**2 * np.sin(x) - b,
    "exp(sin(x**2))": lambda x: np.exp(np.sin(x**2)),
    "1/(1 + exp(-(w*x + b)))": lambda w, x, b: 1 / (1 + np.exp(-(w * x + b))),
}
MANY = 20_000  # points of the last case: a formula asked point by point is too slow for them


def _formulas(rng: np.random.Generator) -> Iterable[Arguments]:
    """Seven points each, many at the end; the order of the letters is neither the alphabet's nor its reverse."""
    orders = [("y", "x"), ("x", "b", "w"), ("x",), ("w", "b", "x") if rng.integers(2) else ("b", "x", "w")]
    sizes = (7, 7, 7, MANY)
    return [
        (
            text,
            order,
            np.round(rng.uniform(0.3, 2.0, (len(order), n)) * rng.choice([-1, 1], (len(order), n)), 3),
        )
        for text, order, n in zip(FORMULAS, orders, sizes, strict=True)
    ]


def _value(text: str, letters: tuple[str, ...], points: FloatArray) -> FloatArray:
    return FORMULAS[text](**dict(zip(letters, points, strict=True)))


@functools.cache
def _symbolic(text: str, letters: tuple[str, ...]) -> tuple[Any, tuple[Any, ...]]:
    import sympy as sp

    return sp.sympify(text), tuple(sp.Symbol(letter) for letter in letters)


def _function_probe(answer: Answer, text: str, letters: tuple[str, ...], points: FloatArray) -> Any:
    expression, symbols = _symbolic(text, letters)
    function = called(answer, expression, symbols)
    if function is None or isinstance(function, Ready):
        return function.numbers(text, letters, points) if function else None
    if not callable(function):
        raise MalformedAnswer(
            "G2", f"`as_function` should return a function; it returned {describe(function)}."
        )
    try:
        return _limited_as(answer, function)(*points)
    except TypeError as error:
        if "arrays can be converted" not in str(error):
            raise
        raise AnswerRaised(
            "S7",
            "The function that you return takes single numbers only; it was given arrays. The functions of `math` "
            "cannot work on arrays, NumPy's can: say so to `lambdify`.",
        ) from error


def _limited_as(answer: Answer, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` under the time limit that `answer` has in a notebook; elsewhere another clock watches."""
    if dataclasses.is_dataclass(answer) and hasattr(answer, "seconds"):
        limited: Callable[..., Any] = dataclasses.replace(answer, function=function)  # type: ignore[type-var]
        return limited
    return function


def _place(text: str, letters: tuple[str, ...], points: FloatArray) -> str:
    return f"expr = {text}, symbols = ({', '.join(letters)}), {points.shape[1]:,} points"


def _truth(text: str, letters: tuple[str, ...], points: FloatArray) -> tuple[Estimate, ...]:
    return (exact(_value(text, letters, points)),)


def _otherwise(change: Callable[[tuple[str, ...], FloatArray], tuple[tuple[str, ...], FloatArray]]) -> Answer:
    """The right formula, but with other letters or points put in."""
    return ready(lambda text, letters, points: _value(text, *change(letters, points)))


def _after(change: Callable[[FloatArray], Any]) -> Answer:
    """The right values, changed."""
    return ready(lambda text, letters, points: change(_value(text, letters, points)))


as_function = Exercise(
    id="as_function",
    number="03.7",
    chapter=CHAPTER,
    parameters=("expr", "symbols", "points"),
    returns=("value",),
    draw=_formulas,
    truth=_truth,
    probe=_function_probe,
    place=_place,
    mistakes=known_mistakes(
        CHAPTER,
        "as_function",
        {
            "V2 alphabet": _otherwise(lambda letters, points: (tuple(sorted(letters)), points)),
            "V2 reversed": _otherwise(lambda letters, points: (letters[::-1], points)),
            "V1 first for all": _otherwise(
                lambda letters, points: (letters, np.repeat(points[:1], len(letters), axis=0))
            ),
            "S7 first point": _otherwise(lambda letters, points: (letters, points[:, 0])),
            "S7 first point everywhere": _otherwise(
                lambda letters, points: (letters, np.repeat(points[:, :1], points.shape[1], axis=1))
            ),
            "S7 summed": _after(np.sum),
            "G6 float32": _after(lambda value: value.astype(np.float32)),
            "G6 whole numbers": _after(np.trunc),
        },
    ),
)
