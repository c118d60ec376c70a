"""Gradients that are finite differences in disguise: which difference, with which step?

A difference is off by its own error, and that is as good as a signature: half the second slope times the
step where only one side was asked, a sixth of the third times its square where both were, and rounding where
the step is too small. So the usual differences are computed again at a few entries. One is named if it gives
the same numbers there, its own error with three digits.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.gradcheck.compare import usable
from bpcheck.gradcheck.facts import Comparison, Finding
from bpcheck.gradcheck.places import Place
from bpcheck.gradcheck.point import Loss

STEPS = tuple(k * 10.0**e for e in range(0, -17, -1) for k in (1, 5, 3, 2) if k * 10.0**e <= 1)
ENTRIES = 6  # of an array that must agree ...
LEAST = 3  # ... of smaller ones
CLOSER = (
    1e3  # than the difference is to the slope; in another order of arithmetic it is not equal to the last bit
)


@dataclass(frozen=True, slots=True)
class Difference:
    """(f(x + right·h) − f(x − left·h)) / (over·h), entry by entry."""

    right: float
    left: float
    over: float
    code: str
    sentence: str
    drift: float = 0.0  # steps by which all entries before this one are still moved


def disguised(loss: Loss, comparisons: Sequence[Comparison], place: Place) -> tuple[Finding, ...]:
    """The differences that arrays hold; empty if they hold none.

    Parameters
    ----------
    loss : what was checked; some 260 calls, and some 10 for each array that holds a difference
    comparisons : of all arrays at `place`
    place : where the gradient was given
    """
    probes = [probe for c in comparisons if len((probe := _Probe(loss, c, place)).entries) >= LEAST]
    guesses = list(probes[0].guesses()) if probes else []
    names = {guess: [p.c.name for p in probes if p.holds(*guess)] for guess in guesses}
    return tuple(
        Finding(kind.code, kind.sentence.format(step=f"{step:g}"), ", ".join(arrays))
        for (kind, step), arrays in names.items()
        if arrays
    )


class _Probe:
    """A few entries of one array, where differences are computed."""

    def __init__(self, loss: Loss, c: Comparison, place: Place) -> None:
        self.loss, self.c, self.place = loss, c, place
        self.i = loss.point.names.index(c.name)
        known = np.flatnonzero(c.wrong & usable(c.expected) & (c.yours != 0))
        self.entries = [int(k) for k in known[:: max(1, len(known) // ENTRIES)][:ENTRIES]]
        self.values: dict[tuple[int, float, float], float] = {}

    def guesses(self) -> Iterator[tuple[Difference, float]]:
        """What agrees at the last of the entries."""
        for step in STEPS:
            for kind in DIFFERENCES:
                if self._agrees(kind, step, self.entries[-1]):
                    yield kind, step

    def holds(self, kind: Difference, step: float) -> bool:
        """Whether the difference agrees at all entries."""
        return all(self._agrees(kind, step, k) for k in self.entries)

    def _agrees(self, kind: Difference, step: float, k: int) -> bool:
        right = self._moved(k, kind.right * step, kind.drift * step)
        left = self._moved(k, -kind.left * step, kind.drift * step)
        yours, limit = (
            self.c.yours.flat[k],
            (kind.right + kind.left) / kind.over * self.c.expected.value.flat[k],
        )
        gap = abs((right - left) / (kind.over * step) - yours)
        return bool(right != left and CLOSER * gap <= abs(yours - limit))

    def _moved(self, k: int, move: float, drift: float) -> float:
        """The loss with entry `k` moved, and all entries before it by `drift`; asked once."""
        if not move and not drift:
            return self.place.terrain.middle
        if (k, move, drift) not in self.values:
            self.values[k, move, drift] = self._asked(k, move, drift)
        return self.values[k, move, drift]

    def _asked(self, k: int, move: float, drift: float) -> float:
        arrays = [x + drift if j < self.i else x.copy() for j, x in enumerate(self.place.arrays)]
        flat = arrays[self.i].reshape(-1)
        flat[:k] += drift
        flat[k] += move
        arrays[self.i] = flat.reshape(self.c.yours.shape)
        return self.loss(tuple(arrays))


ONE_SIDED = (
    "These are one-sided differences with a step h of {step}. They are off by half the second slope times h. Ask from "
    "both sides, or derive the gradient."
)
CENTRAL = (
    "These are central differences with a step h of {step}, which is too large or too small. Too large, the curve of the "
    "loss gets in; too small, only rounding is left. Take a step near 1e-5, or derive the gradient."
)
DIFFERENCES = (
    Difference(1.0, 0.0, 1.0, "D1", ONE_SIDED),
    Difference(0.0, 1.0, 1.0, "D1", ONE_SIDED),
    Difference(1.0, 1.0, 2.0, "D5", CENTRAL),
    Difference(
        1.0,
        0.0,
        2.0,
        "D2",
        "These are one-sided differences with a step h of {step}, divided by 2h. From x to x + h the way is h.",
    ),
    Difference(
        1.0,
        1.0,
        1.0,
        "D2",
        "These are central differences with a step h of {step}, divided by h. From x − h to x + h the way is 2h.",
    ),
    Difference(
        1.0,
        1.0,
        2.0,
        "D3",
        "These are central differences with a step h of {step}, but no entry was put back before the next one was moved. "
        "Right for the first entry, and further off with each one after it.",
        drift=-1.0,
    ),
)
