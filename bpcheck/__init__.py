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

from bpcheck.errors import BpcheckError, CourseError, UsageError, WrongAnswer
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
