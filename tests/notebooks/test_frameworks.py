"""The numbers of notebook 13, its history, and what its checks say beyond the common claims."""

import re

import numpy as np
import pytest
from right_answers.frameworks import YEAR
from test_the_notebooks import prose, read

from bpcheck.draw.frameworks_history import EVENTS as DRAWN
from bpcheck.exercises import find
from bpcheck.exercises import frameworks as chapter
from bpcheck.exercises.examine import examine
from bpcheck.exercises.frameworks_cases import EVENTS, STATEMENTS
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import array_engine as engine
from bpcheck.reference import batch, layer_norm

TEXT = prose("13_frameworks")


def source(cell_id):
    return next(c for c in read("solutions", "13_frameworks").cells if c.id == cell_id).source


def test_the_scalar_graph_is_counted_rightly():
    weights = 64 * 128 + 128 * 10

    assert weights + 128 + 10 == 9610
    assert "has 9,610 parameters and 1500 samples" in TEXT
    assert 2 * weights * 1500 == pytest.approx(30e6, rel=0.1)
    assert "some thirty million nodes" in TEXT


def test_the_product_worked_by_hand_is_right():
    G, a, b = np.array([1.0, 10.0]), np.array([2.0, 3.0]), np.array([5.0, 7.0])
    first, second = engine.VJP["mul"](G, a * b, a, b)

    assert (first.tolist(), second.tolist()) == ([5, 70], [2, 30])
    assert "The gradient of a is G · b = (5, 70), that of b is G · a = (2, 30)" in TEXT


def test_the_network_needs_as_many_rules_as_the_guess_says():
    loss = engine.mlp_loss(
        [engine.Tensor(np.ones((2, 2))), engine.Tensor(np.ones(2))] * 2, np.ones((3, 2)), np.eye(3, 2)
    )
    ops = {node.op for node in engine.order(loss) if node.op}

    assert respond("how_many_rules", len(ops)).startswith("**Yes")
    assert f"needs {['five', 'six', 'seven', 'eight'][len(ops) - 5]} of ours" in respond("how_many_rules", 8)


def test_the_two_modes_are_each_others_transpose_in_the_cell_that_says_so(capsys):
    exec(source("transpose-test"), {"np": np})
    forward, reverse = capsys.readouterr().out.split()

    assert float(forward) == pytest.approx(float(reverse), rel=1e-12)


def test_the_engine_trains_to_the_same_numbers_in_the_cell_that_says_so(capsys):
    space = {"np": np, "batch": batch, "engine": engine}
    exec(source("train-with-the-engine"), space)
    capsys.readouterr()

    assert space["value"] == pytest.approx(space["J"], rel=1e-12)
    for k, (W, b) in enumerate(space["params"]):
        assert np.abs(W.T - space["flat"][2 * k]).max() < 1e-13
        assert np.abs(b - space["flat"][2 * k + 1]).max() < 1e-13


def test_the_neuron_has_its_slopes_once_more(capsys):
    exec(source("with-a-framework"), {"np": np, "engine": engine})
    by_hand, by_engine, *others = capsys.readouterr().out.splitlines()

    assert (
        re.findall(r"-0\.\d+", by_engine) == re.findall(r"-0\.\d+", by_hand) == ["-0.032", "-0.064", "-0.032"]
    )
    assert all("not installed" in line or "-0.032 -0.064] -0.032" in line for line in others)


def test_the_history_is_in_order_and_the_same_in_text_picture_and_exercise():
    years = [year for year, *_ in DRAWN]

    assert years == sorted(years)
    assert list(YEAR) == list(EVENTS)
    assert list(YEAR.values()) == sorted(YEAR.values())
    for event, year in YEAR.items():
        who = event.split(":")[0].split(",")[0].split(" and")[0]
        assert any(y == year and name.startswith(who) for y, name, *_ in DRAWN)
        assert f'`"{event}"`' in TEXT
        assert str(year) in TEXT
    assert respond("which_year", 1970).startswith("**Yes")


def test_every_statement_stands_in_the_table():
    assert re.findall(r"^\| (s\d+) \|", TEXT, re.M) == list(STATEMENTS)


def test_the_questions_are_those_of_notebook_00():
    """The first five word for word: otherwise before and after could not be compared."""

    def asked(text):
        first = text[text.index("**q1.** The derivative of") :]
        return re.findall(r"\*\*(q[1-5])\.\*\* (.*?)(?=\n\n\*\*q|\n\nReturn)", first, re.S)[:5]

    assert asked(TEXT) == asked(prose("00_start_here"))
    assert [q.key for q in find("find_route_again").questions] == [
        q.key for q in find("find_route").questions
    ]


def test_the_slopes_of_a_normalised_row_add_up_to_nothing():
    rng = np.random.default_rng(1)
    dX, _, _ = layer_norm.backward(
        rng.standard_normal((4, 5)), rng.standard_normal((4, 5)), rng.standard_normal(5), 0.01
    )

    assert np.abs(dX.sum(axis=1)).max() < 1e-14
    assert respond("sum_of_a_row", 0).startswith("**Yes")


# -- beyond the common claims --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        ("vjp_rules", lambda _op, G, _ins, _out: G, "a list of"),
        ("grad", lambda _f: 3.0, "should return a function"),
        ("grad", lambda _f: lambda *_arrays: 3.0, "a list with a gradient for each argument"),
        ("timeline", lambda events: events[:-1], "a list of the"),
        ("timeline", lambda events: [*events[:-1], "Newton"], "not among the events"),
        ("sort_words", lambda: {"s1": "chain rule"}, "no word for"),
        ("sort_words", lambda: dict.fromkeys(STATEMENTS, "magic"), "none of the five words"),
        ("sort_words", lambda: ["chain rule"], "should return a dict"),
    ],
)
def test_what_is_no_answer_is_told_what_would_be_one(exercise, answer, words):
    outcome = examine(getattr(chapter, exercise), answer, 1)

    assert outcome.verdict is Verdict.WRONG
    assert words in outcome.findings[0].sentence


def test_gradients_kept_in_a_default_argument_are_told_to_be_leftovers():
    def grad(f, kept={}):  # noqa: B006 - the slip is the point
        def gradient(*arrays):
            found = engine.value_and_grad(f)(*arrays)[1]
            for k, part in enumerate(found):
                key = (k, part.shape, f)
                kept[key] = kept.get(key, 0.0) + part
            return [kept[(k, part.shape, f)] for k, part in enumerate(found)]

        return gradient

    outcome = examine(chapter.grad, grad, 1)

    assert outcome.verdict is Verdict.WRONG
