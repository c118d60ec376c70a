"""The same slope estimated from one side and from both sides.

Imports: bpcheck.draw.nudge_plot, sheet, words; bpcheck.reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, ORANGE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number
from bpcheck.reference.numeric import central, forward

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

X, H, TRUE = 1.0, 0.5, 3.0  # place, nudge, slope of x³ there

_PANEL, _GAP, _HEIGHT = 424.0, 10.0, 350.0  # px
_TITLES = ("From one side", "From both sides")


def _cube(x: float) -> float:
    return x**3


def two_sides() -> Picture:
    """The curve y = x³ at x = 1 with the nudge 0.5: forward and central difference beside the tangent."""
    ratios = (forward(_cube, X, H), central(_cube, X, H))
    lefts = (X, X - H)
    with Sheet(WIDE, _HEIGHT + 6) as sheet:
        for k in range(2):
            _panel(sheet, 1 + k * (_PANEL + _GAP), _TITLES[k], lefts[k], ratios[k])
        return sheet.picture(_in_words(*ratios), _CAPTION)


_CAPTION = (
    "The broken line is the tangent of y = x³ at x = 1. On the left the full line starts at x itself; on the right it "
    "goes from x − h to x + h and does not touch the point at x, yet it is nearly parallel to the tangent."
)


def _panel(sheet: Sheet, left: float, title: str, start: float, ratio: float) -> None:
    end = X + H
    sheet.box(left + _PANEL / 2, _HEIGHT / 2 + 3, _PANEL, _HEIGHT, edge=RULE, line=1.2, radius=8, layer=0)
    sheet.text(left + 18, 26, title, bold=True, align="left")
    plot = Plot(left + 22, 46, _PANEL - 76, 220, (0.25, 1.75), (-0.4, 4.4))
    plot.floor(sheet, (0.5, 1, 1.5), "x")
    sheet.line(plot.curve(_cube), line=2)
    sheet.line(plot.straight(X, 1.0, TRUE), color=ORANGE, line=2, style="--")
    sheet.line(plot.straight(end, _cube(end), ratio), color=BLUE, line=2)
    plot.dot(sheet, X, 1.0, fill="white")
    for place in (start, end):
        plot.dot(sheet, place, _cube(place), fill=BLUE)
    change = _cube(end) - _cube(start)
    words = f"slope {number(change)} / {number(end - start)} = {number(ratio)}"
    sheet.text(left + 18, 310, words, bold=True, color=BLUE, align="left")
    sheet.text(left + 18, 334, f"too steep by {number(ratio - TRUE)}", size=SMALL, align="left")
    sheet.text(left + _PANEL - 18, 310, f"tangent: {number(TRUE)}", bold=True, color=ORANGE, align="right")


def _in_words(one: float, both: float) -> str:
    return (
        f"The curve y = x³ near x = 1, where its tangent has the slope {number(TRUE)}. From one side, from x = 1 to "
        f"1.5, the slope is {number(one)}: too steep by {number(one - TRUE)}. From both sides, from 0.5 to 1.5, the "
        f"slope is {number(both)}: too steep by only {number(both - TRUE)}."
    )
