"""Every number that an alt text states, against a calculation made here in another way."""

from __future__ import annotations

import re
from itertools import pairwise
from math import exp, log, sin

import numpy as np
import pytest
import sympy as sp
from drawn import LAYERS, PLACES

from bpcheck import draw
from bpcheck.draw.course import NOTEBOOKS, ROUTES
from bpcheck.draw.sheet import Sheet
from bpcheck.draw.words import count, factor, fixed, magnitude, number, one_number
from bpcheck.errors import UsageError

NUMBER = r"−?\d[\d,]*(?:\.\d+)?(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-", ",")

X = sp.Symbol("x")
V = X**2
U = sp.sin(V)
Y = sp.exp(U)

somewhere = pytest.mark.parametrize("x", PLACES)


@pytest.fixture(autouse=True)
def words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alt texts without the image: nothing here looks at pixels."""
    monkeypatch.setattr(Sheet, "picture", lambda _sheet, alt, caption: draw.Picture(b"", 0, alt, caption))


def value(text: str) -> float:
    return float(text.translate(_PLAIN).replace("×10", "e"))


def after(words: str, alt: str) -> float:
    """The number that follows these words."""
    found = re.search(re.escape(words) + f"({NUMBER})", alt)
    assert found, f"{words!r} is not in: {alt}"
    return value(found[1])


def last(name: str, alt: str) -> float:
    """The number at the end of the equation that begins with this name."""
    found = re.search(re.escape(name) + r" = (.*?)\.(?: |$)", alt)
    assert found, f"{name!r} is not in: {alt}"
    return value(re.findall(NUMBER, found[1])[-1])


def at(expression: sp.Expr, x: float) -> float:
    return float(expression.subs(X, sp.Float(x, 40)).evalf(30))


def four_digits(expected: float) -> object:
    return pytest.approx(expected, rel=6e-4, abs=1e-13)


@somewhere
def test_chain_states_the_values_and_local_slopes(x: float) -> None:
    alt = draw.chain(x).alt

    for name, expression in (("x", X), ("v", V), ("u", U), ("y", Y)):
        assert after(f"{name} = ", alt) == four_digits(at(expression, x))
    assert after("dv/dx = 2x = ", alt) == four_digits(at(sp.diff(V, X), x))
    assert after("du/dv = cos v = ", alt) == four_digits(at(sp.cos(V), x))
    assert after("dy/du = exp u = ", alt) == four_digits(at(Y, x))


@somewhere
def test_products_from_the_x_side_are_derivatives_by_x(x: float) -> None:
    alt = draw.products(x, "input").alt

    assert last("dv/dx", alt) == four_digits(at(sp.diff(V, X), x))
    assert last("du/dx", alt) == four_digits(at(sp.diff(U, X), x))
    assert last("dy/dx", alt) == four_digits(at(sp.diff(Y, X), x))


@somewhere
def test_products_from_the_y_side_are_derivatives_of_y(x: float) -> None:
    alt = draw.products(x, "output").alt

    v, u = sp.symbols("v u")
    assert last("dy/du", alt) == four_digits(at(sp.diff(sp.exp(u), u).subs(u, U), x))
    assert last("dy/dv", alt) == four_digits(at(sp.diff(sp.exp(sp.sin(v)), v).subs(v, V), x))
    assert last("dy/dx", alt) == four_digits(at(sp.diff(Y, X), x))


@pytest.mark.parametrize("side", ["input", "output"])
def test_one_step_says_only_what_is_known_by_then(side: draw.products.Side) -> None:
    alt = draw.products(1.3, side, 2).alt

    assert "Step 2" in alt
    assert "Step 1" not in alt
    assert "Step 3" not in alt
    assert "dy/dx" not in alt


def test_products_state_the_factors_in_the_order_of_the_formula() -> None:
    assert "du/dx = du/dv · dv/dx = −0.1189 × 2.6 = −0.3092" in draw.products(1.3, "input").alt
    assert "dy/dv = dy/du · du/dv = 2.699 × (−0.1189) = −0.321" in draw.products(1.3, "output").alt


@somewhere
def test_both_roads_and_their_sum(x: float) -> None:
    alt = draw.two_roads(x).alt

    u = x * x
    straight, through = 2 * x * np.sin(u), 2 * x * np.cos(u) * u
    roads = re.findall(rf" = ({NUMBER})\. ", alt)
    assert [value(road) for road in roads[-2:]] == [four_digits(straight), four_digits(through)]
    assert after("dy/dx = ", alt) == four_digits(at(sp.diff(V * sp.sin(V), X), x))


def test_the_course_s_own_two_roads() -> None:
    """The numbers that CURRICULUM gives for NB04: 2.059 in all, -0.523 by the sine."""
    alt = draw.two_roads(1.3).alt

    assert after("dy/dx = ", alt) == 2.059
    assert after("× 1.69 = ", alt) == -0.5225


@somewhere
@pytest.mark.parametrize("nudge", [0.01, -0.9, 1e-4])
def test_nudges_state_what_slopes_say_and_what_happens(x: float, nudge: float) -> None:
    alt = draw.nudges(x, nudge).alt

    moved = sp.Float(x, 40) + sp.Float(nudge, 40)
    for name, expression in (("v", V), ("u", U), ("y", Y)):
        said, really = re.search(
            f"{name} moves by ({NUMBER}) as the slopes say, really by ({NUMBER})", alt
        ).groups()
        assert value(said) == four_digits(at(sp.diff(expression, X), x) * nudge)
        change = float((expression.subs(X, moved) - expression.subs(X, sp.Float(x, 40))).evalf(30))
        assert value(really) == pytest.approx(change, rel=6e-4, abs=1e-11)
    assert after("together multiply by ", alt) == four_digits(at(sp.diff(Y, X), x))


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (1.3, "by −0.1189 (shrunk, turned round)"),
        (1.3, "by 2.6 (stretched)"),
        (0.0, "by 0 (flattened)"),
        (0.5, "by 1 (same length)"),
        (-0.5, "by −1 (same length, turned round)"),
        (0.2, "by 0.4 (shrunk)"),
    ],
)
def test_nudges_say_what_a_slope_does(x: float, words: str) -> None:
    assert words in draw.nudges(x).alt


@pytest.mark.parametrize("dims", LAYERS)
def test_costs_are_the_multiplications_that_really_happen(dims: tuple[int, ...]) -> None:
    """Shapes are taken from NumPy's own products of (empty) Jacobians, not from the dimensions."""
    jacobians = [np.broadcast_to(0.0, (m, n)) for n, m in pairwise(dims)]
    totals = {}
    for side, order in (("output", jacobians[::-1]), ("input", jacobians)):
        shape, total = order[0].shape, 0
        for other in order[1:]:
            left, right = (shape, other.shape) if side == "output" else (other.shape, shape)
            assert left[1] == right[0]
            total += left[0] * left[1] * right[1]
            shape = (left[0], right[1])
        totals[side] = total

    alt = draw.cost_staircases(dims).alt

    output, source = re.findall(rf"Total ({NUMBER})\.", alt)
    assert {"output": value(output), "input": value(source)} == totals


