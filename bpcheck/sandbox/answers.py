"""In the child: one call of a student's function, and what came of it as numbers or as facts about a failure.

It runs beside the student's code, in the same process: nothing that it says is believed by the client.

Imports: numpy, bpcheck.errors, the sibling `wire`.
"""

from __future__ import annotations

import importlib
import inspect
import linecache
import sysconfig
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from bpcheck.errors import AnswerError
from bpcheck.sandbox.wire import LONG, MANY, Value

Facts = dict[str, Any]
WORDS = 160  # characters of a source line or of Python's message that a sentence still carries
PLAIN = 64  # numbers that cross one by one; a longer list of them crosses as an array

_OTHERS = (
    str(Path(__file__).resolve().parent.parent),
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)


class Unsendable(Exception):
    """A result that is no numbers; says what it is."""


def resolve(probe: str, allowed: str) -> Callable[..., Any]:
    """The function "module:attribute", or "module:object.attribute".

    Raises
    ------
    ImportError : the name does not begin with `allowed`, or leads nowhere.
    """
    module, _, attributes = probe.partition(":")
    # SECURITY: the grader's own list, so that no name from a notebook can ever choose what is imported.
    if not module.startswith(allowed) or not attributes:
        raise ImportError(f"the probe {probe!r} is not one of {allowed}…")
    found: Any = importlib.import_module(module)
    for attribute in attributes.split("."):
        found = getattr(found, attribute, None)
    if not callable(found):
        raise ImportError(f"the probe {probe!r} is no function")
    return found  # type: ignore[no-any-return]


def look_up(name: str, space: Mapping[str, Any]) -> tuple[Any, Facts | None]:
    """What the notebook calls `name`; or facts about why it cannot be called."""
    if name not in space:
        return None, {"kind": "missing", "name": name}
    if not callable(space[name]):
        return None, {"kind": "no function", "name": name, "found": describe(space[name])}
    return space[name], None


# -- results -------------------------------------------------------------------------------------------


def sendable(value: Any) -> Value:
    """`value` as it may cross: a number, an array, or a flat list or tuple of these.

    Raises
    ------
    Unsendable : it holds something else than numbers.
    """
    if (
        isinstance(value, list | tuple)
        and not (len(value) > PLAIN and _all_plain(value))
        and len(value) <= MANY // 2
    ):
        entries = [_flat(entry) for entry in value]
        return entries if isinstance(value, list) else tuple(entries)
    return _flat(value)


def _all_plain(values: Sequence[Any]) -> bool:
    return all(type(value) in (int, float) for value in values)


def _flat(value: Any) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)[:LONG]
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else float(value)
    if isinstance(value, float):
        return float(value)
    try:
        array = np.asarray(value)
    except Exception:
        raise Unsendable(describe(value)) from None
    if array.dtype.kind == "O":
        array = _numbers(value, array)
    if array.dtype.kind in "iuf" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if array.dtype.kind not in "biuf":
        raise Unsendable(describe(value) + (" of complex numbers" if array.dtype.kind == "c" else ""))
    return np.array(array)


def _numbers(value: Any, array: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
    """Numbers that NumPy does not know (SymPy's, fractions) by their own `float`."""
    try:
        if any(isinstance(entry, str) or entry is None for entry in array.flat):
            raise TypeError
        return np.array([float(entry) for entry in array.flat]).reshape(array.shape)
    except Exception:
        raise Unsendable(describe(value)) from None


def describe(value: Any) -> str:
    """The kind of a value in a few words, for a sentence that goes on after "it is"."""
    kind = type(value).__name__[:WORDS]
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple | dict | set):
        return f"a {kind} of length {len(value)}"
    if inspect.isfunction(value):
        return f"the function {value.__name__[:WORDS]}"
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind} object"


def changed(given: Sequence[Any], before: Sequence[Any]) -> list[int]:
    """Which arguments are no longer what they were: the examiner's copies are changed in the same way."""
    return [i for i, (now, then) in enumerate(zip(given, before, strict=True)) if not _same(now, then)]


def _same(now: Any, then: Any) -> bool:
    if isinstance(then, np.ndarray):
        return np.array_equal(now, then, equal_nan=then.dtype.kind == "f")
    if isinstance(then, list | tuple):
        return len(now) == len(then) and all(map(_same, now, then))
    return bool(now == then) or then != then


# -- failures ------------------------------------------------------------------------------------------


def failure(name: str, error: BaseException) -> Facts:
    """What stopped the code, from its traceback: the type, the message, and the student's own line."""
    if isinstance(error, AnswerError):  # a probe says what is wrong better than a traceback would
        kind = type(error).__name__
        return {"kind": "sentence", "of": kind, "code": error.code, "sentence": error.sentence[:LONG]}
    frame, number = _students_line(error.__traceback__)
    placeholder = isinstance(error, NotImplementedError)
    facts: Facts = {
        "kind": "placeholder" if placeholder else "raised",
        "name": name,
        "type": type(error).__name__[:WORDS],
    }
    facts["message"] = _message(error)
    if frame is None:
        return facts
    facts["name"] = frame.f_code.co_qualname.rsplit("<locals>.", 1)[-1][:WORDS] if placeholder else name
    facts["line"] = number
    facts["source"] = linecache.getline(frame.f_code.co_filename, number).strip()[:WORDS]
    shapes = {key: value.shape for key, value in frame.f_locals.items() if type(value) is np.ndarray}
    if frame.f_code.co_name != "<module>":
        facts["shapes"] = ", ".join(f"{key} {shape}" for key, shape in shapes.items())[: 2 * WORDS]
    return facts


def _message(error: BaseException) -> str:
    try:
        return str(error).strip().split("\n")[0][:WORDS]
    except BaseException:  # an exception of the student's may do anything here
        return ""


def _students_line(trace: TracebackType | None) -> tuple[FrameType | None, int]:
    """The innermost frame that is neither ours nor a library's, and the line it stopped at."""
    frames = [
        entry for entry in traceback.walk_tb(trace) if not entry[0].f_code.co_filename.startswith(_OTHERS)
    ]
    return frames[-1] if frames else (None, 0)


def parameters(function: Any) -> list[list[Any]] | None:
    """Name, kind and "has a default" of each parameter; None where Python cannot tell."""
    try:
        listed = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [[p.name, int(p.kind), p.default is not p.empty] for p in list(listed)[:MANY]]
