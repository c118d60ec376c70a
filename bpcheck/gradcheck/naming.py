"""From numbers that differ to a name: what they prove by themselves, then known mistakes.

    lost digits ──► factors, transposes ──► patterns ──► known mistakes ──► differences ──► what is left

Each step sees only the arrays that none before it has explained.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.diagnose import explain, meanings
from bpcheck.gradcheck.disguise import disguised
from bpcheck.gradcheck.facts import Comparison, Finding
from bpcheck.gradcheck.known import Known, Reference, believed, sharpened
from bpcheck.gradcheck.patterns import part, pattern, zeros
from bpcheck.gradcheck.places import Place
from bpcheck.gradcheck.point import Loss
from bpcheck.gradcheck.recognise import Candidate, Results, lost_precision, recognise, scaled


def name_mistakes(
    loss: Loss,
    comparisons: Sequence[Comparison],
    places: Sequence[Place],
    sizes: Mapping[str, int],
    reference: Reference | None,
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Every mistake that is proved at all places where it could be seen; and notes.

    Parameters
    ----------
    loss : what was checked
    comparisons : of all arrays at all places
    places : the points, with the gradient that was given there
    sizes : lengths of the axes that the loss averages over
    reference : knows the loss; asked once
    """
    known = reference([place.arrays for place in places]) if reference else Known()
    known = believed(known, loss.point.names, comparisons, places)
    naming = _Naming(loss, sharpened(known, loss.point.names, comparisons, places), places, sizes, known)
    naming.run()
    return tuple(naming.found), (known.note,) if known.note else ()


