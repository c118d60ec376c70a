"""The instrument: is this the gradient of this loss at this point?

Anybody's loss, anybody's gradient. The gradient is under test, so whatever is wrong with it becomes a
line of the outcome; the loss and the point are the caller's, so whatever is wrong with them raises.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bpcheck.errors import AnswerRaised, UsageError
from bpcheck.gradcheck.answer import Reply, ask, behaviour
from bpcheck.gradcheck.complex_step import confirmed_slopes
from bpcheck.gradcheck.derivative import entry_slopes
from bpcheck.gradcheck.direction import Terrain
from bpcheck.gradcheck.facts import Comparison, Finding, FloatArray, Outcome, Verdict
from bpcheck.gradcheck.known import Reference
from bpcheck.gradcheck.locate import located
from bpcheck.gradcheck.merge import any_wrong, merged
from bpcheck.gradcheck.naming import name_mistakes
from bpcheck.gradcheck.places import Place, inspect, look_closer, moved, resized, survey
from bpcheck.gradcheck.point import Arrays, Loss, quiet
from bpcheck.gradcheck.remarks import NO_VALUES, reasons, remarks
from bpcheck.gradcheck.suspect import Suspect

SEED = 20  # of the directions: the same check gives the same outcome
BUDGET = 20_000  # evaluations that locating wrong entries may cost at the given point ...
WORK = 2e8  # ... and entries of the point times evaluations: both are ends, the nearer counts
LEAST = 1200  # evaluations that finding one wrong entry takes, whatever the size
ELSEWHERE_PART = 4  # what is left of the budget is divided by this at every other point
NEARBY = (  # words, seed, and how far each entry moves, as part of its size
    ("a point nearby", 1, 0.5),
    ("a point further away", 2, 2.0),
    ("a point on the other side", 2, -2.0),
)
VERY_NEAR = ("a point very near", 3, 0.01)


def check_gradient(
    loss: Callable[..., Any],
    gradient: Any,
    at: Any,
    sizes: Mapping[str, int] | None = None,
    *,
    reference: Reference | None = None,
    entrywise: bool = False,
    budget: Callable[[], int] | None = None,
) -> Outcome:
    """Compare a gradient with the numerical derivative of a loss.

    Parameters
    ----------
    loss : gives one number. It is called with fresh copies, some 25 times for each array of `at` if the
        gradient is right; more often where it is not, to find the wrong entries
    gradient : the numbers under test, arranged as `at` is; or a function that is called as the loss is
        and returns them. A function is asked at other points as well
    at : the point. A dict {"W": W, "b": b} is passed as loss(W=W, b=b), a list or tuple (W, b) as
        loss(W, b), an array or a number x as loss(x). Taken as float64; never changed
    sizes : lengths of the axes that the loss averages over, {"N": 5}; a factor of 5 then gets its name
    reference : called only if something is wrong, with the points that were checked; gives what it knows of
        the loss there, known mistakes above all
    entrywise : compute every entry, some 20 evaluations each, also where nothing is wrong
    budget : called only if something is wrong: how many evaluations may be spent on finding where

    Returns
    -------
    Outcome: WRONG if any entry is wrong; MALFORMED if an array is no gradient (keys, shape, kind, NaN) and
    none is wrong; COULD_NOT_RUN if a gradient function raised; UNDECIDED if an entry lies at a kink or the
    derivative is known too coarsely (a note says where and why); else RIGHT. `evaluations` counts the calls
    of the loss.

    Raises
    ------
    UsageError : the loss raises at the point, gives something else than one finite number, or a
        different one at each call; the point holds no numbers, or is not what the loss takes; `sizes`
        is no dict of whole numbers.

    >>> import numpy as np
    >>> x = np.array([1.0, -2.0, 3.0])
    >>> check_gradient(lambda x: (x**2).sum(), 2 * x, at=x).verdict.value
    'right'
    >>> check_gradient(lambda x: (x**2).mean(), 2 * x, at=x, sizes={"N": 3}).findings[0].code
    'F3'
    """
    sizes = _lengths(sizes)
    with quiet():
        check = _Check(Loss(loss, at), gradient, entrywise, budget)
        title, names = _title(loss), check.loss.point.names
        try:
            check.run()
        except AnswerRaised as error:
            finding = Finding(error.code, error.sentence)
            could_not = Verdict.COULD_NOT_RUN
            return Outcome(title, could_not, findings=(finding,), evaluations=check.loss.calls, names=names)
        if check.verdict is not Verdict.RIGHT:
            check.loss.require_the_same()
        findings, notes = check.malformed + check.findings, check.notes
        steady = not any(f.code in ("C9", "G8") or f.sentence == FROZEN for f in findings)
        if steady and any(c.wrong.any() for c in check.comparisons):
            named = name_mistakes(check.loss, check.everything, check.places, sizes, reference)
            findings, notes = findings + named[0], notes + named[1]
        notes = (*notes, *check.open_questions())
        calls = check.loss.calls
        return Outcome(
            title, check.verdict, check.comparisons, findings, notes, evaluations=calls, names=names
        )


def numerical_gradient(loss: Callable[..., Any], at: Any, *, complex_step: bool = False) -> Any:
    """The numerical derivative of a loss with respect to everything in `at`, with its error.

    Parameters
    ----------
    loss, at : as for `check_gradient`
    complex_step : the loss is made of functions that hold for complex numbers as well (no abs, max, comparison): a
        step along the imaginary axis then gives nearly all digits, also of a loss that is 1e6 plus something small.
        Held against central differences along one direction for each array

    Returns
    -------
    One Estimate for each array of `at`, arranged as `at` is: a dict, a list, a tuple, or the Estimate.
    Some 20 evaluations of the loss for each entry; one with `complex_step`.

    Raises
    ------
    UsageError : as for `check_gradient`; with `complex_step` also if the loss drops the imaginary part.

    >>> numerical_gradient(lambda w, b: (w * b).sum(), at={"w": [1.0, 2.0], "b": 3.0})["w"].value.round(9)
    array([3., 3.])
    >>> float(numerical_gradient(lambda x: 1e6 + np.exp(x), at=0.0, complex_step=True).value)
    1.0
    """
    with quiet():
        watched = Loss(loss, at)
        names, arrays = watched.point.names, watched.point.arrays
        if complex_step:
            found = confirmed_slopes(watched, np.random.default_rng(SEED))
        else:
            found = [entry_slopes(watched.along(i), array) for i, array in enumerate(arrays)]
    if isinstance(at, Mapping):
        return dict(zip(names, found, strict=True))
    if isinstance(at, list | tuple):
        return found if isinstance(at, list) else tuple(found)
    return found[0]


class _Check:
    """One check, with what it has found so far."""

    def __init__(self, loss: Loss, gradient: Any, entrywise: bool, budget: Callable[[], int] | None) -> None:
        self.loss, self.gradient, self.entrywise = loss, gradient, entrywise
        self.rng = np.random.default_rng(SEED)
        self.places: list[Place] = []
        self.everything: list[Comparison] = []  # at all places, for the diagnosis
        self.comparisons: tuple[Comparison, ...] = ()  # one for each array, for the report
        self.malformed: tuple[Finding, ...] = ()  # why an array is no gradient
        self.findings: tuple[Finding, ...] = ()  # what no comparison shows
        self.notes: tuple[str, ...] = ()
        self._budget, self._limit = budget, -1

    def run(self) -> None:
        """Ask, judge at the point, then at others; the second and third only for a function."""
        point = self.loss.point
        first = ask(self.gradient, point, point.arrays)
        self.malformed = first.findings
        if all(array is None for array in first.arrays):
            return
        if callable(self.gradient):
            self.findings = behaviour(first, ask(self.gradient, point, point.arrays), point.names)
        here = self._judge("", point.arrays, self.loss.middle, first)
        self.comparisons = tuple(here.values())
        if callable(self.gradient) and not (self.malformed or self.findings):
            self._elsewhere(here, first)

    @property
    def verdict(self) -> Verdict:
        """What has been found so far. An array that is wrong counts for more than one that is no gradient."""
        if self.findings or any(c.wrong.any() for c in self.comparisons):
            return Verdict.WRONG
        if self.malformed:
            return Verdict.MALFORMED
        return Verdict.UNDECIDED if any(c.undecided.any() for c in self.comparisons) else Verdict.RIGHT

    def open_questions(self) -> list[str]:
        """Why entries are undecided, and where they would not be."""
        names = self.loss.point.names
        found: list[str] = []
        for c in self.comparisons:
            if c.undecided.any():
                i, place = names.index(c.name), next(p for p in self.places if p.at == c.at)
                along = self.loss.along(i, place.arrays)
                suspect = Suspect(c.name, c.at, c.yours, place.arrays[i], along, place.terrain, self.rng)
                found += reasons(c, suspect if self._left() > 0 else None)
        if self.loss.raised and any(NO_VALUES in note for note in found):
            found.append(RAISED.format(self.loss.raised.rstrip(".")))
        return found

    def _judge(self, at: str, arrays: Arrays, middle: float, reply: Reply) -> dict[str, Comparison]:
        """Judge at one place; elsewhere than at the given point first with what is known of the loss from there."""
        terrain = (
            dataclasses.replace(self.places[0].terrain, middle=middle)
            if self.places
            else survey(self.loss, arrays, middle, self.rng)
        )
        place = Place(at, arrays, reply.arrays, terrain)
        suspects = self._inspect(place)
        if not all(suspect.agrees for suspect in suspects):
            place = place.on(look_closer(self.loss, place, suspects, self.rng))
            if _is_other(place.terrain, terrain):
                suspects = self._inspect(place)
        self.places.append(place)
        if not at:
            self.notes = tuple(note for suspect in suspects for note in remarks(suspect))
        elif not all(suspect.agrees for suspect in suspects):
            self._limit = self.loss.calls + self._left() // ELSEWHERE_PART
        found = {s.name: self._compared(s, everywhere=self.entrywise and not at) for s in suspects}
        self.everything += found.values()
        return found

    def _inspect(self, place: Place) -> list[Suspect]:
        briefly = len(self.places) > 1 and place.at != VERY_NEAR[0]
        alone = not callable(self.gradient)
        return inspect(place, self.loss.point.names, self.loss, self.rng, briefly=briefly, alone=alone)

    def _compared(self, suspect: Suspect, *, everywhere: bool) -> Comparison:
        if suspect.agrees and not everywhere:
            return suspect.nothing_wrong()
        return suspect.every_entry() if everywhere else located(suspect, self._left)

    def _left(self) -> int:
        if self._limit < 0:
            entries = sum(array.size for array in self.loss.point.arrays)
            most = BUDGET if self._budget is None else self._budget()
            self._limit = self.loss.calls + min(most, max(LEAST, int(WORK / max(entries, 1))))
        return self._limit - self.loss.calls

    def _elsewhere(self, here: dict[str, Comparison], first: Reply) -> None:
        """Points nearby; then another size, and the given point again: what may the function have kept?"""
        bad = any_wrong([here])
        there = [self._at_moved(*near) for near in (NEARBY[:1] if bad else NEARBY)]
        if any(c.wrong.any() and not (n in there[0] and there[0][n].wrong.any()) for n, c in here.items()):
            there.append(self._at_moved(*VERY_NEAR))  # wrong here only: because of a kink, or in truth?
        if not bad and not any_wrong(there):
            there.append(self._at_other_size())
        both = [merged(c, [t[name] for t in there if name in t]) for name, c in here.items()]
        self.comparisons = tuple(comparison for comparison, _ in both)
        self.notes += tuple(note for _, note in both if note)
        if bad:
            return
        self.findings += self._frozen([c for c in self.comparisons if c.wrong.any()], first)
        if not any_wrong(there):
            last = ask(self.gradient, self.loss.point, self.loss.point.arrays)
            self.findings += behaviour(first, last, self.loss.point.names)

    def _at_moved(self, at: str, seed: int, part: float) -> dict[str, Comparison]:
        return self._at_other(at, moved(self.loss, self.loss.point.arrays, seed, part))

    def _at_other_size(self) -> dict[str, Comparison]:
        found = resized(self.loss, self.loss.point.names, self.rng)
        return self._at_other(found[0], found[1:]) if found else {}

    def _at_other(self, at: str, point: tuple[Arrays, float] | None) -> dict[str, Comparison]:
        """What the function gives at another point; nothing if it cannot be asked there."""
        if point is None:
            return {}
        try:
            reply = ask(self.gradient, self.loss.point, point[0])
        except AnswerRaised as error:
            self.notes += (UNASKED.format(place=at, why=error.sentence),)
            return {}
        if not reply.whole:
            self.notes += (UNASKED.format(place=at, why=reply.findings[0].sentence),)
            return {}
        return self._judge(at, point[0], point[1], reply)

    def _frozen(self, wrong: Sequence[Comparison], first: Reply) -> tuple[Finding, ...]:
        """Names for what only another point shows: an answer that does not move, a size in the code."""
        frozen = {place.at for place in self.places[1:] if _same(place.yours, first.arrays)}
        still = [c for c in wrong if c.at in frozen and c.yours.any()]
        sized = [c for c in wrong if "row more" in c.at]
        found = [("G11", FROZEN, still), ("G11", SIZED, sized)]
        return tuple(
            Finding(code, sentence, ", ".join(c.name for c in names))
            for code, sentence, names in found
            if names
        )


def _lengths(sizes: Any) -> dict[str, int]:
    if sizes is None:
        return {}
    if isinstance(sizes, Mapping) and all(isinstance(n, int | np.integer) for n in sizes.values()):
        return {str(name): int(n) for name, n in sizes.items()}
    raise UsageError(f"`sizes` should name lengths, as in {{'N': 5}}; it is {sizes!r}.")


def _is_other(closer: Terrain, terrain: Terrain) -> bool:
    """Whether what is known now can change what was read before."""
    louder, quieter = closer.noise > 2 * terrain.noise, closer.noise < terrain.noise / 2
    return louder or quieter or closer.steep > 2 * terrain.steep


def _same(a: Sequence[FloatArray | None], b: Sequence[FloatArray | None]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None)


def _title(loss: Callable[..., Any]) -> str:
    name = getattr(loss, "__name__", "check_gradient")
    return "check_gradient" if name == "<lambda>" else name


FROZEN = (
    "At another point the function gave the same numbers as at the given one, although the gradient is another "
    "there. It does not use its arguments, or remembers an earlier call."
)
RAISED = "Beside the point the loss raised {}."
UNASKED = "At {place} the loss has a value, but the gradient could not be judged: {why}"
SIZED = (
    "Right for the sizes of the given point, wrong for one row more. Is a number of samples or of steps written "
    "into the code?"
)
