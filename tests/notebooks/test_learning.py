"""The numbers of notebook 09, and what its checks say beyond the common claims."""

import numpy as np
import pytest
from test_the_notebooks import prose, read

from bpcheck.draw.learning_early import HIDDEN, STARTS, deep_network, solved_counts
from bpcheck.exercises import learning as chapter
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import learning, mlp

TEXT = prose("09_order")


def test_the_early_step_of_the_story_is_worked_out_rightly():
    params, x, y = mlp.story()
    (_, (dW, _)) = mlp.backprop(params, x, y)
    early = learning.early_gradients(params, x, y, 10.0)[0][0]

    assert (params[1][0] - 10 * dW)[0].tolist() == pytest.approx([2.24, -0.92])
    assert "makes 2.24 and −0.92 of them" in TEXT
    assert early[0, 0] == pytest.approx(-0.01344)
    assert "2.24 · (−0.032) · 0.1875 = −0.01344" in TEXT
    assert (early / mlp.backprop(params, x, y)[0][0])[:, 0].tolist() == pytest.approx([1.12, 0.92])
    assert "12 % too large for one unit, 8 % too small for the other" in TEXT
    far = learning.early_gradients(params, x, y, 100.0)[0][0][0, 0]
    assert far == pytest.approx(-0.0264)
    assert "comes out as −0.0264, more than twice too large" in TEXT


def test_the_gaps_of_the_picture_are_those_of_the_text():
    gap = learning.early_update_gap(*mlp.story(), 10.0)[0]

    assert respond("early_at_ten", 100 * gap).startswith("**Yes")
    assert "Together they are 11.3 % off" in respond("early_at_ten", 11)
    assert round(100 * gap, 1) == 11.3
    assert round(100 * learning.early_update_gap(*mlp.story(), 0.1)[0], 1) == 0.1
    assert "0.1 % at η = 0.1" in TEXT
    assert learning.early_update_gap(*deep_network(), 10.0)[:2] == pytest.approx([1.9, 1.95], abs=0.05)
    assert "off by almost twice their own length" in TEXT


def test_the_starts_are_counted_rightly():
    counts = dict(zip(HIDDEN, solved_counts(), strict=True))
    stuck = STARTS - counts[2]

    assert f"{stuck} of {STARTS} starts get stuck on the way. With 8 units all {counts[8]} arrive" in TEXT
    assert respond("starts_of_two", counts[2]).startswith("**Yes")
    assert f"It is {counts[2]} of {STARTS}" in respond("starts_of_two", 28)


def test_the_starts_trained_at_once_are_the_starts_trained_one_by_one():
    singly = [
        learning.train(learning.xor_start(2, s), learning.XOR_X, learning.XOR_Y, 5.0, 300)[0]
        for s in range(8)
    ]

    assert learning.solved_starts(2, range(8), steps=300) == sum(map(learning.solved, singly))


def test_no_line_separates_the_rows():
    """A line w·x + b > 0 on the ones and < 0 on the noughts: the four conditions add up to 0 > 0."""
    signs = np.where(learning.XOR_Y[:, 0] > 0, 1.0, -1.0)
    rows = signs[:, None] * np.column_stack([learning.XOR_X, np.ones(4)])

    assert rows.sum(axis=0).tolist() == [0, 0, 0]
    assert respond("half_the_line", "b").startswith("**Yes")


def test_twins_stay_twins():
    start = [(np.full((4, 2), 0.5), np.zeros(4)), (np.full((1, 4), 0.5), np.zeros(1))]
    params, losses = learning.train(start, learning.XOR_X, learning.XOR_Y, 5.0, 1000)

    assert learning.twins(params)
    assert not learning.solved(params)
    assert losses[-1] < losses[0]
    assert respond("twins_forever", "b").startswith("**Yes")


def test_ten_gradients_that_agree_make_six_and_a_half():
    vel = 0.0
    for _ in range(10):
        vel = 0.9 * vel + 1.0

    assert vel == pytest.approx(6.5, abs=0.02)
    assert "about 6.5 gradients" in TEXT


def test_momentum_solves_it_several_times_faster_in_the_cell_that_says_so(capsys):
    cell = next(c for c in read("solutions", "09_order").cells if c.id == "exchange-the-step")
    exec(cell.source, {"np": np, "learning": learning})
    rows = [list(map(int, line.split())) for line in capsys.readouterr().out.splitlines()[1:]]

    assert len(rows) == 3
    assert all(plain > 3 * rolling for _, plain, rolling in rows)


def test_fast_and_slow_training_are_the_same():
    rng = np.random.default_rng(3)
    X, Y = rng.standard_normal((5, 2)), rng.uniform(0, 1, (5, 1))
    slow = learning.xor_start(4, 1)
    fast, losses = learning.train(slow, X, Y, 0.7, 6)
    for k in range(6):
        assert losses[k] == pytest.approx(learning.mean_loss(slow, X, Y))
        slow = learning.step(slow, learning.mean_gradients(slow, X, Y), 0.7)

    for one, two in zip(fast, slow, strict=True):
        assert np.allclose(one[0], two[0], atol=1e-13)
        assert np.allclose(one[1], two[1], atol=1e-13)


# -- beyond the common claims --------------------------------------------------------------------------


def test_a_step_that_writes_into_the_callers_arrays_is_told_so():
    def in_place(params, grads, lr):
        for (W, b), (dW, db) in zip(params, grads, strict=True):
            W -= lr * dW
            b -= lr * db
        return params

    outcome = examine(chapter.step, in_place, 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G7"]


def test_gradients_that_are_kept_from_call_to_call_are_not_repeatable():
    kept = []

    def accumulating(params, X, Y):
        if not kept or kept[0][0][0].shape != params[0][0].shape:
            kept[:] = [[(0 * W, 0 * b) for W, b in params]]
        kept[0] = [
            (sW + dW, sb + db)
            for (sW, sb), (dW, db) in zip(kept[0], learning.mean_gradients(params, X, Y), strict=True)
        ]
        return kept[0]

    assert examine(chapter.mean_gradients, accumulating, 1).verdict is Verdict.WRONG


def test_a_network_of_another_shape_is_told_its_shape():
    two = [(np.ones((2, 2)), np.zeros(2)), (np.ones((1, 2)), np.zeros(1))]
    outcome = examine(chapter.solve_xor, lambda _seed: two, 1)

    assert outcome.verdict is Verdict.WRONG
    assert "Yours have (2, 2) and (1, 2)" in outcome.findings[0].sentence


@pytest.mark.parametrize(("failures", "verdict"), [(2, Verdict.RIGHT), (3, Verdict.WRONG)])
def test_a_training_may_fail_from_two_starts_in_a_row(failures, verdict):
    starts = []

    def unlucky(seed):
        starts.append(seed)
        if len(starts) <= failures:
            return learning.xor_start(4, seed)
        return learning.train(learning.xor_start(4, 1), learning.XOR_X, learning.XOR_Y, 8.0, 600)[0]

    assert examine(chapter.solve_xor, unlucky, 1).verdict is verdict
    assert starts[:3] == [starts[0], starts[0] + 1, starts[0] + 2]


def test_a_velocity_that_is_forgotten_is_told_to_be_handed_back():
    outcome = examine(chapter.momentum_step, lambda params, *_others: params, 1)

    assert "Without the new vel" in outcome.findings[0].sentence or "list" in outcome.findings[0].sentence
