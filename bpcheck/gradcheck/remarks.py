"""What a report says besides the verdict: why it stays open, and how an agreement came about.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

import numpy as np

from bpcheck.gradcheck.compare import usable, where
from bpcheck.gradcheck.derivative import entry_slope
from bpcheck.gradcheck.facts import BoolArray, Comparison
from bpcheck.gradcheck.suspect import Suspect

CLOSE = 1e-5  # of the point's size: a step that only a kink close by, or something as sharp, asks for
MOVES = (0.3, -0.3, 2.0)  # of the entry's reach: where it is tried whether the derivative is known there


def reasons(comparison: Comparison, suspect: Suspect | None = None) -> tuple[str, ...]:
    """One sentence or two for each cause: which entries, why, and at which point it could be told.

    Parameters
    ----------
    comparison : of one array; nothing is said if no entry of it is undecided
    suspect : the same array with its loss, to look for such a point; some 20 to 300 evaluations for each cause

    >>> from bpcheck.gradcheck.facts import Estimate
    >>> no, yes = np.array([False]), np.array([True])
    >>> kink = Comparison("x", "", np.zeros(1), Estimate(np.zeros(1), np.zeros(1), yes), no, yes)
    >>> reasons(kink)[0][:46]
    'x, every entry: the loss has a kink there, its'
    """
    if not comparison.undecided.any():
        return ()
    return tuple(
        f"{_subject(comparison.name, mask)}: {why}{_way_out(mask, suspect, what) if suspect else ''}"
        for mask, why, what in _causes(comparison)
        if mask.any()
    )


def remarks(suspect: Suspect) -> tuple[str, ...]:
    """What a reader should know of an agreement: it was seen from very close, or of numbers near nothing."""
    if not suspect.agrees:
        return ()
    said = []
    if any(reading.step < CLOSE for reading in suspect.readings):
        said.append(f"{suspect.name}: {SHRUNK}")
    if any(reading.faint for reading in suspect.readings):
        error = max(reading.error for reading in suspect.readings)
        said.append(f"{suspect.name}: {FAINT.format(error)}")
    return tuple(said)


def _causes(comparison: Comparison) -> tuple[tuple[BoolArray, str, str], ...]:
    expected, undecided = comparison.expected, comparison.undecided
    known = usable(expected)
    coarse = undecided & known
    error = float(expected.error[coarse].max(initial=0.0))
    return (
        (np.asarray(expected.kink & undecided), KINK, OR_A_FUNCTION),
        (np.asarray(~known & ~expected.kink & undecided), NO_VALUES, ""),
        (np.asarray(coarse), COARSE.format(error), LARGE_CONSTANT),
    )


def _subject(name: str, mask: BoolArray) -> str:
    return f"{name}, {where(mask)}" if mask.ndim else name


def _way_out(mask: BoolArray, suspect: Suspect, what: str) -> str:
    """The nearest value found for the first of these entries at which the derivative is known well."""
    index = tuple(int(i) for i in np.argwhere(mask)[0])
    name = f"{suspect.name}{list(index) if index else ''}"
    for move in MOVES:
        x = suspect.x.copy()
        x[index] = float(f"{x[index] + move * suspect.reach[index]:.2g}")
        found = entry_slope(suspect.loss, x, index, suspect.terrain.noise, float(suspect.reach[index]))
        if suspect.compare_entries(found, np.asarray(found.value + found.error), suspect.reach[index]).ok:
            return (
                f" It could be told with {name} = {x[index]:g} in the place of {suspect.x[index]:.4g}.{what}"
            )
    return f" No value of {name} was found with which it could be told.{what}"


SHRUNK = "a kink of the loss, or something as sharp, lies close to the point. The steps were shrunk until they did not reach it."
FAINT = (
    "the gradient is so small here that the loss hardly shows it: its slope is 0 ± {:.0e}, and so is the gradient's. "
    "Another point would show more."
)
KINK = "the loss has a kink there, its slopes from the left and from the right differ."
NO_VALUES = "the loss has no finite values on both sides of the point, or is too rough along it."
COARSE = "the numerical derivative is known to ± {:.0e} only, too coarse for entries so small."
OR_A_FUNCTION = " Or give the gradient as a function: then it is asked beside the kink as well."
LARGE_CONSTANT = " If there is a large constant in the loss, take it out."
