"""Is the slope of a loss along one direction what the gradient says? Three answers, one of them "unresolved".

A direction moves all entries of an array at once, so that one number judges a million of them. An agreement
at fine steps ends the ladder at once; a disagreement counts only where `slope`, which knows kinks and its
own error, confirms it.

Imports: numpy, bpcheck.gradcheck.facts, bpcheck.gradcheck.derivative.
"""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from enum import Enum

import numpy as np

from bpcheck.gradcheck.derivative import FIRST_STEP, Rung, ScalarFunction, extrapolate, rung, slope
from bpcheck.gradcheck.facts import FloatArray

RATIO = 10**0.5  # of a step to the next
RUNGS = 12  # of the quick ladder: down to 2.7e-7
OWN_ROUNDING = 2e-9  # of the root of the sum of squares: what a right gradient loses in its own arithmetic
OWN_BLOCK = 1e-12  # of the sum of absolute values: the same, where it does not average out
FINE = 1e-6  # of a typical entry's part: an agreement this sharp ends the ladder
COARSE = 1e-3  # of the root of the sum of squares: an agreement no sharper than this proves nothing ...
NEGLIGIBLE = 1e-6  # ... unless it is this part of how much the loss moves at all
CERTAIN = 10.0  # estimated errors that a certified disagreement is away
BLOCK = 65_537  # random factors are drawn, then repeated: a prime, so that no rows or columns have its length
WIDE = 1e-3  # entries whose sizes differ by more than this span orders of magnitude


class State(Enum):
    """What a slope says of a claim."""

    AGREES = "agrees"
    DIFFERS = "differs"  # certified
    UNRESOLVED = "unresolved"  # a kink, noise, or the edge of the domain


@dataclass(frozen=True, slots=True)
class Claim:
    """What a gradient says of the slope along a direction."""

    value: float  # <g, d>
    root: float  # root of the sum of (g d)**2: what `value` is, roughly, if signs are random
    total: float  # sum of |g d|
    entries: int  # that move

    @property
    def rounding(self) -> float:
        """What `value` may be off because the gradient's own arithmetic rounds."""
        return OWN_ROUNDING * self.root + OWN_BLOCK * self.total


@dataclass(frozen=True, slots=True)
class Terrain:
    """What is known of the loss around a point."""

    middle: float  # the loss there
    noise: float  # absolute error of its values
    steep: float  # how much it moves where everything moves by its own size; what "zero" is measured by
    single: bool = False  # its values, or the point, are float32 numbers: so may be the gradient


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out, with the numbers."""

    state: State
    claim: float
    value: float  # numerical slope; NaN if it is not known
    error: float  # of `value`; infinite if it is not known
    step: float  # the finest that was needed, in units of the direction
    kink: bool = False
    faint: bool = False  # agrees, but only in that both are small beside how much the loss moves elsewhere


def magnitude(x: FloatArray) -> FloatArray:
    """By how much each entry of `x` may move, same shape: its own size where sizes differ widely, else rms.

    >>> magnitude(np.array([3.0, -4.0])).round(3)
    array([3.536, 3.536])
    >>> magnitude(np.zeros((2, 100))).max()
    np.float64(0.1)
    """
    largest = max(float(x.max(initial=0.0)), -float(x.min(initial=0.0)))
    if largest == 0.0:
        fan_in = x.shape[-1] if x.ndim > 1 else 1
        return np.broadcast_to(min(0.3, fan_in**-0.5) if x.size else 0.3, x.shape)
    sample = np.sort(np.abs(x.ravel()[:: max(1, x.size // 1000)]))
    sample = sample[sample > 0]
    small = float(sample[len(sample) // 20]) if len(sample) else largest
    if small < WIDE * largest:
        return np.maximum(np.abs(x), small)
    unit = 1.0 if 1e-100 < largest < 1e100 else largest  # so that no square overflows or vanishes
    part = x if unit == 1.0 else x / unit
    return np.broadcast_to(unit * np.sqrt(np.vdot(part, part) / x.size), x.shape)


def spread(x: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Random factors ±(0.5 … 1.5): none near zero, in a large array repeated; same shape."""
    # half the digits, in half the time, will do
    way = np.asarray(rng.random(min(x.size, BLOCK), dtype=np.float32))
    way -= 0.5
    return np.resize(np.asarray(np.copysign(0.5, way) + way * 2, dtype=np.float64), x.shape)


