"""The three products of a layer as tables with named edges, and which products fit if one goes by shapes alone.

Imports: bpcheck.errors, bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import (
    BLUE,
    BLUE_PALE,
    GREY,
    INK,
    ORANGE,
    ORANGE_PALE,
    RULE,
    SMALL,
    WIDE,
    Sheet,
)
from bpcheck.errors import UsageError

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

SIZES = {"N": 7, "n": 4, "m": 3}
_CELL = 15.0  # px
_PALE = {INK: "white", BLUE: BLUE_PALE, ORANGE: ORANGE_PALE}


@dataclass(frozen=True, slots=True)
class _Table:
    """A matrix with a name for each of its edges."""

    name: str  # as matplotlib sets it
    rows: str  # a key of SIZES
    columns: str


_PRODUCTS = (
    (
        "forward",
        _Table("$A$", "N", "n"),
        _Table("$W^T$", "n", "m"),
        _Table("$Z$", "N", "m"),
        "over the senders",
    ),
    (
        "back",
        _Table("$D$", "N", "m"),
        _Table("$W$", "m", "n"),
        _Table("$dA$", "N", "n"),
        "over the receivers",
    ),
    (
        "read off",
        _Table("$D^T$", "m", "N"),
        _Table("$A$", "N", "n"),
        _Table("$dW$", "m", "n"),
        "over the samples",
    ),
)


def batch_products() -> Picture:
    """Z = A Wᵀ, dA = D W and dW = Dᵀ A for 7 samples, 4 senders and 3 receivers."""
    tall = 152.0
    with Sheet(WIDE, 3 * tall + 12) as sheet:
        for k, (job, left, right, result, over) in enumerate(_PRODUCTS):
            y = 26 + tall * (k + 0.5)
            if k:
                sheet.line([(20, 14 + tall * k), (WIDE - 20, 14 + tall * k)], color=RULE, line=1, layer=0)
            sheet.text(20, y - 50, job, bold=True, align="left")
            _table(sheet, 176, y, left, columns_vanish=True)
            sheet.text(302, y, "times", color=GREY, size=SMALL)
            _table(sheet, 390, y, right, rows_vanish=True)
            sheet.text(482, y, "=", color=GREY)
            _table(sheet, 570, y, result, fill=BLUE)
            sheet.text(668, y - 12, f"adds {over}:", size=SMALL, align="left")
            sheet.text(
                668, y + 12, f"{left.columns} disappears", size=SMALL, color=ORANGE, align="left", bold=True
            )
        return sheet.picture(_PRODUCTS_IN_WORDS, _PRODUCTS_CAPTION)


_PRODUCTS_CAPTION = (
    "N = 7 samples, n = 4 senders, m = 3 receivers. In each product the edges where the two tables meet (thick, orange) have the "
    "same name, and it is missing in the result: that is what the product adds over."
)
_PRODUCTS_IN_WORDS = "Three products of tables, with a name at each edge. " + " ".join(
    f"{job}: {left.name.strip('$')} ({left.rows}, {left.columns}) times {right.name.strip('$')} ({right.rows}, {right.columns}) "
    f"is {result.name.strip('$')} ({result.rows}, {result.columns}); {left.columns} disappears, the product adds {over}."
    for job, left, right, result, over in _PRODUCTS
).replace("W^T", "Wᵀ").replace("D^T", "Dᵀ")


def _table(
    sheet: Sheet,
    x: float,
    y: float,
    table: _Table,
    *,
    fill: str = INK,
    rows_vanish: bool = False,
    columns_vanish: bool = False,
) -> None:
    """Cells centred on (x, y); the edge that vanishes in the product is drawn thick."""
    rows, columns = SIZES[table.rows], SIZES[table.columns]
    width, height = _CELL * columns, _CELL * rows
    left, top = x - width / 2, y - height / 2
    sheet.box(x, y, width, height, edge=fill, fill=_PALE[fill], radius=0)
    for i in range(1, rows):
        sheet.line(
            [(left, top + _CELL * i), (left + width, top + _CELL * i)], color=RULE, line=0.8, layer=2.5
        )
    for i in range(1, columns):
        sheet.line(
            [(left + _CELL * i, top), (left + _CELL * i, top + height)], color=RULE, line=0.8, layer=2.5
        )
    down, across = (ORANGE if rows_vanish else INK), (ORANGE if columns_vanish else INK)
    if rows_vanish:
        sheet.line([(left, top), (left, top + height)], color=ORANGE, line=4, layer=3)
    if columns_vanish:
        sheet.line([(left, top), (left + width, top)], color=ORANGE, line=4, layer=3)
    sheet.text(left - 12, y, table.rows, size=SMALL, color=down, bold=rows_vanish)
    sheet.text(x + 8 + width / 2, y, table.name, align="left", color=fill)
    sheet.text(x, top - 12, table.columns, size=SMALL, color=across, bold=columns_vanish)


# -- the detective -------------------------------------------------------------------------------------


def fitting_products(N: int = 7, n: int = 4, m: int = 3) -> Picture:
    """Every product of D (N, m) and A (N, n), turned or not: which can be formed, and which has the shape of W (m, n)?

    Parameters
    ----------
    N, n, m : samples, senders, receivers; 1 to 99

    Raises
    ------
    UsageError : one of them is no such number.
    """
    for name, size in (("N", N), ("n", n), ("m", m)):
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= 99:
            raise UsageError(f"{name} is a whole number from 1 to 99; it got {size!r}")
    rows = list(_tried(N, n, m))
    with Sheet(WIDE, 60 + 32 * len(rows)) as sheet:
        for x, words in (
            (110, "product"),
            (300, "shapes"),
            (510, "can it be formed?"),
            (730, f"is it ({m}, {n})?"),
        ):
            sheet.text(x, 22, words, size=SMALL, color=GREY)
        for k, (name, shapes, formed, fits) in enumerate(rows):
            y = 60 + 32 * k
            if fits:
                sheet.box(WIDE / 2, y, WIDE - 40, 28, edge=BLUE, fill=BLUE_PALE, layer=0.5)
            sheet.text(110, y, f"${name}$")
            sheet.text(300, y, shapes, size=SMALL)
            sheet.text(510, y, formed, size=SMALL, color=INK if formed != "no" else GREY)
            sheet.text(
                730,
                y,
                "yes" if fits else "–" if formed == "no" else "no",
                bold=fits,
                color=BLUE if fits else GREY,
            )
        return sheet.picture(_in_words(N, n, m, rows), _caption(N, n, m, rows))


_Row = tuple[str, str, str, bool]  # product, shapes, what comes out, whether it has the shape of W


def _tried(N: int, n: int, m: int) -> list[_Row]:
    """All orders and turns."""
    tables = {"D": (N, m), "A": (N, n)}
    found = []
    for (first, second), turn_first, turn_second in product(
        (("D", "A"), ("A", "D")), (False, True), (False, True)
    ):
        left = tables[first][::-1] if turn_first else tables[first]
        right = tables[second][::-1] if turn_second else tables[second]
        name = f"{first}{'^T' * turn_first} \\; {second}{'^T' * turn_second}"
        formed = left[1] == right[0]
        result = (left[0], right[1])
        shapes = f"({left[0]}, {left[1]}) ({right[0]}, {right[1]})"
        found.append(
            (name, shapes, f"({result[0]}, {result[1]})" if formed else "no", formed and result == (m, n))
        )
    return found


def _plain(name: str) -> str:
    return name.replace("^T", "ᵀ").replace(" \\; ", " ")


def _caption(N: int, n: int, m: int, rows: list[_Row]) -> str:
    fit = sum(row[3] for row in rows)
    judge = "The shapes alone find it." if fit == 1 else "The shapes alone cannot tell which is right."
    return f"N = {N} samples, n = {n} senders, m = {m} receivers. Products with the shape of W, ({m}, {n}): {fit} of {len(rows)}. {judge}"


def _in_words(N: int, n: int, m: int, rows: list[_Row]) -> str:
    listed = "; ".join(
        f"{_plain(name)}, {shapes}: {'cannot be formed' if formed == 'no' else 'gives ' + formed}{', fits' if fits else ''}"
        for name, shapes, formed, fits in rows
    )
    return f"Which product of D ({N}, {m}) and A ({N}, {n}) has the shape of W, ({m}, {n})? {listed}."
