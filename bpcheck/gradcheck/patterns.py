"""What relates a wrong array to the right one, where it is no common factor: axes, sums, parts, terms.

Each pattern is a claim about all entries, checked at all of them. Arrays of which only some entries are
known say little here: one row, one column or one entry at most.

Imports: numpy, bpcheck.gradcheck.facts, bpcheck.gradcheck.compare.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np

from bpcheck.gradcheck.compare import tolerance, usable, where
from bpcheck.gradcheck.facts import Comparison, Finding, FloatArray

Fits = Callable[..., bool]  # takes a Comparison
CLEAR = 1e3  # tolerances that a difference must have to carry a ratio
FEW = 2  # entries that are not enough to prove anything


def pattern(comparisons: Sequence[Comparison], points: Mapping[str, FloatArray]) -> Finding | None:
    """The first pattern that fits an array at every place where it is wrong.

    Parameters
    ----------
    comparisons : of one array, at one place or more
    points : place -> the array's own values there, for terms like λ W
    """
    wrong = [c for c in comparisons if c.wrong.any()]
    if not any(c.yours.any() for c in wrong):
        return None
    for code, sentence, fits in _patterns():
        if all(fits(c) for c in wrong):
            return Finding(code, sentence, wrong[0].name)
    return _term(wrong, points)


def _patterns() -> Iterator[tuple[str, str, Fits]]:
    yield "C21", ONE_SUM, lambda c: _equals(c, lambda e: np.full(e.shape, e.sum()))
    yield "C21", ONE_MEAN, lambda c: _equals(c, lambda e: np.full(e.shape, e.mean()))
    for axis in (0, 1):
        yield "V2", ROLLED, lambda c, a=axis: _along(c, a, _later) or _along(c, a, _earlier)
        yield "V2", TURNED, lambda c, a=axis: _along(c, a, np.flip)
    yield "G9", SIGNS, lambda c: _equals(c, np.sign)
    yield "G9", ABSOLUTE, lambda c: _equals(c, np.abs)


def zeros(comparisons: Sequence[Comparison], unexplained: Collection[str]) -> tuple[Finding, ...]:
    """Arrays of which nothing is there. A bias alone, among weights that are there, was taken for a constant.

    Not where weights are wrong and `unexplained` too: what is wrong with them may also be what empties the bias.
    """
    by_name: dict[str, list[Comparison]] = {}
    for c in comparisons:
        by_name.setdefault(c.name, []).append(c)
    empty = [name for name, mine in by_name.items() if _is_empty(mine)]
    matrices = {name for name, mine in by_name.items() if mine[0].yours.ndim > 1}
    others = {c.name for c in comparisons if c.wrong.any()} - matrices - set(empty)
    # others: more goes wrong with the biases
    if matrices and not matrices & {*empty, *unexplained} and not others:
        return tuple(Finding("C22", NO_BIAS, name) for name in empty if by_name[name][0].yours.ndim == 1)
    return (Finding("G9", ZERO, ", ".join(empty)),) if empty else ()


def _is_empty(comparisons: Sequence[Comparison]) -> bool:
    wrong = [c for c in comparisons if c.wrong.any()]
    return bool(wrong) and all(not c.yours.any() for c in wrong)


def _known(c: Comparison) -> bool:
    return bool(usable(c.expected).all())


def _equals(c: Comparison, change: Callable[[FloatArray], FloatArray]) -> bool:
    """Whether all of yours is what `change` makes of the expected array, and that is no accident."""
    if not _known(c) or c.yours.size <= FEW:
        return False
    allowed = tolerance(c.expected).max() * max(1, c.yours.size)
    return bool(
        (np.abs(c.yours - change(c.expected.value)) <= allowed).all() and np.ptp(c.expected.value) > allowed
    )


def _along(c: Comparison, axis: int, change: Callable[[FloatArray, int], FloatArray]) -> bool:
    """Whether `change` along an axis that is there gives yours."""
    there = axis < c.yours.ndim and c.yours.shape[axis] > 1
    return there and _equals(c, lambda expected: change(expected, axis))


def _later(expected: FloatArray, axis: int) -> FloatArray:
    return np.roll(expected, 1, axis)


def _earlier(expected: FloatArray, axis: int) -> FloatArray:
    return np.roll(expected, -1, axis)


def _term(wrong: Sequence[Comparison], points: Mapping[str, FloatArray]) -> Finding | None:
    """A multiple of the array itself, of its signs, or of one, that is there too often or not at all."""
    terms: tuple[tuple[str, str, str, Callable[[FloatArray], FloatArray]], ...] = (
        ("C25", TERM, "{name}", lambda x: x),
        ("G9", CONSTANT, "1", np.ones_like),
        ("C25", TERM, "sign({name})", np.sign),
    )
    if not all(_known(c) and c.at in points for c in wrong):
        return None
    for code, sentence, words, term in terms:
        found = [_multiple(c, term(points[c.at])) for c in wrong]
        if all(found) and np.ptp([f for f in found if f]) <= 1e-5 * abs(found[0] or 0.0):
            name = words.format(name=wrong[0].name)
            return Finding(code, sentence.format(factor=found[0], term=name), wrong[0].name)
    return None


def _multiple(c: Comparison, term: FloatArray) -> float | None:
    """The factor by which `yours - expected` is `term`; None if there is none, or too few entries tell."""
    allowed = tolerance(c.expected)
    if c.yours.size <= FEW or term.shape != c.yours.shape or (np.abs(c.error) > CLEAR * allowed).sum() <= FEW:
        return None
    square = float((term**2).sum())
    factor = float((c.error * term).sum()) / square if square else 0.0
    fits = (np.abs(c.error - factor * term) <= 4 * allowed + 1e-9 * np.abs(factor * term)).all()
    return factor if factor and fits else None


def part(c: Comparison) -> Finding | None:
    """One factor in a part of an array only: a row, a column, an entry; said with the part's place.

    One entry has every ratio, so that only 0 and −1 are named there.
    """
    known = c.wrong & usable(c.expected)
    if c.wrong.all() or not known.any() or c.yours.ndim == 0:
        return None
    yours, right, allowed = c.yours[known], c.expected.value[known], tolerance(c.expected)[known]
    place = c.extent or where(c.wrong)
    for factor, words in (
        (0.0, "zero"),
        (-1.0, "turned round in sign"),
        (2.0, "twice the expected"),
        (0.5, "half"),
    ):
        if (np.abs(yours - factor * right) <= allowed * max(abs(factor), 1e-3)).all():
            if factor not in (0.0, -1.0) and known.sum() <= FEW:
                continue
            return Finding("G9", PART.format(place=place, words=words), c.name)
    return None


ZERO = (
    "Every entry is zero, and the loss does depend on it. Was it forgotten, filled in by no one, or cut off by "
    "an array of whole numbers?"
)
NO_BIAS = (
    "Every entry is zero, and the loss does depend on this array. A vector of zeros among weights that are there is usually a "
    "bias that was taken for a constant. It collects the errors behind it, also where its value is 0."
)
ONE_SUM = (
    "All entries are the same number, the sum of the expected ones: the sum ran over all axes. Sum over the samples "
    "only."
)
ONE_MEAN = "All entries are the same number, the mean of the expected ones: a mean without an axis is in it."
ROLLED = "These are the right numbers, one place off along an axis. Look at an index that starts one too early or too late."
TURNED = "These are the right numbers in reversed order along an axis. Look at how the axis is walked on the way back."
SIGNS = "These are the signs of the right numbers, −1, 0 or 1: their sizes are lost."
ABSOLUTE = "These are the absolute values of the right numbers: a sign is lost."
TERM = (
    "What is too much or too little is {factor:.6g} times {term}, in every entry: a term of the loss (usually a "
    "penalty) is missing here, is there twice, or has another factor. Compare its derivative with the loss."
)
CONSTANT = (
    "Every entry is {factor:.6g} too large: one number is added everywhere (if it is negative, taken away)."
)
PART = "In {place} the gradient is {words}; all other entries are right. Look at a loop's ends, a mask or a slice."
