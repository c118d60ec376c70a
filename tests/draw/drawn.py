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

# Those of the later notebooks, each a few times.
LATER: dict[str, Make] = {
    # notebook 01
    "secants": draw.secants,
    "secants-large": lambda: draw.secants(1.0),
    "secants-small": lambda: draw.secants(0.01),
    "two_sides": draw.two_sides,
    "error_curves": draw.error_curves,
    "error_curves-elsewhere": lambda: draw.error_curves(0.8),
    "error_curves-begun": lambda: draw.error_curves(1.3, 1),
    "downhill_map": draw.downhill_map,
    # notebook 03
    "formula_tree": draw.formula_tree,
    "formula_growth": draw.formula_growth,
    "formula_growth-1": lambda: draw.formula_growth(1),
    "formula_growth-8": lambda: draw.formula_growth(8),
    "shared_slopes": draw.shared_slopes,
    # notebook 05
    "neuron": draw.neuron,
    "neuron-forward": partial(draw.neuron, back=False),
    "neuron-flat": partial(draw.neuron, (-3, 2.9), (-2.9, 2.7), -2.512, 0.0),
    "neuron-flat-below": partial(draw.neuron, (-2.9, -2.9), (2.9, 2.9), -2.987, 1.0),
    "neuron-zero": partial(draw.neuron, (0, 0), (-0.1, 1.2), 0.0, 0.5),
    "sigmoid_slopes": draw.sigmoid_slopes,
    "two_deltas": draw.two_deltas,
    "blames": draw.blames,
    # notebook 06
    "shared_factors": draw.shared_factors,
    "roads_to_loss": draw.roads_to_loss,
    **{f"delta_sweep-{step}": partial(draw.delta_sweep, step) for step in range(5)},
    # notebook 07
    "layer_products": draw.layer_products,
    "layer_products-long": partial(draw.layer_products, [90_000, 1000, 90, 10, 7, 5, 3, 1]),
    "gradient_costs": draw.gradient_costs,
    "gradient_costs-large": partial(draw.gradient_costs, (1000, 800, 500, 10)),
    "gradient_costs-tiny": partial(draw.gradient_costs, (2, 2, 1)),
    "memory_plan": draw.memory_plan,
    "memory_plan-all": partial(draw.memory_plan, 24, 1),
    "memory_plan-one": partial(draw.memory_plan, 24, 24),
    "memory_plan-odd": partial(draw.memory_plan, 23, 3),
    # notebook 08
    "learning_curves": draw.learning_curves,
    "learning_curves-letters": partial(draw.learning_curves, names=False),
    # notebook 09
    "early_updates": draw.early_updates,
    "xor_starts": draw.xor_starts,
    "xor_maps": draw.xor_maps,
    "xor_maps-one": partial(draw.xor_maps, 5000),
    # notebook 10
    "batch_products": draw.batch_products,
    "fitting_products": draw.fitting_products,
    "fitting_products-square": partial(draw.fitting_products, 4, 4, 4),
    "fitting_products-large": partial(draw.fitting_products, 99, 88, 77),
    # notebook 11
    "digit_gallery": draw.digit_gallery,
    "learned_units": draw.learned_units,
    "misread": draw.misread,
    "learning_rates": draw.learning_rates,
    "learning_rates-ruinous": partial(draw.learning_rates, [10.0]),
    "batch_noise": draw.batch_noise,
    "vanishing": draw.vanishing,
    # notebook 12
    "lag_curves": draw.lag_curves,
    # notebook 13
    "history": draw.history,
    "beside_frameworks": draw.beside_frameworks,
    **{f"unrolled-{step}": partial(draw.unrolled, step) for step in range(5)},
}
FIGURES |= LATER
PLAIN |= LATER


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
