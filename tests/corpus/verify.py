"""Is a label true? Asked of the complex step, of one-sided slopes and of plain differences, never of bpcheck.

    slopes          Im clean(x + ih) / h: exact to rounding, entry by entry or along a few directions
    one_sided       slopes from the left and from the right in extended precision, at kinks
    difference      plain central differences of the loss itself, as a checker calls it

`faults` puts them together: an empty list means that the label is proved.

Tolerances: a right gradient must lie within `case.tolerance` of the complex step (1e-8 of the entry unless
the model says more); a wrong one must be off by CLEARLY at least.

Imports: numpy, corpus.case.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import numpy as np

from corpus.case import RTOL, Case, arranged, by_name, called, given, interval, misses, tolerance

STEP = 1e-30
FEW = 150  # entries of an array that are checked one by one; of a larger one a sample, and directions
SAMPLE = 6
DIRECTIONS = 2


def faults(case: Case) -> list[str]:
    """What is wrong with the label or with the case; empty if it is proved."""
    with np.errstate(all="ignore"), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        proofs = {"form": _form, "behaviour": _behaviour, "hidden": _hidden}
        proof = _right if case.right else proofs.get(case.kind, _wrong)
        try:
            found = _truth_is_true(case) + _loss_is_clean(case) + proof(case)
        except Exception as error:
            found = [f"could not be proved: {error!r}"]
    return [f"{case.name}: {fault}" for fault in found]


def slope(case: Case, params: dict[str, Any], direction: dict[str, Any]) -> float:
    """Slope of the clean loss at `params` along `direction`, by a complex step."""
    moved = {name: x + 1j * STEP * direction[name] if name in direction else x for name, x in params.items()}
    return float(np.imag(case.clean(moved)) / STEP)


def check_slopes(case: Case, params: dict[str, Any], mine: dict[str, Any], rtol: float) -> list[str]:
    """Where `mine` is not the complex-step derivative of the clean loss at `params`."""
    rng, found = np.random.default_rng(len(case.name)), []
    for name, x in params.items():
        flat, allowed = mine[name].ravel(), tolerance(mine[name], rtol, case.atol).ravel()
        entries = range(x.size) if x.size <= FEW else rng.integers(x.size, size=SAMPLE)
        for i in entries:
            unit = np.zeros(x.size)
            unit[i] = 1.0
            exact = slope(case, params, {name: unit.reshape(x.shape)})
            if not abs(exact - flat[i]) <= allowed[i]:
                found.append(f"{name}[{i}] is {flat[i]:.12g}, by complex step {exact:.12g}")
        for _ in range(DIRECTIONS if x.size > FEW else 0):
            way = rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 1.5, x.shape)
            exact, total = slope(case, params, {name: way}), (mine[name] * way).sum()
            if not abs(exact - total) <= 1e-13 * np.abs(mine[name] * way).sum():
                found.append(f"{name} along a direction is {total:.15g}, by complex step {exact:.15g}")
    return found[:3]


def elsewhere(case: Case) -> list[dict[str, Any]]:
    """Points near the given one where the loss has a value: every entry is moved, zeros too; and other sizes."""
    rng, found = np.random.default_rng(sum(map(ord, case.name))), list(case.others)
    times = len(found) + 3 if sum(x.size for x in case.params.values()) < FEW else 1
    for attempt in range(40):
        reach = 0.5 * 0.8**attempt
        moved = {}
        for name, x in case.params.items():
            size = np.maximum(np.abs(x), np.sqrt((x**2).mean()) or 0.5) if x.size else x
            moved[name] = np.asarray(
                x + reach * size * rng.uniform(0.3, 1.0, x.shape) * rng.choice([-1, 1], x.shape)
            )
        if _in_domain(case, moved):
            found.append(moved)
        if len(found) == times:
            break
    return found


def _in_domain(case: Case, params: dict[str, Any]) -> bool:
    try:
        values = [np.real(case.clean(params)), *case.truth(params).values()]
    except (ValueError, ArithmeticError):
        return False
    return all(np.isfinite(value).all() for value in values)


def _truth_is_true(case: Case) -> list[str]:
    """The right gradient of the corpus itself, at the point and, if a function is tested, near it."""
    points = [case.params, *(elsewhere(case) if case.is_function else [])]
    found = []
    for where, params in enumerate(points):
        found += [f"truth {where}: {f}" for f in check_slopes(case, params, case.truth(params), RTOL)]
    if case.kind == "kink":
        found += _bracketed(case)
    return found


def _bracketed(case: Case) -> list[str]:
    """At a kink: each end of the interval lies between the slopes from the left and from the right."""
    found = []
    for name, (low, high) in interval(case, case.params).items():
        for index in np.ndindex(low.shape):
            left, right = one_sided(case, name, index)
            allowed = 1e-6 * max(abs(left), abs(right), abs(low[index]), abs(high[index]))
            if min(left, right) - allowed > low[index] or max(left, right) + allowed < high[index]:
                found.append(f"{name}{list(index)}: [{low[index]}, {high[index]}], one-sided {left}, {right}")
    return found


def one_sided(case: Case, name: str, index: tuple[int, ...]) -> tuple[float, float]:
    """Slopes of the clean loss from the left and from the right, in extended precision."""
    wide = {key: x.astype(np.longdouble) for key, x in case.params.items()}
    middle, slopes = np.real(case.clean(wide)), []
    for side in (-1, 1):
        h = np.longdouble(side * 1e-9) * max(abs(wide[name][index]), 1)
        moved = dict(wide)
        moved[name] = wide[name].copy()
        moved[name][index] += h
        slopes.append(float((np.real(case.clean(moved)) - middle) / h))
    return slopes[0], slopes[1]


def _loss_is_clean(case: Case) -> list[str]:
    """The loss that is handed over has the values of the clean one, and its differences fit the truth."""
    value, clean = (
        float(called(case.loss, case.at, case.arrangement)),
        float(np.real(case.clean(case.params))),
    )
    coarse = 1e-3 if case.kind == "noise" else 1e-9
    if not abs(value - clean) <= coarse * max(abs(clean), 1e-300):
        return [f"the loss is {value:.15g}, the clean one {clean:.15g}"]
    if case.kind.endswith("kink") or not any(x.size for x in case.params.values()):
        return []
    g, rng = case.truth(case.params), np.random.default_rng(1)
    way = {
        name: rng.uniform(0.5, 1.5, x.shape) * _sign(g[name]) * _unit(x) for name, x in case.params.items()
    }
    total = sum(float(np.abs(g[name] * way[name]).sum()) for name in g)
    gaps = [abs(difference(case, way, 10.0**-k) - total) - 4e-16 * abs(value) * 10.0**k for k in range(1, 10)]
    if not min(gaps) <= (2e-2 if case.kind == "noise" else 1e-4) * total + 1e3 * case.atol:
        return [f"differences of the loss miss the slope {total:.6g} by {min(gaps):.2g}"]
    return []


def _sign(g: Any) -> Any:
    return np.where(g < 0, -1.0, 1.0)


def _unit(x: Any) -> Any:
    return np.where(x == 0, 1.0, np.abs(x))


def difference(case: Case, way: dict[str, Any], h: float) -> float:
    """Central difference of the loss as a checker calls it; NaN outside of its domain."""
    values = []
    for side in (1, -1):
        moved = {name: x + side * h * way[name] for name, x in case.params.items()}
        try:
            values.append(
                float(np.real(called(case.loss, arranged(moved, case.arrangement), case.arrangement)))
            )
        except (ValueError, ArithmeticError):
            return np.inf
    gap = (values[0] - values[1]) / (2 * h)
    return gap if np.isfinite(gap) else np.inf


def _right(case: Case) -> list[str]:
    """Right at the point and near it, in the right form, twice the same, and no input is changed."""
    points = [None, None, *(elsewhere(case) if case.is_function else [])]
    found = [
        f"said to be right, {name} is {worst:.2g} tolerances off"
        for params in points
        for name, (worst, _) in misses(case, params).items()
        if not worst <= 1
    ]
    found += [f"said to be right, but has shape {shape}" for shape in _odd_shapes(case)]
    return found + [f"said to be right, but changes {name}" for name in _changed_inputs(case)]


def _odd_shapes(case: Case) -> list[Any]:
    value = case.gradient
    if callable(value):
        value = called(value, case.at, case.arrangement)
    parts = {name: np.asarray(x) for name, x in by_name(value, case).items()}
    return [
        x.shape
        for name, x in parts.items()
        if x.shape != case.params[name].shape or x.dtype.kind not in "iuf"
    ]


def _changed_inputs(case: Case) -> list[str]:
    if not case.is_function:
        return []
    inputs = {name: x.copy() for name, x in case.params.items()}
    case.gradient(**inputs) if case.arrangement == "dict" else case.gradient(*inputs.values())
    return [name for name, x in inputs.items() if not np.array_equal(x, case.params[name])]


def _wrong(case: Case) -> list[str]:
    """Wrong at the point: the arrays that are named, clearly, and no others; and float64 can see it."""
    clear = {name for name, (_, is_clear) in misses(case).items() if is_clear}
    found = [] if clear == set(case.wrong_arrays) else [f"clearly wrong: {clear}, said: {case.wrong_arrays}"]
    if not clear:
        return [*found, "no wrong entry"]
    return found + _visible(case)


def _visible(case: Case) -> list[str]:
    """A tenth of the point's size along the wrong entries must show in the digits of the loss."""
    mine, truth, shown = given(case), case.truth(case.params), 0.0
    for name, x in case.params.items():
        shown += float((np.abs(mine[name] - truth[name]) * 0.1 * _unit(x)).sum())
    needed = 1e3 * np.finfo(float).eps * abs(float(np.real(case.clean(case.params))))
    if case.kind == "noise":
        needed = 3 * case.rtol * abs(float(np.real(case.clean(case.params))))
    return [] if shown > needed else [f"not visible: {shown:.2g} beside {needed:.2g}"]


