"""A landscape of two knobs seen from above: lines of equal height, and arrows that point downhill.

Imports: bpcheck.draw.nudge_plot, sheet, words.
"""

from __future__ import annotations

from math import cos, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import fixed, number

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

A, B = 2.0, 1.0  # the place that is marked
LEVELS = (0.5, 2.0, 4.0, 7.0, 11.0)  # heights of the lines

_ARROW = 0.2  # length of an arrow, in units of the knobs, for a slope of 1
_STARTS = ((-2.6, 0.5), (-1.5, 1.2), (-1.0, -1.4), (0.3, 1.7), (1.6, -1.2), (2.8, -0.4), (-2.4, -1.0))
_CAPTION = (
    "C = ½a² + 2b² from above; every line joins places of equal height. Full arrows are minus the gradient, "
    "downhill; the broken one is the gradient, uphill. Each leaves at a right angle to the line through its start, and is longer where it is steeper."
)


def height(a: float, b: float) -> float:
    """The landscape, C = ½a² + 2b²."""
    return a * a / 2 + 2 * b * b


def slopes(a: float, b: float) -> tuple[float, float]:
    """Its gradient."""
    return a, 4 * b


def downhill_map() -> Picture:
    """Contours of C = ½a² + 2b² with arrows downhill, and at (2, 1) the arrow uphill too."""
    with Sheet(WIDE, 486) as sheet:
        plot = Plot(60, 20, 624, 429, (-3.2, 3.2), (-2.2, 2.2))
        _ground(sheet, plot)
        for a, b in _STARTS:
            _arrow(sheet, plot, a, b, -1)
        _arrow(sheet, plot, A, B, -1, line=3)
        _arrow(sheet, plot, A, B, 1, line=3)
        sheet.circle(*plot.at(A, B), 5, fill=INK)
        _legend(sheet)
        return sheet.picture(_in_words(), _CAPTION)


def _ground(sheet: Sheet, plot: Plot) -> None:
    for level in LEVELS:
        wide, high = sqrt(2 * level), sqrt(level / 2)
        turns = [2 * pi * k / 240 for k in range(241)]
        pieces: list[list[tuple[float, float]]] = [[]]
        for t in turns:
            a, b = wide * cos(t), high * sin(t)
            if plot.x[0] <= a <= plot.x[1] and plot.y[0] <= b <= plot.y[1]:
                pieces[-1].append(plot.at(a, b))
            elif pieces[-1]:
                pieces.append([])
        for piece in filter(None, pieces):
            sheet.line(piece, color=RULE, line=1.3, layer=1)
        if high < plot.y[1]:
            sheet.text(*plot.at(0, -high), f"{level:g}", size=SMALL, color=GREY, ground="white")
    plot.floor(sheet, (-3, -2, -1, 0, 1, 2, 3), "a")
    sheet.line([(plot.left, plot.top), (plot.left, plot.top + plot.height)], color=GREY, line=1.2)
    for tick in (-2, -1, 0, 1, 2):
        sheet.text(
            plot.left - 12,
            plot.at(0, tick)[1],
            f"{tick}".replace("-", "−"),
            size=SMALL,
            color=GREY,
            align="right",
        )
    sheet.text(plot.left, plot.top - 12, "$b$", color=GREY)
    sheet.text(*plot.at(0, 0), "lowest", size=SMALL, color=GREY)


def _arrow(sheet: Sheet, plot: Plot, a: float, b: float, way: int, line: float = 2) -> None:
    da, db = slopes(a, b)
    end = plot.at(a + way * _ARROW * da, b + way * _ARROW * db)
    color, style = (ORANGE, "--") if way > 0 else (BLUE, "-")
    sheet.arrow([plot.at(a, b), end], color=color, line=line, style=style, head=11)


def _unit() -> tuple[float, float]:
    da, db = slopes(A, B)
    return -da / hypot(da, db), -db / hypot(da, db)


def _legend(sheet: Sheet) -> None:
    da, db = slopes(A, B)
    left = 716
    sheet.text(left, 96, f"At ({A:g}, {B:g})", bold=True, align="left")
    sheet.text(left, 132, "gradient", color=ORANGE, bold=True, align="left")
    sheet.text(left, 156, f"({number(da)}, {number(db)})", color=ORANGE, align="left")
    sheet.text(left, 180, "uphill", color=ORANGE, align="left")
    sheet.text(left, 222, "minus gradient", color=BLUE, bold=True, align="left")
    sheet.text(left, 246, f"({number(-da)}, {number(-db)})", color=BLUE, align="left")
    sheet.text(left, 270, "downhill", color=BLUE, align="left")


def _in_words() -> str:
    da, db = slopes(A, B)
    u, v = _unit()
    return (
        "The landscape C = ½a² + 2b² from above: oval lines of equal height "
        f"({', '.join(f'{level:g}' for level in LEVELS)}) around the lowest point (0, 0), wider along a than along b. "
        f"At (2, 1), where C = {number(height(A, B))}, the gradient is ({number(da)}, {number(db)}) and points uphill; "
        f"minus the gradient, ({number(-da)}, {number(-db)}), points downhill, in the direction ({fixed(u, 2)}, {fixed(v, 2)}). "
        "It crosses the line of equal height at a right angle and does not point at the lowest point. Arrows at seven other "
        "places point downhill too; they are longer where the lines lie closer."
    )
