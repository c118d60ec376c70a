"""Which entries of one array are wrong, at a cost that follows the logarithm of its size.

A small array is differentiated entry by entry. A large one is halved: rows, then columns, then entries, each
half judged along a direction that moves nothing else. Where everything is wrong a few entries stand for all.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bpcheck.gradcheck.derivative import entry_slope
from bpcheck.gradcheck.direction import State, spread
from bpcheck.gradcheck.facts import Comparison, Estimate
from bpcheck.gradcheck.suspect import Suspect

SMALL = 64  # entries up to which every one of them is computed
PER_ENTRY = 22  # evaluations that one entry costs, roughly
MOST_LINES = 4  # wrong rows, columns, or entries of one row that are searched for
SAMPLE = 6  # entries that stand for all

Scalar = TypeVar("Scalar", np.float64, np.bool_)
Lines = tuple[list[int], list[int], bool]  # those that differ, those that are unclear; are these all?
Part = tuple[int | slice, int | slice]  # of an array seen as a matrix: rows, columns


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
        if len(found[0]) > MOST_LINES and all(state is State.DIFFERS for state in states):
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
        c = s.compare_entries(found, s.yours[index], s.reach[index])
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
