"""NB05, the way back: the neuron's slopes, what they do not say, a step downhill, and another loss.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises import neuron_cases as cases
from bpcheck.exercises.model import Answer, Exercise
from bpcheck.exercises.prose import known_mistakes
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import neuron as ref

CHAPTER = "05_neuron"

# -- 05.5 neuron_backward ------------------------------------------------------------------------------


def _with_delta(delta: Callable[[Any, Any, Any], Any]) -> Answer:
    """Slopes from another delta(z, yhat, y) than (yhat - y) * yhat * (1 - yhat)."""

    def answer(x: Any, w: Any, b: Any, y: Any) -> tuple[Any, Any]:
        z, yhat = ref.forward(x, w, b)
        d = delta(z, yhat, y)
        return d * x, d

    return answer


def _read_off(slopes: Callable[..., tuple[Any, Any]]) -> Answer:
    """The right delta, and other slopes(delta, x, w, b) made of it."""
    return lambda x, w, b, y: slopes(ref.backward(x, w, b, y)[1], x, w, b)


neuron_backward = Exercise(
    id="neuron_backward",
    number="05.5",
    chapter=CHAPTER,
    parameters=("x", "w", "b", "y"),
    returns=("dw", "db"),
    draw=cases.neurons_with_targets,
    truth=cases.true_neuron_slopes,
    mistakes=known_mistakes(
        CHAPTER,
        "neuron_backward",
        {
            "C1 sigmoid": _with_delta(lambda _z, a, y: a - y),
            "C1 loss": _with_delta(lambda _z, a, _y: a * (1 - a)),
            "C1 inputs": _read_off(lambda d, x, _w, _b: (np.full(len(x), d), d)),
            "C4 weights": _read_off(lambda d, _x, w, _b: (d * w, d)),
            "C4 bias": _read_off(lambda d, x, _w, b: (d * x, d * b)),
            "C4 prediction": _with_delta(lambda _z, a, y: (a - y) * a),
            "C4 loss for slope": _with_delta(lambda _z, a, y: 0.5 * (a - y) ** 2 * a * (1 - a)),
            "C2 slope at the prediction": _with_delta(
                lambda _z, a, y: (a - y) * ref.sigmoid(a) * (1 - ref.sigmoid(a))
            ),
            "C2 z for a": _with_delta(lambda z, a, y: (a - y) * z * (1 - z)),
            "C3 tanh": _with_delta(lambda _z, a, y: (a - y) * (1 - a**2)),
            "C6 added": _with_delta(lambda _z, a, y: (a - y) + a * (1 - a)),
            "C22 bias forgotten": _read_off(lambda d, x, _w, _b: (d * x, 0.0)),
            "V11 bias adds up": _read_off(lambda d, x, _w, _b: (d * x, d * x.sum())),
            "V1 sigmoid left out": _with_delta(lambda z, _a, y: z - y),
            "F1 turned round": _with_delta(lambda _z, a, y: (y - a) * a * (1 - a)),
            "F2 twice": _with_delta(lambda _z, a, y: 2 * (a - y) * a * (1 - a)),
            "D6 whole numbers": _read_off(lambda d, x, _w, _b: ((d * x).astype(x.dtype), d)),
        },
    ),
)


# -- 05.6 two_blames -----------------------------------------------------------------------------------


def _blames(x: Any, w: Any, b: float, y: float) -> tuple[Any, Any]:
    dw, _ = ref.backward(x, w, b, y)
    return w * dw, ref.loss(x, w, b, y) - cases.loss_without(x, w, b, y)


def _by_slope(parts: Callable[[Any, Any, Any], Any]) -> Answer:
    """Other parts(x, w, dw) in the place of w * dw."""
    return lambda x, w, b, y: (parts(x, w, ref.backward(x, w, b, y)[0]), _blames(x, w, b, y)[1])


def _by_removal(losses: Callable[[Any, Any, float, float], Any]) -> Answer:
    """Other losses(x, w, b, y) in the place of those with one weight at 0."""
    return lambda x, w, b, y: (_blames(x, w, b, y)[0], ref.loss(x, w, b, y) - losses(x, w, b, y))


def _never_put_back(x: Any, w: Any, b: float, y: float) -> FloatArray:
    """One weight after the other becomes 0, and stays 0."""
    rows = np.tril(np.ones((len(w), len(w))), -1).T * w
    return np.array([ref.loss(x, row, b, y) for row in rows])


def _alone(x: Any, w: Any, b: float, y: float) -> FloatArray:
    """All weights but one at 0."""
    return np.array([ref.loss(x, row, b, y) for row in np.diag(w)])


def _made_to_add_up(x: Any, w: Any, b: float, y: float) -> tuple[Any, ...]:
    return tuple(parts * ref.loss(x, w, b, y) / parts.sum() for parts in _blames(x, w, b, y))


two_blames = Exercise(
    id="two_blames",
    number="05.6",
    chapter=CHAPTER,
    parameters=("x", "w", "b", "y"),
    returns=("by_slope", "by_removal"),
    draw=cases.neurons_with_targets,
    truth=cases.true_blames,
    mistakes=known_mistakes(
        CHAPTER,
        "two_blames",
        {
            "V1 slope alone": _by_slope(lambda _x, _w, dw: dw),
            "C4 inputs for weights": _by_slope(lambda x, _w, dw: x * dw),
            "F1 slope turned": _by_slope(lambda _x, w, dw: -w * dw),
            "F1 removal turned": lambda x, w, b, y: (_blames(x, w, b, y)[0], -_blames(x, w, b, y)[1]),
            "D13 no signs": lambda x, w, b, y: tuple(np.abs(part) for part in _blames(x, w, b, y)),
            "V1 the loss that is left": lambda x, w, b, y: (
                _blames(x, w, b, y)[0],
                cases.loss_without(x, w, b, y),
            ),
            "D4 all at once": _by_removal(lambda x, w, b, y: np.full(len(w), ref.loss(x, 0 * w, b, y))),
            "D4 all the others": _by_removal(_alone),
            "D3 not put back": _by_removal(_never_put_back),
            "V12 made to add up": _made_to_add_up,
        },
    ),
)


# -- 05.7 gd_step --------------------------------------------------------------------------------------

gd_step = Exercise(
    id="gd_step",
    number="05.7",
    chapter=CHAPTER,
    parameters=("w", "b", "dw", "db", "lr"),
    returns=("w", "b"),
    draw=cases.steps,
    truth=lambda *case: tuple(exact(value) for value in ref.step(*case)),
    mistakes=known_mistakes(
        CHAPTER,
        "gd_step",
        {
            "T1 uphill": lambda w, b, dw, db, lr: ref.step(w, b, dw, db, -lr),
            "T1 bias uphill": lambda w, b, dw, db, lr: ref.step(w, b, dw, -db, lr),
            "T8 bias left out": lambda w, b, dw, db, lr: ref.step(w, b, dw, 0 * db, lr),
            "T8 weights left out": lambda w, b, dw, db, lr: ref.step(w, b, 0 * dw, db, lr),
            "T9 no rate": lambda w, b, dw, db, _lr: ref.step(w, b, dw, db, 1.0),
            "T9 no rate on the bias": lambda w, b, dw, db, lr: ref.step(w, b, dw, db / lr, lr),
            "T9 divided by the rate": lambda w, b, dw, db, lr: ref.step(w, b, dw, db, 1 / lr),
            "T9 rate on everything": lambda w, b, dw, db, lr: (lr * (w - dw), lr * (b - db)),
            "T10 the change alone": lambda _w, _b, dw, db, lr: (-lr * dw, -lr * db),
            "V11 one change for all": lambda w, b, dw, db, lr: ref.step(w, b, dw.sum(), db, lr),
        },
    ),
)


# -- 05.8 cross_entropy_slopes -------------------------------------------------------------------------


def _entropy(yhat: float, y: float, **wrong: float) -> tuple[float, float, float]:
    """Loss and both slopes, those that are given in the place of the right ones."""
    right = {
        "loss": ref.cross_entropy(yhat, y),
        "dyhat": (yhat - y) / (yhat * (1 - yhat)),
        "delta": yhat - y,
    }
    loss, dyhat, delta = (right | wrong).values()
    return loss, dyhat, delta


cross_entropy_slopes = Exercise(
    id="cross_entropy_slopes",
    number="05.8",
    chapter=CHAPTER,
    parameters=("yhat", "y"),
    returns=("loss", "dyhat", "delta"),
    draw=cases.answers_yes_or_no,
    truth=cases.true_cross_entropy,
    mistakes=known_mistakes(
        CHAPTER,
        "cross_entropy_slopes",
        {
            "F1 loss negative": lambda yhat, y: _entropy(yhat, y, loss=-ref.cross_entropy(yhat, y)),
            "F1 slope turned round": lambda yhat, y: _entropy(
                yhat, y, dyhat=(y - yhat) / (yhat * (1 - yhat)), delta=y - yhat
            ),
            "F1 second half": lambda yhat, y: _entropy(
                yhat, y, dyhat=-y / yhat - (1 - y) / (1 - yhat), delta=-y * (1 - yhat) - (1 - y) * yhat
            ),
            "C7 one half only": lambda yhat, y: (-y * np.log(yhat), -y / yhat, -y * (1 - yhat)),
            "V2 halves exchanged": lambda yhat, y: _entropy(yhat, 1 - y),
            "V1 other logarithm": lambda yhat, y: _entropy(
                yhat, y, loss=ref.cross_entropy(yhat, y) / np.log(10)
            ),
            "V1 squared error": lambda yhat, y: (
                0.5 * (yhat - y) ** 2,
                yhat - y,
                (yhat - y) * yhat * (1 - yhat),
            ),
            "C17 slope again": lambda yhat, y: _entropy(yhat, y, delta=(yhat - y) * yhat * (1 - yhat)),
            "C1 sigmoid": lambda yhat, y: _entropy(yhat, y, delta=(yhat - y) / (yhat * (1 - yhat))),
            "V6 delta twice": lambda yhat, y: _entropy(yhat, y, dyhat=yhat - y),
        },
    ),
)
