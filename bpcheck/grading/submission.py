"""Submissions: find them, fingerprint them, and make of each the task that a grader is given.

Every byte of a submission is the student's. What cannot be read is reported by name; what can be read is
brought into the form of a notebook by `parse`, and the course's own cells into it by `heal`.

Imports: bpcheck.errors, the siblings.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpcheck.grading.folders import Course
from bpcheck.grading.model import SourceSheet, Submission, Task


def find(course: Course, assignment: str, student: str | None = None) -> list[Submission]:
    """What was handed in, sorted by student.

    Parameters
    ----------
    course : whose submitted/ folder is searched
    assignment : the folder's name below each student's
    student : only this one

    Raises
    ------
    UsageError : nothing was handed in.
    """
    raise NotImplementedError


def read(submission: Submission, sources: Sequence[SourceSheet], secret: bytes) -> Task:
    """The task for a grader.

    Parameters
    ----------
    submission : from `find`
    sources : the assignment's notebooks, from `Gradebook.sources`
    secret : the course's, from `folders.secret`; it stays here, the task holds only seeds

    Raises
    ------
    UnreadableSubmission : with the reason, in a sentence that begins with the file's name.
    """
    raise NotImplementedError
