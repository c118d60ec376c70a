"""Submissions: find them, fingerprint them, and make of each the task that a grader is given.

Every byte of a submission is the student's. What cannot be read is reported by name; what can be read is
brought into the form of a notebook by `parse`, and the course's own cells into it by `heal`.

Imports: bpcheck.errors, the siblings; nbgrader's reading of a time on call.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import hmac
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from bpcheck.errors import UnreadableSubmission, UsageError
from bpcheck.grading.checks import checked, require_exercise
from bpcheck.grading.folders import Course
from bpcheck.grading.heal import heal
from bpcheck.grading.model import Check, Kind, Sheet, SourceCell, SourceSheet, Submission, Task
from bpcheck.grading.parse import parse, read_file

TIMESTAMP = "timestamp.txt"
SEEDS = 10**9  # a seed is a number below; short enough to be typed


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
    folders = {folder.parent.name: folder for folder in _handed_in(course.submitted, assignment)}
    if student is not None and student not in folders:
        close = difflib.get_close_matches(student, folders, 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(f"{student!r} handed in nothing for {assignment!r}{hint}")
    if not folders:
        raise UsageError(
            f"nothing was handed in for {assignment!r}: no {course.submitted.name}/*/{assignment}/ here"
        )
    wanted = folders if student is None else {student: folders[student]}
    return [find_one(name, assignment, folder) for name, folder in wanted.items()]


def _handed_in(submitted: Path, assignment: str) -> Iterator[Path]:
    """Each student's folder; also one that may not be looked into: `read` will say so."""
    for student in sorted(submitted.iterdir()) if submitted.is_dir() else ():
        folder = student / assignment
        try:
            if stat.S_ISDIR(folder.stat().st_mode) and not student.name.startswith("."):
                yield folder
        except PermissionError:
            yield folder
        except OSError:
            continue  # this one handed in nothing


def find_one(student: str, assignment: str, folder: Path) -> Submission:
    """What lies in one student's folder."""
    try:
        fingerprint = fingerprint_of(folder)
    except UnreadableSubmission:  # `read` will say why
        fingerprint = ""
    return Submission(student, assignment, folder, fingerprint)


def fingerprint_of(folder: Path) -> str:
    """SHA-256 of the notebooks and the timestamp in a submission's folder, in hex.

    Raises
    ------
    UnreadableSubmission : one of them cannot be read; with the reason.
    """
    found = hashlib.sha256()
    parts = [_read_timestamp(folder).encode()]
    for path in _notebooks(folder):
        parts += [path.name.encode("utf-8", "replace"), hashlib.sha256(read_file(path)).digest()]
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)  # no part can run into the next
    return found.hexdigest()


def _notebooks(folder: Path) -> list[Path]:
    try:
        if folder.is_symlink():
            raise UnreadableSubmission(f"{folder.name} is a link to somewhere else, not a folder")
        return sorted(path for path in folder.iterdir() if path.suffix == ".ipynb")
    except OSError as error:
        raise UnreadableSubmission(f"{folder.name} cannot be read ({error.strerror})") from None


def _read_timestamp(folder: Path) -> str:
    path = folder / TIMESTAMP
    return read_file(path).decode("utf-8", "replace").strip()[:100] if os.path.lexists(path) else ""


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
    CourseError : a check cell of the course asks for an exercise that does not exist.
    """
    chosen, told = _choose(_notebooks(submission.folder), sources)
    drawn = material(secret, submission.fingerprint)
    sheets = [
        sheet_of(read_file(path), path.name, source, drawn, told.get(source.name))
        for source in sources
        if (path := chosen.get(source.name))
    ]
    missing = tuple(source.name for source in sources if source.name not in chosen)
    when = read_timestamp(submission.folder)
    return Task(
        submission.student, submission.assignment, submission.fingerprint, when, tuple(sheets), missing
    )


def material(secret: bytes, fingerprint: str) -> bytes:
    """What a submission's seeds are derived from.

    SECURITY: the submission's own bytes are in it, so that no answer can be written for a seed that a report showed.
    """
    return secret + fingerprint.encode()


def _choose(files: list[Path], sources: Sequence[SourceSheet]) -> tuple[dict[str, Path], dict[str, str]]:
    """The file of each notebook; a single one under another name is taken for the single one that is missing."""
    chosen = {path.stem: path for path in files if path.stem in {source.name for source in sources}}
    others = [path for path in files if path.stem not in chosen]
    lacking = [source.name for source in sources if source.name not in chosen]
    told = {}
    if len(lacking) == 1 and len(others) == 1 and not chosen:
        chosen[lacking[0]] = others[0]
        told[lacking[0]] = f"The file was called {others[0].name}."
    if not chosen:
        wanted = " or ".join(f"{name}.ipynb" for name in lacking)
        if not files:
            raise UnreadableSubmission(f"{wanted} is missing; there is no notebook in the folder")
        names = ", ".join(path.name for path in files)
        raise UnreadableSubmission(f"{wanted} is missing; which one of these is meant? {names}")
    return chosen, told


def sheet_of(
    content: bytes, file: str, source: SourceSheet, material: bytes, told: str | None = None
) -> Sheet:
    """One notebook of a task.

    Parameters
    ----------
    content : of the file
    file : its name, for messages
    source : the notebook as the course has it
    material : what the seeds are derived from
    told : what is to be said of it besides

    Raises
    ------
    UnreadableSubmission, CourseError : as `read`.
    """
    healed = heal(parse(content, file), source)
    kernel = {"kernelspec": source.kernelspec} if source.kernelspec else {}
    notebook = {"cells": healed.cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    known = {cell.name: cell for cell in source.cells}
    places = [(i, known[name]) for i, name in enumerate(healed.names) if name is not None]
    checks = tuple(_check(i, cell, material) for i, cell in places if cell.points is not None)
    unanswered = tuple(
        cell.name for i, cell in places if cell.solution and healed.cells[i]["source"] == cell.text
    )
    return Sheet(source.name, notebook, checks, unanswered, (*([told] if told else []), *healed.told))


def _check(index: int, cell: SourceCell, material: bytes) -> Check:
    assert cell.points is not None
    if cell.solution or cell.task or cell.kind != "code":
        return Check(index, cell.name, Kind.PERSON, cell.points)
    asked = checked(cell.text)
    if asked is None:
        return Check(index, cell.name, Kind.TEST, cell.points)
    function, exercise = asked
    require_exercise(exercise, cell.name)
    drawn = hmac.digest(material, exercise.encode(), "sha256")
    return Check(
        index, cell.name, Kind.EXERCISE, cell.points, function, exercise, int.from_bytes(drawn, "big") % SEEDS
    )


def read_timestamp(folder: Path) -> dt.datetime | None:
    """The time in timestamp.txt as nbgrader understands it, in UTC without a zone; None if there is none.

    Raises
    ------
    UnreadableSubmission : it is no time; nbgrader's own pages would stop at it.
    """
    text = _read_timestamp(folder)
    if not text:
        return None
    from nbgrader.utils import parse_utc

    try:
        found = parse_utc(text)
    except (ValueError, OverflowError, AttributeError):
        found = None
    if not isinstance(found, dt.datetime):
        raise UnreadableSubmission(
            f"{TIMESTAMP} says {text!r}, which is no time; nbgrader writes '2026-11-25 22:00:00 UTC'"
        )
    return found
