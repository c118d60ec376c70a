"""The gradient under test: what was handed in, as arrays, or what keeps it from being a gradient.

A gradient that is a function is watched while it is asked: it must leave its inputs alone and give the same
twice. Every array that it returns is copied at once, since it may reuse its buffers.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

from bpcheck.errors import AnswerError, AnswerRaised, MalformedAnswer
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite, require_shape
from bpcheck.gradcheck.facts import Finding, FloatArray
from bpcheck.gradcheck.point import Arrangement, Arrays, Point, takes
from bpcheck.gradcheck.recognise import same_numbers


@dataclass(frozen=True, slots=True)
class Reply:
    """What a gradient gave at one point."""

    arrays: tuple[FloatArray | None, ...]  # in the order of the point; None: no gradient of this array
    findings: tuple[Finding, ...] = ()  # what is wrong with those that are None, or with all
    changed: tuple[str, ...] = ()  # names of the inputs that it changed

    @property
    def whole(self) -> bool:
        """Whether every array can be judged."""
        return not self.findings


def ask(gradient: Any, point: Point, arrays: Arrays) -> Reply:
    """The gradient at `arrays`, in the order of the point.

    Raises
    ------
    AnswerRaised : it is a function, and raised.
    """
    changed: tuple[str, ...] = ()
    nothing = (None,) * len(point.names)
    try:
        if callable(gradient):
            values, changed = _called(gradient, point, arrays)
        else:
            values = _arranged(gradient, point)
    except MalformedAnswer as error:
        return Reply(nothing, (Finding(error.code, error.sentence),))
    read = [
        Finding("G2", MISSING.format(name=n), n) if v is _ABSENT else _read(n, v, a.shape)
        for n, v, a in zip(point.names, values, arrays, strict=True)
    ]
    findings = tuple(r for r in read if isinstance(r, Finding))
    return Reply(tuple(None if isinstance(r, Finding) else r for r in read), findings, changed)


def behaviour(first: Reply, again: Reply, names: tuple[str, ...]) -> tuple[Finding, ...]:
    """What two replies at one point show that no single one does."""
    found = []
    if first.changed:
        inputs = ", ".join(f"`{name}`" for name in first.changed)
        found.append(Finding("G7", CHANGED.format(inputs=inputs), ", ".join(first.changed)))
    twice: list[str] = []
    other: list[str] = []
    for name, a, b in zip(names, first.arrays, again.arrays, strict=True):
        if a is None or b is None or np.array_equal(a, b) or same_numbers(a, b):  # the first is soon told
            continue
        (twice if same_numbers(2 * a, b) else other).append(name)
    if twice:
        found.append(Finding("C9", LEFTOVER, ", ".join(twice)))
    if other:
        found.append(Finding("G8", NOT_REPEATABLE, ", ".join(other)))
    return tuple(found)


def _called(gradient: Callable[..., Any], point: Point, arrays: Arrays) -> tuple[list[Any], tuple[str, ...]]:
    """What the function returned, copied, and the names of the inputs that it changed."""
    positional, named = point.arguments(arrays)
    try:
        returned = gradient(*positional, **named)
    except Exception as error:
        name = getattr(gradient, "__name__", "the gradient function")
        if isinstance(error, TypeError) and not takes(gradient, positional, named):
            given = ", ".join(f"{n}=…" if named else n for n in point.names)
            raise AnswerRaised("G10", TAKES_OTHER.format(name, signature(gradient), given)) from error
        raise AnswerRaised("G10", f"{name} raised {type(error).__name__}: {error}") from error
    inputs = [*positional, *named.values()]
    changed = [
        name
        for name, now, before in zip(point.names, inputs, arrays, strict=True)
        if isinstance(now, np.ndarray) and not np.array_equal(now, before)
    ]
    return _arranged(returned, point), tuple(changed)


def _read(name: str, value: Any, shape: tuple[int, ...]) -> FloatArray | Finding:
    try:
        array = as_numbers(f"d{name}", value)
        require_shape(f"d{name}", array, shape, name)
        require_finite(f"d{name}", array)
    except AnswerError as error:
        return Finding(error.code, error.sentence, name)
    return array


def _arranged(value: Any, point: Point) -> list[Any]:
    """The parts of a gradient that is arranged as the point is."""
    if point.arrangement is Arrangement.SINGLE:
        return [value]
    if value is None:
        raise MalformedAnswer("G1", "The gradient is None. Did you forget `return`?")
    if point.arrangement is Arrangement.NAMED:
        if isinstance(value, Mapping) and value and set(value) <= set(point.names):
            return [value.get(name, _ABSENT) for name in point.names]
        wanted = f"a dict with {', '.join(point.names)}"
    else:
        if isinstance(value, list | tuple) and len(value) == len(point.names):
            return list(value)
        wanted = f"a list or tuple of {len(point.names)} ({', '.join(point.names)})"
    keys = f" with {', '.join(map(str, value))}" if isinstance(value, Mapping) else ""
    raise MalformedAnswer(
        "G2", f"The gradient should be {wanted}, arranged as `at` is; it is {describe(value)}{keys}."
    )


_ABSENT = object()
TAKES_OTHER = "{} takes {}, but a gradient function is called as the loss is, here with ({})."
MISSING = "The gradient holds no {name}. It needs every name that `at` has."
CHANGED = (
    "After the call, the input {inputs} is different. An in-place `+=` or a slice assignment works on the "
    "caller's array; make a copy first."
)
LEFTOVER = (
    "The second call gave twice the first: the gradient still contains the previous run. Set it to zero "
    "before each backward pass."
)
NOT_REPEATABLE = "Two calls with the same arguments disagree. Something random, or a variable outside the function, is in play."
