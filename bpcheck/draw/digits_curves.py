"""Step sizes from hopeless to ruinous, the noise of a batch, and what is left of a gradient after nine layers.

Imports: ipywidgets on call; bpcheck.errors, bpcheck.draw.curves, digits_runs, sheet, picture, words.
"""

from __future__ import annotations

from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any

from bpcheck.draw.curves import Axis, Curve, chart
from bpcheck.draw.digits_runs import EPOCHS, NOISE_SIZES, RATES, TRIALS, at_rate, depth_norms, noise
from bpcheck.draw.sheet import GREY, SMALL, WIDE, Sheet
from bpcheck.draw.words import fixed, number
from bpcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcheck.draw.picture import Picture

ALLOWED = (0.0001, 0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)  # of the slider
_TOP = 100.0  # what lies above is drawn at the upper edge


def learning_rates(rates: Sequence[float] = RATES) -> Picture:
    """The loss on the training digits over 20 epochs, for each of these learning rates.

    Parameters
    ----------
    rates : one to six numbers above 0 and up to 10

    Raises
    ------
    UsageError : they are no such numbers.
    """
    chosen = list(rates)
    if not 1 <= len(chosen) <= 6 or not all(isinstance(r, int | float) and 0 < r <= 10 for r in chosen):
        raise UsageError(f"one to six learning rates, each above 0 and up to 10; it got {rates!r}")
    runs = {rate: at_rate(float(rate)) for rate in chosen}
    curves = [
        Curve(
            f"η = {number(rate)}: {100 * run.test:.1f} %",
            [(float(k), loss if isfinite(loss) else _TOP) for k, loss in enumerate(run.losses)],
        )
        for rate, run in runs.items()
    ]
    x = Axis(0, EPOCHS, (0, 5, 10, 15, 20), "epochs")
    y = Axis(0.01, _TOP, (0.01, 0.1, 1, 10, 100), "loss", log=True)
    with Sheet(WIDE, 408) as sheet:
        chart(sheet, curves, x, y, width=500)
        sheet.text(612, 262, "read rightly,", size=SMALL, color=GREY, align="left")
        sheet.text(612, 284, "of the test digits", size=SMALL, color=GREY, align="left")
        rows = "; ".join(
            f"η = {number(rate)}: from {number(run.losses[0], 3)} to {number(run.losses[-1], 3)}, "
            f"{100 * run.test:.1f} % of the test digits"
            for rate, run in runs.items()
        )
        return sheet.picture(
            f"Loss on the training digits before the first epoch and after {EPOCHS}, network 64-32-10, batches of 32. {rows}.",
            "The scale of the loss is logarithmic. Right: which part of the test digits is read rightly at the end. By chance it would be 10 %.",
        )


def rate_slider() -> Any:
    """One curve, with a slider for the learning rate; where ipywidgets is not installed, five of them."""
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return learning_rates()
    slider = widgets.SelectionSlider(options=ALLOWED, value=0.1, description="η", continuous_update=False)
    shown = widgets.HTML(learning_rates([0.1])._repr_html_())

    def show(_change: object) -> None:
        shown.value = learning_rates([slider.value])._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def batch_noise() -> Picture:
    """How far the gradient of a batch lies from that of all samples, over the size of the batch."""
    found = noise()
    measured = Curve("measured", [(float(B), found[B][0]) for B in NOISE_SIZES])
    single = found[1][0]
    # the ends alone: marks between them would cover those of what was measured
    law = Curve("a B-th of one sample's", [(float(B), single / B) for B in (NOISE_SIZES[0], NOISE_SIZES[-1])])
    x = Axis(1, 256, NOISE_SIZES, "samples in a batch, B", log=True)
    y = Axis(0.01, 100, (0.01, 0.1, 1, 10, 100), "mean squared distance", log=True)
    with Sheet(WIDE, 408) as sheet:
        chart(sheet, [measured, law], x, y, width=500)
        sheet.text(612, 150, "B     times B    cosine", size=SMALL, color=GREY, align="left")
        for k, B in enumerate(NOISE_SIZES):
            squared, cosine = found[B]
            level = 178 + 26 * k
            sheet.text(640, level, str(B), size=SMALL, align="right")
            sheet.text(712, level, fixed(B * squared, 1), size=SMALL, align="right")
            sheet.text(778, level, f"{cosine:.2f}", size=SMALL, align="right")
        rows = "; ".join(
            f"B = {B}: {number(found[B][0], 3)}, times B {fixed(B * found[B][0], 1)}, cosine {found[B][1]:.2f}"
            for B in NOISE_SIZES
        )
        return sheet.picture(
            f"Mean squared distance of a batch's gradient from that of all 1500 digits, {TRIALS} batches of each size, and the mean "
            f"cosine between the two. {rows}.",
            "Both scales are logarithmic. Times B the distance stays the same. A cosine of 1 would be the right direction, 0 a right angle to it.",
        )


def vanishing() -> Picture:
    """The length of each layer's weight gradient in networks of nine layers, before any training."""
    found = depth_norms()
    curves = [
        Curve(name, [(float(k + 1), norm) for k, norm in enumerate(norms)]) for name, norms in found.items()
    ]
    x = Axis(1, 9, tuple(range(1, 10)), "layer; the loss is on the right")
    y = Axis(1e-6, 10, (1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1, 10), "length of dW", log=True)
    with Sheet(WIDE, 408) as sheet:
        chart(sheet, curves, x, y, width=500)
        rows = "; ".join(
            f"{name}: {number(norms[0], 2)} in layer 1, {number(norms[-1], 2)} in layer 9"
            for name, norms in found.items()
        )
        return sheet.picture(
            f"Lengths of the weight gradients of nine layers before any training, 200 digits. {rows}.",
            "The scale is logarithmic. On the way back from the loss, on the right, to the first layer the gradient of the sigmoid network falls by a "
            "factor at every layer. With tanh, ReLU or larger weights it arrives.",
        )
