"""One gradient that was handed in, with what is true about it; and the list of all of them.

A case is built afresh, with fresh numbers, at each call of `build(name, seed)`: some gradients remember
their calls. `model` makes cases; `verify` proves their labels; `score` asks a checker.

Imports: numpy.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RTOL = 1e-8  # of an entry: a right gradient may lose this in its own arithmetic ...
BLOCK = 1e-11  # ... and this part of the largest entry of its array, where sums cancel
CLEARLY = (
    3e-6  # of an entry, or CLEARLY * BLOCK / RTOL of the largest: a wrong array has an entry worse than this
)

KINDS = {
    "smooth": "the loss is differentiable around the point",
    "kink": "the point lies on a kink: every element of the subdifferential is right",
    "loose kink": "the same; its elements by the chain rule need not lie between the one-sided slopes",
    "noise": "values of the loss are known to a few digits only (float32 inside, rounding, noise)",
    "hidden": "a function that is right at the point and wrong elsewhere",
    "behaviour": "wrong because of what it does between two calls, or to its inputs",
    "form": "not an array of the right shape and kind",
}


@dataclass(frozen=True)
class Case:
    """A gradient, its loss and its point as a checker gets them; then the label; then its proof."""

    name: str  # "family/loss/what was done", the same for every seed
    family: str  # the module that it stands in
    loss: Callable[..., Any]  # takes the items of `at`: by name (dict), in order (list, tuple), or the one
    at: Any  # dict, list or tuple of arrays and numbers, or one of these
    gradient: Any  # arranged as `at` is; or a function, called as the loss is, that returns that
    sizes: dict[str, int]  # lengths of axes, {"N": 5, "K": 3}
    right: bool
    wrong_arrays: tuple[str, ...]  # names; of all of them in the order of `at`
    wrong_entries: dict[str, Any] | None  # bool mask for each wrong array; None if values do not show it
    code: str  # of the mistake catalogue; "" if no entry of it fits
    also: tuple[str, ...]  # codes that would be as fair a name for these numbers
    kind: str  # of KINDS
    note: str  # why it is hard, or what was done
    data: Any  # what the loss holds: samples, targets, constants
    params: dict[str, Any]  # the point once more: float64 arrays by name
    arrangement: str  # of `at`: "dict", "list", "tuple" or "single"
    truth: Callable[[dict[str, Any]], dict[str, Any]]  # the right gradient, from and to arrays by name
    clean: Callable[[dict[str, Any]], Any]  # the loss without its difficulty; takes complex numbers too
    ends: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]  # other elements of the subdifferential
    rtol: float  # how far a right gradient may be off, of an entry ...
    others: tuple[dict[str, Any], ...]  # points of other sizes, for a loss that takes them
    atol: float  # ... and at least; what is left of a zero that is a sum

    @property
    def is_function(self) -> bool:
        """Whether the gradient was handed in as a function."""
        return callable(self.gradient)


def arranged(values: dict[str, Any], arrangement: str) -> Any:
    """Arrays by name in the arrangement that a checker sees."""
    if arrangement == "dict":
        return dict(values)
    listed = list(values.values())
    return {"list": listed, "tuple": tuple(listed), "single": listed[0]}[arrangement]


def by_name(value: Any, case: Case) -> dict[str, Any]:
    """The other way: what was handed in, by the names of the arrays."""
    if case.arrangement == "dict":
        return {name: value[name] for name in case.params}
    listed = [value] if case.arrangement == "single" else list(value)
    return dict(zip(case.params, listed, strict=True))


def called(function: Callable[..., Any], at: Any, arrangement: str) -> Any:
    """The value of a loss or a gradient at `at`, of which it gets copies."""
    copies = {name: np.copy(x)[()] if np.ndim(x) == 0 else np.copy(x) for name, x in _items(at, arrangement)}
    if arrangement == "dict":
        return function(**copies)
    return function(*copies.values())


def _items(at: Any, arrangement: str) -> list[tuple[Any, Any]]:
    if arrangement == "dict":
        return list(at.items())
    return list(enumerate([at] if arrangement == "single" else at))


def given(case: Case, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """The gradient under test as float64 arrays by name, at the point or at `params`."""
    value = case.gradient
    if callable(value):
        at = case.at if params is None else arranged(params, case.arrangement)
        value = called(value, at, case.arrangement)
    return {name: np.array(x, dtype=float) for name, x in by_name(value, case).items()}


def tolerance(truth: Any, rtol: float, atol: float) -> Any:
    """How far a right gradient may be from `truth`; the same shape."""
    size = np.abs(truth)
    return rtol * size + rtol / RTOL * BLOCK * size.max(initial=0.0) + atol


def off(value: Any, low: Any, high: Any) -> Any:
    """Distance of each entry from the interval of right values; the same shape."""
    return np.maximum(np.maximum(low - value, value - high), 0.0)


def interval(case: Case, params: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Lowest and highest right value of each entry; they differ at a kink only."""
    every = [case.truth(params), *(end(params) for end in case.ends)]
    stacked = {name: np.stack([np.asarray(one[name], dtype=float) for one in every]) for name in params}
    return {name: (values.min(axis=0), values.max(axis=0)) for name, values in stacked.items()}


