"""Wrong implementations for NB04: what people write before they write the right thing.

Imports: numpy, bpcheck.reference.engine, bpcheck.exercises.graph_cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bpcheck.exercises.graph_cases import Answer
from bpcheck.reference import engine
from bpcheck.reference.engine import Value

# -- local rules ---------------------------------------------------------------------------------------

Rule = Callable[[tuple[float, ...], float], tuple[float, ...]]

SLOPES: dict[str, Rule] = {
    "add": lambda _ins, _out: (1.0, 1.0),
    "mul": lambda ins, _out: (ins[1], ins[0]),
    "pow": lambda ins, _out: (ins[1] * ins[0] ** (ins[1] - 1),),
    "exp": lambda _ins, out: (out,),
    "log": lambda ins, _out: (1 / ins[0],),
    "sin": lambda ins, _out: (math.cos(ins[0]),),
    "tanh": lambda _ins, out: (1 - out**2,),
}


def rules(**wrong: Rule) -> Callable[[str, tuple[float, ...], float], tuple[float, ...]]:
    """`local_rule` with some operations' rules replaced."""
    table = SLOPES | wrong
    return lambda op, ins, out: table[op](ins, out)


# -- recording -----------------------------------------------------------------------------------------

Made = tuple[float, tuple["Recorder", ...], tuple[float, ...]]  # value, parents, slopes

RECORDS: dict[str, Callable[..., Made]] = {
    "add": lambda a, b: (a.value + b.value, (a, b), (1.0, 1.0)),
    "mul": lambda a, b: (a.value * b.value, (a, b), (b.value, a.value)),
    "power": lambda a, n: (a.value**n, (a,), (n * a.value ** (n - 1),)),
    "sin": lambda a: (math.sin(a.value), (a,), (math.cos(a.value),)),
    "exp": lambda a: (math.exp(a.value), (a,), (math.exp(a.value),)),
}


class Recorder:
    """A Value whose operations follow a table."""

    def __init__(
        self,
        table: dict[str, Callable[..., Made]],
        value: float,
        parents: tuple[Recorder, ...] = (),
        slopes: tuple[float, ...] = (),
    ) -> None:
        self.table, self.value, self.parents, self.slopes = table, value, parents, slopes

    def _made(self, name: str, *others: Any) -> Recorder:
        return Recorder(self.table, *self.table[name](self, *others))

    def _lifted(self, other: Any) -> Recorder:
        return other if isinstance(other, Recorder) else Recorder(self.table, float(other))

    def __add__(self, other: Any) -> Recorder:
        return self._made("add", self._lifted(other))

    def __mul__(self, other: Any) -> Recorder:
        return self._made("mul", self._lifted(other))

    def __radd__(self, other: Any) -> Recorder:
        return self._lifted(other) + self

    def __rmul__(self, other: Any) -> Recorder:
        return self._lifted(other) * self

    def __pow__(self, power: float) -> Recorder:
        return self._made("power", power)

    def sin(self) -> Recorder:
        """Sine."""
        return self._made("sin")

    def exp(self) -> Recorder:
        """Exponential."""
        return self._made("exp")


def records(**wrong: Callable[..., Made]) -> Answer:
    """`record` with some operations replaced."""
    table = RECORDS | wrong
    return lambda f, *numbers: f(*(Recorder(table, number) for number in numbers))


def nothing_recorded(right: Callable[..., Made]) -> Callable[..., Made]:
    """The value alone."""
    return lambda *ins: (right(*ins)[0], (), ())


# -- orders --------------------------------------------------------------------------------------------


def visited_without_memory(node: Value) -> list[Value]:
    """Parents first, but a node is listed as often as it is reached."""
    listed: list[Value] = []
    waiting: list[tuple[Value, bool]] = [(node, False)]
    while waiting:
        made, expanded = waiting.pop()
        if expanded or not made.parents:
            listed.append(made)
        else:
            waiting += [(made, True), *((parent, False) for parent in made.parents)]
    return listed


