"""A small course with every kind of graded cell, released once into a gradebook, and what students make of it."""

from __future__ import annotations

import copy
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from small_course import REPOSITORY, cell, nbgrader_info

from bpcheck.grading import folders
from bpcheck.grading.folders import Course

ASSIGNMENT = "02_small"
Notebook = dict[str, Any]

DOUBLE = "def double(t):\n    return 2 * t"
TWO_ROADS = "def two_roads(x):\n    u = x**2\n    return (np.sin(u) + u * np.cos(u)) * 2 * x"
ONE_ROAD = "def two_roads(x):\n    u = x**2\n    return u * np.cos(u) * 2 * x"  # mistake C7
HALF = "def half(t):\n    return t / 2"
ESSAY = "Because every road counts."
RIGHT = {"double-answer": DOUBLE, "two_roads-answer": TWO_ROADS, "half-answer": HALF, "essay": ESSAY}
POINTS = {"double": 1.0, "two_roads": 2.0, "half": 4.0, "essay": 8.0}  # every sum tells which ones

_TESTS = "assert half(4) == 2\n### BEGIN HIDDEN TESTS\nassert half(-3) == -1.5\n### END HIDDEN TESTS"


def _answer(name: str) -> dict[str, Any]:
    text = f"def {name}(*given):\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION"
    return cell(f"{name}-answer", text, nbgrader=nbgrader_info(f"{name}-answer"))


def _check(name: str, text: str) -> dict[str, Any]:
    info = nbgrader_info(name, grade=True, locked=True, solution=False, points=POINTS[name])
    return cell(name, text, nbgrader=info, tags=["raises-exception"])


def source() -> Notebook:
    """The course's notebook, with solutions."""
    given = nbgrader_info("given", locked=True, solution=False)
    essay = nbgrader_info("essay", grade=True, points=POINTS["essay"])
    cells = [
        cell("title", "# Small", "markdown"),
        cell("setup", "import numpy as np\nimport bpcheck"),
        cell("given", "scale = 1.0", nbgrader=given),
        _answer("double"),
        _check("double", "bpcheck.check(double)"),
        _answer("two_roads"),
        _check("two_roads", 'bpcheck.check(two_roads)   # stuck? bpcheck.hint("two_roads")'),
        _answer("half"),
        _check("half", _TESTS),
        cell("essay", "### BEGIN SOLUTION\nBoth roads.\n### END SOLUTION", "markdown", nbgrader=essay),
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def release(
    root: Path, assignment: str = ASSIGNMENT, content: bytes | None = None, *, more_config: str = ""
) -> None:
    """nbgrader's generate_assignment, with its database."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    root.mkdir(exist_ok=True)
    shipped = (REPOSITORY / "nbgrader_config.py").read_text("utf-8")
    (root / "nbgrader_config.py").write_text(shipped + more_config, "utf-8")
    made = root / "solutions" / assignment / f"{assignment}.ipynb"
    made.parent.mkdir(parents=True)
    made.write_bytes(content or json.dumps(source()).encode())
    loaded = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    loaded.CourseDirectory.update(root=str(root), assignment_id=assignment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # nbgrader calls alembic
        GenerateAssignment(coursedir=CourseDirectory(config=loaded), config=loaded).start()


@dataclass(frozen=True)
class GradedCourse:
    """A course folder of its own for each test."""

    root: Path

    @property
    def course(self) -> Course:
        return folders.open_course(self.root)

    def released(self) -> Notebook:
        return read(self.root / "notebooks" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")

    def filled(self, answers: Mapping[str, str]) -> Notebook:
        """The released notebook with these answers, by grade id."""
        notebook = self.released()
        for one in notebook["cells"]:
            one["source"] = answers.get(grade_id(one), one["source"])
        return notebook

    def folder(self, student: str) -> Path:
        return self.root / "submitted" / student / ASSIGNMENT

    def hand_in(
        self,
        student: str,
        answers: Mapping[str, str] = RIGHT,
        change: Callable[[Notebook], Any] = lambda _: None,
        name: str = f"{ASSIGNMENT}.ipynb",
        timestamp: str = "",
    ) -> Path:
        """A submission: the answers in the released notebook, changed in some way."""
        notebook = self.filled(answers)
        change(notebook)
        return self.hand_in_bytes(student, json.dumps(notebook).encode(), name, timestamp)

    def hand_in_bytes(
        self, student: str, content: bytes, name: str = f"{ASSIGNMENT}.ipynb", timestamp: str = ""
    ) -> Path:
        path = self.folder(student) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if timestamp:
            (path.parent / "timestamp.txt").write_text(timestamp)
        return path

    def autograded(self, student: str) -> Notebook:
        return read(self.root / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")

    def scores(self, student: str) -> dict[str, float | None]:
        """From the gradebook, by cell: what the machine gave; None: nothing."""
        return {grade.name: grade.auto_score for grade in self._grades(student)}

    def for_a_person(self, student: str) -> set[str]:
        """From the gradebook: the cells that nbgrader shows a person."""
        return {grade.name for grade in self._grades(student) if grade.needs_manual_grade}

    def _grades(self, student: str) -> list[Any]:
        from nbgrader.api import Gradebook

        with Gradebook(self.course.db_url, "bpcheck") as book:
            grades = list(book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).grades)
            _ = [(grade.name, grade.auto_score) for grade in grades]  # loaded before the session ends
            return [_Row(g.name, g.auto_score, g.manual_score, g.needs_manual_grade) for g in grades]

    def copy_to(self, root: Path) -> GradedCourse:
        shutil.copytree(self.root, root)
        return GradedCourse(root)


@dataclass(frozen=True)
class _Row:
    name: str
    auto_score: float | None
    manual_score: float | None
    needs_manual_grade: bool


def read(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for one in notebook["cells"]:
        one["source"] = "".join(one["source"])
    return notebook


def grade_id(one: dict[str, Any]) -> str:
    return str(one["metadata"].get("nbgrader", {}).get("grade_id", ""))


def index_of(notebook: Notebook, name: str) -> int:
    """Of the cell with this grade id."""
    return next(i for i, one in enumerate(notebook["cells"]) if grade_id(one) == name)


def find(notebook: Notebook, name: str) -> dict[str, Any]:
    """The cell with this grade id."""
    found: dict[str, Any] = notebook["cells"][index_of(notebook, name)]
    return found


def duplicate(notebook: Notebook, name: str) -> dict[str, Any]:
    """Put a copy of a cell directly behind it."""
    twin = copy.deepcopy(find(notebook, name))
    twin["id"] += "-copy"
    notebook["cells"].insert(index_of(notebook, name) + 1, twin)
    return twin
