"""Wrong ways to nudge an array, as people write them: sources of the mistakes that a check can name.

The right way is in `bpcheck.reference.numeric`.

Imports: numpy, bpcheck.reference.numeric.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcheck.reference.numeric import STEP, Machine, gradient

Array = Any  # an array of floats or, where that is the point, of whole numbers
Slope = Callable[[Machine, Array, Any, float], Any]  # of one entry: f, x, its index, the step


def difference(f: Machine, up: Array, down: Array, h: float) -> float:
    """Central difference between any two places."""
    return float((f(up) - f(down)) / (2 * h))


def in_place(f: Any, x: Any, i: Any, h: float) -> float:
    """Shifts the caller's entry up, then down, and leaves it there."""
    x[i] += h
    up = f(x)
    x[i] -= 2 * h
    return float((up - f(x)) / (2 * h))


def unit(x: Array, i: int) -> NDArray[np.float64]:
    """1 at entry i, 0 elsewhere."""
    return np.asarray(np.arange(len(x)) == i, dtype=np.float64)


def walk(
    slope: Slope, like: Callable[[Any], Any] = np.shape, copy: Callable[[Array], Array] = np.array
) -> Callable[..., Any]:
    """A gradient whose entry comes from slope(f, x, index, h); `copy` prepares x, `like` the result."""

    def answer(f: Any, x: Any, h: float = STEP) -> Any:
        found = like(x)
        slopes = np.zeros(found) if isinstance(found, tuple) else found
        mine = copy(x)
        for index in np.ndindex(x.shape):
            slopes[index] = slope(f, mine, index, h)
        return slopes

    return answer


def floats(x: Array) -> NDArray[np.float64]:
    """A copy of floats."""
    return np.array(x, dtype=np.float64)


def by_rows(f: Any, x: Any, h: float = STEP) -> NDArray[np.float64]:
    """x[k] of a table is a whole row: it is moved, and filled, at once."""
    mine = np.atleast_1d(x)
    slopes = np.zeros(mine.shape)
    for k in range(len(mine)):
        row = np.zeros(mine.shape)
        row[k] = h
        slopes[k] = difference(f, mine + row, mine - row, h)
    return slopes.reshape(x.shape)


def last_only(f: Machine, x: Array, h: float = STEP) -> NDArray[np.float64]:
    """A result that is begun anew for every entry."""
    slopes = np.zeros(x.size)
    slopes[-1] = gradient(f, x, h).flat[-1]
    return slopes.reshape(x.shape)
