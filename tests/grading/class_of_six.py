"""Six submissions of a small course, and `bpcheck grade` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from graded_course import ASSIGNMENT, DOUBLE, ONE_ROAD, RIGHT, TWO_ROADS, GradedCourse

SCORES = {  # what each student deserves for double, two_roads and half
    "s1": (1.0, 2.0, 4.0),
    "s2": (1.0, 0.0, 4.0),
    "s3": (0.0, 0.0, 0.0),
    "s4": (1.0, 2.0, 4.0),
    "s5": (0.0, 2.0, 4.0),
    "s6": (1.0, 2.0, 0.0),
}
ANSWERS = {
    "s1": RIGHT,
    "s2": RIGHT | {"two_roads-answer": ONE_ROAD},
    "s3": {},
    "s4": RIGHT,
    "s5": RIGHT | {"double-answer": "def double(t):\n    return t + 2"},
    "s6": {"double-answer": DOUBLE, "two_roads-answer": TWO_ROADS},
}
NAP = 4.0  # seconds: long enough for a test to act, shorter than a cell may take


def hand_in(course: GradedCourse, asleep: tuple[str, ...] = ()) -> None:
    """The whole class; the first answer of those who are `asleep` takes its time."""
    for student, answers in ANSWERS.items():
        handed_in = dict(answers)
        if student in asleep:
            handed_in[next(iter(answers))] += f"\nimport time; time.sleep({NAP})"
        course.hand_in(student, handed_in)


def scores(course: GradedCourse, student: str) -> tuple[float | None, ...]:
    found = course.scores(student)
    return tuple(found[name] for name in ("double", "two_roads", "half"))


def graded(course: GradedCourse) -> dict[str, tuple[float | None, ...]]:
    """Of every student who has a graded notebook."""
    folders = sorted((course.root / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb"))
    assert all(json.loads(path.read_bytes())["cells"] for path in folders)  # none is cut short
    return {path.parts[-3]: scores(course, path.parts[-3]) for path in folders}


@contextmanager
def grading(course: GradedCourse, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`bpcheck grade` under way, in a group of processes of its own, as in a terminal."""
    command = [sys.executable, "-m", "bpcheck.cli", "grade", ASSIGNMENT, *arguments]
    package = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command,
        cwd=course.root,
        env=os.environ | {"PYTHONPATH": package},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def grade(course: GradedCourse, *arguments: str) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    with grading(course, *arguments) as process:
        out, err = process.communicate()
        return process.returncode, out, err


def first_student(out: IO[str]) -> str:
    """Wait for the first line of a student; it is recorded then."""
    for line in out:
        if line.split() and line.split()[0] in ANSWERS:
            return line.split()[0]
    raise AssertionError("the run ended before anybody was graded")


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The worker processes that `bpcheck grade --workers` has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def lives(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
