"""A slope as a ratio: the straight line through two points of a parabola, and the tangent it turns into.

Imports: ipywidgets on call; bpcheck.draw.nudge_plot, sheet, picture, words; bpcheck.errors.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, GREY, ORANGE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number, one_number
from bpcheck.errors import UsageError

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

X = 1.5  # where the knob stands
STEPS = (1.0, 0.5, 0.1)  # the three pictures of the strip

_PANEL, _GAP, _HEIGHT = 279.0, 10.0, 322.0  # px
_CAPTION = (
    "The full line goes through two points of y = x², at x and at x + h: its slope is the ratio of the two changes. "
    "The broken line is the tangent at x = 1.5, with the slope 3. As h shrinks, the one turns into the other."
)


def secants(h: float | None = None) -> Picture:
    """The parabola y = x² at x = 1.5: the nudge h, what the output makes of it, and the ratio.

    Parameters
    ----------
    h : from 0.01 to 1 for one picture alone, drawn larger; None for a strip of three

    Raises
    ------
    UsageError : `h` is not such a number.
    """
    if h is None:
        with Sheet(WIDE, _HEIGHT + 6) as sheet:
            for k, step in enumerate(STEPS):
                _panel(sheet, 1 + k * (_PANEL + _GAP), step)
            return sheet.picture(_in_words(STEPS), _CAPTION)
    step = one_number(h, "h", 1.0)
    if step < 0.01:
        raise UsageError(f"h = {h!r} cannot be seen in the picture; use a number from 0.01 to 1")
    with Sheet(_PANEL + 8, _HEIGHT + 6, zoom=1.6) as sheet:
        _panel(sheet, 4, step)
        return sheet.picture(_in_words((step,)), _CAPTION)


def secants_slider() -> Any:
    """One picture with a slider for h.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, the strip of `secants`.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return secants()
    steps = [round(0.01 * k, 2) for k in range(100, 0, -3)]
    slider = widgets.SelectionSlider(options=steps, value=1.0, description="h")
    shown = widgets.HTML(secants(1.0)._repr_html_())

    def show(_change: object) -> None:
        shown.value = secants(slider.value)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def _ratio(h: float) -> tuple[float, float]:
    change = (X + h) ** 2 - X**2
    return change, change / h


def _panel(sheet: Sheet, left: float, h: float) -> None:
    change, ratio = _ratio(h)
    sheet.box(left + _PANEL / 2, _HEIGHT / 2 + 3, _PANEL, _HEIGHT, edge=RULE, line=1.2, radius=8, layer=0)
    sheet.text(left + 16, 26, f"$h$ = {number(h)}", bold=True, align="left")
    plot = Plot(left + 18, 48, _PANEL - 58, 190, (0.7, 2.75), (0.0, 7.0))
    plot.floor(sheet, (1, 1.5, 2, 2.5), "x")
    sheet.line(plot.curve(lambda x: x * x), line=2)
    sheet.line(plot.straight(X, X * X, 2 * X), color=ORANGE, line=2, style="--")
    sheet.line(plot.straight(X, X * X, ratio), color=BLUE, line=2)
    corner, far = plot.at(X + h, X * X), plot.at(X + h, (X + h) ** 2)
    sheet.line([plot.at(X, X * X), corner, far], color=GREY, line=1.2)
    plot.dot(sheet, X, X * X)
    plot.dot(sheet, X + h, (X + h) ** 2, fill=BLUE)
    sheet.text(left + 16, 276, f"output moves by {number(change)}", size=SMALL, align="left")
    sheet.text(left + _PANEL - 16, 276, "tangent: 3", size=SMALL, bold=True, color=ORANGE, align="right")
    words = f"ratio {number(change)} / {number(h)} = {number(ratio)}"
    sheet.text(left + 16, 302, words, color=BLUE, bold=True, align="left")


def _in_words(steps: tuple[float, ...]) -> str:
    parts = ["The curve y = x² with its tangent at x = 1.5, which has the slope 3."]
    for h in steps:
        change, ratio = _ratio(h)
        parts.append(
            f"With the nudge h = {number(h)} the output moves by {number(change)}; the line through both points has "
            f"the slope {number(ratio)}."
        )
    return " ".join(parts)
