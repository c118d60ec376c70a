"""NB06, any number of layers: the forward pass, δ and what it means, and the sweep that finds every slope.

Slopes are judged against numerical derivatives of the loss of our own network. `backprop` brings a ladder:
which layer is the first wrong one, counted from the loss.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bpcheck.exercises import depth_wrong as wrong
from bpcheck.exercises.depth_cases import (
    GRADS,
    WEIGHTS,
    layer_sizes,
    network,
    networks,
    probe_backprop,
    probe_linear,
    signed,
    true_linear_slopes,
    true_slopes,
)
from bpcheck.exercises.depth_parts import CHAPTER, by_roads, delta_by_nudge, forward
from bpcheck.exercises.model import Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.exercises.sweep_ladder import ladder
from bpcheck.gradcheck.compare import exact
from bpcheck.reference import mlp

# -- 06.4 output_delta ---------------------------------------------------------------------------------


def _outputs(rng: np.random.Generator) -> Iterable[Arguments]:
    """ŷ and y apart on either side; the slope is that of some activation, not of the sigmoid at ŷ."""
    for k in (1, 2, 7, 3):
        yhat = np.round(rng.uniform(0.1, 0.9, k), 2)
        y = np.round(yhat + signed(rng, k, 0.1, 0.8), 2)
        yield yhat, y, np.round(rng.uniform(0.3, 1.7, k), 2)


output_delta = Exercise(
    id="output_delta",
    number="06.4",
    chapter=CHAPTER,
    parameters=("yhat", "y", "slope"),
    returns=("delta",),
    draw=_outputs,
    truth=lambda yhat, y, slope: (exact(mlp.output_delta(yhat, y, slope)),),
    mistakes=known_mistakes(
        CHAPTER,
        "output_delta",
        {
            "C1 slope": lambda yhat, y, _slope: yhat - y,
            "C1 error": lambda _yhat, _y, slope: slope,
            "F1 turned": lambda yhat, y, slope: (y - yhat) * slope,
            "F2 doubled": lambda yhat, y, slope: 2 * (yhat - y) * slope,
            "C2 slope of the slope": lambda yhat, y, slope: (yhat - y) * slope * (1 - slope),
            "C3 own sigmoid": lambda yhat, y, _slope: (yhat - y) * yhat * (1 - yhat),
            "C4 value": lambda yhat, y, _slope: (yhat - y) * yhat,
            "C4 loss": lambda yhat, y, slope: 0.5 * (yhat - y) ** 2 * slope,
            "C6 added": lambda yhat, y, slope: (yhat - y) + slope,
            "V11 mean": lambda yhat, y, slope: (yhat - y) * slope / len(y),
            "V11 sum": lambda yhat, y, slope: np.full(len(y), ((yhat - y) * slope).sum()),
        },
    ),
)


# -- 06.5 hidden_delta ---------------------------------------------------------------------------------


def _hidden(rng: np.random.Generator) -> Iterable[Arguments]:
    """Square and not, more senders and more receivers."""
    for m, n in ((4, 4), (3, 4), (7, 2), (1, 5), (2, 2)):
        slope = np.round(rng.uniform(0.2, 0.9, n), 2)
        yield signed(rng, (m, n), 0.5, 1.5), signed(rng, m, 0.3, 1.5), slope


hidden_delta = Exercise(
    id="hidden_delta",
    number="06.5",
    chapter=CHAPTER,
    parameters=("W_next", "delta_next", "slope"),
    returns=("delta",),
    draw=_hidden,
    truth=lambda W, delta, slope: (exact(mlp.hidden_delta(W, delta, slope)),),
    mistakes=known_mistakes(
        CHAPTER,
        "hidden_delta",
        {
            "C10 W as it stands": lambda W, delta, slope: (W @ delta) * slope,
            "C1 slope": lambda W, delta, _slope: W.T @ delta,
            "C5 upstream ignored": lambda W, _delta, slope: W.sum(axis=0) * slope,
            "C1 weights": lambda W, delta, slope: np.full(W.shape[1], delta.sum()) * slope,
            "C7 one receiver": lambda W, delta, slope: W[0] * delta[0] * slope,
            "C24 last receiver": lambda W, delta, slope: W[-1] * delta[-1] * slope,
            "C6 slope added": lambda W, delta, slope: W.T @ delta + slope,
            "V11 mean": lambda W, delta, slope: (W.T @ delta) * slope / len(W),
            "V11 not added up": lambda W, delta, slope: W * delta[:, None] * slope,
            "C2 slope before collecting": lambda W, delta, slope: W.T @ (delta * slope),
            "C8 slope twice": lambda W, delta, slope: (W.T @ delta) * slope**2,
            "V11 sizes of the errors": lambda W, delta, slope: (np.abs(W).T @ np.abs(delta)) * slope,
        },
    ),
)


# -- 06.6 param_grads ----------------------------------------------------------------------------------


def _read_offs(rng: np.random.Generator) -> Iterable[Arguments]:
    for m, n in ((3, 3), (2, 4), (7, 3), (1, 5)):
        yield signed(rng, m, 0.3, 1.5), np.round(rng.uniform(0.1, 0.9, n), 2)


param_grads = Exercise(
    id="param_grads",
    number="06.6",
    chapter=CHAPTER,
    parameters=("delta", "a_prev"),
    returns=("dW", "db"),
    draw=_read_offs,
    truth=lambda delta, a_prev: tuple(map(exact, mlp.param_grads(delta, a_prev))),
    mistakes=known_mistakes(
        CHAPTER,
        "param_grads",
        {
            "C15 turned": lambda delta, a: (np.outer(a, delta), delta),
            "C22 bias": lambda delta, a: (np.outer(delta, a), np.zeros_like(delta)),
            "C21 bias": lambda delta, a: (np.outer(delta, a), np.full_like(delta, delta.sum())),
            "C3 bias by activation": lambda delta, a: (np.outer(delta, a), delta * a.sum()),
            "C1 input": lambda delta, a: (np.outer(delta, np.ones_like(a)), delta),
            "C5 delta": lambda delta, a: (np.outer(np.ones_like(delta), a), delta),
            "C2 bent again": lambda delta, a: (np.outer(delta, mlp.sigmoid(a)), delta),
            "C8 slope again": lambda delta, a: (np.outer(delta, a * (1 - a)), delta),
            "C6 added": lambda delta, a: (delta[:, None] + a, delta),
            "F1 the step": lambda delta, a: (-np.outer(delta, a), -delta),
        },
    ),
)


# -- 06.7 backprop -------------------------------------------------------------------------------------

SIZES = ((2, 4, 3, 2), (3, 3, 3, 3), (3, 2), (2, 2, 1), (2, 3, 2, 4, 2))  # all square is one of them
SWEEPS = known_mistakes(
    CHAPTER,
    "backprop",
    {name: wrong.backprop_with(rule) for name, rule in wrong.RULES.items()}
    | {
        "V2 last layer first": lambda params, x, y: mlp.backprop(params, x, y)[::-1],
        "C7 only the last layer": wrong.only_the_last,
        "C1 read before the bend": wrong.backprop_with(wrong.BEFORE_THE_BEND),
    },
)
OF_ONE_LAYER = tuple(zip(SWEEPS, wrong.RULES.values(), strict=False))  # the others need the whole sweep

backprop = Exercise(
    id="backprop",
    number="06.7",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "x", "y"),
    returns=GRADS,
    draw=networks(*SIZES),
    truth=true_slopes,
    probe=probe_backprop,
    place=lambda Ws, _bs, _x, _y: layer_sizes(Ws),
    ladder=lambda case, truth, arrays: ladder(OF_ONE_LAYER, wrong.seen(case), truth, arrays),
    mistakes=SWEEPS,
)


# -- 06.8 backprop_linear ------------------------------------------------------------------------------


def _without_bends(rng: np.random.Generator) -> Iterable[Arguments]:
    """Networks without biases and activation functions; small enough that no output is far from its target."""
    for sizes in ((2, 4, 3, 2), (3, 3, 3, 3), (3, 2), (2, 3, 2, 4, 2)):
        Ws, _, x, y = network(rng, sizes)
        yield [np.round(0.6 * W, 2) for W in Ws], x, y


backprop_linear = Exercise(
    id="backprop_linear",
    number="06.8",
    chapter=CHAPTER,
    parameters=("Ws", "x", "y"),
    returns=WEIGHTS,
    draw=_without_bends,
    truth=true_linear_slopes,
    probe=probe_linear,
    place=lambda Ws, _x, _y: layer_sizes(Ws),
    mistakes=known_mistakes(
        CHAPTER,
        "backprop_linear",
        {name: wrong.linear_with(rule) for name, rule in wrong.LINEAR_RULES.items()}
        | {
            "V2 last layer first": lambda Ws, x, y: wrong.linear_with(wrong.right)(Ws, x, y)[::-1],
            "V1 forward bent": wrong.sigmoids_after_all,
        },
    ),
)

quiz_06 = Quiz(id="quiz_06", number="06.9", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_06"))

EXERCISES = (
    forward,
    by_roads,
    delta_by_nudge,
    output_delta,
    hidden_delta,
    param_grads,
    backprop,
    backprop_linear,
    quiz_06,
)
