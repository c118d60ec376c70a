"""What one gradient costs by three methods, as bars on a logarithmic scale.

Imports: bpcheck.draw.cost, sheet, picture, words; bpcheck.reference.cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import TYPE_CHECKING

from bpcheck.draw.cost import layer_sizes
from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import count, magnitude, number
from bpcheck.reference import cost as ref

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_LEFT, _RIGHT = 210.0, 540.0  # px: where bars begin, and where the longest one ends
_TOP, _ROW, _BAR = 64.0, 50.0, 24.0  # px: first row, from row to row, thickness of a bar
_STYLES = (
    ("one forward pass", INK, PALE, None),
    ("nudging, both sides", BLUE, BLUE_PALE, "////"),
    ("from the inputs on", BLUE, BLUE_PALE, None),
    ("from the loss back", ORANGE, ORANGE_PALE, None),
)


def gradient_costs(sizes: Sequence[int] = (64, 32, 10)) -> Picture:
    """Multiplications for one gradient: by nudging, by forward mode, and by the sweep from the loss back.

    Parameters
    ----------
    sizes : of the inputs and of the layers; three to eight of them

    Raises
    ------
    UsageError : `sizes` is no such list.
    """
    found = layer_sizes(sizes)
    once = ref.forward(found)
    totals = [once, ref.naive(found), once + ref.forward_mode(found), once + ref.backward(found)]
    first = magnitude(once) - 1
    scale = (_RIGHT - _LEFT) / (log10(max(totals)) - first)
    bottom = _TOP + _ROW * 3.5
    with Sheet(WIDE, bottom + 50) as sheet:
        sheet.text(
            _LEFT, 18, "multiplications, and the same in forward passes", size=SMALL, color=GREY, align="left"
        )
        every = 1 + (magnitude(max(totals)) - first) // 4
        for power in range(first, magnitude(max(totals)) + 1, every):
            x = _LEFT + scale * (power - first)
            sheet.line([(x, 36), (x, bottom)], color=RULE, line=1, layer=0)
            sheet.text(x, bottom + 12, f"$10^{{{power}}}$", size=SMALL, color=GREY)
        words = (
            "logarithmic scale: from line to line "
            + ("ten" if every == 1 else count(10**every))
            + " times as many"
        )
        sheet.text(_LEFT, bottom + 34, words, size=SMALL, color=GREY, align="left")
        for k, (total, (name, ink, pale, hatch)) in enumerate(zip(totals, _STYLES, strict=True)):
            y, width = _TOP + _ROW * k, scale * (log10(total) - first)
            sheet.text(_LEFT - 14, y, name, align="right", bold=k == 3)
            sheet.box(_LEFT + width / 2, y, width, _BAR, edge=ink, fill=pale, line=1.5, radius=0, hatch=hatch)
            told = f"{count(total)}   × {_ratio(total / once)}"
            sheet.text(_LEFT + width + 10, y, told, align="left", bold=k == 3, ground="white")
        return sheet.picture(_in_words(found, totals), _CAPTION)


_CAPTION = (
    "Three ways to the same slopes, and a forward pass for comparison. Each bar holds all that the method needs, the forward pass included. From line to "
    "line the number of multiplications grows by the same factor, so the bars look more alike than they are."
)


def _ratio(value: float) -> str:
    return number(value, 3) if value < 100 else count(round(value))


def _in_words(sizes: Sequence[int], totals: Sequence[int]) -> str:
    rows = "; ".join(
        f"{name} {count(total)}, which is {_ratio(total / totals[0])} forward passes"
        for total, (name, *_) in zip(totals[1:], _STYLES[1:], strict=True)
    )
    return (
        f"Multiplications for one gradient of a network with the sizes {', '.join(map(str, sizes))}, which has {count(ref.knobs(sizes))} "
        f"knobs. One forward pass takes {count(totals[0])}. {rows[0].upper()}{rows[1:]}."
    )
