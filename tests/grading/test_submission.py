"""From submitted/ to tasks: what is found, how it is told apart, and what nobody can foresee."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from graded_course import ASSIGNMENT, DOUBLE, ESSAY, POINTS, RIGHT, GradedCourse, duplicate, find, index_of

from bpcheck.errors import CourseError, UsageError
from bpcheck.grading import folders, submission
from bpcheck.grading.gradebook import Gradebook
from bpcheck.grading.heal import heal
from bpcheck.grading.model import Kind, SourceSheet, Task
from bpcheck.grading.parse import parse

pytest.importorskip("nbgrader")
SECRET = b"s" * 32


@pytest.fixture
def source(graded_course: GradedCourse) -> SourceSheet:
    with Gradebook(graded_course.course) as gradebook:
        (found,) = gradebook.sources(ASSIGNMENT)
        return found


def task_of(course: GradedCourse, source: SourceSheet, secret: bytes = SECRET, student: str = "s001") -> Task:
    (found,) = submission.find(course.course, ASSIGNMENT, student)
    return submission.read(found, [source], secret)


def seeds(task: Task) -> dict[str, int]:
    return {check.exercise: check.seed for check in task.sheets[0].checks if check.kind is Kind.EXERCISE}


# -- found ---------------------------------------------------------------------------------------------


def test_everybodys_submission_is_found_and_nothing_else(graded_course: GradedCourse) -> None:
    for student in ("s2", "s10", "s1"):
        graded_course.hand_in(student)
    (graded_course.root / "submitted" / ".hidden" / ASSIGNMENT).mkdir(parents=True)
    (graded_course.root / "submitted" / "s3" / "01_other").mkdir(parents=True)
    (graded_course.root / "submitted" / "readme.txt").touch()

    found = submission.find(graded_course.course, ASSIGNMENT)
    assert [one.student for one in found] == ["s1", "s10", "s2"]


def test_one_student_may_be_asked_for(graded_course: GradedCourse) -> None:
    graded_course.hand_in("ada")
    graded_course.hand_in("alan")

    assert [one.student for one in submission.find(graded_course.course, ASSIGNMENT, "ada")] == ["ada"]
    with pytest.raises(UsageError, match=r"'aad' handed in nothing for '02_small'; did you mean 'ada'\?"):
        submission.find(graded_course.course, ASSIGNMENT, "aad")


def test_no_submission_at_all_says_where_they_should_be(graded_course: GradedCourse) -> None:
    with pytest.raises(
        UsageError, match=r"nothing was handed in for '02_small': no submitted/\*/02_small/ here"
    ):
        submission.find(graded_course.course, ASSIGNMENT)


def test_a_fingerprint_changes_with_every_byte_the_name_and_the_time(graded_course: GradedCourse) -> None:
    path = graded_course.hand_in("s001")
    folder = path.parent
    seen = {submission.fingerprint_of(folder)}
    for change in (
        lambda: path.write_bytes(path.read_bytes() + b" "),
        lambda: (folder / "timestamp.txt").write_text("2026-11-25 12:00:00 UTC"),
        lambda: path.rename(folder / "other.ipynb"),
        lambda: (folder / "second.ipynb").write_bytes(b"{}"),
    ):
        change()
        assert submission.fingerprint_of(folder) not in seen
        seen.add(submission.fingerprint_of(folder))


# -- what nobody can foresee ---------------------------------------------------------------------------


def test_seeds_are_the_same_again_and_differ_between_exercises_submissions_and_courses(
    graded_course: GradedCourse, source: SourceSheet
) -> None:
    graded_course.hand_in("s001")
    graded_course.hand_in("s002", RIGHT | {"double-answer": DOUBLE + "  # mine"})
    first = seeds(task_of(graded_course, source))

    assert seeds(task_of(graded_course, source)) == first
    others = [
        task_of(graded_course, source, student="s002"),
        task_of(graded_course, source, secret=b"t" * 32),
    ]
    drawn = [*first.values(), *(seed for task in others for seed in seeds(task).values())]
    assert len(set(drawn)) == len(drawn) == 6


def test_a_task_crosses_to_another_machine_and_the_secret_does_not(
    graded_course: GradedCourse, source: SourceSheet
) -> None:
    graded_course.hand_in("s001")
    task = task_of(graded_course, source)

    assert pickle.loads(pickle.dumps(task)) == task
    assert SECRET not in pickle.dumps(task)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = folders.secret(tmp_path)

    assert folders.secret(tmp_path) == first
    assert len(first) == 32
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_a_secret_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / folders.SECRET).write_bytes(b"short")

    with pytest.raises(UsageError, match="is cut short"):
        folders.secret(tmp_path)


# -- healed --------------------------------------------------------------------------------------------


def spoiled(notebook: dict[str, Any]) -> None:
    """Deleted, copied, moved, edited and retyped at once."""
    del notebook["cells"][index_of(notebook, "half")]
    duplicate(notebook, "double-answer")
    notebook["cells"].insert(1, notebook["cells"].pop(index_of(notebook, "two_roads")))
    find(notebook, "double")["source"] = "x = 1"
    find(notebook, "essay").update(cell_type="code", execution_count=None, outputs=[])


def test_what_was_put_right_is_said_cell_by_cell(graded_course: GradedCourse, source: SourceSheet) -> None:
    graded_course.hand_in("s001", RIGHT, spoiled)

    assert task_of(graded_course, source).sheets[0].healed == (
        "`double-answer` was there more than once; the last one counts.",
        "`double` was changed and was restored.",
        "`two_roads` stood before its answer and was moved behind it.",
        "`half` was missing and was put back.",
        "`essay` had become a code cell and was made one of markdown.",
    )


def test_a_sound_notebook_is_left_as_it_is(graded_course: GradedCourse, source: SourceSheet) -> None:
    graded_course.hand_in("s001")
    sheet = task_of(graded_course, source).sheets[0]

    assert sheet.healed == ()
    handed_in = [cell["source"] for cell in graded_course.filled(RIGHT)["cells"]]
    handed_in[index_of(graded_course.released(), "half")] = next(
        c.text for c in source.cells if c.name == "half"
    )
    assert [cell["source"] for cell in sheet.notebook["cells"]] == handed_in  # but for the hidden tests


def test_a_healed_notebook_needs_no_healing(graded_course: GradedCourse, source: SourceSheet) -> None:
    """nbgrader's road reads it twice."""
    graded_course.hand_in("s001", RIGHT, spoiled)
    once = task_of(graded_course, source).sheets[0]
    twice = submission.sheet_of(json.dumps(once.notebook).encode(), "a.ipynb", source, b"")

    assert twice.healed == ()
    assert twice.notebook == once.notebook


