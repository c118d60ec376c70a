"""What a student types: `check`, `hint`, `solution`, `guess` and `progress`.

Imports: bpcheck.errors, bpcheck.exercises, bpcheck.report, bpcheck.inprocess; bpcheck.diary on call; IPython if it is running.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

import numpy as np

from bpcheck import exercises
from bpcheck.errors import UsageError, WrongAnswer
from bpcheck.exercises.examine import examine
from bpcheck.exercises.guess import respond
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.facts import Outcome, Verdict
from bpcheck.inprocess import InProcess
from bpcheck.report import Report, annotated

SECONDS = 5.0  # for all calls of one check

# Which hints were shown and what was attempted since this Python started. It only opens hints and
# solutions step by step; no verdict depends on it.
_hints_shown: dict[str, int] = {}
_attempted: set[str] = set()


def check(answer: Any, exercise: str | None = None, *, seed: int | None = None) -> None:
    """Examine an answer, show the report, and raise unless it is right.

    Parameters
    ----------
    answer : the function that the exercise asks for
    exercise : the exercise's id; not needed where the function has its name
    seed : of the random cases, to repeat a check; by default a new one each time

    Raises
    ------
    WrongAnswer : the verdict is anything but *right*; carries the report. It shows itself in one line.
    UsageError : there is no such exercise, or `answer` is no function.
    """
    wanted = _exercise_for(answer, exercise)
    asked = InProcess(answer if callable(answer) else lambda: answer, SECONDS)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # the mistakes that are tried may overflow; the student's own are kept
        warnings.simplefilter("ignore")
        outcome = examine(
            wanted, asked, int.from_bytes(os.urandom(4), "little") % 10**6 if seed is None else seed
        )
    if outcome.verdict is not Verdict.NOT_ATTEMPTED:
        _attempted.add(wanted.id)
    _note("check", wanted.id, verdict=outcome.verdict.value, **_letters(wanted, asked, outcome))
    report = Report(annotated(outcome, asked.printed, asked.warned))
    _show(report)
    if not report.ok:
        raise WrongAnswer(f"{wanted.id}: {outcome.verdict.value}. The report above says more.", report)


def hint(exercise: str) -> None:
    """Show the next hint: where to look, which idea, a worked twin, the first line; then the last again.

    Raises
    ------
    UsageError : there is no such exercise.
    """
    wanted = exercises.find(exercise)
    hints = exercises.prose(wanted).hints
    if not hints:
        raise UsageError(f"{wanted.id} is a set of questions; it has no hints. `check` answers every letter.")
    step = min(_hints_shown.get(wanted.id, 0) + 1, len(hints))
    _hints_shown[wanted.id] = step
    _note("hint", wanted.id, step=step)
    _show_markdown(f"**Hint {step} of {len(hints)}** for `{wanted.id}`\n\n{hints[step - 1]}")


def solution(exercise: str) -> None:
    """Show the solution with its reasoning, once the exercise was attempted.

    Raises
    ------
    UsageError : there is no such exercise, or it was not attempted yet.
    """
    wanted = exercises.find(exercise)
    if wanted.id not in _attempted:
        raise UsageError(
            f"the solution of {wanted.id} opens after an attempt. Write what you can, run its check, then ask "
            f'again. bpcheck.hint("{wanted.id}") helps before that.'
        )
    _note("solution", wanted.id)
    _show_markdown(f"**Solution** of `{wanted.id}`\n\n{exercises.prose(wanted).solution}")


def guess(name: str, given: Any) -> None:
    """Say what is behind a guess, before the notebook shows the answer. Nothing is marked or kept.

    Parameters
    ----------
    name : of the guess
    given : a letter or a number, as the text asks; `...` as long as there is none

    Raises
    ------
    UsageError : there is no such guess.
    """
    _show_markdown(respond(name, given))


def notation() -> None:
    """Show the notation card: symbols, meanings, shapes in code."""
    _show_markdown(exercises.notation_card())


def progress() -> None:
    """Show what was solved, when and with how many hints: kept in your course folder, never sent anywhere."""
    from pathlib import Path

    from bpcheck import diary

    print(diary.as_text(diary.find(), Path.cwd()))


def _note(did: str, exercise: str, **facts: Any) -> None:
    from bpcheck import diary  # it is not needed to import the package

    diary.note(did, exercise, **facts)


def _letters(wanted: Exercise | Quiz, asked: InProcess, outcome: Outcome) -> dict[str, Any]:
    """What was answered to a quiz: only so can notebook 13 compare with notebook 00."""
    if isinstance(wanted, Exercise) or outcome.verdict is not Verdict.RIGHT:
        return {}
    given = asked()
    return (
        {"letters": {str(key): str(letter) for key, letter in given.items()}}
        if isinstance(given, dict)
        else {}
    )


def _exercise_for(answer: Any, name: str | None) -> Exercise | Quiz:
    if name is None and not callable(answer):
        raise UsageError(
            f"check needs the function itself, as in bpcheck.check(double); it got {describe(answer)}. "
            "Was the function called (a pair of brackets too many), or its name given to something else?"
        )
    name = getattr(answer, "__name__", type(answer).__name__) if name is None else name
    wanted = exercises.find(name)
    if isinstance(wanted, Exercise) and not callable(answer):
        raise UsageError(f"{wanted.id} should be a function; it is {describe(answer)}.")
    return wanted


def _in_ipython() -> bool:
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None


def _show(report: Report) -> None:
    if _in_ipython():
        sys.modules["IPython"].display.display(report)
    else:
        print(report)


def _show_markdown(source: str) -> None:
    if _in_ipython():
        display = sys.modules["IPython"].display
        display.display(display.Markdown(source))
    else:
        print(source)


__all__: list[str] = ["check", "guess", "hint", "notation", "progress", "solution"]