def as_found(node: Value) -> list[Value]:
    """A walk that lists a node as soon as it is seen, turned round."""
    listed, waiting, seen = [node], [node], {node}
    while waiting:
        for parent in waiting.pop(0).parents:
            if parent not in seen:
                seen.add(parent)
                listed.append(parent)
                waiting.append(parent)
    return listed[::-1]


def recursive_order(node: Value) -> list[Value]:
    """Right, as long as Python lets it go deeper."""
    listed: list[Value] = []
    seen: set[Value] = set()

    def visit(made: Value) -> None:
        if made not in seen:
            seen.add(made)
            for parent in made.parents:
                visit(parent)
            listed.append(made)

    visit(node)
    return listed


# -- sweeps --------------------------------------------------------------------------------------------

Hear = Callable[[float, float, float], float]  # (what the parent has, slope, gradient of the child) -> new


def sweeps(
    hear: Hear = lambda has, slope, grad: has + slope * grad,
    start: Callable[[Value], float] = lambda _node: 1.0,
    turn: Callable[[list[Value]], Iterable[Value]] = reversed,
    clear: Callable[[Value], bool] = lambda _made: True,
) -> Callable[[Value], None]:
    """`backward` with one part replaced."""

    def backward(node: Value) -> None:
        nodes = engine.order(node)
        engine.zero_grad(made for made in nodes if clear(made))
        node.grad = start(node)
        for made in turn(nodes):
            for parent, slope in zip(made.parents, made.slopes, strict=True):
                parent.grad = hear(parent.grad, slope, made.grad)

    return backward


def sent_on_at_once(node: Value) -> None:
    """Each parent passes on all that it has, whenever it hears something."""
    engine.zero_grad(engine.order(node))
    node.grad = 1.0

    def push(made: Value) -> None:
        for parent, slope in zip(made.parents, made.slopes, strict=True):
            parent.grad += slope * made.grad
            push(parent)

    push(node)


def every_road(node: Value) -> None:
    """Right, and each road is walked by itself."""
    engine.zero_grad(engine.order(node))
    waiting = [(node, 1.0)]
    while waiting:
        made, grad = waiting.pop()
        made.grad += grad
        waiting += [(parent, slope * grad) for parent, slope in zip(made.parents, made.slopes, strict=True)]


# -- many losses ---------------------------------------------------------------------------------------


def each(clear: Callable[[Value, Value, Value], bool]) -> Answer:
    """`grads_of_each` that clears only the nodes for which clear(node, loss, w) is true."""

    def grads_of_each(losses: list[Value], w: Value) -> list[float]:
        found = []
        for loss in losses:
            engine.zero_grad(node for node in engine.order(loss) if clear(node, loss, w))
            engine.sweep(loss)
            found.append(w.grad)
        return found

    return grads_of_each


def read_at_the_end(losses: list[Value], w: Value) -> list[float]:
    """The last gradient, once for each loss."""
    for loss in losses:
        engine.backward(loss)
    return [w.grad for _ in losses]


# -- one neuron ----------------------------------------------------------------------------------------


def neuron(
    phi: Callable[[Value], Value] = lambda z: 1 / (1 + engine.exp(-z)),
    loss: Callable[[Value, float], Value] = lambda yhat, y: 0.5 * (yhat - y) ** 2,
) -> Answer:
    """`neuron_by_engine` with another activation or another loss."""

    def neuron_by_engine(x: Any, w: Any, b: float, y: float) -> tuple[list[float], float]:
        weights, bias = [Value(number) for number in w], Value(b)
        z = bias
        for weight, number in zip(weights, x, strict=True):
            z = z + weight * float(number)
        engine.backward(loss(phi(z), y))
        return [weight.grad for weight in weights], bias.grad

    return neuron_by_engine


def plain_slopes(x: Any, w: Any, b: float, y: float) -> tuple[Any, float]:
    """Right, by hand."""
    yhat = 1 / (1 + np.exp(-(np.dot(w, x) + b)))
    delta = (yhat - y) * yhat * (1 - yhat)
    return delta * np.asarray(x), float(delta)
