"""One neuron with all its numbers: the way forward to the loss, and the slopes on the way back.

Imports: ipywidgets on call; bpcheck.draw.sheet, picture, words; bpcheck.reference.neuron.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from bpcheck.draw.sheet import GREY, LARGE, ORANGE, ORANGE_PALE, PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import factor, fixed, number, one_number
from bpcheck.errors import UsageError
from bpcheck.reference import neuron as ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcheck.draw.picture import Picture

_INPUT, _KNOB, _Z, _YHAT, _LOSS = 58.0, 196.0, 400.0, 590.0, 778.0  # px: columns
_ROWS = (84.0, 164.0, 244.0)  # px: two inputs, and the 1 that the bias is multiplied by
_SLOPES = (370.0, 430.0, 490.0)  # px: their slopes, on the way back
_MIDDLE, _BACK = _ROWS[1], _SLOPES[1]
_NAMES = ("w₁", "w₂", "b")


@dataclass(frozen=True, slots=True)
class _Neuron:
    """Everything that the picture shows."""

    inputs: tuple[float, float, float]  # the last one is the 1 of the bias
    knobs: tuple[float, float, float]  # w1, w2, b
    y: float
    z: float
    yhat: float

    @property
    def loss(self) -> float:
        return 0.5 * (self.yhat - self.y) ** 2

    @property
    def slope(self) -> float:
        return self.yhat * (1 - self.yhat)

    @property
    def delta(self) -> float:
        return (self.yhat - self.y) * self.slope


def neuron(
    x: Sequence[float] = (1.0, 2.0),
    w: Sequence[float] = (0.4, 0.3),
    b: float = ref.B,
    y: float = ref.Y,
    back: bool = True,
) -> Picture:
    """A neuron with two inputs; without numbers it is the one that said 0.80.

    Parameters
    ----------
    x, w : two inputs, two weights
    b, y : bias, and the truth
    back : draw the slopes as well

    Raises
    ------
    UsageError : a number is missing, or is none, or is beyond ±100.
    """
    if len(x) != 2 or len(w) != 2:
        raise UsageError(f"the picture has room for two inputs and two weights; it got {len(x)} and {len(w)}")
    x1, x2, w1, w2, bias, truth = (
        one_number(value, name)
        for name, value in zip(("x1", "x2", "w1", "w2", "b", "y"), (*x, *w, b, y), strict=True)
    )
    z, yhat = ref.forward(np.array([x1, x2]), np.array([w1, w2]), bias)
    found = _Neuron((x1, x2, 1.0), (w1, w2, bias), truth, float(z), float(yhat))
    with Sheet(WIDE, 528 if back else 300) as sheet:
        _forward(sheet, found)
        if back:
            _backward(sheet, found)
        return sheet.picture(_in_words(found, back), _CAPTION if back else _CAPTION_FORWARD)


def neuron_slider() -> Any:
    """The neuron with a slider for each of its numbers.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, the picture of `neuron`.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return neuron()
    start = {"x1": 1.0, "x2": 2.0, "w1": 0.4, "w2": 0.3, "b": ref.B, "y": ref.Y}
    sliders = {
        name: widgets.FloatSlider(
            value=value,
            min=0.0 if name == "y" else -3.0,
            max=1.0 if name == "y" else 3.0,
            step=0.1,
            description=name,
        )
        for name, value in start.items()
    }
    sliders["b"].step, sliders["b"].value = 0.001, ref.B
    shown = widgets.HTML(neuron()._repr_html_())

    def show(_change: object) -> None:
        x1, x2, w1, w2, b, y = (slider.value for slider in sliders.values())
        shown.value = neuron((x1, x2), (w1, w2), b, y)._repr_html_()

    for slider in sliders.values():
        slider.observe(show, "value")
    rows = [widgets.HBox(list(sliders.values())[k : k + 3]) for k in (0, 3)]
    return widgets.VBox([*rows, shown])


_CAPTION_FORWARD = (
    "The neuron multiplies each input by its weight, adds the bias, and bends the sum z with the sigmoid. The loss compares "
    "its prediction with the truth."
)
_CAPTION = (
    "Above, from left to right, the way forward: values. Below, from right to left, the way back: each number says how much the "
    "loss cares about the value above it. Every step multiplies by one local slope."
)


