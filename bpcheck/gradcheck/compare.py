"""Which entries are wrong, and where they lie.

The tolerance comes from the estimated error of the expected value, never from a constant alone: a
constant passes a dropped factor on a flat loss and fails a right gradient on a steep one. Every
constant here is relative to something that was measured, so gradients of size 1e-12 and 1e12 are
judged alike.

Imports: numpy, bpcheck.gradcheck.facts.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bpcheck.gradcheck.facts import BoolArray, Comparison, Estimate, FloatArray

ERRORS = 10.0  # how many estimated errors a right answer may be away
OWN_ROUNDING = 1e-9  # of the entry: what a right answer may lose in its own arithmetic (float64)
BLOCK_ROUNDING = 1e-12  # of the largest entry: the same, where sums cancel
TOO_COARSE = 1e-3  # of the entry: a tolerance that lets more pass than this proves nothing ...
FINE_ENOUGH = 1e-6  # ... unless it is below this part of the largest entry: so small an entry may be 0
LINES = 4  # rows or columns that `where` still counts up one by one


def exact(value: object) -> Estimate:
    """An expected value that needs no estimate: no error, no kink.

    >>> exact([1, 2]).error.tolist()
    [0.0, 0.0]
    """
    array = np.array(value, dtype=np.float64)
    return Estimate(array, np.zeros_like(array), np.zeros(array.shape, dtype=bool))


def tolerance(expected: Estimate, scale: float = 0.0) -> FloatArray:
    """How far each entry of a right answer may lie from `expected.value`; same shape.

    Ten estimated errors, plus the rounding of the answer's own arithmetic: 1e-9 of the entry and
    1e-12 of the largest entry of the array; of `scale` where all entries are 0.

    >>> print(tolerance(exact([1.0, 1000.0])))
    [2.000e-09 1.001e-06]
    """
    return _tolerance(_sizes(expected), expected.error, scale)


def _tolerance(size: FloatArray, error: FloatArray, scale: float) -> FloatArray:
    largest = size.max(initial=0.0) or scale
    return np.asarray(ERRORS * error + OWN_ROUNDING * size + BLOCK_ROUNDING * largest)


def usable(expected: Estimate) -> BoolArray:
    """Where an estimate means something: no kink, and a finite value with a finite error; same shape."""
    return np.asarray(~expected.kink & np.isfinite(expected.value) & np.isfinite(expected.error))


def compare(name: str, yours: FloatArray, expected: Estimate, at: str = "", scale: float = 0.0) -> Comparison:
    """Judge `yours` entry by entry against `expected`.

    Parameters
    ----------
    name : of the array, for the report
    yours : same shape as `expected.value`
    expected : the numerical derivative with its error, or an exact value
    at : the place in words, "x = 1.3"
    scale : a value that is large for this array: a slope as `steepness` gives it, or what the array holds at
        other places. It says what may count as zero where the whole array vanishes, and does nothing elsewhere

    Returns
    -------
    Comparison. An entry at a kink is undecided, whatever it is. So is one that agrees only because
    the estimate is too coarse to disagree.

    >>> compare("dW", np.array([1.0, 2.5]), exact([1.0, 2.0])).wrong.tolist()
    [False, True]
    """
    known = usable(expected)
    size = np.where(known, np.abs(expected.value), 0.0)
    with np.errstate(invalid="ignore", over="ignore"):  # an unusable estimate is NaN or infinite
        distance = np.abs(yours - expected.value)
        wrong = known & ~(distance <= _tolerance(size, expected.error, scale))
        resolution = ERRORS * expected.error
        coarse = resolution > TOO_COARSE * np.maximum(np.abs(yours), size)
        coarse &= resolution > FINE_ENOUGH * size.max(initial=scale)
    undecided = ~known | (coarse & ~wrong & (distance > 0))
    return Comparison(name, at, yours, expected, np.asarray(wrong), np.asarray(undecided))


def largest_value(estimates: Iterable[Estimate]) -> float:
    """The largest absolute value that is known among some estimates; 0.0 if there is none.

    >>> largest_value([exact([1.0, -3.0]), exact(0.0)])
    3.0
    """
    return max((float(_sizes(estimate).max(initial=0.0)) for estimate in estimates), default=0.0)


def _sizes(expected: Estimate) -> FloatArray:
    """Absolute values; 0 where there is none to rely on."""
    return np.where(usable(expected), np.abs(expected.value), 0.0)


def where(mask: BoolArray) -> str:
    """The marked entries in words: all, rows, columns, one entry, or a count.

    >>> where(np.array([[True, True], [False, False]]))
    'row 0'
    >>> where(np.array([True, True]))
    'every entry'
    >>> where(np.array([[False, True], [False, False]]))
    'entry [0, 1]'
    """
    marked = np.argwhere(mask)
    if not len(marked):
        return "no entry"
    if len(marked) == mask.size:
        return "every entry"
    if len(marked) == 1:
        return f"entry {marked[0].tolist()}"
    lines = [_lines(mask, axis) for axis in (1, 0)] if mask.ndim == 2 else []
    return next(filter(None, lines), f"{len(marked)} entries")


def _lines(mask: BoolArray, axis: int) -> str:
    """The marked rows (axis 1) or columns (axis 0) in words; empty if there is no pattern."""
    word = "row" if axis == 1 else "column"
    touched = mask.any(axis=axis)
    lines = np.flatnonzero(touched)
    if len(lines) <= LINES and (mask.all(axis=axis) == touched).all():
        return f"{word}{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
    return f"{mask.sum()} entries, all in {word} {lines[0]}" if len(lines) == 1 else ""
