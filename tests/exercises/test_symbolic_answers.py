"""What a SymPy answer may be, and the sentence for what it may not be."""

import math

import numpy as np
import pytest
import sympy as sp

from bpcheck import exercises
from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.examine import examine
from bpcheck.exercises.expressions import number_of
from bpcheck.gradcheck.facts import Verdict
from bpcheck.inprocess import InProcess

X, Y, Z = sp.symbols("x y z")


def first_finding(exercise, answer):
    outcome = examine(exercises.find(exercise), answer, 1)
    assert outcome.verdict is not Verdict.RIGHT
    return outcome.findings[0]


def math_sine():
    x = sp.symbols("x")
    return math.sin(x**2)


def numpy_sine():
    x = sp.symbols("x")
    return sp.diff(sp.exp(np.sin(x**2)), x)


def hat():
    x = sp.symbols("x")
    return sp.diff(sp.exp(sp.sin(x ^ 2)), x)


@pytest.mark.parametrize("answer", [math_sine, numpy_sine])
def test_a_letter_in_math_or_numpy_names_the_line_and_the_way_out(answer):
    """S1: Python's own message speaks of a conversion that nobody asked for."""
    found = first_finding("dydx", answer)

    assert found.code == "S1"
    assert "in your line" in found.sentence
    assert "sin(x**2)" in found.sentence
    assert "`sp.sin`" in found.sentence


def test_a_letter_in_math_is_named_where_arguments_come_too():
    assert first_finding("sigmoid_slope_in_s", lambda s: s * math.exp(s)).code == "S1"
    assert first_finding("growth", lambda k: math.sin(X) + k).code == "S1"


@pytest.mark.parametrize("answer", [hat, lambda: X ^ Y, lambda: sp.Eq(X, 2)])
def test_what_is_no_power_and_no_formula(answer):
    assert first_finding("dydx", answer).code == "S4"


def test_the_hat_is_explained():
    assert "`x**2`" in first_finding("dydx", hat).sentence
    assert "`x**2`" in first_finding("dydx", lambda: X ^ Y).sentence


def test_a_derivative_that_was_not_carried_out():
    found = first_finding("dydx", lambda: sp.Derivative(sp.exp(sp.sin(X**2)), X))

    assert found.code == "S3"
    assert "`.doit()`" in found.sentence


def test_a_letter_too_many_is_named_with_the_way_to_replace_it():
    u, v = sp.symbols("u v")
    found = first_finding("dydx", lambda: sp.exp(u) * sp.cos(v) * 2 * X)

    assert found.code == "S6"
    assert "letters u, v; only x may be left" in found.sentence


def test_the_right_slope_in_z_is_called_right_but_not_in_s():
    """The curriculum's commonest answer: nothing is wrong with it but its letter."""
    found = first_finding("sigmoid_slope_in_s", lambda _s: sp.diff(1 / (1 + sp.exp(-Z)), Z))
    other = first_finding("sigmoid_slope_in_s", lambda s: s * sp.exp(Z))

    assert found.code == other.code == "S6"
    assert found.sentence.startswith("This is the right slope, only written with z.")
    assert "right slope" not in other.sentence


def test_the_letters_themselves_are_no_machines():
    """v and u may stand in later formulas, but "v": v says nothing."""
    v, u, y = sp.symbols("v u y")
    lazy = {"v": v, "u": u, "y": y, "dv": 2 * X, "du": sp.cos(v), "dy": y}

    assert first_finding("steps", lambda: lazy).code == "S6"


