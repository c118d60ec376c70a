"""One notebook, or one student, to look at: nothing is recorded.

Imports: bpcheck.errors, the siblings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bpcheck.errors import UnreadableSubmission, UsageError
from bpcheck.grading import autograded
from bpcheck.grading.checks import checked
from bpcheck.grading.folders import Course
from bpcheck.grading.model import Notebook, SourceCell, SourceSheet, Task
from bpcheck.grading.parse import parse, read_file
from bpcheck.grading.submission import sheet_of


def read_alone(path: Path) -> Task:
    """The task of a notebook without a course: its check cells are found by their text, the seeds are new.

    Raises
    ------
    UsageError : the file is no notebook, or holds no `bpcheck.check(…)`.
    """
    try:
        content = read_file(path)
        cells = parse(content, path.name)["cells"]
    except UnreadableSubmission as error:
        raise UsageError(str(error)) from None
    found = [(checked(cell["source"]), cell) for cell in cells if cell["cell_type"] == "code"]
    source = SourceSheet(
        path.stem,
        {},
        tuple({asked[1]: _as_source(asked[1], cell) for asked, cell in found if asked}.values()),
    )
    if not source.cells:
        raise UsageError(f"{path.name} holds no cell with bpcheck.check(…) alone: nothing to check")
    sheet = sheet_of(content, path.name, source, os.urandom(32))
    return Task("", path.stem, "", None, (sheet,))


def _as_source(exercise: str, cell: dict[str, Any]) -> SourceCell:
    info = cell["metadata"].get("nbgrader")
    points = info.get("points") if isinstance(info, dict) else None
    name = info.get("grade_id") if isinstance(info, dict) else None
    return SourceCell(
        name if isinstance(name, str) else exercise,
        "code",
        cell["source"],
        locked=True,
        solution=False,
        task=False,
        points=float(points) if isinstance(points, int | float) else 1.0,
        checksum="",
    )


def find_graded(course: Course, assignment: str, student: str) -> list[Notebook]:
    """The graded notebooks of a student.

    Raises
    ------
    UsageError : there are none.
    """
    folder = autograded.folder(course, assignment, student)
    found = [notebook for path in sorted(folder.glob("*.ipynb")) if (notebook := autograded.read(path))]
    if not found:
        raise UsageError(
            f"nothing of {student!r} is graded for {assignment!r}. Run: bpcheck grade {assignment}"
        )
    return found
