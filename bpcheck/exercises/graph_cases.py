"""What the exercises of NB04 are asked: small recipes of two numbers, and the probes that cook them.

A recipe is numbers and short strings only, so that it can cross into a sandbox. A probe runs beside the
student's code, hands it our engine's Values or takes its own, and gives back numbers.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference.engine.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, SupportsIndex

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.gradcheck.arrays import as_numbers, describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.reference import engine
from bpcheck.reference.engine import Value

Operand = int | float  # an int is the place of an earlier value (0 is a, 1 is b); a float is itself
Step = tuple[str, Operand] | tuple[str, Operand, Operand]
Answer = Callable[..., Any]

OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "*": operator.mul,
    "**": operator.pow,
    "sin": lambda a: (
        a.sin() if isinstance(a, Value) else np.sin(a)
    ),  # NumPy gets there too, five times slower
    "exp": np.exp,
}
MOST_READS = 60  # of a node's parents, as an average: an honest sweep needs three
MOST_NODES = 100_000  # in a graph that a student's class has built


class Recipe(NamedTuple):
    """Steps from two numbers to one. What has crossed into a sandbox is a plain tuple, and as good here."""

    steps: tuple[Step, ...]  # each makes one more value; the last one is y
    rounds: int = 1  # how often the steps are gone through; y is the next round's a


CHAIN = Recipe((("sin", 0),), rounds=5000)  # too deep for recursion
LADDER = Recipe((("+", 0, 0),), rounds=20)  # 2**20 roads


def cook(recipe: Recipe, a: Any, b: Any) -> Any:
    """Y, of whatever knows `+`, `*`, `**`, `np.sin` and `np.exp`.

    >>> cook(Recipe((("*", 0, 1), ("+", 2, 0.5))), 2.0, 3.0)
    6.5
    """
    given, rounds = recipe
    steps = [(OPERATIONS[name], operands) for name, *operands in given]
    for _ in range(rounds):
        made = [a, b]
        for operation, operands in steps:
            made.append(operation(*[made[o] if isinstance(o, int) else o for o in operands]))
        a = made[-1]
    return a


def in_words(recipe: Recipe, a: float, b: float) -> str:
    """The recipe as it would be written by hand, and its numbers.

    >>> in_words(Recipe((("*", 0, 1), ("sin", 2), ("+", 3, 0.5))), 2.0, 3.0)
    'c = a * b, d = sin(c), y = d + 0.5, at a = 2, b = 3'
    """
    names = ["a", "b", *(chr(ord("c") + k) for k in range(len(recipe.steps) - 1)), "y"]
    lines = []
    for k, (step, *operands) in enumerate(recipe.steps):
        said = [names[o] if isinstance(o, int) else f"{o:g}" for o in operands]
        line = f" {step} ".join(said) if len(said) == 2 else f"{step}({said[0]})"
        lines.append(f"{names[k + 2]} = {line}")
    again = f", {recipe.rounds} times, each y the next a" if recipe.rounds > 1 else ""
    return f"{', '.join(lines)}{again}, at a = {a:g}, b = {b:g}"


def true_slopes(recipe: Recipe, a: float, b: float) -> tuple[Estimate, ...]:
    """dy/da and dy/db."""
    if recipe == CHAIN:
        return exact(_slope_of_chain(a)), exact(0.0)
    return slope(lambda t: float(cook(recipe, t, b)), a), slope(lambda t: float(cook(recipe, a, t)), b)


def _slope_of_chain(a: float) -> float:
    product = 1.0
    for _ in range(CHAIN.rounds):
        product *= math.cos(a)
        a = math.sin(a)
    return product


def one_number(rng: np.random.Generator, low: float = 0.4, high: float = 1.9) -> float:
    """Two decimals, either sign, away from 0."""
    return float(np.round(rng.uniform(low, high) * rng.choice([-1.0, 1.0]), 2))


def two_numbers(rng: np.random.Generator) -> tuple[float, float]:
    """Two numbers that no rule confuses: neither equal nor opposite."""
    a, b = one_number(rng, 0.4, 0.9), one_number(rng, 1.2, 1.9)
    return (a, b) if rng.random() < 0.5 else (b, a)


def random_recipe(rng: np.random.Generator, length: int) -> Recipe:
    """Every step uses the value before it, and mostly an older one too: forks everywhere, small values."""
    steps: list[Step] = [("*", 0, 1)]
    for latest in range(2, length):
        older = int(rng.integers(latest))
        constant = float(np.round(rng.uniform(0.3, 1.5) * rng.choice([-1.0, 1.0]), 1))
        grown: list[Step] = [
            ("+", latest, older),
            ("*", older, latest),
            ("sin", latest),
            ("*", constant, latest),
        ]
        steps.append(grown[rng.integers(4)] if latest % 2 else ("sin", latest))
    return Recipe((*steps, ("*", length, int(rng.integers(2, length)))))


def fork(rng: np.random.Generator) -> Recipe:
    """One value is used near the end and far from it, on the left and on the right.

    Whoever lists the graph by a walk that does not wait fails here, from whichever side it comes.
    """
    outer, inner = (str(name) for name in rng.permutation(["sin", "exp"]))
    half: list[Step] = [("sin", 2), (inner, 3), (outer, 4)]
    c = float(np.round(rng.uniform(0.3, 1.5), 1))
    other: list[Step] = [("+", 2, c), ("sin", 7), (inner, 8), (outer, 9)]
    return Recipe((("*", 0, 1), *half, ("*", 2, 5), *other, ("*", 10, 7), ("+", 6, 11)))


# -- probes --------------------------------------------------------------------------------------------


def graph_of(node: Any) -> list[Any]:
    """Everything that a student's node was made from, parents first; plain numbers are left out."""
    listed: list[Any] = []
    state: dict[int, bool] = {}  # id -> whether it stands in the list
    waiting = [node]
    while waiting:
        top = waiting[-1]
        state.setdefault(id(top), False)
        new = [p for p in top.parents if hasattr(p, "parents") and id(p) not in state]
        if new and len(state) < MOST_NODES:
            waiting += new
            continue
        waiting.pop()
        if not state[id(top)]:
            state[id(top)] = True
            listed.append(top)
    return listed


