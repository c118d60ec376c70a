"""Which activations a network keeps for the way back, and which it computes a second time.

Imports: ipywidgets on call; bpcheck.draw.sheet, picture; bpcheck.errors.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, SMALL, WIDE, Sheet
from bpcheck.errors import UsageError

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

MOST = 24  # layers that fit into a row


def memory_plan(layers: int = 16, keep_every: int = 4) -> Picture:
    """The activations 0 to layers - 1, those that are kept with a full frame; and what it costs.

    Parameters
    ----------
    layers : 2 to 24
    keep_every : distance from one that is kept to the next; 1 to `layers`

    Raises
    ------
    UsageError : a number is out of range, or no whole number.
    """
    for name, value, low, high in (("layers", layers, 2, MOST), ("keep_every", keep_every, 1, layers)):
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise UsageError(f"{name} is a whole number from {low} to {high}; it got {value!r}")
    kept = list(range(0, layers, keep_every))
    with Sheet(WIDE, 204) as sheet:
        sheet.text(24, 24, "activations, from the inputs (0) on", size=SMALL, color=GREY, align="left")
        step = (WIDE - 48) / MOST
        for k in range(layers):
            _activation(sheet, 24 + step * (k + 0.5), str(k), k in kept)
        facts = (
            f"{len(kept)} kept (full frames, bold)",
            f"{layers - len(kept)} computed a second time (broken frames)",
            f"at most {at_once(layers, keep_every)} in memory at once, in the place of {layers}",
        )
        for row, words in enumerate(facts):
            sheet.text(24, 116 + 28 * row, words, align="left", bold=row == 2)
        return sheet.picture(_in_words(layers, keep_every, kept), _CAPTION)


_CAPTION = (
    "The forward pass keeps every k-th activation and forgets the others. On the way back each stretch is computed again from its first activation, "
    "used, and forgotten; the last stretch comes first."
)


def memory_plan_slider(layers: int = 16) -> Any:
    """The plan with a slider for the distance; it begins with all of them kept.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, the picture of `memory_plan`.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return memory_plan(layers)
    slider = widgets.IntSlider(value=1, min=1, max=layers, description="every")
    shown = widgets.HTML(memory_plan(layers, 1)._repr_html_())

    def show(_change: object) -> None:
        shown.value = memory_plan(layers, slider.value)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def at_once(layers: int, keep_every: int) -> int:
    """Most activations that are in memory at the same time on the way back.

    >>> [at_once(100, k) for k in (1, 2, 5, 10, 20, 50)]
    [100, 51, 24, 19, 24, 51]
    """
    starts = range(0, layers, keep_every)
    lengths = (min(keep_every, layers - start) for start in starts)
    return max(before + length for before, length in enumerate(lengths))


def _activation(sheet: Sheet, x: float, name: str, kept: bool) -> None:
    if kept:
        sheet.box(x, 66, 29, 40, edge=BLUE, fill=BLUE_PALE, line=2.4, radius=4)
    else:
        sheet.box(x, 66, 29, 40, edge=ORANGE, style="--", line=1.4, radius=4)
    sheet.text(x, 66, name, size=SMALL, bold=kept, color=INK if kept else GREY)


def _in_words(layers: int, keep_every: int, kept: list[int]) -> str:
    return (
        f"A network with {layers} layers that keeps every {keep_every}th activation, beginning with the inputs, number 0. Kept are "
        f"{', '.join(map(str, kept))}: {len(kept)}. The other {layers - len(kept)} are computed a second time. At most "
        f"{at_once(layers, keep_every)} are in memory at once, in the place of {layers}."
    )
