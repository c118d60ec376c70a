"""Two roads from x to y: slopes multiply along a road, and the roads are added.

Imports: bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import (
    BLUE,
    BLUE_PALE,
    GREY,
    INK,
    LARGE,
    ORANGE,
    ORANGE_PALE,
    PALE,
    RULE,
    SMALL,
    WIDE,
    Sheet,
)
from bpcheck.draw.words import factor, number, one_number

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture


@dataclass(frozen=True, slots=True)
class _Roads:
    """y = u · s with s = sin(u) and u = x², at one x."""

    x: float
    u: float
    s: float
    y: float
    du_dx: float  # 2x
    ds_du: float  # cos(u)

    @classmethod
    def at(cls, x: float) -> _Roads:
        u = x * x
        return cls(x, u, sin(u), u * sin(u), 2 * x, cos(u))

    @property
    def straight(self) -> float:
        """Product along x -> u -> y; u enters y as a factor, and the slope of u · s there is s."""
        return self.du_dx * self.s

    @property
    def through_sine(self) -> float:
        """Product along x -> u -> s -> y; the slope of u · s towards s is u."""
        return self.du_dx * self.ds_du * self.u


def two_roads(x: float = 1.3) -> Picture:
    """Y = u · sin(u) with u = x²: the fork at u, the slope of every edge, both roads and their sum.

    Parameters
    ----------
    x : where the graph is evaluated; from -100 to 100

    Raises
    ------
    UsageError : `x` is not such a number.
    """
    r = _Roads.at(one_number(x))
    with Sheet(WIDE, 408) as sheet:
        _graph(sheet, r)
        _sums(sheet, r)
        return sheet.picture(_in_words(r), _CAPTION)


_CAPTION = (
    "The number u is used twice, so a nudge at x reaches y by two roads. Multiply the slopes along each road, then "
    "add the roads; whoever takes only one road gets half the story. Numbers are rounded to four digits."
)

_X, _U, _S, _Y = (60.0, 126.0), (262.0, 126.0), (542.0, 214.0), (798.0, 126.0)  # px: where the numbers stand


def _graph(sheet: Sheet, r: _Roads) -> None:
    top, bottom = 46.0, _S[1]
    sheet.arrow([(_X[0] + 48, _X[1]), (_U[0] - 48, _U[1])], line=2.5)
    over = [(_U[0] + 14, 98), (_U[0] + 58, top), (_Y[0] - 58, top), (_Y[0] - 16, 96)]
    sheet.arrow(over, line=3, color=BLUE, radius=24, head=13)
    below = [(_U[0] + 24, 152), (_U[0] + 84, bottom), (_S[0] - 48, bottom)]
    sheet.arrow(below, line=3, color=ORANGE, style="--", radius=24, head=13)
    onward = [(_S[0] + 46, bottom), (_Y[0] - 84, bottom), (_Y[0] - 26, 157)]
    sheet.arrow(onward, line=3, color=ORANGE, style="--", radius=24, head=13)
    for place, name, value in (
        (_X, "$x$", r.x),
        (_U, "$u = x^2$", r.u),
        (_S, r"$s = \sin u$", r.s),
        (_Y, r"$y = u \cdot s$", r.y),
    ):
        sheet.box(*place, 94, 58, radius=26)
        sheet.text(place[0], place[1] - 12, name)
        sheet.text(place[0], place[1] + 13, number(value))
    _slope(sheet, (_X[0] + _U[0]) / 2 - 3, _X[1], "$du/dx = 2x$", r.du_dx, INK, PALE)
    _slope(sheet, (_U[0] + _Y[0]) / 2, top, r"$\partial y/\partial u = s$", r.s, BLUE, BLUE_PALE)
    sheet.text((_U[0] + _Y[0]) / 2, top + 25, "Road 1", size=14, bold=True, color=BLUE)
    sheet.text(415, bottom + 25, "Road 2", size=14, bold=True, color=ORANGE)
    _slope(sheet, 415, bottom, r"$ds/du = \cos u$", r.ds_du, ORANGE, ORANGE_PALE)
    _slope(sheet, 656, bottom, r"$\partial y/\partial s = u$", r.u, ORANGE, ORANGE_PALE)


def _slope(sheet: Sheet, x: float, y: float, name: str, value: float, color: str, pale: str) -> None:
    """A number on its edge, and above it what it is the slope of."""
    sheet.text(x, y - 25, name, size=14, color=color)
    sheet.text(x, y, number(value), bold=True, color=color, ground=pale)


def _sums(sheet: Sheet, r: _Roads) -> None:
    """Multiply along each road, add the roads."""
    sheet.box(WIDE / 2, 336, WIDE - 24, 124, edge=RULE, line=1.2, radius=8, layer=0)
    rows = (
        (300, "Road 1", BLUE, "-", _along(r.du_dx, r.s), r.straight),
        (330, "Road 2", ORANGE, "--", _along(r.du_dx, r.ds_du, r.u), r.through_sine),
    )
    for y, name, color, style, product, value in rows:
        sheet.text(36, y, name, bold=True, color=color, align="left")
        sheet.line([(110, y), (166, y)], color=color, line=3, style=style)
        sheet.text(190, y, "multiply the slopes", size=SMALL, color=GREY, align="left")
        sheet.text(656, y, f"{product}  =", align="right")
        sheet.text(822, y, number(value), bold=True, color=color, align="right")
    sheet.line([(36, 352), (WIDE - 36, 352)], color=RULE, line=1.2)
    sheet.text(36, 374, "Both", bold=True, align="left")
    sheet.text(190, 374, "add the roads", size=SMALL, color=GREY, align="left")
    sheet.text(656, 374, "$dy/dx$  =", align="right")
    sheet.text(822, 374, number(r.straight + r.through_sine), size=LARGE, bold=True, align="right")


def _along(*slopes: float) -> str:
    return " × ".join([number(slopes[0]), *map(factor, slopes[1:])])


def _in_words(r: _Roads) -> str:
    return (
        f"y = u · s with s = sin u and u = x², at x = {number(r.x)}: u = {number(r.u)}, s = {number(r.s)}, "
        f"y = {number(r.y)}. From x one edge leads to u, with slope 2x = {number(r.du_dx)}; at u the way forks. "
        f"Road 1 goes straight from u to y, as the factor u, with slope s = {number(r.s)}: "
        f"{_along(r.du_dx, r.s)} = {number(r.straight)}. "
        f"Road 2 goes from u through the sine, with slope cos u = {number(r.ds_du)}, and from s to y, with slope "
        f"u = {number(r.u)}: {_along(r.du_dx, r.ds_du, r.u)} = {number(r.through_sine)}. "
        f"The sum over both roads is dy/dx = {number(r.straight + r.through_sine)}."
    )
