"""A small autodiff for single numbers: each remembers how it was made, one sweep finds every slope.

a, b = Value(2.0), Value(-1.0)
y = exp(a * b) + 3 * a ** 2
backward(y)
a.grad, b.grad          # dy/da, dy/db

Notebook 04 has its readers write every part of it. Later cells use this one, never their own. It shows
itself as a picture once `bpcheck.draw` is imported, and as text without.

Source: Griewank & Walther, Evaluating Derivatives (2008), chapter 3, section 3.2.

Imports: nothing of bpcheck.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

PAINTERS: list[Callable[[Value], str | None]] = []  # node -> HTML; `bpcheck.draw` puts its own here
_NUMBERS = itertools.count()


class Value:
    """A number that remembers how it was made. `np.exp` finds the method of that name."""

    def __init__(
        self, value: Any, parents: tuple[Value, ...] = (), slopes: tuple[float, ...] = (), op: str = ""
    ) -> None:
        self.value = float(value)
        self.parents = parents  # what it was made from, in order
        self.slopes = slopes  # its slope with respect to each parent, where it stands
        self.op = op  # what was done, for pictures
        self.grad = 0.0  # slope of the end with respect to this, once a sweep has come by
        self.number = next(_NUMBERS)  # parents are made first, so theirs are smaller

    def __add__(self, other: Value | float) -> Value:
        other = as_value(other)
        return Value(self.value + other.value, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other: Value | float) -> Value:
        other = as_value(other)
        return Value(self.value * other.value, (self, other), (other.value, self.value), "*")

    def __pow__(self, power: float) -> Value:
        return Value(self.value**power, (self,), (power * self.value ** (power - 1),), f"**{power:g}")

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Value:
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        return self + -other

    def __rsub__(self, other: Value | float) -> Value:
        return -self + other

    def __truediv__(self, other: Value | float) -> Value:
        return self * other**-1

    def __rtruediv__(self, other: Value | float) -> Value:
        return self**-1 * other

    def exp(self) -> Value:
        """Exponential."""
        out = math.exp(self.value)
        return Value(out, (self,), (out,), "exp")

    def log(self) -> Value:
        """Natural logarithm."""
        return Value(math.log(self.value), (self,), (1 / self.value,), "log")

    def sin(self) -> Value:
        """Sine, of radians."""
        return Value(math.sin(self.value), (self,), (math.cos(self.value),), "sin")

    def tanh(self) -> Value:
        """Hyperbolic tangent."""
        out = math.tanh(self.value)
        return Value(out, (self,), (1 - out**2,), "tanh")

    def __repr__(self) -> str:
        return f"Value({self.value:.6g}, grad={self.grad:.6g})"

    def _repr_html_(self) -> str | None:
        return PAINTERS[0](self) if PAINTERS else None


def as_value(given: Any) -> Value:
    """A Value stays as it is; a plain number becomes a Value without parents."""
    return given if isinstance(given, Value) else Value(given, op="number")


def exp(a: Any) -> Value:
    """Exponential of `a`."""
    return as_value(a).exp()


def log(a: Any) -> Value:
    """Natural logarithm of `a`."""
    return as_value(a).log()


def sin(a: Any) -> Value:
    """Sine of `a`, in radians."""
    return as_value(a).sin()


def tanh(a: Any) -> Value:
    """Hyperbolic tangent of `a`."""
    return as_value(a).tanh()


def maximum(a: Any, b: Any) -> Value:
    """The larger of the two, and the first where they are equal: it alone moves the result."""
    a, b = as_value(a), as_value(b)
    first = a.value >= b.value
    return Value(max(a.value, b.value), (a, b), (float(first), float(not first)), "max")


def relu(a: Any) -> Value:
    """`a` where it is positive, else 0; the slope at 0 is 0."""
    return maximum(0.0, a)


def order(node: Value) -> list[Value]:
    """Everything that `node` was made from, and `node` itself, each once; parents first."""
    found, waiting = {node}, [node]
    while waiting:
        new = [parent for parent in waiting.pop().parents if parent not in found]
        found.update(new)
        waiting += new
    return sorted(found, key=lambda made: made.number)


def zero_grad(nodes: Iterable[Value]) -> None:
    """Forget what an earlier sweep has left."""
    for node in nodes:
        node.grad = 0.0


def sweep(node: Value) -> None:
    """Add d node / d each to `.grad`. Clears nothing: what an earlier sweep left stays in."""
    node.grad = 1.0
    for made in reversed(order(node)):
        for parent, slope in zip(made.parents, made.slopes, strict=True):
            parent.grad += slope * made.grad


def backward(node: Value) -> None:
    """Set `.grad` of everything that `node` was made from to d node / d it.

    >>> a, b = Value(2.0), Value(3.0)
    >>> backward(a * b + a)
    >>> a.grad, b.grad
    (4.0, 2.0)
    """
    zero_grad(order(node))
    sweep(node)
