"""Which entries of one array are wrong, at a cost that follows the logarithm of its size.

A small array is differentiated entry by entry. A large one is halved: rows, then columns, then entries, each
half judged along a direction that moves nothing else. Where everything is wrong a few entries stand for all.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bpcheck.gradcheck.compare import compare
from bpcheck.gradcheck.derivative import EPS, FIRST_STEP, ArrayFunction, entry_slope, entry_slopes
from bpcheck.gradcheck.direction import (
    FINE,
    WIDE,
    Claim,
    Reading,
    State,
    Terrain,
    claim_of,
    judge,
    magnitude,
    spread,
)
from bpcheck.gradcheck.facts import BoolArray, Comparison, Estimate, FloatArray

SMALL = 64  # entries up to which every one of them is computed
PER_ENTRY = 22  # evaluations that one entry costs, roughly
MOST_LINES = 4  # wrong rows, columns, or entries of one row that are searched for
SIZES = 4  # of entries in one array, each a thousandth of the one before, that are looked at
SAMPLE = 6  # entries that stand for all
SINGLE = 1e3  # how much less precise the arithmetic of a float32 program is allowed to be
SINGLE_ENTRY, SINGLE_BLOCK = 1e-6, 1e-7  # the same, of an entry and of the largest one


Scalar = TypeVar("Scalar", np.float64, np.bool_)
Lines = tuple[list[int], list[int], bool]  # those that differ, those that are unclear; are these all?
Part = tuple[int | slice, int | slice]  # of an array seen as a matrix: rows, columns


@dataclass(slots=True)
class Suspect:
    """One array of a gradient at one point."""

    name: str
    at: str  # the place in words; empty: the given point
    yours: FloatArray
    x: FloatArray  # same shape: where it is
    loss: ArrayFunction  # of this array alone
    terrain: Terrain
    rng: np.random.Generator
    reach: FloatArray = field(init=False)  # same shape: how far each entry may move
    readings: list[Reading] = field(default_factory=list)  # along directions that move all entries, or those:
    focus: BoolArray | None = None  # same shape: entries too small to be seen beside the others

    def __post_init__(self) -> None:
        self.reach = self._enlarged(magnitude(self.x))

    def _enlarged(self, size: FloatArray) -> FloatArray:
        """Entries near zero move further than their own size if the loss would not show it otherwise."""
        total = float(np.abs(self.yours * size).sum())
        rounding = max(self.terrain.noise, EPS * abs(self.terrain.middle))
        needed = rounding / (FIRST_STEP * FINE / 100 * total) if total else np.inf
        largest = size.max(initial=np.finfo(float).tiny)
        room = 1 / largest if total or largest < FINE else 1.0
        return np.asarray(size * min(max(1.0, needed), max(1.0, room)))

    def claim(self, direction: FloatArray) -> Claim:
        """What the gradient says of the slope along `direction`."""
        return claim_of(self.yours, direction, SINGLE if self.terrain.single else 1.0)

    def random_direction(self) -> FloatArray:
        """Every entry moves, by about its reach, either way; or every one in focus."""
        direction = np.asarray(self.reach * spread(self.x, self.rng))
        return direction if self.focus is None else direction * self.focus

    def look_at_the_small(self) -> None:
        """Entries that move by a thousandth of the largest move, and less, do not show beside them: each size alone.

        Only a certain difference counts. So small a move is often lost in the rounding of the loss.
        """
        largest = float(self.reach.max(initial=0.0))
        for power in range(1, SIZES + 1):
            low, high = largest * WIDE ** (power + 1), largest * WIDE**power
            self.focus = (self.reach < high) & (self.reach >= (low if power < SIZES else 0.0))
            if self.focus.any():
                reading = self.judge(self.random_direction())
                if reading.state is State.DIFFERS:
                    self.readings.append(reading)
                    return
        self.focus = None

    def aligned_direction(self) -> FloatArray:
        """Every entry moves so that, by the gradient, the loss rises."""
        way = spread(self.x, self.rng)
        return np.asarray(self.reach * np.where(self.yours == 0, way, np.abs(way) * np.sign(self.yours)))

    def judge(self, direction: FloatArray, start: float = FIRST_STEP, *, certify: bool = True) -> Reading:
        """Compare the gradient with the loss along `direction`."""
        x, loss, claim = self.x, self.loss, self.claim(direction)

        def line(s: float) -> float:
            return loss(np.asarray(x + s * direction))

        return judge(line, claim, self.terrain, start, certify=certify)

    @property
    def agrees(self) -> bool:
        """No direction found a difference."""
        return all(reading.state is State.AGREES for reading in self.readings)

    def products(self) -> tuple[tuple[float, float, float], ...]:
        """The readings, as a Comparison holds them."""
        known = (r for r in self.readings if np.isfinite([r.value, r.error]).all())
        return tuple((r.claim, r.value, r.error) for r in known)

    def comparison(
        self, expected: Estimate, wrong: BoolArray, undecided: BoolArray, extent: str
    ) -> Comparison:
        """These facts under this suspect's name."""
        return Comparison(self.name, self.at, self.yours, expected, wrong, undecided, self.products(), extent)

    def nothing_wrong(self) -> Comparison:
        """Directions found no difference; no entry was computed."""
        no = np.broadcast_to(np.array(False), self.x.shape)
        return self.comparison(unknown(self.x.shape), no, no, "")

    def every_entry(self) -> Comparison:
        """All entries, one by one."""
        expected = entry_slopes(self.loss, self.x, self.terrain.noise, self.reach)
        found = _outside_of_kinks(self, self.compare_entries(expected, self.yours))
        return self.comparison(found.expected, found.wrong, found.undecided, "")

    def compare_entries(self, expected: Estimate, yours: FloatArray) -> Comparison:
        """`compare` with what is known of the terrain; for some entries or for all."""
        size = np.abs(expected.value)
        if self.terrain.single:
            largest = np.nan_to_num(size).max(initial=0.0)
            error = expected.error + SINGLE_ENTRY * size + SINGLE_BLOCK * largest
            expected = Estimate(expected.value, error, expected.kink)
        scale = self.terrain.steep / max(float(self.reach.max(initial=0.0)), np.finfo(float).tiny)
        return compare(self.name, yours, expected, self.at, scale)


