"""The numbers of notebook 07, worked out again; and the counting arrays behind its exercises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from right_answers.counting import RIGHT
from test_the_notebooks import prose

from bpcheck.draw.cost_memory import at_once
from bpcheck.exercises import counting as chapter
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.exercises.prose import text
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import cost, counting

TEXT = " ".join(prose("07_cost").split())
PICTURES = [784, 128, 64, 10]
SMALL = [64, 32, 10]
SHAPES = [[2, 2, 1], [4, 3, 2], [5, 7, 3, 2], [3, 3, 3, 3], [6, 2], SMALL]


def parameters(layers):
    return np.concatenate([np.concatenate([W.ravel(), b]) for W, b in layers])


def outputs_z(layers, x, values):
    """What enters the output units, with all knobs set to `values`."""
    moved, start = [], 0
    for W, b in layers:
        middle, end = start + W.size, start + W.size + b.size
        moved.append((values[start:middle].reshape(W.shape), values[middle:end]))
        start = end
    a = counting.forward(moved, x)[-1]
    return np.log(a / (1 - a)).ravel()


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_the_formulas_of_the_cost_are_what_a_running_network_multiplies(sizes: list[int]) -> None:
    found = [tally.matrix for tally in counting.counts(sizes)]

    assert found == [cost.forward(sizes), cost.backward(sizes), cost.forward_mode(sizes)]


def test_both_ways_give_the_slopes_that_nudges_give() -> None:
    """What is counted is a right gradient, not any program."""
    layers, x = counting.network([3, 4, 2]), np.array([[0.3, -0.2, 0.9]])
    values = parameters(layers)
    by_nudging = np.array(
        [
            (outputs_z(layers, x, values + step) - outputs_z(layers, x, values - step)) / 2e-6
            for step in 1e-6 * np.eye(len(values))
        ]
    ).T
    A = counting.forward(layers, x)
    D = np.array([[1.0, -2.0]])

    assert counting.forward_mode(layers, A) == pytest.approx(by_nudging, abs=1e-8)
    assert parameters(counting.backward(layers, A, D)) == pytest.approx(D[0] @ by_nudging, abs=1e-8)


def test_a_counting_array_gives_the_same_numbers_as_a_plain_one_and_counts_every_product() -> None:
    rng = np.random.default_rng(1)
    A, B = rng.normal(size=(3, 4)), rng.normal(size=(4, 5))
    tally = counting.Tally()
    C = counting.counted(A, tally)

    assert np.array_equal(C @ B, A @ B)
    assert tally.read() == (3 * 4 * 5, 0)
    assert np.array_equal(B.T @ C.T, B.T @ A.T)
    assert tally.read() == (3 * 4 * 5, 0)
    assert np.array_equal((C * C + 1) ** 2, (A * A + 1) ** 2)
    assert tally.matrix == 0
    assert tally.entry >= 12


def test_the_counts_of_the_first_pages() -> None:
    assert f"the sizes 2, 2, 1, takes {cost.forward([2, 2, 1])}" in TEXT
    assert f"there are 64 · 128 = {64 * 128:,} of them" in TEXT
    one = cost.forward([3, 2])
    assert respond("five_samples", 5 * one).startswith("**Yes")
    assert "one sample" in respond("five_samples", one)
    assert "With the additions" in respond("five_samples", 5 * (one + 2 * (3 - 1)))


@pytest.mark.parametrize("sizes", [*SHAPES, PICTURES, [256] * 5, [10] * 40], ids=str)
def test_forward_and_back_lie_between_two_passes_and_three(sizes: list[int]) -> None:
    once = cost.forward(sizes)
    both = once + cost.backward(sizes)

    assert both == 3 * once - sizes[0] * sizes[1]
    assert 2 * once <= both < 3 * once
    assert (both == 2 * once) == (len(sizes) == 2)
    assert "= 3F - n_1 n_0" in TEXT


def test_one_job_is_left_out_and_only_in_the_first_layer() -> None:
    sizes = [5, 7, 3, 2]
    both = [2 * m * n for m, n in pairwise(sizes)]

    assert cost.backward(sizes) == sum(both) - both[0] // 2
    assert respond("job_left_out", "b").startswith("**Yes")


def test_five_equal_layers_take_fourteen_products_in_the_place_of_five() -> None:
    passes = {n: 1 + cost.backward([512] * (n + 1)) / cost.forward([512] * (n + 1)) for n in (1, 4, 5, 6)}

    assert "5 forward, 5 for the slopes, 4 for the errors. That is 14" in respond("passes_by_count", 14 / 5)
    assert respond("passes_by_count", passes[5]).startswith("**Yes")
    assert "for a single layer" in respond("passes_by_count", passes[1])
    assert "for four layers" in respond("passes_by_count", passes[4])
    assert "for six layers" in respond("passes_by_count", passes[6])
    assert "the way back" in respond("passes_by_count", cost.backward([512] * 6) / cost.forward([512] * 6))


def test_many_layers_of_one_size_come_close_to_three() -> None:
    ratios = [1 + cost.backward([10] * n) / cost.forward([10] * n) for n in (3, 10, 40)]

    assert ratios == sorted(ratios)
    assert ratios[-1] > 2.95


def test_three_ways_to_the_slopes_of_the_small_network() -> None:
    once = cost.forward(SMALL)
    nudging, inputs, loss = (
        cost.naive(SMALL) / once,
        1 + cost.forward_mode(SMALL) / once,
        1 + cost.backward(SMALL) / once,
    )

    assert f"nudging costs {nudging:,.0f} forward passes, forward mode {inputs:.0f}" in TEXT
    assert f"from the loss back {loss:.2f}." in TEXT
    assert f"{SMALL[1]} units and {cost.knobs(SMALL[:2]):,} knobs" in TEXT


def test_whoever_treats_each_layer_on_its_own_sends_errors_45_times() -> None:
    layers = 10
    shared, apart = layers - 1, sum(layers - layer for layer in range(1, layers + 1))

    assert f"for ten layers of the same size, {apart} times in the place of {shared}" in TEXT


def test_the_last_of_three_equal_layers_is_the_most_expensive_in_forward_mode() -> None:
    up_to = [cost.forward_mode([5] * (n + 1)) for n in (1, 2, 3)]

    assert up_to[2] - up_to[1] > up_to[1] - up_to[0] > up_to[0] == 0
    assert respond("dearest_layer", "c").startswith("**Yes")


def test_what_is_kept_for_the_pictures() -> None:
    one = sum(PICTURES)

    assert f"and one sample these are {one} numbers, few beside its {cost.knobs(PICTURES):,} knobs" in TEXT
    assert f"With a batch of 128 they are {128 * one:,}, more than the knobs" in TEXT
    assert one < cost.knobs(PICTURES) < 128 * one


def test_the_best_distance_lies_near_the_root_of_the_number_of_layers() -> None:
    for layers in (16, 25, 100):
        held = {k: at_once(layers, k) for k in range(1, layers + 1)}
        best = [k for k in held if held[k] == min(held.values())]

        assert layers**0.5 in best
        assert 0.6 * layers**0.5 < min(best) <= max(best) <= 1.5 * layers**0.5
    assert f"It is 4: at most {at_once(16, 4)} at once. With 2 or 8 it is {at_once(16, 2)}." in TEXT
    assert at_once(16, 2) == at_once(16, 8)
    assert respond("best_distance", "b").startswith("**Yes")
    assert (
        f"every tenth kept, at most {at_once(100, 10)} activations are in memory at once in the place of 100"
        in TEXT
    )
    assert sum(RIGHT["checkpoint_plan"][0](100, 10)) == 100


@pytest.mark.parametrize(("layers", "every"), [(16, 4), (7, 3), (12, 12), (10, 1), (23, 5)])
def test_the_most_at_once_is_what_a_walk_back_really_holds(layers: int, every: int) -> None:
    held = set(range(0, layers, every))
    most = len(held)
    for start in sorted(held, reverse=True):
        stretch = set(range(start, min(start + every, layers)))
        most = max(most, len(held | stretch))
        held.discard(start)

    assert at_once(layers, every) == most


def test_the_twins_of_the_hints_are_worked_out_right() -> None:
    hints = " ".join(text("07_cost").split())
    small = [2, 2, 1]

    assert f"Together {cost.knobs([4, 3, 2])}." in hints
    assert f"nobody wants them. Together {cost.backward([4, 3, 2])}." in hints
    assert f"2 · 3 · {cost.knobs([4, 3])} = {cost.forward_mode([4, 3, 2])} multiplications" in hints
    assert f"5 · 2 · 23 = {cost.forward_mode([4, 3, 2, 5]) - cost.forward_mode([4, 3, 2])} more" in hints
    assert (
        f"One pass costs {cost.forward(small)}, nudging from both sides {cost.naive(small)}, forward mode "
        f"{cost.forward_mode(small)}, the sweep {cost.backward(small)}"
    ) in hints


def test_a_count_that_nothing_explains_is_shown_with_the_right_one() -> None:
    outcome = examine(chapter.mults_forward, lambda sizes: cost.forward(sizes) + 17, 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G9"]


def test_every_exercise_has_its_right_answers() -> None:
    assert set(RIGHT) == {e.id for e in chapter.EXERCISES[:-1]}
