"""A backward sweep over the network of the course: forward numbers, and what comes back step by step.

Imports: numpy, ipywidgets on call; bpcheck.errors, bpcheck.reference.mlp, bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from math import hypot
from typing import Any

from bpcheck.draw.picture import Picture, Pictures
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, ORANGE_PALE, RULE, SMALL, WIDE, Point, Sheet
from bpcheck.draw.words import factor, fixed, number
from bpcheck.errors import UsageError
from bpcheck.reference import mlp

LAST = 4  # steps
SAID = (  # at the top of each step
    "forward only: every z and a is known, no δ yet",
    "the loss speaks: δ of the output is (ŷ − y) · φ′(z)",
    "read off in passing: δ of the receiver × a of the sender",
    "back through W: collect, then times the unit's own φ′(z)",
    "read off again: δ of the receiver × x of the sender",
)

_IN, _HIDDEN, _OUT, _LOSS = 56.0, 324.0, 602.0, 791.0  # px: the columns
_ROWS = (136.0, 328.0)
_MIDDLE = sum(_ROWS) / 2
_WIDTH, _HEIGHT = 138.0, 96.0  # px of a unit
_TALL = 446.0


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit with its place and its numbers."""

    x: float
    y: float
    z: float
    a: float
    slope: float
    delta: float
    bias: float


def delta_sweep(step: int | None = None) -> Picture:
    """The network that said 0.80, after so many steps of the backward sweep.

    Parameters
    ----------
    step : 0 for the forward pass alone, up to 4; None for the last one

    Raises
    ------
    UsageError : there is no such step.
    """
    step = LAST if step is None else step
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= LAST:
        raise UsageError(f"step goes from 0 to {LAST}; it got {step!r}")
    params, x, y = mlp.story()
    _, activations = mlp.forward(params, x)
    grads = mlp.backprop(params, x, y)
    hidden, out = _units()
    with Sheet(WIDE, _TALL) as sheet:
        sheet.text(14, 20, f"Step {step} of {LAST}", bold=True, align="left")
        sheet.text(WIDE - 14, 20, SAID[step], color=GREY, align="right")
        for column, words in ((_IN, "input"), (_HIDDEN, "layer 1"), (_OUT, "layer 2"), (_LOSS, "loss")):
            sheet.text(column, 56, words, size=SMALL, color=GREY)
        for i, row in enumerate(_ROWS):
            sheet.box(_IN, row, 62, 44, radius=20)
            sheet.text(_IN, row, number(x[i]))
            for j, unit in enumerate(hidden):
                _edge(sheet, (_IN + 31, row), unit, params[0][0][j, i], grads[0][0][j, i], step >= 4, i != j)
            _back(sheet, hidden[i], out, params[1][0][0, i], grads[1][0][0, i], step)
        for unit in hidden:
            _unit(sheet, unit, known=step >= 3, now=step == 3, read=step >= 4)
        _unit(sheet, out, known=step >= 1, now=step == 1, read=step >= 2)
        _loss(sheet, out, activations[-1][0], y[0], step)
        return sheet.picture(_in_words(step), _CAPTION)


_CAPTION = (
    "Upper lines of a unit, and the upper number on each arrow: the forward pass and the weights. The room below them is for what "
    "comes back: δ in a unit, the slope of a weight on its arrow. A thick arrow is used in this step. Numbers are rounded to four digits."
)