def wrong_masks(case: Case) -> dict[str, Any]:
    """The entries of the gradient that are not right at the point, for each array that has any."""
    mine, masks = given(case), {}
    for name, (low, high) in interval(case, case.params).items():
        size = np.maximum(np.abs(low), np.abs(high))
        mask = off(mine[name], low, high) > tolerance(size, case.rtol, case.atol)
        if mask.any():
            masks[name] = mask
    return masks


def misses(case: Case, params: dict[str, Any] | None = None) -> dict[str, tuple[float, bool]]:
    """For each array: its worst distance from the right values in tolerances; and whether that is clear."""
    mine, found = given(case, params), {}
    for name, (low, high) in interval(case, case.params if params is None else params).items():
        size = np.maximum(np.abs(low), np.abs(high))
        gap = off(mine[name], low, high)
        clear = gap > np.maximum(CLEARLY * size, CLEARLY / RTOL * BLOCK * size.max(initial=0.0))
        worst = (gap / tolerance(size, case.rtol, case.atol)).max(initial=0.0)
        found[name] = (float(worst), bool((clear & (gap > 10 * tolerance(size, case.rtol, case.atol))).any()))
    return found


_BUILDERS: dict[str, Callable[[str, np.random.Generator], Case]] = {}


def register(name: str, builder: Callable[[str, np.random.Generator], Case]) -> None:
    """Put a builder on the list; its name is its own."""
    if name in _BUILDERS:
        raise ValueError(f"two cases are called {name!r}")
    _BUILDERS[name] = builder


def names() -> tuple[str, ...]:
    """Of all cases, in the order of the modules."""
    return tuple(_BUILDERS)


def build(name: str, seed: int) -> Case:
    """The case with this name; its numbers depend on the seed and on the name, not on the other cases.

    A draw at which a mistake does not show, as that of a unit which is not active, is drawn again.
    """
    for draw in range(50):
        case = _BUILDERS[name](name, np.random.default_rng([seed, zlib.crc32(name.encode()), draw]))
        if case.wrong_entries is None or (case.wrong_arrays and _is_clear(case)):
            return case
    raise ValueError(f"{name}: the mistake does not show in 50 draws")


def _is_clear(case: Case) -> bool:
    """Every array is right, or clearly wrong."""
    return all(worst <= 1 or clear for worst, clear in misses(case).values())


def cases(seed: int) -> tuple[Case, ...]:
    """All cases, with fresh numbers and sizes for each seed."""
    return tuple(build(name, seed) for name in names())


def ask(function: Callable[..., Any], d: Any, params: dict[str, Any]) -> Any:
    """`function` with those of the data `d` and the arrays that it names among its parameters."""
    space, parameters = {"d": d, **params}, inspect.signature(function).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return function(**{k: v for k, v in space.items() if k in parameters or k in params})
    return function(**{name: space[name] for name in parameters if name in space})


def facing(
    function: Callable[[dict[str, Any]], Any], names: tuple[str, ...], title: str
) -> Callable[..., Any]:
    """A function of arrays by name, as a user would have written it: loss(W, b)."""

    def answer(*listed: Any, **named: Any) -> Any:
        return function({**dict(zip(names, listed, strict=False)), **named})

    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    answer.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    answer.__name__ = title
    return answer
