"""What may come in as numbers, and what to say if it is something else.

A right number passes in whatever dress it comes: a Python float, an integer, a list, a 0-d array, a
float32 array, a SymPy number. Everything else gets one sentence: what was found, what was expected.

Imports: numpy, bpcheck.errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.gradcheck.facts import FloatArray


def describe(value: object) -> str:
    """The kind of a value in a few words, for a sentence that starts with "it returned".

    >>> describe([1, 2]), describe(np.ones((2, 3))), describe("0.5")
    ('a list of length 2', 'an array of shape (2, 3)', "the string '0.5'")
    """
    if value is None:
        return "None"
    if isinstance(value, str):
        return f"the string {value[:30]!r}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, bool | np.bool_):
        return f"the truth value {bool(value)}"
    if isinstance(value, int | float | complex | np.number):
        return f"the number {value:.6g}"
    if isinstance(value, list | tuple | dict | set):
        return f"a {type(value).__name__} of length {len(value)}"
    if callable(value):
        return f"the function {getattr(value, '__name__', type(value).__name__)}"
    article = "an" if type(value).__name__[:1].lower() in "aeiou" else "a"
    return f"{article} {type(value).__name__} object"


def as_numbers(name: str, value: object) -> FloatArray:
    """`value` as a float64 array of its own, whatever shape it has.

    Parameters
    ----------
    name : of the value, for the sentence
    value : a number, an array, or lists and tuples of numbers

    Returns
    -------
    A fresh float64 array. Not a view: an answer may reuse its buffer.

    Raises
    ------
    MalformedAnswer : None (G1); text, truth values, complex numbers, lists of unequal lengths, objects (G2).

    >>> as_numbers("dw", [1, 2])
    array([1., 2.])
    """
    if value is None:
        raise MalformedAnswer("G1", f"{name} is None, not a number. Is a `return` or an assignment missing?")
    try:
        array = np.asarray(value)
    except ValueError:
        raise MalformedAnswer("G2", _ragged(name, value)) from None
    except Exception as error:  # whatever a foreign object does when it is asked for its numbers
        raise MalformedAnswer(
            "G2", f"{name} should hold numbers; it is {describe(value)} ({error})."
        ) from None
    if array.dtype.kind in "iuf":
        return np.array(array, dtype=np.float64)
    if array.dtype.kind == "c":
        raise MalformedAnswer("G2", f"{name} is complex ({array.dtype}); a gradient of real numbers is real.")
    if array.dtype.kind == "O":
        return _objects(name, value, array)
    if array.dtype.kind == "b" and array.ndim:
        raise MalformedAnswer(
            "G2", f"{name} holds truth values (bool), not numbers. Is a comparison left over?"
        )
    raise MalformedAnswer("G2", f"{name} should be numbers; it is {describe(value)}.")


def _ragged(name: str, value: object) -> str:
    rows: Iterable[Any] = value if isinstance(value, list | tuple) else ()
    lengths = [
        len(row)
        for row in rows
        if isinstance(row, list | tuple) or (isinstance(row, np.ndarray) and row.ndim)
    ]
    found = f": its rows have lengths {', '.join(map(str, lengths))}" if lengths else ""
    return f"{name} is a list of unequal lengths{found}. Every row needs as many numbers as the others."


def _objects(name: str, value: object, array: np.ndarray[Any, np.dtype[Any]]) -> FloatArray:
    """Numbers that NumPy does not know (SymPy's, fractions) by their own `float`; nothing else."""
    try:
        if any(isinstance(entry, str) or entry is None for entry in array.flat):
            raise TypeError
        return np.array([float(entry) for entry in array.flat], dtype=np.float64).reshape(array.shape)
    except Exception:
        first = next((entry for entry in array.flat if not isinstance(entry, int | float | np.number)), value)
        if array.ndim == 0:
            raise MalformedAnswer("G2", f"{name} should be numbers; it is {describe(value)}.") from None
        raise MalformedAnswer(
            "G2",
            f"{name} is an array of Python objects (dtype object), not of numbers; one of them is {describe(first)}.",
        ) from None


def require_shape(name: str, array: FloatArray, shape: tuple[int, ...], belongs_to: str = "") -> None:
    """Raise `MalformedAnswer` (G3) unless `array` has `shape`.

    `belongs_to` names the thing whose gradient this is; its shape is `shape`.

    >>> require_shape("dW", np.ones((3, 4)), (3, 4), "W")
    """
    if array.shape == shape:
        return
    wanted = "a single number" if shape == () else f"shape {shape}"
    found = "a single number" if array.shape == () else f"shape {array.shape}"
    sentence = f"{name} has {found}; expected {wanted}."
    if belongs_to:
        sentence = f"{name} {'has' if array.shape else 'is'} {found}; {belongs_to} {'has' if shape else 'is'} {wanted}, and a gradient has the shape of the thing it belongs to."
    if len(shape) == 2 and array.shape == shape[::-1]:
        sentence += f" Is {name} transposed?"
    elif array.size == np.prod(shape, dtype=int):
        sentence += " The number of entries is right: is an axis too many, or one lost?"
    raise MalformedAnswer("G3", sentence)


def require_finite(name: str, array: FloatArray) -> None:
    """Raise `MalformedAnswer` (G5) if `array` holds a NaN or an infinity; says where the first one is.

    >>> require_finite("dW", np.ones(3))
    """
    finite = np.isfinite(array)
    if finite.all():
        return
    index = tuple(int(i) for i in np.argwhere(~finite)[0])
    found = "nan" if np.isnan(array[index]) else "inf"
    place = f"{name}{list(index)}" if index else name
    raise MalformedAnswer(
        "G5", f"{place} is {found}. Usual causes: exp of a large number, log of 0, or 0 divided by 0."
    )