def unknown(shape: tuple[int, ...]) -> Estimate:
    """An estimate of which nothing is known; takes no memory."""
    value, error, kink = (np.broadcast_to(np.array(v), shape) for v in (np.nan, np.inf, False))
    return Estimate(value, error, kink)


def located(suspect: Suspect, left: Callable[[], int]) -> Comparison:
    """The comparison of an array that a direction did not find right.

    Parameters
    ----------
    suspect : the array
    left : evaluations of the loss that may still be spent on locating
    """
    size, calls = suspect.x.size, left()
    if PER_ENTRY * size <= calls and (size <= SMALL or PER_ENTRY * size * 4 <= calls):
        return suspect.every_entry()
    return _Search(suspect, left).run()


def _outside_of_kinks(suspect: Suspect, found: Comparison) -> Comparison:
    """At a kink a value is wrong only if no choice of slopes there can give it.

    With several kinks in one entry (zero weights before a ReLU) the slopes of a mask z >= 0 add up: values
    between zero, both one-sided slopes and their sum are possible.
    """
    wrong, undecided = found.wrong.copy(), found.undecided.copy()
    for index in map(tuple, np.argwhere(found.expected.kink & ~found.wrong)):
        step = 1e-6 * float(suspect.reach[index])
        values = []
        for side in (1, -1):
            x = suspect.x.copy()
            x[index] += side * step
            values.append(side * (suspect.loss(x) - suspect.terrain.middle) / step)
        ends = [*values, 0.0, sum(values)]
        slack = (
            1e-3 * max(map(abs, ends))
            + 4 * (suspect.terrain.noise + EPS * abs(suspect.terrain.middle)) / step
        )
        if np.isfinite(ends).all() and not min(ends) - slack <= suspect.yours[index] <= max(ends) + slack:
            wrong[index], undecided[index] = True, False
    return Comparison(found.name, found.at, found.yours, found.expected, wrong, undecided)


