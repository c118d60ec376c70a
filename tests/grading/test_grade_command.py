"""`bpcheck grade`, `show` and `check` as an instructor types them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from graded_course import ASSIGNMENT, ONE_ROAD, RIGHT, GradedCourse

from bpcheck.grading import lines
from bpcheck.grading.run import NotGraded

pytest.importorskip("nbgrader")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Told:
    status: int
    out: str
    err: str


def bpcheck(root: Path, *arguments: str) -> Told:
    command = [sys.executable, "-m", "bpcheck.cli", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return Told(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def course(released_once: GradedCourse, tmp_path_factory: pytest.TempPathFactory) -> GradedCourse:
    made = released_once.copy_to(tmp_path_factory.mktemp("command") / "course")
    made.hand_in("ada", RIGHT)
    made.hand_in("alan", {"double-answer": RIGHT["double-answer"], "two_roads-answer": ONE_ROAD})
    made.hand_in("blank", {})
    made.hand_in_bytes("broken", b'{"cells": [\n')
    return made


@pytest.fixture(scope="module")
def first(course: GradedCourse) -> Told:
    return bpcheck(course.root, "grade", ASSIGNMENT)


def test_it_says_what_everybody_got_and_who_was_not_graded(first: Told) -> None:
    lines = first.out.splitlines()

    assert first.status == 1, first.err  # one could not be graded
    assert lines[0].startswith("02_small   4 exercises, 15 points, 4 submissions")
    assert "  ada      7 / 15     right · by hand: essay" in lines
    assert any(
        line.startswith("  alan     1 / 15     1 right · not yet: two_roads C7, half") for line in lines
    )
    assert any(line.startswith("  blank    0 / 15     ") for line in lines)
    assert "  broken   -          not graded: 02_small.ipynb is not a notebook (JSON ends at line 2)" in lines
    assert lines[-1].startswith("3 recorded in gradebook.db, ")
    assert "1 not graded" in lines[-1]
    assert lines[-1].endswith("Next: nbgrader generate_feedback 02_small")


def test_a_files_name_gives_no_orders_to_the_terminal() -> None:
    run = SimpleNamespace(wanted=[SimpleNamespace(student="s001")])
    told = lines.line(run, NotGraded("s001", "which one of these is meant? \x1b[2Ja.ipynb\n"))

    assert told.endswith("which one of these is meant? ?[2Ja.ipynb?")


def test_again_it_grades_nothing_that_is_unchanged_and_with_force_everything(
    course: GradedCourse, first: Told
) -> None:
    again = bpcheck(course.root, "grade", ASSIGNMENT, "--student", "ada")
    forced = bpcheck(course.root, "grade", ASSIGNMENT, "--student", "ada", "--force")

    assert first.status == 1
    assert (again.status, forced.status) == (0, 0)
    assert "0 recorded in gradebook.db" in again.out
    assert "1 unchanged since they were graded" in again.out
    assert "1 recorded in gradebook.db" in forced.out


def test_show_prints_the_reports_of_one_student(course: GradedCourse, first: Told) -> None:
    told = bpcheck(course.root, "show", ASSIGNMENT, "alan")

    assert (first.status, told.status) == (1, 0)
    assert "1 / 1   RIGHT   double" in told.out
    assert "0 / 2   NOT YET   two_roads" in told.out
    assert bpcheck(course.root, "show", ASSIGNMENT, "nobody").status == 2


def test_check_examines_one_notebook_and_records_nothing(course: GradedCourse, tmp_path: Path) -> None:
    file = course.folder("alan") / f"{ASSIGNMENT}.ipynb"
    told = bpcheck(tmp_path, "check", str(file))

    assert told.status == 1  # something is not right
    assert "RIGHT   double" in told.out
    assert "NOT YET   two_roads" in told.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["grade", "03_other"],
            "does not know the assignment '03_other'. Run: nbgrader generate_assignment 03_other",
        ),
        (
            ["grade", ASSIGNMENT, "--student", "aad"],
            "'aad' handed in nothing for '02_small'; did you mean 'ada'?",
        ),
        (["check", "nbgrader_config.py"], "nbgrader_config.py is not a notebook"),
    ],
)
def test_used_wrongly_it_says_so_in_a_sentence(arguments: list[str], said: str, course: GradedCourse) -> None:
    told = bpcheck(course.root, *arguments)

    assert told.status == 2
    assert said in told.err
    assert "Traceback" not in told.err
