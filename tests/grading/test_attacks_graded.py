"""Every hostile submission walks the grader's whole road, in one class: each gets what it deserves, nobody else less."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS, Attack, build
from graded_course import release
from notebook_cells import CHAPTER, RELEASE, SOURCE, answers, fill_in, points, read

from bpcheck.grading import answers as asking
from bpcheck.grading import folders, run
from bpcheck.grading.gradebook import Gradebook
from bpcheck.grading.graders import one_by_one
from bpcheck.grading.model import Graded
from bpcheck.sandbox import Limits, Sandbox

pytest.importorskip("nbgrader")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

LIMITS = Limits(
    cell_seconds=1.5, call_seconds=1.5, seconds=30, memory=1 << 28, processes=8, file_bytes=1 << 22, files=50
)
HONEST = {"aaa": sum(points(read(RELEASE)).values()), "zzz": 0.0}  # the first and the last to be graded


@dataclass
class Class:
    """What is left when all are graded."""

    root: Path
    before: dict[Path, bytes] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)

    def files(self) -> dict[Path, bytes]:
        """Everything but what grading writes."""
        kept = ("nbgrader_config.py", "solutions", "notebooks", "submitted")
        paths = [path for name in kept for path in [self.root / name, *(self.root / name).rglob("*")]]
        return {path: path.read_bytes() for path in paths if path.is_file() and not path.is_symlink()}

    def hand_in(self, student: str, notebook: dict[str, Any]) -> Path:
        folder = self.root / "submitted" / student / CHAPTER
        folder.mkdir(parents=True)
        # the figures take most of the time, and no attack is in them
        notebook["cells"] = [cell for cell in notebook["cells"] if not cell["source"].startswith("draw.")]
        (folder / RELEASE.name).write_text(json.dumps(notebook))
        return folder


def student(attack: Attack) -> str:
    return re.sub(r"\W+", "-", attack.name)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    made = Class(tmp_path_factory.mktemp("attacked"))
    release(made.root, CHAPTER, SOURCE.read_bytes())
    for attack in ATTACKS:
        notebook, files, links = build(attack)
        folder = made.hand_in(student(attack), notebook)
        for name, text in files.items():
            (folder / name).write_text(text)
        for name, target in links.items():
            (folder / name).symlink_to(target)
    made.hand_in("aaa", fill_in(read(RELEASE), answers(read(SOURCE))))
    made.hand_in("zzz", read(RELEASE))
    made.before = made.files()
    with (
        Gradebook(folders.open_course(made.root)) as gradebook,
        Sandbox.start(LIMITS, preload=asking.PRELOAD) as sandbox,
    ):
        if sandbox.level not in "AB":
            pytest.skip(
                f"level {sandbox.level} here: {sandbox.missing}; no hostile code is run without walls"
            )
        job = run.prepare(gradebook, CHAPTER, None, force=False)
        made.results = {result.student: result for result in job.results(one_by_one(sandbox))}
    return made


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_gets_the_points_that_it_deserves(attack: Attack, graded: Class) -> None:
    result = graded.results[student(attack)]

    assert isinstance(result, Graded), result
    assert result.points == attack.deserved


def test_the_honest_beside_them_lose_nothing(graded: Class) -> None:
    assert {name: graded.results[name].points for name in HONEST} == HONEST


def test_the_gradebook_holds_exactly_that(graded: Class) -> None:
    from nbgrader.api import Gradebook as Nbgraders

    with Nbgraders(f"sqlite:///{graded.root}/gradebook.db", "bpcheck") as book:
        held = {one.student.id: one.score for one in book.assignment_submissions(CHAPTER)}

    assert held == {name: result.points for name, result in graded.results.items()}


def test_no_file_of_the_course_was_changed_and_none_added(graded: Class) -> None:
    assert graded.files() == graded.before
