"""The report that people see and keep: an outcome that shows itself.

Imports: numpy, bpcheck.gradcheck, bpcheck.errors, bpcheck.render.
"""

from __future__ import annotations

import dataclasses
import textwrap
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from bpcheck import gradcheck
from bpcheck.errors import UsageError, WrongAnswer
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.facts import Comparison, Finding, Outcome, Verdict
from bpcheck.knowledge import on_tape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AT_LEAST = 40  # calls of the loss that a check takes, whatever it finds
PRINTED = 300  # characters of an answer's own output that are shown
SEARCH = 30.0  # seconds that may be spent on finding the wrong entries


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a check found. `print(report)` for text; a notebook shows the same as HTML.

    >>> from bpcheck.gradcheck.facts import Outcome, Verdict
    >>> Report(Outcome("double", Verdict.RIGHT))
    RIGHT   double
    """

    outcome: Outcome

    @property
    def verdict(self) -> Verdict:
        """The end of the check."""
        return self.outcome.verdict

    @property
    def ok(self) -> bool:
        """Whether the verdict is `Verdict.RIGHT`."""
        return self.outcome.ok

    @property
    def wrong(self) -> tuple[str, ...]:
        """Names of the arrays that are wrong, or have no gradient, in the order of the point."""
        return self.outcome.wrong

    @property
    def mistakes(self) -> tuple[Finding, ...]:
        """What is proved: each with `array` (names, empty: all), `code` and `sentence`."""
        return self.outcome.findings

    @property
    def evaluations(self) -> int:
        """Calls of the loss, or of the answer."""
        return self.outcome.evaluations

    @property
    def arrays(self) -> dict[str, Comparison]:
        """By name: `yours`, `expected`, `error` (their difference; NaN where it was not computed), `wrong`."""
        return {comparison.name: comparison for comparison in reversed(self.outcome.comparisons)}

    def raise_if_wrong(self) -> None:
        """Raise `WrongAnswer`, an AssertionError, with the whole report unless the verdict is right or open.

        For your own tests: `check_gradient(loss, gradient, at).raise_if_wrong()`. An undecided check does
        not raise; assert `report.ok` where it should.
        """
        if self.verdict not in (Verdict.RIGHT, Verdict.UNDECIDED):
            raise WrongAnswer(str(self), self)

    def __str__(self) -> str:
        from bpcheck.render import text  # on call: most checks in a notebook need HTML only

        return text(self.outcome)

    __repr__ = __str__  # IPython shows the repr where it has no HTML

    def _repr_html_(self) -> str:
        from bpcheck.render import html

        return html(self.outcome)

    def plot(self) -> Figure:
        """A map per array of the error over its tolerance, as a matplotlib figure."""
        from bpcheck.render import figure

        return figure(self.outcome)


def annotated(outcome: Outcome, printed: str, warned: Iterable[str]) -> Outcome:
    """An exercise's outcome with what the answer said on the side, and what to type next.

    Parameters
    ----------
    outcome : of `examine`
    printed : by the answer while it was asked
    warned : messages of Python's warnings while it was asked
    """
    notes = list(outcome.notes)
    if printed.strip():
        notes.append(f"While it ran it printed: {textwrap.shorten(printed, PRINTED, placeholder=' …')}")
    notes += [f"While it ran Python warned. {message}" for message in dict.fromkeys(warned)]
    advice = list(outcome.advice)
    if outcome.verdict in (Verdict.WRONG, Verdict.COULD_NOT_RUN) and outcome.seed is not None:
        advice.append(f'Stuck? `bpcheck.hint("{outcome.title}")`')
        advice.append(f"The same inputs again: `bpcheck.check({outcome.title}, seed={outcome.seed})`")
    return dataclasses.replace(outcome, notes=tuple(notes), advice=tuple(advice))


def check_gradient(
    loss: Callable[..., Any],
    gradient: Any,
    at: Any,
    sizes: Mapping[str, int] | None = None,
    *,
    reference: Callable[..., Any] | None = None,
    entrywise: bool = False,
    patience: float = 300.0,
) -> Report:
    """Compare a gradient of your own with the numerical derivative of your loss.

    Parameters
    ----------
    loss : gives one number; called with fresh copies of what stands in `at`
    gradient : the numbers under test, arranged as `at` is; or a function that is called as the loss is.
        A function is also asked twice, at points nearby, and at other sizes
    at : the point. A dict {"W": W, "b": b} is passed as loss(W=W, b=b), a list or tuple (W, b) as
        loss(W, b), an array or a number x as loss(x). Never changed
    sizes : lengths of the axes that the loss averages over, {"N": 5}; a factor of 5 then gets its name
    reference : the loss once more, in readable NumPy: takes the same arguments, returns the loss. If something
        is wrong it runs once at each checked point on a tape, and each known mistake is made there; the one that
        gives your numbers is named. It must give the value of the loss; what the tape cannot follow becomes a
        note. By default the loss itself is tried, and nothing is said if that does not work
    entrywise : compute every entry, also where nothing is wrong: some 20 calls of the loss for each
    patience : seconds that the check may take; what is longer is refused after the first call

    Returns
    -------
    Report: `report.ok`, `report.wrong`, `report.mistakes`, `print(report)`, `report.plot()`. It is never
    raised; this is an instrument. `report.raise_if_wrong()` makes it an assertion.

    Raises
    ------
    UsageError : the loss gives no finite number at the point, is not repeatable or too slow; the point holds
        no numbers, or is not what the loss takes; the reference is no function; `sizes` is no dict of whole
        numbers.

    >>> import numpy as np
    >>> x = np.array([1.0, -2.0])
    >>> print(check_gradient(lambda x: (x**2).sum(), 2 * x, at=x))
    RIGHT   check_gradient
    """
    if reference is not None and not callable(reference):
        raise UsageError(f"the reference should be a function like the loss; it is {describe(reference)}.")
    watch = _Watch(loss, patience) if callable(loss) else None
    outcome = gradcheck.check_gradient(
        watch.timed if watch else loss,
        gradient,
        at,
        sizes,
        reference=on_tape(reference or loss, at, sizes, wanted=reference is not None),
        entrywise=entrywise,
        budget=watch.calls_left if watch else None,
    )
    return Report(outcome)


class _Watch:
    """A loss that is timed at its first calls: the clock stays outside of gradcheck."""

    def __init__(self, loss: Callable[..., Any], patience: float) -> None:
        self.patience, self.calls, self.seconds = patience, 0, 0.0

        @wraps(loss)
        def timed(*positional: Any, **named: Any) -> Any:
            began = time.perf_counter()
            value = loss(*positional, **named)
            self.calls, self.seconds = self.calls + 1, self.seconds + time.perf_counter() - began
            if self.calls == 1 and self.seconds * AT_LEAST > patience:
                raise UsageError(TOO_SLOW.format(self.seconds, AT_LEAST, AT_LEAST * self.seconds, patience))
            return value

        self.timed = timed

    def calls_left(self) -> int:
        """How many calls fit into the time for a search."""
        return int(min(20_000, min(SEARCH, self.patience) * self.calls / max(self.seconds, 1e-9)))


TOO_SLOW = (
    "one call of the loss takes {:.2g} s; a check needs {} calls and more, at least {:.3g} s, and its patience is {:g} s. "
    "Check a smaller network or batch (the mistake will be the same), or pass patience=, in seconds."
)


def check_vjp(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any) -> Report:
    """Check `vjp(x, v)`, the backward pass of `f`; see `bpcheck.gradcheck.check_vjp`.

    >>> check_vjp(lambda x: 3 * x, lambda x, v: 3 * v, 1.0).ok
    True
    """
    return Report(gradcheck.check_vjp(f, vjp, x))


def check_jvp(f: Callable[[Any], Any], jvp: Callable[[Any, Any], Any], x: Any) -> Report:
    """Check `jvp(x, u)`, a forward derivative of `f`; see `bpcheck.gradcheck.check_jvp`.

    >>> check_jvp(lambda x: 3 * x, lambda x, u: 3 * u, 1.0).ok
    True
    """
    return Report(gradcheck.check_jvp(f, jvp, x))
