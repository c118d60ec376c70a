"""The direct way, side by side: nine slopes as nine products, and what they have in common.

Imports: numpy, bpcheck.reference.mlp, bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import (
    BLUE,
    BLUE_PALE,
    GREY,
    LARGE,
    ORANGE,
    ORANGE_PALE,
    RULE,
    SMALL,
    WIDE,
    Sheet,
)
from bpcheck.draw.words import factor, fixed, number
from bpcheck.reference import mlp

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_COLUMNS = (250.0, 366.0, 482.0, 598.0, 700.0)  # px: the factors
_NAME, _SLOPE = 24.0, 836.0
_HEADS = ("ŷ − y", "φ′ output", "w", "φ′ hidden", "enters")
_ROW, _GAP, _TOP = 31.0, 34.0, 92.0


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    factors: tuple[float | None, ...]  # as in `_HEADS`; None: this road does not pass it

    @property
    def slope(self) -> float:
        product = 1.0
        for one in self.factors:
            product *= 1.0 if one is None else one
        return product

    def __str__(self) -> str:
        numbers = [one for one in self.factors if one is not None]
        written = " × ".join([factor(numbers[0]), *map(factor, numbers[1:])])
        return f"{self.name}: {written} = {number(self.slope)}"


def _groups() -> tuple[tuple[_Row, ...], ...]:
    """The output's three parameters, then those of each hidden unit."""
    params, x, y = mlp.story()
    _, (_, hidden, yhat) = mlp.forward(params, x)
    w = params[1][0][0]
    start = (float(yhat[0] - y[0]), float(mlp.sigmoid_slope(yhat)[0]))
    slopes = mlp.sigmoid_slope(hidden)
    output = [
        _Row(f"output, weight {i + 1}", (*start, None, None, float(a))) for i, a in enumerate(hidden)
    ] + [_Row("output, bias", (*start, None, None, 1.0))]
    groups = [tuple(output)]
    for j in range(2):
        part = (*start, float(w[j]), float(slopes[j]))
        names = [f"hidden {j + 1}, weight {i + 1}" for i in range(2)] + [f"hidden {j + 1}, bias"]
        groups.append(
            tuple(_Row(n, (*part, enters)) for n, enters in zip(names, [*map(float, x), 1.0], strict=True))
        )
    return tuple(groups)


def shared_factors() -> Picture:
    """The nine slopes of the network that said 0.80, each as a product of all its factors."""
    groups = _groups()
    bottom = _TOP + 9 * _ROW + 2 * _GAP
    with Sheet(WIDE, bottom + 12) as sheet:
        for x, head in zip(_COLUMNS, _HEADS, strict=True):
            sheet.text(x, 26, head, color=GREY, size=14)
        sheet.text(_SLOPE, 26, "slope", color=GREY, size=14, align="right")
        sheet.text(_NAME, 26, "parameter", color=GREY, size=14, align="left")
        sheet.line([(_NAME, 44), (_SLOPE, 44)], color=RULE)
        top = _TOP
        first = groups[0][0]
        assert first.factors[0] is not None
        assert first.factors[1] is not None
        shared = first.factors[0] * first.factors[1]
        _frame(sheet, _COLUMNS[:2], _TOP, bottom, BLUE, BLUE_PALE)
        _label(sheet, _COLUMNS[0], _TOP - 14, f"in all nine: {number(shared)}", BLUE)
        for k, rows in enumerate(groups):
            if k:
                _hidden(sheet, rows, top, shared)
            for row in rows:
                _line(sheet, row, top + _ROW / 2)
                top += _ROW
            top += _GAP
        return sheet.picture(_in_words(groups, shared), _CAPTION)


_CAPTION = (
    "Nine slopes, written out one by one. The framed factors are the same numbers each time: two in all nine rows, two more in each "
    "group of three. The direct way multiplies them again for every weight."
)


def _hidden(sheet: Sheet, rows: tuple[_Row, ...], top: float, shared: float) -> None:
    _, _, w, slope, _ = rows[0].factors
    assert w is not None
    assert slope is not None
    _frame(sheet, _COLUMNS[2:4], top, top + 3 * _ROW, ORANGE, ORANGE_PALE, "--")
    words = f"in these three: {number(shared)} × {factor(w * slope)} = {number(shared * w * slope)}"
    _label(sheet, _COLUMNS[2], top - 14, words, ORANGE)


def _frame(
    sheet: Sheet,
    columns: tuple[float, ...],
    top: float,
    bottom: float,
    edge: str,
    fill: str,
    style: str = "-",
) -> None:
    left, right = columns[0] - 50, columns[-1] + 50
    sheet.box(
        (left + right) / 2, (top + bottom) / 2, right - left, bottom - top, edge=edge, fill=fill, style=style
    )


def _label(sheet: Sheet, column: float, y: float, words: str, color: str) -> None:
    sheet.text(column - 48, y, words, size=SMALL, color=color, bold=True, align="left")


def _line(sheet: Sheet, row: _Row, y: float) -> None:
    sheet.text(_NAME, y, row.name, align="left", size=14)
    for k, (x, value) in enumerate(zip(_COLUMNS, row.factors, strict=True)):
        if value is None:
            continue
        sheet.text(x, y, fixed(value, 2) if k == 0 else number(value))
        if k < len(_COLUMNS) - 1:
            gap = 58 if row.factors[k + 1] is not None or k > 1 else 290
            sheet.text(x + gap, y, "×", color=GREY)
    sheet.text(_COLUMNS[-1] + 46, y, "=", color=GREY)
    sheet.text(_SLOPE, y, number(row.slope), bold=True, align="right", size=LARGE - 3)


def _in_words(groups: tuple[tuple[_Row, ...], ...], shared: float) -> str:
    rows = ". ".join(str(row) for rows in groups for row in rows)
    return (
        f"Nine slopes as products of their factors: {', '.join(_HEADS)}. {rows}. All nine contain the product "
        f"{number(shared)} of the first two factors; the three rows of each hidden unit also share the next two."
    )
