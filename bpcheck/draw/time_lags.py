"""How much of a gradient through time comes from how long ago, for four networks that differ in one number.

Imports: numpy; bpcheck.reference.recurrent, bpcheck.draw.curves, sheet, picture, words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bpcheck.draw.curves import Axis, Curve, chart
from bpcheck.draw.sheet import WIDE, Sheet
from bpcheck.draw.words import number
from bpcheck.reference import recurrent

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

GAINS = (0.5, 0.9, 1.0, 3.0)
LENGTH = 50  # steps


@cache
def norms(gain: float) -> tuple[float, ...]:
    """Lengths of the parts of the gradient of W_hh, lag 0 first, for 50 random inputs."""
    rng = np.random.default_rng(1)
    X, h0 = rng.standard_normal((LENGTH, 1)), 0.1 * rng.standard_normal(16)
    found = recurrent.lag_norms(recurrent.gain_network(gain), X, h0, 1.0)
    return tuple(float(value) for value in found)


def lag_curves() -> Picture:
    """What each lag adds to the gradient of W_hh, for four gains."""
    curves = [
        Curve(f"gain {gain:g}", [(float(lag), value) for lag, value in enumerate(norms(gain))])
        for gain in GAINS
    ]
    x = Axis(0, LENGTH - 1, (0, 10, 20, 30, 40, 49), "lag: steps back from the end")
    y = Axis(1e-16, 1e6, (1e-16, 1e-12, 1e-8, 1e-4, 1.0, 1e4), "length of the part", log=True)
    with Sheet(WIDE, 408) as sheet:
        chart(sheet, curves, x, y)
        rows = "; ".join(
            f"gain {gain:g}: {number(norms(gain)[0], 2)} at lag 0, {number(norms(gain)[25], 2)} at lag 25, {number(norms(gain)[-1], 2)} at lag 49"
            for gain in GAINS
        )
        return sheet.picture(
            f"Lengths of what each use of W_hh adds to its gradient, over the lag, for networks of 16 units that read 50 numbers. {rows}.",
            "The scale is logarithmic. The gain is the factor by which W_hh stretches a state. The slopes of tanh, at most 1, shorten what comes back still further.",
        )
