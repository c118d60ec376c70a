"""The numbers of notebook 04, and what its checks say beyond the common claims."""

import io
import math
import re
import tokenize

import nbformat
import numpy as np
import pytest
from right_answers.graph import RIGHT
from test_the_notebooks import ROOT, prose

from bpcheck import draw as draw_package
from bpcheck.exercises import graph
from bpcheck.exercises.examine import draw, examine
from bpcheck.exercises.graph_cases import CHAIN, LADDER, cook, in_words
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import engine

TEXT = prose("04_graphs")
SEEDS = (1, 2, 3)


def four_digits(number):
    return f"{number:.4g}".replace("-", "−")


def test_the_numbers_of_the_fork_are_true():
    x = 1.3
    u = x * x
    factor, sine = 2 * x * math.sin(u), 2 * x * u * math.cos(u)

    overwrite, at_once, patient = (four_digits(n) for n in (sine, 2 * factor + sine, factor + sine))
    assert f"{overwrite}, {at_once} and {patient}. All three programs" in TEXT
    assert f"After step 1 u holds {four_digits(math.sin(u))}, and that is only a part" in TEXT
    assert respond("after_step_one", math.sin(u)).startswith("**Yes")
    assert "one step later" in respond("after_step_one", u * math.cos(u))
    assert "sum of both" in respond("after_step_one", math.sin(u) + u * math.cos(u))
    assert sine < factor + sine < 2 * factor + sine
    assert respond("too_much_too_little", "a").startswith("**Yes")


def test_the_numbers_of_the_ladder_are_true():
    a = engine.Value(1.0)
    end = cook(LADDER, a, engine.Value(0.0))
    engine.backward(end)
    nodes = engine.order(end)

    assert LADDER.rounds == 20
    assert f"That makes {a.grad:,.0f} roads" in TEXT
    assert f"with {sum(len(n.parents) for n in nodes)} multiplications" in TEXT
    assert "A million roads, forty arrows" in TEXT
    assert respond("roads_of_twenty", a.grad).startswith("**Yes")


def test_the_numbers_of_the_neuron_are_true():
    w1, w2, b = engine.Value(0.4), engine.Value(0.3), engine.Value(math.log(4) - 1)
    z = w1 * 1.0 + w2 * 2.0 + b
    yhat = 1 / (1 + engine.exp(-z))
    loss = (yhat - 1.0) ** 2 / 2
    engine.backward(loss)

    assert yhat.value == pytest.approx(0.8, abs=1e-12)
    said = "The loss is {}. How much does it care about ŷ? {}. About z? {}. About w₁? {}. And about w₂? {}, twice"
    numbers = [loss.value, yhat.grad, z.grad, w1.grad, w2.grad]
    assert said.format(*map(four_digits, numbers)) in TEXT


def test_the_engine_has_some_sixty_lines():
    """The class, order and backward as a reader has them in the end: code, without docstrings and blank lines."""
    notebook = nbformat.read(ROOT / "solutions" / "04_graphs" / "04_graphs.ipynb", as_version=4)
    cells = {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if c.metadata.get("nbgrader")}
    lines = set()
    for name in ("record-answer", "order-answer", "backward-answer"):
        source = re.sub(r'^ *"""(.|\n)*?"""', "", cells[name], flags=re.M)
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in (
                tokenize.COMMENT,
                tokenize.NL,
                tokenize.NEWLINE,
                tokenize.INDENT,
                tokenize.DEDENT,
            ):
                lines.add((name, token.start[0]))
    lines -= {(name, row) for name, row in lines if not cells_line(cells[name], row)}

    assert 55 <= len(lines) <= 69
    assert "are some sixty lines" in TEXT


def cells_line(source, row):
    """Whether the row, after docstrings are gone, holds anything: the end marker has a row of its own."""
    stripped = re.sub(r'^ *"""(.|\n)*?"""', "", source, flags=re.M).split("\n")
    return row <= len(stripped) and bool(stripped[row - 1].strip())


@pytest.mark.parametrize("name", ["backward"])
@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_that_are_off_in_the_sixth_digit_fail(name, seed):
    """The common test changes what comes back; these gradients stand in the Values."""

    def near(node):
        engine.backward(node)
        for made in engine.order(node):
            made.grad *= 1 + 1e-6

    assert examine(getattr(graph, name), near, seed).verdict is Verdict.WRONG


def walk(node, first, depth_first):
    """A list of Values as they are met, turned round: four people would write four of these."""
    listed, waiting, seen = [], [node], {node}
    while waiting:
        made = waiting.pop(-1 if depth_first else 0)
        listed.append(made)
        for parent in made.parents[::first]:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return listed[::-1]


@pytest.mark.parametrize("depth_first", [True, False])
@pytest.mark.parametrize("first", [1, -1])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_walk_that_does_not_wait_is_named(first, depth_first, seed):
    outcome = examine(graph.order, lambda node: walk(node, first, depth_first), seed)

    assert [f.code for f in outcome.findings] == ["R2"]


