"""Issue 4's list of bad input: points for what can be read, the reason for what cannot, and nobody else loses."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from graded_course import (
    ASSIGNMENT,
    ESSAY,
    ONE_ROAD,
    RIGHT,
    TWO_ROADS,
    GradedCourse,
    duplicate,
    find,
    index_of,
)

from bpcheck.grading.model import Graded
from bpcheck.grading.run import NotGraded

pytest.importorskip("nbgrader")
FULL = {"double": 1.0, "two_roads": 2.0, "half": 4.0, "essay": None}  # the essay waits for a person


# -- what can be read gets its points ------------------------------------------------------------------


def deletes_a_check(notebook: dict[str, Any]) -> None:
    del notebook["cells"][index_of(notebook, "two_roads")]


def deletes_a_test(notebook: dict[str, Any]) -> None:
    del notebook["cells"][index_of(notebook, "half")]


def deletes_every_check(notebook: dict[str, Any]) -> None:
    for name in ("double", "two_roads", "half"):
        del notebook["cells"][index_of(notebook, name)]


def duplicates_a_check(notebook: dict[str, Any]) -> None:
    duplicate(notebook, "two_roads")


def duplicates_an_answer(notebook: dict[str, Any]) -> None:
    """The copy of an empty answer stands first, as when a student starts again."""
    twin = duplicate(notebook, "two_roads-answer")
    find(notebook, "two_roads-answer")["source"] = "def two_roads(x):\n    raise NotImplementedError"
    twin["source"] = TWO_ROADS


def edits_a_check(notebook: dict[str, Any]) -> None:
    find(notebook, "two_roads")["source"] = "pass  # bpcheck.check(two_roads)"


def edits_a_test(notebook: dict[str, Any]) -> None:
    find(notebook, "half")["source"] = "assert True"


def writes_the_answer_into_the_check(notebook: dict[str, Any]) -> None:
    find(notebook, "two_roads")["source"] = f"{TWO_ROADS}\nbpcheck.check(two_roads)"
    del notebook["cells"][index_of(notebook, "two_roads-answer")]


def moves_a_check_up(notebook: dict[str, Any]) -> None:
    notebook["cells"].insert(2, notebook["cells"].pop(index_of(notebook, "two_roads")))


def moves_an_answer_down(notebook: dict[str, Any]) -> None:
    notebook["cells"].append(notebook["cells"].pop(index_of(notebook, "two_roads-answer")))


def retypes_a_check(notebook: dict[str, Any]) -> None:
    retype(find(notebook, "two_roads"), "markdown")


def retypes_an_answer(notebook: dict[str, Any]) -> None:
    retype(find(notebook, "two_roads-answer"), "raw")


def retypes_the_essay(notebook: dict[str, Any]) -> None:
    find(notebook, "essay").update(cell_type="code", execution_count=None, outputs=[])


def retype(cell: dict[str, Any], kind: str) -> None:
    cell["cell_type"] = kind
    del cell["outputs"], cell["execution_count"]


def loses_every_tag(notebook: dict[str, Any]) -> None:
    """As a service does that strips metadata; what the essay is cannot be told, so it is put back, empty."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def changes_its_points(notebook: dict[str, Any]) -> None:
    find(notebook, "double")["metadata"]["nbgrader"]["points"] = 100


def has_a_strange_schema(notebook: dict[str, Any]) -> None:
    find(notebook, "double")["metadata"]["nbgrader"]["schema_version"] = 99


def has_nonsense_for_metadata(notebook: dict[str, Any]) -> None:
    find(notebook, "double")["metadata"]["nbgrader"]["grade"] = "no"
    notebook["cells"][0]["metadata"] = {"nbgrader": ["what?"]}
    notebook["cells"][1]["metadata"] = None


def invents_a_graded_cell(notebook: dict[str, Any]) -> None:
    twin = duplicate(notebook, "double")
    twin["metadata"]["nbgrader"]["grade_id"] = "bonus"


def skips_execution(notebook: dict[str, Any]) -> None:
    """nbgrader gives full points for a check cell that was not run."""
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]


