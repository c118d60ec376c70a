"""The figures of notebook 09: what they say was measured, and what cannot be drawn is said."""

import re
import sys

import numpy as np
import pytest

from bpcheck import draw
from bpcheck.draw.learning_early import RATES, deep_network
from bpcheck.errors import UsageError
from bpcheck.reference import learning, mlp


def test_every_gap_that_is_stated_is_that_of_an_early_update():
    rows = re.findall(r"(2-2-1|2-4-4-4-1), layer (\d): ([^;.]+(?:\.\d+[^;.]*)*)", draw.early_updates().alt)

    assert len(rows) == 4
    for net, layer, listed in rows:
        network = mlp.story() if net == "2-2-1" else deep_network()
        said = [float(value) for value in re.findall(r"([\d.]+) at η", listed)]
        true = [learning.early_update_gap(*network, rate)[int(layer) - 1] for rate in RATES]
        assert said == pytest.approx(true, rel=5e-3)


@pytest.mark.parametrize("steps", [0, 150, 1000])
def test_the_map_states_what_the_network_says(steps):
    alt = draw.xor_maps(steps).alt
    params, _ = learning.train(learning.xor_start(4, 1), learning.XOR_X, learning.XOR_Y, 5.0, steps)
    said = [float(value) for value in re.findall(r"\(\d, \d\) ([\d.]+\d)", alt)]

    assert said == pytest.approx(learning.outputs(params)[:, 0], abs=5.1e-3)
    worst = np.abs(learning.outputs(params) - learning.XOR_Y).max()
    assert float(re.search(r"farthest from its target by ([\d.]+\d)", alt)[1]) == pytest.approx(
        worst, abs=5.1e-3
    )


@pytest.mark.parametrize("moments", [(-1,), (1.5,), (True,), (5001,), (1, 2, 3, 4, 5)])
def test_what_is_no_number_of_steps_is_a_usage_error(moments):
    with pytest.raises(UsageError, match="from 0 to 5000"):
        draw.xor_maps(*moments)


def test_the_slider_shows_the_moment_that_is_chosen():
    pytest.importorskip("ipywidgets")
    slider, shown = draw.xor_slider().children

    slider.value = 300
    assert shown.value == draw.xor_maps(300)._repr_html_()


def test_without_ipywidgets_the_strip_of_four_stands_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert draw.xor_slider() == draw.xor_maps()
