"""The only writer: marks into nbgrader's gradebook, the graded notebook into autograded/.

A submission is recorded in one transaction. The files are written under temporary names first and renamed after
the transaction, the notebooks last: they carry the submission's fingerprint. Whatever moment a run is ended at, the
next one finds this submission whole, or not recorded and grades it again to the same marks.

Imports: bpcheck.errors, the siblings; nbgrader and SQLAlchemy on call.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bpcheck.errors import RecordingError, UnreadableSubmission, UsageError
from bpcheck.grading import autograded
from bpcheck.grading.folders import Course
from bpcheck.grading.model import Graded, GradedSheet, SourceCell, SourceSheet, Submission
from bpcheck.grading.submission import read_timestamp

if TYPE_CHECKING:
    from nbgrader import api

FILL = "nbgrader generate_assignment ASSIGNMENT"


class Gradebook:
    """nbgrader's gradebook, opened once for a run. Use `with Gradebook(course) as gradebook`."""

    def __init__(self, course: Course) -> None:
        """Open it.

        Raises
        ------
        UsageError : nbgrader is not installed, or the gradebook cannot be opened.
        """
        if importlib.util.find_spec("nbgrader") is None:
            raise UsageError('nbgrader is not installed here. Install it: pip install "bpcheck[grading]"')
        with _without_grammar():
            from nbgrader import api
        from sqlalchemy.exc import SQLAlchemyError

        self.course = course
        if self.name.endswith(".db") and not (course.root / self.name).exists():
            raise UsageError(f"there is no gradebook {self.name} yet. Run: {FILL}")
        try:
            self._book = api.Gradebook(course.db_url, course.course_id)
        except FileNotFoundError:  # it is empty, and nbgrader finds no alembic to make its tables with
            raise UsageError(f"the gradebook {self.name} is empty. Run: {FILL}") from None
        except (SQLAlchemyError, ImportError) as error:
            raise UsageError(f"cannot open the gradebook {self.name}: {_first_line(error)}") from None
        self._penalties = _late_penalties(course.config)

    @property
    def name(self) -> str:
        """Of the gradebook: a file by its place in the course, a server without its password."""
        from sqlalchemy.engine import make_url

        url = make_url(self.course.db_url)
        if url.get_backend_name() != "sqlite":
            return url.render_as_string(hide_password=True)
        path = Path(str(url.database))
        return str(path.relative_to(self.course.root) if path.is_relative_to(self.course.root) else path)

    # -- what is known ---------------------------------------------------------------------------------

    def sources(self, assignment: str) -> tuple[SourceSheet, ...]:
        """The assignment's notebooks with their graded cells and points.

        Raises
        ------
        UsageError : the gradebook does not know it.
        """
        from nbgrader.api import MissingEntry

        try:
            notebooks = self._book.find_assignment(assignment).notebooks
        except MissingEntry:
            notebooks = []
        finally:
            self._book.db.rollback()  # a reader that goes on holding its view would lock others out
        if not notebooks:
            raise UsageError(
                f"{self.name} does not know the assignment {assignment!r}. Run: {FILL.replace('ASSIGNMENT', assignment)}"
            )
        return tuple(source_sheet(notebook) for notebook in sorted(notebooks, key=lambda one: one.name))

    def recorded(self, submission: Submission) -> bool:
        """Whether exactly this was graded before: the same bytes, the same timestamp, all of it recorded."""
        from nbgrader.api import MissingEntry

        names = autograded.fingerprints(self.course, submission.assignment, submission.student)
        if not submission.fingerprint or set(names.values()) != {submission.fingerprint}:
            return False
        try:
            found = self._book.find_submission(submission.assignment, submission.student)
            known = {notebook.name for notebook in found.notebooks}
            return set(names) <= known and found.timestamp == read_timestamp(submission.folder)
        except (MissingEntry, UnreadableSubmission):
            return False
        finally:
            self._book.db.rollback()

    # -- what is written -------------------------------------------------------------------------------

    def record(self, graded: Graded) -> None:
        """All of a submission's marks, or none.

        Raises
        ------
        RecordingError : the gradebook is locked, the disk is full, …; nothing of this submission is recorded.
        """
        from nbgrader.api import InvalidEntry
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with autograded.prepared(self.course, graded) as publish:
                with self._one_transaction():
                    self._write(graded)
                publish()
        except (SQLAlchemyError, InvalidEntry) as error:  # nbgrader makes the second of some of the first
            raise RecordingError(f"{self.name} could not be written ({_first_line(error)})") from None
        except OSError as error:
            raise RecordingError(
                f"{self.course.autograded.name}/ could not be written ({error.strerror or error})"
            ) from None

    @contextlib.contextmanager
    def _one_transaction(self) -> Iterator[None]:
        """Where nbgrader commits at every step, nothing is sent here before it is needed, and the end counts for all."""
        from sqlalchemy.orm import Session

        class Held(Session):
            def commit(self) -> None:
                """Not yet."""

        usual, log = self._book.db, logging.getLogger("tornado.application")
        usual.rollback()
        # nbgrader writes a traceback there; the sentence of the error that comes is enough
        log.disabled = True
        with self._book.engine.begin() as connection:
            self._book.db = Held(connection, join_transaction_mode="rollback_only", expire_on_commit=False)
            try:
                yield
                self._book.db.flush()
            finally:
                self._book.db.close()
                self._book.db, log.disabled = usual, False

    def _write(self, graded: Graded) -> None:
        self._book.update_or_create_student(graded.student)
        self._book.db.flush()  # a new submission asks the database for its student
        with (
            self._book.db.no_autoflush
        ):  # nbgrader builds it piece by piece, and its marks are written with it
            kept = self._book.update_or_create_submission(
                graded.assignment, graded.student, timestamp=graded.timestamp
            )
            sheets = {sheet.name: sheet for sheet in graded.sheets}
            for notebook in kept.notebooks:
                if notebook.name in sheets:
                    _write_marks(notebook, sheets[notebook.name])
                else:
                    _write_nothing_handed_in(notebook)
        for notebook in kept.notebooks:
            notebook.late_submission_penalty = self._penalty(
                graded.student, notebook, kept.total_seconds_late
            )

    def _penalty(self, student: str, notebook: api.SubmittedNotebook, late: float) -> float | None:
        """By the plugin that nbgrader_config.py names, within nbgrader's bounds."""
        if late <= 0:
            return None
        self._book.db.flush()
        self._book.db.refresh(notebook)  # its score is a sum that the database makes
        penalty = self._penalties.plugin_inst.late_submission_penalty(student, notebook.score, late)
        return None if penalty is None else min(max(float(penalty), 0.0), float(notebook.score))

    def close(self) -> None:
        """Close the gradebook."""
        self._book.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def _without_grammar() -> Iterator[None]:
    """Spare nbgrader's import a third of its time: a grammar for addresses, which no notebook is checked with.

    It is built when nbformat imports jsonschema, which does without where it is not installed.
    """
    grammar = "rfc3987_syntax"
    if grammar in sys.modules:
        yield
        return
    sys.modules[grammar] = None  # type: ignore[assignment]  # Python's own way to say that there is none
    try:
        yield
    finally:
        del sys.modules[grammar]


