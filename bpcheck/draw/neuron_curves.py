"""The sigmoid with its slopes, and how much of an error two losses let through to z.

Imports: bpcheck.draw.nudge_plot, sheet, picture, words; bpcheck.reference.neuron.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import fixed, number
from bpcheck.reference.neuron import sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcheck.draw.picture import Picture

PLACES = (-4.0, 0.0, log(4))  # z: a flat end, the steepest place, the neuron of the course
_TABLE = 560.0  # px: where the numbers beside the plot begin


def sigmoid_slopes() -> Picture:
    """The sigmoid with its tangent at three places, and the slope of each beside its value."""
    rows = [(z, float(sigmoid(z))) for z in PLACES]
    with Sheet(WIDE, 306) as sheet:
        plot = Plot(60, 30, 420, 220, (-6.0, 6.0), (-0.08, 1.08))
        plot.floor(sheet, (-6, -4, -2, 0, 2, 4, 6), "z")
        for level, words in ((0.0, "0"), (1.0, "1")):
            ends = plot.at(-6.0, level), plot.at(6.0, level)
            sheet.line(ends, color=RULE, line=1, style=":", layer=1)
            sheet.text(ends[0][0] - 14, ends[0][1], words, size=SMALL, color=GREY)
        sheet.line(plot.curve(lambda z: float(sigmoid(z))), line=2)
        for z, a in rows:
            short = Plot(plot.at(z - 1.3, 0)[0], 30, 420 * 2.6 / 12, 220, (z - 1.3, z + 1.3), plot.y)
            sheet.line(short.straight(z, a, a * (1 - a)), color=ORANGE, line=2.4)
            sheet.circle(*plot.at(z, a), 4.5, fill=INK)
        _table(sheet, ("z", "value a", "slope a(1 − a)"), [(z, (a, a * (1 - a))) for z, a in rows])
        return sheet.picture(_slopes_in_words(rows), _SLOPES_CAPTION)


_SLOPES_CAPTION = (
    "The sigmoid and three of its tangents. It is steepest in the middle, with the slope 0.25, and flat at both ends: there z can be turned "
    "far and the prediction hardly moves."
)


def two_deltas() -> Picture:
    """How large δ is for the truth 1, over z: with half the squared error, and with the cross-entropy."""
    rows = [(z, (_squared(z), _entropy(z))) for z in PLACES]
    with Sheet(WIDE, 322) as sheet:
        plot = Plot(60, 46, 420, 220, (-6.0, 6.0), (0.0, 1.04))
        plot.floor(sheet, (-6, -4, -2, 0, 2, 4, 6), "z")
        sheet.text(60, 22, "size of δ, where the truth is 1", size=SMALL, color=GREY, align="left")
        for level in (0.5, 1.0):
            ends = plot.at(-6.0, level), plot.at(6.0, level)
            sheet.line(ends, color=RULE, line=1, style=":", layer=1)
            sheet.text(ends[0][0] - 18, ends[0][1], number(level), size=SMALL, color=GREY)
        sheet.line(plot.curve(_entropy), color=ORANGE, line=2.4, style="--")
        sheet.line(plot.curve(_squared), color=BLUE, line=2.4)
        for z, sizes in rows:
            for size, ink in zip(sizes, (BLUE, ORANGE), strict=True):
                sheet.circle(*plot.at(z, size), 4.5, edge=ink, fill=ink)
        sheet.text(*plot.at(-0.2, 0.9), "cross-entropy", size=SMALL, color=ORANGE, align="left")
        sheet.text(*plot.at(-3.7, 0.2), "squared error", size=SMALL, color=BLUE)
        _table(sheet, ("z", "squared error", "cross-entropy"), rows)
        return sheet.picture(_deltas_in_words(rows), _DELTAS_CAPTION)


_DELTAS_CAPTION = (
    "On the left the neuron is quite wrong, on the right it is right. With the squared error δ fades at both ends, also where the neuron is most "
    "wrong. With the cross-entropy δ is as large as the error."
)


def _squared(z: float) -> float:
    a = float(sigmoid(z))
    return (1 - a) * a * (1 - a)


def _entropy(z: float) -> float:
    return 1 - float(sigmoid(z))


def _table(sheet: Sheet, heads: Sequence[str], rows: Sequence[tuple[float, tuple[float, float]]]) -> None:
    columns = (_TABLE, _TABLE + 140, WIDE - 20)
    for x, words in zip(columns, heads, strict=True):
        sheet.text(x, 84, words, size=SMALL, color=GREY, align="right")
    sheet.line([(_TABLE - 50, 100), (WIDE - 20, 100)], color=RULE, line=1)
    for k, (z, pair) in enumerate(rows):
        y = 124 + 36 * k
        sheet.text(columns[0], y, _place(z), align="right")
        for x, value in zip(columns[1:], pair, strict=True):
            sheet.text(x, y, number(value, 3), bold=x == columns[2], align="right")


def _place(z: float) -> str:
    return "ln 4" if z == log(4) else fixed(z, 0)


def _slopes_in_words(rows: Sequence[tuple[float, float]]) -> str:
    told = "; ".join(
        f"at z = {_place(z)} the value is {number(a, 3)} and the slope {number(a * (1 - a), 3)}"
        for z, a in rows
    )
    return f"The sigmoid rises from 0 to 1 as z goes from −6 to 6. Three of its tangents: {told}."


def _deltas_in_words(rows: Sequence[tuple[float, tuple[float, float]]]) -> str:
    told = "; ".join(
        f"at z = {_place(z)} it is {number(squared, 3)} with the squared error and {number(entropy, 3)} with the cross-entropy"
        for z, (squared, entropy) in rows
    )
    return f"The size of δ over z from −6 to 6, where the truth is 1: {told}."
