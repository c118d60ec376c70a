"""The figures of notebook 03: what they say is true, and nothing in them touches what it should not."""

from __future__ import annotations

import re

import numpy as np
import pytest
import sympy as sp

from bpcheck import draw
from bpcheck.errors import UsageError
from bpcheck.reference import symbolic as ref


def test_the_tree_s_formula_is_the_slope_of_f_of_f():
    """By nudges of f(f(x)) in plain numbers."""
    alt = draw.formula_tree().alt
    formula = re.search(r"drawn as a tree: (.+?)\. Shared", alt)[1]
    slope = sp.lambdify(sp.Symbol("x"), sp.sympify(formula.replace("·", "*").replace("²", "**2")))

    def f(x):
        return np.exp(np.sin(x**2))

    for x in (-0.7, 0.4, 1.1):
        assert slope(x) == pytest.approx((f(f(x + 1e-6)) - f(f(x - 1e-6))) / 2e-6, rel=1e-7)
    assert "part 1, x², 4 times; part 2, exp(2·sin(x²)), 3 times" in alt
    assert formula.count("x²") == 4
    assert formula.count("exp(2·sin(x²))") == 3
    assert "it has 22 operations; with each part computed once, 13" in alt


def test_growth_follows_its_two_laws():
    rows = re.findall(r"k = (\d): (\d+) and (\d+)", draw.formula_growth(8).alt)

    assert [tuple(map(int, row)) for row in rows] == [(k, 3 * k * k + 5 * k, 6 * k + 1) for k in range(1, 9)]


@pytest.mark.parametrize("deepest", [0, 9, 2.0, "3", True, None])
def test_what_cannot_be_drawn_is_refused_with_its_value(deepest):
    with pytest.raises(UsageError, match=re.escape(repr(deepest))):
        draw.formula_growth(deepest)


def test_the_list_of_the_nine_slopes_works_as_a_program():
    """Run the lines of the alt text: they give the slopes of the course's own network."""
    alt = draw.shared_slopes().alt.replace("·", "*").replace("²", "**2").replace("−", "-")
    space = {"exp": np.exp, "x1": 1, "x2": 2, "y": 1, "w11": 0.4, "w12": 0.3, "w21": 0.2, "w22": -0.6}
    space |= {"q1": 2, "q2": -1, "b1": np.log(3) - 1, "b2": 1 - np.log(3), "c": np.log(4) - 1.25}
    lines = re.findall(r"(t\d+) = (.+?)(?:;|, the error|\. )", alt)
    for name, formula in lines:
        space[name] = eval(formula, space)
    slopes = [eval(re.search(rf"{w}: (.+?)(?:;|\. )", alt)[1], space) for w in ref.WEIGHTS]

    assert len(lines) == 11
    assert [space[name] for name in ("t8", "t9", "t10")] == pytest.approx([-0.032, -0.012, 0.006])
    expected = [-0.012, -0.024, -0.012, 0.006, 0.012, 0.006, -0.024, -0.008, -0.032]
    assert slopes == pytest.approx(expected)
    assert "take 725 operations, together as this list 42; the loss alone takes 25" in alt
