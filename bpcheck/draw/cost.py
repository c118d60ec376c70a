"""What it costs to multiply the Jacobians of a chain of layers, begun at the output or at the input.

Layer sizes n0, n1, ..., nL give Jacobians J1 (n1, n0), ..., JL (nL, n[L-1]). A product of shapes
(a, b)(b, c) takes a * b * c multiplications. The result is the same either way; the count is not.

Imports: bpcheck.errors, bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log10
from numbers import Integral
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import count, magnitude, number
from bpcheck.errors import UsageError

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_LEFT, _RIGHT = 310.0, 655.0  # px: where the bars begin and where the longest one ends
_HEAD, _ROW = 44.0, 46.0  # px: height of a staircase's title and of one of its products
_Place = Callable[[float], float]  # a number of multiplications -> px from the left
_LIMIT = 10**10  # multiplications: more digits than this do not fit beside the stairs


@dataclass(frozen=True, slots=True)
class _Product:
    """One multiplication of two matrices, of shapes (a, b) and (b, c)."""

    a: int
    b: int
    c: int

    @property
    def cost(self) -> int:
        return self.a * self.b * self.c


def cost_staircases(dims: Sequence[int]) -> Picture:
    """Multiplications that have piled up after each product of Jacobians, for both orders.

    Parameters
    ----------
    dims : layer sizes from the input to the output, such as [1000, 100, 10, 1]; three to eight of them

    Raises
    ------
    UsageError : `dims` is no such list.
    """
    sizes = layer_sizes(dims)
    output, source = _from_output(sizes), _from_input(sizes)
    block = _HEAD + _ROW * len(output)
    with Sheet(WIDE, 2 * block + 96) as sheet:
        ticks, place, scale = _axis(output, source)
        bottom = 2 * block + 14
        for tick in ticks:
            sheet.line([(place(tick), 34), (place(tick), bottom)], color="#d9dde1", line=1, layer=0)
            sheet.text(place(tick), bottom + 13, count(tick), size=SMALL, color=GREY)
        scale = f"multiplications so far ({scale})"
        sheet.text((_LEFT + _RIGHT) / 2, bottom + 35, scale, size=SMALL, color=GREY)
        _staircase(sheet, 0, output, place, "output", _nested(sizes, from_input=False))
        _staircase(sheet, block, source, place, "input", _nested(sizes, from_input=True))
        sheet.text(20, bottom + 64, _verdict(_total(output), _total(source)), bold=True, align="left")
        return sheet.picture(_in_words(sizes, output, source), _CAPTION)


_CAPTION = (
    "The same product of Jacobians, multiplied in two orders. Each row is one product of two matrices: its "
    "shapes, what it costs, and what has piled up so far (hatched: from the rows above; plain: this row)."
)


def layer_sizes(dims: Sequence[int]) -> tuple[int, ...]:
    """`dims` as whole numbers.

    Raises
    ------
    UsageError : they are not three to eight sizes from 1 to a million, or cost more than a figure has room for.
    """
    sizes = tuple(dims)
    whole = all(isinstance(n, Integral) and not isinstance(n, bool) and 1 <= n <= 10**6 for n in sizes)
    if not whole or not 3 <= len(sizes) <= 8:
        raise UsageError(
            "dims are three to eight layer sizes, whole numbers from 1 to 1,000,000, such as "
            f"[1000, 100, 10, 1]; it got {dims!r}"
        )
    sizes = tuple(int(n) for n in sizes)
    most = max(_total(_from_output(sizes)), _total(_from_input(sizes)))
    if most >= _LIMIT:
        raise UsageError(
            f"layer sizes {list(sizes)} cost {count(most)} multiplications; draw fewer than {count(_LIMIT)}"
        )
    return sizes


def _total(products: list[_Product]) -> int:
    return sum(product.cost for product in products)


def _from_output(sizes: tuple[int, ...]) -> list[_Product]:
    """((J3 J2) J1): the left factor always has as many rows as there are outputs."""
    outer = sizes[-1]
    return [_Product(outer, sizes[k + 1], sizes[k]) for k in range(len(sizes) - 3, -1, -1)]


def _from_input(sizes: tuple[int, ...]) -> list[_Product]:
    """(J3 (J2 J1)): the right factor always has as many columns as there are inputs."""
    return [_Product(sizes[k + 1], sizes[k], sizes[0]) for k in range(1, len(sizes) - 1)]


def _nested(sizes: tuple[int, ...], from_input: bool) -> str:
    last = len(sizes) - 1
    names = [f"J_{k}" for k in (range(1, last + 1) if from_input else range(last, 0, -1))]
    text = f"{names[1]} \\, {names[0]}" if from_input else f"{names[0]} \\, {names[1]}"
    for name in names[2:]:
        text = f"{name} \\, ({text})" if from_input else f"({text}) \\, {name}"
    return text


def _axis(*stairs: list[_Product]) -> tuple[list[int], _Place, str]:
    """Ticks, the place of a number in px, and the name of the scale: logarithmic over more than a decade."""
    landings = [total for stair in stairs for total in accumulate(p.cost for p in stair)]
    low, high = min(landings), max(landings)
    width = _RIGHT - _LEFT
    label = (8 * len(count(high)) + 12) / width  # share of the axis that a label and its margin take
    if high <= 20 * low:
        rounds = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
        step = next(s for s in rounds if s / high >= label)
        return list(range(0, high + 1, step)), lambda n: _LEFT + width * n / high, "plain scale"
    first = max(0, magnitude(low) - 1)
    decades = log10(high) - first
    every = 1 + int(decades * label)
    times = "ten" if every == 1 else count(10**every)
    return (
        [10**power for power in range(first, magnitude(high) + 1, every)],
        lambda n: _LEFT + width * (log10(n) - first) / decades,
        f"logarithmic scale: {times} times as many from line to line",
    )


def _staircase(
    sheet: Sheet, top: float, products: list[_Product], place: _Place, side: str, nested: str
) -> None:
    color, pale = (ORANGE, ORANGE_PALE) if side == "output" else (BLUE, BLUE_PALE)
    title = f"From the {side}:  ${nested}$"
    sheet.text(20, top + 22, title, bold=True, color=color, align="left", ground="white")
    before, total = _LEFT, 0
    corners = [(_LEFT, top + _HEAD)]
    for k, product in enumerate(products):
        y = top + _HEAD + _ROW * k
        total += product.cost
        after = place(total)
        _bar(sheet, _LEFT, before, y, RULE, "white", "////")
        _bar(sheet, before, after, y, color, pale)
        corners += [(after, y), (after, y + _ROW)]
        _row(sheet, y, product)
        last = k == len(products) - 1
        words = f"total {count(total)}" if last else count(total)
        ink = color if last else INK
        sheet.text(after + 10, y + _ROW / 2, words, bold=last, align="left", color=ink, ground="white")
        before = after
    sheet.line(corners, color=color, line=3.5, layer=3)


def _row(sheet: Sheet, y: float, product: _Product) -> None:
    a, b, c = product.a, product.b, product.c
    sheet.text(20, y + 14, f"({a}×{b}) · ({b}×{c})", align="left")
    sheet.text(20, y + 34, f"{a} · {b} · {c} = {count(product.cost)}", size=SMALL, color=GREY, align="left")


def _bar(
    sheet: Sheet, start: float, end: float, top: float, edge: str, fill: str, hatch: str | None = None
) -> None:
    if end > start:
        middle, width = (start + end) / 2, end - start
        sheet.box(
            middle, top + _ROW / 2, width, _ROW, edge=edge, fill=fill, line=1, radius=0, hatch=hatch, layer=1
        )


def _verdict(from_output: int, from_input: int) -> str:
    less, more = sorted((from_output, from_input))
    if less == more:
        return "Both orders cost the same here."
    side = "output" if less == from_output else "input"
    words = f"Beginning at the {side} takes {count(less)} multiplications, not {count(more)}"
    return f"{words}: {number(more / less, 2)} times fewer." if more >= 2 * less else f"{words}."


def _in_words(sizes: tuple[int, ...], output: list[_Product], source: list[_Product]) -> str:
    parts = [
        f"Multiplying the Jacobians of a chain with layer sizes {', '.join(map(str, sizes))} in two orders."
    ]
    for side, products in (("output", output), ("input", source)):
        rows = "; ".join(
            f"({p.a}×{p.b})({p.b}×{p.c}) takes {count(p.cost)}, so far {count(total)}"
            for p, total in zip(products, accumulate(q.cost for q in products), strict=True)
        )
        parts.append(f"From the {side}: {rows}. Total {count(_total(products))}.")
    return " ".join([*parts, _verdict(_total(output), _total(source))])
