"""What a sandboxed notebook answers to an exercise: the callable that the examiner asks.

    with sandbox.open(cells, probes=answers.probes(exercises)) as session:
        outcome = examine(exercise, answers.answer(exercise, session), seed)

The same examiner, and so the same verdict and sentences, as `check` in the notebook. What an exercise's
probe does runs beside the student's code; what comes back is numbers, judged here.

Imports: bpcheck.errors, bpcheck.exercises; the sandbox's Session as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bpcheck.errors import CourseError
from bpcheck.exercises import CHAPTERS
from bpcheck.exercises.model import Answer, Exercise, Probed, Quiz
from bpcheck.exercises.quiz import as_parts, from_parts

if TYPE_CHECKING:
    from bpcheck.sandbox import Session

# for `Sandbox.start`: imported once, and not at the first call of every submission
PRELOAD = ("bpcheck", "bpcheck.draw", *(f"bpcheck.exercises.{chapter}" for chapter in CHAPTERS))


def probes(exercises: Iterable[Exercise | Quiz]) -> dict[str, str]:
    """For `Sandbox.open`: by which functions of ours these exercises' answers are driven.

    Raises
    ------
    CourseError : a probe has no name by which another process could import it.

    >>> from bpcheck import exercises
    >>> probes([exercises.find("two_roads"), exercises.find("slope_by_dual")])
    {'slope_by_dual': 'bpcheck.exercises.programs:asked_with_function'}
    """
    found = {exercise.id: _probe(exercise) for exercise in exercises}
    return {name: _importable(name, probe) for name, probe in found.items() if probe is not None}


def answer(exercise: Exercise | Quiz, session: Session) -> Answer:
    """The student's answer in `session`, for `examine`.

    Parameters
    ----------
    exercise : whose answer is wanted; it was among those of `probes` when the session was opened
    session : in which the notebook's cells were run

    Returns
    -------
    A callable. It raises `AnswerError` for what is the student's, `SandboxError` for what is ours.
    """
    return driven(exercise, session.answer(exercise.id))


def driven(exercise: Exercise | Quiz, asked: Callable[..., Any]) -> Answer:
    """The same for a function of a session that is at hand, whatever its name."""
    if isinstance(exercise, Quiz):
        return lambda: from_parts(asked())
    return asked if exercise.probe is None else Probed(asked)


def _probe(exercise: Exercise | Quiz) -> Callable[..., Any] | None:
    return as_parts if isinstance(exercise, Quiz) else exercise.probe


def _importable(exercise: str, probe: Callable[..., Any]) -> str:
    name = probe.__qualname__
    if "<" in name:
        raise CourseError(f"the probe of {exercise} is {name}; give it a name at the top of its module")
    return f"{probe.__module__}:{name}"
