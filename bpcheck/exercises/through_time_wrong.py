"""Wrong sweeps through time for NB12: the running error, or what it is paired with, gone astray.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bpcheck.exercises.model import Answer
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import recurrent as ref

Deltas = Callable[[ref.Params, FloatArray, Any], FloatArray]  # p, H, ŷ - y -> δ of every step
Read = Callable[[FloatArray, FloatArray, FloatArray], Any]  # D, X, H -> gradient of one array


def _running(
    *,
    slope: Callable[[Any], Any] = lambda h: 1 - h**2,
    back: Callable[[Any], Any] = lambda W: W.T,
    first: Callable[[Any, Any], Any] = lambda error, w_out: error * w_out,
    forward: bool = False,
    afresh: bool = False,
    before: bool = False,
) -> Deltas:
    """δ of every step, by a sweep with one part replaced."""

    def deltas(p: ref.Params, H: FloatArray, error: Any) -> FloatArray:
        D = np.zeros((len(H) - 1, H.shape[1]))
        arriving = first(error, p[3])
        order = range(1, len(H)) if forward else range(len(H) - 1, 0, -1)
        for t in order:
            D[t - 1] = arriving * slope(H[t - 1] if before else H[t])
            arriving = first(error, p[3]) if afresh else back(p[1]) @ D[t - 1]
        return D

    return deltas


def bptt_with(
    deltas: Deltas = ref.deltas,
    W_xh: Read = lambda D, X, _H: D.T @ X,
    W_hh: Read = lambda D, _X, H: D.T @ H[:-1],
    b: Read = lambda D, _X, _H: D.sum(axis=0),
    w_out: Callable[[Any, FloatArray], Any] = lambda error, H: error * H[-1],
) -> Answer:
    """`bptt` with another sweep, or another way to read one gradient off."""

    def bptt(p: ref.Params, X: FloatArray, h0: FloatArray, y: float) -> tuple[Any, ...]:
        H, yhat = ref.rnn_forward(p, X, h0)
        D = deltas(p, H, yhat - y)
        return W_xh(D, X, H), W_hh(D, X, H), b(D, X, H), w_out(yhat - y, H)

    return bptt


def _only(step: Callable[[FloatArray], FloatArray]) -> Deltas:
    """The right δ, and those of some steps alone."""
    return lambda p, H, error: step(ref.deltas(p, H, error))


def _last(D: FloatArray, count: int) -> FloatArray:
    kept = np.zeros_like(D)
    kept[-count:] = D[-count:]
    return kept


def _first(D: FloatArray) -> FloatArray:
    kept = np.zeros_like(D)
    kept[0] = D[0]
    return kept


SWEEPS: dict[str, Answer] = {
    "C26 last step only": bptt_with(_only(lambda D: _last(D, 1))),
    "C27 one step back only": bptt_with(_only(lambda D: _last(D, 2))),
    "C24 first step left over": bptt_with(_only(_first)),
    "C27 error begins anew": bptt_with(_running(afresh=True)),
    "C28 state of the same step": bptt_with(W_hh=lambda D, _X, H: D.T @ H[1:]),
    "C29 forward in time": bptt_with(_running(forward=True)),
    "C10 W_hh not turned": bptt_with(_running(back=lambda W: W)),
    "C1 slope": bptt_with(_running(slope=lambda _h: 1.0)),
    "C2 slope of the state before": bptt_with(_running(before=True)),
    "C3 sigmoid's slope": bptt_with(_running(slope=lambda h: h * (1 - h))),
    "C4 state for slope": bptt_with(_running(slope=lambda h: h)),
    "C5 error left out": bptt_with(_running(first=lambda _error, w_out: w_out)),
    "C1 w_out left out": bptt_with(_running(first=lambda error, w_out: error * np.ones_like(w_out))),
    "V2 inputs in reverse": bptt_with(W_xh=lambda D, X, _H: D.T @ X[::-1]),
    "C15 W_hh turned": bptt_with(W_hh=lambda D, _X, H: H[:-1].T @ D),
    "C22 bias": bptt_with(b=lambda D, _X, _H: np.zeros(D.shape[1])),
    "C20 bias of one step": bptt_with(b=lambda D, _X, _H: D[-1]),
    "V11 averaged over time": bptt_with(_only(lambda D: D / len(D))),
    "V11 w_out hears all states": bptt_with(w_out=lambda error, H: error * H[1:].sum(axis=0)),
    "F1 turned": bptt_with(
        lambda p, H, error: -ref.deltas(p, H, error), w_out=lambda error, H: -error * H[-1]
    ),
    "F2 doubled": bptt_with(
        lambda p, H, error: 2 * ref.deltas(p, H, error), w_out=lambda error, H: 2 * error * H[-1]
    ),
}


def parts(
    *,
    slope: Callable[[Any], Any] = lambda h: 1 - h**2,
    back: Callable[[Any], Any] = lambda W: W.T,
    afresh: bool = False,
    shift: int = 0,
) -> Answer:
    """`by_lag` with another sweep, or with the states `shift` steps later."""

    def by_lag(p: ref.Params, X: FloatArray, h0: FloatArray, y: float) -> FloatArray:
        H, yhat = ref.rnn_forward(p, X, h0)
        D = _running(slope=slope, back=back, afresh=afresh)(p, H, yhat - y)
        return np.array([np.outer(D[t], H[t + shift]) for t in reversed(range(len(X)))])

    return by_lag


def norms_of(made: Callable[[FloatArray], FloatArray]) -> Answer:
    """Lengths of something made of the parts."""
    return lambda *case: np.linalg.norm(made(ref.by_lag(*case)), axis=(1, 2))


def norms_of_errors(p: ref.Params, X: FloatArray, h0: FloatArray, y: float) -> FloatArray:
    """Lengths of δ, without the states."""
    H, yhat = ref.rnn_forward(p, X, h0)
    return np.asarray(np.linalg.norm(ref.deltas(p, H, yhat - y), axis=1)[::-1])


def first_steps(p: ref.Params, X: FloatArray, h0: FloatArray, y: float, k: int) -> tuple[Any, ...]:
    """What the first k steps give, in the place of the last."""

    def kept(D: FloatArray) -> FloatArray:
        return np.where(np.arange(len(D))[:, None] < k, D, 0.0)

    return tuple(bptt_with(_only(kept))(p, X, h0, y))


def length(grads: Sequence[Any]) -> float:
    """Of all arrays together."""
    return float(np.sqrt(sum((part**2).sum() for part in grads)))


def times(grads: Sequence[Any], factor: float) -> list[Any]:
    """All of them times a number."""
    return [factor * part for part in grads]
