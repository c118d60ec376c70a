"""What the exercises of NB13 are asked, and the probes that run engines beside the answers.

Imports: numpy, sympy on call; bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_cases import NOTHING, is_list, signed
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.complex_step import TINY, imaginary_slopes
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import array_engine as engine
from bpcheck.reference import layer_norm

# -- one rule for each operation -----------------------------------------------------------------------

SHAPES = (
    ("add", (5, 3), (3,)),
    ("mul", (5, 1), (5, 3)),
    ("matmul", (4, 4), (4, 4)),
    ("matmul", (5, 3), (3, 2)),
    ("exp", (5, 3)),
    ("log", (4, 2)),
    ("maximum", (5, 3), (3,)),
)


def operations(rng: np.random.Generator) -> Iterable[Arguments]:
    """(op, G, ins, out)."""
    for op, *shapes in SHAPES:
        arrays = [signed(rng, shape, 0.3, 1.5) for shape in shapes]
        if op == "log":
            arrays = [np.abs(arrays[0])]
        if op == "maximum":
            arrays[1] += 0.001  # no tie: the inputs have two decimals
        yield _case(rng, op, *arrays)
    yield _case(rng, "sum", signed(rng, (5, 3), 0.3, 1.5), 0)
    yield _case(rng, "sum", signed(rng, (4, 4), 0.3, 1.5), 1)
    yield _case(rng, "reshape", signed(rng, (2, 6), 0.3, 1.5), (3, 4))


def _case(rng: np.random.Generator, op: str, *ins: Any) -> Arguments:
    out = np.asarray(engine.FORWARD[op](*ins))
    return op, signed(rng, out.shape, 0.3, 1.5), ins, out


def probe_rules(answer: Answer, op: str, G: FloatArray, ins: Any, out: FloatArray) -> Any:
    """One or two gradients; the second is empty where one array went in."""
    value = answer(op, G, ins, out)
    if value is None:
        return None
    count = arrays_in(op, ins)
    if not is_list(value, count) or isinstance(value, np.ndarray):
        raise MalformedAnswer(
            "G2",
            f"For {op!r} `vjp_rules` should return a list of {count} gradient{'s' * (count > 1)}, one for each array "
            f"that went in; it returned {describe(value)}.",
        )
    return (*value, NOTHING)[:2]


def arrays_in(op: str, ins: Sequence[Any]) -> int:
    """How many arrays went in; the others are settings."""
    return 1 if op in ("sum", "reshape") else len(ins)


def true_rules(op: str, G: FloatArray, ins: Any, _out: FloatArray) -> tuple[Estimate, ...]:
    """The slopes of Σ G ⊙ out for each array."""
    count = arrays_in(op, ins)

    def loss(moved: list[Any]) -> Any:
        if op == "maximum":
            return (G * np.where(np.real(moved[0]) > np.real(moved[1]), *moved)).sum()
        return (G * engine.FORWARD[op](*moved, *ins[count:])).sum()

    found = imaginary_slopes(loss, ins[:count])
    return (*found, exact(NOTHING))[:2]


def rule_in_words(op: str, _G: Any, ins: Any, _out: Any) -> str:
    """How a case is called in a report."""
    return f"{op} of " + ", ".join(
        str(one.shape) if isinstance(one, np.ndarray) else repr(one) for one in ins
    )


# -- forward mode --------------------------------------------------------------------------------------


def programs(rng: np.random.Generator) -> Iterable[Arguments]:
    """(steps, X, V): what is done to X, and the direction in which it moves."""
    for shape, ops in (
        ((4, 4), ("matmul", "add", "exp", "sum")),
        ((5, 3), ("matmul", "mul", "exp")),
        ((2, 3), ("add", "mul", "matmul", "sum")),
    ):
        steps: list[Any] = []
        columns = shape[1]
        for op in ops:
            if op == "matmul":
                wide = 4 if shape == (4, 4) else 2
                steps.append((op, signed(rng, (columns, wide), 0.2, 0.8)))
                columns = wide
            elif op in ("add", "mul"):
                steps.append((op, signed(rng, (columns,), 0.3, 1.2)))
            else:
                steps.append((op, 0 if op == "sum" else None))
        yield steps, signed(rng, shape, 0.2, 0.8), signed(rng, shape, 0.2, 1.0)


STEP: dict[str, Callable[[Any, Any], Any]] = {
    "matmul": lambda X, C: X @ C,
    "add": lambda X, C: X + C,
    "mul": lambda X, C: X * C,
    "exp": lambda X, _C: np.exp(X),
    "sum": lambda X, axis: X.sum(axis=axis),
}


def run(steps: Sequence[Any], X: Any) -> Any:
    """All steps, one after the other."""
    for op, constant in steps:
        X = STEP[op](X, constant)
    return X


def true_jvp(steps: Sequence[Any], X: FloatArray, V: FloatArray) -> tuple[Estimate, ...]:
    """Value, and the slope along V by a step along the imaginary axis."""
    value = run(steps, X)
    tangent = np.imag(run(steps, X + 1j * TINY * V)) / TINY
    rounding = np.full(tangent.shape, 1e-14 * np.abs(tangent).max())
    return exact(value), Estimate(tangent, rounding, np.zeros(tangent.shape, dtype=bool))


# -- grad ----------------------------------------------------------------------------------------------

FUNCTIONS: dict[str, Callable[..., engine.Tensor]] = {
    "a fork": lambda a, b: (engine.tanh(a) * a + a * b).sum(),
    "used at two depths": lambda a, b: (engine.exp(a * 0.3) * b + (a * b) * a).sum(),
    "a layer": lambda a, b: engine.tanh(a @ b).sum(axis=0).sum(),
    "the second not used": lambda a, _b: (a * a * a).sum(),
    "softmax": lambda a, b: engine.softmax_ce(a @ b, np.eye(a.shape[0])[:, : b.shape[1]]),
}


def functions(rng: np.random.Generator) -> Iterable[Arguments]:
    """(name of a function, a, b)."""
    for name in FUNCTIONS:
        shapes = ((5, 3), (3, 2)) if name in ("a layer", "softmax") else ((4, 3), (3,))
        yield name, signed(rng, shapes[0], 0.2, 1.0), signed(rng, shapes[1], 0.2, 1.0)


def probe_grad(answer: Answer, name: str, a: FloatArray, b: FloatArray) -> Any:
    """The gradients that grad(f) gives at the second of two calls."""
    gradient = answer(FUNCTIONS[name])
    if gradient is None:
        return None
    if not callable(gradient):
        raise MalformedAnswer("G2", f"`grad` should return a function; it returned {describe(gradient)}.")
    gradient(a + 0.1, b - 0.1)
    value = gradient(a, b)
    if not is_list(value, 2):
        raise MalformedAnswer(
            "G2",
            "The function that `grad` returns should give a list with a gradient for each argument, 2 here; it gave "
            f"{describe(value)}.",
        )
    return tuple(value)


def true_grad(name: str, a: FloatArray, b: FloatArray) -> tuple[Estimate, ...]:
    """The gradients of our own engine, which its tests hold against numerical ones."""
    return tuple(map(exact, engine.value_and_grad(FUNCTIONS[name])(a, b)[1]))


# -- three ways ----------------------------------------------------------------------------------------

MACHINES: dict[str, Callable[[Any, Any], Any]] = {
    "exp(sin(t^2))": lambda t, m: m.exp(m.sin(t**2)),
    "t^2 sin(t^2)": lambda t, m: t**2 * m.sin(t**2),
    "exp(-t) (t^3 + 1)": lambda t, m: m.exp(-t) * (t**3 + 1),
}


def places(rng: np.random.Generator) -> Iterable[Arguments]:
    """(name of a machine, x)."""
    return [(name, round(float(rng.uniform(0.5, 1.4)), 2)) for name in MACHINES]


def probe_three_ways(answer: Answer, name: str, x: float) -> Any:
    """What an answer makes of (f, x)."""
    value = answer(MACHINES[name], x)
    if is_list(value, 3):
        return tuple(
            float(part) if hasattr(part, "free_symbols") and not part.free_symbols else part for part in value
        )
    return value


def true_three_ways(name: str, x: float) -> tuple[Estimate, ...]:
    """The same slope three times; nudges may be off by a ten-millionth."""

    def f(moved: list[Any]) -> Any:
        return MACHINES[name](moved[0], np)

    slope = imaginary_slopes(f, [np.array(x)])[0]
    nudged = Estimate(slope.value, np.asarray(1e-8 * abs(float(slope.value)) + 1e-9), slope.kink)
    return slope, nudged, slope


# -- words ---------------------------------------------------------------------------------------------

EVENTS = (  # in the order of time
    "Leibniz: the chain rule",
    "Cauchy: steps down the gradient",
    "Kelley: errors sent back through a flight path",
    "Dreyfus: the same by the chain rule alone",
    "Linnainmaa: reverse mode, in a thesis on rounding",
    "Werbos: a thesis that would train models with it",
    "Rumelhart, Hinton, Williams: networks that learn their own features",
    "LeCun and others: handwritten zip codes",
    "Theano: gradients of a graph, compiled",
    "TensorFlow: the same for everybody",
)
YEARS = (1676, 1847, 1960, 1962, 1970, 1974, 1986, 1989, 2010, 2015)


def events(rng: np.random.Generator) -> Iterable[Arguments]:
    """(events,): all ten, and eight of them, mixed. The two that are told wrongly most often are in all."""
    for count in (10, 8):
        chosen = [2, 4, 5, 6, *rng.choice([0, 1, 3, 7, 8, 9], count - 4, replace=False)]
        yield ([EVENTS[i] for i in rng.permutation(chosen)],)


def probe_timeline(answer: Answer, given: list[str]) -> Any:
    """Where each event stands in the order of time, in the answer's order."""
    value = answer(given)
    if value is None:
        return None
    if not is_list(value, len(given)) or not all(isinstance(one, str) for one in value):
        raise MalformedAnswer(
            "G2",
            f"`timeline` should return a list of the {len(given)} events; it returned {describe(value)}.",
        )
    if odd := [one for one in value if one not in given]:
        raise MalformedAnswer("G2", f"{odd[0]!r} is not among the events that were given.")
    return np.array([float(EVENTS.index(one)) for one in value])