class Walk:
    """From `x` along `direction`: `walk(s)` is x + s * direction, same shape.

    New memory is dearer than the arithmetic in it, so every place is written over the one before; but not
    if somebody still holds that: a loss may keep what it was given.

    >>> walk = Walk(np.array([1.0, 2.0]), np.array([2.0, -2.0]))
    >>> kept = walk(0.5)
    >>> walk(-0.5), kept
    (array([0., 3.]), array([2., 1.]))
    """

    __slots__ = ("_nobodys", "_place", "direction", "x")

    def __init__(self, x: FloatArray, direction: FloatArray) -> None:
        self.x, self.direction = x, direction
        self._place = np.empty(x.shape)
        self._nobodys = sys.getrefcount(self._place)

    def __call__(self, s: float) -> FloatArray:
        """The place at `s`, in memory that the next call may use again."""
        if sys.getrefcount(self._place) > self._nobodys:
            self._place = np.empty(self.x.shape)
        np.multiply(self.direction, s, out=self._place)
        self._place += self.x
        return self._place


def claim_of(gradient: FloatArray, direction: FloatArray, loose: float = 1.0) -> Claim:
    """What `gradient` says of the slope along `direction`, which has its shape."""
    parts = np.asarray(gradient * direction)
    value, root = float(parts.sum()), float(np.sqrt(np.vdot(parts, parts)))
    total = float(np.abs(parts, out=parts).sum())
    return Claim(value, loose * root, loose * total, max(1, parts.size))


def judge(
    line: ScalarFunction, claim: Claim, terrain: Terrain, start: float = FIRST_STEP, *, certify: bool = True
) -> Reading:
    """Compare a claim with the loss along its direction.

    Parameters
    ----------
    line : the loss as a function of how far it has gone along the direction, 0 at the point
    claim, terrain : see there
    start : first step of the quick ladder; where a ladder before this one had to go finer, a finer one
    certify : a clear disagreement of the quick ladder is not enough: it may have missed a kink

    Returns
    -------
    Reading. Costs 6 to 24 evaluations where the claim is right and the loss is smooth near the point,
    19 to 89 more elsewhere.
    """
    quick = _quick(line, claim, terrain, start)
    if quick.state is State.AGREES or (quick.state is State.DIFFERS and not certify):
        return quick
    found = slope(line, 0.0, terrain.noise)
    value, error, kink = float(found.value), float(found.error), bool(found.kink)
    state, faint = State.UNRESOLVED, False
    if not kink and np.isfinite(value) and np.isfinite(error):
        gap = abs(value - claim.value)
        if gap > CERTAIN * (error + claim.rounding):
            state = State.DIFFERS
        elif gap <= CERTAIN * error + claim.rounding and CERTAIN * error <= _coarse(claim, terrain):
            state, faint = State.AGREES, _is_faint(CERTAIN * error, claim)
    return Reading(state, claim.value, value, error, quick.step, kink, faint)


def _coarse(claim: Claim, terrain: Terrain) -> float:
    return max(COARSE * claim.root, NEGLIGIBLE * terrain.steep)


def _is_faint(error: float, claim: Claim) -> bool:
    return error > COARSE * claim.root > 0


def _quick(line: ScalarFunction, claim: Claim, terrain: Terrain, start: float) -> Reading:
    """Down the ladder until the claim is met sharply, or finer steps would only add rounding."""
    sharp = FINE * claim.root / claim.entries**0.5 + claim.rounding
    rungs: list[Rung] = []
    step, best = start, Reading(State.UNRESOLVED, claim.value, np.nan, np.inf, start)
    while step > FIRST_STEP / RATIO**RUNGS:
        found = rung(line, 0.0, step, terrain.middle, terrain.noise)
        rungs = [*rungs, found] if found else []
        if len(rungs) >= 3:
            best = _read(rungs, claim, step)
            if best.state is State.AGREES and 2 * best.error <= sharp:
                return best
            if best.error <= 3 * rungs[-1].doubt or 100 * best.error <= sharp:
                break
        step /= RATIO
    if best.state is State.AGREES and 2 * best.error > _coarse(claim, terrain):
        return dataclasses.replace(best, state=State.UNRESOLVED)
    if best.state is State.AGREES:
        return dataclasses.replace(best, faint=_is_faint(2 * best.error, claim))
    certain = CERTAIN * (best.error + claim.rounding)
    if best.error <= sharp and abs(best.value - claim.value) > certain:
        return dataclasses.replace(best, state=State.DIFFERS)
    return best


def _read(rungs: list[Rung], claim: Claim, step: float) -> Reading:
    _, slopes, gaps, doubts = np.array(rungs).T
    if not slopes.any() and not gaps.any() and claim.value == 0.0 and claim.total == 0.0:
        return Reading(State.AGREES, 0.0, 0.0, 0.0, step)  # nothing moves, and nothing is claimed to
    value, error = extrapolate(slopes, doubts, 2, RATIO)
    meets = abs(value - claim.value) <= 2 * error + claim.rounding
    return Reading(State.AGREES if meets else State.UNRESOLVED, claim.value, value, error, step)