def has_no_kernelspec(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {}


def has_an_unknown_kernelspec(notebook: dict[str, Any]) -> None:
    notebook["metadata"]["kernelspec"] = {
        "name": "no-such-kernel",
        "language": "befunge",
        "display_name": "?",
    }


def has_old_ids(notebook: dict[str, Any]) -> None:
    notebook["nbformat_minor"] = 2
    for cell in notebook["cells"]:
        del cell["id"]


def writes_100_mb(notebook: dict[str, Any]) -> None:
    notebook["cells"][1]["source"] += "\nfor _ in range(100):\n    print('x' * (1 << 20))"


READABLE = [
    deletes_a_check,
    deletes_a_test,
    deletes_every_check,
    duplicates_a_check,
    duplicates_an_answer,
    edits_a_check,
    edits_a_test,
    writes_the_answer_into_the_check,
    moves_a_check_up,
    moves_an_answer_down,
    retypes_a_check,
    retypes_an_answer,
    retypes_the_essay,
    changes_its_points,
    has_a_strange_schema,
    has_nonsense_for_metadata,
    invents_a_graded_cell,
    skips_execution,
    has_no_kernelspec,
    has_an_unknown_kernelspec,
    has_old_ids,
    writes_100_mb,
]


@pytest.mark.parametrize("change", READABLE, ids=lambda change: change.__name__)
def test_right_answers_get_their_points_whatever_became_of_the_notebook(
    change: Any, graded_course: GradedCourse, run_class: Any
) -> None:
    graded_course.hand_in("s001", RIGHT, change)
    run_class()

    assert graded_course.scores("s001") == FULL
    assert graded_course.for_a_person("s001") == {"essay"}


@pytest.mark.parametrize("change", READABLE, ids=lambda change: change.__name__)
def test_wrong_answers_gain_nothing_by_it(change: Any, graded_course: GradedCourse, run_class: Any) -> None:
    def change_a_wrong_one(notebook: dict[str, Any]) -> None:
        change(notebook)
        for cell in notebook["cells"]:  # some of the changes write an answer
            cell["source"] = cell["source"].replace(TWO_ROADS, ONE_ROAD)

    wrong = {"double-answer": "def double(t):\n    return t", "two_roads-answer": ONE_ROAD}
    graded_course.hand_in("s001", wrong, change_a_wrong_one)
    run_class()

    assert graded_course.scores("s001") == dict.fromkeys(FULL, 0.0)


def test_a_notebook_without_any_metadata_gets_the_points_of_its_code(
    graded_course: GradedCourse, run_class: Any
) -> None:
    graded_course.hand_in("s001", RIGHT, loses_every_tag)
    run_class()

    assert graded_course.scores("s001") == FULL | {"essay": 0.0}
    texts = [cell["source"] for cell in graded_course.autograded("s001")["cells"]]
    assert ESSAY in texts  # what the student wrote is there for a person to find


@pytest.mark.parametrize(
    ("encode", "why"),
    [
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "a UTF-8 byte-order mark"),
        (lambda text: text.encode("utf-16"), "UTF-16, as an old editor on Windows writes it"),
    ],
)
def test_another_encoding_is_read(encode: Any, why: str, graded_course: GradedCourse, run_class: Any) -> None:
    graded_course.hand_in_bytes("s001", encode(json.dumps(graded_course.filled(RIGHT))))
    run_class()

    assert graded_course.scores("s001") == FULL, why


def test_format_3_is_brought_to_format_4(graded_course: GradedCourse, run_class: Any) -> None:
    import nbformat

    new = nbformat.from_dict(graded_course.filled(RIGHT))
    graded_course.hand_in_bytes("s001", nbformat.v3.writes_json(nbformat.convert(new, 3)).encode())
    run_class()

    assert {k: v for k, v in graded_course.scores("s001").items() if k != "essay"} == {
        k: v for k, v in FULL.items() if k != "essay"
    }


def test_a_single_notebook_under_another_name_is_taken(graded_course: GradedCourse, run_class: Any) -> None:
    graded_course.hand_in("s001", name="02_small (1).ipynb")
    (graded,) = run_class()

    assert graded_course.scores("s001") == FULL
    assert graded.healed == ("The file was called 02_small (1).ipynb.",)


def test_of_two_notebooks_the_one_with_the_right_name_counts(
    graded_course: GradedCourse, run_class: Any
) -> None:
    graded_course.hand_in("s001", {}, name="02_small-Copy1.ipynb")
    graded_course.hand_in("s001", RIGHT)
    run_class()

    assert graded_course.scores("s001") == FULL


# -- what cannot be read is named ----------------------------------------------------------------------


