"""Dual numbers: a value and its slope, carried forward together.

The right rules, and the place to swap one of them for a wrong one: the source of the mistakes that an
exercise on dual numbers can name.

Source: Griewank & Walther, Evaluating Derivatives (2008), chapter 3; Baydin et al., JMLR 18:153 (2018), section 3.

Imports: numpy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Pair = tuple[float, float]  # value, slope


@dataclass(frozen=True, slots=True)
class Rules:
    """What each operation does to (value, slope)."""

    lift: Callable[[float], Pair] = lambda c: (c, 0.0)
    seed: Callable[[float], Pair] = lambda x: (x, 1.0)
    add: Callable[[Pair, Pair], Pair] = lambda a, b: (a[0] + b[0], a[1] + b[1])
    multiply: Callable[[Pair, Pair], Pair] = lambda a, b: (a[0] * b[0], a[1] * b[0] + a[0] * b[1])
    sin: Callable[[Pair], Pair] = lambda a: (math.sin(a[0]), math.cos(a[0]) * a[1])
    exp: Callable[[Pair], Pair] = lambda a: (math.exp(a[0]), math.exp(a[0]) * a[1])


@dataclass(frozen=True, slots=True)
class Dual:
    """A number that knows its slope. `np.sin` and `np.exp` find the methods of the same name."""

    pair: Pair
    rules: Rules

    def _lifted(self, other: Any) -> Pair:
        return other.pair if isinstance(other, Dual) else self.rules.lift(float(other))

    def __add__(self, other: Any) -> Dual:
        return Dual(self.rules.add(self.pair, self._lifted(other)), self.rules)

    def __radd__(self, other: Any) -> Dual:
        return Dual(self.rules.add(self._lifted(other), self.pair), self.rules)

    def __mul__(self, other: Any) -> Dual:
        return Dual(self.rules.multiply(self.pair, self._lifted(other)), self.rules)

    def __rmul__(self, other: Any) -> Dual:
        return Dual(self.rules.multiply(self._lifted(other), self.pair), self.rules)

    def sin(self) -> Dual:
        """Sine."""
        return Dual(self.rules.sin(self.pair), self.rules)

    def exp(self) -> Dual:
        """Exponential."""
        return Dual(self.rules.exp(self.pair), self.rules)


def slope_by_dual(f: Callable[[Any], Any], x: float, rules: Rules | None = None) -> float:
    """The slope of `f` at `x`, carried along with the value.

    >>> slope_by_dual(lambda x: x * x, 3.0)
    6.0
    """
    rules = rules or Rules()
    return float(f(Dual(rules.seed(x), rules)).pair[1])
