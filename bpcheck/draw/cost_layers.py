"""Where the multiplications of a network lie: three matrix products for each layer, less one.

Imports: bpcheck.draw.cost, sheet, picture, words; bpcheck.reference.cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bpcheck.draw.cost import layer_sizes
from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, ORANGE, ORANGE_PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import count, number
from bpcheck.reference import cost as ref

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_COLUMNS = (270.0, 508.0, 746.0)  # px: middle of the three products
_HEADS = ("forward: a layer from the one before", "back: errors to the senders", "back: slopes, read off")
_TOP, _ROW = 96.0, 64.0  # px: first layer, from layer to layer
_STYLES = ((BLUE, BLUE_PALE, None), (ORANGE, ORANGE_PALE, "////"), (ORANGE, ORANGE_PALE, None))


def layer_products(sizes: Sequence[int] = (784, 128, 64, 10)) -> Picture:
    """Three products for each layer with their multiplications for one sample; and the sums.

    Parameters
    ----------
    sizes : of the inputs and of the layers; three to eight of them

    Raises
    ------
    UsageError : `sizes` is no such list.
    """
    found = layer_sizes(sizes)
    entries = ref.entries(found)
    sums = [sum(entries), sum(entries[1:]), sum(entries)]
    floor = _TOP + _ROW * (len(entries) - 0.5)
    with Sheet(WIDE, floor + 84) as sheet:
        for x, words in zip(_COLUMNS, _HEADS, strict=True):
            sheet.text(x, 30, words, size=SMALL, color=GREY)
        for k, product in enumerate(entries):
            _layer(sheet, k, found, product)
        sheet.line([(20, floor), (WIDE - 20, floor)], color=RULE, line=1)
        sheet.text(30, floor + 28, "together", align="left", bold=True)
        for x, total in zip(_COLUMNS, sums, strict=True):
            sheet.text(x, floor + 28, count(total), bold=True)
        sheet.text(WIDE / 2, floor + 62, _verdict(sums))
        return sheet.picture(_in_words(found, entries, sums), _CAPTION)


_CAPTION = (
    "Each layer has three matrix products: one on the way forward and two on the way back. Each multiplies once for every weight. In the first "
    "layer one of them is left out: the inputs do not change, so nobody asks for their errors."
)


def _layer(sheet: Sheet, k: int, sizes: Sequence[int], product: int) -> None:
    y = _TOP + _ROW * k
    sheet.text(30, y - 9, f"layer {k + 1}", align="left")
    sheet.text(30, y + 12, f"{count(sizes[k])} → {count(sizes[k + 1])}", size=SMALL, color=GREY, align="left")
    for column, (x, (ink, pale, hatch)) in enumerate(zip(_COLUMNS, _STYLES, strict=True)):
        if column == 1 and k == 0:
            sheet.box(x, y, 190, 42, edge=RULE, style="--")
            sheet.text(x, y, "not needed", size=SMALL, color=GREY)
            continue
        sheet.box(x, y, 190, 42, edge=ink, fill=pale, hatch=hatch)
        sheet.text(x, y, count(product), ground=pale if hatch else None)


def _verdict(sums: Sequence[int]) -> str:
    back = sums[1] + sums[2]
    return (
        f"Back: {count(back)}, that is {number(back / sums[0], 3)} forward passes. "
        f"Forward and back together: {number((sums[0] + back) / sums[0], 3)} forward passes."
    )


def _in_words(sizes: Sequence[int], entries: Sequence[int], sums: Sequence[int]) -> str:
    rows = " ".join(
        f"Layer {k + 1}, from {count(sizes[k])} to {count(sizes[k + 1])} units: forward {count(product)}, errors "
        f"{count(product) if k else 'not needed'}, slopes {count(product)}."
        for k, product in enumerate(entries)
    )
    return (
        f"Multiplications in the matrix products of a network, for one sample. {rows} Together: forward {count(sums[0])}, errors "
        f"{count(sums[1])}, slopes {count(sums[2])}. {_verdict(sums)}"
    )
