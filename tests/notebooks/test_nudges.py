"""The numbers that notebook 01 states, worked out again; and what its checks say where no mutant can."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bpcheck.draw.nudge_errors import POWERS, errors
from bpcheck.exercises import nudges
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import numeric

PATH = Path(__file__).parents[2] / "solutions" / "01_nudges" / "01_nudges.ipynb"
CELLS = nbformat.read(PATH, as_version=4).cells
TEXT = "\n".join(c.source for c in CELLS if c.cell_type == "markdown")


def power(step: float) -> int:
    return round(math.log10(step))


def test_the_first_ratios() -> None:
    assert f"At x = 1.5 it shows {1.5**2}. Now turn the knob to 1.6. It shows {1.6**2:.2f}." in TEXT
    assert rf"\frac{{2.56 - 2.25}}{{0.1}} = {(2.56 - 2.25) / 0.1:.1f}" in TEXT
    assert numeric.forward(lambda x: x * x, 1.5, 1e-3) == pytest.approx(3.001)
    assert respond("first_ratios", round(numeric.forward(lambda x: x * x, 1.5, 0.01), 9)).startswith("**Yes")
    assert f"1.51² = {1.51**2:.4f}" in respond("first_ratios", 9)


def test_from_one_side_and_from_both() -> None:
    def cube(x: float) -> float:
        return x**3

    one, both = ([way(cube, 1.0, h) - 3 for h in (0.5, 0.25)] for way in (numeric.forward, numeric.central))

    assert f"With h = 0.5, from one side, you will find {3 + one[0]}." in TEXT.replace("with h", "With h")
    assert f"From one side the error is {one[0]}, from both sides {both[0]}: seven times less" in TEXT
    assert one[0] == 7 * both[0]
    assert (
        f"From one side the error is now {one[1]}, roughly half. From both sides it is {both[1]}, exactly a"
        in TEXT
    )
    assert both[1] == both[0] / 4
    assert 0.4 < one[1] / one[0] < 0.6
    assert both[0] < one[0] / 4
    assert respond("two_sides", "c").startswith("**Yes")


def test_the_best_steps() -> None:
    """Rounding differs from machine to machine: the text says "near" and "about", and so does this test."""
    one, both = errors(numeric.forward), errors(numeric.central)
    best = POWERS[one.index(min(one))]

    assert best in (-7, -8, -9)
    assert "near $10^{-8}$ from one side, and from $10^{-7}$ to $10^{-5}$ from both" in TEXT
    assert max(both[POWERS.index(p)] for p in (-7, -6, -5)) < 5e-9
    assert 100 < min(one) / min(both) < 100_000
    assert both[POWERS.index(-6)] < min(both[POWERS.index(-3)], both[POWERS.index(-15)])
    assert respond("best_step", "b").startswith("**Yes")
    assert one[1] / one[2] == pytest.approx(10, rel=0.1)
    assert both[1] / both[2] == pytest.approx(100, rel=0.1)


def test_two_knobs() -> None:
    def f(a: float, b: float) -> float:
        return a * a * b

    assert f"where it shows {f(2, 3)}." in TEXT
    assert (
        f"f goes to {f(2.01, 3):.4f}. Ratio {(f(2.01, 3) - 12) / 0.01:.2f}; as the nudge shrinks, 12." in TEXT
    )
    assert f"f goes to {f(2, 3.01):.2f}. Ratio {(f(2, 3.01) - 12) / 0.01:.0f}." in TEXT
    slopes = numeric.gradient(lambda x: f(*x), np.array([2.0, 3.0]))
    assert slopes == pytest.approx([12, 4])
    assert "∂f/∂a = 12 and ∂f/∂b = 4" in TEXT
    assert numeric.gradient(lambda x: f(*x), np.array([2.0, 0.0]))[0] == pytest.approx(0)

    really, said = f(2.01, 2.98) - 12, slopes @ [0.01, -0.02]
    assert f"0.12 − 0.08 = **{said:.2f}**. Really\nit was {really:.4f}." in TEXT
    assert really / (said - really) == pytest.approx(80, rel=0.05)
    for right in (said, really, round(really, 4)):
        assert respond("both_knobs", right).startswith("**Yes")
    assert "Were the slopes exchanged?" in respond("both_knobs", 0.04 - 0.24 + 0.01)


def test_the_price() -> None:
    runs = 2 * 1_000_000

    assert f"If one run takes a\nthousandth of a second, that is {runs / 1000:.0f} seconds" in TEXT
    assert runs / 1000 > 30 * 60
    assert respond("runs_for_gradient", 2 * 1000).startswith("**Yes")


def test_the_downhill_arrow_points_past_the_lowest_place() -> None:
    down, lowest = -np.array([2.0, 4.0]), -np.array([2.0, 1.0])

    assert numeric.gradient(lambda x: 0.5 * x[0] ** 2 + 2 * x[1] ** 2, -lowest) == pytest.approx(-down)
    assert down[0] * lowest[1] != down[1] * lowest[0]
    assert respond("downhill_arrow", "b").startswith("**Yes")


def test_the_slopes_of_the_list_with_the_minus() -> None:
    assert f"turning it up by 0.01\n> *raises* C by about {1.5 * 0.01:.3f}" in TEXT


def test_the_counting_cell_counts_two_runs_for_each_knob() -> None:
    cell = next(c for c in CELLS if c.id == "count-runs")
    space: dict[str, object] = {"np": np}
    exec(cell.source, space)

    assert space["runs"] == 2000


def test_the_loop_over_entries_is_no_more_than_half_an_answer() -> None:
    """The notebook shows `np.ndindex`, which nobody guesses; what stands in the loop is the reader's."""
    loop = TEXT.split("```python\n")[1].split("```")[0]

    assert len(ast.parse(loop).body[0].body) == 1


def test_a_flat_result_is_told_its_shape() -> None:
    outcome = examine(nudges.numerical_gradient, lambda f, x, h=1e-5: numeric.gradient(f, x, h).ravel(), 1)

    assert outcome.verdict is Verdict.WRONG
    assert outcome.findings[0].code == "G3"
    assert "The number of entries is right" in outcome.findings[0].sentence


def test_zero_divided_by_zero_is_seen() -> None:
    with np.errstate(invalid="ignore"):
        outcome = examine(nudges.downhill, lambda grad: -grad / np.linalg.norm(grad), 1)

    assert outcome.verdict is Verdict.WRONG
    assert [f.code for f in outcome.findings] == ["G5"]
    assert outcome.notes == ("It was called with grad = [0, 0, 0, 0].",)


@pytest.mark.parametrize("exercise", [nudges.partial_exercise, nudges.numerical_gradient], ids=lambda e: e.id)
def test_a_result_that_is_none_is_told_so_although_a_probe_carries_it(exercise: object) -> None:
    outcome = examine(exercise, lambda *_args: None, 1)

    assert outcome.findings[0].code == "G1"