def swept(node: Any, leaves: list[Any]) -> list[float]:
    """Slopes of `node` with respect to `leaves`, from the parents and slopes that the graph holds."""
    grads = {id(node): 1.0}
    for made in reversed(graph_of(node)):
        for parent, local in zip(made.parents, made.slopes, strict=False):
            grads[id(parent)] = grads.get(id(parent), 0.0) + local * grads.get(id(made), 0.0)
    return [grads.get(id(leaf), 0.0) for leaf in leaves]


def _require_node(what: str, node: Any) -> None:
    if not all(hasattr(node, name) for name in ("value", "parents", "slopes")):
        raise MalformedAnswer("G2", f"{what} should be a Value; it is {describe(node)}.")
    for made in graph_of(node):
        if isinstance(made.parents, set | frozenset | dict):
            sentence = (
                "a set keeps a * a's parent only once, and no order. Slopes belong to parents one by one"
            )
            raise MalformedAnswer(
                "G2", f"`parents` is a {type(made.parents).__name__}: {sentence}; use a tuple."
            )


def probe_record(answer: Answer, recipe: Recipe, a: float, b: float) -> Any:
    """Value and both slopes of what the student's class has recorded."""
    leaves: list[Any] = []

    def f(*inputs: Any) -> Any:
        leaves[:] = inputs
        return cook(recipe, *inputs)

    node = answer(f, a, b)
    if node is None:
        return None
    _require_node("What an operation makes", node)
    return node.value, *swept(node, leaves)


