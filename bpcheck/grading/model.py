"""What grading passes on: a submission, the task made of it, and what came of it.

Everything here is frozen, plain and picklable, so that it can cross to another process or machine. Nothing here
holds a live object, and only the head (the process that reads submissions and writes the gradebook) opens files.

Imports: nothing of ours.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]  # of format 4.5, as JSON; each source is one string
Output = dict[str, Any]  # one output of a cell, as nbformat 4 stores it

RECORD = "application/vnd.bpcheck+json"  # the output of a graded cell that `summary` and `show` read


# -- the course's side ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell that nbgrader knows, as the course has it; a submission's own metadata count for nothing."""

    name: str  # nbgrader's grade_id
    kind: str  # "code" or "markdown"
    text: str  # with hidden tests, without solution
    locked: bool  # the text is the course's, whatever a student made of it
    solution: bool  # a student answers here
    task: bool  # a task description: graded by a person, answered in cells of the student's own
    points: float | None  # None: it is not graded
    checksum: str  # nbgrader's


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A notebook of an assignment, as nbgrader's gradebook has it."""

    name: str  # without ".ipynb"
    kernelspec: dict[str, Any]
    cells: tuple[SourceCell, ...]  # in the order of the notebook


# -- before grading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submission:
    """What lies in submitted/STUDENT/ASSIGNMENT; not read yet."""

    student: str
    assignment: str
    folder: Path
    fingerprint: str  # SHA-256 of the notebooks and the timestamp, in hex; empty: they cannot be read


class Kind(Enum):
    """Who judges a graded cell."""

    EXERCISE = "exercise"  # `bpcheck.check(…)`: examined from outside of the student's process
    TEST = "test"  # code of an instructor's own: it runs beside the student's, and nbgrader's rule reads its output
    PERSON = "person"  # an answer that a person reads


@dataclass(frozen=True, slots=True)
class Check:
    """A graded cell of a task."""

    index: int  # of the cell in the notebook
    cell: str  # nbgrader's grade_id
    kind: Kind
    max_points: float  # from the course, never from the submission
    function: str = ""  # an exercise: the name that is asked
    exercise: str = ""  # an exercise: its id
    seed: int = 0  # an exercise: of its random cases; nobody can foresee it who has not the course's secret


@dataclass(frozen=True, slots=True)
class Sheet:
    """A notebook of a task: the student's cells, with the course's locked cells in their places."""

    name: str  # without ".ipynb"; as the course calls it, whatever the file's name
    notebook: Notebook  # no outputs
    checks: tuple[Check, ...]  # in the order of the cells
    unanswered: tuple[str, ...]  # answer cells that are as they were given out
    healed: tuple[str, ...]  # what was put right, a sentence each


@dataclass(frozen=True, slots=True)
class Task:
    """All that a grader needs for one submission."""

    student: str
    assignment: str
    fingerprint: str
    timestamp: dt.datetime | None  # of the submission, UTC without a zone, as nbgrader stores it
    sheets: tuple[Sheet, ...]
    # notebooks of the assignment that were not handed in: 0 points, as in nbgrader
    missing: tuple[str, ...] = ()


# -- after grading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """What one graded cell got."""

    cell: str  # nbgrader's grade_id
    points: float | None  # None: a person gives them
    max_points: float
    review: bool  # a person should look, whatever the points
    record: dict[str, Any] | None = None  # what stands in the cell's output under `RECORD`


@dataclass(frozen=True, slots=True)
class GradedSheet:
    """A notebook with its outputs; those of an examined cell are the report and its record."""

    name: str
    notebook: Notebook
    marks: tuple[Mark, ...]  # in the order of the cells
    unanswered: tuple[str, ...]  # answer cells that get nbgrader's comment "No response."
    healed: tuple[str, ...]  # what was put right in the submission, a sentence each


@dataclass(frozen=True, slots=True)
class Graded:
    """What `grade` makes of a task, ready to be recorded."""

    student: str
    assignment: str
    fingerprint: str
    timestamp: dt.datetime | None
    sheets: tuple[GradedSheet, ...]
    missing: tuple[str, ...]
    protection: str  # the sandbox's level, "A" to "D"
    seconds: float  # that grading took

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Of all notebooks."""
        return tuple(mark for sheet in self.sheets for mark in sheet.marks)

    @property
    def healed(self) -> tuple[str, ...]:
        """Of all notebooks."""
        return tuple(sentence for sheet in self.sheets for sentence in sheet.healed)

    @property
    def points(self) -> float:
        """So far: what a person still has to give is not in it."""
        return sum(mark.points or 0.0 for mark in self.marks)
