"""Wrong sweeps for NB06: one rule of one layer replaced, as people write it before they write the right one.

A rule is told all that lies around a layer, right and wrong things to take, and says what the layer
does: the slopes that it reads off, and the error that it hands on.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference.mlp, bpcheck.exercises.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.exercises.depth_cases import NOTHING, layer_sizes
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.exercises.sweep_ladder import Sweep
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.gradcheck.recognise import same_numbers
from bpcheck.reference import mlp
from bpcheck.reference.mlp import Layer, Params


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around one layer (n senders, m receivers) when the sweep arrives there."""

    W: FloatArray  # (m, n)
    a_prev: FloatArray  # (n,): what entered
    z_prev: FloatArray  # (n,): the same before the bend; x for the first layer
    a: FloatArray  # (m,): what left
    slope: FloatArray  # (m,): φ′(z)
    slope_next: FloatArray  # φ′ of the next layer; this and the next two are empty at the last one
    W_next: FloatArray  # from this layer to the next
    delta_next: FloatArray  # the error that the next layer hands on
    y: FloatArray  # the target

    @property
    def last(self) -> bool:
        """Whether the loss comes next."""
        return not self.W_next.size

    @property
    def da(self) -> FloatArray:
        """∂ℓ/∂a of what left: the error that arrives, before the bend."""
        return self.a - self.y if self.last else np.asarray(self.W_next.T @ self.delta_next)

    @property
    def delta(self) -> FloatArray:
        """∂ℓ/∂z, if the error that arrives is right."""
        return np.asarray(self.da * self.slope)


Step = tuple[FloatArray, FloatArray, FloatArray]  # dW, db, and the error that is handed on
Rule = Callable[[Around], Step]
Delta = Callable[[Around], FloatArray]
Read = Callable[[Around, FloatArray], tuple[FloatArray, FloatArray]]


def right(here: Around) -> Step:
    """The four equations."""
    return (*mlp.param_grads(here.delta, here.a_prev), here.delta)


def output(wrong: Delta) -> Rule:
    """Another δ at the last layer."""
    return lambda here: _with(wrong(here), here) if here.last else right(here)


def hidden(wrong: Delta) -> Rule:
    """Another δ at all layers but the last."""
    return lambda here: right(here) if here.last else _with(wrong(here), here)


def read(wrong: Read) -> Rule:
    """The right δ is handed on; other slopes are read off."""
    return lambda here: (*wrong(here, here.delta), here.delta)


def _with(delta: FloatArray, here: Around) -> Step:
    return (*mlp.param_grads(delta, here.a_prev), delta)


def around(params: Params, x: FloatArray, y: FloatArray, linear: bool = False) -> list[Around]:
    """All layers of a network after its forward pass; the errors are still to come."""
    zs, activations = _straight(params, x) if linear else mlp.forward(params, x)
    slopes = [np.ones_like(a) if linear else mlp.sigmoid_slope(a) for a in activations[1:]]
    found = []
    for k, (W, _) in enumerate(params):
        next_one = k + 1 < len(params)
        found.append(
            Around(
                W=W,
                a_prev=activations[k],
                z_prev=zs[k - 1] if k else x,
                a=activations[k + 1],
                slope=slopes[k],
                slope_next=slopes[k + 1] if next_one else NOTHING,
                W_next=params[k + 1][0] if next_one else NOTHING,
                delta_next=NOTHING,
                y=y,
            )
        )
    return found


def _straight(params: Params, x: FloatArray) -> tuple[list[FloatArray], list[FloatArray]]:
    """A forward pass without activation functions."""
    activations = [x]
    for W, b in params:
        activations.append(np.asarray(W @ activations[-1] + b))
    return activations[1:], activations


def seen(case: Arguments) -> Sweep:
    """The right sweep at a case (Ws, bs, x, y), for the ladder."""
    Ws, bs, x, y = case
    return Sweep(layer_sizes(Ws), around(list(zip(Ws, bs, strict=True)), x, y), right, _told, _with_delta)


def _told(dW: FloatArray, db: FloatArray, here: Around) -> Iterator[FloatArray]:
    """For one sample db is δ; and dW is outer(δ, a), from which δ can be had."""
    forgotten = dW.any() and not db.any()  # from an error of 0 everything would follow
    if db.shape == here.slope.shape and not forgotten:
        yield db
    if dW.shape == here.W.shape:
        delta = dW @ here.a_prev / (here.a_prev @ here.a_prev)
        if same_numbers(dW, np.outer(delta, here.a_prev)):
            yield delta