def test_the_order_of_the_database_does_not_matter_to_a_missing_check(
    graded_course: GradedCourse, source: SourceSheet
) -> None:
    """A server may give the course's cells in any order; a check belongs behind what it checks."""
    notebook = graded_course.filled(RIGHT)
    for name in ("double", "two_roads"):
        del notebook["cells"][index_of(notebook, name)]
    turned = dataclasses.replace(source, cells=source.cells[::-1])
    healed = heal(parse(json.dumps(notebook).encode(), "a.ipynb"), turned)

    for name in ("double", "two_roads"):
        assert healed.names.index(name) == healed.names.index(f"{name}-answer") + 1


def test_points_and_texts_come_from_the_course_alone(
    graded_course: GradedCourse, source: SourceSheet
) -> None:
    def cheat(notebook: dict[str, Any]) -> None:
        for cell in notebook["cells"]:
            cell["metadata"].get("nbgrader", {}).update(points=100, solution=True, locked=False)

    graded_course.hand_in("s001", RIGHT, cheat)
    sheet = task_of(graded_course, source).sheets[0]

    assert {check.cell: check.max_points for check in sheet.checks} == POINTS
    assert find(sheet.notebook, "two_roads")["metadata"]["nbgrader"]["points"] == POINTS["two_roads"]


def test_what_was_not_begun_is_known(graded_course: GradedCourse, source: SourceSheet) -> None:
    graded_course.hand_in("s001", {"double-answer": DOUBLE, "essay": ESSAY})

    assert task_of(graded_course, source).sheets[0].unanswered == ("two_roads-answer", "half-answer")


def test_a_check_of_an_unknown_exercise_is_the_courses_fault(
    graded_course: GradedCourse, source: SourceSheet
) -> None:
    graded_course.hand_in("s001")
    cells = [
        dataclasses.replace(cell, text="bpcheck.check(two_rods)") if cell.name == "two_roads" else cell
        for cell in source.cells
    ]

    with pytest.raises(
        CourseError, match=r"check cell 'two_roads' cannot be graded: .*did you mean 'two_roads'"
    ):
        task_of(graded_course, dataclasses.replace(source, cells=tuple(cells)))
