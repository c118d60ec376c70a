"""Marks in nbgrader's gradebook: all of a submission or nothing, once, and a person's own stay."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from graded_course import ASSIGNMENT, ESSAY, POINTS, RIGHT, GradedCourse, find

from bpcheck.errors import RecordingError, UsageError
from bpcheck.grading import autograded, folders, submission
from bpcheck.grading.folders import Course
from bpcheck.grading.gradebook import Gradebook
from bpcheck.grading.model import Graded, GradedSheet, Kind, Mark, Sheet, Task

pytest.importorskip("nbgrader")
FULL = {"double": 1.0, "two_roads": 2.0, "half": 4.0, "essay": None}
LATE = dt.datetime(2026, 11, 25, 12)


def read_task(course: Course, student: str = "s001") -> Task:
    with Gradebook(course) as gradebook:
        (found,) = submission.find(course, ASSIGNMENT, student)
        return submission.read(found, gradebook.sources(ASSIGNMENT), folders.secret(course.root))


def graded_by_hand(task: Task, points: dict[str, float | None] = FULL) -> Graded:
    """As `grade` would give it back, with these points; no sandbox takes part."""

    def sheet(given: Sheet) -> GradedSheet:
        marks = tuple(
            Mark(check.cell, points[check.cell], check.max_points, review=check.kind is Kind.PERSON)
            for check in given.checks
        )
        return GradedSheet(given.name, given.notebook, marks, given.unanswered, given.healed)

    sheets = tuple(sheet(given) for given in task.sheets)
    return Graded(task.student, ASSIGNMENT, task.fingerprint, task.timestamp, sheets, task.missing, "A", 0.1)


def record(course: Course, points: dict[str, float | None] = FULL, student: str = "s001") -> None:
    graded = graded_by_hand(read_task(course, student), points)
    with Gradebook(course) as gradebook:
        gradebook.record(graded)


def recorded(course: Course) -> bool:
    (found,) = submission.find(course, ASSIGNMENT, "s001")
    with Gradebook(course) as gradebook:
        return gradebook.recorded(found)


def edit(course: Course, change: Callable[[Any], None]) -> None:
    """What somebody does in nbgrader meanwhile."""
    from nbgrader.api import Gradebook as Nbgraders

    with Nbgraders(course.db_url, course.course_id) as book:
        change(book)
        book.db.commit()


# -- what is recorded ----------------------------------------------------------------------------------


def test_machine_points_and_what_waits_for_a_person_are_told_apart(graded_course: GradedCourse) -> None:
    graded_course.hand_in("s001")
    record(graded_course.course)

    assert graded_course.scores("s001") == FULL
    assert graded_course.for_a_person("s001") == {"essay"}


def test_an_answer_that_was_not_begun_gets_nbgraders_comment(graded_course: GradedCourse) -> None:
    graded_course.hand_in(
        "s001", RIGHT | {"double-answer": find(graded_course.released(), "double-answer")["source"]}
    )
    record(graded_course.course)
    said = {}
    edit(
        graded_course.course,
        lambda book: said.update(
            {
                c.name: c.comment
                for c in book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "s001").comments
            }
        ),
    )

    assert said == {
        "double-answer": "No response.",
        "two_roads-answer": None,
        "half-answer": None,
        "essay": None,
    }


def test_recording_again_doubles_nothing(graded_course: GradedCourse) -> None:
    graded_course.hand_in("s001")
    record(graded_course.course, FULL | {"double": 0.0})
    record(graded_course.course)

    assert graded_course.scores("s001") == FULL
    with sqlite3.connect(graded_course.root / "gradebook.db") as db:
        assert db.execute("select count(*) from grade").fetchone() == (len(POINTS),)
        assert db.execute("select count(*) from submitted_assignment").fetchone() == (1,)


def test_a_persons_points_and_comments_stay_and_are_shown_to_them_again(graded_course: GradedCourse) -> None:
    graded_course.hand_in("s001")
    record(graded_course.course)

    def give(book: Any) -> None:
        grade = book.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "s001")
        grade.manual_score, grade.needs_manual_grade = 5.0, False
        book.find_comment("essay", ASSIGNMENT, ASSIGNMENT, "s001").manual_comment = "Well put."

    edit(graded_course.course, give)
    record(graded_course.course)

    seen: list[Any] = []

    def look(book: Any) -> None:
        grade = book.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "s001")
        comment = book.find_comment("essay", ASSIGNMENT, ASSIGNMENT, "s001").comment
        seen.extend([grade.manual_score, grade.needs_manual_grade, grade.score, comment])

    edit(graded_course.course, look)
    assert seen == [5.0, True, 5.0, "Well put."]


def test_the_autograded_notebook_is_one_for_jupyter_and_for_nbgrader(graded_course: GradedCourse) -> None:
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    graded_course.hand_in("s001", RIGHT, lambda notebook: notebook["cells"].pop(4))
    record(graded_course.course)
    path = autograded.folder(graded_course.course, ASSIGNMENT, "s001") / f"{ASSIGNMENT}.ipynb"
    notebook = nbformat.read(path, as_version=4)

    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert path.stat().st_mode & 0o777 == 0o444  # as nbgrader leaves it


def test_a_notebook_that_was_not_handed_in_is_0_points_as_in_nbgrader(graded_course: GradedCourse) -> None:
    graded_course.hand_in("s001")
    graded = graded_by_hand(read_task(graded_course.course))
    with Gradebook(graded_course.course) as gradebook:
        gradebook.record(dataclasses.replace(graded, sheets=(), missing=(ASSIGNMENT,)))

    assert graded_course.scores("s001") == dict.fromkeys(POINTS, 0.0)
    assert graded_course.for_a_person("s001") == set()


# -- time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "hours", "penalty"),
    [
        ("", 5, None),
        ('c.LateSubmissionPlugin.penalty_method = "zero"\n', 5, 7.0),
        ('c.LateSubmissionPlugin.penalty_method = "zero"\n', 0, None),
        ('c.AssignLatePenalties.plugin_class = "late_plugin.HourByHour"\n', 2, 2.0),
        ('c.AssignLatePenalties.plugin_class = "late_plugin.HourByHour"\n', 100, 7.0),
    ],
)
def test_late_penalties_are_those_of_nbgraders_plugin(
    config: str,
    hours: int,
    penalty: float | None,
    graded_course: GradedCourse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Never more than the points that there are."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    with (graded_course.root / "nbgrader_config.py").open("a") as file:
        file.write(config)
    edit(graded_course.course, lambda book: setattr(book.find_assignment(ASSIGNMENT), "duedate", LATE))
    graded_course.hand_in("s001", timestamp=f"{LATE + dt.timedelta(hours=hours)} UTC")
    record(graded_course.course)

    found = []
    edit(
        graded_course.course,
        lambda book: found.append(
            book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "s001").late_submission_penalty
        ),
    )
    assert found == [penalty]


def test_a_time_with_a_zone_is_stored_as_nbgrader_stores_it(graded_course: GradedCourse) -> None:
    graded_course.hand_in("s001", timestamp="2026-11-25T13:00:00+01:00")
    record(graded_course.course)

    found = []
    edit(graded_course.course, lambda book: found.append(book.find_submission(ASSIGNMENT, "s001").timestamp))
    assert found == [LATE]


def test_formgraders_list_has_it_as_autograded(graded_course: GradedCourse) -> None:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    graded_course.hand_in("s001", timestamp=f"{LATE} UTC")
    record(graded_course.course)
    course = CourseDirectory(config=graded_course.course.config, root=str(graded_course.root))

    assert NbGraderAPI(course).get_autograded_students(ASSIGNMENT) == {"s001"}


# -- what was graded before ----------------------------------------------------------------------------


def test_unchanged_is_recorded_and_every_change_is_seen(graded_course: GradedCourse) -> None:
    path = graded_course.hand_in("s001", timestamp=f"{LATE} UTC")
    assert not recorded(graded_course.course)
    record(graded_course.course)
    assert recorded(graded_course.course)

    (path.parent / "timestamp.txt").write_text(f"{LATE + dt.timedelta(hours=1)} UTC")
    assert not recorded(graded_course.course)  # it may be late now
    record(graded_course.course)
    path.write_bytes(path.read_bytes() + b"\n")
    assert not recorded(graded_course.course)


def test_nothing_of_an_earlier_submission_is_left_beside_the_new_one(graded_course: GradedCourse) -> None:
    path = graded_course.hand_in("s001", timestamp=f"{LATE} UTC")
    record(graded_course.course)
    place = autograded.folder(graded_course.course, ASSIGNMENT, "s001")
    (place / "an-older-name.ipynb").write_text("{}")
    (place / "notes.txt").write_text("a person's")
    (path.parent / "timestamp.txt").unlink()
    record(graded_course.course)

    assert sorted(one.name for one in place.iterdir()) == [f"{ASSIGNMENT}.ipynb", "notes.txt"]


def test_another_gradebook_knows_nothing_of_what_an_earlier_one_recorded(graded_course: GradedCourse) -> None:
    """The files in autograded/ alone are no marks."""
    empty = (graded_course.root / "gradebook.db").read_bytes()
    graded_course.hand_in("s001")
    record(graded_course.course)
    (graded_course.root / "gradebook.db").write_bytes(empty)

    assert not recorded(graded_course.course)


def test_what_nbgraders_own_autograde_left_behind_is_graded(graded_course: GradedCourse) -> None:
    """A killed `nbgrader autograde` leaves a notebook that its next run takes for graded, with 0 points."""
    graded_course.hand_in("s001")
    place = graded_course.root / "autograded" / "s001" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text('{"cells": []}')
    edit(graded_course.course, lambda book: book.update_or_create_student("s001"))
    edit(graded_course.course, lambda book: book.update_or_create_submission(ASSIGNMENT, "s001"))

    assert not recorded(graded_course.course)


# -- ended in the middle -------------------------------------------------------------------------------


def steps(kill_at: int) -> Iterator[Callable[..., Any]]:
    """Wrappers that end the process at the n-th beginning or end of what they wrap."""
    count = 0

    def step() -> None:
        nonlocal count
        if count == kill_at:
            os._exit(9)
        count += 1

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            step()
            result = function(*args, **kwargs)
            step()
            return result

        return wrapped

    while True:
        yield wrap


def record_and_die(course: Course, graded: Graded, kill_at: int) -> int:
    """In a process of its own; its exit status: 9 if it was ended in the middle."""
    from sqlalchemy.engine import Connection, RootTransaction
    from sqlalchemy.orm import Session

    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        wrap = next(steps(kill_at))
        with Gradebook(course) as gradebook:
            for owner, name in (
                (autograded, "_write"),
                (Session, "flush"),
                (RootTransaction, "commit"),
                (Path, "replace"),
                (Path, "unlink"),
                (Connection, "close"),
            ):
                setattr(owner, name, wrap(getattr(owner, name)))
            gradebook.record(graded)
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.slow
def test_a_run_that_is_ended_at_any_point_loses_and_doubles_nothing(
    graded_course: GradedCourse, tmp_path: Path
) -> None:
    """Here after an earlier submission with other marks: what is left is the old ones, or the new ones."""
    graded_course.hand_in("s001", {})
    record(graded_course.course, dict.fromkeys(POINTS, 0.0))
    graded_course.hand_in("s001")
    ended = 0
    for kill_at in range(200):
        copy = graded_course.copy_to(tmp_path / f"copy{kill_at}")
        graded = graded_by_hand(read_task(copy.course))
        status = record_and_die(copy.course, graded, kill_at)

        scores, whole = copy.scores("s001"), recorded(copy.course)
        assert scores == FULL or (scores == dict.fromkeys(POINTS, 0.0) and not whole)
        if whole:
            assert any(cell["source"] == ESSAY for cell in copy.autograded("s001")["cells"])
        record(copy.course)
        assert (copy.scores("s001"), recorded(copy.course)) == (FULL, True)
        assert not list((copy.root / "autograded").rglob(".*"))
        if status == 0:
            break
        assert status == 9
        ended += 1
    assert ended > 15


# -- when it cannot be written -------------------------------------------------------------------------


def test_a_locked_gradebook_is_said_and_nothing_is_recorded(graded_course: GradedCourse) -> None:
    graded_course.hand_in("s001")
    course = folders.open_course(
        graded_course.root, f"sqlite:///{graded_course.root}/gradebook.db?timeout=0.1"
    )
    graded = graded_by_hand(read_task(course))
    with Gradebook(course) as gradebook:
        other = sqlite3.connect(graded_course.root / "gradebook.db")
        other.execute("begin exclusive")
        with pytest.raises(
            RecordingError, match=r"gradebook\.db could not be written \(database is locked\)"
        ):
            gradebook.record(graded)
        other.close()

        assert not list((graded_course.root / "autograded").rglob("*.*"))
        gradebook.record(graded)
    assert graded_course.scores("s001") == FULL


def test_a_full_disk_under_the_gradebook_is_said_and_what_was_recorded_stays(
    graded_course: GradedCourse,
) -> None:
    from sqlalchemy import event

    graded_course.hand_in("s001")
    graded = graded_by_hand(read_task(graded_course.course))
    whole = []
    with Gradebook(graded_course.course) as gradebook:
        no_more = "pragma max_page_count = 1"  # SQLite takes it as: no page beyond those that there are
        event.listen(gradebook._book.engine, "begin", lambda connection: connection.exec_driver_sql(no_more))
        with pytest.raises(RecordingError, match=r"could not be written \(database or disk is full\)"):  # noqa: PT012
            for number in range(1000):
                gradebook.record(dataclasses.replace(graded, student=f"s{number:03}"))
                whole.append(f"s{number:03}")

    assert sorted(path.name for path in (graded_course.root / "autograded").glob("*/*/*.ipynb")) == [
        f"{ASSIGNMENT}.ipynb"
    ] * len(whole)
    assert all(graded_course.scores(student) == FULL for student in whole)
    with sqlite3.connect(graded_course.root / "gradebook.db") as db:
        assert db.execute("select count(*) from student").fetchone() == (len(whole),)


def test_a_full_disk_under_autograded_is_said_and_nothing_is_recorded(
    graded_course: GradedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded_course.hand_in("s001")
    graded = graded_by_hand(read_task(graded_course.course))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Gradebook(graded_course.course) as gradebook:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(
            RecordingError, match=r"autograded/ could not be written \(No space left on device\)"
        ):
            gradebook.record(graded)

    assert not list((graded_course.root / "autograded").rglob("*.*"))
    with sqlite3.connect(graded_course.root / "gradebook.db") as db:
        assert db.execute("select count(*) from submitted_assignment").fetchone() == (0,)


def test_an_unknown_assignment_says_what_to_run(graded_course: GradedCourse) -> None:
    with (
        Gradebook(graded_course.course) as gradebook,
        pytest.raises(
            UsageError,
            match=r"gradebook\.db does not know the assignment '03_other'. Run: nbgrader generate_assignment 03",
        ),
    ):
        gradebook.sources("03_other")


def test_a_course_without_a_gradebook_says_what_to_run_and_makes_none(graded_course: GradedCourse) -> None:
    (graded_course.root / "gradebook.db").unlink()

    with pytest.raises(UsageError, match=r"there is no gradebook gradebook\.db yet. Run: nbgrader generate"):
        Gradebook(graded_course.course)
    assert not (graded_course.root / "gradebook.db").exists()


def test_a_password_is_never_shown(graded_course: GradedCourse) -> None:
    course = folders.open_course(graded_course.root, "nosuchdb://teacher:secret@localhost/course")

    with pytest.raises(UsageError) as caught:
        Gradebook(course)
    assert "secret" not in str(caught.value)