def test_a_recursive_walk_is_told_about_the_depth_and_not_about_the_order():
    def recursive(node, seen=None):
        seen = set() if seen is None else seen
        if node in seen:
            return []
        seen.add(node)
        return [made for parent in node.parents for made in recursive(parent, seen)] + [node]

    outcome = examine(graph.order, lambda node: recursive(node), 1)

    assert [f.code for f in outcome.findings] == ["G10"]
    assert CHAIN.rounds == 5000


def test_endless_recursion_on_a_small_graph_is_the_answers_own_fault():
    def endless(node):
        return endless(node)

    assert examine(graph.order, lambda node: endless(node), 1).verdict is Verdict.COULD_NOT_RUN


def test_parents_in_a_set_get_a_sentence_of_their_own():
    class Value(engine.Value):
        def __mul__(self, other):
            made = super().__mul__(other)
            made.parents = set(made.parents)
            return made

    outcome = examine(graph.record, lambda f, *numbers: f(*map(Value, numbers)), 1)

    assert "a set keeps" in outcome.findings[0].sentence


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        ("order", lambda _node: {1, 2}, "should return a list of Values"),
        ("order", lambda node: [*engine.order(node), engine.Value(1.0)], "does not belong to the graph"),
        ("order", lambda _node: 7, "should return a list of Values"),
        ("record", lambda _f, *_numbers: 7.0, "should be a Value"),
        (
            "maximum",
            lambda a, _b: 3.0 if isinstance(a, float) else a.value,
            "should return an `engine.Value`",
        ),
        ("local_rule", lambda *_: "exp", "should be numbers"),
    ],
)
def test_what_is_no_answer_is_described(exercise, answer, words):
    outcome = examine(getattr(graph, exercise), answer, 1)

    assert outcome.verdict is Verdict.WRONG
    assert words in outcome.findings[0].sentence


def test_the_engine_is_pleasant_to_use():
    a, b = engine.Value(2.0), engine.Value(-3.0)
    y = (
        2 * a
        - b / a
        + 1 / b
        + engine.exp(a) ** 2
        - engine.log(a * a)
        + np.sin(a) * np.float64(2)
        + 3
        - engine.tanh(b)
    )
    engine.backward(y)

    def f(a, b):
        return 2 * a - b / a + 1 / b + np.exp(a) ** 2 - np.log(a * a) + np.sin(a) * 2 + 3 - np.tanh(b)

    assert y.value == pytest.approx(f(2.0, -3.0))
    assert a.grad == pytest.approx(f(2 + 1e-30j, -3.0).imag / 1e-30)
    assert b.grad == pytest.approx(f(2.0, -3 + 1e-30j).imag / 1e-30)
    assert repr(a) == f"Value(2, grad={a.grad:.6g})"


def test_the_reader_s_own_engine_does_what_the_notebook_says(capsys):
    """Class, order and backward as answered, and the cell that tries them, its # taken away."""
    notebook = nbformat.read(ROOT / "solutions" / "04_graphs" / "04_graphs.ipynb", as_version=4)
    cells = {c.id: c.source for c in notebook.cells}
    space = {"np": np, "draw": draw_package}
    for cell in ("record-answer", "order-answer", "backward-answer"):
        exec(cells[cell], space)
    lines = [line.removeprefix("# ") for line in cells["engine-of-your-own"].split("\n")[1:]]
    exec("\n".join(lines), space)

    a, b = 0.5, -2.0
    right = 4 * a + b / a**2 + b * math.exp(a * b), -1 / a + a * math.exp(a * b)
    assert [float(n) for n in capsys.readouterr().out.split()] == pytest.approx(right)
    assert lines[-1] == "y"
    assert space["order"](space["y"])[-1] is space["y"]
    assert "<img" in space["y"]._repr_html_()


@pytest.mark.parametrize(("number", "slope"), [(2.0, 1.0), (-2.0, 0.0), (0.0, 0.0)])
def test_relu_has_slope_0_at_0(number, slope):
    a = engine.Value(number)
    y = engine.relu(a)
    engine.backward(y)

    assert (y.value, a.grad) == (max(number, 0.0), slope)


@pytest.mark.parametrize("seed", SEEDS)
def test_recipes_read_as_they_are_cooked(seed):
    """What a report prints can be typed in again."""
    for recipe, a, b in draw(graph.backward, seed):
        if recipe.rounds == 1:
            space = {"sin": np.sin, "exp": np.exp, "a": a, "b": b}
            for line in in_words(recipe, a, b).split(", at ")[0].split(", "):
                exec(line, space)
            assert space["y"] == pytest.approx(cook(recipe, a, b))


def test_every_exercise_has_its_right_answers():
    assert set(RIGHT) == {e.id for e in graph.EXERCISES[:-1]}
