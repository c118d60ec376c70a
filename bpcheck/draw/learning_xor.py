"""What a network says to every point of the square, at four moments of its training on XOR.

Imports: numpy, ipywidgets on call; bpcheck.errors, bpcheck.reference.learning, bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, SMALL, WIDE, Sheet
from bpcheck.draw.words import fixed
from bpcheck.errors import UsageError
from bpcheck.reference import learning

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture
    from bpcheck.reference.mlp import Layer

MOMENTS = (0, 100, 200, 1000)  # steps
SEED, RATE = 1, 5.0
_SIDE, _CELLS = 176.0, 32  # px of a map; cells along its side
_LOW, _HIGH = -0.35, 1.35  # of the inputs that are shown


@cache
def trained(steps: int) -> list[Layer]:
    """The network of the pictures after so many steps."""
    return learning.train(learning.xor_start(4, SEED), learning.XOR_X, learning.XOR_Y, RATE, steps)[0]


def xor_maps(*moments: int) -> Picture:
    """Maps of what a network 2-4-1 says, after so many steps each; without numbers, the strip of four.

    Parameters
    ----------
    moments : one to four numbers of steps, 0 to 5000

    Raises
    ------
    UsageError : they are no such numbers.
    """
    moments = moments or MOMENTS
    bad = [m for m in moments if not isinstance(m, int) or isinstance(m, bool) or not 0 <= m <= 5000]
    if bad or len(moments) > 4:
        raise UsageError(f"one to four whole numbers of steps, each from 0 to 5000; it got {moments!r}")
    with Sheet(14 + 212 * len(moments) if len(moments) < 4 else WIDE, 282) as sheet:
        for k, steps in enumerate(moments):
            _map(sheet, 18 + 212 * k, 40, steps)
        sheet.text(18, 266, "○ should say 0   ■ should say 1", size=SMALL, color=GREY, align="left")
        return sheet.picture(_in_words(moments), _CAPTION)


_CAPTION = (
    "Across and up: the two inputs. Striped (orange): the network says more than ½. Plain (blue): less. Below each map the largest "
    "distance of an output from its target."
)


def xor_slider() -> Any:
    """The same with a slider for the number of steps; where ipywidgets is not installed, the strip of four."""
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return xor_maps()
    slider = widgets.IntSlider(
        value=0, min=0, max=1000, step=50, description="steps", continuous_update=False
    )
    shown = widgets.HTML(xor_maps(0)._repr_html_())

    def show(_change: object) -> None:
        shown.value = xor_maps(slider.value)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def _map(sheet: Sheet, left: float, top: float, steps: int) -> None:
    params = trained(steps)
    cell = _SIDE / _CELLS
    centres = _LOW + (np.arange(_CELLS) + 0.5) * (_HIGH - _LOW) / _CELLS
    says = learning.outputs(params, np.array([[a, b] for b in centres[::-1] for a in centres]))
    high = (says > 0.5).reshape(_CELLS, _CELLS)
    sheet.text(left + _SIDE / 2, top - 22, f"after {steps:,} steps", size=SMALL, bold=True)
    sheet.box(left + _SIDE / 2, top + _SIDE / 2, _SIDE, _SIDE, edge=INK, fill=BLUE_PALE, radius=0, layer=0.5)
    for row in range(_CELLS):
        for start, end in _runs(high[row]):
            x, width = left + cell * (start + end) / 2, cell * (end - start)
            y = top + cell * (row + 0.5)
            sheet.box(x, y, width, cell, edge=ORANGE_PALE, fill=ORANGE_PALE, line=0.3, radius=0, layer=1)
            if row % 2:
                ends = [(left + cell * start, y), (left + cell * end, y)]
                sheet.line(ends, color=ORANGE, line=0.8, layer=1.2)
    for (a, b), target in zip(learning.XOR_X, learning.XOR_Y[:, 0], strict=True):
        x = left + _SIDE * (a - _LOW) / (_HIGH - _LOW)
        y = top + _SIDE * (_HIGH - b) / (_HIGH - _LOW)
        if target:
            sheet.box(x, y, 13, 13, edge="white", fill=INK, radius=0, layer=4)
        else:
            sheet.circle(x, y, 7, edge=INK, fill="white", line=2.5)
    sheet.text(
        left + _SIDE / 2, top + _SIDE + 20, f"off by {fixed(_worst(steps), 2)}", size=SMALL, color=BLUE
    )


def _runs(row: Any) -> list[tuple[int, int]]:
    """Where True stands, as (start, end) pairs."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _worst(steps: int) -> float:
    return float(np.abs(learning.outputs(trained(steps)) - learning.XOR_Y).max())


def _in_words(moments: tuple[int, ...]) -> str:
    parts = []
    for steps in moments:
        said = ", ".join(
            f"({a:.0f}, {b:.0f}) {fixed(float(value), 2)}"
            for (a, b), value in zip(learning.XOR_X, learning.outputs(trained(steps))[:, 0], strict=True)
        )
        parts.append(
            f"after {steps:,} steps it says: {said}; farthest from its target by {fixed(_worst(steps), 2)}"
        )
    return (
        "What a network 2-4-1 says to the four rows of XOR, and on a map to all points around them. "
        + ". ".join(part[0].upper() + part[1:] for part in parts)
        + "."
    )
