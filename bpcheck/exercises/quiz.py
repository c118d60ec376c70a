"""Concept checks: a letter for every question, and something to say about every letter.

Imports: bpcheck.errors, bpcheck.gradcheck, the siblings `ask` and `model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpcheck.errors import (
    AnswerDied,
    AnswerError,
    AnswerRaised,
    AnswerTimedOut,
    MalformedAnswer,
    NotAttempted,
)
from bpcheck.exercises.ask import call
from bpcheck.exercises.model import Answer, Question, Quiz
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.facts import Finding, Outcome, Verdict

_A_DICT = "a dict"  # before the parts of one


def examine_quiz(quiz: Quiz, answer: Answer) -> Outcome:
    """Judge the letters that `answer()` returns.

    A wrong letter is answered by what is behind it, never by the right letter. Right ones are explained.
    """
    try:
        letters = _letters(quiz, call(quiz.id, answer, ()))
    except AnswerError as error:
        return Outcome(quiz.id, _verdict(error), findings=(Finding(error.code, error.sentence),))
    wrong = [q for q in quiz.questions if q.right and letters[q.key] != q.right]
    right = [q for q in quiz.questions if q.right and letters[q.key] == q.right]
    findings = tuple(Finding("Q", q.choices[letters[q.key]], f"{q.key} {letters[q.key]}") for q in wrong)
    notes = tuple(f"{q.key} {q.right} is right. {q.choices[q.right]}" for q in right)
    if quiz.remark is not None and not wrong:
        notes += (quiz.remark(letters),)
    return Outcome(quiz.id, Verdict.WRONG if wrong else Verdict.RIGHT, findings=findings, notes=notes)


def _verdict(error: AnswerError) -> Verdict:
    match error:
        case NotAttempted():
            return Verdict.NOT_ATTEMPTED
        case AnswerRaised() | AnswerTimedOut() | AnswerDied():
            return Verdict.COULD_NOT_RUN
    return Verdict.WRONG


def as_parts(answer: Answer) -> Any:
    """The probe of a quiz: its dict as keys and values in turn, which can cross into a sandbox and back."""
    value = answer()
    if not isinstance(value, Mapping):
        return value
    return (_A_DICT, *(None if part is ... else part for pair in value.items() for part in pair))


def from_parts(value: Any) -> Any:
    """What `as_parts` was given."""
    if isinstance(value, tuple) and value[:1] == (_A_DICT,):
        return {str(key): letter for key, letter in zip(value[1::2], value[2::2], strict=False)}
    return value


def _letters(quiz: Quiz, value: Any) -> Mapping[str, str]:
    """The answers, a valid letter for every question; spaces and capitals do not matter."""
    keys = [q.key for q in quiz.questions]
    example = f"{{{', '.join(f'{key!r}: {chr(97 + i % 3)!r}' for i, key in enumerate(keys[:2]))}, …}}"
    if value is None:
        raise MalformedAnswer("G1", f"`{quiz.id}` ran but gave back None. Did you forget `return`?")
    if not isinstance(value, Mapping):
        raise MalformedAnswer(
            "G2", f"`{quiz.id}` should return a dict such as {example}; it returned {describe(value)}."
        )
    for key in value:
        if key not in keys:
            import difflib  # it is slow to import, and few people misspell

            close = difflib.get_close_matches(str(key), keys, n=1, cutoff=0.5)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            raise MalformedAnswer(
                "G2", f"There is no question {key!r}; the questions are {', '.join(keys)}.{meant}"
            )
    return {q.key: _letter(q, value.get(q.key)) for q in quiz.questions}


def _letter(question: Question, given: Any) -> str:
    choices = ", ".join(question.choices)
    letter = given.strip().lower() if isinstance(given, str) else ""
    if given is None or given is ... or (isinstance(given, str) and not letter):
        raise MalformedAnswer("G2", f"{question.key} has no answer yet. Its choices are {choices}.")
    if letter not in question.choices:
        raise MalformedAnswer("G2", f"{question.key} has no choice {given!r}; its choices are {choices}.")
    return letter