@pytest.mark.parametrize(
    ("exercise", "answer", "code", "said"),
    [
        ("dydx", lambda: None, "G1", "Did you forget `return`?"),
        ("dydx", lambda: "2*x", "G2", "the string '2*x'"),
        ("dydx", lambda: sp.sin, "G2", "should be a SymPy expression"),
        ("dydx", lambda: sp.Matrix([X]), "G2", "should be a SymPy expression"),
        ("dydx", lambda: sp.log(-(X**2)), "G5", "is nan"),
        ("steps", lambda: None, "G1", "Did you forget `return`?"),
        ("steps", lambda: {"v": X}, "G2", "without 'u'; its keys are 'v'"),
        ("steps", lambda: X**2, "G2", "should return a dict with the keys 'v', 'u'"),
        ("steps", lambda: dict.fromkeys(("v", "u", "y", "dv", "du", "dy")), "G1", "`v` is None"),
        ("neuron_slopes", lambda: {"w1": 0, "w2": 0}, "G2", "without 'b'"),
        ("as_function", lambda expr, _symbols: expr, "G2", "should return a function; it returned"),
        ("as_function", lambda _expr, _symbols: None, "G1", "Did you forget `return`?"),
        (
            "as_function",
            lambda expr, symbols: sp.lambdify(symbols, expr, "math"),
            "S7",
            "single numbers only",
        ),
        ("steps", lambda x: x, "G2", "called with no arguments, but yours takes `(x)`"),
        ("growth", lambda: (8, 7), "G2", "called with 1 argument, but yours takes `()`"),
        ("growth", lambda _k: None, "G1", "Did you forget `return`?"),
        ("growth", lambda _k: 8, "G2", "should return 2 results (plain, shared)"),
    ],
)
def test_what_cannot_be_judged_gets_its_sentence(exercise, answer, code, said):
    found = first_finding(exercise, answer)

    assert found.code == code
    assert said in found.sentence


def test_a_formula_asked_point_by_point_is_stopped_at_the_time_limit():
    """The function that `as_function` returns runs in the probe; the clock must see it there too."""

    def slow(expr, symbols):
        def one(*numbers):
            return float(expr.subs(dict(zip(symbols, numbers, strict=True))))

        return np.vectorize(one)

    found = first_finding("as_function", InProcess(slow, 0.5))

    assert found.code == "G12"


def test_a_wrong_sympy_answer_is_named_as_its_numbers_are():
    """The known mistakes stand in the module as numbers; a student writes formulas."""
    written = {
        "C2": lambda: 2 * X * sp.cos(X) * sp.exp(sp.sin(X**2)),
        "C6": lambda: 2 * X + sp.cos(X**2) + sp.exp(sp.sin(X**2)),
        "S2": lambda: sp.diff(sp.exp(sp.sin(sp.Float(1.3) ** 2)), X),
        "C4": lambda: sp.exp(sp.sin(X**2)),
    }

    for code, answer in written.items():
        assert first_finding("dydx", answer).code == code


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sp.sqrt(X), 1.5**0.5),
        (X ** sp.Rational(1, 3), 1.5 ** (1 / 3)),
        (sp.Symbol("x", positive=True) ** 2, 2.25),
        (sp.E**X + sp.pi, math.exp(1.5) + math.pi),
        (sp.Abs(-X) + sp.sec(X), 1.5 + 1 / math.cos(1.5)),
        (sp.Piecewise((X, X > 0), (0, True)), 1.5),
        (sp.Integral(Y, (Y, 0, X)), 1.125),
        ((sp.exp(sp.I * X) + sp.exp(-sp.I * X)) / 2, math.cos(1.5)),
        ((X**2 + sp.Float("1e-20") - X**2) * 10**20, 1.0),
        (3, 3.0),
        (np.float64(0.5), 0.5),
    ],
)
def test_an_expression_is_worked_out_whatever_it_is_made_of(expression, expected):
    assert number_of("it", expression, {"x": 1.5}) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("expression", [1 / (X - 1.5), sp.log(-X), sp.zoo, sp.nan, sp.I * X])
def test_what_has_no_real_value_is_not_a_number(expression):
    assert math.isnan(number_of("it", expression, {"x": 1.5}))


@pytest.mark.parametrize("given", [True, np.True_, 1j, "x", [X], None, sp.true])
def test_what_is_no_expression_is_refused(given):
    with pytest.raises(MalformedAnswer):
        number_of("it", given, {"x": 1.5})
