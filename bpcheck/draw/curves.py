"""Measured curves on one pair of axes, each linear or logarithmic, with a legend beside them.

Curves differ in colour, in their marks and in their strokes, so that none of these alone must be seen.

Imports: bpcheck.draw.nudge_plot, sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Literal

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, RULE, SMALL, Point, Sheet

Mark = Literal["circle", "square", "none"]
MARKS = 24  # on one curve: more would run into each other
STYLES: tuple[tuple[str, Mark, str], ...] = (  # one for each curve, in their order
    (BLUE, "square", "-"),
    (ORANGE, "circle", "-"),
    (INK, "none", "--"),
    (GREY, "square", ":"),
    (BLUE, "none", ":"),
    (ORANGE, "none", "--"),
)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its ends, its numbers and its name."""

    low: float
    high: float
    ticks: Sequence[float]
    name: str
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value lies, in the unit of the drawing; what is beyond an end lies at that end."""
        value = min(max(value, self.low), self.high)
        return log10(value) if self.log else value

    def label(self, value: float) -> str:
        """A number of the axis, as it is written there."""
        if self.log and not 0.001 < value < 1e5:
            return f"$10^{{{round(log10(value))}}}$"
        return f"{value:,g}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn and how it is called."""

    name: str
    points: Sequence[Point]


def chart(
    sheet: Sheet,
    curves: Sequence[Curve],
    x: Axis,
    y: Axis,
    *,
    left: float = 84,
    top: float = 42,
    width: float = 540,
    height: float = 300,
    legend: bool = True,
) -> None:
    """Draw the curves; their names stand to the right of the axes, from the top down."""
    plot = Plot(
        left, top, width, height, (x.place(x.low), x.place(x.high)), (y.place(y.low), y.place(y.high))
    )
    right, bottom = left + width, top + height
    for tick in y.ticks:
        _, level = plot.at(x.place(x.low), y.place(tick))
        sheet.line([(left, level), (right, level)], color=RULE, line=0.8, layer=0.5)
        sheet.text(left - 10, level, y.label(tick), size=SMALL, color=GREY, align="right")
    for tick in x.ticks:
        across, _ = plot.at(x.place(tick), y.place(y.low))
        sheet.line([(across, top), (across, bottom)], color=RULE, line=0.8, layer=0.5)
        sheet.text(across, bottom + 18, x.label(tick), size=SMALL, color=GREY)
    sheet.text(left - 60, top - 26, y.name, size=SMALL, color=GREY, align="left")
    sheet.text(left + width / 2, bottom + 44, x.name, size=SMALL, color=GREY)
    for curve, (color, mark, style) in zip(curves, STYLES, strict=False):
        points = [plot.at(x.place(a), y.place(b)) for a, b in curve.points]
        _stroke(sheet, points, color, mark, style, every=-(-len(points) // MARKS))
    for k, (curve, (color, mark, style)) in enumerate(zip(curves, STYLES, strict=False) if legend else ()):
        level = top + 14 + 30 * k
        _stroke(sheet, [(right + 18, level), (right + 62, level)], color, mark, style)
        sheet.text(right + 72, level, curve.name, size=SMALL, color=color, align="left")


def _stroke(sheet: Sheet, points: list[Point], color: str, mark: Mark, style: str, every: int = 1) -> None:
    if len(points) > 1:
        sheet.line(points, color=color, line=2, style=style, layer=2)
    for across, level in points[::every]:
        if mark == "square":
            sheet.box(across, level, 8, 8, edge=color, fill=color, radius=0, layer=3)
        elif mark == "circle":
            sheet.circle(across, level, 4.5, edge=color, fill="white", line=2)
