"""The instructor's road as nbgrader documents it, through its command line, in a copy of the repository."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab_process import private_environment
from notebook_cells import (
    CHAPTER,
    RELEASE,
    REPOSITORY,
    SOURCE,
    TWO_ROADS_RIGHT,
    TWO_ROADS_WRONG,
    answers,
    fill_in,
    nbgrader_cells,
    points,
    read,
)

pytest.importorskip("nbgrader")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WORDS = {"right": "RIGHT", "wrong": "NOT YET", "blank": "NOTHING TO CHECK YET"}


@dataclass(frozen=True)
class Road:
    """What lies in the course folder after the last command."""

    root: Path
    points: dict[str, float]  # of every check cell
    said: dict[str, str]  # by nbgrader command

    @property
    def deserved(self) -> dict[str, float]:
        full = sum(self.points.values())
        return {"right": full, "wrong": full - self.points["two_roads"], "blank": 0}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """Release, three submissions, autograde, feedback, export: five processes of nbgrader's."""
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_bytes((REPOSITORY / "nbgrader_config.py").read_bytes())
    (root / "solutions" / CHAPTER).mkdir(parents=True)
    (root / "solutions" / CHAPTER / SOURCE.name).write_bytes(SOURCE.read_bytes())
    environment = private_environment(tmp_path_factory.mktemp("home"))
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])

    def nbgrader(*arguments: str) -> str:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stderr

    said = {"generate_assignment": nbgrader("generate_assignment", CHAPTER)}
    given = answers(read(SOURCE))
    submissions = {
        "right": given | {"two_roads-answer": TWO_ROADS_RIGHT},
        "wrong": given | {"two_roads-answer": TWO_ROADS_WRONG},
        "blank": {},
    }
    for student, given in submissions.items():
        folder = root / "submitted" / student / CHAPTER
        folder.mkdir(parents=True)
        notebook = fill_in(read(root / "notebooks" / CHAPTER / RELEASE.name), given)
        (folder / RELEASE.name).write_text(json.dumps(notebook))
    for command in (["autograde", CHAPTER], ["generate_feedback", CHAPTER], ["export"]):
        said[command[0]] = nbgrader(*command)
    return Road(root, points(read(RELEASE)), said)


def test_nbgraders_own_command_writes_the_release_that_is_committed(road: Road) -> None:
    """An instructor who fills the gradebook must not find notebooks/ changed afterwards."""
    assert (road.root / "notebooks" / CHAPTER / RELEASE.name).read_bytes() == RELEASE.read_bytes()


def test_right_wrong_and_blank_get_the_points_they_deserve_in_the_exported_table(road: Road) -> None:
    with (road.root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}

    assert {student: float(row["score"]) for student, row in rows.items()} == road.deserved
    assert {float(row["max_score"]) for row in rows.values()} == {sum(road.points.values())}


def test_the_gradebook_holds_each_exercises_points(road: Road) -> None:
    from nbgrader.api import Gradebook

    expected = {
        "right": road.points,
        "wrong": road.points | {"two_roads": 0},
        "blank": dict.fromkeys(road.points, 0),
    }
    with Gradebook(f"sqlite:///{road.root / 'gradebook.db'}", "bpcheck") as gradebook:
        for student, scores in expected.items():
            graded = gradebook.find_submission_notebook(RELEASE.stem, CHAPTER, student)
            assert {grade.name: grade.score for grade in graded.grades} == scores
            # the long answers of these are the printed solutions, and a person is told so
            assert graded.needs_manual_grade == (student != "blank")


@pytest.mark.parametrize("student", WORDS)
def test_the_feedback_page_says_the_verdict(road: Road, student: str) -> None:
    page = (road.root / "feedback" / student / CHAPTER / f"{RELEASE.stem}.html").read_text()
    graded = read(road.root / "autograded" / student / CHAPTER / RELEASE.name)
    shown = json.dumps(nbgrader_cells(graded)["two_roads"]["outputs"])

    assert f"<strong>{WORDS[student]}</strong>" in shown
    assert f"<strong>{WORDS[student]}</strong>" in page


def test_feedback_gives_no_solution_away(road: Road) -> None:
    """A feedback page holds the source of every check cell; ours is a single call."""
    page = (road.root / "feedback" / "blank" / CHAPTER / f"{RELEASE.stem}.html").read_text()

    assert "SOLUTION" not in page
    assert "HIDDEN TESTS" not in page


def test_nothing_on_the_road_asked_for_attention(road: Road) -> None:
    """A warning in the log of a course that is as it should be teaches instructors to read past warnings."""
    for command, said in road.said.items():
        lines = [line for line in said.splitlines() if "| ERROR]" in line or "Traceback" in line]
        assert lines == [], f"nbgrader {command}"
