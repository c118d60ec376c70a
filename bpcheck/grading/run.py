"""A class from submitted/ to the gradebook: what is new is read, graded and recorded, one line for each student.

One broken submission stops nobody else's: whatever is wrong with it becomes its line.

Imports: bpcheck.errors, bpcheck.sandbox, the siblings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bpcheck.errors import RecordingError, SandboxError, UnreadableSubmission
from bpcheck.grading import answers, folders, submission
from bpcheck.grading.grade import grade
from bpcheck.grading.gradebook import Gradebook
from bpcheck.grading.model import Graded, SourceSheet, Submission, Task
from bpcheck.sandbox import Sandbox
from bpcheck.sandbox.layers import LEVELS

WALLS = "AB"  # the levels that are a security boundary
GradeAll = Callable[[Iterable[Task]], Iterator[Graded]]


@dataclass(frozen=True, slots=True)
class NotGraded:
    """A submission without marks, and why."""

    student: str
    reason: str


@dataclass(slots=True)
class Run:
    """One `bpcheck grade`: iterate over `results`, then ask what it came to."""

    gradebook: Gradebook
    assignment: str
    sources: tuple[SourceSheet, ...]
    wanted: Sequence[Submission]
    force: bool = False
    recorded: int = 0
    unchanged: int = 0
    refused: list[NotGraded] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def results(self, grade_all: GradeAll) -> Iterator[Graded | NotGraded]:
        """Each submission that is new, graded and recorded, or refused; in the order in which `grade_all` is done.

        Parameters
        ----------
        grade_all : from tasks to what came of them; it takes a task when it has room for one

        Raises
        ------
        SandboxError, CourseError : nothing more is graded; what was recorded stays.
        """
        told = 0
        for graded in grade_all(self._tasks()):
            result = self._record(graded)
            yield from self.refused[told:]
            told = len(self.refused)
            if result is not None:
                yield result
        yield from self.refused[told:]

    def _tasks(self) -> Iterator[Task]:
        secret = folders.secret(self.gradebook.course.root)
        for one in self.wanted:
            if not self.force and self.gradebook.recorded(one):
                self.unchanged += 1
                continue
            try:
                yield submission.read(one, self.sources, secret)
            except UnreadableSubmission as error:
                self.refused.append(NotGraded(one.student, str(error)))

    def _record(self, graded: Graded) -> Graded | None:
        try:
            self.gradebook.record(graded)
        except RecordingError as error:
            self.refused.append(NotGraded(graded.student, str(error)))
            return None
        self.recorded += 1
        return graded


def prepare(gradebook: Gradebook, assignment: str, student: str | None, force: bool) -> Run:
    """Look up what there is to do.

    Raises
    ------
    UsageError : the gradebook does not know the assignment, or nothing was handed in.
    """
    sources = gradebook.sources(assignment)
    wanted = submission.find(gradebook.course, assignment, student)
    return Run(gradebook, assignment, sources, wanted, force)


def start_sandbox(unprotected: bool) -> Sandbox:
    """A sandbox that is a wall, or any that can be had.

    Raises
    ------
    SandboxError : there is none, or it is no wall and `unprotected` is False.
    """
    sandbox = Sandbox.start(preload=answers.PRELOAD)
    if sandbox.level in WALLS or unprotected:
        return sandbox
    missing = "; ".join(f"{layer}: {reason}" for layer, reason in sandbox.missing.items())
    sandbox.close()
    raise SandboxError(
        f"protection {sandbox.level} ({LEVELS[sandbox.level]}): {missing}. Nothing was graded. `bpcheck doctor` says "
        "more; --unprotected grades all the same, and that is written into every record"
    )


def one_by_one(sandbox: Sandbox) -> GradeAll:
    """Grade in this process; a sandbox that fails is begun again once for each submission."""

    def grade_all(tasks: Iterable[Task]) -> Iterator[Graded]:
        for task in tasks:
            try:
                yield grade(task, sandbox)
            except SandboxError:
                sandbox.restart()
                yield grade(task, sandbox)

    return grade_all