def delta_stepper() -> Any:
    """The same step by step, with a slider.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, all steps one under the other.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return Pictures(tuple(delta_sweep(step) for step in range(LAST + 1)))
    slider = widgets.IntSlider(value=0, min=0, max=LAST, description="step")
    shown = widgets.HTML(delta_sweep(0)._repr_html_())

    def show(_change: object) -> None:
        shown.value = delta_sweep(slider.value)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def _units() -> tuple[list[_Unit], _Unit]:
    params, x, y = mlp.story()
    zs, activations = mlp.forward(params, x)
    deltas = mlp.deltas(params, activations, y)
    places = [[(_HIDDEN, row) for row in _ROWS], [(_OUT, _MIDDLE)]]
    layers = [
        [
            _Unit(*place, *map(float, numbers))
            for place, numbers in zip(
                places[k],
                zip(
                    zs[k],
                    activations[k + 1],
                    mlp.sigmoid_slope(activations[k + 1]),
                    deltas[k],
                    params[k][1],
                    strict=True,
                ),
                strict=True,
            )
        ]
        for k in range(2)
    ]
    return layers[0], layers[1][0]


def _unit(sheet: Sheet, unit: _Unit, *, known: bool, now: bool, read: bool) -> None:
    x, y = unit.x, unit.y
    sheet.box(x, y, _WIDTH, _HEIGHT, edge=ORANGE if now else INK, line=3 if now else 1.5, radius=8)
    left, right = x - _WIDTH / 2 + 12, x + _WIDTH / 2 - 12
    lines = ((y - 33, "z", number(unit.z), INK), (y - 11, "a = φ(z)", fixed(unit.a, 2), INK))
    for line, name, value, colour in (*lines, (y + 11, "φ′(z)", number(unit.slope), BLUE)):
        sheet.text(left, line, name, size=SMALL, align="left", color=colour)
        sheet.text(right, line, value, size=SMALL, align="right", color=colour)
    _room(sheet, x, y + 34, _WIDTH - 16, f"δ = {number(unit.delta)}" if known else "")
    sheet.text(x - 8, y + 66, f"b {number(unit.bias, 3)}", size=SMALL, align="right", color=GREY)
    _room(sheet, x + 32, y + 66, 66, number(unit.delta) if read else "")


def _room(sheet: Sheet, x: float, y: float, width: float, words: str) -> None:
    """A place for a number that comes back: dotted while it is empty."""
    if not words:
        sheet.box(x, y, width, 20, edge=RULE, line=1, style=":", radius=4, layer=2.5)
        return
    sheet.box(x, y, width, 20, edge=ORANGE_PALE, fill=ORANGE_PALE, radius=4, layer=2.5)
    sheet.text(x, y, words, size=SMALL, color=ORANGE, bold=True)


def _edge(
    sheet: Sheet, start: Point, unit: _Unit, weight: float, slope: float, read: bool, crossing: bool
) -> None:
    """From an input to a hidden unit: the weight, and below it the room for its slope."""
    end = (unit.x - _WIDTH / 2 - 2, unit.y)
    sheet.arrow([start, end], color=GREY)
    share = 0.27 if crossing else 0.62
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    _weight(sheet, x, y, weight, number(slope) if read else "")


def _back(sheet: Sheet, unit: _Unit, out: _Unit, weight: float, slope: float, step: int) -> None:
    """Between a hidden unit and the output; in step 3 the message that goes back along it."""
    start, end = (unit.x + _WIDTH / 2, unit.y), (out.x - _WIDTH / 2, out.y)
    if step == 3:
        sheet.arrow([end, start], color=ORANGE, line=3, head=13)
        message = f"{number(weight)} × {factor(out.delta)} = {number(weight * out.delta)}"
        sign = -1 if unit.y < out.y else 1
        middle = (start[0] + end[0]) / 2 + 20
        sheet.text(middle, (start[1] + end[1]) / 2 + sign * 62, message, size=SMALL, color=ORANGE, bold=True)
    else:
        sheet.arrow([start, end], color=GREY)
    length = hypot(end[0] - start[0], end[1] - start[1])
    x, y = (a + 62 / length * (b - a) for a, b in zip(start, end, strict=True))
    _weight(sheet, x, y, weight, number(slope) if step >= 2 else "")


def _weight(sheet: Sheet, x: float, y: float, weight: float, slope: str) -> None:
    sheet.box(x, y, 62, 42, edge="white", fill="white", layer=2)
    sheet.text(x, y - 10, number(weight), size=14)
    _room(sheet, x, y + 10, 60, slope)


def _loss(sheet: Sheet, out: _Unit, yhat: float, y: float, step: int) -> None:
    right = out.x + _WIDTH / 2
    if step == 1:
        sheet.arrow([(_LOSS - 64, out.y), (right, out.y)], color=ORANGE, line=3, head=13)
    else:
        sheet.arrow([(right, out.y), (_LOSS - 66, out.y)], color=GREY)
    sheet.box(_LOSS, out.y, 128, 74, radius=8)
    sheet.text(_LOSS, out.y - 24, f"y = {fixed(y, 2)}", size=SMALL)
    sheet.text(_LOSS, out.y - 2, f"ℓ = {fixed((yhat - y) ** 2 / 2, 2)}", size=SMALL)
    _room(sheet, _LOSS, out.y + 22, 116, f"ŷ − y = {fixed(yhat - y, 2)}" if step >= 1 else "")


def _in_words(step: int) -> str:
    params, x, y = mlp.story()
    _, activations = mlp.forward(params, x)
    grads = mlp.backprop(params, x, y)
    hidden, out = _units()
    units = [("Hidden unit 1", hidden[0]), ("Hidden unit 2", hidden[1]), ("The output", out)]
    said = [f"Step {step} of {LAST}: {SAID[step]}. Inputs {' and '.join(map(number, x))}."]
    for name, unit in units:
        said.append(f"{name}: z {number(unit.z)}, a {fixed(unit.a, 2)}, slope φ′(z) {number(unit.slope)}.")
    said.append(f"The loss: y is {fixed(y[0], 2)}, ℓ is {fixed((activations[-1][0] - y[0]) ** 2 / 2, 2)}.")
    if step >= 1:
        error = fixed(activations[-1][0] - y[0], 2)
        said.append(f"δ of the output: ({error}) × {number(out.slope)} = {number(out.delta)}.")
    if step >= 2:
        said.append(f"Read off at the output: {_slopes(grads[1])}.")
    if step >= 3:
        for unit, weight in zip(hidden, params[1][0][0], strict=True):
            said.append(
                f"Back through the weight {number(weight)}: {number(weight)} × {factor(out.delta)} × "
                f"{number(unit.slope)} = {number(unit.delta)}."
            )
    if step >= 4:
        said.append(f"Read off at the hidden layer: {_slopes(grads[0])}.")
    return " ".join(said)


def _slopes(pair: mlp.Layer) -> str:
    dW, db = pair
    return f"weights {', '.join(map(number, dW.ravel()))}; biases {', '.join(map(number, db))}"
