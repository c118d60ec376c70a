"""NB03, the exercises on one neuron and on a small network.

Each slope is judged against the numerical derivative of the same loss in plain numbers.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcheck.exercises.expressions import Ready, called, entries, number_of, ready
from bpcheck.exercises.model import Answer, Arguments, Exercise
from bpcheck.exercises.prose import known_mistakes
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.reference import symbolic as ref
from bpcheck.reference.symbolic import sigmoid

CHAPTER = "03_symbolic"


# -- 03.4 neuron_slopes --------------------------------------------------------------------------------

NEURON = ("w1", "w2", "b", "x1", "x2", "y")
EXAMPLE = (-0.032, -0.064, -0.032)  # slopes of the neuron that said 0.80


def _neurons(rng: np.random.Generator) -> Iterable[Arguments]:
    """Weights and inputs of order one, of both signs; the sum z stays where the sigmoid is not flat."""
    size = rng.uniform(0.5, 1.5, (3, 5)) * rng.choice([-1.0, 1.0], (3, 5))
    targets = rng.uniform(0.1, 0.9, (3, 1))
    return [tuple(float(n) for n in row) for row in np.round(np.hstack([size, targets]), 2)]


def _neuron_probe(answer: Answer, *case: float) -> Any:
    value = called(answer)
    if isinstance(value, Ready):
        return value.numbers(*case)
    numbers = dict(zip(NEURON, case, strict=True))
    found = entries("neuron_slopes", value, NEURON[:3])
    return [number_of(key, one, numbers) for key, one in zip(NEURON[:3], found, strict=True)]


def _partial(loss: Callable[..., float], case: tuple[float, ...], i: int) -> Estimate:
    return slope(lambda t: loss(*case[:i], t, *case[i + 1 :]), case[i])


Three = tuple[float, float, float]


def _with_delta(delta: Callable[[float, float, float], float]) -> Answer:
    """The three slopes from delta(z, s, y), where s = sigmoid(z) is the prediction."""

    def numbers(w1: float, w2: float, b: float, x1: float, x2: float, y: float) -> Three:
        z = w1 * x1 + w2 * x2 + b
        d = delta(z, sigmoid(z), y)
        return d * x1, d * x2, d

    return ready(numbers)


def _read_off(slopes: Callable[[float, dict[str, float]], Three]) -> Answer:
    """The right delta, and other slopes made of it."""

    def numbers(*case: float) -> Three:
        n = dict(zip(NEURON, case, strict=True))
        s = sigmoid(n["w1"] * n["x1"] + n["w2"] * n["x2"] + n["b"])
        return slopes((s - n["y"]) * s * (1 - s), n)

    return ready(numbers)


neuron_slopes = Exercise(
    id="neuron_slopes",
    number="03.4",
    chapter=CHAPTER,
    parameters=NEURON,
    returns=NEURON[:3],
    draw=_neurons,
    truth=lambda *case: tuple(_partial(ref.neuron_loss, case, i) for i in range(3)),
    probe=_neuron_probe,
    mistakes=known_mistakes(
        CHAPTER,
        "neuron_slopes",
        {
            "F2 half forgotten": _with_delta(lambda _z, s, y: 2 * (s - y) * s * (1 - s)),
            "F1 turned round": _with_delta(lambda _z, s, y: (y - s) * s * (1 - s)),
            "C1 sigmoid": _with_delta(lambda _z, s, y: s - y),
            "C1 square": _with_delta(lambda _z, s, _y: s * (1 - s)),
            "C2 slope at the prediction": _with_delta(
                lambda _z, s, y: (s - y) * sigmoid(s) * (1 - sigmoid(s))
            ),
            "C3 tanh": _with_delta(lambda _z, s, y: (s - y) * (1 - s * s)),
            "C4 sigmoid itself": _with_delta(lambda _z, s, y: (s - y) * s),
            "V1 sigmoid left out": _with_delta(lambda z, _s, y: z - y),
            "C1 inputs": _read_off(lambda d, _n: (d, d, d)),
            "C4 weights": _read_off(lambda d, n: (d * n["w1"], d * n["w2"], d)),
            "V2 inputs exchanged": _read_off(lambda d, n: (d * n["x2"], d * n["x1"], d)),
            "C4 bias": _read_off(lambda d, n: (d * n["x1"], d * n["x2"], d * n["b"])),
            "S2 zero": _read_off(lambda _d, _n: (0.0, 0.0, 0.0)),
            "G11 the example": _read_off(lambda _d, _n: EXAMPLE),
        },
    ),
)


# -- 03.5 first_layer_slope ----------------------------------------------------------------------------

NETWORK = ref.WEIGHTS + ref.INPUTS


def _networks(rng: np.random.Generator) -> Iterable[Arguments]:
    size = rng.uniform(0.5, 1.5, (3, 11)) * rng.choice([-1.0, 1.0], (3, 11))
    targets = rng.uniform(0.1, 0.9, (3, 1))
    return [tuple(float(n) for n in row) for row in np.round(np.hstack([size, targets]), 2)]


def _place(*case: float) -> str:
    n = dict(zip(NETWORK, case, strict=True))
    return ", ".join(f"{name} = {n[name]:g}" for name in ("w11", "x1", "q1", "y")) + ", and the others"


def _network_probe(answer: Answer, *case: float) -> Any:
    value = called(answer)
    if value is None or isinstance(value, Ready):
        return value.numbers(*case) if value else None
    return number_of("slope", value, dict(zip(NETWORK, case, strict=True)))


@dataclass(frozen=True, slots=True)
class _Road:
    """The factors along the road from w11 to the loss, and some that are not on it."""

    x1: float
    x2: float
    w11: float
    q1: float
    q2: float
    a1: float  # activation of hidden unit 1
    hidden: float  # slope of its sigmoid
    other: float  # slope of the other unit's sigmoid
    output: float  # slope of its sigmoid
    error: float  # s - y


def _along(product: Callable[[_Road], float]) -> Answer:
    def numbers(*case: float) -> float:
        n = dict(zip(NETWORK, case, strict=True))
        a1 = sigmoid(n["w11"] * n["x1"] + n["w12"] * n["x2"] + n["b1"])
        a2 = sigmoid(n["w21"] * n["x1"] + n["w22"] * n["x2"] + n["b2"])
        s = sigmoid(n["q1"] * a1 + n["q2"] * a2 + n["c"])
        return product(
            _Road(
                x1=n["x1"],
                x2=n["x2"],
                w11=n["w11"],
                q1=n["q1"],
                q2=n["q2"],
                a1=a1,
                hidden=a1 * (1 - a1),
                other=a2 * (1 - a2),
                output=s * (1 - s),
                error=s - n["y"],
            )
        )

    return ready(numbers)


first_layer_slope = Exercise(
    id="first_layer_slope",
    number="03.5",
    chapter=CHAPTER,
    parameters=NETWORK,
    returns=("slope",),
    draw=_networks,
    truth=lambda *case: (_partial(ref.network_loss, case, 0),),
    probe=_network_probe,
    place=_place,
    mistakes=known_mistakes(
        CHAPTER,
        "first_layer_slope",
        {
            "C1 hidden sigmoid": _along(lambda r: r.error * r.output * r.q1 * r.x1),
            "C1 output sigmoid": _along(lambda r: r.error * r.q1 * r.hidden * r.x1),
            "C1 output weight": _along(lambda r: r.error * r.output * r.hidden * r.x1),
            "C1 input": _along(lambda r: r.error * r.output * r.q1 * r.hidden),
            "C1 square": _along(lambda r: r.output * r.q1 * r.hidden * r.x1),
            "C11 the other output weight": _along(lambda r: r.error * r.output * r.q2 * r.hidden * r.x1),
            "C11 its own weight": _along(lambda r: r.error * r.output * r.w11 * r.hidden * r.x1),
            "C4 hidden value": _along(lambda r: r.error * r.output * r.q1 * r.a1 * r.x1),
            "V1 w12": _along(lambda r: r.error * r.output * r.q1 * r.hidden * r.x2),
            "V1 w21": _along(lambda r: r.error * r.output * r.q2 * r.other * r.x1),
            "V1 both units": _along(lambda r: r.error * r.output * (r.q1 * r.hidden + r.q2 * r.other) * r.x1),
            "V1 q1": _along(lambda r: r.error * r.output * r.a1),
            "F1 turned round": _along(lambda r: -r.error * r.output * r.q1 * r.hidden * r.x1),
            "F2 half forgotten": _along(lambda r: 2 * r.error * r.output * r.q1 * r.hidden * r.x1),
            "S2 zero": _along(lambda _r: 0.0),
            "G11 the example": _along(lambda _r: -0.012),
        },
    ),
)
