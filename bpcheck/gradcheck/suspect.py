"""One array of a gradient at one point: how far its entries move, and what the loss says along directions.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from bpcheck.gradcheck.compare import compare
from bpcheck.gradcheck.derivative import EPS, FIRST_STEP, ArrayFunction, entry_slopes
from bpcheck.gradcheck.direction import (
    FINE,
    WIDE,
    Claim,
    Reading,
    State,
    Terrain,
    Walk,
    claim_of,
    judge,
    magnitude,
    spread,
)
from bpcheck.gradcheck.facts import BoolArray, Comparison, Estimate, FloatArray

SIZES = 4  # of entries in one array, each a thousandth of the one before, that are looked at
FAINT = 1e-6  # of the largest part: a mistake of some percent would not show along a common direction
SINGLE = 1e3  # how much less precise the arithmetic of a float32 program is allowed to be
SINGLE_ENTRY, SINGLE_BLOCK = 1e-6, 1e-7  # the same, of an entry and of the largest one


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
    total: float = field(init=False)  # by how much the loss moves then at most, says the gradient
    readings: list[Reading] = field(default_factory=list)  # along directions that move all entries, or those:
    focus: BoolArray | None = None  # same shape: entries too small to be seen beside the others

    def __post_init__(self) -> None:
        self.reach = self._enlarged(magnitude(self.x))

    def _enlarged(self, size: FloatArray) -> FloatArray:
        """Entries near zero move further than their own size if the loss would not show it otherwise."""
        total = float(np.vdot(np.abs(self.yours), size))
        rounding = max(self.terrain.noise, EPS * abs(self.terrain.middle))
        needed = rounding / (FIRST_STEP * FINE / 100 * total) if total else np.inf
        largest = size.max(initial=np.finfo(float).tiny)
        room = 1 / largest if total or largest < FINE else 1.0
        factor = min(max(1.0, needed), max(1.0, room))
        self.total = factor * total
        return np.asarray(size * factor) if factor > 1 else size

    @property
    def uneven(self) -> bool:
        """Whether some entries move so much less than others that they would not show beside them."""
        if not any(self.reach.strides):  # one number for all
            return False
        return bool(self.reach.min() < WIDE * self.reach.max())

    def claim(self, direction: FloatArray) -> Claim:
        """What the gradient says of the slope along `direction`."""
        loose = SINGLE if self.terrain.single else 1.0
        claim = claim_of(self.yours, direction, loose)
        if self.focus is None:
            return claim
        # where sums cancel, faint entries round so
        return dataclasses.replace(claim, total=loose * float(self.parts.sum()))

    @property
    def parts(self) -> FloatArray:
        """How much each entry moves the loss, by the gradient, when it moves by its reach; same shape."""
        return np.asarray(np.abs(self.yours) * self.reach)

    def random_direction(self) -> FloatArray:
        """Every entry moves, by about its reach, either way; or every one in focus."""
        if self.focus is None:
            return np.asarray(self.reach * spread(self.x, self.rng))
        direction = np.zeros(self.x.shape)
        direction[self.focus] = self.reach[self.focus] * spread(self.x[self.focus], self.rng)
        return direction

    def look_at_the_small(self) -> None:
        """Entries that move by a thousandth of the largest move, and less, do not show beside them: each size alone."""
        largest = float(self.reach.max(initial=0.0))
        for power in range(1, SIZES + 1):
            low, high = largest * WIDE ** (power + 1), largest * WIDE**power
            self.focus = (self.reach < high) & (self.reach >= (low if power < SIZES else 0.0))
            if self.focus.any() and self.looks_wrong(FIRST_STEP):
                return
        self.focus = None

    def focus_on_faint(self) -> bool:
        """Take those entries that, by the gradient, move the loss too little to show beside the others; are there any?"""
        parts = self.parts
        faint = parts < FAINT * parts.max(initial=0.0)
        self.focus = faint if faint.any() else None
        return self.focus is not None

    def looks_wrong(self, start: float) -> bool:
        """Whether the entries in focus differ. Only that counts: so small a move is often lost in the rounding of the loss."""
        reading = self.judge(self.random_direction(), start)
        if reading.state is State.DIFFERS:
            self.readings.append(reading)
        return reading.state is State.DIFFERS

    def aligned_direction(self) -> FloatArray:
        """Every entry moves so that, by the gradient, the loss rises."""
        way = spread(self.x, self.rng)
        if self.yours.all():
            np.copysign(way, self.yours, out=way)
        else:  # where it is zero, either way
            np.copysign(way, self.yours, out=way, where=self.yours != 0)
        return np.asarray(self.reach * way)

    def judge(self, direction: FloatArray, start: float = FIRST_STEP, *, certify: bool = True) -> Reading:
        """Compare the gradient with the loss along `direction`."""
        loss, walk = self.loss, Walk(self.x, direction)
        return judge(lambda s: loss(walk(s)), self.claim(direction), self.terrain, start, certify=certify)

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
        found = _outside_of_kinks(self, self.compare_entries(expected, self.yours, self.reach))
        return self.comparison(found.expected, found.wrong, found.undecided, "")

    def compare_entries(self, expected: Estimate, yours: FloatArray, reach: FloatArray) -> Comparison:
        """`compare` with what is known of the terrain; for some entries or for all.

        In the unit of the loss: entries of an array may have units of their own, and be 1e12 times as large.
        """
        size = np.abs(expected.value)
        if self.terrain.single:
            largest = np.nan_to_num(size).max(initial=0.0)
            error = expected.error + SINGLE_ENTRY * size + SINGLE_BLOCK * largest
            expected = Estimate(expected.value, error, expected.kink)
        moved = Estimate(expected.value * reach, expected.error * reach, expected.kink)
        found = compare(self.name, yours * reach, moved, self.at, self.terrain.steep)
        return dataclasses.replace(found, yours=yours, expected=expected)


def unknown(shape: tuple[int, ...]) -> Estimate:
    """An estimate of which nothing is known; takes no memory."""
    value, error, kink = (np.broadcast_to(np.array(v), shape) for v in (np.nan, np.inf, False))
    return Estimate(value, error, kink)


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
