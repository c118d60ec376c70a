"""Two roads from one weight of the first layer to the loss, in a network of three layers.

Imports: bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, RULE, SMALL, WIDE, Point, Sheet

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_COLUMNS = (70.0, 260.0, 450.0, 640.0, 800.0)  # px: input, layers 1 to 3, loss
_ROWS = (104.0, 250.0)
_RADIUS = 31.0


def roads_to_loss() -> Picture:
    """A 2-2-2-1 network; the roads of the first weight of layer 1, and what each thing on them multiplies by."""
    with Sheet(WIDE, 392) as sheet:
        places: list[list[Point]] = [[(x, row) for row in _ROWS] for x in _COLUMNS[:3]]
        places += [[(x, sum(_ROWS) / 2)] for x in _COLUMNS[3:]]
        for x, words in zip(_COLUMNS, ("input", "layer 1", "layer 2", "layer 3", "loss"), strict=True):
            sheet.text(x, 28, words, size=SMALL, color=GREY)
        for layer in range(1, 4):
            for i, start in enumerate(places[layer - 1]):
                for j, end in enumerate(places[layer]):
                    _edge(sheet, layer, start, end, i, j)
        _arrow(sheet, places[3][0], places[4][0], INK, 3)
        for layer, column in enumerate(places):
            for j, place in enumerate(column):
                _circle(sheet, place, layer, j)
        sheet.text((_COLUMNS[3] + _COLUMNS[4]) / 2, sum(_ROWS) / 2 - 22, "$\\hat{y} - y$", size=14)
        _sum(sheet)
        return sheet.picture(_ALT, _CAPTION)


_ON = {
    (1, 0, 0): "W1[0, 0]",
    (2, 0, 0): "W2[0, 0]",
    (2, 0, 1): "W2[1, 0]",
    (3, 0, 0): "W3[0, 0]",
    (3, 1, 0): "W3[0, 1]",
}


def _edge(sheet: Sheet, layer: int, start: Point, end: Point, i: int, j: int) -> None:
    """Pale, unless it lies on a road; road 2 is the broken one."""
    if (layer, i, j) not in _ON:
        _arrow(sheet, start, end, RULE, 1.2)
        return
    second = (layer, i, j) in ((2, 0, 1), (3, 1, 0))
    color = INK if layer == 1 else ORANGE if second else BLUE
    _arrow(sheet, start, end, color, 3, "--" if second else "-")
    x, y = ((a + b) / 2 for a, b in zip(start, end, strict=True))
    if layer == 2 and second:
        x, y = x + 30, y + 24
    sheet.text(
        x,
        y if second else y - 18 * (start[1] == end[1]),
        _ON[layer, i, j],
        size=SMALL,
        color=color,
        ground="white",
    )


def _arrow(sheet: Sheet, start: Point, end: Point, color: str, line: float, style: str = "-") -> None:
    length = hypot(end[0] - start[0], end[1] - start[1])
    dx, dy = ((b - a) / length for a, b in zip(start, end, strict=True))
    sheet.arrow(
        [
            (start[0] + _RADIUS * dx, start[1] + _RADIUS * dy),
            (end[0] - (_RADIUS + 2) * dx, end[1] - (_RADIUS + 2) * dy),
        ],
        color=color,
        line=line,
        style=style,
        head=12 if line > 2 else 8,
    )


def _circle(sheet: Sheet, place: Point, layer: int, j: int) -> None:
    on = layer >= 2 or j == 0
    words = (f"x[{j}]", "φ′", "φ′", "φ′", "ℓ")[layer]
    sheet.circle(*place, _RADIUS, line=2.5 if on else 1.2, edge=INK if on else RULE)
    sheet.text(*place, words if on else "", size=14)


def _sum(sheet: Sheet) -> None:
    y = 340.0
    sheet.box(WIDE / 2, y, WIDE - 24, 72, edge=RULE, line=1.2, radius=8, layer=0)
    parts = (
        (INK, "x[0] · φ′"),
        (INK, "× ("),
        (BLUE, "W2[0, 0] · φ′ · W3[0, 0]"),
        (INK, "+"),
        (ORANGE, "W2[1, 0] · φ′ · W3[0, 1]"),
        (INK, ") ×"),
        (INK, "φ′ · (ŷ − y)"),
    )
    x = 34.0
    for color, words in parts:
        text = sheet.text(x, y - 10, words, align="left", color=color, bold=color != INK)
        if color != INK:
            name = "road 1" if color == BLUE else "road 2, broken line"
            sheet.text(x + sheet.width_of(text) / 2, y + 16, name, size=SMALL, color=color)
        x += sheet.width_of(text) + 10


_CAPTION = (
    "A nudge of the weight W1[0, 0] reaches the loss by two roads. Each unit on a road multiplies by its own slope φ′(z), each weight by "
    "itself. The roads share their beginning and their end."
)
_ALT = (
    "A network with two inputs, two layers of two units and one output. From the weight W1[0, 0] all roads go through the first unit of layer 1. "
    "There they fork: road 1 goes on through W2[0, 0], the first unit of layer 2 and W3[0, 0]; road 2, drawn broken, through W2[1, 0], the second "
    "unit of layer 2 and W3[0, 1]. They meet in the output and go on to the loss. The slope is x[0] times φ′ of the unit in layer 1, times the sum of "
    "W2[0, 0] · φ′ · W3[0, 0] for road 1 and W2[1, 0] · φ′ · W3[0, 1] for road 2, times φ′ of the output, times ŷ − y."
)
