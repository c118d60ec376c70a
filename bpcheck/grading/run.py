"""A class from submitted/ to the gradebook: what is new is read, graded and recorded, one line for each student.

One broken submission stops nobody else's: whatever is wrong with it becomes its line.

Imports: bpcheck.errors, the siblings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bpcheck.errors import RecordingError, UnreadableSubmission
from bpcheck.grading import folders, submission
from bpcheck.grading.gradebook import Gradebook
from bpcheck.grading.interrupts import held_back
from bpcheck.grading.model import Graded, SourceSheet, Submission, Task


@dataclass(frozen=True, slots=True)
class NotGraded:
    """A submission without marks, and why."""

    student: str
    reason: str
    ours: bool = False  # bpcheck or the machine failed, not the submission


GradeAll = Callable[[Iterable[Task]], Iterator[Graded | NotGraded]]


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
    protection: set[str] = field(default_factory=set)  # levels of the sandboxes that graded
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

    @property
    def done(self) -> int:
        """Submissions that need no more looking at."""
        return self.recorded + self.unchanged + len(self.refused)

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

    def _record(self, result: Graded | NotGraded) -> Graded | None:
        if isinstance(result, NotGraded):
            self.refused.append(result)
            return None
        try:
            with held_back():  # what is recorded and what is counted stay the same
                self.gradebook.record(result)
                self.recorded += 1
                self.protection.add(result.protection)
        except RecordingError as error:
            self.refused.append(NotGraded(result.student, str(error)))
            return None
        return result


def prepare(gradebook: Gradebook, assignment: str, student: str | None, force: bool) -> Run:
    """Look up what there is to do.

    Raises
    ------
    UsageError : the gradebook does not know the assignment, or nothing was handed in.
    """
    sources = gradebook.sources(assignment)
    wanted = submission.find(gradebook.course, assignment, student)
    return Run(gradebook, assignment, sources, wanted, force)
