"""Graphs: what they say, and that nothing in them touches what it should not."""

import re
import sys
from functools import partial
from itertools import combinations

import numpy as np
import pytest
import test_draw_layout as measure
from drawn import FIGURES, PLACES

from bpcheck import draw
from bpcheck.draw.graph_layout import layout
from bpcheck.errors import UsageError
from bpcheck.exercises.graph_cases import cook, fork, random_recipe
from bpcheck.reference import engine
from bpcheck.reference.engine import Value


def course_graph(x=1.3, swept=False):
    x = Value(x)
    u = x**2
    s = np.sin(u)
    y = u * s
    if swept:
        engine.backward(y)
    return y, {"x": x, "u": u, "s": s, "y": y}


def neuron(swept=True):
    w1, w2, b = Value(0.4), Value(0.3), Value(np.log(4) - 1)
    z = w1 * 1.0 + w2 * 2.0 + b
    yhat = 1 / (1 + engine.exp(-z))
    loss = (yhat - 1.0) ** 2 / 2
    if swept:
        engine.backward(loss)
    return loss, {"w1": w1, "w2": w2, "b": b, "z": z, "yhat": yhat, "loss": loss}


def random_graph(seed):
    rng = np.random.default_rng(seed)
    recipe = fork(rng) if seed % 3 == 0 else random_recipe(rng, 4 + seed % 5)
    node = cook(recipe, Value(-1.2345), Value(0.6789))
    engine.backward(node)
    return node


def picture(make, *args, step=None, **settings):
    node, names = make(*args, **settings)
    return draw.graph(node, **names) if step is None else draw.graph_sweep(node, step, **names)


GRAPHS = {
    "graph-course": partial(picture, course_graph),
    "graph-swept": partial(picture, course_graph, swept=True),
    "graph-neuron": partial(picture, neuron),
    "graph-a-square": lambda: draw.graph(random_square()),
    "graph-one-number": lambda: draw.graph(Value(2.0)),
    **{f"graph-step-{step}": partial(picture, course_graph, step=step) for step in range(4)},
    **{f"graph-random-{seed}": lambda seed=seed: draw.graph(random_graph(seed)) for seed in range(12)},
    **{f"fork_sweeps-{x:.4g}": partial(draw.fork_sweeps, x) for x in PLACES},
}


def random_square():
    a = Value(-123.456)
    return (a * a) * (a * a)


@pytest.fixture(autouse=True)
def among_the_figures(monkeypatch):
    for name, make in GRAPHS.items():
        monkeypatch.setitem(FIGURES, name, make)


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_touches_what_it_should_not(name):
    measure.test_no_words_stand_on_other_words(name)
    measure.test_no_words_leave_the_page(name)
    measure.test_words_are_inside_a_box_or_outside_it(name)
    measure.test_no_line_strikes_words_out(name)
    measure.test_words_are_large_enough_to_read_at_a_notebooks_width(name)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_says_what_it_shows_and_is_light(name):
    if name == "graph-one-number":
        return
    shown = GRAPHS[name]()

    assert len(shown.alt) > 100
    assert 40 < len(shown.caption) < 400
    assert len(shown.png) < 100_000
    assert GRAPHS[name]().png == shown.png


@pytest.mark.parametrize("seed", range(12))
def test_no_two_nodes_share_a_place_and_arrows_go_down(seed):
    found = layout(random_graph(seed))

    for (x1, row1), (x2, row2) in combinations(found.places, 2):
        assert row1 != row2 or abs(x1 - x2) > 80
    for edge in found.edges:
        rows = [row for _, row in edge.path]
        assert rows == list(range(rows[0], rows[-1] + 1))
        assert edge.path[0] == found.places[edge.parent]
        assert edge.path[-1] == found.places[edge.child]


def gradients(alt):
    """The gradients that an alt text states, node after node."""
    return re.findall(r"gradient (−?[\d.]*\d|none yet)", alt)


