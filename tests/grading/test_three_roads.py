"""Three ways to grade the same class: `bpcheck grade`, nbgrader with our configuration, nbgrader without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from graded_course import ASSIGNMENT, ONE_ROAD, RIGHT, GradedCourse
from lab_process import private_environment

pytest.importorskip("nbgrader")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLASS = {
    "right": RIGHT,
    "blank": {},
    "wrong": RIGHT | {"two_roads-answer": ONE_ROAD, "half-answer": "def half(t):\n    return t // 2"},
    "raises": RIGHT | {"double-answer": "def double(t):\n    return 2 * s"},
    "half-done": {"double-answer": RIGHT["double-answer"], "essay": "I do not know."},
    "syntax": RIGHT | {"two_roads-answer": "def two_roads(x)\n    return x"},
}
PLAIN = """\
c = get_config()
c.CourseDirectory.course_id = "bpcheck"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
"""
Marks = dict[str, dict[str, tuple[float | None, bool]]]


@pytest.fixture(scope="module")
def handed_in(released_once: GradedCourse, tmp_path_factory: pytest.TempPathFactory) -> GradedCourse:
    course = released_once.copy_to(tmp_path_factory.mktemp("roads") / "handed_in")
    for student, answers in CLASS.items():
        course.hand_in(student, answers, timestamp="2026-11-25 12:00:00 UTC")
    return course


Walk = Callable[..., GradedCourse]


@pytest.fixture(scope="module")
def walk(handed_in: GradedCourse, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A copy of the course after these commands, each in a process of its own."""
    environment = private_environment(tmp_path_factory.mktemp("home"))
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])

    def walk(name: str, *commands: list[str], config: str = "") -> GradedCourse:
        course = handed_in.copy_to(tmp_path_factory.mktemp("road") / name)
        if config:
            (course.root / "nbgrader_config.py").write_text(config)
        for module, *arguments in commands:
            done = subprocess.run(
                [sys.executable, "-m", module, *arguments],
                cwd=course.root,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        return course

    return walk


@pytest.fixture(scope="module")
def by_bpcheck(walk: Walk) -> GradedCourse:
    return walk("bpcheck", ["bpcheck.cli", "grade", ASSIGNMENT])


@pytest.fixture(scope="module")
def by_nbgrader(walk: Walk) -> GradedCourse:
    return walk("nbgrader", ["nbgrader", "autograde", ASSIGNMENT])


def marks(course: GradedCourse) -> Marks:
    """Of each student and cell: the machine's points, and whether a person is to look."""
    return {
        student: {
            cell: (score, cell in course.for_a_person(student))
            for cell, score in course.scores(student).items()
        }
        for student in CLASS
    }


def test_the_three_give_the_same_marks(
    by_bpcheck: GradedCourse, by_nbgrader: GradedCourse, walk: Walk
) -> None:
    plain = walk("plain", ["nbgrader", "autograde", ASSIGNMENT], config=PLAIN)

    assert marks(by_bpcheck) == marks(by_nbgrader) == marks(plain)


def test_formgraders_button_is_the_same_road(
    handed_in: GradedCourse, by_bpcheck: GradedCourse, tmp_path: Path
) -> None:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    course = handed_in.copy_to(tmp_path / "button")
    config = course.course.config
    config.CourseDirectory.root = str(course.root)
    pressed = NbGraderAPI(CourseDirectory(config=config), config=config)

    told = pressed.autograde(ASSIGNMENT, "half-done")  # formgrader calls it for one student at a time
    assert told["success"], told
    assert course.scores("half-done") == by_bpcheck.scores("half-done")
    assert course.for_a_person("half-done") == by_bpcheck.for_a_person("half-done")


def test_they_are_those_that_the_class_deserves(by_bpcheck: GradedCourse) -> None:
    given = {
        student: {cell: score for cell, (score, _) in cells.items()}
        for student, cells in marks(by_bpcheck).items()
    }

    assert given == {
        "right": {"double": 1, "two_roads": 2, "half": 4, "essay": None},
        "blank": {"double": 0, "two_roads": 0, "half": 0, "essay": 0},
        "wrong": {"double": 1, "two_roads": 0, "half": 0, "essay": None},
        "raises": {"double": 0, "two_roads": 2, "half": 4, "essay": None},
        "half-done": {"double": 1, "two_roads": 0, "half": 0, "essay": None},
        "syntax": {"double": 1, "two_roads": 0, "half": 4, "essay": None},
    }


def test_what_one_road_graded_the_other_finds_unchanged(by_nbgrader: GradedCourse) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bpcheck.cli", "grade", ASSIGNMENT],
        cwd=by_nbgrader.root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert f"{len(CLASS)} unchanged since they were graded" in done.stdout


@pytest.mark.parametrize("road", ["by_bpcheck", "by_nbgrader"])
def test_feedback_and_export_follow_as_nbgrader_has_them(road: str, request: pytest.FixtureRequest) -> None:
    course = request.getfixturevalue(road)
    environment = private_environment(course.root.parent)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    for command in (["generate_feedback", ASSIGNMENT], ["export"]):
        subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=course.root,
            env=environment,
            check=True,
            capture_output=True,
        )
    page = (course.root / "feedback" / "wrong" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
    rows = (course.root / "grades.csv").read_text().splitlines()

    assert "NOT YET" in page
    assert ">C7<" in page  # the mistake by name
    assert len(rows) == 1 + len(CLASS)
    assert any(",right," in row and ",7.0," in row for row in rows)
