"""The numbers of notebook 10, its ladder, and what its checks say beyond the common claims."""

import numpy as np
import pytest
from test_the_notebooks import prose

from bpcheck.exercises import batch as chapter
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.facts import Mark, Verdict
from bpcheck.reference import batch

TEXT = prose("10_batch")
SEEDS = (1, 2, 3)


def sweep(hidden=lambda D, W, _A, slope: (D @ W) * slope, read=lambda D, A: (D.T @ A, D.sum(axis=0))):
    """`mlp_backward`, written once more, with parts that can be wrong."""

    def mlp_backward(params, cache, D):
        grads = []
        for k in reversed(range(len(params))):
            grads.insert(0, read(D, cache.A[k]))
            if k:
                D = hidden(D, params[k][0], cache.A[k], batch.SLOPE[cache.phi](cache.A[k]))
        return grads

    return mlp_backward


# -- numbers -------------------------------------------------------------------------------------------


def test_the_two_samples_are_worked_out_rightly():
    Z = batch.affine_forward(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[0.4, 0.3]]), np.array([1.0]))

    assert Z.ravel().tolist() == pytest.approx([2, 1.3])
    assert "0.4 · 1 + 0.3 · 2 + 1 = 2, the second one 1.3" in TEXT


def test_the_two_scores_are_worked_out_rightly():
    Z = np.array([[0.0, np.log(3)]])
    J, D = batch.softmax_ce(Z, np.array([0]))

    assert batch.softmax(Z).ravel() == pytest.approx([0.25, 0.75])
    assert "so p = (0.25, 0.75)" in TEXT
    assert D.ravel() == pytest.approx([-0.75, 0.75])
    assert "the slopes are −0.75 and 0.75" in TEXT
    assert round(J, 3) == 1.386  # in hint 3
    assert respond("row_sum", float(D.sum())).startswith("**Yes")


def test_the_slopes_of_the_softmax_are_what_the_text_says():
    Z = np.array([[0.3, -0.8, 1.1]])
    p = batch.softmax(Z)[0]
    h = 1e-6
    table = np.array([(batch.softmax(Z + h * e) - batch.softmax(Z - h * e))[0] / (2 * h) for e in np.eye(3)])

    assert table == pytest.approx(np.diag(p) - np.outer(p, p), abs=1e-9)
    assert "$p_j (1 - p_j)$ where they belong together, and $-p_j p_k$ elsewhere" in TEXT


def test_seven_ones_make_seven():
    _, _, db = batch.affine_backward(np.ones((7, 3)), np.ones((7, 4)), np.ones((3, 4)))

    assert respond("bias_of_ones", db[0]).startswith("**Yes")
    assert respond("bias_of_ones", 1).startswith("**Not")


@pytest.mark.parametrize(("sizes", "fit"), [((7, 4, 3), 1), ((4, 4, 4), 8)])
def test_the_products_that_fit_are_counted_rightly(sizes, fit):
    N, n, m = sizes
    D, A = np.ones((N, m)), np.ones((N, n))
    fitting = 0
    for first, second in [(D, A), (A, D)]:
        for left in (first, first.T):
            for right in (second, second.T):
                fitting += left.shape[1] == right.shape[0] and (left @ right).shape == (m, n)

    assert fitting == fit
    assert respond("three_fit", fit).startswith("**Yes" if fit == 8 else "**Not")
    assert "Of eight products just one has the right shape" in TEXT


def test_repeated_rows_leave_the_mean_as_it_is():
    rng = np.random.default_rng(3)
    Z, y = rng.standard_normal((5, 3)), rng.integers(0, 3, 5)
    A, W = rng.standard_normal((5, 4)), rng.standard_normal((3, 4))
    once = batch.affine_backward(batch.softmax_ce(Z, y)[1], A, W)[1]
    twice = batch.affine_backward(
        batch.softmax_ce(np.tile(Z, (2, 1)), np.tile(y, 2))[1], np.tile(A, (2, 1)), W
    )[1]

    assert once == pytest.approx(twice)  # quiz, q2 a