WORDS = ("chain rule", "backpropagation", "automatic differentiation", "gradient descent", "optimizer")
STATEMENTS = {  # key in the notebook -> its word; the sentences stand there
    "s1": "chain rule",
    "s2": "backpropagation",
    "s3": "gradient descent",
    "s4": "automatic differentiation",
    "s5": "optimizer",
    "s6": "backpropagation",
    "s7": "chain rule",
    "s8": "automatic differentiation",
    "s9": "gradient descent",
    "s10": "backpropagation",
    "s11": "optimizer",
    "s12": "automatic differentiation",
}


def statements(rng: np.random.Generator) -> Iterable[Arguments]:
    """(keys,): all twelve, mixed."""
    keys = list(STATEMENTS)
    return [([keys[i] for i in rng.permutation(12)],) for _ in range(2)]


def probe_words(answer: Answer, keys: list[str]) -> Any:
    """The word for each key, as its number in `WORDS`."""
    value = answer()
    if value is None:
        return None
    if not isinstance(value, dict):
        raise MalformedAnswer("G2", f"`sort_words` should return a dict; it returned {describe(value)}.")
    if missing := [key for key in keys if key not in value]:
        raise MalformedAnswer("G2", f"There is no word for {missing[0]} yet. The keys are s1 to s12.")
    if odd := [value[key] for key in keys if value[key] not in WORDS]:
        raise MalformedAnswer("G2", f"{odd[0]!r} is none of the five words: {', '.join(WORDS)}.")
    return np.array([float(WORDS.index(value[key])) for key in keys])


# -- the capstone --------------------------------------------------------------------------------------

EPS = 0.01


def rows(rng: np.random.Generator) -> Iterable[Arguments]:
    """(D, X, gain, eps)."""
    for N, n in ((4, 4), (7, 3), (1, 5)):
        yield signed(rng, (N, n), 0.3, 1.5), signed(rng, (N, n), 0.2, 1.8), signed(rng, n, 0.4, 1.4), EPS


def true_layer_norm(D: FloatArray, X: FloatArray, gain: FloatArray, eps: float) -> tuple[Estimate, ...]:
    """The slopes of Σ D ⊙ output for X, gain and bias."""
    bias = np.zeros(X.shape[1])
    return tuple(
        imaginary_slopes(
            lambda moved: (D * layer_norm.forward(moved[0], moved[1], moved[2], eps)).sum(), [X, gain, bias]
        )
    )
