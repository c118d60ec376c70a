"""Slopes of our own functions, each from one step along the imaginary axis.

It has no truncation error and subtracts nothing, and it costs a twentieth of a ladder of real steps. It is fit for our
own functions only, which are known to hold no `abs` and no comparison of complex numbers: a student's code is never
asked this way.

Source: Squire and Trapp, SIAM Review 40 (1998) 110-112.

Imports: numpy, bpcheck.gradcheck.facts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bpcheck.gradcheck.facts import Estimate, FloatArray

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
