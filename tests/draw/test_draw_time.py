"""The figures of notebook 12: the numbers on the unrolled network are its own, and so are those of the curves."""

import re
import sys

import pytest

from bpcheck import draw
from bpcheck.draw.picture import Pictures
from bpcheck.draw.time_lags import GAINS, norms
from bpcheck.draw.time_sweep import H0, STEPS, P, X, Y
from bpcheck.errors import UsageError
from bpcheck.reference import recurrent


@pytest.mark.parametrize("step", range(STEPS + 1))
def test_what_has_come_back_is_stated_and_nothing_more(step):
    said = re.findall(r"δ(\d) = (−?[\d.]+\d), which adds (−?[\d.]+\d)", draw.unrolled(step).alt)
    H, yhat = recurrent.rnn_forward(P, X, H0)
    D = recurrent.deltas(P, H, yhat - Y)[:, 0]
    parts = recurrent.by_lag(P, X, H0, Y)[:, 0, 0]

    assert [int(t) for t, _, _ in said] == [STEPS - lag for lag in range(step)]
    for lag, (t, delta, part) in enumerate(said):
        assert float(delta.replace("−", "-")) == pytest.approx(D[int(t) - 1], abs=6e-4)
        assert float(part.replace("−", "-")) == pytest.approx(parts[lag], abs=6e-4)


def test_at_the_end_the_sum_is_the_gradient():
    total = re.search(r"sum of the four, (−?[\d.]+\d)", draw.unrolled().alt)[1]

    assert float(total.replace("−", "-")) == pytest.approx(recurrent.bptt(P, X, H0, Y)[1][0, 0], abs=6e-4)


@pytest.mark.parametrize("gain", GAINS)
def test_the_curves_state_their_ends(gain):
    first, last = re.search(
        rf"gain {gain:g}: (\S+) at lag 0, .*? at lag 25, (\S+) at lag 49", draw.lag_curves().alt
    ).groups()

    def value(text):
        return float(
            re.sub(
                r"×10([⁻⁰¹²³⁴-⁹]+)",
                lambda m: "e" + m[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")),
                text,
            )
        )

    assert value(first) == pytest.approx(norms(gain)[0], rel=0.05)
    assert value(last) == pytest.approx(norms(gain)[-1], rel=0.05)


@pytest.mark.parametrize("step", [5, -1, True, 1.0])
def test_what_is_no_step_is_a_usage_error(step):
    with pytest.raises(UsageError, match="step goes from 0 to 4; it got"):
        draw.unrolled(step)


def test_the_slider_shows_the_step_that_is_chosen():
    pytest.importorskip("ipywidgets")
    slider, shown = draw.unroll_stepper().children

    slider.value = 3
    assert shown.value == draw.unrolled(3)._repr_html_()


def test_without_ipywidgets_all_steps_stand_one_under_the_other(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert draw.unroll_stepper() == Pictures(tuple(draw.unrolled(step) for step in range(STEPS + 1)))
