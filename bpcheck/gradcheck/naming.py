"""From numbers that differ to a name: what they prove by themselves, then known mistakes.

Imports: bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bpcheck.gradcheck.diagnose import explain
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding
from bpcheck.gradcheck.patterns import part, pattern
from bpcheck.gradcheck.places import Place
from bpcheck.gradcheck.point import Arrays, Loss
from bpcheck.gradcheck.recognise import Candidate, lost_precision, recognise
from bpcheck.gradcheck.suspect import unknown

Candidates = Callable[[Sequence[Arrays]], Sequence[Candidate]]  # from points to mistakes with results there


def name_mistakes(
    loss: Loss,
    comparisons: Sequence[Comparison],
    places: Sequence[Place],
    sizes: Mapping[str, int],
    candidates: Candidates | None,
) -> tuple[Finding, ...]:
    """Every mistake that is proved at all places where it could be seen.

    Parameters
    ----------
    loss : what was checked
    comparisons : of all arrays at all places
    places : the points, with the gradient that was given there
    sizes : lengths of the axes that the loss averages over
    candidates : see `check_gradient`
    """
    shown = {c.name for c in comparisons if c.wrong.any()}
    mine = [c for c in comparisons if c.name in shown]
    lost = _lost(mine)
    named = {finding.array for finding in lost}
    found = (*lost, *explain([c for c in mine if c.name not in named], sizes))
    explained = {name for finding in found for name in finding.array.split(", ")}
    found = (*found, *_patterns(loss, mine, places, explained))
    explained = {name for finding in found if finding.code != "G9" for name in finding.array.split(", ")}
    if candidates is None or shown <= explained:
        return found
    return (*found, *_recognised(loss.point.names, comparisons, places, candidates, explained))


def _patterns(
    loss: Loss, comparisons: Sequence[Comparison], places: Sequence[Place], explained: set[str]
) -> tuple[Finding, ...]:
    """Of each array that no factor explains: its relation to the right one, or the part that is wrong."""
    found = []
    for i, name in enumerate(loss.point.names):
        mine = [c for c in comparisons if c.name == name and name not in explained and c.wrong.any()]
        points = {place.at: place.arrays[i] for place in places}
        finding = pattern(mine, points) or (part(mine[0]) if mine else None)
        found += [finding] if finding else []
    return tuple(found)


def _lost(comparisons: Sequence[Comparison]) -> tuple[Finding, ...]:
    """Lost digits first: no factor fits them."""
    return tuple(
        Finding("G6", sentence, c.name)
        for c in comparisons
        if not c.at and c.wrong.any() and c.yours.any() and np.isfinite(c.expected.value).all()
        if (sentence := lost_precision([c.yours], [c.expected]))
    )


def _recognised(
    names: Sequence[str],
    comparisons: Sequence[Comparison],
    places: Sequence[Place],
    candidates: Candidates,
    explained: set[str],
) -> tuple[Finding, ...]:
    by_place = {(c.name, c.at): c for c in comparisons}

    def truth(name: str, place: Place, i: int) -> Estimate:
        c = by_place.get((name, place.at))
        return c.expected if c else unknown(place.arrays[i].shape)

    yours = [[place.yours[i] for place in places] for i in range(len(names))]
    truths = [[truth(name, place, i) for place in places] for i, name in enumerate(names)]
    known = candidates([place.arrays for place in places])
    found = recognise(names, yours, truths, known)
    return tuple(f for f in found if not set(f.array.split(", ")) <= explained)
