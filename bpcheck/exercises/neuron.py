"""NB05, one neuron: what it says, what that costs, how much the loss cares, and a step.

Slopes are judged against numerical derivatives of our own neuron, everything else against the exact number.
This half holds the way forward and the list of the chapter's exercises; `neuron_learning` the way back.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises import neuron_cases as cases
from bpcheck.exercises.model import Answer, Exercise, Quiz
from bpcheck.exercises.neuron_learning import (
    CHAPTER,
    cross_entropy_slopes,
    gd_step,
    neuron_backward,
    two_blames,
)
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.reference import neuron as ref

# -- 05.1 sigmoid --------------------------------------------------------------------------------------

sigmoid = Exercise(
    id="sigmoid",
    number="05.1",
    chapter=CHAPTER,
    parameters=("z",),
    returns=("a",),
    draw=cases.sums,
    truth=lambda z: (exact(ref.sigmoid(z)),),
    mistakes=known_mistakes(
        CHAPTER,
        "sigmoid",
        {
            "V1 minus missing": lambda z: ref.sigmoid(-z),
            "V1 never below a half": lambda z: 1 / (1 + np.exp(-np.abs(z))),
            "V1 tanh": np.tanh,
            "V1 twice as steep": lambda z: 0.5 * (1 + np.tanh(z)),
            "V1 a step": lambda z: np.where(z > 0, 1.0, 0.0),
            "C4 its slope": lambda z: ref.sigmoid(z) * ref.sigmoid(-z),
            "D6 whole numbers": lambda z: ref.sigmoid(z).astype(np.asarray(z).dtype),
        },
    ),
)


# -- 05.2 sigmoid_slope --------------------------------------------------------------------------------

sigmoid_slope = Exercise(
    id="sigmoid_slope",
    number="05.2",
    chapter=CHAPTER,
    parameters=("a",),
    returns=("slope",),
    draw=cases.activations,
    truth=lambda a: (cases.true_sigmoid_slope(a),),
    mistakes=known_mistakes(
        CHAPTER,
        "sigmoid_slope",
        {
            "C2 sigmoid again": lambda a: ref.sigmoid(a) * (1 - ref.sigmoid(a)),
            "C4 sigmoid of a": lambda a: ref.sigmoid(a),
            "C4 a itself": lambda a: a,
            "V1 one minus a": lambda a: 1 - a,
            "V1 plus": lambda a: a * (1 + a),
            "F1 turned round": lambda a: a * (a - 1),
            "C3 tanh": lambda a: 1 - a**2,
        },
    ),
)


# -- 05.3 neuron_forward -------------------------------------------------------------------------------


def _forward(
    z: Callable[[Any, Any, Any], Any] = lambda x, w, b: w @ x + b, phi: Callable[[Any], Any] = ref.sigmoid
) -> Answer:
    """A forward pass with another sum or another activation in the place of the right one."""

    def neuron_forward(x: Any, w: Any, b: Any) -> tuple[Any, Any]:
        found = z(x, w, b)
        return found, phi(found)

    return neuron_forward


neuron_forward = Exercise(
    id="neuron_forward",
    number="05.3",
    chapter=CHAPTER,
    parameters=("x", "w", "b"),
    returns=("z", "yhat"),
    draw=cases.neurons,
    truth=lambda x, w, b: tuple(exact(value) for value in ref.forward(x, w, b)),
    mistakes=known_mistakes(
        CHAPTER,
        "neuron_forward",
        {
            "V11 not added": _forward(z=lambda x, w, b: w * x + b),
            "V11 bias every time": _forward(z=lambda x, w, b: (w * x + b).sum()),
            "V11 averaged": _forward(z=lambda x, w, b: np.mean(w * x) + b),
            "V11 added too early": _forward(z=lambda x, w, b: w.sum() * x.sum() + b),
            "V1 bias missing": _forward(z=lambda x, w, _b: w @ x),
            "V1 bias with the inputs": _forward(z=lambda x, w, b: w @ (x + b)),
            "V1 no activation": _forward(phi=lambda z: z),
            "V1 minus missing": _forward(phi=lambda z: ref.sigmoid(-z)),
            "V1 bias after the sigmoid": lambda x, w, b: (w @ x + b, ref.sigmoid(w @ x) + b),
            "C3 tanh": _forward(phi=np.tanh),
            "C4 slope": _forward(phi=lambda z: ref.sigmoid(z) * ref.sigmoid(-z)),
            "V2 exchanged": lambda x, w, b: ref.forward(x, w, b)[::-1],
        },
    ),
)


# -- 05.4 loss_and_slope -------------------------------------------------------------------------------


def _of_error(loss: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Answer:
    """Loss and slope from the error yhat - y."""
    return lambda yhat, y: (loss(yhat - y), slope(yhat - y))


def _half_square(e: Any) -> Any:
    return 0.5 * e**2


loss_and_slope = Exercise(
    id="loss_and_slope",
    number="05.4",
    chapter=CHAPTER,
    parameters=("yhat", "y"),
    returns=("loss", "slope"),
    draw=cases.predictions,
    truth=cases.true_loss_and_slope,
    mistakes=known_mistakes(
        CHAPTER,
        "loss_and_slope",
        {
            "F2 loss without half": _of_error(lambda e: e**2, lambda e: e),
            "F2 slope twice": _of_error(_half_square, lambda e: 2 * e),
            "F2 half in neither": _of_error(lambda e: e**2, lambda e: 2 * e),
            "F2 slope halved": _of_error(_half_square, lambda e: e / 2),
            "F1 turned round": _of_error(_half_square, lambda e: -e),
            "C4 loss for slope": _of_error(_half_square, _half_square),
            "V1 no square": _of_error(lambda e: e, np.ones_like),
            "D13 distance": _of_error(np.abs, np.sign),
            "D13 no sign": _of_error(_half_square, np.abs),
            "V11 averaged": _of_error(lambda e: np.mean(_half_square(e)), lambda e: e),
            "V11 added": _of_error(lambda e: np.sum(_half_square(e)), lambda e: e),
            "V6 on to z": lambda yhat, y: (_half_square(yhat - y), (yhat - y) * yhat * (1 - yhat)),
        },
    ),
)


quiz_05 = Quiz(id="quiz_05", number="05.9", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_05"))

EXERCISES = (
    sigmoid,
    sigmoid_slope,
    neuron_forward,
    loss_and_slope,
    neuron_backward,
    two_blames,
    gd_step,
    cross_entropy_slopes,
    quiz_05,
)
