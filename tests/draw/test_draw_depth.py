"""The figures of notebook 06: their numbers are those of the network, and what cannot be drawn is said."""

import importlib
import sys

import pytest

from bpcheck import draw
from bpcheck.draw.depth_factors import _groups
from bpcheck.errors import UsageError
from bpcheck.reference import mlp


def test_the_nine_products_are_the_nine_slopes():
    params, x, y = mlp.story()
    (dW1, db1), (dW2, db2) = mlp.backprop(params, x, y)
    slopes = [*dW2[0], *db2, *dW1[0], db1[0], *dW1[1], db1[1]]

    assert [row.slope for rows in _groups() for row in rows] == pytest.approx(slopes)
    assert "hidden 2, weight 2: (−0.2) × 0.16 × (−1) × 0.1875 × 2 = 0.012" in draw.shared_factors().alt
    assert "the product −0.032" in draw.shared_factors().alt


@pytest.mark.parametrize(
    ("step", "first_said"),
    [
        (1, "δ of the output: (−0.20) × 0.16 = −0.032"),
        (2, "weights −0.024, −0.008; biases −0.032"),
        (3, "2 × (−0.032) × 0.1875 = −0.012"),
        (4, "weights −0.012, −0.024, 0.006, 0.012; biases −0.012, 0.006"),
    ],
)
def test_a_number_that_comes_back_is_stated_from_its_step_on_and_not_before(step, first_said):
    said = [first_said in draw.delta_sweep(k).alt for k in range(5)]

    assert said == [k >= step for k in range(5)]


def test_without_a_step_the_sweep_is_complete():
    assert draw.delta_sweep() == draw.delta_sweep(4)


@pytest.mark.parametrize("step", [5, -1, True, 1.0, "2"])
def test_what_is_no_step_is_a_usage_error(step):
    with pytest.raises(UsageError, match=r"step goes from 0 to 4; it got"):
        draw.delta_sweep(step)


def test_the_slider_shows_the_step_that_is_chosen():
    pytest.importorskip("ipywidgets")
    slider, shown = draw.delta_stepper().children

    for step in (3, 0, 4):
        slider.value = step
        assert shown.value == draw.delta_sweep(step)._repr_html_()


def test_without_ipywidgets_all_steps_stand_one_under_the_other(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError):
        importlib.import_module("ipywidgets")

    assert draw.delta_stepper() == draw.Pictures(tuple(draw.delta_sweep(step) for step in range(5)))
