"""NB10, from scores to a loss: softmax, and the cross-entropy behind it.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises import batch_cases as cases
from bpcheck.exercises.model import Answer, Exercise
from bpcheck.exercises.prose import known_mistakes
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import batch as ref

CHAPTER = "10_batch"

# -- 10.4 softmax --------------------------------------------------------------------------------------


def _away(Z: FloatArray) -> FloatArray:
    """The rows with their largest scores taken off: what the sentences below are about needs no overflow."""
    return np.asarray(Z - Z.max(axis=1, keepdims=True))


softmax = Exercise(
    id="softmax",
    number="10.4",
    chapter=CHAPTER,
    parameters=("Z",),
    returns=("P",),
    draw=cases.scores,
    truth=lambda Z: (exact(ref.softmax(Z)),),
    mistakes=known_mistakes(
        CHAPTER,
        "softmax",
        {
            "C23 along the samples": lambda Z: ref.softmax(Z.T).T,
            "V11 whole batch": lambda Z: np.exp(_away(Z)) / np.exp(_away(Z)).sum(),
            "V1 not divided": lambda Z: np.exp(_away(Z)),
            "V1 no exponential": lambda Z: Z / Z.sum(axis=1, keepdims=True),
            "C3 sigmoids": ref.sigmoid,
            "V1 the winner takes all": lambda Z: (Z.max(axis=1, keepdims=True) == Z) * 1.0,
            "V1 its logarithm": lambda Z: _away(Z) - np.log(np.exp(_away(Z)).sum(axis=1, keepdims=True)),
            "F1 scores turned round": lambda Z: ref.softmax(-Z),
        },
    ),
)


# -- 10.5 softmax_ce -----------------------------------------------------------------------------------

Slopes = Callable[[FloatArray, FloatArray], Any]


def _with(slopes: Slopes) -> Answer:
    """The right loss, and slopes(P, onehot) in the place of (P - onehot) / N."""
    return lambda Z, y: (ref.softmax_ce(Z, y)[0], slopes(ref.softmax(Z), np.eye(Z.shape[1])[y]))


def _loss(other: Callable[[float, FloatArray, Any], float]) -> Answer:
    """The right slopes, and other(J, Z, y) in the place of J."""

    def softmax_ce(Z: FloatArray, y: Any) -> tuple[float, FloatArray]:
        J, D = ref.softmax_ce(Z, y)
        return other(J, Z, y), D

    return softmax_ce


softmax_ce = Exercise(
    id="softmax_ce",
    number="10.5",
    chapter=CHAPTER,
    parameters=("Z", "y"),
    returns=("J", "D"),
    draw=cases.labelled,
    truth=cases.true_cross_entropy,
    mistakes=known_mistakes(
        CHAPTER,
        "softmax_ce",
        {
            "F3 slopes of the sum": _with(lambda P, hot: P - hot),
            "F4 divided twice": _with(lambda P, hot: (P - hot) / len(P) ** 2),
            "F5 divided by the classes too": _with(lambda P, hot: (P - hot) / P.size),
            "F1 turned": _with(lambda P, hot: (hot - P) / len(P)),
            "C17 slope again": _with(lambda P, hot: (P - hot) * P * (1 - P) / len(P)),
            "C18 true class only": _with(lambda P, hot: (P - hot) * hot / len(P)),
            "C18 true class forgotten": _with(lambda P, _hot: P / len(P)),
            "V1 label taken off": lambda Z, y: (
                ref.softmax_ce(Z, y)[0],
                (ref.softmax(Z) - np.reshape(y, (-1, 1))) / len(Z),
            ),
            "C1 scores in the place of probabilities": lambda Z, y: (
                ref.softmax_ce(Z, y)[0],
                (Z - np.eye(Z.shape[1])[y]) / len(Z),
            ),
            "F3 loss is the sum": _loss(lambda J, Z, _y: J * len(Z)),
            "F1 loss negative": _loss(lambda J, _Z, _y: -J),
            "F5 loss divided by the classes": _loss(lambda J, Z, _y: J / Z.shape[1]),
            "C4 probability in the place of its logarithm": _loss(
                lambda _J, Z, y: float(-ref.softmax(Z)[np.arange(len(Z)), y].mean())
            ),
        },
    ),
)
