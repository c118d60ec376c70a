"""How wrong a difference is for every size of the step, measured, from one side and from both.

Imports: ipywidgets on call; bpcheck.draw.nudge_plot, sheet, words; bpcheck.reference.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from math import cos, exp, log10, sin
from typing import TYPE_CHECKING, Any

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, GREY, ORANGE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number, one_number
from bpcheck.errors import UsageError
from bpcheck.reference.numeric import central, forward

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

POWERS = range(-1, -16, -1)  # of ten: the steps that are measured
LEAST = 1e-13  # an error below this is drawn, and told, as this

Difference = Callable[[Callable[[float], float], float, float], float]

_CAPTION = (
    "Both scales are logarithmic; small steps are on the left. On the right branch the curve's bend is to blame, on "
    "the left one rounding. The dots were measured just now, in float64; the rounding branch jumps about."
)


def errors(difference: Difference, x: float = 1.3) -> list[float]:
    """Relative errors of a difference of e^(sin(x²)) at `x`, for the steps 1e-1 to 1e-15."""
    true = 2 * x * cos(x * x) * _chain(x)
    return [max(abs(difference(_chain, x, 10.0**power) / true - 1), LEAST) for power in POWERS]


def error_curves(x: float = 1.3, steps: int = len(POWERS)) -> Picture:
    """The relative errors of the slope of y = e^(sin(x²)), from one side and from both, over the step.

    Parameters
    ----------
    x : from 0.5 to 3, where the slope is not 0
    steps : how many of the 15 steps are shown, from 1e-1 on

    Raises
    ------
    UsageError : `x` is no such number, the slope there is nearly 0, or there are no such steps.
    """
    place = one_number(x, "x", 3.0)
    if place < 0.5 or abs(cos(place * place)) < 0.05:
        raise UsageError(f"x = {x!r} has no slope to compare with; use a number such as 1.3")
    if steps not in range(1, len(POWERS) + 1):
        raise UsageError(f"steps goes from 1 to {len(POWERS)}; it got {steps!r}")
    one, both = errors(forward, place)[:steps], errors(central, place)[:steps]
    with Sheet(WIDE, 446) as sheet:
        plot = Plot(88, 30, 560, 352, (-15.4, -0.6), (-13.2, 1.0))
        _grid(sheet, plot)
        _series(sheet, plot, one, ORANGE, square=False)
        _series(sheet, plot, both, BLUE, square=True)
        _legend(sheet, 96, "○  from one side", ORANGE, one)
        _legend(sheet, 216, "■  from both sides", BLUE, both)
        return sheet.picture(_in_words(place, one, both), _CAPTION)


def error_curves_slider(x: float = 1.3) -> Any:
    """The same, grown step by step: a slider makes h smaller, ten times at each move.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, the whole picture.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return error_curves(x)
    slider = widgets.SelectionSlider(options=[(f"1e{power}", -power) for power in POWERS], description="h")
    shown = widgets.HTML(error_curves(x, 1)._repr_html_())

    def show(_change: object) -> None:
        shown.value = error_curves(x, slider.value)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def _chain(x: float) -> float:
    return exp(sin(x * x))


def _power(power: int) -> str:
    return f"$10^{{{power}}}$"


def _grid(sheet: Sheet, plot: Plot) -> None:
    bottom, right = plot.top + plot.height, plot.left + plot.width
    for power in range(-13, 2, 2):
        _, y = plot.at(0, power)
        sheet.line([(plot.left, y), (right, y)], color=RULE, line=0.8, layer=0.5)
        sheet.text(plot.left - 10, y, _power(power), size=SMALL, color=GREY, align="right")
    for power in range(-15, 0, 2):
        x, _ = plot.at(power, 0)
        sheet.line([(x, plot.top), (x, bottom)], color=RULE, line=0.8, layer=0.5)
        sheet.text(x, bottom + 18, _power(power), size=SMALL, color=GREY)
    sheet.text((plot.left + right) / 2, bottom + 48, "step $h$", color=GREY)
    sheet.text(18, 12, "relative error of the slope", color=GREY, align="left")


def _series(sheet: Sheet, plot: Plot, values: list[float], color: str, *, square: bool) -> None:
    points = [plot.at(power, log10(value)) for power, value in zip(POWERS, values, strict=False)]
    if len(points) > 1:
        sheet.line(points, color=color, line=2, layer=2)
    for x, y in points:
        if square:
            sheet.box(x, y, 8, 8, edge=color, fill=color, radius=0, layer=3)
        else:
            sheet.circle(x, y, 4.5, edge=color, fill="white", line=2)


def _best(values: list[float]) -> tuple[int, float]:
    """Power of ten of the best step, and the error there."""
    least = min(values)
    return POWERS[values.index(least)], least


def _legend(sheet: Sheet, top: float, name: str, color: str, values: list[float]) -> None:
    power, least = _best(values)
    sheet.text(668, top, name, color=color, bold=True, align="left")
    sheet.text(668, top + 26, f"best step here: {_power(power)}", size=SMALL, align="left")
    sheet.text(668, top + 48, f"error there: {number(least, 1)}", size=SMALL, align="left")


def _in_words(x: float, one: list[float], both: list[float]) -> str:
    rows = "; ".join(
        f"1e{power}: {number(a, 1)} and {number(b, 1)}"
        for power, a, b in zip(POWERS, one, both, strict=False)
    )
    return (
        f"Relative errors of the slope of e^(sin(x²)) at x = {number(x)}, for each step h from one side and from both "
        f"sides. {rows}. Smallest from one side: {number(min(one), 1)} at 1e{_best(one)[0]}. Smallest from both sides: "
        f"{number(min(both), 1)} at 1e{_best(both)[0]}."
    )
