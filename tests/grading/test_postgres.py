"""The gradebook on a PostgreSQL server, through nbgrader's own `db_url`."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from class_of_six import SCORES, grade, hand_in
from graded_course import GradedCourse, release

from bpcheck.grading import folders

pytest.importorskip("nbgrader")
pytest.importorskip("psycopg")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here (Debian: apt-get install postgresql)")
    with postgres.server(programs, tmp_path_factory.mktemp("postgres")) as found:
        yield found


@pytest.fixture
def on_server(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GradedCourse:
    """The small course, released into the server by nbgrader, which calls alembic."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    root = tmp_path / "course"
    root.mkdir()
    release(root, more_config=f'\nc.CourseDirectory.db_url = "{folders.with_driver(address)}"\n')
    return GradedCourse(root)


def test_a_class_is_graded_into_the_server_and_nbgrader_exports_it(
    on_server: GradedCourse, address: str
) -> None:
    """The plain address on the command line and the one with a driver in nbgrader's configuration are one server."""
    hand_in(on_server)

    status, out, err = grade(on_server, "--workers", "2", "--db", address)

    assert (status, err) == (0, "")
    assert f"6 recorded in {folders.with_driver(address)}" in out
    assert not (on_server.root / "gradebook.db").exists()
    exported = _export(on_server)
    assert {student: exported[student] for student in SCORES} == {s: sum(p) for s, p in SCORES.items()}

    status, out, _ = grade(on_server, "--db", address)

    assert "0 recorded" in out
    assert "6 unchanged" in out


def test_a_server_that_does_not_answer_is_the_callers_fault_in_one_line(graded_course: GradedCourse) -> None:
    hand_in(graded_course)

    status, _, err = grade(graded_course, "--db", "postgresql://nobody:secret@127.0.0.1:9/marks")

    assert status == 2
    assert err.startswith(
        "bpcheck: cannot open the gradebook postgresql+psycopg://nobody:***@127.0.0.1:9/marks: "
    )
    assert err.count("\n") == 1
    assert "secret" not in err


def _export(course: GradedCourse) -> dict[str, float]:
    """What nbgrader's own command says of each student."""
    command = [sys.executable, "-m", "nbgrader", "export"]
    subprocess.run(command, cwd=course.root, check=True, capture_output=True)
    with (course.root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