def _with_delta(here: Around, delta: FloatArray) -> Around:
    """The same layer, had it received just the error that makes its own δ this one."""
    return dataclasses.replace(here, W_next=np.eye(len(delta)), delta_next=delta / here.slope)


def sweep(layers: Sequence[Around], rule: Rule) -> list[Layer]:
    """From the last layer to the first, each by the rule; slopes in the order of the layers."""
    found: list[Layer] = []
    error = NOTHING
    for here in reversed(layers):
        dW, db, error = rule(dataclasses.replace(here, delta_next=error))
        found.insert(0, (dW, db))
    return found


def backprop_with(rule: Rule) -> Answer:
    """`backprop` with one rule replaced."""

    def backprop(params: Params, x: FloatArray, y: FloatArray) -> list[Layer]:
        return sweep(around(params, x, y), rule)

    return backprop


def linear_with(rule: Rule) -> Answer:
    """`backprop_linear` with one rule replaced."""

    def backprop_linear(Ws: Sequence[FloatArray], x: FloatArray, y: FloatArray) -> list[FloatArray]:
        params = [(W, np.zeros(len(W))) for W in Ws]
        return [dW for dW, _ in sweep(around(params, x, y, linear=True), rule)]

    return backprop_linear


RULES: dict[str, Rule] = {
    "C1 output slope": output(lambda here: here.a - here.y),
    "F1 output turned": output(lambda here: -here.delta),
    "F2 output doubled": output(lambda here: 2 * here.delta),
    "C4 output value": output(lambda here: here.da * here.a),
    "C2 output slope of the value": output(lambda here: here.da * mlp.sigmoid_slope(mlp.sigmoid(here.a))),
    "C1 hidden slopes": hidden(lambda here: here.da),
    "C4 hidden values": hidden(lambda here: here.da * here.a),
    "C2 hidden slopes of the values": hidden(
        lambda here: here.da * mlp.sigmoid_slope(mlp.sigmoid(here.a)),
    ),
    "C5 upstream ignored": hidden(lambda here: here.W_next.sum(axis=0) * here.slope),
    "C10 W as it stands": hidden(lambda here: (here.W_next @ here.delta_next) * here.slope),
    "C11 own W": hidden(lambda here: (here.W.T @ here.delta_next) * here.slope),
    "C2 slopes of the next layer": hidden(lambda here: here.da * here.slope_next),
    "C8 slope twice": hidden(lambda here: here.delta * here.slope),
    "C15 turned": read(lambda here, delta: (np.outer(here.a_prev, delta), delta)),
    "C13 z": read(lambda here, delta: (np.outer(delta, here.z_prev), delta)),
    "C14 own a": read(lambda here, delta: (np.outer(delta, here.a), delta)),
    "C1 input": read(lambda here, delta: (np.outer(delta, np.ones_like(here.a_prev)), delta)),
    "C22 bias": read(lambda here, delta: (np.outer(delta, here.a_prev), np.zeros_like(delta))),
    "C21 bias": read(lambda here, delta: (np.outer(delta, here.a_prev), np.full_like(delta, delta.sum()))),
}

BEFORE_THE_BEND = read(lambda here, _delta: mlp.param_grads(here.da, here.a_prev))

LINEAR_RULES: dict[str, Rule] = {
    "C3 slopes of the sigmoid": lambda here: _with(here.da * mlp.sigmoid_slope(here.a), here),
    "F1 turned": output(lambda here: -here.da),
    "F2 doubled": output(lambda here: 2 * here.da),
    "C5 upstream ignored": RULES["C5 upstream ignored"],
    "C10 W as it stands": RULES["C10 W as it stands"],
    "C11 own W": RULES["C11 own W"],
    "C15 turned": RULES["C15 turned"],
    "C1 input": RULES["C1 input"],
}


def only_the_last(params: Params, x: FloatArray, y: FloatArray) -> list[Layer]:
    """The sweep ends where it should begin."""
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params[:-1]]
    return [*zeros, mlp.backprop(params, x, y)[-1]]


def sigmoids_after_all(Ws: Sequence[FloatArray], x: FloatArray, y: FloatArray) -> list[FloatArray]:
    """The network of the exercise before."""
    params = [(W, np.zeros(len(W))) for W in Ws]
    return [dW for dW, _ in mlp.backprop(params, x, y)]
