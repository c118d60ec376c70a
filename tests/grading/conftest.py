"""A small course for each test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from graded_course import ASSIGNMENT, GradedCourse, release
from small_course import REPOSITORY, SmallCourse, cells

from bpcheck.errors import SandboxError
from bpcheck.grading import answers, run
from bpcheck.grading.gradebook import Gradebook
from bpcheck.grading.graders import one_by_one
from bpcheck.grading.model import Graded
from bpcheck.grading.run import NotGraded
from bpcheck.sandbox import Limits, Sandbox


@pytest.fixture
def small_course(tmp_path: Path) -> SmallCourse:
    """A sound course, nothing released yet."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "nbgrader_config.py").write_bytes((REPOSITORY / "nbgrader_config.py").read_bytes())
    made = SmallCourse(root)
    made.write_source(cells())
    return made


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> GradedCourse:
    """The graded course after nbgrader's generate_assignment; copied, never used."""
    pytest.importorskip("nbgrader")
    root = tmp_path_factory.mktemp("released") / "course"
    root.mkdir()
    release(root)
    return GradedCourse(root)


@pytest.fixture
def graded_course(released_once: GradedCourse, tmp_path: Path) -> GradedCourse:
    """A released course, nothing handed in yet."""
    return released_once.copy_to(tmp_path / "course")


@pytest.fixture(scope="session")
def grading_sandbox() -> Iterator[Sandbox]:
    """The best sandbox that there is here; its limits are those of grading, but for the time."""
    try:
        sandbox = Sandbox.start(Limits(cell_seconds=3, call_seconds=3, seconds=30), preload=answers.PRELOAD)
    except SandboxError as error:
        pytest.skip(str(error))
    with sandbox:
        yield sandbox


@pytest.fixture
def run_class(
    graded_course: GradedCourse, grading_sandbox: Sandbox
) -> Callable[..., list[Graded | NotGraded]]:
    """Grade and record what was handed in to `graded_course`, as `bpcheck grade` does."""

    def run_class(force: bool = False, student: str | None = None) -> list[Graded | NotGraded]:
        with Gradebook(graded_course.course) as gradebook:
            job = run.prepare(gradebook, ASSIGNMENT, student, force)
            return list(job.results(one_by_one(grading_sandbox)))

    return run_class
