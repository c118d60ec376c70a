"""A gradient check as the course writes it: what notebook 08 builds.

It is for teaching. `bpcheck.check_gradient` is the instrument: it measures how far its own numbers can be believed.

Sources: Nocedal & Wright, Numerical Optimization (2nd ed. 2006), section 8.1; Goodfellow, Bengio, Courville,
Deep Learning (2016), section 11.5.

Imports: numpy, bpcheck.reference.numeric.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcheck.reference import numeric

Array = NDArray[np.float64]
Blocks = Sequence[Array]
Loss = Callable[[list[Array]], float]  # of a list of blocks, such as [W, b]

STEP = 1e-5
TOLERANCE = 1e-4  # relative; a right gradient comes much closer, a wrong one hardly ever as close


def relative_gap(a: Any, n: Any) -> Array:
    """|a - n| over the larger of |a| and |n|, entry by entry; 0 where both are 0.

    >>> print(relative_gap(np.array([2.0, 0.0, -1.0]), np.array([1.0, 0.0, 1.0])))
    [0.5 0.  2. ]
    """
    size = np.maximum(np.abs(a), np.abs(n))
    return np.asarray(np.abs(np.subtract(a, n)) / np.where(size > 0, size, 1.0))


def block_gradient(f: Loss, theta: Blocks, k: int, h: float = STEP) -> Array:
    """Central differences with respect to every entry of block k; `theta` stays as it is."""

    def of_block(block: Array) -> float:
        return f([*theta[:k], block, *theta[k + 1 :]])

    return numeric.gradient(of_block, theta[k], h)


def gradcheck(
    f: Loss, theta: Blocks, grads: Blocks, h: float = STEP, tolerance: float = TOLERANCE
) -> list[bool]:
    """For each block whether its gradient is right.

    Parameters
    ----------
    f : the loss, of a list of blocks
    theta, grads : blocks of the same shapes
    h : step of the central difference
    tolerance : on the largest relative gap of a block

    >>> w = np.array([1.0, 2.0])
    >>> gradcheck(lambda theta: float((theta[0] ** 2).sum()), [w], [2 * w])
    [True]
    """
    blocks = [np.array(block, dtype=np.float64) for block in theta]
    gaps = [relative_gap(grad, block_gradient(f, blocks, k, h)).max() for k, grad in enumerate(grads)]
    return [bool(gap < tolerance) for gap in gaps]


def directional_check(
    f: Loss, theta: Blocks, grads: Blocks, v: Blocks, h: float = STEP
) -> tuple[float, float]:
    """The slope of `f` along v, by two runs and by the gradient."""
    up = f([block + h * d for block, d in zip(theta, v, strict=True)])
    down = f([block - h * d for block, d in zip(theta, v, strict=True)])
    return (up - down) / (2 * h), float(sum((g * d).sum() for g, d in zip(grads, v, strict=True)))


def one_sided(f: Callable[[float], float], x: float, h: float) -> tuple[float, float]:
    """The slopes of `f` from the left and from the right."""
    return (f(x) - f(x - h)) / h, (f(x + h) - f(x)) / h


def safe_point(f: Callable[[float], float], x: float, h: float) -> float:
    """The place nearest to x, in steps of 2h, with no kink within h.

    >>> safe_point(abs, 0.0, 0.125), safe_point(abs, 1.0, 0.125)
    (0.25, 1.0)
    """
    for step in range(5):
        for place in (x + 2 * h * step, x - 2 * h * step):
            left, right = one_sided(f, place, h)
            if abs(right - left) < 0.01 * (abs(right) + abs(left)) + h:
                return place
    return x
