"""Which known mistake gives exactly these numbers?

A mistake is a wrong implementation. Its results on the same cases are compared with the answer's: a
name is given only where they are equal at every case, and wrong somewhere. Two that fit are both named.

Imports: numpy, bpcheck.gradcheck.facts, bpcheck.gradcheck.compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.gradcheck.compare import compare, largest_value
from bpcheck.gradcheck.facts import Estimate, Finding, FloatArray

Results = Sequence[FloatArray | None]  # of one result, case after case; None: it could not be computed there

# of an entry, and of the largest one: what two ways to compute the same differ by
NEARLY, TINY_PART = 1e-9, 1e-12
MANY = 6  # different numbers that must have one ratio, where any ratio would do


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mistake and what it gives for the same cases."""

    code: str
    sentence: str
    results: Sequence[Results]  # result after result, each case after case


def recognise(
    names: Sequence[str],
    yours: Sequence[Results],
    truth: Sequence[Sequence[Estimate]],
    candidates: Sequence[Candidate],
) -> tuple[Finding, ...]:
    """Name the mistakes that reproduce `yours`.

    Parameters
    ----------
    names : of the results
    yours, truth : result after result, each case after case
    candidates : known mistakes, with their results in the same order

    Returns
    -------
    Findings. A candidate that equals all results together explains the whole answer. Where there is
    none, the one that explains most of the wrong results comes first, then the one that explains most of
    the rest: two mistakes at once are both named. Candidates that explain the same are all named.
    """
    wrong = [i for i in range(len(names)) if not equals_truth(yours[i], truth[i])]
    fits = [_Fit(c, yours, truth, wrong) for c in candidates]
    whole = [fit for fit in fits if fit.explained and not fit.otherwise]
    if whole:
        everywhere = len(wrong) == len(names)
        return _findings(whole, "" if everywhere else ", ".join(names[i] for i in wrong))
    found: list[Finding] = []
    left = set(wrong)
    while fits := [fit for fit in fits if fit.explained & left]:
        best = max(fit.rank(left) for fit in fits)
        chosen = [fit for fit in fits if fit.rank(left) == best]
        chosen = [fit for fit in chosen if fit.explained & left == chosen[0].explained & left]
        found += _findings(chosen, ", ".join(names[i] for i in sorted(chosen[0].explained & left)))
        left -= chosen[0].explained
    return tuple(found)


class _Fit:
    """How a candidate lies to an answer."""

    def __init__(
        self,
        candidate: Candidate,
        yours: Sequence[Results],
        truth: Sequence[Sequence[Estimate]],
        wrong: Sequence[int],
    ) -> None:
        self.candidate = candidate
        equal = {i for i, mine in enumerate(yours) if _equal(mine, candidate.results[i])}
        self.explained = {i for i in wrong if i in equal and not equals_truth(candidate.results[i], truth[i])}
        self.otherwise = len(yours) - len(equal)  # results that it gives otherwise than the answer

    def rank(self, left: set[int]) -> tuple[int, int]:
        """Of the results that are left it should explain many, and contradict few of all."""
        return len(self.explained & left), -self.otherwise


def _findings(fits: Sequence[_Fit], array: str) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(Finding(f.candidate.code, f.candidate.sentence, array) for f in fits))


def scaled(
    yours: Sequence[Results], candidates: Sequence[Candidate]
) -> tuple[tuple[float, list[Candidate]], ...]:
    """Mistakes that give all results together times one number, with that number; it is not 1.

    Parameters
    ----------
    yours : result after result, each case after case
    candidates : as for `recognise`
    """
    found: dict[float, list[Candidate]] = {}
    mine = _flat(yours)
    for candidate in candidates:
        other = _flat(candidate.results)
        if mine is None or other is None or mine.shape != other.shape or np.unique(other).size < MANY:
            continue
        best = int(np.argmax(np.abs(other)))
        factor = float(mine[best] / other[best])
        if factor and same_numbers(mine, factor * other):
            found.setdefault(float(f"{factor:.9g}"), []).append(candidate)
    return tuple(found.items())


