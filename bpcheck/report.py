"""The report that people see and keep: an outcome that shows itself.

Imports: bpcheck.gradcheck, bpcheck.render.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpcheck import gradcheck
from bpcheck.gradcheck.facts import Outcome, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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


def check_gradient(
    loss: Callable[..., Any], gradient: Any, at: Any, sizes: Mapping[str, int] | None = None
) -> Report:
    """Compare a gradient of your own with the numerical derivative of your loss.

    Parameters
    ----------
    loss : gives one number; called with fresh copies of what stands in `at`
    gradient : the numbers under test, arranged as `at` is; or a function that is called as the loss is
    at : the point. A dict {"W": W, "b": b} is passed as loss(W=W, b=b), a list or tuple (W, b) as
        loss(W, b), an array or a number x as loss(x). Never changed
    sizes : lengths of the axes that the loss averages over, {"N": 5}; a factor of 5 then gets its name

    Returns
    -------
    Report: `report.ok`, `print(report)`, `report.plot()`. It is never raised; this is an instrument.

    Raises
    ------
    UsageError : the loss gives no finite number at the point, or is not repeatable; the point holds no
        numbers, or is not what the loss takes.

    >>> import numpy as np
    >>> x = np.array([1.0, -2.0])
    >>> print(check_gradient(lambda x: (x**2).sum(), 2 * x, at=x))
    RIGHT   check_gradient
    """
    return Report(gradcheck.check_gradient(loss, gradient, at, sizes))
