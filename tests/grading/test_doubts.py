"""Cheating that is no attack: said in the report and shown to a person; honest answers are left in peace."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from graded_course import ONE_ROAD, RIGHT, GradedCourse, find

from bpcheck import exercises
from bpcheck.exercises.examine import examine
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.grading.doubts import doubts

SETUP = "import numpy as np\nimport bpcheck\nfrom bpcheck.reference import engine"


def told(name: str, *cells: str, seed: int = 3) -> list[str]:
    """The doubts about the answer `name` that these cells define."""
    space: dict[str, Any] = {}
    for cell in (SETUP, *cells):
        exec(cell, space)
    exercise = exercises.find(name)
    with np.errstate(all="ignore"):
        outcome = examine(exercise, space[name], seed)
    return doubts(exercise, name, outcome, [SETUP, *cells])


def printed(name: str) -> str:
    """The code of the printed solution."""
    return "\n".join(
        re.findall(r"```python\n(.*?)```", exercises.prose(exercises.find(name)).solution, re.DOTALL)
    )


# -- difference quotients ------------------------------------------------------------------------------

QUOTIENTS = {
    "central": "(y(x + h) - y(x - h)) / (2 * h)",
    "of fourth order": "(8 * (y(x + h) - y(x - h)) - y(x + 2 * h) + y(x - 2 * h)) / (12 * h)",
}


@pytest.mark.parametrize("quotient", QUOTIENTS)
@pytest.mark.parametrize("h", [1e-5, 3e-6])
@pytest.mark.parametrize("seed", range(5))
def test_a_difference_quotient_in_the_place_of_a_derivative_is_seen(
    quotient: str, h: float, seed: int
) -> None:
    lines = f"    y = lambda t: t**2 * np.sin(t**2)\n    h = {h}\n    return {QUOTIENTS[quotient]}"
    (sentence,) = told("two_roads", f"def two_roads(x):\n{lines}", seed=seed)

    assert "digits and no further" in sentence
    assert "Is it a difference quotient?" in sentence


def test_a_coarse_one_gets_no_points_and_a_person_sees_why() -> None:
    """A step of 1e-4 is wrong by more than any formula is; it may have been meant as an estimate."""
    cell = f"def two_roads(x):\n    y = lambda t: t**2 * np.sin(t**2)\n    h = 1e-4\n    return {QUOTIENTS['central']}"
    (sentence,) = told("two_roads", cell)

    assert "is right to 8 digits and no further" in sentence


def test_a_wrong_formula_is_no_difference_quotient() -> None:
    assert told("two_roads", ONE_ROAD) == []


def right_answers() -> Iterator[Any]:
    for chapter in exercises.CHAPTERS:
        module = importlib.import_module(f"right_answers.{chapter}")
        for name, answers in module.RIGHT.items():
            if not isinstance(exercises.find(name), Quiz):
                yield from (
                    pytest.param(name, answer, id=f"{name}-{number}") for number, answer in enumerate(answers)
                )


@pytest.mark.parametrize(("name", "answer"), list(right_answers()))
def test_no_right_answer_of_our_own_is_taken_for_one(name: str, answer: Callable[..., Any]) -> None:
    """Those of notebook 01 among them, where a difference is what is asked for."""
    exercise = exercises.find(name)
    with np.errstate(all="ignore"):
        outcome = examine(exercise, answer, 11)

    assert doubts(exercise, name, outcome, []) == []


# -- the course's own tools ----------------------------------------------------------------------------

BORROWED = {
    "the truth of the examiner": (
        "two_roads",
        "from bpcheck.exercises import find\ndef two_roads(x):\n    return find('two_roads').truth(x)[0].value",
        "bpcheck.exercises.find",
    ),
    "under another name": (
        "two_roads",
        "import bpcheck.exercises as helpers\ndef two_roads(x):\n    return helpers.find('two_roads').truth(x)[0].value",
        "bpcheck.exercises.find",
    ),
    "through a function of one's own": (
        "two_roads",
        "def slope(f, x):\n    return float(bpcheck.numerical_gradient(f, at=x).value)\n"
        "def two_roads(x):\n    return slope(lambda t: t**2 * np.sin(t**2), x)",
        "bpcheck.numerical_gradient",
    ),
    "by a string": (
        "two_roads",
        "import importlib\ndef two_roads(x):\n"
        "    return importlib.import_module('bpcheck.exercises').find('two_roads').truth(x)[0].value",
        "bpcheck.exercises",
    ),
    "a library that another exercise gives": (
        "two_roads",
        "def two_roads(x):\n    a = engine.Value(x)\n    u = a * a\n    y = u * engine.sin(u)\n"
        "    engine.backward(y)\n    return a.grad",
        "bpcheck.reference.engine.Value",
    ),
}


@pytest.mark.parametrize("way", BORROWED)
def test_an_answer_that_asks_the_course_is_seen(way: str) -> None:
    name, cell, tool = BORROWED[way]
    sentences = told(name, cell)

    assert any(f"`{name}` uses `{tool}`" in sentence for sentence in sentences)


def test_what_the_printed_solution_uses_may_be_used() -> None:
    cell = printed("grads_of_each").replace("targets", "wanted")

    assert "engine." in cell
    assert not [sentence for sentence in told("grads_of_each", cell) if "uses" in sentence]


def test_checking_an_answer_in_a_cell_of_ones_own_is_no_borrowing() -> None:
    own = "report = bpcheck.check_gradient(lambda x: (x**2).sum(), np.ones(2) * 2, at=np.ones(2))"

    assert told("two_roads", RIGHT["two_roads-answer"], own) == []


DEEP = [f"    return x{'.real' * 5000}", f"    return {'-' * 3000}x", f"    return {'(' * 3000}x{')' * 3000}"]


@pytest.mark.parametrize("line", DEEP)
def test_code_that_is_nested_beyond_reading_stops_nobody(line: str) -> None:
    """The grader reads it, though it runs elsewhere."""
    exercise = exercises.find("two_roads")
    right = examine(exercise, lambda x: 2 * x * (np.sin(x**2) + x**2 * np.cos(x**2)), 3)
    found = doubts(exercise, "two_roads", right, [f"def two_roads(x):\n{line}", "x = 1\n" * 50_000])

    assert found in ([], ["`two_roads` is nested too deeply to be read."])


# -- the printed solution ------------------------------------------------------------------------------


def test_the_printed_solution_is_recognised_whatever_its_comments_and_layout() -> None:
    lines = printed("cost").replace("    ", "  ").replace(" * ", "*").split("\n")
    cell = "\n".join([lines[0], '  """My own."""', "  # mine", *lines[2:]])

    assert told("cost", cell) == ["`cost` is the printed solution, name by name."]


def test_a_short_solution_says_nothing_about_who_wrote_it() -> None:
    """Everybody writes `return 2 * t`."""
    assert told("double", printed("double")) == []


def test_the_right_answers_of_our_own_are_no_copies() -> None:
    for chapter in exercises.CHAPTERS:
        module = importlib.import_module(f"right_answers.{chapter}")
        text = inspect.getsource(module)
        for name in module.RIGHT:
            exercise = exercises.find(name)
            if isinstance(exercise, Exercise):
                outcome = examine(exercise, module.RIGHT[name][0], 5)
                assert not [s for s in doubts(exercise, name, outcome, [text]) if "printed" in s]


# -- and what becomes of it ----------------------------------------------------------------------------

QUOTIENT = f"def two_roads(x):\n    y = lambda t: t**2 * np.sin(t**2)\n    h = 1e-5\n    return {QUOTIENTS['of fourth order']}"


def test_a_doubt_takes_no_points_and_is_shown_to_a_person(
    graded_course: GradedCourse, run_class: Any
) -> None:
    graded_course.hand_in("s001", RIGHT | {"two_roads-answer": QUOTIENT})
    run_class()

    assert graded_course.scores("s001")["two_roads"] == 2.0
    assert graded_course.for_a_person("s001") == {"two_roads", "essay"}
    shown = find(graded_course.autograded("s001"), "two_roads")["outputs"][0]["data"]["text/plain"]
    assert "A person should look at this. `dy_dx` is right to" in shown


def test_the_numbers_of_the_example_are_no_answer(graded_course: GradedCourse, run_class: Any) -> None:
    """Inputs are fresh: what was printed in the notebook is right there and nowhere else."""
    graded_course.hand_in("s001", RIGHT | {"two_roads-answer": "def two_roads(x):\n    return 1.9207"})
    run_class()

    assert graded_course.scores("s001")["two_roads"] == 0.0
    shown = find(graded_course.autograded("s001"), "two_roads")["outputs"][0]["data"]["text/plain"]
    assert "The answer is 1.9207 whatever goes in." in shown
