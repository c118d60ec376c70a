"""The numbers of notebook 06, its ladder, and what its checks say beyond the common claims."""

import math

import numpy as np
import pytest
from right_answers.depth import RIGHT
from test_the_notebooks import prose

from bpcheck import draw
from bpcheck.draw.depth_factors import _groups
from bpcheck.exercises import depth
from bpcheck.exercises.depth_cases import complex_slopes
from bpcheck.exercises.examine import draw as cases_of
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.compare import compare
from bpcheck.gradcheck.derivative import entry_slopes
from bpcheck.gradcheck.facts import Mark, Verdict
from bpcheck.reference import mlp
from bpcheck.report import Report

TEXT = prose("06_depth")
SEEDS = (1, 2, 3)


def sweep(output=None, hidden=None, read=None):
    """`backprop`, written once more, with parts that can be wrong: each maps what it needs to what it gives."""
    output = output or (lambda a, y: (a - y) * a * (1 - a))
    hidden = hidden or (lambda W, delta, a: (W.T @ delta) * a * (1 - a))
    read = read or (lambda delta, a_prev, _z_prev: (np.outer(delta, a_prev), delta))

    def backprop(params, x, y):
        zs, a = mlp.forward(params, x)
        before = [x, *zs]
        delta, grads = output(a[-1], y), []
        for k in reversed(range(len(params))):
            grads.insert(0, read(delta, a[k], before[k]))
            if k:
                delta = hidden(params[k][0], delta, a[k])
        return grads

    return backprop


def marks(outcome):
    return {name: mark for rung in outcome.ladder.rungs for name, mark in rung.marks}


def named(outcome):
    return {(f.code, f.array) for f in outcome.findings}


# -- numbers -------------------------------------------------------------------------------------------


def test_the_numbers_of_the_story_are_true():
    params, x, y = mlp.story()
    zs, (_, hidden, yhat) = mlp.forward(params, x)
    b = params[0][1][0]
    said = (
        f"z = 0.4 · 1 + 0.3 · 2 + {b:.4f} = {zs[0][0]:.4f}, and sends on σ({zs[0][0]:.4f}) = {hidden[0]:.2f}"
    )

    assert math.isclose(0.4 + 0.6 + b, zs[0][0])
    assert said in TEXT
    assert sum(W.size + b.size for W, b in params) == 9
    assert "its nine numbers" in TEXT
    assert f"0.80 · 0.20 is {yhat[0] * (1 - yhat[0]):.2f}" in TEXT
    assert f"0.75 · 0.25 is {hidden[0] * (1 - hidden[0]):.4f}" in TEXT
    factors = [yhat[0] - y[0], yhat[0] * (1 - yhat[0]), params[1][0][0, 0], hidden[0] * (1 - hidden[0]), x[0]]
    assert math.prod(factors) == pytest.approx(mlp.backprop(params, x, y)[0][0][0, 0])
    assert [round(float(f), 4) for f in factors] == [-0.2, 0.16, 2.0, 0.1875, 1.0]
    assert r"\underbrace{x_1}_{1} = -0.012" in TEXT


def test_the_slope_of_the_weight_two_is_known_before_the_hidden_delta():
    before = draw.delta_sweep(2).alt

    assert "weights −0.024" in before
    assert "0.1875 = −0.012" not in before
    assert respond("when_is_it_known", "a").startswith("**Yes")


def test_the_deltas_of_the_story_are_true():
    params, x, y = mlp.story()
    _, activations = mlp.forward(params, x)
    (first, second), (out,) = mlp.deltas(params, activations, y)

    def said(value):
        return f"{value:.3f}".replace("-", "−")

    assert f"{said(out)} at the output, {said(first)} and {said(second)} at the hidden units" in TEXT
    assert f"2 · ({said(out)}) · 0.1875 = {said(first)}" in TEXT
    assert f"−1 · ({said(out)}) · 0.1875 = {said(second)}" in TEXT
    assert f"has the slope {said(out)} · 0.75 = {said(out * 0.75)}" in TEXT


@pytest.mark.parametrize(
    ("hidden", "said"), [(3, "Three hidden layers make {:,} roads"), (6, "six make {:,}")]
)
def test_the_roads_are_counted_rightly(hidden, said):
    """A unit has as many roads to the loss as all the units together that it sends to."""
    roads = np.ones(10)  # from the last hidden layer there is one each
    for _ in range(hidden - 1):
        roads = np.full(10, roads.sum())

    assert said.format(int(roads[0])) in TEXT
    assert respond("roads_of_six_layers", roads[0]).startswith("**Yes" if hidden == 6 else "**Not")


def test_the_factors_are_counted_rightly():
    factors = [f for rows in _groups() for row in rows for f in row.factors if f is not None]

    assert f"Nine products, {len(factors)} factors in all" in TEXT
    rows = [row for rows in _groups() for row in rows]
    assert sum(math.isclose(row.factors[0] * row.factors[1], -0.032) for row in rows) == 9
    assert respond("in_how_many", 9).startswith("**Yes")


