"""Formulas that notebook 03 derives: a nested function, and a network of two inputs, two units, one output.

Expressions for SymPy, and the same loss in plain numbers, which a numerical derivative can ask.

Imports: sympy on call.
"""

from __future__ import annotations

import functools
import math
from typing import Any

WEIGHTS = ("w11", "w12", "b1", "w21", "w22", "b2", "q1", "q2", "c")  # in the order of the network
INPUTS = ("x1", "x2", "y")


@functools.cache
def nested_slope(k: int) -> tuple[Any, Any]:
    """The function f(x) = e^(sin(x^2)) put into itself, k machines of f in a row, and its slope.

    >>> nested_slope(1)[1]
    2*x*exp(sin(x**2))*cos(x**2)
    """
    import sympy as sp

    x = sp.Symbol("x")
    y = x
    for _ in range(k):
        y = sp.exp(sp.sin(y**2))
    return y, sp.diff(y, x)


def operations(*expressions: Any) -> int:
    """Operations of the expressions, each written out."""
    import sympy as sp

    return sum(int(sp.count_ops(expression)) for expression in expressions)


def shared(*expressions: Any) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Pieces that occur more than once, as (t0, piece), (t1, piece), …; and what is left of the expressions."""
    import sympy as sp

    return sp.cse(list(expressions), symbols=sp.numbered_symbols("t"))  # type: ignore[no-any-return]


@functools.cache
def growth(k: int) -> tuple[int, int]:
    """Operations in the slope of f nested k times: written out, and with shared pieces.

    >>> [growth(k) for k in (1, 5)]
    [(8, 7), (100, 31)]
    """
    slope = nested_slope(k)[1]
    pieces, rest = shared(slope)
    return operations(slope), operations(*(piece for _, piece in pieces), *rest)


@functools.cache
def network_slopes() -> tuple[Any, tuple[Any, ...]]:
    """Loss of the 2-2-1 network and its slopes for all of `WEIGHTS`, as expressions."""
    import sympy as sp

    x1, x2, y = sp.symbols(INPUTS)
    w11, w12, b1, w21, w22, b2, q1, q2, c = weights = sp.symbols(WEIGHTS)

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + sp.exp(-z))

    a1 = sigmoid(w11 * x1 + w12 * x2 + b1)
    a2 = sigmoid(w21 * x1 + w22 * x2 + b2)
    loss = (sigmoid(q1 * a1 + q2 * a2 + c) - y) ** 2 / 2
    return loss, tuple(sp.diff(loss, weight) for weight in weights)


def sigmoid(z: float) -> float:
    """1 / (1 + e^(-z)).

    >>> round(sigmoid(math.log(4)), 15)
    0.8
    """
    return 1 / (1 + math.exp(-z))


def neuron_loss(w1: float, w2: float, b: float, x1: float, x2: float, y: float) -> float:
    """Half the squared error of one neuron with two inputs."""
    return 0.5 * (sigmoid(w1 * x1 + w2 * x2 + b) - y) ** 2


def network_loss(
    w11: float,
    w12: float,
    b1: float,
    w21: float,
    w22: float,
    b2: float,
    q1: float,
    q2: float,
    c: float,
    x1: float,
    x2: float,
    y: float,
) -> float:
    """Half the squared error of the 2-2-1 network."""
    a1, a2 = sigmoid(w11 * x1 + w12 * x2 + b1), sigmoid(w21 * x1 + w22 * x2 + b2)
    return 0.5 * (sigmoid(q1 * a1 + q2 * a2 + c) - y) ** 2
