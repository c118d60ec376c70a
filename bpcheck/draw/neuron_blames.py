"""What each weight of the course's neuron is to blame for, by its slope and by its removal; and the loss.

Imports: numpy; bpcheck.draw.sheet, picture, words; bpcheck.reference.neuron.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number
from bpcheck.reference import neuron as ref

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_ZERO, _SCALE = 590.0, 7200.0  # px: where the bars begin; px of a bar for a loss of 1
_TOP, _ROW, _BAR = 92.0, 66.0, 18.0  # px: first row, from row to row, thickness of a bar
_TITLES = ("w₁", "w₂", "both added")


def blames() -> Picture:
    """The neuron that said 0.80: what goes away from its loss with each weight, told in two ways."""
    slope, removal = _two_ways()
    loss = float(ref.loss(ref.X, ref.W, ref.B, ref.Y))
    floor = _TOP + 4 * _ROW - 30
    with Sheet(WIDE, floor + 16) as sheet:
        _heading(sheet)
        sheet.line([(_ZERO, 66), (_ZERO, floor)], color=GREY, line=1.2, layer=4)
        sheet.text(_ZERO, 54, "0", size=SMALL, color=GREY)
        for k, (title, one, other) in enumerate(zip(_TITLES, slope, removal, strict=True)):
            y = _TOP + _ROW * k
            sheet.text(40, y, title, align="left", bold=True)
            _bar(sheet, y - 12, one, BLUE, BLUE_PALE, None)
            _bar(sheet, y + 12, other, ORANGE, ORANGE_PALE, "////")
            sheet.line([(20, y + _ROW / 2), (WIDE - 20, y + _ROW / 2)], color=RULE, line=1, layer=0)
        sheet.text(40, _TOP + 3 * _ROW, "the loss", align="left", bold=True)
        _bar(sheet, _TOP + 3 * _ROW, loss, INK, PALE, None)
        return sheet.picture(_in_words(slope, removal, loss), _CAPTION)


_CAPTION = (
    "Two honest ways to ask how much of the loss is there because of a weight. Both answers are negative: without the weight the loss would be larger. "
    "They differ from each other, and neither adds up to the loss."
)


def _two_ways() -> tuple[list[float], list[float]]:
    """By slope and by removal: each weight, then the sum."""
    dw, _ = ref.backward(ref.X, ref.W, ref.B, ref.Y)
    slope = [float(part) for part in ref.W * dw]
    full = ref.loss(ref.X, ref.W, ref.B, ref.Y)
    removal = [float(full - ref.loss(ref.X, ref.W * (np.arange(2) != i), ref.B, ref.Y)) for i in range(2)]
    return [*slope, sum(slope)], [*removal, sum(removal)]


def _heading(sheet: Sheet) -> None:
    for left, words, ink, pale, hatch in (
        (160.0, "by slope: w · ∂ℓ/∂w", BLUE, BLUE_PALE, None),
        (400.0, "by removal: loss with it − loss without it", ORANGE, ORANGE_PALE, "////"),
    ):
        sheet.box(left + 14, 22, 28, 14, edge=ink, fill=pale, line=1.5, radius=0, hatch=hatch)
        sheet.text(left + 38, 22, words, size=SMALL, color=ink, align="left")


def _bar(sheet: Sheet, y: float, value: float, ink: str, pale: str, hatch: str | None) -> None:
    end = _ZERO + _SCALE * value
    sheet.box(
        (_ZERO + end) / 2, y, abs(end - _ZERO), _BAR, edge=ink, fill=pale, line=1.5, radius=0, hatch=hatch
    )
    below = value < 0
    sheet.text(
        end - 8 if below else end + 8, y, number(value, 3), bold=True, align="right" if below else "left"
    )


def _in_words(slope: list[float], removal: list[float], loss: float) -> str:
    told = "; ".join(
        f"{title}: {number(one, 3)} by slope, {number(other, 3)} by removal"
        for title, one, other in zip(_TITLES, slope, removal, strict=True)
    )
    return (
        "What goes away from the loss with each weight of the neuron that said 0.80, by slope (weight times slope) and by "
        f"removal (loss with the weight minus loss without it). {told}. The loss itself is {number(loss, 3)}."
    )
