"""What a gradient is asked besides the given point, and how all arrays are judged at one place.

One point cannot show everything: a gradient can be right only where weights are zero, or where no unit is
active. A function is therefore asked at points near the given one, where every entry has moved, zeros too.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bpcheck.gradcheck.derivative import EPS, FIRST_STEP, LEFT_OVER, UNEVEN, ScalarFunction, roughness
from bpcheck.gradcheck.direction import (
    RATIO,
    Claim,
    Reading,
    State,
    Terrain,
    Walk,
    judge,
    magnitude,
    spread,
)
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.gradcheck.point import Arrays, Loss
from bpcheck.gradcheck.suspect import Suspect

MOST_TOGETHER = 4  # arrays that may grow together: 15 ways to choose some of them
FAR = (1.0, -1.0, 4.0, -4.0)  # of everything's size: where a loss that stands still nearby is looked at
COARSE_GRAIN = 100.0  # rounding errors that a noise must be, to be one of its own
TRIES = 5  # shorter and shorter moves, until the loss has a value
HEAD_START = RATIO**3  # a ladder starts this far above the step that the one before it needed
BLUNT = 1e-6  # of the sum of |g d|: a reading less sharp than this is followed by an aligned one


@dataclass(frozen=True, slots=True)
class Place:
    """A point, and the gradient that was given there."""

    at: str  # in words; empty: the given point
    arrays: Arrays
    yours: tuple[FloatArray | None, ...]  # None: no gradient of this array to judge
    terrain: Terrain

    def on(self, terrain: Terrain) -> Place:
        """The same place, better known."""
        return dataclasses.replace(self, terrain=terrain)


def survey(loss: Loss, arrays: Arrays, middle: float, rng: np.random.Generator) -> Terrain:
    """How rough the loss is around a point, and how much it moves. 9 to 44 evaluations."""
    line = _line(loss, arrays, rng)
    right, left = line(0.1), line(-0.1)
    moves = [abs(v - middle) / 0.1 for v in (right, left) if np.isfinite(v)]
    single = (
        all(np.isfinite(v) and v == float(np.float32(v)) for v in (right, left, middle)) and middle != right
    )
    steep = max(moves, default=0.0)
    return Terrain(middle, roughness(line, 0.0, middle), steep, bool(single) or loss.point.single)


def look_closer(loss: Loss, place: Place, suspects: Sequence[Suspect], rng: np.random.Generator) -> Terrain:
    """The terrain around a place where not everything agrees, with what a first look does not show.

    Noise that shows at a distance only; and, where a slope could not be told, how steep the loss is further away.
    """
    terrain = survey(loss, place.arrays, place.terrain.middle, rng) if place.at else place.terrain
    line = _line(loss, place.arrays, rng)
    noise, steep = max(terrain.noise, _grain(line, terrain)), terrain.steep
    if any(reading.state is State.UNRESOLVED for s in suspects for reading in s.readings):
        steep = max(steep, _far_steepness(line, terrain))
    return dataclasses.replace(terrain, noise=noise, steep=steep)


def _line(loss: Loss, arrays: Arrays, rng: np.random.Generator) -> ScalarFunction:
    """The loss on a line through a point, on which every entry moves by about its size."""
    walks = [Walk(x, magnitude(x) * spread(x, rng)) for x in arrays]
    return lambda s: loss(tuple(walk(s) for walk in walks))


def _grain(line: ScalarFunction, terrain: Terrain) -> float:
    """Noise that shows only at a distance: smooth very close to the point, and as large at 1e-7 as at 1e-5.

    A solver that stops early has it. A kink's share would grow with the distance. 0.0 if there is none;
    8 evaluations, 16 if there is.
    """

    def left_over(spacing: float) -> float:
        values = np.array([line(spacing * s) for s in UNEVEN])
        return 3 * float(np.abs(LEFT_OVER @ (values - values[0])).max())

    close = left_over(1e-7)
    floor = max(terrain.noise, EPS * abs(terrain.middle))
    if not np.isfinite(close) or close < COARSE_GRAIN * floor:
        return 0.0
    distant = left_over(1e-5)
    return max(close, distant) if distant < close * COARSE_GRAIN / 5 else 0.0


def _far_steepness(line: ScalarFunction, terrain: Terrain) -> float:
    """How much the loss moves further away: on a plain, as of a saturated softmax, only that tells what is small."""
    moves = [abs(line(s) - terrain.middle) / abs(s) for s in FAR]
    return max((m for m in moves if np.isfinite(m)), default=0.0)


def moved(loss: Loss, arrays: Arrays, seed: int, part: float) -> tuple[Arrays, float] | None:
    """A point where every entry has moved by about `part` of its size, and the loss there.

    With the same seed and minus `part` it lies on the other side of the given point, so that a unit that
    sleeps at one of the two is mostly awake at the other. What is never negative stays so, and what lies
    between 0 and 1 stays there: the loss may need it. None if the loss has no value at any of the points tried.
    """
    for attempt in range(TRIES):
        rng = np.random.default_rng([seed, attempt])
        there = tuple(_moved(x, rng, part) for x in arrays)
        value = loss(there)
        if np.isfinite(value):
            return there, value
        part /= 4
    return None


def _moved(x: FloatArray, rng: np.random.Generator, part: float) -> FloatArray:
    way = rng.uniform(0.3, 1.0, x.shape) * np.where(rng.random(x.shape) < 0.5, -1.0, 1.0)
    if not (x.size and (x >= 0).all() and x.any()):
        return np.asarray(x + part * magnitude(x) * way)
    way = np.where(x == 0, np.abs(way), np.sign(part) * way)
    if (x <= 1).all() and (x > 0).all():
        way = -np.abs(way)
    return np.asarray(x + min(abs(part), 0.9) * np.where(x > 0, x, magnitude(x)) * way)


def resized(loss: Loss, names: tuple[str, ...], rng: np.random.Generator) -> tuple[str, Arrays, float] | None:
    """A point with one row more in arrays that have equally many: a larger batch, a longer sequence.

    Returns
    -------
    The place in words, the arrays, and the loss there; None if the loss takes no other sizes. A single
    array grows only if it looks like a sequence: else the loss is too likely to hold its partner inside.
    """
    arrays = loss.point.arrays
    for length in sorted({x.shape[0] for x in arrays if x.ndim}):
        members = [i for i, x in enumerate(arrays) if x.ndim and x.shape[0] == length][:MOST_TOGETHER]
        longer = {i: _longer(arrays[i], rng) for i in members}
        for count in range(len(members), 0, -1):
            for grown in combinations(members, count):
                if count == 1 and not _is_sequence(grown[0], arrays):
                    continue
                there = tuple(longer[i] if i in grown else x for i, x in enumerate(arrays))
                value = loss(there)
                if np.isfinite(value):
                    return f"a point with one row more in {', '.join(names[i] for i in grown)}", there, value
    return None


def _is_sequence(i: int, arrays: Arrays) -> bool:
    """Whether an array is one row of features that another array, its weights, has as many of."""
    shape = arrays[i].shape
    others = (x.shape[-1] for k, x in enumerate(arrays) if k != i and x.ndim > 1)
    return len(shape) > 1 and shape[0] == 1 and shape[-1] > 1 and shape[-1] in others


def _longer(x: FloatArray, rng: np.random.Generator) -> FloatArray:
    row = x[rng.integers(len(x), size=1)] if len(x) else np.ones((1, *x.shape[1:]))
    return np.concatenate([x, _moved(row, rng, 0.5)])


def inspect(
    place: Place,
    names: tuple[str, ...],
    loss: Loss,
    rng: np.random.Generator,
    *,
    briefly: bool = False,
    alone: bool = False,
) -> list[Suspect]:
    """Every array that can be judged, at one place, with what was read along directions.

    Every array has a direction of its own; `briefly`, all arrays share it unless it finds something. Where this
    place stands `alone`, or what was read is blunt, second directions follow at the given point.
    """
    suspects = [
        Suspect(name, place.at, yours, x, loss.along(i, place.arrays), place.terrain, rng)
        for i, (name, yours, x) in enumerate(zip(names, place.yours, place.arrays, strict=True))
        if yours is not None
    ]
    start = FIRST_STEP
    if briefly and len(suspects) > 1:
        ways = {s.name: s.random_direction() for s in suspects}
        if _jointly(place, suspects, ways, names, loss, start).state is State.AGREES:
            return suspects
    for suspect in suspects:
        if suspect.x.size:
            reading = suspect.judge(suspect.random_direction(), start)
            suspect.readings.append(reading)
            start = min(FIRST_STEP, reading.step * HEAD_START)
    for suspect in suspects:
        if suspect.agrees and suspect.x.size and suspect.uneven:
            suspect.look_at_the_small()
    if not place.at:
        finest = min([FIRST_STEP, *(r.step for s in suspects for r in s.readings)])
        _faint(place, suspects, names, loss, min(FIRST_STEP, finest * HEAD_START))
        # steeper, so finer
        _aligned(place, suspects, names, loss, min(FIRST_STEP, finest * RATIO), alone=alone)
    return suspects


def _faint(place: Place, suspects: list[Suspect], names: tuple[str, ...], loss: Loss, start: float) -> None:
    """The faint entries of all arrays together; of each array alone if something differs."""
    found = [s for s in suspects if s.agrees and s.focus_on_faint()]
    ways = {s.name: s.random_direction() for s in found}
    right = len(found) > 1 and _jointly(place, found, ways, names, loss, start).state is State.AGREES
    for suspect in found:
        if right or not suspect.looks_wrong(start):
            suspect.focus = None


def _aligned(
    place: Place, suspects: list[Suspect], names: tuple[str, ...], loss: Loss, start: float, *, alone: bool
) -> None:
    """Second directions, along which a factor cannot hide: one for all arrays, or one for each."""
    good = [s for s in suspects if s.readings and s.readings[0].state is State.AGREES]
    sharp = [s for s in good if s.readings[0].error <= BLUNT * s.total]
    ways = {s.name: s.aligned_direction() for s in sharp}
    if not alone or (
        len(sharp) > 1 and _jointly(place, sharp, ways, names, loss, start).state is State.AGREES
    ):
        good = [s for s in good if s not in sharp]
    for suspect in good:
        suspect.readings.append(suspect.judge(suspect.aligned_direction(), start))


def _jointly(
    place: Place,
    suspects: list[Suspect],
    ways: dict[str, FloatArray],
    names: tuple[str, ...],
    loss: Loss,
    start: float,
) -> Reading:
    """All suspects move at once, each along its way."""
    claims = [s.claim(ways[s.name]) for s in suspects]
    claim = Claim(
        sum(c.value for c in claims),
        sum(c.root**2 for c in claims) ** 0.5,
        sum(c.total for c in claims),
        sum(c.entries for c in claims),
    )

    pairs = zip(names, place.arrays, strict=True)
    walks = [Walk(x, ways[name]) if name in ways else lambda _, x=x: x for name, x in pairs]

    def line(s: float) -> float:
        return loss(tuple(walk(s) for walk in walks))

    return judge(line, claim, place.terrain, start)
