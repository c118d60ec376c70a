"""NB10, the batch: one layer forward and back, broadcasting undone, softmax, and the sweep for N samples at once.

Slopes are judged against numerical derivatives of our own functions. `mlp_backward` brings a ladder, and both
sweeps bring properties: doubled, permuted and repeated samples.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcheck.exercises import batch_cases as cases
from bpcheck.exercises import batch_wrong as wrong
from bpcheck.exercises.batch_losses import CHAPTER, softmax, softmax_ce
from bpcheck.exercises.depth_cases import GRADS, Arrays, layer_sizes
from bpcheck.exercises.model import Arguments, Exercise, Property, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.exercises.sweep_ladder import ladder
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import batch as ref

# -- 10.1 affine_forward -------------------------------------------------------------------------------

affine_forward = Exercise(
    id="affine_forward",
    number="10.1",
    chapter=CHAPTER,
    parameters=("A", "W", "b"),
    returns=("Z",),
    draw=cases.layers,
    truth=lambda A, W, b: (exact(ref.affine_forward(A, W, b)),),
    mistakes=known_mistakes(
        CHAPTER,
        "affine_forward",
        {
            "C10 W not turned": lambda A, W, b: A @ W + b,
            "G4 b as a column": lambda A, W, b: A @ W.T + b[:, None],
            "V1 no bias": lambda A, W, _b: A @ W.T,
            "V1 one bias": lambda A, W, b: A @ W.T + b[0],
            "V2 samples in columns": lambda A, W, b: (A @ W.T + b).T,
            "V11 bias for every sender": lambda A, W, b: A @ W.T + A.shape[1] * b,
            "C24 one sample": lambda A, W, b: np.tile(A[-1] @ W.T + b, (len(A), 1)),
        },
    ),
)


# -- 10.2 affine_backward ------------------------------------------------------------------------------


def _permuted(D: FloatArray, A: FloatArray, W: FloatArray) -> Arguments:
    return D[::-1], A[::-1], W


DOUBLED = "Twice the upstream gradient must give twice every gradient, and yours does not: D is not used as a factor."
TURNED_ROUND = "The samples in another order must leave dW and db as they are, and yours change: one sample counts otherwise than another."
TWICE_THE_ROWS = (
    "Every row twice must give twice dW and db, because they collect from all rows; yours do not: something is a mean, or one "
    "sample is left out."
)

affine_backward = Exercise(
    id="affine_backward",
    number="10.2",
    chapter=CHAPTER,
    parameters=("D", "A", "W"),
    returns=("dA", "dW", "db"),
    draw=cases.upstreams,
    truth=cases.true_layer_slopes,
    properties=(
        Property(DOUBLED, lambda D, A, W: (2 * D, A, W), lambda dA, dW, db: (2 * dA, 2 * dW, 2 * db)),
        Property(TURNED_ROUND, _permuted, lambda dA, dW, db: (dA[::-1], dW, db)),
        Property(
            TWICE_THE_ROWS,
            lambda D, A, W: (np.repeat(D, 2, axis=0), np.repeat(A, 2, axis=0), W),
            lambda dA, dW, db: (np.repeat(dA, 2, axis=0), 2 * dW, 2 * db),
        ),
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "affine_backward",
        {
            "C10 W turned": lambda D, A, W: (D @ W.T, D.T @ A, D.sum(axis=0)),
            "C15 turned": lambda D, A, W: (D @ W, A.T @ D, D.sum(axis=0)),
            "C19 bias mean": lambda D, A, W: (D @ W, D.T @ A, D.mean(axis=0)),
            "C20 bias of one sample": lambda D, A, W: (D @ W, D.T @ A, D[-1]),
            "C21 bias": lambda D, A, W: (D @ W, D.T @ A, np.full(len(W), D.sum())),
            "C22 bias": lambda D, A, W: (D @ W, D.T @ A, np.zeros(len(W))),
            "C23 bias along the units": lambda D, A, W: (D @ W, D.T @ A, D.sum(axis=1)),
            "C5 upstream ignored": lambda D, A, W: ref.affine_backward(np.ones_like(D), A, W),
            "C24 last sample": lambda D, A, W: (D @ W, np.outer(D[-1], A[-1]), D[-1]),
            "F4 divided again": lambda D, A, W: (D @ W, D.T @ A / len(D), D.mean(axis=0)),
            "V11 not added up": lambda D, A, W: (D @ W, D.T @ A, D),
        },
    ),
)


# -- 10.3 unbroadcast ----------------------------------------------------------------------------------


def _new_axes_only(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    return np.asarray(G.sum(axis=tuple(range(G.ndim - len(shape)))))


def _last_axes(G: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Surplus axes are looked for at the end."""
    surplus = tuple(range(len(shape), G.ndim))
    return np.asarray(G.sum(axis=surplus)) if surplus else ref.unbroadcast(G, shape)