class _Search:
    """Halving, with what it has found so far."""

    def __init__(self, suspect: Suspect, left: Callable[[], int]) -> None:
        self.suspect, self.left = suspect, left
        shape = suspect.x.shape
        self.value, self.error = np.full(shape, np.nan), np.full(shape, np.inf)
        self.kink, self.wrong = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self.undecided = np.zeros(shape, dtype=bool)
        self.rows = shape[0] if len(shape) > 1 else 1
        self.columns = suspect.x.size // self.rows
        self.extent = ""

    def run(self) -> Comparison:
        """The comparison, with as much as could be located."""
        focus = self.suspect.focus
        of = np.arange(self.suspect.x.size) if focus is None else np.flatnonzero(focus)
        states = [self.entry(int(of[k])) for k in self._sample(len(of)) if self.left() > 0]
        wrong = sum(state is State.DIFFERS for state in states)
        if states and wrong == len(states):
            self.wrong[...] = True if focus is None else focus
            self.extent = f"every entry of {wrong} that were tried"
        elif wrong > len(states) // 2:
            self.extent = f"{wrong} of {len(states)} that were tried"
        else:
            self._by_lines()
        if not self.wrong.any():
            self._nowhere()
        expected = Estimate(self.value, self.error, self.kink)
        return self.suspect.comparison(expected, self.wrong, self.undecided, self.extent)

    def _by_lines(self) -> None:
        rows, unclear, complete = self.halve(self.rows, lambda low, high: (slice(low, high), slice(None)))
        if complete:
            for row in (*rows, *unclear):
                self._row(row)
            return
        columns, unclear, complete = self.halve(
            self.columns, lambda low, high: (slice(None), slice(low, high))
        )
        if complete:
            for column in (*columns, *unclear):
                self._column(column)
            return
        for row in rows:  # many: a few of them stand for all
            for k in self._sample(self.columns)[:2]:
                self.entry(row * self.columns + k)
        self.extent = "many, in many rows and columns"

    def _row(self, row: int) -> None:
        found = self.halve(self.columns, lambda low, high: (row, slice(low, high)))
        self._line(found, (row, slice(None)), [row * self.columns + k for k in (*found[0], *found[1])])

    def _column(self, column: int) -> None:
        found = self.halve(self.rows, lambda low, high: (slice(low, high), column))
        self._line(found, (slice(None), column), [k * self.columns + column for k in (*found[0], *found[1])])

    def _line(self, found: Lines, line: Part, entries: list[int]) -> None:
        """Compute the entries that were found in one row or column; if there are many, it is wrong as a whole."""
        states = [self.entry(k) for k in entries]
        if not found[2] and states and all(state is State.DIFFERS for state in states):
            whole = self._matrix(self.wrong)[line]
            whole[...] = True

    def _nowhere(self) -> None:
        """Certified along whole directions, but in no entry; or not certified at all."""
        s = self.suspect
        if sum(r.state is State.DIFFERS for r in s.readings) == 1:
            s.readings.append(s.judge(s.random_direction()))
        if sum(r.state is State.DIFFERS for r in s.readings) > 1:
            self.wrong[...] = ~np.isfinite(self.value)  # what was computed is right
            self.extent = "certain along two directions, but not located in entries"
        elif not self.undecided.any() and any(r.state is not State.AGREES for r in self.suspect.readings):
            self.undecided[...] = True

    def _matrix(self, array: NDArray[Scalar]) -> NDArray[Scalar]:
        return array.reshape(self.rows, self.columns)

    def _sample(self, of: int) -> list[int]:
        """A few different numbers below `of`."""
        return [int(k) for k in self.suspect.rng.choice(of, min(SAMPLE, of), replace=False)]

    def entry(self, k: int) -> State:
        """Compute one entry, by its place in the flattened array, and keep it."""
        s = self.suspect
        index = tuple(int(i) for i in np.unravel_index(k, s.x.shape))
        found = entry_slope(s.loss, s.x, index, s.terrain.noise, float(s.reach[index]))
        c = s.compare_entries(found, s.yours[index])
        self.value[index], self.error[index] = c.expected.value, c.expected.error
        self.kink[index], self.wrong[index], self.undecided[index] = found.kink, c.wrong, c.undecided
        if c.wrong.any():
            return State.DIFFERS
        return State.UNRESOLVED if c.undecided.any() else State.AGREES

    def halve(self, count: int, part: Callable[[int, int], Part]) -> Lines:
        """Of `count` lines those that differ, those that are unclear, and whether these are all."""
        differ: list[int] = []
        unclear: list[int] = []
        stack: list[tuple[int, int, bool]] = [(0, count, False)]
        while stack:
            if self.left() <= 0:
                return differ, unclear, False
            low, high, sure = stack.pop()  # sure: the other half agrees, so that this one does not
            state = State.DIFFERS if sure and high - low > 1 else self._judge(part(low, high))
            if state is State.AGREES:
                if stack and stack[-1][0] == high and not sure:  # its sibling is next
                    stack[-1] = (*stack[-1][:2], True)
                continue
            if high - low > 1:
                middle = (low + high) // 2
                stack += [(middle, high, False), (low, middle, False)]
                continue
            (differ if state is State.DIFFERS else unclear).append(low)
            if len(differ) > MOST_LINES or len(unclear) > MOST_LINES:
                return differ, unclear, False
        return differ, unclear, True

    def _judge(self, part: Part) -> State:
        direction = np.zeros(self.suspect.x.shape)
        chosen = self._matrix(direction)
        chosen[part] = self._matrix(self.suspect.reach)[part] * spread(chosen[part], self.suspect.rng)
        if self.suspect.focus is not None:
            direction *= self.suspect.focus
        return self.suspect.judge(direction, certify=False).state
