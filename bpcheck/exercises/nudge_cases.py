"""What the exercises of NB01 are asked: functions of one number, machines with many knobs, slopes.

Nothing that hides a mistake: no slope is small, no function is a straight line or a parabola, both
signs occur.

Imports: numpy, bpcheck.exercises.programs, bpcheck.reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from bpcheck.exercises.model import Arguments
from bpcheck.exercises.programs import ADD, EXP, MULTIPLY, SIN, Program, X, function, program
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference.dual import slope_by_dual
from bpcheck.reference.numeric import STEP, central


def _curves(rng: np.random.Generator) -> list[Program]:
    """Four functions of one number; none is a straight line or a parabola."""
    a, b = (float(c) for c in np.round(rng.uniform(1.2, 1.9, 2), 1))
    return [
        program(a, X, MULTIPLY, SIN, b, ADD),
        program(a, X, MULTIPLY, SIN, EXP),
        program(X, X, MULTIPLY, X, MULTIPLY, b, X, MULTIPLY, ADD),
        program(X, b, X, MULTIPLY, SIN, MULTIPLY, a, ADD),
    ]


def _point(rng: np.random.Generator) -> float:
    return float(np.round(rng.uniform(0.4, 2.0) * rng.choice([-1.0, 1.0]), 2))


def with_steps(*powers: float) -> Callable[[np.random.Generator], Iterable[Arguments]]:
    """Every function at a point of its own, with a step of about each of these powers of ten."""

    def cases(rng: np.random.Generator) -> Iterator[Arguments]:
        for one in _curves(rng):
            x = _point(rng)
            while abs(slope(one)(x)) < 0.3:
                x = _point(rng)
            for power in powers:
                yield one, x, STEP if power == -5 else float(f"{10 ** (power - rng.uniform(0.1, 0.5)):.2g}")

    return cases


def slope(one: Program) -> Callable[[float], float]:
    """The exact derivative, as a function of x."""
    return lambda x: slope_by_dual(function(one), float(x))


def curves_with_steps(rng: np.random.Generator) -> Iterable[Arguments]:
    """The first function where it rises and where it falls; seven steps in no order, then four.

    Its difference is always too flat, so estimates lie on both sides of the right slope.
    """
    curves = _curves(rng)
    for one, sign, count in zip([curves[0], *curves], [1, -1, 0, 0, 0], [7, 7, 4, 7, 4], strict=True):
        x = _point(rng)
        while not _is_telling(one, x, sign):
            x = _point(rng)
        yield one, x, np.array([float(f"{h:.2g}") for h in 10 ** rng.uniform(-2.0, -0.4, count)])


def _is_telling(one: Program, x: float, sign: int) -> bool:
    df, near = slope(one)(x), central(function(one), x, 0.1)
    return abs(df) > 0.3 and abs(near / df - 1) > 1e-4 and (sign == 0 or sign * df > 0)


def machine(A: FloatArray) -> Callable[[Any], float]:
    """A function of as many numbers as A has columns: each sine mixes them all."""
    return lambda x: float(np.sin(A @ np.ravel(x)).sum())


def true_gradient(A: FloatArray, x: Any) -> FloatArray:
    """The exact gradient of `machine(A)`, in the shape of x."""
    return np.asarray((A.T @ np.cos(A @ np.ravel(x))).reshape(np.shape(x)))


def _mixed(rng: np.random.Generator, shape: tuple[int, ...], whole: bool = False) -> tuple[FloatArray, Any]:
    """A machine and a place where no slope is small; `whole` sets the knobs to whole numbers."""
    while True:
        A = np.round(
            rng.uniform(0.3, 1.4, (4, math.prod(shape))) * rng.choice([-1, 1], (4, math.prod(shape))), 1
        )
        x = np.round(rng.uniform(0.3, 1.9, shape) * rng.choice([-1, 1], shape), 2)
        if whole:
            x = np.asarray(rng.integers(1, 4, shape) * rng.choice([-1, 1], shape))
        if np.abs(true_gradient(A, x)).min() > 0.15:
            return A, np.asarray(x)


def knobs(rng: np.random.Generator) -> Iterator[Arguments]:
    """Cases of `partial`: machine, place, which knob, step; places of whole numbers among them."""
    for n, whole in ((7, False), (2, False), (5, True), (3, False), (7, True)):
        A, x = _mixed(rng, (n,), whole)
        yield A, x, int(rng.integers(1, n)), float(f"{10 ** rng.uniform(-3, -1):.1g}")
    A, x = _mixed(rng, (4,))
    yield A, x, 0, 0.01


def knobs_of_all_shapes(rng: np.random.Generator) -> Iterator[Arguments]:
    """Cases of `numerical_gradient`: rows, tables square and not, a single number, whole numbers."""
    for shape, whole, h in (
        ((7,), False, STEP),
        ((3, 4), False, 1e-4),
        ((3, 3), False, STEP),
        ((2, 3), True, 1e-4),
        ((), False, STEP),
        ((5,), True, STEP),
    ):
        yield *_mixed(rng, shape, whole), h


def slopes_and_nudges(rng: np.random.Generator) -> Iterator[Arguments]:
    """Cases of `predicted_change`; the output rises twice and falls twice, never by rounding alone."""
    for n, sign in ((7, 1), (3, -1), (2, 1), (5, -1)):
        grad, dx = np.zeros(n), np.zeros(n)
        while not sign * (grad @ dx) > 0.1 * np.linalg.norm(grad) * np.linalg.norm(dx):
            grad = np.round(rng.uniform(0.5, 3.0, n) * rng.choice([-1, 1], n), 2)
            dx = np.round(rng.uniform(0.005, 0.05, n) * rng.choice([-1, 1], n), 3)
        yield grad, dx


def slopes_and_none(rng: np.random.Generator) -> Iterator[Arguments]:
    """Cases of `downhill`, long gradients and short ones, and one that is zero."""
    for n, size in ((7, 1.0), (3, 100.0), (2, 1.0)):
        yield (np.round(size * rng.uniform(0.5, 3.0, n) * rng.choice([-1, 1], n), 2),)
    yield (np.zeros(4),)