def _one_copy(G: FloatArray, shape: tuple[int, ...], which: int) -> FloatArray:
    """One of the copies in the place of their sum."""
    new = G.ndim - len(shape)
    for axis in range(G.ndim):
        if axis < new or shape[axis - new] == 1:
            G = np.take(G, [which], axis=axis)
    return G.reshape(shape)


unbroadcast = Exercise(
    id="unbroadcast",
    number="10.3",
    chapter=CHAPTER,
    parameters=("G", "shape"),
    returns=("grad",),
    draw=cases.copies,
    truth=lambda G, shape: (exact(ref.unbroadcast(G, shape)),),
    mistakes=known_mistakes(
        CHAPTER,
        "unbroadcast",
        {
            "V11 mean": lambda G, shape: ref.unbroadcast(G, shape) * np.prod(shape) / G.size,
            "V11 everything": lambda G, shape: np.full(shape, G.sum()),
            "V11 nothing": lambda G, _shape: G,
            "C7 axes of length one": _new_axes_only,
            "C23 axes at the end": _last_axes,
            "C24 last copy": lambda G, shape: _one_copy(G, shape, -1),
            "C20 first copy": lambda G, shape: _one_copy(G, shape, 0),
            "V2 axes kept": lambda G, shape: ref.unbroadcast(G, (1,) * (G.ndim - len(shape)) + shape),
        },
    ),
)


# -- 10.6 mlp_backward ---------------------------------------------------------------------------------

SWEEPS = known_mistakes(
    CHAPTER,
    "mlp_backward",
    {name: wrong.mlp_backward_with(rule) for name, rule in wrong.RULES.items()}
    | {
        "V2 last layer first": lambda params, cache, D: ref.mlp_backward(params, cache, D)[::-1],
        "C7 only the last layer": wrong.only_the_last,
    },
)
OF_ONE_LAYER = tuple(zip(SWEEPS, wrong.RULES.values(), strict=False))  # the others need the whole sweep


def _every_row_twice(Ws: Arrays, bs: Arrays, X: FloatArray, phi: str, D: FloatArray) -> Arguments:
    return Ws, bs, np.repeat(X, 2, axis=0), phi, np.repeat(D, 2, axis=0)


def _twice(*grads: FloatArray) -> tuple[FloatArray, ...]:
    return tuple(2 * grad for grad in grads)


mlp_backward = Exercise(
    id="mlp_backward",
    number="10.6",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "phi", "D"),
    returns=GRADS,
    draw=cases.nets,
    truth=cases.true_network_slopes,
    probe=cases.probe_mlp_backward,
    place=cases.net_in_words,
    ladder=lambda case, truth, arrays: ladder(OF_ONE_LAYER, wrong.seen(case), truth, arrays),
    properties=(
        Property(DOUBLED, lambda Ws, bs, X, phi, D: (Ws, bs, X, phi, 2 * D), _twice),
        Property(
            TURNED_ROUND, lambda Ws, bs, X, phi, D: (Ws, bs, X[::-1], phi, D[::-1]), lambda *grads: grads
        ),
        Property(TWICE_THE_ROWS, _every_row_twice, _twice),
    ),
    mistakes=SWEEPS,
)


# -- 10.7 to_in_out ------------------------------------------------------------------------------------


def _turning(weight: Any, bias: Any = lambda b: b, gradient: Any = None) -> Any:
    """`to_in_out` with another way to turn weights, biases, or the gradients of the weights."""

    def to_in_out(params: Any, grads: Any) -> Any:
        return (
            [(weight(W), bias(b)) for W, b in params],
            [((gradient or weight)(dW), bias(db)) for dW, db in grads],
        )

    return to_in_out