def test_the_course_s_own_graph_in_words():
    alt = picture(course_graph, swept=True).alt

    assert alt == (
        "A graph of 4 numbers. x = 1.3, gradient 2.059. u = power 2(x) = 1.69, gradient 0.7919, slope 2.6. "
        "s = sin(u) = 0.9929, gradient 1.69, slope −0.1189. y = times(u, s) = 1.678, gradient 1, slopes 0.9929 and 1.69."
    )


def test_before_a_sweep_no_gradient_is_stated():
    alt = picture(course_graph).alt

    assert alt.count("gradient none yet") == 4


@pytest.mark.parametrize(("step", "said"), [(0, "none yet"), (1, "0.9929"), (2, "0.7919"), (3, "0.7919")])
def test_a_step_of_the_sweep_states_what_is_known_by_then(step, said):
    assert f"u = power 2(x) = 1.69, gradient {said}, slope 2.6" in picture(course_graph, step=step).alt


def test_the_last_step_is_what_backward_leaves():
    node, names = neuron()
    before = [made.grad for made in engine.order(node)]

    assert len(gradients(draw.graph(node, **names).alt)) > 10
    assert gradients(draw.graph_sweep(node, **names).alt) == gradients(draw.graph(node, **names).alt)
    assert [made.grad for made in engine.order(node)] == before


def test_drawing_a_sweep_leaves_the_gradients_alone():
    node, names = course_graph()
    draw.graph_sweep(node, 3, **names)

    assert [made.grad for made in engine.order(node)] == [0.0] * 4


def test_three_programs_and_what_they_end_with():
    alt = draw.fork_sweeps(1.3).alt

    assert re.findall(r"x ends with (−?[\d.]+\d):", alt) == ["−0.5225", "4.641", "2.059"]


def test_a_value_shows_itself_and_stays_text_where_it_is_too_large():
    node, _ = course_graph()
    for _ in range(50):
        node = node + node
    small, _ = course_graph()

    assert "<figure" in small._repr_html_()
    assert node._repr_html_() is None


def test_a_class_of_ones_own_can_be_drawn():
    class Mine:
        def __init__(self, value, parents=(), slopes=()):
            self.value, self.parents, self.slopes, self.grad = value, parents, slopes, 0.0
            self.number = next(engine._NUMBERS)

    a = Mine(2.0)

    assert "made from" in draw.graph(Mine(6.0, (a,), (3.0,)), a=a).alt


def test_the_slider_shows_the_step_that_is_chosen():
    pytest.importorskip("ipywidgets")
    node, names = course_graph()
    slider, shown = draw.graph_stepper(node, **names).children

    for step in (3, 1, 0, 2):
        slider.value = step
        assert shown.value == draw.graph_sweep(node, step, **names)._repr_html_()
    assert slider.max == 3


def test_the_strip_shows_every_step_and_says_once_how_to_read_it() -> None:
    node, names = course_graph()
    steps = draw.graph_strip(node, **names).parts

    assert [part.png for part in steps] == [draw.graph_sweep(node, k, **names).png for k in range(4)]
    assert [bool(part.caption) for part in steps] == [False, False, False, True]
    assert draw.graph_strip(node, **names)._repr_html_().count("<figcaption") == 1


def test_without_ipywidgets_the_strip_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    node, names = course_graph()

    assert draw.graph_stepper(node, **names) == draw.graph_strip(node, **names)


@pytest.mark.parametrize(
    "draw_wrongly",
    [
        lambda: draw.graph(3.0),
        lambda: draw.graph_sweep(course_graph()[0], 4),
        lambda: draw.graph_sweep(course_graph()[0], -1),
        lambda: draw.graph_sweep(course_graph()[0], True),
        lambda: draw.graph(sum((Value(k) for k in range(30)), Value(0.0))),
        lambda: draw.graph(wide()),
        lambda: draw.fork_sweeps(float("nan")),
    ],
)
def test_what_cannot_be_drawn_is_a_usage_error(draw_wrongly):
    with pytest.raises(UsageError):
        draw_wrongly()


def wide():
    leaves = [Value(k) for k in range(8)]
    while len(leaves) > 1:
        leaves = [a * b for a, b in zip(leaves[::2], leaves[1::2], strict=True)]
    return leaves[0]
