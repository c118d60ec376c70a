"""NB06, the exercises before the sweep: the forward pass, the direct way along all roads, and δ by nudging.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bpcheck.exercises.depth_cases import (
    VALUES,
    Arrays,
    layer_sizes,
    network,
    networks,
    probe_forward,
    probe_params,
    true_values,
)
from bpcheck.exercises.model import Answer, Arguments, Exercise
from bpcheck.exercises.prose import known_mistakes
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import mlp
from bpcheck.reference.mlp import Params

CHAPTER = "06_depth"
EPS = float(np.finfo(np.float64).eps)


# -- 06.1 forward --------------------------------------------------------------------------------------

Bend = Callable[[FloatArray], FloatArray]


def _passes(rng: np.random.Generator) -> Iterable[Arguments]:
    """Depths from one to four; one is square throughout, so that turned weights show in its numbers."""
    return [case[:3] for case in networks((2, 4, 3, 2), (3, 3, 3), (3, 2), (2, 3, 2, 4, 1))(rng)]


def _forward(
    z: Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray] = lambda W, b, a, _x: W @ a + b,
    phi: Bend = mlp.sigmoid,
    last: Bend | None = None,
    start: Bend = lambda x: x,
    hand_on: Callable[[FloatArray, FloatArray], FloatArray] = lambda _z, a: a,
    keep: Callable[[FloatArray, FloatArray], FloatArray] = lambda z, _a: z,
) -> Answer:
    """`forward` with one part replaced."""

    def forward(params: Params, x: FloatArray) -> tuple[Arrays, Arrays]:
        zs: Arrays = []
        activations = [start(x)]
        entering = activations[0]
        for k, (W, b) in enumerate(params):
            before = z(W, b, entering, x)
            bend = phi if last is None or k + 1 < len(params) else last
            activations.append(bend(before))
            zs.append(keep(before, activations[-1]))
            entering = hand_on(before, activations[-1])
        return zs, activations

    return forward


forward = Exercise(
    id="forward",
    number="06.1",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "x"),
    returns=VALUES,
    draw=_passes,
    truth=true_values,
    probe=probe_forward,
    place=lambda Ws, _bs, _x: layer_sizes(Ws),
    mistakes=known_mistakes(
        CHAPTER,
        "forward",
        {
            "V1 no sigmoid": _forward(phi=lambda z: z),
            "V1 z handed on": _forward(hand_on=lambda z, _a: z),
            "V1 last one bare": _forward(last=lambda z: z),
            "V1 input bent": _forward(start=mlp.sigmoid),
            "V1 no bias": _forward(z=lambda W, _b, a, _x: W @ a),
            "V1 x every time": _forward(z=lambda W, b, _a, x: W @ x + b),
            "V1 zs bent": _forward(keep=lambda _z, a: a),
            "V1 minus missing": _forward(phi=lambda z: mlp.sigmoid(-z)),
            "V1 bent twice": _forward(phi=lambda z: mlp.sigmoid(mlp.sigmoid(z))),
            "C3 tanh": _forward(phi=np.tanh),
            "C10 W turned": _forward(z=lambda W, b, a, _x: W.T @ a + b),
        },
    ),
)


# -- 06.2 by_roads -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Roads:
    """The factors on the roads from the first weight of the first of three layers to the loss."""

    x: float
    first: float  # slope of the first unit of layer 1
    w2: FloatArray  # from that unit to all of layer 2
    row: FloatArray  # to the first unit of layer 2, from all of layer 1
    middle: FloatArray  # slopes of layer 2
    a2: FloatArray  # its activations
    w3: FloatArray  # from layer 2 to the output
    last: float  # slope of the output
    error: float  # ŷ - y


def _along(product: Callable[[_Roads], float]) -> Answer:
    def by_roads(params: Params, x: FloatArray, y: FloatArray) -> float:
        _, activations = mlp.forward(params, x)
        slopes = [mlp.sigmoid_slope(a) for a in activations]
        (W2, _), (W3, _) = params[1], params[2]
        return float(
            product(
                _Roads(
                    x=x[0],
                    first=slopes[1][0],
                    w2=W2[:, 0],
                    row=W2[0],
                    middle=slopes[2],
                    a2=activations[2],
                    w3=W3[0],
                    last=slopes[3][0],
                    error=activations[3][0] - y[0],
                )
            )
        )

    return by_roads


def _first_weight(Ws: Arrays, bs: Arrays, x: FloatArray, y: FloatArray) -> tuple[Estimate]:
    def loss(w: float) -> float:
        W = Ws[0].copy()
        W[0, 0] = w
        return mlp.loss(list(zip([W, *Ws[1:]], bs, strict=True)), x, y)

    return (slope(loss, float(Ws[0][0, 0])),)


by_roads = Exercise(
    id="by_roads",
    number="06.2",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "x", "y"),
    returns=("slope",),
    draw=networks((2, 2, 2, 1), (3, 3, 3, 1), (2, 2, 4, 1), (1, 4, 3, 1)),
    truth=_first_weight,
    probe=probe_params,
    place=lambda Ws, _bs, _x, _y: layer_sizes(Ws),
    mistakes=known_mistakes(
        CHAPTER,
        "by_roads",
        {
            "C7 one road": _along(
                lambda r: r.x * r.first * r.w2[0] * r.middle[0] * r.w3[0] * r.last * r.error
            ),
            "C24 last road": _along(
                lambda r: r.x * r.first * r.w2[-1] * r.middle[-1] * r.w3[-1] * r.last * r.error
            ),
            "C1 output slope": _along(lambda r: r.x * r.first * (r.w2 * r.middle * r.w3).sum() * r.error),
            "C1 middle slopes": _along(lambda r: r.x * r.first * float(r.w2 @ r.w3) * r.last * r.error),
            "C1 first slope": _along(lambda r: r.x * (r.w2 * r.middle * r.w3).sum() * r.last * r.error),
            "C1 input": _along(lambda r: r.first * (r.w2 * r.middle * r.w3).sum() * r.last * r.error),
            "C1 square": _along(lambda r: r.x * r.first * (r.w2 * r.middle * r.w3).sum() * r.last),
            "C1 last weights": _along(lambda r: r.x * r.first * (r.w2 * r.middle).sum() * r.last * r.error),
            "C4 middle values": _along(
                lambda r: r.x * r.first * (r.w2 * r.a2 * r.w3).sum() * r.last * r.error
            ),
            "C10 row of W2": _along(
                lambda r: r.x * r.first * (r.row * r.middle * r.w3).sum() * r.last * r.error
            ),
            "V10 roads multiplied": _along(
                lambda r: float(np.prod(r.x * r.first * r.w2 * r.middle * r.w3 * r.last * r.error))
            ),
            "V11 averaged": _along(
                lambda r: r.x * r.first * (r.w2 * r.middle * r.w3).mean() * r.last * r.error
            ),
            "F1 turned": _along(lambda r: -r.x * r.first * (r.w2 * r.middle * r.w3).sum() * r.last * r.error),
        },
    ),
)


# -- 06.3 delta_by_nudge -------------------------------------------------------------------------------


def _nudges(rng: np.random.Generator) -> Iterator[Arguments]:
    """A unit of every layer, with steps large enough that one side differs from both; and one small step."""
    for sizes, layer, h in (
        ((2, 4, 3, 2), 1, 0.3),
        ((2, 2, 1), 1, 0.2),
        ((2, 4, 3, 2), 2, 0.1),
        ((3, 3, 3, 3), 3, 0.3),
        ((3, 3, 2), 1, 1e-4),
    ):
        yield *network(rng, sizes), layer, int(rng.integers(1, sizes[layer] + 1)) - 1, h


Nudge = Callable[[Callable[[float], float], float], float]  # (loss as a function of the nudge, h) -> slope


def _central(f: Callable[[float], float], h: float) -> float:
    return (f(h) - f(-h)) / (2 * h)


def _moving(unit: Callable[..., float], formula: Nudge = _central) -> Answer:
    """`delta_by_nudge`, where unit(params, x, y, layer, j, t) is the loss after a nudge t."""

    def delta_by_nudge(params: Params, x: FloatArray, y: FloatArray, layer: int, j: int, h: float) -> float:
        return formula(lambda t: unit(params, x, y, layer, j, t), h)

    return delta_by_nudge


def _z(params: Params, x: FloatArray, y: FloatArray, layer: int, j: int, t: float) -> float:
    z = mlp.forward(params, x)[0][layer - 1].copy()
    z[j] += t
    return mlp.loss_from(params, layer, z, y)


def _z_of_all(params: Params, x: FloatArray, y: FloatArray, layer: int, _j: int, t: float) -> float:
    return mlp.loss_from(params, layer, mlp.forward(params, x)[0][layer - 1] + t, y)


def _z_forgotten(params: Params, x: FloatArray, y: FloatArray, layer: int, j: int, t: float) -> float:
    z = mlp.forward(params, x)[0][layer - 1].copy()
    z[j] = t
    return mlp.loss_from(params, layer, z, y)


def _a(params: Params, x: FloatArray, y: FloatArray, layer: int, j: int, t: float) -> float:
    a = mlp.forward(params, x)[1][layer].copy()
    a[j] += t
    return mlp.squared_error(mlp.forward(params[layer:], a)[1][-1], y)


def _first_weight_of(params: Params, x: FloatArray, y: FloatArray, layer: int, j: int, t: float) -> float:
    W, b = params[layer - 1]
    W = W.copy()
    W[j, 0] += t
    return mlp.loss([*params[: layer - 1], (W, b), *params[layer:]], x, y)


def _next_layer(params: Params, x: FloatArray, y: FloatArray, layer: int, j: int, t: float) -> float:
    return _z(params, x, y, layer + 1, j, t)


def _one_number(value: float, error: float) -> Estimate:
    return Estimate(np.array(value), np.array(error), np.array(False))


def _true_nudge(
    Ws: Arrays, bs: Arrays, x: FloatArray, y: FloatArray, layer: int, j: int, h: float
) -> tuple[Estimate]:
    """A difference with a given step is an exact number, but for the rounding of the two losses."""
    params = list(zip(Ws, bs, strict=True))
    return (_one_number(_central(lambda t: _z(params, x, y, layer, j, t), h), 2 * EPS / h),)


delta_by_nudge = Exercise(
    id="delta_by_nudge",
    number="06.3",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "x", "y", "layer", "j", "h"),
    returns=("delta",),
    draw=_nudges,
    truth=_true_nudge,
    probe=probe_params,
    place=lambda Ws, _bs, _x, _y, layer, j, h: f"{layer_sizes(Ws)}, layer {layer}, j = {j}, h = {h:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "delta_by_nudge",
        {
            "D1 right side only": _moving(_z, lambda f, h: (f(h) - f(0.0)) / h),
            "D2 divided by h": _moving(_z, lambda f, h: (f(h) - f(-h)) / h),
            "D11 not divided": _moving(_z, lambda f, h: f(h) - f(-h)),
            "F1 turned": _moving(_z, lambda f, h: (f(-h) - f(h)) / (2 * h)),
            "D4 a nudged": _moving(_a),
            "D4 all of the layer": _moving(_z_of_all),
            "D4 z forgotten": _moving(_z_forgotten),
            "D4 a weight": _moving(_first_weight_of),
            "V1 next layer": _moving(_next_layer),
        },
    ),
)