def source_sheet(notebook: api.Notebook) -> SourceSheet:
    """A notebook of nbgrader's database, as plain facts."""
    points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    cells = tuple(
        SourceCell(
            cell.name,
            cell.cell_type,
            cell.source or "",
            bool(cell.locked),
            cell.name in solutions,
            cell.name in tasks,
            points.get(cell.name),
            cell.checksum or "",
        )
        for cell in notebook.source_cells
    )
    return SourceSheet(notebook.name, json.loads(notebook.kernelspec or "{}"), cells)


def _write_marks(notebook: api.SubmittedNotebook, sheet: GradedSheet) -> None:
    """A person's points and comments stay; they are marked to be looked at again, as nbgrader does."""
    source = notebook.notebook  # a mark that is not in the database yet knows no more of its cell than the id
    names = {cell.id: cell.name for cell in (*source.grade_cells, *source.solution_cells, *source.task_cells)}
    marks = {mark.cell: mark for mark in sheet.marks}
    for grade in notebook.grades:
        mark = marks[names[grade.cell_id]]
        grade.auto_score = mark.points
        grade.needs_manual_grade = mark.review or mark.points is None or grade.manual_score is not None
    for comment in notebook.comments:
        comment.auto_comment = "No response." if names[comment.cell_id] in sheet.unanswered else None


def _write_nothing_handed_in(notebook: api.SubmittedNotebook) -> None:
    for grade in notebook.grades:
        grade.auto_score, grade.needs_manual_grade = 0.0, False


def _late_penalties(config: Any) -> Any:
    from nbgrader.preprocessors import AssignLatePenalties

    found = AssignLatePenalties(config=config)
    found.init_plugin()
    return found


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return re.sub(r"^\([\w.]+\) ", "", str(cause).strip().split("\n")[0])
