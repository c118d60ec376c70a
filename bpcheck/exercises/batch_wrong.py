"""Wrong sweeps for NB10: one rule of one layer replaced, as people write it before they write the right one.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.exercises.batch_cases import net_in_words
from bpcheck.exercises.depth_cases import NOTHING
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.exercises.sweep_ladder import Sweep
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.gradcheck.recognise import same_numbers
from bpcheck.reference import batch as ref


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around one layer (n senders, m receivers) when the sweep arrives there with N samples."""

    W: FloatArray  # (m, n)
    A_prev: FloatArray  # (N, n): what entered
    Z_prev: FloatArray  # (N, n): the same before the bend; X for the first layer
    A: FloatArray  # (N, m): what left; for the last layer, what would leave if it bent
    phi: str
    D: FloatArray  # (N, m): ∂J/∂Z at the last layer; empty elsewhere
    W_next: FloatArray  # from this layer to the next; empty at the last one, as is the next
    delta_next: FloatArray  # the Δ that the next layer hands on

    @property
    def last(self) -> bool:
        """Whether the loss comes next."""
        return bool(self.D.size)

    @property
    def arriving(self) -> FloatArray:
        """∂J/∂A of what left: what arrives, before the bend."""
        return np.asarray(self.delta_next @ self.W_next)

    @property
    def slope(self) -> FloatArray:
        """φ′(Z) of this layer."""
        return ref.SLOPE[self.phi](self.A)

    @property
    def delta(self) -> FloatArray:
        """∂J/∂Z, if what arrives is right."""
        return self.D if self.last else np.asarray(self.arriving * self.slope)


Step = tuple[FloatArray, FloatArray, FloatArray]  # dW, db, and the Δ that is handed on
Rule = Callable[[Around], Step]
Read = Callable[[Around, FloatArray], tuple[FloatArray, FloatArray]]


def right(here: Around) -> Step:
    """The four equations."""
    return _with(here.delta, here)


def _with(delta: FloatArray, here: Around) -> Step:
    return delta.T @ here.A_prev, delta.sum(axis=0), delta


def _at_the_scores(wrong: Callable[[Around], FloatArray]) -> Rule:
    return lambda here: _with(wrong(here), here) if here.last else right(here)


def _hidden(wrong: Callable[[Around], FloatArray]) -> Rule:
    """Another Δ at all layers but the last."""

    def rule(here: Around) -> Step:
        if here.last:
            return right(here)
        delta = wrong(here)
        if delta.shape != here.A.shape:
            raise ValueError  # as Python does with the shapes of a student
        return _with(delta, here)

    return rule


def _read(wrong: Read) -> Rule:
    """The right Δ is handed on; other slopes are read off."""
    return lambda here: (*wrong(here, here.delta), here.delta)


def around(params: ref.Params, cache: ref.Cache, D: FloatArray) -> list[Around]:
    """All layers of a network after its forward pass; the Δ are still to come."""
    last = len(params) - 1
    return [
        Around(
            W=W,
            A_prev=cache.A[k],
            Z_prev=cache.Z[k - 1] if k else cache.A[0],
            A=cache.A[k + 1] if k < last else ref.PHI[cache.phi](cache.Z[k]),
            phi=cache.phi,
            D=D if k == last else NOTHING,
            W_next=params[k + 1][0] if k < last else NOTHING,
            delta_next=NOTHING,
        )
        for k, (W, _) in enumerate(params)
    ]


def mlp_backward_with(rule: Rule) -> Answer:
    """`mlp_backward` with one rule replaced."""

    def mlp_backward(params: ref.Params, cache: ref.Cache, D: FloatArray) -> list[ref.Layer]:
        found: list[ref.Layer] = []
        error = NOTHING
        for here in reversed(around(params, cache, D)):
            dW, db, error = rule(dataclasses.replace(here, delta_next=error))
            found.insert(0, (dW, db))
        return found

    return mlp_backward