def test_two_layouts_train_to_mirrored_tables():
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((30, 5)), rng.integers(0, 3, 30)
    W, V = rng.standard_normal((3, 5)), None
    V = W.T.copy()
    for _ in range(100):
        W = W - 0.1 * batch.softmax_ce(X @ W.T, y)[1].T @ X
        V = V - 0.1 * X.T @ batch.softmax_ce(X @ V, y)[1]

    assert pytest.approx(V.T, abs=1e-12) == W  # quiz, q6 b


# -- the ladder ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_wrong_layer_is_counted_from_the_loss_and_what_follows_is_carried(seed):
    """A slip at one layer: it is named there, and no layer before it is accused."""

    def wrong_at_two(D, W, A, slope):
        return (D @ W) * (slope if A.shape[1] != 4 else 1.3 * slope)  # layers of four units

    outcome = examine(chapter.mlp_backward, sweep(hidden=wrong_at_two), seed)
    marks = {name: mark for rung in outcome.ladder.rungs for name, mark in rung.marks}

    assert outcome.verdict is Verdict.WRONG
    assert outcome.ladder.at.startswith("net 5-6-4-3")
    assert marks["W3"] is marks["b3"] is Mark.RIGHT
    assert Mark.WRONG in (marks["W2"], marks["b2"])
    assert marks["W1"] is marks["b1"] is Mark.CARRIED


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_sweep_and_a_wrong_reading_are_both_named(seed):
    answer = sweep(hidden=lambda D, W, _A, _slope: D @ W, read=lambda D, A: (D.T @ A, D.mean(axis=0)))
    codes = {f.code for f in examine(chapter.mlp_backward, answer, seed).findings}

    assert {"C1", "C19"} <= codes


# -- properties ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", [chapter.affine_backward, chapter.mlp_backward], ids=lambda e: e.id)
@pytest.mark.parametrize("seed", SEEDS)
def test_right_results_have_every_property(exercise, seed):
    """Otherwise a wrong answer would hear of a breach that is none."""
    from bpcheck.exercises.ask import results
    from bpcheck.exercises.examine import draw
    from bpcheck.gradcheck.recognise import same_numbers

    right = batch.affine_backward if exercise.id == "affine_backward" else batch.mlp_backward
    for case in draw(exercise, seed):
        arrays = results(exercise, right, case)
        for rule in exercise.properties:
            changed = results(exercise, right, rule.changed(*case))
            assert all(map(same_numbers, changed, rule.follows(*arrays)))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda D, A, W: (D @ W, D.T @ A, D.sum(axis=0) + 0.1), "Twice the upstream gradient"),
        (lambda D, A, W: (D @ W, D.T @ A + np.outer(D[0], A[0]), D.sum(axis=0)), "in another order"),
        (lambda D, A, W: (D @ W, D.T @ A / np.sqrt(len(D)), D.sum(axis=0)), "Every row twice"),
    ],
)
def test_an_unknown_mistake_hears_which_rule_it_breaks(answer, words):
    findings = examine(chapter.affine_backward, answer, 1).findings

    assert findings[0].code == "G14"
    assert words in findings[0].sentence


# -- beyond the common claims --------------------------------------------------------------------------


def test_scores_of_a_thousand_are_an_overflow_in_words():
    def naive(Z):
        with np.errstate(all="ignore"):
            return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)

    outcome = examine(chapter.softmax, naive, 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G5"]


def test_one_hot_labels_are_no_whole_numbers():
    """The exercise gives whole numbers; a solution for one-hot rows stops, and the report says where."""
    outcome = examine(chapter.softmax_ce, lambda Z, y: (-(y * np.log(Z)).sum(), Z - y), 1)

    assert outcome.verdict is not Verdict.RIGHT
