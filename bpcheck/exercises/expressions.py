"""Answers that are SymPy expressions: read as functions, never as strings.

A probe gives every letter a number, and this module works the expression out there, to thirty digits. So any
right form gives the right number. What keeps an answer from having one, each has its sentence: `math.sin` of a
letter (S1), a derivative that was not carried out (S3), `^` (S4), a letter too many (S6).

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.exercises.model; sympy and mpmath on call.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bpcheck.errors import AnswerRaised, MalformedAnswer
from bpcheck.exercises.model import Answer
from bpcheck.gradcheck.arrays import describe

DIGITS = 30
Numbers = Mapping[str, float]  # a letter's name -> its number


@dataclass(frozen=True, slots=True)
class Ready:
    """What a known mistake returns in the place of expressions: their numbers, from a case."""

    numbers: Callable[..., Any]


def ready(numbers: Callable[..., Any]) -> Answer:
    """A wrong answer that is known by its numbers."""
    return lambda *_arguments: Ready(numbers)


def called(answer: Callable[..., Any], *arguments: Any) -> Any:
    """What `answer` returns. SymPy's most frequent accidents get a sentence of their own.

    Raises
    ------
    MalformedAnswer : it takes another number of arguments (G2).
    AnswerRaised : a function of `math` or NumPy was given a letter (S1), or `^` was meant as a power (S4).
    """
    signature = inspect.signature(answer)
    try:
        signature.bind(*arguments)
    except TypeError:
        count = f"{len(arguments) or 'no'} argument{'s' * (len(arguments) != 1)}"
        raise MalformedAnswer("G2", f"It is called with {count}, but yours takes `{signature}`.") from None
    try:
        return answer(*arguments)
    except TypeError as error:
        message = str(error)
        if "Cannot convert expression to float" in message or "which has no callable" in message:
            raise AnswerRaised(
                "S1",
                f"Python stopped{_line(error)}. A letter went into `math` or NumPy. They work out a number at once, "
                "and a letter has none yet. SymPy's own functions take letters: `sp.sin`, `sp.cos`, `sp.exp`, `sp.log`.",
            ) from error
        if "for ^" in message:
            raise AnswerRaised("S4", f"Python stopped{_line(error)}. {_NO_POWER}") from error
        raise


_NO_POWER = "In Python `^` is no power (it compares bits). Write `x**2`."


def _line(error: BaseException) -> str:
    """The student's line in which it happened."""
    import sympy

    homes = tuple(str(Path(str(m)).parent) for m in (Path(__file__).parent, sympy.__file__, np.__file__))
    trace = traceback.extract_tb(error.__traceback__)
    own = [entry for entry in trace if not entry.filename.startswith(homes) and entry.line]
    return f" in your line {own[-1].lineno}: `{own[-1].line}`" if own else ""


def number_of(name: str, expression: Any, numbers: Numbers, only: Collection[str] | None = None) -> float:
    """The number of `expression` where each letter has its own.

    Parameters
    ----------
    name : of the expression, for a sentence
    expression : a SymPy expression or a plain number
    numbers : of the letters; a letter is known by its name, whatever was assumed of it
    only : the letters that may be left in it; by default all that have a number

    Raises
    ------
    MalformedAnswer : it is no expression (G1, G2, S4), holds a Derivative (S3) or another letter (S6).

    >>> import sympy as sp
    >>> x = sp.Symbol("x", positive=True)
    >>> number_of("dydx", x**2 + 1, {"x": 3.0})
    10.0
    """
    found = _expression(name, expression)
    letters = {str(letter) for letter in found.free_symbols}
    allowed = numbers.keys() if only is None else only
    if odd := sorted(letters - set(allowed)):
        raise MalformedAnswer(
            "S6",
            f"`{name}` holds the letter{'s' * (len(odd) > 1)} {', '.join(odd)}; only {', '.join(allowed)} may be left "
            f"in it. Put in what {'they stand' if len(odd) > 1 else 'it stands'} for: `.subs({odd[0]}, …)`.",
        )
    return _worked_out(found, numbers)


