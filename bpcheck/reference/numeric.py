"""Numerical derivatives as the course writes them: one step, no estimate of the error.

They are for teaching and for counting. To judge a gradient, `bpcheck.gradcheck.derivative` takes a whole
ladder of steps and says how far its result can be believed.

Source: Nocedal & Wright, Numerical Optimization (2nd ed. 2006), section 8.1.

Imports: numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP = 1e-5  # default step of the course's central difference

Function = Callable[[Any], float]  # of one number
Machine = Callable[[NDArray[np.float64]], float]  # of an array of numbers


def forward(f: Function, x: float, h: float) -> float:
    """Slope from one side. Truncation error: h / 2 * f''(x) to leading order.

    >>> forward(lambda x: x * x, 1.5, 0.5)
    3.5
    """
    return (f(x + h) - f(x)) / h


def central(f: Function, x: float, h: float = STEP) -> float:
    """Slope from both sides. Truncation error: h**2 / 6 * f'''(x) to leading order.

    >>> central(lambda x: x * x, 1.5, 0.5)
    3.0
    """
    return (f(x + h) - f(x - h)) / (2 * h)


def moved(x: NDArray[Any], index: tuple[int, ...], step: float) -> NDArray[np.float64]:
    """A copy of `x`, in float64, with one entry moved."""
    copy = np.array(x, dtype=np.float64)
    copy[index] += step
    return copy


def partial(f: Machine, x: NDArray[Any], index: tuple[int, ...], h: float = STEP) -> float:
    """Slope of `f` with respect to one entry of `x`, all others held still; two runs of `f`.

    >>> round(partial(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]), (0,)), 6)
    12.0
    """
    return float((f(moved(x, index, h)) - f(moved(x, index, -h))) / (2 * h))


def gradient(f: Machine, x: NDArray[Any], h: float = STEP) -> NDArray[np.float64]:
    """All partial slopes of `f` at `x`, in the shape of `x`; two runs of `f` per entry.

    >>> print(gradient(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0])).round(6))
    [12.  4.]
    """
    slopes = np.zeros(np.shape(x))
    for index in np.ndindex(slopes.shape):
        slopes[index] = partial(f, x, index, h)
    return slopes
