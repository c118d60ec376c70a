"""The numbers of notebook 12, and what its checks say beyond the common claims."""

import math

import numpy as np
import pytest
from test_the_notebooks import prose, read

import bpcheck
from bpcheck.draw import time_sweep
from bpcheck.draw.time_lags import norms
from bpcheck.exercises import through_time as chapter
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import recurrent

TEXT = prose("12_time")


def test_the_first_state_is_worked_out_rightly():
    H, _ = recurrent.rnn_forward(time_sweep.P, time_sweep.X, time_sweep.H0)

    assert (time_sweep.P[0][0, 0], time_sweep.P[1][0, 0], time_sweep.H0[0], time_sweep.X[0, 0]) == (
        0.8,
        0.9,
        0.3,
        1.0,
    )
    assert pytest.approx(1.07) == 0.8 * 1 + 0.9 * 0.3
    assert H[1, 0] == pytest.approx(0.79, abs=0.005)
    assert "tanh(0.8 · 1 + 0.9 · 0.3) = tanh(1.07) = 0.79" in TEXT


def test_four_uses_are_four_roads():
    parts = recurrent.by_lag(time_sweep.P, time_sweep.X, time_sweep.H0, time_sweep.Y)

    assert respond("how_many_roads", len(parts)).startswith("**Yes")
    assert parts.sum(axis=0) == pytest.approx(
        recurrent.bptt(time_sweep.P, time_sweep.X, time_sweep.H0, time_sweep.Y)[1]
    )


def test_the_gradients_are_those_of_the_loss():
    rng = np.random.default_rng(1)
    p = (
        rng.standard_normal((3, 2)),
        rng.standard_normal((3, 3)),
        rng.standard_normal(3),
        rng.standard_normal(3),
    )
    X, h0 = rng.standard_normal((5, 2)), rng.standard_normal(3)
    names = ("W_xh", "W_hh", "b", "w_out")
    report = bpcheck.check_gradient(
        lambda **at: float(recurrent.loss(tuple(at[name] for name in names), X, h0, 0.4)),
        dict(zip(names, recurrent.bptt(p, X, h0, 0.4), strict=True)),
        at=dict(zip(names, p, strict=True)),
    )

    assert report.ok


def test_fifty_factors_are_what_the_text_says():
    assert round(0.9**50, 3) == 0.005
    assert round(1.1**50) == 117
    assert "Fifty factors of 0.9 make 0.005, fifty of 1.1 make 117" in TEXT
    assert respond("fifty_times", "b").startswith("**Yes")


def test_the_work_is_counted_rightly(capsys):
    cell = next(c for c in read("solutions", "12_time").cells if c.id == "count-the-work")
    space = {}
    exec(cell.source, space)
    forward, sweep, each = space["walks"](10_000, 16)

    assert sweep == 2 * forward
    assert each / forward == pytest.approx(5000, rel=0.001)
    assert "does 5,000 times the work of a forward pass. The sweep does 2" in TEXT
    assert respond("sweep_cost", sweep / forward).startswith("**Yes")
    assert capsys.readouterr().out.count("one sweep 2 forward passes") == 3


def test_the_parts_vanish_and_explode_as_the_text_says():
    small, large = norms(0.5), norms(3.0)

    assert math.log10(small[0] / small[-1]) == pytest.approx(15, abs=1)
    assert r"some $10^{15}$ times shorter" in TEXT
    assert large[-1] > 100 * large[0]
    assert norms(1.0)[-1] > 100 * norms(0.9)[-1] / 10


def test_a_rotation_has_the_gain_one():
    """Its singular values are all 1: it stretches nothing."""
    W_hh = recurrent.gain_network(1.0)[1]

    assert np.linalg.svd(W_hh, compute_uv=False) == pytest.approx(np.ones(16))


@pytest.mark.parametrize("k", [1, 3, 7])
def test_truncated_gradients_are_those_of_a_network_that_starts_later(k):
    rng = np.random.default_rng(2)
    p = (
        rng.standard_normal((3, 2)),
        0.5 * rng.standard_normal((3, 3)),
        rng.standard_normal(3),
        rng.standard_normal(3),
    )
    X, h0 = rng.standard_normal((7, 2)), rng.standard_normal(3)
    H, _ = recurrent.rnn_forward(p, X, h0)

    for cut, later in zip(
        recurrent.bptt(p, X, h0, 0.4, k), recurrent.bptt(p, X[7 - k :], H[7 - k], 0.4), strict=True
    ):
        assert cut == pytest.approx(later)


def test_clipping_keeps_the_direction_and_leaves_short_gradients_alone():
    rng = np.random.default_rng(3)
    grads = tuple(rng.standard_normal(shape) for shape in ((3, 2), (3, 3), (3,), (3,)))
    clipped = recurrent.clip(grads, 0.5)
    length = math.sqrt(sum((part**2).sum() for part in clipped))
    factors = {
        round(float(c / g), 12)
        for mine, part in zip(clipped, grads, strict=True)
        for c, g in zip(mine.flat, part.flat, strict=True)
    }

    assert length == pytest.approx(0.5)
    assert len(factors) == 1
    assert all(np.array_equal(a, b) for a, b in zip(recurrent.clip(grads, 1e6), grads, strict=True))


# -- beyond the common claims --------------------------------------------------------------------------


def test_clipping_in_place_is_told_so():
    def in_place(grads, max_norm):
        norm = np.sqrt(sum((part**2).sum() for part in grads))
        for part in grads:
            part *= min(1.0, max_norm / norm)
        return grads

    outcome = examine(chapter.clip, in_place, 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G7"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_slips_in_different_gradients_are_both_named(seed):
    def answer(p, X, h0, y):
        H, yhat = recurrent.rnn_forward(p, X, h0)
        D = recurrent.deltas(p, H, yhat - y)
        return D.T @ X, D.T @ H[1:], 0 * p[2], (yhat - y) * H[-1]

    assert {f.code for f in examine(chapter.bptt, answer, seed).findings} == {"C28", "C22"}
