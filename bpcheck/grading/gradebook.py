"""The only writer: marks into nbgrader's gradebook, the graded notebook into autograded/.

A submission is recorded in one transaction. The files are written under temporary names first, and renamed after
the transaction: whatever moment a run is ended at, the next run finds this submission not recorded, or whole.

Imports: bpcheck.errors, the siblings; nbgrader and SQLAlchemy on call.
"""

from __future__ import annotations

from typing import Self

from bpcheck.grading.folders import Course
from bpcheck.grading.model import Graded, SourceSheet, Submission


class Gradebook:
    """nbgrader's gradebook, opened once for a run. Use `with Gradebook(course) as gradebook`."""

    def __init__(self, course: Course) -> None:
        """Open it.

        Raises
        ------
        UsageError : nbgrader is not installed, or the gradebook cannot be opened.
        """
        self.course = course

    def sources(self, assignment: str) -> tuple[SourceSheet, ...]:
        """The assignment's notebooks with their graded cells and points.

        Raises
        ------
        UsageError : the gradebook does not know it.
        """
        raise NotImplementedError

    def recorded(self, submission: Submission) -> bool:
        """Whether exactly this was graded before: the same bytes, the same timestamp, all of it recorded."""
        raise NotImplementedError

    def record(self, graded: Graded) -> None:
        """All of a submission's marks, or none.

        Raises
        ------
        RecordingError : the gradebook is locked, the disk is full, …; nothing of this submission is recorded.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the gradebook."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
