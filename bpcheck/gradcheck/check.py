"""The instrument: is this the gradient of this loss at this point?

Anybody's loss, anybody's gradient. The gradient is under test, so whatever is wrong with it becomes a
line of the outcome; the loss and the point are the caller's, so whatever is wrong with them raises.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bpcheck.errors import AnswerError, AnswerRaised, MalformedAnswer
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite, require_shape
from bpcheck.gradcheck.compare import compare, usable, where
from bpcheck.gradcheck.derivative import numerical_gradient, steepness
from bpcheck.gradcheck.diagnose import explain
from bpcheck.gradcheck.facts import Comparison, Finding, Outcome, Verdict
from bpcheck.gradcheck.point import Arrangement, Arrays, Loss, Point
from bpcheck.gradcheck.recognise import lost_precision


def check_gradient(
    loss: Callable[..., Any], gradient: Any, at: Any, sizes: Mapping[str, int] | None = None
) -> Outcome:
    """Compare a gradient with the numerical derivative of a loss.

    Parameters
    ----------
    loss : gives one number. It is called with fresh copies, some 20 times for each entry of `at`
    gradient : the numbers under test, arranged as `at` is; or a function that is called as the loss is
        and returns them
    at : the point. A dict {"W": W, "b": b} is passed as loss(W=W, b=b), a list or tuple (W, b) as
        loss(W, b), an array or a number x as loss(x). Taken as float64; never changed
    sizes : lengths of the axes that the loss averages over, {"N": 5}; a factor of 5 then gets its name

    Returns
    -------
    Outcome: WRONG if any entry is wrong or the gradient is no gradient (shape, NaN, None), COULD_NOT_RUN
    if a gradient function raised, UNDECIDED if an entry lies at a kink or the derivative is known too
    coarsely (a note says where and why), else RIGHT. `evaluations` counts the calls of the loss.

    Raises
    ------
    UsageError : the loss raises at the point, gives something else than one finite number, or a
        different one at each call; the point holds no numbers, or is not what the loss takes.

    >>> import numpy as np
    >>> x = np.array([1.0, -2.0, 3.0])
    >>> check_gradient(lambda x: (x**2).sum(), 2 * x, at=x).verdict.value
    'right'
    >>> check_gradient(lambda x: (x**2).mean(), 2 * x, at=x, sizes={"N": 3}).findings[0].code
    'F3'
    """
    watched = Loss(loss, at)
    title = _title(loss)
    try:
        yours = _read_gradient(gradient, watched.point)
    except AnswerRaised as error:
        finding = Finding(error.code, error.sentence)
        return Outcome(title, Verdict.COULD_NOT_RUN, findings=(finding,), evaluations=watched.calls)
    if isinstance(yours, Finding):
        return Outcome(title, Verdict.WRONG, findings=(yours,), evaluations=watched.calls)
    comparisons = _compare(watched, yours)
    findings = _explain(comparisons, sizes or {})
    notes = tuple(note for c in comparisons for note in _undecided(c))
    return Outcome(title, _verdict(comparisons), comparisons, findings, notes, evaluations=watched.calls)


def numerical_gradients(loss: Callable[..., Any], at: Any) -> Any:
    """The numerical derivative of a loss with respect to everything in `at`, with its error.

    Parameters
    ----------
    loss, at : as for `check_gradient`

    Returns
    -------
    One Estimate for each array of `at`, arranged as `at` is: a dict, a list, a tuple, or the Estimate.

    Raises
    ------
    UsageError : as for `check_gradient`.

    >>> numerical_gradients(lambda w, b: (w * b).sum(), at={"w": [1.0, 2.0], "b": 3.0})["w"].value.round(9)
    array([3., 3.])
    """
    watched = Loss(loss, at)
    names, arrays = watched.point.names, watched.point.arrays
    found = [numerical_gradient(watched.along(i), array) for i, array in enumerate(arrays)]
    if isinstance(at, Mapping):
        return dict(zip(names, found, strict=True))
    if isinstance(at, list | tuple):
        return found if isinstance(at, list) else tuple(found)
    return found[0]


def _read_gradient(gradient: Any, point: Point) -> Arrays | Finding:
    """The gradient under test as arrays, in the order of the point; or what keeps it from being one."""
    array = ""
    try:
        values = _arranged(_returned(gradient, point) if callable(gradient) else gradient, point)
        arrays = []
        for array, value, position in zip(point.names, values, point.arrays, strict=True):
            arrays.append(as_numbers(f"d{array}", value))
            require_shape(f"d{array}", arrays[-1], position.shape, array)
            require_finite(f"d{array}", arrays[-1])
    except AnswerRaised:
        raise
    except AnswerError as error:
        return Finding(error.code, error.sentence, array)
    return tuple(arrays)


def _returned(gradient: Callable[..., Any], point: Point) -> Any:
    try:
        return point.call(gradient, point.arrays)
    except Exception as error:
        name = getattr(gradient, "__name__", "the gradient function")
        raise AnswerRaised("G10", f"{name} raised {type(error).__name__}: {error}") from error


def _arranged(value: Any, point: Point) -> list[Any]:
    """The parts of a gradient that is arranged as the point is."""
    if point.arrangement is Arrangement.SINGLE:
        return [value]
    if value is None:
        raise MalformedAnswer("G1", "The gradient is None. Did you forget `return`?")
    if point.arrangement is Arrangement.NAMED:
        if isinstance(value, Mapping) and set(value) == set(point.names):
            return [value[name] for name in point.names]
        wanted = f"a dict with {', '.join(point.names)}"
    else:
        if isinstance(value, list | tuple) and len(value) == len(point.names):
            return list(value)
        wanted = f"a list or tuple of {len(point.names)} ({', '.join(point.names)})"
    keys = f" with {', '.join(map(str, value))}" if isinstance(value, Mapping) else ""
    raise MalformedAnswer(
        "G2", f"The gradient should be {wanted}, arranged as `at` is; it is {describe(value)}{keys}."
    )


def _compare(loss: Loss, yours: Arrays) -> tuple[Comparison, ...]:
    point = loss.point
    functions = [loss.along(i) for i in range(len(point.arrays))]
    scale = max(steepness(f, x) for f, x in zip(functions, point.arrays, strict=True))
    return tuple(
        compare(name, mine, numerical_gradient(f, x), scale=scale)
        for name, mine, f, x in zip(point.names, yours, functions, point.arrays, strict=True)
    )


def _explain(comparisons: tuple[Comparison, ...], sizes: Mapping[str, int]) -> tuple[Finding, ...]:
    """Lost digits first: no factor fits them."""
    lost = [
        Finding("G6", sentence, c.name)
        for c in comparisons
        if c.wrong.any() and c.yours.any() and (sentence := lost_precision([c.yours], [c.expected]))
    ]
    names = {finding.array for finding in lost}
    return (*lost, *explain([c for c in comparisons if c.name not in names], sizes))


def _verdict(comparisons: tuple[Comparison, ...]) -> Verdict:
    if any(c.wrong.any() for c in comparisons):
        return Verdict.WRONG
    return Verdict.UNDECIDED if any(c.undecided.any() for c in comparisons) else Verdict.RIGHT


def _undecided(comparison: Comparison) -> list[str]:
    """Why entries are undecided, and where they are; nothing if none is."""
    expected, known = comparison.expected, usable(comparison.expected)
    coarse = comparison.undecided & known
    error = expected.error[coarse].max(initial=0.0)
    causes = (
        (
            expected.kink,
            "the loss has a kink, its slopes from the left and from the right differ. Move the point a little.",
        ),
        (
            ~known & ~expected.kink,
            "the loss has no finite values on both sides of the point. Move the point into its domain.",
        ),
        (
            coarse,
            f"the numerical derivative is known to ± {error:.0e} only, too coarse for entries so small. Take a "
            "large constant out of the loss, if there is one, or check at another point.",
        ),
    )
    return [f"{comparison.name}, {where(mask)}: {cause}" for mask, cause in causes if mask.any()]


def _title(loss: Callable[..., Any]) -> str:
    name = getattr(loss, "__name__", "check_gradient")
    return "check_gradient" if name == "<lambda>" else name
