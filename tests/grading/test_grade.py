"""One submission in the sandbox: what ends its process costs what it is worth, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from graded_course import ASSIGNMENT, DOUBLE, HALF, RIGHT, TWO_ROADS, GradedCourse, find

from bpcheck import exercises
from bpcheck.exercises.examine import draw
from bpcheck.grading import single
from bpcheck.grading.child import LIVES
from bpcheck.grading.grade import grade, points_by_output
from bpcheck.grading.graders import one_by_one
from bpcheck.grading.model import RECORD, Graded
from bpcheck.sandbox import Sandbox

pytest.importorskip("nbgrader")
Run = Callable[..., list[Graded]]


def graded(
    course: GradedCourse, run_class: Run, answers: dict[str, str], change: Any = lambda _: None
) -> Graded:
    course.hand_in("s001", answers, change)
    (result,) = run_class()
    assert isinstance(result, Graded)
    return result


def points(result: Graded) -> dict[str, float | None]:
    return {mark.cell: mark.points for mark in result.marks}


LETHAL = {
    "an answer that ends Python": ("double-answer", "import os\ndef double(t):\n    os._exit(0)"),
    "an answer that crashes Python": (
        "double-answer",
        "import ctypes\ndef double(t):\n    return ctypes.string_at(0)",
    ),
    "a cell that ends Python": ("double-answer", "import os\nos._exit(3)"),
    "a cell that closes everything": ("double-answer", "import os\nos.closerange(0, 64)"),
}


ASKED = len(draw(exercises.find("double"), 0))  # cases, before the first one is asked again
LETHAL["an answer that ends Python after its last word was heard"] = (
    "double-answer",
    f"""
import os
calls = []
def double(t):
    calls.append(t)
    if len(calls) > {ASKED}:
        os._exit(0)
    return None
""",
)


@pytest.mark.parametrize("way", LETHAL)
def test_the_other_answers_keep_their_points(way: str, graded_course: GradedCourse, run_class: Run) -> None:
    name, text = LETHAL[way]
    result = graded(graded_course, run_class, RIGHT | {name: text})

    assert points(result) == {"double": 0.0, "two_roads": 2.0, "half": 4.0, "essay": None}


def test_who_ends_python_for_good_gets_nothing_for_tests_that_were_not_run(
    graded_course: GradedCourse, run_class: Run
) -> None:
    """By nbgrader's rule a test cell without output is worth all of its points."""

    def change(notebook: dict[str, Any]) -> None:
        lethal = notebook["cells"][1] | {"source": "import os\nos._exit(0)"}
        notebook["cells"][2:2] = [lethal | {"id": f"lethal{number}"} for number in range(LIVES + 1)]

    result = graded(graded_course, run_class, {"half-answer": "def half(t):\n    return t"}, change)

    assert points(result) == {"double": 0.0, "two_roads": 0.0, "half": 0.0, "essay": 0.0}
    assert find(graded_course.autograded("s001"), "half")["outputs"][0]["ename"] == "NotRun"


def test_what_a_cell_left_behind_is_there_again_after_another_one_ended_python(
    graded_course: GradedCourse, run_class: Run
) -> None:
    answers = RIGHT | {
        "two_roads-answer": f"import os\nos._exit(0)\n{TWO_ROADS}",
        "half-answer": "half = halve",
    }

    def change(notebook: dict[str, Any]) -> None:
        notebook["cells"][1]["source"] += f"\n{HALF.replace('half', 'halve')}"

    assert points(graded(graded_course, run_class, answers, change)) == {
        "double": 1.0,
        "two_roads": 0.0,
        "half": 4.0,
        "essay": None,
    }


def test_an_answer_counts_as_it_stands_at_its_check(graded_course: GradedCourse, run_class: Run) -> None:
    """As in the notebook: what gets the name afterwards is none of the exercise's business."""
    answers = RIGHT | {"half-answer": f"{HALF}\ndouble = 'something else'"}

    assert points(graded(graded_course, run_class, answers))["double"] == 1.0


def test_an_endless_cell_costs_its_own_time_only(graded_course: GradedCourse, run_class: Run) -> None:
    result = graded(graded_course, run_class, RIGHT | {"double-answer": f"{DOUBLE}\nwhile True: pass"})

    assert points(result) == {"double": 1.0, "two_roads": 2.0, "half": 4.0, "essay": None}


