"""Six networks that learn, or do not: one has the right gradient, five have wrong ones.

Same data, same start, same rate. The curves are computed when they are drawn.

Imports: numpy on call; bpcheck.draw.nudge_plot, sheet, picture, words.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

from bpcheck.draw.nudge_plot import Plot
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcheck.draw.picture import Picture

STEPS, RATE, SEED = 2000, 2.0, 4
EVERY = 10  # steps from point to point of a curve


@dataclass(frozen=True, slots=True)
class Gradient:
    """A gradient, right or wrong in one way."""

    letter: str
    name: str
    color: str
    style: str
    output_slope: bool = True  # φ′ of the output unit is there
    way_back: str = "W"  # what the error goes back through: W, fixed random weights, or nothing
    biases: bool = True  # they have slopes
    sign: float = 1.0


GRADIENTS = (
    Gradient("A", "biases get no slope", GREY, "-", biases=False),
    Gradient("B", "output slope missing", ORANGE, "--", output_slope=False),
    Gradient("C", "right", BLUE, "-"),
    Gradient("D", "sign turned", INK, ":", sign=-1.0),
    Gradient("E", "back through random weights", ORANGE, ":", way_back="random"),
    Gradient("F", "hidden layer gets nothing", GREY, "--", way_back="nothing"),
)


@functools.cache
def losses() -> tuple[tuple[float, ...], ...]:
    """For each of `GRADIENTS` the mean loss before the first step and after each.

    A net 2-4-1 of sigmoids, 25 samples, full batches. All six are trained side by side, along the first axis.
    """
    import numpy as np

    def of_all(values: Iterable[float]) -> Any:
        return np.array([*values], dtype=np.float64)[:, None, None]

    rng = np.random.default_rng(SEED)
    side = np.linspace(-1, 1, 5)
    X = np.array([(a, b) for a in side for b in side])
    target = 0.5 + 0.4 * X[:, :1] * X[:, 1:]
    start = rng.normal(size=(4, 2)), 0.5 * rng.normal(size=(1, 4)), rng.normal(size=(1, 4)), np.zeros((1, 1))
    W1, b1, W2, b2 = (np.repeat(array[None], len(GRADIENTS), axis=0) for array in start)
    random = of_all(g.way_back == "random" for g in GRADIENTS) * rng.normal(size=(1, 4))
    through_W = of_all(g.way_back == "W" for g in GRADIENTS)
    sloped, biased = of_all(g.output_slope for g in GRADIENTS), of_all(g.biases for g in GRADIENTS)
    sign = of_all(g.sign for g in GRADIENTS)
    found = []
    for _ in range(STEPS + 1):
        A = 1 / (1 + np.exp(-(X @ W1.swapaxes(1, 2) + b1)))
        yhat = 1 / (1 + np.exp(-(A @ W2.swapaxes(1, 2) + b2)))
        found.append(0.5 * ((yhat - target) ** 2).mean(axis=(1, 2)))
        D2 = sign * (yhat - target) * (1 + sloped * (yhat * (1 - yhat) - 1)) / len(X)
        D1 = (D2 @ (through_W * W2 + random)) * A * (1 - A)
        W1, W2 = W1 - RATE * D1.swapaxes(1, 2) @ X, W2 - RATE * D2.swapaxes(1, 2) @ A
        b1 = b1 - RATE * biased * D1.sum(axis=1, keepdims=True)
        b2 = b2 - RATE * biased * D2.sum(axis=1, keepdims=True)
    return tuple(tuple(map(float, curve)) for curve in np.array(found).T)


def learning_curves(names: bool = True) -> Picture:
    """The loss of six networks, step by step.

    Parameters
    ----------
    names : say what each gradient is; without, the curves are called A to F
    """
    with Sheet(WIDE, 440) as sheet:
        plot = Plot(84, 36, 480, 346, (0, STEPS), (-3.4, -0.7))
        _grid(sheet, plot)
        for gradient, curve in zip(GRADIENTS, losses(), strict=True):
            points = [plot.at(EVERY * k, log10(loss)) for k, loss in enumerate(curve[::EVERY])]
            right = gradient.name == "right" and names
            sheet.line(points, color=gradient.color, style=gradient.style, line=3.2 if right else 2)
        _labels(sheet, plot, names)
        return sheet.picture(_in_words(names), _CAPTION_NAMED if names else _CAPTION)


_CAPTION = (
    "Six networks with the same data, the same start and the same learning rate. One of them has the right gradient. "
    "The scale of the loss is logarithmic."
)
_CAPTION_NAMED = (
    "The same six curves with their names. Five gradients are wrong, and four of these networks learn. From another start the "
    "order may be another. The scale of the loss is logarithmic."
)


def _grid(sheet: Sheet, plot: Plot) -> None:
    right, bottom = plot.left + plot.width, plot.top + plot.height
    for power in (-3, -2, -1):
        _, y = plot.at(0, power)
        sheet.line([(plot.left, y), (right, y)], color=RULE, line=0.8, layer=0.5)
        sheet.text(plot.left - 10, y, number(10.0**power), size=SMALL, color=GREY, align="right")
    for step in range(0, STEPS + 1, 500):
        x, _ = plot.at(step, 0)
        sheet.line([(x, plot.top), (x, bottom)], color=RULE, line=0.8, layer=0.5)
        sheet.text(x, bottom + 16, number(step), size=SMALL, color=GREY)
    sheet.text((plot.left + right) / 2, bottom + 40, "steps", size=14, color=GREY)
    sheet.text(18, 16, "mean loss", size=14, color=GREY, align="left")


def _labels(sheet: Sheet, plot: Plot, names: bool) -> None:
    """Beside the end of each curve, from top to bottom, moved apart where they would touch."""
    ends = [(plot.at(STEPS, log10(c[-1])), g) for g, c in zip(GRADIENTS, losses(), strict=True)]
    ends.sort(key=lambda pair: pair[0][1])
    y = 0.0
    for (x, end), gradient in ends:
        y = max(end, y + 22)
        sheet.line([(x + 2, end), (x + 22, y)], color=gradient.color, line=1)
        words = f"{gradient.letter}  {gradient.name}" if names else gradient.letter
        sheet.text(
            x + 28,
            y,
            words,
            size=14,
            color=gradient.color,
            align="left",
            bold=gradient.name == "right" and names,
        )


def _in_words(names: bool) -> str:
    said = [
        f"{g.letter}{f' ({g.name})' if names else ''}: from {number(curve[0], 2)} to {number(curve[-1], 2)}"
        for g, curve in zip(GRADIENTS, losses(), strict=True)
    ]
    return f"The mean loss of six networks over {STEPS} steps of gradient descent. {'; '.join(said)}."
