"""A recurrent network of one unit, unrolled over four steps, and the error that walks back through it.

Imports: numpy, ipywidgets on call; bpcheck.errors, bpcheck.reference.recurrent, bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from bpcheck.draw.picture import Picture, Pictures
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, ORANGE_PALE, SMALL, WIDE, Sheet
from bpcheck.draw.words import fixed
from bpcheck.errors import UsageError
from bpcheck.reference import recurrent

STEPS = 4
P = (np.array([[0.8]]), np.array([[0.9]]), np.zeros(1), np.array([1.0]))
X, H0, Y = np.array([[1.0], [-0.5], [0.5], [0.6]]), np.array([0.3]), 1.2

_LEFT, _APART, _ROW = 66.0, 152.0, 150.0  # px: the first state, from state to state, their height on the page
_SIDE = 94.0


def unrolled(step: int | None = None) -> Picture:
    """The unrolled network after so many steps of the sweep back.

    Parameters
    ----------
    step : 0 for the forward pass alone, up to 4; None for the last one

    Raises
    ------
    UsageError : there is no such step.
    """
    step = STEPS if step is None else step
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= STEPS:
        raise UsageError(f"step goes from 0 to {STEPS}; it got {step!r}")
    H, yhat = recurrent.rnn_forward(P, X, H0)
    D = recurrent.deltas(P, H, yhat - Y)[:, 0]
    with Sheet(WIDE, 304) as sheet:
        sheet.text(14, 20, f"Step {step} of {STEPS} back", bold=True, align="left")
        for t in range(STEPS + 1):
            x = _LEFT + _APART * t
            known = step >= STEPS + 1 - t and t > 0
            now = step == STEPS + 1 - t
            if t:
                _between(sheet, x, known, now)
                sheet.text(x, 286, f"$x_{t}$ = {fixed(float(X[t - 1, 0]), 1)}", size=SMALL)
                sheet.arrow([(x, 272), (x, _ROW + _SIDE / 2)], color=GREY)
                sheet.text(x + 12, 240, "$W_{xh}$", size=SMALL, color=GREY, align="left")
            sheet.box(
                x,
                _ROW,
                _SIDE,
                _SIDE,
                edge=ORANGE if now else INK,
                line=3 if now else 1.5,
                fill=ORANGE_PALE if known else "white",
            )
            sheet.text(x, _ROW - 20, f"$h_{t}$ = {fixed(float(H[t, 0]), 2)}", size=SMALL)
            if known:
                sheet.text(
                    x, _ROW + 20, f"δ = {fixed(float(D[t - 1]), 3)}", size=SMALL, color=ORANGE, bold=now
                )
        x = _LEFT + _APART * STEPS
        sheet.arrow([(x + _SIDE / 2, _ROW - 12), (x + _SIDE / 2 + 46, _ROW - 12)])
        if step:
            sheet.arrow(
                [(x + _SIDE / 2 + 46, _ROW + 20), (x + _SIDE / 2, _ROW + 20)],
                color=ORANGE,
                line=3 if step == 1 else 1.5,
            )
        sheet.text(x + _SIDE / 2 + 52, _ROW - 12, f"ŷ = {fixed(float(yhat), 2)}", size=SMALL, align="left")
        sheet.text(x + _SIDE / 2 + 52, _ROW + 20, f"y = {fixed(Y, 1)}", size=SMALL, align="left")
        return sheet.picture(_in_words(step, H[:, 0], float(yhat), D), _CAPTION)


_CAPTION = (
    "Time runs to the right. Upper arrows: forward. Lower arrows: the error on its way back, thick where it walks in this step. Between "
    "two states: what this use of W_hh adds to its gradient, δ times the state before."
)


def unroll_stepper() -> Any:
    """The same step by step, with a slider; where ipywidgets is not installed, all steps one under the other."""
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return Pictures(tuple(unrolled(step) for step in range(STEPS + 1)))
    slider = widgets.IntSlider(value=0, min=0, max=STEPS, description="step")
    shown = widgets.HTML(unrolled(0)._repr_html_())

    def show(_change: object) -> None:
        shown.value = unrolled(slider.value)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def _between(sheet: Sheet, x: float, known: bool, now: bool) -> None:
    """From the state before, on the left, to the one at x; and back."""
    left, right = x - _APART + _SIDE / 2, x - _SIDE / 2
    sheet.arrow([(left, _ROW - 12), (right, _ROW - 12)])
    sheet.text((left + right) / 2, _ROW - 34, "$W_{hh}$", size=SMALL, color=GREY)
    if known:
        t = round((x - _LEFT) / _APART)
        part = recurrent.by_lag(P, X, H0, Y)[STEPS - t, 0, 0]
        sheet.text((left + right) / 2, 66, f"adds {fixed(float(part), 3)}", size=SMALL, color=BLUE, bold=now)
        if t > 1:
            sheet.arrow([(right, _ROW + 20), (left, _ROW + 20)], color=ORANGE, line=1.5)


def _in_words(step: int, H: Any, yhat: float, D: Any) -> str:
    states = ", ".join(f"h{t} = {fixed(float(h), 2)}" for t, h in enumerate(H))
    parts = recurrent.by_lag(P, X, H0, Y)[:, 0, 0]
    walked = "; ".join(
        f"δ{STEPS - lag} = {fixed(float(D[STEPS - 1 - lag]), 3)}, which adds {fixed(float(parts[lag]), 3)}"
        for lag in range(step)
    )
    back = (
        f" The error has come back {step} of {STEPS} steps: {walked}."
        if step
        else " The error has not set out yet."
    )
    total = (
        f" The gradient of W_hh is the sum of the four, {fixed(float(parts.sum()), 3)}."
        if step == STEPS
        else ""
    )
    return (
        f"A recurrent network of one unit, unrolled over four steps, with W_hh = {P[1][0, 0]:g} between all neighbours: {states}; "
        f"prediction {fixed(yhat, 2)}, target {fixed(Y, 1)}.{back}{total}"
    )
