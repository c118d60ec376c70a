"""Small random programs of + * sin exp, for the exercises whose answers run programs.

A program is numbers only, in reverse Polish notation, so that it can cross into a sandbox.

Imports: numpy.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

X, CONSTANT, ADD, MULTIPLY, SIN, EXP = range(6)


class Program(NamedTuple):
    """A function of one variable. What has crossed into a sandbox is a plain tuple, and as good here."""

    codes: tuple[int, ...]  # X, CONSTANT, ADD, …
    constants: tuple[float, ...]  # what the CONSTANT steps push, in order


def program(*steps: int | float) -> Program:
    """From steps in reverse Polish notation: a float is a constant, an int one of the codes.

    >>> formula(program(X, 2.5, ADD, SIN, X, MULTIPLY))
    'sin(x + 2.5)*x'
    """
    codes = tuple(CONSTANT if isinstance(step, float) else step for step in steps)
    return Program(codes, tuple(step for step in steps if isinstance(step, float)))


def function(given: Program) -> Callable[[Any], Any]:
    """The program as a Python function of whatever knows `+`, `*`, `np.sin` and `np.exp`."""
    rules: dict[int, Callable[..., Any]] = {
        ADD: operator.add,
        MULTIPLY: operator.mul,
        SIN: np.sin,
        EXP: np.exp,
    }
    return lambda x: _run(given, x, lambda constant: constant, rules)


def asked_with_function(answer: Callable[..., Any], one: Program, *numbers: Any) -> Any:
    """The probe of answers that take a function and numbers."""
    return answer(function(one), *numbers)


def formula(given: Program) -> str:
    """The program as it would be written by hand."""
    rules: dict[int, Callable[..., Any]] = {
        ADD: lambda a, b: (f"{a[0]} + {b[0]}", True),
        MULTIPLY: lambda a, b: (f"{_bracketed(a)}*{_bracketed(b)}", False),
        SIN: lambda a: (f"sin({a[0]})", False),
        EXP: lambda a: (f"exp({a[0]})", False),
    }
    text, _ = _run(given, ("x", False), lambda constant: (f"{constant:g}", False), rules)
    return str(text)


def _bracketed(term: tuple[str, bool]) -> str:
    text, is_sum = term
    return f"({text})" if is_sum else text


def _run(given: Program, x: Any, push: Callable[[float], Any], rules: dict[int, Callable[..., Any]]) -> Any:
    stack: list[Any] = []
    codes, pushed = given
    constants = iter(pushed)
    for code in codes:
        if code == X:
            stack.append(x)
        elif code == CONSTANT:
            stack.append(push(next(constants)))
        elif code in (SIN, EXP):
            stack.append(rules[code](stack.pop()))
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(rules[code](left, right))
    return stack.pop()


def random_program(rng: np.random.Generator, depth: int) -> Program:
    """A program of `depth` operations, each applied to all that stands before it; its values stay small."""
    steps: list[int | float] = [X]
    for _ in range(depth):
        constant = float(np.round(rng.uniform(0.3, 1.5), 1))
        grown: list[list[int | float]] = [
            [*steps, constant, ADD],
            [*steps, X, MULTIPLY],
            [constant, *steps, MULTIPLY],
            [*steps, SIN],
            [*steps, SIN, EXP],  # the exponential of a sine stays small
        ]
        steps = grown[rng.integers(len(grown))]
    return program(*steps)