def test_the_recipe_without_slopes_is_as_wrong_as_the_text_says():
    params, x, y = mlp.story()
    _, activations = mlp.forward(params, x)
    straight = params[1][0].T @ (activations[-1] - y)
    ratio = straight / mlp.deltas(params, activations, y)[0]

    assert ratio == pytest.approx(1 / (0.16 * 0.1875))
    assert f"is {ratio[0]:.0f} times too large" in TEXT
    assert ratio[0] > 30
    assert respond("through_weights_only", "c").startswith("**Yes")
    assert "1 / 0.03 is 33" in respond("through_weights_only", "c")
    assert pytest.approx(6.25) == 1 / 0.16


# -- the ladder ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_two_mistakes_in_different_layers_are_both_named(seed):
    answer = sweep(
        output=lambda a, y: a - y,
        read=lambda delta, _a_prev, z_prev: (np.outer(delta, z_prev), delta),
    )
    outcome = examine(depth.backprop, answer, seed)

    assert outcome.ladder.first_wrong.name == "layer 4"
    assert named(outcome) == {("C1", "b4"), ("C13", "W4, W3, W2")}
    assert marks(outcome)["b3"] is Mark.CARRIED
    assert marks(outcome)["W3"] is Mark.WRONG


@pytest.mark.parametrize("layer", [1, 2, 3, 4])
@pytest.mark.parametrize("array", ["W", "b"])
def test_the_first_wrong_layer_is_found_and_no_other_is_blamed(layer, array):
    """A mistake that nobody knows, in one array of one layer."""

    def answer(params, x, y):
        grads = [[dW.copy(), db.copy()] for dW, db in mlp.backprop(params, x, y)]
        if layer <= len(grads):
            grads[layer - 1]["Wb".index(array)] += (
                0.01 * np.arange(1, len(grads[layer - 1][1]) + 1)[:, *[None] * (array == "W")]
            )
        return grads

    outcome = examine(depth.backprop, answer, 1)

    assert {name for name, mark in marks(outcome).items() if mark is Mark.WRONG} == {f"{array}{layer}"}
    assert {name for name, mark in marks(outcome).items() if mark is Mark.CARRIED} == set()
    assert outcome.ladder.first_wrong.name == f"layer {layer}"
    assert named(outcome) == {("G9", f"{array}{layer}")}


def test_an_error_that_is_wrong_from_some_layer_on_is_blamed_on_that_layer_alone():
    """Its sweep handed a wrong error down; everything below follows, and nothing above is touched."""

    def hidden(W, delta, a):
        return (W.T @ delta) * a * (1 - a) * (1.0 if len(a) != 2 else np.array([1.0, 3.0]))

    outcome = examine(depth.backprop, sweep(hidden=hidden), 1)
    found = marks(outcome)

    assert outcome.ladder.at == "net 2-3-2-4-2"
    assert [found[f"b{layer}"] for layer in (4, 3, 2, 1)] == [
        Mark.RIGHT,
        Mark.RIGHT,
        Mark.WRONG,
        Mark.CARRIED,
    ]


def test_a_layer_does_not_follow_an_error_that_was_right():
    """db shows that δ was right, so dW is wrong in each layer by itself."""
    outcome = examine(depth.backprop, lambda p, x, y: [(2 * dW, db) for dW, db in mlp.backprop(p, x, y)], 1)

    assert [marks(outcome)[f"W{layer}"] for layer in (4, 3, 2, 1)] == [Mark.WRONG] * 4
    assert [marks(outcome)[f"b{layer}"] for layer in (4, 3, 2, 1)] == [Mark.RIGHT] * 4


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sentence_for_one_array_of_a_layer_does_not_silence_the_other(seed):
    """Zeros everywhere look like a forgotten bias in b4; in W4 they need a sentence of their own."""
    zeros = examine(depth.backprop, lambda p, *_: [(0 * W, 0 * b) for W, b in p], seed)
    wrong = {name for name, mark in marks(zeros).items() if mark is Mark.WRONG}

    assert zeros.ladder.first_wrong.name == "layer 4"
    assert wrong == {"W4", "b4"}
    assert named(zeros) == {("C22", "b4"), ("G9", "W4")}
    assert "W4[" in next(f.sentence for f in zeros.findings if f.array == "W4")


@pytest.mark.parametrize("number", [np.nan, np.inf])
@pytest.mark.filterwarnings("error")
def test_what_is_not_a_number_is_said_once_and_no_mistake_is_read_out_of_it(number):
    outcome = examine(depth.backprop, lambda p, *_: [(0 * W + number, 0 * b + number) for W, b in p], 1)

    assert [f.code for f in outcome.findings] == ["G5"]


