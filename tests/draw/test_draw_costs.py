"""The figures of NB07: nothing overlaps, and every number in an alt text is true."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest

from bpcheck import draw
from bpcheck.errors import UsageError
from bpcheck.reference.counting import counts


def whole(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", text)]


def test_the_products_of_the_layers_add_up_to_what_a_network_multiplies() -> None:
    alt = draw.layer_products([12, 7, 5, 3]).alt
    forward, backward, _ = counts([12, 7, 5, 3])
    together = re.search(r"Together: forward ([\d,]+), errors ([\d,]+), slopes ([\d,]+)", alt).groups()
    rows = re.findall(r"forward ([\d,]+), errors ([\d,]+|not needed), slopes ([\d,]+)\.", alt)[:3]

    assert rows[0][1] == "not needed"
    assert sum(int(row[0].replace(",", "")) for row in rows) == forward.matrix == whole(together[0])[0]
    assert whole(together[1])[0] + whole(together[2])[0] == backward.matrix
    assert f"{1 + backward.matrix / forward.matrix:.3g} forward passes." in alt


def test_the_three_ways_state_what_a_network_multiplies() -> None:
    sizes = (6, 5, 4)
    alt = draw.gradient_costs(sizes).alt
    forward, backward, carried = (tally.matrix for tally in counts(sizes))
    knobs = 6 * 5 + 5 * 4 + 9

    assert f"has {knobs} knobs. One forward pass takes {forward}." in alt
    assert f"both sides {2 * knobs * forward:,}, which is {2 * knobs}" in alt
    assert f"from the inputs on {forward + carried:,}, " in alt
    assert f"from the loss back {forward + backward:,}, " in alt


def test_the_plan_states_what_is_kept() -> None:
    alt = draw.memory_plan(11, 4).alt

    assert "Kept are 0, 4, 8: 3. The other 8 are computed a second time" in alt
    assert "At most 5 are in memory at once" in alt


@pytest.mark.parametrize(
    "draw_wrongly",
    [
        lambda: draw.layer_products([3, 2]),
        lambda: draw.gradient_costs([3, 0, 2]),
        lambda: draw.memory_plan(25),
        lambda: draw.memory_plan(8, 9),
        lambda: draw.memory_plan(8, 2.0),
        lambda: draw.memory_plan(True),
    ],
)
def test_what_cannot_be_drawn_is_a_usage_error(draw_wrongly: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        draw_wrongly()


def test_the_slider_shows_the_plan_that_is_chosen() -> None:
    pytest.importorskip("ipywidgets")
    slider, shown = draw.memory_plan_slider().children

    assert shown.value == draw.memory_plan(16, 1)._repr_html_()
    slider.value = 7
    assert shown.value == draw.memory_plan(16, 7)._repr_html_()


def test_without_ipywidgets_the_plan_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert draw.memory_plan_slider() == draw.memory_plan()