def test_costs_pile_up_row_by_row() -> None:
    alt = draw.cost_staircases([1000, 100, 10, 1]).alt

    assert "(1×10)(10×100) takes 1,000, so far 1,000; (1×100)(100×1000) takes 100,000, so far 101,000." in alt
    assert "(10×100)(100×1000) takes 1,000,000, so far 1,000,000; (1×10)(10×1000) takes 10,000" in alt
    assert alt.endswith("takes 101,000 multiplications, not 1,010,000: 10 times fewer.")


def test_equal_costs_are_called_equal() -> None:
    assert "Both orders cost the same" in draw.cost_staircases([7, 7, 7]).alt


def test_the_network_of_the_question_says_080() -> None:
    W1, w2 = np.array([[0.4, 0.3], [0.2, -0.6]]), np.array([2.0, -1.0])
    b1, b2 = np.array([log(3) - 1, 1 - log(3)]), log(4) - 1.25
    hidden = 1 / (1 + np.exp(-(W1 @ [1.0, 2.0] + b1)))
    said = 1 / (1 + exp(-(w2 @ hidden + b2)))

    alt = draw.neuron_question().alt

    assert hidden == pytest.approx([0.75, 0.25], abs=1e-15)
    assert said == pytest.approx(0.8, abs=1e-15)
    gives = [value(n) for n in re.findall(rf"gives ({NUMBER})", alt)]
    assert gives == [0.75, 0.25]
    assert "It said 0.80, the truth was 1.00: too low by 0.20." in alt
    assert after("All ", alt) == W1.size + b1.size + w2.size + 1
    shown = [value(n) for n in re.findall(rf"(?:weights|and|bias \+?|bias) ?({NUMBER})", alt)]
    for weight in [*W1.ravel(), *w2, *np.round([*b1, b2], 3)]:
        assert weight in shown