def seen(case: Arguments) -> Sweep:
    """The right sweep at a case (Ws, bs, X, phi, D), for the ladder."""
    Ws, bs, X, phi, D = case
    params = list(zip(Ws, bs, strict=True))
    layers = around(params, ref.mlp_forward(params, X, phi), D)
    return Sweep(net_in_words(*case), layers, right, _told, _with_delta)


def _told(dW: FloatArray, _db: FloatArray, here: Around) -> Iterator[FloatArray]:
    """What dW = Δᵀ A tells of Δ, if the samples are not more than the senders."""
    if dW.shape == here.W.shape and np.linalg.matrix_rank(here.A_prev) == len(here.A_prev):
        delta = (dW @ np.linalg.pinv(here.A_prev)).T
        if same_numbers(dW, delta.T @ here.A_prev):
            yield delta


def _with_delta(here: Around, delta: FloatArray) -> Around:
    """The same layer, had its own Δ been this one."""
    return dataclasses.replace(here, D=delta)


def _slope_of(phi: str) -> Callable[[Around], FloatArray]:
    return lambda here: here.arriving * ref.SLOPE[phi](here.A)


def _full(delta: FloatArray) -> FloatArray:
    return np.full(delta.shape[1], delta.sum())


RULES: dict[str, Rule] = {
    "C17 scores bent": _at_the_scores(lambda here: here.D * here.slope),
    "F1 scores turned": _at_the_scores(lambda here: -here.D),
    "C1 hidden slopes": _hidden(lambda here: here.arriving),
    "C4 hidden values": _hidden(lambda here: here.arriving * here.A),
    "C2 slope of the value": _hidden(
        lambda here: here.arriving * ref.SLOPE[here.phi](ref.PHI[here.phi](here.A))
    ),
    "C3 always the sigmoid": _hidden(_slope_of("sigmoid")),
    "C3 always tanh": _hidden(_slope_of("tanh")),
    "C16 mask always on": _hidden(
        lambda here: here.arriving * ((here.A >= 0) if here.phi == "relu" else here.slope)
    ),
    "C5 upstream ignored": _hidden(lambda here: (np.ones_like(here.delta_next) @ here.W_next) * here.slope),
    "C10 W turned": _hidden(lambda here: (here.delta_next @ here.W_next.T) * here.slope),
    "C11 own W": _hidden(lambda here: (here.delta_next @ here.W) * here.slope),
    "C8 slope twice": _hidden(lambda here: here.delta * here.slope),
    "C15 turned": _read(lambda here, delta: (here.A_prev.T @ delta, delta.sum(axis=0))),
    "C13 Z": _read(lambda here, delta: (delta.T @ here.Z_prev, delta.sum(axis=0))),
    "C14 own A": _read(lambda here, delta: (delta.T @ here.A, delta.sum(axis=0))),
    "C24 last sample": _read(lambda here, delta: (np.outer(delta[-1], here.A_prev[-1]), delta[-1])),
    "C22 bias": _read(lambda here, delta: (delta.T @ here.A_prev, np.zeros(delta.shape[1]))),
    "C19 bias mean": _read(lambda here, delta: (delta.T @ here.A_prev, delta.mean(axis=0))),
    "C20 bias of one sample": _read(lambda here, delta: (delta.T @ here.A_prev, delta[0])),
    "C21 bias": _read(lambda here, delta: (delta.T @ here.A_prev, _full(delta))),
    "C23 bias along the units": _read(lambda here, delta: (delta.T @ here.A_prev, delta.sum(axis=1))),
    "F4 divided again": _read(
        lambda here, delta: (delta.T @ here.A_prev / len(delta), delta.sum(axis=0) / len(delta))
    ),
}


def only_the_last(params: ref.Params, cache: ref.Cache, D: FloatArray) -> Sequence[ref.Layer]:
    """The sweep ends where it should begin."""
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params[:-1]]
    return [*zeros, ref.mlp_backward(params, cache, D)[-1]]
