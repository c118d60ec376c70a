"""What a check finds out: plain facts, no decisions about how they are shown.

Both instruments end here, `check_gradient` for anybody's gradient and `examine` for an exercise, so
that text, HTML and figures are drawn from one kind of object.

Imports: numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class Verdict(Enum):
    """The end of a check, in the words that readers see."""

    RIGHT = "right"
    WRONG = "not yet"
    NOT_ATTEMPTED = "nothing to check yet"
    COULD_NOT_RUN = "could not run"
    UNDECIDED = "cannot tell here"
    MALFORMED = "malformed"  # no gradient to judge: keys, shape, kind, NaN


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and how far it can be believed: a numerical derivative, or an exact number (error 0)."""

    value: FloatArray  # any shape
    error: FloatArray  # same shape, >= 0: estimated absolute error of `value`
    kink: BoolArray  # same shape: the left and the right slope differ; `value` means nothing there


@dataclass(frozen=True, slots=True)
class Comparison:
    """One array of the answer beside the array that was expected, at one place."""

    name: str  # of the array: "W", "dy_du"
    at: str  # the place in words, "x = 1.3"; empty where there is only one
    yours: FloatArray
    expected: Estimate  # same shape as `yours`
    wrong: BoolArray  # same shape: the difference is larger than all errors together
    undecided: BoolArray  # same shape: at a kink, or the estimate is too coarse to tell
    # along directions: slope of yours, numerical slope, its error
    products: tuple[tuple[float, float, float], ...] = ()
    extent: str = ""  # where the wrong entries are, in words, if not all of them were computed one by one

    @property
    def ok(self) -> bool:
        """No entry is wrong and none is undecided."""
        return not (self.wrong.any() or self.undecided.any())

    @property
    def error(self) -> FloatArray:
        """Yours minus expected, same shape; NaN where the expected value was not computed."""
        return np.asarray(self.yours - self.expected.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake that the numbers prove."""

    code: str  # entry of the mistake catalogue, "C10"
    sentence: str  # what is seen, what it usually means, where to look
    array: str = ""  # the result that it was found in; empty: in all


class Mark(Enum):
    """What is said of one array of a layer, judged with the error that the layer was handed."""

    RIGHT = "right"
    CARRIED = "follows"  # right for the error it was handed; that error was wrong already
    WRONG = "wrong here"


@dataclass(frozen=True, slots=True)
class Rung:
    """One layer of a network."""

    name: str  # "layer 2"
    marks: tuple[tuple[str, Mark], ...]  # the layer's arrays, ("W2", Mark.WRONG), ("b2", Mark.RIGHT)
    findings: tuple[Finding, ...] = ()  # what is known of those that are wrong here


@dataclass(frozen=True, slots=True)
class Ladder:
    """A backward sweep, layer by layer: each is judged by itself, so that mistakes do not hide each other."""

    at: str  # the network in words
    rungs: tuple[Rung, ...]  # from the loss down to the input

    @property
    def first_wrong(self) -> Rung | None:
        """Counted from the loss; None if every layer is right."""
        return next((r for r in self.rungs if any(mark is Mark.WRONG for _, mark in r.marks)), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a check found out. `render` turns it into text, HTML and figures."""

    title: str  # the exercise, or the function that was checked
    verdict: Verdict
    comparisons: tuple[Comparison, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()  # worth saying, but no mistake: "it printed …", "your route is …"
    advice: tuple[str, ...] = ()  # what to type next
    evaluations: int = 0  # calls of the function under test
    seed: int | None = None  # of the random inputs, so that a check can be repeated; None: there were none
    names: tuple[str, ...] = ()  # of the arrays that were asked for, in order; empty: those of `comparisons`
    ladder: Ladder | None = None  # of a sweep over layers that is not right

    @property
    def ok(self) -> bool:
        """Whether the verdict is `RIGHT`."""
        return self.verdict is Verdict.RIGHT

    @property
    def wrong(self) -> tuple[str, ...]:
        """Names of the arrays that are wrong, in order; all of them if it cannot be told which."""
        names = self.names or tuple(dict.fromkeys(c.name for c in self.comparisons))
        found = {c.name for c in self.comparisons if c.wrong.any()}
        if self.verdict in (Verdict.WRONG, Verdict.MALFORMED):
            found |= {name for f in self.findings for name in f.array.split(", ")}
        named = tuple(name for name in names if name in found)
        untold = self.verdict in (Verdict.WRONG, Verdict.MALFORMED, Verdict.COULD_NOT_RUN)
        return named or (names if untold else ())