def probe_order(answer: Answer, recipe: Recipe, a: float, b: float) -> Any:
    """Which Values are listed: each by its number in the order of their making, -1 if it is of no such graph."""
    node = cook(recipe, Value(a), Value(b))
    try:
        listed = answer(node)
    except RecursionError:
        if Recipe(*recipe).rounds == 1:
            raise
        listed = []  # nothing came back
    if listed is None:
        return None
    if not isinstance(listed, list | tuple | np.ndarray) or not all(isinstance(n, Value) for n in listed):
        raise MalformedAnswer(
            "G2", f"`order` should return a list of Values; it returned {describe(listed)}."
        )
    numbers = {id(made): k for k, made in enumerate(engine.order(node))}
    return np.array([numbers.get(id(made), -1) for made in listed], dtype=np.int64)


def read_order(listed: Any, recipe: Recipe, a: float, b: float) -> tuple[float, ...]:
    """0 or 1 each: is an input missing, or a step; is a Value repeated, or listed before a parent?"""
    graph = engine.order(cook(recipe, Value(a), Value(b)))
    numbers = {id(made): k for k, made in enumerate(graph)}
    parents: dict[float, list[int]] = {
        k: [numbers[id(parent)] for parent in made.parents] for k, made in enumerate(graph)
    }
    place: dict[float, int] = {}
    for k, made in enumerate(as_numbers("order", listed).ravel().tolist()):
        place.setdefault(made, k)
    if place.keys() - parents.keys():
        raise MalformedAnswer(
            "G2", "`order` returned a Value that does not belong to the graph: was one made?"
        )
    missing = parents.keys() - place.keys()
    early = any(place[made] < place[parent] for made in place for parent in parents[made] if parent in place)
    no_input, no_step = (any(bool(parents[made]) is step for made in missing) for step in (False, True))
    return tuple(map(float, (no_input, no_step, np.size(listed) > len(place), early)))


class TooManyReads(Exception):
    """A sweep walks every road by itself."""


class _Watched(tuple[Value, ...]):
    """A node's parents; who reads them too often is stopped."""

    reads: list[int]

    def _count(self) -> None:
        self.reads[0] -= 1
        if self.reads[0] < 0:
            raise TooManyReads

    def __iter__(self) -> Iterator[Value]:
        self._count()
        return super().__iter__()

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        self._count()
        return super().__getitem__(index)


def probe_backward(answer: Answer, recipe: Recipe, a: float, b: float) -> Any:
    """The gradients of a and b after one call and after a second one; zeros if the call was stopped."""
    leaves = [Value(a), Value(b)]
    node = cook(recipe, *leaves)
    rounds = Recipe(*recipe).rounds
    if rounds > 1:
        nodes = engine.order(node)
        reads = [MOST_READS * len(nodes)]
        for made in nodes:
            made.parents = _Watched(made.parents)
            made.parents.reads = reads
    grads: list[Any] = []
    for _ in range(1 if rounds > 1 else 2):
        try:
            answer(node)
        except (RecursionError, TooManyReads):
            if rounds == 1:
                raise
            return 0.0, 0.0, 0.0, 0.0
        grads += [leaf.grad for leaf in leaves]
    return tuple(grads + grads)[:4]


def losses_of(w: Any, targets: tuple[float, ...]) -> list[Any]:
    """Several losses of one weight; they share the first steps."""
    u = w * w
    s = np.sin(u)
    return [0.5 * (s * u + target * w) ** 2 for target in targets]


def probe_each(answer: Answer, w: float, targets: tuple[float, ...]) -> Any:
    """What the student's function returns for one weight and the losses made from it."""
    weight = Value(w)
    return answer(losses_of(weight, targets), weight)


def probe_maximum(answer: Answer, a: float, b: float, numbers: str) -> Any:
    """Value and both slopes of 3 * maximum(a, b); `numbers` names the arguments that go in as plain ones."""
    leaves = [Value(a), Value(b)]
    given = [
        number if name in numbers else leaf for name, number, leaf in zip("ab", (a, b), leaves, strict=True)
    ]
    node = answer(*given)
    if node is None:
        return None
    if not isinstance(node, Value):
        raise MalformedAnswer(
            "G2", f"`maximum` should return an `engine.Value`; it returned {describe(node)}."
        )
    node = 3.0 * node
    return node.value, *swept(node, leaves)