def test_the_map_lists_every_notebook_and_the_three_routes() -> None:
    alt = draw.course_map().alt

    assert len(NOTEBOOKS) == 14
    for k, notebook in enumerate(NOTEBOOKS):
        assert f"{k:02d} {notebook.title} ({notebook.minutes} min)" in alt
    assert "Route A, from the ground up: 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, 12, 13" in alt
    assert "Route B, the network first: 00, 05, 06, 09, 11, 04, 13" in alt
    assert "Route C, one afternoon: 02, 05, 06, 09, 10" in alt


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.letter)
def test_the_time_of_a_route_is_the_sum_of_its_notebooks(route: object) -> None:
    alt = draw.course_map().alt
    minutes = {
        int(k): int(m) for k, m in re.findall(r"(\d\d) .+? \((\d+) min\)", alt.split("notebooks: ")[1])
    }

    stops, hours, rest = re.search(
        rf"Route {route.letter}, [a-z ]+: ([\d, ]+) \(\d+ notebooks, (\d+) h(?: (\d+) min)?\)", alt
    ).groups()

    assert sum(minutes[int(stop)] for stop in stops.split(", ")) == 60 * int(hours) + int(rest or 0)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(0.0), "0"),
        (number(-0.0), "0"),
        (number(2.0), "2"),
        (number(9999.96), "10000"),
        (number(0.99996), "1"),
        (number(-0.0001), "−0.0001"),
        (number(0.00009), "9×10⁻⁵"),
        (number(1e6), "1×10⁶"),
        (number(-123456.0), "−123500"),
        (factor(-1.5), "(−1.5)"),
        (factor(-0.0), "0"),
        (fixed(0.8, 2), "0.80"),
        (fixed(-0.001, 2), "0.00"),
        (count(1010000), "1,010,000"),
    ],
)
def test_numbers_are_written_for_readers(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize("power", range(12))
def test_a_power_of_ten_begins_its_own_decade(power: int) -> None:
    assert magnitude(10**power) == power
    assert magnitude(10 ** (power + 1) - 1) == power


@pytest.mark.parametrize("x", [float("nan"), float("inf"), 101, "1.3", None, True, [1.3], 1 + 0j])
def test_what_is_no_number_on_the_chain_is_refused_with_its_value(x: object) -> None:
    with pytest.raises(UsageError) as refusal:
        one_number(x)

    assert repr(x) in str(refusal.value) or repr(float(x)) in str(refusal.value)


@pytest.mark.parametrize("x", [1, np.float64(1.0), np.float32(1.0), np.int64(1)])
def test_every_kind_of_real_number_is_taken(x: float) -> None:
    assert draw.chain(x) == draw.chain(1.0)
    assert draw.products(x) == draw.products(1.0)


@pytest.mark.parametrize(
    "draw_wrongly",
    [
        lambda: draw.products(1.3, "left"),
        lambda: draw.products(1.3, "input", 4),
        lambda: draw.products(1.3, "input", 0),
        lambda: draw.nudges(1.3, 0.0),
        lambda: draw.nudges(1.3, 1e-17),
        lambda: draw.nudges(1.3, 2.0),
        lambda: draw.cost_staircases([10, 1]),
        lambda: draw.cost_staircases([10, 0, 1]),
        lambda: draw.cost_staircases([10, 2.5, 1]),
        lambda: draw.cost_staircases([10] * 9),
        lambda: draw.cost_staircases([100_000] * 3),
    ],
)
def test_what_cannot_be_drawn_is_a_usage_error(draw_wrongly: object) -> None:
    with pytest.raises(UsageError):
        draw_wrongly()


def test_sin_is_in_radians() -> None:
    assert after("u = ", draw.chain(1.3).alt) == four_digits(sin(1.69))
