"""What multiplying local slopes means: a nudge at x, stretched or shrunk by each machine of the chain.

Imports: bpcheck.draw.chain, sheet, picture, words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpcheck.draw.chain import LETTERS, MACHINE_WORDS, MACHINES, Chain
from bpcheck.draw.sheet import BLUE, GREY, INK, LARGE, PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import factor, number, one_number
from bpcheck.errors import UsageError

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_TOP, _ROW = 66.0, 104.0  # px: the first pair of bars, and from pair to pair
_BARS = (290.0, 604.0)  # px: from the leftmost to the rightmost end of a bar
_BAR = 15.0  # px: thickness


def nudges(x: float = 1.3, nudge: float = 0.01) -> Picture:
    """A small change at x on its way through the three machines, drawn as lengths.

    At v, u and y two bars: what the slopes say (nudge times slopes), and what really happens.

    Parameters
    ----------
    x : where the chain is evaluated; from -100 to 100
    nudge : how far x is moved; not 0, from -1 to 1

    Raises
    ------
    UsageError : `x` or `nudge` is not such a number.
    """
    c, h = Chain.at(one_number(x)), one_number(nudge, "nudge", 1.0)
    if c.x + h == c.x:
        raise UsageError(f"nudge = {h!r} does not move x = {c.x!r}; use a larger one, such as 0.01")
    told = _told(c, h)
    real = _real(c, h)
    low, high = min(0.0, *told, *real), max(0.0, *told, *real)
    zero = _BARS[0] - (_BARS[1] - _BARS[0]) * low / (high - low)
    scale = (_BARS[1] - _BARS[0]) / (high - low)
    floor = _TOP + 3 * _ROW + 34
    with Sheet(WIDE, floor + 50) as sheet:
        sheet.text(zero, 18, "0", size=SMALL, color=GREY)
        sheet.line([(zero, 30), (zero, floor)], color=GREY, line=1.2, layer=4)
        for k, letter in enumerate(LETTERS):
            _pair(sheet, k, letter, zero, scale, told[k], real[k])
        for k in range(3):
            _machine(sheet, k, c.slopes[k])
            below = _BAR / 2 if k == 0 else _BAR / 2 + 11
            start = zero + scale * told[k], _TOP + _ROW * k + below
            end = zero + scale * told[k + 1], _TOP + _ROW * (k + 1) - _BAR / 2 - 11
            sheet.line([start, end], color=RULE, line=1.5, style="--", layer=0)
        together = " × ".join([number(c.slopes[0]), *map(factor, c.slopes[1:])])
        total = c.slopes[0] * c.slopes[1] * c.slopes[2]
        sheet.text(26, floor + 30, f"All three: × {together}  =  × {factor(total)}", bold=True, align="left")
        return sheet.picture(_in_words(c, h, told, real), _CAPTION)


_CAPTION = (
    "Each machine multiplies the nudge by its slope: that is why slopes multiply. All bars have one scale. "
    "Dotted bars show what really happens; they differ from the full ones, because a slope is exact only for a "
    "nudge that shrinks to nothing. Numbers are rounded to four digits."
)


def _told(c: Chain, h: float) -> list[float]:
    lengths = [h]
    for slope in c.slopes:
        lengths.append(lengths[-1] * slope)
    return lengths


def _real(c: Chain, h: float) -> list[float]:
    moved = Chain.at(c.x + h)
    return [h, moved.v - c.v, moved.u - c.u, moved.y - c.y]


def _pair(sheet: Sheet, k: int, letter: str, zero: float, scale: float, told: float, real: float) -> None:
    y = _TOP + _ROW * k
    sheet.box(54, y, 56, 44, radius=21)
    sheet.text(54, y, f"${letter}$", size=LARGE)
    rows = [(y, told, "nudge")] if k == 0 else [(y - 11, told, "slopes say"), (y + 11, real, "really")]
    for middle, length, name in rows:
        end = zero + scale * length
        solid = name != "really"
        width = max(abs(end - zero), 0.01)
        sheet.box(
            (zero + end) / 2,
            middle,
            width,
            _BAR,
            edge=BLUE if solid else INK,
            fill=BLUE if solid else "white",
            hatch=None if solid else "....",
            line=1,
            radius=0,
        )
        sheet.text(636, middle, name, size=SMALL, color=GREY, align="left")
        sheet.text(836, middle, number(length), bold=solid, align="right")


def _machine(sheet: Sheet, k: int, slope: float) -> None:
    y = _TOP + _ROW * (k + 0.5)
    sheet.arrow([(54, y - 28), (54, y - 19)], head=8)
    sheet.arrow([(54, y + 19), (54, y + 30)], head=8)
    sheet.box(54, y, 56, 36, fill=PALE, line=2, radius=3)
    sheet.text(54, y, MACHINES[k], size=16)
    sheet.text(94, y - 10, f"× {factor(slope)}", bold=True, align="left")
    sheet.text(94, y + 11, _effect(slope), size=SMALL, color=GREY, align="left")


def _effect(slope: float) -> str:
    if number(slope) == "0":
        return "flattened"
    size = number(abs(slope))
    words = "same length" if size == "1" else "stretched" if abs(slope) > 1 else "shrunk"
    return f"{words}, turned round" if slope < 0 else words


def _in_words(c: Chain, h: float, told: list[float], real: list[float]) -> str:
    steps = " ".join(
        f"The {MACHINE_WORDS[k]} multiplies by {number(c.slopes[k])} ({_effect(c.slopes[k])}): "
        f"{LETTERS[k + 1]} moves by {number(told[k + 1])} as the slopes say, really by {number(real[k + 1])}."
        for k in range(3)
    )
    total = c.slopes[0] * c.slopes[1] * c.slopes[2]
    return (
        f"The number x = {number(c.x)} is nudged by {number(h)}. {steps} "
        f"All three machines together multiply by {number(total)}."
    )
