"""How long the slope of a nested function gets: written out, and with shared pieces.

Imports: sympy on call; bpcheck.errors, bpcheck.reference.symbolic, bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.errors import UsageError
from bpcheck.reference import symbolic as ref

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_LEFT, _RIGHT = 150.0, 780.0  # px: where bars begin, and where the longest one ends
_TOP, _ROW, _BAR = 66.0, 58.0, 18.0  # px: first row, from row to row, thickness of a bar


def formula_growth(deepest: int = 5) -> Picture:
    """Operations in the slope of f(f(...f(x))), f(x) = e^(sin(x^2)), for one f to `deepest`.

    Parameters
    ----------
    deepest : how often f is put into itself at most; 1 to 8

    Raises
    ------
    UsageError : it is no such number.
    """
    if not isinstance(deepest, int) or isinstance(deepest, bool) or not 1 <= deepest <= 8:
        raise UsageError(f"deepest is a whole number from 1 to 8; it got {deepest!r}")
    counts = [ref.growth(k) for k in range(1, deepest + 1)]
    scale = (_RIGHT - _LEFT) / counts[-1][0]
    with Sheet(WIDE, _TOP + _ROW * deepest + 24) as sheet:
        _heading(sheet)
        for k, (plain, shared) in enumerate(counts, 1):
            y = _TOP + _ROW * (k - 0.5)
            sheet.line([(20, y - _ROW / 2), (WIDE - 20, y - _ROW / 2)], color=RULE, line=1, layer=0)
            sheet.text(56, y, str(k), bold=True)
            _bar(sheet, y - 12, scale * plain, plain, BLUE, BLUE_PALE, None)
            _bar(sheet, y + 12, scale * shared, shared, ORANGE, ORANGE_PALE, "////")
        return sheet.picture(_in_words(counts), _CAPTION)


_CAPTION = (
    "f(x) = e^(sin(x²)) behind itself, k times. Written out, each new f makes the slope grow by more than the one before; "
    "with every piece computed once it grows by six operations each time."
)


def _heading(sheet: Sheet) -> None:
    sheet.text(20, 20, "k times f", size=SMALL, color=GREY, align="left")
    sheet.text(_LEFT, 20, "operations in the slope", size=SMALL, color=GREY, align="left")
    for left, words, ink, pale, hatch in (
        (_LEFT, "written out", BLUE, BLUE_PALE, None),
        (_LEFT + 150, "each shared piece once", ORANGE, ORANGE_PALE, "////"),
    ):
        sheet.box(left + 14, 46, 28, 14, edge=ink, fill=pale, line=1.5, radius=0, hatch=hatch)
        sheet.text(left + 38, 46, words, size=SMALL, color=ink, align="left")


def _bar(sheet: Sheet, y: float, width: float, count: int, ink: str, pale: str, hatch: str | None) -> None:
    sheet.box(_LEFT + width / 2, y, width, _BAR, edge=ink, fill=pale, line=1.5, radius=0, hatch=hatch)
    sheet.text(_LEFT + width + 8, y, str(count), bold=True, color=INK, align="left")


def _in_words(counts: list[tuple[int, int]]) -> str:
    rows = "; ".join(f"k = {k}: {plain} and {shared}" for k, (plain, shared) in enumerate(counts, 1))
    return (
        "Operations in the slope of f(x) = exp(sin(x²)) put into itself k times, first written out, then with each "
        f"shared piece computed once. {rows}."
    )
