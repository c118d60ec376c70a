"""NB01, nudges and slopes: differences from one side and from both, partial slopes, the gradient.

A difference with a given step is an exact number, but for rounding; it is judged as such. The whole gradient
is right as a difference and as a derivative. Where a function of the reader's takes an array, the probe keeps
the array and hands it back as a second result, so that an entry left shifted is seen and named.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises.model import Answer, Exercise, Quiz
from bpcheck.exercises.nudge_cases import (
    curves_with_steps,
    knobs,
    knobs_of_all_shapes,
    machine,
    slope,
    slopes_and_none,
    slopes_and_nudges,
    true_gradient,
    with_steps,
)
from bpcheck.exercises.programs import Program, asked_with_function, formula, function
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference.numeric import STEP, central, forward, gradient, moved, partial
from bpcheck.reference.wrong_nudges import by_rows, difference, floats, in_place, last_only, unit, walk

CHAPTER = "01_nudges"
EPS = float(np.finfo(np.float64).eps)


def _known(value: Any, error: Any) -> Estimate:
    """A value that is exact but for `error`, such as the rounding of the values it is made of."""
    array = np.array(value, dtype=np.float64)
    return Estimate(array, np.broadcast_to(error, array.shape).astype(float), np.zeros(array.shape, bool))


# -- machines with one knob ----------------------------------------------------------------------------


def _rounding(one: Program, x: float, h: float) -> float:
    """What the values around x may lose, divided by the step."""
    f = function(one)
    return float(4 * EPS * max(abs(f(x + h)), abs(f(x - h)), 1.0) / h)


def _step_and_place(one: Program, x: float, h: float) -> str:
    return f"f(x) = {formula(one)}, x = {x:g}, h = {h:g}"


forward_difference = Exercise(
    id="forward_difference",
    number="01.1",
    chapter=CHAPTER,
    parameters=("f", "x", "h"),
    returns=("slope",),
    draw=with_steps(0, -1, -2),
    truth=lambda one, x, h: (_known(forward(function(one), x, h), _rounding(one, x, h)),),
    probe=asked_with_function,
    place=_step_and_place,
    mistakes=known_mistakes(
        CHAPTER,
        "forward_difference",
        {
            "F1 turned round": lambda f, x, h: (f(x) - f(x + h)) / h,
            "D11 not divided": lambda f, x, h: f(x + h) - f(x),
            "D2 multiplied": lambda f, x, h: (f(x + h) - f(x)) * h,
            "D2 brackets": lambda f, x, h: f(x + h) - f(x) / h,
            "D1 to the left": lambda f, x, h: (f(x) - f(x - h)) / h,
            "D1 both sides": central,
            "D4 output nudged": lambda f, x, h: ((f(x) + h) - f(x)) / h,
            "D4 x forgotten": lambda f, x, h: (f(h) - f(x)) / h,
        },
    ),
)


# -- 01.2 central_difference ---------------------------------------------------------------------------


def _default(answer: Answer, f: Any, *between: Any, h: float) -> Any:
    """Call without a step where it is the default one."""
    return answer(f, *between) if h == STEP else answer(f, *between, h)


def _with_default_step(answer: Answer, one: Program, x: float, h: float) -> Any:
    return _default(answer, function(one), x, h=h)


central_difference = Exercise(
    id="central_difference",
    number="01.2",
    chapter=CHAPTER,
    parameters=("f", "x", "h"),
    returns=("slope",),
    draw=with_steps(0, -1, -5),
    truth=lambda one, x, h: (_known(central(function(one), x, h), _rounding(one, x, h)),),
    probe=_with_default_step,
    place=_step_and_place,
    mistakes=known_mistakes(
        CHAPTER,
        "central_difference",
        {
            "D1 right side only": lambda f, x, h=STEP: forward(f, x, h),
            "D1 left side only": lambda f, x, h=STEP: (f(x) - f(x - h)) / h,
            "D2 divided by h": lambda f, x, h=STEP: 2 * central(f, x, h),
            "D2 brackets": lambda f, x, h=STEP: (f(x + h) - f(x - h)) / 2 * h,
            "D11 not divided": lambda f, x, h=STEP: f(x + h) - f(x - h),
            "F1 turned round": lambda f, x, h=STEP: -central(f, x, h),
            "D12 own step": lambda f, x, _h=STEP: central(f, x),
            "D12 half a step": lambda f, x, h=STEP: central(f, x, h / 2),
        },
    ),
)


# -- 01.3 error_curve ----------------------------------------------------------------------------------


def _errors(f: Any, df: Any, x: float, hs: Any) -> FloatArray:
    return np.array([abs(central(f, x, h) - df(x)) / abs(df(x)) for h in hs])


def _with_slope(answer: Answer, one: Program, x: float, hs: FloatArray) -> Any:
    return answer(function(one), slope(one), x, hs)


def _true_errors(one: Program, x: float, hs: FloatArray) -> tuple[Estimate]:
    f, df = function(one), slope(one)
    return (_known(_errors(f, df, x, hs), [_rounding(one, x, h) / abs(df(x)) for h in hs]),)


error_curve = Exercise(
    id="error_curve",
    number="01.3",
    chapter=CHAPTER,
    parameters=("f", "x", "hs"),
    returns=("errors",),
    draw=curves_with_steps,
    truth=_true_errors,
    probe=_with_slope,
    place=lambda one, x, hs: f"f(x) = {formula(one)}, x = {x:g}, {len(hs)} steps",
    mistakes=known_mistakes(
        CHAPTER,
        "error_curve",
        {
            "D7 absolute": lambda f, df, x, hs: _errors(f, df, x, hs) * abs(df(x)),
            "D7 of the estimate": lambda f, df, x, hs: np.array(
                [abs(central(f, x, h) - df(x)) / abs(central(f, x, h)) for h in hs]
            ),
            "D7 of the value": lambda f, df, x, hs: _errors(f, df, x, hs) * abs(df(x) / f(x)),
            "D13 signed": lambda f, df, x, hs: np.array([central(f, x, h) / df(x) - 1 for h in hs]),
            "D13 sign above": lambda f, df, x, hs: np.array(
                [(central(f, x, h) - df(x)) / abs(df(x)) for h in hs]
            ),
            "D13 sign below": lambda f, df, x, hs: _errors(f, df, x, hs) * np.sign(df(x)),
            "D1 one-sided": lambda f, df, x, hs: np.array(
                [abs(forward(f, x, h) - df(x)) / abs(df(x)) for h in hs]
            ),
            "D2 divided by h": lambda f, df, x, hs: np.array(
                [abs(2 * central(f, x, h) / df(x) - 1) for h in hs]
            ),
            "V1 estimates": lambda f, _df, x, hs: np.array([central(f, x, h) for h in hs]),
            "V3 first step only": lambda f, df, x, hs: _errors(f, df, x, hs)[0],
            "V3 last step only": lambda f, df, x, hs: _errors(f, df, x, hs)[-1],
            "D12 own step": lambda f, df, x, hs: _errors(f, df, x, np.full(len(hs), STEP)),
        },
    ),
)


# -- machines with many knobs --------------------------------------------------------------------------


def _machine_rounding(A: FloatArray, h: float) -> float:
    return float(4 * EPS * len(A) / h)


# -- 01.4 partial --------------------------------------------------------------------------------------


def _keeps_x(answer: Answer, A: FloatArray, x: Any, i: int, h: float) -> tuple[Any, Any]:
    mine = x.copy()
    return answer(machine(A), mine, i, h), mine


partial_exercise = Exercise(
    id="partial",
    number="01.4",
    chapter=CHAPTER,
    parameters=("A", "x", "i", "h"),
    returns=("slope", "x_afterwards"),
    draw=knobs,
    truth=lambda A, x, i, h: (_known(partial(machine(A), x, (i,), h), _machine_rounding(A, h)), exact(x)),
    probe=_keeps_x,
    place=lambda _A, x, i, h: f"x = {x.tolist()}, i = {i}, h = {h:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "partial",
        {
            "G7 still shifted": in_place,
            "G7 no copy of floats": lambda f, x, i, h: in_place(f, np.asarray(x, float), i, h),
            "D6 whole numbers": lambda f, x, i, h: in_place(f, x.copy(), i, h),
            "D4 all entries": lambda f, x, _i, h: difference(f, x + h, x - h, h),
            "D4 first entry": lambda f, x, _i, h: partial(f, x, (0,), h),
            "D4 counted from one": lambda f, x, i, h: partial(f, x, (i - 1,), h),
            "C2 others at zero": lambda f, x, i, h: difference(
                f, (x + h) * unit(x, i), (x - h) * unit(x, i), h
            ),
            "C2 around zero": lambda f, x, i, h: difference(f, h * unit(x, i), -h * unit(x, i), h),
            "D1 one-sided": lambda f, x, i, h: (f(moved(x, (i,), h)) - f(x)) / h,
            "D2 divided by h": lambda f, x, i, h: 2 * partial(f, x, (i,), h),
            "F1 turned round": lambda f, x, i, h: -partial(f, x, (i,), h),
            "D11 not divided": lambda f, x, i, h: 2 * h * partial(f, x, (i,), h),
        },
    ),
)


# -- 01.5 numerical_gradient ---------------------------------------------------------------------------


def _gradient_estimate(A: FloatArray, x: Any, h: float) -> tuple[Estimate, Estimate]:
    """The difference, with an error that lets the derivative itself pass too."""
    value = gradient(machine(A), x, h)
    return _known(value, np.abs(value - true_gradient(A, x)) + _machine_rounding(A, h)), exact(x)


def _keeps_all_x(answer: Answer, A: FloatArray, x: Any, h: float) -> tuple[Any, Any]:
    mine = x.copy()
    return _default(answer, machine(A), mine, h=h), mine


numerical_gradient = Exercise(
    id="numerical_gradient",
    number="01.5",
    chapter=CHAPTER,
    parameters=("A", "x", "h"),
    returns=("gradient", "x_afterwards"),
    draw=knobs_of_all_shapes,
    truth=_gradient_estimate,
    probe=_keeps_all_x,
    place=lambda _A, x, h: (
        f"x of shape {x.shape}{', whole numbers' if x.dtype.kind == 'i' else ''}, h = {h:g}"
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "numerical_gradient",
        {
            "D3 never moved back": walk(in_place, copy=floats),
            "D3 in the caller's array": walk(in_place, copy=lambda x: x),
            "D6 whole numbers": walk(lambda f, x, i, h: in_place(f, x.copy(), i, h)),
            "D6 everything whole": walk(lambda f, x, i, h: in_place(f, x.copy(), i, h), np.zeros_like),
            "D6 whole results": walk(partial, np.zeros_like),
            "D4 all entries": walk(lambda f, x, _i, h: difference(f, x + h, x - h, h)),
            "D4 whole rows": by_rows,
            "V3 last entry only": last_only,
            "D1 one-sided": walk(lambda f, x, i, h: (f(moved(x, i, h)) - f(x)) / h),
            "D2 divided by h": lambda f, x, h=STEP: 2 * gradient(f, x, h),
            "F1 turned round": lambda f, x, h=STEP: -gradient(f, x, h),
        },
    ),
)


# -- 01.6 predicted_change -----------------------------------------------------------------------------


predicted_change = Exercise(
    id="predicted_change",
    number="01.6",
    chapter=CHAPTER,
    parameters=("grad", "dx"),
    returns=("change",),
    draw=slopes_and_nudges,
    truth=lambda grad, dx: (exact(grad @ dx),),
    mistakes=known_mistakes(
        CHAPTER,
        "predicted_change",
        {
            "V11 not added": lambda grad, dx: grad * dx,
            "V11 averaged": lambda grad, dx: np.mean(grad * dx),
            "V11 added too early": lambda grad, dx: grad.sum() * dx.sum(),
            "D13 parts without sign": lambda grad, dx: np.abs(grad) @ np.abs(dx),
            "D13 no sign": lambda grad, dx: abs(grad @ dx),
            "C5 nudges missing": lambda grad, _dx: grad.sum(),
            "C1 slopes missing": lambda _grad, dx: dx.sum(),
            "V1 lengths": lambda grad, dx: np.linalg.norm(grad) * np.linalg.norm(dx),
            "F1 turned round": lambda grad, dx: -grad @ dx,
        },
    ),
)


# -- 01.7 downhill -------------------------------------------------------------------------------------

OWN_GUARD = 5e-9  # of an entry: whoever adds 1e-8 to a length, against 0 / 0, is right too


def _over(length: Callable[[Any], Any], sign: float = -1.0) -> Answer:
    """The gradient, turned round and divided by some length; zeros stay zeros."""
    return lambda grad: sign * grad / (length(grad) or 1.0)


downhill = Exercise(
    id="downhill",
    number="01.7",
    chapter=CHAPTER,
    parameters=("grad",),
    returns=("direction",),
    draw=slopes_and_none,
    truth=lambda grad: (_known(v := _over(np.linalg.norm)(grad), OWN_GUARD * np.abs(v)),),
    mistakes=known_mistakes(
        CHAPTER,
        "downhill",
        {
            "F1 uphill": _over(np.linalg.norm, sign=1.0),
            "D14 not normalised": lambda grad: -grad,
            "D14 squared length": _over(lambda grad: grad @ grad),
            "D14 sum of entries": _over(np.sum),
            "D14 sum of sizes": _over(lambda grad: np.abs(grad).sum()),
            "D14 largest entry": _over(lambda grad: np.abs(grad).max()),
            "D14 mean of squares": _over(lambda grad: np.sqrt(np.mean(grad**2))),
            "D14 signs only": lambda grad: -np.sign(grad),
            "D13 no signs": lambda grad: -np.abs(_over(np.linalg.norm)(grad)),
        },
    ),
)


quiz_01 = Quiz(id="quiz_01", number="01.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_01"))

EXERCISES = (
    forward_difference,
    central_difference,
    error_curve,
    partial_exercise,
    numerical_gradient,
    predicted_change,
    downhill,
    quiz_01,
)
