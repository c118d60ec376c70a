"""What a class got wrong: exercise by exercise, mistake by mistake, from the reports in autograded/.

A student counts once for a mistake. Known mistakes keep their sentence; what says something else to each student,
such as an error of Python's, is counted under its code with the most frequent sentence as an example.

Imports: bpcheck.errors, bpcheck.exercises, the siblings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bpcheck import exercises
from bpcheck.errors import UsageError
from bpcheck.exercises.model import Quiz
from bpcheck.grading import autograded
from bpcheck.grading.folders import Course
from bpcheck.grading.record import find_record

NOTHING_YET = "nothing to check yet"
VERDICTS = ("right", "in part", "not yet", "could not run", "cannot tell here", NOTHING_YET)
QUIZ = "Q"  # the code of every wrong letter
NOT_ATTEMPTED = "G0"  # is a verdict, no mistake


@dataclass(frozen=True, slots=True)
class Tally:
    """How an exercise went."""

    exercise: str
    verdicts: dict[str, int]  # verdict -> students; only those that occur, in the order of `VERDICTS`

    @property
    def attempted(self) -> int:
        """Students who wrote something."""
        return sum(self.verdicts.values()) - self.verdicts.get(NOTHING_YET, 0)


@dataclass(frozen=True, slots=True)
class Made:
    """A mistake and who made it."""

    exercise: str
    code: str
    array: str  # the result that it was found in; empty: in all
    sentence: str
    example: bool  # others have another sentence of the same code
    students: tuple[str, ...]  # sorted
    attempted: int  # students who wrote something into this exercise

    @property
    def name(self) -> str:
        """In short: "C7", "V1 in u, y"; of a quiz the question and the letter, "q4 a"."""
        if self.code == QUIZ:
            return self.array or self.code
        return f"{self.code} in {self.array}" if self.array else self.code


@dataclass(frozen=True, slots=True)
class Summary:
    """Of an assignment."""

    assignment: str
    students: int
    tallies: tuple[Tally, ...]  # in the notebook's order
    mistakes: tuple[Made, ...]  # most frequent first


@dataclass(slots=True)
class _Count:
    """What is counted while the notebooks are read, one after the other."""

    students: set[str] = field(default_factory=set)
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)  # exercise -> verdict -> students
    # (exercise, code, array, sentence of a known mistake) -> sentence -> student; a dict keeps their order
    mistakes: dict[tuple[str, str, str, str], dict[str, dict[str, None]]] = field(default_factory=dict)

    def add(self, student: str, record: dict[str, Any]) -> None:
        exercise = str(record["exercise"])
        self.students.add(student)
        self.verdicts.setdefault(exercise, Counter())[str(record["verdict"])] += 1
        for mistake in record["mistakes"]:
            code, array, sentence = (str(mistake[key]) for key in ("code", "array", "sentence"))
            if code != NOT_ATTEMPTED:
                known = sentence if sentence in known_sentences(exercise) else ""
                said = self.mistakes.setdefault((exercise, code, array, known), {})
                said.setdefault(sentence, {})[student] = None


def summarise(course: Course, assignment: str) -> Summary:
    """Read every graded notebook of `assignment`, one after the other.

    Raises
    ------
    UsageError : none is graded.
    """
    count = _Count()
    for student, record in _records(course, assignment):
        count.add(student, record)
    if not count.students:
        raise UsageError(f"nothing is graded for {assignment!r}. Run: bpcheck grade {assignment}")
    tallies = {exercise: _tally(exercise, found) for exercise, found in count.verdicts.items()}
    made = [_made(key, said, tallies[key[0]].attempted) for key, said in count.mistakes.items()]
    order = list(tallies)
    made.sort(key=lambda one: (-len(one.students), order.index(one.exercise), one.code, one.sentence))
    return Summary(assignment, len(count.students), tuple(tallies.values()), tuple(made))


def _records(course: Course, assignment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(course.autograded.glob(f"[!.]*/{assignment}/*.ipynb")):
        for cell in autograded.read(path).get("cells", []):
            record = find_record(cell) if cell.get("metadata", {}).get("nbgrader", {}).get("grade") else None
            if record is not None:
                yield path.parts[-3], record


def _tally(exercise: str, found: Counter[str]) -> Tally:
    return Tally(exercise, {verdict: found[verdict] for verdict in VERDICTS if found[verdict]})


def _made(key: tuple[str, str, str, str], said: dict[str, dict[str, None]], attempted: int) -> Made:
    exercise, code, array, _ = key
    sentence = max(said, key=lambda one: len(said[one]))
    students = sorted({student for found in said.values() for student in found})
    return Made(exercise, code, array, sentence, len(said) > 1, tuple(students), attempted)


def known_sentences(exercise: str) -> frozenset[str]:
    """Of the exercise's own mistakes; empty for an instructor's own check."""
    try:
        found = exercises.find(exercise)
    except UsageError:
        return frozenset()
    if isinstance(found, Quiz):
        return frozenset(remark for question in found.questions for remark in question.choices.values())
    return frozenset(mistake.sentence for mistake in found.mistakes)
