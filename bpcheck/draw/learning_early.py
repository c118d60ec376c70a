"""What an update that comes too early does to the slopes, for every learning rate; and how many starts solve XOR.

Imports: numpy; bpcheck.reference, bpcheck.draw.curves, sheet, picture, words.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bpcheck.draw.curves import Axis, Curve, chart
from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number
from bpcheck.reference import learning, mlp

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

RATES = (0.01, 0.1, 1.0, 10.0, 100.0)
HIDDEN = (2, 3, 4, 8)
STARTS = 40


def deep_network() -> tuple[list[mlp.Layer], mlp.Array, mlp.Array]:
    """A network 2-4-4-4-1 with random weights, its input and its target."""
    rng = np.random.default_rng(0)
    sizes = (2, 4, 4, 4, 1)
    params = [(1.5 * rng.standard_normal((m, n)), rng.standard_normal(m)) for n, m in pairwise(sizes)]
    return params, np.array([1.0, 2.0]), np.array([1.0])


def early_gaps() -> dict[str, list[float]]:
    """Name of a layer -> how far its slopes are off, for each of `RATES`."""
    found = {"2-2-1, layer 1": [float(learning.early_update_gap(*mlp.story(), rate)[0]) for rate in RATES]}
    for layer in (3, 2, 1):
        gaps = [learning.early_update_gap(*deep_network(), rate)[layer - 1] for rate in RATES]
        found[f"2-4-4-4-1, layer {layer}"] = [float(gap) for gap in gaps]
    return found


def early_updates() -> Picture:
    """How far the slopes are off if each layer is updated before the error goes through it, over the rate."""
    gaps = early_gaps()
    curves = [Curve(name, list(zip(RATES, values, strict=True))) for name, values in gaps.items()]
    x = Axis(0.01, 100.0, RATES, "learning rate η", log=True)
    y = Axis(
        1e-4,
        1e4,
        (1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4),
        "off by, as a part of the right slopes",
        log=True,
    )
    with Sheet(WIDE, 408) as sheet:
        chart(sheet, curves, x, y, width=510)
        return sheet.picture(_early_in_words(gaps), _EARLY_CAPTION)


_EARLY_CAPTION = (
    "Both scales are logarithmic. 1 means: off by as much as the slopes are long. Below it the gap grows in step with the rate; in the "
    "deep network the errors of the layers pile up."
)


def _early_in_words(gaps: dict[str, list[float]]) -> str:
    rows = "; ".join(
        f"{name}: "
        + ", ".join(f"{number(gap, 3)} at η = {rate:g}" for rate, gap in zip(RATES, values, strict=True))
        for name, values in gaps.items()
    )
    return (
        "How far the slopes of a layer are off, as a part of the right ones, if every layer is updated before the error goes "
        f"through it. {rows}. The last layer is always right."
    )


# -- starts --------------------------------------------------------------------------------------------


@cache
def solved_counts() -> tuple[int, ...]:
    """Of 40 starts, how many solve XOR with each number of hidden units."""
    return tuple(learning.solved_starts(hidden, range(STARTS)) for hidden in HIDDEN)


def xor_starts() -> Picture:
    """Of 40 random starts, how many solve XOR: with 2, 3, 4 and 8 hidden units."""
    counts = solved_counts()
    with Sheet(WIDE, 250) as sheet:
        sheet.text(20, 20, "hidden units", size=SMALL, color=GREY, align="left")
        sheet.text(150, 20, f"solved, of {STARTS} starts", size=SMALL, color=GREY, align="left")
        for k, (hidden, count) in enumerate(zip(HIDDEN, counts, strict=True)):
            y = 62 + 48 * k
            sheet.line([(20, y - 24), (WIDE - 20, y - 24)], color=RULE, line=1, layer=0)
            sheet.text(56, y, str(hidden), bold=True)
            for start in range(STARTS):
                x = 156 + 15 * start
                done = start < count
                sheet.box(
                    x,
                    y,
                    11,
                    20,
                    edge=BLUE if done else GREY,
                    fill=BLUE_PALE if done else "white",
                    line=1.2,
                    radius=0,
                )
                if not done:
                    sheet.line([(x - 5, y - 9), (x + 5, y + 9)], color=GREY, line=1, layer=3)
            sheet.text(770, y, f"{count}", bold=True, align="left")
        rows = "; ".join(
            f"{hidden} hidden units: {count}" for hidden, count in zip(HIDDEN, counts, strict=True)
        )
        return sheet.picture(
            f"Of {STARTS} random starts, so many solve XOR after 1000 steps with η = 5. {rows}.",
            "A filled cell is a start that solved it, a crossed one a start that did not. 1000 steps, η = 5, all four rows in every step.",
        )