def _hidden(case: Case) -> list[str]:
    """Right at the point; at moved points the named arrays are wrong, and no others."""
    found = [f"{n} is wrong at the point" for n, (worst, _) in misses(case).items() if not worst <= 1]
    clear = {n for params in elsewhere(case) for n, (_, is_clear) in misses(case, params).items() if is_clear}
    if clear != set(case.wrong_arrays) or not clear:
        found.append(f"wrong elsewhere: {clear}, said: {case.wrong_arrays}")
    return found


def _behaviour(case: Case) -> list[str]:
    """Wrong after a second call, at another point after a first one, or in what it does to its inputs."""
    names = set()
    for params in (None, None, *elsewhere(case), None):
        names |= {name for name, (_, clear) in misses(case, params).items() if clear}
    if case.code == "G7":
        names |= set(_changed_inputs(case))
    return (
        []
        if names == set(case.wrong_arrays) and names
        else [f"misbehaves: {names}, said {case.wrong_arrays}"]
    )


def _form(case: Case) -> list[str]:
    """Not finite real numbers in the arrangement and the shapes of the point."""
    try:
        value = case.gradient
        if callable(value):
            value = called(value, case.at, case.arrangement)
        if case.arrangement == "dict" and set(value) != set(case.params):
            return []
        listed = list(value.values()) if case.arrangement == "dict" else list(value)
        if case.arrangement == "single":
            listed = [value]
        for x, name in zip(listed, case.params, strict=True):
            y = np.asarray(value[name] if case.arrangement == "dict" else x)
            if y.dtype.kind not in "iuf" or y.shape != case.params[name].shape or not np.isfinite(y).all():
                return []
    except Exception:
        return []
    return ["the form is right"]