def cut(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", json.dumps(course.filled(RIGHT), indent=1).encode()[:2000])


def empty(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", b"")


def no_notebook(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", b"[1, 2]")


def brackets_without_end(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", b"[" * 1_000_000)


def no_cells(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}')


def too_new(course: GradedCourse) -> None:
    course.hand_in("s001", RIGHT, lambda notebook: notebook.update(nbformat=5))


def a_picture(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


def two_of_other_names(course: GradedCourse) -> None:
    course.hand_in("s001", name="a.ipynb")
    course.hand_in("s001", name="b.ipynb")


def nothing(course: GradedCourse) -> None:
    course.hand_in_bytes("s001", b"x = 1", name="answer.py")


def a_hundred_megabytes(course: GradedCourse) -> None:
    path = course.hand_in("s001")
    os.truncate(path, 100 << 20)


def a_link_to_somebody_elses(course: GradedCourse) -> None:
    other = course.hand_in("s002")
    course.folder("s001").mkdir(parents=True)
    (course.folder("s001") / other.name).symlink_to(other)


def a_linked_folder(course: GradedCourse) -> None:
    course.hand_in("s002")
    course.folder("s001").parent.mkdir(parents=True)
    course.folder("s001").symlink_to(course.folder("s002"))


def a_pipe(course: GradedCourse) -> None:
    course.folder("s001").mkdir(parents=True)
    os.mkfifo(course.folder("s001") / f"{ASSIGNMENT}.ipynb")


def a_folder(course: GradedCourse) -> None:
    (course.folder("s001") / f"{ASSIGNMENT}.ipynb").mkdir(parents=True)


def no_time(course: GradedCourse) -> None:
    course.hand_in("s001", timestamp="yesterday, at about nine")


UNREADABLE = {
    cut: "02_small.ipynb is not a notebook (JSON ends at line",
    empty: "02_small.ipynb is empty",
    no_notebook: "02_small.ipynb is not a notebook: it has no nbformat",
    brackets_without_end: "02_small.ipynb is not a notebook (no JSON that can be read)",
    no_cells: "02_small.ipynb is not a notebook: it has no cells",
    too_new: "02_small.ipynb has notebook format 5; only formats up to 4 are known",
    a_picture: "02_small.ipynb is not a notebook",
    two_of_other_names: "02_small.ipynb is missing; which one of these is meant? a.ipynb, b.ipynb",
    nothing: "02_small.ipynb is missing; there is no notebook in the folder",
    a_hundred_megabytes: "02_small.ipynb has 100 MB; at most 50 MB are read",
    a_link_to_somebody_elses: "02_small.ipynb is a link to somewhere else",
    a_linked_folder: "02_small is a link to somewhere else",
    a_pipe: "02_small.ipynb is not a file",
    a_folder: "02_small.ipynb is not a file",
    no_time: "timestamp.txt says 'yesterday, at about nine', which is no time",
}


@pytest.mark.parametrize("make", UNREADABLE, ids=lambda make: make.__name__)
def test_what_cannot_be_read_is_named_and_everybody_else_is_graded(
    make: Any, graded_course: GradedCourse, run_class: Any
) -> None:
    make(graded_course)
    graded_course.hand_in("s000")
    graded_course.hand_in("s002")
    results = {result.student: result for result in run_class()}

    assert isinstance(results["s001"], NotGraded)
    assert results["s001"].reason.startswith(UNREADABLE[make])
    assert all(isinstance(results[student], Graded) for student in ("s000", "s002"))
    assert graded_course.scores("s000") == graded_course.scores("s002") == FULL


def test_a_file_that_may_not_be_read_is_named(
    graded_course: GradedCourse, run_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the system's answer is made up here."""
    path, real = graded_course.hand_in("s001"), os.open

    def refuse(wanted: Any, *rest: Any) -> int:
        if wanted == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(wanted, *rest)

    monkeypatch.setattr(os, "open", refuse)
    (result,) = run_class()

    assert result.reason == "02_small.ipynb cannot be read (Permission denied)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
@pytest.mark.parametrize("up", [0, 1], ids=["the submission", "the student's"])
def test_a_folder_that_may_not_be_looked_into_is_named(
    up: int, graded_course: GradedCourse, run_class: Any
) -> None:
    path = graded_course.hand_in("s001")
    folder = path.parents[up]
    folder.chmod(0)
    (result,) = run_class()
    folder.chmod(0o700)

    assert result.reason == "02_small cannot be read (Permission denied)"


def test_a_broken_resubmission_leaves_the_marks_that_were_there(
    graded_course: GradedCourse, run_class: Any
) -> None:
    path: Path = graded_course.hand_in("s001")
    run_class()
    path.write_bytes(b"{")
    (result,) = run_class()

    assert isinstance(result, NotGraded)
    assert graded_course.scores("s001") == FULL
