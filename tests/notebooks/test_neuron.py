"""The numbers of notebook 05, worked out again; and what its checks say where no mutant can."""

from __future__ import annotations

import math

import numpy as np
import pytest
from right_answers.neuron import RIGHT
from test_the_notebooks import prose

from bpcheck.exercises import neuron as chapter
from bpcheck.exercises.examine import draw, examine
from bpcheck.exercises.guess import respond
from bpcheck.exercises.prose import text
from bpcheck.gradcheck.facts import Verdict
from bpcheck.notebook import check
from bpcheck.reference import neuron

TEXT = prose("05_neuron")
STORY = (neuron.X, neuron.W, neuron.B, neuron.Y)
SEEDS = (1, 2, 3)


def signed(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace("-", "−")


def said_after(steps: int, lr: float, x: np.ndarray = neuron.X) -> float:
    """What the neuron of the course says about x after steps for its own sample."""
    w, b = neuron.W, neuron.B
    for _ in range(steps):
        w, b = neuron.step(w, b, *neuron.backward(neuron.X, w, b, neuron.Y), lr)
    return float(neuron.forward(x, w, b)[1])


def test_the_forward_pass_gives_exact_decimals() -> None:
    z, yhat = neuron.forward(*STORY[:3])

    assert (z, yhat, neuron.loss(*STORY)) == pytest.approx((math.log(4), 0.8, 0.02), abs=1e-15)
    assert f"0.4 \\cdot 1 + 0.3 \\cdot 2 + {neuron.B:.3f} = {z:.3f}" in TEXT
    assert "(0.80 - 1.00)^2 = 0.02" in TEXT
    for k in (2, 3, 4, 9):
        assert neuron.sigmoid(math.log(k)) == pytest.approx(k / (k + 1), abs=1e-15)


def test_the_undecided_neuron_moves_most() -> None:
    low, middle, high = (a * (1 - a) for a in (0.02, 0.50, 0.98))

    assert low == pytest.approx(high)
    assert low < middle / 10
    assert respond("steepest_place", "b").startswith("**Yes")


def test_the_loss_falls_if_the_prediction_rises() -> None:
    loss = (0.81 - neuron.Y) ** 2 / 2

    assert loss < neuron.loss(*STORY)
    assert all(f"{loss:.5f}" in respond("sign_of_the_slope", letter) for letter in "abc")
    assert respond("sign_of_the_slope", "c").startswith("**Yes")


def test_the_four_questions_have_these_answers() -> None:
    _, yhat = neuron.forward(*STORY[:3])
    dw, db = neuron.backward(*STORY)
    error, slope = yhat - neuron.Y, yhat * (1 - yhat)

    assert f"ŷ − y = {signed(error, 2)}" in TEXT
    assert f"ŷ(1 − ŷ) = {slope:.2f}" in TEXT
    assert f"{signed(error, 2)} · {slope:.2f} = **{signed(error * slope, 3)}**" in TEXT
    assert f"the slopes {signed(dw[0], 3)}, {signed(dw[1], 3)}, {signed(db, 3)}" in TEXT
    assert f"| $w_1$ | 0.4 | {signed(dw[0], 3)} |\n| $w_2$ | 0.3 | {signed(dw[1], 3)} |" in TEXT
    assert neuron.W[0] > neuron.W[1]
    assert abs(dw[0]) == abs(db) < abs(dw[1])
    assert respond("largest_slope", "b").startswith("**Yes")


def test_nobody_pushed_the_neuron_away_and_no_share_adds_up() -> None:
    first, second = neuron.W * neuron.X
    by_slope, by_removal = RIGHT["two_blames"][1](*STORY)
    loss = neuron.loss(*STORY)

    assert f"$w_1$ gives {first:.1f} to z, $w_2$ gives {second:.1f}, b gives {neuron.B:.3f}" in TEXT
    assert min(first, second, neuron.B) > 0
    assert f"a share of {signed(by_slope[0], 4)} in a loss of {loss:.2f}" in TEXT
    assert max(*by_slope, *by_removal) < 0 < loss
    assert not np.allclose(by_slope, by_removal, rtol=0.1)
    z, _ = neuron.forward(*STORY[:3])
    assert all(f"z falls from {z:.3f} to {z - first:.3f}" in respond("what_goes_away", a) for a in "ab")
    assert second > first
    assert respond("what_goes_away", "c").startswith("**Yes")


def test_the_shares_of_the_relay_add_up() -> None:
    assert "0, 1, 3, 0. These are **shares**. They add up to the four seconds" in TEXT
    assert sum((0, 1, 3, 0)) == 4


def test_the_step_by_hand_and_what_the_neuron_says_after_it() -> None:
    w, b = neuron.step(neuron.W, neuron.B, *neuron.backward(*STORY), 1.0)

    assert f"w_1: 0.4 + 0.032 = {w[0]:.3f} \\qquad w_2: 0.3 + 0.064 = {w[1]:.3f}" in TEXT
    assert f"b: {neuron.B:.3f} + 0.032 = {b:.3f}" in TEXT
    assert f"One step with η = 1 leads to {said_after(1, 1.0):.3f}" in TEXT
    rise = w @ neuron.X + b - np.log(4)
    assert f"= {rise:.3f}. Times 0.16, the slope of the sigmoid, that is {0.16 * rise:.2f}" in respond(
        "one_step", said_after(1, 1.0)
    )
    assert "for z" in respond("one_step", w @ neuron.X + b)
    assert said_after(1, 10.0) == pytest.approx(0.965, abs=5e-4)


def test_a_step_that_is_too_long_makes_the_loss_nearly_nine_times_as_large() -> None:
    before = neuron.loss(*STORY[:3], 0.85)
    w, b = neuron.step(neuron.W, neuron.B, *neuron.backward(*STORY[:3], 0.85), 100.0)

    assert 8.5 < neuron.loss(neuron.X, w, b, 0.85) / before < 9
    assert "nearly nine times as large" in TEXT
    z, yhat = neuron.forward(neuron.X, w, b)
    assert yhat > 0.85
    assert f"z rises by {z - np.log(4):.1f}, where {np.log(0.85 / 0.15) - np.log(4):.2f}" in respond(
        "long_step", "b"
    )
    assert respond("long_step", "b").startswith("**Yes")


def test_a_good_step_for_one_input_is_a_bad_one_for_another() -> None:
    other = np.array([2.0, 0.0])

    assert f"went from {said_after(0, 10.0, other):.3f} to {said_after(1, 10.0, other):.3f}" in TEXT


def test_the_most_wrong_neuron_has_the_smaller_delta() -> None:
    yhat = float(neuron.sigmoid(-4.0))
    delta = (yhat - 1) * yhat * (1 - yhat)

    assert f"says {yhat:.3f}. The truth is 1" in TEXT
    assert f"{signed(yhat - 1, 3)} · {yhat:.3f} · {1 - yhat:.3f} = {signed(delta, 4)}" in TEXT
    assert abs(delta) / 0.032 == pytest.approx(0.5, abs=0.05)
    assert respond("most_wrong_delta", delta).startswith("**Yes")
    assert respond("most_wrong_delta", round(yhat, 3) * (1 - round(yhat, 3)) * -0.982).startswith("**Yes")
    assert "The size is right" in respond("most_wrong_delta", -delta)
    assert "That is the error" in respond("most_wrong_delta", yhat - 1)
    assert "was 0.16 at 0.80" in respond("most_wrong_delta", 0.16 * (yhat - 1))
    assert (1 - yhat) / 0.2 == pytest.approx(5, abs=0.1)
    assert f"{signed(yhat - 1, 3)} in the place of {signed(delta, 4)}" in " ".join(TEXT.split())


def test_the_twins_of_the_hints_are_worked_out_right() -> None:
    hints = text("05_neuron")

    assert f"The prediction is σ(0.7) ≈ {neuron.sigmoid(0.7):.3f}" in hints
    assert pytest.approx(0.7) == 3 * 0.5 + 1 * -1 + 0.2
    assert f"(0.501² − 0.25) / 0.001 = {(0.501**2 - 0.25) / 0.001:.3f}" in hints
    loss, dyhat, delta = RIGHT["cross_entropy_slopes"][0](0.25, 1)
    assert f"The loss is −ln 0.25 ≈ {loss:.3f}. The slope for ŷ is −1/0.25 = {signed(dyhat, 0)}" in hints
    assert f"0.25 · 0.75 = {0.25 * 0.75}. Together: {signed(delta, 2)}" in hints
    assert "By slope: 2 · 12 = 24 for p, 3 · 4 = 12 for q" in hints  # C = p²q: slopes 2pq and p²


@pytest.mark.parametrize("seed", SEEDS)
def test_every_check_of_a_neuron_has_a_case_with_exact_decimals(seed: int) -> None:
    """A variant of the story: what a report prints for it can be followed on paper."""
    x, w, b, y = draw(chapter.neuron_backward, seed)[0]
    _, yhat = neuron.forward(x, w, b)

    assert yhat * 20 == pytest.approx(round(yhat * 20), abs=1e-12)
    assert x.dtype.kind == "i"
    assert y == 1.0


def test_a_sigmoid_that_overflows_to_nan_is_told_why() -> None:
    with np.errstate(all="ignore"):
        outcome = examine(chapter.sigmoid, lambda z: np.exp(z) / (1 + np.exp(z)), 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G5"]
    assert "exp of a large number" in outcome.findings[0].sentence


def test_the_short_sigmoid_is_right_and_its_warning_is_shown_in_the_report(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By luck: 1 / inf is 0. Right means right, and what NumPy says of it is passed on."""
    check(lambda z: 1 / (1 + np.exp(-np.asarray(z, float))), "sigmoid", seed=1)

    shown = capsys.readouterr()
    assert shown.out.startswith("RIGHT   sigmoid")
    assert "overflow" in shown.out
    assert shown.err == ""


def test_a_step_in_the_callers_array_is_seen() -> None:
    def in_place(w, b, dw, db, lr):
        w -= lr * dw
        return w, b - lr * db

    outcome = examine(chapter.gd_step, in_place, 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G7"]


def test_a_forward_pass_that_returns_the_prediction_alone_is_told_what_is_missing() -> None:
    outcome = examine(chapter.neuron_forward, lambda x, w, b: neuron.forward(x, w, b)[1], 1)

    assert outcome.findings[0].code == "G2"
    assert "2 results (z, yhat)" in outcome.findings[0].sentence


def test_every_exercise_has_its_right_answers() -> None:
    assert set(RIGHT) == {e.id for e in chapter.EXERCISES[:-1]}
