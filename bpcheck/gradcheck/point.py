"""Where a gradient is checked: a loss and the point that it is called at.

Whatever is wrong with either of them is the caller's, and raises `UsageError`: what was found, what
was expected, what to do.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck.arrays, bpcheck.gradcheck.derivative.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer, UsageError
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite
from bpcheck.gradcheck.derivative import ArrayFunction
from bpcheck.gradcheck.facts import FloatArray

Arrays = tuple[FloatArray, ...]
READ_ONLY = re.compile("read-?only|writ", re.IGNORECASE)  # in the words of NumPy, Cython and Numba


class Arrangement(Enum):
    """How the arrays of a point reach a function, and how its gradient is arranged."""

    NAMED = "named"  # a dict: function(W=W, b=b)
    LISTED = "listed"  # a list or a tuple: function(W, b)
    SINGLE = "single"  # an array or a number: function(x)


@dataclass(frozen=True, slots=True)
class Point:
    """Where a gradient is checked."""

    arrangement: Arrangement
    names: tuple[str, ...]
    arrays: Arrays  # as many as names, any shapes, finite
    plain: tuple[bool, ...]  # given as a number, not as an array: passed on as a number
    single: bool = False  # some array was given in float32 or float16: nobody's gradient is finer than that

    def arguments(self, arrays: Arrays, *, lend: bool = False) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """`arrays` as positional and as named arguments: copies, or lent for reading only."""
        dress = _lent if lend else np.copy
        copies = tuple(a[()] if plain else dress(a) for a, plain in zip(arrays, self.plain, strict=True))
        if self.arrangement is Arrangement.NAMED:
            return (), dict(zip(self.names, copies, strict=True))
        return copies, {}


def _lent(array: FloatArray) -> FloatArray:
    view = array.view()
    view.flags.writeable = False
    return view


def read_point(loss: Callable[..., Any], at: Any) -> Point:
    """`at` as float64 arrays, with the names that a report can use.

    Parameters
    ----------
    loss : to be called there; its parameters name the arrays of a list
    at : a dict, list or tuple of what `as_numbers` takes, or one of these; never changed

    Raises
    ------
    UsageError : `loss` is no function or takes other arguments; `at` is empty, holds something else
        than finite real numbers, or has keys that are no names.

    >>> read_point(lambda w, b: w.sum() * b, ([1, 2], 3)).names
    ('w', 'b')
    """
    if not callable(loss):
        raise UsageError(f"the loss should be a function; it is {describe(loss)}.")
    if isinstance(at, Mapping):
        arrangement, values, names = Arrangement.NAMED, list(at.values()), tuple(at)
    elif isinstance(at, list | tuple):
        arrangement, values, names = Arrangement.LISTED, list(at), _names(loss, len(at))
    else:
        arrangement, values, names = Arrangement.SINGLE, [at], _names(loss, 1)
    if not values:
        raise UsageError("`at` is empty; give at least one array, for example at={'W': W}.")
    if not all(isinstance(name, str) for name in names):
        raise UsageError(
            f"the keys of `at` are passed as names of arguments; found {names}, expected strings."
        )
    arrays = tuple(_finite(name, value) for name, value in zip(names, values, strict=True))
    plain = tuple(a.ndim == 0 and not isinstance(v, np.ndarray) for a, v in zip(arrays, values, strict=True))
    single = any(getattr(value, "dtype", None) in (np.float32, np.float16) for value in values)
    point = Point(arrangement, names, arrays, plain, single)
    _require_parameters(loss, point)
    return point


def _finite(name: str, value: Any) -> FloatArray:
    if _is_nested(value):
        raise UsageError(
            f"`at` holds {describe(value)} in the place of {name}, not one array. Give each array in it a name of its "
            "own in `at`, and put them together again inside of the loss."
        )
    try:
        array = as_numbers(name, value)
        require_finite(name, array)
    except MalformedAnswer as error:
        raise UsageError(f"`at` is no point to start from: {error.sentence}") from None
    return array


def _is_nested(value: Any) -> bool:
    """Whether a value holds arrays itself, as a dict of layers or a list of weights of unequal shapes does."""
    if isinstance(value, list | tuple):
        return len({part.shape for part in value if isinstance(part, np.ndarray)}) > 1
    return isinstance(value, Mapping)


def _names(loss: Callable[..., Any], count: int) -> tuple[str, ...]:
    """What the loss calls its first arguments; x, or x0, x1 ... if it does not say."""
    try:
        parameters = list(inspect.signature(loss).parameters.values())
    except (TypeError, ValueError):  # a builtin or a ufunc
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(named) >= count:
        return tuple(named[:count])
    return ("x",) if count == 1 else tuple(f"x{i}" for i in range(count))


def _require_parameters(loss: Callable[..., Any], point: Point) -> None:
    """A loss with other parameters gets a sentence of its own: Python's speaks of our call."""
    positional, named = point.arguments(point.arrays)
    if not takes(loss, positional, named):
        found = {
            Arrangement.NAMED: f"a dict with {', '.join(point.names)}; its keys are the names of the arguments. {WRAP}",
            Arrangement.LISTED: f"a list of {len(point.names)}; each of its items is one argument. {ONE_ARRAY}",
            Arrangement.SINGLE: f"one array, which is one argument. {WRAP}",
        }[point.arrangement]
        raise UsageError(f"the loss takes {inspect.signature(loss)}, but `at` is {found}")


