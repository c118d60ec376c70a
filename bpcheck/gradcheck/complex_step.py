"""Slopes from one step along the imaginary axis: no truncation error, and nothing is subtracted.

An entry costs one evaluation and is known to the last digits, also where the loss is 1e6 plus something small. The price
is trust: `abs`, a comparison or `float` drop the imaginary part, some without a word. So it is for our own functions,
and for losses whose authors ask for it; theirs are held against central differences.

Source: Squire and Trapp, SIAM Review 40 (1998) 110-112.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bpcheck.errors import UsageError
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.direction import CERTAIN, Walk, magnitude, spread
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.gradcheck.point import Loss

TINY = 1e-30  # the step: nothing is subtracted, so it may be as small as it likes
ROUNDING = 1e-14  # of the largest slope of an array: what a pass through a few layers may lose


def imaginary_slopes(loss: Callable[[list[Any]], Any], arrays: Sequence[FloatArray]) -> list[Estimate]:
    """Slopes of loss(arrays), a complex number for complex arrays, with respect to every entry.

    >>> imaginary_slopes(lambda arrays: (arrays[0] ** 3).sum(), [np.array([1.0, 2.0])])[0].value.tolist()
    [3.0, 12.0]
    """
    moved = [array.astype(np.complex128) for array in arrays]
    found = []
    for array in moved:
        slopes = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            array[index] += 1j * TINY
            slopes[index] = np.imag(loss(moved)) / TINY
            array[index] = array[index].real
        rounding = np.full(array.shape, ROUNDING * np.abs(slopes).max(initial=0.0))
        found.append(Estimate(slopes, rounding, np.zeros(array.shape, dtype=bool)))
    return found


def imaginary_slope(f: Callable[[Any], Any], x: float) -> Estimate:
    """Slope of f at one number.

    >>> float(imaginary_slope(np.sin, 0.0).value)
    1.0
    """
    return imaginary_slopes(lambda moved: f(moved[0]), [np.asarray(x, dtype=np.float64)])[0]


def confirmed_slopes(loss: Loss, rng: np.random.Generator) -> list[Estimate]:
    """Slopes of anybody's loss, one Estimate for each array of its point.

    Each array costs one evaluation an entry, and the 19 to 97 of a central difference along one random direction.

    Raises
    ------
    UsageError : the loss does not bear complex numbers, gives a real one, or another slope than the difference.
    """

    def complex_loss(arrays: list[Any]) -> Any:
        try:
            value = loss.raw(tuple(arrays))
        except Exception as error:
            raise UsageError(
                f"with complex numbers the loss raised {type(error).__name__}: {error}. {DO_WITHOUT}"
            ) from error
        if np.ndim(value) or not np.iscomplexobj(value):
            raise UsageError(f"with complex numbers the loss returned {describe(value)}. {DO_WITHOUT}")
        return value

    names, arrays = loss.point.names, loss.point.arrays
    found = imaginary_slopes(complex_loss, arrays)
    for i, (name, x, slopes) in enumerate(zip(names, arrays, found, strict=True)):
        way, along = magnitude(x) * spread(x, rng), loss.along(i)
        walk = Walk(x, way)
        difference = slope(lambda s, walk=walk, along=along: along(walk(s)), 0.0)  # type: ignore[misc]
        claim = float(np.vdot(slopes.value, way))
        slack = CERTAIN * difference.error + float(np.vdot(slopes.error, np.abs(way)))
        if difference.kink or not abs(difference.value - claim) <= slack:
            raise UsageError(
                f"along a random direction of {name} the complex step gives {claim:.9g}, central differences give "
                f"{difference.value:.9g}. Something in the loss drops the imaginary part (abs, max, a comparison, "
                f"float), or the point lies at a kink. {DO_WITHOUT}"
            )
    return found


DO_WITHOUT = "Leave complex_step=True out: central differences need real numbers only."
