"""A plot on a sheet: numbers in, pixels out; and the straight lines that a slope is read from.

Imports: bpcheck.draw.sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import GREY, INK, RULE, SMALL, Point, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEPS = 120  # straight pieces that a curve is made of


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a plot lies on its sheet, in px, and which numbers its edges stand for."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]  # at the left and the right edge
    y: tuple[float, float]  # at the lower and the upper edge

    def at(self, x: float, y: float) -> Point:
        """The place of a point, in px."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + self.width * across, self.top + self.height * (1 - up)

    def curve(self, f: Callable[[float], float]) -> list[Point]:
        """The points of y = f(x) from the left edge to the right, without what lies above or below."""
        xs = [self.x[0] + (self.x[1] - self.x[0]) * k / _STEPS for k in range(_STEPS + 1)]
        return [self.at(x, f(x)) for x in xs if self.y[0] <= f(x) <= self.y[1]]

    def straight(self, x: float, y: float, slope: float) -> list[Point]:
        """The two ends of the line through (x, y), cut off at the edges."""
        ends = []
        for edge in self.x:
            height = min(max(y + slope * (edge - x), self.y[0]), self.y[1])
            ends.append(self.at(x + (height - y) / slope if slope else edge, height))
        return ends

    def floor(self, sheet: Sheet, ticks: Sequence[float], name: str) -> None:
        """The x axis with its numbers, and what it counts."""
        bottom = self.top + self.height
        sheet.line([(self.left, bottom), (self.left + self.width, bottom)], color=GREY, line=1.2)
        for tick in ticks:
            place, _ = self.at(tick, self.y[0])
            sheet.line([(place, bottom), (place, bottom + 5)], color=GREY, line=1.2)
            sheet.text(place, bottom + 16, f"{tick:g}".replace("-", "−"), size=SMALL, color=GREY)
        sheet.text(self.left + self.width + 12, bottom, f"${name}$", color=GREY)

    def dot(self, sheet: Sheet, x: float, y: float, fill: str = INK) -> None:
        """A point on the curve, with a line down to the axis."""
        place = self.at(x, y)
        sheet.line([place, (place[0], self.top + self.height)], color=RULE, line=1, style=":", layer=1)
        sheet.circle(*place, 4.5, fill=fill)