def takes(function: Callable[..., Any], positional: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """Whether a function has parameters for these arguments; True if it does not say.

    >>> takes(lambda W: 0, (), {"w": 1.0})
    False
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True  # calling it will tell
    try:
        signature.bind(*positional, **named)
    except TypeError:
        return False
    return True


MEND = "It must give a number there; mend the loss, or move the point."
INTEGERS = "What stands in `at` is differentiated, so it arrives as float64: leave labels, indices and counts out of it."
WRAP = "Complete or rename `at`, or fix what does not move: lambda W: loss(W, X, y)."
ONE_ARRAY = "If they are entries of one array, pass np.array(at)."


class _Nowhere(io.TextIOBase):
    """A stream that keeps nothing."""

    def write(self, text: str, /) -> int:
        return len(text)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Other people's code runs here: what it prints and warns is not shown a hundred times."""
    nowhere = _Nowhere()
    with (
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


class Loss:
    """A loss that counts its calls, cannot change what it gets, and must give one number.

    Copies cost more than many a loss of a large network, so arrays are lent for reading only. A loss that does not
    bear that, as it writes into them, gets copies.

    Raises
    ------
    UsageError : at the point it raises, gives something else than one finite number, or another one
        the second time; or the point cannot be read (see `read_point`).
    """

    middle: float  # the loss at the point

    def __init__(self, loss: Callable[..., Any], at: Any) -> None:
        self.point = read_point(loss, at)
        self.calls = 0
        self.raised = ""  # by the last call that raised beside the point: what, and why
        self._loss = loss
        self._lends = False
        self.middle = self._at_the_point()
        if not self._can_borrow():
            self._lends = False  # it minds; or it is random, which copies will show
            self.require_the_same()

    def _can_borrow(self) -> bool:
        """Whether the loss leaves lent arrays alone: torch and C write into them, read-only or not."""
        before = [array.copy() for array in self.point.arrays]
        self._lends = True
        try:
            same = self._called(self.point.arrays) == self.middle
        except Exception:
            same = False
        for array, old in zip(self.point.arrays, before, strict=True):
            if not np.array_equal(array, old):
                same, array[...] = False, old
        return same

    def require_the_same(self) -> None:
        """Raise `UsageError` if the loss at the point is no longer what it was: then no verdict was earned."""
        again = self._at_the_point()
        if again != self.middle:
            raise UsageError(
                f"two calls of the loss with the same arguments gave {self.middle:.17g} and {again:.17g}. "
                "Something random, remembered, or the clock is in it; fix the seed inside the loss."
            )

    def __call__(self, arrays: Arrays) -> float:
        """The loss at `arrays`, which are arranged as the point is; NaN where it raises."""
        try:
            return self._called(arrays)
        except UsageError:
            raise
        except Exception as error:  # moved out of its domain
            self.raised = f"{type(error).__name__}: {error}"
            return np.nan

    def along(self, i: int, arrays: Arrays | None = None) -> ArrayFunction:
        """The loss as a function of its i-th array alone; the others stay at the point, or at `arrays`."""
        at = self.point.arrays if arrays is None else arrays
        before, after = at[:i], at[i + 1 :]
        return lambda x: self((*before, x, *after))

    def raw(self, arrays: tuple[Any, ...]) -> Any:
        """What the loss returns for copies of `arrays`, which may be complex; whatever it raises, raises."""
        self.calls += 1
        positional, named = self.point.arguments(arrays)
        return self._loss(*positional, **named)

    def _called(self, arrays: Arrays) -> float:
        self.calls += 1
        positional, named = self.point.arguments(arrays, lend=self._lends)
        try:
            return _number(self._loss(*positional, **named))
        except Exception as error:
            if not (self._lends and READ_ONLY.search(str(error))):
                raise
            self._lends = False
            return self._called(arrays)

    def _at_the_point(self) -> float:
        try:
            value = self._called(self.point.arrays)
        except UsageError:
            raise
        except Exception as error:
            what_to_do = INTEGERS if "integer" in str(error) else MEND
            raise UsageError(
                f"the loss raised {type(error).__name__} at the point: {str(error).rstrip('.')}. {what_to_do}"
            ) from error
        if not np.isfinite(value):
            raise UsageError(
                f"the loss is {value} at the point; it must be finite there. Mend the loss, or move the point."
            )
        return value


def _number(value: Any) -> float:
    """What a loss returned, as a float."""
    try:
        number = as_numbers("the loss", value)
    except MalformedAnswer:
        number = None
    if number is None or number.ndim:
        raise UsageError(f"the loss returned {describe(value)}; it must return one number.{_hint(value)}")
    return float(number)


def _hint(value: Any) -> str:
    """What to do about a loss that returned no number."""
    if value is None:
        return " Is a `return` missing?"
    if isinstance(value, tuple):
        return " Return the loss alone."
    if isinstance(value, np.ndarray) and value.size == 1:
        return " Return value.item(), the number inside."
    return " Take the sum or the mean inside the loss." if np.ndim(value) else ""
