"""The figures of NB01: nothing overlaps, and every number in an alt text is true."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from math import cos, exp, hypot, sin

import pytest
from test_draw_numbers import after, value

from bpcheck import draw
from bpcheck.draw.nudge_errors import POWERS, errors
from bpcheck.draw.nudge_field import LEVELS, height, slopes
from bpcheck.draw.nudge_plot import Plot
from bpcheck.errors import UsageError


@pytest.mark.parametrize("h", [1.0, 0.5, 0.1])
def test_the_secants_state_change_and_slope(h: float) -> None:
    sentence = draw.secants().alt.split(f"h = {h:g} ")[1]

    assert after("moves by ", sentence) == pytest.approx((1.5 + h) ** 2 - 2.25)
    assert after("slope ", sentence) == pytest.approx(3 + h)


def test_the_two_sides_state_both_slopes_and_how_far_they_are_off() -> None:
    alt = draw.two_sides().alt

    found = [value(n) for n in re.findall(r"the slope is ([\d.]+):", alt)]
    assert found == [(1.5**3 - 1) / 0.5, 1.5**3 - 0.5**3]
    assert [value(n) for n in re.findall(r"too steep by (?:only )?([\d.]+\d)", alt)] == [
        found[0] - 3,
        found[1] - 3,
    ]


def test_the_error_curves_are_measured_on_the_chain() -> None:
    def f(x: float) -> float:
        return exp(sin(x * x))

    right = 2 * 1.3 * cos(1.69) * f(1.3)
    alt = draw.error_curves().alt

    for power in (-1, -2, -3):  # further left rounding decides, and machines differ
        h = 10.0**power
        one, both = re.search(rf"1e{power}: (\S+) and ([^;]+);", alt).groups()
        assert value(one) == pytest.approx(abs((f(1.3 + h) - f(1.3)) / h / right - 1), rel=0.5)
        assert value(both) == pytest.approx(abs((f(1.3 + h) - f(1.3 - h)) / 2 / h / right - 1), rel=0.5)


def test_an_error_of_nothing_can_be_drawn() -> None:
    """On another machine the difference may hit the slope to the last digit, and log 0 is no place."""
    right = 2 * 1.3 * cos(1.69) * exp(sin(1.69))

    assert errors(lambda _f, _x, _h: right, 1.3) == [1e-13] * len(POWERS)


def test_the_map_states_the_gradient_and_its_lines_are_level() -> None:
    alt = draw.downhill_map().alt
    da = (height(2 + 1e-6, 1) - height(2 - 1e-6, 1)) / 2e-6
    db = (height(2, 1 + 1e-6) - height(2, 1 - 1e-6)) / 2e-6

    assert slopes(2, 1) == pytest.approx((da, db))
    assert "the gradient is (2, 4) and points uphill" in alt
    u, v = (value(n) for n in re.search(r"direction \((−[\d.]+), (−[\d.]+)\)", alt).groups())
    assert (u, v) == pytest.approx((-da / hypot(da, db), -db / hypot(da, db)), abs=0.005)
    assert height(2, 1) in LEVELS


def test_a_line_through_a_point_is_cut_off_at_the_edges() -> None:
    plot = Plot(0, 0, 100, 100, (0.0, 1.0), (0.0, 1.0))

    assert plot.straight(0.5, 0.5, 1.0) == [(0, 100), (100, 0)]
    assert plot.straight(0.5, 0.5, 2.0) == [(25, 100), (75, 0)]
    assert plot.straight(0.5, 0.5, 0.0) == [(0, 50), (100, 50)]


@pytest.mark.parametrize(
    "draw_wrongly",
    [
        lambda: draw.secants(0.0),
        lambda: draw.secants(1.5),
        lambda: draw.secants("1"),
        lambda: draw.error_curves(0.0),
        lambda: draw.error_curves(1.2533),
        lambda: draw.error_curves(1.3, 0),
        lambda: draw.error_curves(1.3, 16),
    ],
)
def test_what_cannot_be_drawn_is_a_usage_error(draw_wrongly: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        draw_wrongly()


def test_the_slider_starts_where_the_strip_does() -> None:
    widgets = pytest.importorskip("ipywidgets")
    box = draw.secants_slider()

    slider, shown = box.children
    assert isinstance(slider, widgets.SelectionSlider)
    assert "h = 1 " in shown.value
    slider.value = slider.options[-1]
    assert f"h = {slider.options[-1]:g} " in shown.value
    assert slider.options[-1] >= 0.01


def test_the_slider_of_the_errors_goes_from_the_first_step_to_the_whole_picture() -> None:
    pytest.importorskip("ipywidgets")
    slider, shown = draw.error_curves_slider().children

    assert shown.value == draw.error_curves(1.3, 1)._repr_html_()
    slider.index = len(POWERS) - 1
    assert shown.value == draw.error_curves()._repr_html_()


def test_errors_that_are_not_shown_yet_are_not_told_either() -> None:
    begun = draw.error_curves(1.3, 2).alt

    assert re.findall(r"(1e-\d+): ", begun) == ["1e-1", "1e-2"]
    assert begun.split("1e-1: ")[1].split(";")[0] in draw.error_curves().alt


def test_without_ipywidgets_the_whole_error_curve_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert draw.error_curves_slider() == draw.error_curves()
