"""The figures of notebook 11: their numbers are those of the trainings behind them."""

import re
import sys

import numpy as np
import pytest

from bpcheck import draw
from bpcheck.data import digits
from bpcheck.draw.digits_runs import at_rate, best_run, depth_norms, noise
from bpcheck.errors import UsageError
from bpcheck.reference import batch


def test_the_curves_state_where_they_begin_and_end_and_what_is_read():
    alt = draw.learning_rates([0.5]).alt
    run = at_rate(0.5)
    first, last, right = re.search(r"from ([\d.]+) to ([\d.]+), ([\d.]+) %", alt).groups()

    assert float(first) == pytest.approx(run.losses[0], rel=5e-3)
    assert float(last) == pytest.approx(run.losses[-1], rel=5e-3)
    assert float(right) == pytest.approx(100 * run.test, abs=0.05)


def test_the_noise_is_stated_as_measured():
    rows = re.findall(r"B = (\d+): ([\d.]+), times B ([\d.]+\d), cosine ([\d.]+\d)", draw.batch_noise().alt)

    assert len(rows) == 5
    for B, squared, product, cosine in rows:
        true, angle = noise()[int(B)]
        assert float(squared) == pytest.approx(true, rel=5e-3)
        assert float(product) == pytest.approx(int(B) * true, abs=0.06)
        assert float(cosine) == pytest.approx(angle, abs=6e-3)


def test_the_norms_are_stated_as_measured():
    alt = draw.vanishing().alt
    tanh = depth_norms()["tanh"]

    assert f"tanh: {tanh[0]:.2g} in layer 1, {tanh[-1]:.2g} in layer 9" in alt


def test_every_digit_that_is_read_wrongly_is_shown():
    data = digits()
    said = batch.mlp_forward(best_run(0).params, data.X_test).Z[-1].argmax(axis=1)
    pairs = re.findall(r"(\d) for (\d)", draw.misread().alt)

    assert [(int(a), int(b)) for a, b in pairs] == [
        (s, t) for s, t in zip(said, data.y_test, strict=True) if s != t
    ]


@pytest.mark.parametrize("rates", [[], [0.0], [11.0], ["1"], [0.1] * 7])
def test_what_is_no_rate_is_a_usage_error(rates):
    with pytest.raises(UsageError, match="one to six learning rates"):
        draw.learning_rates(rates)


def test_the_slider_shows_the_rate_that_is_chosen():
    pytest.importorskip("ipywidgets")
    slider, shown = draw.rate_slider().children

    slider.value = 0.5
    assert shown.value == draw.learning_rates([0.5])._repr_html_()


def test_without_ipywidgets_five_curves_stand_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert draw.rate_slider() == draw.learning_rates()


def test_the_pixels_of_a_picture_are_those_of_the_digit():
    """A dark pixel of the data is a dark place in the picture."""
    from io import BytesIO

    from PIL import Image

    data = digits()
    sample = np.flatnonzero(data.y_train == 0)[0]
    shown = np.asarray(Image.open(BytesIO(draw.digit_gallery().png)).convert("L")) / 255
    centres = [
        (int(2 * (68 - 32 + 8 * (row + 0.5))), int(2 * (62 - 32 + 8 * (column + 0.5))))
        for row in range(8)
        for column in range(8)
    ]
    grey = np.array([shown[place] for place in centres])

    assert np.abs((1 - grey) - data.X_train[sample]).max() < 0.15