def _flat(results: Sequence[Results]) -> FloatArray | None:
    """All numbers of all results; None if one of them is missing."""
    parts = [np.ravel(array) for result in results for array in result if array is not None]
    complete = len(parts) == sum(len(result) for result in results)
    return np.concatenate(parts) if parts and complete else None


def same_numbers(yours: FloatArray, other: FloatArray) -> bool:
    """Equal but for the rounding of two different ways to compute the same.

    >>> same_numbers(np.array([0.1 + 0.2]), np.array([0.3]))
    True
    """
    if yours.shape != other.shape:
        return False
    finite = np.isfinite(other)
    if finite.all() and np.isfinite(yours).all():  # the usual case, in a tenth of allclose's time
        size = np.abs(other)
        return bool((np.abs(yours - other) <= NEARLY * size + TINY_PART * size.max(initial=0.0)).all())
    largest = np.abs(other[finite]).max(initial=0.0)
    return np.allclose(yours, other, rtol=NEARLY, atol=TINY_PART * largest, equal_nan=True)


def may_be_same(yours: FloatArray | None, other: FloatArray | None) -> bool:
    """Equal at one case; where neither could be computed, nothing speaks against it."""
    if yours is None or other is None:
        return yours is other
    return same_numbers(yours, other)


def _equal(yours: Results, others: Results) -> bool:
    """The same at every case, and computed at one at least."""
    pairs = list(zip(yours, others, strict=True))
    return any(a is not None for a, _ in pairs) and all(may_be_same(a, b) for a, b in pairs)


def _agrees(yours: FloatArray | None, truth: Estimate, scale: float) -> bool:
    if yours is None or yours.shape != truth.value.shape or not np.isfinite(yours).all():
        return False
    return not compare("", yours, truth, scale=scale).wrong.any()


def equals_truth(yours: Results, truth: Sequence[Estimate]) -> bool:
    """Right at every case, within the error of the truth."""
    scale = largest_value(truth)
    return all(_agrees(a, b, scale) for a, b in zip(yours, truth, strict=True))


def lost_precision(yours: Results, truth: Sequence[Estimate]) -> str | None:
    """A sentence if the results are the truth, rounded to whole numbers or to float32; else None."""
    pairs = [
        (a, t.value) for a, t in zip(yours, truth, strict=True) if a is not None and a.shape == t.value.shape
    ]
    if not pairs or len(pairs) < len(yours):
        return None
    mine, right = (np.concatenate([np.ravel(pair[i]) for pair in pairs]) for i in (0, 1))
    if (
        np.unique(mine).size > 2
        and (mine == np.round(mine)).all()
        and any((mine == cut(right)).all() for cut in (np.trunc, np.round, np.floor))
    ):
        return "These are the right values, cut to whole numbers. Is an integer array (or `//`, `int`, `round`) in the way?"
    with np.errstate(over="ignore"):
        single = mine.astype(np.float32).astype(np.float64)
        half = mine.astype(np.float16).astype(np.float64)
    if (mine == half).all() and np.allclose(mine, right, rtol=1e-2, atol=0):
        return "Right to about 3 digits, and no further: these are float16 numbers. A gradient check needs float64."
    if (mine == single).all() and np.allclose(mine, right, rtol=1e-4, atol=0):
        return "Right to about 7 digits, and no further: these are float32 numbers. A gradient check needs float64."
    return None


def is_constant(yours: Results, truth: Sequence[Estimate]) -> bool:
    """Whether the answer is one and the same number at all cases although the truth is not."""
    values = [a for a in yours if a is not None]
    if len(values) < 3 or len(values) < len(yours) or any(a.ndim for a in values):
        return False
    return all(a == values[0] for a in values) and any(t.value != truth[0].value for t in truth)