class _Naming:
    """The steps, with what they have found so far."""

    def __init__(
        self,
        loss: Loss,
        comparisons: Sequence[Comparison],
        places: Sequence[Place],
        sizes: Mapping[str, int],
        known: Known,
    ) -> None:
        self.loss, self.comparisons, self.places = loss, comparisons, places
        self.sizes, self.known = sizes, known
        self.found: list[Finding] = []
        self.left = {c.name for c in comparisons if c.wrong.any()}  # wrong arrays that nothing explains yet

    def run(self) -> None:
        """All steps, as long as something is left."""
        for step in (
            self._lost_digits,
            self._factors,
            self._patterns,
            self._mistakes,
            self._differences,
            self._zeros,
            self._parts,
            self._first_wrong,
        ):
            if self.left:
                self._keep(step())

    def _keep(self, findings: Iterable[Finding]) -> None:
        fresh = [f for f in findings if self.left & set(f.array.split(", "))]
        self.found += fresh
        self.left -= {name for f in fresh for name in f.array.split(", ")}

    def _mine(self) -> list[Comparison]:
        return [c for c in self.comparisons if c.name in self.left]

    def _by_name(self) -> dict[str, list[Comparison]]:
        return {name: [c for c in self._mine() if c.name == name] for name in self.loss.point.names}

    def _lost_digits(self) -> Iterable[Finding]:
        """First: no factor fits what was rounded."""
        here = [
            c
            for c in self._mine()
            if not c.at and c.wrong.any() and c.yours.any() and np.isfinite(c.expected.value).all()
        ]
        for mine in [here, *([c] for c in here)] if here else ():
            if sentence := lost_precision([c.yours for c in mine], [c.expected for c in mine]):
                yield Finding("G6", sentence, ", ".join(c.name for c in mine))
                return

    def _factors(self) -> Iterable[Finding]:
        return explain([c for c in self.comparisons if c.name in self.left or not c.wrong.any()], self.sizes)

    def _patterns(self) -> Iterable[Finding]:
        """The relation of an array to the right one."""
        for i, name in enumerate(self.loss.point.names):
            points = {place.at: place.arrays[i] for place in self.places}
            if name in self.left and (finding := pattern(self._by_name()[name], points)):
                yield finding

    def _differences(self) -> Iterable[Finding]:
        return disguised(self.loss, [c for c in self._mine() if not c.at], self.places[0])

    def _mistakes(self) -> Iterable[Finding]:
        """Of those that the reference knows: at the first place that is wrong, and at all that are like it."""
        names = self.loss.point.names
        base = self._base()
        if self.known.mistakes is None or base is None:
            return
        alike, candidates = self.known.mistakes(base, self.places[base].yours)
        count = range(len(names))
        yours = [[self.places[k].yours[i] for k in alike] for i in count]
        truth = [[exact(g[i]) for k in alike if (g := self.known.gradients[k])] for i in count]
        numbers = {name: _distinct(yours[i]) for i, name in enumerate(names)}
        found = recognise(names, yours, truth, candidates)
        for finding in found:
            array = finding.array or ", ".join(names)
            proved = sum(numbers[name] for name in array.split(", ")) > 1
            if proved and not (finding.code == "C22" and self._a_matrix_is_zero()):
                yield dataclasses.replace(finding, array=array)
        if not found:
            yield from self._times_a_constant(yours, candidates)

    def _base(self) -> int | None:
        """The first place where something is wrong, the reference knows the gradient, and no kink gives a choice."""
        kinked = {c.at for c in self.comparisons if c.expected.kink.any()}
        wrong = {c.at for c in self._mine() if c.wrong.any()} - kinked
        known = zip(self.places, self.known.gradients, strict=False)
        return next((k for k, (place, g) in enumerate(known) if g and place.at in wrong), None)

    def _a_matrix_is_zero(self) -> bool:
        """Then a bias that is zero as well is not the mistake."""
        return any(c.yours.ndim > 1 and not c.yours.any() for c in self._mine() if c.wrong.any())

    def _times_a_constant(
        self, yours: Sequence[Results], candidates: Sequence[Candidate]
    ) -> Iterable[Finding]:
        """A mistake, and all of it times one number."""
        arrays = ", ".join(name for name in self.loss.point.names if name in self.left)
        said = {finding.code for finding in self.found}
        for factor, fitting in scaled(yours, candidates):
            close = functools.partial(math.isclose, factor, rel_tol=1e-8)
            names = [(c.code, c.sentence) for c in fitting]
            names += [name for name in meanings(factor, self.sizes, close) if name[0] not in said]
            yield from (Finding(*name, arrays) for name in names)

    def _zeros(self) -> Iterable[Finding]:
        return zeros(self.comparisons, self.left)

    def _parts(self) -> Iterable[Finding]:
        """The part of an array that is wrong."""
        wrong = (next((c for c in mine if c.wrong.any()), None) for mine in self._by_name().values())
        return [finding for c in wrong if c and (finding := part(c))]

    def _first_wrong(self) -> Iterable[Finding]:
        """Where to begin, if the mistake has no name."""
        wrong = {c.name for c in self.comparisons if c.wrong.any()}
        order = list(self.known.order()) if len(self.loss.point.names) > 1 else []
        k = next((k for k, (name, _) in enumerate(order) if name in wrong), -1)
        if k < 0 or order[k][0] not in self.left:
            return ()
        name, code = order[k]
        if k == 0:
            return (Finding("G9", NEAREST.format(name=name, here=code), name),)
        last, there = order[k - 1]
        return (Finding("G9", BEHIND.format(last=last, there=there, name=name, here=code), name),)


def _distinct(results: Results) -> int:
    """How many different numbers there are: one alone may be met by chance, at x = 1 or x = 2 above all."""
    parts = [np.ravel(array) for array in results if array is not None]
    return int(np.unique(np.concatenate(parts)).size) if parts else 0


BEHIND = (
    "Counted from the loss, everything back to {last} is right, and {name} is the first wrong array. The mistake lies "
    "between {there}, where {last} is used, and {here}."
)
NEAREST = (
    "{name} is the array nearest to the loss, and it is wrong already. Begin with what lies between the loss and {here}; "
    "the arrays further back may only pass this on."
)