def test_lost_digits_are_blamed_on_the_kind_of_array_and_not_on_a_layer():
    answer = sweep(
        read=lambda delta, a_prev, _z: tuple(
            part.astype(np.float32) for part in (np.outer(delta, a_prev), delta)
        )
    )

    assert [f.code for f in examine(depth.backprop, answer, 1).findings] == ["G6"]


def test_a_forgotten_bias_does_not_hide_what_the_weights_show():
    """db is where δ is seen; with db = 0 it is seen in dW."""
    answer = sweep(
        hidden=lambda W, delta, _a: W.T @ delta,
        read=lambda delta, a_prev, _z: (np.outer(delta, a_prev), 0 * delta),
    )
    outcome = examine(depth.backprop, answer, 1)

    assert {code for code, _ in named(outcome)} >= {"C22", "C1"}
    assert marks(outcome)["W4"] is Mark.RIGHT


def test_weights_that_are_not_transposed_are_named_although_python_stops_in_other_networks():
    outcome = examine(depth.backprop, sweep(hidden=lambda W, delta, a: (W @ delta) * a * (1 - a)), 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["C10"]
    assert "Python stopped in your line" in outcome.notes[0]


def test_a_right_answer_has_no_ladder():
    assert examine(depth.backprop, sweep(), 1).ladder is None


def test_text_and_html_show_every_layer_with_a_word_for_each_mark():
    outcome = examine(depth.backprop, sweep(output=lambda a, y: a - y, hidden=lambda W, d, _a: W.T @ d), 1)
    text, page = str(Report(outcome)), Report(outcome)._repr_html_()

    for rung in outcome.ladder.rungs:
        for name, mark in rung.marks:
            assert f"{name} " in text
            assert mark.value in text
            assert mark.value in page
    assert text.index("layer 4") < text.index("layer 1")
    assert "the first that is wrong" in text.splitlines()[2]
    assert "the first that is wrong" in page


def test_only_the_first_wrong_layer_is_shown_with_its_numbers():
    text = str(Report(examine(depth.backprop, sweep(output=lambda a, y: a - y), 1)))

    assert "W4   (2, 4)" in text
    assert "W3   (" not in text


# -- the checks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_of_the_checks_is_the_numerical_derivative(seed):
    """One step along the imaginary axis, against the ladder of real steps."""
    Ws, bs, x, y = next(iter(cases_of(depth.backprop, seed)))

    def last(arrays):
        return mlp.forward(list(zip(arrays[: len(Ws)], arrays[len(Ws) :], strict=True)), x)[1][-1]

    arrays = [*Ws, *bs]
    for k, slopes in enumerate(complex_slopes(last, arrays, y)):
        real = entry_slopes(
            lambda one, k=k: mlp.squared_error(last([*arrays[:k], one, *arrays[k + 1 :]]), y), arrays[k]
        )
        assert compare("", slopes.value, real).ok
        assert not compare("", 1.0001 * slopes.value, slopes).ok


@pytest.mark.parametrize("seed", range(20))
def test_no_unit_of_a_case_is_flat_and_no_output_is_right_already(seed):
    for Ws, bs, x, y in cases_of(depth.backprop, seed):
        zs, activations = mlp.forward(list(zip(Ws, bs, strict=True)), x)
        assert all(0.25 < abs(z) < 1.5 for z in np.concatenate(zs))
        assert np.abs(activations[-1] - y).min() > 0.15


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        ("forward", lambda _p, _x: 7, "should return two lists"),
        ("forward", lambda p, x: (mlp.forward(p, x)[0], mlp.forward(p, x)[1][1:]), "x is the first activation"),
        ("backprop", lambda p, x, y: mlp.backprop(p, x, y)[:1], "a list of 3 pairs"),
        ("backprop", lambda p, x, y: [dW for dW, _ in mlp.backprop(p, x, y)], "a list of 3 pairs"),
        ("backprop", lambda p, x, y: [(dW, None) for dW, _ in mlp.backprop(p, x, y)], "is None"),
        ("backprop_linear", lambda Ws, _x, _y: Ws[0], "a list of 3 arrays"),
        ("delta_by_nudge", lambda *_case: np.ones(3), "single number"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_described(exercise, answer, words):
    outcome = examine(getattr(depth, exercise), answer, 1)

    assert outcome.verdict is Verdict.WRONG
    assert words in outcome.findings[0].sentence


@pytest.mark.parametrize("exercise", ["forward", "backprop", "backprop_linear", "by_roads"])
def test_weights_that_an_answer_changes_are_seen(exercise):
    """Lists of arrays are inputs as well."""
    right = RIGHT[exercise][0]

    def careless(first, *others):
        value = right(first, *others)
        array = first[0] if exercise == "backprop_linear" else first[0][0]
        array += 1.0
        return value

    assert examine(getattr(depth, exercise), careless, 1).findings[0].code == "G7"


def test_every_exercise_has_its_right_answers():
    assert set(RIGHT) == {e.id for e in depth.EXERCISES if e.id != "quiz_06"}