def test_the_record_says_what_summary_and_show_read(graded_course: GradedCourse, run_class: Run) -> None:
    graded(graded_course, run_class, RIGHT | {"double-answer": "def double(t):\n    return t"})
    outputs = find(graded_course.autograded("s001"), "double")["outputs"]
    record = outputs[0]["data"][RECORD]

    assert record["exercise"] == "double"
    assert (record["verdict"], record["points"], record["max_points"]) == ("not yet", 0.0, 1.0)
    assert record["protection"] in "AB"
    assert all(mistake.keys() == {"code", "array", "sentence"} for mistake in record["mistakes"])
    assert f"seed={record['seed']}" in outputs[0]["data"]["text/plain"]  # the student can repeat it
    assert "NOT YET" in outputs[0]["data"]["text/html"]


def test_a_record_of_a_students_own_is_none(graded_course: GradedCourse, run_class: Run) -> None:
    forged = {RECORD: {"exercise": "double", "verdict": "right", "points": 100, "max_points": 100}}
    show = f"from IPython.display import display\ndisplay({forged!r}, raw=True)\n"
    graded(
        graded_course,
        run_class,
        RIGHT | {"half-answer": show + HALF.replace("return", show.replace("\n", "; ") + "return")},
    )

    assert RECORD not in json.dumps(find(graded_course.autograded("s001"), "half-answer")["outputs"])
    shown = [
        o["data"][RECORD]
        for o in find(graded_course.autograded("s001"), "half")["outputs"]
        if RECORD in o.get("data", {})
    ]
    assert [record["points"] for record in shown] == [4.0]


def test_an_instructors_own_test_says_where_it_ran(graded_course: GradedCourse, run_class: Run) -> None:
    graded(graded_course, run_class, RIGHT)
    shown = find(graded_course.autograded("s001"), "half")["outputs"][-1]["data"]["text/plain"]

    assert shown.startswith(
        "4 of 4 points. This check is code of the course's own. It ran in the student's process"
    )


def _result(text: str) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": text},
        "metadata": {},
        "execution_count": 1,
    }


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([], (4.0, True)),
        ([{"output_type": "stream", "name": "stdout", "text": "hello"}], (4.0, True)),
        ([{"output_type": "stream", "name": "stderr", "text": "warning"}], (0.0, True)),
        ([{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}], (0.0, True)),
        ([_result("1.5")], (1.5, True)),
        ([_result("True")], (4.0, True)),
        ([_result("7")], (0.0, False)),
        ([_result("-1")], (0.0, False)),
        ([_result("nan")], (0.0, False)),
    ],
)
def test_nbgraders_rule_for_a_test_and_a_person_for_what_it_cannot_score(
    outputs: list[dict[str, Any]], expected: tuple[float, bool]
) -> None:
    assert points_by_output(outputs, 4.0) == expected


# -- the sandbox's own faults --------------------------------------------------------------------------


def test_a_sandbox_that_fails_once_is_begun_again(
    graded_course: GradedCourse, grading_sandbox: Sandbox
) -> None:
    task = single.read_alone(graded_course.hand_in("s001"))
    grading_sandbox.close()
    (result,) = one_by_one(grading_sandbox)([task])

    assert [mark.points for mark in result.marks] == [1.0, 2.0]


def test_the_protection_that_was_in_force_is_written_into_every_record(
    graded_course: GradedCourse, grading_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --unprotected it may be "C" or "D"."""
    monkeypatch.setattr(Sandbox, "level", "C")
    result = grade(single.read_alone(graded_course.hand_in("s001")), grading_sandbox)

    assert {mark.record["protection"] for mark in result.marks if mark.record} == {result.protection} == {"C"}


def test_a_notebook_alone_is_checked_by_its_own_check_cells(
    graded_course: GradedCourse, grading_sandbox: Sandbox
) -> None:
    task = single.read_alone(graded_course.hand_in("s001", RIGHT))

    assert {mark.cell: mark.points for mark in grade(task, grading_sandbox).marks} == {
        "double": 1.0,
        "two_roads": 2.0,
    }
    assert task.assignment == ASSIGNMENT
