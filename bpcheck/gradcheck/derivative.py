"""Numerical derivatives with an estimate of their own error.

Central differences on a ladder of steps, extrapolated to step zero. The loss is asked how rough it
is before its slope is believed: machine epsilon alone is far too small after a hidden cancellation,
or where float32 is used inside. Nothing here knows what a gradient check is: `compare` decides,
`diagnose` explains, `check` puts the three together.

Sources: Ridders, Adv. Eng. Software 4 (1982) 75-76 (the tableau); Moré and Wild, SIAM J. Sci.
Comput. 33 (2011) 1292-1314 (noise from high differences).

Imports: numpy, bpcheck.gradcheck.facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bpcheck.gradcheck.facts import Estimate, FloatArray

EPS = float(np.finfo(np.float64).eps)
FIRST_STEP = 0.0873  # of max(1, |t|); no round number, so that no natural period is a multiple of it
RATIO = 5**0.5  # of a step to the next; irrational, else aliases of a fast oscillation agree
RUNGS = 9  # steps that are always tried: down to 1.6e-4
MORE_RUNGS = 44  # steps that are tried where the loss is steep, wild, or defined close to the point only
COLUMNS = 7  # of a tableau: the last one is free of the first six terms of the truncation error
GOOD_ENOUGH = 1e-9  # relative error at which the ladder ends
UNEVEN = np.sin(np.arange(8.0)) * 3
LEFT_OVER = np.eye(8) - np.vander(UNEVEN, 4) @ np.linalg.pinv(np.vander(UNEVEN, 4))
SAFETY = 2.0  # on differences of neighbours: also for slopes that converge like sqrt(h)

ScalarFunction = Callable[[float], float]
ArrayFunction = Callable[[FloatArray], float]


@dataclass(slots=True)
class _Ladder:
    """What was measured at steps that fall by `RATIO`, around `t`; one entry a rung, the finest last."""

    t: float
    middle: float  # f(t)
    noise: float  # absolute: how far a value of f near t may be off
    steps: list[float] = field(default_factory=list)
    slopes: list[float] = field(default_factory=list)  # central differences
    gaps: list[float] = field(default_factory=list)  # right slope minus left slope
    doubts: list[float] = field(default_factory=list)  # rounding error of a slope; a gap has four times it

    def add(self, step: float, right: float, left: float) -> None:
        """One more rung: the values of f at t + step and t - step."""
        change = max(abs(right - self.middle), abs(left - self.middle)) / step
        noise = max(self.noise, EPS * max(abs(right), abs(left)), EPS * abs(self.t) * change)
        self.steps.append(step)
        self.slopes.append((right - left) / (2 * step))
        self.gaps.append((right - self.middle + (left - self.middle)) / step)
        self.doubts.append(noise / step)

    def forget(self) -> None:
        """Start lower: the steps so far left the domain of f."""
        for rung in (self.steps, self.slopes, self.gaps, self.doubts):
            rung.clear()


def slope(f: ScalarFunction, t: float, noise: float | None = None) -> Estimate:
    """Derivative of `f` at `t`.

    Parameters
    ----------
    f : maps a float to a float; NaN, infinity, ArithmeticError and ValueError mean "not in the domain"
    t : where the slope is wanted
    noise : absolute error of a value of `f` near `t`; measured if it is not given

    Returns
    -------
    Estimate of 0-d arrays, in the unit of `f` per unit of `t`. Where `f` has no values on both sides
    of `t`, the value is NaN and the error infinite. Costs some 21 evaluations for a smooth function,
    7 to 35 more for the noise, and at most 100 where the slope is hard to see.

    >>> estimate = slope(np.exp, 1.0)
    >>> bool(abs(estimate.value - np.e) <= estimate.error < 1e-10)
    True
    >>> bool(slope(abs, 0.0).kink)
    True
    """
    t = float(t)
    with np.errstate(all="ignore"):  # the points are ours, so are the warnings
        ladder = _climb(f, t, roughness(f, t) if noise is None else noise)
        if len(ladder.steps) < 3:
            return _estimate(np.nan, np.inf, False)
        value, error = _extrapolate(ladder.slopes, ladder.doubts, order=2)
        return _estimate(value, max(error, _flatness(ladder)), _is_kink(ladder))


def _estimate(value: float, error: float, kink: bool) -> Estimate:
    return Estimate(np.array(value), np.array(error), np.array(kink))


def _climb(f: ScalarFunction, t: float, noise: float) -> _Ladder:
    """Measure rung after rung until the slope is known well, or finer steps would only add rounding."""
    middle = _value(f, t)
    ladder = _Ladder(t, middle, max(noise, EPS * abs(middle)))
    step = FIRST_STEP * max(1.0, abs(t))
    for _ in range(MORE_RUNGS):
        exact = (abs(t) + step) - abs(t)  # t + exact and, but for tiny t, t - exact are floats
        if exact == 0.0 or not np.isfinite(middle):
            break
        right, left = _value(f, t + exact), _value(f, t - exact)
        if np.isfinite(right) and np.isfinite(left):
            ladder.add(exact, right, left)
        else:
            ladder.forget()
        if len(ladder.steps) >= RUNGS and _is_enough(ladder):
            break
        step /= RATIO
    return ladder


def _is_enough(ladder: _Ladder) -> bool:
    value, error = _extrapolate(ladder.slopes, ladder.doubts, order=2)
    return error <= GOOD_ENOUGH * abs(value) or 2 * ladder.doubts[-1] >= error


def _flatness(ladder: _Ladder) -> float:
    """How steep `f` may be although its values do not change at the finest rungs; 0.0 if they change.

    A saturated softmax loss is 0 in float64 while its slope is 1e-15: the numbers inside are of size 1.
    """
    moved = np.flatnonzero(np.array([ladder.slopes, ladder.gaps]).any(axis=0))
    still = ladder.steps[moved[-1] + 1 if len(moved) else 0 :]
    return 2 * EPS * max(1.0, abs(ladder.middle)) / still[0] if still else 0.0


def _value(f: ScalarFunction, t: float) -> float:
    try:
        return float(f(t))
    except (ArithmeticError, ValueError):  # math.log(-1) raises where np.log(-1) is NaN
        return np.nan


def _extrapolate(rungs: list[float], doubts: list[float], order: int) -> tuple[float, float]:
    """The limit at step zero of a quantity whose error is a*h**order + b*h**(order + 2) + ...

    Parameters
    ----------
    rungs : the quantity at falling steps, at least two
    doubts : rounding error of each rung; grows as the step falls
    order : of the leading term

    Returns
    -------
    The entry of Richardson's tableau with the least estimated error, and that error. The error is the
    distance to the two entries that it was made from, as in Ridders, plus rounding. The finest rung
    has the last word: an entry that agrees with its neighbours by luck, at steps too large to see
    the shape of the function, is as wrong as it is far from there.
    """
    column, rounding = np.array(rungs), 2 * np.array(doubts)
    values, errors, lowest = [], [], []
    for power in range(order, order + 2 * min(COLUMNS, len(rungs) - 1), 2):
        finer, coarser = column[1:], column[:-1]
        column, rounding = finer + (finer - coarser) / (RATIO**power - 1), rounding[1:]
        values.append(column)
        errors.append(SAFETY * np.maximum(abs(column - finer), abs(column - coarser)) + rounding)
        lowest.append((errors[-1][-1], column[-1]))
    value, error = np.concatenate(values), np.concatenate(errors)
    reach, finest = min(lowest)
    error = np.maximum(error, abs(value - finest) - reach)
    best = int(np.argmin(error))
    return float(value[best]), float(error[best])


def _is_kink(ladder: _Ladder) -> bool:
    """Whether the slopes from the left and from the right stay apart as the step shrinks."""
    doubts = 4 * np.array(ladder.doubts)
    jump, error = _extrapolate(ladder.gaps, list(2 * doubts), order=1)
    gaps = np.abs(ladder.gaps)
    steepest = np.max(np.abs(ladder.slopes) + gaps)
    return abs(jump) > max(10 * error, 1e-8 * steepest) or _is_cusp(gaps, 10 * doubts)


def _is_cusp(gaps: FloatArray, doubts: FloatArray) -> bool:
    """Whether the gap, without a limit, still does not shrink at the finest rungs that show it."""
    seen = np.flatnonzero(gaps > doubts)
    if len(seen) < 4:
        return False
    finest = seen[-1]
    vanished = bool((doubts[finest + 1 : finest + 2] < gaps[finest]).any())  # a kink at a distance
    return not vanished and bool(gaps[finest] > 0.7 * gaps[finest - 3])


def roughness(f: ScalarFunction, t: float) -> float:
    """Absolute error of the values of `f` close to `t`: what a cubic through eight of them leaves over.

    They lie so close that no more than a cubic can show; while fewer than half of them differ
    (float32 inside, a cancelled offset), they are moved apart. Their distances are uneven, so that the
    steps of a staircase cannot pass for a straight line. 0.0 where `f` is constant there, or has no
    values on both sides.

    Source: Moré and Wild (2011), section 3, with a fit in the place of high differences.

    >>> 1e-11 < roughness(lambda t: (1e5 + np.sin(t)) - 1e5, 1.0) < 1e-10
    True
    """
    for spacing in (1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2):
        with np.errstate(all="ignore"):
            values = np.array([_value(f, t + k * spacing * max(1.0, abs(t))) for k in UNEVEN])
            single = bool((values == values.astype(np.float32)).all())
        steps = len(np.unique(values))
        if (
            not np.isfinite(values).all()
            or not values.any()
            or (steps == 1 and spacing > 1e-7 and not single)
        ):
            return 0.0
        if steps > len(UNEVEN) / 2:
            return 3 * float(np.abs(LEFT_OVER @ (values - values[0])).max())
    return 0.0


def numerical_gradient(f: ArrayFunction, x: FloatArray) -> Estimate:
    """Derivative of `f` with respect to every entry of `x`.

    Parameters
    ----------
    f : maps an array of x's shape to a float; it gets a fresh float64 array at each call
    x : any shape, also () and empty; stays as it is

    Returns
    -------
    Estimate with the shape of `x`. Costs some 20 evaluations an entry and 7 to 35 an array.

    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([1.0, -2.0])).value.round(9)
    array([ 2., -4.])
    """
    x = np.array(x, dtype=np.float64)
    noise = roughness(_along(f, x), 0.0) if x.size else 0.0
    value, error, kink = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape, dtype=bool)
    for index in np.ndindex(x.shape):

        def moved(t: float, index: tuple[int, ...] = index) -> float:
            point = x.copy()
            point[index] = t
            return f(point)

        found = slope(moved, float(x[index]), noise)
        value[index], error[index], kink[index] = found.value, found.error, found.kink
    return Estimate(value, error, kink)


def steepness(f: ArrayFunction, x: FloatArray) -> float:
    """How steep `f` is around `x`, roughly: two secants, with all entries of `x` moved by a tenth.

    The yardstick for "zero" where a whole gradient vanishes, as at a minimum. Two evaluations; 0.0
    where `f` has no value.

    >>> round(steepness(lambda x: float((x**2).sum()), np.zeros(1)), 3)
    0.1
    """
    along = _along(f, np.array(x, dtype=np.float64))
    with np.errstate(all="ignore"):
        middle, right, left = _value(along, 0.0), _value(along, 0.1), _value(along, -0.1)
    secant = max(abs(right - middle), abs(left - middle)) / 0.1
    return float(secant) if np.isfinite(secant) else 0.0


def _along(f: ArrayFunction, x: FloatArray) -> ScalarFunction:
    """`f` on a line through `x` on which every entry moves, no two alike (softmax ignores equal moves)."""
    entries = np.arange(x.size, dtype=np.float64).reshape(x.shape)
    direction = np.maximum(1.0, np.abs(x)) * (1.0 + np.cos(entries)) / 2
    return lambda s: f(np.asarray(x + s * direction))