def _forward(sheet: Sheet, n: _Neuron) -> None:
    for x, words in (
        (_INPUT, "inputs"),
        (_KNOB, "weights and bias"),
        (_Z, "sum"),
        (_YHAT, "prediction"),
        (_LOSS, "loss"),
    ):
        sheet.text(x, 26, words, size=SMALL, color=GREY)
    for y, value, knob, name in zip(_ROWS, n.inputs, n.knobs, _NAMES, strict=True):
        sheet.arrow(
            [(_INPUT + 28, y), (_KNOB, y), (_Z - 48, _MIDDLE + 0.35 * (y - _MIDDLE))], color=GREY, line=1.8
        )
        sheet.circle(_INPUT, y, 28, fill=PALE if name == "b" else "white")
        sheet.text(_INPUT, y, number(value, 3), size=LARGE, color=GREY if name == "b" else "black")
        _chip(sheet, _KNOB, y, f"{name} = {number(knob, 3)}")
    for start, end in ((_Z + 46, _YHAT - 48), (_YHAT + 46, _LOSS - 66)):
        sheet.arrow([(start, _MIDDLE), (end, _MIDDLE)], color=GREY, line=1.8)
    sheet.text((_Z + _YHAT) / 2, _MIDDLE - 16, "σ", size=LARGE, color=GREY)
    for x, shown, words in (
        (_Z, number(n.z, 4), "z = w₁x₁ + w₂x₂ + b"),
        (_YHAT, prediction(n.yhat), "ŷ = σ(z)"),
    ):
        sheet.circle(x, _MIDDLE, 46, line=2)
        sheet.text(x, _MIDDLE, shown, size=LARGE)
        sheet.text(x, _MIDDLE + 66, words, size=SMALL, color=GREY)
    sheet.box(_LOSS, _MIDDLE, 128, 92, line=2, radius=8)
    sheet.text(_LOSS, _MIDDLE - 22, f"truth {prediction(n.y)}", size=SMALL)
    sheet.text(_LOSS, _MIDDLE + 12, f"ℓ = {number(n.loss, 3)}", size=LARGE)
    sheet.text(_LOSS, _MIDDLE + 66, "ℓ = ½(ŷ − y)²", size=SMALL, color=GREY)


def _backward(sheet: Sheet, n: _Neuron) -> None:
    sheet.line([(20, 296), (WIDE - 20, 296)], color=RULE, line=1)
    sheet.text(WIDE - 20, 318, "back: how much does ℓ care?", size=SMALL, color=ORANGE, align="right")
    for start, end, words, value in (
        (_LOSS, _YHAT, "ŷ − y", n.yhat - n.y),
        (_YHAT, _Z, "ŷ(1 − ŷ)", n.slope),
    ):
        sheet.arrow([(start - 44, _BACK), (end + 64, _BACK)], color=ORANGE, line=1.8, style="--")
        sheet.text((start + end) / 2, _BACK - 46, words, size=SMALL, color=GREY)
        sheet.text((start + end) / 2, _BACK - 26, f"× {factor3(value)}", size=SMALL)
    for y, value, name in zip(_SLOPES, n.inputs, _NAMES, strict=True):
        tail, tip = (_Z - 62, _BACK + 0.3 * (y - _BACK)), (_KNOB + 62, y)
        sheet.arrow([tail, tip], color=ORANGE, line=1.8, style="--")
        middle = (tail[0] + tip[0]) / 2, (tail[1] + tip[1]) / 2
        sheet.text(*middle, f"× {factor3(value)}", size=SMALL, ground="white")
        sheet.text(_INPUT, y, f"∂ℓ/∂{name}", color=GREY)
        _chip(sheet, _KNOB, y, number(n.delta * value, 3), back=True)
    for x, slope, words in (
        (_Z, n.delta, "δ = ∂ℓ/∂z"),
        (_YHAT, n.yhat - n.y, "∂ℓ/∂ŷ"),
        (_LOSS, 1.0, "∂ℓ/∂ℓ"),
    ):
        _chip(sheet, x, _BACK, number(slope, 3), back=True, bold=x == _Z)
        sheet.text(x, _BACK + 36, words, size=SMALL, color=GREY)


def _chip(sheet: Sheet, x: float, y: float, words: str, back: bool = False, bold: bool = False) -> None:
    width = sheet.width_of(sheet.text(x, y, words, bold=bold)) + 22
    edge, fill = (ORANGE, ORANGE_PALE) if back else ("black", "white")
    sheet.box(x, y, max(width, 44), 32, edge=edge, fill=fill, radius=14, line=1.8)


def prediction(value: float) -> str:
    """Three decimals, or two where the third is 0.

    >>> prediction(0.8), prediction(0.8291)
    ('0.80', '0.829')
    """
    return fixed(value, 3).removesuffix("0")


def factor3(value: float) -> str:
    """A factor with three digits; a negative one stands in brackets.

    >>> factor3(-0.2)
    '(−0.2)'
    """
    return factor(float(f"{value:.3g}"))


def _in_words(n: _Neuron, back: bool) -> str:
    ahead = (
        f"A neuron with the inputs {number(n.inputs[0], 3)} and {number(n.inputs[1], 3)}, the weights w₁ = {number(n.knobs[0], 3)} "
        f"and w₂ = {number(n.knobs[1], 3)} and the bias b = {number(n.knobs[2], 3)}. The sum is z = {number(n.z)}, the prediction "
        f"ŷ = {prediction(n.yhat)}. The truth is {prediction(n.y)}, the loss ℓ = {number(n.loss, 3)}."
    )
    if not back:
        return ahead
    slopes = ", ".join(
        f"for {name} {number(n.delta * value, 3)} (δ × {factor3(value)})"
        for name, value in zip(_NAMES, n.inputs, strict=True)
    )
    return (
        f"{ahead} Back from the loss: the slope for ŷ is {number(n.yhat - n.y, 3)}; times the slope of the sigmoid, "
        f"{number(n.slope, 3)}, it is δ = {number(n.delta, 3)}, the slope for z. The slopes of the loss are {slopes}."
    )
