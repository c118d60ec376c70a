"""What a check cell of the course asks, read from its text and never run.

Imports: bpcheck.errors, bpcheck.exercises.
"""

from __future__ import annotations

import ast
import re

from bpcheck import exercises
from bpcheck.errors import CourseError, UsageError


def checked(text: str) -> tuple[str, str] | None:
    """The name that is asked and the exercise's id, if the cell is one `bpcheck.check(…)`; None if it is other code.

    >>> checked('bpcheck.check(two_roads)   # stuck? bpcheck.hint("two_roads")')
    ('two_roads', 'two_roads')
    >>> checked('bpcheck.check(answers, "quiz_02")')
    ('answers', 'quiz_02')
    >>> checked("assert two_roads(1.0) > 0") is None
    True
    """
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match statements:
        case [ast.Expr(ast.Call(func=called, args=[ast.Name(id=name), *rest], keywords=[]))] if _is_check(
            called
        ):
            match rest:
                case []:
                    return name, name
                case [ast.Constant(value=str(exercise))]:
                    return name, exercise
    return None


def _is_check(called: ast.expr) -> bool:
    match called:
        case ast.Attribute(value=ast.Name(id="bpcheck"), attr="check") | ast.Name(id="check"):
            return True
    return False


def require_exercise(exercise: str, cell: str) -> None:
    """Stop before anything is graded where a check cell asks for what does not exist.

    Raises
    ------
    CourseError : there is no such exercise.
    """
    try:
        exercises.find(exercise)
    except UsageError as error:
        raise CourseError(f"the check cell {cell!r} cannot be graded: {error}") from None


def binds(text: str, name: str) -> bool:
    r"""Whether a cell gives `name` a value, as far as its text tells; it need not be valid Python.

    >>> binds("%time x = 1\ndef two_roads(x):\n    return x", "two_roads")
    True
    """
    word = re.escape(name)
    return (
        re.search(
            rf"^(?:(?:async\s+)?def|class)\s+{word}\b|^{word}\s*(?::[^=\n]+)?=(?!=)", text, re.MULTILINE
        )
        is not None
    )