def letters_of(expression: Any) -> set[str]:
    """Names of the letters in an expression; none in anything else."""
    return {str(letter) for letter in getattr(expression, "free_symbols", ())}


def _expression(name: str, value: Any) -> Any:
    import sympy as sp
    from sympy.logic.boolalg import Boolean

    if value is None:
        raise MalformedAnswer("G1", f"`{name}` is None, not an expression. Is a `return` missing?")
    if isinstance(value, bool | np.bool_ | str | complex) or not isinstance(
        value, sp.Expr | Boolean | int | float | np.number
    ):
        raise MalformedAnswer("G2", f"`{name}` should be a SymPy expression; it is {describe(value)}.")
    if isinstance(value, Boolean) and not isinstance(value, sp.Symbol):
        sentence = _NO_POWER if value.has(sp.Xor) else "Return the formula alone, without `Eq`, `<` or `>`."
        raise MalformedAnswer(
            "S4", f"`{name}` is a statement that is true or false, not a formula. {sentence}"
        )
    found = sp.sympify(value)
    if found.has(sp.Derivative):
        raise MalformedAnswer(
            "S3",
            f"`{name}` holds a `Derivative` that was written down but not carried out. `sp.diff(y, x)` carries it "
            "out, and so does `.doit()`.",
        )
    return found


def entries(name: str, value: Any, keys: Sequence[str]) -> list[Any]:
    """The values of a dict in the order of `keys`; a list or tuple of as many is taken as it comes.

    Raises
    ------
    MalformedAnswer : there is no such dict (G1, G2).
    """
    if value is None:
        raise MalformedAnswer("G1", f"`{name}` ran but gave back None. Did you forget `return`?")
    if isinstance(value, list | tuple) and len(value) == len(keys):
        return list(value)
    wanted = ", ".join(repr(key) for key in keys)
    if not isinstance(value, Mapping):
        raise MalformedAnswer(
            "G2", f"`{name}` should return a dict with the keys {wanted}; it returned {describe(value)}."
        )
    named = {str(key): entry for key, entry in value.items()}  # a key may be the letter itself
    if missing := [key for key in keys if key not in named]:
        got = ", ".join(repr(key) for key in named) or "none"
        raise MalformedAnswer("G2", f"`{name}` returned a dict without {missing[0]!r}; its keys are {got}.")
    return [named[key] for key in keys]


def _worked_out(expression: Any, numbers: Numbers) -> float:
    """The number of an expression; a part that occurs twice is worked out once."""
    import mpmath

    with mpmath.workdps(DIGITS):
        try:
            value = complex(_walk(expression, numbers, {}))
        except (ArithmeticError, ValueError, TypeError):  # 1/0, or SymPy's own infinity
            return float("nan")
    if abs(value.imag) > 1e-12 * abs(value.real):
        return float("nan")  # the root or logarithm of a negative number
    return value.real


def _walk(node: Any, numbers: Numbers, known: dict[Any, Any]) -> Any:
    import mpmath
    import sympy as sp

    if node in known:
        return known[node]
    value: Any
    if node.is_Symbol:
        value = mpmath.mpf(numbers[str(node)])
    elif node.is_Integer:
        value = int(node)
    elif node.is_Add:
        value = sum(_walk(part, numbers, known) for part in node.args)
    elif node.is_Mul:
        value = mpmath.fprod(_walk(part, numbers, known) for part in node.args)
    elif node.is_Pow:
        base, exponent = (_walk(part, numbers, known) for part in node.args)
        value = mpmath.mpmathify(base) ** exponent
    elif isinstance(node, sp.exp | sp.sin | sp.cos | sp.tan | sp.log | sp.tanh | sp.cosh | sp.sinh):
        value = getattr(mpmath, node.func.__name__)(_walk(node.args[0], numbers, known))
    else:  # all other numbers and functions, by SymPy's own road, which is slower
        given = {letter: sp.Float(numbers[str(letter)], DIGITS) for letter in node.free_symbols}
        value = mpmath.mpmathify(node.evalf(DIGITS, subs=given))
    known[node] = value
    return value
