"""Functions from arrays to arrays: the whole Jacobian, and its products with a vector from either side.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.errors import AnswerError, UsageError
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite, require_shape
from bpcheck.gradcheck.check import SEED, check_gradient
from bpcheck.gradcheck.compare import compare
from bpcheck.gradcheck.derivative import slope
from bpcheck.gradcheck.direction import spread
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding, FloatArray, Outcome, Verdict
from bpcheck.gradcheck.point import quiet

DRAWS = 2  # vectors that a product is checked with


def numerical_jacobian(f: Callable[[Any], Any], x: Any) -> Estimate:
    """The derivative of every entry of f(x) with respect to every entry of x.

    Parameters
    ----------
    f : maps an array of x's shape to an array or a number; called some 50 times for each entry of x
    x : an array or a number; taken as float64, never changed

    Returns
    -------
    Estimate of shape (*f(x).shape, *x.shape): entry [i, j] is d f(x)[i] / d x[j], with its error and kinks.

    Raises
    ------
    UsageError : `x` holds no finite numbers; `f` raises there or gives something else than finite numbers.

    >>> numerical_jacobian(lambda x: x**2, [1.0, 3.0]).value.round(8)
    array([[2., 0.],
           [0., 6.]])
    """
    with quiet():
        at = _point(x)
        out = _value(f, at)
        value, error = np.zeros((out.size, at.size)), np.zeros((out.size, at.size))
        kink = np.zeros((out.size, at.size), dtype=bool)
        for j in range(at.size):
            step = np.zeros(at.size)
            step[j] = max(1.0, abs(at.ravel()[j]))
            found = _slopes_along(f, at, step.reshape(at.shape), out)
            value[:, j], error[:, j] = found.value.ravel() / step[j], found.error.ravel() / step[j]
            kink[:, j] = found.kink.ravel()
    shape = (*out.shape, *at.shape)
    return Estimate(value.reshape(shape), error.reshape(shape), kink.reshape(shape))


def check_vjp(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any) -> Outcome:
    """Check the backward pass of a layer: `vjp(x, v)` must be the gradient of sum(v * f(x)).

    Parameters
    ----------
    f : maps an array of x's shape to an array or a number
    vjp : takes x and an array v of the shape of f(x); returns an array of x's shape
    x : an array or a number, never changed

    Returns
    -------
    Outcome as of `check_gradient`, for two random v; the first that is not right is shown.

    Raises
    ------
    UsageError : as for `numerical_jacobian`.

    >>> check_vjp(np.sin, lambda x, v: v * np.cos(x), np.array([0.3, 1.0])).verdict.value
    'right'
    """
    with quiet():
        at = _point(x)
        out = _value(f, at)
    rng = np.random.default_rng(SEED)
    calls = 0
    for _ in range(DRAWS):
        v = spread(out, rng)

        def product(x: Any, v: FloatArray = v) -> float:
            return float((v * np.asarray(f(x))).sum())

        def backward(x: Any, v: FloatArray = v) -> Any:
            return vjp(x, v.copy())

        outcome = check_gradient(product, backward, x if np.ndim(x) == 0 else at)
        calls += outcome.evaluations
        if not outcome.ok:
            break
    return Outcome(
        _title(vjp),
        outcome.verdict,
        outcome.comparisons,
        outcome.findings,
        outcome.notes,
        evaluations=calls,
        names=outcome.names,
    )


def check_jvp(f: Callable[[Any], Any], jvp: Callable[[Any, Any], Any], x: Any) -> Outcome:
    """Check a forward derivative: `jvp(x, u)` must be the slope of f(x + s u) at s = 0.

    Parameters
    ----------
    f : maps an array of x's shape to an array or a number
    jvp : takes x and an array u of its shape; returns an array of the shape of f(x)
    x : an array or a number, never changed

    Returns
    -------
    Outcome: f(x)'s entries are compared one by one, for two random u.

    Raises
    ------
    UsageError : as for `numerical_jacobian`.

    >>> check_jvp(np.sin, lambda x, u: u * np.cos(x), np.array([0.3, 1.0])).verdict.value
    'right'
    """
    title, calls = _title(jvp), [0]

    def counted(x: FloatArray) -> Any:
        calls[0] += 1
        return f(x)

    with quiet():
        at = _point(x)
        out = _value(counted, at)
        rng = np.random.default_rng(SEED)
        found: list[Comparison] = []
        for k in range(DRAWS):
            u = spread(at, rng)
            yours = _forward(jvp, at, u, out.shape)
            if isinstance(yours, Finding):
                could = Verdict.COULD_NOT_RUN if yours.code == "G10" else Verdict.MALFORMED
                return Outcome(title, could, findings=(yours,), evaluations=calls[0], names=("jvp",))
            expected = _slopes_along(counted, at, u, out)
            found.append(compare("jvp", yours, expected, f"direction {k + 1}"))
    wrong, undecided = any(c.wrong.any() for c in found), any(c.undecided.any() for c in found)
    verdict = Verdict.WRONG if wrong else Verdict.UNDECIDED if undecided else Verdict.RIGHT
    return Outcome(title, verdict, tuple(found), evaluations=calls[0])


def _forward(
    jvp: Callable[[Any, Any], Any], at: FloatArray, u: FloatArray, shape: tuple[int, ...]
) -> FloatArray | Finding:
    try:
        yours = as_numbers("the product", jvp(at.copy(), u.copy()))
        require_shape("the product", yours, shape, "f(x)")
        require_finite("the product", yours)
    except AnswerError as error:
        return Finding(error.code, error.sentence, "jvp")
    except Exception as error:
        return Finding("G10", f"{_title(jvp)} raised {type(error).__name__}: {error}", "jvp")
    return yours


def _slopes_along(f: Callable[[Any], Any], at: FloatArray, u: FloatArray, out: FloatArray) -> Estimate:
    """The slope of every entry of f(at + s u) at s = 0; entries share the evaluations of `f`."""
    kept: dict[float, FloatArray] = {}

    def entry(s: float, i: int) -> float:
        if s not in kept:
            try:
                kept[s] = np.array(f(np.asarray(at + s * u)), dtype=np.float64).ravel()
            except Exception:  # outside of its domain
                kept[s] = np.full(out.size, np.nan)
        return float(kept[s][i])

    found = [slope(lambda s, i=i: entry(s, i), 0.0) for i in range(out.size)]  # type: ignore[misc]
    value, error, kink = ([getattr(e, part) for e in found] for part in ("value", "error", "kink"))
    return Estimate(
        np.array(value, dtype=np.float64).reshape(out.shape),
        np.array(error, dtype=np.float64).reshape(out.shape),
        np.array(kink, dtype=bool).reshape(out.shape),
    )


def _point(x: Any) -> FloatArray:
    try:
        at = as_numbers("x", x)
        require_finite("x", at)
    except AnswerError as error:
        raise UsageError(f"x is no point to start from: {error.sentence}") from None
    return at


def _value(f: Callable[[Any], Any], at: FloatArray) -> FloatArray:
    if not callable(f):
        raise UsageError(f"f should be a function; it is {describe(f)}.")
    try:
        out = as_numbers("f(x)", f(at.copy()))
        require_finite("f(x)", out)
    except AnswerError as error:
        raise UsageError(f"f cannot be differentiated at x: {error.sentence}") from None
    except Exception as error:
        raise UsageError(f"f raised {type(error).__name__} at x: {error}") from error
    return out


def _title(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "check")
    return "check" if name == "<lambda>" else name
