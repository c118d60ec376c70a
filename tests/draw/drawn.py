"""Every figure of bpcheck.draw with the arguments that try it hardest, and the sheets behind the pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import pi, sqrt
from unittest.mock import patch

from bpcheck import draw
from bpcheck.draw.sheet import Sheet

Make = Callable[[], draw.Picture]

# The course's own x (NB04, NB02); both sides of zero; zero; du/dv = 0 and du/dv = -1; tiny and large numbers.
PLACES = (1.3, 0.8, -0.7, 0.0, sqrt(pi / 2), sqrt(pi), 1e-7, -0.0123456, 9.87654, -99.98765)

LAYERS = (
    (1000, 100, 10, 1),
    (1, 10, 100, 1000),
    (784, 128, 64, 10),
    (3, 4, 2),
    (1, 1, 1),
    (7, 7, 7, 7, 7),
    (90, 10_000, 90, 1),
    (1_000_000, 90, 90, 1),
    (40, 40, 1_000_000, 40),
    (2000, 2000, 2000, 1),
    (30, 700, 400, 300, 200, 100, 50, 1),
)

FIGURES: dict[str, Make] = {
    "course_map": draw.course_map,
    "neuron_question": draw.neuron_question,
    "learning_curves": draw.learning_curves,
    "learning_curves-letters": partial(draw.learning_curves, names=False),
    "shared_factors": draw.shared_factors,
    "roads_to_loss": draw.roads_to_loss,
    **{f"delta_sweep-{step}": partial(draw.delta_sweep, step) for step in range(5)},
    **{f"cost_staircases-{'-'.join(map(str, dims))}": partial(draw.cost_staircases, dims) for dims in LAYERS},
}
for _x in PLACES[:2] + PLACES[3:5] + PLACES[-3:]:  # the longest numbers, and those without digits
    FIGURES |= {
        f"chain-{_x:.4g}": partial(draw.chain, _x),
        f"two_roads-{_x:.4g}": partial(draw.two_roads, _x),
        f"nudges-{_x:.4g}": partial(draw.nudges, _x),
        f"nudges-back-{_x:.4g}": partial(draw.nudges, _x, -0.9),
        f"products-input-{_x:.4g}": partial(draw.products, _x, "input"),
        f"products-output-{_x:.4g}": partial(draw.products, _x, "output"),
        f"products-output-{_x:.4g}-2": partial(draw.products, _x, "output", 2),
    }

PLAIN = {name: make for name, make in FIGURES.items() if name.endswith(("1.3", "map", "question", "10-1"))}


def sheet_of(make: Make) -> Sheet:
    """The sheet on which a figure is drawn, as it stands when its picture would be taken."""
    taken: list[Sheet] = []

    def keep(self: Sheet, alt: str, caption: str) -> draw.Picture:
        taken.append(self)
        self.canvas.draw()
        return draw.Picture(b"", round(self.width * self.zoom), alt, caption)

    with patch.object(Sheet, "picture", keep):
        make()
    return taken[0]
