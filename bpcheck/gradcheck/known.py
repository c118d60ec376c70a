"""What a reference knows of a loss, and whether it is to be believed.

A reference is a second way to the same loss: it gives the exact gradient, and what known mistakes would give.
It counts only if its values are those of the loss and its slopes the numerical ones, wherever these are known.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.gradcheck.compare import compare, tolerance, usable
from bpcheck.gradcheck.facts import Comparison, Estimate, FloatArray
from bpcheck.gradcheck.places import Place
from bpcheck.gradcheck.point import Arrays
from bpcheck.gradcheck.recognise import Candidate

SINGLE = 1e-7  # of an entry: the error of a gradient in float32
SAME_LOSS = 1e-6  # of the loss: what a reference may be away, since the loss may use float32

# that was given at one point; None: no gradient of this array to judge
Gradient = Sequence[FloatArray | None]
# From the number of a point, and the gradient there: the numbers of all points where the loss takes the same
# steps, that one first, and mistakes that share a wrong array with the gradient, with their results at these.
Mistakes = Callable[[int, Gradient], tuple[Sequence[int], Sequence[Candidate]]]


@dataclass(frozen=True, slots=True)
class Known:
    """What a reference knows of a loss at the points that it was asked about."""

    values: Sequence[float | None] = ()  # of the loss, point after point; None: it cannot say there
    gradients: Sequence[Arrays | None] = ()  # right ones, point after point, in the order of the arrays
    mistakes: Mistakes | None = None
    order: Callable[[], Sequence[tuple[str, str]]] = (
        tuple  # arrays from the loss backwards, with the code that uses them
    )
    note: str = ""  # why it is of no use
    wanted: bool = False  # somebody should hear why it is of no use


Reference = Callable[[Sequence[Arrays]], Known]  # from the points that were checked


def believed(
    known: Known, names: Sequence[str], comparisons: Sequence[Comparison], places: Sequence[Place]
) -> Known:
    """The same, or nothing but a note: it is another function, or was of no use from the start.

    Parameters
    ----------
    known : about `places`
    names : of the arrays, in the order of the point
    comparisons : of all arrays at all places
    places : with the loss there
    """
    doubt = known.note or _doubt(known, names, comparisons, places)
    return Known(note=doubt if known.wanted else "") if doubt else known


def _doubt(
    known: Known, names: Sequence[str], comparisons: Sequence[Comparison], places: Sequence[Place]
) -> str:
    for place, value, gradient in zip(places, known.values, known.gradients, strict=False):
        if value is None or gradient is None:
            continue
        right = place.terrain.middle
        if not abs(value - right) <= SAME_LOSS * abs(right) + 10 * place.terrain.noise:
            return OTHER_LOSS.format(value=value, right=right)
        by_name = dict(zip(names, gradient, strict=True))
        for c in comparisons:
            if c.at == place.at and not _within(by_name[c.name], c.expected):
                return OTHER_GRADIENT.format(name=c.name)
    return ""


def _within(gradient: FloatArray, expected: Estimate) -> bool:
    """Where the numerical derivative is known, a reference has it."""
    with np.errstate(invalid="ignore"):
        off = np.abs(gradient - expected.value) > tolerance(expected)
    return not (off & usable(expected)).any()


def sharpened(
    known: Known, names: Sequence[str], comparisons: Sequence[Comparison], places: Sequence[Place]
) -> list[Comparison]:
    """What was found wrong, compared once more, with all entries of the exact gradient.

    Parameters: as for `believed`.
    """
    gradients = {place.at: (g, place) for place, g in zip(places, known.gradients, strict=False) if g}

    def sharp(c: Comparison) -> Comparison:
        if not c.wrong.any() or c.at not in gradients:
            return c
        gradient, place = gradients[c.at]
        value = gradient[names.index(c.name)]
        size = np.abs(value) + np.abs(value).max(initial=0.0)
        expected = Estimate(value, SINGLE * size * place.terrain.single, c.expected.kink)
        again = compare(c.name, c.yours, expected, c.at)
        return dataclasses.replace(again, products=c.products) if again.wrong.any() else c

    return [sharp(c) for c in comparisons]


OTHER_LOSS = (
    "The reference gives {value:.9g} where the loss is {right:.9g}: they are not the same function. Nothing was named "
    "from it."
)
OTHER_GRADIENT = (
    "The reference has the value of the loss, but not its slope in {name}. Does it take something for a constant? "
    "Nothing was named from it."
)
