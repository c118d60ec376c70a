"""The figures of NB05: nothing overlaps, and every number in an alt text is true."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from math import exp, log

import pytest
from test_draw_numbers import value

from bpcheck import draw
from bpcheck.errors import UsageError

NUMBER = r"(−?\d+(?:\.\d+)?(?:×10[⁻⁰¹²³⁴-⁹]+)?)"


def numbers(alt: str, *before: str) -> list[float]:
    """The number that follows each of these words."""
    return [value(re.search(re.escape(words) + NUMBER, alt)[1]) for words in before]


@pytest.mark.parametrize(
    ("x", "w", "b", "y"), [((1.0, 2.0), (0.4, 0.3), log(4) - 1, 1.0), ((-1.5, 0.8), (1.2, -0.4), 0.3, 0.0)]
)
def test_the_neuron_states_its_values_and_slopes(
    x: tuple[float, float], w: tuple[float, float], b: float, y: float
) -> None:
    alt = draw.neuron(x, w, b, y).alt

    def yhat(w1: float, w2: float, b: float) -> float:
        return 1 / (1 + exp(-(w1 * x[0] + w2 * x[1] + b)))

    def slope(k: int) -> float:
        up, down = ([*w, b] for _ in range(2))
        up[k] += 1e-6
        down[k] -= 1e-6
        return ((yhat(*up) - y) ** 2 - (yhat(*down) - y) ** 2) / 4e-6

    said = yhat(*w, b)
    assert numbers(alt, "prediction ŷ = ")[0] == pytest.approx(said, abs=5e-4)
    assert numbers(alt, "loss ℓ = ", "slope for ŷ is ", "sigmoid, ", "δ = ") == pytest.approx(
        [0.5 * (said - y) ** 2, said - y, said * (1 - said), slope(2)], rel=5e-3
    )
    assert numbers(alt, "for w₁ ", "for w₂ ", "for b ") == pytest.approx(
        [slope(k) for k in range(3)], rel=5e-3
    )


def test_the_way_forward_alone_says_nothing_of_slopes() -> None:
    picture = draw.neuron(back=False)

    assert "slope" not in picture.alt + picture.caption
    assert picture.alt == draw.neuron().alt.split(" Back from")[0]


def test_the_tangents_have_the_slope_of_the_sigmoid() -> None:
    alt = draw.sigmoid_slopes().alt
    for z, words in ((-4.0, "−4"), (0.0, "0"), (log(4), "ln 4")):
        sentence = alt.split(f"z = {words} ")[1]
        risen = (1 / (1 + exp(-z - 1e-5)) - 1 / (1 + exp(-z + 1e-5))) / 2e-5

        assert numbers(sentence, "value is ") == pytest.approx([1 / (1 + exp(-z))], rel=5e-3)
        assert numbers(sentence, "slope ") == pytest.approx([risen], rel=5e-3)


def test_the_two_deltas_are_slopes_of_the_two_losses() -> None:
    alt = draw.two_deltas().alt

    def slope(loss: Callable[[float], float], z: float) -> float:
        return abs(loss(1 / (1 + exp(-z - 1e-5))) - loss(1 / (1 + exp(-z + 1e-5)))) / 2e-5

    for z, words in ((-4.0, "−4"), (0.0, "0"), (log(4), "ln 4")):
        sentence = alt.split(f"z = {words} ")[1]
        squared, entropy = re.match(
            r"it is ([\d.]+) with the squared error and ([\d.]+\d) with", sentence
        ).groups()

        assert float(squared) == pytest.approx(slope(lambda p: 0.5 * (p - 1) ** 2, z), rel=5e-3)
        assert float(entropy) == pytest.approx(slope(lambda p: -log(p), z), rel=5e-3)


def test_the_blames_are_what_two_runs_and_two_slopes_say() -> None:
    alt = draw.blames().alt

    def loss(w1: float, w2: float) -> float:
        return 0.5 * (1 / (1 + exp(-(w1 + 2 * w2 + log(4) - 1))) - 1) ** 2

    removal = [0.02 - loss(0, 0.3), 0.02 - loss(0.4, 0)]
    slope = [0.4 * -0.032, 0.3 * -0.064]
    for name, k in (("w₁", 0), ("w₂", 1)):
        assert numbers(alt, f"{name}: ") == pytest.approx([slope[k]], rel=5e-3)
        assert numbers(alt.split(f"{name}: ")[1], "by slope, ") == pytest.approx([removal[k]], rel=5e-3)
    assert numbers(alt, "both added: ") == pytest.approx([sum(slope)], rel=5e-3)
    assert numbers(alt.split("both added")[1], "by slope, ") == pytest.approx([sum(removal)], rel=5e-3)
    assert numbers(alt, "itself is ") == [0.02]


@pytest.mark.parametrize(
    "draw_wrongly",
    [
        lambda: draw.neuron((1, 2, 3)),
        lambda: draw.neuron(w=(1,)),
        lambda: draw.neuron(b="1"),
        lambda: draw.neuron(y=float("nan")),
        lambda: draw.neuron((1, 1e3)),
    ],
)
def test_what_cannot_be_drawn_is_a_usage_error(draw_wrongly: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        draw_wrongly()


def test_the_sliders_start_with_the_story_and_move_the_picture() -> None:
    widgets = pytest.importorskip("ipywidgets")
    *rows, shown = draw.neuron_slider().children
    sliders = {slider.description: slider for row in rows for slider in row.children}

    assert all(isinstance(slider, widgets.FloatSlider) for slider in sliders.values())
    assert shown.value == draw.neuron()._repr_html_()
    sliders["x1"].value = 0.0
    assert "for w₁ 0 (" in shown.value


def test_without_ipywidgets_the_picture_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert draw.neuron_slider() == draw.neuron()
