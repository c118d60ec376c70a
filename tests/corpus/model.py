"""A loss with its right gradient, and the gradients that were handed in for it.

    ridge = Model("ridge", draw, loss, gradient)     draw(rng) -> data d, point {"w": w, "b": b}
    ridge.right()                                    the right gradient is one case

    @ridge.wrong("penalty forgotten", "C25")         five lines are one more; arrays that are left out
    def forgotten(d, w, b):                          come from the right gradient
        R = d.X @ w + b - d.y
        return {"w": d.X.T @ R / d.N}

    ridge.spoilt("turned round", "F1", lambda g: times(g, -1))

All functions name what they use: the data `d`, arrays of the point, or `**p` for all arrays. Whether an
answer is handed in as values or as a function is drawn, unless `handed` says it; so is the arrangement.

Imports: numpy, corpus.case.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from types import SimpleNamespace as Data
from typing import Any

import numpy as np

from corpus.case import RTOL, Case, arranged, ask, facing, register, wrong_masks

__all__ = ["Data", "Model"]

DRESSES = ("plain", "plain", "plain", "float", "float64", "0-d")  # of a loss, as people write them


class Model:
    """Cases that share a loss; see the head of this module. The module of the loss is their family."""

    def __init__(
        self,
        name: str,
        draw: Callable[..., Any],
        loss: Callable[..., Any],
        gradient: Callable[..., Any],
        *,
        clean: Callable[..., Any] | None = None,
        ends: tuple[Callable[..., Any], ...] = (),
        kind: str = "smooth",
        note: str = "",
        rtol: float = RTOL,
        atol: float = 1e-300,
        others: Callable[..., Any] | None = None,
        arrangements: tuple[str, ...] = ("dict", "dict", "dict", "dict", "list", "tuple"),
        dresses: tuple[str, ...] = DRESSES,
    ) -> None:
        self.name, self.draw, self.loss, self.gradient = name, draw, loss, gradient
        self.family = loss.__module__.rpartition(".")[2]
        self.clean, self.ends = clean or loss, ends
        self.kind, self.note, self.rtol, self.atol = kind, note, rtol, atol
        self.arrangements, self.dresses, self.others = arrangements, dresses, others

    def at(self, name: str, place: Callable[..., Any], **changes: Any) -> Model:
        """The same model elsewhere: `place(rng, d, p)` changes the point `p` (a dict), or returns another."""

        def draw(rng: np.random.Generator) -> Any:
            d, p = self.draw(rng)
            moved = ask(place, d, {"rng": rng, "p": p})
            return d, moved if isinstance(moved, dict) else p

        keep = ("clean", "ends", "kind", "note", "rtol", "atol", "arrangements", "dresses", "others")
        options = {name: getattr(self, name) for name in keep} | changes
        return Model(name, draw, self.loss, self.gradient, **options)

    def right(self, name: str = "right", answer: Callable[..., Any] | None = None, **options: Any) -> None:
        """One right case: the right gradient, or another way to compute it."""
        self._register(name, answer or self.gradient, right=True, **options)

    def wrong(self, name: str, code: str = "", **options: Any) -> Callable[..., Any]:
        """Decorator: a wrong gradient. Options: also, note, kind, handed, raw, arrays.

        `raw`: what the function returns is handed in as it is. `arrays`: names of the wrong ones, where
        the numbers at the point do not tell. `fresh`: it makes the answer, so that this has a memory.
        """

        def keep(answer: Callable[..., Any]) -> Callable[..., Any]:
            self._register(name, answer, right=False, code=code, **options)
            return answer

        return keep

    def spoilt(self, name: str, code: str, change: Callable[..., Any], **options: Any) -> None:
        """A wrong case: the right gradient `g` (a dict), changed. `change` may ask for g, d, rng, arrays."""
        self._register(name, change, right=False, code=code, spoils=True, **options)

    def _register(self, name: str, answer: Callable[..., Any], **options: Any) -> None:
        register(
            f"{self.family}/{self.name}/{name}",
            lambda title, rng: _Builder(self, title, rng).case(answer, **options),
        )


class _Builder:
    """One draw of a model, and the case that an answer makes of it."""

    def __init__(self, model: Model, title: str, rng: np.random.Generator) -> None:
        self.model, self.title = model, title
        self.coin = rng.spawn(1)[0]  # for the dress: the numbers do not depend on it
        self.d, point = model.draw(rng)
        self.params = {name: np.array(x, dtype=float) for name, x in point.items()}
        self.seed = int(rng.integers(2**32))

    def truth(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._of(self.model.gradient, params)

    def _of(self, function: Callable[..., Any], params: dict[str, Any]) -> dict[str, Any]:
        values = ask(function, self.d, params)
        return {name: np.array(values[name], dtype=float).reshape(np.shape(params[name])) for name in params}

    def answer(self, function: Callable[..., Any], spoils: bool) -> Callable[[dict[str, Any]], Any]:
        """From arrays by name to arrays by name."""
        if not spoils:
            return lambda params: {**self.truth(params), **ask(function, self.d, params)}

        def spoilt(params: dict[str, Any]) -> Any:
            g = self.truth(params)
            space = {**params, "g": dict(g), "rng": np.random.default_rng(self.seed)}
            return {**g, **ask(function, self.d, space)}

        return spoilt

    def case(
        self,
        function: Callable[..., Any],
        *,
        right: bool,
        code: str = "",
        also: tuple[str, ...] = (),
        note: str = "",
        kind: str = "",
        handed: str = "either",
        raw: bool = False,
        spoils: bool = False,
        fresh: bool = False,
        arrays: tuple[str, ...] | None = None,
        arrangement: str = "",
        at: Callable[..., Any] | None = None,
    ) -> Case:
        model, names = self.model, tuple(self.params)
        single = ("dict", "single", "single") if len(names) == 1 else model.arrangements
        arrangement = arrangement or str(self.coin.choice(single))
        dress = str(self.coin.choice(model.dresses))
        if handed == "either":
            handed = str(self.coin.choice(("values", "function")))
        if fresh:
            function = function()
        compute = self.answer(function, spoils)
        if raw:
            compute = lambda params: ask(function, self.d, params)  # noqa: E731
        arrange = (lambda value: value) if raw else (lambda value: _plain(arranged(value, arrangement)))
        gradient: Any = facing(
            lambda params: arrange(compute(params)), names, f"{model.loss.__name__}_gradient"
        )
        if handed == "values":
            gradient = arrange(compute({name: x.copy() for name, x in self.params.items()}))
        case = Case(
            name=self.title,
            family=model.family,
            loss=facing(_dressed(model.loss, self.d, dress), names, model.loss.__name__),
            at=at(arranged(self.params, arrangement)) if at else _plain(arranged(self.params, arrangement)),
            gradient=gradient,
            sizes=dict(getattr(self.d, "sizes", {})),
            right=right,
            wrong_arrays=arrays or (),
            wrong_entries=None,
            code=code,
            also=also,
            kind=kind or model.kind,
            note=note or model.note,
            data=self.d,
            params=self.params,
            arrangement=arrangement,
            truth=self.truth,
            clean=lambda params: ask(model.clean, self.d, params),
            ends=tuple(lambda params, end=end: self._of(end, params) for end in model.ends),
            rtol=model.rtol,
            atol=model.atol,
            others=model.others(self.coin, self.d) if model.others else (),
        )
        if right or case.kind in ("hidden", "behaviour", "form"):
            return case
        masks = wrong_masks(case)
        return dataclasses.replace(case, wrong_arrays=tuple(masks), wrong_entries=masks)


def _dressed(loss: Callable[..., Any], d: Any, dress: str) -> Callable[[dict[str, Any]], Any]:
    """As people write a loss: plainly, with float(...) or np.array(...) around it, or with inputs made float64."""
    if dress == "0-d":
        return lambda params: np.array(ask(loss, d, params))
    if dress == "float":
        return lambda params: float(ask(loss, d, params))
    if dress == "float64":
        return lambda params: ask(loss, d, {name: np.asarray(x, dtype=float) for name, x in params.items()})
    return lambda params: ask(loss, d, params)


def _plain(value: Any) -> Any:
    """0-d arrays as Python floats, wherever they stand."""
    if isinstance(value, dict):
        return {name: _plain(x) for name, x in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_plain(x) for x in value)
    return float(value) if np.ndim(value) == 0 else value


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the parameters of a loss, in order."""
    return tuple(inspect.signature(function).parameters)
