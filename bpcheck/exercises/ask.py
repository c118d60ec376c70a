"""One question to an answer: copies in, numbers out, and every failure in a sentence.

Whether the answer lives in the notebook or in a sandbox makes no difference here: it is a callable.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.exercises.model.
"""

from __future__ import annotations

import copy
import functools
import inspect
import linecache
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any, Protocol, runtime_checkable

import numpy as np

from bpcheck.errors import AnswerError, AnswerRaised, MalformedAnswer, NotAttempted, SandboxError
from bpcheck.exercises.model import Answer, Arguments, Exercise, Probed
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite, require_shape
from bpcheck.gradcheck.facts import FloatArray

LONG = 160  # characters of a source line or of Python's message that a sentence still carries


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer gave back for one case."""

    arrays: tuple[FloatArray, ...] | None  # one per result; None: there were none to read
    error: AnswerError | None  # why it cannot be judged; a wrong shape leaves the arrays to be recognised


def ask(exercise: Exercise, answer: Answer, case: Arguments, shapes: list[tuple[int, ...]]) -> Reply:
    """Call `answer` on a copy of `case` and read its results as numbers.

    Parameters
    ----------
    exercise : which the answer belongs to
    answer : any callable; an `AnswerError` that it raises is passed on in the reply
    case : arguments
    shapes : of the expected results, in order

    Returns
    -------
    Reply. Nothing that the answer does raises through here but KeyboardInterrupt.

    Raises
    ------
    SandboxError : ours; no answer may be judged by it.
    """
    given = copy.deepcopy(case)
    arrays = None
    try:
        arrays = _read(exercise, _call(exercise, answer, given), case)
        for name, array, shape in zip(exercise.returns, arrays, shapes, strict=True):
            require_shape(name, array, shape)
            require_finite(name, array)
        _require_untouched(exercise, case, given)
    except AnswerError as error:
        return Reply(arrays, error)
    return Reply(arrays, None)


@runtime_checkable
class Remote(Protocol):
    """An answer that lives in another process."""

    def ask_ahead(self, cases: Sequence[Arguments]) -> None:
        """Ask all of `cases` at once; calls with them, in this order, then find the results here."""


def ask_ahead(answer: Answer, cases: Sequence[Arguments]) -> None:
    """Where every question waits for another process, ask all of them at once."""
    asked = answer.ask if isinstance(answer, Probed) else answer
    if isinstance(asked, Remote):
        asked.ask_ahead(cases)


def results(exercise: Exercise, answer: Answer, case: Arguments) -> tuple[FloatArray, ...] | None:
    """The results of `answer` for one case, whatever their shape; None if there are none to read."""
    try:
        return _read(exercise, _call(exercise, answer, copy.deepcopy(case)), case)
    except AnswerError:
        return None


def _call(exercise: Exercise, answer: Answer, given: Arguments) -> Any:
    if exercise.probe is not None:
        driven = answer if isinstance(answer, Probed) else functools.partial(exercise.probe, answer)
        return call(exercise.id, driven, given)
    try:
        return call(exercise.id, answer, given)
    except AnswerRaised:
        _require_parameters(exercise, answer, given)
        raise


def call(name: str, answer: Answer, given: Arguments) -> Any:
    """What `answer` returns.

    Raises
    ------
    AnswerError : whatever stopped it, in a sentence.
    SandboxError : ours.
    """
    try:
        return answer(*given)
    except (AnswerError, SandboxError, KeyboardInterrupt):
        raise
    except NotImplementedError as error:
        raise NotAttempted("G0", _placeholder(name, error.__traceback__)) from None
    except BaseException as error:  # a student's code may raise anything, SystemExit among it
        raise AnswerRaised("G10", _what_stopped(name, error)) from None


def _require_parameters(exercise: Exercise, answer: Answer, given: Arguments) -> None:
    """A wrong number of parameters gets its own sentence: Python's counts from the caller's side."""
    try:
        inspect.signature(answer).bind(*given)
    except TypeError:
        call = f"{exercise.id}({', '.join(exercise.parameters)})"
        own = f"def {exercise.id}{inspect.signature(answer)}"
        raise MalformedAnswer("G2", f"It is called as `{call}`, but yours begins `{own}`.") from None
    except ValueError:
        pass  # a builtin that has no signature: calling it will tell


def _read(exercise: Exercise, value: Any, case: Arguments) -> tuple[FloatArray, ...]:
    """The results as arrays, in the order of `exercise.returns`."""
    names = exercise.returns
    if value is None:
        raise MalformedAnswer("G1", f"`{exercise.id}` ran but gave back None. Did you forget `return`?")
    if exercise.reading is not None:
        value = exercise.reading(value, *case)
    if len(names) == 1:
        return (as_numbers(names[0], value),)
    wanted = f"{len(names)} results ({', '.join(names)})"
    if not isinstance(value, tuple | list | np.ndarray) or (isinstance(value, np.ndarray) and not value.ndim):
        raise MalformedAnswer("G2", f"`{exercise.id}` should return {wanted}; it returned {describe(value)}.")
    if len(value) != len(names):
        raise MalformedAnswer("G2", f"`{exercise.id}` should return {wanted}; it returned {len(value)}.")
    return tuple(as_numbers(name, part) for name, part in zip(names, value, strict=True))


def _require_untouched(exercise: Exercise, case: Arguments, given: Arguments) -> None:
    for name, before, after in zip(exercise.parameters, case, given, strict=True):
        if not _same(before, after):
            raise MalformedAnswer(
                "G7",
                f"After the call, your input `{name}` is different. `+=`, `.sort()` or an assignment to "
                f"`{name}[...]` works on the caller's own object; work on a copy.",
            )


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after, equal_nan=True)
    try:
        if isinstance(before, list | tuple):
            return len(before) == len(after) and all(map(_same, before, after))
        return bool(before == after)
    except Exception:  # a list that holds an array now; whatever it is, it is no longer what it was
        return False


def _placeholder(name: str, trace: TracebackType | None) -> str:
    frame = _students_frame(trace)
    name = frame.f_code.co_qualname.rsplit("<locals>.", 1)[-1] if frame else name
    return (
        f"`{name}` still holds the placeholder. Put your own lines in its place, then run both cells again."
    )


def _what_stopped(name: str, error: BaseException) -> str:
    """The catalogue's G10: line, reason, and the shapes of the arrays that the line could see."""
    if isinstance(error, SystemExit):
        return f"`{name}` called `exit()`. A function gives its result back with `return`."
    message = str(error).strip().split("\n")[0][:LONG]
    reason = f"{type(error).__name__}: {message}" if message else type(error).__name__
    if isinstance(error, RecursionError):
        reason = "RecursionError: the function calls itself without end"
    frame = _students_frame(error.__traceback__)
    if frame is None:
        return f"`{name}` stopped with {reason}."
    number = _line_number(error.__traceback__, frame)
    line = linecache.getline(frame.f_code.co_filename, number).strip()[:LONG]
    shapes = [
        f"{name} {value.shape}" for name, value in frame.f_locals.items() if isinstance(value, np.ndarray)
    ]
    where = f"in your line {number}" + (f": `{line}`" if line else "")
    return f"Python stopped {where}. {reason}." + (f" Shapes there: {', '.join(shapes)}." if shapes else "")


def _students_frame(trace: TracebackType | None) -> FrameType | None:
    """The innermost frame that is neither ours nor a library's."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    own = [frame for frame in frames if not frame.f_code.co_filename.startswith(_others_folders())]
    return own[-1] if own else None


@functools.cache
def _others_folders() -> tuple[str, ...]:
    """Where code lies that no student wrote: ours, Python's and the installed libraries'."""
    import sysconfig  # needed only where something went wrong
    from pathlib import Path

    libraries = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    return (str(Path(__file__).resolve().parent.parent), *libraries)


def _line_number(trace: TracebackType | None, wanted: FrameType) -> int:
    return next(number for frame, number in traceback.walk_tb(trace) if frame is wanted)