def _turned(params: Any, grads: Any) -> Any:
    return _turning(np.transpose)(params, grads)


to_in_out = Exercise(
    id="to_in_out",
    number="10.7",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "dWs", "dbs"),
    returns=cases.TURNED,
    draw=cases.with_gradients,
    truth=cases.turned,
    probe=cases.probe_to_in_out,
    place=lambda Ws, *_: layer_sizes(Ws),
    mistakes=known_mistakes(
        CHAPTER,
        "to_in_out",
        {
            "C10 gradients left": _turning(np.transpose, gradient=lambda dW: dW),
            "C10 nothing turned": _turning(lambda W: W),
            "V2 cut up anew": _turning(lambda W: W.reshape(W.shape[::-1])),
            "V2 biases as columns": _turning(np.transpose, bias=lambda b: b[:, None]),
            "V2 layers too": lambda params, grads: tuple(part[::-1] for part in _turned(params, grads)),
            "F1 gradients turned round": _turning(np.transpose, gradient=lambda dW: -dW.T),
            "V2 exchanged": lambda params, grads: _turned(params, grads)[::-1],
        },
    ),
)


# -- 10.8 same_as_loop ---------------------------------------------------------------------------------


def _gaps(grads: Any, params: Any, X: FloatArray, Y: FloatArray, **other: Any) -> list[FloatArray]:
    """Differences to the mean over the loop, or to `other`, array by array."""
    beside = other.get("beside") or cases.mean_of_loop(params, X, Y)
    return [
        np.asarray(mine - its)
        for pair, its_pair in zip(grads, beside, strict=True)
        for mine, its in zip(pair, its_pair, strict=True)
    ]


def _largest(arrays: list[FloatArray]) -> float:
    return max(float(np.abs(array).max()) for array in arrays)


def _sums(params: Any, X: FloatArray, Y: FloatArray) -> Any:
    return [(len(X) * dW, len(X) * db) for dW, db in cases.mean_of_loop(params, X, Y)]


same_as_loop = Exercise(
    id="same_as_loop",
    number="10.8",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "Y", "dWs", "dbs"),
    returns=("gap",),
    draw=cases.beside_the_loop,
    truth=lambda Ws, bs, X, Y, dWs, dbs: (
        exact(_largest(_gaps(list(zip(dWs, dbs, strict=True)), list(zip(Ws, bs, strict=True)), X, Y))),
    ),
    probe=cases.probe_same_as_loop,
    place=lambda Ws, _bs, X, *_: f"{layer_sizes(Ws)}, N = {len(X)}",
    mistakes=known_mistakes(
        CHAPTER,
        "same_as_loop",
        {
            "F3 beside the sum": lambda grads, params, X, Y: _largest(
                _gaps(grads, params, X, Y, beside=_sums(params, X, Y))
            ),
            "C24 beside the last sample": lambda grads, params, X, Y: _largest(
                _gaps(grads, params, X, Y, beside=cases.mean_of_loop(params, X[-1:], Y[-1:]))
            ),
            "D13 signs left in": lambda grads, params, X, Y: max(
                float(gap.max()) for gap in _gaps(grads, params, X, Y)
            ),
            "D8 biases forgotten": lambda grads, params, X, Y: _largest(_gaps(grads, params, X, Y)[::2]),
            "D8 last layer only": lambda grads, params, X, Y: _largest(_gaps(grads, params, X, Y)[-2:]),
            "V11 mean of the gaps": lambda grads, params, X, Y: float(
                np.mean(np.concatenate([np.abs(gap).ravel() for gap in _gaps(grads, params, X, Y)]))
            ),
            "V11 length of the gaps": lambda grads, params, X, Y: float(
                np.sqrt(sum((gap**2).sum() for gap in _gaps(grads, params, X, Y)))
            ),
        },
    ),
)

quiz_10 = Quiz(id="quiz_10", number="10.9", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_10"))

EXERCISES = (
    affine_forward,
    affine_backward,
    unbroadcast,
    softmax,
    softmax_ce,
    mlp_backward,
    to_in_out,
    same_as_loop,
    quiz_10,
)
