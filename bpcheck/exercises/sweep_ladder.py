"""The ladder of a backward sweep: which layer is the first wrong one, counted from the loss?

A wrong error that is handed on makes every layer before it wrong. So each layer is judged by itself: with
the error that the answer handed to it. That error need not be asked for. It can be seen in the slopes that
were read off: for one sample db *is* δ, and from dW, a product of δ and what entered, it can be had too.

Imports: numpy, bpcheck.gradcheck, bpcheck.exercises.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcheck.exercises.depth_cases import LAYERS, NOTHING
from bpcheck.exercises.model import Mistake
from bpcheck.gradcheck.compare import compare, exact
from bpcheck.gradcheck.diagnose import explain
from bpcheck.gradcheck.facts import Estimate, Finding, FloatArray, Ladder, Mark, Rung
from bpcheck.gradcheck.recognise import Candidate, recognise

Around = Any  # what lies around a layer: a frozen dataclass with `delta` and `delta_next` among its fields
Step = tuple[FloatArray, FloatArray, FloatArray]  # dW, db, and the error that is handed on
Rule = Callable[[Around], Step]
Named = Sequence[tuple[Mistake, Rule]]  # a rule of one layer, and the sentence for it
Pair = tuple[FloatArray, FloatArray]  # dW, db of one layer


@dataclass(frozen=True, slots=True)
class Sweep:
    """A backward sweep: its layers, from the first on, and how one of them is read."""

    title: str  # "net 2-4-1"
    layers: Sequence[Around]
    right: Rule
    told: Callable[[FloatArray, FloatArray, Around], Iterable[FloatArray]]  # the δ that dW and db show
    with_delta: Callable[[Around, FloatArray], Around]  # the layer, had its own δ been this one


def ladder(named: Named, sweep: Sweep, truth: Sequence[Estimate], arrays: Sequence[FloatArray]) -> Ladder:
    """Judge an answer layer by layer.

    Parameters
    ----------
    named : known mistakes of a single layer
    sweep : the right one, at the answer's case
    truth, arrays : numerical and answered slopes, in the order of `depth_cases.GRADS`

    Returns
    -------
    Ladder, from the loss down. A layer that is wrong here says why, or where its largest gap is.
    """
    slots = {layer: slice(2 * i, 2 * i + 2) for i, layer in enumerate(LAYERS)}
    rungs: list[Rung] = []
    handed = [NOTHING]  # what the layer may have been handed by the next one
    true_error = NOTHING
    for layer in range(len(sweep.layers), 0, -1):
        yours = arrays[slots[layer]]
        here = dataclasses.replace(sweep.layers[layer - 1], delta_next=true_error)
        ok = [_agrees(mine, known) for mine, known in zip(yours, truth[slots[layer]], strict=True)]
        rungs.append(_best(named, sweep, layer, here, handed, (yours[0], yours[1]), ok))
        true_error = here.delta
        handed = [true_error] if any(ok) else [*_told(sweep, yours[0], yours[1], here), true_error]
    return Ladder(sweep.title, tuple(rungs))


def _told(sweep: Sweep, dW: FloatArray, db: FloatArray, here: Around) -> list[FloatArray]:
    """The δ that an answer had at a layer, as far as its slopes show it. Where one of them is right, δ was."""
    if not (np.isfinite(dW).all() and np.isfinite(db).all()):  # from NaN everything would follow
        return []
    return list(sweep.told(dW, db, here))


def _best(
    named: Named,
    sweep: Sweep,
    layer: int,
    here: Around,
    handed: Sequence[FloatArray],
    yours: Pair,
    ok: list[bool],
) -> Rung:
    """The judgement under which most of the layer is right, and of these one that has a name for the rest."""
    rungs = [
        _rung(named, sweep, layer, dataclasses.replace(here, delta_next=error), yours, ok) for error in handed
    ]

    def merit(rung: Rung) -> tuple[int, bool]:
        wrong = sum(mark is Mark.WRONG for _, mark in rung.marks)
        return -wrong, any(not f.code.startswith("G") for f in rung.findings)

    return max(rungs, key=merit)


def _rung(named: Named, sweep: Sweep, layer: int, here: Around, yours: Pair, ok: list[bool]) -> Rung:
    names = (f"W{layer}", f"b{layer}")
    expected = [exact(part) for part in sweep.right(here)[:2]]
    follows = [_agrees(mine, known) for mine, known in zip(yours, expected, strict=True)]
    marks = [
        Mark.RIGHT if fits else Mark.CARRIED if carried else Mark.WRONG
        for fits, carried in zip(ok, follows, strict=True)
    ]
    findings = _findings(named, sweep, names, here, yours, expected) if Mark.WRONG in marks else ()
    return Rung(f"layer {layer}", tuple(zip(names, marks, strict=True)), findings)


def _findings(
    named: Named, sweep: Sweep, names: tuple[str, str], here: Around, yours: Pair, expected: list[Estimate]
) -> tuple[Finding, ...]:
    """A sentence for every array that is wrong in this layer."""
    found = _recognised(named, sweep, names, here, yours)
    rest = {*names} - _arrays(found)
    for delta in _told(sweep, *yours, here) if found and rest else ():
        # δ was wrong, and something else was, too
        again = _recognised(named, sweep, names, sweep.with_delta(here, delta), yours)
        found = (*found, *(f for f in again if _arrays([f]) <= rest))
        rest -= _arrays(found)
    parts = zip(names, yours, expected, strict=True)
    return (*found, *_unknown([part for part in parts if part[0] not in _arrays(found)]))


def _recognised(
    named: Named, sweep: Sweep, names: tuple[str, str], here: Around, yours: Pair
) -> tuple[Finding, ...]:
    """The known mistakes that give one of the arrays at least, each with the arrays that it explains."""
    candidates = []
    for mistake, rule in named:
        step = _step(rule, here)
        results = [[part] for part in step[:2]] if step else [[None], [None]]
        candidates.append(Candidate(mistake.code, mistake.sentence, results))
    truth = [[exact(part)] for part in sweep.right(here)[:2]]
    found = recognise(names, [[part] for part in yours], truth, candidates)
    return tuple(dataclasses.replace(f, array=f.array or ", ".join(names)) for f in found)


def _arrays(findings: Sequence[Finding]) -> set[str]:
    return {name for f in findings for name in f.array.split(", ")}


def _step(rule: Rule, here: Around) -> Step | None:
    try:
        return rule(here)
    except ValueError:  # shapes that do not fit: this mistake cannot be made here
        return None


def _unknown(parts: Sequence[tuple[str, FloatArray, Estimate]]) -> tuple[Finding, ...]:
    """What the numbers alone say of arrays of a layer that no mistake explains, or that it is the place to look."""
    fit = [part for part in parts if part[1].shape == part[2].value.shape and np.isfinite(part[1]).all()]
    comparisons = [compare(*part) for part in fit]
    wrong = [c for c in comparisons if c.wrong.any()]
    if factors := explain(wrong, {}):
        return factors
    if not wrong:  # only shapes are wrong, or NaN is there, and another sentence says so
        return ()
    worst = max(wrong, key=lambda c: float(np.abs(c.error).max()))
    index = np.unravel_index(int(np.abs(worst.error).argmax()), worst.error.shape)
    return (
        Finding(
            "G9",
            "Something goes wrong in this layer, and it is not a mistake that I know. With the error that it was "
            f"handed, {worst.name}{list(map(int, index))} should be about {worst.expected.value[index]:.6g}; yours is "
            f"{worst.yours[index]:.6g}.",
            ", ".join(c.name for c in wrong),
        ),
    )


def _agrees(yours: FloatArray, expected: Estimate) -> bool:
    return yours.shape == expected.value.shape and compare("", yours, expected).ok
