"""bpcheck: learn backpropagation by writing it.

bpcheck.check(two_roads)          # examine an answer: the verdict, what differs, and the mistake by name
bpcheck.hint("two_roads")         # one step further at each call
bpcheck.solution("two_roads")     # after an attempt
bpcheck.guess("two_sides", "c")    # before something is shown: what is behind this guess
bpcheck.notation()                # the notation card
bpcheck.progress()                # what is solved so far
bpcheck.check_gradient(loss, {"W": dW}, at={"W": W})    # your own code
bpcheck.numerical_gradient(loss, at={"W": W})
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpcheck.errors import BpcheckError, CourseError, UsageError, WrongAnswer

if TYPE_CHECKING:
    from bpcheck.gradcheck import numerical_gradient, numerical_jacobian
    from bpcheck.notebook import check, guess, hint, notation, progress, solution
    from bpcheck.report import Report, check_gradient, check_jvp, check_vjp

__version__ = "0.1.0.dev0"

__all__ = [
    "BpcheckError",
    "CourseError",
    "Report",
    "UsageError",
    "WrongAnswer",
    "check",
    "check_gradient",
    "check_jvp",
    "check_vjp",
    "guess",
    "hint",
    "notation",
    "numerical_gradient",
    "numerical_jacobian",
    "progress",
    "solution",
]

# Where a name is imported from when it is first used: `import bpcheck` in somebody's test suite should cost nothing.
_HOMES = {
    **dict.fromkeys(("check", "guess", "hint", "notation", "progress", "solution"), "bpcheck.notebook"),
    **dict.fromkeys(("Report", "check_gradient", "check_jvp", "check_vjp"), "bpcheck.report"),
    **dict.fromkeys(("numerical_gradient", "numerical_jacobian"), "bpcheck.gradcheck"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bpcheck' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found  # the next use does not come here
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
