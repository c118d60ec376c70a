"""Numerical derivatives with an estimate of their own error.

Central differences on a ladder of steps, extrapolated to step zero. The loss is asked how rough it
is before its slope is believed: machine epsilon alone is far too small after a hidden cancellation,
or where float32 is used inside. Nothing here knows what a gradient check is: `compare` decides,
`diagnose` explains, `check` puts the three together.

Nothing here takes a complex step (see `complex_step`): many losses lose the imaginary part, some without a word, so
that differences must confirm it anyway.

Sources: Ridders, Adv. Eng. Software 4 (1982) 75-76 (the tableau); Moré and Wild, SIAM J. Sci.
Comput. 33 (2011) 1292-1314 (noise from high differences).

Imports: numpy, bpcheck.gradcheck.facts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpcheck.gradcheck.facts import BoolArray, Estimate, FloatArray

EPS = float(np.finfo(np.float64).eps)
FIRST_STEP = 0.0873  # of max(1, |t|); no round number, so that no natural period is a multiple of it
RATIO = 5**0.5  # of a step to the next; irrational, else aliases of a fast oscillation agree
RUNGS = 9  # steps that are always tried: down to 1.4e-4
MOST_RUNGS = 44  # tried where the loss is steep, wild, or defined close to the point only
COLUMNS = 7  # of the tableau, each free of one more term of the truncation error
GOOD_ENOUGH = 1e-9  # relative error at which the ladder ends
TOO_FINE = 1e-4  # relative error beyond which the steps were too small for the noise: larger ones are tried
LARGER = 4  # of these, up to 2.2
SAFETY = 2.0  # on the distance to neighbours: covers slopes that converge only like sqrt(step)
SLIGHTEST = 1e-8  # kink that is looked for, as a part of the slopes on either side
UNEVEN = 3 * np.sin(np.arange(8.0))  # where `roughness` looks: at 0, on the left (3), on the right (4)
LEFT_OVER = np.eye(8) - np.vander(UNEVEN, 4) @ np.linalg.pinv(np.vander(UNEVEN, 4))  # (8, 8): less a cubic

ScalarFunction = Callable[[float], float]
ArrayFunction = Callable[[FloatArray], float]


class Rung(NamedTuple):
    """What the values at t - step and t + step tell."""

    step: float
    slope: float  # central difference
    gap: float  # slope on the right minus slope on the left
    doubt: float  # rounding error of `slope`; `gap` has four times as much


def slope(f: ScalarFunction, t: float, noise: float | None = None, reach: float | None = None) -> Estimate:
    """Derivative of `f` at `t`.

    Parameters
    ----------
    f : maps a float to a float; NaN, infinity, ArithmeticError and ValueError mean "not in the domain"
    t : where the slope is wanted
    noise : absolute error of a value of `f` near `t`; measured if it is not given
    reach : the ladder starts at 0.0873 of it, in the unit of `t`; max(1, |t|) if it is not given

    Returns
    -------
    Estimate of 0-d arrays, in the unit of `f` per unit of `t`. Where `f` has no values on both sides
    of `t`, the value is NaN and the error infinite. Costs 19 evaluations for a smooth function and at
    most 97; 7 to 42 more if the noise is measured.

    >>> estimate = slope(np.exp, 1.0)
    >>> bool(abs(estimate.value - np.e) <= estimate.error < 1e-10)
    True
    >>> bool(slope(abs, 0.0).kink)
    True
    """
    t = float(t)
    with np.errstate(all="ignore"):  # the points are ours, so are the warnings
        middle = _value(f, t)
        noise = roughness(f, t, middle) if noise is None else noise
        reach = max(1.0, abs(t)) if reach is None else reach
        rungs = _climb(f, t, middle, noise, reach)
        if len(rungs) < 3:
            return Estimate(np.array(np.nan), np.array(np.inf), np.array(False))
        steps, slopes, gaps, doubts = np.array(rungs).T
        value, error = _limit(rungs)
        if error > TOO_FINE * abs(value) and slopes.any():
            afar = _limit(_from_afar(f, t, middle, noise, rungs))
            value, error = min((value, error), afar, key=lambda found: found[1])
        error = max(error, _hidden_slope(max(abs(t), abs(middle)), steps, (slopes != 0) | (gaps != 0)))
        return Estimate(np.array(value), np.array(error), np.array(_is_kink(slopes, gaps, 4 * doubts)))


def _value(f: ScalarFunction, t: float) -> float:
    try:
        return float(f(float(t)))
    except (ArithmeticError, ValueError):  # math.log(-1) raises where np.log(-1) is NaN
        return np.nan


def _climb(f: ScalarFunction, t: float, middle: float, noise: float, reach: float) -> list[Rung]:
    """Rung after rung, the finest last, until the slope is known well or finer steps only add rounding."""
    rungs: list[Rung] = []
    step = FIRST_STEP * reach
    for _ in range(MOST_RUNGS):
        if abs(t) + step == abs(t) or not np.isfinite(middle):
            break
        found = rung(f, t, step, middle, noise)
        if found is not None:
            rungs.append(found)
        else:
            rungs.clear()  # the steps so far left the domain of f: start lower
        if len(rungs) >= RUNGS and _is_enough(rungs):
            break
        step /= RATIO
    return rungs


def _from_afar(f: ScalarFunction, t: float, middle: float, noise: float, rungs: list[Rung]) -> list[Rung]:
    """Larger steps above the ladder: noise counts for less there."""
    for _ in range(LARGER):
        larger = rung(f, t, RATIO * rungs[0].step, middle, noise)
        if larger is None:
            break
        rungs = [larger, *rungs]
    return rungs


def rung(f: ScalarFunction, t: float, step: float, middle: float, noise: float) -> Rung | None:
    """The central difference of `f` at `t`, where it is `middle`; None outside of its domain."""
    exact = (abs(t) + step) - abs(t)  # t + exact and, but for tiny t, t - exact are floats
    right, left = _value(f, t + exact), _value(f, t - exact)
    if not (np.isfinite(right) and np.isfinite(left)):
        return None
    change = max(abs(right - middle), abs(left - middle)) / exact
    rounding = max(noise, EPS * max(abs(middle), abs(right), abs(left)), EPS * abs(t) * change)
    gap = ((right - middle) + (left - middle)) / exact
    return Rung(exact, (right - left) / (2 * exact), gap, rounding / exact)


def _is_enough(rungs: list[Rung]) -> bool:
    value, error = _limit(rungs)
    return error <= GOOD_ENOUGH * abs(value) or error <= 2 * rungs[-1].doubt


def _limit(rungs: list[Rung]) -> tuple[float, float]:
    """The slope at step zero, and its error, from those rungs that see the shape of the function.

    Beyond a peak, the gap grows as the step falls: there all slopes may agree, on a plain that is not the point's.
    """
    _, slopes, gaps, doubts = np.array(rungs).T
    grows = np.abs(gaps[1:]) > np.abs(gaps[:-1]) + 4 * (doubts[1:] + doubts[:-1])
    first = min(int(np.argmin([*grows, False])), len(rungs) - 3)
    return extrapolate(slopes[first:], doubts[first:], order=2)


def _hidden_slope(inside: float, steps: FloatArray, moved: BoolArray) -> float:
    """How steep `f` may be although its values stand still at the finest rungs; 0.0 if they move.

    A saturated softmax loss is 0 in float64 while its slope is 1e-15: the numbers `inside` are of size 1 at least.
    """
    still = steps[np.flatnonzero(moved).max(initial=-1) + 1 :]
    return float(2 * EPS * max(1.0, inside) / still[0]) if len(still) else 0.0


def extrapolate(
    rungs: FloatArray, doubts: FloatArray, order: int, ratio: float = RATIO
) -> tuple[float, float]:
    """The limit at step zero of a quantity whose error is a*h**order + b*h**(order + 2) + ...

    Parameters
    ----------
    rungs : (rungs,), at least three: the quantity at falling steps
    doubts : (rungs,): rounding error of each; grows as the step falls
    order : of the leading term
    ratio : of a step to the next

    Returns
    -------
    The entry of Richardson's tableau with the least estimated error, and that error: the distance to
    the two entries that it was made from, as in Ridders, and to the one above it, plus rounding. The
    finest rung has the last word: an entry that agrees with its neighbours by luck, at steps too large
    to see the shape of the function, is as wrong as it is far from there.
    """
    column, rounding = rungs, doubts
    values, errors, finest = [], [], []
    for power in range(order, order + 2 * min(COLUMNS, len(rungs) - 2), 2):
        finer, coarser, weight = column[1:], column[:-1], 1 / (ratio**power - 1)
        column = finer + weight * (finer - coarser)
        rounding = rounding[1:] + weight * (rounding[1:] + rounding[:-1])
        made_from = np.maximum(abs(column - finer), abs(column - coarser))[1:]
        above = abs(column[1:] - column[:-1]) / ratio**2
        values.append(column[1:])
        errors.append(SAFETY * np.maximum(made_from, above) + rounding[1:])
        finest.append((errors[-1][-1], column[-1]))
    value, error = np.concatenate(values), np.concatenate(errors)
    reach, centre = min(finest)
    error = np.maximum(error, abs(value - centre) - reach)
    best = int(np.argmin(error))
    return float(value[best]), float(error[best])


def _is_kink(slopes: FloatArray, gaps: FloatArray, doubts: FloatArray) -> bool:
    """Whether the slopes from the left and from the right stay apart as the step shrinks."""
    jump, error = extrapolate(gaps, doubts, order=1)
    gaps = np.abs(gaps)
    visible = SLIGHTEST * np.max(np.abs(slopes) + gaps)
    return abs(jump) > max(10 * error, visible) or _is_cusp(gaps, np.maximum(10 * doubts, visible))


def _is_cusp(gaps: FloatArray, visible: FloatArray) -> bool:
    """Whether the gap, without a limit, still does not shrink at the finest rungs that show it."""
    seen = np.flatnonzero(gaps > visible)
    if len(seen) < 4:
        return False
    finest = seen[-1]
    vanished = (visible[finest + 1 : finest + 2] < gaps[finest]).any()  # the kink is at a distance
    return not vanished and bool(gaps[finest] > 0.7 * gaps[finest - 3])


def roughness(f: ScalarFunction, t: float, middle: float | None = None) -> float:
    """Absolute error of the values of `f` close to `t`: what a cubic through eight of them leaves over.

    They lie so close that no more than a cubic can show; while many of them are alike (float32 inside, a
    cancelled offset), they are moved apart. Their distances are uneven, so that the steps of a staircase
    cannot pass for a straight line. 0.0 where `f` is constant on one side, or has no values on both. `middle`
    is the value at `t`, if it is known.

    Source: Moré and Wild (2011), section 3, with a fit in the place of high differences.

    >>> 1e-11 < roughness(lambda t: (1e5 + np.sin(t)) - 1e5, 1.0) < 1e-10
    True
    """
    middle = _value(f, t) if middle is None else middle
    for spacing in (1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2):
        with np.errstate(all="ignore"):
            around = [_value(f, t + k * spacing * max(1.0, abs(t))) for k in UNEVEN[1:]]
            values = np.array([middle, *around])
            single = (values == values.astype(np.float32)).all() and values.any()
        if not np.isfinite(values).all() or (spacing > 1e-3 and not single):
            break
        if len(np.unique(values)) > 5:  # on the edge of a plain, as of a dead ReLU, at most five differ
            return 3 * float(np.abs(LEFT_OVER @ (values - values[0])).max())
    return 0.0


def entry_slopes(
    f: ArrayFunction, x: FloatArray, noise: float | None = None, reach: FloatArray | None = None
) -> Estimate:
    """Derivative of `f` with respect to every entry of `x`.

    Parameters
    ----------
    f : maps an array of x's shape to a float; it gets a fresh float64 array at each call
    x : any shape, also () and empty; stays as it is
    noise, reach : as for `slope`; `reach` has the shape of `x`

    Returns
    -------
    Estimate with the shape of `x`. Costs some 20 evaluations an entry and 8 to 43 an array.

    >>> entry_slopes(lambda x: float((x**2).sum()), np.array([1.0, -2.0])).value.round(9)
    array([ 2., -4.])
    """
    x = np.array(x, dtype=np.float64)
    if noise is None:
        noise = roughness(_along(f, x), 0.0) if x.size else 0.0
    value, error, kink = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape, dtype=bool)
    for index in np.ndindex(x.shape):
        found = entry_slope(f, x, index, noise, None if reach is None else float(reach[index]))
        value[index], error[index], kink[index] = found.value, found.error, found.kink
    return Estimate(value, error, kink)


def entry_slope(
    f: ArrayFunction, x: FloatArray, index: tuple[int, ...], noise: float, reach: float | None = None
) -> Estimate:
    """Derivative of `f` with respect to one entry of `x`; see `entry_slopes`."""

    def moved(t: float) -> float:
        point = x.copy()
        point[index] = t
        return f(point)

    return slope(moved, float(x[index]), noise, reach)


def steepness(f: ArrayFunction, x: FloatArray) -> float:
    """How steep `f` is around `x`, roughly: two secants, with all entries of `x` moved by a tenth.

    The yardstick for "zero" where a whole gradient vanishes, as at a minimum. Three evaluations; 0.0
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
